"""Correct the class of polygons of a map; their borders stay as they are."""

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeatureRequest,
    QgsGeometry,
    QgsProject,
    QgsRectangle,
    QgsRendererCategory,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtGui import QColor

from ..i18n import tr

COLUMNS = ("class", "label")
"""Columns of the polygons of a map with the name and the label value of the class."""


def find_polygon(layers, point, crs, *, without=None):
    """Return the topmost polygon of a map at a point as (layer, feature); (None, None) if there is none.

    Args:
        layers: The displayed layers, the topmost first.
        point: The point.
        crs: Its CRS.
        without: A layer to ignore, that of the examples.
    """
    for layer in layers:
        if layer is without or not _is_map(layer):
            continue
        try:
            here = QgsCoordinateTransform(crs, layer.crs(), QgsProject.instance()).transform(point)
        except QgsCsException:
            continue
        place = QgsGeometry.fromPointXY(here)
        for feature in layer.getFeatures(QgsFeatureRequest(QgsRectangle(here, here))):
            if feature.geometry().contains(place):
                return layer, feature
    return None, None


def change_class(layer, feature, row):
    """Set the class and the label value of a polygon, as one step that can be undone while the layer is edited.

    A layer that the user edits stays in edit mode; else the change is saved.

    Raises:
        ValueError: If the layer cannot be edited.
    """
    opened = not layer.isEditable()
    if opened and not layer.startEditing():
        raise ValueError(tr("Layer “{}” cannot be edited.").format(layer.name()))
    layer.beginEditCommand(tr("Change the class to “{}”").format(row.name))
    for column, value in zip(COLUMNS, (row.name, row.value)):
        index = layer.fields().indexOf(column)
        if index >= 0:
            layer.changeAttributeValue(feature.id(), index, value)
    layer.endEditCommand()
    if opened and not layer.commitChanges():
        reason = "; ".join(layer.commitErrors())
        layer.rollBack()
        raise ValueError(tr("Layer “{}” could not be saved: {}").format(layer.name(), reason))
    _add_category(layer, row)
    layer.triggerRepaint()


def _is_map(layer):
    return (
        isinstance(layer, QgsVectorLayer)
        and layer.geometryType() == QgsWkbTypes.GeometryType.PolygonGeometry
        and layer.fields().indexOf(COLUMNS[0]) >= 0
    )


def _add_category(layer, row):
    """Add the class to the legend if it is not there."""
    renderer = layer.renderer()
    if not isinstance(renderer, QgsCategorizedSymbolRenderer):
        return
    categories = renderer.categories()
    if categories and renderer.categoryIndexForValue(row.name) < 0:
        # The symbol belongs to the category, which must live as long.
        symbol = categories[0].symbol().clone()
        symbol.setColor(QColor(row.color))
        renderer.addCategory(QgsRendererCategory(row.name, symbol, row.name))
        layer.emitStyleChanged()
