"""Labels and scores of pixels from their logits."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from proxyclip_geo.engine.largest import find_first_largest
from proxyclip_geo.raster.spec import SCORE_SCALE

_VECTOR = 64
"""A multiple of the numbers that a processor computes at once."""


@dataclass(frozen=True)
class PixelTable:
    """What pixels are labelled with.

    Attributes:
        values: (n + 1,) label of each entry, and of pixels below the threshold.
        thresholds: (n,) share, 0–1, below which a pixel that an entry wins is unsure.
        unsure: Whether any threshold is above 0.
    """

    values: Tensor
    thresholds: Tensor
    unsure: bool

    def label(self, entries: Tensor, shares: Tensor) -> tuple[Tensor, Tensor]:
        """Return labels, and the largest share in per cent (uint8), of pixels.

        Args:
            entries: (n, …) logits.
            shares: (n, …) their softmax.
        """
        winner, share = find_first_largest(entries), shares.amax(dim=0)
        if self.unsure:
            winner = winner.masked_fill(share < _look_up(self.thresholds, winner), len(self.thresholds))
        return _look_up(self.values, winner), to_percent(share)


def softmax(entries: Tensor) -> Tensor:
    """Return the softmax over the first axis, (n, …), each of whose values depends on the entries of its pixel alone.

    Torch computes numbers at the end that do not fill a vector in another way, which may differ in the last bit.
    """
    rest = -entries[0].numel() % _VECTOR
    if entries.device.type != "cpu" or not rest:
        return entries.softmax(dim=0)
    padded = functional.pad(entries.flatten(1), (0, rest))
    return padded.softmax(dim=0)[:, : padded.shape[1] - rest].view(entries.shape)


def to_percent(share: Tensor) -> Tensor:
    """Return shares, 0–1, in whole per cent (uint8)."""
    return (share * SCORE_SCALE).round().to(torch.uint8)


def _look_up(table: Tensor, index: Tensor) -> Tensor:
    return table.index_select(0, index.flatten()).view(index.shape)
