import json
import resource
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning
from scipy import ndimage

import proxyclip_geo as pg
from proxyclip_geo.errors import AreaError, OptionError, OutputError, QualityWarning, RasterError, VectorError
from proxyclip_geo.vector.formats import SUFFIXES

CLASSES = {1: "water", 2: "forest", 3: "building"}
CORNER = Affine(0.5, 0, 400_000, 0, -0.5, 5_600_000)
SIDE = 120
LOCAL = 'LOCAL_CS["site",UNIT["metre",1],AXIS["x",EAST],AXIS["y",NORTH]]'


def write(
    path: Path,
    values: np.ndarray,
    *,
    transform: Affine = CORNER,
    crs: str | None = "EPSG:32631",
    nodata: int | None = 255,
    **tags: str,
) -> Path:
    profile = {"width": values.shape[1], "height": values.shape[0], "count": 1, "dtype": values.dtype}
    profile |= {"nodata": nodata if values.dtype == np.uint8 else None}
    with (
        warnings.catch_warnings(action="ignore", category=NotGeoreferencedWarning),
        rasterio.open(path, "w", "GTiff", transform=transform, crs=crs, **profile) as target,
    ):
        target.write(values, 1)
        target.update_tags(**(tags if tags else {f"CLASS_{value}": name for value, name in CLASSES.items()}))
    return path


@pytest.fixture(scope="module")
def map_values() -> np.ndarray:
    field = ndimage.gaussian_filter(np.random.default_rng(5).normal(size=(3, SIDE, SIDE)), (0, 4, 4))
    values = (field.argmax(0) + 1).astype(np.uint8)
    values[:10, :10] = 255
    return values


@pytest.fixture
def labels(tmp_path: Path, map_values: np.ndarray) -> Path:
    return write(tmp_path / "map_labels.tif", map_values)


def read(path: Path) -> gpd.GeoDataFrame:
    return gpd.read_file(path, layer=path.stem)


@pytest.mark.parametrize("options", [pg.VectorOptions(), pg.VectorOptions(exact=True)])
def test_names_colours_and_areas(tmp_path, labels, map_values, options) -> None:
    result = pg.vectorize(labels, tmp_path / "map.gpkg", options=options)
    frame = read(result.path)
    assert len(frame) == result.polygons
    assert set(frame["class"]) == set(CLASSES.values())
    area = frame.area.groupby(frame["label"]).sum()
    loss = 0 if options == pg.VectorOptions(exact=True) else 0.01
    for value, count in zip(*np.unique(map_values[map_values != 255], return_counts=True), strict=True):
        assert area[value] == pytest.approx(count * 0.25, rel=loss or 1e-9)
        assert result.areas[CLASSES[value]] == pytest.approx(frame["area_m2"][frame["label"] == value].sum())
    assert (
        pyogrio.read_info(result.path, layer="map")["layer_metadata"]["SOFTWARE"] == f"proxyclip_geo {pg.__version__}"
    )


def test_neighbouring_runs_become_one_layer_without_a_seam(tmp_path, labels, map_values) -> None:
    whole = read(pg.vectorize(labels, tmp_path / "whole.gpkg").path)
    pieces = []
    # The halves overlap by five columns, and one begins lower.
    for name, rows, columns in (("a", slice(0, 120), slice(0, 60)), ("b", slice(0, 70), slice(55, 120))):
        geobox = CORNER @ Affine.translation(columns.start, rows.start)
        pieces.append(write(tmp_path / f"{name}.tif", map_values[rows, columns], transform=geobox))
    pieces.append(write(tmp_path / "c.tif", map_values[70:, 55:], transform=CORNER @ Affine.translation(55, 70)))
    merged = read(pg.vectorize(pieces, tmp_path / "merged.gpkg").path)
    assert merged.to_wkb()["geometry"].tolist() == whole.to_wkb()["geometry"].tolist()


