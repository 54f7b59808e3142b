"""Jobs: one at a time, with progress bar, remaining time and cancel button."""

import time

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ..client.sentences import translate_unit
from ..i18n import tr
from .source_panel import format_time


class JobBar(QWidget):
    """Shows the progress of a job; hidden while no job runs."""

    cancelled = pyqtSignal()

    def __init__(self, parent=None):
        super().__init__(parent)
        self._started = None
        self._stage = ""
        self._title = ""
        self.label = QLabel(self)
        self.label.setWordWrap(True)
        self.bar = QProgressBar(self)
        self.button = QPushButton(tr("Cancel"), self)
        self.button.clicked.connect(self._on_cancel)
        row = QHBoxLayout()
        row.addWidget(self.bar, 1)
        row.addWidget(self.button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(9, 0, 9, 9)
        layout.addWidget(self.label)
        layout.addLayout(row)
        self.hide()

    def begin(self, title):
        """Show the bar."""
        self._title, self._stage, self._started = title, "", None
        self.label.setText(title)
        self.bar.setRange(0, 0)
        self.button.setEnabled(True)
        self.show()

    def end(self):
        """Hide the bar."""
        self.hide()

    def show_progress(self, event):
        """Show a progress event, with the remaining time at the average speed of the stage."""
        done, total, unit = event.get("done", 0), event.get("total", 0), translate_unit(event)
        now = time.monotonic()
        if event.get("stage") != self._stage:
            self._stage, self._started = event.get("stage"), (now, done)
        text = self._title
        if total:
            self.bar.setRange(0, 1000)
            self.bar.setValue(int(1000 * done / total))
            seconds, gained = now - self._started[0], done - self._started[1]
            if gained > 0 and seconds > 1:
                left = format_time((total - done) * seconds / gained)
                text = tr("{}: {} of {} {}, about {} left").format(self._title, done, total, unit, left)
            else:
                text = tr("{}: {} of {} {}").format(self._title, done, total, unit)
        self.label.setText(text)

    def show_percent(self, percent):
        """Show a progress in per cent."""
        self.show_progress({"stage": "percent", "done": int(percent), "total": 100, "unit": "%"})

    def _on_cancel(self):
        self.button.setEnabled(False)
        self.label.setText(tr("Cancelling…"))
        self.cancelled.emit()


class Jobs(QObject):
    """Runs one request or export at a time and shows its progress."""

    busy_changed = pyqtSignal(bool)
    failed = pyqtSignal(object)
    warned = pyqtSignal(str)
    noted = pyqtSignal(str)

    def __init__(self, client, bar, parent=None):
        super().__init__(parent)
        self._client = client
        self._bar = bar
        self._stop = None
        bar.cancelled.connect(self.cancel)

    @property
    def is_busy(self):
        """Whether a job is running."""
        return self._stop is not None

    def request(self, title, method, params, then):
        """Send a request; `then` gets its result. Returns the request."""
        request = self._client.request(method, params)
        self._begin(title, lambda: self._client.cancel(request))
        request.progressed.connect(self._show)
        request.warned.connect(self.warned)
        request.succeeded.connect(lambda result: self._end(lambda: then(result)))
        request.failed.connect(lambda error: self._end(lambda: self._fail(error)))
        return request

    def _show(self, event):
        if event.get("stage") == "open":
            self.noted.emit(event.get("message", ""))
        else:
            self._bar.show_progress(event)

    def export(self, title, task, then):
        """Run an export task; `then` is called when its file is written."""
        self._begin(title, task.cancel)
        task.progressChanged.connect(self._bar.show_percent)
        task.taskCompleted.connect(lambda: self._end(then))
        task.taskTerminated.connect(lambda: self._end(lambda: self._fail_export(task)))
        # The task manager owns the task; the attribute keeps the Python object alive.
        self._task = task
        QgsApplication.taskManager().addTask(task)

    def cancel(self):
        """Cancel the running job."""
        if self._stop is not None:
            self._stop()

    def _begin(self, title, stop):
        self._stop = stop
        self._bar.begin(title)
        self.busy_changed.emit(True)

    def _end(self, then):
        if self._stop is None:
            return
        self._stop = None
        self._bar.end()
        self.busy_changed.emit(False)
        then()

    def _fail(self, error):
        self.failed.emit(error)

    def _fail_export(self, task):
        if task.error:
            self.failed.emit(RuntimeError(tr("The layer could not be saved: {}").format(task.error)))
