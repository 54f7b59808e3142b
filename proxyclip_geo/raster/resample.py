"""Resampling on a scaled grid: area average where coarser, bilinear where finer, the same for every blocking.

Read in pieces, GDAL gives values that differ from the whole (docs/decisions/0006 has the figures). Here the
weights of a pixel follow from its own absolute index, and its sum always runs in the same order.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Samples:
    """Raw band values.

    Attributes:
        values: (C, H, W), finite everywhere, 0 where not valid.
        valid: (H, W) bool, True where there is data.
    """

    values: NDArray[Any]
    valid: NDArray[np.bool_]


@dataclass(frozen=True)
class Taps:
    """Which source pixels make each target pixel, along one axis.

    Attributes:
        index: (n, T) int, source pixels.
        weight: (n, T) float64, each row sums to 1.
    """

    index: NDArray[np.intp]
    weight: NDArray[np.float64]

    @property
    def span(self) -> tuple[int, int]:
        """First source pixel, and one past the last."""
        return int(self.index.min()), int(self.index.max()) + 1


@dataclass(frozen=True)
class Axis:
    """One axis of a scaled grid over a source.

    Attributes:
        size: Number of source pixels.
        start: Source coordinate of the grid's first edge, in source pixels.
        scale: Source pixels per target pixel; above 1 the grid is coarser than the source.
    """

    size: int
    start: float
    scale: float

    @property
    def is_identity(self) -> bool:
        """Whether target pixels are source pixels."""
        return self.scale == 1 and self.start == int(self.start)

    def taps(self, first: int, count: int) -> Taps:
        """Return the taps of `count` target pixels from `first` on."""
        target = np.arange(first, first + count, dtype=np.float64)
        if self.is_identity:
            index, weight = target[:, None] + self.start, np.ones((count, 1))
        elif self.scale > 1:
            index, weight = self._average(target)
        else:
            index, weight = self._bilinear(target)
        inside = np.clip(index, 0, self.size - 1).astype(np.intp)
        return Taps(inside, weight / weight.sum(axis=1, keepdims=True))

    def _average(self, target: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Weigh source pixels by the length a target pixel covers of each."""
        # A target pixel that reaches over the source's border is the mean of what it covers of the source.
        low = np.clip(self.start + target * self.scale, 0, self.size - 1e-6)[:, None]
        high = np.clip(self.start + (target + 1) * self.scale, 1e-6, self.size)[:, None]
        index = np.floor(low) + np.arange(math.ceil(self.scale) + 1, dtype=np.float64)
        return index, np.clip(np.minimum(high, index + 1) - np.maximum(low, index), 0, None)

    def _bilinear(self, target: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        centre = (self.start + (target + 0.5) * self.scale - 0.5)[:, None]
        index = np.floor(centre) + np.arange(2, dtype=np.float64)
        return index, 1 - np.abs(centre - index)


def resample(samples: Samples, *, rows: Taps, cols: Taps) -> Samples:
    """Combine source pixels by separable weights, counting only the valid ones.

    A target pixel is valid where at least half of its weight is; its value is the mean of that valid part, so that
    values under no-data never show.

    Args:
        samples: The source pixels from (rows.span[0], cols.span[0]) on, at least to the spans' ends.
        rows: Taps of the target's rows.
        cols: Taps of the target's columns.

    Returns:
        (C, len(rows), len(cols)) values in a float type.
    """
    work = working_type(samples.values.dtype)
    values = _combine(_combine(samples.values, rows, axis=1, work=work), cols, axis=2, work=work)
    # Where all is valid, one column of ones stands for all columns.
    everywhere = bool(samples.valid.all())
    weighed = np.ones((1, len(samples.valid), 1), np.bool_) if everywhere else samples.valid[None]
    down = _combine(weighed, rows, axis=1, work=work)
    share = _combine(np.broadcast_to(down, (*down.shape[:2], samples.valid.shape[1])), cols, axis=2, work=work)[0]
    valid = share >= 0.5 - 1e-6
    np.divide(values, share, out=values, where=valid)
    if not valid.all():
        values[:, ~valid] = 0
    return Samples(values, valid)


def _combine(layers: NDArray[Any], taps: Taps, *, axis: int, work: Any) -> NDArray[Any]:
    """Sum the weighted taps one after another: plain element-wise sums, hence the same in any chunk."""
    index = taps.index - taps.span[0]
    shape = (-1, 1) if axis == 1 else (1, -1)
    total: NDArray[Any] | None = None
    for tap in range(index.shape[1]):
        weight = taps.weight[:, tap].astype(work).reshape(shape)
        part = np.multiply(np.take(layers, index[:, tap], axis=axis), weight, dtype=work)
        total = part if total is None else np.add(total, part, out=total)
    assert total is not None
    return total


def working_type(dtype: "np.dtype[Any]") -> "np.dtype[Any]":
    """Return float32 where it is precise enough to scale values of `dtype` to 8 bits, else float64."""
    return np.dtype(np.float32 if dtype.itemsize <= 2 or dtype == np.float32 else np.float64)