def test_rasters_of_another_grid_are_not_merged(tmp_path, labels, map_values) -> None:
    other = write(tmp_path / "b.tif", map_values, transform=CORNER @ Affine.translation(0.5, 0))
    with pytest.raises(RasterError, match="does not lie on the grid"):
        pg.vectorize([labels, other], tmp_path / "map.gpkg")


def test_names_of_merged_rasters(tmp_path) -> None:
    def pair(first: dict[str, str], second: dict[str, str]) -> list[Path]:
        a = write(tmp_path / "a.tif", np.full((9, 9), 1, np.uint8), **first)
        return [
            a,
            write(
                tmp_path / "b.tif", np.full((9, 9), 2, np.uint8), transform=CORNER @ Affine.translation(9, 0), **second
            ),
        ]

    nothing = {"AUTHOR": "me"}
    conflict = pair({"CLASS_1": "water"}, {"CLASS_1": "road", "CLASS_2": "wood"})
    with pytest.raises(RasterError, match=r"label 1 is 'water' in .*a\.tif.* 'road' in .*b\.tif.*`vocabulary`"):
        pg.vectorize(conflict, tmp_path / "map.gpkg")
    assert set(pg.vectorize(conflict, tmp_path / "map.gpkg", vocabulary=["water", "wood"]).areas) == {"water", "wood"}
    assert set(pg.vectorize(pair(nothing, nothing), tmp_path / "plain.gpkg").areas) == {"class 1", "class 2"}
    half = pg.vectorize(pair({"CLASS_1": "water"}, nothing), tmp_path / "half.gpkg")
    assert set(half.areas) == {"water", "class 2"}


def test_clipping_is_exact(tmp_path, labels) -> None:
    disc = shapely.Point(400_030, 5_599_970).buffer(20)
    gpd.GeoDataFrame(geometry=[disc], crs=32631).to_crs(4326).to_file(tmp_path / "disc.gpkg")
    options = pg.VectorOptions(aoi=tmp_path / "disc.gpkg")
    frame = read(pg.vectorize(labels, tmp_path / "map.gpkg", options=options).path)
    assert frame.union_all().symmetric_difference(disc).area < 1e-3
    assert frame.area.sum() == pytest.approx(disc.area, rel=1e-5)
    gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs=32631).to_file(tmp_path / "far.gpkg")
    with pytest.raises(AreaError, match="does not meet"):
        pg.vectorize(labels, tmp_path / "no.gpkg", options=pg.VectorOptions(aoi=tmp_path / "far.gpkg"))


def test_an_area_without_a_crs_is_pointed_out(tmp_path, labels) -> None:
    square = gpd.GeoDataFrame(geometry=[shapely.box(400_010, 5_599_960, 400_030, 5_599_990)])
    with pytest.warns(UserWarning, match="'crs' was not provided"):
        square.to_file(tmp_path / "plain.gpkg")
    with pytest.warns(QualityWarning, match=r"plain\.gpkg has no CRS: .* are taken as those of .*map_labels"):
        path = pg.vectorize(labels, tmp_path / "map.gpkg", options=pg.VectorOptions(aoi=tmp_path / "plain.gpkg")).path
    assert read(path).union_all().equals(square.union_all())


def test_poles_in_mercator_are_refused(tmp_path) -> None:
    values = np.ones((18, 36), np.uint8)
    values[6:12] = 2
    world = write(tmp_path / "world.tif", values, transform=Affine(10, 0, -180, 0, -10, 90), crs="EPSG:4326")
    with pytest.raises(
        OptionError, match=r"2\.4e\+08 m from the origin of WGS 84 / Pseudo-Mercator.*-85\.06° to 85\.06°"
    ):
        pg.vectorize(world, tmp_path / "map.gpkg", options=pg.VectorOptions(crs="EPSG:3857"))
    gpd.GeoDataFrame(geometry=[shapely.box(-180, -85, 180, 85)], crs=4326).to_file(tmp_path / "aoi.gpkg")
    options = pg.VectorOptions(crs="EPSG:3857", aoi=tmp_path / "aoi.gpkg")
    frame = read(pg.vectorize(world, tmp_path / "map.gpkg", options=options).path)
    assert np.abs(frame.total_bounds).max() < 2.01e7


