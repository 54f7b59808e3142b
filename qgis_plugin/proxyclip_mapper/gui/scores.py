"""Why a place became its class: all words with their shares."""

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import QAbstractItemView, QHeaderView, QProgressBar, QTableWidget, QTableWidgetItem

from ..i18n import tr


class ScoreTable(QTableWidget):
    """Words, their classes and a bar each."""

    def __init__(self, parent=None):
        super().__init__(0, 3, parent)
        self.setHorizontalHeaderLabels([tr("Word"), tr("Class"), tr("Share")])
        self.verticalHeader().hide()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.setMinimumHeight(150)
        self.hide()

    def show_queries(self, queries, rows):
        """Show what `explain` found, best first.

        Args:
            queries: Words with class, similarity and probability.
            rows: The classes, for their colours.
        """
        colors = {row.name: row.color for row in rows}
        self.setRowCount(len(queries))
        for number, query in enumerate(queries):
            word = QTableWidgetItem(query["word"])
            word.setToolTip(tr("Similarity {:.3f}").format(query["similarity"]))
            name = QTableWidgetItem(query["name"] or tr("(background)"))
            if query["name"] in colors:
                name.setData(Qt.ItemDataRole.DecorationRole, QColor(colors[query["name"]]))
            share = QProgressBar(self)
            share.setRange(0, 1000)
            share.setValue(round(1000 * query["probability"]))
            share.setFormat(f"{100 * query['probability']:.1f} %")
            self.setItem(number, 0, word)
            self.setItem(number, 1, name)
            self.setCellWidget(number, 2, share)
        self.show()
