"""Unusual, damaged and hostile rasters give a map or one sentence with cause and remedy."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine

from proxyclip_geo.errors import RasterError
from proxyclip_geo.raster.options import SourceOptions
from proxyclip_geo.raster.source import Pixels, open_source

MakeRaster = Callable[..., Path]
VRT_GEOREFERENCE = "<SRS>EPSG:25832</SRS><GeoTransform>500000,0.5,0,5600000,0,-0.5</GeoTransform>"


def vrt_band(number: int, *, dtype: str = "Byte", source: str = "a.tif", head: str = "", band: int = 1) -> str:
    """Return the XML of a VRT's band, which shows a band of a file of 50 × 40 pixels."""
    window = 'xOff="0" yOff="0" xSize="50" ySize="40"'
    return (
        f'<VRTRasterBand dataType="{dtype}" band="{number}">{head}<SimpleSource>'
        f'<SourceFilename relativeToVRT="1">{source}</SourceFilename><SourceBand>{band}</SourceBand>'
        f"<SrcRect {window}/><DstRect {window}/></SimpleSource></VRTRasterBand>"
    )


def write_vrt(path: Path, *bands: str, width: int = 50, height: int = 40, georeference: str = VRT_GEOREFERENCE) -> Path:
    """Write a VRT of bands from `vrt_band`."""
    size = f'rasterXSize="{width}" rasterYSize="{height}"'
    path.write_text(f"<VRTDataset {size}>{georeference}{''.join(bands)}</VRTDataset>")
    return path


def palette(*colors: tuple[float, ...]) -> str:
    """Return the XML of a VRT band's colour table."""
    entries = "".join(f'<Entry c1="{r}" c2="{g}" c3="{b}" c4="{a}"/>' for r, g, b, a in colors)
    return f"<ColorInterp>Palette</ColorInterp><ColorTable>{entries}</ColorTable>"


def read(name: Path | str, options: SourceOptions | None = None) -> Pixels:
    with open_source(name, options) as source:
        assert source.thumbnail(30).valid.any()
        return source.read(source.geobox.region)


@pytest.mark.parametrize("dtype", ["complex_int16", "complex64", "complex128"])
def test_complex_values_become_amplitudes_by_the_name_in_the_message(tmp_path: Path, dtype: str) -> None:
    path = tmp_path / "radar.tif"
    place = {"crs": "EPSG:25832", "transform": Affine(0.5, 0, 500_000, 0, -0.5, 5_600_000)}
    with rasterio.open(path, "w", driver="GTiff", width=5, height=4, count=1, dtype=dtype, **place) as dataset:
        dataset.write(np.arange(20).reshape(1, 4, 5) * (3 + 4j))
    with pytest.raises(RasterError, match="complex values; give DERIVED_SUBDATASET:AMPLITUDE:") as caught:
        open_source(path)
    name = next(word for word in str(caught.value).split() if word.startswith("DERIVED")).rstrip(",")
    with open_source(name) as source:
        assert source.read(source.geobox.region).rgb[0, -1, -1] == 255


@pytest.mark.parametrize(
    ("types", "common"),
    [
        (("Byte", "UInt16", "Float32"), "float32"),
        (("Byte", "Int16", "Byte"), "int16"),
        (("UInt64", "Int64", "Byte"), "float64"),
        (("Byte", "Byte", "Byte", "CInt16"), "uint8"),
    ],
)
def test_bands_of_several_types(make_raster: MakeRaster, tmp_path: Path, types: tuple[str, ...], common: str) -> None:
    make_raster("a.tif", bands=1)
    path = write_vrt(tmp_path / "a.vrt", *(vrt_band(n, dtype=dtype) for n, dtype in enumerate(types, start=1)))
    with open_source(path) as source:
        assert source.dtype == common
        assert (np.diff(source.read(source.geobox.region).rgb[0, 0].astype(int)) >= 0).all()


@pytest.mark.parametrize(
    ("colors", "dtype", "expected", "valid"),
    [
        ([], "Byte", [0, 1, 2], [1, 1, 1]),
        ([(9, 9, 9, 255)] * 3, "Float32", [0, 128, 255], [1, 1, 1]),
        ([(-7, -7, -7, 255), (300, 300, 300, 255), (9, 9, 9, 0)], "Byte", [0, 255, 0], [1, 1, 0]),
        ([(7, 7, 7, 255), (8, 8, 8, 255)], "Byte", [7, 8, 0], [1, 1, 0]),
        ([(7, 7, 7, 255), (8, 8, 8, 255)], "UInt64", [7, 8, 0], [1, 1, 0]),
    ],
    ids=["empty", "float", "out of range", "short", "64 bits"],
)
def test_palettes(
    make_raster: MakeRaster, tmp_path: Path, colors: Any, dtype: str, expected: list[int], valid: list[int]
) -> None:
    make_raster("a.tif", data=np.resize(np.arange(3, dtype=np.uint8), (1, 40, 50)))
    pixels = read(write_vrt(tmp_path / "a.vrt", vrt_band(1, dtype=dtype, head=palette(*colors))))
    assert pixels.rgb[1, 0, :3].tolist() == expected
    assert pixels.valid[0, :3].tolist() == valid


def test_negative_values_have_no_color(make_raster: MakeRaster, tmp_path: Path) -> None:
    make_raster("a.tif", data=np.resize(np.array([-1, 0], np.int16), (1, 40, 50)))
    pixels = read(write_vrt(tmp_path / "a.vrt", vrt_band(1, dtype="Int16", head=palette((5, 6, 7, 255)))))
    assert pixels.valid[0, :2].tolist() == [False, True]
