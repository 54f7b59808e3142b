"""Worker processes that any thread may use, and the idle one that waits for the next algorithm."""

import atexit
import contextlib
import os
import queue
import subprocess
import threading

from .environment import clean_variables, qgis_prefix, worker_arguments

IDLE_SECONDS = 60
"""Seconds after which an idle worker ends: it may hold a model in memory."""

NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)


class WorkerProcess:
    """A worker process; one thread uses it at a time.

    A QProcess belongs to the thread that started it, and each algorithm may run in another thread.

    Attributes:
        interpreter: Path of its Python.
        variables: Its environment.
        greeting: Its first event, once it is known.
    """

    def __init__(self, interpreter, variables):
        """Start it.

        Raises:
            OSError: If the interpreter cannot be started.
        """
        self.interpreter, self.variables, self.greeting = str(interpreter), variables, None
        self._lines, self._log = queue.SimpleQueue(), queue.SimpleQueue()
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            [self.interpreter, *worker_arguments()],
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            env=variables,
            creationflags=NO_WINDOW,
        )
        for stream, lines in ((self._process.stdout, self._lines), (self._process.stderr, self._log)):
            threading.Thread(target=_collect, args=(stream, lines), daemon=True).start()

    @property
    def process_id(self):
        """Its process id."""
        return self._process.pid

    @property
    def is_running(self):
        """Whether it has not ended."""
        return self._process.poll() is None

    def send(self, line):
        """Write a line; one to a process that ended is lost."""
        with contextlib.suppress(OSError):
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def read_line(self, timeout):
        """Return the next line of its output: None if none comes within `timeout` seconds, empty at the end."""
        try:
            return self._lines.get(timeout=timeout)
        except queue.Empty:
            return None

    def take_log(self):
        """Return the new lines of its log."""
        lines = []
        with contextlib.suppress(queue.Empty):
            while True:
                lines.append(self._log.get_nowait().decode("utf-8", "replace").rstrip())
        return [line for line in lines if line]

    def kill(self):
        """End it at once."""
        self._process.kill()
        self._process.wait()

    def close(self):
        """End it: it ends by itself when its input is closed."""
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(3)
        except subprocess.TimeoutExpired:
            self.kill()


def _collect(stream, lines):
    with stream:
        for line in stream:
            lines.put(line)
    lines.put(b"")


_lock = threading.Lock()
_idle = []
"""The idle worker and the timer that ends it, or nothing."""


def take_worker(interpreter):
    """Return the idle worker if it has this interpreter and environment, else a new one.

    Raises:
        OSError: If the interpreter cannot be started.
    """
    variables = clean_variables(os.environ, qgis_prefix())
    for worker in _take_idle():
        if worker.is_running and (worker.interpreter, worker.variables) == (str(interpreter), variables):
            return worker
        worker.close()
    return WorkerProcess(interpreter, variables)


def release_worker(worker):
    """Let a worker wait for the next algorithm, for `IDLE_SECONDS`; another idle one ends."""
    timer = threading.Timer(IDLE_SECONDS, close_idle_worker)
    timer.daemon = True
    with _lock:
        before = list(_idle)
        _idle[:] = [(worker, timer)]
    timer.start()
    for earlier, its_timer in before:
        its_timer.cancel()
        earlier.close()


@atexit.register
def close_idle_worker():
    """End the idle worker, if there is one."""
    for worker in _take_idle():
        worker.close()


def _take_idle():
    with _lock:
        found = list(_idle)
        _idle.clear()
    for _, timer in found:
        timer.cancel()
    return [worker for worker, _ in found]
