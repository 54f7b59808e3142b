"""Evenly spaced features of a raster."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from proxyclip_geo.engine.shape_cells import read_features
from proxyclip_geo.engine.store.embedding_store import EmbeddingStore

TILES, CELLS = 64, 16_384
"""Lattice tiles, and cells in them, that stand for a raster."""
_TILE = 64


@dataclass(frozen=True)
class FeatureSample:
    """Features of evenly spaced cells of a raster.

    Attributes:
        features: (N, D) float32.
        at: (N, 2) row and column of each cell.
        tile: (N,) number of the tile that a cell lies in.
    """

    features: NDArray[np.float32]
    at: NDArray[np.int64]
    tile: NDArray[np.int64]

    @property
    def mean(self) -> NDArray[np.float64]:
        """(D,) mean feature."""
        mean: NDArray[np.float64] = self.features.mean(axis=0, dtype=np.float64)
        return mean

    @property
    def std(self) -> float:
        """Root of the mean variance of the components; 1 if all features are the same."""
        return math.sqrt(self.features.var(axis=0, dtype=np.float64).mean()) or 1.0


def sample_features(store: EmbeddingStore, *, debias: float = 0.0) -> FeatureSample | None:
    """Return the features of at most `CELLS` cells in `TILES` evenly spaced tiles; None if none of them has data."""
    tiles = list(store.info.grid.cells_of(store.info.area).tiles(_TILE))
    count = min(TILES, len(tiles))
    every = max(1, math.isqrt(count * _TILE * _TILE // CELLS))
    rows, places, numbers = [], [], []
    for n in range(count):
        tile = tiles[n * len(tiles) // count]
        features, valid = read_features(store, tile, debias=debias)
        inside = valid[::every, ::every]
        rows.append(features[:, ::every, ::every][:, inside].T.numpy())
        places.append(torch.nonzero(inside).numpy() * every + (tile.top, tile.left))
        numbers.append(np.full(len(rows[-1]), n))
    if not sum(map(len, rows)):
        return None
    return FeatureSample(np.concatenate(rows), np.concatenate(places), np.concatenate(numbers))
