"""The georeference of a raster: its transform and CRS, a fit to its ground control points, or plain pixels."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from affine import Affine

from proxyclip_geo.errors import OptionError, RasterError, warn_quality
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.remedies import Remedy

# Root mean square residual in pixels below which a fit to ground control points moves no border.
_RESIDUAL = 0.5

PIXELS = Affine(1, 0, 0, 0, -1, 0)
"""Transform of a raster without georeference: x is the column and y minus the row, as QGIS shows such rasters."""


def read_geobox(dataset: Any, *, name: str) -> GeoBox:
    """Return the geobox of a raster.

    A raster without a transform gets one fitted to its ground control points, or else `PIXELS` and no CRS.

    Args:
        dataset: An open rasterio dataset.
        name: Raster name in warnings.

    Raises:
        RasterError: If the transform is not finite, maps all pixels onto a line or is finer than its coordinates, or
            the CRS is not known.

    Warns:
        QualityWarning: If the transform is fitted to ground control points.
    """
    if dataset.transform != Affine.identity():
        return _check_geobox(dataset.shape, dataset.transform, dataset.crs, name=name)
    points, crs = dataset.gcps
    fitted = fit_affine([(p.col, p.row) for p in points], [(p.x, p.y) for p in points])
    if fitted is not None:
        transform, residual = fitted
        # Three points fit exactly, wherever they are.
        if residual > _RESIDUAL or len(points) == 3:
            warn_quality(
                f"{name} has {len(points)} ground control points and no transform; an affine fit leaves "
                f"{residual:.2f} px (RMS), which may be too much",
                remedy=Remedy("warp"),
            )
        else:
            warn_quality(
                f"{name} has {len(points)} ground control points and no transform; an affine fit leaves "
                f"{residual:.2f} px (RMS)"
            )
        return _check_geobox(dataset.shape, transform, crs, name=name)
    return GeoBox(dataset.shape, PIXELS, None)


def _check_geobox(shape: tuple[int, int], transform: Affine, crs: Any, *, name: str) -> GeoBox:
    """Return a geobox whose pixels have different coordinates.

    Raises:
        RasterError: If they have not, or the CRS is not known.
    """
    corners = np.array([transform @ corner for corner in ((0, 0), (shape[1], 0), (shape[1], shape[0]), (0, shape[0]))])
    sides = np.abs([[transform.a, transform.b], [transform.d, transform.e]]).max(axis=1)
    with np.errstate(invalid="ignore"):
        precision = np.spacing(np.abs(corners).max(axis=0))
    # Also false for NaN.
    if not (np.isfinite(corners).all() and (sides >= precision).all() and 0 < abs(transform.determinant) < math.inf):
        numbers = ", ".join(f"{value:.6g}" for value in tuple(transform)[:6])
        raise RasterError(
            f"raster {name} has an impossible georeference: its transform ({numbers}) gives several pixels the same "
            "coordinates",
            remedy=Remedy("georeference"),
        )
    try:
        return GeoBox(shape, transform, crs)
    except OptionError as error:
        reason = f"raster {name} has a CRS that is not known ({error.reason})"
        raise RasterError(reason, remedy=Remedy("assign-crs")) from error


def warn_without_size(geobox: GeoBox, *, dataset: Any, name: str) -> None:
    """Warn if the size of a raster's pixels in metres is not known.

    Args:
        geobox: The raster's geobox, from `read_geobox`.
        dataset: The open rasterio dataset.
        name: Raster name in the warning.

    Warns:
        QualityWarning: If there is no georeference or CRS, or the CRS gives the pixels no size.
    """
    if geobox.gsd is not None:
        return
    if geobox.crs is not None:
        warn_quality(
            f"the pixels of {name} have no size in metres in its CRS '{geobox.crs.name}', which may be wrong: "
            "polygons may have no areas in m²",
            remedy=Remedy("assign-crs"),
        )
    elif geobox.transform != PIXELS:
        warn_quality(f"{name} has no CRS: polygons will have no areas in m²", remedy=Remedy("assign-crs"))
    else:
        warn_quality(
            f"{name} is not georeferenced{_explain_missing(dataset)}: polygons will have no areas in m², and `gsd` "
            "cannot be used"
        )


def _explain_missing(dataset: Any) -> str:
    """Return why the control points or RPCs of a raster are not used."""
    points, _ = dataset.gcps
    if points:
        return f" (it takes three ground control points that are finite and not on a line; it has {len(points)})"
    if dataset.rpcs is not None:
        return " (RPCs are not used; orthorectify it first, e.g. gdalwarp -rpc of GDAL or QGIS)"
    return ""


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
    if rank < 3 or not np.isfinite(solution).all():
        return None
    (a, d), (b, e), (c, f) = solution
    transform = Affine(a, b, c + centre[0], d, e, f + centre[1])
    if abs(transform.determinant) < 1e-12 * max(abs(a), abs(b), abs(d), abs(e)) ** 2:
        return None
    to_pixels = np.linalg.inv(solution[:2])
    offsets = (source @ solution - (target - centre)) @ to_pixels
    return transform, float(np.sqrt((offsets**2).sum(axis=1).mean()))
