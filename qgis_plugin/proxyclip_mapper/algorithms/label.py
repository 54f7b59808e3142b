"""Processing algorithm “Label from embedding”."""

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

from ..client.blocking import BlockingClient
from ..i18n import tr
from ..models import choices, default
from ..rasters import as_bounds
from .base import NUMBER, SOURCE_VECTOR
from .segment import MapAlgorithm


class LabelFromEmbedding(MapAlgorithm):
    """Classifies a stored embedding."""

    ID = "label"
    ICON = "label"

    def displayName(self):
        """Return the display name."""
        return tr("Label from embedding")

    def tags(self):
        """Return the search tags."""
        return ["land cover", "classification", "CLIP", "AI"]

    def shortHelpString(self):
        """Return the help text."""
        return tr(
            "Classifies an embedding created by “Encode raster”. The map equals that of “Segment raster”, but "
            "takes only seconds.\n\n"
            "Separate classes by “;” and synonyms of a class by “,”. With “max-logit”, more synonyms of one class "
            "do not lower the scores of the others."
        )

    def add_parameters(self):
        """Define the parameters."""
        self.addParameter(
            QgsProcessingParameterFile("EMBEDDING", tr("Embedding"), QgsProcessingParameterFile.Behavior.Folder)
        )
        self.addParameter(
            QgsProcessingParameterExtent("EXTENT", tr("Extent (whole embedding if empty)"), optional=True)
        )
        self.add_words()
        self.advanced(
            QgsProcessingParameterEnum(
                "SYNONYMS",
                tr("Combination of synonyms"),
                options=list(choices("LabelOptions", "synonyms")),
                defaultValue=default("LabelOptions", "synonyms"),
                usesStaticStrings=True,
            )
        )
        self.advanced(
            QgsProcessingParameterVectorLayer(
                "EXAMPLES", tr("Examples (points or polygons with a class)"), [SOURCE_VECTOR], optional=True
            )
        )
        self.advanced(
            QgsProcessingParameterField(
                "EXAMPLE_FIELD",
                tr("Class field of the examples"),
                default("Examples", "field"),
                "EXAMPLES",
                optional=True,
            )
        )
        self.advanced(
            QgsProcessingParameterNumber(
                "EXAMPLE_WEIGHT",
                tr("Independent samples per example (chosen from the examples if empty)"),
                NUMBER,
                default("Examples", "weight"),
                True,
                0.0,
                1000.0,
            )
        )
        self.add_results()

    def check_parameters(self, parameters, context):
        """Return why the parameters are invalid, or an empty text."""
        embedding = self.parameterAsString(parameters, "EMBEDDING", context)
        if not (Path(embedding) / "zarr.json").is_file():
            return tr("“{}” is not an embedding. Create one with “Encode raster”.").format(embedding)
        return self.check_words(parameters, context) or self.check_results(parameters, context)

    def run_request(self, parameters, context, feedback):
        """Run the algorithm."""
        embedding = self.parameterAsString(parameters, "EMBEDDING", context)
        options = self.read_label_options(parameters, context)
        options["synonyms"] = self.parameterAsEnumString(parameters, "SYNONYMS", context)
        request = {"embedding": embedding, "options": options, **self.read_words(parameters, context)}
        request["examples"] = self.read_examples(parameters, context, feedback)
        if parameters.get("EXTENT"):
            with BlockingClient(feedback) as client:
                crs = QgsCoordinateReferenceSystem.fromWkt(
                    client.request("open", {"embedding": embedding})["crs"] or ""
                )
            extent = self.parameterAsExtent(parameters, "EXTENT", context, crs)
            request["bounds"] = as_bounds(extent)
        return self.make_map("label", request, parameters, context, feedback)

    def read_examples(self, parameters, context, feedback):
        """Return the examples for a request; layers that are not files are saved first."""
        if not parameters.get("EXAMPLES"):
            return None
        examples = {
            "path": self.vector_path(parameters, "EXAMPLES", context, feedback),
            "field": self.parameterAsString(parameters, "EXAMPLE_FIELD", context) or default("Examples", "field"),
        }
        if parameters.get("EXAMPLE_WEIGHT") is not None:
            examples["weight"] = self.parameterAsDouble(parameters, "EXAMPLE_WEIGHT", context)
        return examples
