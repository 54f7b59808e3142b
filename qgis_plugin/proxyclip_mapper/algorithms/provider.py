"""The Processing provider "ProxyCLIP"."""

from qgis.core import QgsProcessingProvider

from ..icons import icon
from .encode import EncodeRaster
from .evaluate import Evaluate
from .label import LabelFromEmbedding
from .segment import SegmentRaster
from .vectorize import VectorizeLabels
from .vocabulary_from_layer import VocabularyFromLayer


class ProxyClipProvider(QgsProcessingProvider):
    """Brings the algorithms into the toolbox, the modeler and qgis_process."""

    def id(self):
        """Return the stable id."""
        return "proxyclip"

    def name(self):
        """Return the name."""
        return "ProxyCLIP"

    def icon(self):
        """Return the icon."""
        return icon("plugin")

    def loadAlgorithms(self):
        """Add one of each."""
        for algorithm in (
            SegmentRaster,
            EncodeRaster,
            LabelFromEmbedding,
            VectorizeLabels,
            Evaluate,
            VocabularyFromLayer,
        ):
            self.addAlgorithm(algorithm())
