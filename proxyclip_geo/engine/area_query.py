"""Query an area of a stored embedding that fits into memory, at full or reduced resolution."""

import math
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from proxyclip_geo.engine.classify import (
    BlockLabels,
    CellLogits,
    TextBank,
    cell_logits,
    classify_pixels,
    pixel_logits,
    upsample_logits,
)
from proxyclip_geo.engine.options import Upsampling
from proxyclip_geo.engine.parallel import LogitStrips
from proxyclip_geo.engine.pyramid import similarity_bank
from proxyclip_geo.engine.read_block import PixelSource, read_cells_guide
from proxyclip_geo.engine.runner import find_stored_cells, stored_blocks
from proxyclip_geo.engine.segments import upsample_with_image
from proxyclip_geo.engine.store.embedding_store import EmbeddingStore
from proxyclip_geo.errors import OptionError
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.grid import ceil_div
from proxyclip_geo.progress import Progress, no_progress
from proxyclip_geo.region import Region

MOST_PIXELS = 100_000_000
"""Pixels of a map in memory."""

MOST_CELLS = 200_000
"""Cells that words are ranked by; more do not change the order."""


@dataclass(frozen=True)
class AreaLabels:
    """Labels of an area.

    Attributes:
        map: Labels and scores.
        region: Pixels of the raster that it covers, from the corner of a map pixel.
        factor: Pixels of the raster per pixel of the map.
    """

    map: BlockLabels
    region: Region
    factor: int


