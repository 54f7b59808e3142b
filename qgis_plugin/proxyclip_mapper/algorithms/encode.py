"""Image in, embedding out."""

from qgis.core import (
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
)

from ..i18n import tr
from ..models import choices, default
from ..worker.blocking import BlockingWorker
from .base import INTEGER, WorkerAlgorithm


class EncodeRaster(WorkerAlgorithm):
    """`proxyclip-geo encode`."""

    ID = "encode"
    ICON = "encode"

    def displayName(self):
        """Return the name."""
        return tr("Encode raster")

    def tags(self):
        """Return words to be found by."""
        return ["embedding", "features", "CLIP", "AI"]

    def shortHelpString(self):
        """Return the help."""
        return tr(
            "Encodes an image once, so that it can be labelled with any words afterwards. This is nearly all of the "
            "work.\n\n"
            "The embedding is a folder; its name ends in .emb by custom. A run that was stopped is finished by running "
            "it again with the same settings. int8 takes half the disk; fewer components take less again, and lose a "
            "little."
        )

    def initAlgorithm(self, configuration=None):
        """Define the parameters."""
        self.add_raster()
        self.add_model()
        self.advanced(
            QgsProcessingParameterEnum(
                "STORAGE",
                tr("Numbers are kept as"),
                options=list(choices("StoreOptions", "storage")),
                defaultValue=default("StoreOptions", "storage"),
                usesStaticStrings=True,
            )
        )
        self.advanced(
            QgsProcessingParameterNumber("COMPONENTS", tr("Components to keep (all if empty)"), INTEGER, None, True, 1)
        )
        self.advanced(QgsProcessingParameterBoolean("OVERWRITE", tr("Replace an embedding that is there"), False))
        self.addParameter(QgsProcessingParameterFolderDestination("OUTPUT", tr("Embedding")))

    def find_fault(self, parameters, context):
        """Return what is wrong with the parameters together."""
        return self.bands_fault(parameters, context)

    def processAlgorithm(self, parameters, context, feedback):
        """Do it."""
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
        with BlockingWorker(feedback) as worker:
            made = worker.ask("encode", request)
        return {"OUTPUT": made["embedding"]}
