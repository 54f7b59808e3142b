import json
import shutil
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp, Resampling

from proxyclip_geo.errors import Cancelled, OptionError, QualityWarning, RasterError
from proxyclip_geo.raster.georeference import PIXELS, fit_affine
from proxyclip_geo.raster.names import gdal_name, stem_of
from proxyclip_geo.raster.options import SourceOptions, Stretch
from proxyclip_geo.raster.source import Source, open_source
from proxyclip_geo.raster.view import Pixels
from proxyclip_geo.region import Region

MakeRaster = Callable[..., Path]


def read_whole(path: Path | str, options: SourceOptions | None = None) -> Pixels:
    with open_source(path, options, check=False) as source:
        return source.read(source.geobox.region)


def assert_pieces_equal_whole(source: Source, size: int) -> None:
    whole = source.read(source.geobox.region)
    for piece in source.geobox.region.tiles(size):
        part = source.read(piece)
        rows, cols = piece.slices_in(source.geobox.region)
        np.testing.assert_array_equal(part.rgb, whole.rgb[:, rows, cols])
        np.testing.assert_array_equal(part.valid, whole.valid[rows, cols])


class TestReading:
    def test_reads_every_pixel_in_its_place(self, make_raster: MakeRaster, coordinate_pixels) -> None:
        path = make_raster(height=300, width=520)
        with open_source(path) as source:
            pixels = source.read(Region(7, 260, 30, 40))
        np.testing.assert_array_equal(pixels.rgb, coordinate_pixels(300, 520)[:, 7:37, 260:300])
        assert pixels.valid.all()
        assert pixels.geobox.transform @ (0, 0) == (500_130, 5_599_996.5)

    def test_pixels_outside_the_raster_are_not_valid(self, make_raster: MakeRaster, coordinate_pixels) -> None:
        with open_source(make_raster(height=5, width=6)) as source:
            pixels = source.read(Region(-2, -3, 10, 12))
            outside = source.read(Region(100, 100, 4, 4))
        assert pixels.valid.sum() == 30
        assert pixels.valid[2:7, 3:9].all()
        np.testing.assert_array_equal(pixels.rgb[:, 2:7, 3:9], coordinate_pixels(5, 6))
        assert pixels.rgb[:, ~pixels.valid].max() == 0
        assert not outside.valid.any()

    @pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 37), (37, 1), (2, 3)])
    def test_tiny_rasters(self, make_raster: MakeRaster, coordinate_pixels, height: int, width: int) -> None:
        path = make_raster(height=height, width=width)
        np.testing.assert_array_equal(read_whole(path).rgb, coordinate_pixels(height, width))
        for gsd in (0.2, 0.5 * max(height, width)):
            pixels = read_whole(path, SourceOptions(gsd=gsd))
            assert pixels.valid.all()
            assert min(pixels.valid.shape) >= 1

    @pytest.mark.parametrize("driver", ["COG", "JP2OpenJPEG", "VRT", "PNG"])
    def test_other_formats(self, make_raster: MakeRaster, coordinate_pixels, driver: str, tmp_path: Path) -> None:
        suffix = {"COG": "tif", "JP2OpenJPEG": "jp2", "VRT": "vrt", "PNG": "png"}[driver]
        options = {"JP2OpenJPEG": {"QUALITY": "100", "REVERSIBLE": "YES"}, "PNG": {"WORLDFILE": "YES"}}
        if driver == "VRT":
            path = tmp_path / "scene.vrt"
            rasterio.shutil.copy(make_raster("kept.tif", height=70, width=90), path, driver="VRT")
        else:
            path = make_raster(f"scene.{suffix}", height=70, width=90, driver=driver, **options.get(driver, {}))
        np.testing.assert_array_equal(read_whole(path).rgb, coordinate_pixels(70, 90))

    def test_reads_inside_an_archive(self, make_raster: MakeRaster, coordinate_pixels, tmp_path: Path) -> None:
        make_raster("inner/scene.tif")
        archive = shutil.make_archive(str(tmp_path / "pack"), "zip", tmp_path / "inner")
        with open_source(f"/vsizip/{archive}/scene.tif") as source:
            assert source.stem == "scene"
            np.testing.assert_array_equal(source.read(source.geobox.region).rgb, coordinate_pixels(40, 50))

    def test_palette_becomes_colors(self, make_raster: MakeRaster, tmp_path: Path) -> None:
        path = tmp_path / "palette.tif"
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            width=3,
            height=1,
            count=1,
            dtype="uint8",
            crs="EPSG:25832",
            transform=Affine.scale(2),
        ) as dataset:
            dataset.write_colormap(1, {0: (10, 20, 30, 255), 1: (200, 100, 50, 255)})
            dataset.write(np.array([[[0, 1, 0]]], dtype=np.uint8))
        pixels = read_whole(path)
        assert pixels.rgb[:, 0].T.tolist() == [[10, 20, 30], [200, 100, 50], [10, 20, 30]]

    def test_does_not_move_when_closed_and_opened_again(self, make_raster: MakeRaster) -> None:
        path = make_raster(dtype="uint16")
        with open_source(path) as first, open_source(path) as second:
            assert first.fingerprint() == second.fingerprint()
            json.dumps(first.fingerprint(), allow_nan=False)
            assert "50 × 40 px" in first.describe()
        with open_source(path, SourceOptions(bands=(1,))) as other:
            assert other.fingerprint() != first.fingerprint()

    def test_thumbnail_can_be_stopped(self, make_raster: MakeRaster) -> None:
        answers = iter((False, False, True))
        with open_source(make_raster(height=900, width=700)) as source, pytest.raises(Cancelled):
            source.thumbnail(300, stopped=lambda: next(answers))
        assert next(answers, None) is None

    def test_thumbnail_is_small_and_shows_the_same(self, make_raster: MakeRaster) -> None:
        ramp = np.broadcast_to(np.linspace(0, 255, 900).astype(np.uint8), (3, 500, 900))
        with open_source(make_raster(data=ramp, overviews=[2, 4])) as source:
            small = source.thumbnail(90)
            assert source.thumbnail(5000).rgb.shape == (3, 500, 900)
        assert small.rgb.shape == (3, 50, 90)
        assert small.geobox.bounds == pytest.approx(source.geobox.bounds)
        np.testing.assert_allclose(small.rgb[0, 0], np.linspace(1, 254, 90), atol=1.5)

    def test_another_thread_may_read(self, make_raster: MakeRaster, coordinate_pixels) -> None:
        with open_source(make_raster()) as source, ThreadPoolExecutor(1) as pool:
            pixels = pool.submit(source.read, source.geobox.region).result()
        np.testing.assert_array_equal(pixels.rgb, coordinate_pixels(40, 50))

    def test_settings_of_gdal_are_left_alone(self, make_raster: MakeRaster) -> None:
        before = rasterio.env.get_gdal_config("GDAL_CACHEMAX")
        read_whole(make_raster())
        assert rasterio.env.get_gdal_config("GDAL_CACHEMAX") == before
        assert rasterio.env.get_gdal_config("GDAL_NUM_THREADS") is None


