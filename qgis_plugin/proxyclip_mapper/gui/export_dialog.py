"""Dialog to export the map."""

import tempfile
from pathlib import Path

from qgis.gui import QgsFileWidget
from qgis.PyQt.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QDoubleSpinBox, QFormLayout, QLabel

from ..i18n import tr
from ..models import EXACT


class ExportDialog(QDialog):
    """Lets the user select a folder and the outputs."""

    def __init__(self, stem, parent=None):
        super().__init__(parent)
        self.setWindowTitle(tr("Export the map"))
        self._stem = stem
        self.folder = QgsFileWidget(self)
        self.folder.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.folder.setFilePath(str(Path.home()))
        self.polygons = QCheckBox(tr("Polygons with area and style ({}.gpkg)").format(stem), self)
        self.score = QCheckBox(tr("Score raster ({}_score.tif)").format(stem), self)
        self.probabilities = QCheckBox(tr("Probabilities of all classes ({}_probabilities.tif)").format(stem), self)
        self.exact = QCheckBox(tr("Keep pixel edges: no smoothing and no minimum area"), self)
        self.min_area = QDoubleSpinBox(self)
        self.min_area.setRange(0.0, 1e9)
        self.min_area.setSuffix(tr(" m²"))
        self.min_area.setSpecialValueText(tr("16 pixels"))
        self.min_area.setToolTip(tr("Smaller polygons are merged into the neighbour with the longest shared edge"))
        self.exact.toggled.connect(lambda on: self.min_area.setEnabled(not on))
        self.polygons.toggled.connect(self.exact.setEnabled)
        self.overwrite = QCheckBox(tr("Overwrite existing files"), self)
        self.polygons.setChecked(True)
        self.score.setChecked(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self)
        buttons.accepted.connect(self._accept_if_valid)
        buttons.rejected.connect(self.reject)
        form = QFormLayout(self)
        form.addRow(tr("Folder"), self.folder)
        form.addRow(QLabel(tr("Label raster ({}_labels.tif)").format(stem), self))
        for box in (self.score, self.probabilities, self.polygons, self.exact):
            form.addRow(box)
        form.addRow(tr("Minimum polygon area"), self.min_area)
        form.addRow(self.overwrite)
        self.problem = QLabel(self)
        self.problem.setWordWrap(True)
        form.addRow(self.problem)
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

    def vectors(self):
        """Return the options of polygons, as `vectors` of a `label` request."""
        if self.exact.isChecked():
            return dict(EXACT)
        return {"min_area": self.min_area.value()} if self.min_area.value() else {}

    def find_problem(self):
        """Return why the export cannot start, or an empty text."""
        folder = self.folder.filePath()
        existing = (
            [] if self.overwrite.isChecked() or not folder else sorted(Path(folder).glob(f"{self._stem}_labels.tif"))
        )
        if existing:
            return tr("{} exists. Select another folder, or overwrite existing files.").format(existing[0])
        return folder_problem(folder)

    def _accept_if_valid(self):
        self.problem.setText(self.find_problem())
        if not self.problem.text():
            self.accept()


def folder_problem(folder):
    """Return why files cannot be written in a folder, which need not exist; or an empty text."""
    if not str(folder).strip():
        return tr("Select a folder.")
    folder = Path(folder)
    if not folder.is_absolute():
        return tr("“{}” is not a full path of a folder.").format(folder)
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not existing.is_dir():
        return tr("“{}” is a file, not a folder.").format(existing)
    try:
        with tempfile.TemporaryFile(dir=existing):
            return ""
    except OSError as error:
        return tr("No files can be written in “{}”: {}").format(existing, error.strerror or error)
