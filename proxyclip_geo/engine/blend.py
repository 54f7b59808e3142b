"""Windows of a block, encoded in batches and blended on the lattice."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from proxyclip_geo.engine.options import Blend
from proxyclip_geo.engine.parallel import Cores
from proxyclip_geo.engine.profile import Profile
from proxyclip_geo.errors import OptionError
from proxyclip_geo.grid import Block
from proxyclip_geo.models.encoder import DenseEncoder, WindowFeatures
from proxyclip_geo.region import Region

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ClsFeatures:
    """CLS features of windows, for the logits of the cells in them.

    Attributes:
        features: (n, D) float16 of unit length, one a window.
        windows: The windows in lattice cells, in the order in which they are added.
        weights: (wh, ww) weight of each token of a window.
    """

    features: Tensor
    windows: tuple[Region, ...]
    weights: Tensor

    def blend(self, values: Tensor, cells: Region) -> Tensor:
        """Blend one vector a window over cells, as dense features are blended.

        Args:
            values: (n, Q), e.g. cosines of `features` with queries.
            cells: The part of the lattice.

        Returns:
            (Q, h, w); 0 where no window was encoded.
        """
        total = torch.zeros(values.shape[1], *cells.shape, device=values.device)
        weight = torch.zeros(cells.shape, device=values.device)
        for window, value in zip(self.windows, values, strict=True):
            shared = window.intersect(cells)
            if shared.is_empty:
                continue
            own = self.weights[shared.slices_in(window)]
            target = shared.slices_in(cells)
            total[(slice(None), *target)] += value[:, None, None] * own
            weight[target] += own
        return total.div_(weight.clamp_min(torch.finfo(torch.float32).tiny))


@dataclass(frozen=True)
class BlockEmbedding:
    """Blended dense features of a part of the lattice.

    Attributes:
        features: (D, h, w) float16: the weighted mean of the unit features of all windows over a cell; zero where no
            window was encoded. Half precision is part of the definition: what is kept equals what is computed.
        valid: (h, w) bool, True where a cell holds a pixel with data.
        cells: The part of the lattice.
        cls_features: Those of the windows over these cells.
    """

    features: Tensor
    valid: Tensor
    cells: Region
    cls_features: ClsFeatures | None = None


def blend_weights(shape: tuple[int, int], blend: Blend) -> Tensor:
    """Return the weight of each token of a window; every weight is positive.

    "hann" is the outer product of sin²(π(i + ½)/n), sampled at cell centres, so that a window counts most where it sees
    most context and so that windows at half overlap add up to a constant. "uniform" is the plain mean of the paper.

    Args:
        shape: (h, w) of a window in cells.
        blend: "hann" or "uniform".

    Raises:
        OptionError: If the blend is unknown.
    """
    if blend == "uniform":
        return torch.ones(shape)
    if blend != "hann":
        raise OptionError(f"unknown blend '{blend}': give hann or uniform")
    rows, cols = (torch.sin(torch.pi * (torch.arange(n) + 0.5) / n) ** 2 for n in shape)
    return rows[:, None] * cols[None, :]


def fill_no_data(rgb: NDArray[np.uint8], valid: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Give pixels without data the mean colour of the window's pixels with data.

    What the file holds under its no-data then cannot reach the pixels beside it, and the fill stands out least.

    Args:
        rgb: (3, H, W) of one window.
        valid: (H, W), True where there is data; at least one pixel.
    """
    if valid.all():
        return rgb
    mean = rgb[:, valid].mean(axis=1)
    return np.where(valid, rgb, np.rint(mean).astype(np.uint8)[:, None, None])


def _window_batches(
    block: Block, rgb: NDArray[np.uint8], valid: NDArray[np.bool_], *, step: int, size: int
) -> Iterator[tuple[list[Region], Tensor]]:
    """Yield windows with data, in lattice cells, and their (B, 3, H, W) pixels, at most `size` at a time."""
    windows: list[Region] = []
    pixels: list[NDArray[np.uint8]] = []
    complete = bool(valid.all())
    for window in block.windows:
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