class TestBands:
    def test_follow_color_interpretation(self, make_raster: MakeRaster, coordinate_pixels) -> None:
        meaning = [ColorInterp.blue, ColorInterp.green, ColorInterp.red, ColorInterp.undefined]
        path = make_raster(bands=4, colorinterp=meaning, photometric="MINISBLACK")
        with open_source(path) as source:
            assert source.bands == (3, 2, 1)
            np.testing.assert_array_equal(source.read(Region(0, 0, 4, 4)).rgb, coordinate_pixels(4, 4)[::-1])

    def test_are_the_first_three_without_it(self, make_raster: MakeRaster) -> None:
        with open_source(make_raster(bands=5, photometric="MINISBLACK"), check=False) as source:
            assert source.bands == (1, 2, 3)

    @pytest.mark.parametrize("bands", [1, 2])
    def test_repeat_the_first_of_too_few(self, make_raster: MakeRaster, bands: int) -> None:
        pixels = read_whole(make_raster(bands=bands, photometric="MINISBLACK"))
        assert (pixels.rgb == pixels.rgb[:1]).all()

    def test_grey_with_alpha_repeats_the_grey(self, make_raster: MakeRaster) -> None:
        alpha = np.full((40, 50), 255)
        alpha[:5] = 0
        with open_source(make_raster(bands=1, alpha=alpha)) as source:
            assert source.bands == (1, 1, 1)
            assert source.read(source.geobox.region).valid.sum() == 35 * 50

    def test_as_given(self, make_raster: MakeRaster, coordinate_pixels) -> None:
        path = make_raster(bands=4, photometric="MINISBLACK")
        pixels = read_whole(path, SourceOptions(bands=(4, 1, 1)))
        np.testing.assert_array_equal(pixels.rgb, coordinate_pixels(40, 50, bands=4)[[3, 0, 0]])
        single = read_whole(path, SourceOptions(bands=(2,)))
        np.testing.assert_array_equal(single.rgb[2], coordinate_pixels(40, 50)[1])

    @pytest.mark.parametrize("bands", [(4,), (0, 1, 2), (1, 2), (1, 2, 3, 1), (-1,)])
    def test_refuse_unusable_bands(self, make_raster: MakeRaster, bands: tuple[int, ...]) -> None:
        with pytest.raises(OptionError, match="band"):
            open_source(make_raster(), SourceOptions(bands=bands))

    def test_alpha_is_no_color(self, make_raster: MakeRaster) -> None:
        path = make_raster(alpha=np.full((40, 50), 255))
        with pytest.raises(OptionError, match="alpha"):
            open_source(path, SourceOptions(bands=(4,)))

    def test_complex_values_are_refused(self, make_raster: MakeRaster) -> None:
        with pytest.raises(RasterError, match="complex"):
            open_source(make_raster(bands=1, dtype="complex64"))


