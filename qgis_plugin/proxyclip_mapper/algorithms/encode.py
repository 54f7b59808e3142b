"""Processing algorithm “Encode raster”."""

from qgis.core import (
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
)

from ..client.blocking import BlockingClient
from ..i18n import tr
from ..models import choices, default
from .base import INTEGER
from .parameters import SharedParameters


class EncodeRaster(SharedParameters):
    """Encodes an image and stores the embedding."""

    ID = "encode"
    ICON = "encode"

    def displayName(self):
        """Return the display name."""
        return tr("Encode raster")

    def tags(self):
        """Return the search tags."""
        return ["embedding", "features", "CLIP", "AI"]

    def shortHelpString(self):
        """Return the help text."""
        return tr(
            "Encodes an image once. The embedding can then be classified with any words in seconds; encoding takes "
            "nearly all of the time.\n\n"
            "The embedding is a folder; its name usually ends in .emb. Run the algorithm again with the same "
            "settings to resume an interrupted run. int8 needs half the disk space of float16. Fewer principal "
            "components need less, with a small loss of accuracy."
        )

    def add_parameters(self):
        """Define the parameters."""
        self.add_raster()
        self.add_model()
        self.advanced(
            QgsProcessingParameterEnum(
                "STORAGE",
                tr("Data type of the embedding"),
                options=list(choices("StoreOptions", "storage")),
                defaultValue=default("StoreOptions", "storage"),
                usesStaticStrings=True,
            )
        )
        self.advanced(
            QgsProcessingParameterNumber(
                "COMPONENTS", tr("Number of principal components (no reduction if empty)"), INTEGER, None, True, 1
            )
        )
        self.advanced(QgsProcessingParameterBoolean("OVERWRITE", tr("Overwrite existing embedding"), False))
        self.addParameter(QgsProcessingParameterFolderDestination("OUTPUT", tr("Embedding")))

    def check_parameters(self, parameters, context):
        """Return why the parameters are invalid, or an empty text."""
        return self.check_reading(parameters, context)

    def run_request(self, parameters, context, feedback):
        """Run the algorithm."""
        layer, path = self.read_image(parameters, context)
        components = parameters.get("COMPONENTS")
        request = {
            "raster": path,
            "model": self.read_model(parameters, context),
            "options": self.read_encode_options(parameters, context, layer),
            "store": {
                "storage": self.parameterAsEnumString(parameters, "STORAGE", context),
                "components": None if components is None else self.parameterAsInt(parameters, "COMPONENTS", context),
            },
            "overwrite": self.parameterAsBoolean(parameters, "OVERWRITE", context),
            "out": self.parameterAsString(parameters, "OUTPUT", context),
        }
        with BlockingClient(feedback) as client:
            result = client.request("encode", request)
        return {"OUTPUT": result["embedding"]}
