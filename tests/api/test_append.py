"""Label rasters added to a GeoPackage are as if they had been there from the beginning."""

import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from affine import Affine
from scipy import ndimage

import proxyclip_geo as pg
from proxyclip_geo.errors import OptionError, OutputError, RasterError, VectorError

NAMES = {"CLASS_1": "water", "CLASS_2": "forest", "CLASS_3": "building"}
CORNER = Affine(0.5, 0, 400_000, 0, -0.5, 5_600_000)
SIDE, CUT = 120, 57


def write(path: Path, values: np.ndarray, *, column: int = 0, row: int = 0, crs: str = "EPSG:32631", **tags) -> Path:
    profile = {"width": values.shape[1], "height": values.shape[0], "count": 1, "dtype": values.dtype, "nodata": 255}
    geobox = CORNER @ Affine.translation(column, row)
    with rasterio.open(path, "w", "GTiff", transform=geobox, crs=crs, **profile) as target:
        target.write(values, 1)
        target.update_tags(**(tags or NAMES))
    return path


@pytest.fixture(scope="module")
def values() -> np.ndarray:
    rng = np.random.default_rng(5)
    field = ndimage.gaussian_filter(rng.normal(size=(4, SIDE, SIDE)), (0, 3, 3))
    values = field.argmax(0).astype(np.uint8)
    # Specks beside the common border, and no data.
    values[rng.random(values.shape) < 0.03] = 3
    values[:10, :10] = 255
    return values


@pytest.fixture
def halves(tmp_path, values) -> tuple[Path, Path]:
    return (
        write(tmp_path / "west_labels.tif", values[:, :CUT]),
        write(tmp_path / "east_labels.tif", values[:, CUT:], column=CUT),
    )


@pytest.fixture
def whole(tmp_path, values) -> Path:
    return write(tmp_path / "labels.tif", values)


def read(path: Path, layer: str | None = None) -> gpd.GeoDataFrame:
    return pyogrio.read_dataframe(path, layer=layer or path.stem, fid_as_index=True)


CHOICES = {
    "default": pg.VectorOptions(),
    "exact": pg.VectorOptions(exact=True),
    "8-connected, large limits": pg.VectorOptions(min_area=40, max_hole=5, connectivity=8),
    "majority and simplified": pg.VectorOptions(majority=1, simplify=1.5),
    "in degrees": pg.VectorOptions(crs="EPSG:4326"),
    "dissolved": pg.VectorOptions(dissolve=True, smooth=False),
}


@pytest.mark.parametrize("options", CHOICES.values(), ids=CHOICES.keys())
@pytest.mark.parametrize("later", [None, "the same"])
def test_halves_one_after_the_other_equal_the_whole(tmp_path, halves, whole, options, later) -> None:
    expected = read(pg.vectorize(whole, tmp_path / "whole.gpkg", options=options).path)
    pg.vectorize(halves[0], tmp_path / "map.gpkg", options=options)
    given = None if later is None else options
    result = pg.vectorize(halves[1], tmp_path / "map.gpkg", options=given, append=True)
    found = read(result.path)
    assert found.to_wkb().equals(expected.to_wkb())
    assert result.polygons == len(expected)
    assert not [file.name for file in tmp_path.iterdir() if "partial" in file.name]


def test_a_row_of_areas_begins_with_the_first_and_goes_in_any_direction(tmp_path, values, whole) -> None:
    expected = read(pg.vectorize(whole, tmp_path / "whole.gpkg").path)
    for number, column in enumerate((80, 0, 40)):
        part = write(tmp_path / f"{number}.tif", values[:, column : column + 40], column=column)
        pg.vectorize(part, tmp_path / "map.gpkg", append=True)
    assert read(tmp_path / "map.gpkg").to_wkb().equals(expected.to_wkb())


