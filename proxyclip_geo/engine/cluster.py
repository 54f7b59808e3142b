"""Blocks computed by the workers of a Dask cluster."""

import threading
from collections.abc import Generator, Sequence
from typing import Any

from proxyclip_geo.engine.mosaic import window_total
from proxyclip_geo.engine.runner import OnFailure
from proxyclip_geo.engine.task import BlockMaker, BlockTask
from proxyclip_geo.errors import EngineError, OptionError, ProxyClipGeoError
from proxyclip_geo.grid import Block
from proxyclip_geo.progress import Counter, Progress, ignore

CONNECT = "30s"
# A thread of a worker loads the model and opens the raster once a run; a scattered task is one object on a worker.
_MAKER = threading.local()
PER_THREAD = 2
"""Blocks handed to the cluster at a time, per thread of its workers: enough that none waits, few enough to be held."""


def run_on_cluster(
    task: BlockTask,
    blocks: Sequence[Block],
    *,
    scheduler: str,
    on_failure: OnFailure | None = None,
    progress: Progress = ignore,
) -> Generator[tuple[Block, bytes], None, None]:
    """Compute blocks on a Dask cluster; each comes packed, in the order in which they are finished.

    Blocks of lost workers go to others. Where workers announce the resource GPU, a block takes one.

    Args:
        task: The run; its raster and weights must be within reach of the workers.
        blocks: Those to compute.
        scheduler: Address of the scheduler, e.g. "tcp://10.0.0.1:8786".
        on_failure: Called with a block that fails, which is then left out; else the error is raised.
        progress: Called after each block.

    Raises:
        OptionError: If Dask is not installed or the scheduler cannot be reached.
        ProxyClipGeoError: What computing a block raised; EngineError if its workers died.
    """
    client = _connect(scheduler)
    from distributed import KilledWorker, as_completed

    advance = Counter(window_total(blocks), stage="segment", progress=progress)
    with client:
        resources = _resources(client)
        sent = client.scatter(task, broadcast=True, hash=False)
        todo = iter(blocks)
        of: dict[str, Block] = {}

        def submit() -> list[Any]:
            block = next(todo, None)
            if block is None:
                return []
            future = client.submit(_compute, sent, block, pure=False, resources=resources)
            of[future.key] = block
            return [future]

        width = PER_THREAD * max(1, sum(client.nthreads().values()))
        begun = [future for _ in range(width) for future in submit()]
        # Results are fetched as they are finished: one that is lost with its worker before that is computed again.
        finished: Any = as_completed(begun, with_results=True, raise_errors=False)  # type: ignore[no-untyped-call]
        for future, outcome in finished:
            block = of.pop(future.key)
            for following in submit():
                finished.add(following)
            advance(len(block.windows))
            if isinstance(outcome, bytes):
                yield block, outcome
            else:
                failure = future.exception()
                if isinstance(failure, KilledWorker):
                    failure = EngineError(f"{block.name} failed: every worker that tried it was lost ({failure})")
                if on_failure is None or not isinstance(failure, ProxyClipGeoError):
                    raise failure
                on_failure(block, failure)
            future.release()


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


def _compute(task: BlockTask, block: Block) -> bytes:
    """Compute a block; runs on a worker of the cluster."""
    maker: BlockMaker | None = getattr(_MAKER, "maker", None)
    if maker is None or maker.task is not task:
        _MAKER.maker = maker = task.open()
    return maker.compute(block)
