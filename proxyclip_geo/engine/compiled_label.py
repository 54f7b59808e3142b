"""Label the pixels of cells with compiled loops."""

from types import ModuleType

import numpy as np
import torch
from torch import Tensor

from proxyclip_geo.engine.bilinear import find_phases
from proxyclip_geo.engine.compiled import EXPONENTIAL_ERROR
from proxyclip_geo.engine.pixel_table import PixelTable, softmax
from proxyclip_geo.raster.spec import SCORE_SCALE
from proxyclip_geo.region import Region

_ROUNDINGS = 16
"""Roundings of a share by torch and the loops together, besides two for each query."""
_DOUBTFUL = 50
"""One of so many pixels may be doubtful; where there are more, torch labels all."""


def label_cells(
    grid: Tensor, table: PixelTable, *, step: int, crop: Region, loops: ModuleType
) -> tuple[Tensor, Tensor] | None:
    """Label the pixels of cells; the results are those of torch, to the bit.

    The loops compute shares with an exponential function of their own. Where its error may change the result, torch
    computes the pixel.

    Args:
        grid: (Q, h + 2, w + 2) logits at cell centres, or Q + 1 for logits times weights and weights.
        table: Labels and thresholds of the queries.
        step: Pixels per cell.
        crop: Requested pixels, from the first pixel of the cell in the second row and column.
        loops: The compiled loops.

    Returns:
        (H, W) uint8 labels and shares in per cent; None if torch should label all pixels.
    """
    queries, shape = len(table.thresholds), ((grid.shape[1] - 2) * step, (grid.shape[2] - 2) * step)
    labels, percent = (np.empty(shape, np.uint8) for _ in range(2))
    most = shape[0] * shape[1] // _DOUBTFUL + 64
    places, logits = np.empty((most, 2), np.int64), np.empty((queries, most), np.float32)
    # Twice what the roundings and the exponential function can amount to.
    error = EXPONENTIAL_ERROR + (_ROUNDINGS + 2 * queries) * np.finfo(np.float32).eps / 2
    tolerance = np.float32(SCORE_SCALE * 2 * error)
    own = table.values.numpy(), table.thresholds.numpy(), tolerance
    phases = tuple(part.numpy() for part in find_phases(step))
    doubtful = loops.label_cells(grid.contiguous().numpy(), phases, own, (labels, percent, places, logits))
    if doubtful > most:
        return None
    if doubtful:
        rows, cols = places[:doubtful].T
        entries = torch.from_numpy(logits[:, :doubtful])
        exact = table.label(entries, softmax(entries))
        labels[rows, cols], percent[rows, cols] = (part.numpy() for part in exact)
    inside = slice(crop.top, crop.bottom), slice(crop.left, crop.right)
    return torch.from_numpy(labels[inside]), torch.from_numpy(percent[inside])
