"""Rasters in memory give what the same raster in a file gives."""

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import odc.geo.xr
import pytest
import rasterio
import rioxarray
import xarray
from affine import Affine
from numpy.typing import NDArray
from rasterio.io import MemoryFile
from rasterio.vrt import WarpedVRT

from proxyclip_geo.errors import RasterError
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.raster.inputs import ArrayRaster, RasterLike, from_dataarray, open_input
from proxyclip_geo.raster.source import open_source

# rioxarray multiplies transforms by an operator that affine is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")

TRANSFORM = Affine(0.5, 0, 500_000, 0, -0.5, 5_600_000)
GEOBOX = GeoBox((40, 50), TRANSFORM, 32632)


def noise(*shape: int, dtype: str = "uint8") -> NDArray[Any]:
    return np.random.default_rng(0).integers(1, 200, shape).astype(dtype)


def read(raster: RasterLike) -> tuple[NDArray[np.uint8], NDArray[np.bool_], GeoBox]:
    with open_source(raster, check=False) as source:
        pixels = source.read(source.geobox.region)
        return pixels.rgb, pixels.valid, source.geobox


def assert_same(raster: RasterLike, path: Path) -> None:
    for found, wanted in zip(read(raster), read(path), strict=True):
        assert np.all(found == wanted)


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    path = tmp_path / "scene.tif"
    profile = {"driver": "GTiff", "dtype": "uint16", "count": 4, "height": 40, "width": 50, "nodata": 0}
    values = noise(4, 40, 50, dtype="uint16")
    values[:, :5] = 0
    with rasterio.open(path, "w", transform=TRANSFORM, crs=32632, **profile) as dataset:
        dataset.write(values)
    return path


def test_an_array_with_a_geobox(scene: Path) -> None:
    with rasterio.open(scene) as dataset:
        assert_same(ArrayRaster(dataset.read(), GEOBOX, nodata=0), scene)


def test_an_open_dataset_which_stays_open(scene: Path) -> None:
    with rasterio.open(scene) as dataset:
        assert_same(dataset, scene)
        with open_source(dataset, check=False) as source:
            assert (source.stem, source.in_memory) == ("scene", False)
        assert not dataset.closed


def test_a_warped_dataset(scene: Path, tmp_path: Path) -> None:
    with rasterio.open(scene) as dataset, WarpedVRT(dataset, crs="EPSG:3857") as warped:
        rasterio.shutil.copy(warped, tmp_path / "warped.tif", driver="GTiff")
        assert_same(warped, tmp_path / "warped.tif")


def test_a_dataset_in_memory(scene: Path) -> None:
    with MemoryFile(scene.read_bytes()) as memory, memory.open() as dataset:
        assert_same(dataset, scene)


def test_rioxarray(scene: Path) -> None:
    array = rioxarray.open_rasterio(scene)
    assert_same(array, scene)
    assert_same(rioxarray.open_rasterio(scene, masked=True).fillna(0).rio.write_nodata(0).astype("uint16"), scene)


def test_a_part_of_a_dataarray_lies_where_it_was(scene: Path) -> None:
    part = rioxarray.open_rasterio(scene)[:, 10:30, 20:]
    assert from_dataarray(part).geobox == GeoBox((20, 30), TRANSFORM @ Affine.translation(20, 10), 32632)
    assert from_dataarray(part[:, :1, :1]).geobox.transform == TRANSFORM @ Affine.translation(20, 10)


def test_odc_geo(scene: Path) -> None:
    values = noise(3, 40, 50)
    array = odc.geo.xr.wrap_xr(values, odc.geo.geobox.GeoBox((40, 50), TRANSFORM, 32632), nodata=7, axis=1)
    found = from_dataarray(array)
    assert (found.geobox, found.nodata) == (GEOBOX, 7)
    np.testing.assert_array_equal(found.values, values)


def test_a_rotated_dataarray() -> None:
    transform = TRANSFORM @ Affine.rotation(30)
    array = xarray.DataArray(noise(40, 50), dims=("y", "x")).rio.write_crs(32632).rio.write_transform(transform)
    assert from_dataarray(array).geobox.transform.almost_equals(transform)


