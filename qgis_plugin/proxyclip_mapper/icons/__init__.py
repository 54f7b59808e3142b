"""Icons of the plugin, for light and dark themes."""

from pathlib import Path

from qgis.PyQt.QtGui import QIcon


def icon(name):
    """Return the icon of this file name."""
    return QIcon(str(Path(__file__).parent / f"{name}.svg"))
