"""Blocks computed by several processes on this machine."""

import logging
import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

import torch

from proxyclip_geo.engine.distributed.schedule import Answer, spread
from proxyclip_geo.engine.distributed.task import BlockTask
from proxyclip_geo.engine.runner import OnFailure
from proxyclip_geo.errors import EngineError, WorkerError
from proxyclip_geo.grid import Block
from proxyclip_geo.progress import Progress, no_progress

logger = logging.getLogger(__name__)

ATTEMPTS = 2
"""Processes that may die on a block before it is taken for its fault."""

_STARTED = "started"
"""What a process says before it takes blocks."""

_SPAWN = multiprocessing.get_context("spawn")


@dataclass
class _Worker:
    """A process and the block it works on."""

    number: int
    process: Any
    pipe: Connection
    block: Block | None = None
    started: bool = False


def run_in_processes(
    task: BlockTask,
    blocks: Sequence[Block],
    *,
    workers: int,
    on_failure: OnFailure | None = None,
    progress: Progress = no_progress,
) -> Generator[tuple[Block, bytes], None, None]:
    """Compute blocks in processes; each comes packed, in the order in which they are finished.

    A process that dies, e.g. because the system is out of memory, is replaced and its block tried once more. A block
    that is late is given to another process as well.

    Args:
        task: The run.
        blocks: Those to compute.
        workers: Number of processes.
        on_failure: Called with a block that fails, which is then left out; else the error is raised.
        progress: Called after each block.

    Raises:
        ProxyClipGeoError: What computing a block raised; EngineError if its process died.
        WorkerError: If the processes cannot start, or lack the raster or the model.
    """
    with closing(_Team(task, min(workers, len(blocks)))) as team:
        yield from spread(team, blocks, on_failure=on_failure, progress=progress)


class _Team:
    """The processes."""

    def __init__(self, task: BlockTask, count: int) -> None:
        self._task = task
        # More threads than cores make each other many times slower.
        self._threads = max(1, (os.cpu_count() or 1) // max(1, count))
        self._deaths: Counter[Block] = Counter()
        self._workers = [self._start(number) for number in range(count)]

    def _start(self, number: int) -> _Worker:
        ours, theirs = _SPAWN.Pipe()
        task = self._task
        gpus = torch.cuda.device_count()
        if task.loading.get("device") in ("auto", "cuda") and gpus:
            task = task.on_device(f"cuda:{number % gpus}")
        process = _SPAWN.Process(target=_serve, args=(theirs, task, self._threads), daemon=True)
        process.start()
        theirs.close()
        return _Worker(number, process, ours)

    def take(self, block: Block) -> bool:
        """Give a block to an idle process, if there is one."""
        worker = next((worker for worker in self._workers if worker.block is None), None)
        if worker is None:
            return False
        _give(worker, block)
        return True

    take_again = take

    def answers(self, *, seconds: float) -> Iterator[Answer]:
        """Wait for answers; a process that died is replaced, and its block an error when that happened too often.

        Raises:
            WorkerError: If a process ended by itself before it could take a block.
        """
        at_work = {worker.pipe: worker for worker in self._workers if worker.block is not None}
        for pipe in wait(list(at_work), timeout=seconds):
            worker = at_work[pipe]  # type: ignore[index]
            block = worker.block
            assert block is not None
            try:
                answer = worker.pipe.recv()
            except (EOFError, ConnectionResetError):
                _require_start(worker)
                answer = self._replace(worker, block)
            if answer == _STARTED:
                worker.started = True
            elif answer is not None:
                worker.block = None
                yield block, answer

    def _replace(self, worker: _Worker, block: Block) -> EngineError | None:
        """Start another process in place of one that died; it takes the same block, or an error is returned."""
        reason = _what_ended(worker)
        worker.pipe.close()
        fresh = self._start(worker.number)
        worker.process, worker.pipe, worker.started = fresh.process, fresh.pipe, False
        self._deaths[block] += 1
        if self._deaths[block] < ATTEMPTS:
            logger.warning("%s: its process was %s; it is tried again", block.name, reason)
            _give(worker, block)
            return None
        return EngineError(
            f"{block.name} failed: its process was {reason}; if it wants for memory, use fewer --workers or a smaller "
            "--block-size"
        )

    def close(self) -> None:
        """End all processes, also those that do not listen."""
        for worker in self._workers:
            worker.pipe.close()
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()


def _give(worker: _Worker, block: Block) -> None:
    worker.block = block
    # A process that has just died is noticed when its answer is awaited.
    with suppress(BrokenPipeError, ConnectionResetError):
        worker.pipe.send(block)


def _what_ended(worker: _Worker) -> str:
    worker.process.join()
    code = worker.process.exitcode
    if code == -signal.SIGKILL:
        return "killed, most likely by the system for want of memory (signal 9)"
    return f"ended by signal {-code}" if code is not None and code < 0 else f"ended with exit code {code}"


def _require_start(worker: _Worker) -> None:
    """Raise if a process that died was not killed but could not even start."""
    worker.process.join()
    code = worker.process.exitcode
    if not worker.started and code > 0:
        raise WorkerError(
            f"the processes could not start (exit code {code}, see what they printed above); a script must begin the "
            "run under `if __name__ == '__main__':`, for each process reads it, too"
        )


def _serve(pipe: Connection, task: BlockTask, threads: int) -> None:
    """Compute blocks until nobody asks for more; runs in a process of its own."""
    # Ctrl-C reaches the whole group; the parent decides what follows.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    maker = None
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        pipe.send(_STARTED)
        while True:
            block: Block = pipe.recv()
            try:
                maker = maker or task.open(threads=threads)
                answer: bytes | Exception = maker.compute(block)
            except Exception as error:  # the parent raises it
                answer = error
            pipe.send(answer)
