"""Resampling to a scaled grid: area average if coarser, bilinear if finer; the result does not depend on the blocks.

GDAL's resampling of a block differs from that of the whole raster (docs/decisions/0006 has the figures). Here the
weights of a pixel depend on its absolute index only, and the order of summation is fixed.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Samples:
    """Raw band values.

    Attributes:
        values: (C, H, W), finite, 0 where not valid.
        valid: (H, W) bool, True where there is data.
    """

    values: NDArray[Any]
    valid: NDArray[np.bool_]


@dataclass(frozen=True)
class AxisWeights:
    """Weights of source pixels for each target pixel along one axis.

    Attributes:
        index: (n, T) int, source pixels.
        weight: (n, T) float64, each row sums to 1.
    """

    index: NDArray[np.intp]
    weight: NDArray[np.float64]

    @property
    def span(self) -> tuple[int, int]:
        """First source pixel and one past the last."""
        return int(self.index.min()), int(self.index.max()) + 1


@dataclass(frozen=True)
class Axis:
    """An axis of a scaled grid over a source.

    Attributes:
        size: Number of source pixels.
        start: First edge of the grid, in source pixels.
        scale: Source pixels per target pixel; above 1 the grid is coarser than the source.
    """

    size: int
    start: float
    scale: float

    @property
    def is_identity(self) -> bool:
        """Whether target pixels equal source pixels."""
        return self.scale == 1 and self.start == int(self.start)

    def weights(self, first: int, count: int) -> AxisWeights:
        """Return the weights of `count` target pixels from `first` on."""
        target = np.arange(first, first + count, dtype=np.float64)
        if self.is_identity:
            index, weight = target[:, None] + self.start, np.ones((count, 1))
        elif self.scale > 1:
            index, weight = self._average(target)
        else:
            index, weight = self._bilinear(target)
        inside = np.clip(index, 0, self.size - 1).astype(np.intp)
        return AxisWeights(inside, weight / weight.sum(axis=1, keepdims=True))

    def _average(self, target: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Weight source pixels by the length that the target pixel covers of each."""
        # A target pixel across the source's border is the mean of the part inside.
        low = np.clip(self.start + target * self.scale, 0, self.size - 1e-6)[:, None]
        high = np.clip(self.start + (target + 1) * self.scale, 1e-6, self.size)[:, None]
        index = np.floor(low) + np.arange(math.ceil(self.scale) + 1, dtype=np.float64)
        return index, np.clip(np.minimum(high, index + 1) - np.maximum(low, index), 0, None)

    def _bilinear(self, target: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        centre = (self.start + (target + 0.5) * self.scale - 0.5)[:, None]
        index = np.floor(centre) + np.arange(2, dtype=np.float64)
        return index, 1 - np.abs(centre - index)


def resample(parts: Iterable[tuple[Samples, AxisWeights]], *, cols: AxisWeights) -> Samples:
    """Resample by separable weights, using only valid source pixels.

    A target pixel is valid if at least half of its weight is on valid pixels; its value is their weighted mean.

    Args:
        parts: Source pixels from (rows.span[0], cols.span[0]) to at least the ends of the spans, and the weights of the
            target's rows. Source rows of one target row may come in several parts, from top to bottom.
        cols: Weights of the target's columns.

    Returns:
        (C, len(rows), len(cols)) values in a float type.
    """
    values: NDArray[Any] | None = None
    down: NDArray[Any] | None = None
    for samples, rows in parts:
        work = working_type(samples.values.dtype)
        values = _combine(samples.values, rows, axis=1, work=work, total=values)
        # If all pixels are valid, one column is broadcast to all columns.
        all_valid = bool(samples.valid.all())
        valid_column = np.ones((1, len(samples.valid), 1), np.bool_) if all_valid else samples.valid[None]
        down = _combine(valid_column, rows, axis=1, work=work, total=down)
    assert values is not None
    assert down is not None
    down = np.broadcast_to(down, (*down.shape[:2], values.shape[2]))
    values, share = (_combine(layers, cols, axis=2, work=values.dtype) for layers in (values, down))
    share = share[0]
    valid = share >= 0.5 - 1e-6
    np.divide(values, share, out=values, where=valid)
    if not valid.all():
        values[:, ~valid] = 0
    return Samples(values, valid)


def _combine(
    layers: NDArray[Any], weights: AxisWeights, *, axis: int, work: Any, total: NDArray[Any] | None = None
) -> NDArray[Any]:
    """Add the weighted pixels to a sum one after another, element by element, so that chunks equal the whole."""
    index = weights.index - weights.span[0]
    shape = (-1, 1) if axis == 1 else (1, -1)
    for column in range(index.shape[1]):
        weight = weights.weight[:, column].astype(work).reshape(shape)
        part = np.multiply(np.take(layers, index[:, column], axis=axis), weight, dtype=work)
        total = part if total is None else np.add(total, part, out=total if total.shape == part.shape else None)
    assert total is not None
    return total


def working_type(dtype: "np.dtype[Any]") -> "np.dtype[Any]":
    """Return float32 where it is precise enough to scale values of `dtype` to 8 bits, else float64."""
    return np.dtype(np.float32 if dtype.itemsize <= 2 or dtype == np.float32 else np.float64)
