"""Interpolate linearly from cells to pixels."""

from functools import lru_cache

import torch
from torch import Tensor

from proxyclip_geo.engine.compiled import find_loops
from proxyclip_geo.engine.transfer import to_device
from proxyclip_geo.region import Region


def upsample(grid: Tensor, step: int) -> Tensor:
    """Interpolate linearly from cells to pixels, without the first and last cell of each axis.

    The weights are a table of `step` phases, the same everywhere, so that the values do not depend on the start of a
    block. Equal to bilinear interpolation with half-pixel centres.

    Args:
        grid: (Q, h + 2, w + 2) values at cell centres.
        step: Pixels per cell.

    Returns:
        (Q, h · step, w · step).
    """
    loops = find_loops(grid.device)
    if loops is None:
        # Columns first, while there are few rows; upsampling rows is several times faster, on contiguous memory.
        return _upsample_axis(_upsample_axis(grid, step, axis=2), step, axis=1)
    pixels = torch.empty(len(grid), (grid.shape[1] - 2) * step, (grid.shape[2] - 2) * step)
    before, after = (part.numpy() for part in find_phases(step))
    loops.upsample_cells(grid.numpy(), before, after, pixels.numpy())
    return pixels


def _upsample_axis(grid: Tensor, step: int, *, axis: int) -> Tensor:
    count = grid.shape[axis] - 2
    before, after = (to_device(part, grid.device) for part in find_phases(step, grid.ndim - axis - 1))
    left, middle, right = (grid.narrow(axis, start, count).unsqueeze(axis + 1) for start in range(3))
    pixels = grid.new_empty(*grid.shape[:axis], count, step, *grid.shape[axis + 1 :])
    torch.lerp(left, middle, before, out=pixels.narrow(axis + 1, 0, len(before)))
    torch.lerp(middle, right, after, out=pixels.narrow(axis + 1, len(before), len(after)))
    return pixels.flatten(axis, axis + 1)


@lru_cache
def find_phases(step: int, axes: int = 0) -> tuple[Tensor, Tensor]:
    """Return the weights of the second cell for pixels before and after the centre of a cell.

    Args:
        step: Pixels per cell.
        axes: Number of axes that follow.
    """
    offset = (torch.arange(step, dtype=torch.float64) + 0.5) / step - 0.5
    before, after = (part.float().view(-1, *[1] * axes) for part in (offset[offset < 0], offset[offset >= 0]))
    return before + 1, after


def pad_to(grid: Tensor, cells: Region, target: Region) -> Tensor:
    """Repeat border cells until the grid covers `target`, which may reach beyond the raster."""
    if target.intersect(cells) == target:
        return grid[(slice(None), *target.slices_in(cells))]
    rows = torch.arange(target.top, target.bottom, device=grid.device).clamp(cells.top, cells.bottom - 1) - cells.top
    cols = torch.arange(target.left, target.right, device=grid.device).clamp(cells.left, cells.right - 1) - cells.left
    return grid[:, rows][:, :, cols]
