"""Buttons, menus and dialogs of the panel that other tests do not press."""

import json
import shutil

import pytest
from osgeo import gdal, ogr
from qgis.core import QgsApplication, QgsProject, QgsRasterLayer, QgsRectangle
from qgis.PyQt.QtWidgets import QDialog, QFileDialog, QMessageBox

from .conftest import corner, wait_for_preview, wait_until
from .test_panel_layers import make_tiles


def test_an_embedding_is_opened_from_its_folder(encoded, tmp_path, monkeypatch):
    shutil.copytree(encoded.mapping.live.embedding.path, tmp_path / "copy.emb")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "copy.emb"))
    encoded.open_button.click()
    wait_until(lambda: "copy.emb" in str(encoded.mapping.live.embedding.path), what="the embedding")
    wait_for_preview(encoded)


def test_examples_are_saved_and_loaded_by_the_menu(encoded, layer, tmp_path, monkeypatch):
    examples = encoded.mapping.examples
    encoded.mapping.drawing.add(corner(layer))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "drawn"), ""))
    encoded.save_action.trigger()
    assert ogr.Open(str(tmp_path / "drawn.gpkg")).GetLayer(0).GetFeatureCount() == 1
    received = []
    encoded.messages.fail = lambda error, action=None: received.append(str(error))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "missing" / "drawn.gpkg"), ""))
    encoded.save_action.trigger()
    assert "missing" in received[0]
    examples.clear()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "drawn.gpkg"), ""))
    encoded.mapping.drawing.load()
    assert examples.count == 1
    encoded.messages.warn = received.append
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "none.gpkg"), ""))
    encoded.mapping.drawing.load()
    assert "none.gpkg" in received[-1]


def test_the_live_preview_waits_while_it_is_off(encoded):
    live, model = encoded.mapping.live, encoded.words_panel.model
    shown = live.layer.source()
    encoded.live_box.setChecked(False)
    model.setData(model.index(0, 2), "water, pond")
    wait_for_preview(encoded)
    assert live.layer.source() == shown
    encoded.live_box.setChecked(True)
    wait_until(lambda: live.layer.source() != shown, what="the preview")


def test_refinements_are_sent_and_the_export_uses_all(encoded, layer, tmp_path, monkeypatch):
    sent, request = [], encoded.client.request
    monkeypatch.setattr(encoded.client, "request", lambda *args: sent.append(args) or request(*args))
    before = encoded.mapping.live.layer.source()
    encoded.refinements.adapt.setChecked(True)
    encoded.refinements.segments.setCurrentIndex(1)
    encoded.refinements.borders.setCurrentIndex(1)
    wait_until(lambda: encoded.mapping.live.layer.source() != before, what="the preview")
    wait_for_preview(encoded)
    previews = [args[1]["options"] for args in sent if args[0] == "preview"]
    assert previews[-1] == {"adapt": True, "borders": "image"}
    encoded.mapping.exporter.export(str(tmp_path), {"polygons": False})
    wait_until(lambda: not encoded.jobs.is_busy, what="the export")
    run = json.loads(next(tmp_path.glob("*_run.json")).read_text("utf-8"))
    assert run["adaptation"]["classes"]
    chosen = {key: run["options"][key] for key in ("adapt", "borders", "segments")}
    assert chosen == {"adapt": True, "borders": "image", "segments": "majority"}
    # Examples say more than the guess from words.
    encoded.mapping.drawing.add(corner(layer))
    wait_for_preview(encoded)
    assert sent[-1][1]["options"] == {"borders": "image"}


def test_the_tool_for_scores_is_chosen_by_its_button(encoded, qgis_canvas):
    encoded.explain_button.click()
    assert qgis_canvas.mapTool() is encoded.mapping.click_tool
    encoded.explain_button.click()
    assert qgis_canvas.mapTool() is not encoded.mapping.click_tool


