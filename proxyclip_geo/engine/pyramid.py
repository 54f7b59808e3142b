"""Views of an embedding at any scale, from its overviews, in tiles that can be cached."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from proxyclip_geo.engine.blend import BlockEmbedding
from proxyclip_geo.engine.cache import ByteCache
from proxyclip_geo.engine.classify import (
    BlockLabels,
    CellLogits,
    QueryProducts,
    TextBank,
    classify_pixels,
    upsample_logits,
)
from proxyclip_geo.engine.store.embedding_store import EmbeddingStore
from proxyclip_geo.engine.store.overviews import CHUNK, Overviews, level_region
from proxyclip_geo.grid import ceil_div
from proxyclip_geo.region import Region

CELL_SIDE = 4
"""Pixels of a map that a cell spans at least: a tile of 256 pixels then needs 64 × 64 cells or a few more."""


@dataclass(frozen=True)
class Scale:
    """A scale of the map.

    Attributes:
        level: Overview that it is computed from; 0 for the embedding itself.
        factor: Pixels of the raster per pixel of the map.
        ratio: Pixels of the map per cell of the level.
    """

    level: int
    factor: int
    ratio: int


@dataclass(frozen=True)
class FeatureTile:
    """Cells that are read at a time.

    Attributes:
        embedding: Their features.
        valid: Level 0: (H, W) bool, which pixels of the raster have data. Overviews: (h, w) uint8, the share of pixels
            with data, 255 for all.
    """

    embedding: BlockEmbedding
    valid: NDArray[np.bool_] | NDArray[np.uint8]

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        return self.embedding.features.nbytes + self.embedding.valid.nbytes + self.valid.nbytes


@dataclass(frozen=True)
class LogitTile:
    """A tile with the logits of some words.

    Attributes:
        logits: Logits of its cells.
        valid: As of `FeatureTile`.
    """

    logits: CellLogits
    valid: NDArray[np.bool_] | NDArray[np.uint8]

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        # An array of one value, repeated, has no strides.
        return (
            self.logits.logits.nbytes + self.logits.valid.nbytes + (self.valid.nbytes if self.valid.strides[0] else 1)
        )


@dataclass(frozen=True)
class TileKey:
    """Cells that are read at a time: a level, and the cells."""

    level: int
    cells: Region


class TileCaches:
    """Tiles that are used again, of several embeddings.

    Attributes:
        features: Their features.
        logits: Their logits.
    """

    def __init__(self, limit: int) -> None:
        """Make empty caches that take `limit` bytes together."""
        self.features: ByteCache[FeatureTile] = ByteCache(limit // 2, size=lambda tile: tile.nbytes)
        self.logits: ByteCache[LogitTile] = ByteCache(limit // 2, size=lambda tile: tile.nbytes)


class Pyramid:
    """An embedding and its overviews.

    Attributes:
        store: The embedding.
        scales: All scales, finest first.
    """

    def __init__(self, store: EmbeddingStore, overviews: Overviews | None, *, caches: TileCaches) -> None:
        """Wrap an embedding.

        Args:
            store: The embedding.
            overviews: Its overviews; None if it has one chunk only.
            caches: Tiles that are used again.
        """
        self.store = store
        self._overviews, self._caches = overviews, caches
        step, levels = store.info.grid.step, 0 if overviews is None else overviews.levels
        divisors = [n for n in range(1, step + 1) if step % n == 0 and step // n >= min(CELL_SIDE, step)]
        scales: dict[int, Scale] = {}
        for level in range(levels + 1):
            for divisor in divisors:
                scales.setdefault(divisor << level, Scale(level, divisor << level, step // divisor))
        self.scales = tuple(scales[factor] for factor in sorted(scales))

    def choose(self, factor: float) -> Scale:
        """Return the coarsest scale that has at most `factor` pixels of the raster per pixel of the map."""
        return next((scale for scale in reversed(self.scales) if scale.factor <= factor * 1.01), self.scales[0])

    def shape(self, scale: Scale) -> Region:
        """Return all pixels of the map at a scale."""
        rows, cols = (ceil_div(side, scale.factor) for side in self.store.info.geobox.shape)
        return Region(0, 0, rows, cols)

    def cells(self, scale: Scale, core: Region) -> Region:
        """Return the cells that pixels of the map depend on."""
        ratio = scale.ratio
        own = Region.from_edges(
            core.top // ratio, core.left // ratio, ceil_div(core.bottom, ratio), ceil_div(core.right, ratio)
        )
        return own.pad(1).intersect(level_region(self.store, scale.level))

    def keys(self, level: int, cells: Region) -> Iterator[TileKey]:
        """Yield the tiles of a level that hold some of its cells; they are the chunks of the store."""
        info, every = self.store.info, level_region(self.store, level)
        origin, side = Region(0, 0, 0, 0), CHUNK
        if level == 0:
            # Tiles are anchored at the blocks.
            tiling, side = info.grid.cells_of(info.tiling), info.chunk
            origin = Region(tiling.top % side, tiling.left % side, 0, 0)
        first_row, last_row = ((edge - origin.top) // side for edge in (cells.top, cells.bottom - 1))
        first_col, last_col = ((edge - origin.left) // side for edge in (cells.left, cells.right - 1))
        for row in range(first_row, last_row + 1):
            for col in range(first_col, last_col + 1):
                tile = Region(row * side + origin.top, col * side + origin.left, side, side)
                yield TileKey(level, tile.intersect(every))

    def read(self, key: TileKey) -> FeatureTile:
        """Read a tile.

        Raises:
            StoreError: If the store is damaged, or not complete there.
        """
        if key.level and self._overviews is not None:
            return FeatureTile(*self._overviews.read_embedding(key.level, key.cells))
        grid = self.store.info.grid
        pixels = key.cells.scale(grid.step).intersect(grid.raster)
        return FeatureTile(self.store.read(key.cells), self.store.read_valid(pixels))

    def label(
        self, scale: Scale, core: Region, *, bank: TextBank, key: str, check: Callable[[], None] = lambda: None
    ) -> BlockLabels:
        """Label pixels of the map.

        Args:
            scale: The scale.
            core: Pixels of the map.
            bank: The queries.
            key: Identifies the queries, and all else that logits depend on.
            check: Called before each tile; raises `Cancelled` to stop.
        """
        tiles = self.read_logits(scale, core, bank=bank, key=key, check=check)
        strips = upsample_logits(join_logits(tiles, self.cells(scale, core)), step=scale.ratio, core=core)
        return classify_pixels(strips, bank, core=core, valid=self.find_valid(scale, core, tiles))

    def compare(
        self, scale: Scale, core: Region, *, bank: TextBank, key: str, check: Callable[[], None] = lambda: None
    ) -> NDArray[np.float32]:
        """Return (H, W) cosines of pixels of the map with the query of `similarity_bank`; NaN without data."""
        tiles = self.read_logits(scale, core, bank=bank, key=key, check=check)
        cosines = np.empty(core.shape, np.float32)
        for strip, values in upsample_logits(join_logits(tiles, self.cells(scale, core)), step=scale.ratio, core=core):
            cosines[strip.slices_in(core)] = values[0].numpy()
        cosines[~self.find_valid(scale, core, tiles)] = np.nan
        return cosines

    def read_logits(
        self, scale: Scale, core: Region, *, bank: TextBank, key: str, check: Callable[[], None] = lambda: None
    ) -> list[LogitTile]:
        """Return the tiles that pixels of the map depend on; arguments as for `label`."""
        tiles = []
        for tile in self.keys(scale.level, self.cells(scale, core)):
            check()
            place = (self.store.name, tile)

            def make(tile: TileKey = tile, place: tuple[str, TileKey] = place) -> LogitTile:
                return compute_logits(self._caches.features.get(place, lambda: self.read(tile)), bank)

            tiles.append(self._caches.logits.get((place, key), make))
        return tiles

    def find_valid(self, scale: Scale, core: Region, tiles: Sequence[LogitTile]) -> NDArray[np.bool_]:
        """Return (H, W) of the core: which pixels of the map have data.

        Args:
            scale: The scale.
            core: Pixels of the map.
            tiles: The tiles of `cells(scale, core)`.
        """
        if scale.level:
            return self._upsample_share(scale, core, tiles)
        step, grid = self.store.info.grid.step, self.store.info.grid
        region = core.scale(scale.factor).intersect(grid.raster)
        valid = np.zeros(region.shape, np.bool_)
        for tile in tiles:
            covered = tile.logits.cells.scale(step).intersect(grid.raster)
            shared = covered.intersect(region)
            if not shared.is_empty:
                valid[shared.slices_in(region)] = tile.valid[shared.slices_in(covered)]
        if scale.factor == 1:
            return valid
        # A map pixel has data if the raster's pixel in its middle has.
        middle = scale.factor // 2
        rows = [min(n * scale.factor + middle, region.height - 1) for n in range(core.height)]
        cols = [min(n * scale.factor + middle, region.width - 1) for n in range(core.width)]
        return valid[rows][:, cols]

    def _upsample_share(self, scale: Scale, core: Region, tiles: Sequence[LogitTile]) -> NDArray[np.bool_]:
        cells = self.cells(scale, core)
        share = np.zeros((1, *cells.shape), np.float32)
        for tile in tiles:
            shared = tile.logits.cells.intersect(cells)
            if not shared.is_empty:
                share[(0, *shared.slices_in(cells))] = tile.valid[shared.slices_in(tile.logits.cells)]
        grid = CellLogits(torch.from_numpy(share), torch.ones(cells.shape, dtype=torch.bool), cells)
        valid = np.empty(core.shape, np.bool_)
        for strip, values in upsample_logits(grid, step=scale.ratio, core=core):
            valid[strip.slices_in(core)] = values[0].numpy() >= 127.5
        return valid


def compute_logits(tile: FeatureTile, bank: TextBank) -> LogitTile:
    """Return a tile with the logits of its cells."""
    valid = tile.valid
    if (valid == valid[0, 0]).all():
        # Most tiles have data everywhere.
        valid = np.broadcast_to(valid[0, 0].copy(), valid.shape)
    found = tile.embedding
    # One product of a whole tile is several times faster than one for each row; see `QueryProducts` on rounding.
    products = QueryProducts(bank, found.cells, device=found.features.device)
    products.add_rows(found.cells, found.features)
    return LogitTile(products.finish(found.valid, found.cls_features), valid)


def join_logits(tiles: Sequence[LogitTile], cells: Region) -> CellLogits:
    """Return the logits of cells from those of the tiles that hold them."""
    logits = torch.zeros(len(tiles[0].logits.logits), *cells.shape)
    valid = torch.zeros(cells.shape, dtype=torch.bool)
    for part in (tile.logits for tile in tiles):
        shared = part.cells.intersect(cells)
        if not shared.is_empty:
            source, target = shared.slices_in(part.cells), shared.slices_in(cells)
            logits[(slice(None), *target)], valid[target] = part.logits[(slice(None), *source)], part.valid[source]
    return CellLogits(logits, valid, cells)


def similarity_bank(query: Tensor) -> TextBank:
    """Return a bank whose logits are the cosines with a (1, D) query, projected if the store is."""
    return TextBank(query, (0,), (1,), (0.0,), (0.0,), logit_scale=1.0, nodata=255)


def use_one_thread() -> None:
    """Let torch compute in the calling thread only: for threads that serve requests in parallel."""
    torch.set_num_threads(1)
