"""Raster layers: files, extents and export."""

import math

from qgis.core import (
    QgsCoordinateTransform,
    QgsDistanceArea,
    QgsPointXY,
    QgsProject,
    QgsProviderRegistry,
    QgsRasterBlockFeedback,
    QgsRasterFileWriter,
    QgsRasterPipe,
    QgsRectangle,
    QgsTask,
)

from .i18n import tr

WEB_PREFIXES = ("WMS:", "WMTS:", "WCS:", "TMS:", "<GDAL_WMS")


def file_of(layer):
    """Return the path or GDAL dataset name of a layer; None for web services."""
    if layer is None or layer.providerType() != "gdal" or layer.source().upper().startswith(WEB_PREFIXES):
        return None
    parts = QgsProviderRegistry.instance().decodeUri("gdal", layer.source())
    return layer.source() if parts.get("layerName") else parts.get("path") or layer.source()


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
        writer.setCreateOptions(["COMPRESS=DEFLATE", "TILED=YES", "BIGTIFF=IF_SAFER"])
        columns, rows = self._size
        code = writer.writeRaster(self._pipe, columns, rows, self._extent, self._crs, self._context, self._feedback)
        if self.isCanceled():
            return False
        if code != QgsRasterFileWriter.WriterError.NoError:
            self.error = tr("the layer's pixels could not be read or written (code {})").format(code)
            return False
        return True

    def cancel(self):
        """Cancel the export."""
        self._feedback.cancel()
        super().cancel()
