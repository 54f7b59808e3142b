"""Bands, stretch and validity are chosen by what the raster says, and every choice is said."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.enums import ColorInterp

from proxyclip_geo.errors import OptionError, QualityWarning, RasterError
from proxyclip_geo.raster.color_bands import color_of
from proxyclip_geo.raster.options import SourceOptions
from proxyclip_geo.raster.sensors import find_by_names, list_sensors
from proxyclip_geo.raster.source import open_source
from proxyclip_geo.region import Region

MakeRaster = Callable[..., Path]

SENTINEL_13 = ["B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B09", "B10", "B11", "B12"]
SENTINEL_12 = [name for name in SENTINEL_13 if name != "B10"]
GDAL_NAMES = ["B4, central wavelength 665 nm", "B3, central wavelength 560 nm", "B2, central wavelength 490 nm"]


def scene(bands: int = 3, *, dtype: str = "uint8", side: int = 80) -> np.ndarray[Any, Any]:
    """Return (bands, side, side) noise of all values but 0 and 255: a picture without a fault."""
    values = np.random.default_rng(1).integers(1, 255, (bands, side, side))
    return values.astype(dtype) * (1 if dtype == "uint8" else 10)


def describe(path: Path, descriptions: list[str]) -> Path:
    with rasterio.open(path, "r+") as dataset:
        dataset.descriptions = descriptions
    return path


def read(path: Path, **options: Any) -> tuple[str, Any]:
    with open_source(path, SourceOptions(**options)) as source:
        return source.choices, source.read(source.geobox.region)


class TestBands:
    @pytest.mark.parametrize(
        ("descriptions", "bands", "why"),
        [
            (["blue", "green", "red", "nir"], (3, 2, 1), "band descriptions"),
            (["Band 1 (Blue)", "Band 2 (Green)", "Band 3 (Red)", "Near-Infra-Red"], (3, 2, 1), "band descriptions"),
            (["B", "G", "R", "N"], (3, 2, 1), "band descriptions"),
            (
                ["coastal_blue", "blue", "green_i", "green", "yellow", "red", "rededge", "nir"],
                (6, 4, 2),
                "descriptions",
            ),
            (SENTINEL_13, (4, 3, 2), "Sentinel-2"),
            (SENTINEL_12, (4, 3, 2), "Sentinel-2"),
            (["B2", "B3", "B4", "B8"], (3, 2, 1), "Sentinel-2"),
            (["B8", "B4", "B3", "B2"], (2, 3, 4), "Sentinel-2"),
            (["NDVI", *GDAL_NAMES], (2, 3, 4), "Sentinel-2"),
            (["SR_B1", "SR_B2", "SR_B3", "SR_B4", "SR_B5", "SR_B7"], (3, 2, 1), "Landsat 4–7"),
            (["SR_B1", "SR_B2", "SR_B3", "SR_B4", "SR_B5", "SR_B6", "SR_B7"], (4, 3, 2), "Landsat 8/9"),
        ],
    )
    @pytest.mark.parametrize("dtype", ["uint8", "uint16"])
    def test_follow_descriptions(
        self, make_raster: MakeRaster, descriptions: list[str], bands: tuple[int, ...], why: str, dtype: str
    ) -> None:
        path = describe(make_raster(bands=len(descriptions), dtype=dtype), descriptions)
        with open_source(path) as source:
            assert source.bands == bands
            assert why in source.choices
            assert source.choices.startswith(f"bands {bands[0]}, {bands[1]}, {bands[2]} as red, green, blue (band ")

    def test_as_given_win(self, make_raster: MakeRaster) -> None:
        path = describe(make_raster(bands=4), ["blue", "green", "red", "nir"])
        assert read(path, bands=(1, 2, 3))[0].startswith("bands 1, 2, 3 as red, green, blue (as given)")

    def test_nir_that_gdal_takes_for_alpha_is_no_alpha(self, make_raster: MakeRaster) -> None:
        data = scene(4)
        data[3, :20] = 0
        path = describe(make_raster(data=data), ["red", "green", "blue", "nir"])
        with rasterio.open(path) as dataset:
            assert dataset.colorinterp[3] == ColorInterp.alpha
        line, pixels = read(path)
        assert pixels.valid.all()
        assert "alpha" not in line

    @pytest.mark.parametrize(
        ("name", "count", "bands"),
        [
            ("20240101_101112_00_2455_3B_AnalyticMS_SR.tif", 4, (3, 2, 1)),
            ("20240101_101112_00_2455_3B_AnalyticMS_SR_8b.tif", 8, (6, 4, 2)),
            ("m_4709963_se_14_1_20150926.tif", 4, (1, 2, 3)),
            ("T32UMA_20240101T103421.tif", 10, (3, 2, 1)),
            ("LT05_L2SP_196026.tif", 6, (3, 2, 1)),
            ("LC08_L2SP_196026.tif", 7, (4, 3, 2)),
            ("tile_bgrn.tif", 4, (3, 2, 1)),
            ("tile-rgbnir.tif", 4, (1, 2, 3)),
        ],
    )
    def test_follow_the_name_of_a_product(
        self, make_raster: MakeRaster, name: str, count: int, bands: tuple[int, ...]
    ) -> None:
        with open_source(make_raster(name, bands=count, dtype="uint16")) as source:
            assert source.bands == bands
            assert "by its name" in source.choices

    def test_follow_the_satellite(self, make_raster: MakeRaster) -> None:
        path = make_raster(bands=8, dtype="uint16")
        with rasterio.open(path, "r+") as dataset:
            dataset.update_tags(ns="IMAGERY", SATELLITEID="WV03")
        assert read(path)[0].startswith("bands 5, 3, 2 as red, green, blue (WorldView, by its name)")

    def test_follow_wavelengths(self, make_raster: MakeRaster) -> None:
        path = make_raster(bands=60, dtype="uint16")
        with rasterio.open(path, "r+") as dataset:
            for band in dataset.indexes:
                dataset.update_tags(band, wavelength=str(400 + 10 * band), wavelength_units="Nanometers")
        assert read(path)[0].startswith("bands 26, 16, 8 as red, green, blue (the wavelengths)")

    @pytest.mark.parametrize("count", [10, 12, 13])
    def test_follow_their_number_with_a_warning(self, make_raster: MakeRaster, count: int) -> None:
        path = make_raster(bands=count, dtype="uint16")
        with pytest.warns(QualityWarning, match="does not name its .* which has as many"), open_source(path) as source:
            assert source.bands == ((3, 2, 1) if count == 10 else (4, 3, 2))

    @pytest.mark.parametrize(("count", "dtype"), [(4, "uint16"), (8, "uint16"), (5, "uint8"), (7, "float32")])
    def test_are_the_first_three_with_a_warning(self, make_raster: MakeRaster, count: int, dtype: str) -> None:
        path = make_raster(bands=count, dtype=dtype, photometric="MINISBLACK")
        with pytest.warns(QualityWarning, match="does not name its") as caught, open_source(path) as source:
            assert source.bands == (1, 2, 3)
        assert count != 8 or "in PlanetScope they are 6, 4, 2; in WorldView they are 5, 3, 2" in str(caught[0].message)

    def test_false_colors_are_a_warning(self, make_raster: MakeRaster) -> None:
        path = describe(make_raster(), ["nir", "red", "green"])
        with pytest.warns(QualityWarning, match="called nir, red, green"):
            read(path)

    def test_a_plain_count_tells_nothing(self) -> None:
        assert find_by_names([f"B{number}" for number in range(1, 8)]) is None
        assert find_by_names(["B1", "B2", "B3"]) is None

    def test_every_order_of_the_table_has_its_colors(self) -> None:
        for sensor in list_sensors():
            for order in sensor.orders:
                assert len(set(order)) == len(order)
                assert sensor.colors_of_count(len(order)), sensor
                names = order if "red" in order else [f"B0{name[1:]}" for name in order]
                assert all(not color_of(name) for name in names) or set(sensor.colors) == {"red", "green", "blue"}


class TestPicture:
    def warning(self, path: Path, **options: Any) -> str:
        with pytest.warns(QualityWarning) as caught:
            read(path, **options)
        [message] = {str(item.message) for item in caught}
        return message

    @pytest.mark.parametrize(
        ("low", "high", "options", "match"),
        [
            (0, 31, {}, "fill only 0–30 of 0–255.*stretch='0,30'"),
            (100, 103, {}, "is flat"),
            (230, 256, {}, "almost white"),
            (0, 31, {"stretch": "0,3000"}, "almost black"),
            (0, 300, {"stretch": "0,50"}, "% of the picture is white"),
            (0, 300, {"stretch": "200,300"}, "% of the picture is black"),
        ],
    )
    def test_of_bad_contrast_is_a_warning(
        self, make_raster: MakeRaster, low: int, high: int, options: dict[str, Any], match: str
    ) -> None:
        data = np.random.default_rng(1).integers(low, high, (1, 90, 90)).repeat(3, axis=0)
        path = make_raster(data=data.astype("uint8" if high <= 256 else "uint16"))
        with pytest.warns(QualityWarning, match=match):
            read(path, **options)
        with open_source(path, SourceOptions(**options), check=False):
            pass

    @pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
    def test_of_good_contrast_is_none(self, make_raster: MakeRaster, dtype: str) -> None:
        read(make_raster(data=scene(dtype=dtype)))

    def test_of_4_bits_is_stretched(self, make_raster: MakeRaster) -> None:
        data = np.random.default_rng(1).integers(0, 16, (3, 80, 80)).astype(np.uint8)
        line, pixels = read(make_raster(data=data, nbits=4))
        assert "stretch 0–15 (4-bit values)" in line
        np.testing.assert_array_equal(pixels.rgb, data * 17)

    @pytest.mark.parametrize("dtype", ["uint8", "uint16"])
    def test_of_inverted_grey_is_inverted(self, make_raster: MakeRaster, dtype: str) -> None:
        data = scene(1, dtype=dtype)
        _, plain = read(make_raster("plain.tif", data=data))
        line, pixels = read(make_raster(data=data, photometric="MINISWHITE"))
        assert "inverted (0 is white)" in line
        np.testing.assert_array_equal(pixels.rgb, 255 - plain.rgb)

    def test_limits_are_stored_values(self, make_raster: MakeRaster) -> None:
        path = make_raster(data=scene(dtype="uint16"))
        expected = read(path, stretch="0,3000")[1].rgb
        with rasterio.open(path, "r+") as dataset:
            dataset.scales, dataset.offsets = (1e-4,) * 3, (0.5,) * 3
        line, pixels = read(path, stretch="0,3000")
        np.testing.assert_array_equal(pixels.rgb, expected)
        assert "stretch 0–3000 (given); not applied: scale 0.0001 and offset 0.5" in line
        assert "stored values, not applied: scale 0.0001" in self.warning(path, stretch="0,0.3")

    def test_large_raster_without_overviews_is_sampled_in_windows(self, make_raster: MakeRaster) -> None:
        data = np.arange(2100 * 8100, dtype=np.uint32).reshape(1, 2100, 8100) % 31
        data = data.astype(np.uint8)
        assert "fill only 0–30" in self.warning(make_raster(data=data, compress="deflate", tiled=True))

    def test_damaged_raster_is_no_matter_of_the_picture(self, make_raster: MakeRaster) -> None:
        path = make_raster(data=scene(4, side=300), photometric="MINISBLACK", compress="deflate", tiled=True)
        path.write_bytes(path.read_bytes()[:-50_000])
        with open_source(path) as source:
            for _ in range(2):
                with pytest.raises(RasterError, match="cannot be read"):
                    source.read(source.geobox.region)


def collared(dtype: str = "uint8", *, side: int = 90, value: float = 0) -> tuple[np.ndarray[Any, Any], Any]:
    """Return a scene turned in a collar, with dark pixels inside, and where it has data."""
    data = scene(dtype=dtype, side=side)
    rows, cols = np.indices((side, side))
    inside = (abs(rows - side / 2) + abs(cols - side / 2)) < 0.48 * side
    data[:, ~inside] = value
    hole = (slice(side // 2, side // 2 + 4),) * 2
    data[(slice(None), *hole)] = value
    return data, inside


class TestNodata:
    @pytest.mark.parametrize(("dtype", "value"), [("uint8", 0), ("uint8", 255), ("uint16", 65535), ("float32", -9999)])
    def test_auto_finds_collars(self, make_raster: MakeRaster, dtype: str, value: float) -> None:
        data, inside = collared(dtype, value=value)
        line, pixels = read(make_raster(data=data), nodata="auto")
        np.testing.assert_array_equal(pixels.valid, inside)
        assert f"collars of {value:g} ({100 * (~inside).mean():.1f} % of the raster)" in line

    @pytest.mark.parametrize("gsd", [None, 1.7])
    @pytest.mark.parametrize("overviews", [(), (2, 4)])
    def test_areas_and_blocks_equal_the_whole(
        self, make_raster: MakeRaster, overviews: tuple[int, ...], gsd: float | None
    ) -> None:
        # Cells are larger than a pixel.
        data, inside = collared(side=1300)
        path = make_raster(data=data, overviews=overviews)
        _, whole = read(path, nodata="auto", gsd=gsd)
        if gsd is None:
            np.testing.assert_array_equal(whole.valid, inside)
        with open_source(path, SourceOptions(nodata="auto", gsd=gsd)) as source:
            for tile in source.geobox.region.tiles(217):
                part = source.read(tile)
                np.testing.assert_array_equal(part.valid, whole.valid[tile.slices_in(source.geobox.region)])
        bounds = (500_100, 5_599_500, 500_400, 5_599_800)
        with open_source(path, SourceOptions(nodata="auto", gsd=gsd, bounds=bounds)) as source:
            area = source.area.region
            np.testing.assert_array_equal(
                source.read(area).rgb, whole.rgb[(slice(None), *area.slices_in(Region(0, 0, *whole.valid.shape)))]
            )

    @pytest.mark.parametrize("side", [250, 2500])
    def test_fringe_of_lossy_compression(self, make_raster: MakeRaster, side: int) -> None:
        rows, cols = np.indices((side, side))
        inside = (abs(rows - side / 2) + abs(cols - side / 2)) < 0.48 * side
        hole = np.zeros_like(inside)
        hole[side // 2 : side // 2 + 40, side // 2 : side // 2 + 40] = True
        data = np.stack([90 + (rows + cols) % 97, 80 + cols % 103, 70 + rows % 89]) * (inside & ~hole)
        path = make_raster(data=data.astype(np.uint8), compress="jpeg", photometric="ycbcr", tiled=True)
        with rasterio.open(path) as dataset:
            stored = dataset.read().max(axis=0)
        dark = ~inside & (stored <= 15)
        assert (stored[dark] > 0).any()
        line, pixels = read(path, nodata="auto")
        assert "% of the raster) and their fringes" in line
        assert not pixels.valid[dark].any()
        assert pixels.valid[inside & (stored > 15)].all()
        assert pixels.valid[hole].all()
        with open_source(path, SourceOptions(nodata="auto")) as source:
            for tile in source.geobox.region.tiles(331):
                np.testing.assert_array_equal(
                    source.read(tile).valid, pixels.valid[tile.slices_in(source.geobox.region)]
                )

    def test_thin_collar_and_values_of_several(self, make_raster: MakeRaster) -> None:
        data = scene(side=1500)
        data[:, :9], data[:, -9:] = 0, 255
        line, pixels = read(make_raster(data=data), nodata="auto")
        assert not pixels.valid[:9].any()
        assert not pixels.valid[-9:].any()
        assert pixels.valid[9:-9].all()
        assert "collars of 0 and 255" in line

    @pytest.mark.parametrize("value", [None, 77])
    def test_auto_without_collar(self, make_raster: MakeRaster, value: int | None) -> None:
        data = scene(side=40) if value is None else np.full((3, 40, 40), value, np.uint8)
        line, pixels = read(make_raster(data=data), nodata="auto")
        assert "no collar found" in line
        assert pixels.valid.all()

    def test_collar_is_a_warning(self, make_raster: MakeRaster) -> None:
        path = make_raster(data=collared()[0])
        with pytest.warns(QualityWarning, match="hold the value 0, as a collar without nodata.*nodata='auto'"):
            read(path)
        for options in ({"nodata": 0}, {"nodata": "auto"}):
            read(path, **options)
        read(make_raster(data=collared()[0], nodata=0))

    @pytest.mark.parametrize("value", [0, 255])
    def test_fringe_of_a_tagged_collar_is_a_warning(self, make_raster: MakeRaster, value: int) -> None:
        data, _ = collared(value=value)
        path = make_raster(data=data, nodata=value, compress="jpeg", photometric="ycbcr", tiled=True)
        with pytest.warns(QualityWarning, match=f"beside nodata {value} hold other values.*nodata='auto'"):
            read(path)
        read(path, nodata="auto")

    def test_collar_near_the_nodata_value_is_a_warning(self, make_raster: MakeRaster) -> None:
        data, inside = collared(value=255)
        rows, cols = np.indices(inside.shape)
        data[:, ~inside & ((rows + cols) % 2 == 1)] = 253
        path = make_raster(data=data, nodata=255)
        with pytest.warns(QualityWarning, match="a corner holds values near nodata 255.*`mask`"):
            read(path)
        rim = (rows < 8) | (rows >= inside.shape[0] - 8)
        data[:, rim] = 100 + cols[rim] % 5
        read(make_raster(data=data, nodata=255))

    @pytest.mark.parametrize("nodata", [-9999, 256, 0.5])
    def test_value_that_the_type_cannot_hold_is_a_warning(self, make_raster: MakeRaster, nodata: float) -> None:
        with pytest.warns(QualityWarning, match=rf"type uint8 can hold nodata {nodata:g}, .* from 0 to 255"):
            read(make_raster(data=scene(side=40)), nodata=nodata)

    @pytest.mark.parametrize("nodata", [7, -5])
    def test_value_replaces_the_tag(self, make_raster: MakeRaster, nodata: int) -> None:
        data = scene(dtype="int16")
        data[:, :10], data[:, 10:15] = nodata, 9000
        path = make_raster(data=data, nodata=9000)
        line, pixels = read(path, nodata=nodata)
        assert f"nodata {nodata} (given)" in line
        assert not pixels.valid[:10].any()
        assert pixels.valid[10:].all()

    def test_overviews_that_average_nodata_are_not_used(self, make_raster: MakeRaster) -> None:
        data = np.full((3, 128, 128), 200, np.uint8)
        data[0, ::2], data[:, :, :65] = 100, 0
        path = make_raster(data=data, overviews=[2, 4])
        _, pixels = read(path, nodata=0, gsd=2.0)
        assert set(pixels.rgb[0, pixels.valid]) == {150}


class TestMask:
    @pytest.fixture
    def inside(self) -> Any:
        inside = np.ones((80, 80), dtype=bool)
        inside[:30, 10:50] = False
        return inside

    @pytest.mark.parametrize("top", [1, 255])
    def test_band(self, make_raster: MakeRaster, inside: Any, top: int) -> None:
        data = scene(4)
        data[3] = inside * top
        path = make_raster(data=data, photometric="MINISBLACK")
        line, pixels = read(path, mask=4)
        np.testing.assert_array_equal(pixels.valid, inside)
        assert "mask band 4 (given)" in line

    @pytest.mark.parametrize("nodata", [None, 0])
    @pytest.mark.parametrize("crs", ["EPSG:25832", None])
    def test_file(self, make_raster: MakeRaster, inside: Any, nodata: int | None, crs: str | None) -> None:
        mask = make_raster("mask.tif", data=inside[None].astype(np.uint8), nodata=nodata, crs=crs)
        path = make_raster(data=scene(), overviews=[2])
        line, pixels = read(path, mask=mask)
        np.testing.assert_array_equal(pixels.valid, inside)
        assert f"mask {mask} (given)" in line
        with open_source(path, SourceOptions(mask=mask)) as source:
            assert mask in source.files
            np.testing.assert_array_equal(source.read(Region(20, 5, 30, 60)).valid, inside[20:50, 5:65])
            assert source.thumbnail(40).valid.mean() == pytest.approx(inside.mean(), abs=0.05)
            again = open_source(path, source.resolved_options)
            with again:
                assert {**again.fingerprint(), "area": 0} == {**source.fingerprint(), "area": 0}
            mask.unlink()
            with pytest.raises(RasterError, match="mask"):
                source.read(Region(0, 0, 5, 5))

    @pytest.mark.parametrize(
        "options",
        [{"height": 79, "width": 80}, {"height": 80, "width": 80, "crs": "EPSG:32632"}, {"transform": (0.5, 0.6)}],
    )
    def test_file_on_another_grid(self, make_raster: MakeRaster, options: dict[str, Any]) -> None:
        if "transform" in options:
            options = {"height": 80, "width": 80, "transform": rasterio.Affine(0.5, 0, 500_001, 0, -0.5, 5_600_000)}
        mask = make_raster("mask.tif", bands=1, **options)
        with pytest.raises(OptionError, match="another grid"):
            read(make_raster(data=scene()), mask=mask)

    def test_band_that_is_not_there(self, make_raster: MakeRaster) -> None:
        with pytest.raises(OptionError, match="mask=4 is out of range"):
            read(make_raster(), mask=4)

    @pytest.mark.parametrize("dtype", ["uint8", "uint16"])
    @pytest.mark.parametrize("colors", [1, 3])
    def test_band_without_tag_is_found(self, make_raster: MakeRaster, inside: Any, colors: int, dtype: str) -> None:
        data = np.concatenate([scene(colors, dtype=dtype) * inside, inside[None] * np.iinfo(dtype).max]).astype(dtype)
        line, pixels = read(make_raster(data=data, photometric="MINISBLACK"), bands=(1,) if colors == 1 else (1, 2, 3))
        np.testing.assert_array_equal(pixels.valid, inside)
        assert f"mask band {colors + 1} (it holds two values" in line

    def test_band_over_colors_is_a_warning(self, make_raster: MakeRaster, inside: Any) -> None:
        data = np.concatenate([scene(3), 255 * inside[None]]).astype(np.uint8)
        path = make_raster(data=data, photometric="MINISBLACK")
        with pytest.warns(QualityWarning, match="band 4 holds only 0 and 255, as a mask; pass mask=4"):
            assert read(path)[1].valid.all()

    def test_colorinterp_is_not_needed(self, make_raster: MakeRaster, inside: Any) -> None:
        meaning = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.undefined]
        data = np.concatenate([scene(3) * inside, 255 * inside[None]]).astype(np.uint8)
        np.testing.assert_array_equal(read(make_raster(data=data, colorinterp=meaning))[1].valid, inside)
