"""What to export, and where."""

from pathlib import Path

from qgis.gui import QgsFileWidget
from qgis.PyQt.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QFormLayout, QLabel

from ..i18n import tr


class ExportDialog(QDialog):
    """Asks for a folder, and for which results go there."""

    def __init__(self, stem, parent=None):
        super().__init__(parent)
        self.setWindowTitle(tr("Export the map"))
        self._stem = stem
        self.folder = QgsFileWidget(self)
        self.folder.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.folder.setFilePath(str(Path.home()))
        self.polygons = QCheckBox(tr("Polygons with areas and styles ({}.gpkg)").format(stem), self)
        self.score = QCheckBox(tr("Scores ({}_score.tif)").format(stem), self)
        self.probabilities = QCheckBox(tr("Probabilities of all classes ({}_probabilities.tif)").format(stem), self)
        self.overwrite = QCheckBox(tr("Replace files that are there"), self)
        self.polygons.setChecked(True)
        self.score.setChecked(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout(self)
        form.addRow(tr("Folder"), self.folder)
        form.addRow(QLabel(tr("Labels ({}_labels.tif)").format(stem), self))
        for box in (self.score, self.probabilities, self.polygons, self.overwrite):
            form.addRow(box)
        form.addRow(buttons)
        self.resize(460, self.sizeHint().height())

    def options(self):
        """Return the options of a `label` request."""
        return {
            "scores": self.score.isChecked(),
            "probabilities": self.probabilities.isChecked(),
            "polygons": self.polygons.isChecked(),
            "overwrite": self.overwrite.isChecked(),
        }
