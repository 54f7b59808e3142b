"""Logits enlarged from cells to pixels along the image, so that borders follow edges that are finer than a cell."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from proxyclip_geo.grid import Region

EPSILON = 0.001
"""How far colours may differ, squared, on a scale of 0 to 1; docs/decisions/0008 compares others."""
_STRIP_BYTES = 8 << 20


@dataclass(frozen=True)
class Guide:
    """The image under some cells.

    Attributes:
        rgb: (3, H, W) uint8.
        valid: (H, W), True where there is data.
        pixels: Where they lie: all pixels of the cells.
    """

    rgb: NDArray[np.uint8]
    valid: NDArray[np.bool_]
    pixels: Region

    def crop(self, pixels: Region) -> "Guide":
        """Return a part."""
        rows, cols = pixels.slices_in(self.pixels)
        return Guide(self.rgb[:, rows, cols], self.valid[rows, cols], pixels)


def cell_colours(guide: Guide, step: int) -> Tensor:
    """Return the (3, h, w) float32 mean colours of cells, 0–1, over their pixels with data; 0 where there are none."""
    height, width = guide.valid.shape
    valid = torch.from_numpy(np.ascontiguousarray(guide.valid)).int()
    rgb = torch.from_numpy(np.ascontiguousarray(guide.rgb)).int() * valid

    def pool(values: Tensor) -> Tensor:
        return values.reshape(*values.shape[:-2], height // step, step, width // step, step).sum(dim=(-3, -1))

    # Whole numbers add up to the same in any order.
    return pool(rgb).float() / (255 * pool(valid).clamp_min(1)).float()


def enlarge_along(
    logits: Tensor, has_data: Tensor, *, guide: Guide, cells: Region, step: int, core: Region
) -> Iterator[tuple[Region, Tensor]]:
    """Enlarge the lattice by place and colour, strip by strip.

    A pixel takes the mean of the four cells around it, each weighted as in bilinear interpolation times
    1 / (1 + d² / 4ε)², where d is from its colour to the cell's mean colour: joint bilateral upsampling (J. Kopf et
    al., SIGGRAPH 2007) with a kernel whose tail is so long that a pixel may look like none of its cells.

    Args:
        logits: (Q, h, w) of `cells`.
        has_data: (h, w), True where a cell has data.
        guide: The image under `cells`.
        cells: The core's cells and one more on each side, where the raster has any.
        step: Pixels per cell.
        core: The pixels wanted.

    Yields:
        A strip of the core and its (Q, H, W) logits.
    """
    device = logits.device
    colours = cell_colours(guide, step).to(device)
    weights = has_data.float()
    rows = max(1, _STRIP_BYTES // (4 * len(logits) * core.width))
    for top in range(core.top, core.bottom, rows):
        strip = Region.from_edges(top, core.left, min(top + rows, core.bottom), core.right)
        image = torch.from_numpy(np.ascontiguousarray(guide.crop(strip).rgb)).to(device).float() / 255
        vertical = _axis(strip.top, strip.bottom, step, cells.top, cells.bottom)
        horizontal = _axis(strip.left, strip.right, step, cells.left, cells.right)
        total = torch.zeros(len(logits), *strip.shape, device=device)
        weight = torch.zeros(strip.shape, device=device)
        for row, by_row in vertical:
            for col, by_col in horizontal:
                row_at, col_at = row.to(device), col.to(device)
                distance = (image - _pick(colours, row_at, col_at)).square_().sum(dim=0)
                own = (by_row.to(device)[:, None] * by_col.to(device)) * _pick(weights[None], row_at, col_at)[0]
                own /= (1 + distance / (4 * EPSILON)).square_()
                total += own * _pick(logits, row_at, col_at)
                weight += own
        yield strip, total.div_(weight.clamp_min_(torch.finfo(torch.float32).tiny))


def _pick(grid: Tensor, rows: Tensor, cols: Tensor) -> Tensor:
    return grid.index_select(1, rows).index_select(2, cols)


def _axis(start: int, stop: int, step: int, first: int, last: int) -> tuple[tuple[Tensor, Tensor], ...]:
    """Return the cells before and after each pixel along an axis, counted from `first`, with their bilinear weights.

    Beyond the lattice its last cell is repeated.
    """
    position = (torch.arange(start, stop, dtype=torch.float64) + 0.5) / step - 0.5
    before = position.floor()
    share = (position - before).float()
    index = before.long()
    return (
        (index.clamp(first, last - 1) - first, 1 - share),
        ((index + 1).clamp(first, last - 1) - first, share),
    )


def read_guide(rgb: NDArray[np.uint8], valid: NDArray[np.bool_], *, inside: Region, pixels: Region) -> Guide:
    """Return the guide of whole cells.

    Args:
        rgb: (3, H, W) of `inside`.
        valid: (H, W) of `inside`.
        inside: The pixels of the cells that are within the raster; the others have no data.
        pixels: All pixels of the cells.
    """
    margins = ((0, pixels.bottom - inside.bottom), (0, pixels.right - inside.right))
    return Guide(np.pad(rgb, ((0, 0), *margins)), np.pad(valid, margins), pixels)
