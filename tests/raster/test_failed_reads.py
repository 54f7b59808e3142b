"""A read that failed is an error, never pixels."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio.shutil

import proxyclip_geo as pg
from proxyclip_geo.errors import RasterError
from proxyclip_geo.raster import dataset
from proxyclip_geo.raster.source import open_source

pytestmark = pytest.mark.enable_socket
MakeRaster = Callable[..., Path]
NOISE = np.random.default_rng(0).integers(1, 255, (3, 1200, 1000), dtype=np.uint8)
LAYOUTS: dict[str, dict[str, Any]] = {
    "strips": {},
    "bands": {"interleave": "band"},
    "tiles": {"tiled": True},
    "deflate": {"tiled": True, "compress": "deflate"},
    "jpeg": {"tiled": True, "compress": "jpeg", "photometric": "ycbcr"},
}


@contextmanager
def serve(path: Path, *, fault: str) -> Iterator[str]:
    """Yield the URL of a file on a server with a fault."""
    script = Path(__file__).with_name("faulty_server.py")
    with subprocess.Popen([sys.executable, script, path, fault], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{server.stdout.readline().strip()}/{path.name}"
        finally:
            server.kill()


def read_in_strips(name: str | Path) -> np.ndarray:
    with open_source(name) as source:
        region = source.geobox.region
        strips = region.tiles(300)
        out = np.zeros((3, *region.shape), np.uint8)
        for strip in strips:
            pixels = source.read(strip)
            assert pixels.valid.all()
            out[(slice(None), *strip.slices_in(region))] = pixels.rgb
        return out


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_url_is_read_whole(make_raster: MakeRaster, layout: str) -> None:
    path = make_raster(data=NOISE, **LAYOUTS[layout])
    with serve(path, fault="none") as url:
        np.testing.assert_array_equal(read_in_strips(url), read_in_strips(path))


@pytest.mark.parametrize("fault", ["403", "404", "range-ignored", "cut"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_failed_request_is_an_error(make_raster: MakeRaster, layout: str, fault: str) -> None:
    path = make_raster(data=NOISE, **LAYOUTS[layout])
    with serve(path, fault=fault) as url, pytest.raises(RasterError, match=r"scene\.tif cannot be"):
        read_in_strips(url)


def test_a_server_without_ranges_is_an_error(make_raster: MakeRaster) -> None:
    with (
        serve(make_raster(data=NOISE), fault="no-range") as url,
        pytest.raises(RasterError, match=r"scene\.tif cannot be opened.*Range downloading not supported"),
    ):
        open_source(url)


def test_an_error_of_the_server_is_an_error_after_retries(
    make_raster: MakeRaster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(dataset._REMOTE_READING, "GDAL_HTTP_RETRY_DELAY", 0.01)
    with (
        serve(make_raster(data=NOISE), fault="500") as url,
        pytest.raises(RasterError, match=r"cannot be read in rows"),
    ):
        read_in_strips(url)


def test_a_run_over_a_failing_server_names_file_and_block(make_raster: MakeRaster, tmp_path: Path) -> None:
    path = make_raster(data=NOISE[:, :400, :300])
    with (
        serve(path, fault="403") as url,
        pytest.raises(RasterError, match=r"block \d.* failed: .*scene\.tif cannot be read in rows"),
    ):
        pg.segment(url, ["water", "forest"], out=tmp_path, model="demo", options=pg.SegmentOptions(block_size=256))


@pytest.mark.parametrize("missing", [0.4, 0.001])
@pytest.mark.parametrize("kind", [*LAYOUTS, "PNG", "JPEG", "JP2OpenJPEG", "ENVI", "BMP", "WEBP"])
def test_a_file_cut_short_is_an_error(make_raster: MakeRaster, tmp_path: Path, kind: str, missing: float) -> None:
    path = make_raster(data=NOISE, **LAYOUTS.get(kind, {}))
    if kind not in LAYOUTS:
        path = tmp_path / f"copy.{kind.lower()}"
        rasterio.shutil.copy(tmp_path / "scene.tif", path, driver=kind)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * (1 - missing))])
    with pytest.raises(RasterError, match=path.name):
        read_in_strips(path)
