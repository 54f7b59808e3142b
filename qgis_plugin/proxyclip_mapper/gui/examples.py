"""Examples that the user draws: a layer of polygons with a class."""

import tempfile
from pathlib import Path

from qgis.core import (
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeature,
    QgsGeometry,
    QgsProject,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtGui import QColor

from ..i18n import tr

POINT_RADIUS_CELLS = 1.0
"""Radius of the circle around a clicked point, in cells of the embedding."""


class Examples(QObject):
    """A layer of example polygons in the CRS of the embedding."""

    changed = pyqtSignal()

    def __init__(self, parent=None):
        super().__init__(parent)
        self.layer = None
        self._folder = tempfile.TemporaryDirectory(prefix="proxyclip-examples-")
        self._number = 0
        QgsProject.instance().layersWillBeRemoved.connect(self._on_layers_removed)

    @property
    def count(self):
        """Number of examples."""
        return 0 if self.layer is None else self.layer.featureCount()

    def add(self, geometry, crs, name, embedding, negative=False):
        """Add an example.

        Args:
            geometry: A polygon or a point.
            crs: Its CRS.
            name: Class of the example.
            embedding: The open embedding.
            negative: Whether it is a negative example of the class.

        Raises:
            ValueError: If it is outside the embedding.
        """
        shape = QgsGeometry(geometry)
        if crs.isValid() and embedding.crs.isValid():
            try:
                shape.transform(QgsCoordinateTransform(crs, embedding.crs, QgsProject.instance()))
            except QgsCsException as error:
                raise ValueError(tr("The location is outside the image.")) from error
        if shape.type() == QgsWkbTypes.GeometryType.PointGeometry:
            shape = shape.buffer(POINT_RADIUS_CELLS * embedding.step * embedding.pixel, 8)
        if not shape.isGeosValid():
            shape = shape.makeValid()
        if not shape.intersects(QgsGeometry.fromRect(embedding.extent)):
            raise ValueError(tr("The location is outside the image."))
        if self.layer is None:
            self._make_layer(embedding.crs)
        feature = QgsFeature(self.layer.fields())
        feature.setGeometry(shape)
        feature.setAttributes([name, bool(negative)])
        self.layer.dataProvider().addFeatures([feature])
        self.layer.updateExtents()
        self.layer.triggerRepaint()
        self.changed.emit()

    def clear(self):
        """Remove all examples."""
        if self.layer is not None:
            layer, self.layer = self.layer, None
            QgsProject.instance().removeMapLayer(layer.id())
            self.changed.emit()

    def rename(self, old, new):
        """Rename a class; emits no signal, since the vocabulary changes as well."""
        if self.layer is not None:
            column = self.layer.fields().indexOf("class")
            found = [feature.id() for feature in self.layer.getFeatures() if feature["class"] == old]
            self.layer.dataProvider().changeAttributeValues({number: {column: new} for number in found})

    def write(self, names):
        """Write the examples of some classes to a file for the worker.

        Returns:
            Its path, or None if there are none.
        """
        features = [] if self.layer is None else self.layer.getFeatures()
        numbers = [item.id() for item in features if item["class"] in names]
        if not numbers:
            return None
        self._number += 1
        path = Path(self._folder.name) / f"examples-{self._number}.gpkg"
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName = "GPKG"
        options.layerName = "examples"
        options.onlySelectedFeatures = True
        context = QgsProject.instance().transformContext()
        self.layer.selectByIds(numbers)
        QgsVectorFileWriter.writeAsVectorFormatV3(self.layer, str(path), context, options)
        self.layer.removeSelection()
        return str(path)

    def close(self):
        """Remove the layer."""
        QgsProject.instance().layersWillBeRemoved.disconnect(self._on_layers_removed)
        self.blockSignals(True)
        self.clear()
        self._folder.cleanup()

    def _make_layer(self, crs):
        self.layer = QgsVectorLayer(
            "Polygon?field=class:string(254)&field=negative:bool", tr("ProxyCLIP examples"), "memory"
        )
        self.layer.setCrs(crs)
        self.layer.setCustomProperty("skipMemoryLayersCheck", 1)
        symbol = self.layer.renderer().symbol()
        symbol.setColor(QColor(255, 255, 255, 90))
        QgsProject.instance().addMapLayer(self.layer, False)
        QgsProject.instance().layerTreeRoot().insertLayer(0, self.layer)

    def _on_layers_removed(self, ids):
        if self.layer is not None and self.layer.id() in ids:
            self.layer = None
            self.changed.emit()
