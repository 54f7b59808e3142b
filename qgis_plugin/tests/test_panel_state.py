"""The panel and the project: the preview is no layer, nothing of the user's is lost, nothing stale is shown."""

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import (
    QgsContrastEnhancement,
    QgsMultiBandColorRenderer,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
)
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QMessageBox

from .conftest import wait_for_preview, wait_until


def test_the_preview_is_not_part_of_the_project(encoded, layer, qgis_canvas, tmp_path):
    project = QgsProject.instance()
    wait_for_preview(encoded)
    assert list(project.mapLayers()) == [layer.id()]
    project.write(str(tmp_path / "project.qgs"))
    assert not project.isDirty()
    extent = layer.extent()
    extent.scale(0.5)
    qgis_canvas.setExtent(extent)
    qgis_canvas.refresh()
    shown = encoded.mapping.live.layer.source()
    wait_until(lambda: encoded.mapping.live.layer.source() != shown, what="the preview of the part")
    assert not project.isDirty()
    assert "preview" not in (tmp_path / "project.qgs").read_text("utf-8")
    boxed = encoded.source_panel.layers
    assert [boxed.layer(number).id() for number in range(boxed.count())] == [layer.id()]


def test_the_preview_is_drawn_above_the_map(encoded, layer, qgis_canvas):
    wait_for_preview(encoded)
    overlay = encoded.mapping.live._overlay
    image = overlay.image
    assert image.size() == qgis_canvas.mapSettings().outputSize()
    colors = {row.color for row in encoded.words_panel.model.words.rows}
    encoded.opacity.setValue(100)
    wait_for_preview(encoded)
    centre = overlay.image.pixelColor(image.width() // 2, image.height() // 2)
    assert centre.name() in colors
    # Outside the image the overlay is transparent.
    assert overlay.image.pixelColor(1, 1).alpha() == 0
    encoded.visible_box.setChecked(False)
    assert overlay.image.isNull()
    encoded.visible_box.setChecked(True)
    wait_for_preview(encoded)
    assert not overlay.image.isNull()


def test_no_class_gives_no_preview(encoded):
    model = encoded.words_panel.model
    for number in range(model.rowCount()):
        model.setData(model.index(number, 0), Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    assert encoded.mapping.live.layer is None
    assert encoded.mapping.live._overlay.image.isNull()
    assert encoded.status.text() == "All classes are off."
    model.setData(model.index(0, 0), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    wait_until(lambda: encoded.mapping.live.layer is not None, what="the preview of one class")


def test_a_new_project_closes_the_embedding(encoded):
    live = encoded.mapping.live
    live.refresh()
    QgsProject.instance().clear()
    assert live.embedding is None
    assert live.layer is None
    assert not encoded.export_button.isEnabled()
    # The answer of the request that was running is dropped.
    wait_until(lambda: live._request is None, what="the answer")
    assert live.layer is None


def test_an_answer_for_another_embedding_is_dropped(encoded, tmp_path):
    live = encoded.mapping.live
    wait_for_preview(encoded)
    first = live.embedding
    updates = []
    live.updated.connect(updates.append)
    live.refresh()
    described = {
        "embedding": first.path,
        "stem": "other",
        "model": "demo",
        "crs": first.crs.toWkt(),
        "bounds": [
            first.extent.xMinimum(),
            first.extent.yMinimum(),
            first.extent.xMaximum(),
            first.extent.yMaximum(),
        ],
        "transform": [first.pixel, 0, first.extent.xMinimum(), 0, -first.pixel, first.extent.yMaximum()],
        "gsd": [first.metres, first.metres],
        "step": first.step,
    }
    live.set_embedding(described)
    live.refresh()
    assert live.layer is None
    wait_until(lambda: updates, what="the preview of the second embedding")
    assert len(updates) == 1
    assert live.embedding.stem == "other"


def test_the_extent_stays_when_the_layer_box_repeats_its_layer(dock, layer):
    part = layer.extent()
    part.scale(0.5)
    dock.source_panel.extent.setOutputExtentFromUser(part, layer.crs())
    size = dock.source_panel.source().size
    dock.source_panel.layers.layerChanged.emit(layer)
    assert dock.source_panel.source().size == size
    assert size[0] < 384


def test_a_second_export_replaces_the_layers_of_the_first(encoded, tmp_path):
    for _ in range(2):
        encoded.mapping.exporter.export(tmp_path, {"polygons": True, "probabilities": True, "overwrite": True})
        wait_until(lambda: not encoded.jobs.is_busy, what="the export")
    layers = list(QgsProject.instance().mapLayers().values())
    names = sorted(layer.name() for layer in layers)
    assert names == ["scene", "scene", "scene_labels", "scene_probabilities", "scene_score"]
    assert all(layer.isValid() for layer in layers)
    assert len(QgsProject.instance().layerTreeRoot().findGroups()) == 1


@pytest.mark.parametrize(("folder", "expected"), [("", "Select a folder"), ("map", "not a full path")])
def test_export_needs_a_folder(encoded, folder, expected):
    received = []
    encoded.messages.warn = received.append
    encoded.mapping.exporter.export(folder, {})
    assert not encoded.jobs.is_busy
    assert expected in received[0]


def test_export_finds_existing_files_and_unwritable_folders_first(encoded, tmp_path):
    from proxyclip_mapper.gui.export_dialog import ExportDialog

    dialog = ExportDialog("scene")
    dialog.folder.setFilePath(str(tmp_path))
    assert dialog.find_problem() == ""
    (tmp_path / "scene_labels.tif").touch()
    assert "scene_labels.tif exists" in dialog.find_problem()
    dialog.overwrite.setChecked(True)
    assert dialog.find_problem() == ""
    dialog.folder.setFilePath(str(tmp_path / "scene_labels.tif" / "sub"))
    assert "is a file, not a folder" in dialog.find_problem()
    dialog.folder.setFilePath("/proc/sub")
    assert "No files can be written" in dialog.find_problem()


def test_a_renamed_layer_has_the_same_embedding(dock, layer):
    before = dock.source_panel.source().embedding_path()
    layer.setName("another name")
    assert dock.source_panel.source().embedding_path() == before


def test_layers_that_gdal_opens_by_prefix(qgis_app, scene, tmp_path):
    import zipfile

    from proxyclip_mapper.rasters import file_of

    with zipfile.ZipFile(tmp_path / "scene.zip", "w") as archive:
        archive.write(scene, "scene.tif")
    name = f"/vsizip/{tmp_path}/scene.zip/scene.tif"
    assert file_of(QgsRasterLayer(name, "zipped", "gdal")) == name
    gdal.GetDriverByName("GTiff").CreateCopy("/vsimem/copy.tif", gdal.Open(str(scene)))
    assert file_of(QgsRasterLayer("/vsimem/copy.tif", "memory", "gdal")) is None
    assert file_of(QgsRasterLayer(f"{scene}|option:NUM_THREADS=2", "options", "gdal")) is None
    gdal.Unlink("/vsimem/copy.tif")


def test_a_zipped_image_is_encoded(dock, scene, tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "scene.zip", "w") as archive:
        archive.write(scene, "scene.tif")
    layer = QgsRasterLayer(f"/vsizip/{tmp_path}/scene.zip/scene.tif", "zipped", "gdal")
    QgsProject.instance().addMapLayer(layer)
    dock.source_panel.layers.setLayer(layer)
    dock.encode_button.click()
    wait_until(lambda: dock.mapping.live.layer is not None, what="the preview")


def test_bands_and_stretch_of_the_symbology(dock, layer):
    panel = dock.source_panel
    assert "bands" not in panel.source().options
    renderer = QgsMultiBandColorRenderer(layer.dataProvider(), 3, 2, 1)
    limits = QgsContrastEnhancement(layer.dataProvider().dataType(1))
    limits.setMinimumValue(10)
    limits.setMaximumValue(200)
    for name in ("setRedContrastEnhancement", "setGreenContrastEnhancement", "setBlueContrastEnhancement"):
        getattr(renderer, name)(QgsContrastEnhancement(limits))
    layer.setRenderer(renderer)
    # Bands that the user has changed are preselected; the stretch is offered.
    assert panel.source().options["bands"] == [3, 2, 1]
    assert "stretch" not in panel.source().options
    panel.stretch.setCurrentIndex(1)
    assert panel.source().options["stretch"] == {"lows": [10, 10, 10], "highs": [200, 200, 200]}
    panel.bands.setEditText("2")
    assert panel.source().options["bands"] == [2]
    panel.bands.setEditText("4, 5")
    assert "enter one or three numbers from 1 to 3" in panel.cost.text()
    panel.bands.setCurrentIndex(0)
    assert "bands" not in panel.source().options


def test_bands_as_displayed_reach_the_worker(dock, layer):
    layer.setRenderer(QgsMultiBandColorRenderer(layer.dataProvider(), 3, 2, 1))
    requests = []
    request = dock.client.request
    dock.client.request = lambda method, params=None: requests.append((method, params)) or request(method, params)
    dock.encode_button.click()
    wait_until(lambda: dock.mapping.live.layer is not None, what="the preview")
    dock.client.request = request
    assert dict(requests)["encode"]["options"]["bands"] == [3, 2, 1]


def test_a_world_wide_web_layer_is_too_large(dock):
    layer = QgsRasterLayer("type=xyz&url=file:///nowhere/{z}/{x}/{y}.png&zmin=0&zmax=18", "web", "wms")
    QgsProject.instance().addMapLayer(layer)
    dock.source_panel.layers.setLayer(layer)
    assert "are too many" in dock.source_panel.cost.text()
    received = []
    dock.messages.warn = received.append
    dock.encode_button.click()
    assert not dock.jobs.is_busy
    assert "Select an extent" in received[0]


def test_estimate_of_a_rotated_raster(dock, scene, tmp_path):
    path = tmp_path / "rotated.tif"
    data = gdal.Translate(str(path), str(scene))
    west, _, _, north, _, _ = data.GetGeoTransform()
    data.SetGeoTransform((west, 0.4, 0.3, north, 0.3, -0.4))
    data = None
    layer = QgsRasterLayer(str(path), "rotated", "gdal")
    QgsProject.instance().addMapLayer(layer)
    dock.source_panel.layers.setLayer(layer)
    assert dock.source_panel.source().size == (384, 384)


def test_a_model_without_weights_offers_its_download(dock, monkeypatch):
    model = dock.source_panel.model
    wait_until(lambda: model._models, what="the models")
    model.select("demo")
    assert model.download_button.isHidden()
    model.select("vitb16-dino-b8")
    assert not model.download_button.isHidden()
    assert "not downloaded (about 942 MB)" in model.details.text()
    assert "MIT" in model.details.text()
    assert "0.2 to 2 m per pixel" in model.details.text()
    assert model.box.currentText() == "Balanced: vitb16-dino-b8"
    questions, failures = [], []
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]
    monkeypatch.setattr(QMessageBox, "question", lambda *texts: questions.append(texts[2]) or answers.pop(0))
    dock.messages.fail = lambda error, action=None: failures.append(error)
    model.download_button.click()
    assert "“vitb16-dino-b8”: about 942 MB?" in questions[0]
    assert "Licence: MIT (CLIP), Apache-2.0 (DINO)" in questions[0]
    assert not dock.jobs.is_busy
    model.download_button.click()
    assert dock.jobs.is_busy
    # The tests have no network.
    wait_until(lambda: failures, what="the failure")
    assert "Check the network and the proxy" in str(failures[0])
    assert not dock.jobs.is_busy


def test_a_blank_web_layer_is_not_stored(dock, tmp_path, monkeypatch):
    """A server that does not answer leaves transparent pixels."""
    uri = f"type=xyz&url=file://{tmp_path}/missing/{{z}}/{{x}}/{{y}}.png&zmin=16&zmax=16"
    layer = QgsRasterLayer(uri, "web", "wms")
    QgsProject.instance().addMapLayer(layer)
    dock.source_panel.layers.setLayer(layer)
    dock.source_panel.extent.setOutputExtentFromUser(QgsRectangle(1e6, 6e6, 1e6 + 200, 6e6 + 200), layer.crs())
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    received = []
    dock.messages.warn = received.append
    dock.encode_button.click()
    wait_until(lambda: received, what="the warning")
    assert "returned no image" in received[0]
    assert not dock.source_panel.source().saved_path().exists()
    assert not dock.jobs.is_busy


def test_fraction_of_blank_pixels(tmp_path):
    from proxyclip_mapper.rasters import blank_fraction

    data = gdal.GetDriverByName("GTiff").Create(str(tmp_path / "x.tif"), 40, 30, 4, options=["ALPHA=YES"])
    alpha = np.full((30, 40), 255, np.uint8)
    alpha[:15] = 0
    data.GetRasterBand(4).WriteArray(alpha)
    data = None
    assert blank_fraction(tmp_path / "x.tif") == 0.5


def test_image_and_map_side_by_side(encoded, layer):
    encoded.side_button.click()
    assert [item.id() for item in encoded.mapping._side.canvas.layers()] == [layer.id()]
    encoded.side_button.click()
