"""Processing algorithm “Areas per class”."""

from qgis.core import (
    QgsProcessingParameterField,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterVectorLayer,
)

from ..client.blocking import BlockingClient
from ..i18n import tr
from .base import SOURCE_POLYGON, ProxyClipAlgorithm
from .outputs import check_outputs


class AreasPerClass(ProxyClipAlgorithm):
    """Measures the area of each class of a label raster."""

    ID = "areas"
    ICON = "evaluate"
    GROUP = "analysis"

    def displayName(self):
        """Return the display name."""
        return tr("Areas per class")

    def tags(self):
        """Return the search tags."""
        return ["area", "statistics", "share", "hectares", "land cover", "chart"]

    def shortHelpString(self):
        """Return the help text."""
        return tr(
            "Measures the area of each class of a label raster, on the ellipsoid, in any CRS: in square metres, "
            "hectares and square kilometres. The areas are those of the pixels. Without a CRS they are in pixels.\n\n"
            "With zones, e.g. districts or parcels, the areas of each zone are measured; a pixel on a border counts by "
            "the share that the zone covers.\n\n"
            "Nodata pixels are not counted. The table is a CSV file, the chart an HTML page."
        )

    def add_parameters(self):
        """Define the parameters."""
        self.addParameter(QgsProcessingParameterRasterLayer("INPUT", tr("Label raster")))
        self.addParameter(
            QgsProcessingParameterVectorLayer("ZONES", tr("Zones (polygons)"), [SOURCE_POLYGON], optional=True)
        )
        self.addParameter(
            QgsProcessingParameterField("ZONE_FIELD", tr("Name field of the zones"), "name", "ZONES", optional=True)
        )
        self.addParameter(QgsProcessingParameterFileDestination("OUTPUT", tr("Table"), tr("CSV files (*.csv)")))
        self.addParameter(
            QgsProcessingParameterFileDestination("CHART", tr("Chart"), tr("HTML files (*.html)"), optional=True)
        )

    def check_parameters(self, parameters, context):
        """Return why the parameters are invalid, or an empty text."""
        outputs = {
            tr("Table"): self.parameterAsFileOutput(parameters, "OUTPUT", context),
            tr("Chart"): self.parameterAsFileOutput(parameters, "CHART", context),
        }
        return check_outputs(outputs, self.input_paths(parameters, context))

    def run_request(self, parameters, context, feedback):
        """Run the algorithm."""
        _, labels = self.read_image(parameters, context)
        results = {"OUTPUT": self.parameterAsFileOutput(parameters, "OUTPUT", context)}
        chart = self.parameterAsFileOutput(parameters, "CHART", context)
        if chart:
            results["CHART"] = chart
        request = {"labels": labels, "path": results["OUTPUT"], "chart": chart or None, "overwrite": True}
        if parameters.get("ZONES"):
            request["zones"] = self.vector_path(parameters, "ZONES", context, feedback)
            request["zone_field"] = self.parameterAsString(parameters, "ZONE_FIELD", context)
        with BlockingClient(feedback) as client:
            found = client.request("areas", request)
        total = sum(found["classes"].values()) or 1.0
        for name, area in sorted(found["classes"].items(), key=lambda item: -item[1]):
            feedback.pushInfo(f"{100 * area / total:5.1f} %  {area:,.1f} {found['unit']}  {name}")
        return results
