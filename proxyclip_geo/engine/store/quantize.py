"""Features in 8 bits."""

import torch
from torch import Tensor


def quantise(features: Tensor) -> tuple[Tensor, Tensor]:
    """Code features in 8 bits, each cell with a scale of its own.

    Args:
        features: (D, h, w) float16.

    Returns:
        (D, h, w) int8 codes in −127…127 and (h, w) float16 scales; code × scale is the value.
    """
    wide = features.float()
    scale = (wide.abs().amax(dim=0) / 127).half()
    codes = (wide / scale.float().clamp_min(torch.finfo(torch.float16).tiny)).round().clamp(-127, 127)
    return codes.to(torch.int8), scale


def dequantise(codes: Tensor, scale: Tensor) -> Tensor:
    """Return the (D, h, w) float16 features that `quantise` coded."""
    return (codes.float() * scale.float()).half()
