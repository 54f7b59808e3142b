"""The worker's loop: one thread reads requests, the main thread runs them in order."""

import _thread
import logging
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, BinaryIO, NoReturn

from proxyclip_geo.errors import Cancelled, forward_warnings, out_of_memory, strip_credentials
from proxyclip_geo.progress import ProgressEvent
from proxyclip_geo.worker.describe import describe_worker
from proxyclip_geo.worker.methods import METHODS
from proxyclip_geo.worker.protocol import LONGEST_LINE, Channel, ProtocolError, Request, parse_request
from proxyclip_geo.worker.requests import Call, run_method
from proxyclip_geo.worker.session import Session

logger = logging.getLogger(__name__)

PROGRESS_EVERY = 0.1
"""Seconds between two progress events of one stage."""

GRACE = 5.0
"""Seconds that a running request has to stop after the client is gone."""


class QueuedRequest:
    """A request that waits or runs.

    Attributes:
        request: The request.
        cancelled: Set when the client cancels it.
    """

    def __init__(self, request: Request) -> None:
        self.request = request
        self.cancelled = threading.Event()


class Server:
    """Answers requests until stdin ends or the client asks for a shutdown."""

    def __init__(self, stdin: BinaryIO, stdout: BinaryIO, *, leave: Callable[[], None]) -> None:
        """Prepare.

        Args:
            stdin: Where requests come from.
            stdout: Where events go.
            leave: Ends the process at once; called if a running request does not stop in time.
        """
        self._stdin = stdin
        self._channel = Channel(stdout)
        self._leave = leave
        self._session = Session()
        self._waiting: queue.Queue[QueuedRequest | None] = queue.Queue()
        self._jobs: dict[int | str, QueuedRequest] = {}
        self._lock = threading.Lock()
        self._running: QueuedRequest | None = None

    def run(self) -> None:
        """Answer until stdin ends, or the client asks to shut down."""
        signal.signal(signal.SIGINT, self._interrupt)
        self._channel.send("hello", id=None, **describe_worker())
        threading.Thread(target=self._read, name="reader", daemon=True).start()
        try:
            while (job := self._waiting.get()) is not None:
                self._answer(job)
        finally:
            self._session.close_all()

    def _interrupt(self, number: int, frame: object) -> None:
        """Stop a cancelled request that does not report progress; the terminal's Ctrl-C is meant for the client."""
        job, self._running = self._running, None
        if job is not None and job.cancelled.is_set():
            raise KeyboardInterrupt
        self._running = job

    def _read(self) -> None:
        """Read requests; cancelling must work while another request runs."""
        try:
            while line := self._stdin.readline(LONGEST_LINE):
                if line.strip():
                    self._read_line(line)
        except OSError:
            logger.exception("stdin cannot be read")
        self._end()

    def _read_line(self, line: bytes) -> None:
        try:
            if not line.endswith(b"\n") and len(line) == LONGEST_LINE:
                self._skip_line()
                raise ProtocolError(f"a request may have at most {LONGEST_LINE >> 20} MiB")
            self._take(parse_request(line))
        except ProtocolError as error:
            self._channel.fail(error, id=error.request_id)
        except Exception as error:
            # Without its reading thread the worker answers nothing.
            logger.exception("a line raised an unexpected error")
            self._channel.fail(error, id=None)

    def _skip_line(self) -> None:
        while (rest := self._stdin.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
            pass

    def _take(self, request: Request) -> None:
        if request.method == "cancel":
            self._cancel(request)
        elif request.method == "shutdown":
            self._channel.send("result", id=request.id, result={})
            self._end()
        else:
            job = QueuedRequest(request)
            with self._lock:
                known = request.id in self._jobs
                if not known:
                    self._jobs[request.id] = job
            if known:
                # Answers to the two could not be told apart.
                self._channel.fail(
                    ProtocolError(f"request {request.id!r} is still running; choose another id"), id=None
                )
            else:
                self._waiting.put(job)

    def _cancel(self, request: Request) -> None:
        target = (request.params or {}).get("id")
        with self._lock:
            job = self._jobs.get(target) if isinstance(target, (int, str)) else None
        if job is not None:
            self._stop(job)
        self._channel.send("result", id=request.id, result={"found": job is not None})

    def _stop(self, job: QueuedRequest) -> None:
        job.cancelled.set()
        if job is self._running:
            if hasattr(signal, "pthread_kill"):
                # This also wakes a thread that waits.
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            else:
                _thread.interrupt_main()

    def _end(self) -> None:
        """Stop the running request, drop the waiting ones, and let the loop end."""
        with self._lock:
            for job in self._jobs.values():
                self._stop(job)
        self._waiting.put(None)
        timer = threading.Timer(GRACE, self._leave)
        timer.daemon = True
        timer.start()

    def _answer(self, job: QueuedRequest) -> None:
        """Run one request. With the command line, the only place that catches everything."""
        request = job.request
        with forward_warnings(lambda warning: self._channel.warn(warning, id=request.id)):
            try:
                self._channel.send("result", id=request.id, result=self._run_job(job))
            except MemoryError as error:
                logger.exception("request %s (%s) ran out of memory", request.id, request.method)
                self._channel.fail(out_of_memory(error), id=request.id)
            except Exception as error:
                logger.debug("request %s failed", request.id, exc_info=True)
                if not hasattr(error, "exit_code"):
                    logger.exception("request %s (%s) raised an unexpected error", request.id, request.method)
                self._channel.fail(error, id=request.id)
            finally:
                with self._lock:
                    self._jobs.pop(request.id, None)

    def _run_job(self, job: QueuedRequest) -> dict[str, Any]:
        request = job.request
        try:
            try:
                self._running = job
                self._check(job)
                method = METHODS.get(request.method)
                if method is None:
                    known = ", ".join([*METHODS, "cancel", "shutdown"])
                    raise ProtocolError(f"there is no method {request.method!r}; there are {known}")
                return run_method(method, Call(self._session, _Progress(self._channel, job)), request.params or {})
            finally:
                self._running = None
        except KeyboardInterrupt:
            self._check(job)
            raise

    @staticmethod
    def _check(job: QueuedRequest) -> None:
        if job.cancelled.is_set():
            raise Cancelled("cancelled; no incomplete file was left")


class _Progress:
    """A progress callable: sends events at intervals, and stops a cancelled request."""

    def __init__(self, channel: Channel, job: QueuedRequest) -> None:
        self._channel = channel
        self._job = job
        self._sent: dict[str, float] = {}

    def __call__(self, event: ProgressEvent) -> None:
        Server._check(self._job)
        now = time.monotonic()
        if event.done < event.total and now - self._sent.get(event.stage, 0.0) < PROGRESS_EVERY:
            return
        self._sent[event.stage] = now
        self._channel.send("progress", id=self._job.request.id, **vars(event))


class _Formatter(logging.Formatter):
    """Writes log lines without credentials, also those of GDAL."""

    def format(self, record: logging.LogRecord) -> str:
        return str(strip_credentials(super().format(record)))


def serve() -> NoReturn:
    """Serve requests over stdin and stdout until stdin ends; then end the process."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO)
    logging.root.handlers[0].setFormatter(_Formatter("%(levelname)s %(name)s: %(message)s"))
    # Output of libraries must not break a line of the protocol.
    stdout = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    signal.signal(signal.SIGTERM, _raise_exit)
    code = 0
    try:
        Server(sys.stdin.buffer, stdout, leave=lambda: os._exit(1)).run()
    except SystemExit as stop:
        code = int(stop.code or 0)
    logging.shutdown()
    sys.stderr.flush()
    # The reader may hold stdin's lock, at which the interpreter's own way out would abort.
    os._exit(code)


def _raise_exit(number: int, frame: object) -> None:
    """Unwind, so that unfinished files are removed."""
    raise SystemExit(128 + number)
