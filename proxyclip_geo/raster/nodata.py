"""Which values of a raster stand for nodata."""

import math
from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

LABEL_NODATA = {"uint8": 255, "uint16": 65535}
"""Nodata value of label rasters, by type."""

# Nodata values in this range may also be measurements; NaN, −9999 or 3.4e38 never are.
_MEASURABLE = (0.0, 65535.0)

# GDAL's ARE_REAL_EQUAL: |a − b| < 2 ε |a + b|.
_FLOAT32_TOLERANCE = 4 * float(np.finfo(np.float32).eps)


def label_nodata(dataset: Any, *, classes: Collection[int]) -> frozenset[int]:
    """Return the values of a label raster that stand for nodata.

    These are the declared nodata value, and 255 in uint8 and 65535 in uint16 if other values have names.

    Args:
        dataset: An open rasterio dataset.
        classes: Label values that have a name.
    """
    values = set()
    if dataset.nodata is not None and math.isfinite(dataset.nodata):
        values.add(int(dataset.nodata))
    highest = LABEL_NODATA.get(dataset.dtypes[0])
    if highest is not None and classes and highest not in classes:
        values.add(highest)
    return frozenset(values)


def valid_colors(values: NDArray[Any], nodata: tuple[float | None, ...]) -> NDArray[np.bool_]:
    """Return where the colour bands of a raster hold data.

    A pixel is nodata where a value is not finite, where any band holds a nodata value that cannot be a measurement
    (NaN, −9999, 3.4e38), and where **all** bands hold their nodata value if it can be one (0, 255, 65535). A pure red
    roof in a raster with nodata 255 therefore stays a roof.

    Args:
        values: (C, H, W) raw values.
        nodata: Nodata value of each band, or None.

    Returns:
        (H, W) bool.
    """
    valid = np.ones(values.shape[1:], dtype=bool)
    if values.dtype.kind == "f":
        valid &= np.isfinite(values).all(axis=0)
    elif all(value is None for value in nodata):
        return valid
    all_nodata = np.ones_like(valid)
    for layer, value in zip(values, nodata, strict=True):
        is_nodata = _equals(layer, value)
        all_nodata &= is_nodata
        if value is not None and not _MEASURABLE[0] <= value <= _MEASURABLE[1]:
            valid &= ~is_nodata
    return valid & ~all_nodata


def _equals(layer: NDArray[Any], nodata: float | None) -> NDArray[np.bool_]:
    """Compare in the layer's own type; float32 values up to two roundings away are equal, as in GDAL.

    Rasters declare −3.4028234663852886e38 and hold −3.40282306e38.
    """
    nothing = np.zeros(layer.shape, dtype=bool)
    if nodata is None or np.isnan(nodata):
        return nothing
    if layer.dtype == np.float32:
        margin = _FLOAT32_TOLERANCE * abs(nodata)
        with np.errstate(over="ignore"):
            return (layer >= np.float32(nodata - margin)) & (layer <= np.float32(nodata + margin))
    if layer.dtype.kind == "f":
        with np.errstate(over="ignore"):
            same: NDArray[np.bool_] = layer == layer.dtype.type(nodata)
        return same
    limits = np.iinfo(layer.dtype)
    if nodata != int(nodata) or not limits.min <= nodata <= limits.max:
        return nothing
    return np.asarray(layer == layer.dtype.type(int(nodata)))