def read_logits(store: EmbeddingStore, bank: TextBank, *, cells: Region) -> CellLogits:
    """Return the logits of a part of the lattice, computed in rows of chunks."""
    rows = store.info.chunk
    parts = []
    for top in range(cells.top // rows * rows, cells.bottom, rows):
        part = store.read(Region(top, cells.left, rows, cells.width).intersect(cells), cls_features=bank.debias != 0)
        parts.append(cell_logits(part, bank))
    logits, valid = torch.cat([part.logits for part in parts], dim=1), torch.cat([part.valid for part in parts])
    return CellLogits(logits, valid, cells)


def find_factor(geobox: GeoBox, gsd: float | None) -> float:
    """Return how many pixels of a raster a pixel of `gsd` metres spans in each direction, at least 1.

    Raises:
        OptionError: If `gsd` is not positive, or the raster has no CRS.
    """
    if gsd is None:
        return 1.0
    own = geobox.gsd
    if own is None or gsd <= 0:
        raise OptionError(f"gsd={gsd:g} m must be positive, and the raster must have a CRS; omit `gsd` otherwise")
    return min(max(1.0, gsd / float(np.sqrt(own[0] * own[1]))), float(max(geobox.shape)))


def choose_factor(factor: float, step: int) -> int:
    """Return the integer factor nearest to the requested one that divides the step or is a multiple of it."""
    divisors = [n for n in range(1, step + 1) if step % n == 0]
    multiple = step * max(1, math.ceil(factor / step - 0.5))
    return min([*divisors, multiple], key=lambda n: abs(n - factor))


def label_area(
    store: EmbeddingStore,
    bank: TextBank,
    *,
    area: Region,
    factor: float = 1.0,
    source: PixelSource | None = None,
    upsampling: Upsampling | None = None,
) -> AreaLabels:
    """Label an area.

    Args:
        store: The embedding.
        bank: The queries, projected if the store is.
        area: Pixels of the raster.
        factor: Requested pixels of the raster per pixel of the map.
        source: The raster, if the image is needed.
        upsampling: How logits of pixels are computed at full resolution; bilinear if not given.

    Returns:
        The labels of the area, extended to whole map pixels and cropped to the raster.

    Raises:
        OptionError: If the map has more than `MOST_PIXELS`.
    """
    step = store.info.grid.step
    exact = choose_factor(factor, step)
    region = Region.from_edges(area.top // exact * exact, area.left // exact * exact, area.bottom, area.right)
    core = Region.from_edges(
        region.top // exact, region.left // exact, ceil_div(region.bottom, exact), ceil_div(region.right, exact)
    )
    if core.height * core.width > MOST_PIXELS:
        raise OptionError(
            f"the area has {core.width} × {core.height} pixels, more than the limit of {MOST_PIXELS:,} for a map in "
            "memory; give smaller `bounds` or a coarser `gsd`, or write the map to files"
        )
    if exact <= step:
        grid, chosen = store.info.grid, upsampling if upsampling and exact == 1 else Upsampling()
        found = read_logits(store, bank, cells=find_stored_cells(store, region, tile=chosen.tile))
        if source is not None and chosen.uses_image:
            guide = read_cells_guide(source, found.cells, grid=grid)
            strips = upsample_with_image(found, bank, upsampling=chosen, guide=guide, grid=grid, core=core)
        else:
            strips = upsample_logits(found, step=step // exact, core=core)
    else:
        group = exact // step
        found = read_logits(store, bank, cells=core.scale(group).intersect(store.info.grid.cells))
        averages = _average(found, group)
        strips = LogitStrips((core,), lambda _: averages, averages.device)
    valid = store.read_valid(region)
    # A map pixel has data if the raster's pixel in its middle has.
    middle = exact // 2
    rows = [min(n * exact + middle, region.height - 1) for n in range(core.height)]
    cols = [min(n * exact + middle, region.width - 1) for n in range(core.width)]
    return AreaLabels(classify_pixels(strips, bank, core=core, valid=valid[rows][:, cols]), region, exact)


def _average(found: CellLogits, group: int) -> Tensor:
    """Return the (Q, h / group, w / group) mean logits of groups of cells with data, sizes rounded up."""
    height, width = found.cells.shape
    margins = (0, -width % group, 0, -height % group)
    has_data = functional.pad(found.valid.float()[None], margins)
    logits = functional.pad(found.logits * found.valid, margins)
    share = functional.avg_pool2d(has_data, group)
    return functional.avg_pool2d(logits, group) / share.clamp_min(torch.finfo(torch.float32).tiny)


@dataclass(frozen=True)
class MeanScores:
    """Mean scores of queries over an area.

    Attributes:
        cosines: Mean cosines.
        probabilities: Mean shares of the softmax over all queries.
    """

    cosines: tuple[float, ...]
    probabilities: tuple[float, ...]


def average_scores(
    store: EmbeddingStore, bank: TextBank, *, area: Region, inside: NDArray[np.bool_] | None = None
) -> MeanScores | None:
    """Average cosines and probabilities over the pixels of an area.

    Args:
        store: The embedding.
        bank: The queries, projected if the store is.
        area: Pixels of the raster.
        inside: (H, W) pixels of the area to average; all if not given.

    Returns:
        The means, or None if no such pixel has data.
    """
    grid = store.info.grid
    valid = store.read_valid(area)
    counted = torch.from_numpy(valid if inside is None else valid & inside)
    if not counted.any():
        return None
    found = read_logits(store, bank, cells=grid.cells_around(area))
    bias = torch.tensor([bank.biases[index] for index in bank.query_class])
    logits = torch.zeros(len(bank.query_class), dtype=torch.float64)
    shares = torch.zeros_like(logits)
    for strip, values in upsample_logits(found, step=grid.step, core=area):
        pixels = values[:, counted[strip.slices_in(area)]].double()
        logits += pixels.sum(dim=1)
        shares += pixels.softmax(dim=0).sum(dim=1)
    count = int(counted.sum())
    cosines = (logits / count - bias) / bank.logit_scale
    return MeanScores(tuple(cosines.tolist()), tuple((shares / count).tolist()))


def similarity_blocks(
    store: EmbeddingStore, query: Tensor, *, progress: Progress = no_progress
) -> Generator[tuple[Region, NDArray[np.float32], NDArray[np.bool_]], None, None]:
    """Yield each block's core with its (H, W) cosines with a query and where it has data.

    Args:
        store: The embedding.
        query: (1, D), projected if the store is.
        progress: Called after each block.
    """
    bank = similarity_bank(query)
    for item in stored_blocks(store, bank=bank, progress=progress):
        core = item.block.core
        cosines = np.empty(core.shape, np.float32)
        for strip, values in pixel_logits(item.embedding, bank, step=store.info.grid.step, core=core):
            cosines[strip.slices_in(core)] = values[0].numpy()
        yield core, cosines, item.valid


@dataclass(frozen=True)
class Contrasts:
    """How queries stand out over a raster, one value per query.

    Attributes:
        contrasts: 98th percentile over cells of the cosine less the median of all queries' at the cell.
        shares: Share of cells in which no other query has a larger cosine.
    """

    contrasts: tuple[float, ...]
    shares: tuple[float, ...]


def measure_contrasts(store: EmbeddingStore, queries: Tensor) -> Contrasts:
    """Compare queries with each other over a raster, on at most about `MOST_CELLS` of its cells.

    Args:
        store: The embedding.
        queries: (Q, D), projected if the store is.
    """
    count = len(queries)
    bank = TextBank(queries, tuple(range(count)), (1,) * count, (0.0,) * count, (0.0,) * count, 1.0, 255)
    rows, cols = store.info.grid.cells_of(store.info.area).shape
    every = max(1, math.isqrt(rows * cols // MOST_CELLS))
    parts = []
    for item in stored_blocks(store, bank=bank):
        own = store.info.grid.cells_of(item.block.core)
        inside = own.slices_in(item.embedding.cells)
        logits = cell_logits(item.embedding, bank).logits[(slice(None), *inside)][:, ::every, ::every]
        parts.append(logits[:, item.embedding.valid[inside][::every, ::every]])
    cosines = torch.cat(parts, dim=1)
    above = cosines - cosines.median(dim=0).values
    best = torch.bincount(cosines.argmax(dim=0), minlength=count) / cosines.shape[1]
    # torch.quantile takes no more than 16 million values, kthvalue any.
    rank = max(1, math.ceil(0.98 * cosines.shape[1]))
    return Contrasts(tuple(above.kthvalue(rank, dim=1).values.tolist()), tuple(best.tolist()))
