"""Unusual, damaged and hostile rasters give a map or one sentence with cause and remedy."""

import gzip
import itertools
import os
import re
import shlex
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import rasterio
import rasterio.shutil
import shapely
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from rasterio.control import GroundControlPoint
from rasterio.errors import NotGeoreferencedWarning
from rasterio.rio.main import main_group
from rasterio.rpc import RPC

from proxyclip_geo.errors import AreaError, OptionError, QualityWarning, RasterError
from proxyclip_geo.raster.labels import open_labels
from proxyclip_geo.raster.names import stem_of
from proxyclip_geo.raster.options import SourceOptions
from proxyclip_geo.raster.source import _from_centre, open_source
from proxyclip_geo.raster.view import Pixels
from proxyclip_geo.references import local_file
from proxyclip_geo.region import Region

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


class TestNames:
    """What cannot be opened is explained before anything waits or is read."""

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("", "name of the raster is empty"),
            ("sce\0ne.tif", "holds a NUL character"),
            ("a" * 300 + ".tif", "too long"),
            ("/" + "a" * 5000 + ".tif", "too long"),
            ("sce\nne.tif", r"raster sce\?ne.tif does not exist"),
            ("/dev/zero", "is a device or pipe"),
            ("file:///dev/zero", "is a device or pipe"),
            ("/vsigzip//dev/zero", "is a device or pipe"),
            ("/vsistdin/", "standard input"),
            ("foo://bar/a.tif", "unknown scheme 'foo'"),
            ("file:///C:/a%20b.tif", "raster C:/a b.tif does not exist"),
            ("DERIVED_SUBDATASET:AMPLITUDE:/dev/zero", "is a device or pipe"),
        ],
    )
    def test_no_raster(self, name: str, message: str) -> None:
        with pytest.raises(RasterError, match=message) as caught:
            open_source(name)
        assert len(str(caught.value)) < 400

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
    def test_a_pipe_does_not_wait(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe.tif")
        with pytest.raises(RasterError, match="is a device or pipe"):
            open_source(tmp_path / "pipe.tif")

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
    @pytest.mark.parametrize("side", ["a.tif.aux.xml", "a.tif.msk", "a.tif.ovr", "A.TFW", "a_rpc.txt"])
    @pytest.mark.parametrize("how", ["raster", "labels", "mask", "source of a VRT"])
    def test_a_pipe_as_side_file_does_not_wait(
        self, make_raster: MakeRaster, tmp_path: Path, side: str, how: str
    ) -> None:
        path = make_raster("a.tif", bands=1)
        (tmp_path / "other").mkdir()
        os.mkfifo(tmp_path / side)
        ways: dict[str, Callable[[], Any]] = {
            "raster": lambda: open_source(path),
            "labels": lambda: open_labels(path),
            "mask": lambda: open_source(make_raster("other/b.tif"), SourceOptions(mask=path)),
            "source of a VRT": lambda: open_source(
                write_vrt(tmp_path / "other" / "b.vrt", vrt_band(1, source="../a.tif"))
            ),
        }
        with pytest.raises(RasterError, match="a side file of raster .* is a device or pipe; remove or rename it"):
            ways[how]()

    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("a.tif", b"", r"a\.tif is empty"),
            ("a.tif", b"<!DOCTYPE html>\n<html><title>Sign in</title>", r"web page \('Sign in'\).*login"),
            ("a.tif", b'<?xml version="1.0"?><Error><Code>AccessDenied', "text file.*AccessDenied.*download it again"),
            ("a.tif", b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a", "git lfs pull"),
            ("a.ecw", b"ec\x01\x02", "ECW, for which GDAL has no driver"),
            ("a.sid", b"msid", "MrSID, for which GDAL has no driver"),
            ("a.geojson", b'{"type": "FeatureCollection", "features": []}', "holds no raster.*`aoi`"),
            ("a.tfw", b"0.5\n0\n0\n-0.5\n1\n1\n", "give the raster itself"),
            ("a.7z", b"7z\xbc\xaf", "unpack it"),
            ("a.zip", b"PK\x05\x06" + bytes(18), "no raster can be read; unpack it"),
            ("a.tar.gz", b"\x1f\x8bjunk", "no raster can be read; unpack it"),
            ("a.vrt", b"<VRTDataset rasterXSize='1'", "Parse error"),
            ("a.tif", b"II*\x00\x08\x00\x00\x00", r"a\.tif cannot be opened as a raster"),
            ("a.jp2", bytes(range(256)), "no driver of GDAL recognises its format"),
        ],
    )
    def test_no_raster_inside(self, tmp_path: Path, name: str, content: bytes, message: str) -> None:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(RasterError, match=message):
            open_source(tmp_path / name)

    @pytest.mark.parametrize("suffix", ["zip", "tar", "tar.gz", "tif.gz"])
    def test_an_archive_of_one_raster_is_opened(self, make_raster: MakeRaster, tmp_path: Path, suffix: str) -> None:
        make_raster("pack/scene.tif")
        archive = tmp_path / f"pack.{suffix}"
        if suffix == "tif.gz":
            archive.write_bytes(gzip.compress((tmp_path / "pack/scene.tif").read_bytes()))
        else:
            kind = {"zip": "zip", "tar": "tar", "tar.gz": "gztar"}[suffix]
            shutil.make_archive(str(tmp_path / "pack"), kind, tmp_path / "pack")
        with open_source(archive) as source:
            assert source.stem == "pack"
            assert archive in map(local_file, source.files)
            np.testing.assert_array_equal(source.read(source.geobox.region).rgb, read(tmp_path / "pack/scene.tif").rgb)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["pack", archive.name]

    def test_an_archive_of_several_names_them(self, make_raster: MakeRaster, tmp_path: Path) -> None:
        for name in ("north", "south"):
            make_raster(f"pack/{name}.tif")
        archive = shutil.make_archive(str(tmp_path / "pack"), "zip", tmp_path / "pack")
        with pytest.raises(RasterError, match="an archive of 2 rasters; give one of them") as caught:
            open_source(archive)
        assert f"/vsizip/{archive}/south.tif" in str(caught.value)
        assert read(f"/vsizip/{archive}/south.tif").valid.all()

    def test_file_urls(self, make_raster: MakeRaster, tmp_path: Path) -> None:
        path = make_raster("a b.tif")
        text = str(path).replace(" ", "%20")
        for url in (f"file://{text}", f"file://localhost{text}", f"file:{text}", f"file://{path}"):
            with open_source(url) as source:
                assert source.stem == "a b"

    def test_variables_of_a_netcdf_file_become_colors(self, make_raster: MakeRaster, tmp_path: Path) -> None:
        path = tmp_path / "cube.nc"
        rasterio.shutil.copy(make_raster(), path, driver="netCDF")
        with pytest.raises(RasterError, match="three of one size become red, green and blue with rio stack") as caught:
            open_source(path)
        names = re.findall(r"'(netcdf:[^']*)'", str(caught.value))
        assert [stem_of(name) for name in names] == ["cube_Band1", "cube_Band2", "cube_Band3"]
        command = shlex.split(str(caught.value).rpartition("with rio ")[2])
        command[-1] = str(tmp_path / "rgb.tif")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PendingDeprecationWarning)
            main_group.main(command, standalone_mode=False)
        with open_source(tmp_path / "rgb.tif") as source:
            assert source.bands == (1, 2, 3)