def test_reprojection(tmp_path, labels) -> None:
    plain = read(pg.vectorize(labels, tmp_path / "map.gpkg").path)
    moved = read(pg.vectorize(labels, tmp_path / "moved.gpkg", options=pg.VectorOptions(crs="EPSG:4326")).path)
    assert moved.crs.to_epsg() == 4326
    assert moved.is_valid.all()
    assert moved["area_m2"].tolist() == plain["area_m2"].tolist()
    back = moved.to_crs(32631)
    assert back.area.tolist() == pytest.approx(plain.area.tolist(), rel=1e-6)
    with pytest.raises(OptionError, match="EPSG:99999"):
        pg.vectorize(labels, tmp_path / "no.gpkg", options=pg.VectorOptions(crs="EPSG:99999"))


def test_dissolved_and_by_class(tmp_path, labels) -> None:
    whole = read(pg.vectorize(labels, tmp_path / "one.gpkg", options=pg.VectorOptions(dissolve=True)).path)
    assert sorted(whole["class"]) == sorted(CLASSES.values())
    path = pg.vectorize(labels, tmp_path / "layers.gpkg", options=pg.VectorOptions(by_class=True)).path
    layers = {str(name) for name, kind in pyogrio.list_layers(path) if kind}
    assert layers == set(CLASSES.values())


def test_names_that_a_file_cannot_hold_are_refused_before_the_work(tmp_path, labels, map_values) -> None:
    both = write(tmp_path / "both.tif", map_values, CLASS_1="water", CLASS_2="Wood", CLASS_3="wood")

    def refuse(out: str, match: str, error: type[Exception] = VectorError, **options) -> None:
        def never(event: object) -> None:
            raise AssertionError(f"work has begun: {event}")

        with pytest.raises(error, match=match):
            pg.vectorize(both, tmp_path / out, progress=never, **options)

    layers = pg.VectorOptions(by_class=True)
    refuse("a.gpkg", "'Wood' and 'wood'", options=layers)
    refuse("a.gpkg", "'layer_styles'", vocabulary=["water", "layer_styles", "wood"], options=layers)
    refuse("a.gpkg", "begin with '\\('", vocabulary=["water", "(bare) soil", "wood"], options=layers)
    refuse("gpkg_map.gpkg", "reserve this name")
    refuse("gpkgmap.shp", "reserve this name")
    refuse("-dash.gpkg", "begin with '-'")
    refuse("-dash.geojson", "begin with '-'")
    refuse("a.gpkg", "'fid' is a name that formats reserve", OptionError, statistics={"fid": labels})
    refuse("a.gpkg", "'Pixels' is a column already", OptionError, statistics={"Pixels": labels})
    refuse("a.gpkg", r"'H' is a column already \('h'\)", OptionError, statistics={"h": labels, "H": labels})


def test_statistics_of_any_raster(tmp_path, labels) -> None:
    heights = np.repeat(np.arange(60, dtype=np.float32), 60).reshape(60, 60)
    dsm = write(tmp_path / "dsm.tif", heights, transform=CORNER @ Affine.scale(2))
    exact = pg.VectorOptions(exact=True)
    path = pg.vectorize(labels, tmp_path / "map.gpkg", statistics={"height": dsm}, options=exact).path
    frame = read(path)
    row = (5_600_000 - frame.centroid.y) - 0.5
    assert frame["height"].to_numpy() == pytest.approx(row.to_numpy(), abs=0.3)
    with pytest.raises(OptionError, match="is a column already"):
        pg.vectorize(labels, tmp_path / "no.gpkg", statistics={"label": dsm})


