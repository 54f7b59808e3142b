"""Live preview of the map, updated when the words or the map extent change."""

import contextlib
import itertools
import math
import os
import tempfile
from pathlib import Path

from qgis.core import QgsCoordinateReferenceSystem, QgsCsException, QgsProject, QgsRasterLayer, QgsRectangle
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ..i18n import tr
from ..rasters import as_bounds, transform_extent
from ..styles import palette_renderer

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
    """A raster layer with the labels of the visible part of an embedding.

    One request runs at a time. Changes during a request lead to one more request, so no queue builds up.
    """

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
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY)
        self._timer.timeout.connect(self.refresh)
        self.embedding = None
        self.layer = None
        self.words = None
        self.examples = None
        self.opacity = 0.7
        self.is_live = True
        canvas.extentsChanged.connect(self._on_moved)
        QgsProject.instance().layersWillBeRemoved.connect(self._on_layers_removed)

    def set_embedding(self, described):
        """Show another embedding."""
        self.embedding = Embedding(described)
        self._remove_layer()
        self.refresh()

    def set_words(self, words):
        """Set the words and schedule an update."""
        self.words = words
        if self.is_live:
            self._timer.start()

    def set_examples(self, path):
        """Set the examples, a vector file or None, and schedule an update."""
        self.examples = path
        if self.is_live:
            self._timer.start()

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
            self.layer.triggerRepaint()

    def refresh(self):
        """Request a preview of the visible part."""
        self._timer.stop()
        if self.embedding is None or self.words is None or not self.words.enabled:
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
            **view,
        }
        self._request = self._client.request("preview", params)
        self._request.succeeded.connect(self._show)
        self._request.failed.connect(self._on_failed)

    def close(self):
        """Remove the layer and stop updates."""
        self._canvas.extentsChanged.disconnect(self._on_moved)
        QgsProject.instance().layersWillBeRemoved.disconnect(self._on_layers_removed)
        self._timer.stop()
        self.embedding = None
        self._remove_layer()
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
        factor = visible.width() / max(1, canvas.outputSize().width()) / self.embedding.pixel
        if self.embedding.metres is not None and factor > 1:
            view["gsd"] = factor * self.embedding.metres
        return view

    def _show(self, result):
        self._request = None
        if self.embedding is None:
            return
        words = self.words
        if self.layer is None:
            layer = QgsRasterLayer(result["path"], tr("ProxyCLIP preview"), "gdal")
            if not layer.crs().isValid():
                layer.setCrs(self.embedding.crs)
            self.layer = layer
            self._style(words.rows)
            QgsProject.instance().addMapLayer(layer, False)
            QgsProject.instance().layerTreeRoot().insertLayer(0, layer)
        else:
            self.layer.setDataSource(result["path"], self.layer.name(), "gdal")
            self._style(words.rows)
        self._discard(self._preview_path)
        self._preview_path = result["path"]
        self.updated.emit(result)
        if self._stale:
            self.refresh()

    def _style(self, rows):
        self.layer.setRenderer(palette_renderer(self.layer, rows))
        self.layer.setOpacity(self.opacity)
        self.layer.triggerRepaint()
        self.layer.emitStyleChanged()

    def _on_failed(self, error):
        self._request = None
        if self._stale:
            self.refresh()
        elif not error.was_cancelled:
            self.failed.emit(error)

    def _on_moved(self):
        if self.is_live and self.embedding is not None:
            self._timer.start()

    def _on_layers_removed(self, ids):
        if self.layer is not None and self.layer.id() in ids:
            self.layer = None

    def _remove_layer(self):
        if self.layer is not None:
            layer, self.layer = self.layer, None
            QgsProject.instance().removeMapLayer(layer.id())
            self._canvas.refresh()

    def _discard(self, path):
        """Remove an old preview file; if it is still open, it is removed with the folder later."""
        if path is not None:
            for name in (path, f"{path}.aux.xml"):
                with contextlib.suppress(OSError):
                    os.remove(name)