class TestValidity:
    hole = (slice(10, 14), slice(20, 25))

    def expect_hole(self, pixels: Pixels) -> None:
        expected = np.ones((40, 50), dtype=bool)
        expected[self.hole] = False
        np.testing.assert_array_equal(pixels.valid, expected)
        assert pixels.rgb[:, ~pixels.valid].max() == 0

    def test_nodata_counts_where_all_bands_hold_it(self, make_raster: MakeRaster, coordinate_pixels) -> None:
        data = coordinate_pixels(40, 50)
        data[(slice(None), *self.hole)] = 255
        data[0, 30] = 255
        data[1:, 31] = 255
        pixels = read_whole(make_raster(data=data, nodata=255))
        self.expect_hole(pixels)
        assert (pixels.rgb[0, 30] == 255).all()

    def test_only_chosen_bands_count(self, make_raster: MakeRaster, coordinate_pixels) -> None:
        data = coordinate_pixels(40, 50, bands=4)
        data[(slice(0, 3), *self.hole)] = 0
        self.expect_hole(read_whole(make_raster(data=data, nodata=0, photometric="MINISBLACK")))

    @pytest.mark.parametrize(("value", "valid"), [(-3.40282306e38, False), (-3.4028235e38, False), (-3.4e38, True)])
    def test_float32_nodata_of_few_digits(self, make_raster: MakeRaster, value: float, valid: bool) -> None:
        data = np.full((1, 40, 50), 7, np.float32)
        data[:, 10:20, 5:25] = value
        pixels = read_whole(make_raster(data=data, nodata=-3.4028234663852886e38))
        assert pixels.valid[:10].all()
        assert (pixels.valid[10:20, 5:25] == valid).all()

    @pytest.mark.parametrize(
        ("dtype", "nodata"), [("float32", np.nan), ("int16", -9999), ("float32", -3.4028234663852886e38)]
    )
    def test_impossible_values_count_in_any_band(
        self, make_raster: MakeRaster, coordinate_pixels, dtype: str, nodata: float
    ) -> None:
        data = coordinate_pixels(40, 50, dtype=dtype)
        data[(1, *self.hole)] = nodata
        self.expect_hole(read_whole(make_raster(data=data, nodata=nodata)))

    def test_nan_and_infinity_without_nodata(self, make_raster: MakeRaster, coordinate_pixels) -> None:
        data = coordinate_pixels(40, 50, dtype="float64")
        data[(0, *self.hole)] = np.inf
        data[2, 10:12, 20:25] = np.nan
        self.expect_hole(read_whole(make_raster(data=data)))

    def test_alpha(self, make_raster: MakeRaster) -> None:
        alpha = np.full((40, 50), 128)
        alpha[self.hole] = 0
        self.expect_hole(read_whole(make_raster(alpha=alpha)))

    @pytest.mark.parametrize("internal", [True, False])
    def test_mask_band(self, make_raster: MakeRaster, internal: bool) -> None:
        mask = np.ones((40, 50), dtype=bool)
        mask[self.hole] = False
        path = make_raster(mask=mask if internal else None)
        if not internal:
            with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(path, "r+") as dataset:
                dataset.write_mask(mask)
            assert path.with_suffix(".tif.msk").exists()
        self.expect_hole(read_whole(path))

    def test_whole_raster_without_data_is_an_error(self, make_raster: MakeRaster) -> None:
        for dtype in ("uint8", "uint16", "float32"):
            with pytest.raises(RasterError, match="every pixel"):
                open_source(make_raster(data=np.zeros((3, 20, 30), dtype), nodata=0))

    def test_little_data_in_much_nodata_is_found(self, make_raster: MakeRaster) -> None:
        data = np.zeros((1, 2100, 2300), dtype=np.uint16)
        data[0, 2001, 2003] = 700
        pixels = read_whole(make_raster(data=data, nodata=0, compress="deflate"))
        assert pixels.valid.sum() == 1
        assert pixels.rgb[:, 2001, 2003].tolist() == [128, 128, 128]


