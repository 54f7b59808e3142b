"""Selection of image, extent, resolution and model, with the estimated time."""

import hashlib
import math
import re
from pathlib import Path

from qgis.core import QgsCsException, QgsMapLayerProxyModel, QgsProject
from qgis.gui import QgsExtentWidget, QgsMapLayerComboBox
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QDoubleSpinBox, QFormLayout, QHBoxLayout, QLabel, QWidget

from .. import settings
from ..i18n import tr
from ..models import choices
from ..rasters import (
    as_bounds,
    displayed_bands,
    displayed_stretch,
    file_of,
    grid_size,
    rotated_size,
    transform_extent,
)
from .model_box import ModelBox

WEB_RESOLUTION = 0.5
"""Default metres per pixel for saving a web layer."""

MAX_PIXELS = 10**11
"""Largest image that the panel encodes; larger ones are a slip, e.g. the whole of a web map."""

WINDOW = 336
"""Side of a window in pixels, until that of the model is known."""

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
        bands: Numbers of one or three bands; None to select them automatically.
        stretch: Limits of a stretch; None for the default.
    """

    def __init__(self, layer, extent, is_whole, resolution, model, precision, bands=None, stretch=None):
        self.layer = layer
        self.path = file_of(layer)
        self.extent = extent
        self.is_whole = is_whole
        self.resolution = resolution
        self.model = model
        self.precision = precision
        self.bands = bands
        self.stretch = stretch

    @property
    def size(self):
        """(columns, rows) of the encoded image."""
        if self.path and not self.resolution:
            rotated = rotated_size(self.path, self.extent)
            if rotated is not None:
                return rotated
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
        # A web layer is saved as it is displayed.
        if self.path and self.bands:
            options["bands"] = list(self.bands)
        if self.path and self.stretch:
            options["stretch"] = self.stretch
        return options

    def saved_path(self):
        """Return the path for saving a web layer, which depends on the layer's source, extent and resolution."""
        facts = (self.layer.source(), as_bounds(self.extent), self.size)
        return settings.work_folder() / f"web-{_hash(facts)}.tif"

    def embedding_path(self):
        """Return the path of the embedding, which depends on the image and all settings, not on the layer's name."""
        path = Path(self.path) if self.path else self.saved_path()
        stamp = path.stat().st_mtime_ns if path.is_file() else 0
        facts = (self.layer.source(), stamp, self.model, sorted(self.options.items()))
        name = "".join(char if char.isalnum() else "_" for char in path.stem)[:40]
        return settings.work_folder() / f"{name}-{_hash(facts)}.emb"


def _hash(facts):
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:12]


class SourcePanel(QWidget):
    """The input fields and the estimated time."""

    changed = pyqtSignal()

    def __init__(self, canvas, parent=None):
        super().__init__(parent)
        self._canvas = canvas
        self._layer_id = None
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
        self.bands = QComboBox(self)
        self.bands.setEditable(True)
        self.bands.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.bands.setToolTip(tr("Bands of red, green and blue, e.g. 4, 3, 2; or one band"))
        self.stretch = QComboBox(self)
        self.stretch.setToolTip(tr("Values that become black and white; automatic: 2 % to 98 % unless 8-bit"))
        self.model = ModelBox(self)
        self.model.select(settings.read("model"))
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
        row.addWidget(self.bands, 1)
        row.addWidget(QLabel(tr("Stretch"), self))
        row.addWidget(self.stretch, 1)
        form.addRow(tr("Bands"), row)
        form.addRow(tr("Model"), self.model)
        self.precision.setToolTip(tr("Floating-point precision of the model; auto selects one for the device"))
        form.addRow(tr("Precision"), self.precision)
        form.addRow(self.cost)
        self.layers.layerChanged.connect(self._on_layer)
        self.extent.extentChanged.connect(self._on_change)
        self.resolution.valueChanged.connect(self._on_change)
        self.bands.currentTextChanged.connect(self._on_change)
        self.stretch.currentIndexChanged.connect(self._on_change)
        self.model.changed.connect(self._on_model)
        self.precision.currentTextChanged.connect(self._on_model)
        self._on_layer(self.layers.currentLayer())

    def set_models(self, models):
        """Set the models of the worker, and which are downloaded."""
        self.model.set_models(models)
        self._on_change()

    def source(self):
        """Return the image to encode.

        Raises:
            ValueError: If there is no image, its extent or bands are invalid, or it is too large.
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
        source = Source(
            layer,
            extent,
            is_whole,
            resolution,
            self.model.name,
            self.precision.currentText(),
            self._read_bands(layer),
            self.stretch.currentData(),
        )
        columns, rows = source.size
        if columns * rows > MAX_PIXELS:
            raise ValueError(
                tr("{:,} × {:,} pixels are too many. Select an extent or a coarser resolution.").format(columns, rows)
            )
        return source

    def count_windows(self, source):
        """Return the approximate number of windows of a source."""
        window, stride = self.model.window(WINDOW)
        stride = stride or window * WINDOW_STRIDE
        columns, rows = source.size
        return math.ceil(max(0, columns - window) / stride + 1) * math.ceil(max(0, rows - window) / stride + 1)

    def _read_bands(self, layer):
        """Return the band numbers in the box; None for the automatic selection."""
        text = self.bands.currentText().strip()
        if self.bands.currentIndex() == 0 and text == self.bands.itemText(0):
            return None
        numbers = tuple(int(number) for number in re.findall(r"\d+", text))
        if len(numbers) not in (1, 3) or not all(1 <= number <= layer.bandCount() for number in numbers):
            raise ValueError(
                tr("Bands: enter one or three numbers from 1 to {}, e.g. 3, 2, 1.").format(layer.bandCount())
            )
        return numbers

    def _on_layer(self, layer):
        # The layer box also emits its layer when other layers are added or removed.
        number = None if layer is None else layer.id()
        if number is not None and number == self._layer_id:
            return
        if self._layer_id is not None and QgsProject.instance().mapLayer(self._layer_id) is not None:
            QgsProject.instance().mapLayer(self._layer_id).rendererChanged.disconnect(self._set_bands)
        self._layer_id = number
        if layer is not None and layer.isValid():
            layer.rendererChanged.connect(self._set_bands)
            self.extent.setOriginalExtent(layer.extent(), layer.crs())
            self.extent.setOutputCrs(layer.crs())
            self.extent.setCurrentExtent(self._canvas.extent(), self._canvas.mapSettings().destinationCrs())
        self.extent.clear()
        self._set_bands()

    def _set_bands(self):
        """Offer the bands and the stretch of the layer's symbology; preselect bands that the user has changed."""
        layer = self.layers.currentLayer()
        is_file = layer is not None and file_of(layer) is not None
        displayed = displayed_bands(layer) if is_file else None
        limits = displayed_stretch(layer) if is_file else None
        for box, value, text in (
            (self.bands, displayed, tr("{} (as displayed)").format(", ".join(map(str, displayed or ())))),
            (self.stretch, limits, tr("as displayed")),
        ):
            box.blockSignals(True)
            box.clear()
            box.addItem(tr("automatic"), None)
            if value:
                box.addItem(text, value)
            box.setEnabled(is_file)
            box.blockSignals(False)
        if displayed and displayed not in ((1, 2, 3), (1,)):
            self.bands.setCurrentIndex(1)
        self._on_change()

    def _on_model(self, _=None):
        settings.write("model", self.model.name)
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
