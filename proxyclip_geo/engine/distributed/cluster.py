"""Connect to Dask clusters: one that already runs, or one of worker processes on this machine for one run."""

import logging
import multiprocessing
import os
import re
import signal
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress

import dask
from distributed import Client, LocalCluster
from distributed.utils import silence_logging_cmgr

from proxyclip_geo.errors import OptionError, WorkerError
from proxyclip_geo.remedies import Remedy

CONNECT_TIMEOUT = "30s"
RESTART_TIMEOUT = "2 minutes"
"""Blocks fail if every local worker died and none could be restarted within this time."""
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
        WorkerError: If they cannot start.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):  # as multiprocessing itself checks
        raise WorkerError(_NO_START)
    with ExitStack() as stack:
        stack.enter_context(silence_logging_cmgr(logging.CRITICAL))
        cluster = stack.enter_context(_start_cluster(count))
        client = stack.enter_context(Client(cluster, set_as_default=False))
        stack.callback(_kill_workers, cluster)
        yield client


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
        raise WorkerError(_NO_START) from error


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