class TestResolution:
    def test_averages_whole_pixels(self, make_raster: MakeRaster) -> None:
        data = np.arange(3 * 8 * 12, dtype=np.uint8).reshape(3, 8, 12)
        pixels = read_whole(make_raster(data=data), SourceOptions(gsd=1.0))
        expected = data.reshape(3, 4, 2, 6, 2).mean(axis=(2, 4))
        assert pixels.rgb.shape == (3, 4, 6)
        np.testing.assert_allclose(pixels.rgb, expected, atol=0.51)
        # 1 m on the ground is a little more than two pixels of 0.5 m in UTM.
        assert pixels.geobox.resolution == pytest.approx((1.0, 1.0), rel=1e-3)
        assert pixels.geobox.gsd == pytest.approx((1.0, 1.0), rel=1e-6)

    @pytest.mark.parametrize(
        ("crs", "transform"),
        [
            ("EPSG:4326", Affine(1e-5, 0, 10.2, 0, -1e-5, 51.7)),
            ("EPSG:3857", Affine(0.9, 0, 1_100_000, 0, -0.9, 6_700_000)),
            ("EPSG:2263", Affine(3.0, 0, 980_000, 0, -3.0, 200_000)),
            ("EPSG:25832", Affine(0.9, 0, 500_000, 0, -0.7, 5_600_000)),
            ("EPSG:25832", Affine.translation(500_000, 5_600_000) @ Affine.rotation(20) @ Affine.scale(0.8, -0.8)),
        ],
    )
    @pytest.mark.parametrize("gsd", [0.4, 2.0])
    def test_is_in_metres_in_any_crs(self, make_raster: MakeRaster, crs: str, transform: Affine, gsd: float) -> None:
        path = make_raster(crs=crs, transform=transform, height=60, width=70)
        with open_source(path) as native, open_source(path, SourceOptions(gsd=gsd)) as source:
            assert source.geobox.gsd == pytest.approx((gsd, gsd), rel=1e-4)
            # It still covers the same ground, to less than a pixel.
            for ours, theirs in zip(source.geobox.corners, native.geobox.corners, strict=True):
                assert np.hypot(*np.subtract(ours, theirs)) < 1.5 * max(source.geobox.resolution)
            assert source.geobox.corners[0] == pytest.approx(native.geobox.corners[0])
            assert_pieces_equal_whole(source, 17)

    def test_keeps_the_georeference(self, make_raster: MakeRaster) -> None:
        ramp = np.broadcast_to(np.arange(250, dtype=np.uint8), (3, 60, 250))
        path = make_raster(data=ramp)
        for gsd in (0.2, 0.31, 0.77, 2.6):
            pixels = read_whole(path, SourceOptions(gsd=gsd))
            centres = (np.arange(pixels.rgb.shape[2]) + 0.5) * pixels.geobox.resolution[0] / 0.5 - 0.5
            np.testing.assert_allclose(pixels.rgb[0, 3, 3:-3], centres[3:-3], atol=0.51)

    def test_close_to_the_rasters_own_changes_nothing(self, make_raster: MakeRaster) -> None:
        path = make_raster()
        np.testing.assert_array_equal(read_whole(path, SourceOptions(gsd=0.5)).rgb, read_whole(path).rgb)

    @pytest.mark.parametrize("how", ["nodata", "alpha", "mask"])
    @pytest.mark.parametrize("gsd", [0.2, 0.3, 1.3, 4.2])
    def test_nodata_does_not_bleed(self, make_raster: MakeRaster, how: str, gsd: float) -> None:
        data = np.full((3, 64, 64), 100, dtype=np.uint8)
        holes = np.random.default_rng(3).random((64, 64)) < 0.4
        data[:, holes] = 255
        options = {
            "nodata": {"nodata": 255},
            "alpha": {"alpha": np.where(holes, 0, 255)},
            "mask": {"mask": ~holes},
        }[how]
        pixels = read_whole(make_raster(data=data, overviews=[2, 4], **options), SourceOptions(gsd=gsd))
        assert set(np.unique(pixels.rgb[:, pixels.valid])) == {100}
        assert pixels.rgb[:, ~pixels.valid].max(initial=0) == 0

    @pytest.mark.parametrize("gsd", [None, 0.5, 1.1, 2.2, 3.0])
    @pytest.mark.parametrize("overviews", ["none", "internal", "external", "made before the mask"])
    @pytest.mark.parametrize("validity", ["mask", "msk", "alpha", "nodata"])
    def test_a_hole_is_invalid_at_every_gsd(
        self, make_raster: MakeRaster, validity: str, overviews: str, gsd: float | None
    ) -> None:
        hole = np.zeros((250, 257), bool)
        hole[64:160, 96:192] = True
        data = np.full((3, *hole.shape), 100, np.uint8)
        data[:, hole] = 0 if validity == "nodata" else 200
        path = make_raster(
            data=data,
            nodata=0 if validity == "nodata" else None,
            alpha=np.where(hole, 0, 255) if validity == "alpha" else None,
            tiled=True,
            blockxsize=64,
            blockysize=64,
        )
        build = {"GDAL_TIFF_INTERNAL_MASK": validity == "mask", "TIFF_USE_OVR": overviews == "external"}

        def write_mask() -> None:
            if validity in ("mask", "msk"):
                with rasterio.Env(**build), rasterio.open(path, "r+") as dataset:
                    dataset.write_mask(~hole)

        if overviews != "made before the mask":
            write_mask()
        if overviews != "none":
            with rasterio.Env(**build), rasterio.open(path, "r+") as dataset:
                dataset.build_overviews([2, 4], Resampling.average)
        if overviews == "made before the mask":
            write_mask()
        with open_source(path, SourceOptions(gsd=gsd), check=False) as source:
            valid = source.read(source.geobox.region).valid
            assert_pieces_equal_whole(source, 37)
        rows, cols = (np.arange(n) + 0.5 for n in valid.shape)
        down, across = hole.shape[0] / valid.shape[0], hole.shape[1] / valid.shape[1]
        inside = [(rows * down > 64) & (rows * down < 160), (cols * across > 96) & (cols * across < 192)]
        wrong = valid == np.logical_and.outer(*inside)
        # Border pixels of the hole may be rounded either way.
        assert wrong.sum() <= 2 * (sum(inside[0]) + sum(inside[1]) + 2)
        assert not wrong[:, : int(90 / across)].any()

    def test_reads_the_best_overview(self, make_raster: MakeRaster) -> None:
        # The full resolution changes after the overviews are made: a coarse read must not notice.
        dark = make_raster("dark.tif", data=np.zeros((3, 256, 256), np.uint8), overviews=[4])
        with rasterio.open(dark, "r+", IGNORE_COG_LAYOUT_BREAK="YES") as dataset:
            dataset.write(np.full((3, 256, 256), 200, dtype=np.uint8))
        with open_source(dark, SourceOptions(gsd=2.5), check=False) as source:
            assert source.read(source.geobox.region).rgb.max() == 0
        with open_source(dark, SourceOptions(gsd=1.5), check=False) as source:
            assert source.read(source.geobox.region).rgb.min() == 200

    @pytest.mark.parametrize("size", [(250, 333), (256, 256), (77, 1023)])
    def test_overviews_of_odd_sizes_stay_in_place(self, make_raster: MakeRaster, size: tuple[int, int]) -> None:
        ramp = np.broadcast_to(np.linspace(0, 60000, size[1]).astype(np.uint16), (3, *size))
        options = SourceOptions(gsd=4.4, stretch=Stretch((0,), (60000,)))
        plain = read_whole(make_raster(data=ramp), options)
        quick = read_whole(make_raster("quick.tif", data=ramp, overviews=[2, 4, 8]), options)
        np.testing.assert_allclose(plain.rgb.astype(int), quick.rgb, atol=1)

    @pytest.mark.parametrize("gsd", [0.0, -1.0, float("nan"), 0.001, 1e300])
    def test_refuses_impossible_values(self, make_raster: MakeRaster, gsd: float) -> None:
        with pytest.raises(OptionError, match="^gsd=.*(must be|give metres per pixel)"):
            open_source(make_raster(), SourceOptions(gsd=gsd))

    def test_needs_a_crs(self, make_raster: MakeRaster) -> None:
        with pytest.warns(QualityWarning, match="CRS"), pytest.raises(OptionError, match="no CRS"):
            open_source(make_raster(crs=None), SourceOptions(gsd=1.0))


