"""Measure the time from the edit of a word, and from a drawn example, to the new map on the canvas in QGIS.

    QT_QPA_PLATFORM=offscreen .venv-qgis/bin/python tools/measure_live.py [side of the scene in pixels]

Uses a QgsApplication with a canvas of 1200 × 800 px, the panel of the plugin, and a worker in the project's .venv. Each
change gives one class a new word, which is the slowest kind of change of words; colours need no worker. Then
squares are drawn, one after the other, of four classes in turn: each map comes from all of them. Printed are the median
and the longest time to the map, those of the worker, and its CPU time, which other programs hardly change.
"""

import functools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pytest_qgis.qgis_interface import QgisInterface
from qgis.core import QgsApplication, QgsGeometry, QgsProject, QgsRasterLayer, QgsRectangle
from qgis.gui import QgsMapCanvas, QgsMessageBar
from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtWidgets import QMainWindow

REPOSITORY = Path(__file__).parents[1]
NEW_WORDS = [
    "pond",
    "creek",
    "harbour",
    "canal",
    "ditch",
    "lagoon",
    "marsh",
    "stream",
    "bay",
    "delta",
    "basin",
    "brook",
]
SQUARES = 16


def wait(condition, seconds=1800):
    end = time.monotonic() + seconds
    while not condition():
        QCoreApplication.processEvents()
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.001)


def main():
    side = int(sys.argv[1]) if len(sys.argv) > 1 else 4096
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = folder
        os.environ["QGIS_CUSTOM_CONFIG_PATH"] = folder
        os.environ["HF_HUB_OFFLINE"] = "1"
        python = Path(os.environ.get("PROXYCLIP_TEST_PYTHON", REPOSITORY / ".venv" / "bin" / "python"))
        scene = Path(folder) / "scene.tif"
        command = [str(python), "-m", "proxyclip_geo", "sample", str(scene), "--size", str(side), "--quiet"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        application = QgsApplication([], True)
        application.initQgis()
        measure(scene, python)
        sys.stdout.flush()
        os._exit(0)


def measure(scene, python):
    sys.path.insert(0, str(REPOSITORY / "qgis_plugin"))
    from proxyclip_mapper import settings
    from proxyclip_mapper.gui.dock import MapperDock

    settings.write("interpreter", str(python))
    settings.write("model", "demo")
    window = QMainWindow()
    canvas = QgsMapCanvas(window)
    window.setCentralWidget(canvas)
    window.resize(1200, 800)
    window.show()
    layer = QgsRasterLayer(str(scene), "scene", "gdal")
    QgsProject.instance().addMapLayer(layer)
    canvas.setDestinationCrs(layer.crs())
    canvas.setLayers([layer])
    canvas.setExtent(layer.extent())
    dock = MapperDock(QgisInterface(canvas, QgsMessageBar(window), window))
    wait(lambda: dock.words_panel.model.words.rows)
    started = time.monotonic()
    dock.encode_button.click()
    live = dock.mapping.live
    wait(lambda: live.layer is not None)
    print(f"encoded {layer.width()} × {layer.height()} px in {time.monotonic() - started:.0f} s", flush=True)
    for name, factor in (("whole scene in view", 1.0), ("a quarter of its side", 0.25), ("1:1 pixels", None)):
        canvas.setExtent(layer.extent())
        if factor is None:
            canvas.zoomByFactor(canvas.mapUnitsPerPixel() and layer.rasterUnitsPerPixelX() / canvas.mapUnitsPerPixel())
        else:
            canvas.zoomByFactor(factor)
        wait(lambda: live._request is None and not live._timer.isActive() and not live._overlay.is_rendering)
        model = dock.words_panel.model
        cell = model.index(0, 2)
        words = [f"water, {word} {time.monotonic_ns()}" for word in NEW_WORDS]
        changes = [functools.partial(model.setData, cell, text) for text in words]
        print(f"{name}, a word: {describe(dock, canvas, changes)}", flush=True)
        shapes = [functools.partial(draw, dock, layer, number) for number in range(SQUARES)]
        print(f"{name}, a square: {describe(dock, canvas, shapes)}", flush=True)
        dock.clear_action.trigger()
        wait(lambda: live._request is None and not live._timer.isActive() and not live._overlay.is_rendering)


def draw(dock, layer, number):
    """Add a square of 24 px as an example of one of four classes."""
    dock.words_panel.table.selectRow(number % 4)
    side = 24 * layer.rasterUnitsPerPixelX()
    extent = layer.extent()
    x = extent.xMinimum() + (0.1 + 0.8 * number / SQUARES) * extent.width()
    y = extent.yMinimum() + (0.1 + 0.8 * (number * 5 % SQUARES) / SQUARES) * extent.height()
    dock.mapping.drawing.add(QgsGeometry.fromRect(QgsRectangle(x, y, x + side, y + side)))


def describe(dock, canvas, changes):
    """Return the median and the longest time of some changes."""
    live = dock.mapping.live
    whole, worker, used = [], [], []
    live.updated.connect(lambda result: worker.append(result["seconds"]))
    for change in changes:
        before = live.layer.source()
        started, cpu = time.monotonic(), read_cpu(dock.client.greeting["pid"])
        change()
        wait(lambda before=before: live.layer.source() != before)
        wait(lambda: not canvas.isDrawing() and not live._overlay.is_rendering)
        whole.append(time.monotonic() - started)
        used.append(read_cpu(dock.client.greeting["pid"]) - cpu)
    parts = [f"{statistics.median(times):.2f} s (longest {max(times):.2f})" for times in (whole, worker, used)]
    return f"{parts[0]}, of which the worker {parts[1]}, CPU time {parts[2]}; 0.15 s wait for the end of typing"


def read_cpu(pid):
    """Return the CPU seconds of a process, on Linux."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
