"""Connect to Dask clusters: one that already runs, or one of worker processes on this machine for one run."""

import logging
import math
import multiprocessing
import os
import re
import signal
import threading
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar

import dask
from distributed import Client, LocalCluster
from distributed.utils import silence_logging_cmgr

from proxyclip_geo.errors import OptionError, WorkersLostError
from proxyclip_geo.remedies import Remedy

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT = "30s"
RESTART_TIMEOUT = "2 minutes"
"""Blocks fail if every local worker died and none could be restarted within this time."""
BLOCKS_PER_THREAD = 2
"""Blocks submitted at a time per thread of a cluster's workers, so that none waits for the network."""
CHECK_SECONDS = 1.0
"""Least seconds between two counts of a cluster's workers."""
FIRST_LINE, LONGEST_PAUSE = 2.0, 60.0
"""Seconds without workers until the first line about it, and at most between two lines."""
ALLOWED_FAILURES = 1
"""A block whose worker died is retried this many times on another worker of this machine."""

_CONFIG = {
    "distributed.scheduler.no-workers-timeout": RESTART_TIMEOUT,
    "distributed.worker.profile.enabled": False,
    # Dask sets these variables in the environment of this process; by default it would limit OpenMP to one thread.
    "distributed.nanny.pre-spawn-environ": {"PYTHONHASHSEED": "random"},
}
_NO_START = (
    "the worker processes could not start (see what they printed above); a script must begin the run under "
    "`if __name__ == '__main__':`, because each worker imports it"
)
_LOGGERS = ("distributed", "distributed.client", "tornado.application")
"""The loggers to which Dask gives a level; they report each connection that a stopped run closes.

`silence_logs` of Dask changes their common handler and ends when a cluster or worker begins to close.
"""
# Ctrl-C reaches every process of the terminal; this process stops the workers.
_PRELOAD = f"""
import logging, signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
for name in {_LOGGERS}:
    logging.getLogger(name).setLevel(logging.CRITICAL)
"""


