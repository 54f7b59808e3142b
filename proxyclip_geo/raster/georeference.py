"""The georeference of a raster: its transform and CRS, a fit to its ground control points, or plain pixels."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from affine import Affine

from proxyclip_geo.errors import warn_quality
from proxyclip_geo.geobox import GeoBox

PIXELS = Affine(1, 0, 0, 0, -1, 0)
"""Transform of a raster without georeference: x is the column and y minus the row, as QGIS shows such rasters."""


def read_geobox(dataset: Any, *, name: str) -> GeoBox:
    """Return the geobox of a raster.

    A raster without a transform gets one fitted to its ground control points, or else `PIXELS` and no CRS.

    Args:
        dataset: An open rasterio dataset.
        name: Raster name in warnings.

    Warns:
        QualityWarning: If the transform is fitted to ground control points.
    """
    if dataset.transform != Affine.identity():
        return GeoBox(dataset.shape, dataset.transform, dataset.crs)
    points, crs = dataset.gcps
    fitted = fit_affine([(p.col, p.row) for p in points], [(p.x, p.y) for p in points])
    if fitted is None:
        return GeoBox(dataset.shape, PIXELS, None)
    transform, residual = fitted
    warn_quality(
        f"{name} has {len(points)} ground control points and no transform; an affine fit leaves {residual:.2f} px "
        "(RMS); warp it (gdalwarp) if that is too much"
    )
    return GeoBox(dataset.shape, transform, crs)


def warn_without_crs(geobox: GeoBox, *, name: str) -> None:
    """Warn if a raster has no CRS, or no georeference at all.

    Args:
        geobox: The raster's geobox.
        name: Raster name in the warning.

    Warns:
        QualityWarning: If the geobox has no CRS.
    """
    if geobox.crs is None and geobox.transform == PIXELS:
        warn_quality(f"{name} is not georeferenced: polygons will have no areas in m², and `gsd` cannot be used")
    elif geobox.crs is None:
        warn_quality(f"{name} has no CRS: polygons will have no areas in m²; assign one, e.g. gdal_edit -a_srs")


def fit_affine(
    pixels: Sequence[tuple[float, float]], ground: Sequence[tuple[float, float]]
) -> tuple[Affine, float] | None:
    """Fit an affine transform to control points by least squares.

    Args:
        pixels: (column, row) of each point.
        ground: (x, y) of each point.

    Returns:
        The transform and the root mean square residual in pixels; None for fewer than three points or points on a line.
    """
    if len(pixels) < 3:
        return None
    source = np.column_stack([np.asarray(pixels, dtype=float), np.ones(len(pixels))])
    target = np.asarray(ground, dtype=float)
    # Fit around the centre: coordinates are millions of metres, and pixels fractions of one.
    centre = target.mean(axis=0)
    solution, _, rank, _ = np.linalg.lstsq(source, target - centre, rcond=None)
    if rank < 3:
        return None
    (a, d), (b, e), (c, f) = solution
    transform = Affine(a, b, c + centre[0], d, e, f + centre[1])
    if abs(transform.determinant) < 1e-12 * max(abs(a), abs(b), abs(d), abs(e)) ** 2:
        return None
    to_pixels = np.linalg.inv(solution[:2])
    offsets = (source @ solution - (target - centre)) @ to_pixels
    return transform, float(np.sqrt((offsets**2).sum(axis=1).mean()))
