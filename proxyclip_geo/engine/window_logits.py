"""Label a picture as the published code does: the logits of windows are averaged in pixels, then resized.

Elsewhere in this package features are blended on the lattice, which is the same but where windows start off the lattice
or end (decision 1). The scores of benchmarks are those of the published way.
"""

import math
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from proxyclip_geo.engine.classify import TextBank, classify_pixels
from proxyclip_geo.engine.parallel import LogitStrips, count_strip_rows
from proxyclip_geo.grid import ceil_div, round_up
from proxyclip_geo.models.encoder import DenseEncoder
from proxyclip_geo.region import Region

PADDED_MULTIPLE = 56
"""Windows of smaller pictures are padded to a multiple of this number, of patches of 8 and 14 pixels."""


def window_starts(side: int, *, window: int, stride: int) -> list[int]:
    """Return the starts of windows along an axis; the last one is shifted back to the border."""
    count = max(0, ceil_div(side - window, stride)) + 1
    return [max(0, min(index * stride, side - window)) for index in range(count)]


@torch.inference_mode()
def average_logits(
    rgb: NDArray[np.uint8],
    bank: TextBank,
    *,
    encoder: DenseEncoder,
    window: tuple[int, int],
    fill: tuple[float, float, float],
    batch_size: int = 4,
) -> Tensor:
    """Return the plain mean of the windows' cosines with queries, in pixels.

    Args:
        rgb: (3, H, W).
        bank: The queries; with `debias`, the cosines of a window's CLS feature are added λ times to its pixels.
        encoder: The image model.
        window: (side of a window, distance between windows) in pixels.
        fill: Red, green and blue, 0–255, around windows of pictures smaller than a window.
        batch_size: Windows a batch.

    Returns:
        (Q, H, W) float32 on the encoder's device, not scaled.
    """
    height, width = rgb.shape[1:]
    side, stride = window
    places = [
        (top, left)
        for top in window_starts(height, window=side, stride=stride)
        for left in window_starts(width, window=side, stride=stride)
    ]
    shape = (min(side, height), min(side, width))
    queries = bank.queries.to(encoder.device)
    total = torch.zeros(len(queries), height, width, device=encoder.device)
    count = torch.zeros(height, width, device=encoder.device)
    for start in range(0, len(places), batch_size):
        batch = places[start : start + batch_size]
        crops = torch.from_numpy(np.stack([rgb[:, y : y + shape[0], x : x + shape[1]] for y, x in batch]))
        logits = _encode_windows(crops, queries, encoder=encoder, fill=fill, debias=bank.debias)
        for (top, left), values in zip(batch, logits, strict=True):
            total[:, top : top + shape[0], left : left + shape[1]] += values
            count[top : top + shape[0], left : left + shape[1]] += 1
    return total.div_(count)


def _encode_windows(
    crops: Tensor, queries: Tensor, *, encoder: DenseEncoder, fill: tuple[float, float, float], debias: float
) -> Tensor:
    """Return (B, Q, H, W) logits of (B, 3, H, W) windows, which are padded on all sides where they are too small."""
    height, width = crops.shape[2:]
    multiple = math.lcm(PADDED_MULTIPLE, encoder.step)
    padded = (round_up(height, multiple), round_up(width, multiple))
    top, left = (padded[0] - height) // 2, (padded[1] - width) // 2
    if padded != (height, width):
        # Published code pads with zeros after CLIP's normalisation: with its mean colour, which is no whole number.
        frame = torch.tensor(fill)[None, :, None, None].expand(len(crops), 3, *padded).clone()
        frame[:, :, top : top + height, left : left + width] = crops
        crops = frame
    encoded = encoder.encode(crops)
    logits = torch.einsum("bdhw,qd->bqhw", encoded.dense, queries)
    if debias:
        logits += debias * (encoded.cls @ queries.T)[:, :, None, None]
    logits = functional.interpolate(logits, size=padded, mode="bilinear", align_corners=False)
    return logits[:, :, top : top + height, left : left + width]


def label_logits(logits: Tensor, bank: TextBank, *, shape: tuple[int, int]) -> NDArray[np.unsignedinteger]:
    """Resize logits bilinearly, scale them, and return the label of each pixel.

    Args:
        logits: (Q, h, w), not scaled.
        bank: Classes, scale, thresholds and fallback.
        shape: (height, width) of the labels, which is that of the truth.
    """
    whole = Region(0, 0, *shape)
    rows = count_strip_rows(4 * len(logits) * shape[1], logits.device)
    strips = LogitStrips(tuple(whole.strips(rows)), _resizer(logits, bank.logit_scale, shape), logits.device)
    return classify_pixels(strips, bank, core=whole, valid=np.ones(shape, np.bool_)).labels


def _resizer(logits: Tensor, scale: float, shape: tuple[int, int]) -> Callable[[Region], Tensor]:
    """Return a function that resizes the rows of a strip, as `interpolate` with half-pixel centres does."""
    top, bottom, down = _neighbours(logits.shape[1], shape[0], logits.device)
    left, right, across = _neighbours(logits.shape[2], shape[1], logits.device)

    def resize(strip: Region) -> Tensor:
        own = slice(strip.top, strip.bottom)
        rows = torch.lerp(logits[:, top[own]], logits[:, bottom[own]], down[own, None])
        return torch.lerp(rows[:, :, left], rows[:, :, right], across) * scale

    return resize


def _neighbours(old: int, new: int, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Return for each new place of an axis the two old ones around it, and the weight of the second."""
    place = ((torch.arange(new, dtype=torch.float64) + 0.5) * (old / new) - 0.5).clamp_(min=0)
    first = place.long()
    return (
        first.to(device),
        (first + 1).clamp(max=old - 1).to(device),
        (place - first).float().to(device),
    )
