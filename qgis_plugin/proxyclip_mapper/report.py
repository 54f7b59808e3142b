"""Text for bug reports: versions, settings and the end of the log, without the home folder."""

import configparser
import platform
import sys
from pathlib import Path

from qgis.core import Qgis

from . import settings

LINES = 60


def plugin_version():
    """Return the version in metadata.txt."""
    parser = configparser.ConfigParser()
    parser.read(Path(__file__).parent / "metadata.txt", encoding="utf-8")
    return parser.get("general", "version", fallback="?")


def make_report(error=None, greeting=None, log=()):
    """Return the report.

    Args:
        error: The last error.
        greeting: First event of the worker, with its versions.
        log: Lines of the worker's log.
    """
    worker = greeting or {}
    facts = {
        "plugin": plugin_version(),
        "QGIS": Qgis.QGIS_VERSION if hasattr(Qgis, "QGIS_VERSION") else Qgis.version(),
        "system": platform.platform(),
        "QGIS Python": sys.version.split()[0],
        "worker": f"{worker.get('version', 'not running')}, Python {worker.get('python', '?')}",
        "interpreter": settings.read("interpreter") or "none",
        "model": f"{settings.read('model')}, {settings.read('precision')}, {settings.read('device')}",
    }
    lines = [f"{name}: {value}" for name, value in facts.items()]
    if error is not None:
        text = getattr(error, "english", None) or error
        lines += ["", f"{getattr(error, 'kind', type(error).__name__)} ({getattr(error, 'code', '')}): {text}"]
    if log:
        lines += ["", "log:", *log[-LINES:]]
    return "\n".join(lines).replace(str(Path.home()), "~")
