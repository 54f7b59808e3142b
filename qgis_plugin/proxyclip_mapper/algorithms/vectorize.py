"""Labels in, polygons out."""

from pathlib import Path

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterVectorDestination,
)

from ..i18n import tr
from ..worker.blocking import BlockingWorker
from .base import SOURCE_POLYGON, WorkerAlgorithm, vector_fault


class VectorizeLabels(WorkerAlgorithm):
    """Polygons of a label raster."""

    ID = "vectorize"
    ICON = "vectorize"

    def displayName(self):
        """Return the name."""
        return tr(
            "Turns a label raster into polygons with class, label, area in square metres on the ellipsoid and, where a "
            "score raster is given, the mean score.\n\n"
            "By default patches below 16 pixels go to a neighbour and borders are smoothed, without gaps and overlaps. "
            "“Exactly the pixels” keeps every pixel. Unclassified pixels and pixels without data get no polygon.\n\n"
            "A GeoPackage carries its style inside; other formats have it beside them."
        )

    def initAlgorithm(self, configuration=None):
        """Define the parameters."""
        self.addParameter(QgsProcessingParameterRasterLayer("INPUT", tr("Labels")))
        self.addParameter(QgsProcessingParameterRasterLayer("SCORE", tr("Scores"), optional=True))
        self.add_vector_options()
        self.addParameter(QgsProcessingParameterVectorDestination("OUTPUT", tr("Polygons"), SOURCE_POLYGON))
        self.addOutput(QgsProcessingOutputNumber("COUNT", tr("Number of polygons")))

    def find_fault(self, parameters, context):
        """Return what is wrong with the parameters together."""
        return vector_fault(self.parameterAsOutputLayer(parameters, "OUTPUT", context), tr("Polygons"))

    def processAlgorithm(self, parameters, context, feedback):
        """Do it."""
        _, labels = self.read_image(parameters, context)
        score = None
        if parameters.get("SCORE"):
            _, score = self.read_image(parameters, context, "SCORE")
        target = self.parameterAsOutputLayer(parameters, "OUTPUT", context)
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        request = {
            "labels": labels,
            "score": score,
            "path": target,
            "options": self.read_vector_options(parameters, context),
            "overwrite": True,
        }
        with BlockingWorker(feedback) as worker:
            made = worker.ask("vectorize", request)
        return {"OUTPUT": made["path"], "COUNT": made["count"]}
