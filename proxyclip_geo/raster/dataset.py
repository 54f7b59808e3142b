"""Open rasters through GDAL, with its settings."""

import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyproj
import rasterio
from numpy.typing import NDArray
from rasterio._err import CPLE_BaseError
from rasterio.enums import Resampling
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from proxyclip_geo.errors import WARNINGS_LOCK, RasterError, change_filters, strip_credentials
from proxyclip_geo.raster.names import is_remote, show_name
from proxyclip_geo.raster.open_errors import check_name, choose_inside, explain, find_reason
from proxyclip_geo.raster.vrt import check_vrt
from proxyclip_geo.references import REMOTE, find_hosts
from proxyclip_geo.region import Region

# The command line shows it.
network_log = logging.getLogger("proxyclip_geo.network")

# Cache of decoded tiles; GDAL's default is a share of the memory. Blocks are read once: a larger one gains nothing.
_CACHE_BYTES = 64 << 20
_STRIP_CACHE_BYTES = 16 << 20
# GDAL returns no error where its own threads, or its fast path for PNG, cannot read a file.
_READING = {
    "GDAL_NUM_THREADS": "1",
    "GDAL_PNG_WHOLE_IMAGE_OPTIM": "NO",
    "GTIFF_IGNORE_READ_ERRORS": "NO",
    # Leave no file beside a .gz file.
    "CPL_VSIL_GZIP_WRITE_PROPERTIES": "NO",
    # A VRT runs no Python code, and reads raw bytes only of files beside it; older versions of GDAL lack the latter.
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GDAL_VRT_RAWRASTERBAND_ALLOWED_SOURCE": "SIBLING_OR_CHILD_OF_VRT_PATH",
}
_REMOTE_READING: dict[str, Any] = {
    # Probe for side files one by one rather than list a bucket; cache what was fetched; retry after an error.
    "GDAL_DISABLE_READDIR_ON_OPEN": "TRUE",
    "GDAL_HTTP_MAX_RETRY": 3,
    "GDAL_HTTP_RETRY_DELAY": 1,
    "VSI_CACHE": True,
    # Forget a file when it is closed: it may be another the next time.
    "CPL_VSIL_CURL_NON_CACHED": ":".join(REMOTE),
    # Fail if less than 1 byte per second arrives during a minute.
    "GDAL_HTTP_LOW_SPEED_LIMIT": 1,
    "GDAL_HTTP_LOW_SPEED_TIME": 60,
}
# Drivers that return zeros beyond the end of a file.
_RAW_DRIVERS = {"ENVI", "EHdr", "PAux", "ISCE", "ROI_PAC", "GenBin"}


def environment(name: str = "", *, cache_bytes: int = _CACHE_BYTES) -> rasterio.Env:
    """Return GDAL settings for reading a raster, in force inside a `with`.

    Args:
        name: GDAL's name of the raster.
        cache_bytes: Size of the cache of decoded tiles.
    """
    options: dict[str, Any] = {**_READING, "GDAL_CACHEMAX": cache_bytes}
    return rasterio.Env(**options, **(_REMOTE_READING if is_remote(name) else {}))


def writing_environment() -> rasterio.Env:
    """Return GDAL settings for writing a raster, in force inside a `with`."""
    return rasterio.Env(GDAL_NUM_THREADS="ALL_CPUS", GDAL_CACHEMAX=_CACHE_BYTES)


def strip_environment(dataset: Any) -> rasterio.Env:
    """Return GDAL settings for reading a raster in strips: two rows of tiles are cached, so that none is decoded twice.

    Args:
        dataset: An open rasterio dataset.
    """
    rows = max(shape[0] for shape in dataset.block_shapes)
    return environment(dataset.name, cache_bytes=max(_STRIP_CACHE_BYTES, 2 * rows * _row_bytes(dataset)))


@contextmanager
def ignore_missing_georeference() -> Iterator[None]:
    """Ignore rasterio's warning about a missing georeference; rasterio changes filters in `rasterize`, too."""
    with change_filters():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        yield


@contextmanager
def _ignore_undecoded_messages() -> Iterator[None]:
    """Print nothing where rasterio cannot log a message of GDAL that is not UTF-8; the error itself is raised."""
    with WARNINGS_LOCK:
        print_error, print_ignored = sys.excepthook, sys.unraisablehook

        def filter_error(kind: type[BaseException], *details: Any) -> None:
            if kind is not UnicodeDecodeError:
                print_error(kind, *details)

        def filter_ignored(details: Any) -> None:
            if details.exc_type is not UnicodeDecodeError:
                print_ignored(details)

        sys.excepthook, sys.unraisablehook = filter_error, filter_ignored
        try:
            yield
        finally:
            sys.excepthook, sys.unraisablehook = print_error, print_ignored


def read_tags(dataset: Any, band: int = 0, *, ns: str | None = None) -> dict[str, str]:
    """Return the tags of a raster or of one of its bands; none if they are not UTF-8."""
    try:
        return dict(dataset.tags(band, ns=ns))
    except UnicodeDecodeError:
        return {}


