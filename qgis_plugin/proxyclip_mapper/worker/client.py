"""Asking the worker without waiting: requests with signals, for the dock."""

from qgis.PyQt.QtCore import QObject, QProcess, pyqtSignal

from ..i18n import tr
from .environment import process_environment, worker_arguments, worker_interpreter
from .messages import (
    LOST_WORKER,
    NO_WORKER,
    LineBuffer,
    WorkerError,
    as_error,
    check_greeting,
    decode_event,
    encode_request,
)

LONGEST_LOG = 400
"""Lines of the worker's log that are kept."""


def no_interpreter():
    """Return the error of a worker that has no Python to run in."""
    return WorkerError(
        tr("The environment of ProxyCLIP is not set up yet. Open “Environment…” to build it."),
        "NoEnvironment",
        NO_WORKER,
    )


class Request(QObject):
    """One request on its way; its last signal is either `succeeded` or `failed`."""

    progressed = pyqtSignal(dict)
    warned = pyqtSignal(str)
    succeeded = pyqtSignal(dict)
    failed = pyqtSignal(object)

    def __init__(self, number, method, params, parent=None):
        super().__init__(parent)
        self.number = number
        self.method = method
        self.params = params


class WorkerClient(QObject):
    """Keeps one worker alive, and starts another when it dies.

    A request to a worker that is not running starts it. When the worker ends in the middle all open requests fail;
    the next request starts a new one.
    """

    started = pyqtSignal(dict)
    stopped = pyqtSignal()
    logged = pyqtSignal(str)

    def __init__(self, parent=None, interpreter=worker_interpreter):
        super().__init__(parent)
        self._interpreter = interpreter
        self._process = None
        self._greeting = None
        self._lines = LineBuffer()
        self._open = {}
        self._unsent = []
        self._next = 1
        self.log = []

    @property
    def greeting(self):
        """What the running worker said of itself; None while none runs."""
        return self._greeting

    @property
    def process_id(self):
        """Process number of the worker, 0 while none runs."""
        return 0 if self._process is None else int(self._process.processId())

    def request(self, method, params=None):
        """Send a request; its signals come later, never before this returns."""
        request = Request(self._next, method, params or {}, self)
        self._next += 1
        self._open[request.number] = request
        self._unsent.append(request)
        if self._process is None:
            self._start()
        elif self._greeting is not None:
            self._send_waiting()
        return request

    def cancel(self, request):
        """Ask for a request to be stopped; it then fails as cancelled."""
        if request.number not in self._open:
            return
        if request in self._unsent:
            self._unsent.remove(request)
            self._fail(request.number, WorkerError(tr("cancelled"), "Cancelled", 130))
        elif self._process is not None:
            self._process.write(encode_request(f"cancel {request.number}", "cancel", {"id": request.number}))

    def stop(self, patience=3000):
        """End the worker; open requests fail.

        Args:
            patience: Milliseconds it has to end by itself before it is killed.
        """
        process, self._process = self._process, None
        if process is not None:
            # Its late signals must not reach a client that is done with it.
            process.blockSignals(True)
            process.closeWriteChannel()
            if not process.waitForFinished(patience):
                process.kill()
                process.waitForFinished(1000)
            process.deleteLater()
        self._greeting = None
        self._fail_all(WorkerError(tr("cancelled"), "Cancelled", 130))

    def _start(self):
        interpreter = self._interpreter()
        process = self._process = QProcess(self)
        self._lines = LineBuffer()
        process.setProcessEnvironment(process_environment())
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._read_log)
        process.errorOccurred.connect(self._on_error)
        process.finished.connect(self._on_finished)
        # A process that has no program reports it as one that cannot start, in the same way and later.
        process.start(str(interpreter or "no-python-for-proxyclip"), worker_arguments())

    def _read(self):
        if self._process is None:
            return
        for line in self._lines.feed(self._process.readAllStandardOutput()):
            event = decode_event(line)
            if event is None:
                self._note(line.decode("utf-8", "replace"))
            else:
                self._take(event)

    def _take(self, event):
        kind, number = event["event"], event.get("id")
        if kind == "hello":
            wrong = check_greeting(event)
            if wrong is not None:
                self._fail_all(wrong)
                self.stop()
                return
            self._greeting = event
            self.started.emit(event)
            self._send_waiting()
        elif number in self._open:
            request = self._open[number]
            if kind == "progress":
                request.progressed.emit(event)
            elif kind == "warning":
                request.warned.emit(event.get("message", ""))
            elif kind == "result":
                del self._open[number]
                request.succeeded.emit(event.get("result", {}))
                request.deleteLater()
            elif kind == "error":
                self._fail(number, as_error(event))
        elif kind == "error":
            self._note(event.get("message", ""))

    def _send_waiting(self):
        waiting, self._unsent = self._unsent, []
        for request in waiting:
            self._process.write(encode_request(request.number, request.method, request.params))

    def _on_error(self, error):
        if error == QProcess.ProcessError.FailedToStart:
            interpreter = self._interpreter()
            told = no_interpreter()
            if interpreter is not None:
                told = WorkerError(
                    tr("The worker cannot be started with {}: {}").format(interpreter, self._process.errorString()),
                    "NoEnvironment",
                    NO_WORKER,
                )
            self._drop()
            self._fail_all(told)

    def _on_finished(self, code, status):
        if self._process is None:
            return
        self._read()
        self._read_log()
        greeted = self._greeting is not None
        self._drop()
        if greeted:
            told = WorkerError(
                tr("The worker ended unexpectedly (code {}). It is started again with the next request.").format(code),
                "LostWorker",
                LOST_WORKER,
            )
        else:
            last = self.log[-1] if self.log else str(code)
            told = WorkerError(
                tr("This Python cannot run proxyclip-geo: {}. Open “Environment…” to repair it.").format(last),
                "NoEnvironment",
                NO_WORKER,
            )
        self._fail_all(told)

    def _drop(self):
        process, self._process, self._greeting = self._process, None, None
        if process is not None:
            process.deleteLater()
        self.stopped.emit()

    def _fail(self, number, error):
        request = self._open.pop(number, None)
        if request is not None:
            request.failed.emit(error)
            request.deleteLater()

    def _fail_all(self, error):
        self._unsent = []
        for number in list(self._open):
            self._fail(number, error)

    def _read_log(self):
        if self._process is not None:
            for line in bytes(self._process.readAllStandardError()).decode("utf-8", "replace").splitlines():
                self._note(line)

    def _note(self, line):
        if line.strip():
            self.log = [*self.log[-LONGEST_LOG:], line.rstrip()]
            self.logged.emit(line.rstrip())
