"""Read the cells under shapes."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from proxyclip_geo.engine.cache import ByteCache
from proxyclip_geo.engine.store.embedding_store import EmbeddingStore
from proxyclip_geo.region import Region

SHAPE_CELLS = 16
"""Cells that stand for a shape; more are alike."""
MOST_SHAPE_BYTES = 64 << 20
"""Bytes of features of shapes that are cached."""
_TILE = 64


def read_features(store: EmbeddingStore, cells: Region, *, debias: float) -> tuple[Tensor, Tensor]:
    """Return the (D, h, w) float32 features of cells, with debiasing in them, and the (h, w) validity."""
    part = store.read(cells, cls_features=debias != 0)
    features = part.features.float()
    if part.cls_features is not None:
        features = features + debias * part.cls_features.blend(part.cls_features.features.float(), cells)
    return features, part.valid


class Shape(Protocol):
    """A shape in pixel coordinates."""

    @property
    def region(self) -> Region:
        """Pixels of the raster around it."""

    def rasterize(self, region: Region) -> NDArray[np.bool_]:
        """Return (H, W): True on the pixels of the shape."""


@dataclass(frozen=True)
class ShapeCells:
    """Cells under a shape.

    Attributes:
        features: (n, D) of cells with data.
        counts: (n,) number of pixels of the shape with data in each.
        share: Share of the pixels of the shape that have data, 0–1; 0 if it has no pixel.
    """

    features: NDArray[np.float64]
    counts: NDArray[np.float64]
    share: float

    def thin_out(self) -> "ShapeCells":
        """Return at most `SHAPE_CELLS` of the cells, evenly spaced."""
        count = len(self.counts)
        picked = np.unique(np.linspace(0, count - 1, min(SHAPE_CELLS, count)).round().astype(int))
        return ShapeCells(self.features[picked], self.counts[picked], self.share)


class ShapeReader:
    """Reads the cells that stand for shapes; those that were read before are cached.

    Attributes:
        store: The embedding.
    """

    def __init__(self, store: EmbeddingStore) -> None:
        """Wrap an embedding."""
        self.store = store
        self._cells: ByteCache[ShapeCells] = ByteCache(MOST_SHAPE_BYTES, size=lambda cells: cells.features.nbytes)

    def read(self, shape: Shape, *, debias: float) -> ShapeCells:
        """Return at most `SHAPE_CELLS` cells of a shape that can be hashed."""
        return self._cells.get((shape, debias), lambda: read_shape(self.store, shape, debias=debias).thin_out())


def read_shape(store: EmbeddingStore, shape: Shape, *, debias: float = 0.0) -> ShapeCells:
    """Return all cells under a shape."""
    grid = store.info.grid
    step, raster = grid.step, grid.raster
    rows, counts, total = [np.empty((0, store.info.dim))], [np.empty(0)], 0
    for cells in grid.cells_of(shape.region).tiles(_TILE):
        pixels = cells.scale(step).intersect(raster)
        here = shape.rasterize(pixels)
        total += int(here.sum())
        counted = here & store.read_valid(pixels) if here.any() else here
        if not counted.any():
            continue
        margins = tuple((0, side * step - n) for side, n in zip(cells.shape, counted.shape, strict=True))
        weights = np.pad(counted, margins).reshape(cells.height, step, cells.width, step).sum(axis=(1, 3))
        features, _ = read_features(store, cells, debias=debias)
        rows.append(features[:, torch.from_numpy(weights > 0)].T.double().numpy())
        counts.append(weights[weights > 0].astype(np.float64))
    with_data = np.concatenate(counts)
    return ShapeCells(np.concatenate(rows), with_data, float(with_data.sum()) / max(1, total))


def mean_feature(store: EmbeddingStore, shape: Shape) -> Tensor | None:
    """Return the (D,) float64 mean over the pixels of a shape of the features of their cells; None if none has data."""
    found = read_shape(store, shape)
    return torch.from_numpy(found.counts @ found.features / found.counts.sum()) if len(found.counts) else None