SITE = 'LOCAL_CS["site grid",UNIT["US survey foot",0.304800609601219]]'
UNKNOWN = 'LOCAL_CS["site grid",UNIT["unknown",1]]'


class TestGeoreference:
    """An impossible georeference is an error, and one that is not used a warning that says so."""

    def make(self, make_raster: MakeRaster, tmp_path: Path, *, crs: str, transform: str) -> Path:
        make_raster("a.tif", bands=1)
        wkt = crs.replace('"', "&quot;")
        georeference = f"<SRS>{wkt}</SRS><GeoTransform>{transform}</GeoTransform>"
        return write_vrt(tmp_path / "a.vrt", vrt_band(1), georeference=georeference)

    @pytest.mark.parametrize("crs", ["EPSG:25832", "EPSG:4326", ""])
    @pytest.mark.parametrize(
        "transform",
        [
            "0,nan,0,0,0,-1",
            "nan,1,0,0,0,-1",
            "0,0,0,0,0,0",
            "0,1e300,0,0,0,-1e300",
            "1,1e-300,0,1,0,-1e-300",
            "0,inf,0,0,0,-1",
            "1e300,0.5,0,1e300,0,-0.5",
            "500000,1e-12,0,5600000,0,-1e-12",
            "0,0.5,0.5,0,0.5,0.5",
        ],
    )
    def test_impossible(self, make_raster: MakeRaster, tmp_path: Path, crs: str, transform: str) -> None:
        path = self.make(make_raster, tmp_path, crs=crs, transform=transform)
        with pytest.raises(RasterError, match=r"a\.vrt has an impossible georeference: its transform .*; correct it"):
            open_source(path)

    @pytest.mark.parametrize(
        ("crs", "transform"),
        [("EPSG:4326", "500000,0.5,0,5600000,0,-0.5"), ("EPSG:25832", "0,1e10,0,0,0,-1e10"), (UNKNOWN, "0,1,0,0,0,-1")],
    )
    def test_pixels_without_a_size(self, make_raster: MakeRaster, tmp_path: Path, crs: str, transform: str) -> None:
        path = self.make(make_raster, tmp_path, crs=crs, transform=transform)
        with pytest.warns(QualityWarning, match="no size in metres in its CRS"):
            open_source(path).close()
        with (
            pytest.warns(QualityWarning),
            pytest.raises(OptionError, match=r"has the CRS .* no size in metres; omit `gsd`"),
        ):
            open_source(path, SourceOptions(gsd=1.0))

    def test_a_site_grid_has_a_unit(self, make_raster: MakeRaster, tmp_path: Path) -> None:
        path = self.make(make_raster, tmp_path, crs=SITE, transform="0,0.5,0,0,0,-0.5")
        with open_source(path, SourceOptions(gsd=0.304800609601219)) as source:
            assert source.geobox.shape == (20, 25)
            assert source.geobox.gsd == pytest.approx((0.3048006, 0.3048006))

    def test_an_area_in_another_crs_is_refused_on_a_site_grid(self, make_raster: MakeRaster, tmp_path: Path) -> None:
        path = self.make(make_raster, tmp_path, crs=SITE, transform="0,0.5,0,0,0,-0.5")
        aoi = tmp_path / "area.geojson"
        geopandas.GeoDataFrame(geometry=[shapely.box(0, -9, 9, 0)], crs=4326).to_file(aoi)
        with pytest.raises(AreaError, match="cannot be converted to 'site grid'"):
            open_source(path, SourceOptions(aoi=aoi))
        geopandas.GeoDataFrame(geometry=[shapely.box(0, -9, 9, 0)], crs=SITE).to_file(tmp_path / "area.gpkg")
        with open_source(path, SourceOptions(aoi=tmp_path / "area.gpkg")) as source:
            assert source.area.region.shape == (18, 18)

    @pytest.mark.parametrize("points", [[(1.0, 1.0)], [(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)], [(np.nan, 0.0)] * 3])
    def test_control_points_without_a_transform(
        self, make_raster: MakeRaster, points: list[tuple[float, float]]
    ) -> None:
        gcps = [GroundControlPoint(row=n, col=n, x=x, y=y) for n, (x, y) in enumerate(points)]
        with pytest.warns(QualityWarning, match=f"three ground control points.*it has {len(points)}"):
            open_source(make_raster(gcps=gcps)).close()

    def test_rpcs(self, make_raster: MakeRaster) -> None:
        path = make_raster(crs=None, transform=Affine.identity())
        numbers = {
            f"{name}_{part}": 1.0 for name in ("height", "lat", "line", "long", "samp") for part in ("off", "scale")
        }
        one = [1.0] + [0.0] * 19
        factors = {f"{name}_{part}_coeff": one for name in ("line", "samp") for part in ("num", "den")}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path, "r+") as dataset:
                dataset.rpcs = RPC(**numbers, **factors)
        with pytest.warns(QualityWarning, match=r"not georeferenced \(RPCs are not used.*gdalwarp -rpc"):
            open_source(path).close()


