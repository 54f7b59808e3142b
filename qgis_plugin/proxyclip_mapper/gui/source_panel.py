"""Selection of image, extent, resolution and model, with the estimated time."""

import math
import re

from qgis.core import QgsCsException, QgsMapLayerProxyModel, QgsProject
from qgis.gui import QgsExtentWidget, QgsMapLayerComboBox
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QDoubleSpinBox, QFormLayout, QHBoxLayout, QLabel, QWidget

from .. import settings
from ..i18n import tr
from ..models import choices
from ..rasters import displayed_bands, displayed_stretch, file_of, transform_extent
from ..source import Source
from ..vectors import file_of_area, save_area
from .model_box import ModelBox

MAX_PIXELS = 10**11
"""Largest image that the panel encodes; larger ones are a slip, e.g. the whole of a web map."""

WINDOW_STRIDE = 2 / 3
"""Stride as a fraction of the window, for models that state none."""


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
        self._make_reading()
        self._make_model()
        self._make_form()
        self._connect()
        self._on_layer(self.layers.currentLayer())

    def _make_reading(self):
        """Make the area, nodata and the mask."""
        self.area = self._layer_box(QgsMapLayerProxyModel.Filter.PolygonLayer)
        self.area.setToolTip(tr("Polygons to map; replaces the extent"))
        self.nodata = QComboBox(self)
        self.nodata.setEditable(True)
        self.nodata.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.nodata.addItems([tr("that of the image"), tr("collars of one value")])
        self.nodata.setToolTip(tr("Value of pixels without data: type a number, or find collars around the image"))
        self.mask = self._layer_box(QgsMapLayerProxyModel.Filter.RasterLayer)
        self.mask.setToolTip(tr("Raster on the grid of the image; pixels with 0 are no data"))

    def _make_model(self):
        self.model = ModelBox(self)
        self.model.select(settings.read("model"))
        self.precision = QComboBox(self)
        self.precision.addItems(choices("EncodeOptions", "precision"))
        self.precision.setCurrentText(settings.read("precision"))
        self.cost = QLabel(self)
        self.cost.setWordWrap(True)

    def _make_form(self):
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow(tr("Image"), self.layers)
        form.addRow(tr("Extent"), self.extent)
        form.addRow(tr("Area"), self.area)
        form.addRow(tr("Resolution"), self.resolution)
        row = QHBoxLayout()
        row.addWidget(self.bands, 1)
        row.addWidget(QLabel(tr("Stretch"), self))
        row.addWidget(self.stretch, 1)
        form.addRow(tr("Bands"), row)
        more = QHBoxLayout()
        more.addWidget(self.nodata, 1)
        more.addWidget(QLabel(tr("Mask"), self))
        more.addWidget(self.mask, 1)
        form.addRow(tr("Nodata"), more)
        form.addRow(tr("Model"), self.model)
        self.precision.setToolTip(tr("Floating-point precision of the model; auto selects one for the device"))
        form.addRow(tr("Precision"), self.precision)
        form.addRow(self.cost)

    def _connect(self):
        self.layers.layerChanged.connect(self._on_layer)
        self.extent.extentChanged.connect(self._on_change)
        self.resolution.valueChanged.connect(self._on_change)
        self.bands.currentTextChanged.connect(self._on_change)
        self.stretch.currentIndexChanged.connect(self._on_change)
        self.area.layerChanged.connect(self._on_area)
        self.nodata.currentTextChanged.connect(self._on_change)
        self.mask.layerChanged.connect(self._on_change)
        self.model.changed.connect(self._on_model)
        self.precision.currentTextChanged.connect(self._on_model)

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
        extent, is_whole = self._read_extent(layer)
        resolution = self.resolution.value() or None
        source = Source(
            layer,
            extent,
            is_whole,
            resolution,
            self.model.name,
            self.precision.currentText(),
            self._read_reading(layer),
            self._read_area(),
        )
        columns, rows = source.size
        if columns * rows > MAX_PIXELS:
            raise ValueError(
                tr("{:,} × {:,} pixels are too many. Select an extent or a coarser resolution.").format(columns, rows)
            )
        return source

    def count_windows(self, source):
        """Return the approximate number of windows of a source; None until the worker has described the model."""
        window, stride = self.model.window()
        if window is None:
            return None
        stride = stride or window * WINDOW_STRIDE
        columns, rows = source.size
        return math.ceil(max(0, columns - window) / stride + 1) * math.ceil(max(0, rows - window) / stride + 1)

    def _layer_box(self, kind):
        box = QgsMapLayerComboBox(self)
        box.setFilters(kind)
        box.setAllowEmptyLayer(True, tr("none"))
        box.setCurrentIndex(0)
        return box

    def _read_extent(self, layer):
        """Return (extent to encode in the CRS of the image, whether it is the whole image)."""
        area = self.area.currentLayer()
        chosen, crs = self.extent.outputExtent(), self.extent.outputCrs()
        if area is not None:
            chosen, crs = area.extent(), area.crs()
        elif chosen.isNull() or chosen.isEmpty():
            return layer.extent(), True
        try:
            extent = transform_extent(chosen, crs, layer.crs()).intersect(layer.extent())
        except QgsCsException as error:
            raise ValueError(tr("The extent cannot be transformed to the CRS of the image.")) from error
        if extent.isNull() or extent.isEmpty():
            raise ValueError(tr("The extent does not intersect the image. Select another extent."))
        return extent, False

    def _read_area(self):
        """Return the file of the area; a layer that is no file is saved. None for no area."""
        area = self.area.currentLayer()
        return None if area is None else file_of_area(area) or save_area(area)

    def _read_reading(self, layer):
        """Return the options of reading the image."""
        options = {"bands": self._read_bands(layer), "stretch": self.stretch.currentData()}
        if self.nodata.currentText() == self.nodata.itemText(1):
            options["nodata"] = "auto"
        elif self.nodata.currentText() != self.nodata.itemText(0):
            try:
                options["nodata"] = float(self.nodata.currentText().replace(",", "."))
            except ValueError as error:
                raise ValueError(tr("Nodata: enter a number.")) from error
        mask = self.mask.currentLayer()
        if mask is not None:
            options["mask"] = file_of(mask)
            if options["mask"] is None:
                raise ValueError(tr("The mask “{}” is not a file. Save it as a GeoTIFF first.").format(mask.name()))
        return {name: value for name, value in options.items() if value is not None}

    def _on_area(self, layer):
        self.extent.setEnabled(layer is None)
        self._on_change()

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
        return list(numbers)

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
        self.nodata.setEnabled(is_file)
        self.mask.setEnabled(is_file)
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
        seconds = settings.read_speed(source.model, settings.read("device"), source.precision)
        if windows is None:
            text = tr("{} × {} pixels").format(columns, rows)
        else:
            text = tr("{} × {} pixels, about {} windows").format(columns, rows, windows)
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
