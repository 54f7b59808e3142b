"""Table of the probability of each word at a location."""

from qgis.PyQt.QtCore import QRect, Qt
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import QAbstractItemView, QHeaderView, QStyledItemDelegate, QTableWidget, QTableWidgetItem

from ..i18n import tr

WORD, NAME, PROBABILITY = range(3)
PROBABILITY_ROLE = Qt.ItemDataRole.UserRole
BAR_OPACITY = 110


class ProbabilityBar(QStyledItemDelegate):
    """Draws a bar in the class's colour behind the text."""

    def paint(self, painter, option, index):
        """Draw the bar, then the text."""
        share = index.data(PROBABILITY_ROLE)
        color = index.siblingAtColumn(NAME).data(Qt.ItemDataRole.DecorationRole)
        if share is not None:
            bar = QColor(color) if color is not None else QColor(Qt.GlobalColor.gray)
            bar.setAlpha(BAR_OPACITY)
            space = option.rect.adjusted(1, 2, -1, -2)
            painter.fillRect(
                QRect(space.topLeft(), space.size()).adjusted(0, 0, int(space.width() * (share - 1)), 0), bar
            )
        super().paint(painter, option, index)


class ScoreTable(QTableWidget):
    """Table of words, classes and probabilities."""

    def __init__(self, parent=None):
        super().__init__(0, 3, parent)
        self.setHorizontalHeaderLabels([tr("Word"), tr("Class"), tr("Probability")])
        self.verticalHeader().hide()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.setItemDelegateForColumn(PROBABILITY, ProbabilityBar(self))
        self.setMinimumHeight(150)
        self.hide()

    def show_queries(self, queries, rows):
        """Show the result of `explain`, highest probability first.

        Args:
            queries: Words with class, similarity and probability.
            rows: The classes with their colours.
        """
        colors = {row.name: row.color for row in rows}
        self.setRowCount(len(queries))
        for number, query in enumerate(queries):
            word = QTableWidgetItem(query["word"])
            word.setToolTip(tr("Similarity {:.3f}").format(query["similarity"]))
            name = QTableWidgetItem(query["name"] or tr("(background)"))
            if query["name"] in colors:
                name.setData(Qt.ItemDataRole.DecorationRole, QColor(colors[query["name"]]))
            share = QTableWidgetItem(f"{100 * query['probability']:.1f} %")
            share.setData(PROBABILITY_ROLE, query["probability"])
            share.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for column, item in enumerate((word, name, share)):
                self.setItem(number, column, item)
        self.show()