def read_descriptions(dataset: Any) -> tuple[str, ...]:
    """Return the description of each band; empty texts if they are missing or not UTF-8."""
    try:
        return tuple(str(text or "") for text in dataset.descriptions)
    except UnicodeDecodeError:
        return tuple("" for _ in dataset.indexes)


def log_hosts(name: str) -> None:
    """Log in one line which hosts are contacted to read a raster or vector file."""
    hosts = find_hosts([name])
    if hosts:
        network_log.info("%s is read from %s", strip_credentials(show_name(name)), ", ".join(hosts))


def open_dataset(name: str, *, check_sources: bool = True, **options: Any) -> Any:
    """Open a raster for reading, without rasterio's warning about a missing georeference.

    Args:
        name: GDAL's name of the raster.
        check_sources: Whether to check the sources of a VRT; no need if it was open and is watched since.
        **options: Open options, e.g. `overview_level`.

    Raises:
        RasterError: If it is missing, unreadable, not a raster or has no bands.
    """
    check_name(name)
    try:
        # rasterio compares the nodata value with the limits of the type.
        with environment(name), ignore_missing_georeference(), _ignore_undecoded_messages(), np.errstate(over="ignore"):
            dataset = rasterio.open(name, sharing=False, **options)
    except (RasterioError, OSError, ValueError) as error:
        raise RasterError(explain(name, error)) from error
    try:
        if dataset.count == 0:
            raise RasterError(f"raster {show_name(name)} has no bands", remedy=choose_inside(dataset.subdatasets))
        if check_sources and dataset.driver == "VRT":
            with environment(name):
                check_vrt(dataset, name=name)
        if dataset.driver in _RAW_DRIVERS:
            _check_size(dataset, name)
    except (RasterioError, UnicodeDecodeError) as error:
        dataset.close()
        raise RasterError(explain(name, error)) from error
    except RasterError:
        dataset.close()
        raise
    return dataset


def _check_size(dataset: Any, name: str) -> None:
    if os.path.isfile(name):
        size, least = os.stat(name).st_size, dataset.height * _row_bytes(dataset)
        if size < least:
            raise RasterError(f"raster {name} is cut short: it has {size:,} of {least:,} bytes; copy it again")


def _row_bytes(dataset: Any) -> int:
    """Return the bytes of a row of all bands, without those of integer complex types."""
    sizes = (np.dtype(kind).itemsize for kind in dataset.dtypes if not kind.startswith("complex_"))
    size: int = dataset.width * sum(sizes)
    return size


def common_type(dataset: Any, bands: tuple[int, ...]) -> "np.dtype[Any]":
    """Return the type that holds the values of all bands of a raster."""
    return np.result_type(*(np.dtype(dataset.dtypes[band - 1]) for band in bands))


def read_layers(
    dataset: Any,
    bands: tuple[int, ...],
    *,
    window: Window | None = None,
    shape: tuple[int, int] | None = None,
    masks: bool = False,
) -> NDArray[Any]:
    """Read (C, H, W) values of bands, which may have several types, or their masks.

    Args:
        dataset: An open rasterio dataset.
        bands: Band numbers, from 1.
        window: Pixels to read; all if not given.
        shape: (height, width) to decimate to by nearest neighbour; the window's if not given.
        masks: Whether to read the masks, 0 where invalid.
    """
    if not masks and len({dataset.dtypes[band - 1] for band in bands}) > 1:
        layers = [read_layers(dataset, (band,), window=window, shape=shape) for band in bands]
        return np.concatenate(layers, dtype=common_type(dataset, bands))
    read = dataset.read_masks if masks else dataset.read
    out_shape = None if shape is None else (len(bands), *shape)
    values: NDArray[Any] = read(list(bands), window=window, out_shape=out_shape, resampling=Resampling.nearest)
    return values


def to_window(region: Region) -> Window:
    """Return the rasterio window of a region."""
    return Window(region.left, region.top, region.width, region.height)


def read_region(dataset: Any, region: Region, *, name: str, band: int = 1, masks: bool = False) -> NDArray[Any]:
    """Read the values of a band in a region, or its mask.

    Args:
        dataset: An open rasterio dataset.
        region: Pixels of the dataset, inside it.
        name: Raster name in error messages.
        band: Number of the band, from 1.
        masks: Whether to read the mask, 0 where invalid.

    Returns:
        (H, W) values.

    Raises:
        RasterError: If the pixels cannot be decoded.
    """
    try:
        values: NDArray[Any] = (dataset.read_masks if masks else dataset.read)(band, window=to_window(region))
    except (RasterioError, CPLE_BaseError, OSError, UnicodeDecodeError) as error:
        raise RasterError(
            f"{name} cannot be read in rows {region.top}–{region.bottom}, columns {region.left}–{region.right} "
            f"({find_reason(error)}); the file may be damaged: copy or create it again"
        ) from error
    return values


def to_rasterio(crs: pyproj.CRS | None) -> Any:
    """Convert pyproj's CRS to rasterio's; None stays None."""
    return None if crs is None else rasterio.CRS.from_wkt(crs.to_wkt())
