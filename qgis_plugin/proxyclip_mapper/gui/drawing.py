"""Draw, save, load and use examples; correct polygons."""

from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QFileDialog

from ..i18n import tr
from .corrections import change_class, find_polygon
from .examples import Examples, show_places


class Drawing(QObject):
    """The examples of the open embedding.

    Attributes:
        examples: The layer of examples.
        is_negative: Whether the next drawn shape is a negative example.
        learned: Vocabulary with what the examples taught; None without examples.
    """

    def __init__(self, dock, live):
        super().__init__(dock)
        self._dock = dock
        self._live = live
        self._canvas = dock.iface.mapCanvas()
        self.is_negative = False
        self.learned = None
        self.examples = Examples(self)

    def add(self, geometry):
        """Add a drawn geometry as an example of the current class."""
        name = self._dock.words_panel.current_class
        try:
            crs = self._canvas.mapSettings().destinationCrs()
            self.examples.add(geometry, crs, name, self._live.embedding, self.is_negative)
        except ValueError as error:
            self._dock.messages.warn(str(error))

    def correct(self, point, _=None):
        """Change the class of the polygon at a point of the canvas, and keep the polygon as an example."""
        panel = self._dock.words_panel
        row = next((row for row in panel.model.words.rows if row.name == panel.current_class), None)
        settings = self._canvas.mapSettings()
        layer, feature = find_polygon(settings.layers(), point, settings.destinationCrs(), without=self.examples.layer)
        if row is None or layer is None:
            self._dock.messages.warn(tr("No polygon of a map is displayed here. Export the map with polygons first."))
            return
        try:
            change_class(layer, feature, row)
            self.examples.add(feature.geometry(), layer.crs(), row.name, self._live.embedding)
        except ValueError as error:
            self._dock.messages.warn(str(error))

    def save(self):
        """Let the user select a GeoPackage and save the examples in it."""
        path, _ = QFileDialog.getSaveFileName(
            self._dock.iface.mainWindow(), tr("Save the examples"), "examples.gpkg", "GeoPackage (*.gpkg)"
        )
        if path:
            path = path if path.lower().endswith(".gpkg") else f"{path}.gpkg"
            try:
                self.examples.save(path)
            except OSError as error:
                self._dock.fail(error)
            else:
                self._dock.messages.info(tr("Saved {}").format(path))

    def save_learned(self):
        """Let the user select a file for the vocabulary with what was learned from the examples."""
        if self.learned is None:
            self._dock.messages.warn(tr("Draw examples first, and wait for the map."))
            return
        path, _ = QFileDialog.getSaveFileName(
            self._dock.iface.mainWindow(),
            tr("Save the learned classes"),
            "learned.yaml",
            tr("Vocabularies ({})").format("*.yaml *.json"),
        )
        if path:
            path = path if path.lower().endswith((".yaml", ".yml", ".json")) else f"{path}.yaml"
            request = self._dock.client.request("write_vocabulary", {"classes": self.learned, "path": path})
            request.succeeded.connect(lambda result: self._dock.messages.info(tr("Saved {}").format(result["path"])))
            request.failed.connect(self._dock.fail)

    def suggest(self):
        """Show the places where the map is least sure, as points of a temporary layer."""
        params = {
            "embedding": self._live.embedding.path,
            "classes": self._dock.words_panel.model.words.to_request(),
            "examples": self._live.examples,
        }
        crs = self._live.embedding.crs
        self._dock.jobs.request(
            tr("Suggest places"), "suggest", params, lambda result: show_places(result["places"], crs)
        )

    def load(self):
        """Let the user select a vector file with examples."""
        path, _ = QFileDialog.getOpenFileName(
            self._dock.iface.mainWindow(),
            tr("Load examples"),
            "",
            "GeoPackage, GeoJSON, Shapefile (*.gpkg *.geojson *.shp)",
        )
        if path:
            try:
                self.examples.load(path)
            except ValueError as error:
                self._dock.messages.warn(str(error))
