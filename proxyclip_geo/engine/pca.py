"""Principal components (PCA) of a raster's features, fitted on a few of its windows, and projections on them."""

from dataclasses import replace

import torch
from torch import Tensor

from proxyclip_geo.engine.blend import BlockEmbedding, ClsFeatures
from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.engine.encode_block import encode_block
from proxyclip_geo.engine.plan import Plan
from proxyclip_geo.engine.read_block import PixelSource, read_block
from proxyclip_geo.grid import Block, Windows
from proxyclip_geo.models.encoder import DenseEncoder
from proxyclip_geo.progress import Progress, ProgressEvent, no_progress

SAMPLES = 48
"""Windows that the components are fitted on, spread over the raster."""


def sample_windows(
    source: PixelSource, plan: Plan, *, encoder: DenseEncoder, progress: Progress = no_progress
) -> Tensor:
    """Encode some windows, spread evenly over the raster, those without data left out.

    Returns:
        (N, D) features of their tokens; at least one row.
    """
    windows = plan.grid.windows_touching(plan.grid.cells)
    count = min(SAMPLES, len(windows))
    parts = []
    for n in range(count):
        window = windows[n * len(windows) // count]
        pixels = window.scale(plan.grid.step)
        block = Block(n, pixels, window, Windows((window.top,), (window.left,), window.shape), pixels)
        read = read_block(source, block, grid=plan.grid)
        embedding = encode_block(encoder, block, pixels=read, batch_size=1)
        parts.append(embedding.features.flatten(1).T[embedding.valid.flatten()].float().cpu())
        progress(ProgressEvent("components", n + 1, count, "windows"))
    rows = torch.cat(parts)
    return rows if len(rows) else torch.eye(encoder.dim)


def fit_basis(rows: Tensor, components: int) -> Tensor:
    """Return the directions of the largest variance around zero.

    The mean is not subtracted (a truncated singular value decomposition), so that products with queries need no further
    term. If the sample spans fewer directions, arbitrary orthonormal ones follow.

    Args:
        rows: (N, D) features.
        components: C, number of directions.

    Returns:
        (D, C) float32 orthonormal columns.
    """
    wide = rows.double()
    _, vectors = torch.linalg.eigh(wide.T @ wide)
    directions: Tensor = vectors.flip(1)[:, :components]
    return directions.float().contiguous()


def project(embedding: BlockEmbedding, basis: Tensor) -> BlockEmbedding:
    """Project an embedding on the columns of a basis.

    Args:
        embedding: D features a cell.
        basis: (D, C) orthonormal columns.
    """
    columns = basis.to(embedding.features.device)
    features = torch.einsum("dc,dhw->chw", columns, embedding.features.float()).half()
    cls_features = embedding.cls_features
    if cls_features is not None:
        projected = (cls_features.features.float() @ columns).half()
        cls_features = ClsFeatures(projected, cls_features.windows, cls_features.weights)
    return BlockEmbedding(features, embedding.valid, embedding.cells, cls_features)


def project_bank(bank: TextBank, basis: Tensor | None) -> TextBank:
    """Return a bank whose products with projected features approximate those of `bank` with the features.

    Args:
        bank: Queries in the model's space.
        basis: (D, C) orthonormal columns; None leaves the bank as it is.
    """
    return bank if basis is None else replace(bank, queries=bank.queries @ basis)
