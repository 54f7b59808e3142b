"""Opening rasters through GDAL: names, environment, coordinate reference systems and errors."""

import re
import warnings
from pathlib import Path
from typing import Any

import pyproj
import rasterio
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from proxyclip_geo.errors import RasterError

# GDAL's own file systems; rasterio's handling of s3:// would ask for boto3.
_FILE_SYSTEMS = {"s3": "/vsis3/", "gs": "/vsigs/", "az": "/vsiaz/"}
# Of decoded tiles; GDAL takes a share of the machine by default. Blocks are read once, so that more buys nothing.
_CACHE_BYTES = 64 << 20
_WEB = {"http", "https", "ftp"}
_REMOTE = ("/vsicurl", "/vsis3/", "/vsigs/", "/vsiaz/", "/vsiadls/", "/vsioss/", "/vsiswift/", "/vsiwebhdfs/")


def gdal_name(path: str | Path) -> str:
    """Return what GDAL calls a path or URL; names it knows already (/vsi…, NETCDF:…) pass unchanged."""
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
    """Whether reading `name` (as GDAL calls it) goes over the network."""
    return name.startswith(_REMOTE)


def stem_of(path: str | Path) -> str:
    """Return the name outputs are derived from: the last part of a path or URL, without suffix and query."""
    last = re.split(r"[/\\]", str(path).split("?")[0].rstrip("/\\"))[-1]
    return re.sub(r"[^\w.\- ]+", "_", Path(last).stem) or "raster"


def environment(name: str = "") -> rasterio.Env:
    """Return GDAL settings for reading or writing `name`, in force only inside a `with`."""
    options: dict[str, Any] = {"GDAL_NUM_THREADS": "ALL_CPUS", "GDAL_CACHEMAX": _CACHE_BYTES}
    if is_remote(name):
        # Probe for side files one by one rather than list a bucket; keep what was fetched; survive a hiccup.
        options |= {
            "GDAL_DISABLE_READDIR_ON_OPEN": "TRUE",
            "GDAL_HTTP_MAX_RETRY": 3,
            "GDAL_HTTP_RETRY_DELAY": 1,
            "VSI_CACHE": True,
        }
    return rasterio.Env(**options)


def open_dataset(name: str, **options: Any) -> Any:
    """Open a raster for reading, without rasterio's warning about a missing georeference.

    Args:
        name: What GDAL calls the raster.
        **options: Open options, e.g. `overview_level`.

    Raises:
        RasterError: If it is missing, unreadable, not a raster or has no bands.
    """
    try:
        with environment(name), warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            dataset = rasterio.open(name, sharing=False, **options)
    except (RasterioError, OSError, ValueError) as error:
        raise RasterError(_why_not_opened(name, error)) from error
    if dataset.count == 0:
        inside = ", ".join(dataset.subdatasets[:5])
        dataset.close()
        remedy = f"choose one of the rasters inside it: {inside}" if inside else "give a file that holds an image"
        raise RasterError(f"raster {name} has no bands; {remedy}")
    return dataset


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
