"""The preview, the map tools and the examples of the panel."""

from qgis.core import QgsCoordinateTransform, QgsCsException, QgsProject
from qgis.PyQt.QtCore import QObject

from .. import settings
from ..i18n import tr
from .drawing import Drawing
from .encoding import Encoding
from .exporter import Exporter
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
        self._side = None
        self._warned_of = []
        self.live = LivePreview(dock.client, self._canvas, self)
        self.live.find_options = self._find_options
        self.live.opacity = settings.read("opacity") / 100
        self.live.requested.connect(self._on_requested)
        self.live.updated.connect(self._on_updated)
        self.live.failed.connect(dock.fail)
        self.encoding = Encoding(dock, self._show_embedding)
        self.exporter = Exporter(dock, self.live)
        self.drawing = Drawing(dock, self.live)
        self.examples = self.drawing.examples
        self.examples.changed.connect(self._on_examples)
        self.click_tool = ClickTool(self._canvas)
        self.click_tool.canvasClicked.connect(self.explain)
        self.shape_tool = ShapeTool(self._canvas)
        self.shape_tool.drawn.connect(self.drawing.add)
        self.correct_tool = ClickTool(self._canvas)
        self.correct_tool.canvasClicked.connect(self.drawing.correct)
        self._tools = {
            self.click_tool: [dock.explain_button],
            self.shape_tool: [dock.draw_button, dock.draw_negative_button],
            self.correct_tool: [dock.correct_button],
        }
        self._canvas.mapToolSet.connect(self._on_tool)
        self._canvas.layersChanged.connect(self._on_layers)
        QgsProject.instance().cleared.connect(self.close_embedding)
        model = dock.words_panel.model
        model.renamed.connect(self.examples.rename)
        model.words_changed.connect(self._on_words)
        model.colors_changed.connect(self._on_colors)

    def open(self, path):
        """Open an embedding."""
        self._dock.jobs.request(tr("Open"), "open", {"embedding": str(path)}, self._show_embedding)

    def close_embedding(self):
        """Show no embedding, e.g. when the project is closed."""
        self.live.close_embedding()
        self._dock.scores.setRowCount(0)
        self._dock.status.clear()
        self._dock.refresh_buttons()

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
            "options": self._find_options(),
        }
        request = self._dock.client.request("explain", params)
        request.succeeded.connect(lambda result: self._dock.scores.show_queries(result["queries"], words.rows))
        request.failed.connect(self._dock.fail)

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
        self._switch(self.shape_tool, on)
        if on:
            self.drawing.is_negative = negative
            name = self._dock.words_panel.current_class
            # The message bar cuts a second line off.
            self._dock.messages.hint(
                tr("Draw what is not “{}”: right-click or Enter finishes, Esc cancels.").format(name)
                if negative
                else tr("Draw “{}”: right-click or Enter finishes, Esc cancels.").format(name)
            )
        else:
            self._dock.messages.clear_hint()
        if on:
            for button, own in ((self._dock.draw_button, False), (self._dock.draw_negative_button, True)):
                if own != negative:
                    button.blockSignals(True)
                    button.setChecked(False)
                    button.blockSignals(False)

    def set_correcting(self, on):
        """Turn the map tool that changes the class of a polygon on or off."""
        self._switch(self.correct_tool, on)
        if on:
            name = self._dock.words_panel.current_class
            self._dock.messages.hint(tr("Click a polygon of a map: its class becomes “{}”.").format(name))
        else:
            self._dock.messages.clear_hint()

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
        for tool in self._tools:
            self._canvas.unsetMapTool(tool)
        self.shape_tool.remove()
        self.live.close()
        self.examples.close()

    def _show_embedding(self, described):
        self.live.words = self._dock.words_panel.model.words
        self.live.set_embedding(described)
        self._on_examples()
        self.live.refresh()
        self._dock.scores.setRowCount(0)
        self._dock.refresh_buttons()

    def _find_options(self):
        """Return the refinements that a preview uses: segments take too long."""
        options = self.find_refinements()
        options.pop("segments", None)
        return options

    def find_refinements(self):
        """Return the chosen refinements as options of a request."""
        return self._dock.refinements.options(self._dock.words_panel.model.words, bool(self.live.examples))

    def _on_requested(self):
        busy = self._dock.jobs.is_busy
        self._dock.status.setText(tr("waiting for the running job…") if busy else tr("updating…"))

    def _on_updated(self, result):
        check = result["examples"]
        self.drawing.learned = result["vocabulary"] if check is not None else None
        text = tr("{:.2f} s").format(result["seconds"]).replace(" ", "\N{NO-BREAK SPACE}")
        if check is not None:
            text = tr("{:.0f} % of the examples fit, {}").format(100 * check["correct"], text)
        self._dock.status.setText(text)
        self._dock.status.setToolTip("" if check is None else "\n".join(check["advice"]))
        reports = [report for report in (check, result["adaptation"]) if report is not None]
        warnings = [line for report in reports for line in report["warnings"]]
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
            if self._canvas.mapTool() not in self._tools:
                self._previous_tool = self._canvas.mapTool()
            self._canvas.setMapTool(tool)
        elif self._canvas.mapTool() is tool:
            if self._previous_tool is not None:
                self._canvas.setMapTool(self._previous_tool)
            else:
                self._canvas.unsetMapTool(tool)

    def _on_tool(self, new, _=None):
        """Update the buttons when the map tool changes."""
        for tool, buttons in self._tools.items():
            for button in buttons if new is not tool else ():
                button.setChecked(False)
