"""Icons; drawn for this plugin, legible on light and dark."""

from pathlib import Path

from qgis.PyQt.QtGui import QIcon


def icon(name):
    """Return an icon by its file's name."""
    return QIcon(str(Path(__file__).parent / f"{name}.svg"))
