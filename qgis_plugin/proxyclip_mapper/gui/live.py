"""Live preview of the map, updated when the words or the map extent change."""

import contextlib
import itertools
import math
import os
import tempfile
from pathlib import Path

from qgis.core import QgsCoordinateReferenceSystem, QgsCsException, QgsRasterLayer, QgsRectangle
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ..i18n import tr
from ..rasters import as_bounds, transform_extent
from ..styles import palette_renderer
from .overlay import MapOverlay

MOST_PIXELS = 3_000_000
"""Pixels of a preview, about."""
DELAY = 150
"""Milliseconds without changes before a preview is requested."""


class Embedding:
    """Metadata of an open embedding."""

    def __init__(self, described):
        self.path = described["embedding"]
        self.stem = described["stem"]
        self.model = described["model"]
        self.crs = QgsCoordinateReferenceSystem.fromWkt(described["crs"] or "")
        self.extent = QgsRectangle(*described["bounds"])
        a, b, _, d, e, _ = described["transform"]
        self.pixel = math.sqrt(math.hypot(a, d) * math.hypot(b, e))
        gsd = described["gsd"]
        self.metres = None if gsd is None else math.sqrt(gsd[0] * gsd[1])
        self.step = described["step"]


class LivePreview(QObject):
    """Draws the labels of the visible part of an embedding above the canvas.

    One request runs at a time. Changes during a request lead to one more request, so no queue builds up. The layer of
    the preview does not belong to the project: it is not saved, and it does not mark the project as changed.

    Attributes:
        layer: The raster layer of the preview; None while there is none.
        find_options: Returns the options of a request.
    """

    requested = pyqtSignal()
    updated = pyqtSignal(dict)
    failed = pyqtSignal(object)

    def __init__(self, client, canvas, parent=None):
        super().__init__(parent)
        self._client = client
        self._canvas = canvas
        self._folder = tempfile.TemporaryDirectory(prefix="proxyclip-preview-")
        self._numbers = itertools.count(1)
        self._request = None
        self._stale = False
        self._preview_path = None
        self._overlay = MapOverlay(canvas)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY)
        self._timer.timeout.connect(self.refresh)
        self.embedding = None
        self.layer = None
        self.words = None
        self.examples = None
        self.example_layer = None
        self.find_options = dict
        self.opacity = 0.7
        self.is_live = True
        self.is_visible = True
        canvas.extentsChanged.connect(self.change)

    def set_embedding(self, described):
        """Set another embedding and remove the preview of the last one; `refresh` requests a new one."""
        self.embedding = Embedding(described)
        self._discard_layer()

    def close_embedding(self):
        """Show no embedding; the answer of a running request is dropped."""
        self._timer.stop()
        self.embedding = None
        self._discard_layer()

    def set_words(self, words):
        """Set the words and schedule an update."""
        self.words = words
        self.change()

    def change(self):
        """Schedule an update."""
        if self.is_live and self.embedding is not None:
            self._timer.start()

    def set_examples(self, path):
        """Set the examples, a vector file or None, and schedule an update if they change."""
        if path != self.examples:
            self.examples = path
            self.change()

    def set_colors(self, words):
        """Set the colours of the classes, without a request."""
        self.words = words
        if self.layer is not None:
            self._style(words.rows)

    def set_opacity(self, opacity):
        """Set the opacity, 0 to 1."""
        self.opacity = opacity
        if self.layer is not None:
            self.layer.setOpacity(opacity)
            self._draw()

    def set_visible(self, on):
        """Show or hide the preview."""
        self.is_visible = on
        self._draw()

    def set_example_layer(self, layer):
        """Draw the examples above the preview; None removes them."""
        self.example_layer = layer
        self._draw()

    def refresh(self):
        """Request a preview of the visible part."""
        self._timer.stop()
        if self.embedding is None or self.words is None:
            return
        if not self.words.enabled:
            self._discard_layer()
            return
        if self._request is not None:
            self._stale = True
            return
        view = self._view()
        if view is None:
            return
        self._stale = False
        path = Path(self._folder.name) / f"preview-{next(self._numbers)}.tif"
        params = {
            "embedding": self.embedding.path,
            "classes": self.words.to_request(),
            "path": str(path),
            "examples": self.examples,
            "options": self.find_options(),
            **view,
        }
        self._request = self._client.request("preview", params)
        embedding = self.embedding
        self._request.succeeded.connect(lambda result: self._show(result, embedding))
        self._request.failed.connect(self._on_failed)
        self.requested.emit()

    def close(self):
        """Remove the preview and stop updates."""
        self._canvas.extentsChanged.disconnect(self.change)
        self.close_embedding()
        self._overlay.remove()
        self._folder.cleanup()

    def _view(self):
        """Return bounds and resolution of the visible part; None if the embedding is not visible."""
        try:
            canvas = self._canvas.mapSettings()
            visible = transform_extent(canvas.visibleExtent(), canvas.destinationCrs(), self.embedding.crs)
        except QgsCsException:
            return None
        part = visible.intersect(self.embedding.extent)
        if part.isNull() or part.isEmpty():
            return None
        view = {"bounds": as_bounds(part)}
        size = canvas.outputSize()
        factor = visible.width() / max(1, size.width()) / self.embedding.pixel
        # On a large screen, pixels of the map are larger than those of the screen.
        factor *= max(1.0, math.sqrt(size.width() * size.height() / MOST_PIXELS))
        if self.embedding.metres is not None and factor > 1:
            view["gsd"] = factor * self.embedding.metres
        return view

    def _show(self, result, embedding):
        """Draw a preview, unless another embedding was opened or all classes were turned off since its request."""
        self._request = None
        if embedding is self.embedding and self.words.enabled:
            if self.layer is None:
                self.layer = QgsRasterLayer(result["path"], tr("ProxyCLIP preview"), "gdal")
                if not self.layer.crs().isValid():
                    self.layer.setCrs(embedding.crs)
            else:
                self.layer.setDataSource(result["path"], self.layer.name(), "gdal")
            self._style(self.words.rows)
            self._remove_file(self._preview_path)
            self._preview_path = result["path"]
            self.updated.emit(result)
        else:
            self._remove_file(result["path"])
            self._stale = self.embedding is not None
        if self._stale:
            self.refresh()

    def _style(self, rows):
        self.layer.setRenderer(palette_renderer(self.layer, rows))
        self.layer.setOpacity(self.opacity)
        self._draw()

    def _draw(self):
        layers = [self.example_layer, self.layer] if self.is_visible and self.layer is not None else []
        self._overlay.set_layers([layer for layer in layers if layer is not None])

    def _on_failed(self, error):
        self._request = None
        if self._stale:
            self.refresh()
        elif not error.was_cancelled:
            self.failed.emit(error)

    def _discard_layer(self):
        self.layer = None
        self._draw()
        self._remove_file(self._preview_path)
        self._preview_path = None

    def _remove_file(self, path):
        """Remove an old preview file; if it is still open, it is removed with the folder later."""
        if path is not None:
            for name in (path, f"{path}.aux.xml"):
                with contextlib.suppress(OSError):
                    os.remove(name)
