"""The Processing algorithms in a real qgis_process with its own profile."""

import json
import os
import signal
import subprocess
import time

import numpy as np
import pytest
from osgeo import gdal, ogr
from qgis.core import QgsProcessingContext, QgsProcessingFeedback, QgsRasterLayer, QgsVectorLayer

from .conftest import WORDS, command_line, fail, read, run, start


def test_segment_equals_command_line(profile, scene, direct, tmp_path):
    result = run(
        profile,
        "segment",
        INPUT=scene,
        CLASSES=WORDS,
        MODEL="demo",
        OUTPUT=tmp_path / "labels.tif",
        SCORE=tmp_path / "score.tif",
        POLYGONS=tmp_path / "map.gpkg",
    )
    np.testing.assert_array_equal(read(result["OUTPUT"]), read(direct / "scene_labels.tif"))
    np.testing.assert_array_equal(read(result["SCORE"]), read(direct / "scene_score.tif"))
    assert (tmp_path / "labels.qml").is_file()
    labels = QgsRasterLayer(result["OUTPUT"], "labels", "gdal")
    assert [item.label for item in labels.renderer().classes()][:3] == ["unclassified", "water", "forest"]
    polygons = QgsVectorLayer(f"{result['POLYGONS']}|layername=map", "map", "ogr")
    assert "water" in {category.label() for category in polygons.renderer().categories()}
    ours, theirs = ogr.Open(result["POLYGONS"]), ogr.Open(str(direct / "scene.gpkg"))
    assert ours.GetLayerByName("map").GetFeatureCount() == theirs.GetLayerByName("scene").GetFeatureCount()
    assert ours.GetLayerByName("layer_styles").GetFeatureCount() == 1


def test_label_equals_segment(profile, embedding, direct, tmp_path):
    result = run(profile, "label", EMBEDDING=embedding, CLASSES=WORDS, OUTPUT=tmp_path / "labels.tif")
    np.testing.assert_array_equal(read(result["OUTPUT"]), read(direct / "scene_labels.tif"))


def test_label_of_a_part_in_another_crs_and_with_a_threshold(profile, embedding, tmp_path, scene):
    frame = gdal.Open(str(scene)).GetGeoTransform()
    west, north = frame[0], frame[3]
    extent = f"{west},{west + 64},{north - 64},{north} [EPSG:32632]"
    result = run(
        profile,
        "label",
        EMBEDDING=embedding,
        VOCABULARY="landcover",
        EXTENT=extent,
        THRESHOLD=1,
        OUTPUT=tmp_path / "part.tif",
    )
    labels = read(result["OUTPUT"])
    assert labels.shape == (128, 128)
    assert (labels == 0).all()


def test_label_with_examples(profile, embedding, direct, scene, tmp_path):
    west, _, _, north, _, _ = gdal.Open(str(scene)).GetGeoTransform()
    shape = {
        "type": "Polygon",
        "coordinates": [[[west, north], [west + 40, north], [west + 40, north - 40], [west, north]]],
    }
    drawn = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32632"}},
        "features": [{"type": "Feature", "properties": {"kind": "road"}, "geometry": shape}],
    }
    (tmp_path / "drawn.geojson").write_text(json.dumps(drawn))
    result = run(
        profile,
        "label",
        EMBEDDING=embedding,
        CLASSES=WORDS,
        EXAMPLES=tmp_path / "drawn.geojson",
        EXAMPLE_FIELD="kind",
        EXAMPLE_WEIGHT=0.9,
        OUTPUT=tmp_path / "labels.tif",
    )
    assert (read(result["OUTPUT"]) != read(direct / "scene_labels.tif")).any()


