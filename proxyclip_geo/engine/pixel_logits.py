"""Sample products with queries at labelled pixels of a stored embedding."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.engine.area_query import read_logits
from proxyclip_geo.engine.classify import TextBank, upsample_logits
from proxyclip_geo.engine.store.embedding_store import EmbeddingStore
from proxyclip_geo.region import Region


class Patch(Protocol):
    """A part of a raster with some labelled pixels."""

    @property
    def region(self) -> Region:
        """Its pixels."""

    def known(self) -> NDArray[np.bool_]:
        """Return (H, W): True on labelled pixels."""


@dataclass(frozen=True)
class PatchProducts:
    """Products at the labelled pixels of a patch.

    Attributes:
        patch: The patch.
        at: (2, N) rows and columns of the pixels, counted from the patch's upper left.
        products: (N, Q) float32, neither scaled nor biased.
    """

    patch: Patch
    at: NDArray[np.int64]
    products: NDArray[np.float32]


def sample_products(
    store: EmbeddingStore, bank: TextBank, patches: Iterable[Patch], *, every: int
) -> Iterator[PatchProducts]:
    """Yield the products at every n-th labelled pixel of patches in both directions; patches without any are skipped.

    Args:
        store: The embedding.
        bank: The queries, projected if the store is.
        patches: Small enough for their logits to fit into memory.
        every: n.

    Raises:
        StoreError: If the store is damaged, or not complete there.
    """
    plain = replace(bank, logit_scale=1.0, biases=(0.0,) * len(bank.biases))
    grid = store.info.grid
    lattice = Region(0, 0, *grid.lattice)
    for patch in patches:
        region = patch.region
        picked = patch.known() & store.read_valid(region)
        rows, cols = (np.arange(start, start + side) % every == every // 2 for start, side in _axes(region, every))
        picked &= rows[:, None] & cols
        if not picked.any():
            continue
        found = read_logits(store, plain, cells=grid.cells_of(region).pad(1).intersect(lattice))
        parts = [
            values.numpy()[:, picked[strip.slices_in(region)]]
            for strip, values in upsample_logits(found, step=grid.step, core=region)
        ]
        yield PatchProducts(patch, np.array(np.nonzero(picked)), np.concatenate(parts, axis=1).T)


def _axes(region: Region, every: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the start of counting rows and columns; of a small patch, the central pixel is sampled."""
    top = region.top if region.height >= every else every // 2 - region.height // 2
    left = region.left if region.width >= every else every // 2 - region.width // 2
    return (top, region.height), (left, region.width)
