"""Fixtures that several parts of the package share."""

import atexit
import io
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from affine import Affine
from hypothesis import settings
from numpy.typing import NDArray
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp, Resampling

from proxyclip_geo.cli.app import run
from proxyclip_geo.cli.reporter import REPORTER, Reporter

# Words that other runs have encoded, on this machine or in earlier tests, would hide faults.
os.environ["PROXYCLIP_GEO_CACHE"] = tempfile.mkdtemp(prefix="proxyclip_geo_tests_")
atexit.register(shutil.rmtree, os.environ["PROXYCLIP_GEO_CACHE"], ignore_errors=True)
# The client of the hub would try again for half a minute, and a blocked socket is not the error of a missing network.
os.environ["HF_HUB_OFFLINE"] = "1"

# No test depends on the time that it takes.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

NORTH_UP = Affine(0.5, 0, 500_000, 0, -0.5, 5_600_000)
SHARED = Path(__file__).parents[2] / "shared"


def coordinates(height: int, width: int, *, bands: int = 3, dtype: str = "uint8") -> NDArray[Any]:
    """Return (bands, H, W) values that tell where they are: no value is 0, or 255 in 8 bits.

    Band 1 counts columns, band 2 rows, band 3 the wraps of both; further bands mix them.
    """
    rows, cols = np.indices((height, width))
    layers = [cols % 251, rows % 241, cols // 251 + 16 * (rows // 241)]
    layers += [3 * cols + band * rows for band in range(3, bands)]
    pixels = 1 + np.stack(layers[:bands]) % 253
    return (pixels if dtype == "uint8" else pixels * 8).astype(dtype)


def write_raster(
    path: Path,
    *,
    data: NDArray[Any] | None = None,
    height: int = 40,
    width: int = 50,
    bands: int = 3,
    dtype: str = "uint8",
    crs: str | None = "EPSG:25832",
    transform: Affine = NORTH_UP,
    nodata: float | None = None,
    alpha: NDArray[np.integer] | None = None,
    mask: NDArray[np.bool_] | None = None,
    colorinterp: Sequence[ColorInterp] | None = None,
    overviews: Sequence[int] = (),
    overview_resampling: Resampling = Resampling.average,
    gcps: Sequence[GroundControlPoint] = (),
    driver: str = "GTiff",
    **options: Any,
) -> Path:
    """Write a raster.

    Args:
        path: Where to; missing directories are made.
        data: (C, H, W) values; `coordinates` if not given, and then of height, width, bands and dtype.
        height: Rows.
        width: Columns.
        bands: Number of bands without alpha.
        dtype: Type of the values.
        crs: CRS, or None for a raster without.
        transform: Georeference; the identity writes none.
        nodata: No-data value.
        alpha: (H, W) values of an alpha band to append.
        mask: (H, W) for an internal mask, True where there is data.
        colorinterp: Meaning of each band; GDAL's choice if not given.
        overviews: Factors of internal overviews.
        overview_resampling: How they are made.
        gcps: Ground control points in `crs`, in place of the transform.
        driver: GDAL driver; what cannot create goes through a GeoTIFF.
        **options: Creation options.
    """
    values = coordinates(height, width, bands=bands, dtype=dtype) if data is None else np.asarray(data)
    if alpha is not None:
        values = np.concatenate([values, alpha[None].astype(values.dtype)])
        options.setdefault("photometric", "RGB" if values.shape[0] == 4 else "MINISBLACK")
        options.setdefault("alpha", "YES")
    path.parent.mkdir(parents=True, exist_ok=True)
    direct = driver == "GTiff"
    target = path if direct else path.with_name(path.name + ".draft.tif")
    georeference = {"gcps": list(gcps)} if gcps else {"transform": transform}
    with warnings.catch_warnings(), rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(
            target,
            "w",
            driver="GTiff",
            count=values.shape[0],
            height=values.shape[1],
            width=values.shape[2],
            dtype=values.dtype,
            crs=crs,
            nodata=nodata,
            **georeference,
            **(options if direct else {}),
        ) as dataset:
            if colorinterp is not None:
                dataset.colorinterp = colorinterp
            dataset.write(values)
            if mask is not None:
                dataset.write_mask(mask)
        if overviews:
            with rasterio.open(target, "r+") as dataset:
                dataset.build_overviews(list(overviews), overview_resampling)
        if not direct:
            rasterio.shutil.copy(target, path, driver=driver, **options)
            rasterio.shutil.delete(target)
    return path


@pytest.fixture
def make_raster(tmp_path: Path) -> Callable[..., Path]:
    """Return `write_raster`, with paths relative to the test's own directory and "scene.tif" for default."""

    def make(path: str | Path = "scene.tif", **options: Any) -> Path:
        return write_raster(tmp_path / path, **options)

    return make


@pytest.fixture(scope="session")
def coordinate_pixels() -> Callable[..., NDArray[Any]]:
    """Return `coordinates`: what `make_raster` puts into rasters without data of their own."""
    return coordinates


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the directory with the golden data and the real rasters; only for tests marked `shared`."""
    assert SHARED.is_dir(), f"{SHARED} is missing; run pytest with -m 'not shared' where it cannot be had"
    return SHARED


def run_command_line(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line in this process, on a terminal without colours that is wide enough for whole sentences."""
    out, err = io.StringIO(), io.StringIO()
    command = [str(argument) for argument in arguments]
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err), chdir(cwd or Path()):
        patch.setenv("COLUMNS", "300")
        patch.setenv("NO_COLOR", "1")
        for name, value in vars(Reporter()).items():
            patch.setattr(REPORTER, name, value)
        code = run(command)
    return subprocess.CompletedProcess(command, code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def run_cli() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return `run_command_line`: a process of its own would import everything anew, which takes seconds."""
    return run_command_line


@pytest.fixture
def file_server(socket_enabled: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return host and port of a server that sends the files of `tmp_path`, with ranges and ETags."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    script = Path(__file__).with_name("file_server.py")
    with subprocess.Popen([sys.executable, script, tmp_path], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield f"127.0.0.1:{server.stdout.readline().strip()}"
        server.kill()
