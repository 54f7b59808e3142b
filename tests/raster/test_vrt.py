"""VRTs and STAC items read what their users expect, and nothing else of this machine."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import rasterio
import rasterio.shutil

from proxyclip_geo.errors import RasterError
from proxyclip_geo.raster.find_rasters import find_rasters
from proxyclip_geo.raster.source import open_source
from proxyclip_geo.region import Region


@pytest.fixture
def folder(make_raster: Any, tmp_path: Path) -> Path:
    """A raster, VRTs that name it relatively and absolutely, and a VRT of the latter."""
    make_raster("a.tif").rename(tmp_path / "a.tif")
    rasterio.shutil.copy(tmp_path / "a.tif", tmp_path / "beside.vrt", driver="VRT")
    text = (tmp_path / "beside.vrt").read_text()
    (tmp_path / "local.vrt").write_text(text.replace('relativeToVRT="1">a.tif', f'relativeToVRT="0">{tmp_path}/a.tif'))
    (tmp_path / "sly.vrt").write_text(text.replace(">a.tif", f">{tmp_path}/a.tif"))
    (tmp_path / "nested.vrt").write_text(text.replace(">a.tif", ">local.vrt"))
    return tmp_path


def test_a_remote_vrt_reads_files_beside_it_only(folder: Path, file_server: str) -> None:
    with open_source(f"http://{file_server}/beside.vrt") as source:
        assert source.read(Region(0, 0, 9, 9)).valid.all()
    for name in ("local", "sly", "nested"):
        with pytest.raises(RasterError, match="names a file of this machine"):
            open_source(f"http://{file_server}/{name}.vrt")


def test_a_local_vrt_reads_any_file(folder: Path) -> None:
    for name in ("beside", "local", "sly", "nested"):
        with open_source(folder / f"{name}.vrt") as source:
            assert source.read(Region(0, 0, 9, 9)).valid.all()


def test_raw_bands_are_files_beside_the_vrt(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("secret") / "secret.bin"
    band = (
        '<VRTRasterBand dataType="Byte" band="1" subClass="VRTRawRasterBand">'
        '<SourceFilename relativeToVRT="{}">{}</SourceFilename><PixelOffset>1</PixelOffset><LineOffset>4</LineOffset>'
        "</VRTRasterBand>"
    )
    for path, beside in ((secret, 0), (folder / "raw.bin", 1)):
        path.write_bytes(bytes(range(1, 17)))
        text = band.format(beside, path.name if beside else path)
        (folder / "raw.vrt").write_text(f'<VRTDataset rasterXSize="4" rasterYSize="4">{text}</VRTDataset>')
        if beside:
            with pytest.warns(UserWarning, match="not georeferenced"), open_source(folder / "raw.vrt") as source:
                assert source.geobox.shape == (4, 4)
        else:
            with pytest.raises(RasterError):
                open_source(folder / "raw.vrt")
            (folder / "raw.vrt").write_text(
                (folder / "raw.vrt").read_text().replace(str(path), f"../{path.parent.name}/x")
            )
            with pytest.raises(RasterError):
                open_source(folder / "raw.vrt")


def test_a_vrt_runs_no_python(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GDAL_VRT_ENABLE_PYTHON", "YES")
    code = f"import pathlib\ndef run(*_, **__):\n    pathlib.Path('{folder}/hacked').touch()"
    text = (folder / "beside.vrt").read_text()
    function = (
        ' subClass="VRTDerivedRasterBand"><PixelFunctionType>run</PixelFunctionType><PixelFunctionLanguage>Python'
        f"</PixelFunctionLanguage><PixelFunctionCode><![CDATA[{code}]]></PixelFunctionCode>"
    )
    (folder / "code.vrt").write_text(re.sub(r"(<VRTRasterBand [^>]*)>", lambda found: found[1] + function, text))
    with pytest.raises(RasterError), open_source(folder / "code.vrt") as source:
        source.read(source.geobox.region)
    assert not (folder / "hacked").exists()


def test_a_stac_item_from_the_network_names_no_local_file(tmp_path: Path) -> None:
    item: dict[str, Any] = {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": "../../scene",
        "geometry": None,
        "properties": {"datetime": "2024-01-01T00:00:00Z"},
        "links": [{"rel": "self", "href": "https://example.org/items/scene.json"}],
        "assets": {"image": {"href": "./scene.tif"}},
    }
    path = tmp_path / "item.json"
    path.write_text(json.dumps(item))
    assert find_rasters(path) == ("https://example.org/items/scene.tif",)
    path.write_text(json.dumps({**item, "assets": {"image": {"href": "/etc/scene.tif"}}}))
    assert find_rasters(path) == ("https://example.org/etc/scene.tif",)
    path.write_text(json.dumps({**item, "assets": {"image": {"href": "file:///etc/scene.tif"}}}))
    with pytest.raises(RasterError, match="names a file of this machine"):
        find_rasters(path)


@pytest.mark.parametrize("depth", [1, 2])
def test_a_missing_source_is_named(folder: Path, depth: int) -> None:
    (folder / "a.tif").unlink()
    with pytest.raises(RasterError, match=r"names a file that does not exist, '.*a\.tif'; restore it"):
        open_source(folder / ("beside.vrt" if depth == 1 else "nested.vrt"))


@pytest.mark.parametrize("content", [b"", b"no raster"])
@pytest.mark.parametrize("name", ["beside", "nested"])
def test_a_damaged_source_is_an_error(folder: Path, name: str, content: bytes) -> None:
    (folder / "a.tif").write_bytes(content)
    with pytest.raises(RasterError, match=r"a\.tif"), open_source(folder / f"{name}.vrt") as source:
        source.read(source.geobox.region)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
def test_a_pipe_as_source_does_not_wait(folder: Path) -> None:
    (folder / "a.tif").unlink()
    os.mkfifo(folder / "a.tif")
    with pytest.raises(RasterError, match=r"a source of raster .* is a device or pipe"):
        open_source(folder / "nested.vrt")


def test_a_changed_source_is_noticed(folder: Path) -> None:
    with open_source(folder / "nested.vrt") as source:
        before = source.fingerprint()
        assert source.fingerprint() == before
        os.utime(folder / "a.tif", ns=(1, 1))
        with pytest.raises(RasterError, match=r"a\.tif was changed or removed while it was read"):
            source.read(Region(0, 0, 9, 9))
    with open_source(folder / "nested.vrt") as source:
        after = source.fingerprint()
    assert {key for key in before if before[key] != after[key]} == {"sources_sha256"}
