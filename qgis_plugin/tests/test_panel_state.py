"""The panel and the project: the preview is no layer, nothing of the user's is lost, nothing stale is shown."""

import numpy as np
import pytest
from osgeo import gdal, ogr
from qgis.core import (
    QgsContrastEnhancement,
    QgsGeometry,
    QgsMultiBandColorRenderer,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import QFileDialog, QMessageBox

from .conftest import command_line, read, wait_until


def wait_for_preview(dock):
    live = dock.mapping.live
    wait_until(
        lambda: live._request is None and not live._timer.isActive() and not live._overlay.is_rendering,
        what="the preview",
    )


def corner(layer, side=30):
    """Return a square in the lower left corner of a layer."""
    west, south = layer.extent().xMinimum(), layer.extent().yMinimum()
    return QgsGeometry.fromRect(QgsRectangle(west, south, west + side, south + side))


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


def test_examples_stay_when_the_image_is_encoded_again(encoded, layer, tmp_path):
    mapping = encoded.mapping
    mapping.add_example(corner(layer))
    encoded.encode_button.click()
    wait_until(lambda: not encoded.jobs.is_busy, what="the second encoding")
    wait_until(lambda: mapping.live.layer is not None, what="the preview")
    assert mapping.examples.count == 1
    assert mapping.live.examples is not None
    # An embedding of another place ignores them, and they stay.
    command_line("sample", tmp_path / "near.tif", "--size", 128, "--quiet")
    data = gdal.Translate(str(tmp_path / "far.tif"), str(tmp_path / "near.tif"))
    west, size, _, north, _, height = data.GetGeoTransform()
    data.SetGeoTransform((west + 5000, size, 0, north, 0, height))
    data = None
    far = QgsRasterLayer(str(tmp_path / "far.tif"), "far", "gdal")
    QgsProject.instance().addMapLayer(far)
    encoded.source_panel.layers.setLayer(far)
    encoded.encode_button.click()
    wait_until(lambda: not encoded.jobs.is_busy and mapping.live.embedding.stem == "far", what="the other image")
    assert mapping.examples.count == 1
    assert mapping.live.examples is None


def test_examples_are_undone_saved_and_loaded(encoded, layer, tmp_path):
    mapping = encoded.mapping
    mapping.add_example(corner(layer))
    mapping._negative = True
    mapping.add_example(corner(layer, 20))
    assert mapping.examples.count == 2
    encoded.undo_action.trigger()
    assert mapping.examples.count == 1
    mapping.add_example(corner(layer, 20))
    # QGIS warns of layers in memory when it closes, unless this property is set.
    assert not mapping.examples.layer.customProperty("skipMemoryLayersCheck")
    path = tmp_path / "examples.gpkg"
    mapping.examples.save(path)
    assert mapping.examples.layer.providerType() == "ogr"
    saved = ogr.Open(str(path))
    assert [(item["class"], bool(item["negative"])) for item in saved.GetLayer(0)] == [
        ("water", False),
        ("water", True),
    ]
    mapping.examples.clear()
    mapping.examples.load(path)
    assert mapping.examples.count == 2
    # Saving to the file that the layer reads keeps it.
    mapping.examples.save(path)
    assert mapping.examples.count == 2
    reread = ogr.Open(str(path))
    assert reread.GetLayer(0).GetFeatureCount() == 2
    assert mapping.live.examples is not None
    other = tmp_path / "other.geojson"
    other.write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    with pytest.raises(ValueError, match="field “class”"):
        mapping.examples.load(other)
    assert mapping.examples.count == 2


def test_examples_have_the_colour_of_their_class(encoded, layer):
    mapping, model = encoded.mapping, encoded.words_panel.model
    mapping.add_example(corner(layer))
    model.set_color(0, QColor("#123456"))
    categories = {item.value(): item for item in mapping.examples.layer.renderer().categories()}
    assert categories["water"].symbol().symbolLayer(0).strokeColor().name() == "#123456"
    assert categories["water (negative)"].symbol().symbolLayer(0).brushStyle() == Qt.BrushStyle.BDiagPattern
    assert mapping.live._overlay._layers[0] is mapping.examples.layer


def test_drawing_says_how_to_finish(encoded, qgis_iface):
    texts = []
    encoded.messages.hint = texts.append
    encoded.draw_button.click()
    assert "an example of “water”" in texts[0]
    assert "right-click or Enter finishes" in texts[0]
    encoded.draw_button.click()


def test_a_second_export_replaces_the_layers_of_the_first(encoded, tmp_path):
    for _ in range(2):
        encoded.mapping.export(tmp_path, {"polygons": True, "probabilities": True, "overwrite": True})
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
    encoded.mapping.export(folder, {})
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
    assert panel.source().bands is None
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
    assert panel.source().bands is None


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


def test_examples_edited_with_the_tools_of_qgis(encoded, layer):
    mapping = encoded.mapping
    mapping.add_example(corner(layer))
    mapping.add_example(corner(layer, 20))
    examples: QgsVectorLayer = mapping.examples.layer
    first = mapping.live.examples
    assert examples.startEditing()
    examples.deleteFeature(next(examples.getFeatures()).id())
    assert examples.commitChanges()
    assert mapping.live.examples != first
    written = ogr.Open(mapping.live.examples)
    assert written.GetLayer(0).GetFeatureCount() == 1


def test_learned_classes_are_saved_and_loaded(encoded, layer, tmp_path, monkeypatch):
    mapping, panel = encoded.mapping, encoded.words_panel
    shown = mapping.live.layer.source()
    mapping.add_example(corner(layer))
    wait_until(lambda: mapping.live.layer.source() != shown, what="the preview with the example")
    learned = read(mapping.live.layer.source())
    path = tmp_path / "learned.yaml"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    encoded.learned_action.trigger()
    wait_until(path.exists, what="the file")
    encoded.clear_action.trigger()
    wait_for_preview(encoded)
    panel.load_file(str(path))
    wait_until(lambda: any(row.direction for row in panel.model.words.rows), what="the classes")
    wait_for_preview(encoded)
    # The classes hold what was learned, without the example.
    np.testing.assert_array_equal(read(mapping.live.layer.source()), learned)


def test_places_for_the_next_examples_are_shown(encoded):
    for _ in range(2):
        encoded.suggest_action.trigger()
        wait_until(lambda: not encoded.jobs.is_busy, what="the places")
    places = QgsProject.instance().mapLayersByName("ProxyCLIP: draw here")
    assert len(places) == 1
    assert 1 <= places[0].featureCount() <= 10
    assert encoded.mapping.live.embedding.extent.contains(places[0].extent())
    names = {row.name for row in encoded.words_panel.model.words.rows}
    assert {feature["class"] for feature in places[0].getFeatures()} <= names