def test_scores_statistics_area_and_classes_are_kept(tmp_path, values, halves, whole) -> None:
    percent = np.random.default_rng(1).integers(0, 101, values.shape).astype(np.uint8)
    scores = [
        write(tmp_path / "west_score.tif", percent[:, :CUT]),
        write(tmp_path / "east_score.tif", percent[:, CUT:], column=CUT),
    ]
    score = write(tmp_path / "score.tif", percent)
    gpd.GeoDataFrame(geometry=[shapely.Point(400_030, 5_599_970).buffer(25)], crs=32631).to_file(tmp_path / "aoi.gpkg")
    made = {
        "vocabulary": ["Wässer", "wood", "house"],
        "statistics": {"height": score},
        "options": pg.VectorOptions(aoi=tmp_path / "aoi.gpkg", by_class=True),
    }
    pg.vectorize(whole, tmp_path / "whole.gpkg", score=score, **made)
    pg.vectorize(halves[0], tmp_path / "map.gpkg", score=scores[0], **made)
    with pytest.raises(OptionError, match="1 label rasters and 1 rasters of scores"):
        pg.vectorize(halves[1], tmp_path / "map.gpkg", append=True)
    pg.vectorize(halves[1], tmp_path / "map.gpkg", score=scores[1], append=True)
    for layer in ("Wässer", "wood", "house"):
        assert read(tmp_path / "map.gpkg", layer).to_wkb().equals(read(tmp_path / "whole.gpkg", layer).to_wkb())
    with closing(sqlite3.connect(tmp_path / "map.gpkg")) as database:
        assert database.execute("SELECT count(*) FROM layer_styles").fetchone() == (3,)


def test_the_polygons_of_a_run_can_be_added_to(tmp_path) -> None:
    image = pg.sample(tmp_path / "scene.tif", size=256, seed=3).image
    with rasterio.open(image) as source:
        west, south, east, north = source.bounds
    middle, runs = (west + east) / 2, []
    for name, bounds in (("a", (west, south, middle, north)), ("b", (middle, south, east, north))):
        options = pg.SegmentOptions(bounds=bounds)
        runs.append(pg.segment(image, "water; forest", out=tmp_path / name, model="demo", options=options))
    labels, scores = [run.paths.labels for run in runs], [run.paths.score for run in runs]
    pg.vectorize(labels[1], runs[0].paths.polygons, score=scores[1], append=True)
    together = pg.vectorize(labels, tmp_path / "together.gpkg", score=scores).path
    assert read(runs[0].paths.polygons).to_wkb().equals(read(together).to_wkb())


def test_files_that_moved_together_are_found(tmp_path, halves, whole) -> None:
    expected = read(pg.vectorize(whole, tmp_path / "whole.gpkg").path)
    folder = tmp_path / "first"
    folder.mkdir()
    for raster in halves:
        shutil.move(raster, folder)
    pg.vectorize(folder / halves[0].name, folder / "map.gpkg")
    moved = shutil.copytree(folder, tmp_path / "copy")
    shutil.rmtree(folder)
    pg.vectorize(moved / halves[1].name, moved / "map.gpkg", append=True)
    assert read(moved / "map.gpkg").to_wkb().equals(expected.to_wkb())


def test_what_cannot_be_appended_to(tmp_path, halves, values) -> None:
    west, east = halves
    path = pg.vectorize(west, tmp_path / "map.gpkg").path
    before = path.read_bytes()

    def refuse(error: type[Exception], match: str, labels: Path = east, out: Path = path, **options) -> None:
        with pytest.raises(error, match=match):
            pg.vectorize(labels, out, append=True, **options)
        assert path.read_bytes() == before

    refuse(OptionError, "is in .* already", west)
    refuse(OptionError, "contradict", overwrite=True)
    refuse(OptionError, "with exact=False, and exact=True", options=pg.VectorOptions(exact=True))
    refuse(OptionError, "without `crs`, and crs=EPSG:3035", options=pg.VectorOptions(crs="EPSG:3035"))
    refuse(OptionError, "the names in its label rasters", vocabulary=["water", "forest", "building"])
    refuse(OptionError, "0 rasters of scores", score=east)
    refuse(OptionError, "without `statistics`", statistics={"height": east})
    refuse(OutputError, "would change the input", options=pg.VectorOptions(aoi=path))
    area = shutil.copy(path, tmp_path / "area.gpkg")
    refuse(OptionError, "without `aoi`", options=pg.VectorOptions(aoi=area))
    refuse(RasterError, "overlaps", write(tmp_path / "over.tif", values[:, CUT - 3 :], column=CUT - 3))
    refuse(RasterError, "does not lie on the grid", write(tmp_path / "zone.tif", values, column=SIDE, crs="EPSG:32632"))
    other = write(tmp_path / "other.tif", values[:, CUT:], column=CUT, CLASS_1="road", CLASS_2="forest", CLASS_3="x")
    refuse(RasterError, "label 1 is 'water' in .* and 'road' in", other)
    refuse(VectorError, "only a GeoPackage", out=tmp_path / "map.fgb")
    with pytest.raises(OutputError, match="exists; pass overwrite=True .*append=True"):
        pg.vectorize(east, path)
    # Boxes may overlap, where not both have data.
    corner = np.full((SIDE, SIDE), 255, np.uint8)
    corner[:, CUT:] = 1
    pg.vectorize(write(tmp_path / "corner.tif", corner), path, append=True)


