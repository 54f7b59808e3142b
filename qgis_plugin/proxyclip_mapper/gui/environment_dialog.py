"""Dialog to create, select and test the Python environment."""

from qgis.core import QgsApplication
from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
)

from .. import settings
from ..client.environment import base_interpreters, find_uv
from ..client.installer import Installer, default_package, make_plan
from ..i18n import tr
from ..report import make_report


class EnvironmentDialog(QDialog):
    """Creates an environment, or selects an interpreter that has proxyclip-geo."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setWindowTitle(tr("ProxyCLIP Environment"))
        self.resize(720, 640)
        self.installer = Installer(self)
        self.installer.stepped.connect(self._on_step)
        self.installer.logged.connect(self._on_log)
        self.installer.finished.connect(self._on_finished)
        layout = QVBoxLayout(self)
        layout.addWidget(self._make_head())
        layout.addWidget(self._make_build())
        layout.addWidget(self._make_use())
        self.status = QLabel(self)
        self.status.setWordWrap(True)
        self.progress = QProgressBar(self)
        self.log = QPlainTextEdit(self)
        self.log.setReadOnly(True)
        self.log.setMaximumBlockCount(5000)
        layout.addWidget(self.status)
        layout.addWidget(self.progress)
        layout.addWidget(self.log, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        self.cancel_button = buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.ActionRole)
        self.cancel_button.clicked.connect(self.installer.cancel)
        copy = buttons.addButton(tr("Copy report"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(self._copy)
        layout.addWidget(buttons)
        self._show_state()

    def build(self):
        """Create a new environment from the fields."""
        for name, value in (
            ("hardware", self.hardware.currentData()),
            ("package", self.package.text().strip()),
            ("wheelhouse", self.wheelhouse.filePath()),
        ):
            settings.write(name, value)
        self.log.clear()
        try:
            plan = make_plan(
                self.hardware.currentData(),
                self.package.text().strip(),
                self.wheelhouse.filePath(),
                self.python.currentData() or "",
                self.with_uv.isChecked(),
            )
        except LookupError as error:
            self.status.setText(str(error))
            return
        self.installer.build(plan)
        self._show_state()

    def use(self):
        """Use the interpreter in the field."""
        self.log.clear()
        self.installer.use(self.interpreter.filePath())
        self._show_state()

    def reject(self):
        """Cancel the running step and close."""
        self.installer.cancel()
        super().reject()

    def _make_head(self):
        head = QLabel(
            tr(
                "ProxyCLIP runs in its own Python environment, separate from that of QGIS. Creating it takes some "
                "minutes and up to 7 GB of disk space."
            ),
            self,
        )
        head.setWordWrap(True)
        return head

    def _make_build(self):
        group = QGroupBox(tr("Create environment"), self)
        form = QFormLayout(group)
        self.hardware = QComboBox(group)
        for key, text in (
            ("cpu", tr("CPU only")),
            ("cuda", tr("NVIDIA GPU (CUDA)")),
            ("index", tr("Default of the package index")),
        ):
            self.hardware.addItem(text, key)
        self.hardware.setCurrentIndex(max(0, self.hardware.findData(settings.read("hardware"))))
        self.hardware.currentIndexChanged.connect(
            lambda _: self.package.setPlaceholderText(default_package(self.hardware.currentData()))
        )
        self.python = QComboBox(group)
        for path in base_interpreters():
            self.python.addItem(path, path)
        self.package = QLineEdit(settings.read("package"), group)
        self.package.setPlaceholderText(default_package(self.hardware.currentData()))
        self.package.setToolTip(tr("Pip requirement, or path of a wheel or source folder"))
        self.wheelhouse = QgsFileWidget(group)
        self.wheelhouse.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.wheelhouse.setFilePath(settings.read("wheelhouse"))
        self.wheelhouse.setToolTip(tr("Folder with all wheels for offline installation; leave empty to download"))
        self.with_uv = QCheckBox(tr("Install with uv (faster than pip)"), group)
        self.with_uv.setChecked(find_uv() is not None)
        self.with_uv.setVisible(find_uv() is not None)
        self.build_button = QPushButton(tr("Create"), group)
        self.build_button.clicked.connect(self.build)
        form.addRow(tr("Hardware"), self.hardware)
        form.addRow(tr("Python"), self.python)
        form.addRow(tr("Package"), self.package)
        form.addRow(tr("Folder with wheels"), self.wheelhouse)
        form.addRow(self.with_uv)
        form.addRow(self.build_button)
        return group

    def _make_use(self):
        group = QGroupBox(tr("Use a Python interpreter with proxyclip-geo"), self)
        row = QHBoxLayout(group)
        self.interpreter = QgsFileWidget(group)
        self.interpreter.setStorageMode(QgsFileWidget.StorageMode.GetFile)
        self.interpreter.setFilePath(settings.read("interpreter"))
        self.use_button = QPushButton(tr("Test and Use"), group)
        self.use_button.clicked.connect(self.use)
        row.addWidget(self.interpreter, 1)
        row.addWidget(self.use_button)
        return group

    def _on_step(self, number, count, title):
        self.progress.setRange(0, count)
        self.progress.setValue(number)
        self.status.setText(tr("Step {} of {}: {}").format(number + 1, count, title))

    def _on_log(self, line):
        self.log.appendPlainText(line)

    def _on_finished(self, good, message):
        self.progress.setRange(0, 1)
        self.progress.setValue(1 if good else 0)
        self.status.setText(message)
        if good:
            self.interpreter.setFilePath(settings.read("interpreter"))
        self._show_state()

    def _show_state(self):
        running = self.installer.is_running
        self.cancel_button.setEnabled(running)
        for button in (self.build_button, self.use_button):
            button.setEnabled(not running)
        if not running and not self.status.text():
            chosen = settings.read("interpreter")
            self.status.setText(
                tr("Current interpreter: {}").format(chosen) if chosen else tr("No environment is set up.")
            )
        self.setCursor(Qt.CursorShape.BusyCursor if running else Qt.CursorShape.ArrowCursor)

    def _copy(self):
        QgsApplication.clipboard().setText(make_report(log=self.installer.log))
