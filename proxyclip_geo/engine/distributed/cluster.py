"""Blocks computed by the workers of a Dask cluster."""

import threading
import time
import uuid
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import Any

from proxyclip_geo.engine.distributed.schedule import Answer, spread
from proxyclip_geo.engine.distributed.task import BlockMaker, BlockTask
from proxyclip_geo.engine.runner import OnFailure
from proxyclip_geo.errors import EngineError, OptionError, WorkerError
from proxyclip_geo.grid import Block
from proxyclip_geo.models.encoder import DenseEncoder
from proxyclip_geo.progress import Progress, no_progress

CONNECT = "30s"
PER_THREAD = 2
"""Blocks handed to the cluster at a time, per thread of its workers: enough that none waits, few enough to be held."""
_POLL = 0.05
"""Seconds between two looks for finished blocks."""
# What a thread of a worker keeps from block to block: the run, and who computes its blocks.
_KEPT = threading.local()


def run_on_cluster(
    task: BlockTask,
    blocks: Sequence[Block],
    *,
    scheduler: str,
    on_failure: OnFailure | None = None,
    progress: Progress = no_progress,
) -> Generator[tuple[Block, bytes], None, None]:
    """Compute blocks on a Dask cluster; each comes packed, in the order in which they are finished.

    Blocks of lost workers go to others, and those that are late are given to idle ones as well. Where workers announce
    the resource GPU, a block takes one.

    Args:
        task: The run; its raster and weights must be within reach of the workers.
        blocks: Those to compute.
        scheduler: Address of the scheduler, e.g. "tcp://10.0.0.1:8786".
        on_failure: Called with a block that fails, which is then left out; else the error is raised.
        progress: Called after each block.

    Raises:
        OptionError: If Dask is not installed or the scheduler cannot be reached.
        ProxyClipGeoError: What computing a block raised; EngineError if its workers died.
        WorkerError: If the scheduler is lost, or workers lack the raster or the model.
    """
    with _connect(scheduler) as client:
        yield from spread(_Cluster(client, task, scheduler), blocks, on_failure=on_failure, progress=progress)


class _Cluster:
    """The workers of a cluster."""

    def __init__(self, client: Any, task: BlockTask, scheduler: str) -> None:
        from distributed import as_completed

        self._client, self._scheduler = client, scheduler
        # It goes with every block, so that no loss of workers takes it away; of its blocks each needs but one.
        self._task = replace(task, plan=replace(task.plan, blocks=()))
        self._run = uuid.uuid4().hex
        self._resources = _resources(client)
        self._room = PER_THREAD * max(1, sum(client.nthreads().values()))
        self._of: dict[str, Block] = {}
        # Results are fetched as they are finished: one that is lost with its worker before that is computed again.
        self._finished: Any = as_completed(loop=client.loop, with_results=True, raise_errors=False)  # type: ignore[no-untyped-call]

    def take(self, block: Block) -> bool:
        """Submit a block, if there are not enough of them yet."""
        if len(self._of) >= self._room:
            return False
        self._submit(block)
        return True

    def take_again(self, block: Block) -> bool:
        """Submit a block to workers that have nothing to do, if there are any."""
        idle = [worker for worker, keys in self._client.processing().items() if not keys]
        if idle:
            self._submit(block, workers=idle)
        return bool(idle)

    def _submit(self, block: Block, **where: Any) -> None:
        future = self._client.submit(
            _compute, self._run, self._task, block, pure=False, resources=self._resources, **where
        )
        self._of[future.key] = block
        self._finished.add(future)

    def answers(self, *, seconds: float) -> Iterator[Answer]:
        """Wait for answers.

        Raises:
            WorkerError: If the scheduler is lost.
        """
        until = time.monotonic() + seconds
        while not self._finished.has_ready() and time.monotonic() < until:
            time.sleep(_POLL)
        for future, outcome in self._finished.next_batch(block=False):
            block = self._of.pop(future.key)
            yield block, outcome if isinstance(outcome, bytes) else self._failure(block, future)
            future.release()
        if self._client.status == "closed":
            raise self._gone()

    def _failure(self, block: Block, future: Any) -> BaseException:
        """Return why there is no result."""
        from distributed import KilledWorker

        if future.status != "error":
            return self._gone()
        failure: BaseException = future.exception()
        if isinstance(failure, KilledWorker):
            return EngineError(f"{block.name} failed: every worker that tried it was lost ({failure})")
        return failure

    def _gone(self) -> WorkerError:
        return WorkerError(
            f"the Dask scheduler at {self._scheduler} is gone, or was restarted; start it, and run the same "
            "command again to go on"
        )


def _connect(scheduler: str) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        raise OptionError("--scheduler needs Dask: pip install proxyclip-geo[dask]") from error
    try:
        return Client(scheduler, timeout=CONNECT, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        raise OptionError(
            f"no Dask scheduler answers at {scheduler} ({error}); start one with `dask scheduler`, and workers with "
            f"`dask worker {scheduler} --nthreads 1`"
        ) from error


def _resources(client: Any) -> dict[str, int] | None:
    """Return what a block takes of a worker: a GPU where every worker has some."""
    known = [worker["resources"] for worker in client.scheduler_info(n_workers=-1)["workers"].values()]
    return {"GPU": 1} if known and all(resources.get("GPU") for resources in known) else None


def _compute(run: str, task: BlockTask, block: Block) -> bytes:
    """Compute a block; runs on a worker of the cluster."""
    kept: tuple[str, BlockMaker] | None = getattr(_KEPT, "maker", None)
    if kept is None or kept[0] != run:
        _KEPT.maker = kept = (run, task.open(encoder=None if kept is None else _let_go(kept[1], task)))
    return kept[1].compute(block)


def _let_go(maker: BlockMaker, task: BlockTask) -> DenseEncoder | None:
    """End an earlier run here, whose raster may have changed since; return its model if another run has the same."""
    _KEPT.maker = None
    maker.close()
    return maker.encoder if maker.task.has_same_model(task) else None
