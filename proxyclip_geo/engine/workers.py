"""Blocks computed by several processes on this machine."""

import logging
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

import torch

from proxyclip_geo.engine.mosaic import window_total
from proxyclip_geo.engine.runner import OnFailure
from proxyclip_geo.engine.task import BlockTask
from proxyclip_geo.errors import EngineError, ProxyClipGeoError, WorkerError
from proxyclip_geo.grid import Block
from proxyclip_geo.progress import Counter, Progress, ignore

logger = logging.getLogger(__name__)

ATTEMPTS = 2
"""Times that a block is tried before the process that dies on it is taken for its fault."""

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
    progress: Progress = ignore,
) -> Generator[tuple[Block, bytes], None, None]:
    """Compute blocks in processes; each comes packed, in the order in which they are finished.

    A process that dies, e.g. because the system is out of memory, is replaced and its block tried once more.

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
    team = _Team(task, min(workers, len(blocks)))
    advance = Counter(window_total(blocks), stage="segment", progress=progress)
    todo, attempts = deque(blocks), dict.fromkeys((block.index for block in blocks), 0)
    try:
        while todo or team.busy:
            team.hand_out(todo)
            for worker, answer in team.answers():
                block = worker.block
                assert block is not None
                worker.block = None
                if answer is None:
                    attempts[block.index] += 1
                    reason = team.replace(worker)
                    if attempts[block.index] < ATTEMPTS:
                        logger.warning("%s: its process was %s; it is tried again", block.name, reason)
                        todo.appendleft(block)
                        continue
                    answer = EngineError(
                        f"{block.name} failed: its process was {reason}; if it wants for memory, use fewer --workers "
                        "or a smaller --block-size"
                    )
                advance(len(block.windows))
                if isinstance(answer, bytes):
                    yield block, answer
                elif on_failure is None or not isinstance(answer, ProxyClipGeoError):
                    raise answer
                else:
                    on_failure(block, answer)
    finally:
        team.dismiss()


class _Team:
    """The processes; each answers a block with bytes or an exception."""

    def __init__(self, task: BlockTask, count: int) -> None:
        self._task = task
        # More threads than cores make each other many times slower.
        self._threads = max(1, (os.cpu_count() or 1) // max(1, count))
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

    @property
    def busy(self) -> bool:
        """Whether a block is being computed."""
        return any(worker.block is not None for worker in self._workers)

    def hand_out(self, todo: deque[Block]) -> None:
        """Give every idle process a block."""
        for worker in self._workers:
            if worker.block is None and todo:
                worker.block = todo.popleft()
                # A process that has just died is noticed when its answer is awaited.
                with suppress(BrokenPipeError, ConnectionResetError):
                    worker.pipe.send(worker.block)

    def answers(self) -> Iterator[tuple[_Worker, Any]]:
        """Wait for answers; yield the processes that gave one, or None for those that died.

        Raises:
            WorkerError: If a process ended by itself before it could take a block.
        """
        at_work = {worker.pipe: worker for worker in self._workers if worker.block is not None}
        for pipe in wait(list(at_work)):
            worker = at_work[pipe]  # type: ignore[index]
            try:
                answer = worker.pipe.recv()
            except (EOFError, ConnectionResetError):
                answer = None
                _require_start(worker)
            if answer == _STARTED:
                worker.started = True
            else:
                yield worker, answer

    def replace(self, worker: _Worker) -> str:
        """Start another process in place of one that died; return what ended it."""
        worker.process.join()
        code = worker.process.exitcode
        worker.pipe.close()
        fresh = self._start(worker.number)
        worker.process, worker.pipe, worker.started = fresh.process, fresh.pipe, False
        if code == -signal.SIGKILL:
            return "killed, most likely by the system for want of memory (signal 9)"
        return f"ended by signal {-code}" if code is not None and code < 0 else f"ended with exit code {code}"

    def dismiss(self) -> None:
        """End all processes."""
        for worker in self._workers:
            worker.pipe.close()
            if worker.block is not None:
                worker.process.terminate()
        for worker in self._workers:
            worker.process.join()


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
