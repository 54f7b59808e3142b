"""The Processing algorithms of the group “Analysis” in a real qgis_process."""

import json

import numpy as np
import pytest
from osgeo import ogr
from qgis.core import QgsRasterLayer

from .conftest import WORDS, command_line, read, run


def test_evaluate(profile, direct, scene, tmp_path):
    result = run(
        profile,
        "evaluate",
        INPUT=direct / "scene_labels.tif",
        TRUTH=scene.with_name("scene_truth.tif"),
        OUTPUT=tmp_path / "report.html",
    )
    expected = json.loads(
        command_line("evaluate", direct / "scene_labels.tif", scene.with_name("scene_truth.tif"), "--format", "json")
    )
    assert result["ACCURACY"] == pytest.approx(expected["overall"]["accuracy"])
    assert result["MEAN_IOU"] == pytest.approx(expected["overall"]["mean_iou"])
    assert "water" in (tmp_path / "report.html").read_text("utf-8")


def test_evaluate_against_polygons(profile, direct, tmp_path):
    polygons = f"{direct / 'scene.gpkg'}|layername=scene"
    result = run(profile, "evaluate", INPUT=direct / "scene_labels.tif", TRUTH_LAYER=polygons, TRUTH_FIELD="class")
    # The polygons are the map, smoothed.
    assert 0.9 < result["ACCURACY"] <= 1


def test_change_between_embeddings(profile, embedding, tmp_path):
    command_line("sample", tmp_path / "later.tif", "--size", 384, "--seed", 12, "--quiet")
    command_line("encode", tmp_path / "later.tif", "-m", "demo", "-o", tmp_path / "later.emb")
    result = run(
        profile,
        "compare",
        BEFORE=embedding,
        AFTER=tmp_path / "later.emb",
        CLASSES=WORDS,
        CONFIDENCE=0.5,
        OUTPUT=tmp_path / "results" / "changed.gpkg",
        RASTER=tmp_path / "results" / "changed.tif",
        SCORE=tmp_path / "results" / "confidence.tif",
        TABLE=tmp_path / "results" / "changed.csv",
    )
    direct = tmp_path / "direct"
    command_line("compare", embedding, tmp_path / "later.emb", "-c", WORDS, "--confidence", 0.5, "-o", direct)
    np.testing.assert_array_equal(read(result["RASTER"]), read(direct / "change.tif"))
    np.testing.assert_array_equal(read(result["SCORE"]), read(direct / "confidence.tif"))
    assert (tmp_path / "results" / "changed.csv").read_text() == (direct / "change.csv").read_text()
    ours, theirs = ogr.Open(result["OUTPUT"]), ogr.Open(str(direct / "change.gpkg"))
    assert ours.GetLayer(0).GetFeatureCount() == theirs.GetLayer(0).GetFeatureCount() > 0
    assert QgsRasterLayer(result["RASTER"], "changed", "gdal").renderer().classes()


def test_change_between_label_rasters(profile, direct, scene, tmp_path):
    labels, truth = direct / "scene_labels.tif", scene.with_name("scene_truth.tif")
    result = run(
        profile,
        "compare",
        BEFORE_LABELS=labels,
        AFTER_LABELS=truth,
        OUTPUT=tmp_path / "changed.gpkg",
        SCORE=tmp_path / "confidence.tif",
    )
    assert ogr.Open(result["OUTPUT"]).GetLayer(0).GetFeatureCount() > 0
    assert "SCORE" not in result
    assert sorted(path.name for path in tmp_path.iterdir()) == ["changed.gpkg"]


def test_map_without_words(profile, embedding, tmp_path):
    result = run(
        profile,
        "discover",
        EMBEDDING=embedding,
        COUNT=4,
        VOCABULARY=tmp_path / "found.json",
        OUTPUT=tmp_path / "first.tif",
    )
    command_line("discover", embedding, "-k", 4, "-o", tmp_path / "direct")
    np.testing.assert_array_equal(read(result["OUTPUT"]), read(tmp_path / "direct" / "scene_labels.tif"))
    assert len(json.loads((tmp_path / "found.json").read_text("utf-8"))["classes"]) == 4
    again = run(profile, "label", EMBEDDING=embedding, VOCABULARY=result["VOCABULARY"], OUTPUT=tmp_path / "again.tif")
    np.testing.assert_array_equal(read(again["OUTPUT"]), read(result["OUTPUT"]))
