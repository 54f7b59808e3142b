"""Open rasters through GDAL: names of paths and URLs, GDAL settings, and errors."""

import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import rasterio
from numpy.typing import NDArray
from rasterio._err import CPLE_BaseError
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from proxyclip_geo.errors import RasterError, strip_credentials
from proxyclip_geo.files import safe_stem
from proxyclip_geo.raster.vrt import REMOTE, check_vrt
from proxyclip_geo.region import Region

# GDAL's own file systems; rasterio's handling of s3:// needs boto3.
_FILE_SYSTEMS = {"s3": "/vsis3/", "gs": "/vsigs/", "az": "/vsiaz/"}
# Cache of decoded tiles; GDAL's default is a share of the memory. Blocks are read once: a larger one gains nothing.
_CACHE_BYTES = 64 << 20
_STRIP_CACHE_BYTES = 16 << 20
_WARNINGS_LOCK = threading.RLock()
# GDAL returns no error where its own threads, or its fast path for PNG, cannot read a file.
_READING = {
    "GDAL_NUM_THREADS": "1",
    "GDAL_PNG_WHOLE_IMAGE_OPTIM": "NO",
    "GTIFF_IGNORE_READ_ERRORS": "NO",
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
    # Fail if less than 1 byte per second arrives during a minute.
    "GDAL_HTTP_LOW_SPEED_LIMIT": 1,
    "GDAL_HTTP_LOW_SPEED_TIME": 60,
}
# Drivers that return zeros beyond the end of a file.
_RAW_DRIVERS = {"ENVI", "EHdr", "PAux", "ISCE", "ROI_PAC", "GenBin"}
_WEB = {"http", "https", "ftp"}


def gdal_name(path: str | Path) -> str:
    """Return GDAL's name of a path or URL; GDAL names (/vsi…, NETCDF:…) are returned unchanged."""
    text = str(path)
    scheme, separator, rest = text.partition("://")
    scheme = scheme.lower()
    if not separator:
        return text
    if scheme in _WEB:
        return f"/vsicurl/{text}"
    if scheme == "file":
        return rest
    return _FILE_SYSTEMS[scheme] + rest if scheme in _FILE_SYSTEMS else text


def is_remote(name: str) -> bool:
    """Whether a GDAL name is read over the network."""
    return name.startswith(REMOTE)


def stem_of(path: str | Path) -> str:
    """Return the stem of output names: the last part of a path or URL, without suffix and query, as `safe_stem`.

    Example:
        >>> stem_of("https://example.org/tiles/scene.tif?key=1")
        'scene'
    """
    last = re.split(r"[/\\]", strip_credentials(str(path)).split("?")[0].rstrip("/\\"))[-1]
    return safe_stem(Path(last).stem)


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
    """Ignore rasterio's warning about a missing georeference, in one thread at a time.

    `warnings.catch_warnings` changes the filters of all threads. rasterio uses it in `rasterize`, too.
    """
    with _WARNINGS_LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        yield


def open_dataset(name: str, **options: Any) -> Any:
    """Open a raster for reading, without rasterio's warning about a missing georeference.

    Args:
        name: GDAL's name of the raster.
        **options: Open options, e.g. `overview_level`.

    Raises:
        RasterError: If it is missing, unreadable, not a raster or has no bands.
    """
    try:
        with environment(name), ignore_missing_georeference():
            dataset = rasterio.open(name, sharing=False, **options)
    except (RasterioError, OSError, ValueError) as error:
        raise RasterError(_why_not_opened(name, error)) from error
    if dataset.count == 0:
        inside = ", ".join(dataset.subdatasets[:5])
        dataset.close()
        remedy = f"choose one of the rasters inside it: {inside}" if inside else "give a file that holds an image"
        raise RasterError(f"raster {name} has no bands; {remedy}")
    if dataset.driver == "VRT":
        _check_sources(dataset, name)
    if dataset.driver in _RAW_DRIVERS and Path(name).is_file():
        size, least = Path(name).stat().st_size, dataset.height * _row_bytes(dataset)
        if size < least:
            dataset.close()
            raise RasterError(f"raster {name} is cut short: it has {size:,} of {least:,} bytes; copy it again")
    return dataset


def _check_sources(dataset: Any, name: str) -> None:
    try:
        with environment(name):
            check_vrt(dataset, name=name)
    except (RasterError, RasterioError) as error:
        dataset.close()
        raise error if isinstance(error, RasterError) else RasterError(_why_not_opened(name, error)) from error


def _row_bytes(dataset: Any) -> int:
    """Return the bytes of a row of all bands, without those of integer complex types."""
    sizes = (np.dtype(kind).itemsize for kind in dataset.dtypes if not kind.startswith("complex_"))
    size: int = dataset.width * sum(sizes)
    return size


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
    window = Window(region.left, region.top, region.width, region.height)
    try:
        values: NDArray[Any] = (dataset.read_masks if masks else dataset.read)(band, window=window)
    except (RasterioError, CPLE_BaseError, OSError) as error:
        raise RasterError(
            f"{name} cannot be read in rows {region.top}–{region.bottom}, columns {region.left}–{region.right} "
            f"({error}); the file may be damaged: copy or create it again"
        ) from error
    return values


def _why_not_opened(name: str, error: Exception) -> str:
    path = Path(name)
    looks_local = not name.startswith("/vsi") and not re.match(r"\w{2,}:", name)
    if looks_local and not path.exists():
        return f"raster {name} does not exist; check the path"
    if looks_local and path.is_dir():
        return f"{name} is a directory; give the raster file inside it"
    if is_remote(name):
        return f"{name} cannot be opened as a raster ({error}); check the URL, the connection and your credentials"
    return f"{name} cannot be opened as a raster ({error}); give a file that GDAL can read, e.g. a GeoTIFF"


def to_rasterio(crs: pyproj.CRS | None) -> Any:
    """Convert pyproj's CRS to rasterio's; None stays None."""
    return None if crs is None else rasterio.CRS.from_wkt(crs.to_wkt())
