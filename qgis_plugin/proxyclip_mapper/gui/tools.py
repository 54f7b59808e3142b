"""Map tools: a click that asks, and shapes that are drawn as examples."""

from qgis.core import QgsGeometry, QgsPointXY, QgsWkbTypes
from qgis.gui import QgsMapTool, QgsMapToolEmitPoint, QgsRubberBand
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor


class ClickTool(QgsMapToolEmitPoint):
    """Emits `canvasClicked` with a point in the canvas's CRS."""

    def __init__(self, canvas):
        super().__init__(canvas)
        self.setCursor(Qt.CursorShape.WhatsThisCursor)


class ShapeTool(QgsMapTool):
    """Draws a polygon: left button adds a corner, right button or Enter ends, Backspace takes one back, Esc drops all.

    One corner makes a point, which the receiver may grow; two are too few and are dropped.
    """

    drawn = pyqtSignal(QgsGeometry)

    def __init__(self, canvas):
        super().__init__(canvas)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._corners = []
        self._band = QgsRubberBand(canvas, QgsWkbTypes.GeometryType.PolygonGeometry)
        self._band.setFillColor(QColor(255, 255, 255, 60))
        self._band.setStrokeColor(QColor(255, 60, 60))
        self._band.setWidth(2)

    def canvasReleaseEvent(self, event):
        """Add a corner, or end."""
        if event.button() == Qt.MouseButton.RightButton:
            self.finish()
        elif event.button() == Qt.MouseButton.LeftButton:
            self._corners.append(QgsPointXY(event.mapPoint()))
            self._redraw()

    def canvasMoveEvent(self, event):
        """Show where the next corner would be."""
        if self._corners:
            self._redraw(QgsPointXY(event.mapPoint()))

    def keyPressEvent(self, event):
        """End, take back or drop."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.finish()
        elif event.key() == Qt.Key.Key_Backspace:
            self._corners = self._corners[:-1]
            self._redraw()
            event.accept()
        elif event.key() == Qt.Key.Key_Escape:
            self.clear()

    def finish(self):
        """Emit what was drawn."""
        corners = self._corners
        self.clear()
        if len(corners) == 1:
            self.drawn.emit(QgsGeometry.fromPointXY(corners[0]))
        elif len(corners) > 2:
            self.drawn.emit(QgsGeometry.fromPolygonXY([corners]))

    def clear(self):
        """Drop what was drawn."""
        self._corners = []
        self._redraw()

    def deactivate(self):
        """Drop what was drawn when another tool is taken."""
        self.clear()
        super().deactivate()

    def remove(self):
        """Take the band off the canvas."""
        self.canvas().scene().removeItem(self._band)

    def _redraw(self, cursor=None):
        self._band.reset(QgsWkbTypes.GeometryType.PolygonGeometry)
        for corner in [*self._corners, *([cursor] if cursor is not None else [])]:
            self._band.addPoint(corner)
