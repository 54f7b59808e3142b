"""Change between two dates: matrix, polygons and confidence."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from PIL import Image

import proxyclip_geo as pg

WORDS = {1: "forest", 2: "building", 3: "water"}
PLACE = Affine(0.5, 0, 500_000, 0, -0.5, 5_600_000)


def write(make_raster: Callable[..., Path], name: str, values: np.ndarray, **options) -> Path:
    path = make_raster(name, data=values[None].astype(np.uint8), nodata=255, **options)
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(**{f"CLASS_{value}": text for value, text in WORDS.items()})
    return path


def test_two_maps(make_raster: Callable[..., Path], tmp_path: Path) -> None:
    before = np.ones((60, 80), np.uint8)
    before[:, 40:] = 3
    after = before.copy()
    after[10:20, 10:30] = 2
    after[30:40, 50:60] = 0
    after[50:, :5] = 255
    # The second map has another corner, and covers a part of the first.
    moved = PLACE @ Affine.translation(4, 6)
    one = write(make_raster, "one.tif", before, transform=PLACE)
    two = write(make_raster, "two.tif", after[6:, 4:], transform=moved)
    result = pg.compare(one, two, out=tmp_path / "out")
    assert result.names == ("unclassified", "forest", "building", "water")
    index = {name: number for number, name in enumerate(result.names)}
    pixel = result.areas.sum() / (54 * 76 - 10)
    wanted = {("forest", "building"): 200, ("water", "unclassified"): 100, ("water", "water"): 40 * 54 - 100}
    for (start, end), pixels in wanted.items():
        assert result.areas[index[start], index[end]] == pytest.approx(pixels * pixel, rel=1e-5)
    assert pixel == pytest.approx(0.25, rel=1e-3)
    [polygon] = result.polygons.itertuples()
    assert (polygon.to, polygon.area_m2) == ("building", pytest.approx(50, rel=1e-2))
    assert result.polygons["from"].tolist() == ["forest"]
    assert result.confidence is None
    header, *rows = result.table.read_text().splitlines()
    assert header == "from,to,area_m2,area_ha,area_km2,confident_percent"
    # Label rasters alone have no confidence: the column is empty, not 100.
    assert all(row.endswith(",") for row in rows)
    assert result.sure is None
    with Image.open(result.preview) as picture:
        colors = {color for _, color in picture.convert("RGB").getcolors(1 << 24)}
    with rasterio.open(result.labels) as dataset:
        table = dataset.colormap(1)
    assert {table[1][:3], (255, 255, 255)} <= colors
    with pytest.raises(pg.OutputError, match="exist"):
        pg.compare(one, two, out=tmp_path / "out")
    same = pg.compare(one, one, out=tmp_path / "same")
    assert len(same.polygons) == 0
    assert same.areas.trace() == pytest.approx(same.areas.sum())


def test_confidence_is_the_share_of_kept_pixels_with_smaller_swings(
    make_raster: Callable[..., Path], tmp_path: Path
) -> None:
    random = np.random.default_rng(0)
    before = np.ones((100, 100), np.uint8)
    noise = random.integers(0, 20, before.shape)
    first = np.stack([np.full(before.shape, 80), np.full(before.shape, 20)])
    second = np.stack([80 - noise, 20 + noise])
    after = before.copy()
    after[:10], after[10:20] = 2, 2
    second[:, :10] = [[[5]], [[95]]]
    # As much as the noise: 15 per cent for the second class, 15 less for the first.
    second[:, 10:20] = [[[65]], [[35]]]
    rasters = []
    for name, values in (("p1.tif", first), ("p2.tif", second)):
        path = make_raster(name, data=values.astype(np.uint8), nodata=255)
        with rasterio.open(path, "r+") as dataset:
            dataset.descriptions, dataset.scales = ("forest", "building"), (0.01, 0.01)
        rasters.append(path)
    one, two = write(make_raster, "one.tif", before), write(make_raster, "two.tif", after)
    result = pg.compare(one, two, out=tmp_path / "out", probabilities=tuple(rasters))
    with rasterio.open(result.confidence) as dataset:
        found = dataset.read(1)
    assert (found[20:] == 255).all()
    assert (found[:10] == 100).all()
    share = (noise[20:] < 15).mean()
    assert (found[10:20] == int(100 * share)).all()
    assert result.areas[1, 2] == pytest.approx(2 * result.sure[1, 2])
    assert result.polygons["confidence"].tolist() == [1.0]
    every = pg.compare(one, two, out=tmp_path / "every", probabilities=tuple(rasters), confidence=0)
    assert every.polygons["pixels"].sum() == 2000


def test_two_embeddings(tmp_path: Path) -> None:
    scenes = [pg.sample(tmp_path / f"{seed}.tif", size=96, seed=seed).image for seed in (3, 4)]
    stores = [pg.encode(scene, out=scene.with_suffix(".emb"), model="demo") for scene in scenes]
    words = ["forest", "cropland", "water"]
    result = pg.compare(*stores, words, out=tmp_path / "out", confidence=0.5)
    maps = [
        pg.measure_areas(next((tmp_path / "out" / when).glob("*_labels.tif"))).classes for when in ("before", "after")
    ]
    for axis, areas in zip((1, 0), maps, strict=True):
        sums = dict(zip(result.names, result.areas.sum(axis=axis), strict=True))
        assert {name: sums[name] for name in areas} == pytest.approx(dict(areas))
    assert result.polygons["confidence"].between(0.5, 1).all()
    assert (result.sure <= result.areas + 1e-6).all()
    for arguments, message in (
        ((stores[0], stores[1]), "two embeddings with `classes`"),
        ((scenes[0], scenes[1], words), "omit `classes`"),
    ):
        with pytest.raises(pg.OptionError, match=message):
            pg.compare(*arguments, out=tmp_path / "no")
