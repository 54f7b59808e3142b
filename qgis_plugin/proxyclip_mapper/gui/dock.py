"""The ProxyCLIP panel: image, words and map."""

from qgis.core import Qgis, QgsMessageLog
from qgis.gui import QgsCollapsibleGroupBox, QgsDockWidget
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from .. import settings
from ..client.client import WorkerClient
from ..client.environment import worker_interpreter
from ..i18n import tr
from ..icons import icon
from .environment_dialog import EnvironmentDialog
from .jobs import JobBar, Jobs
from .mapping import Mapping
from .messages import Messages
from .refinements import Refinements
from .scores import ScoreTable
from .source_panel import SourcePanel
from .tab_order import order_tabs
from .vocabulary_panel import VocabularyPanel


class MapperDock(QgsDockWidget):
    """Contains the widgets; `Mapping` connects them with the worker and the map canvas."""

    def __init__(self, iface):
        super().__init__(tr("ProxyCLIP Mapper"), iface.mainWindow())
        self.setObjectName("ProxyClipMapper")
        self.iface = iface
        self.client = WorkerClient(self)
        self.messages = Messages(iface.messageBar(), self.client)
        self.job_bar = JobBar(self)
        self.jobs = Jobs(self.client, self.job_bar, self)
        self.source_panel = SourcePanel(iface.mapCanvas(), self)
        self.words_panel = VocabularyPanel(self.client, self)
        self.refinements = Refinements(self)
        self.scores = ScoreTable(self)
        self._tooltips = {}
        self._make_widgets()
        self.mapping = Mapping(self)
        self._connect()
        self._on_busy(False)
        if worker_interpreter() is None:
            self._show_environment_hint()
        else:
            self.connect_worker()

    def connect_worker(self):
        """Start the worker and request models and vocabularies."""
        self.environment_hint.hide()
        self.load_models()
        self.words_panel.load_presets()

    def load_models(self):
        """Request the models and which of them are on this computer."""
        request = self.client.request("models")
        request.succeeded.connect(lambda result: self.source_panel.set_models(result["models"]))
        request.failed.connect(self.fail)

    def fail(self, error):
        """Show an error, with a button for its remedy if there is one."""
        if getattr(error, "was_cancelled", False):
            self.iface.messageBar().pushMessage("ProxyCLIP", tr("Cancelled."), Qgis.MessageLevel.Info, 4)
        elif getattr(error, "needs_environment", False):
            self._show_environment_hint()
            self.messages.fail(error, (tr("Environment…"), self.open_environment))
        elif getattr(error, "needs_download", False):
            self.messages.fail(error, (tr("Download…"), self.mapping.encoding.download_model))
        else:
            self.messages.fail(error)

    def open_environment(self):
        """Open the environment dialog and connect to the selected environment."""
        before = settings.read("interpreter")
        dialog = EnvironmentDialog(self.iface.mainWindow())
        dialog.exec()
        if settings.read("interpreter") != before or self.client.greeting is None:
            self.client.stop()
            if worker_interpreter() is not None:
                self.connect_worker()

    def shut_down(self):
        """Remove everything that the panel added and stop the worker."""
        self.mapping.close()

    def _make_widgets(self):
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.addWidget(self._make_hint())
        self.groups = [
            self._group(tr("1. Image"), self.source_panel, self._make_encode_row()),
            self._group(tr("2. Words"), self.words_panel, self.refinements),
            self._group(tr("3. Map"), self._make_map_row(), self._make_tools_row(), self.scores),
        ]
        for group in self.groups:
            layout.addWidget(group, 1 if group is self.groups[1] else 0)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(body)
        area.setMinimumWidth(body.minimumSizeHint().width() + area.verticalScrollBar().sizeHint().width())
        whole = QWidget(self)
        outer = QVBoxLayout(whole)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area, 1)
        outer.addWidget(self.job_bar)
        self.setWidget(whole)
        order_tabs(outer)

    def _make_hint(self):
        self.environment_hint = QWidget(self)
        row = QVBoxLayout(self.environment_hint)
        row.setContentsMargins(0, 0, 0, 0)
        text = QLabel(tr("ProxyCLIP needs its own Python environment. It is created once."), self)
        text.setWordWrap(True)
        button = QPushButton(icon("settings"), tr("Set up…"), self)
        button.clicked.connect(self.open_environment)
        row.addWidget(text)
        row.addWidget(button)
        return self.environment_hint

    def _make_encode_row(self):
        row = QWidget(self)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        self.encode_button = QPushButton(icon("encode"), tr("Encode"), row)
        self.encode_button.setToolTip(tr("Encode the image once, then map it with any words"))
        self.open_button = QPushButton(icon("open"), tr("Open…"), row)
        self.open_button.setToolTip(tr("Open an existing embedding"))
        settings_button = self._tool("settings", tr("Environment…"), self.open_environment)
        layout.addWidget(self.encode_button, 1)
        layout.addWidget(self.open_button)
        layout.addWidget(settings_button)
        return row

    def _make_map_row(self):
        row = QWidget(self)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        self.live_box = QCheckBox(tr("Live preview"), row)
        self.live_box.setChecked(True)
        self.live_box.setToolTip(tr("Update the preview when the words or the map extent change"))
        self.visible_box = QCheckBox(tr("Show"), row)
        self.visible_box.setChecked(True)
        self.visible_box.setToolTip(tr("Show the preview above the map"))
        self.opacity = QSlider(Qt.Orientation.Horizontal, row)
        self.opacity.setRange(0, 100)
        self.opacity.setValue(settings.read("opacity"))
        self.opacity.setToolTip(tr("Opacity of the map"))
        layout.addWidget(self.visible_box)
        layout.addWidget(self.live_box)
        layout.addWidget(QLabel(tr("Opacity"), row))
        layout.addWidget(self.opacity, 1)
        return row

    def _make_tools_row(self):
        row = QWidget(self)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        self.explain_button = self._tool(
            "explain", tr("Click the map to show the probability of each word"), None, True
        )
        self.draw_button = self._tool(
            "draw",
            tr(
                "Draw an example of the current class: right-click or Enter finishes, Backspace removes a corner, Esc "
                "cancels"
            ),
            None,
            True,
        )
        self.draw_negative_button = self._tool(
            "draw_not", tr("Draw a negative example of the current class"), None, True
        )
        self.correct_button = self._tool(
            "correct", tr("Change the class of a polygon of an exported map to the current class"), None, True
        )
        self.examples_button = self._make_examples_button()
        self.side_button = self._tool("side", tr("Image and map side by side"), None, True)
        self.export_button = QPushButton(icon("save"), tr("Export…"), row)
        self.export_button.setToolTip(tr("Label the whole image, and add the map to the project"))
        self.status = QLabel(row)
        self.status.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        # A long text must not make the panel wider than its dock.
        self.status.setWordWrap(True)
        for button in (
            self.explain_button,
            self.draw_button,
            self.draw_negative_button,
            self.correct_button,
            self.examples_button,
            self.side_button,
        ):
            layout.addWidget(button)
        layout.addWidget(self.status, 1)
        layout.addWidget(self.export_button)
        return row

    def _make_examples_button(self):
        """Return the button with the menu of the examples."""
        button = self._tool("remove", tr("Undo, save, load or remove examples"), None)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        self.undo_action = menu.addAction(tr("Undo the last example"), lambda: self.mapping.examples.undo())
        self.save_action = menu.addAction(tr("Save the examples…"), lambda: self.mapping.drawing.save())
        menu.addAction(tr("Load examples…"), lambda: self.mapping.drawing.load())
        self.learned_action = menu.addAction(
            tr("Save the learned classes…"), lambda: self.mapping.drawing.save_learned()
        )
        self.suggest_action = menu.addAction(tr("Where to draw next"), lambda: self.mapping.drawing.suggest())
        menu.addSeparator()
        self.clear_action = menu.addAction(tr("Remove all examples"), lambda: self.mapping.examples.clear())
        button.setMenu(menu)
        return button

    def _connect(self):
        self.encode_button.clicked.connect(lambda: self.mapping.encoding.encode())
        self.open_button.clicked.connect(lambda: self._open_embedding())
        self.export_button.clicked.connect(lambda: self.mapping.exporter.show_dialog())
        self.live_box.toggled.connect(self.mapping.set_live)
        self.opacity.valueChanged.connect(self.mapping.set_opacity)
        self.explain_button.toggled.connect(self.mapping.set_explaining)
        self.draw_button.toggled.connect(lambda on: self.mapping.set_drawing(on, negative=False))
        self.draw_negative_button.toggled.connect(lambda on: self.mapping.set_drawing(on, negative=True))
        self.correct_button.toggled.connect(self.mapping.set_correcting)
        self.visible_box.toggled.connect(self.mapping.live.set_visible)
        self.side_button.toggled.connect(self.mapping.set_side_by_side)
        self.source_panel.model.download_button.clicked.connect(lambda: self.mapping.encoding.download_model())
        self.source_panel.changed.connect(lambda: self._on_busy(self.jobs.is_busy))
        self.client.logged.connect(self._log)
        self.refinements.changed.connect(self.mapping.live.change)
        self.words_panel.failed.connect(self.fail)
        self.words_panel.saved.connect(self.messages.info)
        self.jobs.busy_changed.connect(self._on_busy)
        self.jobs.failed.connect(self.fail)
        self.jobs.warned.connect(self.messages.warn)
        self.jobs.noted.connect(self.messages.log)

    def _on_busy(self, busy):
        ready = self.mapping.live.embedding is not None
        job = tr("Wait for the running job, or cancel it.") if busy else ""
        image = "" if self.source_panel.layers.currentLayer() is not None else tr("Add an image to the project first.")
        embedding = "" if ready else tr("Encode an image, or open an embedding, first.")
        self._enable(self.encode_button, job or image)
        self._enable(self.open_button, job)
        self._enable(self.export_button, embedding or job)
        self.source_panel.model.download_button.setEnabled(not busy)
        for button in (self.explain_button, self.draw_button, self.draw_negative_button, self.side_button):
            self._enable(button, embedding)
        self.suggest_action.setEnabled(ready and not busy)
        for action in (self.undo_action, self.save_action, self.learned_action, self.clear_action):
            action.setEnabled(self.mapping.examples.count > 0)

    def _enable(self, button, obstacle):
        """Enable a button unless there is an obstacle, which its tooltip then names."""
        text = self._tooltips.setdefault(button, button.toolTip())
        button.setEnabled(not obstacle)
        button.setToolTip(f"{text}\n{obstacle}" if obstacle else text)

    def refresh_buttons(self):
        """Update which buttons are enabled."""
        self._on_busy(self.jobs.is_busy)

    def _open_embedding(self):
        path = QFileDialog.getExistingDirectory(self, tr("Open an embedding"), str(settings.work_folder()))
        if path:
            self.mapping.open(path)

    @staticmethod
    def _log(line):
        """Write the worker's log to the QGIS log without a notification."""
        QgsMessageLog.logMessage(line, "ProxyCLIP", Qgis.MessageLevel.Info, False)

    def _show_environment_hint(self):
        self.environment_hint.show()

    def _group(self, title, *parts):
        group = QgsCollapsibleGroupBox(title, self)
        layout = QVBoxLayout(group)
        for part in parts:
            layout.addWidget(part)
        return group

    def _tool(self, name, text, function, checkable=False):
        button = QToolButton(self)
        button.setIcon(icon(name))
        button.setToolTip(text)
        button.setAccessibleName(text)
        button.setCheckable(checkable)
        if function is not None:
            button.clicked.connect(lambda: function())
        return button
