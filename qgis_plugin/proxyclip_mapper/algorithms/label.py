"""Embedding and words in, map out."""

from pathlib import Path

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterField,
    QgsProcessingParameterFile,
    QgsProcessingParameterNumber,
    QgsProcessingParameterVectorLayer,
)

from ..i18n import tr
from ..models import choices, default
from ..rasters import as_bounds
from ..worker.blocking import BlockingWorker
from .base import NUMBER, SOURCE_VECTOR
from .segment import MapAlgorithm


class LabelFromEmbedding(MapAlgorithm):
    """`proxyclip-geo label`."""

    ID = "label"
    ICON = "label"

    def displayName(self):
        """Return the name."""
        return tr("Label from embedding")

    def tags(self):
        """Return words to be found by."""
        return ["land cover", "classification", "CLIP", "AI"]

    def shortHelpString(self):
        """Return the help."""
        return tr(
            "Makes the map that “Segment raster” would make, from an embedding that “Encode raster” has kept. It takes "
            "seconds, since the image model is not needed.\n\n"
            "Classes are separated by “;”, synonyms of one class by “,”. With “max-logit” more synonyms for one class "
            "do not lower the scores of the others."
        )

    def initAlgorithm(self, configuration=None):
        """Define the parameters."""
        self.addParameter(
            QgsProcessingParameterFile("EMBEDDING", tr("Embedding"), QgsProcessingParameterFile.Behavior.Folder)
        )
        self.addParameter(
            QgsProcessingParameterExtent("EXTENT", tr("Area (all of the embedding if empty)"), optional=True)
        )
        self.add_words()
        self.advanced(
            QgsProcessingParameterEnum(
                "SYNONYMS",
                tr("How synonyms count"),
                options=list(choices("LabelOptions", "synonyms")),
                defaultValue=default("LabelOptions", "synonyms"),
                usesStaticStrings=True,
            )
        )
        self.advanced(
            QgsProcessingParameterVectorLayer(
                "EXAMPLES", tr("Examples: points and polygons that show classes"), [SOURCE_VECTOR], optional=True
            )
        )
        self.advanced(
            QgsProcessingParameterField(
                "EXAMPLE_FIELD",
                tr("Field with the class of the examples"),
                default("Examples", "field"),
                "EXAMPLES",
                optional=True,
            )
        )
        self.advanced(
            QgsProcessingParameterNumber(
                "EXAMPLE_WEIGHT",
                tr("Weight of the examples against the words"),
                NUMBER,
                default("Examples", "weight"),
                False,
                0.0,
                1.0,
            )
        )
        self.add_results()

    def find_fault(self, parameters, context):
        """Return what is wrong with the parameters together."""
        embedding = self.parameterAsString(parameters, "EMBEDDING", context)
        if not (Path(embedding) / "zarr.json").is_file():
            return tr("“{}” is not an embedding; make one with “Encode raster”.").format(embedding)
        return self.words_fault(parameters, context) or self.results_fault(parameters, context)

    def processAlgorithm(self, parameters, context, feedback):
        """Do it."""
        embedding = self.parameterAsString(parameters, "EMBEDDING", context)
        options = self.read_label_options(parameters, context)
        options["synonyms"] = self.parameterAsEnumString(parameters, "SYNONYMS", context)
        request = {"embedding": embedding, "options": options, **self.read_words(parameters, context)}
        request["examples"] = self.read_examples(parameters, context, feedback)
        if parameters.get("EXTENT"):
            with BlockingWorker(feedback) as worker:
                crs = QgsCoordinateReferenceSystem.fromWkt(worker.ask("open", {"embedding": embedding})["crs"] or "")
            extent = self.parameterAsExtent(parameters, "EXTENT", context, crs)
            request["bounds"] = as_bounds(extent)
        return self.make_map("label", request, parameters, context, feedback)

    def read_examples(self, parameters, context, feedback):
        """Return the examples as a parameter of a request; layers that are no files are saved as one first."""
        if not parameters.get("EXAMPLES"):
            return None
        suffixes = ["gpkg", "shp", "geojson", "fgb"]
        path = self.parameterAsCompatibleSourceLayerPath(parameters, "EXAMPLES", context, suffixes, "gpkg", feedback)
        return {
            "path": path.split("|")[0],
            "field": self.parameterAsString(parameters, "EXAMPLE_FIELD", context) or default("Examples", "field"),
            "weight": self.parameterAsDouble(parameters, "EXAMPLE_WEIGHT", context),
        }