def test_vectorize(profile, direct, tmp_path):
    result = run(
        profile,
        "vectorize",
        INPUT=direct / "scene_labels.tif",
        SCORE=direct / "scene_score.tif",
        OUTPUT=tmp_path / "map.geojson",
    )
    data = ogr.Open(result["OUTPUT"])
    assert data.GetLayer(0).GetFeatureCount() == result["COUNT"] > 5
    first = next(iter(data.GetLayer(0)))
    assert first["area_m2"] > 0
    assert 0 < first["score"] <= 1
    exact = run(profile, "vectorize", INPUT=direct / "scene_labels.tif", EXACT=True, OUTPUT=tmp_path / "exact.gpkg")
    assert exact["COUNT"] > result["COUNT"]


def test_vocabulary_from_a_styled_raster_and_from_a_styled_layer(profile, direct, tmp_path):
    result = run(profile, "vocabularyfromlayer", INPUT=direct / "scene_labels.tif", OUTPUT=tmp_path / "raster.json")
    classes = json.loads((tmp_path / "raster.json").read_text("utf-8"))["classes"]
    assert result["COUNT"] == len(classes) == 7
    assert [item["name"] for item in classes][:2] == ["water", "forest"]
    polygons = f"{direct / 'scene.gpkg'}|layername=scene"
    run(profile, "vocabularyfromlayer", INPUT=polygons, OUTPUT=tmp_path / "vector.json")
    styled = json.loads((tmp_path / "vector.json").read_text("utf-8"))["classes"]
    assert {item["name"]: item["color"] for item in styled}.items() <= {
        item["name"]: item["color"] for item in classes
    }.items()
    # What it writes is a vocabulary.
    command_line("vocabulary", "check", tmp_path / "vector.json")


@pytest.mark.parametrize(
    ("name", "parameters", "expected"),
    [
        ("segment", {"INPUT": "{scene}"}, "Enter either classes"),
        ("segment", {"INPUT": "{scene}", "CLASSES": "a; b", "VOCABULARY": "landcover"}, "Enter either classes"),
        ("segment", {"INPUT": "{scene}", "CLASSES": "a; b", "BANDS": "1,x"}, "Bands must be"),
        ("segment", {"INPUT": "{scene}", "CLASSES": "a; b", "NODATA": "none"}, "Nodata must be"),
        ("segment", {"INPUT": "{scene}", "CLASSES": "a; b", "OUTPUT": "{tmp}/labels.png"}, "use the extension .tif"),
        ("segment", {"INPUT": "{scene}", "CLASSES": "a; b", "POLYGONS": "{tmp}/map.kml"}, ".gpkg"),
        ("segment", {"INPUT": "{scene}", "VOCABULARY": "landcovr"}, "did you mean"),
        ("segment", {"INPUT": "{scene}", "CLASSES": "a; b", "MODEL": "vitb16-dino-b8"}, "Press “Download”"),
        ("label", {"EMBEDDING": "{tmp}", "CLASSES": "a; b"}, "is not an embedding"),
        ("vectorize", {"INPUT": "{scene}", "OUTPUT": "{tmp}/map.gpkg"}, "scene.tif"),
        ("evaluate", {"INPUT": "{scene}"}, "Select either a raster or a vector layer"),
        ("compare", {"BEFORE": "{tmp}", "OUTPUT": "{tmp}/a.gpkg"}, "Select either two embeddings or two label rasters"),
        ("compare", {"BEFORE": "{tmp}", "AFTER": "{tmp}", "OUTPUT": "{tmp}/a.gpkg"}, "is not an embedding"),
        (
            "compare",
            {"BEFORE_LABELS": "{scene}", "AFTER_LABELS": "{scene}", "OUTPUT": "{tmp}/a.shp"},
            "use one of the file extensions .gpkg",
        ),
        ("discover", {"EMBEDDING": "{tmp}", "OUTPUT": "{tmp}/a.tif"}, "is not an embedding"),
        ("evaluate", {"INPUT": "{scene}", "TRUTH": "{scene}", "MAPPING": "1:water"}, "not a valid mapping"),
        ("vocabularyfromlayer", {"INPUT": "{scene}", "OUTPUT": "{tmp}/a.json"}, "has no palette"),
    ],
)
def test_invalid_parameters(profile, scene, tmp_path, name, parameters, expected):
    filled = {key: value.format(scene=scene, tmp=tmp_path) for key, value in parameters.items()}
    if name in ("segment", "label"):
        filled = {"OUTPUT": tmp_path / "labels.tif", **filled}
    if name == "segment":
        filled = {"MODEL": "demo", **filled}
    assert expected in fail(profile, name, **filled)


