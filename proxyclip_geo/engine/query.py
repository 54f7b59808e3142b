"""A kept embedding asked for an area that fits into memory, at its own or a coarser resolution."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from proxyclip_geo.engine.classify import BlockLabels, TextBank, cell_logits, classify_pixels, enlarge
from proxyclip_geo.engine.store import EmbeddingStore
from proxyclip_geo.grid import Region, ceil_div


@dataclass(frozen=True)
class AreaLabels:
    """The map of an area.

    Attributes:
        map: Labels and scores.
        region: Pixels of the raster that it covers; its upper left corner lies on a pixel of the map.
        factor: Pixels of the raster per pixel of the map.
    """

    map: BlockLabels
    region: Region
    factor: int


@dataclass(frozen=True)
class CellLogits:
    """Logits on the lattice.

    Attributes:
        logits: (Q, h, w).
        valid: (h, w) bool, True where a cell has data.
        cells: The part of the lattice.
    """

    logits: Tensor
    valid: Tensor
    cells: Region


def read_logits(store: EmbeddingStore, bank: TextBank, *, cells: Region) -> CellLogits:
    """Multiply a part of the lattice with queries, a few rows of chunks at a time."""
    rows = store.info.chunk
    parts = []
    for top in range(cells.top // rows * rows, cells.bottom, rows):
        part = store.read(Region(top, cells.left, rows, cells.width).intersect(cells), context=bank.debias != 0)
        parts.append((cell_logits(part, bank), part.valid))
    return CellLogits(torch.cat([p[0] for p in parts], dim=1), torch.cat([p[1] for p in parts]), cells)


def choose_factor(factor: float, step: int) -> int:
    """Return the whole factor nearest to the wished one that divides the step or is a multiple of it."""
    fits = [n for n in range(1, step + 1) if step % n == 0]
    fits += [step * n for n in range(2, max(2, round(factor / step)) + 2)]
    return min(fits, key=lambda n: abs(n - factor))


def label_area(store: EmbeddingStore, bank: TextBank, *, area: Region, factor: float = 1.0) -> AreaLabels:
    """Label an area.

    Args:
        store: The kept embedding.
        bank: The queries, projected if the store is.
        area: Pixels of the raster.
        factor: Pixels of the raster per pixel of the map that is wished.

    Returns:
        The map, of the area grown to whole map pixels at its lower right, or cut at the raster's border.
    """
    step = store.info.grid.step
    lattice = Region(0, 0, *store.info.grid.lattice)
    whole = choose_factor(factor, step)
    if whole <= step:
        region = Region.from_edges(area.top // whole * whole, area.left // whole * whole, area.bottom, area.right)
        core = Region.from_edges(
            region.top // whole, region.left // whole, ceil_div(region.bottom, whole), ceil_div(region.right, whole)
        )
        found = read_logits(store, bank, cells=store.info.grid.cells_of(region).pad(1).intersect(lattice))
        strips = enlarge(found.logits, found.valid, cells=found.cells, step=step // whole, core=core)
    else:
        group = whole // step
        region = Region.from_edges(area.top // whole * whole, area.left // whole * whole, area.bottom, area.right)
        core = Region.from_edges(
            region.top // whole, region.left // whole, ceil_div(region.bottom, whole), ceil_div(region.right, whole)
        )
        found = read_logits(store, bank, cells=core.scale(group).intersect(lattice))
        strips = iter([(core, _average(found, group))])
    valid = store.read_valid(region) == 1
    # A map pixel has data where the raster's pixel in its middle has.
    middle = whole // 2
    rows = [min(n * whole + middle, region.height - 1) for n in range(core.height)]
    cols = [min(n * whole + middle, region.width - 1) for n in range(core.width)]
    return AreaLabels(classify_pixels(strips, bank, core=core, valid=valid[rows][:, cols]), region, whole)


def _average(found: CellLogits, group: int) -> Tensor:
    """Average the logits of groups of cells, those without data left out: (Q, h / group, w / group), rounded up."""
    height, width = found.cells.shape
    margins = (0, -width % group, 0, -height % group)
    has_data = functional.pad(found.valid.float()[None], margins)
    logits = functional.pad(found.logits * found.valid, margins)
    share = functional.avg_pool2d(has_data, group)
    return functional.avg_pool2d(logits, group) / share.clamp_min(torch.finfo(torch.float32).tiny)
