"""The Processing provider "ProxyCLIP"."""

from qgis.core import QgsProcessingProvider

from ..icons import icon
from .areas import AreasPerClass
from .encode import EncodeRaster
from .evaluate import Evaluate
from .label import LabelFromEmbedding
from .segment import SegmentRaster
from .status import Status
from .vectorize import VectorizeLabels
from .vocabulary_from_layer import VocabularyFromLayer


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
        """Add the algorithms."""
        for algorithm in (
            SegmentRaster,
            EncodeRaster,
            LabelFromEmbedding,
            VectorizeLabels,
            AreasPerClass,
            Evaluate,
            VocabularyFromLayer,
            Status,
        ):
            self.addAlgorithm(algorithm())
