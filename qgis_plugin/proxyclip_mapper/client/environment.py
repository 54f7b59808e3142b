"""Python interpreter and environment variables of the worker process."""

import os
import shutil
import sys
from pathlib import Path

from qgis.PyQt.QtCore import QProcessEnvironment

from .. import settings

MIN_PYTHON = (3, 11)

_PREFIXES = ("PYTHON", "PROJ_", "GDAL_", "OGR_", "OSGEO", "QGIS_", "QT_", "DYLD_", "CONDA_", "__PYVENV_LAUNCHER__")
_NAMES = ("LD_LIBRARY_PATH", "LD_PRELOAD", "VIRTUAL_ENV", "GEOTIFF_CSV", "O4W_QT_PREFIX", "O4W_ROOT")


def clean_variables(variables, prefix=None):
    """Return environment variables without those of the Python, GDAL and PROJ of QGIS.

    Args:
        variables: Mapping of names to values.
        prefix: Installation folder of QGIS, whose folders are removed from PATH.
    """
    inherited = {
        name: value
        for name, value in variables.items()
        if not name.upper().startswith(_PREFIXES) and name.upper() not in _NAMES
    }
    if prefix:
        root = os.path.normcase(os.path.abspath(prefix))
        parts = inherited.get("PATH", "").split(os.pathsep)
        outside = [part for part in parts if not os.path.normcase(os.path.abspath(part)).startswith(root + os.sep)]
        inherited["PATH"] = os.pathsep.join(part for part in outside if part)
    # Idle OpenMP threads must not spin: they slow down QGIS.
    inherited["OMP_WAIT_POLICY"] = "PASSIVE"
    return inherited


def qgis_prefix():
    """Return the installation folder of a QGIS with its own libraries; None if it uses those of the system."""
    if sys.platform == "win32":
        return os.environ.get("OSGEO4W_ROOT") or sys.base_prefix
    if sys.platform == "darwin":
        return sys.base_prefix
    return None


def process_environment():
    """Return the environment variables of the processes that the plugin starts."""
    environment = QProcessEnvironment()
    for name, value in clean_variables(os.environ, qgis_prefix()).items():
        environment.insert(name, value)
    return environment


def python_in(folder):
    """Return the interpreter of a virtual environment."""
    return Path(folder) / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


INTERPRETER_VARIABLE = "PROXYCLIP_MAPPER_PYTHON"
"""Environment variable with the interpreter, for use without a graphical interface."""


def worker_interpreter():
    """Return the Python interpreter of the worker, or None if none is set up."""
    chosen = os.environ.get(INTERPRETER_VARIABLE) or settings.read("interpreter")
    return Path(chosen) if chosen and Path(chosen).is_file() else None


def worker_arguments():
    """Return the arguments that start a worker, isolated from the user site and the working folder."""
    return ["-I", "-X", "utf8", "-m", "proxyclip_geo", "worker"]


def base_interpreters():
    """Return Python interpreters on this computer that can create a virtual environment, the best first.

    Inside QGIS `sys.executable` is QGIS itself, so the interpreter is searched in its folder and in PATH.
    """
    base = Path(sys.base_prefix)
    beside = [base / "python.exe", base / "bin" / "python3", base / "bin" / f"python3.{sys.version_info[1]}"]
    names = [f"python3.{minor}" for minor in (13, 12, 11)] + ["python3", "python"]
    path = clean_variables(os.environ, qgis_prefix()).get("PATH")
    found = [str(item) for item in beside if item.is_file()]
    found += [where for where in (shutil.which(name, path=path) for name in names) if where]
    distinct = {}
    for item in found:
        distinct.setdefault(os.path.realpath(item), item)
    return list(distinct.values())


def find_uv():
    """Return the path of uv, or None."""
    return shutil.which("uv", path=clean_variables(os.environ, qgis_prefix()).get("PATH"))
