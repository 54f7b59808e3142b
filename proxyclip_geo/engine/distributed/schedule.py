"""Schedule blocks on the workers of a Dask cluster; compute stragglers a second time on idle workers."""

import logging
import time
import uuid
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

from distributed import Future, KilledWorker, as_completed
from distributed.scheduler import NoValidWorkerError, NoWorkerError

from proxyclip_geo.engine.classify import BlockLabels
from proxyclip_geo.engine.distributed.cluster import WorkerPool, death_reason, use_workers
from proxyclip_geo.engine.distributed.task import BlockTask, compute_block
from proxyclip_geo.engine.encode_block import window_total
from proxyclip_geo.engine.runner import OnFailure
from proxyclip_geo.errors import EngineError, ProxyClipGeoError, WorkersLostError
from proxyclip_geo.grid import Block
from proxyclip_geo.progress import Counter, Progress, ProgressEvent, no_progress
from proxyclip_geo.remedies import Remedy

logger = logging.getLogger(__name__)

STRAGGLER_FACTOR = 3
"""A block is a straggler if it takes this many times the median time per window of finished blocks …"""
STRAGGLER_SECONDS = 10.0
"""… and more than this many seconds."""
_POLL_SECONDS = 0.02
_WAIT_SECONDS = 1.0
"""Seconds between two checks for stragglers."""

BlockOutcome = tuple[Block, BlockLabels | BaseException]
"""A block with its labels, or with the exception that computing it raised."""


def compute_on_workers(
    task: BlockTask,
    blocks: Sequence[Block],
    *,
    scheduler: str | None = None,
    on_failure: OnFailure | None = None,
    progress: Progress = no_progress,
) -> Generator[tuple[Block, BlockLabels], None, None]:
    """Compute blocks on the workers of this machine or of a cluster; yield their labels in the order of completion.

    A block whose worker dies is retried on another. Once all blocks are submitted, stragglers are submitted to idle
    workers as well; the first result counts. Where all workers of a cluster have the resource GPU, a block takes one.

    Args:
        task: The run. Workers of a cluster must be able to read its raster and weights.
        blocks: The blocks to compute.
        scheduler: Address of the cluster's scheduler; if None, `task.local_workers` are started on this machine.
        on_failure: Called with a block that failed, which is then left out; if None, the error is raised.
        progress: Called after each block, and with the stage "workers" and a line while a cluster has no workers.

    Raises:
        OptionError: If the scheduler cannot be reached.
        ProxyClipGeoError: The error of computing a block; EngineError if its workers died.
        WorkerError: If workers lack the raster or the model.
        WorkersLostError: If the scheduler is lost, or workers cannot start.
    """
    if not blocks:
        return
    advance = Counter(window_total(blocks), stage="segment", progress=progress)
    pending, running = deque(blocks), _RunningBlocks()
    workers = None if task.local_workers is None else min(task.local_workers, len(blocks))
    with use_workers(workers=workers, scheduler=scheduler) as pool, closing(_Executor(pool, task)) as executor:
        while pending or running.since:
            while pending and executor.has_room():
                running.add(pending[0])
                executor.submit(pending.popleft())
            for block in () if pending else running.stragglers():
                if not executor.submit_to_idle(block):
                    break
                logger.info("%s takes long: it is computed on another worker, too", block.name)
                running.add(block)
            for block, outcome in executor.results(timeout=_WAIT_SECONDS, more=bool(pending)):
                if not running.remove(block):
                    continue
                advance(len(block.windows))
                if isinstance(outcome, BlockLabels):
                    yield block, outcome
                elif on_failure is None or not isinstance(outcome, ProxyClipGeoError):
                    raise outcome
                else:
                    on_failure(block, outcome)
            line = pool.check_workers()
            if line:
                progress(ProgressEvent("workers", 0, 0, "workers", line))


