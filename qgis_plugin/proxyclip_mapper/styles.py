"""Symbology of label rasters."""

from qgis.core import QgsPalettedRasterRenderer
from qgis.PyQt.QtGui import QColor

from .i18n import tr

UNCLASSIFIED = QColor(190, 190, 190, 90)


def palette_renderer(layer, rows, show_unclassified=True):
    """Return a renderer with a colour and a legend entry for each class."""
    classes = [QgsPalettedRasterRenderer.Class(row.value, QColor(row.color), row.name) for row in rows]
    if show_unclassified:
        classes.append(QgsPalettedRasterRenderer.Class(0, UNCLASSIFIED, tr("unclassified")))
    return QgsPalettedRasterRenderer(layer.dataProvider(), 1, classes)
