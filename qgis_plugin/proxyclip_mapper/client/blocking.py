"""Blocking client of the worker process, for Processing algorithms."""

import time

from qgis.core import QgsProcessingException
from qgis.PyQt.QtCore import QProcess

from ..i18n import tr
from .client import missing_interpreter
from .environment import process_environment, worker_arguments, worker_interpreter
from .messages import LineBuffer, WorkerError, decode_event, encode_request, name_inputs
from .sentences import as_error, check_greeting, describe, describe_progress

CANCEL_TIMEOUT = 10.0
"""Seconds after which the worker of a cancelled request is killed."""


class BlockingClient:
    """Starts a worker process for a `with` block; use it in the thread that enters the block."""

    def __init__(self, feedback, interpreter=worker_interpreter):
        """Create the client.

        Args:
            feedback: QgsProcessingFeedback; its cancellation stops the running request.
            interpreter: Returns the Python interpreter to use.
        """
        self._feedback = feedback
        self._interpreter = interpreter
        self._process = None
        self._lines = LineBuffer()
        self._next = 1
        self._inputs = ""

    def __enter__(self):
        interpreter = self._interpreter()
        if interpreter is None:
            raise QgsProcessingException(str(missing_interpreter()))
        self._process = QProcess()
        self._process.setProcessEnvironment(process_environment())
        self._process.start(str(interpreter), worker_arguments())
        if not self._process.waitForStarted():
            raise QgsProcessingException(
                tr("The ProxyCLIP process could not be started with {}: {}").format(
                    interpreter, self._process.errorString()
                )
            )
        greeting = self._wait(lambda event: event["event"] == "hello", number=None)
        wrong = check_greeting(greeting)
        if wrong is not None:
            self._end()
            raise QgsProcessingException(str(wrong))
        return self

    def __exit__(self, *_):
        self._end()

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
        self._process.write(encode_request(number, method, params))
        event = self._wait(lambda item: item["event"] in ("result", "error"), number=number, span=span)
        if event["event"] == "error":
            raise QgsProcessingException(str(as_error(event)))
        return event["result"]

    def _wait(self, is_last, number, span=(0.0, 100.0)):
        """Read events until the last one; forward progress, warnings and the log."""
        cancelled = None
        while True:
            ended = self._process.state() == QProcess.ProcessState.NotRunning
            if not ended:
                self._process.waitForReadyRead(100)
            for line in self._lines.feed(self._process.readAllStandardOutput()):
                event = decode_event(line)
                if event is None or event.get("id") != number:
                    continue
                if is_last(event):
                    return event
                self._forward(event, span)
            for line in bytes(self._process.readAllStandardError()).decode("utf-8", "replace").splitlines():
                self._feedback.pushDebugInfo(line)
            if ended:
                if self._inputs:
                    raise QgsProcessingException(
                        tr(
                            "The ProxyCLIP process ended unexpectedly while it worked on {}. The file may be damaged: "
                            "open and save it with another program, then run the algorithm again."
                        ).format(self._inputs)
                    )
                raise QgsProcessingException(
                    tr("The ProxyCLIP process ended unexpectedly. See the log; the environment may be incomplete.")
                )
            if self._feedback.isCanceled() and cancelled is None:
                cancelled = time.monotonic()
                self._process.write(encode_request("cancel", "cancel", {"id": number}))
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

    def _end(self):
        if self._process is not None:
            self._process.closeWriteChannel()
            if not self._process.waitForFinished(3000):
                self._process.kill()
                self._process.waitForFinished(1000)
            self._process = None
