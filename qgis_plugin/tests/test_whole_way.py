"""The whole way of a user: install, encode, words, examples, export, and open the saved project again."""

import json
import os
import subprocess
import zipfile

import numpy as np
import pytest
from osgeo import ogr
from qgis.core import QgsProject, QgsRasterLayer, QgsVectorLayer

from .conftest import WORKER_PYTHON, command_line, corner, read, wait_for_preview, wait_until

WORDS = {
    "name": "mine",
    "threshold": 0.0,
    "classes": [
        {"name": "water", "synonyms": ["river"], "color": "#0000ff", "value": 1},
        {"name": "forest", "color": "#00aa00", "value": 2},
        {"name": "cropland", "color": "#ffcc00", "value": 3},
    ],
}


@pytest.fixture
def wheelhouse(tmp_path):
    """A folder with a wheel of proxyclip-geo that refers to the package and the libraries of the tests' worker."""
    code = (
        "import json, sys, proxyclip_geo as p; from pathlib import Path; "
        "print(json.dumps([str(Path(p.__path__[0]).parent), *(path for path in sys.path if 'site-packages' in path)]))"
    )
    listed = subprocess.run([str(WORKER_PYTHON), "-I", "-c", code], capture_output=True, text=True, check=True)
    folder = tmp_path / "wheels"
    folder.mkdir()
    info = "proxyclip_geo-0.1.0.dist-info"
    with zipfile.ZipFile(folder / "proxyclip_geo-0.1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("proxyclip_geo_here.pth", "\n".join(json.loads(listed.stdout)) + "\n")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: proxyclip-geo\nVersion: 0.1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return folder


def install(dialog, wheelhouse):
    """Fill in the dialog of the environment, and create one."""
    base = os.path.realpath(WORKER_PYTHON)
    dialog.python.addItem(base, base)
    dialog.python.setCurrentIndex(dialog.python.count() - 1)
    dialog.package.setText("proxyclip-geo")
    dialog.wheelhouse.setFilePath(str(wheelhouse))
    dialog.with_uv.setChecked(False)
    dialog.build_button.click()
    wait_until(lambda: not dialog.installer.is_running, what="the environment")
    assert "Ready on cpu" in dialog.status.text(), dialog.installer.log


@pytest.mark.own_worker
def test_install_encode_words_examples_export_reopen(
    plugin, set_up, layer, scene, tmp_path, wheelhouse, monkeypatch, qgis_canvas
):
    from proxyclip_mapper.gui.environment_dialog import EnvironmentDialog

    # Install.
    dock, project = plugin.dock, QgsProject.instance()
    dock.client.stop()
    set_up.write("interpreter", "")
    monkeypatch.setattr(EnvironmentDialog, "exec", lambda dialog: install(dialog, wheelhouse))
    dock.open_environment()
    assert os.path.dirname(set_up.read("interpreter")).startswith(str(set_up.data_folder()))
    wait_until(lambda: dock.words_panel.model.words.rows, what="the words")

    # Encode.
    dock.encode_button.click()
    live = dock.mapping.live
    wait_until(lambda: live.layer is not None, what="the map in view")
    assert read(live.layer.source()).max() <= 7

    # Words.
    shown = live.layer.source()
    dock.words_panel.set_vocabulary(WORDS)
    wait_until(lambda: live.layer.source() != shown, what="the map with other words")
    wait_for_preview(dock)
    assert set(np.unique(read(live.layer.source()))) <= {1, 2, 3}

    # Examples.
    before = read(live.layer.source())
    dock.words_panel.table.selectRow(2)
    dock.mapping.drawing.add(corner(layer))
    wait_until(lambda: (read(live.layer.source()) != before).any(), what="the map with an example")
    dock.mapping.examples.save(tmp_path / "examples.gpkg")
    wait_for_preview(dock)

    # Export.
    out = tmp_path / "map"
    dock.mapping.exporter.export(out, {"scores": True, "polygons": True, "probabilities": True})
    wait_until(lambda: not dock.jobs.is_busy and (out / "scene_run.json").exists(), what="the export")
    words = "water,river; forest; cropland"
    command_line(
        "label", live.embedding.path, "-c", words, "--examples", tmp_path / "examples.gpkg", "-o", tmp_path / "direct"
    )
    np.testing.assert_array_equal(read(out / "scene_labels.tif"), read(tmp_path / "direct" / "scene_labels.tif"))
    data = ogr.Open(str(out / "scene.gpkg"))
    polygons = data.GetLayerByName("scene")
    assert {feature["class"] for feature in polygons} <= {"water", "forest", "cropland"}
    assert data.GetLayerByName("layer_styles") is not None
    polygons = data = None

    # Open the saved project again.
    path = str(tmp_path / "project.qgz")
    assert project.write(path)
    names = sorted(item.name() for item in project.mapLayers().values())
    embedding = live.embedding.path
    project.clear()
    assert live.embedding is None
    assert dock.mapping.examples.count == 0
    assert project.read(path)
    layers = list(project.mapLayers().values())
    assert sorted(item.name() for item in layers) == names
    assert len(names) == 6
    assert all(item.isValid() for item in layers)
    assert not project.isDirty()
    vectors = {item.name(): item for item in layers if isinstance(item, QgsVectorLayer)}
    assert {item.label() for item in vectors["scene"].renderer().categories()} == {"water", "forest", "cropland"}
    assert dock.mapping.examples.count == 1
    image = next(item for item in layers if isinstance(item, QgsRasterLayer) and item.name() == "scene")
    dock.source_panel.layers.setLayer(image)
    qgis_canvas.setDestinationCrs(image.crs())
    qgis_canvas.setExtent(image.extent())
    dock.encode_button.click()
    wait_until(lambda: live.layer is not None, what="the map of the opened project")
    # The stored embedding is opened, and the examples count.
    assert live.embedding.path == embedding
    assert live.examples is not None
    assert scene.is_file()
