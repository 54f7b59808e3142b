"""Map tools: click to explain, draw examples."""

from qgis.core import QgsGeometry, QgsPointXY, QgsWkbTypes
from qgis.gui import QgsMapTool, QgsMapToolEmitPoint, QgsRubberBand
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor


class ClickTool(QgsMapToolEmitPoint):
    """Emits `canvasClicked` with a point in the CRS of the canvas."""

    def __init__(self, canvas):
        super().__init__(canvas)
        self.setCursor(Qt.CursorShape.WhatsThisCursor)


class ShapeTool(QgsMapTool):
    """Draws a polygon: left-click adds a vertex, right-click or Enter finishes, Backspace removes one, Esc cancels.

    One vertex gives a point; two vertices are ignored.
    """

    drawn = pyqtSignal(QgsGeometry)

    def __init__(self, canvas):
        super().__init__(canvas)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._vertices = []
        self._band = QgsRubberBand(canvas, QgsWkbTypes.GeometryType.PolygonGeometry)
        self._band.setFillColor(QColor(255, 255, 255, 60))
        self._band.setStrokeColor(QColor(255, 60, 60))
        self._band.setWidth(2)

    def canvasReleaseEvent(self, event):
        """Add a vertex, or finish."""
        if event.button() == Qt.MouseButton.RightButton:
            self.finish()
        elif event.button() == Qt.MouseButton.LeftButton:
            self._vertices.append(QgsPointXY(event.mapPoint()))
            self._redraw()

    def canvasMoveEvent(self, event):
        """Show the next vertex at the cursor."""
        if self._vertices:
            self._redraw(QgsPointXY(event.mapPoint()))

    def keyPressEvent(self, event):
        """Finish, remove the last vertex, or cancel."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.finish()
        elif event.key() == Qt.Key.Key_Backspace:
            self._vertices = self._vertices[:-1]
            self._redraw()
            event.accept()
        elif event.key() == Qt.Key.Key_Escape:
            self.clear()

    def finish(self):
        """Emit the drawn geometry."""
        vertices = self._vertices
        self.clear()
        if len(vertices) == 1:
            self.drawn.emit(QgsGeometry.fromPointXY(vertices[0]))
        elif len(vertices) > 2:
            self.drawn.emit(QgsGeometry.fromPolygonXY([vertices]))

    def clear(self):
        """Remove the drawn geometry."""
        self._vertices = []
        self._redraw()

    def deactivate(self):
        """Remove the drawn geometry when another map tool is activated."""
        self.clear()
        super().deactivate()

    def remove(self):
        """Remove the rubber band from the canvas."""
        self.canvas().scene().removeItem(self._band)

    def _redraw(self, cursor=None):
        self._band.reset(QgsWkbTypes.GeometryType.PolygonGeometry)
        for vertex in [*self._vertices, *([cursor] if cursor is not None else [])]:
            self._band.addPoint(vertex)
