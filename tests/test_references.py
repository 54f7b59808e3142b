"""Names in names: layers, sources of VRTs, hosts."""

import logging
from pathlib import Path

import pytest
import rasterio.shutil

import proxyclip_geo as pg
from proxyclip_geo.cli.app import run
from proxyclip_geo.cli.reporter import REPORTER
from proxyclip_geo.errors import OutputError
from proxyclip_geo.files import check_outputs
from proxyclip_geo.raster.dataset import log_hosts
from proxyclip_geo.references import expand_inputs, find_hosts, list_sources, local_file, split_layer

VRT = "<VRTDataset>{}</VRTDataset>"
SOURCE = '<SourceFilename relativeToVRT="{}">{}</SourceFilename>'


def test_a_layer_is_not_part_of_the_file() -> None:
    assert split_layer("a|b.gpkg|layername=c|d") == ("a|b.gpkg", {"layername": "c|d"})
    assert split_layer("a.gpkg|LayerId=0|subset=x=1") == ("a.gpkg", {"layerid": "0", "subset": "x=1"})


@pytest.mark.parametrize(
    "name",
    [
        "{}",
        "file://{}",
        "{}|layername=x",
        "/vsizip/{}/b.tif",
        'NETCDF:"{}":height',
        "GTIFF_DIR:1:{}",
        "vrt://{}?bands=1",
    ],
)
def test_the_file_of_a_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.bin"
    path.touch()
    assert local_file(name.format(path)) == path


@pytest.mark.parametrize(
    ("name", "hosts"),
    [
        ("https://me:secret@example.org:99/a.tif?sig=x", ["example.org"]),
        ("/vsicurl/https://example.org/a.vrt", ["example.org"]),
        ("/vsicurl?max_retry=1&url=https://example.org/a.tif", ["example.org"]),
        ("s3://bucket/a.tif", ["bucket"]),
        ("/vsis3/bucket/a.tif", ["bucket"]),
        ("a.tif", []),
        ("file:///a.tif", []),
        ("https://[/a.tif", []),
        (VRT.format(SOURCE.format(0, "/vsicurl/https://example.org/a.tif")), ["example.org"]),
        (VRT.format(SOURCE.format(0, "&lt;VRTDataset>&lt;SourceFilename>http://b.org/&lt;")), ["b.org"]),
        ("<GDAL_WMS><Service><ServerUrl>https://tiles.org/x</ServerUrl></Service></GDAL_WMS>", ["tiles.org"]),
    ],
)
def test_the_hosts_of_a_name(tmp_path: Path, name: str, hosts: list[str]) -> None:
    assert find_hosts([name, None]) == hosts
    if name.startswith("<"):
        (tmp_path / "a.vrt").write_text(name)
        (tmp_path / "b.vrt").write_text(VRT.format(SOURCE.format(1, "a.vrt")))
        assert find_hosts([tmp_path / "b.vrt"]) == hosts


@pytest.mark.parametrize(
    ("attributes", "name", "beside"),
    [
        ('relativeToVRT="1"', "a/b.tif", True),
        ("shared='0' RELATIVETOVRT = '01'", "a.tif", True),
        ('relativeToVRT="1"', "a/../../b.tif", False),
        ('relativeToVRT="1"', "/a.tif", False),
        ('relativeToVRT="1"', "NETCDF:a.nc:b", False),
        ('relativeToVRT="0"', "a.tif", False),
        ('relativeToX="1"', "a.tif", False),
        ('x-relativeToVRT="1"', "a.tif", False),
        ("", "a.tif", False),
    ],
)
def test_sources_beside_a_vrt(attributes: str, name: str, beside: bool) -> None:
    [source] = list_sources(VRT.format(f"<SourceFilename {attributes}>{name}</SourceFilename>"))
    assert (source.name, source.is_beside) == (name, beside)


def test_virtual_rasters_that_name_each_other(tmp_path: Path) -> None:
    for one, other in ("ab", "ba"):
        (tmp_path / f"{one}.vrt").write_text(VRT.format(SOURCE.format(1, f"{other}.vrt")))
    assert len(list(expand_inputs([tmp_path / "a.vrt"]))) == 2


def test_sources_of_virtual_rasters_are_inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pg.sample("scene.tif", size=64, seed=9)
    Path("scene_truth.tif").rename("map.gpkg")
    rasterio.shutil.copy("map.gpkg", "inner.vrt", driver="VRT")
    Path("truth.vrt").write_text(Path("inner.vrt").read_text().replace("map.gpkg", "inner.vrt"))
    with pytest.raises(OutputError, match="would change the input 'map.gpkg'"):
        pg.vectorize("truth.vrt", "map.gpkg", overwrite=True)
    with pytest.raises(OutputError, match="would change the input 'map.gpkg'"):
        pg.vectorize("scene.tif", "map.gpkg", statistics={"x": "truth.vrt"}, overwrite=True)
    Path("map.gpkg").rename("report.json")
    Path("inner.vrt").write_text(Path("inner.vrt").read_text().replace("map.gpkg", "report.json"))
    pg.encode("scene.tif", out="scene.emb", model="demo")
    with pytest.raises(OutputError, match="would change the input"):
        pg.fit("scene.emb", ["water", "forest"], "truth.vrt", save="report.json", overwrite=True)
    report = pg.evaluate("truth.vrt", "truth.vrt")
    with pytest.raises(OutputError, match="would change the input 'report.json'"):
        report.write("report.json")


def test_an_area_with_a_layer_is_an_input(tmp_path: Path) -> None:
    (tmp_path / "a.gpkg").touch()
    with pytest.raises(OutputError, match="would change the input"):
        check_outputs([tmp_path / "a.gpkg"], inputs=[f"{tmp_path}/a.gpkg|layername=x"])


def test_hosts_are_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "proxyclip_geo.network"):
        log_hosts("/vsicurl/https://me:secret@example.org/a.tif?sig=x")
        log_hosts("a.tif")
    assert caplog.messages == ["https://example.org/a.tif is read from example.org"]


def test_the_command_line_shows_hosts(file_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    notes: list[str] = []
    monkeypatch.setattr(REPORTER, "note", notes.append)
    assert run(["evaluate", f"http://{file_server}/missing.tif", "truth.tif"]) == 3
    assert notes == [f"http://{file_server}/missing.tif is read from 127.0.0.1"]
