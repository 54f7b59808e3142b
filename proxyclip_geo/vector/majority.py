"""Majority filter of labels: each pixel gets the most frequent label around it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.vector.trace_strip import OUTSIDE


def filter_majority(codes: NDArray[Any], radius: int) -> NDArray[Any]:
    """Return the mode of the square of 2 × radius + 1 pixels around each pixel.

    Pixels without data are not counted and do not change. Of equally frequent labels, the pixel's own is taken, and
    otherwise the lowest. Pixels beyond the array's edge are not counted.

    Args:
        codes: (H, W) label codes.
        radius: Pixels to each side, ≥ 1.
    """
    most = np.zeros(codes.shape, np.int32)
    mode = codes.copy()
    for code in np.unique(codes):
        if code == OUTSIDE:
            continue
        own = codes == code
        # Twice the count, and one more for the pixel's own label, so that it wins a tie.
        count = 2 * _box_sum(own, radius) + own
        better = count > most
        mode[better] = code
        most[better] = count[better]
    return np.where(codes == OUTSIDE, codes, mode)


def _box_sum(flags: NDArray[np.bool_], radius: int) -> NDArray[np.int32]:
    """Count the flags in the square around each pixel."""
    sums = flags.astype(np.int32)
    for axis in (0, 1):
        size = sums.shape[axis]
        total = np.concatenate((np.zeros_like(np.take(sums, [0], axis)), np.cumsum(sums, axis)), axis)
        high = np.minimum(np.arange(size) + radius + 1, size)
        low = np.maximum(np.arange(size) - radius, 0)
        sums = np.take(total, high, axis) - np.take(total, low, axis)
    return np.asarray(sums, np.int32)