def test_messages_have_no_command_line_flags(profile, embedding, scene):
    output = fail(profile, "encode", INPUT=scene, MODEL="demo", COMPONENTS=8, OUTPUT=embedding)
    assert "“Overwrite existing files”" in output
    assert "--overwrite" not in output


def test_missing_environment(profile, scene, tmp_path):
    bare = {key: value for key, value in profile.items() if key != "PROXYCLIP_MAPPER_PYTHON"}
    output = fail(bare, "segment", INPUT=scene, CLASSES="a; b", MODEL="demo", OUTPUT=tmp_path / "labels.tif")
    assert "ProxyCLIP environment is not set up" in output


def test_killed_worker(profile, tmp_path):
    command_line("sample", tmp_path / "large.tif", "--size", 1536, "--quiet")
    process = start(
        profile, "segment", INPUT=tmp_path / "large.tif", CLASSES=WORDS, MODEL="demo", OUTPUT=tmp_path / "labels.tif"
    )
    worker = None
    end = time.monotonic() + 60
    while worker is None and time.monotonic() < end:
        found = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(process.pid)], capture_output=True, text=True, check=False
        )
        rows = [line.split(None, 1) for line in found.stdout.splitlines()]
        worker = next((int(number) for number, what in rows if "proxyclip_geo worker" in what), None)
        time.sleep(0.2)
    time.sleep(3)
    os.kill(worker, signal.SIGKILL)
    out, err = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "ended unexpectedly" in out + err
    assert not (tmp_path / "labels.tif").exists()


def test_models_equal_those_of_the_worker():
    from proxyclip_mapper.models import MODELS

    listed = json.loads(command_line("models", "list", "--json"))["models"]
    assert sorted(MODELS) == sorted(item["name"] for item in listed)


def count_workers():
    """Return how many workers this process has."""
    ps = ["ps", "-o", "args=", "--ppid", str(os.getpid())]
    return subprocess.run(ps, capture_output=True, text=True, check=True).stdout.count("proxyclip_geo worker")


@pytest.mark.parametrize("name", ["encode", "segment"])
def test_cancel_stops_algorithm_and_request(qgis_app, set_up, tmp_path, name):
    from proxyclip_mapper.algorithms.provider import ProxyClipProvider
    from proxyclip_mapper.client.blocking import BlockingClient
    from proxyclip_mapper.client.worker_process import close_idle_worker

    command_line("sample", tmp_path / "large.tif", "--size", 1024, "--quiet")
    provider = ProxyClipProvider()
    provider.loadAlgorithms()
    algorithm = next(item for item in provider.algorithms() if item.name() == name).create()

    class Impatient(QgsProcessingFeedback):
        highest = 0.0

        def setProgress(self, percent):
            self.highest = max(self.highest, percent)
            if percent > 5:
                self.cancel()

    parameters = {"INPUT": str(tmp_path / "large.tif"), "MODEL": "demo", "CLASSES": WORDS}
    parameters["OUTPUT"] = str(tmp_path / ("out.emb" if name == "encode" else "labels.tif"))
    feedback = Impatient()
    close_idle_worker()
    before = count_workers()
    _, good = algorithm.run(parameters, QgsProcessingContext(), feedback)
    assert not good
    # Most of the work was not done.
    assert 5 < feedback.highest < 60, feedback.textLog()
    assert not (tmp_path / "labels.tif").exists()
    # The worker waits for the next algorithm.
    with BlockingClient(QgsProcessingFeedback()) as client:
        assert client.request("models", {})
    close_idle_worker()
    assert count_workers() == before