def test_dimensions_of_length_one_and_bands_last() -> None:
    values = noise(1, 40, 50, 3)
    coords = {"y": 10 - np.arange(40) * 0.5, "x": 5 + np.arange(50) * 0.5}
    array = xarray.DataArray(values, dims=("time", "y", "x", "band"), coords=coords)
    found = from_dataarray(array)
    np.testing.assert_array_equal(found.values, values[0].transpose(2, 0, 1))
    assert found.geobox == GeoBox((40, 50), Affine(0.5, 0, 4.75, 0, -0.5, 10.25), None)


def test_names_of_bands_tell_the_colors() -> None:
    for array in (
        ArrayRaster(noise(4, 40, 50), GEOBOX, descriptions=("B02", "B03", "B04", "B08")),
        xarray.DataArray(noise(3, 40, 50), dims=("band", "y", "x"), coords={"band": ["blue", "green", "red"]}),
        xarray.DataArray(noise(3, 40, 50), dims=("band", "y", "x"), attrs={"long_name": ("blue", "green", "red")}),
    ):
        with pytest.warns() if isinstance(array, xarray.DataArray) else nullcontext(), open_source(array) as source:
            assert source.bands == (3, 2, 1)
    with pytest.raises(RasterError, match="2 descriptions do not fit 4 bands"):
        ArrayRaster(noise(4, 40, 50), GEOBOX, descriptions=("red", "green"))


def test_a_fourth_8_bit_band_is_not_alpha() -> None:
    values = noise(4, 40, 50)
    values[3] = 0
    assert read(ArrayRaster(values, GEOBOX))[1].all()


def test_the_name_in_records_follows_the_values() -> None:
    def fingerprint(values: NDArray[Any]) -> dict[str, Any]:
        with open_source(ArrayRaster(values, GEOBOX, name="scene")) as source:
            assert source.stem == "scene"
            return source.fingerprint()

    values = noise(3, 40, 50)
    assert fingerprint(values) == fingerprint(values.copy())
    assert fingerprint(values) != fingerprint(values + 1)


def test_memory_is_freed() -> None:
    with open_input(ArrayRaster(noise(3, 40, 50), GEOBOX)) as file:
        assert file.in_memory
        with rasterio.open(file.path):
            pass
    with pytest.raises(rasterio.RasterioIOError):
        rasterio.open(file.path)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: noise(3, 40, 50), "a numpy array has no georeference; pass ArrayRaster"),
        (lambda: 3, "int is not a raster"),
        (lambda: xarray.DataArray(noise(40, 50), dims=("a", "b")), "none of them y or latitude or lat"),
        (lambda: xarray.DataArray(noise(2, 3, 4, 5), dims=("time", "band", "y", "x")), "select one of all but"),
        (
            lambda: xarray.DataArray(noise(3, 3), dims=("y", "x"), coords={"y": [0, 1, 3], "x": [0, 1, 2]}),
            "coordinates y of array are not evenly spaced",
        ),
        (lambda: ArrayRaster(noise(3, 40, 50).astype(object), GEOBOX), "cannot be passed to GDAL"),
        (lambda: ArrayRaster(noise(3, 40, 50), GEOBOX, nodata=-1), "nodata -1"),
    ],
)  # fmt: skip
def test_what_is_not_a_raster_is_an_error(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(RasterError, match=message):
        open_source(make())


def test_shapes_must_fit() -> None:
    with pytest.raises(RasterError, match=r"values of shape \(3, 40, 49\) do not fit the geobox of \(40, 50\)"):
        ArrayRaster(noise(3, 40, 49), GEOBOX)


def test_datasets_must_be_open_for_reading(scene: Path) -> None:
    with rasterio.open(scene) as dataset:
        pass
    with pytest.raises(RasterError, match="is closed"):
        open_source(dataset)
    with rasterio.open(scene, "r+") as dataset, pytest.raises(RasterError, match="open for writing"):
        open_source(dataset)
