"""Export the map and add it to the project."""

from pathlib import Path

from qgis.core import QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QDialog

from ..i18n import tr
from ..open_files import ClosedLayers, find_edits
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
        files = _result_files(folder, self._live.embedding.stem, options)
        problem = folder_problem(folder) or find_edits(files)
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
        # The worker replaces files, which must not be open meanwhile.
        closed = ClosedLayers(files)
        request = self._dock.jobs.request(tr("Export"), "label", params, self._add_results)
        request.failed.connect(lambda _: closed.restore())

    def _add_results(self, result):
        """Add the files to the project."""
        paths = result["paths"]
        root = QgsProject.instance().layerTreeRoot()
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


def _result_files(folder, stem, options):
    """Return the files that become layers, some of which may exist from an earlier export."""
    wanted = {
        f"{stem}_labels.tif": True,
        f"{stem}_score.tif": options.get("scores", True),
        f"{stem}_probabilities.tif": options.get("probabilities", False),
        f"{stem}.gpkg": options.get("polygons", False),
    }
    return [str(Path(folder) / name) for name, is_wanted in wanted.items() if is_wanted]
