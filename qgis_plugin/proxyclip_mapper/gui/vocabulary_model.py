"""Table model of the classes."""

from dataclasses import replace

from qgis.PyQt.QtCore import QAbstractTableModel, QModelIndex, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor

from ..i18n import tr
from ..vocabulary import Words, new_row, split_words

NAME, COLOR, WORDS, THRESHOLD = range(4)


class VocabularyModel(QAbstractTableModel):
    """Classes as rows: name with check box, colour, words, threshold.

    `words_changed` is emitted when the map must be updated, `colors_changed` when only colours changed, and `renamed`
    with the old and the new name of a class, before `words_changed`.
    """

    words_changed = pyqtSignal()
    colors_changed = pyqtSignal()
    renamed = pyqtSignal(str, str)

    def __init__(self, parent=None):
        super().__init__(parent)
        self._words = Words()

    @property
    def words(self):
        """The classes and their options."""
        return self._words

    def set_words(self, words):
        """Replace all classes."""
        self.beginResetModel()
        self._words = words
        self.endResetModel()
        self.words_changed.emit()

    def set_threshold(self, threshold):
        """Set the minimum score."""
        if threshold != self._words.threshold:
            self._words = replace(self._words, threshold=threshold)
            self.words_changed.emit()

    def add_class(self, name):
        """Add a class at the end; returns its row number."""
        rows = self._words.rows
        names = {row.name for row in rows}
        number = 2
        unique = name
        while unique in names:
            unique, number = f"{name} {number}", number + 1
        self.beginInsertRows(QModelIndex(), len(rows), len(rows))
        self._words = replace(self._words, rows=(*rows, new_row(rows, unique)))
        self.endInsertRows()
        self.words_changed.emit()
        return len(rows)

    def remove_classes(self, numbers):
        """Remove the classes with these row numbers."""
        gone = set(numbers)
        self.beginResetModel()
        self._words = replace(
            self._words, rows=tuple(row for number, row in enumerate(self._words.rows) if number not in gone)
        )
        self.endResetModel()
        self.words_changed.emit()

    def set_color(self, number, color):
        """Set the colour of a class."""
        self._replace(number, color=color.name())
        self.colors_changed.emit()

    def rowCount(self, parent=None):
        """Return the number of classes."""
        return 0 if parent is not None and parent.isValid() else len(self._words.rows)

    def columnCount(self, parent=None):
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else 4

    def headerData(self, section, orientation, role=Qt.ItemDataRole.DisplayRole):
        """Return the column headers."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return (tr("Class"), "", tr("Words"), tr("Min."))[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return (
                tr("Uncheck a class to exclude it"),
                tr("Double-click a colour to change it"),
                tr("Words that describe the class, separated by commas"),
                tr("Minimum score of the class, 0 to 1; empty for that of the map"),
            )[section]
        return None

    def flags(self, index):
        """Return the item flags of a cell."""
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        if index.column() != COLOR:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.column() == NAME else flags

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        """Return the data of a cell."""
        row = self._words.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            threshold = "" if row.threshold is None else f"{row.threshold:g}"
            return (row.name, None, ", ".join(row.words), threshold)[index.column()]
        if index.column() == COLOR and role == Qt.ItemDataRole.DecorationRole:
            return QColor(row.color)
        if index.column() == NAME and role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if row.enabled else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.ToolTipRole:
            return (tr("Label value {}").format(row.value), row.color, ", ".join(row.words), None)[index.column()]
        return None

    def setData(self, index, value, role=Qt.ItemDataRole.EditRole):
        """Set the value of a cell; return False if it is invalid."""
        number, column = index.row(), index.column()
        row = self._words.rows[number]
        if role == Qt.ItemDataRole.CheckStateRole and column == NAME:
            # PyQt 6 has an enum here, PyQt 5 a number.
            enabled = Qt.CheckState(value) == Qt.CheckState.Checked
            return self._change(number, row, replace(row, enabled=enabled))
        if role != Qt.ItemDataRole.EditRole:
            return False
        text = " ".join(str(value).split())
        if column == NAME:
            others = {item.name.casefold() for item in self._words.rows if item is not row}
            if not text or text.casefold() in others:
                return False
            if text != row.name:
                self.renamed.emit(row.name, text)
            return self._change(number, row, row.renamed(text))
        if column == WORDS:
            return self._change(number, row, replace(row, words=split_words(text)))
        return self._set_threshold(number, row, text)

    def _set_threshold(self, number, row, text):
        if not text:
            return self._change(number, row, replace(row, threshold=None))
        try:
            threshold = float(text.replace(",", "."))
        except ValueError:
            return False
        return 0 <= threshold <= 1 and self._change(number, row, replace(row, threshold=threshold))

    def _change(self, number, old, new):
        if new != old:
            self._words = replace(
                self._words, rows=tuple(new if at == number else row for at, row in enumerate(self._words.rows))
            )
            self.dataChanged.emit(self.index(number, 0), self.index(number, THRESHOLD))
            self.words_changed.emit()
        return True

    def _replace(self, number, **changes):
        rows = list(self._words.rows)
        rows[number] = replace(rows[number], **changes)
        self._words = replace(self._words, rows=tuple(rows))
        self.dataChanged.emit(self.index(number, 0), self.index(number, THRESHOLD))
