"""A real QGIS, a real worker, the demo model."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import QgsGeometry, QgsProject, QgsRasterLayer, QgsRectangle, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QEventLoop

PLUGINS = Path(__file__).parents[1]
REPOSITORY = PLUGINS.parent
WORKER_PYTHON = Path(os.environ.get("PROXYCLIP_TEST_PYTHON", REPOSITORY / ".venv" / "bin" / "python"))
QGIS_PROCESS = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
WORDS = "water; forest,trees; grassland; cropland; bare soil; road; building,roof"

sys.path.insert(0, str(PLUGINS))


def wait_until(condition, seconds=240.0, what="it"):
    """Run the event loop until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        time.sleep(0.005)


def rest(canvas):
    """Run the event loop until a canvas has drawn its layers."""
    end = time.monotonic() + 0.2
    wait_until(lambda: time.monotonic() > end and not canvas.isDrawing(), what="the canvas")


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


def read(path):
    """Return the pixels of a raster."""
    return gdal.Open(str(path)).ReadAsArray()


def exported_polygons():
    """Return the layer of the polygons of an exported map."""
    layers = QgsProject.instance().mapLayersByName("scene")
    return next(layer for layer in layers if isinstance(layer, QgsVectorLayer))


def command_line(*arguments, cwd=None):
    """Run `proxyclip-geo`."""
    made = subprocess.run(
        [str(WORKER_PYTHON), "-m", "proxyclip_geo", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        check=False,
    )
    assert made.returncode == 0, made.stderr
    return made.stdout


@pytest.fixture(scope="session", autouse=True)
def _isolated_settings(tmp_path_factory):
    """Settings and data of the tests' own; the worker runs in the project's virtual environment."""
    assert WORKER_PYTHON.is_file(), f"{WORKER_PYTHON} is missing; run `make test-qgis`"
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["XDG_DATA_HOME"] = str(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def scene(tmp_path_factory):
    """Return a synthetic scene of 384 px with its ground truth."""
    folder = tmp_path_factory.mktemp("scene")
    command_line("sample", "scene.tif", "--size", 384, "--seed", 11, "--quiet", cwd=folder)
    return folder / "scene.tif"


@pytest.fixture(scope="session")
def profile(tmp_path_factory):
    """Return the environment variables of a new user with the plugin enabled."""
    home = tmp_path_factory.mktemp("home")
    variables = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "QGIS_"))},
        "HOME": str(home),
        "QGIS_CUSTOM_CONFIG_PATH": str(home / "profile"),
        "QT_QPA_PLATFORM": "offscreen",
        "QGIS_PLUGINPATH": str(PLUGINS),
        "PROXYCLIP_MAPPER_PYTHON": str(WORKER_PYTHON),
        # The test's own Python must not leak into QGIS's.
        "PYTHONPATH": "",
    }
    result = subprocess.run(
        [QGIS_PROCESS, "plugins", "enable", "proxyclip_mapper"],
        capture_output=True,
        text=True,
        env=variables,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return variables


def start(profile, name, **parameters):
    arguments = [f"--{key}={value}" for key, value in parameters.items()]
    return subprocess.Popen(
        [QGIS_PROCESS, "run", f"proxyclip:{name}", "--json", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=profile,
    )


def run(profile, name, **parameters):
    """Run an algorithm; returns its results."""
    process = start(profile, name, **parameters)
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, out + err
    return json.loads(out[out.index("{") :])["results"]


def fail(profile, name, **parameters):
    """Run an algorithm that fails; return its output."""
    process = start(profile, name, **parameters)
    out, err = process.communicate(timeout=240)
    assert process.returncode != 0
    return out + err


@pytest.fixture(scope="session")
def direct(scene, tmp_path_factory):
    """The map that the command line makes."""
    folder = tmp_path_factory.mktemp("direct")
    command_line("segment", scene, "-c", WORDS, "-m", "demo", "-o", folder)
    return folder


@pytest.fixture(scope="session")
def embedding(profile, scene, tmp_path_factory):
    """The scene, encoded by the algorithm."""
    target = tmp_path_factory.mktemp("emb") / "scene.emb"
    return run(profile, "encode", INPUT=scene, MODEL="demo", OUTPUT=target)["OUTPUT"]


@pytest.fixture
def set_up(qgis_app):
    """The plugin's settings, as a user has them who has an environment and tries the demo model."""
    from qgis.core import QgsSettings

    from proxyclip_mapper import settings

    QgsSettings().remove("proxyclip_mapper")
    settings.write("interpreter", str(WORKER_PYTHON))
    settings.write("model", "demo")
    yield settings
    QgsSettings().remove("proxyclip_mapper")


@pytest.fixture
def layer(qgis_app, qgis_new_project, scene):
    """The scene in a new project, the canvas on it."""
    made = QgsRasterLayer(str(scene), "scene", "gdal")
    assert made.isValid()
    QgsProject.instance().setCrs(made.crs())
    QgsProject.instance().addMapLayer(made)
    return made


@pytest.fixture(scope="session")
def warm_client(qgis_app):
    """A worker that tests share, to save the seconds that loading torch takes; panels cannot end it."""
    from proxyclip_mapper.client.client import WorkerClient

    class WarmClient(WorkerClient):
        def stop(self, timeout=0):
            for request in list(self._open.values()):
                self.cancel(request)
            wait_until(lambda: not self._open, what="the shared worker to come to rest")

    client = WarmClient(interpreter=lambda: WORKER_PYTHON)
    yield client
    WorkerClient.stop(client)


@pytest.fixture
def _client(request, monkeypatch, set_up):
    """Let panels use the shared worker, but for tests marked `own_worker`."""
    if request.node.get_closest_marker("own_worker") is None:
        from proxyclip_mapper.gui import dock

        client = request.getfixturevalue("warm_client")
        monkeypatch.setattr(dock, "WorkerClient", lambda parent: client)


@pytest.fixture
def plugin(_client, qgis_app, qgis_iface, qgis_canvas, set_up, layer):
    """The plugin, started, its panel open."""
    from proxyclip_mapper import classFactory

    qgis_canvas.resize(400, 300)
    # Only a window that is shown gives the canvas its size.
    qgis_canvas.window().resize(400, 300)
    qgis_canvas.window().show()
    qgis_canvas.resize(400, 300)
    QCoreApplication.processEvents()
    qgis_canvas.setDestinationCrs(layer.crs())
    qgis_canvas.setLayers([layer])
    qgis_canvas.setExtent(layer.extent())
    made = classFactory(qgis_iface)
    made.initGui()
    made.action.trigger()
    yield made
    made.unload()
    wait_until(lambda: not qgis_canvas.isDrawing(), what="the canvas to come to rest")
    qgis_canvas.setLayers([])
    QgsProject.instance().clear()


@pytest.fixture
def dock(plugin):
    """The panel, its worker started and its words loaded."""
    panel = plugin.dock
    wait_until(lambda: panel.words_panel.model.words.rows, what="the words")
    return panel


@pytest.fixture
def encoded(dock):
    """The panel with the scene encoded and a map in view."""
    dock.encode_button.click()
    wait_until(lambda: dock.mapping.live.layer is not None, what="the map in view")
    return dock


@pytest.fixture
def exported(encoded, tmp_path, qgis_canvas):
    """The panel, with an exported map in the project, which the canvas has drawn.

    QGIS draws from connections without locks, and switches the journal mode of a GeoPackage when a layer enters edit
    mode. A layer that is being drawn then may have no features for a moment ("gpkg_spatial_ref_sys … is missing").
    """
    encoded.mapping.exporter.export(tmp_path / "map", {"polygons": True})
    wait_until(lambda: not encoded.jobs.is_busy, what="the export")
    rest(qgis_canvas)
    return encoded
