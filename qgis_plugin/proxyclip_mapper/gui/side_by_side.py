"""A second map canvas that shows the image without the map, synchronised with the main canvas."""

from qgis.gui import QgsDockWidget, QgsMapCanvas, QgsMapToolPan
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import QDockWidget

from ..i18n import tr


class SideBySide(QgsDockWidget):
    """Dock widget with a canvas that shows the visible layers without the preview, which is no layer.

    Attributes:
        neighbours: (panel, its width before) of the panels on the left.
    """

    def __init__(self, canvas, parent=None):
        super().__init__(tr("ProxyCLIP: image without map"), parent)
        self.setObjectName("ProxyClipSideBySide")
        self._main = canvas
        self.canvas = QgsMapCanvas(self)
        self.canvas.setCanvasColor(canvas.canvasColor())
        self.canvas.enableAntiAliasing(True)
        self._tool = QgsMapToolPan(self.canvas)
        self.canvas.setMapTool(self._tool)
        self.setWidget(self.canvas)
        canvas.extentsChanged.connect(self.follow)
        canvas.layersChanged.connect(self.follow)
        self.canvas.extentsChanged.connect(self._move_main_canvas)
        self._moving = False
        self.neighbours = []

    def follow(self):
        """Set the layers and the extent of the main canvas."""
        if self._moving:
            return
        self._moving = True
        settings = self._main.mapSettings()
        self.canvas.setDestinationCrs(settings.destinationCrs())
        self.canvas.setLayers(self._main.layers())
        self.canvas.setExtent(self._main.extent())
        self.canvas.zoomScale(self._main.scale())
        self.canvas.refresh()
        self._moving = False

    def disconnect_canvas(self):
        """Disconnect from the main canvas."""
        self._main.extentsChanged.disconnect(self.follow)
        self._main.layersChanged.disconnect(self.follow)
        self.canvas.unsetMapTool(self._tool)

    def _move_main_canvas(self):
        """Set the extent of the main canvas after the user moved this one with the mouse."""
        if self._moving or not self.canvas.underMouse():
            return
        self._moving = True
        self._main.setCenter(self.canvas.center())
        self._main.zoomScale(self.canvas.scale())
        self._main.refresh()
        self._moving = False


def place_beside(side, window):
    """Dock the widget between the panels on the left and the canvas, with half the width of the canvas.

    It gets the whole height, also beside several panels that lie below each other.
    """
    width = window.centralWidget().width() if window.centralWidget() is not None else 600
    left = _panels_on_the_left(window)
    tabs = {dock: window.tabifiedDockWidgets(dock) for dock in left}
    heights = [dock.height() for dock in left]
    side.neighbours = [(dock, dock.width()) for dock in left]
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, side)
    docks, widths = [side], [width // 2]
    if left:
        docks, widths = [left[0], side], [left[0].width(), width // 2]
        # A split divides the place of one panel: take the others out, split, and put them back below the first.
        for dock in left[1:]:
            window.removeDockWidget(dock)
        window.splitDockWidget(left[0], side, Qt.Orientation.Horizontal)
        for above, dock in zip(left, left[1:]):
            window.splitDockWidget(above, dock, Qt.Orientation.Vertical)
            dock.show()
            for other in tabs[dock]:
                window.tabifyDockWidget(dock, other)
            dock.raise_()
        _resize(side, window, left, heights, Qt.Orientation.Vertical)
    _resize(side, window, docks, widths)


def _panels_on_the_left(window):
    """Return the panels that lie below each other on the left, one for each group of tabs, from top to bottom.

    Only the first if some lie side by side.
    """
    area = Qt.DockWidgetArea.LeftDockWidgetArea
    shown = [
        dock
        for dock in window.findChildren(QDockWidget)
        if window.dockWidgetArea(dock) == area
        and dock.isVisible()
        and not dock.isFloating()
        and not dock.visibleRegion().isEmpty()
    ]
    shown.sort(key=lambda dock: (dock.y(), dock.x()))
    return shown if len({dock.x() for dock in shown}) < 2 else shown[:1]


def remove_dock(side, window):
    """Remove the dock widget; the panels on the left get the width that they had."""
    window.removeDockWidget(side)
    if side.neighbours:
        _resize(window, window, *map(list, zip(*side.neighbours)))


def _resize(owner, window, docks, sizes, direction=Qt.Orientation.Horizontal):
    """Set the sizes of dock widgets when the layout of the window is updated, which may take some turns.

    Args:
        owner: Nothing is done after it is deleted.
        window: The main window.
        docks: The dock widgets.
        sizes: Their widths, or heights.
        direction: Horizontal for widths.
    """
    for delay in (0, 100):
        timer = QTimer(owner)
        timer.setSingleShot(True)
        timer.timeout.connect(lambda: window.resizeDocks(docks, sizes, direction))
        timer.timeout.connect(timer.deleteLater)
        timer.start(delay)
