"""The algorithms without a worker: names, help, and checks of outputs against inputs."""

import os
import shutil

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)

ALGORITHMS = (
    "segment",
    "segmentrasters",
    "encode",
    "label",
    "vectorize",
    "areas",
    "compare",
    "discover",
    "evaluate",
    "vocabularyfromlayer",
    "status",
)


@pytest.fixture
def provider(qgis_app, set_up):
    from proxyclip_mapper.algorithms.provider import ProxyClipProvider

    made = ProxyClipProvider()
    QgsApplication.processingRegistry().addProvider(made)
    made.refreshAlgorithms()
    yield made
    QgsApplication.processingRegistry().removeProvider(made)


@pytest.fixture
def image(tmp_path, scene, qgis_new_project):
    """A copy of the scene as a layer of the project."""
    path = tmp_path / "image.tif"
    shutil.copy(scene, path)
    layer = QgsRasterLayer(str(path), "image", "gdal")
    QgsProject.instance().addMapLayer(layer)
    return path


def check(provider, name, **parameters):
    """Return the message of an algorithm's check; empty if the parameters are valid."""
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    algorithm = provider.algorithm(name).create()
    return algorithm.checkParameterValues(parameters, context)[1]


def segment(provider, image, **outputs):
    return check(provider, "segment", INPUT="image", CLASSES="water; forest", MODEL="demo", **outputs)


def test_all_algorithms_are_described(provider):
    assert {item.name() for item in provider.algorithms()} >= set(ALGORITHMS)
    for algorithm in provider.algorithms():
        name = algorithm.displayName()
        assert 3 < len(name) < 30, name
        assert len(algorithm.shortHelpString()) > 100, name
        assert algorithm.group(), name
        assert algorithm.groupId(), name
        assert algorithm.tags() or name == "mapwithareas", name
        assert not algorithm.icon().isNull(), name


def test_outputs_that_are_fine(provider, image, tmp_path):
    outputs = {"OUTPUT": "map.tif", "SCORE": "score.tif", "POLYGONS": "map.gpkg"}
    assert segment(provider, image, **{name: str(tmp_path / path) for name, path in outputs.items()}) == ""
    # An existing file that is no input may be replaced: Processing has asked the user.
    (tmp_path / "map.tif").touch()
    assert segment(provider, image, OUTPUT=str(tmp_path / "map.tif")) == ""


@pytest.mark.parametrize("name", ["image.tif", "link.tif", "sub/../image.tif", "hard.tif"])
def test_the_image_is_never_an_output(provider, image, tmp_path, name):
    (tmp_path / "sub").mkdir()
    (tmp_path / "link.tif").symlink_to(image)
    os.link(image, tmp_path / "hard.tif")
    message = segment(provider, image, OUTPUT=str(tmp_path / name))
    assert "would overwrite" in message
    assert "an input" in message


def test_a_style_of_the_image_is_never_overwritten(provider, image, tmp_path):
    (tmp_path / "image.qml").touch()
    message = segment(provider, image, OUTPUT=str(tmp_path / "map.tif"), POLYGONS=str(tmp_path / "image.geojson"))
    assert "image.qml (an input)" in message


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ({"OUTPUT": "map.tif", "SCORE": "map.tif"}, "Score raster would overwrite"),
        ({"OUTPUT": "map.tif", "SCORE": "map.tiff"}, "map.qml"),
        ({"OUTPUT": "map.tif", "POLYGONS": "map.geojson"}, "map.qml"),
    ],
)
def test_outputs_never_share_a_file(provider, image, tmp_path, outputs, expected):
    message = segment(provider, image, **{name: str(tmp_path / path) for name, path in outputs.items()})
    assert expected in message


