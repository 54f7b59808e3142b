import errno
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from affine import Affine
from numpy.typing import NDArray

from proxyclip_geo.errors import OptionError, OutputError
from proxyclip_geo.geobox import GeoBox, parse_crs
from proxyclip_geo.raster import cog
from proxyclip_geo.raster.cog import CogWriter
from proxyclip_geo.raster.cog_file import assemble_cog
from proxyclip_geo.raster.source import open_source
from proxyclip_geo.raster.spec import (
    RasterSpec,
    image_spec,
    label_spec,
    probability_spec,
    score_spec,
)
from proxyclip_geo.raster.styles import ClassStyle
from proxyclip_geo.region import Region

CLASSES = (ClassStyle(1, "water & <ice>", (0, 0, 255)), ClassStyle(4, "forêt", (0, 128, 0)))
NORTH_UP = Affine(0.5, 0, 500_000, 0, -0.5, 5_600_000)


def a_place(
    height: int = 700, width: int = 900, *, crs: str | None = "EPSG:25832", transform: Affine = NORTH_UP
) -> GeoBox:
    return GeoBox((height, width), transform, crs)


def labels_of(height: int = 700, width: int = 900) -> NDArray[np.uint8]:
    rows, cols = np.indices((height, width))
    return np.array([0, 1, 4, 255], dtype=np.uint8)[(rows // 90 + cols // 70) % 4]


def write(path: Path, geobox: GeoBox, spec: RasterSpec, values: NDArray, *, size: int = 333) -> Path:
    with CogWriter(path, geobox, spec=spec) as sink:
        for region in reversed(list(geobox.region.tiles(size))):
            sink.write(region, values[(..., *region.slices_in(geobox.region))])
        return sink.finish()


class TestRoundTrip:
    def test_labels(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a_labels.tif", a_place(), label_spec(CLASSES, tags={"MODEL": "demo"}), labels_of())
        assert sorted(os.listdir(tmp_path)) == ["a_labels.tif", "a_labels.tif.aux.xml"]
        with rasterio.open(path) as dataset:
            np.testing.assert_array_equal(dataset.read(1), labels_of())
            assert (dataset.nodata, dataset.dtypes) == (255, ("uint8",))
            assert dataset.transform == NORTH_UP
            assert dataset.crs.to_epsg() == 25832
            assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            assert dataset.overviews(1) == [2]
            assert dataset.tags().items() >= {"CLASS_1": "water & <ice>", "CLASS_4": "forêt", "MODEL": "demo"}.items()
            colors = dataset.colormap(1)
            assert colors[1] == (0, 0, 255, 255)
            assert colors[4] == (0, 128, 0, 255)
            assert colors[255][3] == 0
        with rasterio.open(path, overview_level=0) as dataset:
            # Mode keeps to labels that exist; an average would make up others.
            assert set(np.unique(dataset.read(1))) == {0, 1, 4, 255}

    def test_gdal_finds_the_class_names(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.tif", a_place(), label_spec(CLASSES), labels_of())
        rasterio.shutil.copy(path, tmp_path / "a.vrt", driver="VRT")
        band = ET.parse(tmp_path / "a.vrt").getroot().find("VRTRasterBand")
        assert [name.text for name in band.iter("Category")] == ["unclassified", "water & <ice>", None, None, "forêt"]
        table = band.find("GDALRasterAttributeTable")
        assert table.get("tableType") == "thematic"
        rows = [[cell.text for cell in row] for row in table.iter("Row")]
        assert rows[1:] == [
            ["1", "water & <ice>", "0", "0", "255", "255"],
            ["4", "forêt", "0", "128", "0", "255"],
        ]
        assert [name.text for name in table.iter("Name")] == ["Value", "Class", "Red", "Green", "Blue", "Alpha"]

    def test_many_labels_take_16_bits(self, tmp_path: Path) -> None:
        classes = [ClassStyle(300, "far", (1, 2, 3))]
        values = np.full((60, 60), 65535, dtype=np.uint16)
        values[:9] = 300
        path = write(tmp_path / "a.tif", a_place(60, 60), label_spec(classes), values)
        with rasterio.open(path) as dataset:
            np.testing.assert_array_equal(dataset.read(1), values)
            assert (dataset.nodata, dataset.dtypes) == (65535, ("uint16",))
            assert dataset.colormap(1)[300] == (1, 2, 3, 255)

    def test_score(self, tmp_path: Path) -> None:
        probability = np.linspace(0, 1, 700 * 900).reshape(700, 900)
        values = np.where(probability > 0.1, np.rint(probability * 100), 255).astype(np.uint8)
        path = write(tmp_path / "score.tif", a_place(), score_spec(), values)
        assert os.listdir(tmp_path) == ["score.tif"]
        with rasterio.open(path) as dataset:
            assert dataset.scales == (0.01,)
            assert dataset.descriptions == ("score",)
            read = dataset.read(1, masked=True)
            assert np.abs(read * dataset.scales[0] - probability).max() <= 0.0051

    @pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32"])
    @pytest.mark.parametrize("names", [("grey",), ("red", "green", "blue"), ("red", "green", "blue", "infrared")])
    def test_images(self, tmp_path: Path, dtype: str, names: tuple[str, ...]) -> None:
        values = np.random.default_rng(0).integers(0, 200, (len(names), 600, 300)).astype(dtype)
        path = write(tmp_path / "i.tif", a_place(600, 300), image_spec(names, dtype=dtype), values)
        with rasterio.open(path) as dataset:
            np.testing.assert_array_equal(dataset.read(), values)
            assert (dataset.nodata, dataset.dtypes[0]) == (None, dtype)
            assert dataset.descriptions == names
            meanings = [meaning.name for meaning in dataset.colorinterp]
            assert meanings[:3] == (["red", "green", "blue"] if len(names) > 1 else ["gray"])
            assert "alpha" not in meanings
        with open_source(path) as source:
            assert source.bands == ((1, 2, 3) if len(names) > 1 else (1, 1, 1))
            assert source.read(source.geobox.region).valid.all()

    @pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
    def test_probabilities_are_no_colors(self, tmp_path: Path, count: int) -> None:
        names = [f"class {band}" for band in range(count)]
        values = np.random.default_rng(0).integers(0, 101, (count, 700, 900), dtype=np.uint8)
        path = write(tmp_path / "p.tif", a_place(), probability_spec(names), values)
        with rasterio.open(path) as dataset:
            np.testing.assert_array_equal(dataset.read(), values)
            assert list(dataset.descriptions) == names
            assert not {"red", "alpha"} & {meaning.name for meaning in dataset.colorinterp}
            assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"

    @pytest.mark.parametrize(
        "crs",
        [
            "EPSG:4326",
            "EPSG:2263",
            "ESRI:54009",
            "+proj=tmerc +lat_0=0 +lon_0=25.3 +ellps=WGS84 +axis=wsu +units=m",
            "+proj=adams_ws2",
            None,
        ],
    )
    @pytest.mark.parametrize(
        "transform",
        [
            NORTH_UP,
            Affine.translation(500_000, 5_600_000) @ Affine.rotation(20) @ Affine.scale(0.4, -0.5),
            Affine(1, 0, 0, 0, -1, 0),
            Affine.identity(),
        ],
    )
    def test_georeference_is_preserved(self, tmp_path: Path, crs: str | None, transform: Affine) -> None:
        geobox = a_place(40, 50, crs=crs, transform=transform)
        path = write(tmp_path / "a.tif", geobox, label_spec(CLASSES), labels_of(40, 50))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            with rasterio.open(path) as dataset:
                assert dataset.transform.almost_equals(transform)
                survived = parse_crs(dataset.crs)
                np.testing.assert_array_equal(dataset.read(1), labels_of(40, 50))
        if crs is None:
            assert survived is None
        elif crs != "+proj=adams_ws2":
            assert survived == geobox.crs
        else:
            # GeoTIFF has no code for this projection; it lives on as PROJ text in the side file.
            assert "adams_ws2" in survived.to_wkt()

    @pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 2000), (513, 1)])
    def test_tiny_and_thin(self, tmp_path: Path, height: int, width: int) -> None:
        values = labels_of(height, width)
        path = write(tmp_path / "a.tif", a_place(height, width), label_spec(CLASSES), values)
        with rasterio.open(path) as dataset:
            np.testing.assert_array_equal(dataset.read(1), values)

    def test_unwritten_blocks_are_nodata(self, tmp_path: Path) -> None:
        with CogWriter(tmp_path / "a.tif", a_place(), spec=label_spec(CLASSES)) as sink:
            sink.write(Region(0, 0, 10, 10), np.ones((10, 10), np.uint8))
            path = sink.finish()
        with rasterio.open(path) as dataset:
            assert (dataset.read(1) == 1).sum() == 100
            assert (dataset.read(1) == 255).sum() == 700 * 900 - 100

    def test_source_reads_written_values(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.tif", a_place(), label_spec(CLASSES), labels_of())
        with open_source(path) as source:
            pixels = source.read(source.geobox.region)
        np.testing.assert_array_equal(pixels.valid, labels_of() != 255)
        assert {tuple(color) for color in pixels.rgb[:, labels_of() == 4].T} == {(0, 128, 0)}


class TestAtomicity:
    def test_an_exception_leaves_nothing(self, tmp_path: Path) -> None:
        def interrupted() -> None:
            with CogWriter(tmp_path / "a.tif", a_place(), spec=label_spec(CLASSES)) as sink:
                sink.write(Region(0, 0, 10, 10), np.ones((10, 10), np.uint8))
                assert not (tmp_path / "a.tif").exists()
                assert all(name.startswith(".") for name in os.listdir(tmp_path))
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert os.listdir(tmp_path) == []

    def test_an_older_file_stays(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.tif", a_place(), label_spec(CLASSES), labels_of())
        before = {name: (tmp_path / name).read_bytes() for name in os.listdir(tmp_path)}
        with CogWriter(path, a_place(), spec=label_spec(CLASSES)) as sink:
            sink.write(Region(0, 0, 10, 10), np.ones((10, 10), np.uint8))
        assert {name: (tmp_path / name).read_bytes() for name in os.listdir(tmp_path)} == before

    def test_replaces_an_older_file_and_its_statistics(self, tmp_path: Path) -> None:
        path = tmp_path / "score.tif"
        write(path, a_place(), score_spec(), np.full((700, 900), 3, np.uint8))
        (tmp_path / "score.tif.aux.xml").write_text("<PAMDataset/>")
        write(path, a_place(), score_spec(), np.full((700, 900), 50, np.uint8))
        assert os.listdir(tmp_path) == ["score.tif"]
        with rasterio.open(path) as dataset:
            assert dataset.read(1).min() == 50

    def test_a_failed_finish_keeps_the_older_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = write(tmp_path / "a.tif", a_place(), label_spec(CLASSES), labels_of())
        before = path.read_bytes()

        def fail(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(cog, "assemble_cog", fail)
        with pytest.raises(OutputError, match="disk is full"):
            write(path, a_place(), label_spec(CLASSES), labels_of())
        assert path.read_bytes() == before
        assert len(os.listdir(tmp_path)) == 2

    @pytest.mark.parametrize("end", ["no data", "half a directory", "half the tiles"])
    def test_a_tile_that_was_not_written_is_detected(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
    ) -> None:
        def damage(path: Path, levels: list[Path]) -> None:
            whole = levels[0].stat().st_size
            os.truncate(levels[0], {"no data": 0, "half a directory": 12, "half the tiles": whole // 2}[end])
            assemble_cog(path, levels)

        monkeypatch.setattr(cog, "assemble_cog", damage)
        noise = np.random.default_rng(0).integers(0, 100, (700, 900), np.uint8)
        with pytest.raises(OutputError, match="not written correctly"):
            write(tmp_path / "a.tif", a_place(), score_spec(), noise)
        assert os.listdir(tmp_path) == []


class TestBadOutput:
    def test_directory_that_is_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(OutputError, match="cannot write"):
            CogWriter(tmp_path / "file" / "a.tif", a_place(), spec=score_spec())

    def test_not_writable(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        # Permissions do not bind root, who runs tests in containers.
        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(tmp_path))

        monkeypatch.setattr(Path, "mkdir", refuse)
        with pytest.raises(OutputError, match="your permission to write"):
            CogWriter(tmp_path / "a.tif", a_place(), spec=score_spec())

    @pytest.mark.parametrize("limit", [300_000, 800_000])
    def test_too_little_space(self, tmp_path: Path, limit: int) -> None:
        """A limit on file size acts like a full disk; the process it binds must be another one."""
        pytest.importorskip("resource")
        script = """
import resource, signal, sys
import numpy as np
from affine import Affine
from proxyclip_geo.errors import OutputError
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.raster import cog
from proxyclip_geo.raster.cog import CogWriter
from proxyclip_geo.raster.cog_file import assemble_cog
from proxyclip_geo.raster.spec import score_spec

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
geobox = GeoBox((1000, 1000), (1, 0, 5e5, 0, -1, 5e6), None)
noise = np.random.default_rng(0).integers(0, 100, (1000, 1000), dtype=np.uint8)
try:
    with CogWriter(sys.argv[1] + "/a.tif", geobox, spec=score_spec()) as sink:
        for region in geobox.region.tiles(250):
            sink.write(region, noise[region.slices_in(geobox.region)])
        sink.finish()
except OutputError as error:
    sys.exit(f"OutputError: {error}")
"""
        run = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path), str(limit)], capture_output=True, text=True, check=False
        )
        assert run.returncode == 1
        assert "OutputError" in run.stderr
        assert "cannot write" in run.stderr
        assert os.listdir(tmp_path) == []

    def test_a_full_disk_is_reported(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object, **__: object) -> None:
            raise rasterio.errors.RasterioIOError("TIFFAppendToStrip:Write error")

        usage = shutil.disk_usage(tmp_path)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
        monkeypatch.setattr(cog, "assemble_cog", fail)
        with pytest.raises(OutputError, match="disk is full.*free some"):
            write(tmp_path / "a.tif", a_place(), label_spec(CLASSES), labels_of())

    @pytest.mark.parametrize(
        ("region", "array"),
        [
            (Region(0, 0, 5, 5), np.zeros((5, 4), np.uint8)),
            (Region(0, 0, 5, 5), np.zeros((5, 5), np.int64)),
            (Region(0, 0, 5, 5), np.zeros((2, 5, 5), np.uint8)),
            (Region(-1, 0, 5, 5), np.zeros((5, 5), np.uint8)),
            (Region(696, 0, 5, 5), np.zeros((5, 5), np.uint8)),
        ],
    )
    def test_blocks_that_do_not_fit(self, tmp_path: Path, region: Region, array: NDArray) -> None:
        with CogWriter(tmp_path / "a.tif", a_place(), spec=score_spec()) as sink, pytest.raises(OutputError):
            sink.write(region, array)


class TestSpecs:
    def test_label_types(self) -> None:
        def of(value: int) -> tuple[str, int]:
            spec = label_spec([ClassStyle(value, "x", (0, 0, 0))])
            return spec.dtype, spec.nodata

        assert of(254) == ("uint8", 255)
        assert of(255) == ("uint16", 65535)
        assert of(65534) == ("uint16", 65535)

    @pytest.mark.parametrize("values", [(1, 1), (-1,), (65535,)])
    def test_impossible_values(self, values: tuple[int, ...]) -> None:
        with pytest.raises(OptionError, match="label value"):
            label_spec([ClassStyle(value, "x", (0, 0, 0)) for value in values])


def test_a_relative_path_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make: Callable[..., Path] = write
    assert make(Path("a.tif"), a_place(), label_spec(CLASSES), labels_of()).exists()
