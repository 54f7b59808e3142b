"""Read the pixels of a block, and the image under its cells."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.engine.edge_aware import Guide, read_guide
from proxyclip_geo.grid import Block, WindowGrid
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
    """

    rgb: NDArray[np.uint8]
    valid: NDArray[np.bool_]


def read_block(source: PixelSource, block: Block, *, raster: Region) -> ReadBlock:
    """Read the pixels under the windows of a block; beyond the raster, its border pixels are repeated.

    Args:
        source: The pixels.
        block: The block.
        raster: All pixels of the raster.
    """
    inside = block.read.intersect(raster)
    pixels = source.read(inside)
    if inside == block.read:
        return ReadBlock(pixels.rgb, pixels.valid)
    margins = ((0, block.read.bottom - inside.bottom), (0, block.read.right - inside.right))
    return ReadBlock(np.pad(pixels.rgb, ((0, 0), *margins), mode="edge"), np.pad(pixels.valid, margins, mode="edge"))


def crop_guide(pixels: ReadBlock, block: Block, *, grid: WindowGrid) -> Guide:
    """Crop the image under the cells of a block."""
    under = block.cells.scale(grid.step)
    inside = under.intersect(Region(0, 0, grid.height, grid.width))
    rows, cols = inside.slices_in(block.read)
    return read_guide(pixels.rgb[:, rows, cols], pixels.valid[rows, cols], inside=inside, pixels=under)


def read_cells_guide(source: PixelSource, cells: Region, *, grid: WindowGrid) -> Guide:
    """Read the image under cells."""
    under = cells.scale(grid.step)
    inside = under.intersect(Region(0, 0, grid.height, grid.width))
    pixels = source.read(inside)
    return read_guide(pixels.rgb, pixels.valid, inside=inside, pixels=under)
