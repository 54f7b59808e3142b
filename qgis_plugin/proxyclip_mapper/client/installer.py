"""Create the Python environment of the worker, step by step."""

import shutil
import sys
import time
from pathlib import Path

from qgis.PyQt.QtCore import QObject, QProcess, pyqtSignal

from .. import settings
from ..i18n import tr
from .client import WorkerClient
from .environment import MIN_PYTHON, base_interpreters, find_uv, process_environment, python_in
from .remedies import find_remedy
from .worker_process import close_idle_worker

TORCH_INDEX = {"cpu": "https://download.pytorch.org/whl/cpu", "cuda": "https://download.pytorch.org/whl/cu126"}
"""Package index of torch, by hardware."""

VERSIONS = ">=0.1,<0.2"
"""Versions of proxyclip-geo that this plugin supports."""


def default_package(hardware):
    """Return the default requirement, with the model `lite` and segments; on a CPU also OpenVINO, which is faster."""
    return f"proxyclip-geo[lite,segments{'' if hardware == 'cuda' else ',openvino'}]{VERSIONS}"


class Plan:
    """Plan of an environment.

    Attributes:
        folder: Folder of the environment; it must not exist.
        python: Interpreter that creates it.
        hardware: "cpu", "cuda", or "index" for the default torch of the package index.
        package: Requirement, or path of a wheel or of a source folder.
        wheelhouse: Folder with wheels for offline installation; empty to download.
        uv: Path of uv; None to use venv and pip.
    """

    def __init__(self, folder, python, hardware="cpu", package="", wheelhouse="", uv=None):
        self.folder = Path(folder)
        self.python = str(python)
        self.hardware = hardware
        self.package = package or default_package(hardware)
        self.wheelhouse = wheelhouse
        self.uv = uv

    @property
    def marker(self):
        """File that exists while the environment is incomplete, also after QGIS was killed."""
        return self.folder.with_name(f"{self.folder.name}.incomplete")

    def steps(self):
        """Return (title, program, arguments) of each step."""
        steps = [(tr("Check Python version"), self.python, ["-I", "-c", _CHECK if self.uv else _CHECK_VENV + _CHECK])]
        inside = str(python_in(self.folder))
        if self.uv:
            steps.append((tr("Create environment"), self.uv, ["venv", "--python", self.python, str(self.folder)]))
            install = (self.uv, ["pip", "install", "--python", inside])
        else:
            steps.append((tr("Create environment"), self.python, ["-I", "-m", "venv", str(self.folder)]))
            install = (
                inside,
                ["-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"],
            )
        program, arguments = install
        if self.wheelhouse:
            arguments = [*arguments, "--no-index", "--find-links", self.wheelhouse]
        elif self.hardware in TORCH_INDEX and sys.platform != "darwin":
            torch = [*arguments, "--index-url", TORCH_INDEX[self.hardware], "torch", "torchvision"]
            steps.append((tr("Install PyTorch"), program, torch))
        steps.append((tr("Install proxyclip-geo"), program, [*arguments, self.package]))
        return steps


_CHECK_VENV = "import venv, ensurepip; "
_CHECK = (
    "import sys; "
    f"sys.exit(0 if sys.version_info[:2] >= {MIN_PYTHON!r} else 'Python %d.%d is too old' % sys.version_info[:2])"
)


def make_plan(hardware="cpu", package="", wheelhouse="", python="", use_uv=True):
    """Return a plan for a new folder, with the given interpreter or the best one on this computer.

    Raises:
        LookupError: If there is no interpreter.
    """
    found = [python] if python else base_interpreters()
    if not found:
        raise LookupError(tr("Python 3.11 or later was not found on this computer. Install it, then try again."))
    folder = settings.data_folder() / f"env-{time.strftime('%Y%m%d-%H%M%S')}"
    return Plan(folder, found[0], hardware, package, wheelhouse, find_uv() if use_uv else None)


def remove_incomplete(folder):
    """Remove the environments in a folder whose installation was interrupted."""
    for marker in Path(folder).glob("env-*.incomplete"):
        shutil.rmtree(marker.with_suffix(""), ignore_errors=True)
        marker.unlink(missing_ok=True)


