"""Majority smoothing of labels: each pixel takes the label that is most frequent around it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.vector.trace_strip import OUTSIDE


def majority(keys: NDArray[Any], radius: int) -> NDArray[Any]:
    """Return the mode of the square of 2 × radius + 1 pixels around each pixel.

    Pixels without data have no vote and stay as they are. Of labels that are equally frequent the pixel's own wins, and
    then the lowest. Pixels beyond the array's edge do not vote.

    Args:
        keys: (H, W) whole numbers.
        radius: Pixels to each side, ≥ 1.
    """
    best = np.zeros(keys.shape, np.int32)
    winner = keys.copy()
    for key in np.unique(keys):
        if key == OUTSIDE:
            continue
        own = keys == key
        # Twice the votes, and one more for the pixel's own label: it wins a tie.
        votes = 2 * _box_sum(own, radius) + own
        better = votes > best
        winner[better] = key
        best[better] = votes[better]
    return np.where(keys == OUTSIDE, keys, winner)


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
