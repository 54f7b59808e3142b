"""Encode the selected image, after saving web layers and downloading models where the user agrees."""

import time

from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QMessageBox

from .. import settings
from ..i18n import tr
from ..rasters import ExportTask


class Encoding(QObject):
    """Encodes the image of the source panel."""

    def __init__(self, dock, show):
        """Store the panel, and the function that shows an encoded image."""
        super().__init__(dock)
        self._dock = dock
        self._show = show

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

    def _encode_file(self, source, path, options):
        target = source.embedding_path()
        params = {"raster": str(path), "out": str(target), "model": source.model, "options": options}
        request = self._dock.jobs.request(tr("Encode"), "encode", params, self._show)
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
