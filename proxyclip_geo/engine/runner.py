"""Run blocks: prefetch pixels, encode, classify."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from proxyclip_geo.engine.blend import BlockEmbedding
from proxyclip_geo.engine.classify import (
    BlockLabels,
    QueryProducts,
    TextBank,
    cell_logits,
    classify_pixels,
    start_classifying,
)
from proxyclip_geo.engine.compiled import load_loops
from proxyclip_geo.engine.edge_aware import Guide
from proxyclip_geo.engine.encode_block import blend_block, encode_block, window_total
from proxyclip_geo.engine.options import Upsampling
from proxyclip_geo.engine.plan import Plan
from proxyclip_geo.engine.prefetch import prefetch, prefetch_futures
from proxyclip_geo.engine.profile import Profile
from proxyclip_geo.engine.read_block import PixelSource, ReadBlock, crop_guide, read_block, read_cells_guide
from proxyclip_geo.engine.segments import upsample_with_image
from proxyclip_geo.engine.store.embedding_store import EmbeddingStore
from proxyclip_geo.engine.transfer import call_behind
from proxyclip_geo.errors import Cancelled, EngineError, ProxyClipGeoError, RasterError, StoreError, out_of_memory
from proxyclip_geo.grid import Block, WindowGrid
from proxyclip_geo.models.encoder import DenseEncoder
from proxyclip_geo.progress import Counter, Progress, ProgressEvent, no_progress
from proxyclip_geo.region import Region
from proxyclip_geo.remedies import Remedy


@dataclass(frozen=True)
class EncodedBlock:
    """The embedding of a block, with the pixels that the classification needs.

    Attributes:
        block: The block.
        valid: (H, W) of the core, True where there is data.
        embedding: Features of the block's cells.
        guide: The image under those cells, if it is needed.
    """

    block: Block
    valid: NDArray[np.bool_]
    embedding: BlockEmbedding
    guide: Guide | None = None


@dataclass(frozen=True)
class BlockResult:
    """Labels of the core of a block."""

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
        source: The pixels of the whole raster.
        plan: Windows and blocks.
        encoder: The image model.
        blocks: Blocks to encode; all of the plan if not given.
        stage: Stage of progress events.
        progress: Called after each batch of windows.
    """
    selected = plan.blocks if blocks is None else blocks
    advance = Counter(window_total(selected), stage=stage, progress=progress)
    for block, pixels in _prefetch_pixels(source, selected, plan):
        yield encode_read(block, pixels.result, plan=plan, encoder=encoder, advance=advance)


def _prefetch_pixels(
    source: PixelSource, blocks: Sequence[Block], plan: Plan
) -> "Iterator[tuple[Block, Future[ReadBlock]]]":
    return prefetch_futures(
        blocks, lambda block: read_block(source, block, grid=plan.grid, area=plan.area, tile=plan.tile)
    )


def encode_read(
    block: Block,
    read: Callable[[], ReadBlock],
    *,
    plan: Plan,
    encoder: DenseEncoder,
    advance: Callable[[int], None] = lambda windows: None,
) -> EncodedBlock:
    """Encode a block from prefetched pixels.

    Args:
        block: The block.
        read: Returns the pixels of its read region, or raises the exception of reading them.
        plan: Blend and batch size.
        encoder: The image model.
        advance: Called with the number of windows just finished.

    Raises:
        ProxyClipGeoError: If the pixels cannot be read or encoded; the message names the block.
    """
    with name_block_in_errors(block):
        pixels = read()
        embedding = encode_block(
            encoder, block, pixels=pixels, blend=plan.blend, batch_size=plan.batch_size, advance=advance
        )
        return EncodedBlock(block, pixels.valid[block.core.slices_in(block.read)], embedding)


def stored_blocks(
    store: EmbeddingStore,
    *,
    bank: TextBank,
    area: Region | None = None,
    source: PixelSource | None = None,
    tile: int = 1,
    progress: Progress = no_progress,
) -> Generator[EncodedBlock, None, None]:
    """Read the blocks of a stored embedding, in order.

    Args:
        store: The embedding.
        bank: The queries; with `debias`, the CLS features of windows are read as well.
        area: Requested pixels; blocks are cropped to it. The area of interest of the encoding if not given.
        source: The raster, to read guides from.
        tile: As for `find_stored_cells`.
        progress: Called after each block.

    Raises:
        StoreError: If the store is damaged, or not complete there.
    """
    grid = store.info.grid
    area = store.info.area if area is None else area
    parts = [replace(block, core=block.core.intersect(area)) for block in store.blocks]
    parts = [part for part in parts if not part.core.is_empty]
    total = area.height * area.width
    done = 0
    cls_features = bank.debias != 0

    def guide(cells: Region) -> Guide | None:
        return None if source is None else read_cells_guide(source, cells, grid=grid)

    def read(part: Block) -> EncodedBlock:
        block = store.blocks[part.index]
        if part.core == block.core and tile == 1:
            stored = store.read_block(block, cls_features=cls_features)
            return EncodedBlock(block, stored.valid, stored.embedding, guide(stored.embedding.cells))
        cells = find_stored_cells(store, part.core, tile=tile)
        embedding = store.read(cells, cls_features=cls_features)
        return EncodedBlock(part, store.read_valid(part.core), embedding, guide(cells))

    load_loops(area, torch.device("cpu"))
    progress(ProgressEvent("label", 0, total, "pixels"))
    for part, encoded in prefetch(parts, read):
        yield encoded
        done += part.core.height * part.core.width
        progress(ProgressEvent("label", done, total, "pixels"))


