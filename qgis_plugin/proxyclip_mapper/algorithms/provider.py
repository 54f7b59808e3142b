"""The Processing provider "ProxyCLIP"."""

from pathlib import Path

from qgis.core import QgsApplication, QgsProcessingModelAlgorithm, QgsProcessingProvider

from ..icons import icon
from .areas import AreasPerClass
from .compare import ChangeBetweenDates
from .discover import MapWithoutWords
from .encode import EncodeRaster
from .evaluate import Evaluate
from .label import LabelFromEmbedding
from .segment import SegmentRaster
from .segment_rasters import SegmentRasters
from .status import Status
from .vectorize import VectorizeLabels
from .vocabulary_from_layer import VocabularyFromLayer

MODELS = Path(__file__).parents[1] / "processing_models"


class ProxyClipProvider(QgsProcessingProvider):
    """Provides the algorithms to the toolbox, the model designer and qgis_process."""

    def id(self):
        """Return the stable id."""
        return "proxyclip"

    def name(self):
        """Return the display name."""
        return "ProxyCLIP"

    def icon(self):
        """Return the icon."""
        return icon("plugin")

    def loadAlgorithms(self):
        """Add the algorithms, and the models that ship with the plugin."""
        for algorithm in (
            SegmentRaster,
            SegmentRasters,
            EncodeRaster,
            LabelFromEmbedding,
            VectorizeLabels,
            AreasPerClass,
            ChangeBetweenDates,
            MapWithoutWords,
            Evaluate,
            VocabularyFromLayer,
            Status,
        ):
            self.addAlgorithm(algorithm())
        # The steps of a model are found only when the provider is registered.
        if QgsApplication.processingRegistry().providerById(self.id()) is not None:
            for path in sorted(MODELS.glob("*.model3")):
                model = QgsProcessingModelAlgorithm()
                if model.fromFile(str(path)):
                    self.addAlgorithm(model)
