"""Processing algorithm “Evaluate”."""

import html

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingParameterField,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorLayer,
)

from ..client.blocking import BlockingClient
from ..i18n import tr
from ..models import default
from .base import SOURCE_VECTOR, ProxyClipAlgorithm
from .outputs import check_outputs, write_text


class Evaluate(ProxyClipAlgorithm):
    """Compares a label raster with ground truth."""

    ID = "evaluate"
    ICON = "evaluate"
    GROUP = "analysis"

    def displayName(self):
        """Return the display name."""
        return tr("Evaluate")

    def tags(self):
        """Return the search tags."""
        return ["accuracy", "IoU", "confusion matrix", "validation"]

    def shortHelpString(self):
        """Return the help text."""
        return tr(
            "Compares a label raster with ground truth: accuracy, IoU and F1 of each class, and the confusion "
            "matrix. The ground truth is a raster on any grid, or points and polygons with a class, in any CRS.\n\n"
            "The mapping assigns a class to each ground truth value: 1=building, 2=road, 3=road. Without a "
            "mapping, classes are matched by name or by value."
        )

    def add_parameters(self):
        """Define the parameters."""
        self.addParameter(QgsProcessingParameterRasterLayer("INPUT", tr("Label raster")))
        self.addParameter(QgsProcessingParameterRasterLayer("TRUTH", tr("Ground truth (raster)"), optional=True))
        self.addParameter(
            QgsProcessingParameterVectorLayer(
                "TRUTH_LAYER", tr("Ground truth (points or polygons with a class)"), [SOURCE_VECTOR], optional=True
            )
        )
        self.addParameter(
            QgsProcessingParameterField(
                "TRUTH_FIELD",
                tr("Class field of the ground truth"),
                default("Examples", "field"),
                "TRUTH_LAYER",
                optional=True,
            )
        )
        self.addParameter(
            QgsProcessingParameterString(
                "MAPPING", tr("Class of each ground truth value, e.g. 1=building, 2=road"), None, optional=True
            )
        )
        self.addParameter(
            QgsProcessingParameterString("IGNORE", tr("Ground truth values or classes to ignore"), None, optional=True)
        )
        self.addParameter(
            QgsProcessingParameterFileDestination("OUTPUT", tr("Report"), tr("HTML files (*.html)"), optional=True)
        )
        for name, title in (("ACCURACY", tr("Accuracy")), ("MEAN_IOU", tr("Mean IoU")), ("MEAN_F1", tr("Mean F1"))):
            self.addOutput(QgsProcessingOutputNumber(name, title))

    def check_parameters(self, parameters, context):
        """Return why the parameters are invalid, or an empty text."""
        if bool(parameters.get("TRUTH")) == bool(parameters.get("TRUTH_LAYER")):
            return tr("Select either a raster or a vector layer of ground truth.")
        try:
            read_mapping(self.parameterAsString(parameters, "MAPPING", context))
        except ValueError as error:
            return str(error)
        report = self.parameterAsFileOutput(parameters, "OUTPUT", context)
        return check_outputs({tr("Report"): report}, self.input_paths(parameters, context))

    def run_request(self, parameters, context, feedback):
        """Run the algorithm."""
        _, labels = self.read_image(parameters, context)
        ignore = self.parameterAsString(parameters, "IGNORE", context)
        request = {
            "labels": labels,
            "mapping": read_mapping(self.parameterAsString(parameters, "MAPPING", context)) or None,
            "ignore": [_key(part) for part in ignore.split(",") if part.strip()],
        }
        if parameters.get("TRUTH"):
            _, request["truth"] = self.read_image(parameters, context, "TRUTH")
        else:
            request["truth"] = self.vector_path(parameters, "TRUTH_LAYER", context, feedback)
            request["truth_field"] = self.parameterAsString(parameters, "TRUTH_FIELD", context)
        with BlockingClient(feedback) as client:
            result = client.request("evaluate", request)
        feedback.pushConsoleInfo(result["text"])
        overall = result["report"]["overall"]
        results = {
            "ACCURACY": overall.get("accuracy"),
            "MEAN_IOU": overall.get("mean_iou"),
            "MEAN_F1": overall.get("mean_f1"),
        }
        path = self.parameterAsFileOutput(parameters, "OUTPUT", context)
        if path:
            write_text(path, _page(result["text"]))
            results["OUTPUT"] = path
        return results


def read_mapping(text):
    """Return the mapping in a text such as "1=building, 2=road".

    Raises:
        ValueError: If a part is not of this form.
    """
    mapping = {}
    for part in (text or "").split(","):
        if not part.strip():
            continue
        value, sign, name = part.partition("=")
        if not sign or not value.strip() or not name.strip():
            raise ValueError(tr("“{}” is not a valid mapping. Enter it as 1=building, 2=road.").format(part.strip()))
        mapping[value.strip()] = _key(name)
    return mapping


def _key(text):
    text = text.strip()
    return int(text) if text.lstrip("-").isdigit() else text


def _page(text):
    title = html.escape(tr("Evaluation"))
    head = f"<head><meta charset='utf-8'><title>{title}</title></head>"
    return f"<!DOCTYPE html><html>{head}<body><pre>{html.escape(text)}</pre></body></html>"