def find_stored_cells(store: EmbeddingStore, pixels: Region, *, tile: int) -> Region:
    """Return the cells of a stored embedding whose features pixels need.

    Args:
        store: The embedding.
        pixels: Pixels of the raster.
        tile: Side of the tiles whose pixels depend on each other.

    Raises:
        StoreError: If a tile is not stored whole.
    """
    info = store.info
    cells = info.grid.cells_around(pixels, tile=tile)
    if tile > 1 and (info.options.get("aoi") or cells.intersect(info.grid.cells_of(info.stored)) != cells):
        raise StoreError(
            f"embedding {store.name} was encoded for a part of the raster, and segments need whole tiles of {tile} × "
            f"{tile} pixels: give `bounds` that lie {tile} pixels inside it, or encode the whole raster and give the "
            "area when it is labelled"
        )
    return cells


def classify_blocks(
    encoded: Iterable[EncodedBlock],
    *,
    bank: TextBank,
    grid: WindowGrid,
    upsampling: Upsampling | None = None,
    probabilities: bool = False,
) -> Iterator[BlockResult]:
    """Classify blocks one by one.

    Args:
        encoded: The blocks.
        bank: The queries, projected if the features are.
        grid: The lattice of the raster.
        upsampling: How logits of pixels are computed; bilinear if not given.
        probabilities: Whether to compute the probabilities of all classes.
    """
    upsampling = upsampling or Upsampling()
    for item in encoded:
        with name_block_in_errors(item.block):
            core = item.block.core
            found = cell_logits(item.embedding, bank)
            strips = upsample_with_image(found, bank, upsampling=upsampling, guide=item.guide, grid=grid, core=core)
            mapped = classify_pixels(strips, bank, core=core, valid=item.valid, probabilities=probabilities)
        yield BlockResult(item.block, mapped)


OnFailure = Callable[[Block, ProxyClipGeoError], None]
"""Called with a failed block and its error; raising in it stops the run."""


def run_blocks(
    source: PixelSource,
    plan: Plan,
    *,
    encoder: DenseEncoder,
    bank: TextBank,
    upsampling: Upsampling | None = None,
    blocks: Sequence[Block] | None = None,
    probabilities: bool = False,
    on_failure: OnFailure | None = None,
    progress: Progress = no_progress,
    profile: Profile | None = None,
) -> Generator[BlockResult, None, None]:
    """Read, encode and classify blocks, in order, without storing their embeddings.

    Args:
        source: The pixels of the whole raster.
        plan: Windows and blocks.
        encoder: The image model.
        bank: The queries.
        upsampling: How logits of pixels are computed; bilinear if not given.
        blocks: Blocks to compute; all of the plan if not given.
        probabilities: Whether to compute the probabilities of all classes.
        on_failure: Called with a block that fails, which is then skipped; if not given, the error is raised.
        progress: Called after each batch of windows.
        profile: Takes the seconds of each stage.
    """
    selected = plan.blocks if blocks is None else blocks
    upsampling = upsampling or Upsampling()
    profile = Profile() if profile is None else profile
    load_loops(plan.area.region, encoder.device)
    advance = Counter(window_total(selected), stage="segment", progress=progress)

    def compute(block: Block, read: Callable[[], ReadBlock]) -> Callable[[], BlockResult]:
        with name_block_in_errors(block):
            with profile.stage("read"):
                pixels = read()
            # Rows of cells are multiplied with the queries while they are in the processor's cache, and not stored.
            products = QueryProducts(bank, block.cells, device=encoder.device)
            blended = blend_block(
                encoder,
                block,
                pixels=pixels,
                start=products.start_blending,
                blend=plan.blend,
                batch_size=plan.batch_size,
                advance=advance,
                profile=profile,
            )
            with profile.stage("classify"):
                found = products.finish(blended.valid, blended.cls_features)
                guide = crop_guide(pixels, block, grid=plan.grid) if upsampling.uses_image else None
                strips = upsample_with_image(
                    found, bank, upsampling=upsampling, guide=guide, grid=plan.grid, core=block.core
                )
                valid = pixels.valid[block.core.slices_in(block.read)] & plan.area.rasterize(block.core)
                labels = start_classifying(strips, bank, core=block.core, valid=valid, probabilities=probabilities)

        stage = "wait" if encoder.device.type == "cuda" else "classify"

        def finish() -> BlockResult:
            with name_block_in_errors(block), profile.stage(stage):
                return BlockResult(block, labels())

        return finish

    def compute_all() -> Generator[Callable[[], BlockResult], None, None]:
        for block, pixels in _prefetch_pixels(source, selected, plan):
            windows_before = advance.done
            try:
                yield compute(block, pixels.result)
            except Cancelled:
                raise
            except ProxyClipGeoError as error:
                if on_failure is None:
                    raise
                on_failure(block, error)
                advance(windows_before + len(block.windows) - advance.done)

    # While a GPU computes a block, the next one is queued.
    with closing(compute_all()) as calls:
        yield from call_behind(calls, behind=int(encoder.device.type == "cuda"))


@contextmanager
def name_block_in_errors(block: Block) -> Iterator[None]:
    """Name the block in errors of reading and computing, with a remedy."""
    try:
        yield
    except RasterError as error:
        raise RasterError(f"{block.name} failed: {error.reason}", remedy=error.remedy) from error
    except ProxyClipGeoError:
        raise
    except MemoryError as error:
        raise out_of_memory(error, part=block.name) from error
    except RuntimeError as error:
        raise EngineError(f"{block.name} failed: {error}", remedy=Remedy("reduce-batch")) from error
