"""A file that is replaced is noticed, also on a server."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from proxyclip_geo.errors import RasterError
from proxyclip_geo.raster.file_status import FileWatch
from proxyclip_geo.raster.source import open_source
from proxyclip_geo.region import Region

MakeRaster = Callable[..., Path]


def test_status_of_a_url(make_raster: MakeRaster, file_server: str) -> None:
    path = make_raster()
    status = FileWatch(f"/vsicurl/http://{file_server}/scene.tif?sig=1").status
    assert status["bytes"] == path.stat().st_size
    assert status["etag"] == f'"{path.stat().st_mtime_ns:x}"'
    unknown = {"bytes": None, "modified_ns": None, "etag": None}
    assert FileWatch(f"/vsicurl/http://{file_server}/none.tif").status == unknown


def test_a_replaced_url_is_read_anew(make_raster: MakeRaster, file_server: str) -> None:
    fingerprints = []
    for value in (7, 9):
        make_raster(data=np.full((3, 400, 500), value, np.uint8))
        with open_source(f"http://{file_server}/scene.tif", check=False) as source:
            assert source.read(source.geobox.region).rgb.max() == value
            fingerprints.append(source.fingerprint())
    assert {key for key in fingerprints[0] if fingerprints[0][key] != fingerprints[1][key]} == {"etag"}


def test_a_url_that_changes_while_it_is_read_is_an_error(
    make_raster: MakeRaster, file_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_raster()
    with open_source(f"http://{file_server}/scene.tif") as source:
        source.read(Region(0, 0, 9, 9))
        make_raster()
        monkeypatch.setattr("proxyclip_geo.raster.file_status._AGE", 0.0)
        with pytest.raises(RasterError, match=r"scene\.tif was changed or removed while it was read"):
            source.read(Region(0, 0, 9, 9))


def test_a_server_that_does_not_answer_changes_nothing(
    make_raster: MakeRaster, file_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_raster()
    monkeypatch.setattr("proxyclip_geo.raster.file_status._AGE", 0.0)
    watch = FileWatch(f"/vsicurl/http://{file_server}/scene.tif")
    assert watch.find_changed() is None
    (tmp_path / "scene.tif").unlink()
    assert watch.find_changed() is None


def test_sources_of_a_vrt_on_a_server(make_raster: MakeRaster, file_server: str) -> None:
    make_raster()
    sources = [f"/vsicurl/http://me:secret@{file_server}/scene.tif", f"/vsicurl/http://{file_server}/scene.tif"]
    before = FileWatch("a.vrt", sources).sources_sha256
    assert FileWatch("a.vrt", sources).sources_sha256 == before
    make_raster()
    assert FileWatch("a.vrt", sources).sources_sha256 != before
