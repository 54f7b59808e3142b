"""Options of how words become a map, for users who want more than the defaults."""

from qgis.gui import QgsCollapsibleGroupBox
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QCheckBox, QComboBox, QFormLayout

from ..i18n import tr
from ..models import default


class Refinements(QgsCollapsibleGroupBox):
    """Adapting words, borders and segments; collapsed at first."""

    changed = pyqtSignal()

    def __init__(self, parent=None):
        super().__init__(tr("Refinements"), parent)
        self.adapt = QCheckBox(tr("Adapt words to this image"), self)
        self.adapt.setToolTip(
            tr(
                "Move each word towards the places of this image that fit it best. Examples say more: with them, and "
                "with learned classes, this has no effect."
            )
        )
        self.borders = self._make_box(
            (("cells", tr("smooth (fast)")), ("image", tr("along edges of the image"))),
            tr("Borders between classes. The preview follows the edges of the image at its full resolution only."),
        )
        self.segments = self._make_box(
            (("none", tr("off")), ("majority", tr("most frequent class")), ("mean", tr("mean score"))),
            tr("Give all pixels of a patch of similar colour one class. Only the export uses it: it takes longer."),
        )
        form = QFormLayout(self)
        form.addRow(self.adapt)
        form.addRow(tr("Borders"), self.borders)
        form.addRow(tr("Patches of one colour"), self.segments)
        self.setCollapsed(True)
        self.adapt.toggled.connect(lambda _: self.changed.emit())
        self.borders.currentIndexChanged.connect(lambda _: self.changed.emit())

    def options(self, words, examples):
        """Return the options of a request that maps; those with the default are left out.

        Args:
            words: The words.
            examples: Whether there are examples.
        """
        adaptable = not examples and len(words.enabled) > 1 and not any(row.direction for row in words.enabled)
        chosen = {
            "adapt": self.adapt.isChecked() and adaptable and "adapted_to" not in words.extra,
            "borders": self.borders.currentData(),
            "segments": self.segments.currentData(),
        }
        return {name: value for name, value in chosen.items() if value != default("LabelOptions", name)}

    def _make_box(self, choices, text):
        box = QComboBox(self)
        for value, label in choices:
            box.addItem(label, value)
        box.setToolTip(text)
        return box
