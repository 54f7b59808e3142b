"""Overviews of an embedding: means of 2 × 2, 4 × 4, … cells, for maps at small scales.

They lie in the group `overviews` of the store, or elsewhere where the store cannot be written. Level k, from 1, has
cells of 2^k × 2^k cells of the lattice and the arrays

- `features_k` (D, rows, cols) float16: mean of the features of the cells with data; dot products with it are means of
  those with the cells;
- `count_k` (rows, cols) uint32: number of cells with data;
- `share_k` (rows, cols) uint8: share of pixels with data, 255 for all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import zarr
from numpy.typing import NDArray

from proxyclip_geo.engine.blend import BlockEmbedding
from proxyclip_geo.engine.store.block_store import KEY, ArraySpec, create_group, failures, local_path
from proxyclip_geo.engine.store.embedding_store import EmbeddingStore
from proxyclip_geo.errors import OutputError, StoreError
from proxyclip_geo.files import exclusive_lock
from proxyclip_geo.grid import ceil_div
from proxyclip_geo.progress import Progress, ProgressEvent, no_progress
from proxyclip_geo.region import Region

OVERVIEW_FORMAT = 1
CHUNK = 64
"""Side of a chunk in cells."""
_PART = 2 * CHUNK
"""Side in cells of what is averaged at a time."""
NOUN = "overviews"
# Features are means of unit vectors.
_LARGEST = 2


@dataclass(frozen=True)
class Cells:
    """Cells of a level.

    Attributes:
        features: (D, h, w) float16, means over the cells with data.
        count: (h, w) uint32, number of cells with data.
        share: (h, w) uint8, share of pixels with data, 255 for all.
    """

    features: NDArray[np.float16]
    count: NDArray[np.uint32]
    share: NDArray[np.uint8]


def count_levels(store: EmbeddingStore) -> int:
    """Return the number of overviews: the last one has at most one chunk."""
    side, levels = max(store.info.grid.lattice), 0
    while side > CHUNK:
        side, levels = ceil_div(side, 2), levels + 1
    return levels


def level_region(store: EmbeddingStore, level: int) -> Region:
    """Return all cells of a level; level 0 is the lattice."""
    rows, cols = (ceil_div(side, 1 << level) for side in store.info.grid.lattice)
    return Region(0, 0, rows, cols)


class Overviews:
    """The overviews of an embedding, complete.

    Attributes:
        levels: Number of levels.
    """

    def __init__(self, store: EmbeddingStore, group: zarr.Group) -> None:
        """Wrap a group; use `open_overviews`."""
        self.levels = count_levels(store)
        self._store, self._group = store, group
        for key, spec in _arrays(store).items():
            array: Any = group[key]
            if (array.shape, str(array.dtype), array.chunks) != (spec.shape, spec.dtype, spec.chunks):
                raise StoreError(_damaged(store))

    def read(self, level: int, cells: Region) -> Cells:
        """Read cells of a level, all of which exist.

        Raises:
            StoreError: If they are damaged.
        """
        index = cells.slices_in(Region(0, 0, 0, 0))
        try:
            arrays: Any = self._group
            features = np.asarray(arrays[f"features_{level}"][(slice(None), *index)])
            count, share = (np.asarray(arrays[f"{key}_{level}"][index]) for key in ("count", "share"))
        except failures() as error:
            raise StoreError(_damaged(self._store)) from error
        if not (np.abs(features) <= _LARGEST).all() or (~features.any(axis=0) & (count > 0)).any():
            raise StoreError(_damaged(self._store))
        return Cells(features, count, share)

    def read_embedding(self, level: int, cells: Region) -> tuple[BlockEmbedding, NDArray[np.uint8]]:
        """Read cells of a level as an embedding, with the share of pixels with data."""
        found = self.read(level, cells)
        return BlockEmbedding(torch.from_numpy(found.features), torch.from_numpy(found.count > 0), cells), found.share


def _damaged(store: EmbeddingStore) -> str:
    return (
        f"the overviews of embedding {store.name} are damaged; remove the folder overviews in it, they are computed "
        "again"
    )


def _arrays(store: EmbeddingStore) -> dict[str, ArraySpec]:
    specs = {}
    for level in range(1, count_levels(store) + 1):
        rows, cols = level_region(store, level).shape
        flat, chunk = (rows, cols), (min(CHUNK, rows), min(CHUNK, cols))
        specs[f"features_{level}"] = ArraySpec((store.info.dim, *flat), "float16", (store.info.dim, *chunk))
        specs[f"count_{level}"] = ArraySpec(flat, "uint32", chunk)
        specs[f"share_{level}"] = ArraySpec(flat, "uint8", chunk)
    return specs


def open_overviews(store: EmbeddingStore, *, scratch: Path, progress: Progress = no_progress) -> Overviews | None:
    """Open the overviews of an embedding; compute them if there are none.

    Args:
        store: The embedding, complete.
        scratch: Folder for the overviews of stores that cannot be written; it need not exist.
        progress: Called after each part that is computed.

    Returns:
        The overviews; None for an embedding of one chunk, which needs none.

    Raises:
        StoreError: If the embedding or its overviews are damaged.
        OutputError: If they cannot be written.
    """
    if not count_levels(store):
        return None
    inside = f"{store.name.rstrip('/')}/overviews"
    found = _find(store, inside)
    if found is not None:
        return found
    path = local_path(store.name)
    if path is not None:
        try:
            with exclusive_lock(path):
                return _build(store, inside, progress=progress)
        except OutputError:
            # A read-only folder, or another process that computes them.
            pass
    return _build(store, str(scratch), progress=progress)


def _find(store: EmbeddingStore, name: str) -> Overviews | None:
    """Return complete overviews, or None."""
    try:
        group = zarr.open_group(name, mode="r", zarr_format=3)
        description: Any = group.attrs.asdict().get(KEY)
        if description != {"format": OVERVIEW_FORMAT, "complete": True}:
            return None
        return Overviews(store, group)
    except StoreError:
        return None
    except failures():
        return None


def _build(store: EmbeddingStore, name: str, *, progress: Progress) -> Overviews:
    """Compute all levels, each from the one below it."""
    group = create_group(name, {"format": OVERVIEW_FORMAT, "complete": False}, _arrays(store), noun=NOUN)
    found = Overviews(store, group)
    parts = [(level, part) for level in range(1, found.levels + 1) for part in _parts(store, level)]
    for done, (level, part) in enumerate(parts):
        progress(ProgressEvent("overviews", done, len(parts), "parts"))
        _write(group, level, part, _average(store, found, level, part))
    group.attrs[KEY] = {"format": OVERVIEW_FORMAT, "complete": True}
    progress(ProgressEvent("overviews", len(parts), len(parts), "parts"))
    return found


def _parts(store: EmbeddingStore, level: int) -> Iterator[Region]:
    """Yield the regions of a level that hold stored cells, in whole chunks."""
    every = level_region(store, level)
    stored = store.info.grid.cells_of(store.info.stored)
    for part in every.tiles(_PART):
        if not part.scale(1 << level).intersect(stored).is_empty:
            yield part


def _write(group: zarr.Group, level: int, part: Region, cells: Cells) -> None:
    index = part.slices_in(Region(0, 0, 0, 0))
    arrays: Any = group
    try:
        arrays[f"features_{level}"][(slice(None), *index)] = cells.features
        arrays[f"count_{level}"][index] = cells.count
        arrays[f"share_{level}"][index] = cells.share
    except failures() as error:
        raise OutputError(
            f"the overviews of an embedding cannot be written: {error}; make room, or give a copy of it"
        ) from error


def _average(store: EmbeddingStore, found: Overviews, level: int, part: Region) -> Cells:
    """Return the means of 2 × 2 cells of the level below."""
    below = part.scale(2).intersect(level_region(store, level - 1))
    lower = _read_lattice(store, below) if level == 1 else found.read(level - 1, below)
    margins = ((0, -below.height % 2), (0, -below.width % 2))
    features = np.pad(lower.features, ((0, 0), *margins))
    count = np.pad(lower.count, margins)
    # Pixels beyond the raster count as those beside them.
    share = np.pad(lower.share, margins, mode="edge").astype(np.uint32)
    total = np.zeros((len(features), *part.shape), np.float32)
    for row in (0, 1):
        for col in (0, 1):
            own = features[:, row::2, col::2].astype(np.float32)
            total += own * count[row::2, col::2]
    counts = _sum_quads(count)
    mean = total / np.maximum(counts, 1)
    return Cells(mean.astype(np.float16), counts, ((_sum_quads(share) + 2) // 4).astype(np.uint8))


def _sum_quads(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return np.asarray(values[::2, ::2] + values[::2, 1::2] + values[1::2, ::2] + values[1::2, 1::2], np.uint32)


def _read_lattice(store: EmbeddingStore, cells: Region) -> Cells:
    embedding = store.read(cells)
    step = store.info.grid.step
    pixels = cells.scale(step).intersect(store.info.grid.raster)
    valid = store.read_valid(pixels)
    margins = tuple((0, side * step - n) for side, n in zip(cells.shape, valid.shape, strict=True))
    valid = np.pad(valid, margins, mode="edge")
    sums = valid.reshape(cells.height, step, cells.width, step).sum(axis=(1, 3), dtype=np.uint32)
    share = (sums * 255 // step**2).astype(np.uint8)
    return Cells(embedding.features.numpy(), embedding.valid.numpy().astype(np.uint32), share)
