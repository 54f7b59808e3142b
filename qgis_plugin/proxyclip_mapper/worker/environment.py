"""The Python that the worker runs in: where it is, and the variables it must not see."""

import os
import shutil
import sys
from pathlib import Path

from qgis.PyQt.QtCore import QProcessEnvironment

from .. import settings

OLDEST_PYTHON = (3, 11)

_PREFIXES = ("PYTHON", "PROJ_", "GDAL_", "OGR_", "OSGEO", "QGIS_", "QT_", "DYLD_", "CONDA_", "__PYVENV_LAUNCHER__")
_NAMES = ("LD_LIBRARY_PATH", "LD_PRELOAD", "VIRTUAL_ENV", "GEOTIFF_CSV", "O4W_QT_PREFIX", "O4W_ROOT")


def clean_variables(variables, prefix=None):
    """Return a copy of environment variables without those by which QGIS's Python, GDAL and PROJ would leak in.

    Args:
        variables: Mapping of names to values.
        prefix: Folder of QGIS's own installation, whose folders are taken out of PATH.
    """
    kept = {
        name: value
        for name, value in variables.items()
        if not name.upper().startswith(_PREFIXES) and name.upper() not in _NAMES
    }
    if prefix:
        root = os.path.normcase(os.path.abspath(prefix))
        parts = kept.get("PATH", "").split(os.pathsep)
        outside = [part for part in parts if not os.path.normcase(os.path.abspath(part)).startswith(root + os.sep)]
        kept["PATH"] = os.pathsep.join(part for part in outside if part)
    # Idle OpenMP threads that spin slow down QGIS beside the worker.
    kept["OMP_WAIT_POLICY"] = "PASSIVE"
    return kept


def own_prefix():
    """Return the folder of an installation that brings its own libraries; None where QGIS uses the system's."""
    if sys.platform == "win32":
        return os.environ.get("OSGEO4W_ROOT") or sys.base_prefix
    if sys.platform == "darwin":
        return sys.base_prefix
    return None


def process_environment():
    """Return the variables for a process of ours."""
    environment = QProcessEnvironment()
    for name, value in clean_variables(os.environ, own_prefix()).items():
        environment.insert(name, value)
    return environment


def python_in(folder):
    """Return the interpreter of a virtual environment."""
    return Path(folder) / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


INTERPRETER_VARIABLE = "PROXYCLIP_MAPPER_PYTHON"
"""Names an interpreter for machines without a window, where nobody can choose one in the dialog."""


def worker_interpreter():
    """Return the interpreter that the worker is started with, or None where there is none."""
    chosen = os.environ.get(INTERPRETER_VARIABLE) or settings.read("interpreter")
    return Path(chosen) if chosen and Path(chosen).is_file() else None


def worker_arguments():
    """Return the arguments by which an interpreter becomes a worker: isolated from user and working folder."""
    return ["-I", "-X", "utf8", "-m", "proxyclip_geo", "worker"]


def base_interpreters():
    """Return interpreters on this machine that may make a virtual environment, the likeliest first.

    QGIS's own `sys.executable` is QGIS, not Python, so the interpreter is looked for beside it and in PATH.
    """
    base = Path(sys.base_prefix)
    beside = [base / "python.exe", base / "bin" / "python3", base / "bin" / f"python3.{sys.version_info[1]}"]
    names = [f"python3.{minor}" for minor in (13, 12, 11)] + ["python3", "python"]
    path = clean_variables(os.environ, own_prefix()).get("PATH")
    found = [str(item) for item in beside if item.is_file()]
    found += [where for where in (shutil.which(name, path=path) for name in names) if where]
    distinct = {}
    for item in found:
        distinct.setdefault(os.path.realpath(item), item)
    return list(distinct.values())


def find_uv():
    """Return the path of uv, or None."""
    return shutil.which("uv", path=clean_variables(os.environ, own_prefix()).get("PATH"))
