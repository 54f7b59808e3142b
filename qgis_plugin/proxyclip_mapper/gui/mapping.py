"""Actions of the panel: encode, preview, explain, draw examples, export."""

import time
from pathlib import Path

from qgis.core import (
    QgsCoordinateTransform,
    QgsCsException,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QDialog, QFileDialog, QMessageBox

from .. import settings
from ..i18n import tr
from ..rasters import ExportTask
from .examples import Examples, show_places
from .export_dialog import ExportDialog, folder_problem
from .live import LivePreview
from .side_by_side import SideBySide, place_beside, remove_dock
from .tools import ClickTool, ShapeTool


class Mapping(QObject):
    """Connects the panel with the worker and the map canvas."""

    def __init__(self, dock):
        super().__init__(dock)
        self._dock = dock
        self._canvas = dock.iface.mapCanvas()
        self._previous_tool = None
        self._negative = False
        self._side = None
        self._warned_of = []
        self._learned = None
        self.live = LivePreview(dock.client, self._canvas, self)
        self.live.opacity = settings.read("opacity") / 100
        self.live.requested.connect(self._on_requested)
        self.live.updated.connect(self._on_updated)
        self.live.failed.connect(dock.fail)
        self.examples = Examples(self)
        self.examples.changed.connect(self._on_examples)
        self.click_tool = ClickTool(self._canvas)
        self.click_tool.canvasClicked.connect(self.explain)
        self.shape_tool = ShapeTool(self._canvas)
        self.shape_tool.drawn.connect(self.add_example)
        self._canvas.mapToolSet.connect(self._on_tool)
        self._canvas.layersChanged.connect(self._on_layers)
        QgsProject.instance().cleared.connect(self.close_embedding)
        model = dock.words_panel.model
        model.renamed.connect(self.examples.rename)
        model.words_changed.connect(self._on_words)
        model.colors_changed.connect(self._on_colors)

    def encode(self):
        """Encode the selected image; a web layer is saved as a file first, if the user confirms."""
        try:
            source = self._dock.source_panel.source()
        except ValueError as error:
            self._dock.messages.warn(str(error))
            return
        if source.path is not None:
            self._encode_file(source, source.path, source.options)
        elif self._confirm_export(source):
            self._export_layer(source)

    def open(self, path):
        """Open an embedding."""
        self._dock.jobs.request(tr("Open"), "open", {"embedding": str(path)}, self._show_embedding)

    def close_embedding(self):
        """Show no embedding, e.g. when the project is closed."""
        self.live.close_embedding()
        self._dock.scores.setRowCount(0)
        self._dock.status.clear()
        self._dock.refresh_buttons()

    def download_model(self):
        """Download the weights of the selected model, if the user accepts their size and licence."""
        box = self._dock.source_panel.model
        model = box.name
        text = tr("Download the weights of “{}”: {}?\n\nLicence: {}\n\nYou can cancel; the next download continues.")
        answer = QMessageBox.question(
            self._dock.iface.mainWindow(),
            tr("Download the model?"),
            text.format(model, box.download_size, box.licence),
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
            QMessageBox.StandardButton.Yes,
        )
        if answer != QMessageBox.StandardButton.Yes:
            return

        def finish(_):
            self._dock.messages.info(tr("Model {} is ready.").format(model))
            self._dock.load_models()

        self._dock.jobs.request(tr("Download {}").format(model), "fetch", {"model": model}, finish)

    def explain(self, point, _=None):
        """Show the probability of each word at a point of the canvas."""
        if self.live.embedding is None:
            return
        at = self._on_embedding(point)
        if at is None:
            self._dock.messages.warn(tr("The location is outside the image."))
            return
        words = self._dock.words_panel.model.words
        params = {
            "embedding": self.live.embedding.path,
            "classes": words.to_request(),
            "at": [at.x(), at.y()],
            "examples": self.live.examples,
        }
        request = self._dock.client.request("explain", params)
        request.succeeded.connect(lambda result: self._dock.scores.show_queries(result["queries"], words.rows))
        request.failed.connect(self._dock.fail)

    def add_example(self, geometry):
        """Add a drawn geometry as an example of the current class."""
        name = self._dock.words_panel.current_class
        try:
            crs = self._canvas.mapSettings().destinationCrs()
            self.examples.add(geometry, crs, name, self.live.embedding, self._negative)
        except ValueError as error:
            self._dock.messages.warn(str(error))

    def save_examples(self):
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
        if self._learned is None:
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
            request = self._dock.client.request("write_vocabulary", {"classes": self._learned, "path": path})
            request.succeeded.connect(lambda result: self._dock.messages.info(tr("Saved {}").format(result["path"])))
            request.failed.connect(self._dock.fail)

    def suggest(self):
        """Show the places where the map is least sure, as points of a temporary layer."""
        params = {
            "embedding": self.live.embedding.path,
            "classes": self._dock.words_panel.model.words.to_request(),
            "examples": self.live.examples,
        }
        crs = self.live.embedding.crs
        self._dock.jobs.request(
            tr("Suggest places"), "suggest", params, lambda result: show_places(result["places"], crs)
        )

    def load_examples(self):
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

    def show_export_dialog(self):
        """Open the export dialog and export."""
        dialog = ExportDialog(self.live.embedding.stem, self._dock.iface.mainWindow())
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self.export(dialog.folder.filePath(), dialog.options(), dialog.vectors())

    def export(self, folder, options, vectors=None):
        """Write labels, scores and polygons of the whole embedding, and add them to the project.

        Args:
            folder: Output folder.
            options: Options of a `label` request.
            vectors: Options of polygons; defaults if not given.
        """
        problem = folder_problem(folder)
        if problem:
            self._dock.messages.warn(problem)
            return
        params = {
            "embedding": self.live.embedding.path,
            "classes": self._dock.words_panel.model.words.to_request(),
            "out": str(folder),
            "examples": self.live.examples,
            "options": {key: value for key, value in options.items() if key != "overwrite"},
            "overwrite": options.get("overwrite", False),
            "vectors": vectors or {},
        }
        self._dock.jobs.request(tr("Export"), "label", params, self._add_results)

    def set_live(self, on):
        """Turn the live preview on or off."""
        self.live.is_live = on
        if on:
            self.live.refresh()

    def set_opacity(self, percent):
        """Set the opacity of the map."""
        settings.write("opacity", percent)
        self.live.set_opacity(percent / 100)

    def set_explaining(self, on):
        """Turn the explain map tool on or off."""
        self._switch(self.click_tool, on)

    def set_drawing(self, on, negative):
        """Turn the map tool for examples on or off."""
        if on:
            self._negative = negative
            name = self._dock.words_panel.current_class
            kind = tr("a negative example of “{}”") if negative else tr("an example of “{}”")
            self._dock.messages.hint(
                tr("Draw {}: right-click or Enter finishes, Backspace removes a corner, Esc cancels.").format(
                    kind.format(name)
                )
            )
        else:
            self._dock.messages.clear_hint()
        if on:
            for button, own in ((self._dock.draw_button, False), (self._dock.draw_negative_button, True)):
                if own != negative:
                    button.blockSignals(True)
                    button.setChecked(False)
                    button.blockSignals(False)
        self._switch(self.shape_tool, on)

    def set_side_by_side(self, on):
        """Show or hide a second canvas without the map."""
        if on and self._side is None:
            self._side = SideBySide(self._canvas, self._dock.iface.mainWindow())
            self._side.closed.connect(lambda: self._dock.side_button.setChecked(False))
            place_beside(self._side, self._dock.iface.mainWindow())
            self._side.follow()
        elif not on and self._side is not None:
            side, self._side = self._side, None
            side.disconnect_canvas()
            remove_dock(side, self._dock.iface.mainWindow())
            side.deleteLater()

    def close(self):
        """Stop the worker, and remove everything that was added."""
        self._dock.jobs.blockSignals(True)
        self._dock.jobs.cancel()
        # The worker must not write into folders that are removed.
        self.live.close_embedding()
        self._dock.client.stop(1000)
        self.set_side_by_side(False)
        self._canvas.mapToolSet.disconnect(self._on_tool)
        self._canvas.layersChanged.disconnect(self._on_layers)
        QgsProject.instance().cleared.disconnect(self.close_embedding)
        for tool in (self.click_tool, self.shape_tool):
            self._canvas.unsetMapTool(tool)
        self.shape_tool.remove()
        self.live.close()
        self.examples.close()

    def _encode_file(self, source, path, options):
        target = source.embedding_path()
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._dock.fail(error)
            return
        params = {"raster": str(path), "out": str(target), "model": source.model, "options": options}
        request = self._dock.jobs.request(tr("Encode"), "encode", params, self._show_embedding)
        request.progressed.connect(_SpeedRecorder(source, settings.read("device")))

    def _confirm_export(self, source):
        columns, rows = source.size
        text = tr(
            "Layer “{}” is not a file. It is saved as a GeoTIFF first: {} × {} pixels, about {:.0f} MB to "
            "download.\n\n"
            "The terms of use of many web maps do not allow downloading or analysing them. Check the terms of this "
            "layer."
        ).format(source.layer.name(), columns, rows, max(1, columns * rows * 3 / 1e6))
        answer = QMessageBox.question(
            self._dock.iface.mainWindow(),
            tr("Save the layer first?"),
            text,
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
            QMessageBox.StandardButton.No,
        )
        return answer == QMessageBox.StandardButton.Yes

    def _confirm_blank(self, blank):
        """Return whether to use a saved web layer of which a fraction is blank."""
        if blank >= 0.999:
            self._dock.messages.warn(
                tr("The layer returned no image: its server may not be reachable, or has no image at this scale.")
            )
            return False
        if blank < 0.001:
            return True
        answer = QMessageBox.question(
            self._dock.iface.mainWindow(),
            tr("Parts are blank"),
            tr(
                "{:.1f} % of the saved image are blank. The server may not have answered, or has no image there. Use "
                "the image anyway? Otherwise it is discarded, and fetched again next time."
            ).format(100 * blank),
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
            QMessageBox.StandardButton.No,
        )
        return answer == QMessageBox.StandardButton.Yes

    def _export_layer(self, source):
        path = source.saved_path()
        options = {key: value for key, value in source.options.items() if key not in ("bounds", "gsd")}
        if path.is_file():
            self._encode_file(source, path, options)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"draft-{path.name}")
        task = ExportTask(source.layer, draft, source.extent, source.size)

        def finish():
            if self._confirm_blank(task.blank):
                draft.replace(path)
                self._encode_file(source, path, options)
            else:
                draft.unlink()

        self._dock.jobs.export(tr("Save “{}”").format(source.layer.name()), task, finish)

    def _show_embedding(self, described):
        self.live.words = self._dock.words_panel.model.words
        self.live.set_embedding(described)
        self._on_examples()
        self.live.refresh()
        self._dock.scores.setRowCount(0)
        self._dock.refresh_buttons()

    def _on_requested(self):
        busy = self._dock.jobs.is_busy
        self._dock.status.setText(tr("waiting for the running job…") if busy else tr("updating…"))

    def _on_updated(self, result):
        check = result["examples"]
        self._learned = result["vocabulary"] if check is not None else None
        text = tr("{:.2f} s").format(result["seconds"])
        if check is not None:
            text = tr("{:.0f} % of the examples fit, {}").format(100 * check["correct"], text)
        self._dock.status.setText(text)
        self._dock.status.setToolTip("" if check is None else "\n".join(check["advice"]))
        warnings = [] if check is None else check["warnings"]
        if warnings and warnings != self._warned_of:
            self._dock.messages.warn("\n".join(warnings))
        self._warned_of = warnings

    def _on_examples(self):
        self._write_examples()
        self.examples.set_colors(self._dock.words_panel.model.words.rows)
        self._on_layers()
        self._dock.refresh_buttons()

    def _on_layers(self):
        """Draw the examples above the preview while their layer is visible."""
        layer = self.examples.layer
        node = None if layer is None else QgsProject.instance().layerTreeRoot().findLayer(layer.id())
        self.live.set_example_layer(layer if node is not None and node.isVisible() else None)

    def _on_colors(self):
        words = self._dock.words_panel.model.words
        self.examples.set_colors(words.rows)
        self.live.set_colors(words)

    def _on_words(self):
        words = self._dock.words_panel.model.words
        self.live.set_words(words)
        if not words.enabled:
            self._dock.status.setText(tr("All classes are off."))
            self.live.refresh()
        if self.examples.count:
            self.examples.set_colors(words.rows)
            self._write_examples()

    def _write_examples(self):
        """Write the examples of the enabled classes; the worker refuses others."""
        if self.live.embedding is not None:
            names = {row.name for row in self._dock.words_panel.model.words.enabled}
            self.live.set_examples(self.examples.write(names, self.live.embedding))

    def _add_results(self, result):
        """Add the files to the project; layers of an earlier export of the same files are replaced."""
        paths = result["paths"]
        replaced = {str(Path(path)) for path in paths.values() if path}
        project = QgsProject.instance()
        project.removeMapLayers(
            [layer.id() for layer in project.mapLayers().values() if layer.source().split("|")[0] in replaced]
        )
        root = project.layerTreeRoot()
        name = Path(paths["labels"]).stem.removesuffix("_labels")
        group = root.findGroup(name)
        if group is None or group.children():
            group = root.insertGroup(0, name)
        polygons = paths.get("polygons")
        if polygons:
            name = Path(polygons).stem
            self._add(group, QgsVectorLayer(f"{polygons}|layername={name}", name, "ogr"))
        for key in ("labels", "score", "probabilities"):
            if paths.get(key):
                visible = key == "labels" and not polygons
                self._add(group, QgsRasterLayer(paths[key], Path(paths[key]).stem, "gdal"), visible=visible)
        self._dock.messages.info(tr("Map saved to {}").format(Path(paths["labels"]).parent))

    @staticmethod
    def _add(group, layer, visible=True):
        QgsProject.instance().addMapLayer(layer, False)
        group.addLayer(layer).setItemVisibilityChecked(visible)

    def _on_embedding(self, point):
        """Return a point of the canvas in the embedding's CRS; None outside the image."""
        source, target = self._canvas.mapSettings().destinationCrs(), self.live.embedding.crs
        if source.isValid() and target.isValid():
            try:
                point = QgsCoordinateTransform(source, target, QgsProject.instance()).transform(point)
            except QgsCsException:
                return None
        return point if self.live.embedding.extent.contains(point) else None

    def _switch(self, tool, on):
        if on:
            if self._canvas.mapTool() not in (self.click_tool, self.shape_tool):
                self._previous_tool = self._canvas.mapTool()
            self._canvas.setMapTool(tool)
        elif self._canvas.mapTool() is tool:
            if self._previous_tool is not None:
                self._canvas.setMapTool(self._previous_tool)
            else:
                self._canvas.unsetMapTool(tool)

    def _on_tool(self, new, _=None):
        """Update the buttons when the map tool changes."""
        self._dock.explain_button.setChecked(new is self.click_tool)
        if new is not self.shape_tool:
            self._dock.draw_button.setChecked(False)
            self._dock.draw_negative_button.setChecked(False)


class _SpeedRecorder:
    """Stores the seconds per window from the progress events of an `encode` request."""

    def __init__(self, source, device):
        self._key = (source.model, device, source.precision)
        self._first = None

    def __call__(self, event):
        if event.get("unit") != "windows" or event.get("stage") != "encode":
            return
        now = time.monotonic()
        if self._first is None:
            self._first = (now, event["done"])
            return
        windows = event["done"] - self._first[1]
        if windows > 0 and now - self._first[0] > 1:
            settings.write_speed(*self._key, (now - self._first[0]) / windows)
