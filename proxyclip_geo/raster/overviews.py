"""Halve rasters for their overviews."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Resampling = Literal["mode", "average"]


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
    quads = [np.ascontiguousarray(layers[:, row::2, col::2]) for row in (0, 1) for col in (0, 1)]
    return _find_mode(quads, nodata) if resampling == "mode" else _average(quads, nodata)


def _find_mode(quads: list[NDArray[Any]], nodata: float | None) -> NDArray[Any]:
    """Return the value that is the first to occur most often, of four in turn."""
    best = quads[0]
    most = np.ones(best.shape, np.uint8) if nodata is None else (best != nodata).view(np.uint8)
    for index, value in enumerate(quads[1:], 1):
        count = np.ones(value.shape, np.uint8)
        for earlier in quads[:index]:
            count += (earlier == value).view(np.uint8)
        if nodata is not None:
            count *= (value != nodata).view(np.uint8)
        more = count > most
        # Arithmetic is several times faster than a choice by a mask.
        best = best ^ ((best ^ value) * more.view(np.uint8))
        np.maximum(most, count, out=most)
    return best


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
