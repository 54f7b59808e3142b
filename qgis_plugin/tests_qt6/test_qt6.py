"""What of the plugin needs no QGIS library, in real Qt 6: a name that Qt 6 or QGIS does not have fails."""

import importlib
import sys
from unittest.mock import MagicMock

import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QColor, QImage, QKeyEvent, QPainter
from PyQt6.QtWidgets import QDialog, QDockWidget, QFileDialog, QMainWindow, QWidget

from .conftest import PLUGINS, WORKER_PYTHON, wait_until

MODULES = sorted(
    ".".join(path.relative_to(PLUGINS).with_suffix("").parts).removesuffix(".__init__")
    for path in (PLUGINS / "proxyclip_mapper").rglob("*.py")
)


@pytest.mark.parametrize("name", MODULES)
def test_modules_are_imported(name):
    assert importlib.import_module(name)


def test_the_stub_is_strict():
    core = sys.modules["qgis.core"]
    with pytest.raises(AttributeError):
        _ = core.Qgis.Success
    assert core.Qgis.MessageLevel.Success
    with pytest.raises(AttributeError):
        core.QgsProject.no_such_method()
    with pytest.raises(AttributeError):
        _ = Qt.UserRole


def test_worker(client):
    results, events = [], []
    request = client.request("vocabularies")
    request.succeeded.connect(results.append)
    request.progressed.connect(events.append)
    wait_until(lambda: results, what="the vocabularies")
    failures = []
    client.request("read_vocabulary", {"vocabulary": "none-such"}).failed.connect(failures.append)
    wait_until(lambda: failures, what="the failure")
    assert str(failures[0]).startswith("The classes cannot be used")
    failures.clear()
    client._process.kill()
    client.request("self_test").failed.connect(failures.append)
    wait_until(lambda: failures or client.greeting is None, what="the end of the worker")


def test_worker_that_cannot_start(application):
    from proxyclip_mapper.client.client import WorkerClient

    for interpreter in ("/nowhere/python", None):
        client = WorkerClient(interpreter=lambda chosen=interpreter: chosen)
        failures = []
        client.request("models").failed.connect(failures.append)
        wait_until(lambda found=failures: found, what="the failure")
        assert failures[0].needs_environment
        client.stop()


def test_installer_and_its_dialog(application, tmp_path):
    from proxyclip_mapper.gui.environment_dialog import EnvironmentDialog

    dialog = EnvironmentDialog()
    dialog.show()
    ends = []
    dialog.installer.finished.connect(lambda good, message: ends.append((good, message)))
    dialog.installer.use("/nowhere")
    assert ends[-1][0] is False
    dialog.installer.use(WORKER_PYTHON)
    wait_until(lambda: len(ends) > 1, what="the self-test")
    assert ends[-1][0] is True
    from proxyclip_mapper.client.installer import Plan

    dialog.installer.build(Plan(tmp_path / "env-x", "/bin/false"))
    wait_until(lambda: len(ends) > 2, what="the failure")
    assert ends[-1][0] is False
    dialog.reject()


def test_vocabulary(client, monkeypatch, tmp_path):
    from proxyclip_mapper.gui import vocabulary_panel
    from proxyclip_mapper.gui.vocabulary_model import COLOR, NAME, THRESHOLD, WORDS

    panel = vocabulary_panel.VocabularyPanel(client)
    panel.load_presets()
    wait_until(lambda: panel.model.words.rows, what="the words")
    panel.show()
    model = panel.model
    for role in Qt.ItemDataRole:
        for column in (NAME, COLOR, WORDS, THRESHOLD):
            model.data(model.index(0, column), role)
            model.headerData(column, Qt.Orientation.Horizontal, role)
    assert model.flags(model.index(0, NAME)) & Qt.ItemFlag.ItemIsEditable
    assert model.setData(model.index(0, NAME), "lake")
    assert model.setData(model.index(0, WORDS), "lake, pond")
    assert model.setData(model.index(0, THRESHOLD), "0.5")
    assert model.setData(model.index(1, NAME), Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    panel.add_class()
    panel.table.setCurrentIndex(model.index(0, COLOR))
    monkeypatch.setattr(vocabulary_panel.QColorDialog, "getColor", lambda *_: QColor("#123456"))
    panel.choose_color()
    panel._on_double_click(model.index(0, COLOR))
    assert model.words.rows[0].color == "#123456"
    path = str(tmp_path / "words.yaml")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (path, ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (path, ""))
    saved = []
    panel.saved.connect(saved.append)
    panel._save()
    wait_until(lambda: saved, what="the file")
    panel.table.selectRow(0)
    panel.remove_selected()
    panel._load()
    wait_until(lambda: model.words.rows[0].name == "lake", what="the words of the file")
    panel.grab()


def test_scores_and_job_bar(application):
    from proxyclip_mapper.gui.jobs import JobBar, Jobs
    from proxyclip_mapper.gui.scores import ScoreTable
    from proxyclip_mapper.vocabulary import Row

    table = ScoreTable()
    table.show_queries(
        [
            {"word": "lake", "name": "water", "similarity": 0.2, "probability": 0.9},
            {"word": "x", "name": None, "similarity": 0.1, "probability": 0.1},
        ],
        [Row("water", color="#0000ff")],
    )
    table.resize(300, 200)
    assert not table.grab().isNull()
    bar = JobBar()
    jobs = Jobs(MagicMock(), bar)
    jobs.request("Encode", "encode", {}, lambda result: None)
    bar.show_progress({"stage": "encode", "done": 1, "total": 4, "unit": "windows"})
    bar.show_percent(30)
    bar.button.click()
    assert not bar.button.isEnabled()
    assert not bar.grab().isNull()


def test_model_box(application):
    from proxyclip_mapper.gui.model_box import ModelBox

    box = ModelBox()
    assert box.window() == (None, None)
    model = {"description": "d", "licence": "MIT", "window": 336, "stride": 224, "gsd": [0.2, 2.0], "size": 0}
    box.set_models([{**model, "name": "vitb16-dino-b8", "present": False, "download": 942_000_000}])
    box.select("vitb16-dino-b8")
    assert "not downloaded (about 942 MB)" in box.details.text()
    assert box.window() == (336, 224)


def test_tools(application):
    from proxyclip_mapper.gui.tools import ClickTool, ShapeTool

    canvas = sys.modules["qgis.gui"].QgsMapCanvas()
    ClickTool(canvas)
    tool = ShapeTool(canvas)
    event = MagicMock()
    event.button.return_value = Qt.MouseButton.LeftButton
    for _ in range(3):
        tool.canvasReleaseEvent(event)
    tool.canvasMoveEvent(event)
    for key in (Qt.Key.Key_Backspace, Qt.Key.Key_Escape, Qt.Key.Key_Return):
        tool.keyPressEvent(QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier))
    event.button.return_value = Qt.MouseButton.RightButton
    tool.canvasReleaseEvent(event)


