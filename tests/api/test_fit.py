"""Fitting a vocabulary to labels of a made-up scene, with the bundled model."""

from contextlib import nullcontext
from pathlib import Path

import geopandas
import numpy as np
import pytest
import rasterio
import shapely
from PIL import Image

import proxyclip_geo as pg
from proxyclip_geo.errors import AreaError, OptionError, OutputError, QualityWarning, VocabularyError

WRONG = "water; forest; grassland; cropland; bare soil; road; building"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fit")
    pg.sample(folder / "scene.tif", size=512, seed=7)
    pg.encode(folder / "scene.tif", out=folder / "scene.emb", model="demo")
    return folder


@pytest.fixture(scope="module")
def biased() -> pg.Vocabulary:
    """A vocabulary in which cropland wins far too often."""
    classes = [{"name": name.strip(), "bias": 20.0 * (name.strip() == "cropland")} for name in WRONG.split(";")]
    return pg.as_vocabulary({"name": "biased", "classes": classes})


def accuracy(folder: Path, vocabulary: pg.Vocabulary) -> float:
    labels = pg.open_embedding(folder / "scene.emb").label(vocabulary).labels
    with rasterio.open(folder / "scene_truth.tif") as truth:
        true, tags = truth.read(1), truth.tags()
    values = {tags[f"CLASS_{value}"]: value for value in np.unique(true) if f"CLASS_{value}" in tags}
    expected = np.zeros_like(true)
    for item in vocabulary.classes:
        expected[true == values.get(item.name, -1)] = item.value
    return float((labels == expected)[expected > 0].mean())


def test_labels_of_a_raster_put_a_biased_class_right(folder: Path, biased: pg.Vocabulary, tmp_path: Path) -> None:
    files = {"save": tmp_path / "fitted.yaml", "report": tmp_path / "gain.png"}
    found = pg.fit(folder / "scene.emb", biased, folder / "scene_truth.tif", **files)
    assert found.helps
    assert found.gain.parts == 16
    assert found.statement.startswith("Fitted on scene_truth.tif: mean IoU ")
    assert "on 16 held-out squares of 128 px" in found.statement
    assert found.statement.endswith("points on this image; it was not measured on others.")
    with Image.open(tmp_path / "gain.png") as picture:
        assert picture.width == 900
    saved = pg.load_vocabulary(tmp_path / "fitted.yaml")
    assert saved == found.vocabulary
    assert saved.description == found.statement
    assert accuracy(folder, saved) > accuracy(folder, biased) + 0.05
    again = pg.fit(folder / "scene.emb", saved, folder / "scene_truth.tif")
    assert again.vocabulary.description.count("Fitted on") == 1
    assert abs(again.gain.gain) < 0.05
    with pytest.raises(OutputError, match="gain.png' exists"):
        pg.fit(folder / "scene.emb", biased, folder / "scene_truth.tif", report=tmp_path / "gain.png")
    with pytest.raises(OutputError, match=r"ends in \.png"):
        pg.fit(folder / "scene.emb", biased, folder / "scene_truth.tif", report=tmp_path / "gain.txt")


def draw_points(folder: Path, count: int) -> geopandas.GeoDataFrame:
    """Points of each class of the scene."""
    with rasterio.open(folder / "scene_truth.tif") as truth:
        true, tags, transform, crs = truth.read(1), truth.tags(), truth.transform, truth.crs
    random, rows = np.random.default_rng(0), []
    for value in np.unique(true):
        found = np.argwhere(true == value)
        for row, col in found[random.permutation(len(found))[:count]]:
            x, y = transform @ (col + 0.5, row + 0.5)
            rows.append({"kind": tags[f"CLASS_{value}"], "geometry": shapely.Point(x, y)})
    return geopandas.GeoDataFrame(rows, crs=crs)


def test_a_few_drawn_shapes_do_too(folder: Path, biased: pg.Vocabulary, tmp_path: Path) -> None:
    frame = draw_points(folder, 6)
    frame.set_geometry(frame.buffer(1)).to_file(tmp_path / "labels.gpkg")
    found = pg.fit(folder / "scene.emb", biased, tmp_path / "labels.gpkg", truth_field="kind")
    assert f"on {len(frame)} held-out drawn shapes" in found.statement
    assert accuracy(folder, found.vocabulary) > accuracy(folder, biased) + 0.05


