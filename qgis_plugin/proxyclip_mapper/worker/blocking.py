"""Asking the worker and waiting for it: for Processing, which has a thread for it, or no window at all."""

import time

from qgis.core import QgsProcessingException
from qgis.PyQt.QtCore import QProcess

from ..i18n import tr
from .client import no_interpreter
from .environment import process_environment, worker_arguments, worker_interpreter
from .messages import LineBuffer, WorkerError, as_error, check_greeting, decode_event, encode_request

PATIENCE = 10.0
"""Seconds that a cancelled request has to end before the worker is killed."""


class BlockingWorker:
    """A worker for the time of a `with`; it belongs to the thread that enters it."""

    def __init__(self, feedback, interpreter=worker_interpreter):
        """Remember whom to tell.

        Args:
            feedback: QgsProcessingFeedback; its cancelling stops the running request.
            interpreter: Returns the Python to use.
        """
        self._feedback = feedback
        self._interpreter = interpreter
        self._process = None
        self._lines = LineBuffer()
        self._next = 1

    def __enter__(self):
        interpreter = self._interpreter()
        if interpreter is None:
            raise QgsProcessingException(str(no_interpreter()))
        self._process = QProcess()
        self._process.setProcessEnvironment(process_environment())
        self._process.start(str(interpreter), worker_arguments())
        if not self._process.waitForStarted():
            raise QgsProcessingException(
                tr("The worker cannot be started with {}: {}").format(interpreter, self._process.errorString())
            )
        greeting = self._wait(lambda event: event["event"] == "hello", number=None)
        wrong = check_greeting(greeting)
        if wrong is not None:
            self._end()
            raise QgsProcessingException(str(wrong))
        return self

    def __exit__(self, *_):
        self._end()

    def ask(self, method, params, span=(0.0, 100.0)):
        """Send a request and wait for its result.

        Args:
            method: As in docs/worker.md.
            params: Likewise.
            span: Part of the progress bar, in per cent, that the request takes.

        Raises:
            QgsProcessingException: If it fails; its text is the worker's sentence.
        """
        number = self._next
        self._next += 1
        self._process.write(encode_request(number, method, params))
        event = self._wait(lambda item: item["event"] in ("result", "error"), number=number, span=span)
        if event["event"] == "error":
            raise QgsProcessingException(str(as_error(event)))
        return event["result"]

    def _wait(self, is_last, number, span=(0.0, 100.0)):
        """Read events until one is the last; tells progress, warnings and the log on the way."""
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
                self._tell(event, span)
            for line in bytes(self._process.readAllStandardError()).decode("utf-8", "replace").splitlines():
                self._feedback.pushDebugInfo(line)
            if ended:
                raise QgsProcessingException(
                    tr("The worker ended unexpectedly; its last words are in the log. Is the environment complete?")
                )
            if self._feedback.isCanceled() and cancelled is None:
                cancelled = time.monotonic()
                self._process.write(encode_request("cancel", "cancel", {"id": number}))
            if cancelled is not None and time.monotonic() - cancelled > PATIENCE:
                self._process.kill()
                raise QgsProcessingException(str(WorkerError(tr("cancelled"))))

    def _tell(self, event, span):
        if event["event"] == "progress":
            done, total = event.get("done", 0), event.get("total", 0)
            if total:
                self._feedback.setProgress(span[0] + (span[1] - span[0]) * done / total)
            self._feedback.setProgressText(
                tr("{}: {} of {} {}").format(event.get("stage", ""), done, total, event.get("unit", ""))
            )
        elif event["event"] == "warning":
            self._feedback.pushWarning(event.get("message", ""))

    def _end(self):
        if self._process is not None:
            self._process.closeWriteChannel()
            if not self._process.waitForFinished(3000):
                self._process.kill()
                self._process.waitForFinished(1000)
            self._process = None
