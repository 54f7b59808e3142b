"""The panel, in success and failure."""

import os
import signal

import numpy as np
import pytest
from osgeo import gdal, ogr
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
)
from qgis.PyQt.QtCore import Qt

from .conftest import WORKER_PYTHON, command_line, read, wait_until


def messages(iface):
    """Return the texts in the message bar."""
    bar = iface.messageBar()
    found = []
    for item in bar.items() if hasattr(bar, "items") else []:
        found.append(item.text())
    return found


@pytest.fixture
def failures(dock):
    """Collect the errors that the panel shows."""
    received = []
    dock.messages.fail = lambda error, action=None: received.append((error, action))
    return received


@pytest.fixture
def large(tmp_path, dock):
    """The panel with a scene that takes some seconds to encode."""
    command_line("sample", tmp_path / "large.tif", "--size", 768, "--quiet")
    layer = QgsRasterLayer(str(tmp_path / "large.tif"), "large", "gdal")
    QgsProject.instance().addMapLayer(layer)
    dock.source_panel.layers.setLayer(layer)
    return dock


def test_colours_need_no_request_and_words_do(encoded):
    live = encoded.mapping.live
    model = encoded.words_panel.model
    shown = live.layer.source()
    from qgis.PyQt.QtGui import QColor

    model.set_color(0, QColor("#123456"))
    assert live.layer.renderer().classes()[0].color.name() == "#123456"
    assert live.layer.source() == shown
    assert model.setData(model.index(0, 0), Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    wait_until(lambda: live.layer.source() != shown, what="the map without a class")
    assert 1 not in np.unique(read(live.layer.source()))


def test_changes_during_a_request(encoded):
    live = encoded.mapping.live
    requests = []
    request = encoded.client.request
    encoded.client.request = lambda method, params=None: requests.append(method) or request(method, params)
    for threshold in (0.1, 0.2, 0.5, 1.0):
        encoded.words_panel.threshold.setValue(threshold)
        live.refresh()
    wait_until(lambda: not live._stale and live._request is None, what="the map to come to rest")
    assert (read(live.layer.source()) == 0).all()
    assert 1 <= requests.count("preview") <= 3


def test_preview_has_extent_and_resolution_of_canvas(encoded, qgis_canvas, layer):
    live = encoded.mapping.live
    shown = live.layer.source()
    extent = layer.extent()
    quarter = QgsRectangle(extent.xMinimum(), extent.center().y(), extent.center().x(), extent.yMaximum())
    qgis_canvas.setExtent(quarter)
    qgis_canvas.refresh()
    wait_until(lambda: live.layer.source() != shown, what="the map of the part")
    part = gdal.Open(live.layer.source())
    transform = part.GetGeoTransform()
    assert transform[1] == pytest.approx(0.5)
    assert part.RasterXSize < 384


def test_a_project_in_another_crs(encoded, qgis_canvas, layer):
    live = encoded.mapping.live
    shown = live.layer.source()
    qgis_canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    from proxyclip_mapper.rasters import transform_extent

    qgis_canvas.setExtent(transform_extent(layer.extent(), layer.crs(), QgsCoordinateReferenceSystem("EPSG:3857")))
    qgis_canvas.refresh()
    wait_until(lambda: live.layer.source() != shown, what="the map")
    assert live.layer.extent().center().distance(layer.extent().center()) < 20
    at = qgis_canvas.extent().center()
    encoded.mapping.explain(at)
    wait_until(lambda: encoded.scores.rowCount() > 0, what="the scores")
    from proxyclip_mapper.gui.scores import PROBABILITY_ROLE

    shares = [encoded.scores.item(row, 2).data(PROBABILITY_ROLE) for row in range(encoded.scores.rowCount())]
    assert sum(shares) == pytest.approx(1)
    assert shares == sorted(shares, reverse=True)


def test_click_outside_the_image(encoded):
    received = []
    encoded.messages.warn = received.append
    encoded.mapping.explain(QgsPointXY(0, 0))
    assert received == ["The location is outside the image."]


@pytest.mark.own_worker
def test_killed_worker_is_reported_and_restarted(large, failures):
    dock = large
    dock.encode_button.click()
    wait_until(lambda: dock.job_bar.bar.value() > 100, what="some progress")
    os.kill(dock.client.process_id, signal.SIGKILL)
    wait_until(lambda: failures, what="the failure")
    assert "ended unexpectedly" in str(failures[0][0])
    assert not dock.jobs.is_busy
    assert dock.encode_button.isEnabled()
    # The same button finishes what was begun, with a new worker.
    dock.encode_button.click()
    wait_until(lambda: dock.mapping.live.layer is not None, what="the map in view")
    assert len(failures) == 1


@pytest.mark.own_worker
def test_preview_after_killed_worker(encoded, failures):
    live = encoded.mapping.live
    shown = live.layer.source()
    live.refresh()
    os.kill(encoded.client.process_id, signal.SIGKILL)
    wait_until(lambda: failures, what="the failure")
    encoded.words_panel.threshold.setValue(0.3)
    wait_until(lambda: live.layer.source() != shown, what="the map from a new worker")


def test_cancelled_encoding_is_resumed(large):
    dock = large
    dock.encode_button.click()
    wait_until(lambda: dock.job_bar.bar.value() > 100, what="some progress")
    assert "about" in dock.job_bar.label.text() or "of" in dock.job_bar.label.text()
    dock.job_bar.button.click()
    wait_until(lambda: not dock.jobs.is_busy, what="the end")
    assert dock.mapping.live.embedding is None
    dock.encode_button.click()
    wait_until(lambda: dock.mapping.live.layer is not None, what="the map in view")


def test_cancelled_export_leaves_no_files(large, tmp_path):
    dock = large
    dock.encode_button.click()
    wait_until(lambda: dock.mapping.live.layer is not None, what="the map in view")
    out = tmp_path / "map"
    dock.mapping.exporter.export(out, {"polygons": True})
    dock.job_bar.button.click()
    wait_until(lambda: not dock.jobs.is_busy, what="the end")
    assert not out.exists() or not list(out.glob("*.tif"))


def test_opening_an_embedding(encoded, layer):
    path = encoded.mapping.live.embedding.path
    encoded.mapping.open(path)
    wait_until(lambda: not encoded.jobs.is_busy and encoded.mapping.live.layer is not None, what="the map")
    assert encoded.mapping.live.embedding.path == path


def test_open_invalid_embedding(dock, failures, tmp_path):
    dock.mapping.open(tmp_path)
    wait_until(lambda: failures, what="the failure")
    assert failures[0][0].kind == "StoreError"


def test_missing_model_offers_download(dock, failures):
    dock.source_panel.model.select("vitb16-dino-b8")
    dock.encode_button.click()
    wait_until(lambda: failures, what="the failure")
    error, action = failures[0]
    assert error.kind == "WeightsError"
    assert "not on this machine. Press “Download”" in str(error)
    assert "models fetch" not in str(error)
    assert action[0] == "Download…"


def test_side_by_side(encoded, qgis_canvas, layer):
    encoded.side_button.click()
    side = encoded.mapping._side
    assert [item.id() for item in side.canvas.layers()] == [layer.id()]
    encoded.side_button.click()
    assert encoded.mapping._side is None


def test_examples_change_the_map(encoded, layer):
    mapping, live = encoded.mapping, encoded.mapping.live
    model = encoded.words_panel.model
    before = read(live.layer.source())
    west, south = layer.extent().xMinimum(), layer.extent().yMinimum()
    shown = live.layer.source()
    mapping.drawing.add(QgsGeometry.fromPointXY(layer.extent().center()))
    mapping.drawing.add(QgsGeometry.fromRect(QgsRectangle(west, south, west + 30, south + 30)))
    assert mapping.examples.count == 2
    data = ogr.Open(live.examples)
    assert {feature["class"] for feature in data.GetLayer(0)} == {"water"}
    wait_until(lambda: live.layer.source() != shown, what="the map with examples")
    assert (read(live.layer.source()) != before).any()
    # Examples follow their class to another name, and rest while it is off.
    model.setData(model.index(0, 0), "wet")
    data = ogr.Open(live.examples)
    assert {feature["class"] for feature in data.GetLayer(0)} == {"wet"}
    model.setData(model.index(0, 0), Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    assert live.examples is None
    model.setData(model.index(0, 0), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    mapping.set_drawing(True, negative=True)
    model.setData(model.index(0, 0), "water")
    shown = live.layer.source()
    wait_until(lambda: live._request is None and not live._timer.isActive(), what="the map to come to rest")
    encoded.clear_action.trigger()
    assert mapping.examples.count == 0
    assert live.examples is None
    shown = live.layer.source()
    wait_until(lambda: live.layer.source() != shown, what="the map without examples")
    np.testing.assert_array_equal(read(live.layer.source()), before)


def test_example_outside_the_image(encoded):
    received = []
    encoded.messages.warn = received.append
    encoded.mapping.drawing.add(QgsGeometry.fromPointXY(QgsPointXY(0, 0)))
    assert received == ["The location is outside the image."]


def test_the_report_has_versions_and_no_home(encoded):
    from proxyclip_mapper.report import make_report

    text = make_report(RuntimeError("x"), encoded.client.greeting, [os.path.expanduser("~/secret/path")])
    assert "QGIS: 3" in text
    assert "worker: 0." in text
    assert os.path.expanduser("~") not in text


def test_vocabularies_are_saved_and_loaded(encoded, tmp_path):
    panel = encoded.words_panel
    panel.model.add_class("solar panels")
    before = panel.model.words
    received = []
    panel.saved.connect(received.append)
    panel.save_file(str(tmp_path / "mine.yaml"))
    wait_until(lambda: received, what="the file")
    panel.model.remove_classes({0, 1})
    panel.load_file(str(tmp_path / "mine.yaml"))
    wait_until(lambda: len(panel.model.words.rows) == len(before.rows), what="the words")
    assert panel.model.words.rows == before.rows


def test_missing_environment(qgis_app, qgis_iface, qgis_canvas, set_up, layer):
    from proxyclip_mapper.gui.dock import MapperDock

    set_up.write("interpreter", "")
    panel = MapperDock(qgis_iface)
    received = []
    panel.messages.fail = lambda error, action=None: received.append((error, action))
    assert not panel.environment_hint.isHidden()
    panel.encode_button.click()
    wait_until(lambda: received, what="the failure")
    assert received[0][0].needs_environment
    assert received[0][1][0] == "Environment…"
    set_up.write("interpreter", str(WORKER_PYTHON))
    panel.connect_worker()
    wait_until(lambda: panel.words_panel.model.words.rows, what="the words")
    assert panel.environment_hint.isHidden()
    panel.shut_down()
    panel.deleteLater()


def test_interpreter_without_package(qgis_app, set_up):
    from proxyclip_mapper.client.client import WorkerClient

    client = WorkerClient(interpreter=lambda: "/usr/bin/python3")
    received = []
    client.request("models").failed.connect(received.append)
    wait_until(lambda: received, what="the failure")
    assert received[0].needs_environment
    assert "No module named" in str(received[0])


@pytest.mark.own_worker
def test_unload_removes_everything(plugin, qgis_iface):
    dock = plugin.dock
    wait_until(lambda: dock.words_panel.model.words.rows, what="the words")
    dock.encode_button.click()
    wait_until(lambda: dock.mapping.live.layer is not None, what="the map in view")
    number = dock.client.process_id
    layers = set(QgsProject.instance().mapLayers())
    folder = dock.mapping.live._folder.name
    plugin.unload()
    assert QgsApplication.processingRegistry().providerById("proxyclip") is None
    assert set(QgsProject.instance().mapLayers()) == layers
    assert not os.path.exists(folder)
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
    plugin.initGui()


def test_extent_outside_the_image(dock, layer):
    beside = QgsRectangle(0, 0, 1, 1)
    dock.source_panel.extent.setOutputExtentFromUser(beside, layer.crs())
    assert "does not intersect the image" in dock.source_panel.cost.text()
    received = []
    dock.messages.warn = received.append
    dock.encode_button.click()
    assert "does not intersect" in received[0]


def test_estimate_is_shown(encoded):
    assert "384 × 384 pixels, about 25 windows" in encoded.source_panel.cost.text()


def test_report_is_copied_from_message_bar(encoded, qgis_iface):
    from qgis.gui import QgsMessageBar
    from qgis.PyQt.QtWidgets import QPushButton

    from proxyclip_mapper.gui.messages import Messages

    bar = QgsMessageBar()
    Messages(bar, encoded.client).fail(RuntimeError("it broke"), ("Do something", lambda: None))
    buttons = {button.text(): button for button in bar.currentItem().findChildren(QPushButton)}
    buttons["Copy report"].click()
    assert "it broke" in QgsApplication.clipboard().text()
    assert "plugin: 0.1.0" in QgsApplication.clipboard().text()
    assert "Do something" in buttons


def test_the_class_of_pixels_below_the_threshold_is_sent_while_it_is_used():
    from dataclasses import replace

    from proxyclip_mapper.vocabulary import from_vocabulary

    classes = [{"name": name, "color": "#000000", "value": value} for value, name in enumerate(("road", "Rest"), 1)]
    words = from_vocabulary({"name": "own", "threshold": 0.2, "fallback": "rest", "classes": classes})
    assert words.to_request()["fallback"] == "rest"
    unused = replace(words, rows=(words.rows[0], replace(words.rows[1], enabled=False)))
    assert "fallback" not in unused.to_request()
