"""Arrays of variable-length lists, stored one after another."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def sum_by(index: NDArray[Any], values: NDArray[Any], count: int) -> NDArray[np.float64]:
    """Add up values by index: (count,)."""
    return np.asarray(np.bincount(index, values, count), np.float64)


def expand_ranges(starts: Ints, halfedges: Ints) -> Ints:
    """Return the indices of ranges of an array, one range after another; those of odd half-edges backwards.

    Args:
        starts: (L + 1,) first index of each range.
        halfedges: (H,) half-edges; half-edge h stands for range `h >> 1`, backwards if h is odd.
    """
    number, is_reversed = halfedges >> 1, halfedges & 1
    begin, end = starts[number], starts[number + 1]
    sizes = end - begin
    steps = np.arange(int(sizes.sum()))
    offsets = np.cumsum(sizes) - sizes
    if is_reversed.any():
        steps -= np.repeat(offsets, sizes)
        steps *= np.repeat(1 - 2 * is_reversed, sizes)
        steps += np.repeat(np.where(is_reversed, end - 1, begin), sizes)
    else:
        steps += np.repeat(begin - offsets, sizes)
    return steps


def batches(sizes: Ints, limit: int) -> Iterator[tuple[int, int]]:
    """Yield (begin, end) of batches of lists with about `limit` elements; a larger list is a batch of its own."""
    if not len(sizes):
        return
    number = np.cumsum(sizes) // limit
    yield from pairwise([0, *(np.flatnonzero(np.diff(number)) + 1).tolist(), len(sizes)])
