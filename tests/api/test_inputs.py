"""The verbs take rasters in memory."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
import rioxarray

import proxyclip_geo as pg

pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
WORDS = ["water", "forest", "building"]


@pytest.fixture
def scene(tmp_path: Path) -> pg.Sample:
    return pg.sample(tmp_path / "scene.tif", size=128, seed=3)


def test_segment_and_encode_give_the_labels_of_the_file(scene: pg.Sample, tmp_path: Path) -> None:
    wanted = pg.segment(scene.image, WORDS, out=tmp_path / "file", model="demo").labels.read()
    array = rioxarray.open_rasterio(scene.image).rename("scene")
    result = pg.segment(array, WORDS, out=tmp_path / "memory", model="demo")
    np.testing.assert_array_equal(result.labels.read(), wanted)
    assert result.paths.labels.name == "scene_labels.tif"
    with rasterio.open(scene.image) as dataset:
        embedding = pg.encode(dataset, out=tmp_path / "scene.emb", model="demo")
        raster = pg.ArrayRaster(dataset.read(), pg.GeoBox(dataset.shape, dataset.transform, dataset.crs))
    np.testing.assert_array_equal(embedding.label(WORDS).labels, wanted)
    assert pg.plan_segment(raster, WORDS, out=tmp_path / "plan", model="demo").shape == (128, 128)
    edges = pg.LabelOptions(borders="image")
    assert embedding.label(WORDS, raster=array, options=edges).labels.shape == (128, 128)


def test_vectorize_and_evaluate_take_labels_in_memory(scene: pg.Sample, tmp_path: Path) -> None:
    labels = rioxarray.open_rasterio(scene.truth)
    wanted = pg.vectorize(scene.truth, tmp_path / "file.gpkg", vocabulary="landcover")
    found = pg.vectorize(labels, tmp_path / "memory.gpkg", vocabulary="landcover")
    assert (found.polygons, found.areas) == (wanted.polygons, wanted.areas)
    assert pg.evaluate(labels, scene.truth, vocabulary="landcover").matrix.overall().accuracy == 1
    with pytest.raises(pg.OptionError, match="append records the paths"):
        pg.vectorize(labels, tmp_path / "file.gpkg", append=True)


def test_other_processes_need_a_file(scene: pg.Sample, tmp_path: Path) -> None:
    array = rioxarray.open_rasterio(scene.image).rename("scene")
    options = pg.SegmentOptions(workers=2)
    with pytest.raises(pg.OptionError, match="scene is a raster in memory, which other processes cannot read"):
        pg.segment(array, WORDS, out=tmp_path / "out", model="demo", options=options)
