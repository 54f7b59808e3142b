"""The choice of bands, stretch and nodata, from options to results and records."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

import proxyclip_geo as pg
from proxyclip_geo.errors import OutputError, StoreError
from proxyclip_geo.progress import ProgressEvent

WORDS = ["water", "forest, trees", "building", "cropland, field"]
LABELS = pg.SegmentOptions(polygons=False)


@pytest.fixture(scope="module")
def demo() -> pg.Model:
    return pg.load_model("demo", device="cpu")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scene; its bands as BGRN; a collar around it; a mask."""
    folder = tmp_path_factory.mktemp("choices")
    scene = pg.sample(folder / "scene.tif", size=(170, 230), seed=5).image
    with rasterio.open(scene) as dataset:
        values, profile = dataset.read(), dataset.profile
    with rasterio.open(folder / "bgrn.tif", "w", **{**profile, "count": 4}) as target:
        target.write(np.concatenate([values[::-1], values[:1]]))
        target.descriptions = ("blue", "green", "red", "nir")
    rows, cols = np.indices(values.shape[1:])
    inside = rows + cols > 90
    with rasterio.open(folder / "collar.tif", "w", **profile) as target:
        target.write(values * inside)
    with rasterio.open(folder / "mask.tif", "w", **{**profile, "count": 1}) as target:
        target.write(inside.astype(np.uint8), 1)
    return folder


def assert_is_crop(part: Path, whole: Path) -> None:
    with rasterio.open(part) as found, rasterio.open(whole) as raster:
        col, row = (round(value) for value in ~raster.transform @ found.transform @ (0, 0))
        expected = raster.read(1)[row : row + found.height, col : col + found.width]
        assert (expected == 255).any()
        np.testing.assert_array_equal(found.read(1), expected)


def test_bgrn_gives_the_labels_of_rgb(folder: Path, demo: pg.Model, tmp_path: Path) -> None:
    results = [
        pg.segment(folder / f"{name}.tif", WORDS, out=tmp_path / name, model=demo, options=LABELS)
        for name in ("scene", "bgrn")
    ]
    np.testing.assert_array_equal(results[0].labels.read(), results[1].labels.read())
    assert results[1].run["input"]["bands"] == [3, 2, 1]


def test_the_choice_is_said_and_recorded(folder: Path, demo: pg.Model, tmp_path: Path) -> None:
    events: list[ProgressEvent] = []
    line = "bands 3, 2, 1 as red, green, blue (band descriptions); 8-bit values unchanged; no nodata"
    result = pg.segment(folder / "bgrn.tif", WORDS, out=tmp_path, model=demo, options=LABELS, progress=events.append)
    assert json.loads(result.paths.run.read_text("utf-8"))["input"]["choices"] == line
    embedding = pg.encode(folder / "bgrn.tif", out=tmp_path / "a.emb", model=demo, progress=events.append)
    assert embedding.store.info.raster["choices"] == line
    assert [event.message for event in events if event.stage == "open"] == [f"bgrn: {line}"] * 2
    assert line in pg.plan_segment(folder / "bgrn.tif", WORDS, out=tmp_path / "b", model=demo).description


@pytest.mark.parametrize(
    "options",
    [
        {"nodata": "auto"},
        {"mask": "mask.tif"},
        pytest.param({"nodata": "auto", "workers": 2, "block_size": 56}, marks=pytest.mark.enable_socket),
        pytest.param({"mask": "mask.tif", "workers": 2, "block_size": 56}, marks=pytest.mark.enable_socket),
    ],
)
def test_an_area_is_a_crop(
    folder: Path, demo: pg.Model, tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    whole = replace(LABELS, **options)
    part = replace(whole, bounds=_bounds(folder / "collar.tif"))
    results = [
        pg.segment("collar.tif", WORDS, out=tmp_path / str(number), model=demo, options=item)
        for number, item in enumerate((part, replace(whole, workers=1)))
    ]
    assert_is_crop(results[0].paths.labels, results[1].paths.labels)


def test_an_embedding_holds_the_mask(folder: Path, demo: pg.Model, tmp_path: Path) -> None:
    mask = tmp_path / "mask.tif"
    mask.write_bytes((folder / "mask.tif").read_bytes())
    options = pg.EncodeOptions(mask=mask)
    store = tmp_path / "a.emb"
    pg.encode(folder / "scene.tif", out=store, model=demo, options=options)
    edges = pg.LabelOptions(borders="image", polygons=False)
    labels = pg.label(store, WORDS, out=tmp_path / "label", options=edges).labels.read()
    expected = pg.segment(
        folder / "scene.tif",
        WORDS,
        out=tmp_path / "map",
        model=demo,
        options=replace(LABELS, mask=mask, borders="image"),
    )
    np.testing.assert_array_equal(labels, expected.labels.read())
    assert (labels == 255).any()
    with pytest.raises(OutputError, match="cannot be written"):
        pg.similar(store, "water", out=mask, overwrite=True)
    with rasterio.open(mask, "r+") as dataset:
        dataset.write(1 - dataset.read())
    with pytest.raises(StoreError, match="differ in mask"):
        pg.label(store, WORDS, out=tmp_path / "again", options=edges)
    with pytest.raises(OutputError, match="differs in raster"):
        pg.encode(folder / "scene.tif", out=store, model=demo, options=options)


def _bounds(path: Path) -> tuple[float, float, float, float]:
    """Return the bounds of a part that the collar reaches into."""
    with rasterio.open(path) as dataset:
        left, top = dataset.transform @ (31, 17)
        right, bottom = dataset.transform @ (140, 125)
    return left, bottom, right, top