class TestBlocking:
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        size=st.integers(13, 90),
        gsd=st.sampled_from([None, 0.1, 0.33, 0.5003, 0.7, 1.0, 1.37, 3.3]),
        dtype=st.sampled_from(["uint8", "uint16", "float32", "float64"]),
        overviews=st.sampled_from([(), (2, 4)]),
        left=st.integers(0, 11),
    )
    def test_pieces_equal_the_whole(
        self, make_raster: MakeRaster, size: int, gsd: float | None, dtype: str, overviews, left: int
    ) -> None:
        rng = np.random.default_rng(size)
        data = rng.integers(0, 250, (3, 61, 83)).astype(dtype)
        data[:, rng.random((61, 83)) < 0.2] = 0
        bounds = (500_000 + left * 0.5, 5_600_000 - 29, 500_000 + 40, 5_600_000 - 1.5)
        path = make_raster(data=data, nodata=0, overviews=overviews)
        with open_source(path, SourceOptions(gsd=gsd, bounds=bounds)) as source:
            assert_pieces_equal_whole(source, size)

    @pytest.mark.parametrize("chunk", [1, 500, 2000])
    @pytest.mark.parametrize("tiled", [False, True])
    @pytest.mark.parametrize("gsd", [0.3, 1.7, 20.0])
    def test_parts_of_a_large_read_equal_the_whole(
        self, make_raster: MakeRaster, monkeypatch: pytest.MonkeyPatch, chunk: int, tiled: bool, gsd: float
    ) -> None:
        monkeypatch.setattr("proxyclip_geo.raster.overview_reader._CHUNK", chunk)
        layout = {"tiled": True, "blockxsize": 16, "blockysize": 32} if tiled else {}
        mask = np.ones((90, 110), bool)
        mask[20:50, 30:80] = False
        with open_source(make_raster(height=90, width=110, mask=mask, **layout), SourceOptions(gsd=gsd)) as source:
            parts = source.read(source.geobox.region)
            monkeypatch.setattr("proxyclip_geo.raster.overview_reader._CHUNK", 10**9)
            whole = source.read(source.geobox.region)
        np.testing.assert_array_equal(parts.rgb, whole.rgb)
        np.testing.assert_array_equal(parts.valid, whole.valid)


