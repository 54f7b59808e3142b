"""Raster layers: files, extents and export."""

import math
import warnings

from osgeo import gdal
from qgis.core import (
    QgsCoordinateTransform,
    QgsDistanceArea,
    QgsMultiBandColorRenderer,
    QgsPointXY,
    QgsProject,
    QgsRasterBlockFeedback,
    QgsRasterFileWriter,
    QgsRasterPipe,
    QgsRectangle,
    QgsSingleBandGrayRenderer,
    QgsTask,
)

from .i18n import tr

WEB_PREFIXES = ("WMS:", "WMTS:", "WCS:", "TMS:", "<GDAL_WMS")


def file_of(layer):
    """Return the GDAL dataset name of a layer, e.g. a path, /vsizip/… or a subdataset.

    None for layers whose pixels only QGIS can read: web services, files in the memory of QGIS, and files with open
    options, which change the pixels.
    """
    if layer is None or layer.providerType() != "gdal":
        return None
    source = layer.source()
    if source.upper().startswith(WEB_PREFIXES) or "/vsimem/" in source or "|option:" in source:
        return None
    return source.split("|")[0]


def displayed_bands(layer):
    """Return the band numbers that the symbology of a layer displays; None for other symbologies."""
    renderer = layer.renderer()
    if isinstance(renderer, QgsMultiBandColorRenderer):
        bands = (renderer.redBand(), renderer.greenBand(), renderer.blueBand())
        return bands if all(band > 0 for band in bands) else None
    if isinstance(renderer, QgsSingleBandGrayRenderer):
        return (renderer.grayBand(),)
    return None


def displayed_stretch(layer):
    """Return the limits of the contrast enhancement of a layer, as a `stretch` option; None without one."""
    renderer = layer.renderer()
    if isinstance(renderer, QgsMultiBandColorRenderer):
        parts = (
            renderer.redContrastEnhancement(),
            renderer.greenContrastEnhancement(),
            renderer.blueContrastEnhancement(),
        )
    elif isinstance(renderer, QgsSingleBandGrayRenderer):
        parts = (renderer.contrastEnhancement(),)
    else:
        return None
    if any(part is None or not part.minimumValue() < part.maximumValue() for part in parts):
        return None
    return {"lows": [part.minimumValue() for part in parts], "highs": [part.maximumValue() for part in parts]}


def rotated_size(path, extent):
    """Return (columns, rows) of an extent in the pixels of a rotated raster; None if the raster is not rotated."""
    data = _open_dataset(path)
    if data is None or not (data.GetGeoTransform()[2] or data.GetGeoTransform()[4]):
        return None
    inverse = gdal.InvGeoTransform(data.GetGeoTransform())
    corners = [
        gdal.ApplyGeoTransform(inverse, x, y)
        for x in (extent.xMinimum(), extent.xMaximum())
        for y in (extent.yMinimum(), extent.yMaximum())
    ]
    columns, rows = (sorted(axis) for axis in zip(*corners))
    return (
        max(1, round(min(columns[-1], data.RasterXSize) - max(columns[0], 0))),
        max(1, round(min(rows[-1], data.RasterYSize) - max(rows[0], 0))),
    )


def transform_extent(extent, source, target):
    """Return the bounding box of an extent in another CRS; unchanged if either CRS is invalid.

    Raises:
        QgsCsException: If it cannot be transformed.
    """
    if not source.isValid() or not target.isValid() or source == target:
        return QgsRectangle(extent)
    transform = QgsCoordinateTransform(source, target, QgsProject.instance())
    transform.setBallparkTransformsAreAppropriate(True)
    return transform.transformBoundingBox(extent)


def as_bounds(extent):
    """Return [west, south, east, north]."""
    return [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()]


def metres_per_unit(crs, point):
    """Return the ground length of a unit of a CRS at a point, (east-west, north-south); (1, 1) without a CRS."""
    if not crs.isValid():
        return 1.0, 1.0
    measure = QgsDistanceArea()
    measure.setSourceCrs(crs, QgsProject.instance().transformContext())
    measure.setEllipsoid(crs.ellipsoidAcronym() or "EPSG:7030")
    step = 1e-4 if crs.isGeographic() else 10.0
    across = measure.measureLine(point, QgsPointXY(point.x() + step, point.y())) / step
    down = measure.measureLine(point, QgsPointXY(point.x(), point.y() + step)) / step
    return (across or 1.0), (down or 1.0)


def grid_size(extent, crs, resolution):
    """Return (columns, rows) of an extent at a resolution in metres."""
    across, down = metres_per_unit(crs, extent.center())
    return (
        max(1, math.ceil(extent.width() * across / resolution - 0.01)),
        max(1, math.ceil(extent.height() * down / resolution - 0.01)),
    )


class ExportTask(QgsTask):
    """Saves a layer as a GeoTIFF, e.g. a web layer.

    Attributes:
        error: The error message; empty on success.
        blank: Fraction of the pixels that the layer left transparent, e.g. where a server did not answer.
    """

    def __init__(self, layer, path, extent, size):
        """Create the task in the main thread.

        Args:
            layer: The raster layer.
            path: GeoTIFF to write.
            extent: The extent in the layer's CRS.
            size: (columns, rows).
        """
        super().__init__(tr("Save “{}” as a file").format(layer.name()), QgsTask.Flag.CanCancel)
        self.error = ""
        self.blank = 0.0
        self._path, self._extent, self._size, self._crs = str(path), QgsRectangle(extent), size, layer.crs()
        self._context = QgsProject.instance().transformContext()
        self._pipe = QgsRasterPipe()
        self._pipe.set(layer.dataProvider().clone())
        if layer.providerType() != "gdal" and layer.renderer() is not None:
            self._pipe.set(layer.renderer().clone())
        self._feedback = QgsRasterBlockFeedback()
        self._feedback.progressChanged.connect(self.setProgress)

    def run(self):
        """Write the file in a background thread."""
        writer = QgsRasterFileWriter(self._path)
        writer.setOutputFormat("GTiff")
        # The method has another name since QGIS 3.44.
        set_options = getattr(writer, "setCreationOptions", None) or writer.setCreateOptions
        set_options(["COMPRESS=DEFLATE", "TILED=YES", "BIGTIFF=IF_SAFER"])
        columns, rows = self._size
        code = writer.writeRaster(self._pipe, columns, rows, self._extent, self._crs, self._context, self._feedback)
        if self.isCanceled():
            return False
        if code != QgsRasterFileWriter.WriterError.NoError:
            self.error = tr("the layer's pixels could not be read or written (code {})").format(code)
            return False
        self.blank = blank_fraction(self._path)
        return True

    def cancel(self):
        """Cancel the export."""
        self._feedback.cancel()
        super().cancel()


def _open_dataset(path):
    """Return a GDAL dataset, or None; QGIS decides whether GDAL raises exceptions, so no mode is set here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return gdal.Open(str(path))


def blank_fraction(path):
    """Return the fraction of transparent pixels of a raster with an alpha band; 0 without one."""
    data = _open_dataset(path)
    bands = [data.GetRasterBand(number) for number in range(1, data.RasterCount + 1)]
    alpha = [band for band in bands if band.GetColorInterpretation() == gdal.GCI_AlphaBand]
    if not alpha:
        return 0.0
    blank = alpha[0].GetHistogram(-0.5, 255.5, 256, approx_ok=0)[0]
    return blank / (data.RasterXSize * data.RasterYSize)
