"""A second canvas without the map, which follows the first: image and map side by side."""

from qgis.gui import QgsDockWidget, QgsMapCanvas, QgsMapToolPan
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import QDockWidget

from ..i18n import tr


class SideBySide(QgsDockWidget):
    """Shows all visible layers but one, at the extent of another canvas."""

    def __init__(self, canvas, parent=None):
        super().__init__(tr("ProxyCLIP: image alone"), parent)
        self.setObjectName("ProxyClipSideBySide")
        self._main = canvas
        self._hidden = None
        self.canvas = QgsMapCanvas(self)
        self.canvas.setCanvasColor(canvas.canvasColor())
        self.canvas.enableAntiAliasing(True)
        self._tool = QgsMapToolPan(self.canvas)
        self.canvas.setMapTool(self._tool)
        self.setWidget(self.canvas)
        canvas.extentsChanged.connect(self.follow)
        canvas.layersChanged.connect(self.follow)
        self.canvas.extentsChanged.connect(self._lead)
        self._moving = False

    def show_without(self, layer):
        """Show the image alone."""
        self._hidden = None if layer is None else layer.id()
        self.follow()

    def follow(self):
        """Take over layers and extent of the main canvas."""
        if self._moving:
            return
        self._moving = True
        settings = self._main.mapSettings()
        self.canvas.setDestinationCrs(settings.destinationCrs())
        self.canvas.setLayers([layer for layer in self._main.layers() if layer.id() != self._hidden])
        self.canvas.setExtent(self._main.extent())
        self.canvas.zoomScale(self._main.scale())
        self.canvas.refresh()
        self._moving = False

    def close_down(self):
        """Stop following."""
        self._main.extentsChanged.disconnect(self.follow)
        self._main.layersChanged.disconnect(self.follow)
        self.canvas.unsetMapTool(self._tool)

    def _lead(self):
        """Move the main canvas where the user moved this one; only a mouse over it can do that."""
        if self._moving or not self.canvas.underMouse():
            return
        self._moving = True
        self._main.setCenter(self.canvas.center())
        self._main.zoomScale(self.canvas.scale())
        self._main.refresh()
        self._moving = False


def place_beside(side, window):
    """Put the dock between the layers and the canvas, half as wide as the canvas was."""
    width = window.centralWidget().width() if window.centralWidget() is not None else 600
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, side)
    layers = window.findChild(QDockWidget, "Layers")
    docks, widths = [side], [width // 2]
    if layers is not None and layers.isVisible():
        docks, widths = [layers, side], [layers.width(), width // 2]
        window.splitDockWidget(layers, side, Qt.Orientation.Horizontal)
    _resize(window, docks, widths)


def take_away(side, window):
    """Remove the dock; the layers keep their width."""
    layers = window.findChild(QDockWidget, "Layers")
    width = 0 if layers is None else layers.width()
    window.removeDockWidget(side)
    if width:
        _resize(window, [layers], [width])


def _resize(window, docks, widths):
    """Give docks their widths once the window has laid them out anew."""
    QTimer.singleShot(0, lambda: window.resizeDocks(docks, widths, Qt.Orientation.Horizontal))