class TestSize:
    """Rasters of any size need little memory, or are refused at once."""

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows does not report the peak memory of a process so")
    @pytest.mark.parametrize("tiled", [False, True])
    def test_the_memory_of_a_preview_does_not_grow_with_the_width(self, tmp_path: Path, tiled: bool) -> None:
        code = """if True:
            import resource, sys
            from proxyclip_geo.raster.source import open_source
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            with open_source(sys.argv[1]) as source:
                assert source.thumbnail(500).rgb.shape == (3, 1, 500)
            unit = 1 if sys.platform == "darwin" else 1024
            print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit)
        """
        layout = {"tiled": True, "blockxsize": 512, "blockysize": 512} if tiled else {"blockysize": 1}
        place = {"crs": "EPSG:25832", "transform": Affine(0.5, 0, 500_000, 0, -0.5, 5_600_000)}
        path, size = tmp_path / "wide.tif", {"width": 400_000, "height": 300}
        with rasterio.open(
            path, "w", driver="GTiff", count=3, dtype="uint8", sparse_ok=True, **size, **place, **layout
        ):
            pass
        done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
        assert int(done.stdout) < 250e6

    def test_a_huge_vrt_is_refused(self, make_raster: MakeRaster, tmp_path: Path) -> None:
        make_raster("a.tif", bands=1)
        georeference = VRT_GEOREFERENCE.replace("0.5", "0.001")
        path = write_vrt(tmp_path / "a.vrt", vrt_band(1), width=10**9, height=10**9, georeference=georeference)
        with pytest.raises(RasterError, match="1,000,000,000 × 1,000,000,000 px, more than 100,000,000 a side"):
            open_source(path)

    def test_a_vrt_of_too_many_sources_is_refused(
        self, make_raster: MakeRaster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_raster("a.tif", bands=1)
        monkeypatch.setattr("proxyclip_geo.raster.vrt.MAX_DESCRIPTION", 100)
        with pytest.raises(RasterError, match=r"a\.vrt is a VRT of .* MiB, and the limit is .*make a VRT of several"):
            open_source(write_vrt(tmp_path / "a.vrt", vrt_band(1)))

    def test_the_search_for_data_ends(
        self, make_raster: MakeRaster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("proxyclip_geo.raster.source._SEARCHED", 10)
        make_raster("a.tif", bands=1)
        band = vrt_band(1, head="<NoDataValue>0</NoDataValue>")
        georeference = VRT_GEOREFERENCE.replace("0.5", "0.001")
        path = write_vrt(tmp_path / "a.vrt", band, width=10**7, height=10**7, georeference=georeference)
        with open_source(path) as source:
            assert source.read(Region(0, 0, 40, 50)).valid.all()

    @given(st.integers(0, 3000), st.integers(0, 3000), st.integers(1, 4000), st.integers(1, 4000))
    def test_the_search_for_data_covers_a_region_once(self, top: int, left: int, height: int, width: int) -> None:
        region = Region(top, left, height, width)
        tiles = list(_from_centre(region))
        assert sum(tile.height * tile.width for tile in tiles) == height * width
        assert all(tile.intersect(region) == tile for tile in tiles)
        assert all(one.intersect(two).is_empty for one, two in itertools.combinations(tiles, 2))


@pytest.mark.parametrize(
    ("place", "where"),
    [
        ("<VRTDataset", "<VRT\xffDataset"),
        ('dataType="Byte"', 'dataType="By\xfcte"'),
        (">a.tif<", ">gr\xfcn.tif<"),
        ("<SRS>", "<Metadata><MDI key='a'>gr\xfcn</MDI></Metadata><SRS>"),
    ],
    ids=["root", "type", "source", "tag"],
)
def test_vrt_that_is_not_utf8_has_one_message(
    make_raster: MakeRaster, tmp_path: Path, capfd: pytest.CaptureFixture[str], place: str, where: str
) -> None:
    """rasterio prints that it cannot log such a message of GDAL."""
    make_raster("a.tif", bands=1)
    path = write_vrt(tmp_path / "a.vrt", vrt_band(1))
    path.write_text(path.read_text().replace(place, where), encoding="latin-1")
    with pytest.raises(RasterError, match="cannot be opened|is not UTF-8|does not exist"):
        open_source(path)
    assert capfd.readouterr().err == ""


def test_texts_that_are_not_utf8_are_ignored(make_raster: MakeRaster, tmp_path: Path) -> None:
    path = make_raster("a.tif")
    side = '<Description>Gr\xfcn</Description><Metadata><MDI key="wavelength">\xb5</MDI></Metadata>'
    (tmp_path / "a.tif.aux.xml").write_text(
        f'<PAMDataset><PAMRasterBand band="2">{side}</PAMRasterBand></PAMDataset>', encoding="latin-1"
    )
    with open_source(path) as source:
        assert source.bands == (1, 2, 3)


@pytest.mark.parametrize("text", ["abc", "-3", "0", "4.5", "", "9" * 5000])
def test_impossible_numbers_of_bits_are_ignored(make_raster: MakeRaster, tmp_path: Path, text: str) -> None:
    path = make_raster("a.tif")
    tag = f'<Metadata domain="IMAGE_STRUCTURE"><MDI key="NBITS">{text}</MDI></Metadata>'
    (tmp_path / "a.tif.aux.xml").write_text(f'<PAMDataset><PAMRasterBand band="1">{tag}</PAMRasterBand></PAMDataset>')
    with open_source(path) as source:
        assert "8-bit values unchanged" in source.choices


def test_class_tags_of_impossible_values_are_ignored(make_raster: MakeRaster) -> None:
    path = make_raster("l.tif", bands=1)
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(**{f"CLASS_{'9' * 5000}": "water", "CLASS_2": "road"})
    with open_labels(path) as labels:
        assert labels.classes == {2: "road"}