def test_other_inputs_are_no_outputs_either(provider, image, tmp_path):
    layer = QgsRasterLayer(str(image), "labels", "gdal")
    QgsProject.instance().addMapLayer(layer)
    report = str(tmp_path / "image.tif")
    assert "would overwrite" in check(provider, "evaluate", INPUT="image", TRUTH="labels", OUTPUT=report)
    words = tmp_path / "words.json"
    words.touch()
    message = check(
        provider, "segment", INPUT="image", VOCABULARY=str(words), MODEL="demo", OUTPUT=str(tmp_path / "words.tif")
    )
    assert message == ""


def test_a_failed_move_leaves_the_existing_file(tmp_path, monkeypatch):
    from qgis.core import QgsProcessingException

    from proxyclip_mapper.algorithms import outputs

    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "map.tif").write_text("new", encoding="utf-8")
    target = tmp_path / "map.tif"
    target.write_text("old", encoding="utf-8")

    def fail(source, destination):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outputs.shutil, "move", fail)
    with pytest.raises(QgsProcessingException, match="No space left"):
        outputs.move_raster(tmp_path / "new" / "map.tif", target)
    assert target.read_text("utf-8") == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["map.tif", "new"]


@pytest.mark.parametrize(
    ("interpreter", "model", "ready", "expected"),
    [
        (None, "demo", True, "Ready: proxyclip-geo 0."),
        (None, "vitb16-dino-b8", False, "not on this computer"),
        ("", "demo", False, "environment"),
        ("/usr/bin/python3", "demo", False, "ended unexpectedly"),
    ],
)
def test_status(provider, set_up, interpreter, model, ready, expected):
    if interpreter is not None:
        set_up.write("interpreter", interpreter)
    results, good = (
        provider.algorithm("status").create().run({"MODEL": model}, QgsProcessingContext(), QgsProcessingFeedback())
    )
    assert good
    assert results["READY"] is ready
    assert expected in results["MESSAGE"]