class TestGeoreference:
    def test_control_points_are_fitted(self, make_raster: MakeRaster) -> None:
        truth = Affine.translation(500_000, 5_600_000) @ Affine.rotation(7) @ Affine.scale(0.5, -0.4)
        corners = [(0, 0), (50, 0), (50, 40), (0, 40), (25, 20)]
        points = [
            GroundControlPoint(row=row, col=col, x=x, y=y) for col, row in corners for x, y in [truth @ (col, row)]
        ]
        with pytest.warns(QualityWarning, match=r"5 ground control points.*0\.00 px \(RMS\)$"):
            source = open_source(make_raster(gcps=points))
        with source:
            assert source.geobox.transform.almost_equals(truth, 1e-6)
            assert source.geobox.crs.to_epsg() == 25832

    def test_control_points_off_by_pixels_are_doubted(self, make_raster: MakeRaster) -> None:
        corners = [(0, 0), (50, 0), (50, 40), (0, 40)]
        bent = [GroundControlPoint(row, col, 500_000 + col * (row + 40), 5_600_000 - row) for col, row in corners]
        exact = [GroundControlPoint(row, col, 500_000 + col, 5_600_000 - row) for col, row in corners[:3]]
        for points in (bent, exact):
            with pytest.warns(QualityWarning, match=r"px \(RMS\), which may be too much; warp it"):
                open_source(make_raster(gcps=points)).close()

    def test_residual_is_in_pixels(self) -> None:
        pixels = [(0, 0), (100, 0), (100, 100), (0, 100)]
        ground = [(x * 2 + (3 if i % 2 else -3), -y * 2.0) for i, (x, y) in enumerate(pixels)]
        transform, residual = fit_affine(pixels, ground)
        assert (transform.a, transform.e) == pytest.approx((2, -2))
        assert residual == pytest.approx(1.5)

    def test_points_on_a_line_give_no_transform(self) -> None:
        assert fit_affine([(0, 0), (1, 1), (2, 2)], [(0, 0), (1, 1), (2, 2)]) is None
        assert fit_affine([(0, 0), (1, 1)], [(0, 0), (1, 1)]) is None
        assert fit_affine([(0, 0), (1, 0), (0, 1)], [(0, 0), (1, 1), (2, 2)]) is None

    def test_without_any_it_is_pixels(self, make_raster: MakeRaster) -> None:
        with pytest.warns(QualityWarning, match="is not georeferenced") as caught:
            source = open_source(make_raster(crs=None, transform=Affine.identity()))
        with source:
            assert (source.geobox.transform, source.geobox.crs) == (PIXELS, None)
        assert len(caught) == 1

    def test_rotated_raster(self, make_raster: MakeRaster, coordinate_pixels) -> None:
        rotated = Affine.translation(5e5, 5.6e6) @ Affine.rotation(33) @ Affine.scale(0.5, -0.5)
        with open_source(make_raster(transform=rotated)) as source:
            assert source.geobox.transform.almost_equals(rotated)
            np.testing.assert_array_equal(source.read(source.geobox.region).rgb, coordinate_pixels(40, 50))

    def test_custom_crs_is_preserved(self, make_raster: MakeRaster) -> None:
        crs = "+proj=tmerc +lat_0=0 +lon_0=25.3 +k=1 +x_0=0 +y_0=0 +ellps=WGS84 +units=m"
        with open_source(make_raster(crs=crs)) as source:
            assert source.geobox.crs.to_epsg() is None
            assert "25.3" in source.geobox.crs.to_wkt()
            assert source.geobox.gsd is not None


