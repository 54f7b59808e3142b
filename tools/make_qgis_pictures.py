"""Take the pictures of docs/qgis.md in a QGIS window; run by tools/make_qgis_pictures.sh.

QGIS runs this with `--code`. It follows the steps of docs/qgis.md, and saves the window at each step.
"""

import os
import sys
import time
import traceback
from pathlib import Path

from qgis.core import QgsApplication, QgsProject, QgsRasterLayer, QgsSettings
from qgis.PyQt.QtCore import QCoreApplication, QEventLoop, QPoint, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QDockWidget, QToolBar
from qgis.utils import iface, loadPlugin, plugins, startPlugin

OUT = Path(os.environ["PICTURES"])
SCENE = Path(os.environ["SCENE"])
WORDS = {
    "name": "mine",
    "threshold": 0.0,
    "classes": [
        {"name": "water", "synonyms": ["river", "lake"], "color": "#3b7dd8", "value": 1},
        {"name": "forest", "synonyms": ["trees"], "color": "#1b6b2f", "value": 2},
        {"name": "cropland", "color": "#f0cf65", "value": 3},
        {"name": "grassland", "color": "#a5d46a", "value": 4},
        {"name": "road", "color": "#6b6b70", "value": 5},
        {"name": "building", "synonyms": ["roof"], "color": "#d5362b", "value": 6},
        {"name": "bare soil", "color": "#c1956a", "value": 7},
    ],
}


def wait(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("a step of the pictures did not end")
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        time.sleep(0.01)


def rest(seconds):
    end = time.monotonic() + seconds
    wait(lambda: time.monotonic() > end)


def save(name, widget=None):
    rest(0.5)
    canvas = iface.mapCanvas()
    canvas.refresh()
    rest(0.3)
    wait(lambda: not canvas.isDrawing())
    for item in canvas.scene().items():
        wait(lambda item=item: not getattr(item, "is_rendering", False))
    rest(0.2)
    picture = (widget or iface.mainWindow()).grab()
    picture.save(str(OUT / f"{name}.png"))


def draw_an_example(dock, layer):
    """Draw a polygon with mouse events."""
    dock.words_panel.table.selectRow(2)
    dock.draw_button.click()
    rest(1)
    canvas = iface.mapCanvas()
    middle = canvas.getCoordinateTransform().transform(layer.extent().center())
    x, y = int(middle.x()), int(middle.y())
    corners = [QPoint(x + 128, y + 60), QPoint(x + 150, y + 90), QPoint(x + 120, y + 108), QPoint(x + 98, y + 80)]
    for corner in corners:
        QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, corner)
    QTest.mouseMove(canvas.viewport(), corners[0])
    save("qgis-7-example")
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, corners[-1])
    before = dock.mapping.live.layer.source()
    wait(lambda: dock.mapping.live.layer.source() != before)
    dock.draw_button.click()
    dock.clear_action.trigger()


def prepare():
    if os.environ.get("THEME"):
        QgsApplication.setUITheme(os.environ["THEME"])
    window = iface.mainWindow()
    window.resize(1360, 860)
    for bar in window.findChildren(QToolBar):
        bar.setVisible(bar.objectName() in ("mMapNavToolBar", "mRasterToolBar"))
    for dock in window.findChildren(QDockWidget):
        dock.setVisible(dock.objectName() == "Layers")
    QgsSettings().setValue("proxyclip_mapper/model", "demo")
    rest(1)


