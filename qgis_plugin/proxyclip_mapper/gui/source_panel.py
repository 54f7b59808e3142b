"""Selection of image, extent, resolution and model, with the estimated time."""

import hashlib
import math
from pathlib import Path

from qgis.core import QgsCsException, QgsMapLayerProxyModel
from qgis.gui import QgsExtentWidget, QgsMapLayerComboBox
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QDoubleSpinBox, QFormLayout, QHBoxLayout, QLabel, QWidget

from .. import settings
from ..i18n import tr
from ..icons import icon
from ..models import MODELS, choices
from ..rasters import as_bounds, file_of, grid_size, transform_extent

WEB_RESOLUTION = 0.5
"""Default metres per pixel for saving a web layer."""

WINDOW_STRIDE = 2 / 3
"""Stride as a fraction of the window, until that of the model is known."""


class Source:
    """The image to encode.

    Attributes:
        layer: The raster layer.
        path: Path of the layer, or None for a web layer.
        extent: The extent in the layer's CRS.
        is_whole: Whether it is the extent of the layer.
        resolution: Metres per pixel; None for that of the image.
        model: Name of the model.
        precision: Floating-point precision of the model.
    """

    def __init__(self, layer, extent, is_whole, resolution, model, precision):
        self.layer = layer
        self.path = file_of(layer)
        self.extent = extent
        self.is_whole = is_whole
        self.resolution = resolution
        self.model = model
        self.precision = precision

    @property
    def size(self):
        """(columns, rows) of the encoded image."""
        if self.path and not self.resolution:
            across, down = self.layer.rasterUnitsPerPixelX(), self.layer.rasterUnitsPerPixelY()
            return max(1, round(self.extent.width() / across)), max(1, round(self.extent.height() / down))
        return grid_size(self.extent, self.layer.crs(), self.resolution or WEB_RESOLUTION)

    @property
    def options(self):
        """Options of an `encode` request."""
        options = {"precision": self.precision, "device": settings.read("device")}
        if self.resolution:
            options["gsd"] = self.resolution
        if not self.is_whole:
            options["bounds"] = as_bounds(self.extent)
        return options

    def embedding_path(self):
        """Return the path of the embedding, which depends on all settings."""
        stamp = Path(self.path).stat().st_mtime_ns if self.path and Path(self.path).is_file() else 0
        facts = repr((self.layer.source(), stamp, self.model, sorted(self.options.items())))
        key = hashlib.sha256(facts.encode()).hexdigest()[:12]
        name = "".join(char if char.isalnum() else "_" for char in self.layer.name())[:40]
        return settings.work_folder() / f"{name}-{key}.emb"


