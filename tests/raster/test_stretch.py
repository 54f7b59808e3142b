from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from proxyclip_geo.errors import OptionError, RasterError
from proxyclip_geo.raster.options import SourceOptions, Stretch
from proxyclip_geo.raster.source import open_source
from proxyclip_geo.raster.stretch import apply_stretch

MakeRaster = Callable[..., Path]


def test_maps_limits_to_0_and_255() -> None:
    stretch = Stretch((100, 0, -1), (200, 10, 1))
    values = np.array([[[50, 100, 150, 200, 9999]], [[0, 5, 10, 20, -3]], [[-1, 0, 1, 2, -2]]], dtype=np.int16)
    assert apply_stretch(stretch, values)[:, 0].tolist() == [
        [0, 0, 128, 255, 255],
        [0, 128, 255, 255, 0],
        [0, 128, 255, 255, 0],
    ]


@pytest.mark.parametrize("dtype", ["uint16", "int32", "float32", "float64"])
def test_measures_percentiles_of_the_whole_raster_per_band(make_raster: MakeRaster, dtype: str) -> None:
    rng = np.random.default_rng(1)
    data = np.stack([rng.permutation(10_000).reshape(100, 100) + 10_000 * band for band in range(3)]).astype(dtype)
    with open_source(make_raster(data=data)) as source:
        np.testing.assert_allclose(source.stretch.lows, np.percentile(data, 2, axis=(1, 2)))
        np.testing.assert_allclose(source.stretch.highs, np.percentile(data, 98, axis=(1, 2)))
        assert source.read(source.geobox.region).rgb.mean() == pytest.approx(127.5, abs=1)
    with open_source(make_raster(data=data), SourceOptions(stretch="0%,100%", bands=(2,))) as source:
        assert source.stretch == Stretch((10_000,), (19_999,))


def test_an_area_has_the_stretch_of_its_raster(make_raster: MakeRaster) -> None:
    path = make_raster(dtype="uint16")
    with (
        open_source(path) as whole,
        open_source(path, SourceOptions(bounds=(500_000, 5_599_995, 500_003, 5_600_000))) as area,
    ):
        assert area.stretch == whole.stretch


def test_nodata_does_not_count(make_raster: MakeRaster) -> None:
    data = np.full((1, 50, 50), 65535, dtype=np.uint16)
    data[0, :10] = np.arange(500).reshape(10, 50)
    with open_source(make_raster(data=data, nodata=65535)) as source:
        assert source.stretch.highs[0] < 500


@pytest.mark.parametrize("value", [0, 7, 30_000])
@pytest.mark.parametrize("dtype", ["uint16", "float32", "float64"])
def test_flat_rasters_become_grey(make_raster: MakeRaster, value: int, dtype: str) -> None:
    with open_source(make_raster(data=np.full((3, 9, 9), value, dtype))) as source:
        assert np.unique(source.read(source.geobox.region).rgb).tolist() == [128]


def test_rare_values_in_a_flat_raster_stay_visible(make_raster: MakeRaster) -> None:
    data = np.zeros((1, 100, 100), dtype=np.uint16)
    data[0, 5, 5] = 400
    with open_source(make_raster(data=data), check=False) as source:
        assert source.stretch == Stretch((0,), (400,))


def test_8_bit_stays_as_it_is_unless_limits_are_given(make_raster: MakeRaster) -> None:
    path = make_raster(data=np.full((3, 4, 4), 60, np.uint8))
    with open_source(path) as source:
        assert source.stretch is None
        assert source.read(source.geobox.region).rgb.max() == 60
    with open_source(path, SourceOptions(stretch=Stretch((20,), (70,)))) as source:
        assert source.read(source.geobox.region).rgb.max() == 204


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    stretch = Stretch((1, 2.5, 3), (10, 20, 30))
    stretch.save(tmp_path / "stretch.json")
    assert Stretch.load(tmp_path / "stretch.json") == stretch
    assert Stretch(**stretch.to_dict()) == stretch


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[1, 2]",
        '{"lows": [1]}',
        '{"lows": 1, "highs": 2}',
        '{"lows": ["a"], "highs": [2]}',
        '{"lows": ["1"], "highs": [2]}',
        '{"lows": [1], "lows": [1], "highs": [2]}',
        '{"lows": [1], "highs": [NaN]}',
        '{"lows": [1], "highs": [' + "9" * 5000 + "]}",
        '{"lows": [1], "highs": [2], "gain": 3}',
        '{"input": {"stretch": [1]}}',
        "[" * 100_000,
    ],
    ids=range(12),
)
def test_a_file_without_a_stretch_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "stretch.json"
    path.write_text(content)
    with pytest.raises(OptionError, match="stretch"):
        Stretch.load(path)
    with pytest.raises(OptionError, match="cannot be read"):
        Stretch.load(tmp_path / "missing.json")


@pytest.mark.parametrize(
    ("lows", "highs"), [((5,), (5,)), ((1, 2), (3, 4)), ((0,), (float("inf"),)), ((float("nan"),), (1,)), ((), ())]
)
def test_impossible_limits_are_refused(lows: tuple[float, ...], highs: tuple[float, ...]) -> None:
    with pytest.raises(OptionError, match="stretch|highs|lows"):
        Stretch(lows, highs)


def test_a_damaged_raster_is_reported(make_raster: MakeRaster) -> None:
    noise = np.random.default_rng(0).integers(0, 9999, (1, 400, 400)).astype(np.uint16)
    path = make_raster(data=noise, compress="deflate", tiled=True, blockxsize=128, blockysize=128)
    path.write_bytes(path.read_bytes()[:150_000])
    with pytest.raises(RasterError, match="measuring its stretch"):
        open_source(path)
