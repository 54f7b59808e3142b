"""Run blocks: read ahead, encode, classify, hand on."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.engine.blend import BlockEmbedding, blend_block, encode_block, window_total
from proxyclip_geo.engine.classify import BlockLabels, Products, TextBank, cell_logits, classify_cells
from proxyclip_geo.engine.edge_aware import Guide
from proxyclip_geo.engine.options import Blend
from proxyclip_geo.engine.prefetch import prefetch, prefetch_futures
from proxyclip_geo.engine.profile import Profile
from proxyclip_geo.engine.read_block import PixelSource, ReadBlock, cut_guide, guide_of, read_block
from proxyclip_geo.engine.store.embedding_store import EmbeddingStore
from proxyclip_geo.errors import Cancelled, EngineError, OptionError, ProxyClipGeoError, RasterError
from proxyclip_geo.grid import Block, WindowGrid, round_up
from proxyclip_geo.models.encoder import DenseEncoder
from proxyclip_geo.progress import Counter, Progress, ProgressEvent, no_progress
from proxyclip_geo.region import Region

MIN_CORE = 2048
"""Side of a block's core in pixels where the overlap is small."""
STRIDES_PER_SHARED = 12
"""A core of this many strides for each window over its border encodes about a sixth more windows than the raster has.

Those on its border are encoded twice.

Larger cores save little more and hold more features at a time: 0.4 GB here for 336-pixel windows every 248, with 512
features a token of 8 pixels.
"""


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
    side = round_up(max(MIN_CORE, STRIDES_PER_SHARED * (window // stride) * stride), stride) if core is None else core
    return Plan(grid, tuple(grid.blocks(side)), side, blend, min(batch_size, grid.window_count))


@dataclass(frozen=True)
class EncodedBlock:
    """A block's embedding, with what of its pixels the classification needs.

    Attributes:
        block: The block.
        valid: (H, W) of the core, True where there is data.
        embedding: Features of the block's cells.
        guide: The image under those cells, where it is at hand.
    """

    block: Block
    valid: NDArray[np.bool_]
    embedding: BlockEmbedding
    guide: Guide | None = None


@dataclass(frozen=True)
class BlockResult:
    """The map of a block's core."""

    block: Block
    map: BlockLabels


def encode_blocks(
    source: PixelSource,
    plan: Plan,
    *,
    encoder: DenseEncoder,
    blocks: Sequence[Block] | None = None,
    stage: str = "encode",
    progress: Progress = no_progress,
) -> Generator[EncodedBlock, None, None]:
    """Encode blocks, in order.

    Args:
        source: The pixels.
        plan: Windows and blocks.
        encoder: The image model.
        blocks: Those to encode; all of the plan if not given.
        stage: What progress is called.
        progress: Called after each batch of windows.
    """
    wanted = plan.blocks if blocks is None else blocks
    advance = Counter(window_total(wanted), stage=stage, progress=progress)
    raster = Region(0, 0, plan.grid.height, plan.grid.width)
    for block, pixels in prefetch_futures(wanted, lambda block: read_block(source, block, raster=raster)):
        yield encode_read(block, pixels.result, plan=plan, encoder=encoder, advance=advance)


def encode_read(
    block: Block,
    read: Callable[[], ReadBlock],
    *,
    plan: Plan,
    encoder: DenseEncoder,
    advance: Callable[[int], None] = lambda windows: None,
) -> EncodedBlock:
    """Encode a block whose pixels have been, or are being, read.

    Args:
        block: The block.
        read: Gives the pixels of its read region, or raises what reading them raised.
        plan: Blend and batch size.
        encoder: The image model.
        advance: Called with the number of windows just finished.

    Raises:
        ProxyClipGeoError: If the pixels cannot be read or encoded; the message names the block.
    """
    with name_block_in_errors(block):
        pixels = read()
        embedding = encode_block(
            encoder,
            block,
            rgb=pixels.rgb,
            valid=pixels.valid,
            blend=plan.blend,
            batch_size=plan.batch_size,
            advance=advance,
        )
        return EncodedBlock(block, pixels.valid[block.core.slices_in(block.read)], embedding)


def stored_blocks(
    store: EmbeddingStore,
    *,
    bank: TextBank,
    area: Region | None = None,
    source: PixelSource | None = None,
    progress: Progress = no_progress,
) -> Generator[EncodedBlock, None, None]:
    """Read blocks back, in order.

    Args:
        store: The kept embedding.
        bank: The queries; with `debias`, the CLS features of windows are read as well.
        area: Pixels wanted; of a block that is partly inside, that part. All if not given.
        source: The raster, for blocks to have a guide.
        progress: Called after each block.

    Raises:
        StoreError: If the store is damaged, or not complete there.
    """
    grid = store.info.grid
    area = store.info.geobox.region if area is None else area
    lattice = Region(0, 0, *grid.lattice)
    parts = [replace(block, core=block.core.intersect(area)) for block in store.blocks]
    parts = [part for part in parts if not part.core.is_empty]
    total = area.height * area.width
    done = 0
    cls_features = bank.debias != 0

    def guide(cells: Region) -> Guide | None:
        return None if source is None else guide_of(source, cells, grid=grid)

    def read(part: Block) -> EncodedBlock:
        block = store.blocks[part.index]
        if part.core == block.core:
            kept = store.read_block(block, cls_features=cls_features)
            return EncodedBlock(block, kept.valid, kept.embedding, guide(kept.embedding.cells))
        cells = grid.cells_of(part.core).pad(1).intersect(lattice)
        embedding = store.read(cells, cls_features=cls_features)
        return EncodedBlock(part, store.read_valid(part.core), embedding, guide(cells))

    progress(ProgressEvent("label", 0, total, "pixels"))
    for part, encoded in prefetch(parts, read):
        yield encoded
        done += part.core.height * part.core.width
        progress(ProgressEvent("label", done, total, "pixels"))


def classify_blocks(
    encoded: Iterable[EncodedBlock],
    *,
    bank: TextBank,
    step: int,
    edge_aware: bool = False,
    probabilities: bool = False,
) -> Iterator[BlockResult]:
    """Classify blocks as they come.

    Args:
        encoded: The blocks.
        bank: The queries, projected where the features are.
        step: Pixels per cell.
        edge_aware: Whether borders follow the image; blocks must have guides.
        probabilities: Whether to compute those of all classes.
    """
    for item in encoded:
        with name_block_in_errors(item.block):
            mapped = classify_cells(
                cell_logits(item.embedding, bank),
                bank,
                step=step,
                core=item.block.core,
                valid=item.valid,
                guide=item.guide if edge_aware else None,
                probabilities=probabilities,
            )
        yield BlockResult(item.block, mapped)


OnFailure = Callable[[Block, ProxyClipGeoError], None]
"""Takes a block that failed, and why; raising in it stops the run."""


def run_blocks(
    source: PixelSource,
    plan: Plan,
    *,
    encoder: DenseEncoder,
    bank: TextBank,
    edge_aware: bool = False,
    blocks: Sequence[Block] | None = None,
    probabilities: bool = False,
    on_failure: OnFailure | None = None,
    progress: Progress = no_progress,
    profile: Profile | None = None,
) -> Generator[BlockResult, None, None]:
    """Read, encode and classify blocks, in order, and keep no embedding.

    Args:
        source: The pixels.
        plan: Windows and blocks.
        encoder: The image model.
        bank: The queries.
        edge_aware: Whether borders follow the image.
        blocks: Those to compute; all of the plan if not given.
        probabilities: Whether to compute those of all classes.
        on_failure: Called with a block that fails, which is then left out; else the error is raised.
        progress: Called after each batch of windows.
        profile: Gets the seconds of each stage.
    """
    wanted = plan.blocks if blocks is None else blocks
    profile = Profile() if profile is None else profile
    advance = Counter(window_total(wanted), stage="segment", progress=progress)
    raster = Region(0, 0, plan.grid.height, plan.grid.width)

    def compute(block: Block, read: Callable[[], ReadBlock]) -> BlockResult:
        with name_block_in_errors(block):
            with profile.stage("read"):
                pixels = read()
            # Rows of cells are multiplied with the queries while they are in the processor's cache, and forgotten.
            products = Products(bank, block.cells, device=encoder.device)
            blended = blend_block(
                encoder,
                block,
                rgb=pixels.rgb,
                valid=pixels.valid,
                take=products.take,
                blend=plan.blend,
                batch_size=plan.batch_size,
                advance=advance,
                profile=profile,
            )
            with profile.stage("classify"):
                mapped = classify_cells(
                    products.finish(blended.valid, blended.cls_features),
                    bank,
                    step=plan.grid.step,
                    core=block.core,
                    valid=pixels.valid[block.core.slices_in(block.read)],
                    guide=cut_guide(pixels, block, grid=plan.grid) if edge_aware else None,
                    probabilities=probabilities,
                )
        return BlockResult(block, mapped)

    for block, pixels in prefetch_futures(wanted, lambda block: read_block(source, block, raster=raster)):
        passed = advance.done
        try:
            result = compute(block, pixels.result)
        except Cancelled:
            raise
        except ProxyClipGeoError as error:
            if on_failure is None:
                raise
            on_failure(block, error)
            advance(passed + len(block.windows) - advance.done)
        else:
            yield result


@contextmanager
def name_block_in_errors(block: Block) -> Iterator[None]:
    """Say in which block reading or computing failed, and what helps."""
    try:
        yield
    except RasterError as error:
        raise RasterError(f"{block.name} failed: {error}") from error
    except ProxyClipGeoError:
        raise
    except (RuntimeError, MemoryError) as error:
        raise EngineError(
            f"{block.name} failed: {error}; if memory ran out, give a smaller `batch_size` or `block_size`, or "
            "device='cpu'"
        ) from error