def test_files_of_others_and_edited_ones_are_left_alone(tmp_path, halves) -> None:
    west, east = halves
    frame = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs=32631)
    frame.to_file(tmp_path / "theirs.gpkg")
    with pytest.raises(VectorError, match="'theirs' has no record of its label rasters"):
        pg.vectorize(east, tmp_path / "theirs.gpkg", append=True)
    (tmp_path / "text.gpkg").write_text("no database")
    with pytest.raises(VectorError, match="no GeoPackage"):
        pg.vectorize(east, tmp_path / "text.gpkg", append=True)
    mixed = pg.vectorize(west, tmp_path / "mixed.gpkg").path
    frame.to_file(mixed, layer="roads")
    with pytest.raises(VectorError, match="'roads' has no record"):
        pg.vectorize(east, mixed, append=True)
    edited = pg.vectorize(west, tmp_path / "edited.gpkg").path
    pyogrio.write_dataframe(pyogrio.read_dataframe(edited, layer="edited").head(1), edited, layer="edited", append=True)
    with pytest.raises(VectorError, match="was edited"):
        pg.vectorize(east, edited, append=True)


def test_sources_that_changed_or_are_gone(tmp_path, halves, values) -> None:
    west, east = halves
    path = pg.vectorize(west, tmp_path / "map.gpkg").path
    write(west, values[:, :CUT][::-1])
    with pytest.raises(VectorError, match=r"west_labels\.tif' has changed since"):
        pg.vectorize(east, path, append=True)
    west.unlink()
    with pytest.raises(VectorError, match=r"west_labels\.tif', which .* does not exist"):
        pg.vectorize(east, path, append=True)


def test_the_command_appends(tmp_path, halves, run_cli) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return run_cli("vectorize", *arguments, "--json", cwd=tmp_path)

    first = run(halves[0].name, "-o", "map.gpkg", "--min-area", "5")
    assert first.returncode == 0, first.stderr
    assert "--append" in run(halves[1].name, "-o", "map.gpkg").stdout
    assert run(halves[1].name, "-o", "map.gpkg", "--append", "--exact").returncode == OptionError.exit_code
    done = run(halves[1].name, "-o", "map.gpkg", "--append")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["polygons"] == len(read(tmp_path / "map.gpkg"))
    assert sum(result["areas"].values()) > 1.5 * sum(json.loads(first.stdout.splitlines()[-1])["areas"].values())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
def test_a_pipe_in_place_of_the_file(tmp_path: Path) -> None:
    labels = write(tmp_path / "a.tif", np.ones((4, 4), "uint8"))
    os.mkfifo(tmp_path / "a.gpkg")
    with pytest.raises(VectorError, match="it is a folder, device or pipe; give a GeoPackage"):
        pg.vectorize(labels, tmp_path / "a.gpkg", append=True)


@pytest.mark.parametrize("table", ["gpkg_metadata", "gpkg_contents"])
def test_a_file_whose_texts_are_not_utf8(tmp_path: Path, halves: tuple[Path, Path], table: str) -> None:
    path = tmp_path / "a.gpkg"
    pg.vectorize(halves[0], path)
    with closing(sqlite3.connect(path)) as database, database:
        column = {"gpkg_metadata": "metadata", "gpkg_contents": "last_change"}[table]
        database.execute(f"UPDATE {table} SET {column} = CAST(X'67e86e' AS TEXT)")
    with pytest.raises(VectorError, match="cannot append to"):
        pg.vectorize(halves[1], path, append=True)
