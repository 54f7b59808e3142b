"""Blocking client of the worker process, for Processing algorithms."""

import time

from qgis.core import QgsProcessingException

from ..i18n import tr
from .client import missing_interpreter
from .environment import worker_interpreter
from .messages import WorkerError, decode_event, encode_request, name_inputs
from .sentences import as_error, check_greeting, describe, describe_progress
from .worker_process import release_worker, take_worker

CANCEL_TIMEOUT = 10.0
"""Seconds after which the worker of a cancelled request is killed."""


class BlockingClient:
    """Uses a worker process in a `with` block; it then waits for the next algorithm, which needs not start one."""

    def __init__(self, feedback, interpreter=worker_interpreter):
        """Create the client.

        Args:
            feedback: QgsProcessingFeedback; its cancellation stops the running request.
            interpreter: Returns the Python interpreter to use.
        """
        self._feedback = feedback
        self._interpreter = interpreter
        self._process = None
        self._next = 1
        self._inputs = ""
        self._is_waiting = False

    def __enter__(self):
        interpreter = self._interpreter()
        if interpreter is None:
            raise QgsProcessingException(str(missing_interpreter()))
        try:
            self._process = take_worker(interpreter)
        except OSError as error:
            raise QgsProcessingException(
                tr("The ProxyCLIP process could not be started with {}: {}").format(interpreter, error)
            ) from error
        if self._process.greeting is None:
            try:
                self._process.greeting = self._wait(lambda event: event["event"] == "hello", number=None)
            except QgsProcessingException:
                self._process.close()
                raise
        wrong = check_greeting(self._process.greeting)
        if wrong is not None:
            self._process.close()
            raise QgsProcessingException(str(wrong))
        return self

    def __exit__(self, *_):
        if self._is_waiting or not self._process.is_running:
            self._process.close()
        else:
            self._process.take_log()
            release_worker(self._process)

    def request(self, method, params, span=(0.0, 100.0)):
        """Send a request and wait for its result.

        Args:
            method: As in docs/worker.md.
            params: Parameters of the method.
            span: Part of the progress bar, in per cent, that the request takes.

        Raises:
            QgsProcessingException: If the request fails; with the message of the worker.
        """
        number = self._next
        self._next += 1
        self._inputs = name_inputs(method, params)
        self._is_waiting = True
        self._process.send(encode_request(number, method, params))
        event = self._wait(lambda item: item["event"] in ("result", "error"), number=number, span=span)
        self._is_waiting = False
        if event["event"] == "error":
            raise QgsProcessingException(str(as_error(event)))
        return event["result"]

    def _wait(self, is_last, number, span=(0.0, 100.0)):
        """Read events until the last one; forward progress, warnings and the log."""
        cancelled = None
        while True:
            line = self._process.read_line(0.1)
            for text in self._process.take_log():
                self._feedback.pushDebugInfo(text)
            event = decode_event(line) if line else None
            if event is not None and event.get("id") == number:
                if is_last(event):
                    return event
                self._forward(event, span)
            if line == b"":
                raise self._lost()
            if self._feedback.isCanceled() and cancelled is None:
                cancelled = time.monotonic()
                self._process.send(encode_request("cancel", "cancel", {"id": number}))
            if cancelled is not None and time.monotonic() - cancelled > CANCEL_TIMEOUT:
                self._process.kill()
                raise QgsProcessingException(str(WorkerError(tr("cancelled"))))

    def _forward(self, event, span):
        if event["event"] == "progress" and event.get("stage") == "open":
            self._feedback.pushInfo(describe(event))
        elif event["event"] == "progress":
            done, total = event.get("done", 0), event.get("total", 0)
            if total:
                self._feedback.setProgress(span[0] + (span[1] - span[0]) * done / total)
            self._feedback.setProgressText(describe_progress(event))
        elif event["event"] == "warning":
            self._feedback.pushWarning(describe(event))

    def _lost(self):
        """Return the error for a process that ended."""
        if self._inputs:
            return QgsProcessingException(
                tr(
                    "The ProxyCLIP process ended unexpectedly while it worked on {}. The file may be damaged: "
                    "open and save it with another program, then run the algorithm again."
                ).format(self._inputs)
            )
        return QgsProcessingException(
            tr("The ProxyCLIP process ended unexpectedly. See the log; the environment may be incomplete.")
        )
