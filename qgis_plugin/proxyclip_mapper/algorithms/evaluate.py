"""Labels and truth in, scores out."""

import html
from pathlib import Path

from qgis.core import (
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from ..i18n import tr
from ..worker.blocking import BlockingWorker
from .base import WorkerAlgorithm


class Evaluate(WorkerAlgorithm):
    """`proxyclip-geo evaluate`."""

    ID = "evaluate"
    ICON = "evaluate"

    def displayName(self):
        """Return the name."""
        return tr("Evaluate")

    def tags(self):
        """Return words to be found by."""
        return ["accuracy", "IoU", "confusion matrix", "validation"]

    def shortHelpString(self):
        """Return the help."""
        return tr(
            "Compares a label raster with the truth: accuracy, IoU and F1 of each class, and the confusion matrix. The "
            "truth may lie on another grid and in another CRS.\n\n"
            "The mapping says which class each value of the truth is: 1=building, 2=road, 3=road. Without it classes "
            "are matched by name or by value."
        )

    def initAlgorithm(self, configuration=None):
        """Define the parameters."""
        self.addParameter(QgsProcessingParameterRasterLayer("INPUT", tr("Labels")))
        self.addParameter(QgsProcessingParameterRasterLayer("TRUTH", tr("Truth")))
        self.addParameter(
            QgsProcessingParameterString("MAPPING", tr("Which class each value of the truth is"), None, optional=True)
        )
        self.addParameter(
            QgsProcessingParameterString("IGNORE", tr("Values or names of the truth to leave out"), None, optional=True)
        )
        self.addParameter(
            QgsProcessingParameterFileDestination("OUTPUT", tr("Report"), tr("Web page (*.html)"), optional=True)
        )
        for name, title in (("ACCURACY", tr("Accuracy")), ("MEAN_IOU", tr("Mean IoU")), ("MEAN_F1", tr("Mean F1"))):
            self.addOutput(QgsProcessingOutputNumber(name, title))

    def find_fault(self, parameters, context):
        """Return what is wrong with the parameters together."""
        try:
            read_mapping(self.parameterAsString(parameters, "MAPPING", context))
        except ValueError as error:
            return str(error)
        return ""

    def processAlgorithm(self, parameters, context, feedback):
        """Do it."""
        _, labels = self.read_image(parameters, context)
        _, truth = self.read_image(parameters, context, "TRUTH")
        ignore = self.parameterAsString(parameters, "IGNORE", context)
        request = {
            "labels": labels,
            "truth": truth,
            "mapping": read_mapping(self.parameterAsString(parameters, "MAPPING", context)) or None,
            "ignore": [_key(part) for part in ignore.split(",") if part.strip()],
        }
        with BlockingWorker(feedback) as worker:
            made = worker.ask("evaluate", request)
        feedback.pushConsoleInfo(made["text"])
        overall = made["report"]["overall"]
        results = {
            "ACCURACY": overall.get("accuracy"),
            "MEAN_IOU": overall.get("mean_iou"),
            "MEAN_F1": overall.get("mean_f1"),
        }
        path = self.parameterAsFileOutput(parameters, "OUTPUT", context)
        if path:
            try:
                Path(path).write_text(_page(made["text"]), encoding="utf-8")
            except OSError as error:
                raise QgsProcessingException(str(error)) from error
            results["OUTPUT"] = path
        return results


def read_mapping(text):
    """Read "1=building, 2=road" as an object.

    Raises:
        ValueError: If a part is not of this form.
    """
    mapping = {}
    for part in (text or "").split(","):
        if not part.strip():
            continue
        value, sign, name = part.partition("=")
        if not sign or not value.strip() or not name.strip():
            raise ValueError(tr("“{}” is no part of a mapping; write it like 1=building, 2=road.").format(part.strip()))
        mapping[value.strip()] = _key(name)
    return mapping


def _key(text):
    text = text.strip()
    return int(text) if text.lstrip("-").isdigit() else text


def _page(text):
    title = html.escape(tr("Evaluation"))
    head = f"<head><meta charset='utf-8'><title>{title}</title></head>"
    return f"<!DOCTYPE html><html>{head}<body><pre>{html.escape(text)}</pre></body></html>"
