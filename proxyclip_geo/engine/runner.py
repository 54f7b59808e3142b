"""Run blocks: read ahead, encode, classify, hand on."""

import itertools
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.engine.classify import BlockLabels, TextBank, classify_block
from proxyclip_geo.engine.mosaic import Blend, encode_block, window_total
from proxyclip_geo.errors import EngineError, OptionError, ProxyClipGeoError
from proxyclip_geo.grid import Block, Region, WindowGrid, round_up
from proxyclip_geo.models.encoder import DenseEncoder
from proxyclip_geo.progress import Progress, ProgressEvent, ignore

MIN_CORE = 2048
"""Side of a block's core in pixels where the overlap is small."""
CORE_PER_OVERLAP = 24
"""A core this many times the overlap encodes about a sixth more windows than the raster has: those on its border twice.

Larger cores save little more and hold more features at a time: 0.5 GB here for 336-pixel windows at half overlap, with
512 features a token of 8 pixels.
"""


class PixelBlock(Protocol):
    """Pixels with their validity: what a source gives."""

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """(3, H, W), 0–255."""

    @property
    def valid(self) -> NDArray[np.bool_]:
        """(H, W), True where there is data."""


class PixelSource(Protocol):
    """What the runner reads from."""

    def read(self, region: Region) -> PixelBlock:
        """Read a region of the raster."""


@dataclass(frozen=True)
class ReadBlock:
    """The pixels of a block's read region.

    Attributes:
        rgb: (3, H, W), 0–255.
        valid: (H, W), True where there is data.
    """

    rgb: NDArray[np.uint8]
    valid: NDArray[np.bool_]


@dataclass(frozen=True)
class Plan:
    """How a raster will be computed.

    Attributes:
        grid: The windows.
        blocks: The blocks.
        core: Side of a block's core in pixels.
        blend: How windows are weighted.
        batch_size: Windows a batch.
    """

    grid: WindowGrid
    blocks: tuple[Block, ...]
    core: int
    blend: Blend
    batch_size: int

    @property
    def windows(self) -> int:
        """Windows to encode, those on block borders counted in each block."""
        return window_total(self.blocks)


def make_plan(
    shape: tuple[int, int],
    *,
    encoder: DenseEncoder,
    window: int,
    stride: int,
    blend: Blend = "hann",
    batch_size: int = 4,
    core: int | None = None,
) -> Plan:
    """Lay windows and blocks over a raster.

    Args:
        shape: (height, width) in pixels.
        encoder: The image model; its step and multiple bind the windows.
        window: Side of a window in pixels.
        stride: Distance between windows in pixels.
        blend: How windows are weighted.
        batch_size: Windows a batch.
        core: Side of a block's core in pixels; chosen from the overlap if not given.

    Raises:
        OptionError: If the numbers do not fit the model or each other.
    """
    if batch_size < 1:
        raise OptionError(f"batch size {batch_size} must be at least 1")
    grid = WindowGrid.fit(shape, window=window, stride=stride, step=encoder.step, multiple=encoder.multiple)
    side = round_up(max(MIN_CORE, CORE_PER_OVERLAP * (window - stride)), stride) if core is None else core
    return Plan(grid, tuple(grid.blocks(side)), side, blend, batch_size)


@dataclass(frozen=True)
class BlockResult:
    """A finished block: its pixels as they were read, and its map, both of the core alone."""

    block: Block
    rgb: NDArray[np.uint8]
    valid: NDArray[np.bool_]
    map: BlockLabels


def read_block(source: PixelSource, block: Block, *, raster: Region) -> ReadBlock:
    """Read what a block's windows cover; beyond the raster its border pixels are repeated.

    Args:
        source: The pixels.
        block: The block.
        raster: All pixels of the raster.
    """
    inside = block.read.intersect(raster)
    pixels = source.read(inside)
    margins = ((0, block.read.bottom - inside.bottom), (0, block.read.right - inside.right))
    return ReadBlock(np.pad(pixels.rgb, ((0, 0), *margins), mode="edge"), np.pad(pixels.valid, margins, mode="edge"))


def read_ahead(source: PixelSource, plan: Plan) -> Iterator[tuple[Block, ReadBlock]]:
    """Yield each block with its pixels, reading the next one in a thread while this one is worked on.

    An error of the thread surfaces here, in its block's turn.
    """
    raster = Region(0, 0, plan.grid.height, plan.grid.width)
    with ThreadPoolExecutor(1, thread_name_prefix="prefetch") as pool:
        ahead: Future[ReadBlock] = pool.submit(read_block, source, plan.blocks[0], raster=raster)
        try:
            for block, following in itertools.zip_longest(plan.blocks, plan.blocks[1:]):
                pixels = ahead.result()
                if following is not None:
                    ahead = pool.submit(read_block, source, following, raster=raster)
                yield block, pixels
        finally:
            ahead.cancel()


def run_blocks(
    source: PixelSource,
    plan: Plan,
    *,
    encoder: DenseEncoder,
    bank: TextBank,
    probabilities: bool = False,
    progress: Progress = ignore,
) -> Iterator[BlockResult]:
    """Encode and classify every block, in order.

    Args:
        source: The pixels.
        plan: Windows and blocks.
        encoder: The image model.
        bank: The queries.
        probabilities: Whether to compute those of all classes.
        progress: Called after each batch of windows.
    """
    total, done = plan.windows, 0

    def advance(windows: int) -> None:
        nonlocal done
        done += windows
        progress(ProgressEvent("segment", done, total, "windows"))

    progress(ProgressEvent("segment", 0, total, "windows"))
    for block, pixels in read_ahead(source, plan):
        rows, cols = block.core.slices_in(block.read)
        valid = pixels.valid[rows, cols]
        with _naming(block):
            embedding = encode_block(
                encoder,
                block,
                rgb=pixels.rgb,
                valid=pixels.valid,
                blend=plan.blend,
                batch_size=plan.batch_size,
                advance=advance,
            )
            mapped = classify_block(
                embedding, bank, step=plan.grid.step, core=block.core, valid=valid, probabilities=probabilities
            )
        yield BlockResult(block, pixels.rgb[:, rows, cols], valid, mapped)


@contextmanager
def _naming(block: Block) -> Iterator[None]:
    """Say in which block torch failed, and what helps."""
    try:
        yield
    except ProxyClipGeoError:
        raise
    except (RuntimeError, MemoryError) as error:
        core = block.core
        raise EngineError(
            f"block {block.index} (rows {core.top}–{core.bottom}, columns {core.left}–{core.right}) failed: {error}; "
            "if it wants for memory, pass a smaller --batch-size or --block-size, or --device cpu"
        ) from error