@dataclass
class _RunningBlocks:
    """The submitted blocks, and how long blocks take.

    Attributes:
        since: Time of submission of each block without a result; of a straggler, that of the last submission.
        rates: Seconds per window of the finished blocks.
    """

    since: dict[Block, float] = field(default_factory=dict)
    rates: list[float] = field(default_factory=list)

    def add(self, block: Block) -> None:
        self.since[block] = time.monotonic()

    def remove(self, block: Block) -> bool:
        """Remove a block with a result; return False if it had one before."""
        started = self.since.pop(block, None)
        if started is None:
            return False
        self.rates.append((time.monotonic() - started) / len(block.windows))
        return True

    def stragglers(self) -> list[Block]:
        """Return the blocks that take much longer than usual, the oldest first."""
        if not self.rates:
            return []
        usual, now = median(self.rates), time.monotonic()
        return [
            block
            for block, started in sorted(self.since.items(), key=lambda item: item[1])
            if now - started > max(STRAGGLER_SECONDS, STRAGGLER_FACTOR * usual * len(block.windows))
        ]


class _Executor:
    """Submits blocks to the workers of a cluster and collects the results."""

    def __init__(self, pool: WorkerPool, task: BlockTask) -> None:
        self._client = client = pool.client
        self._pool = pool
        # Sent with every block, so that no lost worker can lose it; without the other blocks, which no worker needs.
        self._task = replace(task, plan=replace(task.plan, blocks=()), local_workers=pool.local)
        self._run = uuid.uuid4().hex
        self._submitted: dict[str, Block] = {}
        # Fetches results as they complete; one that is lost with its worker before is computed again.
        self._completed: Any = as_completed(loop=client.loop, with_results=True, raise_errors=False)

    def has_room(self) -> bool:
        """Return whether another block should be submitted."""
        return self._pool.has_room

    def submit(self, block: Block, *, workers: Sequence[str] | None = None) -> None:
        """Submit a block to any worker, or to one of those given."""
        future = self._client.submit(
            compute_block, self._run, self._task, block, pure=False, resources=self._pool.resources, workers=workers
        )
        self._pool.take_slot()
        self._submitted[future.key] = block
        self._completed.add(future)

    def submit_to_idle(self, block: Block) -> bool:
        """Submit a block to the workers that compute nothing; return False if there are none."""
        idle = [worker for worker, keys in self._client.processing().items() if not keys]
        if idle:
            self.submit(block, workers=idle)
        return bool(idle)

    def results(self, *, timeout: float, more: bool) -> Iterator[BlockOutcome]:
        """Wait for results.

        Args:
            timeout: Seconds to wait.
            more: Whether there are blocks to submit: then a slot that another run frees ends the waiting.

        Raises:
            WorkersLostError: If the scheduler is lost.
        """
        until = time.monotonic() + timeout
        while not self._completed.has_ready() and time.monotonic() < until and self._client.status != "closed":
            time.sleep(_POLL_SECONDS)
            if more and self.has_room():
                break
        for future, result in self._completed.next_batch(block=False):
            block = self._submitted.pop(future.key)
            self._pool.give_back_slot()
            yield block, result if isinstance(result, BlockLabels) else self._failure(block, future)
            future.release()
        if self._client.status == "closed":
            raise self._lost_scheduler()

    def close(self) -> None:
        """Give back the slots of blocks without a result."""
        for _ in self._submitted:
            self._pool.give_back_slot()
        self._submitted.clear()

    def _failure(self, block: Block, future: Future) -> BaseException:
        """Return why a block has no result."""
        if future.status != "error":
            return self._lost_scheduler()
        failure: BaseException = future.exception()
        if isinstance(failure, NoWorkerError | NoValidWorkerError):
            return WorkersLostError(f"the workers died and could not be restarted; the last one {self._death()}")
        if not isinstance(failure, KilledWorker):
            return failure
        if self._task.local_workers:
            return EngineError(
                f"{block.name} failed: its worker process {self._death()}, twice", remedy=Remedy("reduce-workers")
            )
        return EngineError(f"{block.name} failed: every worker that computed it died ({failure})")

    def _death(self) -> str:
        reason = death_reason(self._client)
        return f"{reason}, most likely by the system because memory ran out" if reason.endswith("signal 9") else reason

    def _lost_scheduler(self) -> WorkersLostError:
        return WorkersLostError(
            f"the connection to the Dask scheduler at {self._client.scheduler.address} is lost, or it was restarted; "
            "start it, and run the same command again to resume"
        )
