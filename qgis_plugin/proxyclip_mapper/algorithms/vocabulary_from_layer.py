"""Processing algorithm “Vocabulary from layer”."""

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
from .base import SOURCE_RASTER, SOURCE_VECTOR, ProxyClipAlgorithm
from .outputs import check_outputs, write_text

MAX_CLASSES = 254


class VocabularyFromLayer(ProxyClipAlgorithm):
    """Writes the classes and colours of a layer as a vocabulary file."""

    ID = "vocabularyfromlayer"
    ICON = "vocabulary"
    GROUP = "setup"

    def displayName(self):
        """Return the display name."""
        return tr("Vocabulary from layer")

    def tags(self):
        """Return the search tags."""
        return ["classes", "legend", "words"]

    def shortHelpString(self):
        """Return the help text."""
        return tr(
            "Creates a vocabulary file from the classes of a layer.\n\n"
            "For a vector layer, the classes are the distinct values of a field, with the colours of its "
            "categorized symbology. For a paletted raster, they are the names, values and colours of the palette. "
            "Check the words before you use them: names such as “class 3” mean nothing to the model."
        )

    def add_parameters(self):
        """Define the parameters."""
        self.addParameter(QgsProcessingParameterMapLayer("INPUT", tr("Layer"), types=[SOURCE_VECTOR, SOURCE_RASTER]))
        self.addParameter(
            QgsProcessingParameterField(
                "FIELD", tr("Class field (that of the categorized symbology if empty)"), None, "INPUT", optional=True
            )
        )
        self.addParameter(QgsProcessingParameterFileDestination("OUTPUT", tr("Vocabulary"), tr("Vocabulary (*.json)")))
        self.addOutput(QgsProcessingOutputNumber("COUNT", tr("Number of classes")))

    def check_parameters(self, parameters, context):
        """Return why the parameters are invalid, or an empty text."""
        path = self.parameterAsFileOutput(parameters, "OUTPUT", context)
        if Path(path).suffix.lower() != ".json":
            return tr("The vocabulary is a JSON file: use the extension .json.")
        layer = self.parameterAsLayer(parameters, "INPUT", context)
        source = "" if layer is None else layer.source().split("|")[0]
        return check_outputs({tr("Vocabulary"): path}, [source])

    def prepareAlgorithm(self, parameters, context, feedback):
        """Read the layer in the main thread, to which layers of the project belong."""
        layer = self.parameterAsLayer(parameters, "INPUT", context)
        if layer is None:
            raise QgsProcessingException(tr("The layer was not found."))
        if QgsProject.instance().mapLayer(layer.id()) is None:
            # Processing opens files without their styles.
            layer.loadDefaultStyle()
        if isinstance(layer, QgsVectorLayer):
            self.entries = _from_vector(layer, self.parameterAsString(parameters, "FIELD", context))
        else:
            self.entries = _from_raster(layer)
        self.title = layer.name()
        return True

    def run_request(self, parameters, context, feedback):
        """Write the file."""
        path = self.parameterAsFileOutput(parameters, "OUTPUT", context)
        content = {"name": self.title, "classes": self.entries}
        write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
        return {"OUTPUT": path, "COUNT": len(self.entries)}


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
            tr("Select the class field: layer “{}” has no categorized symbology.").format(layer.name())
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
            tr("Raster “{}” has no palette. Set its symbology to “Paletted/Unique values” first.").format(layer.name())
        )
    # Entries of a colour table without names have numbers as labels; use them only if no entry has a name.
    labelled = [item for item in renderer.classes() if item.label.strip() and 1 <= int(item.value) <= MAX_CLASSES]
    found = [item for item in labelled if item.label.strip() != f"{item.value:g}"] or labelled
    _check_count(found, layer)
    return [{"name": item.label.strip(), "value": int(item.value), "color": item.color.name()} for item in found]


def _is_text(value):
    return value is not None and str(value).strip() not in ("", "NULL")


def _check_count(found, layer):
    if not found:
        raise QgsProcessingException(tr("Layer “{}” has no classes.").format(layer.name()))
    if len(found) > MAX_CLASSES:
        raise QgsProcessingException(
            tr("Layer “{}” has {} distinct values, too many for classes. Select another field.").format(
                layer.name(), len(found)
            )
        )
