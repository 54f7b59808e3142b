"""Compute the missing blocks of a run, in this process or on workers, and store them."""

import logging
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.api.job import Job
from proxyclip_geo.api.options import SegmentOptions
from proxyclip_geo.api.outputs import PREVIEW_SIDE
from proxyclip_geo.api.picture_ahead import Picture
from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.engine.encode_block import window_total
from proxyclip_geo.engine.plan import Plan
from proxyclip_geo.engine.prefetch import write_behind
from proxyclip_geo.engine.profile import Profile
from proxyclip_geo.engine.runner import BlockResult, run_blocks
from proxyclip_geo.engine.store.label_store import LabelStore
from proxyclip_geo.errors import EngineError, ProxyClipGeoError, RasterError, warn_quality
from proxyclip_geo.grid import Block
from proxyclip_geo.models.encoder import DenseEncoder
from proxyclip_geo.models.load import Model
from proxyclip_geo.progress import Progress, offset_progress
from proxyclip_geo.region import Region

if TYPE_CHECKING:  # Dask takes a second to import
    from proxyclip_geo.engine.distributed.task import BlockTask


logger = logging.getLogger(__name__)


@dataclass
class FailedBlocks:
    """The blocks that failed, and the reasons.

    Attributes:
        skip: Whether failed blocks are skipped and have no data; else the first one ends the run.
        reasons: Error message of each failed block, by index.
        last: The last error.
    """

    skip: bool
    reasons: dict[int, str] = field(default_factory=dict)
    last: ProxyClipGeoError | None = None

    def add(self, block: Block, error: ProxyClipGeoError) -> None:
        """Record a failed block; raise errors that would fail every block, e.g. a model that cannot be loaded."""
        if not (self.skip and isinstance(error, (RasterError, EngineError))):
            raise error
        self.reasons[block.index] = error.reason
        self.last = error

    def warn(self, blocks: int, *, record: Path) -> None:
        """Report the failed blocks.

        Args:
            blocks: Number of all blocks of the run.
            record: File that lists all of them.

        Raises:
            ProxyClipGeoError: The last error, if every block failed.
        """
        if self.last is not None and len(self.reasons) == blocks:
            raise type(self.last)(f"every block failed ({blocks} of {blocks}); the last one: {self.last}")
        if self.reasons:
            reasons = "; ".join(self.reasons[index] for index in sorted(self.reasons)[:3])
            more = f"; and {len(self.reasons) - 3} more, see {record.name}" if len(self.reasons) > 3 else ""
            warn_quality(f"{len(self.reasons)} of {blocks} blocks failed and are without data: {reasons}{more}")

    def picture(self, read: Picture, area: Region) -> NDArray[np.uint8]:
        """Return a (3, h, w) picture of an area; black if blocks failed and it cannot be read."""
        try:
            return read()
        except RasterError:
            if not self.reasons:
                raise
            return np.zeros((3, *(min(PREVIEW_SIDE, side) for side in area.shape)), np.uint8)

    def to_list(self) -> list[dict[str, Any]]:
        """Return JSON-able values."""
        return [{"block": index, "reason": reason} for index, reason in sorted(self.reasons.items())]


def compute_blocks(
    store: LabelStore,
    job: Job,
    plan: Plan,
    model: Model,
    bank: TextBank,
    *,
    options: SegmentOptions,
    failed: FailedBlocks,
    finished: Callable[[BlockResult], None],
    progress: Progress,
) -> Profile:
    """Compute the missing blocks and store them.

    Args:
        store: Takes the blocks.
        job: Raster and model.
        plan: All blocks.
        model: The model, loaded.
        bank: The queries.
        options: Options of the run.
        failed: Takes the blocks that fail.
        finished: Called with each stored block, one at a time, in another thread.
        progress: Called after each batch of windows, or block.

    Returns:
        Seconds of each stage; empty if workers computed the blocks.

    Raises:
        ProxyClipGeoError: The error of the first block that failed, unless failed blocks are skipped. Errors of loading
            the model or opening the raster are always raised.
    """
    missing = store.todo
    profile = Profile()
    progress = offset_by_done(progress, plan.blocks, missing)
    if options.elsewhere:
        task = _as_task(job, plan, model, bank, options)
        results = _compute_elsewhere(task, missing, options=options, failed=failed, progress=progress)
    else:
        results = run_blocks(
            job.source,
            plan,
            encoder=model.encoder,
            bank=bank,
            blocks=missing,
            upsampling=options.upsampling,
            probabilities=options.probabilities,
            on_failure=failed.add,
            progress=progress,
            profile=profile,
        )

    def write(result: BlockResult) -> None:
        store.write(result.block, result.map)
        finished(result)
        logger.debug("%s: %s is done", job.source.stem, result.block.name)

    # The prefetch thread may still read from the source, which is closed when a write fails.
    with closing(results):
        for _ in write_behind(results, write):
            pass
    return profile


def offset_by_done(progress: Progress, blocks: Sequence[Block], missing: Sequence[Block]) -> Progress:
    """Return a progress that starts at the windows of finished blocks, with a message that counts them."""
    message = f"{len(blocks) - len(missing)} of {len(blocks)} blocks were done before"
    return offset_progress(progress, window_total(blocks) - window_total(missing), message=message)


def _as_task(job: Job, plan: Plan, model: Model, bank: TextBank, options: SegmentOptions) -> "BlockTask":
    from proxyclip_geo.engine.distributed.task import BlockTask

    name = job.source.name
    encoder = model.encoder
    dtype = str(encoder.dtype).removeprefix("torch.")
    return BlockTask(
        # A worker may have been started in another directory.
        raster=str(Path(name).resolve()) if Path(name).exists() else name,
        reading=job.source.resolved_options,
        fingerprint=job.fingerprint,
        card=job.card,
        # The values that were chosen here, so that workers compute the same on other machines.
        loading={
            "device": options.device if options.scheduler else _device(encoder, options),
            "precision": dtype,
            "backend": encoder.backend,
            "window": plan.grid.window[0],
        },
        checksums=model.checksums,
        arithmetic=(encoder.backend, dtype),
        plan=plan,
        bank=replace(bank, queries=bank.queries.cpu()),
        upsampling=options.upsampling,
        probabilities=options.probabilities,
        local_workers=None if options.scheduler else options.workers,
    )


def _device(encoder: DenseEncoder, options: SegmentOptions) -> str:
    """Return the device of local workers: the requested one if it has a number, else all of its type."""
    here = encoder.device
    return str(here) if here.index or options.device == str(here) else here.type


def _compute_elsewhere(
    task: "BlockTask", blocks: tuple[Block, ...], *, options: SegmentOptions, failed: FailedBlocks, progress: Progress
) -> Generator[BlockResult, None, None]:
    from proxyclip_geo.engine.distributed.schedule import compute_on_workers

    computed = compute_on_workers(task, blocks, scheduler=options.scheduler, on_failure=failed.add, progress=progress)
    with closing(computed):
        for block, labels in computed:
            yield BlockResult(block, labels)
