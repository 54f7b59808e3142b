"""Processing algorithm that converts a label raster to polygons."""

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterVectorDestination,
)

from ..client.blocking import BlockingClient
from ..i18n import tr
from .base import SOURCE_POLYGON
from .outputs import check_outputs, check_vector_name
from .parameters import SharedParameters


class VectorizeLabels(SharedParameters):
    """Converts a label raster to polygons."""

    ID = "vectorize"
    ICON = "vectorize"

    def displayName(self):
        """Return the display name."""
        return tr("Vectorize label raster")

    def tags(self):
        """Return the search tags."""
        return ["polygonize", "polygons", "raster to vector", "land cover"]

    def shortHelpString(self):
        """Return the help text."""
        return tr(
            "Converts a label raster to polygons with class, label value, ellipsoidal area in square metres and, "
            "with a score raster, the mean score.\n\n"
            "By default, patches below 16 pixels are merged into a neighbour and edges are smoothed, without gaps "
            "or overlaps. “Keep pixel edges” turns this off. Unclassified and nodata pixels get no polygon.\n\n"
            "The style is stored in the GeoPackage, or in a file next to the output for other formats."
        )

    def add_parameters(self):
        """Define the parameters."""
        self.addParameter(QgsProcessingParameterRasterLayer("INPUT", tr("Label raster")))
        self.addParameter(QgsProcessingParameterRasterLayer("SCORE", tr("Score raster"), optional=True))
        self.add_vector_options()
        self.addParameter(QgsProcessingParameterVectorDestination("OUTPUT", tr("Polygons"), SOURCE_POLYGON))
        self.addOutput(QgsProcessingOutputNumber("COUNT", tr("Number of polygons")))

    def check_parameters(self, parameters, context):
        """Return why the parameters are invalid, or an empty text."""
        path = self.parameterAsOutputLayer(parameters, "OUTPUT", context)
        return check_vector_name(path, tr("Polygons")) or check_outputs(
            {tr("Polygons"): path}, self.input_paths(parameters, context)
        )

    def run_request(self, parameters, context, feedback):
        """Run the algorithm."""
        _, labels = self.read_image(parameters, context)
        score = None
        if parameters.get("SCORE"):
            _, score = self.read_image(parameters, context, "SCORE")
        target = self.parameterAsOutputLayer(parameters, "OUTPUT", context)
        request = {
            "labels": labels,
            "score": score,
            "path": target,
            "options": self.read_vector_options(parameters, context),
            "overwrite": True,
        }
        with BlockingClient(feedback) as client:
            result = client.request("vectorize", request)
        return {"OUTPUT": result["path"], "COUNT": result["count"]}