def test_areas_per_class(provider, scene, tmp_path, qgis_new_project):
    """The areas are those of the pixels: 0.5 m in UTM, where the scale is 0.9996 at the central meridian."""
    import csv

    labels = tmp_path / "labels.tif"
    data = gdal.Translate(str(labels), str(scene), bandList=[1], outputType=gdal.GDT_Byte)
    values = np.full((384, 384), 2, np.uint8)
    values[:96] = 1
    values[:, :10] = 0
    data.GetRasterBand(1).WriteArray(values)
    size = abs(data.GetGeoTransform()[1])
    data = None
    layer = QgsRasterLayer(str(labels), "labels", "gdal")
    QgsProject.instance().addMapLayer(layer)
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    outputs = {"OUTPUT": str(tmp_path / "areas.csv"), "CHART": str(tmp_path / "areas.html")}
    algorithm = provider.algorithm("areas").create()
    feedback = QgsProcessingFeedback()
    results, good = algorithm.run({"INPUT": "labels", **outputs}, context, feedback)
    assert good, feedback.textLog()
    assert results == {**outputs, "PATH": outputs["OUTPUT"], "CHART_PATH": outputs["CHART"]}
    with open(tmp_path / "areas.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    pixels = [float(row["area_m2"]) / size**2 for row in rows]
    assert pixels == pytest.approx([288 * 374, 96 * 374, 384 * 10], rel=2e-3)
    assert [row["class"] for row in rows] == ["class 2", "class 1", "unclassified"]
    assert [float(row["share_percent"]) for row in rows] == pytest.approx([73.05, 24.35, 2.60], abs=1e-2)
    assert "73.0 %" in (tmp_path / "areas.html").read_text("utf-8")
    QgsProject.instance().clear()


@pytest.mark.parametrize("name", [name for name in ALGORITHMS if name != "status"])
def test_outputs_have_paths_for_models_and_scripts(provider, name):
    algorithm = provider.algorithm(name)
    outputs = {item.name() for item in algorithm.outputDefinitions() if item.type() == "outputString"}
    wanted = {
        "PATH" if item.name() == "OUTPUT" else f"{item.name()}_PATH"
        for item in algorithm.destinationParameterDefinitions()
    }
    assert wanted
    assert wanted <= outputs


def run(algorithm, parameters):
    """Run an algorithm; return (its results, its messages)."""
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    feedback = QgsProcessingFeedback(False)
    assert algorithm.checkParameterValues(parameters, context) == (True, "")
    results, good = algorithm.create().run(parameters, context, feedback)
    assert good, feedback.textLog()
    return results, feedback.textLog()


def test_the_model_of_the_plugin(provider, image, tmp_path):
    """Segment, vectorize, areas: the areas of the table are those of the polygons."""
    import csv

    model = provider.algorithm("mapwithareas")
    assert model is not None
    outputs = {
        "segment:Labels": str(tmp_path / "labels.tif"),
        "vectorize:Polygons": str(tmp_path / "map.gpkg"),
        "areas:Table": str(tmp_path / "areas.csv"),
    }
    run(model, {"image": "image", "classes": "water; forest, trees; cropland", "model": "demo", **outputs})
    with open(tmp_path / "areas.csv", encoding="utf-8") as file:
        areas = {row["class"]: float(row["area_m2"]) for row in csv.DictReader(file)}
    layer = QgsVectorLayer(f"{tmp_path / 'map.gpkg'}|layername=map", "map", "ogr")
    sums = {}
    for feature in layer.getFeatures():
        sums[feature["class"]] = sums.get(feature["class"], 0) + feature["area_m2"]
    assert sum(areas.values()) == pytest.approx(sum(sums.values()), rel=1e-3)
    assert set(sums) <= set(areas)
    assert QgsRasterLayer(str(tmp_path / "labels.tif")).isValid()


def test_several_rasters_by_list_and_by_folder(provider, scene, tmp_path):
    import shutil as files

    folder = tmp_path / "images"
    folder.mkdir()
    for name in ("east", "west"):
        gdal.Translate(str(folder / f"{name}.tif"), str(scene), srcWin=[0, 0, 128, 128])
    (folder / "broken.tif").write_text("no raster", encoding="utf-8")
    common = {"CLASSES": "water; forest", "MODEL": "demo", "WITH_POLYGONS": False}
    algorithm = provider.algorithm("segmentrasters")
    results, text = run(algorithm, {"FOLDER": str(folder), "OUTPUT": str(tmp_path / "maps"), **common})
    assert (results["COUNT"], results["FAILED"]) == (2, 1)
    assert results["PATH"] == str(tmp_path / "maps")
    assert "broken.tif: The raster cannot be used" in text
    made = sorted(path.name for path in (tmp_path / "maps").glob("*_labels.tif"))
    assert made == ["east_labels.tif", "west_labels.tif"]
    # A second run leaves out what is done.
    time = (tmp_path / "maps" / "east_labels.tif").stat().st_mtime_ns
    rasters = [str(folder / f"{name}.tif") for name in ("east", "west")]
    results, _ = run(algorithm, {"RASTERS": rasters, "OUTPUT": str(tmp_path / "maps"), **common})
    assert (results["COUNT"], results["FAILED"]) == (2, 0)
    assert (tmp_path / "maps" / "east_labels.tif").stat().st_mtime_ns == time
    files.copy(folder / "east.tif", tmp_path / "east.tif")
    twice = {"RASTERS": [str(folder / "east.tif"), str(tmp_path / "east.tif")], "OUTPUT": str(tmp_path / "b"), **common}
    results, _ = run(algorithm, twice)
    assert results["COUNT"] == 2
    made = sorted(str(path.relative_to(tmp_path / "b").parent) for path in (tmp_path / "b").rglob("*_labels.tif"))
    assert made == [f"{folder.name}/east", f"{tmp_path.name}/east"] or made == ["east", "images/east"]
    assert "Select either rasters or a folder" in check(
        provider, "segmentrasters", OUTPUT=str(tmp_path / "c"), **common
    )