def valid_cells(valid: NDArray[np.bool_], step: int) -> NDArray[np.bool_]:
    """Return which cells hold a pixel with data.

    Args:
        valid: (h·step, w·step).
        step: Pixels per cell.
    """
    height, width = valid.shape
    # Rows first: whole rows are joined at memory speed, and what is left is small.
    rows = np.logical_or.reduce(valid.reshape(height // step, step, width), axis=1)
    return np.asarray(rows.reshape(height // step, width // step, step).any(axis=2))


Take = Callable[[Region, Tensor], None]
"""Gets some whole rows of cells with their (n, w, D) float16 features, each row once; called from several threads."""


@dataclass(frozen=True)
class Blended:
    """What is known of cells beside their features.

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
    rgb: NDArray[np.uint8],
    valid: NDArray[np.bool_],
    take: Take,
    blend: Blend = "hann",
    batch_size: int = 4,
    advance: Callable[[int], None] = lambda windows: None,
    profile: Profile | None = None,
) -> Blended:
    """Encode all windows of a block, blend them, and hand on each row of cells as soon as it is done.

    Windows are added in the order of the global grid, so that a cell gets the same sum in whichever block it lies.

    Args:
        encoder: The image model.
        block: What to encode.
        rgb: (3, H, W) uint8 pixels of `block.read`.
        valid: (H, W), True where there is data.
        take: Gets the features, which are on the encoder's device.
        blend: How windows are weighted.
        batch_size: Windows a batch.
        advance: Called with the number of windows just finished.
        profile: Gets the seconds spent encoding and blending.
    """
    step, cells = encoder.step, block.cells
    profile = Profile() if profile is None else profile
    window_weights = blend_weights(block.windows[0].shape, blend).to(encoder.device)
    seen: list[Region] = []
    whole: list[Tensor] = []
    with Cores(encoder.device) as cores:
        blending = _Blending(cells, window_weights, dim=encoder.dim, take=take, cores=cores)
        for windows, pixels in _window_batches(block, rgb, valid, step=step, size=batch_size):
            with profile.stage("encode"):
                encoded = _encode_batch(encoder, pixels, size=batch_size)
            with profile.stage("blend"), cores.alone():
                for window, features in zip(windows, encoded.dense, strict=True):
                    blending.add(window, features)
            seen += windows
            whole.append(encoded.cls.half())
            advance(len(windows))
        with profile.stage("blend"):
            blending.finish()
    if len(seen) < len(block.windows):
        advance(len(block.windows) - len(seen))
    with profile.stage("blend"):
        rows, cols = cells.scale(step).slices_in(block.read)
        has_data = torch.from_numpy(valid_cells(valid[rows, cols], step)).to(encoder.device)
    about = torch.cat(whole) if whole else torch.zeros(0, encoder.dim, dtype=torch.float16, device=encoder.device)
    return Blended(has_data, cells, ClsFeatures(about, tuple(seen), window_weights))


def encode_block(
    encoder: DenseEncoder,
    block: Block,
    *,
    rgb: NDArray[np.uint8],
    valid: NDArray[np.bool_],
    blend: Blend = "hann",
    batch_size: int = 4,
    advance: Callable[[int], None] = lambda windows: None,
) -> BlockEmbedding:
    """Encode and blend a block, and return all its features; the arguments are those of `blend_block`."""
    cells = block.cells
    features = torch.empty(*cells.shape, encoder.dim, dtype=torch.float16, device=encoder.device)

    def take(rows: Region, done: Tensor) -> None:
        features[rows.slices_in(cells)] = done

    blended = blend_block(
        encoder, block, rgb=rgb, valid=valid, take=take, blend=blend, batch_size=batch_size, advance=advance
    )
    return BlockEmbedding(features.permute(2, 0, 1), blended.valid, cells, blended.cls_features)


_ROWS = {"cpu": 1}
"""Rows of cells that are handed on at a time; elsewhere all that are done."""


class _Blending:
    """The weighted mean of windows that come row by row.

    Only the rows of cells that windows may still be added to are kept as sums, in a ring, so that they stay in the
    processor's cache; a row that is done is divided by its weights and handed on. In memory the features of a cell lie
    side by side, as encoders give them.
    """

    def __init__(self, cells: Region, weights: Tensor, *, dim: int, take: Take, cores: Cores) -> None:
        """Begin with no window.

        Args:
            cells: The part of the lattice.
            weights: (wh, ww) weight of each token of a window.
            dim: Features a cell.
            take: Gets the rows that are done.
            cores: Hand them on.
        """
        self._cells = cells
        self._weights = weights[..., None]
        self._take = take
        self._cores = cores
        # As many rows as a window has, and as many that are being handed on.
        rows = min(2 * len(weights), cells.height)
        # Numpy asks the system for large pages, torch for small ones, which take longer to get than to fill.
        zeros = torch.from_numpy(np.zeros((rows, cells.width, dim), np.float32))
        self._total = zeros.to(weights.device)
        self._weight = torch.zeros(rows, cells.width, 1, device=weights.device)
        self._top = cells.top

    def add(self, window: Region, features: Tensor) -> None:
        """Add a window.

        Args:
            window: In lattice cells; not above the window added before.
            features: (D, wh, ww).
        """
        self._move_to(min(window.top, self._cells.bottom))
        tokens = features.permute(1, 2, 0)
        for part in self._unrolled(window.intersect(self._cells)):
            inside = part.slices_in(window)
            target = replace(part, top=self._slot(part.top)).slices_in(replace(self._cells, top=0))
            self._total[target].addcmul_(tokens[inside], self._weights[inside])
            self._weight[target] += self._weights[inside]

    def finish(self) -> None:
        """Hand on the rows that are left; 0 where no window was added."""
        self._move_to(self._cells.bottom)
        self._cores.wait()

    def _slot(self, row: int) -> int:
        return (row - self._cells.top) % len(self._weight)

    def _unrolled(self, rows: Region) -> Iterator[Region]:
        """Yield the parts of a region whose rows lie side by side in the ring: one or two."""
        top = rows.top
        while top < rows.bottom:
            bottom = min(rows.bottom, top + len(self._weight) - self._slot(top))
            yield Region.from_edges(top, rows.left, bottom, rows.right)
            top = bottom

    def _move_to(self, top: int) -> None:
        """Hand on the rows above `top`; the slots of those above the old top are free when this returns."""
        if self._top < top:
            # What is being handed on and what a window will be added to must have slots of their own.
            most = max(1, len(self._weight) // 2)
            for first in range(self._top, top, most):
                self._cores.wait()
                rows = replace(self._cells, top=first, height=min(most, top - first))
                self._cores.begin(self._hand_on, self._pieces(rows))
            self._top = top

    def _pieces(self, rows: Region) -> Iterator[Region]:
        """Cut rows into what is handed on at a time: one row on a processor, on a GPU as many as can be."""
        for part in self._unrolled(rows):
            size = _ROWS.get(self._total.device.type, part.height)
            for top in range(part.top, part.bottom, size):
                yield replace(part, top=top, height=min(size, part.bottom - top))

    def _hand_on(self, rows: Region) -> None:
        slots = slice(self._slot(rows.top), self._slot(rows.top) + rows.height)
        total, weight = self._total[slots], self._weight[slots]
        self._take(rows, total.div_(weight.clamp_min(torch.finfo(torch.float32).tiny)).half())
        total.zero_()
        weight.zero_()


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
    """Encode a batch; where a GPU has no room for it, in halves."""
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
