"""The whole way, with the bundled model on made-up rasters."""

import json
import sqlite3
import warnings
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.transform import Affine

import proxyclip_geo as pg
from proxyclip_geo.errors import (
    AreaError,
    Cancelled,
    ModelError,
    OptionError,
    OutputError,
    QualityWarning,
    RasterError,
    VocabularyError,
)
from proxyclip_geo.progress import ProgressEvent

WORDS = ["water", "forest", "grassland", "cropland", "bare soil", "road", "building"]


@pytest.fixture(scope="module")
def demo() -> pg.Model:
    return pg.load_model("demo", device="cpu")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up raster, its truth beside it."""
    return pg.sample(tmp_path_factory.mktemp("scene") / "scene.tif", size=(300, 420), seed=11).image


@pytest.fixture(scope="module")
def result(scene: Path, demo: pg.Model) -> pg.SegmentResult:
    options = pg.SegmentOptions(probabilities=True)
    return pg.segment(scene, WORDS, out=scene.parent / "out", model=demo, options=options)


def read(path: Path) -> np.ndarray:
    with rasterio.open(path) as dataset:
        return dataset.read()


def test_all_results_are_there_and_nothing_else(result: pg.SegmentResult) -> None:
    names = {path.name for path in result.paths.labels.parent.iterdir()}
    rasters = {
        f"scene_{kind}.{suffix}" for kind in ("labels", "score", "probabilities") for suffix in ("tif", "qml", "sld")
    }
    others = {"scene_labels.tif.aux.xml", "scene.gpkg", "scene_areas.csv", "scene_preview.png", "scene_run.json"}
    assert names - {f"{name}.aux.xml" for name in rasters} == (rasters | others) - {"scene_labels.tif.aux.xml"}


def test_two_rasters_go_into_one_directory(scene: Path, demo: pg.Model, tmp_path: Path) -> None:
    other = tmp_path / "other.tif"
    other.write_bytes(scene.read_bytes())
    options = pg.SegmentOptions(polygons=False)
    made = [pg.segment(raster, WORDS, out=tmp_path / "out", model=demo, options=options) for raster in (scene, other)]
    assert [Path(json.loads(one.paths.run.read_text())["input"]["path"]).name for one in made] == [
        "scene.tif",
        "other.tif",
    ]


def test_rasters_lie_where_the_scene_lies(scene: Path, result: pg.SegmentResult) -> None:
    with rasterio.open(scene) as image:
        for path in (result.paths.labels, result.paths.score, result.paths.probabilities):
            assert path is not None
            with rasterio.open(path) as dataset:
                assert (dataset.shape, dataset.transform, dataset.crs) == (image.shape, image.transform, image.crs)
                assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
                assert dataset.nodata == 255
                assert dataset.tags()["MODEL"] == "demo"


def test_score_is_the_winners_probability(result: pg.SegmentResult) -> None:
    labels, score = read(result.paths.labels)[0], read(result.paths.score)[0]
    probabilities = read(result.paths.probabilities)
    assert set(np.unique(labels)) <= set(range(1, 8))
    np.testing.assert_array_equal(np.take_along_axis(probabilities, labels[None] - 1, 0)[0], score)
    assert (probabilities.max(axis=0) == score).all()


def test_the_map_is_far_better_than_chance(scene: Path, result: pg.SegmentResult) -> None:
    report = pg.evaluate(result.paths.labels, scene.with_name("scene_truth.tif"))
    assert report.matrix.overall().accuracy > 0.7


def test_polygons_cover_every_labelled_pixel_once(result: pg.SegmentResult) -> None:
    polygons = result.polygons
    labels = read(result.paths.labels)[0]
    assert polygons.is_valid.all()
    assert polygons.area.sum() == pytest.approx(labels.size * 0.25, rel=1e-9)
    assert polygons.union_all().area == pytest.approx(labels.size * 0.25, rel=1e-9)
    areas = polygons.dissolve("label").area
    for value, count in zip(*np.unique(labels, return_counts=True), strict=True):
        assert areas[value] == pytest.approx(count * 0.25, rel=0.02)
    assert polygons["pixels"].min() >= 16
    assert polygons["margin"].between(0, 1).all()
    assert set(polygons["class"]) <= set(WORDS)
    assert polygons["score"].between(0, 1).all()
    assert polygons["area_m2"].sum() == pytest.approx(labels.size * 0.25, rel=2e-3)


def test_the_geopackage_carries_its_style(result: pg.SegmentResult) -> None:
    with closing(sqlite3.connect(result.paths.polygons)) as database:
        name, qml, default = database.execute(
            "SELECT f_table_name, styleQML, useAsDefault FROM layer_styles"
        ).fetchone()
    assert (name, bool(default)) == ("scene", True)
    assert all(word in qml for word in WORDS)


def test_the_run_can_be_known_from_its_record(result: pg.SegmentResult, demo: pg.Model) -> None:
    run = json.loads(result.paths.run.read_text())
    assert run["software"]["proxyclip_geo"] == pg.__version__
    assert run["model"]["sha256"] == dict(demo.checksums)
    assert run["options"]["probabilities"] is True
    assert run["input"]["shape"] == [3, 300, 420]
    assert run["vocabulary"]["classes"][0]["name"] == "water"
    assert sum(run["shares"].values()) == pytest.approx(1, abs=1e-4)
    assert run["seconds"]["segment"] > 0


def test_results_show_themselves_as_pictures(result: pg.SegmentResult) -> None:
    assert result._repr_png_()[:8] == b"\x89PNG\r\n\x1a\n"
    assert result.labels.read().shape == (300, 420)
    assert result.labels.geobox.shape == (300, 420)
    assert result.labels.classes[2] == "forest"


@pytest.mark.parametrize(("block", "batch"), [(64, 3), (192, 1), (256, 8)])
def test_neither_blocks_nor_batches_change_the_labels(
    block: int, batch: int, scene: Path, result: pg.SegmentResult, demo: pg.Model, tmp_path: Path
) -> None:
    options = pg.SegmentOptions(block_size=block, batch_size=batch, polygons=False)
    other = pg.segment(scene, WORDS, out=tmp_path, model=demo, options=options)
    np.testing.assert_array_equal(read(other.paths.labels), read(result.paths.labels))
    difference = read(other.paths.score).astype(int) - read(result.paths.score).astype(int)
    assert np.abs(difference).max() <= 1


def write_raster(path: Path, pixels: np.ndarray, **profile: object) -> Path:
    defaults: dict[str, object] = {"crs": "EPSG:32632", "transform": Affine(0.5, 0, 500000, 0, -0.5, 5300000)}
    bands, height, width = pixels.shape
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            count=bands,
            height=height,
            width=width,
            dtype=pixels.dtype,
            **{**defaults, **profile},
        ) as dataset:
            dataset.write(pixels)
    return path


@pytest.mark.filterwarnings("ignore:.*the picture is flat")
@settings(max_examples=12, deadline=None)
@given(height=st.integers(1, 150), width=st.integers(1, 150), value=st.sampled_from([0, 128, 255]))
def test_flat_rasters_of_any_size_give_labels(
    height: int, width: int, value: int, demo: pg.Model, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("flat")
    raster = write_raster(folder / "flat.tif", np.full((3, height, width), value, np.uint8))
    options = pg.SegmentOptions(polygons=False)
    labels = pg.segment(raster, WORDS, out=folder / "out", model=demo, options=options).labels.read()
    assert labels.shape == (height, width)
    assert set(np.unique(labels)) <= set(range(1, 8))


@pytest.mark.parametrize("shape", [(1, 1), (1, 200), (200, 1), (5, 130)])
def test_thin_rasters_are_segmented(shape: tuple[int, int], demo: pg.Model, tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (3, *shape), dtype=np.uint8)
    result = pg.segment(write_raster(tmp_path / "thin.tif", pixels), WORDS, out=tmp_path / "out", model=demo)
    assert result.labels.read().shape == shape
    assert result.polygons.area.sum() == pytest.approx(shape[0] * shape[1] * 0.25)


def test_no_data_in_is_no_data_out_and_hides_its_values(demo: pg.Model, scene: Path, tmp_path: Path) -> None:
    pixels = read(scene)[:, :200, :200]
    hole = np.zeros(pixels.shape[1:], bool)
    hole[50:90, 120:] = True
    results = []
    for fill in (7, 250):
        filled = np.where(hole, np.uint8(fill), pixels)
        raster = tmp_path / f"hole{fill}.tif"
        write_raster(raster, filled)
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(raster, "r+") as dataset:
            dataset.write_mask(~hole)
        results.append(pg.segment(raster, WORDS, out=tmp_path / str(fill), model=demo).labels.read())
    np.testing.assert_array_equal(*results)
    np.testing.assert_array_equal(results[0] == 255, hole)


def test_a_class_takes_the_pixels_below_the_threshold(scene: Path, demo: pg.Model, tmp_path: Path) -> None:
    words = {"classes": WORDS, "threshold": 0.6}
    plain = pg.segment(scene, words, out=tmp_path / "plain", model=demo).labels.read()
    filled = pg.segment(scene, {**words, "fallback": "road"}, out=tmp_path / "filled", model=demo).labels.read()
    assert (plain == 0).any()
    np.testing.assert_array_equal(filled, np.where(plain == 0, 1 + WORDS.index("road"), plain))


def test_threshold_leaves_pixels_unclassified(
    demo: pg.Model, scene: Path, result: pg.SegmentResult, tmp_path: Path
) -> None:
    strict = pg.segment(scene, WORDS, out=tmp_path, model=demo, options=pg.SegmentOptions(threshold=0.6))
    labels, before = strict.labels.read(), result.labels.read()
    score = read(result.paths.score)[0]
    assert (labels[score < 60] == 0).all()
    assert (labels[score > 60] == before[score > 60]).all()
    assert strict.shares["unclassified"] == pytest.approx((labels == 0).mean())


def test_area_of_interest_resolution_and_bands(demo: pg.Model, scene: Path, tmp_path: Path) -> None:
    with rasterio.open(scene) as dataset:
        west, south, east, north = dataset.bounds
    box = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy([(west + east) / 2], [(south + north) / 2]).buffer(50), crs=32632
    )
    box.to_crs(4326).to_file(tmp_path / "field.gpkg")
    options = pg.SegmentOptions(aoi=tmp_path / "field.gpkg", gsd=1.0, bands=(3, 2, 1))
    result = pg.segment(scene, WORDS, out=tmp_path / "out", model=demo, options=options)
    labels = result.labels.read()
    assert labels.shape == pytest.approx((100, 100), abs=2)
    assert (labels != 255).sum() == pytest.approx(np.pi * 50**2, rel=0.02)
    assert result.polygons["area_m2"].sum() == pytest.approx(np.pi * 50**2, rel=0.02)


def test_sixteen_bit_and_float_give_nearly_the_same_map(demo: pg.Model, scene: Path, tmp_path: Path) -> None:
    pixels = read(scene)
    maps = []
    for dtype in (np.uint16, np.float32):
        raster = write_raster(tmp_path / f"{np.dtype(dtype)}.tif", (pixels * 9.0 + 300).astype(dtype))
        out = tmp_path / str(np.dtype(dtype))
        maps.append(pg.segment(raster, WORDS, out=out, model=demo).labels.read())
    assert (maps[0] == maps[1]).mean() > 0.99


def test_an_existing_result_is_not_replaced(result: pg.SegmentResult, scene: Path, demo: pg.Model) -> None:
    before = result.paths.labels.read_bytes()
    with pytest.raises(OutputError, match="differs in vocabulary, options, files; pass overwrite=True"):
        pg.segment(scene, ["road", "water"], out=result.paths.labels.parent, model=demo)
    assert result.paths.labels.read_bytes() == before


def test_cancelling_leaves_nothing(demo: pg.Model, scene: Path, tmp_path: Path) -> None:
    def stop(event: ProgressEvent) -> None:
        if event.stage == "segment" and event.done > 0:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        pg.segment(scene, WORDS, out=tmp_path / "out", model=demo, progress=stop)
    assert not (tmp_path / "out").exists()


def test_far_words_and_far_scales_are_warned_about(demo: pg.Model, tmp_path: Path) -> None:
    pixels = np.zeros((3, 40, 40), np.uint8)
    coarse = write_raster(tmp_path / "coarse.tif", pixels, transform=Affine(30, 0, 500000, 0, -30, 5300000))
    with pytest.warns(QualityWarning) as caught:
        result = pg.segment(coarse, ["water", "democracy"], out=tmp_path / "out", model=demo)
    messages = [str(item.message) for item in caught if issubclass(item.category, QualityWarning)]
    assert any("30 m" in message for message in messages)
    assert any("democracy" in message for message in messages)
    assert result.run["warnings"] == messages


def test_small_windows_overlap_as_much_as_the_models_own(scene: Path, demo: pg.Model, tmp_path: Path) -> None:
    options = pg.SegmentOptions(window=64, polygons=False)
    result = pg.segment(scene, WORDS, out=tmp_path / "out", model=demo, options=options)
    assert (result.run["windows"]["size"], result.run["windows"]["stride"]) == ([64, 64], 32)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"raster": "missing.tif"}, RasterError),
        ({"classes": []}, VocabularyError),
        ({"classes": ["water", "Water"]}, VocabularyError),
        ({"model": "nonsense"}, ModelError),
        ({"options": pg.SegmentOptions(device="cuda:7")}, ModelError),
        ({"options": pg.SegmentOptions(bands=(9,))}, OptionError),
        ({"options": pg.SegmentOptions(window=100)}, OptionError),
        ({"options": pg.SegmentOptions(stride=500)}, OptionError),
        ({"options": pg.SegmentOptions(bounds=(0, 0, 1, 1))}, AreaError),
        ({"options": pg.SegmentOptions(bounds=(500000, 0, 500000, 1))}, AreaError),
    ],
)
def test_bad_input_is_refused_before_anything_is_written(
    change: dict[str, object], error: type[Exception], scene: Path, tmp_path: Path
) -> None:
    call = {"raster": scene, "classes": WORDS, "model": "demo", **change}
    with pytest.raises(error):
        pg.segment(
            call["raster"],
            call["classes"],
            out=tmp_path / "out",
            **{k: call[k] for k in ("model", "options") if k in call},
        )
    assert not (tmp_path / "out").exists()


def test_a_plan_computes_nothing(scene: Path, tmp_path: Path) -> None:
    plan = pg.plan_segment(scene, WORDS, out=tmp_path / "out", model="demo")
    assert plan.shape == (300, 420)
    assert plan.windows > 0
    assert plan.memory > 500e6
    assert plan.disk >= 300 * 420 * 2
    assert plan.seconds > 0
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("form", "sides"), [("shp", {"shx", "dbf", "prj", "cpg"}), ("geojson", set()), ("parquet", set())]
)
def test_polygons_in_the_format_asked_for(
    scene: Path, demo: pg.Model, tmp_path: Path, form: str, sides: set[str]
) -> None:
    options = pg.SegmentOptions(vector_format=form, bounds=None, scores=False)
    result = pg.segment(scene, WORDS, out=tmp_path, model=demo, options=options)
    assert result.paths.polygons == tmp_path / f"scene.{form}"
    assert {path.suffix[1:] for path in tmp_path.glob("scene.*")} == {form, "qml", "sld"} | sides
    assert set(result.polygons["class"]) <= set(WORDS)
    written = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    again = pg.segment(scene, WORDS, out=tmp_path, model=demo, options=options)
    assert (result.done_before, again.done_before) == (False, True)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == written
    assert (again.paths, again.vocabulary, dict(again.run)) == (result.paths, result.vocabulary, dict(result.run))
    assert dict(again.shares) == pytest.approx(dict(result.shares), abs=1e-6)
    assert again.areas.unit == result.areas.unit
    assert dict(again.areas) == pytest.approx(dict(result.areas), abs=1e-3)
    with pytest.raises(OutputError, match="exist; pass overwrite=True"):
        pg.plan_segment(scene, WORDS, out=tmp_path, model=demo, options=options)


@pytest.mark.parametrize(("name", "remedy"), [("map.shp", "vector_format='shp'"), ("map.tif", "directory, e.g. 'map'")])
def test_the_name_of_a_file_is_no_directory(scene: Path, name: str, remedy: str) -> None:
    with pytest.raises(OutputError, match=remedy):
        pg.segment(scene, WORDS, out=name, model="demo")
    assert not Path(name).exists()


@pytest.mark.filterwarnings("ignore::proxyclip_geo.errors.QualityWarning")
def test_formats_that_need_a_crs_are_refused_before_the_work(make_raster, tmp_path: Path) -> None:
    plain = make_raster(crs=None, transform=Affine.identity())
    with pytest.raises(pg.VectorError, match="without a CRS"):
        pg.segment(plain, WORDS, out=tmp_path / "out", model="demo", options=pg.SegmentOptions(vector_format="geojson"))