def test_tiny_patches_are_pointed_out(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("proxyclip_geo.vector.polygonize._MANY_TINY_PATCHES", 1000)
    noise = np.random.default_rng(0).integers(1, 4, (SIDE, SIDE)).astype(np.uint8)
    path = write(tmp_path / "noise.tif", noise)
    with pytest.warns(QualityWarning, match="`min_area`"):
        pg.vectorize(path, tmp_path / "noise.gpkg", options=pg.VectorOptions(exact=True))
    with pytest.warns(QualityWarning, match="`min_area`"):
        pg.vectorize(path, tmp_path / "smooth.gpkg", options=pg.VectorOptions(min_area=0))


def test_input_that_is_no_label_raster(tmp_path, labels, map_values) -> None:
    with pytest.raises(RasterError, match="float32, not labels"):
        pg.vectorize(write(tmp_path / "f.tif", map_values.astype(np.float32)), tmp_path / "no.gpkg")
    image = np.arange(SIDE * SIDE, dtype=np.int32).reshape(SIDE, SIDE)
    with pytest.raises(RasterError, match="looks like an image"):
        pg.vectorize(write(tmp_path / "i.tif", image, AUTHOR="me"), tmp_path / "no.gpkg")
    with pytest.raises(RasterError, match="3 bands"):
        pg.vectorize(pg.sample(tmp_path / "rgb.tif", size=64, seed=1).image, tmp_path / "no.gpkg")
    with pytest.raises(RasterError, match="nowhere"):
        pg.vectorize(tmp_path / "nowhere.tif", tmp_path / "no.gpkg")
    with pytest.raises(VectorError, match="no class name"):
        pg.vectorize(labels, tmp_path / "no.gpkg", vocabulary=["water", "forest"])
    assert not (tmp_path / "no.gpkg").exists()


def test_labels_without_names(tmp_path, map_values) -> None:
    path = write(tmp_path / "map.tif", map_values, AUTHOR="me")
    assert set(pg.vectorize(path, tmp_path / "map.gpkg").areas) == {"class 1", "class 2", "class 3"}


def test_an_existing_file_stays(tmp_path, labels) -> None:
    path = pg.vectorize(labels, tmp_path / "map.gpkg").path
    with pytest.raises(OutputError, match="overwrite=True"):
        pg.vectorize(labels, path)
    pg.vectorize(labels, path, overwrite=True)


def test_the_command(tmp_path, labels, run_cli) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return run_cli("vectorize", labels, *arguments, cwd=tmp_path)

    done = run("-o", "map.fgb", "--min-area", "20", "--simplify", "0", "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["polygons"] == len(gpd.read_file(tmp_path / "map.fgb"))
    assert result["merged"] > 0
    assert sum(result["gains"].values()) == 0
    assert run("-o", "map.fgb").returncode == OutputError.exit_code
    contradiction = run("-o", "new.gpkg", "--exact", "--min-area", "5")
    assert (contradiction.returncode, "contradict" in contradiction.stderr) == (2, True)
    for option, url in (("--score", "http://localhost:9/score.tif"), ("--aoi", "http://localhost:9/area.geojson")):
        assert url in run("-o", "new.gpkg", option, url).stderr
    assert run("-o", "map.kmz").returncode == VectorError.exit_code


def test_areas_of_the_world_are_square_metres(tmp_path) -> None:
    values = np.repeat(np.array([[1, 2]], np.uint8), 18, axis=0).repeat(18, axis=1)
    world = write(tmp_path / "world.tif", values, transform=Affine(10, 0, -180, 0, -10, 90), crs="EPSG:4326")
    result = pg.vectorize(world, tmp_path / "world.gpkg", options=pg.VectorOptions(min_area=1e9))
    assert (sum(result.areas.values()), result.areas.unit) == (pytest.approx(5.10065621724e14, rel=1e-6), "m²")
    assert read(result.path)["perimeter_m"].notna().all()
    # The corners of an oval map lie beyond it.
    oval = Affine(1e6, 0, -18e6, 0, -1e6, 9e6)
    world = write(tmp_path / "oval.tif", values, transform=oval, crs="ESRI:54009")
    assert pg.vectorize(world, tmp_path / "oval.gpkg").areas.unit == "m²"
    with pytest.raises(OptionError, match="beyond its CRS"):
        pg.vectorize(world, tmp_path / "no.gpkg", options=pg.VectorOptions(min_area=1e9))


def test_without_a_crs_pixels_are_counted(tmp_path) -> None:
    path = tmp_path / "plain.tif"
    with rasterio.open(path, "w", "GTiff", width=4, height=4, count=1, dtype="uint8", transform=CORNER) as target:
        target.write(np.ones((1, 4, 4), np.uint8))
        target.update_tags(CLASS_1="water")
    result = pg.vectorize(path, tmp_path / "plain.gpkg")
    assert (result.areas, result.areas.unit) == ({"water": 16}, "px")


def test_scores_of_each_label_raster(tmp_path, map_values) -> None:
    percent = np.random.default_rng(0).integers(0, 101, map_values.shape).astype(np.uint8)
    halves = (slice(0, 60), slice(60, 120))
    labels, scores = [], []
    for name, columns in zip("ab", halves, strict=True):
        geobox = CORNER @ Affine.translation(columns.start, 0)
        labels.append(write(tmp_path / f"{name}.tif", map_values[:, columns], transform=geobox))
        scores.append(write(tmp_path / f"{name}_score.tif", percent[:, columns], transform=geobox))
    whole = write(tmp_path / "labels.tif", map_values), write(tmp_path / "score.tif", percent)
    expected = read(pg.vectorize(whole[0], tmp_path / "whole.gpkg", score=whole[1]).path)
    for given in (scores, whole[1]):
        merged = pg.vectorize(labels, tmp_path / "merged.gpkg", score=given, overwrite=True).path
        assert read(merged).to_wkb().equals(expected.to_wkb())
    with pytest.raises(OptionError, match="3 rasters of scores .* 2 label rasters"):
        pg.vectorize(labels, tmp_path / "no.gpkg", score=[*scores, scores[0]])
    with pytest.raises(RasterError, match="do not lie on the grid"):
        pg.vectorize(labels, tmp_path / "no.gpkg", score=scores[::-1])


def test_tracing_loads_no_writer(tmp_path, labels) -> None:
    script = """
import sys
import proxyclip_geo as pg
def heavy():
    return sorted({"pyogrio", "geopandas", "pandas", "pyarrow", "torch"} & set(sys.modules))
pg.vectorize(sys.argv[1], sys.argv[2], progress=lambda event: print(event.stage, heavy()))
"""
    command = [sys.executable, "-c", script, str(labels), str(tmp_path / "map.gpkg")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    stages = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert stages["polygonize"] == stages["generalise"] == "[]"
    assert "pyogrio" in stages["write"]


def test_patches_over_many_latitudes_are_measured_pixel_by_pixel(tmp_path) -> None:
    values = np.ones((18, 36), np.uint8)
    values[:, 20] = 2
    values[9, 5:7] = 3
    world = write(tmp_path / "world.tif", values, transform=Affine(10, 0, -180, 0, -10, 90), crs="EPSG:4326")
    # A lune of 10° is a 36th of the Earth, 1.42e13 m²; its first pixel is a 200th of the largest.
    large = pg.vectorize(world, tmp_path / "a.gpkg", options=pg.VectorOptions(min_area=1.4e13, smooth=False))
    assert set(large.areas) == {"water", "forest"}
    gone = pg.vectorize(world, tmp_path / "b.gpkg", options=pg.VectorOptions(min_area=1.43e13, smooth=False))
    assert set(gone.areas) == {"water"}


def test_vertices_lie_beside_the_output_and_leave_no_trace(tmp_path, labels) -> None:
    script = """
import os, sys
import proxyclip_geo as pg
def stop(event):
    if event.stage == "write":
        os._exit(9)
pg.vectorize(sys.argv[1], sys.argv[2], progress=stop)
"""
    out = tmp_path / "out" / "map.gpkg"
    killed = subprocess.run([sys.executable, "-c", script, str(labels), str(out)], check=False)
    assert killed.returncode == 9
    left = out.parent / ".map.gpkg.partial"
    assert {"vertices.bin", "smooth.bin"} < {file.name for file in left.iterdir()}
    pg.vectorize(labels, out)
    assert [file.name for file in out.parent.iterdir()] == ["map.gpkg"]


def test_no_space_for_vertices(tmp_path) -> None:
    noise = np.random.default_rng(0).integers(1, 4, (SIDE, SIDE)).astype(np.uint8)
    path = write(tmp_path / "noise.tif", noise)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        with pytest.raises(OutputError, match="cannot write"):
            pg.vectorize(path, tmp_path / "map.gpkg")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [file.name for file in tmp_path.iterdir()] == ["noise.tif"]


def test_segment_and_vectorize_read_the_same_area(tmp_path, labels) -> None:
    image = pg.sample(tmp_path / "scene.tif", size=64, seed=1).image
    with rasterio.open(image) as dataset:
        center, crs = shapely.Point(dataset.xy(32, 32)), dataset.crs
    area = tmp_path / "area.gpkg"
    gpd.GeoDataFrame(geometry=[center], crs=crs).to_file(area, layer="survey points")
    gpd.GeoDataFrame(geometry=[center.buffer(8)], crs=crs).to_file(area, layer="field")
    options = pg.SegmentOptions(aoi=area)
    with rasterio.open(
        pg.segment(image, ["water", "forest"], out=tmp_path / "out", model="demo", options=options).labels.path
    ) as map_:
        inside = map_.read_masks(1) > 0
        bounds = map_.bounds
    path = pg.vectorize(
        tmp_path / "scene_truth.tif", tmp_path / "map.gpkg", options=pg.VectorOptions(exact=True, aoi=area)
    ).path
    assert read(path).union_all().symmetric_difference(center.buffer(8)).area < 1e-6
    assert inside.any()
    assert shapely.box(*bounds).covers(shapely.box(*read(path).total_bounds))


def test_a_class_with_the_value_255_is_a_class_everywhere(tmp_path) -> None:
    values = np.array([[1, 255], [1, 255]], np.uint8)
    path = write(tmp_path / "labels.tif", values, nodata=None, CLASS_1="water", CLASS_255="forest")
    assert pg.vectorize(path, tmp_path / "map.gpkg", options=pg.VectorOptions(exact=True)).areas.keys() == {
        "water",
        "forest",
    }
    assert pg.evaluate(path, path).matrix.total == 4
    # 255 is nodata where the other values are named.
    path = write(tmp_path / "nodata.tif", values, nodata=None, CLASS_1="water")
    assert pg.vectorize(path, tmp_path / "nodata.gpkg", options=pg.VectorOptions(exact=True)).areas.keys() == {"water"}
    assert pg.evaluate(path, path).matrix.total == 2


def test_polygons_overlay_rasters_without_georeference(tmp_path) -> None:
    """QGIS shows such a raster with y from minus its height to 0."""
    values = np.array([[1, 1], [2, 2], [2, 2]], np.uint8)
    path = write(tmp_path / "labels.tif", values, transform=Affine.identity(), crs=None)
    score = write(tmp_path / "score.tif", values * 10, transform=Affine.identity(), crs=None)
    frame = read(pg.vectorize(path, tmp_path / "map.gpkg", score=score, options=pg.VectorOptions(exact=True)).path)
    assert dict(zip(frame["class"], frame.bounds.itertuples(index=False, name=None), strict=True)) == {
        "water": (0, -1, 2, 0),
        "forest": (0, -3, 2, -1),
    }
    assert frame["score"].tolist() == pytest.approx([0.1, 0.2])


def test_statistics_without_a_crs(tmp_path) -> None:
    values = np.array([[1, 1], [2, 2], [2, 2]], np.uint8)
    for name, transform in (("plain", Affine.identity()), ("local", CORNER)):
        path = write(tmp_path / f"{name}.tif", values, transform=transform, crs=None)
        options = pg.VectorOptions(exact=True)
        frame = read(pg.vectorize(path, tmp_path / f"{name}.gpkg", statistics={"height": path}, options=options).path)
        assert frame["height"].tolist() == [1, 2]


class TestBeforeTheWork:
    """What a format refuses is found before labels are traced."""

    @pytest.mark.parametrize(
        ("name", "options", "crs", "message"),
        [
            *((f"a{suffix}", {"by_class": True}, "EPSG:25832", "holds one layer") for suffix in SUFFIXES[1:]),
            *((f"a{suffix}", {}, None, "without a CRS") for suffix in (".geojson", ".pmtiles", ".mbtiles")),
            *((f"a{suffix}", {}, LOCAL, "local grids") for suffix in (".geojson", ".pmtiles", ".mbtiles")),
            *((f"-dash{suffix}", {}, "EPSG:25832", "must not begin with '-'") for suffix in SUFFIXES),
            ("gpkg_a.gpkg", {}, "EPSG:25832", "reserve this name"),
            (f"{'a' * 235}.shp", {}, "EPSG:25832", "its name has 239 bytes, and the limit is 230"),
            ("a.gpkg", {"crs": "EPSG:4326"}, None, "without a CRS"),
            ("a.gpkg", {"crs": "EPSG:4326"}, LOCAL, "local grids"),
            ("a.xyz", {}, "EPSG:25832", "no known vector suffix"),
            ("a", {}, "EPSG:25832", "no known vector suffix"),
        ],
    )
    def test_refused(
        self, make_raster: Any, tmp_path: Path, name: str, options: dict[str, Any], crs: str | None, message: str
    ) -> None:
        labels = make_raster("labels.tif", bands=1, crs=crs)

        def never(event: Any) -> None:
            raise AssertionError(f"work has begun: {event}")

        with pytest.raises((VectorError, OutputError, OptionError), match=message):
            pg.vectorize(labels, tmp_path / name, options=pg.VectorOptions(**options), progress=never)
        assert not list(tmp_path.glob("*a.*"))

    @pytest.mark.parametrize(
        "name", ['a"b', "a'b", "ä", "a\tb", "a/b", "select", "fid", "a.b", "a;b", "😀", "a`]", "x" * 200]
    )
    def test_layers_with_any_other_name(self, make_raster: Any, tmp_path: Path, name: str) -> None:
        labels = make_raster("labels.tif", data=np.ones((1, 8, 8), np.uint8))
        styles = pg.as_vocabulary({"name": "x", "classes": [name, "other"]})
        made = pg.vectorize(labels, tmp_path / "a.gpkg", vocabulary=styles, options=pg.VectorOptions(by_class=True))
        assert [layer for layer, kind in pyogrio.list_layers(made.path) if kind] == [styles.names[0]]


def test_smaller_polygons_are_left_out(tmp_path, map_values) -> None:
    path = write(tmp_path / "map.tif", map_values)
    options = pg.VectorOptions(exact=True)
    every = read(pg.vectorize(path, tmp_path / "all.gpkg", options=options).path)
    limit = float(every["area_m2"].median())
    result = pg.vectorize(path, tmp_path / "large.gpkg", options=pg.VectorOptions(exact=True, drop_smaller=limit))
    large = every[every["area_m2"] >= limit].reset_index(drop=True)
    assert (result.polygons, result.dropped) == (len(large), len(every) - len(large))
    assert read(result.path).equals(large)
    assert result.areas.total == pytest.approx(large["area_m2"].sum())