@pytest.mark.parametrize("degrees", [False, True])
def test_points_of_field_work(folder: Path, biased: pg.Vocabulary, tmp_path: Path, degrees: bool) -> None:
    frame = draw_points(folder, 6)
    frame = frame.to_crs("EPSG:4326") if degrees else frame
    names = ("Longitude", "Latitude") if degrees else ("x", "y")
    columns = dict(zip(names, (frame.geometry.x, frame.geometry.y), strict=True))
    path = tmp_path / "points.csv"
    frame.drop(columns="geometry").assign(**columns).to_csv(path, index=False)
    with nullcontext() if degrees else pytest.warns(QualityWarning, match="points.csv has no CRS"):
        found = pg.fit(folder / "scene.emb", biased, path, truth_field="kind")
    assert found.gain.parts == len(frame)
    frame.drop(columns="geometry").assign(a=1).to_csv(path, index=False)
    with pytest.raises(AreaError, match="holds no shape"):
        pg.fit(folder / "scene.emb", biased, path, truth_field="kind")


def test_several_images_are_held_out_whole(folder: Path, biased: pg.Vocabulary, tmp_path: Path) -> None:
    made = pg.sample(tmp_path / "other.tif", size=256, seed=11)
    other = pg.encode(made.image, out=tmp_path / "other.emb", model="demo")
    found = pg.fit([folder / "scene.emb", other], biased, [folder / "scene_truth.tif", made.truth])
    assert found.images == 2
    assert "Fitted on scene_truth.tif and 1 more: mean IoU " in found.statement
    assert "on 2 images, each held out" in found.statement
    assert "on this image" not in found.statement
    with pytest.raises(OptionError, match="2 embeddings and 1 files of labels are given; give one for each"):
        pg.fit([folder / "scene.emb", other], biased, made.truth)
    with pytest.raises(OptionError, match="examples lie on one raster, but 2 embeddings"):
        pg.fit([folder / "scene.emb", other], biased, [made.truth, made.truth], examples=tmp_path / "a.gpkg")


def test_what_stands_where_there_is_no_data_is_not_told_of(folder: Path, biased: pg.Vocabulary, tmp_path: Path) -> None:
    with rasterio.open(folder / "scene_truth.tif") as truth:
        labels, profile, tags = truth.read(1), truth.profile, truth.tags()
    labels[:, 400:] = truth.nodata
    with rasterio.open(tmp_path / "part.tif", "w", **profile) as part:
        part.write(labels, 1)
        part.update_tags(**tags)
    assert pg.fit(folder / "scene.emb", biased, tmp_path / "part.tif").notes == ()


def test_a_mapping_that_names_one_class_is_told_of(folder: Path) -> None:
    with pytest.raises(OptionError, match="only classes that it names count"):
        pg.fit(folder / "scene.emb", WRONG, folder / "scene_truth.tif", mapping={"water": "water"})


def test_bad_labels(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="no class in common"):
        pg.fit(folder / "scene.emb", ["harbour", "airport"], folder / "scene_truth.tif")
    made = pg.sample(tmp_path / "far.tif", size=64, seed=1, options=pg.SampleOptions(crs="EPSG:32601"))
    with pytest.raises(OptionError, match="do not overlap"):
        pg.fit(folder / "scene.emb", WRONG, made.truth)
    with rasterio.open(folder / "scene.tif") as dataset:
        x, y = dataset.xy(100, 100)
    point = geopandas.GeoDataFrame({"class": ["harbour"]}, geometry=[shapely.Point(x, y)], crs=dataset.crs)
    point.to_file(tmp_path / "one.gpkg")
    with pytest.raises(VocabularyError, match="class 'harbour', which is not in the vocabulary"):
        pg.fit(folder / "scene.emb", WRONG, tmp_path / "one.gpkg")
    point.assign(**{"class": "road", "negative": 1}).to_file(tmp_path / "no.gpkg")
    with pytest.raises(OptionError, match="all 1 shapes .* are negative"):
        pg.fit(folder / "scene.emb", WRONG, tmp_path / "no.gpkg")
    point.assign(**{"class": "road"}).to_file(tmp_path / "one.gpkg")
    with pytest.raises(OptionError, match="1 parts of the ground"):
        pg.fit(folder / "scene.emb", WRONG, tmp_path / "one.gpkg")
    point.translate(1e6).to_frame("geometry").assign(**{"class": "road"}).to_file(tmp_path / "away.gpkg")
    with pytest.raises(AreaError, match="lies within"):
        pg.fit(folder / "scene.emb", WRONG, tmp_path / "away.gpkg")
