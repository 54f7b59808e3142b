"""What the plugin remembers, in QGIS's own settings."""

from pathlib import Path

from qgis.core import QgsSettings
from qgis.PyQt.QtCore import QStandardPaths

from .models import DEFAULT_MODEL, default

PREFIX = "proxyclip_mapper/"

DEFAULTS = {
    "interpreter": "",
    "model": DEFAULT_MODEL,
    "device": default("EncodeOptions", "device"),
    "precision": default("EncodeOptions", "precision"),
    "vocabulary": "landcover",
    "opacity": 70,
    "work_folder": "",
    "hardware": "cpu",
    "package": "",
    "wheelhouse": "",
    "web_warning": True,
}
"""Each setting with the value that it has at first; the value's type is the setting's."""


def read(name):
    """Return a setting; one of another type than its default counts as not set."""
    initial = DEFAULTS[name]
    try:
        return QgsSettings().value(PREFIX + name, initial, type=type(initial))
    except TypeError:
        return initial


def write(name, value):
    """Remember a setting."""
    QgsSettings().setValue(PREFIX + name, type(DEFAULTS[name])(value))


def read_speed(model, device, precision):
    """Return the seconds per window that were measured on this machine, or 0 where there is no measurement."""
    return QgsSettings().value(f"{PREFIX}speed/{model}/{device}/{precision}", 0.0, type=float)


def write_speed(model, device, precision, seconds):
    """Remember how long a window took."""
    QgsSettings().setValue(f"{PREFIX}speed/{model}/{device}/{precision}", float(seconds))


def data_folder():
    """Return where the plugin keeps what is large: environments, embeddings, exported layers."""
    base = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)
    return Path(base) / "proxyclip-mapper"


def work_folder():
    """Return where embeddings and exported layers go: the user's choice, or a part of the data folder."""
    chosen = read("work_folder")
    return Path(chosen) if chosen else data_folder() / "work"
