"""The environment: real venv and pip, without a network; with a stand-in for the package, which takes minutes."""

import os
import sys
import zipfile

import pytest

from .conftest import WORKER_PYTHON, wait_until

STAND_IN = """
import json, sys
print(json.dumps({"id": None, "event": "hello", "protocol": 1, "version": "0.1.0", "pid": 1}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    result = {"device": "cpu", "seconds": 0.1, "libraries": {"torch": "none"}}
    print(json.dumps({"id": request["id"], "event": "result", "result": result}), flush=True)
"""


@pytest.fixture
def wheelhouse(tmp_path):
    """A folder with a wheel that is called proxyclip-geo and speaks the worker's protocol."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    info = "proxyclip_geo-0.1.0.dist-info"
    with zipfile.ZipFile(folder / "proxyclip_geo-0.1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("proxyclip_geo/__init__.py", "")
        wheel.writestr("proxyclip_geo/__main__.py", STAND_IN)
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: proxyclip-geo\nVersion: 0.1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return folder


@pytest.fixture
def installer(qgis_app, set_up):
    from proxyclip_mapper.client.installer import Installer

    set_up.write("interpreter", "")
    made = Installer()
    ends, steps = [], []
    made.finished.connect(lambda good, message: ends.append((good, message)))
    made.stepped.connect(lambda number, count, title: steps.append(title))
    made.ends, made.steps = ends, steps
    return made


def plan_for(**options):
    from proxyclip_mapper.client.installer import make_plan

    return make_plan(python="/usr/bin/python3", use_uv=False, **options)


def test_an_environment_is_built_from_a_wheelhouse_and_tested(installer, set_up, wheelhouse):
    plan = plan_for(wheelhouse=str(wheelhouse))
    installer.build(plan)
    wait_until(lambda: installer.ends, what="the environment")
    assert installer.ends[0][0], installer.log
    assert "Ready on cpu" in installer.ends[0][1]
    assert set_up.read("interpreter") == str(plan.folder / "bin" / "python")
    assert installer.steps[0] == "Check Python version"
    assert installer.steps[-1].startswith("Self-test")


def test_a_package_that_is_not_there_fails_and_leaves_nothing(installer, set_up, tmp_path):
    (tmp_path / "empty").mkdir()
    plan = plan_for(wheelhouse=str(tmp_path / "empty"))
    installer.build(plan)
    wait_until(lambda: installer.ends, what="the end")
    good, message = installer.ends[0]
    assert not good
    assert "proxyclip-geo" in message
    assert not plan.folder.exists()
    assert set_up.read("interpreter") == ""


def test_building_is_stopped_at_each_step(installer, set_up, wheelhouse):
    for step in range(4):
        installer.steps.clear()
        installer.ends.clear()
        plan = plan_for(wheelhouse=str(wheelhouse))
        installer.build(plan)
        wait_until(lambda step=step: len(installer.steps) > step, what=f"step {step}")
        installer.cancel()
        assert installer.ends == [(False, "Cancelled; nothing was changed.")]
        assert not installer.is_running
        assert not plan.folder.exists()
    assert set_up.read("interpreter") == ""


def test_a_given_interpreter_is_tested_before_it_is_used(installer, set_up):
    installer.use("/usr/bin/python3")
    wait_until(lambda: installer.ends, what="the end")
    assert not installer.ends[0][0]
    assert set_up.read("interpreter") == ""
    installer.ends.clear()
    installer.use(str(WORKER_PYTHON))
    wait_until(lambda: installer.ends, what="the end")
    assert installer.ends[0][0], installer.log
    assert set_up.read("interpreter") == str(WORKER_PYTHON)


def test_torch_comes_from_the_index_of_the_hardware():
    from proxyclip_mapper.client.installer import Plan

    steps = Plan("/nowhere", "/usr/bin/python3", hardware="cpu").steps()
    torch = next(arguments for _, _, arguments in steps if "torch" in arguments)
    assert "https://download.pytorch.org/whl/cpu" in torch
    assert all("torch" not in arguments for _, _, arguments in Plan("/n", "p", hardware="index").steps())
    with_uv = Plan("/nowhere", "/usr/bin/python3", uv="/usr/bin/uv").steps()
    assert {program for _, program, _ in with_uv[1:]} == {"/usr/bin/uv"}


def test_variables_by_which_qgis_would_leak_in_are_gone():
    from proxyclip_mapper.client.environment import clean_variables

    dirty = {
        "PYTHONHOME": "x",
        "PYTHONPATH": "x",
        "PYTHONEXECUTABLE": "x",
        "PROJ_LIB": "x",
        "PROJ_DATA": "x",
        "GDAL_DATA": "x",
        "GDAL_DRIVER_PATH": "x",
        "LD_LIBRARY_PATH": "x",
        "QT_PLUGIN_PATH": "x",
        "HOME": "/home/me",
        "https_proxy": "http://proxy",
        "PATH": os.pathsep.join(["/opt/qgis/bin", "/opt/qgis-other/bin", "/usr/bin"]),
    }
    before = dict(dirty)
    cleaned = clean_variables(dirty, prefix="/opt/qgis")
    assert set(cleaned) == {"HOME", "https_proxy", "PATH", "OMP_WAIT_POLICY"}
    assert cleaned["PATH"].split(os.pathsep) == ["/opt/qgis-other/bin", "/usr/bin"]
    assert dirty == before


def test_qgis_itself_is_left_alone(plugin):
    wait_until(lambda: plugin.dock.words_panel.model.words.rows, what="the words")
    assert not any(name.split(".")[0] in ("torch", "proxyclip_geo") for name in sys.modules)
    assert not any("site-packages/proxyclip" in entry or ".venv/" in entry for entry in sys.path)


def test_the_dialog_builds_and_cancels(qgis_app, set_up, wheelhouse):
    from proxyclip_mapper.gui.environment_dialog import EnvironmentDialog

    set_up.write("interpreter", "")
    dialog = EnvironmentDialog()
    dialog.wheelhouse.setFilePath(str(wheelhouse))
    dialog.with_uv.setChecked(False)
    dialog.python.setCurrentIndex(dialog.python.findData("/usr/bin/python3"))
    dialog.build()
    assert dialog.cancel_button.isEnabled()
    dialog.cancel_button.click()
    assert "nothing was changed" in dialog.status.text()
    dialog.build()
    wait_until(lambda: not dialog.installer.is_running, what="the environment")
    assert "Ready on" in dialog.status.text()
    assert set_up.read("interpreter").endswith("bin/python")
    assert "venv" in dialog.log.toPlainText()
    dialog.reject()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("ModuleNotFoundError: No module named 'ensurepip'", "python3-venv"),
        ("CUDA error: no kernel image is available for execution on the device", "does not support this GPU"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "certificate"),
        ("ProxyError('Cannot connect to proxy.', OSError('407 Proxy Authentication Required'))", "proxy"),
        ("Failed to establish a new connection: [Errno -3] Temporary failure in name resolution", "cannot be reached"),
        ("error: Failed to fetch: client error (Connect): dns error", "cannot be reached"),
        ("PermissionError: [WinError 5] Access is denied: 'C:\\\\x'", "cannot be written"),
        ("ERROR: No matching distribution found for torch", "not found for this Python"),
        ("Python 3.9 is too old", "3.11 or later"),
    ],
)
def test_known_failures_name_their_remedy(line, expected):
    from proxyclip_mapper.client.remedies import find_remedy

    assert expected in find_remedy(["Collecting torch", line, "something else"])
    assert find_remedy(["Collecting torch", "all is well"]) == ""


def test_a_wrong_interpreter_is_named_and_stays_in_the_field(qgis_app, set_up, tmp_path):
    from proxyclip_mapper.gui.environment_dialog import EnvironmentDialog

    dialog = EnvironmentDialog()
    wrong = str(tmp_path / "no-python")
    dialog.interpreter.setFilePath(wrong)
    dialog.use_button.click()
    wait_until(lambda: not dialog.installer.is_running, what="the end")
    assert f"“{wrong}” is not a file" in dialog.status.text()
    assert dialog.interpreter.filePath() == wrong
    assert set_up.read("interpreter") == str(WORKER_PYTHON)


def test_python_without_venv_needs_uv_or_a_package(installer, tmp_path):
    """A stand-in for the Python of Debian, whose venv and ensurepip are a package of their own."""
    from proxyclip_mapper.client.installer import make_plan

    python = tmp_path / "python3"
    python.write_text(
        "#!/bin/sh\n"
        'case "$*" in *ensurepip*) echo "ModuleNotFoundError: No module named \'ensurepip\'"; exit 1;; esac\n',
        encoding="utf-8",
    )
    python.chmod(0o755)
    installer.build(make_plan(python=str(python), use_uv=False))
    wait_until(lambda: installer.ends, what="the end")
    assert not installer.ends[0][0]
    assert "python3-venv" in installer.ends[0][1]


def test_an_interrupted_installation_is_removed_by_the_next(installer, set_up, wheelhouse):
    plan = plan_for(wheelhouse=str(wheelhouse))
    killed = plan.folder.with_name("env-20200101-000000")
    (killed / "bin").mkdir(parents=True)
    killed.with_name(f"{killed.name}.incomplete").touch()
    complete = plan.folder.with_name("env-20200102-000000")
    complete.mkdir()
    installer.build(plan)
    assert plan.marker.exists()
    wait_until(lambda: installer.ends, what="the environment")
    assert installer.ends[0][0], installer.log
    assert not killed.exists()
    assert complete.exists()
    assert not list(plan.folder.parent.glob("*.incomplete"))
