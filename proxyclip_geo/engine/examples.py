"""Queries moved towards examples.

Images lie nearer to each other than any word does to an image, so a mean feature cannot stand beside words as it is. An
example becomes the direction that tells it best from the rest of the raster, Fisher's linear discriminant
(Σ + ρI)⁻¹(m − μ) with the raster's mean μ and covariance Σ of features, and is scaled and shifted so that its products
spread over the raster as those of words do.
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
"""Tiles of the lattice that the statistics of features are taken from."""
_TILE = 64
_EVERY = 2
_RIDGE = 1.0
"""ρ, in mean variances of a feature's numbers; from 0.1 to 5 there is little difference."""


@dataclass(frozen=True)
class FeatureStatistics:
    """How the features of a raster spread.

    Attributes:
        mean: (D,) float64 μ.
        covariance: (D, D) float64 Σ.
    """

    mean: Tensor
    covariance: Tensor

    def spread(self, queries: Tensor) -> Tensor:
        """Return the standard deviation over the raster of the products with (Q, D) queries: (Q,)."""
        return ((queries @ self.covariance) * queries).sum(dim=1).clamp_min(0).sqrt()

    def discriminant(self, feature: Tensor) -> Tensor:
        """Return the (D,) direction that tells a (D,) mean feature from the raster's."""
        ridge = _RIDGE * self.covariance.diagonal().mean().clamp_min(torch.finfo(torch.float64).tiny)
        inner = self.covariance + ridge * torch.eye(len(self.mean), dtype=torch.float64)
        direction: Tensor = torch.linalg.solve(inner, feature.double() - self.mean)
        return direction


def measure_features(store: EmbeddingStore) -> FeatureStatistics | None:
    """Return mean and covariance of a store's features, from at most `SAMPLES` tiles spread over it.

    None if none of them has data.
    """
    tiles = list(Region(0, 0, *store.info.grid.lattice).tiles(_TILE))
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


class Drawn(Protocol):
    """A shape in pixel coordinates."""

    @property
    def region(self) -> Region:
        """Pixels of the raster around it."""

    def rasterize(self, region: Region) -> NDArray[np.bool_]:
        """Return (H, W): True on the pixels of the shape."""


def share_with_data(store: EmbeddingStore, shape: Drawn) -> float:
    """Return the share of drawn pixels that have data, 0–1; 0 if no pixel is drawn."""
    drawn = with_data = 0
    for cells in store.info.grid.cells_of(shape.region).tiles(_TILE):
        pixels = cells.scale(store.info.grid.step).intersect(store.info.geobox.region)
        here = shape.rasterize(pixels)
        if here.any():
            drawn += int(here.sum())
            with_data += int((here & store.read_valid(pixels)).sum())
    return with_data / max(1, drawn)


def mean_of_shapes(store: EmbeddingStore, shapes: Sequence[Drawn]) -> Tensor | None:
    """Return the (D,) mean of the mean features of shapes, each counting the same; None if none has data."""
    means = [mean for mean in (mean_feature(store, shape) for shape in shapes) if mean is not None]
    return torch.stack(means).mean(dim=0) if means else None


def mean_feature(store: EmbeddingStore, shape: Drawn) -> Tensor | None:
    """Return the (D,) float64 mean of the features of drawn pixels, each that of its cell; None if none has data.

    Args:
        store: The kept embedding.
        shape: What is drawn.
    """
    grid = store.info.grid
    step, raster = grid.step, store.info.geobox.region
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
        shown: (D,) mean feature of what it is; None if there is no such example.
        denied: (D,) mean feature of what it is not, or None.
    """

    index: int
    shown: Tensor | None
    denied: Tensor | None


def mix_examples(
    bank: TextBank,
    statistics: FeatureStatistics,
    examples: Sequence[ClassExamples],
    *,
    weight: float,
    negative_weight: float,
) -> TextBank:
    """Move the queries of classes towards their examples, and away from what they are not.

    With d the scaled discriminant of an example, a query q becomes (1 − w)q + w·d, and its products are shifted by
    w(ℓ − d·μ). ℓ is a mean product over the raster: that of the class's words, and the more weight the examples have,
    that of all words. A negative example takes v·d off, and its shift (after J. Rocchio, "Relevance feedback in
    information retrieval", 1971).

    Args:
        bank: The queries of words, in the space of the kept features.
        statistics: Of the raster's features.
        examples: Of at most all classes.
        weight: w, 0–1: how much positive examples count against words.
        negative_weight: v.
    """
    words = bank.queries.double().cpu()
    mean = statistics.mean
    usual = statistics.spread(words).mean()
    queries, offsets = words.clone(), torch.zeros(len(words), dtype=torch.float64)

    def direction(feature: Tensor) -> Tensor:
        found = statistics.discriminant(feature)
        return found * usual / statistics.spread(found[None])[0].clamp_min(torch.finfo(torch.float64).tiny)

    for item in examples:
        own = torch.tensor([owner == item.index for owner in bank.query_class])
        if item.shown is not None:
            towards = direction(item.shown)
            level = (1 - weight) * (words[own] @ mean).mean() + weight * (words @ mean).mean()
            queries[own] = (1 - weight) * words[own] + weight * towards
            offsets[own] = weight * (level - towards @ mean)
        if item.denied is not None:
            away = direction(item.denied)
            queries[own] -= negative_weight * away
            offsets[own] += negative_weight * (away @ mean)
    return replace(bank, queries=queries.to(bank.queries), offsets=tuple(offsets.tolist()))
