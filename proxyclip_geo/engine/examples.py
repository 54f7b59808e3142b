"""Combine queries with positive and negative examples.

Image features are more similar to each other than to any word, so the mean feature m of an example is no query. It is
replaced by Fisher's linear discriminant (Σ + ρI)⁻¹(m − μ) between the example and the raster, where μ and Σ are mean
and covariance of the raster's features. The discriminant is scaled and shifted so that its products have the mean and
the standard deviation over the raster that those of words have.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.engine.store.embedding_store import EmbeddingStore
from proxyclip_geo.region import Region

SAMPLES = 64
"""Number of lattice tiles that the statistics of features are computed from."""
_TILE = 64
_EVERY = 2
_RIDGE = 1.0
"""ρ, as a multiple of the mean variance of the components of a feature; values from 0.1 to 5 differ little."""


@dataclass(frozen=True)
class FeatureStatistics:
    """Mean and covariance of the features of a raster.

    Attributes:
        mean: (D,) float64 μ.
        covariance: (D, D) float64 Σ.
    """

    mean: Tensor
    covariance: Tensor

    def std(self, queries: Tensor) -> Tensor:
        """Return the (Q,) standard deviations over the raster of the products with (Q, D) queries."""
        return ((queries @ self.covariance) * queries).sum(dim=1).clamp_min(0).sqrt()

    def discriminant(self, feature: Tensor) -> Tensor:
        """Return the (D,) linear discriminant between a (D,) mean feature and the raster."""
        ridge = _RIDGE * self.covariance.diagonal().mean().clamp_min(torch.finfo(torch.float64).tiny)
        inner = self.covariance + ridge * torch.eye(len(self.mean), dtype=torch.float64)
        direction: Tensor = torch.linalg.solve(inner, feature.double() - self.mean)
        return direction


def measure_features(store: EmbeddingStore) -> FeatureStatistics | None:
    """Return mean and covariance of the features of a store, from at most `SAMPLES` evenly spaced tiles of its area.

    None if none of them has data.
    """
    tiles = list(store.info.grid.cells_of(store.info.area).tiles(_TILE))
    count = min(SAMPLES, len(tiles))
    number = 0
    total = torch.zeros(store.info.dim, dtype=torch.float64)
    products = torch.zeros(store.info.dim, store.info.dim, dtype=torch.float64)
    for n in range(count):
        part = store.read(tiles[n * len(tiles) // count])
        rows = part.features[:, ::_EVERY, ::_EVERY][:, part.valid[::_EVERY, ::_EVERY]].T.float()
        number += len(rows)
        total += rows.sum(dim=0, dtype=torch.float64)
        products += (rows.T @ rows).double()
    if not number:
        return None
    mean = total / number
    return FeatureStatistics(mean, products / number - mean[:, None] * mean)


class Shape(Protocol):
    """A shape in pixel coordinates."""

    @property
    def region(self) -> Region:
        """Pixels of the raster around it."""

    def rasterize(self, region: Region) -> NDArray[np.bool_]:
        """Return (H, W): True on the pixels of the shape."""


def share_with_data(store: EmbeddingStore, shape: Shape) -> float:
    """Return the share of the pixels of a shape that have data, 0–1; 0 if it has no pixel."""
    total = with_data = 0
    for cells in store.info.grid.cells_of(shape.region).tiles(_TILE):
        pixels = cells.scale(store.info.grid.step).intersect(store.info.grid.raster)
        here = shape.rasterize(pixels)
        if here.any():
            total += int(here.sum())
            with_data += int((here & store.read_valid(pixels)).sum())
    return with_data / max(1, total)


def mean_of_shapes(store: EmbeddingStore, shapes: Sequence[Shape]) -> Tensor | None:
    """Return the (D,) mean of the mean features of shapes, equally weighted; None if none has data."""
    means = [mean for mean in (mean_feature(store, shape) for shape in shapes) if mean is not None]
    return torch.stack(means).mean(dim=0) if means else None


def mean_feature(store: EmbeddingStore, shape: Shape) -> Tensor | None:
    """Return the (D,) float64 mean over the pixels of a shape of the features of their cells; None if none has data."""
    grid = store.info.grid
    step, raster = grid.step, grid.raster
    total, number = torch.zeros(store.info.dim, dtype=torch.float64), 0
    for cells in grid.cells_of(shape.region).tiles(_TILE):
        pixels = cells.scale(step).intersect(raster)
        counted = shape.rasterize(pixels) & store.read_valid(pixels)
        if not counted.any():
            continue
        margins = tuple((0, side * step - n) for side, n in zip(cells.shape, counted.shape, strict=True))
        weights = np.pad(counted, margins).reshape(cells.height, step, cells.width, step).sum(axis=(1, 3))
        used = torch.from_numpy(weights > 0)
        features = store.read(cells).features[:, used].double()
        total += features @ torch.from_numpy(weights).double()[used]
        number += int(weights.sum())
    return total / number if number else None


@dataclass(frozen=True)
class ClassExamples:
    """Examples of a class.

    Attributes:
        index: Its index in the bank.
        positive: (D,) mean feature of the positive examples, or None.
        negative: (D,) mean feature of the negative examples, or None.
    """

    index: int
    positive: Tensor | None
    negative: Tensor | None


def mix_examples(
    bank: TextBank,
    statistics: FeatureStatistics,
    examples: Sequence[ClassExamples],
    *,
    weight: float,
    negative_weight: float,
) -> TextBank:
    """Move the queries of classes towards their positive examples and away from their negative ones.

    With d the scaled discriminant of an example, a query q becomes (1 − w)q + w·d, and its products are shifted by
    w(ℓ − d·μ). ℓ is a mean product over the raster: that of the class's words, and the more weight the examples have,
    that of all words. A negative example subtracts v·d and its shift (after J. Rocchio, "Relevance feedback in
    information retrieval", 1971).

    Args:
        bank: The queries of words, in the space of the stored features.
        statistics: Those of the raster's features.
        examples: Of at most all classes.
        weight: w, 0–1: weight of positive examples; words have 1 − w.
        negative_weight: v.
    """
    words = bank.queries.double().cpu()
    mean = statistics.mean
    word_std = statistics.std(words).mean()
    queries, offsets = words.clone(), torch.zeros(len(words), dtype=torch.float64)

    def direction(feature: Tensor) -> Tensor:
        found = statistics.discriminant(feature)
        return found * word_std / statistics.std(found[None])[0].clamp_min(torch.finfo(torch.float64).tiny)

    for item in examples:
        own = torch.tensor([owner == item.index for owner in bank.query_class])
        if item.positive is not None:
            towards = direction(item.positive)
            level = (1 - weight) * (words[own] @ mean).mean() + weight * (words @ mean).mean()
            queries[own] = (1 - weight) * words[own] + weight * towards
            offsets[own] = weight * (level - towards @ mean)
        if item.negative is not None:
            away = direction(item.negative)
            queries[own] -= negative_weight * away
            offsets[own] += negative_weight * (away @ mean)
    return replace(bank, queries=queries.to(bank.queries), offsets=tuple(offsets.tolist()))
