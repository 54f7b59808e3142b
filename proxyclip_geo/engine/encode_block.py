"""Encode the windows of a block in batches, and blend them."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from proxyclip_geo.engine.blend import Blender, BlockEmbedding, ClsFeatures, RowBlender, blend_weights
from proxyclip_geo.engine.options import Blend
from proxyclip_geo.engine.parallel import CorePool
from proxyclip_geo.engine.profile import Profile
from proxyclip_geo.engine.read_block import ReadBlock, valid_cells
from proxyclip_geo.engine.transfer import to_device
from proxyclip_geo.grid import Block
from proxyclip_geo.models.encoder import DenseEncoder, WindowFeatures
from proxyclip_geo.region import Region

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class BlendedCells:
    """Validity and CLS features of cells whose dense features went to a sink.

    Attributes:
        valid: (h, w) bool, True where a cell holds a pixel with data.
        cells: The part of the lattice.
        cls_features: Those of the windows over these cells.
    """

    valid: Tensor
    cells: Region
    cls_features: ClsFeatures


def blend_block(
    encoder: DenseEncoder,
    block: Block,
    *,
    pixels: ReadBlock,
    start: Callable[[Tensor, CorePool], Blender],
    blend: Blend = "hann",
    batch_size: int = 4,
    advance: Callable[[int], None] = lambda windows: None,
    profile: Profile | None = None,
) -> BlendedCells:
    """Encode all windows of a block, and blend them.

    Windows are added in the order of the global grid, so that the sum of a cell does not depend on the block.

    Args:
        encoder: The image model.
        block: The block to encode.
        pixels: Pixels of `block.read`; cells that are not used have no data.
        start: Returns what blends, given the (wh, ww) weights of a window's tokens and the threads to compute in. Its
            windows are on the encoder's device.
        blend: How windows are weighted.
        batch_size: Windows a batch.
        advance: Called with the number of windows just finished.
        profile: Takes the seconds spent encoding and blending.
    """
    step, cells = encoder.step, block.cells
    profile = Profile() if profile is None else profile
    window_weights = to_device(blend_weights(block.windows[0].shape, blend), encoder.device)
    encoded_windows: list[Region] = []
    cls: list[Tensor] = []
    with CorePool(encoder.device) as cores:
        blending = start(window_weights, cores)
        for windows, batch in _window_batches(block, pixels, step=step, size=batch_size):
            with profile.stage("encode"):
                encoded = _encode_batch(encoder, batch, size=batch_size)
            with profile.stage("blend"), cores.single_threaded():
                blending.add(windows, encoded.dense)
            encoded_windows += windows
            cls.append(encoded.cls.half())
            advance(len(windows))
        with profile.stage("blend"):
            blending.finish()
    if len(encoded_windows) < len(block.windows):
        advance(len(block.windows) - len(encoded_windows))
    with profile.stage("blend"):
        rows, cols = cells.scale(step).slices_in(block.read)
        with_data = valid_cells(pixels.valid[rows, cols], step)
        used = with_data if pixels.used is None else with_data & pixels.used
        has_data = to_device(torch.from_numpy(used), encoder.device)
    cls_features = torch.cat(cls) if cls else torch.zeros(0, encoder.dim, dtype=torch.float16, device=encoder.device)
    return BlendedCells(has_data, cells, ClsFeatures(cls_features, tuple(encoded_windows), window_weights))


def encode_block(
    encoder: DenseEncoder,
    block: Block,
    *,
    pixels: ReadBlock,
    blend: Blend = "hann",
    batch_size: int = 4,
    advance: Callable[[int], None] = lambda windows: None,
) -> BlockEmbedding:
    """Encode and blend a block, and return all its features; the arguments are those of `blend_block`."""
    cells = block.cells
    features = torch.empty(*cells.shape, encoder.dim, dtype=torch.float16, device=encoder.device)

    def collect(rows: Region, blended: Tensor) -> None:
        features[rows.slices_in(cells)] = blended

    def start(weights: Tensor, cores: CorePool) -> Blender:
        return RowBlender(cells, weights, dim=encoder.dim, sink=collect, cores=cores)

    blended = blend_block(
        encoder, block, pixels=pixels, start=start, blend=blend, batch_size=batch_size, advance=advance
    )
    return BlockEmbedding(features.permute(2, 0, 1), blended.valid, cells, blended.cls_features)


def fill_no_data(rgb: NDArray[np.uint8], valid: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Fill pixels without data with the mean colour of the window's pixels with data.

    Pixel values under nodata then cannot change the features of neighbouring pixels.

    Args:
        rgb: (3, H, W) of one window.
        valid: (H, W), True where there is data; at least one pixel.
    """
    if valid.all():
        return rgb
    mean = rgb[:, valid].mean(axis=1)
    return np.where(valid, rgb, np.rint(mean).astype(np.uint8)[:, None, None])


def _window_batches(block: Block, read: ReadBlock, *, step: int, size: int) -> Iterator[tuple[list[Region], Tensor]]:
    """Yield used windows with data, in lattice cells, and their (B, 3, H, W) pixels, at most `size` at a time."""
    rgb, valid, used = read.rgb, read.valid, read.used
    windows: list[Region] = []
    pixels: list[NDArray[np.uint8]] = []
    complete = bool(valid.all())
    for window in block.windows:
        if used is not None and not used[window.intersect(block.cells).slices_in(block.cells)].any():
            continue
        rows, cols = window.scale(step).slices_in(block.read)
        if not (complete or valid[rows, cols].any()):
            continue
        windows.append(window)
        part = rgb[:, rows, cols]
        pixels.append(part if complete else fill_no_data(part, valid[rows, cols]))
        if len(windows) == size:
            yield windows, torch.from_numpy(np.stack(pixels))
            windows, pixels = [], []
    if windows:
        yield windows, torch.from_numpy(np.stack(pixels))


def _encode_batch(encoder: DenseEncoder, pixels: Tensor, *, size: int) -> WindowFeatures:
    """Encode a batch; on a GPU, pad it to its full size.

    A GPU computes batches of another size with other kernels, which round differently: without padding, features would
    depend on how many windows a block has.
    """
    count = len(pixels)
    if encoder.device.type != "cpu" and count < size:
        pixels = torch.cat([pixels, pixels[-1:].expand(size - count, -1, -1, -1)])
    encoded = _encode(encoder, pixels)
    return WindowFeatures(encoded.dense[:count], encoded.cls[:count])


def _encode(encoder: DenseEncoder, pixels: Tensor) -> WindowFeatures:
    """Encode a batch; in halves if the memory of a GPU is too small."""
    try:
        return encoder.encode(pixels)
    except torch.OutOfMemoryError:
        if len(pixels) == 1:
            raise
    logger.warning("%d windows do not fit into the memory of %s: encoding them in halves", len(pixels), encoder.device)
    if encoder.device.type == "cuda":
        torch.cuda.empty_cache()
    parts = [_encode(encoder, half) for half in pixels.chunk(2)]
    return WindowFeatures(torch.cat([part.dense for part in parts]), torch.cat([part.cls for part in parts]))


def window_total(blocks: Sequence[Block]) -> int:
    """Return how many windows the blocks encode, those on block borders counted in each."""
    return sum(len(block.windows) for block in blocks)
