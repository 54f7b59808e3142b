"""Features made smaller to be kept, and what lies around a block."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from proxyclip_geo.engine.blend import BlockEmbedding, Context
from proxyclip_geo.region import Region


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


def around(cells: Region, own: Region) -> NDArray[np.bool_]:
    """Return (h, w) of `cells`, True but for those that a block owns: its rim."""
    ring = np.ones(cells.shape, np.bool_)
    ring[own.slices_in(cells)] = False
    return ring


def project(embedding: BlockEmbedding, basis: Tensor) -> BlockEmbedding:
    """Express an embedding in the columns of a basis: products with queries projected likewise are kept.

    Args:
        embedding: D features a cell.
        basis: (D, C) orthonormal columns.
    """
    columns = basis.to(embedding.features.device)
    features = torch.einsum("dc,dhw->chw", columns, embedding.features.float()).half()
    about = embedding.context
    if about is not None:
        about = Context((about.features.float() @ columns).half(), about.windows, about.weights)
    return BlockEmbedding(features, embedding.valid, embedding.cells, about)