class TestBadInput:
    def test_missing(self, tmp_path: Path) -> None:
        with pytest.raises(RasterError, match=r"nowhere\.tif does not exist"):
            open_source(tmp_path / "nowhere.tif")

    def test_directory(self, tmp_path: Path) -> None:
        with pytest.raises(RasterError, match="directory"):
            open_source(tmp_path)

    @pytest.mark.parametrize("dtype", ["uint8", "uint16"])
    @pytest.mark.parametrize("compress", [None, "deflate"])
    def test_cut_short(self, make_raster: MakeRaster, dtype: str, compress: str | None) -> None:
        noise = np.random.default_rng(0).integers(0, 255, (3, 600, 600)).astype(dtype)
        options = {"compress": compress} if compress else {}
        path = make_raster(data=noise, tiled=True, blockxsize=128, blockysize=128, **options)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

        def use() -> None:
            with open_source(path) as source:
                assert source.read(Region(0, 0, 100, 100)).valid.all()
                source.read(Region(500, 0, 100, 600))

        with pytest.raises(RasterError, match=r"scene\.tif cannot be (read in rows 500–600|read while|opened)"):
            use()

    def test_no_bands_lists_the_subdatasets(self, make_raster: MakeRaster, tmp_path: Path) -> None:
        package = tmp_path / "several.gpkg"
        scene = make_raster()
        for table in ("north", "south"):
            rasterio.shutil.copy(scene, package, driver="GPKG", RASTER_TABLE=table, APPEND_SUBDATASET="YES")
        with pytest.raises(RasterError, match=r"no bands; .*:NORTH, .*:SOUTH"):
            open_source(package)
        assert read_whole(f"GPKG:{package}:SOUTH").valid.any()

    def test_percentiles(self, make_raster: MakeRaster) -> None:
        with pytest.raises(OptionError, match="percentiles"):
            open_source(make_raster(), SourceOptions(stretch="98%,2%"))


