"""Selection of the model, with its purpose, ground resolution, licence and state."""

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ..i18n import tr
from ..icons import icon
from ..models import MODELS, PRESETS


def model_title(name):
    """Return the name of a model with its purpose, e.g. "Fast: vitb16-dinov3-s16"."""
    titles = {
        "fast": tr("Fast: {}"),
        "balanced": tr("Balanced: {}"),
        "best": tr("Best: {}"),
    }
    if name == "demo":
        return tr("Try out: {}").format(name)
    purpose = next((preset for preset, model in PRESETS.items() if model == name), None)
    return titles[purpose].format(name) if purpose in titles else name


class ModelBox(QWidget):
    """A list of models, and a line about the selected one.

    Attributes:
        download_button: Shown while the weights of the model are not on this computer.
    """

    changed = pyqtSignal()

    def __init__(self, parent=None):
        super().__init__(parent)
        self._models = {}
        self.box = QComboBox(self)
        presets = [name for name in PRESETS.values() if name in MODELS]
        for name in dict.fromkeys([*presets, "demo", *MODELS]):
            self.box.addItem(model_title(name), name)
        self.details = QLabel(self)
        self.details.setWordWrap(True)
        self.download_button = QPushButton(tr("Download"), self)
        self.download_button.hide()
        row = QHBoxLayout()
        row.addWidget(self.details, 1)
        row.addWidget(self.download_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.box)
        layout.addLayout(row)
        self.box.currentIndexChanged.connect(self._on_selected)

    @property
    def name(self):
        """Name of the selected model."""
        return self.box.currentData()

    def select(self, name):
        """Select a model by its name; ignore unknown names."""
        self.box.setCurrentIndex(max(0, self.box.findData(name)))

    def set_models(self, models):
        """Set the descriptions of the models and which are on this computer."""
        self._models = {item["name"]: item for item in models}
        for name, item in self._models.items():
            number = self.box.findData(name)
            if number >= 0:
                self.box.setItemIcon(number, icon("here" if item["present"] else "away"))
                self.box.setItemData(number, item["description"], Qt.ItemDataRole.ToolTipRole)
        self._show_details()

    @property
    def licence(self):
        """Licence of the weights of the selected model; empty if it is not known yet."""
        return self._models.get(self.name, {}).get("licence", "")

    @property
    def download_size(self):
        """Size of the download of the selected model, as text."""
        size = self._models.get(self.name, {}).get("download") or 0
        return tr("about {:.0f} MB").format(size / 1e6) if size else tr("size unknown")

    def window(self):
        """Return (window, stride) of the selected model in pixels; None for what is unknown."""
        item = self._models.get(self.name, {})
        return item.get("window"), item.get("stride")

    def _on_selected(self, _):
        self._show_details()
        self.changed.emit()

    def _show_details(self):
        item = self._models.get(self.name)
        self.download_button.setVisible(item is not None and not item["present"])
        if item is None:
            self.details.clear()
            return
        parts = []
        if item.get("gsd"):
            parts.append(tr("{:g} to {:g} m per pixel").format(*item["gsd"]))
        if item["present"]:
            size = item.get("size") or 0
            parts.append(tr("{:.0f} MB on disk").format(size / 1e6) if size >= 5e5 else tr("on disk"))
        else:
            parts.append(tr("not downloaded ({})").format(self.download_size))
        parts.append(item["licence"])
        self.details.setText("; ".join(parts))
