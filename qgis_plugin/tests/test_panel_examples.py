"""Examples and corrections: nothing of them is lost, and the map uses them."""

import shutil

import numpy as np
import pytest
from osgeo import gdal, ogr
from qgis.core import QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import QFileDialog

from .conftest import command_line, corner, exported_polygons, read, wait_for_preview, wait_until


def test_examples_stay_when_the_image_is_encoded_again(encoded, layer, tmp_path):
    mapping = encoded.mapping
    mapping.drawing.add(corner(layer))
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
    mapping.drawing.add(corner(layer))
    mapping.drawing.is_negative = True
    mapping.drawing.add(corner(layer, 20))
    assert mapping.examples.count == 2
    encoded.undo_action.trigger()
    assert mapping.examples.count == 1
    mapping.drawing.add(corner(layer, 20))
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
    # A file that another layer has open is replaced, and the layer reads the new one.
    taken = tmp_path / "taken.gpkg"
    shutil.copy(path, taken)
    QgsProject.instance().addMapLayer(QgsVectorLayer(f"{taken}|layername=examples", "taken", "ogr"))
    mapping.drawing.add(corner(layer, 10))
    (other_layer,) = QgsProject.instance().mapLayersByName("taken")
    assert other_layer.startEditing()
    other_layer.deleteFeature(next(other_layer.getFeatures()).id())
    with pytest.raises(OSError, match="unsaved edits"):
        mapping.examples.save(taken)
    assert other_layer.isModified()
    other_layer.rollBack()
    mapping.examples.save(taken)
    (other_layer,) = QgsProject.instance().mapLayersByName("taken")
    assert other_layer.featureCount() == mapping.examples.count == 3
    other = tmp_path / "other.geojson"
    other.write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    with pytest.raises(ValueError, match="field “class”"):
        mapping.examples.load(other)
    assert mapping.examples.count == 3


def test_examples_have_the_colour_of_their_class(encoded, layer):
    mapping, model = encoded.mapping, encoded.words_panel.model
    mapping.drawing.add(corner(layer))
    model.set_color(0, QColor("#123456"))
    categories = {item.value(): item for item in mapping.examples.layer.renderer().categories()}
    assert categories["water"].symbol().symbolLayer(0).strokeColor().name() == "#123456"
    assert categories["water (negative)"].symbol().symbolLayer(0).brushStyle() == Qt.BrushStyle.BDiagPattern
    assert mapping.live._overlay._layers[0] is mapping.examples.layer


def test_drawing_says_how_to_finish(encoded, qgis_iface):
    texts = []
    encoded.messages.hint = texts.append
    encoded.draw_button.click()
    assert "Draw “water”" in texts[0]
    assert "right-click or Enter finishes" in texts[0]
    encoded.draw_button.click()


def test_examples_edited_with_the_tools_of_qgis(encoded, layer):
    mapping = encoded.mapping
    mapping.drawing.add(corner(layer))
    mapping.drawing.add(corner(layer, 20))
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
    mapping.drawing.add(corner(layer))
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


def shapes(path):
    """Return the geometries and classes of exported polygons, by id."""
    data = ogr.Open(str(path))
    layer = data.GetLayerByName("scene")
    return {item.GetFID(): (item.GetGeometryRef().ExportToWkt(), item["class"], item["label"]) for item in layer}


def test_a_corrected_polygon_keeps_its_borders_and_is_an_example(exported, tmp_path, qgis_canvas):
    mapping, panel = exported.mapping, exported.words_panel
    layer = exported_polygons()
    qgis_canvas.setLayers([layer])
    panel.model.add_class("solar panels")
    new = panel.model.words.rows[-1]
    panel.table.selectRow(panel.model.rowCount() - 1)
    exported.correct_button.click()
    feature = max(layer.getFeatures(), key=lambda item: item.geometry().area())
    before = shapes(tmp_path / "map" / "scene.gpkg")
    mapping.drawing.correct(feature.geometry().pointOnSurface().asPoint())
    after = shapes(tmp_path / "map" / "scene.gpkg")
    changed = {number for number in before if before[number] != after[number]}
    assert changed == {feature.id()}
    assert {number: item[0] for number, item in after.items()} == {number: item[0] for number, item in before.items()}
    assert after[feature.id()][1:] == ("solar panels", new.value)
    assert layer.renderer().categoryIndexForValue("solar panels") >= 0
    assert mapping.examples.count == 1
    example = next(mapping.examples.layer.getFeatures())
    assert example["class"] == "solar panels"
    assert example.geometry().symDifference(feature.geometry()).area() < 1e-6 * feature.geometry().area()
    wait_for_preview(exported)
    assert new.value in np.unique(read(mapping.live.layer.source()))
    # Where there is no polygon, a message says so.
    received = []
    exported.messages.warn = received.append
    qgis_canvas.setLayers([])
    mapping.drawing.correct(feature.geometry().pointOnSurface().asPoint())
    assert "No polygon of a map" in received[0]


def test_corrections_are_used_by_fit(exported, layer, tmp_path):
    mapping, panel = exported.mapping, exported.words_panel
    names = [row.name for row in panel.model.words.rows[:2]]
    for number in range(9):
        panel.table.selectRow(number % 2)
        square = corner(layer, 24)
        square.translate(64 * (number % 3), 64 * (number // 3))
        mapping.drawing.add(square)
    mapping.examples.save(tmp_path / "corrections.gpkg")
    embedding, words = mapping.live.embedding.path, "; ".join(names)
    fitted = tmp_path / "fitted.yaml"
    command_line("fit", embedding, tmp_path / "corrections.gpkg", "-c", words, "--save", fitted, "--anyway")
    assert fitted.is_file()
