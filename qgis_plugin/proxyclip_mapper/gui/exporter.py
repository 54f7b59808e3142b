"""Export the map and add it to the project."""

from pathlib import Path

from qgis.core import QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QDialog

from ..i18n import tr
from .export_dialog import ExportDialog, folder_problem


class Exporter(QObject):
    """Labels the whole embedding, and adds the results to the project."""

    def __init__(self, dock, live):
        super().__init__(dock)
        self._dock = dock
        self._live = live

    def show_dialog(self):
        """Open the export dialog and export."""
        dialog = ExportDialog(self._live.embedding.stem, self._dock.iface.mainWindow())
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
        edited = [layer.name() for layer in _layers_of(folder, self._live.embedding.stem) if layer.isModified()]
        if edited:
            problem = tr("Layer “{}” has unsaved edits. Save or discard them first.").format(edited[0])
        if problem:
            self._dock.messages.warn(problem)
            return
        params = {
            "embedding": self._live.embedding.path,
            "classes": self._dock.words_panel.model.words.to_request(),
            "out": str(folder),
            "examples": self._live.examples,
            "options": {
                **self._dock.mapping.find_refinements(),
                **{key: value for key, value in options.items() if key != "overwrite"},
            },
            "overwrite": options.get("overwrite", False),
            "vectors": vectors or {},
        }
        self._dock.jobs.request(tr("Export"), "label", params, self._add_results)

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


def _layers_of(folder, stem):
    """Return the vector layers of the project that an export into a folder replaces."""
    path = str(Path(folder) / f"{stem}.gpkg")
    layers = QgsProject.instance().mapLayers().values()
    return [layer for layer in layers if isinstance(layer, QgsVectorLayer) and layer.source().split("|")[0] == path]
