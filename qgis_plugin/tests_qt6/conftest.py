"""The plugin under PyQt6, with a stub of QGIS, and a real worker."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parents[1]
REPOSITORY = PLUGINS.parent
WORKER_PYTHON = Path(os.environ.get("PROXYCLIP_TEST_PYTHON", REPOSITORY / ".venv" / "bin" / "python"))

sys.path.insert(0, str(PLUGINS))


def wait_until(condition, seconds=120.0, what="it"):
    """Run the event loop until a condition holds."""
    from PyQt6.QtCore import QCoreApplication, QEventLoop

    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        time.sleep(0.005)


@pytest.fixture(scope="session", autouse=True)
def application(tmp_path_factory):
    """A Qt 6 application, with the stub in place of QGIS."""
    listing = subprocess.run(
        [sys.executable, str(REPOSITORY / "tools" / "list_qgis_names.py")], capture_output=True, text=True, check=True
    )
    from PyQt6.QtCore import QSettings
    from PyQt6.QtWidgets import QApplication

    from .stub import install

    install(json.loads(listing.stdout))
    os.environ["XDG_DATA_HOME"] = str(tmp_path_factory.mktemp("data"))
    os.environ["HF_HUB_OFFLINE"] = "1"
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(tmp_path_factory.mktemp("ini")))
    made = QApplication([])
    made.setOrganizationName("tests")
    made.setApplicationName("tests")
    return made


@pytest.fixture
def client(application):
    """A client with a real worker."""
    from proxyclip_mapper.client.client import WorkerClient

    made = WorkerClient(interpreter=lambda: WORKER_PYTHON)
    yield made
    made.stop()
