"""Halve rasters for their overviews."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Resampling = Literal["mode", "average"]

_STRIP_BYTES = 524288
"""Size of the rows that are halved at a time: what is made of them fits into the cache of a core."""


def halve(layers: NDArray[Any], *, resampling: Resampling, nodata: float | None) -> NDArray[Any]:
    """Return the mode or mean of 2 × 2 pixels with data, as GDAL does.

    The first of equally frequent values is the mode. Means of integers are rounded.

    Args:
        layers: (K, H, W).
        resampling: How to summarise.
        nodata: Value of pixels without data.

    Returns:
        (K, ⌈H/2⌉, ⌈W/2⌉); the last row and column of an odd side count once.
    """
    odd = tuple((0, side % 2) for side in layers.shape[1:])
    if any(more for _, more in odd):
        # Each pixel twice has the mode and the mean of one.
        layers = np.pad(layers, ((0, 0), *odd), mode="edge")
    count, height, width = layers.shape
    summarise = _find_mode if resampling == "mode" else _average
    result = np.empty((count, height // 2, width // 2), layers.dtype)
    rows = max(2, _STRIP_BYTES // max(1, count * width * layers.itemsize) // 2 * 2)
    for top in range(0, height, rows):
        result[:, top // 2 : (top + rows) // 2] = summarise(_split(layers[:, top : top + rows]), nodata)
    return result


def _split(layers: NDArray[Any]) -> list[NDArray[Any]]:
    """Return the upper left, upper right, lower left and lower right pixels of all 2 × 2, each (K, H/2, W/2)."""
    dtype = layers.dtype
    own, pair = np.dtype(f"u{dtype.itemsize}"), np.dtype(f"<u{2 * dtype.itemsize}")
    quads = []
    for row in (0, 1):
        # To shift and truncate pairs of pixels is several times faster than to copy every second one.
        pairs = np.ascontiguousarray(layers[:, row::2]).view(pair)
        quads += [pairs.astype(own).view(dtype), (pairs >> (8 * dtype.itemsize)).astype(own).view(dtype)]
    return quads


def _find_mode(quads: list[NDArray[Any]], nodata: float | None) -> NDArray[Any]:
    """Return the value that is the first to occur most often, of four in turn."""
    first, second, third, fourth = quads
    # Of four values, the first that occurs again is as frequent as any other.
    again = [first == second, (third == first) | (third == second)]
    again.append((fourth == first) | (fourth == second) | (fourth == third))
    mode = first
    if nodata is not None and any((value == nodata).any() for value in quads):
        has_data = [value != nodata for value in quads]
        mode = fourth
        for value, has in zip(quads[2::-1], has_data[2::-1], strict=True):
            mode = _choose(has, value, mode)
        again = [repeated & has for repeated, has in zip(again, has_data[1:], strict=True)]
    for value, repeated in zip(quads[:0:-1], again[::-1], strict=True):
        mode = _choose(repeated, value, mode)
    return mode


def _choose(where: NDArray[np.bool_], values: NDArray[Any], others: NDArray[Any]) -> NDArray[Any]:
    """Return integers, and others where a mask is False; several times faster than `numpy.where`."""
    return np.asarray(others ^ ((others ^ values) * where.view(np.uint8)))


def _average(quads: list[NDArray[Any]], nodata: float | None) -> NDArray[Any]:
    dtype = quads[0].dtype
    wide = np.dtype({1: np.uint16, 2: np.int32}.get(dtype.itemsize, np.float32) if dtype.kind in "ui" else np.float64)
    total = quads[0].astype(wide)
    for value in quads[1:]:
        total += value
    mean = (total + 2) >> 2 if dtype.kind in "ui" else total / 4
    missing = None if nodata is None else [value == nodata for value in quads]
    if missing is None or not any(item.any() for item in missing):
        return mean.astype(dtype)
    where = np.logical_or.reduce(missing)
    values = np.stack([value[where] for value in quads]).astype(np.float64)
    has_data = values != nodata
    count = has_data.sum(axis=0)
    sums = np.where(has_data, values, 0).sum(axis=0)
    some = np.maximum(count, 1)
    means = np.asarray((sums + count // 2) // some if dtype.kind in "ui" else sums / some)
    result = mean.astype(dtype)
    means[count == 0] = nodata
    result[where] = means.astype(dtype)
    return result
