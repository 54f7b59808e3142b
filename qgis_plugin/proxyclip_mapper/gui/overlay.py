"""A canvas item that draws layers above the map; the layers need not belong to the project."""

from qgis.core import QgsMapRendererParallelJob, QgsMapSettings, QgsRectangle
from qgis.gui import QgsMapCanvasItem
from qgis.PyQt.QtCore import QRectF, Qt
from qgis.PyQt.QtGui import QColor, QImage


class MapOverlay(QgsMapCanvasItem):
    """Draws layers in the extent, CRS and rotation of a canvas, below the rubber bands.

    The layers are rendered in background threads. Until an image is ready, the last one moves with the canvas.
    """

    def __init__(self, canvas):
        super().__init__(canvas)
        self._canvas = canvas
        self._layers = []
        self._image = QImage()
        self._job = None
        self.setZValue(-5)
        canvas.renderStarting.connect(self.render)

    @property
    def is_rendering(self):
        """Whether an image is being rendered."""
        return self._job is not None

    @property
    def image(self):
        """The image that is drawn; null while nothing is drawn."""
        return self._image

    def set_layers(self, layers):
        """Draw other layers, the topmost first."""
        self._layers = list(layers)
        self.render()

    def render(self):
        """Render the layers for the current view of the canvas."""
        self._cancel()
        if not self._layers:
            self._image = QImage()
            self.setRect(QgsRectangle())
            self.update()
            return
        settings = QgsMapSettings(self._canvas.mapSettings())
        if not settings.hasValidSettings():
            return
        settings.setLayers(self._layers)
        settings.setBackgroundColor(QColor(Qt.GlobalColor.transparent))
        job = self._job = QgsMapRendererParallelJob(settings)
        job.finished.connect(lambda: self._show(job))
        job.start()

    def paint(self, painter, *_):
        """Draw the last image, scaled to the current view."""
        if not self._image.isNull():
            size = self.boundingRect().size()
            # The bounding box of a canvas item is two pixels larger than its extent.
            painter.drawImage(QRectF(0, 0, size.width() - 2, size.height() - 2), self._image)

    def remove(self):
        """Remove the item from the canvas."""
        self._canvas.renderStarting.disconnect(self.render)
        self._layers = []
        self._cancel()
        self._canvas.scene().removeItem(self)

    def _show(self, job):
        if job is not self._job:
            return
        self._job = None
        self._image = job.renderedImage()
        self.setRect(job.mapSettings().visibleExtent())
        self.update()

    def _cancel(self):
        job, self._job = self._job, None
        if job is not None:
            job.finished.disconnect()
            job.cancel()
