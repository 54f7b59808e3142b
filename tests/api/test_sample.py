from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

import proxyclip_geo as pg
from proxyclip_geo.api import sample as sample_module
from proxyclip_geo.api.sample import make_geobox
from proxyclip_geo.errors import Cancelled, OptionError, OutputError
from proxyclip_geo.progress import ProgressEvent
from proxyclip_geo.synthetic import generate_scene


def read(path: Path) -> np.ndarray:
    with rasterio.open(path) as dataset:
        return dataset.read()


def test_image_and_truth_are_the_scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when written in several tiles."""
    monkeypatch.setattr(sample_module, "TILE", 40)
    made = pg.sample(tmp_path / "s.tif", size=(70, 90), seed=4)
    scene = generate_scene(70, 90, seed=4)
    np.testing.assert_array_equal(read(made.image), scene.rgb)
    np.testing.assert_array_equal(read(made.truth)[0], scene.labels)
    with rasterio.open(made.truth) as truth:
        assert [truth.tags()[f"CLASS_{value}"] for value in range(1, 8)] == list(scene.classes)


def test_a_seed_is_a_world(tmp_path: Path) -> None:
    one, same, other = (
        read(pg.sample(tmp_path / f"{name}.tif", size=40, seed=seed).image)
        for name, seed in (("one", 1), ("same", 1), ("other", 2))
    )
    assert (one == same).all()
    assert (one != other).any()


@pytest.mark.parametrize("crs", ["EPSG:32632", "EPSG:4326", "EPSG:2263", "EPSG:3857", "+proj=laea +lat_0=10 +lon_0=20"])
def test_pixels_have_the_requested_size_in_any_crs(crs: str) -> None:
    gsd = make_geobox((100, 100), sample_module.SampleOptions(gsd=0.5, crs=crs)).gsd
    assert gsd == pytest.approx((0.5, 0.5), rel=0.01)


@pytest.mark.parametrize(
    ("bands", "colors"), [(1, ["gray"]), (3, ["red", "green", "blue"]), (4, ["red", "green", "blue"])]
)
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32"])
def test_bands_and_types(bands: int, colors: list[str], dtype: str, tmp_path: Path) -> None:
    options = pg.SampleOptions(bands=bands, dtype=dtype)
    made = pg.sample(tmp_path / "s.tif", size=32, options=options)
    with rasterio.open(made.image) as dataset:
        assert (dataset.count, dataset.dtypes[0]) == (bands, dtype)
        assert [color.name for color in dataset.colorinterp][: len(colors)] == colors
        assert dataset.read().std() > 0


def test_existing_files_are_kept(tmp_path: Path) -> None:
    made = pg.sample(tmp_path / "s.tif", size=16)
    before = made.image.read_bytes()
    with pytest.raises(OutputError, match="overwrite=True"):
        pg.sample(tmp_path / "s.tif", size=17)
    assert made.image.read_bytes() == before
    pg.sample(tmp_path / "s.tif", size=17, overwrite=True)
    assert read(made.image).shape == (3, 17, 17)


def test_stopping_leaves_nothing(tmp_path: Path) -> None:
    def stop(event: ProgressEvent) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        pg.sample(tmp_path / "s.tif", size=16, progress=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("size", "options"),
    [
        ((0, 5), {}),
        (5, {"bands": 2}),
        (5, {"crs": "nonsense"}),
        (5, {"gsd": -1}),
    ],
)
def test_what_cannot_be_is_said(size: object, options: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(OptionError):
        pg.sample(tmp_path / "s.tif", size=size, options=pg.SampleOptions(**options))
    assert list(tmp_path.iterdir()) == []
