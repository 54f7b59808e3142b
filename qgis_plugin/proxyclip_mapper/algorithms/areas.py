"""Processing algorithm “Areas per class”."""

import csv
import html
import io
import tempfile
from pathlib import Path

from qgis.core import QgsProcessingParameterFileDestination, QgsProcessingParameterRasterLayer

from ..client.blocking import BlockingClient
from ..i18n import tr
from ..models import EXACT
from .base import ProxyClipAlgorithm
from .outputs import check_outputs, write_text


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
            "Measures the area of each class of a label raster, in square metres on the ellipsoid, in any CRS. Pixel "
            "edges are kept, so the areas are those of the pixels. Without a CRS the areas are in pixels.\n\n"
            "Unclassified and nodata pixels are not counted. The table is a CSV file, the chart an HTML page."
        )

    def add_parameters(self):
        """Define the parameters."""
        self.addParameter(QgsProcessingParameterRasterLayer("INPUT", tr("Label raster")))
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
        with tempfile.TemporaryDirectory(prefix="proxyclip-") as folder, BlockingClient(feedback) as client:
            request = {"labels": labels, "path": str(Path(folder) / "areas.fgb"), "options": dict(EXACT)}
            result = client.request("vectorize", request)
        unit, areas = result["unit"], sorted(result["areas"].items(), key=lambda item: -item[1])
        total = sum(area for _, area in areas) or 1.0
        rows = [(name, area, 100 * area / total) for name, area in areas]
        for name, area, share in rows:
            feedback.pushInfo(f"{share:5.1f} %  {area:,.1f} {unit}  {name}")
        results = {"OUTPUT": self.parameterAsFileOutput(parameters, "OUTPUT", context)}
        write_text(results["OUTPUT"], _table(rows, unit))
        chart = self.parameterAsFileOutput(parameters, "CHART", context)
        if chart:
            write_text(chart, _chart(rows, unit))
            results["CHART"] = chart
        return results


def _table(rows, unit):
    """Return the CSV table."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["class", "area_m2" if unit == "m²" else "area_px", "share_percent"])
    writer.writerows((name, f"{area:.3f}", f"{share:.4f}") for name, area, share in rows)
    return text.getvalue()


def _chart(rows, unit):
    """Return an HTML page with a bar for each class."""
    title = html.escape(tr("Areas per class"))
    bars = "\n".join(
        f"<tr><td>{html.escape(name)}</td><td class='number'>{area:,.0f} {html.escape(unit)}</td>"
        f"<td class='number'>{share:.1f} %</td><td><div style='width: {3 * share:.1f}px'></div></td></tr>"
        for name, area, share in rows
    )
    style = (
        "body {font-family: sans-serif} .number {text-align: right; padding: 0 1em} "
        "div {height: 1em; background: #3b7dd8}"
    )
    head = f"<head><meta charset='utf-8'><title>{title}</title><style>{style}</style></head>"
    return f"<!DOCTYPE html>\n<html>{head}<body><h1>{title}</h1>\n<table>\n{bars}\n</table></body></html>\n"
