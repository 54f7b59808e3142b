"""A styled layer in, a vocabulary file out."""

import json
from pathlib import Path

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsPalettedRasterRenderer,
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingParameterField,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterMapLayer,
    QgsProject,
    QgsVectorLayer,
)

from ..i18n import tr
from .base import SOURCE_RASTER, SOURCE_VECTOR, WorkerAlgorithm

MOST_CLASSES = 254


class VocabularyFromLayer(WorkerAlgorithm):
    """Classes and colours that a layer has already."""

    ID = "vocabularyfromlayer"
    ICON = "vocabulary"

    def displayName(self):
        """Return the name."""
        return tr("Vocabulary from layer")

    def tags(self):
        """Return words to be found by."""
        return ["classes", "legend", "words"]

    def shortHelpString(self):
        """Return the help."""
        return tr(
            "Writes a vocabulary with the classes of a layer, to be used for segmenting and labelling.\n\n"
            "From a vector layer it takes the different values of a field, and their colours where the layer is styled "
            "by categories of that field. From a raster with a palette it takes names, values and colours. Look at the "
            "words before you use them: names such as “Klasse 3” mean nothing to the model."
        )

    def initAlgorithm(self, configuration=None):
        """Define the parameters."""
        self.addParameter(QgsProcessingParameterMapLayer("INPUT", tr("Layer"), types=[SOURCE_VECTOR, SOURCE_RASTER]))
        self.addParameter(
            QgsProcessingParameterField(
                "FIELD", tr("Field with the class (that of the style if empty)"), None, "INPUT", optional=True
            )
        )
        self.addParameter(QgsProcessingParameterFileDestination("OUTPUT", tr("Vocabulary"), tr("Vocabulary (*.json)")))
        self.addOutput(QgsProcessingOutputNumber("COUNT", tr("Number of classes")))

    def prepareAlgorithm(self, parameters, context, feedback):
        """Read the layer here: layers of the project belong to the main thread."""
        layer = self.parameterAsLayer(parameters, "INPUT", context)
        if layer is None:
            raise QgsProcessingException(tr("There is no such layer."))
        if QgsProject.instance().mapLayer(layer.id()) is None:
            # Processing opens files without their styles.
            layer.loadDefaultStyle()
        if isinstance(layer, QgsVectorLayer):
            self.entries = _from_vector(layer, self.parameterAsString(parameters, "FIELD", context))
        else:
            self.entries = _from_raster(layer)
        self.title = layer.name()
        return True

    def processAlgorithm(self, parameters, context, feedback):
        """Write the file."""
        path = Path(self.parameterAsFileOutput(parameters, "OUTPUT", context))
        if path.suffix.lower() != ".json":
            raise QgsProcessingException(tr("The vocabulary is written as JSON: let the name end in .json."))
        content = {"name": self.title, "classes": self.entries}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        except OSError as error:
            raise QgsProcessingException(str(error)) from error
        return {"OUTPUT": str(path), "COUNT": len(self.entries)}


def _from_vector(layer, field):
    renderer = layer.renderer()
    colors = {}
    if isinstance(renderer, QgsCategorizedSymbolRenderer):
        field = field or renderer.classAttribute()
        if renderer.classAttribute() == field:
            colors = {
                str(category.value()): (category.symbol().color().name(), category.label())
                for category in renderer.categories()
                if category.value() not in (None, "")
            }
    index = layer.fields().lookupField(field) if field else -1
    if index < 0:
        raise QgsProcessingException(
            tr("Choose the field that holds the class; layer “{}” is not styled by categories.").format(layer.name())
        )
    values = sorted({str(value).strip() for value in layer.uniqueValues(index) if _is_text(value)})
    _check_count(values, layer)
    entries = []
    for number, value in enumerate(values, start=1):
        color, name = colors.get(value, (None, value))
        entry = {"name": " ".join((name or value).split()), "value": number}
        if color:
            entry["color"] = color
        entries.append(entry)
    return entries


def _from_raster(layer):
    renderer = layer.renderer()
    if not isinstance(renderer, QgsPalettedRasterRenderer):
        raise QgsProcessingException(
            tr("Raster “{}” has no palette; style it with “Paletted/Unique values” first.").format(layer.name())
        )
    # A colour table without names has a number for each; such entries are classes only where there is nothing better.
    shown = [item for item in renderer.classes() if item.label.strip() and 1 <= int(item.value) <= MOST_CLASSES]
    found = [item for item in shown if item.label.strip() != f"{item.value:g}"] or shown
    _check_count(found, layer)
    return [{"name": item.label.strip(), "value": int(item.value), "color": item.color.name()} for item in found]


def _is_text(value):
    return value is not None and str(value).strip() not in ("", "NULL")


def _check_count(found, layer):
    if not found:
        raise QgsProcessingException(tr("Layer “{}” has no classes.").format(layer.name()))
    if len(found) > MOST_CLASSES:
        raise QgsProcessingException(
            tr("Layer “{}” has {} different values, which are hardly classes; choose another field.").format(
                layer.name(), len(found)
            )
        )
