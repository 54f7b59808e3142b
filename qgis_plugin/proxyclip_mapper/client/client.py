"""Asynchronous client of the worker process with Qt signals, for the panel."""

from qgis.PyQt.QtCore import QObject, QProcess, QTimer, pyqtSignal

from ..i18n import tr
from .environment import process_environment, worker_arguments, worker_interpreter
from .messages import (
    LOST_WORKER,
    NO_WORKER,
    LineBuffer,
    WorkerError,
    decode_event,
    encode_request,
    name_inputs,
)
from .sentences import as_error, check_greeting, describe

MAX_LOG_LINES = 400
"""Stored lines of the worker's log."""

MAX_CRASHES = 3
"""Crashes in a row after which the worker is not started again."""

CANCEL_TIMEOUT = 10000
"""Milliseconds after which the worker of a cancelled request is killed."""


def missing_interpreter():
    """Return the error for a missing Python interpreter."""
    return WorkerError(
        tr("The ProxyCLIP environment is not set up. Open “Environment…” in the ProxyCLIP panel to create it."),
        "NoEnvironment",
        NO_WORKER,
    )


class Request(QObject):
    """A running request; its last signal is either `succeeded` or `failed`."""

    progressed = pyqtSignal(dict)
    warned = pyqtSignal(str)
    succeeded = pyqtSignal(dict)
    failed = pyqtSignal(object)

    def __init__(self, number, method, params, parent=None):
        super().__init__(parent)
        self.number = number
        self.method = method
        self.params = params
        self.is_cancelled = False


class WorkerClient(QObject):
    """Runs one worker process and restarts it when it dies.

    The first request starts the process. If it dies, the running request fails, and a new process gets those that wait.
    Requests name all files they need, so nothing has to be opened again. After `MAX_CRASHES` in a row none is started
    until `stop` is called.
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
        self._crashes = 0
        self.log = []

    @property
    def greeting(self):
        """First event of the running worker, with its versions; None while no worker runs."""
        return self._greeting

    @property
    def process_id(self):
        """Process id of the worker, 0 while no worker runs."""
        return 0 if self._process is None else int(self._process.processId())

    def request(self, method, params=None):
        """Send a request; its signals are emitted after this returns."""
        request = Request(self._next, method, params or {}, self)
        self._next += 1
        self._open[request.number] = request
        self._unsent.append(request)
        if self._process is not None:
            if self._greeting is not None:
                self._send_waiting()
        elif self._crashes < MAX_CRASHES:
            self._start()
        else:
            QTimer.singleShot(0, self._refuse)
        return request

    def cancel(self, request):
        """Cancel a request; it then fails as cancelled."""
        if request.number not in self._open:
            return
        if request in self._unsent:
            self._unsent.remove(request)
            self._fail(request.number, WorkerError(tr("cancelled"), "Cancelled", 130))
        elif self._process is not None:
            request.is_cancelled = True
            process = self._process
            QTimer.singleShot(CANCEL_TIMEOUT, lambda: self._kill_if_open(request.number, process))
            self._process.write(encode_request(f"cancel {request.number}", "cancel", {"id": request.number}))

    def stop(self, timeout=3000):
        """End the worker; open requests fail.

        Args:
            timeout: Milliseconds to wait for the process to end before it is killed.
        """
        process, self._process = self._process, None
        self._crashes = 0
        if process is not None:
            # Ignore late signals of the process.
            process.blockSignals(True)
            process.closeWriteChannel()
            if not process.waitForFinished(timeout):
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
        # A missing program is reported by errorOccurred, as one that cannot start.
        process.start(str(interpreter or "no-python-for-proxyclip"), worker_arguments())

    def _read(self):
        if self._process is None:
            return
        for line in self._lines.feed(self._process.readAllStandardOutput()):
            event = decode_event(line)
            if event is None:
                self._note(line.decode("utf-8", "replace"))
            else:
                self._handle(event)

    def _handle(self, event):
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
                request.progressed.emit({**event, "message": describe(event)})
            elif kind == "warning":
                request.warned.emit(describe(event))
            elif kind == "result":
                self._crashes = 0
                del self._open[number]
                request.succeeded.emit(event.get("result", {}))
                request.deleteLater()
            elif kind == "error":
                self._fail(number, as_error(event))
        elif kind == "error":
            self._note(describe(event))

    def _send_waiting(self):
        waiting, self._unsent = self._unsent, []
        for request in waiting:
            self._process.write(encode_request(request.number, request.method, request.params))

    def _on_error(self, error):
        if error == QProcess.ProcessError.FailedToStart:
            interpreter = self._interpreter()
            error = missing_interpreter()
            if interpreter is not None:
                error = WorkerError(
                    tr("The ProxyCLIP process could not be started with {}: {}").format(
                        interpreter, self._process.errorString()
                    ),
                    "NoEnvironment",
                    NO_WORKER,
                )
            self._drop()
            self._fail_all(error)

    def _on_finished(self, code, status):
        if self._process is None:
            return
        self._read()
        self._read_log()
        greeted = self._greeting is not None
        self._drop()
        if greeted:
            self._crashes += 1
            self._fail_running(code)
        else:
            last = self.log[-1] if self.log else str(code)
            error = WorkerError(
                tr("This Python interpreter cannot run proxyclip-geo: {}. Open “Environment…” to change it.").format(
                    last
                ),
                "NoEnvironment",
                NO_WORKER,
            )
            self._fail_all(error)

    def _fail_running(self, code):
        """Fail the request that a worker ran when it ended, and send those that waited to a new one."""
        sent = sorted(number for number, request in self._open.items() if request not in self._unsent)
        self._unsent = [self._open[number] for number in sent[1:]] + self._unsent
        for number in sent[:1]:
            request = self._open[number]
            error = WorkerError(tr("cancelled"), "Cancelled", 130)
            if not request.is_cancelled:
                text = tr(
                    "The ProxyCLIP process ended unexpectedly (code {}) while it worked on {}. If it happens again, "
                    "the file may be damaged: open and save it with another program. The next action starts a new "
                    "process."
                ).format(code, name_inputs(request.method, request.params))
                error = WorkerError(text, "LostWorker", LOST_WORKER)
            self._fail(number, error)
        if self._unsent and self._process is None:
            if self._crashes < MAX_CRASHES:
                self._start()
            else:
                self._refuse()

    def _refuse(self):
        """Fail all requests, as the worker has crashed too often."""
        text = tr("The ProxyCLIP process ended unexpectedly {} times in a row. Open “Environment…” to start it again.")
        self._fail_all(WorkerError(text.format(self._crashes), "LostWorker", NO_WORKER))

    def _kill_if_open(self, number, process):
        """End a worker that does not stop a cancelled request."""
        if number in self._open and process is self._process:
            process.kill()

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
            self.log = [*self.log[-MAX_LOG_LINES:], line.rstrip()]
            self.logged.emit(line.rstrip())
