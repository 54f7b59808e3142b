"""Merge neighbouring rasters into one virtual raster."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.enums import ColorInterp

import proxyclip_geo as pg
from proxyclip_geo.errors import OptionError, OutputError, RasterError

MakeRaster = Callable[..., Path]
WORDS = ["water", "forest", "building"]


def shift(columns: int, rows: int, *, size: float = 0.5) -> Affine:
    return Affine(size, 0, 500_000 + columns * 0.5, 0, -size, 5_600_000 - rows * 0.5)


def test_map_of_merged_tiles_equals_that_of_the_whole(tmp_path: Path) -> None:
    whole = pg.sample(tmp_path / "whole.tif", size=(96, 160), seed=4).image
    with rasterio.open(whole) as dataset:
        pixels, profile = dataset.read(), dataset.profile
    (tmp_path / "tiles").mkdir()
    for name, left, right in (("a", 0, 70), ("b", 60, 160)):
        window = {"transform": profile["transform"] @ Affine.translation(left, 0), "width": right - left}
        with rasterio.open(tmp_path / "tiles" / f"{name}.tif", "w", **{**profile, **window}) as dataset:
            dataset.write(pixels[:, :, left:right])
    merged = pg.merge_rasters(tmp_path / "tiles", out=tmp_path / "out" / "merged.vrt")
    written = merged.stat().st_mtime_ns
    assert pg.merge_rasters([tmp_path / "tiles"], out=merged).stat().st_mtime_ns == written
    options = pg.SegmentOptions(polygons=False, device="cpu")
    one, other = (
        pg.segment(raster, WORDS, out=tmp_path / "out", model="demo", options=options) for raster in (whole, merged)
    )
    np.testing.assert_array_equal(one.labels.read(), other.labels.read())
    assert one.labels.geobox == other.labels.geobox


@pytest.mark.parametrize("kind", ["plain", "nodata", "alpha", "mask", "palette"])
def test_last_raster_with_data_counts(kind: str, make_raster: MakeRaster, tmp_path: Path) -> None:
    """Two tiles that overlap by 10 columns, and whose second has a hole there; 5 rows are covered by one only."""
    valid = np.ones((20, 30), bool)
    valid[3:6, 2:8] = False
    values = np.random.default_rng(1).integers(1, 250, (2, 3, 20, 30), dtype=np.uint8)
    bands = 1 if kind == "palette" else 3
    paths = []
    for number, (columns, rows) in enumerate([(0, 0), (20, 5)]):
        data = values[number, :bands].copy()
        shown = np.ones_like(valid) if number == 0 else valid
        more: dict[str, Any] = {}
        if kind == "nodata":
            data[:, ~shown] = 0
            more = {"nodata": 0}
        elif kind == "alpha":
            more = {"alpha": (255 * shown).astype(np.uint8)}
        elif kind == "mask":
            more = {"mask": shown}
        path = make_raster(f"{number}.tif", data=data, transform=shift(columns, rows), **more)
        if kind == "palette":
            with rasterio.open(path, "r+") as dataset:
                dataset.colorinterp = [ColorInterp.palette]
                dataset.write_colormap(1, {value: (value, 255 - value, 7, 255) for value in range(256)})
        paths.append(path)
    merged = pg.merge_rasters(paths, out=tmp_path / "merged.vrt")
    has_hole = kind in ("nodata", "alpha", "mask")
    covered = np.zeros((25, 50), bool)
    covered[:20, :30] = covered[5:, 20:] = True
    if has_hole:
        covered[8:11, 30 - 10 + 2 : 28] = True
    expected = np.zeros((bands, 25, 50), np.uint8)
    expected[:, :20, :30] = values[0, :bands]
    later = expected[:, 5:, 20:]
    later[:, valid if has_hole else slice(None)] = values[1, :bands][:, valid if has_hole else slice(None)]
    with rasterio.open(merged) as dataset:
        assert dataset.count == bands + (kind == "alpha")
        found, mask = dataset.read(), dataset.dataset_mask() > 0
        if kind == "palette":
            assert dataset.colormap(1)[9] == (9, 246, 7, 255)
    np.testing.assert_array_equal(mask, covered)
    np.testing.assert_array_equal(found[:bands][:, covered], expected[:, covered])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"crs": "EPSG:25833"}, r"differ in CRS \(ETRS89 / UTM zone 32N and ETRS89 / UTM zone 33N\)"),
        ({"crs": None}, r"differ in CRS \(ETRS89 / UTM zone 32N and none\)"),
        ({"transform": shift(50, 0, size=0.25)}, r"resolutions 0\.5 × 0\.5 and 0\.25 × 0\.25"),
        ({"transform": Affine(0.5, 0, 500_000.2, 0, -0.5, 5_600_000)}, "do not lie on one grid of pixels"),
        ({"bands": 4}, "differ in bands"),
        ({"dtype": "uint16"}, "differ in bands .*Byte.*UInt16"),
        ({"nodata": 0}, "differ in bands .*nodata 0"),
    ],
)
def test_rasters_that_do_not_fit_are_refused(
    options: dict[str, Any], message: str, make_raster: MakeRaster, tmp_path: Path
) -> None:
    paths = [make_raster("a.tif"), make_raster("b.tif", **options)]
    with pytest.raises(RasterError, match=rf"a\.tif and .*b\.tif .*{message}"):
        pg.merge_rasters(paths, out=tmp_path / "merged.vrt")
    assert not (tmp_path / "merged.vrt").exists()


def test_inputs_and_credentials_are_not_written(make_raster: MakeRaster, tmp_path: Path) -> None:
    path = make_raster("a.tif")
    with pytest.raises(OutputError, match="would change the input"):
        pg.merge_rasters([path], out=path)
    with pytest.raises(OptionError, match=r"the URL of https://example\.org/a\.tif holds a password or token"):
        pg.merge_rasters(["https://example.org/a.tif?sig=secret"], out=tmp_path / "merged.vrt")
