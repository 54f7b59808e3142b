"""Widget of the vocabulary: built-in vocabularies, table of classes, load and save."""

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QKeySequence
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QColorDialog,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from .. import settings
from ..compat import QAction
from ..i18n import tr
from ..icons import icon
from ..vocabulary import from_vocabulary
from .vocabulary_model import COLOR, NAME, THRESHOLD, WORDS, VocabularyModel

FILTER = "*.yaml *.yml *.json *.csv *.txt"


class VocabularyPanel(QWidget):
    """Table of classes with its buttons; the worker reads and writes vocabulary files."""

    failed = pyqtSignal(object)
    saved = pyqtSignal(str)

    def __init__(self, client, parent=None):
        super().__init__(parent)
        self._client = client
        self._presets = {}
        self.model = VocabularyModel(self)
        self.presets = QComboBox(self)
        self.presets.setToolTip(tr("Built-in vocabularies"))
        self.presets.activated.connect(self._load_preset)
        self.table = self._make_table()
        self.threshold = QDoubleSpinBox(self)
        self.threshold.setRange(0.0, 1.0)
        self.threshold.setSingleStep(0.05)
        self.threshold.setToolTip(tr("Pixels with a lower score stay unclassified"))
        self.threshold.valueChanged.connect(self.model.set_threshold)
        top = QHBoxLayout()
        top.addWidget(self.presets, 1)
        for name, text, function, shortcut in (
            ("add", tr("Add a class"), self.add_class, "Ctrl+Shift+Insert"),
            ("remove", tr("Remove the selected classes"), self.remove_selected, ""),
            ("open", tr("Load vocabulary file"), self._load, ""),
            ("save", tr("Save as vocabulary file"), self._save, ""),
        ):
            top.addWidget(self._make_button(name, text, function, shortcut))
        bottom = QHBoxLayout()
        bottom.addWidget(QLabel(tr("Minimum score"), self))
        bottom.addWidget(self.threshold)
        bottom.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        layout.addWidget(self.table)
        layout.addLayout(bottom)

    def load_presets(self):
        """Request the built-in vocabularies and load the last one used."""
        request = self._client.request("vocabularies")
        request.succeeded.connect(self._set_presets)
        request.failed.connect(self.failed)

    def load_file(self, path):
        """Read a vocabulary file."""
        request = self._client.request("read_vocabulary", {"vocabulary": path})
        request.succeeded.connect(lambda result: self.set_vocabulary(result["vocabulary"]))
        request.failed.connect(self.failed)
        return request

    def save_file(self, path):
        """Write a vocabulary file, including unchecked classes."""
        content = self.model.words.to_request(only_enabled=False)
        request = self._client.request("write_vocabulary", {"classes": content, "path": path})
        request.succeeded.connect(lambda result: self.saved.emit(tr("Saved {}").format(result["path"])))
        request.failed.connect(self.failed)
        return request

    def set_vocabulary(self, content):
        """Show a vocabulary from the worker."""
        words = from_vocabulary(content)
        self.threshold.blockSignals(True)
        self.threshold.setValue(words.threshold)
        self.threshold.blockSignals(False)
        self.model.set_words(words)

    def add_class(self):
        """Add a class and edit its name."""
        number = self.model.add_class(tr("new class"))
        index = self.model.index(number, NAME)
        self.table.setCurrentIndex(index)
        self.table.edit(index)

    def remove_selected(self):
        """Remove the selected classes."""
        self.model.remove_classes({index.row() for index in self.table.selectionModel().selectedIndexes()})

    @property
    def current_class(self):
        """Name of the class in the current row, else of the first class; empty if there are no classes."""
        rows = self.model.words.rows
        number = self.table.currentIndex().row()
        return rows[max(0, number)].name if rows and number < len(rows) else ""

    def _make_table(self):
        table = QTableView(self)
        table.setModel(self.model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        table.verticalHeader().hide()
        table.setMinimumHeight(160)
        table.setTabKeyNavigation(False)
        header = table.horizontalHeader()
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Interactive)
        header.resizeSection(NAME, 120)
        header.setSectionResizeMode(COLOR, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(COLOR, 26)
        header.setSectionResizeMode(WORDS, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(THRESHOLD, QHeaderView.ResizeMode.Interactive)
        header.resizeSection(THRESHOLD, 50)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        for text, function, key in (
            (tr("Change colour…"), self.choose_color, "Ctrl+Shift+C"),
            (tr("Remove"), self.remove_selected, "Delete"),
        ):
            action = QAction(text, table)
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(lambda _=False, run=function: run())
            table.addAction(action)
        table.doubleClicked.connect(self._on_double_click)
        return table

    def _make_button(self, name, text, function, shortcut):
        button = QToolButton(self)
        button.setIcon(icon(name))
        button.setToolTip(text)
        button.setAccessibleName(text)
        button.setAutoRaise(True)
        button.clicked.connect(lambda: function())
        if shortcut:
            button.setShortcut(QKeySequence(shortcut))
        return button

    def choose_color(self):
        """Open a dialog for the colour of the current class."""
        number = self.table.currentIndex().row()
        if 0 <= number < self.model.rowCount():
            old = self.model.data(self.model.index(number, COLOR), Qt.ItemDataRole.DecorationRole)
            color = QColorDialog.getColor(old, self, self.model.words.rows[number].name)
            if color.isValid():
                self.model.set_color(number, color)

    def _on_double_click(self, index):
        if index.column() == COLOR:
            self.choose_color()

    def _set_presets(self, result):
        self._presets = {item["name"]: item for item in result["vocabularies"]}
        self.presets.clear()
        for name, item in self._presets.items():
            self.presets.addItem(name)
            self.presets.setItemData(self.presets.count() - 1, item.get("description", ""), Qt.ItemDataRole.ToolTipRole)
        chosen = settings.read("vocabulary")
        if chosen in self._presets:
            self.presets.setCurrentText(chosen)
        if not self.model.words.rows:
            self._load_preset()

    def _load_preset(self, _=None):
        name = self.presets.currentText()
        if name in self._presets:
            settings.write("vocabulary", name)
            self.set_vocabulary(self._presets[name])

    def _load(self):
        path, _ = QFileDialog.getOpenFileName(
            self, tr("Load vocabulary file"), "", tr("Vocabularies ({})").format(FILTER)
        )
        if path:
            self.load_file(path)

    def _save(self):
        path, _ = QFileDialog.getSaveFileName(
            self, tr("Save as vocabulary file"), "", tr("Vocabularies ({})").format("*.yaml *.json")
        )
        if path:
            self.save_file(path if path.lower().endswith((".yaml", ".yml", ".json")) else f"{path}.yaml")