def test_overlay(application):
    from proxyclip_mapper.gui.overlay import MapOverlay

    canvas = sys.modules["qgis.gui"].QgsMapCanvas()
    overlay = MapOverlay(canvas)
    overlay.set_layers([MagicMock()])
    overlay._image = QImage(8, 8, QImage.Format.Format_ARGB32)
    target = QImage(8, 8, QImage.Format.Format_ARGB32)
    painter = QPainter(target)
    overlay.boundingRect = lambda: MagicMock(size=lambda: MagicMock(width=lambda: 10, height=lambda: 10))
    overlay.paint(painter)
    painter.end()
    overlay.set_layers([])
    assert overlay.image.isNull()


def test_side_by_side(application):
    from proxyclip_mapper.gui.side_by_side import SideBySide, place_beside, remove_dock

    window = QMainWindow()
    window.setCentralWidget(QWidget())
    for title in ("Browser", "Layers"):
        window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, QDockWidget(title, window))
    window.show()
    canvas = sys.modules["qgis.gui"].QgsMapCanvas()
    canvas.extent = canvas.scale = MagicMock()
    side = SideBySide(canvas, window)
    place_beside(side, window)
    side.follow()
    assert window.dockWidgetArea(side) == Qt.DockWidgetArea.LeftDockWidgetArea
    remove_dock(side, window)


def test_export_dialog(application, tmp_path):
    from proxyclip_mapper.gui.export_dialog import ExportDialog, folder_problem

    dialog = ExportDialog("scene")
    dialog.exact.setChecked(True)
    assert dialog.vectors() == {"exact": True}
    assert dialog.options()["polygons"] is True
    assert folder_problem(tmp_path) == ""
    assert "Select a folder" in folder_problem("")
    dialog.folder.filePath.return_value = str(tmp_path)
    dialog._accept_if_valid()
    assert dialog.result() == QDialog.DialogCode.Accepted


def test_messages(application):
    from proxyclip_mapper.gui.messages import Messages

    messages = Messages(MagicMock(), MagicMock(greeting=None, log=["line"]))
    for show in (messages.info, messages.log, messages.warn, messages.hint):
        show("text")
    messages.clear_hint()
    messages._bar.createMessage.return_value = QWidget()
    messages._bar.createMessage.return_value.layout = MagicMock()
    messages.fail(RuntimeError("it broke"), ("Do", lambda: None))


def test_algorithms_define_their_parameters(application):
    from proxyclip_mapper.algorithms.provider import ProxyClipProvider

    made = []
    provider = ProxyClipProvider()
    provider.addAlgorithm = made.append
    provider.loadAlgorithms()
    for algorithm in made:
        if hasattr(algorithm, "ID"):
            algorithm.destinationParameterDefinitions.return_value = []
            algorithm.initAlgorithm()
            assert algorithm.displayName()
            assert algorithm.shortHelpString()
            assert algorithm.group()
            assert not algorithm.icon().isNull()
            assert type(algorithm.createInstance()) is type(algorithm)
    assert len(made) >= 9


def test_sentences_are_translated(application):
    from PyQt6.QtCore import QCoreApplication, QTranslator

    from proxyclip_mapper.client.sentences import describe

    translator = QTranslator()
    assert translator.load(str(PLUGINS / "proxyclip_mapper" / "i18n" / "proxyclip_mapper_de.qm"))
    QCoreApplication.installTranslator(translator)
    text = describe({"reason": "x", "type": "RasterError", "remedy": {"code": "assign-crs", "values": {}}})
    QCoreApplication.removeTranslator(translator)
    assert text.startswith("Das Raster kann nicht benutzt werden: x. Weisen Sie ein KBS zu")
