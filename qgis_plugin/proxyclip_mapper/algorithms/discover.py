"""Processing algorithm “Map without words”."""

from pathlib import Path

from qgis.core import (
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from ..i18n import tr
from ..models import default, limits
from .base import INTEGER
from .outputs import check_outputs
from .segment import MapAlgorithm


class MapWithoutWords(MapAlgorithm):
    """Clusters a stored embedding, and names each cluster."""

    ID = "discover"
    ICON = "label"
    GROUP = "analysis"

    def displayName(self):
        """Return the display name."""
        return tr("Map without words")

    def tags(self):
        """Return the search tags."""
        return ["clusters", "unsupervised", "k-means", "classification", "discover"]

    def shortHelpString(self):
        """Return the help text."""
        return tr(
            "Creates a first map of an embedding without words: clusters of similar places (k-means), each named by "
            "the word that fits it best.\n\n"
            "A name is a guess: look at the map, rename the classes in the vocabulary file, and use this file in "
            "“Label from embedding”. Without candidate words, the words of the built-in vocabularies are used."
        )

    def add_parameters(self):
        """Define the parameters."""
        self.addParameter(
            QgsProcessingParameterFile("EMBEDDING", tr("Embedding"), QgsProcessingParameterFile.Behavior.Folder)
        )
        self.addParameter(
            QgsProcessingParameterNumber(
                "COUNT",
                tr("Number of clusters"),
                INTEGER,
                default("ClusterOptions", "count"),
                False,
                *limits("ClusterOptions", "count"),
            )
        )
        self.addParameter(
            QgsProcessingParameterString(
                "WORDS", tr("Candidate words for the names, separated by “,”"), None, optional=True
            )
        )
        self.addParameter(
            QgsProcessingParameterFileDestination(
                "VOCABULARY", tr("Vocabulary"), tr("JSON files (*.json)"), optional=True, createByDefault=False
            )
        )
        self.add_results()

    def check_parameters(self, parameters, context):
        """Return why the parameters are invalid, or an empty text."""
        embedding = self.parameterAsString(parameters, "EMBEDDING", context)
        if not (Path(embedding) / "zarr.json").is_file():
            return tr("“{}” is not an embedding. Create one with “Encode raster”.").format(embedding)
        vocabulary = self.parameterAsFileOutput(parameters, "VOCABULARY", context)
        labels = self.parameterAsOutputLayer(parameters, "OUTPUT", context)
        return self.check_results(parameters, context) or check_outputs(
            {tr("Vocabulary"): vocabulary}, [*self.input_paths(parameters, context), labels]
        )

    def run_request(self, parameters, context, feedback):
        """Run the algorithm."""
        vocabulary = self.parameterAsFileOutput(parameters, "VOCABULARY", context)
        words = self.parameterAsString(parameters, "WORDS", context).strip()
        request = {
            "embedding": self.parameterAsString(parameters, "EMBEDDING", context),
            "count": self.parameterAsInt(parameters, "COUNT", context),
            "words": words or None,
            "save": vocabulary or None,
            "options": {},
        }
        results = self.make_map("discover", request, parameters, context, feedback)
        return {**results, **({"VOCABULARY": vocabulary} if vocabulary else {})}
