"""From an image to an exported map, as a user goes."""

import numpy as np
from osgeo import ogr
from qgis.core import QgsProject, QgsVectorLayer

from .conftest import WORDS, command_line, read, wait_until


def test_image_words_map_export(encoded, scene, tmp_path):
    dock = encoded
    live = dock.mapping.live
    first = read(live.layer.source())
    assert first.max() <= 7
    model = dock.words_panel.model
    dock.words_panel.set_vocabulary(
        {
            "name": "mine",
            "threshold": 0.0,
            "classes": [
                {"name": "water", "synonyms": ["river"], "color": "#0000ff", "value": 1},
                {"name": "forest", "color": "#00aa00", "value": 2},
                {"name": "cropland", "color": "#ffcc00", "value": 3},
            ],
        }
    )
    shown = live.layer.source()
    wait_until(lambda: live.layer.source() != shown, what="the map with other words")
    assert set(np.unique(read(live.layer.source()))) <= {1, 2, 3}
    assert model.words.to_request()["classes"][0]["words"] == ["water", "river"]

    dock.mapping.export(tmp_path, {"scores": True, "polygons": True})
    wait_until(lambda: not dock.jobs.is_busy and (tmp_path / "scene_run.json").exists(), what="the export")
    data = ogr.Open(str(tmp_path / "scene.gpkg"))
    layer = data.GetLayerByName("scene")
    assert layer.GetFeatureCount() > 5
    assert {feature["class"] for feature in layer} <= {"water", "forest", "cropland"}
    assert data.GetLayerByName("layer_styles") is not None
    polygons = QgsVectorLayer(f"{tmp_path / 'scene.gpkg'}|layername=scene", "scene", "ogr")
    assert {category.label() for category in polygons.renderer().categories()} == {"water", "forest", "cropland"}
    assert {item.name() for item in QgsProject.instance().mapLayers().values()} >= {"scene_labels", "scene_score"}
    command_line(
        "segment",
        scene,
        "-c",
        "water,river; forest; cropland",
        "-m",
        "demo",
        "-o",
        tmp_path / "direct",
        "--no-polygons",
    )
    np.testing.assert_array_equal(read(tmp_path / "scene_labels.tif"), read(tmp_path / "direct" / "scene_labels.tif"))
    assert WORDS