def main():
    prepare()
    loadPlugin("proxyclip_mapper")
    startPlugin("proxyclip_mapper")
    plugin = plugins["proxyclip_mapper"]
    layer = QgsRasterLayer(str(SCENE), "scene", "gdal")
    QgsProject.instance().addMapLayer(layer)
    iface.mapCanvas().setDestinationCrs(layer.crs())
    iface.mapCanvas().setExtent(layer.extent())
    plugin.action.trigger()
    dock = plugin.dock
    iface.mainWindow().resizeDocks([dock], [430], Qt.Orientation.Horizontal)
    save("qgis-1-panel")

    from proxyclip_mapper.gui.environment_dialog import EnvironmentDialog

    dialog = EnvironmentDialog(iface.mainWindow())
    dialog.show()
    dialog.interpreter.setFilePath(os.environ["WORKER_PYTHON"])
    dialog.use()
    wait(lambda: not dialog.installer.is_running)
    # Hide folders of this machine in the pictures.
    dialog.interpreter.setFilePath("/home/me/proxyclip_geo/.venv/bin/python")
    save("qgis-2-environment", dialog)
    dialog.accept()
    dock.connect_worker()
    wait(lambda: dock.words_panel.model.words.rows)
    rest(1)

    dock.words_panel.set_vocabulary(WORDS)
    dock.encode_button.click()
    wait(lambda: dock.job_bar.bar.value() > 350)
    save("qgis-3-encode")
    wait(lambda: dock.mapping.live.layer is not None)
    dock.opacity.setValue(75)
    save("qgis-4-map")

    model = dock.words_panel.model
    model.setData(model.index(2, 0), "field")
    model.setData(model.index(2, 2), "field, crops, farmland")
    dock.words_panel.threshold.setValue(0.35)
    before = dock.mapping.live.layer.source()
    wait(lambda: dock.mapping.live.layer.source() != before)
    dock.explain_button.click()
    dock.mapping.explain(layer.extent().center())
    wait(lambda: dock.scores.isVisible())
    dock.groups[0].setCollapsed(True)
    save("qgis-5-words")

    dock.words_panel.threshold.setValue(0.0)
    dock.side_button.click()
    rest(1)
    center = layer.extent().center()
    iface.mapCanvas().setCenter(center)
    iface.mapCanvas().zoomScale(3000)
    before = dock.mapping.live.layer.source()
    wait(lambda: dock.mapping.live.layer.source() != before)
    side = dock.mapping._side.canvas
    wait(lambda: not side.isDrawing())
    save("qgis-6-side-by-side")
    dock.side_button.click()
    iface.mapCanvas().setExtent(layer.extent())
    dock.explain_button.click()
    draw_an_example(dock, layer)

    from proxyclip_mapper.gui.export_dialog import ExportDialog

    export = ExportDialog("scene", iface.mainWindow())
    export.folder.setFilePath("/home/me/maps")
    export.show()
    save("qgis-8-export", export)
    export.reject()
    dock.mapping.exporter.export(Path(os.environ["MAPS"]), {"scores": True, "polygons": True, "overwrite": True})
    wait(lambda: not dock.jobs.is_busy)
    dock.visible_box.setChecked(False)
    rest(1)
    save("qgis-9-exported")

    polygons = next(item for item in QgsProject.instance().mapLayersByName("scene") if item.type() == item.VectorLayer)
    soil = [item for item in polygons.getFeatures() if item["class"] == "bare soil"]
    feature = max(soil, key=lambda item: item.geometry().area())
    dock.words_panel.table.selectRow(2)
    dock.correct_button.click()
    dock.mapping.drawing.correct(feature.geometry().pointOnSurface().asPoint())
    rest(1)
    save("qgis-11-corrected")
    dock.correct_button.click()

    import processing
    from processing.gui.AlgorithmDialog import AlgorithmDialog

    processing.Processing.initialize()
    algorithm = QgsApplication.processingRegistry().algorithmById("proxyclip:segment").create()
    window = AlgorithmDialog(algorithm, parent=iface.mainWindow())
    window.resize(900, 640)
    window.show()
    save("qgis-10-processing", window)
    window.close()


def run():
    code = 0
    try:
        main()
    except BaseException:
        traceback.print_exc()
        code = 1
    plugins["proxyclip_mapper"].unload()
    sys.stderr.flush()
    os._exit(code)


run()
