"""Where a raster lies: its transform and CRS, or those of its ground control points, or plain pixels."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from affine import Affine

from proxyclip_geo.errors import warn_quality
from proxyclip_geo.geobox import GeoBox

# Rows count downwards: with this transform the raster and its polygons overlay in QGIS, which shows rasters
# without georeference this way.
PIXELS = Affine(1, 0, 0, 0, -1, 0)


def read_geobox(dataset: Any, *, name: str) -> GeoBox:
    """Return the place of a raster, warning where it has to be guessed.

    Args:
        dataset: An open rasterio dataset.
        name: What warnings call it.

    Warns:
        QualityWarning: If the place is fitted to ground control points, or there is none.
    """
    height, width = dataset.height, dataset.width
    if dataset.transform != Affine.identity():
        geobox = GeoBox((height, width), dataset.transform, dataset.crs)
        if geobox.crs is None:
            _warn(f"{name} has no CRS: polygons will have no areas in m²; assign one, e.g. gdal_edit -a_srs")
        return geobox
    points, points_crs = dataset.gcps
    fitted = fit_affine([(p.col, p.row) for p in points], [(p.x, p.y) for p in points])
    if fitted is None:
        _warn(f"{name} is not georeferenced: polygons will have no areas in m², and --resolution cannot be used")
        return GeoBox((height, width), PIXELS, None)
    transform, residual = fitted
    _warn(
        f"{name} is placed by {len(points)} ground control points only; an affine fit leaves {residual:.2f} px (RMS); "
        "warp it (gdalwarp) if that is too much"
    )
    if points_crs is None:
        _warn(f"the ground control points of {name} have no CRS: polygons will have no areas in m²")
    return GeoBox((height, width), transform, points_crs)


def _warn(message: str) -> None:
    warn_quality(message)


def fit_affine(
    pixels: Sequence[tuple[float, float]], ground: Sequence[tuple[float, float]]
) -> tuple[Affine, float] | None:
    """Fit an affine transform to control points by least squares.

    Args:
        pixels: (column, row) of each point.
        ground: (x, y) of each point.

    Returns:
        The transform and the root mean square residual in pixels; None where the points do not determine one
        (fewer than three, or all on a line).
    """
    if len(pixels) < 3:
        return None
    source = np.column_stack([np.asarray(pixels, dtype=float), np.ones(len(pixels))])
    target = np.asarray(ground, dtype=float)
    # Coordinates are millions of metres, pixels fractions of one: fit around the centre.
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