class Installer(QObject):
    """Runs a plan and a self-test; its last signal is `finished`.

    The new environment replaces the old one in the settings only after its self-test has passed.
    """

    stepped = pyqtSignal(int, int, str)
    logged = pyqtSignal(str)
    finished = pyqtSignal(bool, str)

    def __init__(self, parent=None):
        super().__init__(parent)
        self._process = None
        self._client = None
        self._plan = None
        self._steps = []
        self._index = 0
        self.log = []

    @property
    def is_running(self):
        """Whether a step is running."""
        return self._process is not None or self._client is not None

    def build(self, plan):
        """Start to create the environment; return immediately."""
        # Windows does not remove files that a process uses.
        close_idle_worker()
        self._plan, self._steps, self._index = plan, plan.steps(), 0
        self.log = []
        try:
            plan.folder.parent.mkdir(parents=True, exist_ok=True)
            remove_incomplete(plan.folder.parent)
            plan.marker.touch()
        except OSError as error:
            self._end(False, str(error))
            return
        self._run_step()

    def use(self, python):
        """Use an interpreter that has proxyclip-geo, after a self-test."""
        self._plan, self._steps, self._index = None, [], 0
        self.log = []
        if not Path(python).is_file():
            self._end(False, tr("“{}” is not a file. Select the Python interpreter of an environment.").format(python))
            return
        self._test(Path(python))

    def cancel(self):
        """Cancel and remove the incomplete environment."""
        if self.is_running:
            self._note(tr("Cancelled."))
            self._end(False, tr("Cancelled; nothing was changed."))

    def _run_step(self):
        title, program, arguments = self._steps[self._index]
        self.stepped.emit(self._index, len(self._steps) + 1, title)
        self._note(f"$ {program} {' '.join(arguments)}")
        process = self._process = QProcess(self)
        process.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
        process.setProcessEnvironment(process_environment())
        process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(self._on_finished)
        process.errorOccurred.connect(self._on_error)
        process.start(program, arguments)

    def _read(self):
        if self._process is not None:
            text = bytes(self._process.readAllStandardOutput()).decode("utf-8", "replace")
            for line in text.splitlines():
                self._note(line)

    def _on_error(self, error):
        if error == QProcess.ProcessError.FailedToStart:
            reason = self._process.errorString()
            self._end(False, tr("“{}” failed: {}").format(self._steps[self._index][0], reason))

    def _on_finished(self, code, status):
        if self._process is None:
            return
        self._read()
        self._process.deleteLater()
        self._process = None
        if code != 0 or status != QProcess.ExitStatus.NormalExit:
            last = next((line for line in reversed(self.log) if line.strip()), str(code))
            reason = find_remedy(self.log) or last
            self._end(False, tr("“{}” failed: {}").format(self._steps[self._index][0], reason))
            return
        self._index += 1
        if self._index < len(self._steps):
            self._run_step()
        else:
            self._test(python_in(self._plan.folder))

    def _test(self, python):
        self.stepped.emit(len(self._steps), len(self._steps) + 1, tr("Self-test: run the demo model"))
        client = self._client = WorkerClient(self, interpreter=lambda: python)
        client.logged.connect(self._note)
        request = client.request("self_test")
        request.succeeded.connect(lambda result: self._accept(python, result))
        # Stopping the client makes its request fail; ignore that.
        request.failed.connect(lambda error: self._client is client and self._fail_test(python, error))

    def _fail_test(self, python, error):
        remedy = find_remedy([*self.log, str(error)])
        self._end(False, remedy or tr("The self-test of “{}” failed: {}").format(python, error))

    def _accept(self, python, result):
        settings.write("interpreter", str(python))
        libraries = ", ".join(f"{name} {version}" for name, version in result.get("libraries", {}).items())
        message = tr("Ready on {}: one window in {:.2f} s ({}).").format(
            result.get("device", "?"), float(result.get("seconds", 0)), libraries
        )
        self._note(message)
        self._end(True, message)

    def _end(self, good, message):
        process, self._process = self._process, None
        client, self._client = self._client, None
        if process is not None:
            process.blockSignals(True)
            process.kill()
            process.waitForFinished(3000)
            process.deleteLater()
        if client is not None:
            client.blockSignals(True)
            client.stop(1000)
            client.deleteLater()
        if self._plan is not None:
            if not good:
                shutil.rmtree(self._plan.folder, ignore_errors=True)
            self._plan.marker.unlink(missing_ok=True)
        self._plan = None
        self.finished.emit(good, message)

    def _note(self, line):
        self.log.append(line.rstrip())
        self.logged.emit(line.rstrip())
