"""Read the pixels of a block, and the image under its cells."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.engine.edge_aware import Guide, read_guide
from proxyclip_geo.grid import Block, WindowGrid
from proxyclip_geo.raster.aoi import Area
from proxyclip_geo.region import Region


class PixelBlock(Protocol):
    """Pixels with their validity."""

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """(3, H, W), 0–255."""

    @property
    def valid(self) -> NDArray[np.bool_]:
        """(H, W), True where there is data."""


class PixelSource(Protocol):
    """A raster to read from."""

    def read(self, region: Region) -> PixelBlock:
        """Read a region of the raster."""


@dataclass(frozen=True)
class ReadBlock:
    """The pixels of a block's read region.

    Attributes:
        rgb: (3, H, W), 0–255.
        valid: (H, W), True where there is data.
        used: (h, w), True for the block's cells on which pixels of the area of interest depend; None if all are used.
    """

    rgb: NDArray[np.uint8]
    valid: NDArray[np.bool_]
    used: NDArray[np.bool_] | None = None


def read_block(
    source: PixelSource, block: Block, *, grid: WindowGrid, area: Area | None = None, tile: int = 1
) -> ReadBlock:
    """Read the pixels under the windows of a block; beyond the raster, its border pixels are repeated.

    Args:
        source: The pixels.
        block: The block.
        grid: The windows of the raster.
        area: Area of interest; nothing is read for a block on which none of its pixels depends.
        tile: Side of the tiles whose pixels depend on each other.
    """
    used = None if area is None or area.polygons is None else used_cells(block.cells, area, step=grid.step, tile=tile)
    if used is not None and not used.any():
        return ReadBlock(np.zeros((3, *block.read.shape), np.uint8), np.zeros(block.read.shape, np.bool_), used)
    inside = block.read.intersect(grid.raster)
    pixels = source.read(inside)
    if inside == block.read:
        return ReadBlock(pixels.rgb, pixels.valid, used)
    margins = ((0, block.read.bottom - inside.bottom), (0, block.read.right - inside.right))
    rgb, valid = np.pad(pixels.rgb, ((0, 0), *margins), mode="edge"), np.pad(pixels.valid, margins, mode="edge")
    return ReadBlock(rgb, valid, used)


def used_cells(cells: Region, area: Area, *, step: int, tile: int = 1) -> NDArray[np.bool_]:
    """Return (h, w): True for cells that pixels of an area depend on.

    These are the cells of the tiles that hold a pixel of the area, and the cells around them.

    Args:
        cells: The part of the lattice.
        area: The area.
        step: Pixels per cell.
        tile: Side of the tiles whose pixels depend on each other.
    """
    around = cells.pad(1).scale(step)
    tiles = around.expand(tile)
    inside = valid_cells(area.rasterize(tiles), tile).repeat(tile, axis=0).repeat(tile, axis=1)
    own = valid_cells(inside[around.slices_in(tiles)], step)
    rows = own[:-2] | own[1:-1] | own[2:]
    return np.asarray(rows[:, :-2] | rows[:, 1:-1] | rows[:, 2:])


def valid_cells(valid: NDArray[np.bool_], step: int) -> NDArray[np.bool_]:
    """Return which cells hold a pixel with data.

    Args:
        valid: (h·step, w·step).
        step: Pixels per cell.
    """
    height, width = valid.shape
    # Rows first: reducing whole rows runs at memory speed and leaves little to reduce.
    rows = np.logical_or.reduce(valid.reshape(height // step, step, width), axis=1)
    return np.asarray(rows.reshape(height // step, width // step, step).any(axis=2))


def crop_guide(pixels: ReadBlock, block: Block, *, grid: WindowGrid) -> Guide:
    """Crop the image under the cells of a block."""
    under = block.cells.scale(grid.step)
    inside = under.intersect(grid.raster)
    rows, cols = inside.slices_in(block.read)
    return read_guide(pixels.rgb[:, rows, cols], pixels.valid[rows, cols], inside=inside, pixels=under)


def read_cells_guide(source: PixelSource, cells: Region, *, grid: WindowGrid) -> Guide:
    """Read the image under cells."""
    under = cells.scale(grid.step)
    inside = under.intersect(grid.raster)
    pixels = source.read(inside)
    return read_guide(pixels.rgb, pixels.valid, inside=inside, pixels=under)
