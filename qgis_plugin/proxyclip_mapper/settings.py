"""Settings of the plugin, stored in QgsSettings."""

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
"""Default value of each setting; its type is the type of the setting."""


def read(name):
    """Return a setting; the default if the stored value has another type."""
    initial = DEFAULTS[name]
    try:
        return QgsSettings().value(PREFIX + name, initial, type=type(initial))
    except TypeError:
        return initial


def write(name, value):
    """Store a setting."""
    QgsSettings().setValue(PREFIX + name, type(DEFAULTS[name])(value))


def read_speed(model, device, precision):
    """Return the measured seconds per window on this computer, or 0."""
    return QgsSettings().value(f"{PREFIX}speed/{model}/{device}/{precision}", 0.0, type=float)


def write_speed(model, device, precision, seconds):
    """Store the seconds per window."""
    QgsSettings().setValue(f"{PREFIX}speed/{model}/{device}/{precision}", float(seconds))


def data_folder():
    """Return the folder of environments, embeddings and exported layers."""
    base = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)
    return Path(base) / "proxyclip-mapper"


def work_folder():
    """Return the folder of embeddings and exported layers."""
    chosen = read("work_folder")
    return Path(chosen) if chosen else data_folder() / "work"