class SourcePanel(QWidget):
    """The input fields and the estimated time."""

    changed = pyqtSignal()

    def __init__(self, canvas, parent=None):
        super().__init__(parent)
        self._canvas = canvas
        self._windows = {}
        self.layers = QgsMapLayerComboBox(self)
        self.layers.setFilters(QgsMapLayerProxyModel.Filter.RasterLayer)
        self.extent = QgsExtentWidget(self, QgsExtentWidget.WidgetStyle.CondensedStyle)
        self.extent.setMapCanvas(canvas)
        self.extent.setNullValueAllowed(True, tr("Whole image"))
        self.extent.setToolTip(tr("Extent to map: from map canvas, from layer, or drawn on canvas"))
        self.resolution = QDoubleSpinBox(self)
        self.resolution.setRange(0.0, 1000.0)
        self.resolution.setDecimals(3)
        self.resolution.setSingleStep(0.1)
        self.resolution.setSuffix(tr(" m"))
        self.resolution.setSpecialValueText(tr("that of the image"))
        self.resolution.setToolTip(tr("Models work at about 0.2 to 2 m per pixel; a coarser resolution is faster"))
        self.model = QComboBox(self)
        self.model.addItems(MODELS)
        self.model.setCurrentText(settings.read("model"))
        self.precision = QComboBox(self)
        self.precision.addItems(choices("EncodeOptions", "precision"))
        self.precision.setCurrentText(settings.read("precision"))
        self.cost = QLabel(self)
        self.cost.setWordWrap(True)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow(tr("Image"), self.layers)
        form.addRow(tr("Extent"), self.extent)
        form.addRow(tr("Resolution"), self.resolution)
        row = QHBoxLayout()
        row.addWidget(self.model, 1)
        row.addWidget(self.precision)
        self.precision.setToolTip(tr("Floating-point precision of the model; auto selects one for the device"))
        form.addRow(tr("Model"), row)
        form.addRow(self.cost)
        self.layers.layerChanged.connect(self._on_layer)
        self.extent.extentChanged.connect(self._on_change)
        self.resolution.valueChanged.connect(self._on_change)
        self.model.currentTextChanged.connect(self._on_model)
        self.precision.currentTextChanged.connect(self._on_model)
        self._on_layer(self.layers.currentLayer())

    def set_models(self, models):
        """Set which models are downloaded, and the sizes of their windows."""
        for item in models:
            self._windows[item["name"]] = (item["window"], item.get("stride") or item["window"] * WINDOW_STRIDE)
            number = self.model.findText(item["name"])
            if number >= 0:
                state = tr("downloaded") if item["present"] else tr("not downloaded")
                self.model.setItemIcon(number, icon("here" if item["present"] else "away"))
                text = f"{item['description']}\n{tr('Licence: {}').format(item['licence'])}\n{state}"
                self.model.setItemData(number, text, Qt.ItemDataRole.ToolTipRole)
        self._on_change()

    def source(self):
        """Return the image to encode.

        Raises:
            ValueError: If there is no image, or the extent does not intersect it.
        """
        layer = self.layers.currentLayer()
        if layer is None:
            raise ValueError(tr("Add an image to the project first (Layer → Add Layer → Add Raster Layer)."))
        if not layer.isValid():
            raise ValueError(tr("Layer “{}” cannot be read.").format(layer.name()))
        extent, is_whole = layer.extent(), True
        chosen = self.extent.outputExtent()
        if not chosen.isNull() and not chosen.isEmpty():
            try:
                chosen = transform_extent(chosen, self.extent.outputCrs(), layer.crs())
            except QgsCsException as error:
                raise ValueError(tr("The extent cannot be transformed to the CRS of the image.")) from error
            extent, is_whole = chosen.intersect(extent), False
            if extent.isNull() or extent.isEmpty():
                raise ValueError(tr("The extent does not intersect the image. Select another extent."))
        resolution = self.resolution.value() or None
        return Source(layer, extent, is_whole, resolution, self.model.currentText(), self.precision.currentText())

    def count_windows(self, source):
        """Return the approximate number of windows of a source."""
        window, stride = self._windows.get(source.model, (336, 336 * WINDOW_STRIDE))
        columns, rows = source.size
        return math.ceil(max(0, columns - window) / stride + 1) * math.ceil(max(0, rows - window) / stride + 1)

    def _on_layer(self, layer):
        if layer is not None and layer.isValid():
            self.extent.setOriginalExtent(layer.extent(), layer.crs())
            self.extent.setOutputCrs(layer.crs())
            self.extent.setCurrentExtent(self._canvas.extent(), self._canvas.mapSettings().destinationCrs())
        self.extent.clear()
        self._on_change()

    def _on_model(self, _=None):
        settings.write("model", self.model.currentText())
        settings.write("precision", self.precision.currentText())
        self._on_change()

    def _on_change(self, *_):
        try:
            source = self.source()
        except ValueError as error:
            self.cost.setText(str(error))
            self.changed.emit()
            return
        columns, rows = source.size
        windows = self.count_windows(source)
        text = tr("{} × {} pixels, about {} windows").format(columns, rows, windows)
        seconds = settings.read_speed(source.model, settings.read("device"), source.precision)
        if seconds:
            text += ", " + tr("about {}").format(format_time(seconds * windows))
        self.cost.setText(text)
        self.changed.emit()


def format_time(seconds):
    """Return a rounded duration as text."""
    if seconds < 55:
        return tr("{} s").format(max(1, round(seconds)))
    if seconds < 3300:
        return tr("{} min").format(max(1, round(seconds / 60)))
    return tr("{:.1f} h").format(seconds / 3600)