@pytest.mark.parametrize(
    ("path", "name", "stem"),
    [
        ("/data/a b.tif", "/data/a b.tif", "a b"),
        ("https://x.org/d/scene.tif?token=1/2", "/vsicurl/https://x.org/d/scene.tif?token=1/2", "scene"),
        ("s3://bucket/key/img.v2.jp2", "/vsis3/bucket/key/img.v2.jp2", "img.v2"),
        ("file:///data/a%20b.tif", "/data/a b.tif", "a b"),
        ("file://localhost/data/x.tif", "/data/x.tif", "x"),
        ("file:///C:/data/x.tif", "C:/data/x.tif", "x"),
        ("file://C:\\data\\x.tif", "C:\\data\\x.tif", "x"),
        ("/vsizip//p.zip/x.tif", "/vsizip//p.zip/x.tif", "x"),
        ('NETCDF:"a.nc":red', 'NETCDF:"a.nc":red', "a_red"),
        ("netcdf:C:\\data\\a.nc:red", "netcdf:C:\\data\\a.nc:red", "a_red"),
        ('HDF5:"/data/a.h5"://group/red', 'HDF5:"/data/a.h5"://group/red', "a_group_red"),
        ("GTIFF_DIR:2:/data/a.tif", "GTIFF_DIR:2:/data/a.tif", "a_2"),
        ("GPKG:/data/a.gpkg:NORTH", "GPKG:/data/a.gpkg:NORTH", "a_NORTH"),
        ("/data/what?.tif", "/data/what?.tif", "what_"),
        ("/data/a.tif.gz", "/data/a.tif.gz", "a"),
        ("C:\\data\\x.tif", "C:\\data\\x.tif", "x"),
        ("/data/-dash.tif", "/data/-dash.tif", "dash"),
        ("/data/.tif", "/data/.tif", "tif"),
        ("/data/con.tif", "/data/con.tif", "_con"),
    ],
)
def test_names(path: str, name: str, stem: str) -> None:
    assert (gdal_name(path), stem_of(path)) == (name, stem)


# Share of valid pixels, where a raster has any that is not.
VALID_SHARE = {
    "chilliwack_nodata255_collar": 0.755,
    "colorado_hro_cog_rgba": 0.887,
    "colorado_hro_internal_mask": 0.969,
    "derived_koeln_rotated20": 0.510,
    "derived_naip_epsg4326_nodata": 0.995,
    "landsat_uint16_nodata_collar": 0.675,
    "neon_osbs_029": 0.997,
    "ngi_za_nodata0_collar": 0.881,
    "pix4d_bali_rgba": 0.876,
}
BANDS = {"spacenet6_rotterdam_pan_uint16": (1, 1, 1)}
WARNED = {
    "chilliwack_nodata255_collar": "a corner holds values near nodata 255",
    "odm_frame_no_georef": "not georeferenced",
    "derived_koeln_gcps": "5 ground control points",
    "oam_5b90f92d_4310_ycbcr": "18 % of the pixels hold the value 0, as a collar",
    "spacenet6_rotterdam_ms_float64": "in Sentinel-2, PlanetScope, WorldView they are 3, 2, 1",
}


@pytest.mark.shared
class TestRealRasters:
    def test_all_open_and_read(self, shared: Path) -> None:
        paths = sorted((shared / "data" / "rasters").glob("*.tif"))
        assert len(paths) == 26
        for path in paths:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                with open_source(path) as source, rasterio.open(path) as dataset:
                    pixels = source.read(source.geobox.region)
                    if path.stem == "odm_frame_no_georef":
                        caught = [w for w in caught if w.category is QualityWarning]
                    assert pixels.rgb.shape == (3, dataset.height, dataset.width)
                    assert source.bands == BANDS.get(path.stem, (1, 2, 3)), path
                    assert pixels.valid.mean() == pytest.approx(VALID_SHARE.get(path.stem, 1), abs=1e-3), path
                    assert (source.stretch is None) == (source.dtype == "uint8")
                    assert 30 < pixels.rgb[:, pixels.valid].mean() < 200
            messages = [str(w.message) for w in caught]
            assert len(messages) == (path.stem in WARNED), messages
            assert all(WARNED[path.stem] in message for message in messages)

    def test_pieces_equal_the_whole_at_another_resolution(self, shared: Path) -> None:
        for name in ("derived_koeln_rotated20", "landsat_uint16_nodata_collar", "derived_naip_epsg4326_nodata"):
            path = shared / "data" / "rasters" / f"{name}.tif"
            with open_source(path) as native:
                gsd = 1.7 * native.geobox.gsd[0]
            with open_source(path, SourceOptions(gsd=gsd)) as source:
                assert_pieces_equal_whole(source, 203)

    def test_gcps_agree_with_the_original(self, shared: Path) -> None:
        folder = shared / "data" / "rasters"
        with pytest.warns(QualityWarning):
            fitted = open_source(folder / "derived_koeln_gcps.tif")
        with fitted, open_source(folder / "oem_koeln_50.tif") as original:
            assert np.allclose(fitted.geobox.corners, original.geobox.corners, atol=0.1)