@contextmanager
def connect(scheduler: str) -> Generator[Client, None, None]:
    """Connect to the scheduler of a running cluster.

    Args:
        scheduler: Address, e.g. "tcp://10.0.0.1:8786".

    Raises:
        OptionError: If the scheduler cannot be reached.
    """
    try:
        client = Client(scheduler, timeout=CONNECT_TIMEOUT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise OptionError(
            f"no Dask scheduler answers at {scheduler} ({error})",
            remedy=Remedy("start-dask", {"scheduler": scheduler}),
        ) from error
    with client:
        yield client


@contextmanager
def start_workers(count: int) -> Generator[Client, None, None]:
    """Start worker processes on this machine; stop them at the end, also those that hang.

    Workers that die are restarted. They end with this process, however it ends, and listen on the loopback interface
    only.

    Args:
        count: Number of workers.

    Raises:
        WorkersLostError: If they cannot start.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):  # as multiprocessing itself checks
        raise WorkersLostError(_NO_START)
    with ExitStack() as stack:
        stack.enter_context(silence_logging_cmgr(logging.CRITICAL))
        cluster = stack.enter_context(_start_cluster(count))
        client = stack.enter_context(Client(cluster, set_as_default=False))
        stack.callback(_kill_workers, cluster)
        yield client


class WorkerPool:
    """Workers that compute blocks, for all runs that use them.

    Attributes:
        client: Connection to their scheduler.
        local: Number of workers if they are on this machine, else None.
        resources: What a block takes of a worker: a GPU where every worker has some.
    """

    def __init__(self, client: Client, *, local: int | None) -> None:
        """Count the workers."""
        self.client, self.local = client, local
        self.resources: dict[str, int] | None = None
        # On this machine one block per worker: a worker that dies must not take a second block down with it.
        self._count = local or BLOCKS_PER_THREAD
        self._taken = 0
        self._lock = threading.Lock()
        self._addresses: frozenset[str] = frozenset()
        self._checked = -math.inf
        self._waiting: float | None = None
        self._next_line = FIRST_LINE
        self.check_workers()

    @property
    def has_room(self) -> bool:
        """Whether another block should be submitted."""
        return self._taken < self._count

    def take_slot(self) -> None:
        """Count a submitted block, even if there is no room: a straggler is submitted twice."""
        with self._lock:
            self._taken += 1

    def give_back_slot(self) -> None:
        """Count a block with a result."""
        with self._lock:
            self._taken -= 1

    def check_workers(self) -> str:
        """Count the workers of a cluster, which join and leave at any time; at most once a second.

        Returns:
            A line about the time without workers, now and then; else an empty text.
        """
        with self._lock:
            now = time.monotonic()
            if self.local is not None or self.client.status != "running" or now < self._checked + CHECK_SECONDS:
                return ""
            self._checked = now
            try:
                threads = self.client.nthreads()
                if frozenset(threads) != self._addresses:
                    logger.info("the cluster has %d workers, and had %d", len(threads), len(self._addresses))
                    self._addresses, self.resources = frozenset(threads), _required_resources(self.client)
            except OSError:  # the scheduler is lost, which its client notices
                return ""
            self._count = BLOCKS_PER_THREAD * max(1, sum(threads.values()))
            return self._report_waiting(now) if not threads else self._end_waiting()

    def _report_waiting(self, now: float) -> str:
        if self._waiting is None:
            self._waiting = now
        waited = now - self._waiting
        if waited < self._next_line:
            return ""
        # From now: a line that is late, e.g. because the model was being loaded, is not followed by others at once.
        self._next_line = min(2 * waited, waited + LONGEST_PAUSE)
        return f"the Dask scheduler at {self.client.scheduler.address} has had no workers for {waited:.0f} s; waiting"

    def _end_waiting(self) -> str:
        self._waiting, self._next_line = None, FIRST_LINE
        return ""


def _required_resources(client: Client) -> dict[str, int] | None:
    """Return the resources that a block takes of a worker: a GPU where every worker has some."""
    known = [worker["resources"] for worker in client.scheduler_info(n_workers=-1)["workers"].values()]
    return {"GPU": 1} if known and all(resources.get("GPU") for resources in known) else None


@contextmanager
def _make_pool(workers: int | None, scheduler: str | None) -> Generator[WorkerPool, None, None]:
    with start_workers(workers or 1) if scheduler is None else connect(scheduler) as client:
        yield WorkerPool(client, local=(workers or 1) if scheduler is None else None)


class _SharedPool:
    """Workers that are started when a run first needs them."""

    def __init__(self, stack: ExitStack, workers: int | None, scheduler: str | None) -> None:
        self._stack, self._workers, self._scheduler = stack, workers, scheduler
        self._lock = threading.Lock()
        self._pool: WorkerPool | None = None

    def get(self) -> WorkerPool:
        with self._lock:
            if self._pool is None:
                self._pool = self._stack.enter_context(_make_pool(self._workers, self._scheduler))
            return self._pool


_SHARED: ContextVar[_SharedPool | None] = ContextVar("shared workers", default=None)


@contextmanager
def share_workers(*, workers: int | None, scheduler: str | None) -> Generator[None, None, None]:
    """Let all runs in the block use the same workers, which are started once; see `use_workers`.

    Raises:
        OptionError: If the scheduler cannot be reached.
    """
    with ExitStack() as stack:
        shared = _SharedPool(stack, workers, scheduler)
        if scheduler is not None:
            shared.get()
        token = _SHARED.set(shared)
        try:
            yield
        finally:
            _SHARED.reset(token)


@contextmanager
def use_workers(*, workers: int | None, scheduler: str | None) -> Generator[WorkerPool, None, None]:
    """Start workers on this machine, or connect to a cluster; inside of `share_workers`, use its workers.

    Args:
        workers: Number of workers on this machine; None on a cluster.
        scheduler: Address of the cluster's scheduler; None for workers on this machine.

    Raises:
        OptionError: If the scheduler cannot be reached.
        WorkersLostError: If the workers cannot start.
    """
    shared = _SHARED.get()
    if shared is not None:
        yield shared.get()
    else:
        with _make_pool(workers, scheduler) as pool:
            yield pool


def _start_cluster(count: int) -> LocalCluster:
    try:
        with dask.config.set(_CONFIG):
            return LocalCluster(
                n_workers=count,
                threads_per_worker=1,
                processes=True,
                memory_limit=None,
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
                # Without a port Dask tries 8787 and warns if it is in use.
                scheduler_kwargs={"allowed_failures": ALLOWED_FAILURES, "dashboard_address": "127.0.0.1:0"},
                preload=_PRELOAD,
            )
    except RuntimeError as error:
        raise WorkersLostError(_NO_START) from error


def _kill_workers(cluster: LocalCluster) -> None:
    """Kill the workers: they hold nothing to save, and closing waits for those that compute or hang."""
    for nanny in cluster.workers.values():
        nanny.close_gracefully()
        if nanny.pid:
            with suppress(ProcessLookupError):
                os.kill(nanny.pid, signal.SIGKILL)


def death_reason(client: Client) -> str:
    """Return how the last worker of this machine died, e.g. "was killed by signal 9"."""
    nannies = client.cluster.workers.values() if client.cluster else ()
    logs = " ".join(str(message) for nanny in nannies for message in nanny.get_logs())
    ending = re.search(r"was killed by signal \d+|exited with status \d+", logs)  # the newest comes first
    return ending[0] if ending else "was lost"
