"""Examples that the user draws: a project layer of polygons with a class."""

import os
import tempfile
from pathlib import Path

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeature,
    QgsFillSymbol,
    QgsGeometry,
    QgsPalLayerSettings,
    QgsPointXY,
    QgsProject,
    QgsRendererCategory,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..i18n import tr
from ..open_files import ClosedLayers, find_edits

POINT_RADIUS_CELLS = 1.0
"""Radius of the circle around a clicked point, in cells of the embedding."""

FIELDS = ("class", "negative")

EXAMPLES = "proxyclip_mapper/examples"
"""Custom property of the layer of examples."""

PLACES = "proxyclip_mapper/places"
"""Custom property of the layer of suggested places."""

SIDE_FILES = ("-wal", "-shm", "-journal")
"""What follows the name of a GeoPackage in the names of its side files, which would be read with another one."""

STYLE_KEY = "\"class\" || CASE WHEN \"negative\" THEN ' (negative)' ELSE '' END"
"""Expression of the legend: negative examples have entries of their own."""


class Examples(QObject):
    """A layer of example polygons, which stays when another image is encoded.

    The layer is in memory until `save` writes it to a GeoPackage; QGIS then warns before it is lost.
    """

    changed = pyqtSignal()

    def __init__(self, parent=None):
        super().__init__(parent)
        self.layer = None
        self._folder = tempfile.TemporaryDirectory(prefix="proxyclip-examples-")
        self._number = 0
        QgsProject.instance().layersWillBeRemoved.connect(self._on_layers_removed)
        QgsProject.instance().readProject.connect(self._on_project)

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
            embedding: The open embedding; None for a polygon that counts for the next one.
            negative: Whether it is a negative example of the class.

        Raises:
            ValueError: If it is outside the embedding, or the layer cannot be written.
        """
        own = crs if embedding is None else embedding.crs
        shape = _transform(geometry, crs, own)
        if shape is None:
            raise ValueError(tr("The location is outside the image."))
        if shape.type() == QgsWkbTypes.GeometryType.PointGeometry:
            shape = shape.buffer(POINT_RADIUS_CELLS * embedding.step * embedding.pixel, 8)
        if not shape.isGeosValid():
            shape = shape.makeValid()
        if embedding is not None and not shape.intersects(QgsGeometry.fromRect(embedding.extent)):
            raise ValueError(tr("The location is outside the image."))
        if self.layer is None:
            self._add_layer(_make_layer(own))
        shape = _transform(shape, own, self.layer.crs())
        if QgsWkbTypes.isMultiType(self.layer.wkbType()):
            shape.convertToMultiType()
        feature = QgsFeature(self.layer.fields())
        feature.setGeometry(shape)
        feature["class"], feature["negative"] = name, bool(negative)
        good, _ = self.layer.dataProvider().addFeatures([feature])
        if not good:
            raise ValueError(tr("The example could not be added to the layer “{}”.").format(self.layer.name()))
        self._refresh()

    def undo(self):
        """Remove the example that was added last."""
        if self.count:
            last = max(feature.id() for feature in self.layer.getFeatures())
            self.layer.dataProvider().deleteFeatures([last])
            if self.count:
                self._refresh()
            else:
                self.clear()

    def clear(self):
        """Remove all examples; a saved file stays on disk."""
        if self.layer is not None:
            layer, self.layer = self.layer, None
            QgsProject.instance().removeMapLayer(layer.id())
            self.changed.emit()

    def save(self, path):
        """Write the examples to a GeoPackage, which becomes the source of the layer.

        An older file is replaced when the new one is complete.

        Raises:
            OSError: If it cannot be written, or another layer of the file has unsaved edits.
        """
        path, source = Path(path), Path(self.layer.source().split("|")[0])
        if path.exists() and source.exists() and path.samefile(source):
            # The layer writes to this file already; writing it from itself would empty it.
            return
        edits = find_edits([path])
        if edits:
            raise OSError(edits)
        draft = path.with_name(f".draft-{path.name}")
        closed = ClosedLayers([path])
        try:
            self._write(draft)
            for side in SIDE_FILES:
                path.with_name(path.name + side).unlink(missing_ok=True)
            os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)
            closed.restore()
        self.layer.setDataSource(f"{path}|layername=examples", self.layer.name(), "ogr")
        self.changed.emit()

    def load(self, path):
        """Use the examples of a vector file.

        Raises:
            ValueError: If it is not a layer of polygons with a field “class”.
        """
        layer = QgsVectorLayer(str(path), tr("ProxyCLIP examples"), "ogr")
        polygons = QgsWkbTypes.GeometryType.PolygonGeometry
        if not layer.isValid() or layer.geometryType() != polygons or layer.fields().indexOf("class") < 0:
            raise ValueError(tr("“{}” is not a layer of polygons with a text field “class”.").format(path))
        if layer.fields().indexOf("negative") < 0:
            raise ValueError(tr("“{}” has no field “negative” (true for negative examples).").format(path))
        self.clear()
        self._add_layer(layer)
        self.changed.emit()

    def rename(self, old, new):
        """Rename a class; emits no signal, since the vocabulary changes as well."""
        if self.layer is not None:
            column = self.layer.fields().indexOf("class")
            found = [feature.id() for feature in self.layer.getFeatures() if feature["class"] == old]
            self.layer.dataProvider().changeAttributeValues({number: {column: new} for number in found})

    def set_colors(self, rows):
        """Draw each example in the colour of its class; negative examples are hatched."""
        if self.layer is None:
            return
        categories = []
        for row in rows:
            color = {"color": row.color, "outline_color": row.color, "outline_width": "0.6"}
            plain = QgsFillSymbol.createSimple({**color, "style": "no"})
            hatched = QgsFillSymbol.createSimple({**color, "style": "b_diagonal", "outline_style": "dash"})
            categories.append(QgsRendererCategory(row.name, plain, row.name))
            label = tr("not {}").format(row.name)
            categories.append(QgsRendererCategory(f"{row.name} (negative)", hatched, label))
        self.layer.setRenderer(QgsCategorizedSymbolRenderer(STYLE_KEY, categories))
        self.layer.triggerRepaint()
        self.layer.emitStyleChanged()

    def write(self, names, embedding):
        """Write the examples of some classes that intersect an embedding to a file for the worker.

        Returns:
            Its path, or None if there are none.
        """
        if self.layer is None:
            return None
        extent = QgsGeometry.fromRect(embedding.extent)
        numbers = []
        for feature in self.layer.getFeatures():
            shape = _transform(feature.geometry(), self.layer.crs(), embedding.crs)
            if feature["class"] in names and shape is not None and shape.intersects(extent):
                numbers.append(feature.id())
        if not numbers:
            return None
        self._number += 1
        path = Path(self._folder.name) / f"examples-{self._number}.gpkg"
        self.layer.selectByIds(numbers)
        self._write(path, only_selected=True)
        self.layer.removeSelection()
        return str(path)

    def close(self):
        """Remove the layer unless it is saved."""
        QgsProject.instance().layersWillBeRemoved.disconnect(self._on_layers_removed)
        QgsProject.instance().readProject.disconnect(self._on_project)
        self.blockSignals(True)
        if self.layer is not None and self.layer.providerType() == "memory":
            self.clear()
        self._folder.cleanup()

    def _write(self, path, only_selected=False):
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName = "GPKG"
        options.layerName = "examples"
        options.onlySelectedFeatures = only_selected
        options.attributes = [self.layer.fields().indexOf(name) for name in FIELDS]
        context = QgsProject.instance().transformContext()
        code, message, *_ = QgsVectorFileWriter.writeAsVectorFormatV3(self.layer, str(path), context, options)
        if code != QgsVectorFileWriter.WriterError.NoError:
            raise OSError(tr("The examples could not be written: {}").format(message))

    def _use_layer(self, layer):
        self.layer = layer
        # Edits with the tools of QGIS change the map as well.
        layer.afterCommitChanges.connect(self.changed)

    def _on_project(self, *_):
        """Use the layer of examples of a project that was opened."""
        layers = QgsProject.instance().mapLayers().values()
        found = [layer for layer in layers if layer.customProperty(EXAMPLES) and layer.isValid()]
        if found:
            self._use_layer(found[0])
            self.changed.emit()

    def _add_layer(self, layer):
        layer.setCustomProperty(EXAMPLES, True)
        self._use_layer(layer)
        QgsProject.instance().addMapLayer(layer, False)
        QgsProject.instance().layerTreeRoot().insertLayer(0, layer)

    def _refresh(self):
        self.layer.updateExtents()
        self.layer.triggerRepaint()
        self.changed.emit()

    def _on_layers_removed(self, ids):
        if self.layer is not None and self.layer.id() in ids:
            self.layer = None
            self.changed.emit()


def show_places(places, crs):
    """Show suggested places as labelled points; they replace those of the last call.

    Args:
        places: As in the answer of `suggest`.
        crs: Their CRS.

    Returns:
        The layer.
    """
    project = QgsProject.instance()
    project.removeMapLayers([layer.id() for layer in project.mapLayers().values() if layer.customProperty(PLACES)])
    layer = QgsVectorLayer(
        "Point?field=class:string(254)&field=other:string(254)&field=margin:double",
        tr("ProxyCLIP: draw here"),
        "memory",
    )
    layer.setCrs(crs)
    layer.setCustomProperty(PLACES, True)
    # The places can be computed again: QGIS need not warn that they are lost.
    layer.setCustomProperty("skipMemoryLayersCheck", 1)
    features = []
    for place in places:
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(place["x"], place["y"])))
        feature.setAttributes([place["name"], place["other"], place["margin"]])
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    layer.updateExtents()
    settings = QgsPalLayerSettings()
    settings.fieldName = "\"class\" || '?'"
    settings.isExpression = True
    layer.setLabeling(QgsVectorLayerSimpleLabeling(settings))
    layer.setLabelsEnabled(True)
    project.addMapLayer(layer, False)
    project.layerTreeRoot().insertLayer(0, layer)
    return layer


def _make_layer(crs):
    layer = QgsVectorLayer(
        "MultiPolygon?field=class:string(254)&field=negative:bool", tr("ProxyCLIP examples"), "memory"
    )
    layer.setCrs(crs)
    return layer


def _transform(geometry, source, target):
    """Return a geometry in another CRS; None if it cannot be transformed."""
    shape = QgsGeometry(geometry)
    if source.isValid() and target.isValid() and source != target:
        try:
            shape.transform(QgsCoordinateTransform(source, target, QgsProject.instance()))
        except QgsCsException:
            return None
    return shape