def test_a_hint_that_the_user_closed_is_forgotten(encoded, qgis_iface):
    encoded.draw_button.click()
    hint = encoded.messages._hint
    assert hint is not None
    qgis_iface.messageBar().popWidget(hint)
    wait_until(lambda: encoded.messages._hint is None, what="the end of the hint")
    encoded.draw_button.click()


def test_the_export_dialog_chooses_folder_and_files(encoded, tmp_path, monkeypatch):
    from proxyclip_mapper.gui.export_dialog import ExportDialog

    def choose(dialog):
        dialog.folder.setFilePath(str(tmp_path))
        dialog.polygons.setChecked(False)
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(ExportDialog, "exec", choose)
    encoded.export_button.click()
    wait_until(lambda: not encoded.jobs.is_busy, what="the export")
    stem = encoded.mapping.live.embedding.stem
    assert (tmp_path / f"{stem}_labels.tif").is_file()
    assert not (tmp_path / f"{stem}.gpkg").exists()
    assert QgsProject.instance().mapLayersByName(f"{stem}_labels")


def test_weights_that_are_here_are_ready_at_once(dock, monkeypatch):
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    received = []
    dock.messages.info = received.append
    dock.mapping.encoding.download_model()
    wait_until(lambda: received, what="the message")
    assert received == ["Model demo is ready."]


def test_the_report_of_the_environment_is_copied(qgis_app, set_up):
    from proxyclip_mapper.gui.environment_dialog import EnvironmentDialog

    dialog = EnvironmentDialog()
    dialog.installer.log = ["pip said no"]
    QgsApplication.clipboard().clear()
    dialog._copy()
    assert "pip said no" in QgsApplication.clipboard().text()


def test_an_installer_that_cannot_be_started_is_named(qgis_app, set_up, tmp_path):
    from proxyclip_mapper.client.installer import Installer, make_plan

    ends = []
    installer = Installer()
    installer.finished.connect(lambda good, message: ends.append((good, message)))
    installer.build(make_plan(python=str(tmp_path / "python"), use_uv=False))
    wait_until(lambda: ends, what="the end")
    assert not ends[0][0]
    assert "failed" in ends[0][1]
    assert not installer.is_running


@pytest.fixture
def web_layer(scene, tmp_path):
    """A layer of QGIS's XYZ provider and its extent."""
    make_tiles(scene, tmp_path / "tiles")
    layer = QgsRasterLayer(f"type=xyz&url=file://{tmp_path}/tiles/{{z}}/{{x}}/{{y}}.png&zmin=16&zmax=16", "web", "wms")
    merged = gdal.Warp("", str(scene), format="MEM", dstSRS="EPSG:3857")
    west, width, _, north, _, height = merged.GetGeoTransform()
    extent = QgsRectangle(west, north + height * merged.RasterYSize, west + width * merged.RasterXSize, north)
    return layer, extent


def test_a_layer_that_cannot_be_saved_is_reported(dock, web_layer, tmp_path):
    from proxyclip_mapper.rasters import ExportTask

    failures, done = [], []
    dock.jobs.failed.connect(failures.append)
    layer, extent = web_layer
    task = ExportTask(layer, tmp_path / "missing" / "web.tif", extent, (64, 64))
    dock.jobs.export("Save", task, lambda: done.append(1))
    wait_until(lambda: failures or done, what="the failure")
    assert "The layer could not be saved" in str(failures[0])
    assert not dock.jobs.is_busy


def test_saving_a_layer_is_cancelled(dock, web_layer, tmp_path):
    from proxyclip_mapper.rasters import ExportTask

    done = []
    layer, extent = web_layer
    task = ExportTask(layer, tmp_path / "web.tif", extent, (64, 64))
    task.cancel()
    assert not task.run()
    assert task.error == ""
    dock.jobs.export("Save", ExportTask(layer, tmp_path / "web.tif", extent, (4096, 4096)), lambda: done.append(1))
    dock.jobs.cancel()
    wait_until(lambda: not dock.jobs.is_busy, what="the end")
    assert done == []
