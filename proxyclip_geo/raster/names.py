"""Names of rasters: paths, URLs and archives as GDAL opens them, and the stems of output names."""

import os
import re
import tarfile
import zipfile
from pathlib import Path

from proxyclip_geo.errors import strip_credentials
from proxyclip_geo.file_names import safe_stem
from proxyclip_geo.references import REMOTE, local_file, path_of_file_url

SUFFIXES = {".tif", ".tiff", ".vrt", ".jp2", ".img", ".asc", ".png"}
"""Suffixes of the files that are taken for rasters in folders and archives."""
# GDAL's own file systems; rasterio's handling of s3:// needs boto3.
_FILE_SYSTEMS = {"s3": "/vsis3/", "gs": "/vsigs/", "az": "/vsiaz/"}
_WEB = {"http", "https", "ftp"}
# Drivers whose names of rasters inside a file hold the path of the file.
_SUBDATASET = re.compile(
    r"(netcdf|hdf[45]\w*|zarr|gpkg|gtiff_(?:dir|raw)|derived_subdataset|sentinel\w*|nitf\w*|grib|rasterlite|s10\d|bag)"
    r":(.*)",
    re.IGNORECASE,
)
_COMPRESSED = (".gz", ".tgz")
_MOST_MEMBERS = 100_000
_LONGEST_SHOWN = 300


def gdal_name(path: str | Path) -> str:
    """Return GDAL's name of a path, a URL, or the only raster of an archive.

    GDAL's names (/vsi…, NETCDF:…) are returned unchanged.
    """
    text = path_of_file_url(str(path))
    scheme, separator, rest = text.partition("://")
    scheme = scheme.lower()
    if separator and scheme in _WEB:
        return f"/vsicurl/{text}"
    if separator and scheme in _FILE_SYSTEMS:
        return _FILE_SYSTEMS[scheme] + rest
    inside = rasters_of_archive(text)
    return inside[0] if len(inside) == 1 else text


def is_remote(name: str) -> bool:
    """Whether a GDAL name is read over the network."""
    return name.startswith(REMOTE)


def show_name(name: str) -> str:
    """Return a GDAL name as messages show it: URLs without prefix, no control characters, long names cut."""
    text = "".join(letter if letter.isprintable() else "?" for letter in name.removeprefix("/vsicurl/"))
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:100]}…{text[-100:]}"


def file_of(name: str) -> Path | None:
    """Return the file of this machine that a GDAL name is read from; None for URLs and inline descriptions."""
    inside = _SUBDATASET.fullmatch(name)
    if inside:
        parts = _split(inside[2])
        name = next((part for part in parts if os.path.exists(part)), parts[0])
    if name.startswith((*REMOTE, "/vsimem/", "/vsistdin", "<")) or "\0" in name or not name.strip():
        return None
    return local_file(name)


def rasters_of_archive(name: str) -> tuple[str, ...]:
    """Return GDAL's names of the rasters in an archive (.zip, .tar, .tar.gz, .gz) of this machine."""
    lower = name.lower()
    if not lower.endswith((".zip", ".tar", *_COMPRESSED)) or name.startswith("/vsi") or not os.path.isfile(name):
        return ()
    try:
        if lower.endswith(".zip"):
            with zipfile.ZipFile(name) as packed:
                prefix, members = "/vsizip/", packed.namelist()
        elif lower.endswith((".tar", ".tar.gz", ".tgz")):
            with tarfile.open(name) as tape:
                prefix, members = "/vsitar/", [member.removeprefix("./") for member in tape.getnames()]
        else:
            return (f"/vsigzip/{name}",) if Path(name).with_suffix("").suffix.lower() in SUFFIXES else ()
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, tarfile.TarError):
        return ()
    found = (item for item in members[:_MOST_MEMBERS] if Path(item).suffix.lower() in SUFFIXES)
    return tuple(f"{prefix}{name}/{item}" for item in found if not Path(item).name.startswith("."))


def stem_of(path: str | Path) -> str:
    """Return the stem of output names, as `safe_stem`.

    It is the last part of a path or URL, without suffix and query; of a raster inside a file, the file and the raster.

    Example:
        >>> stem_of("https://example.org/tiles/scene.tif?key=1"), stem_of('NETCDF:"a.nc":red')
        ('scene', 'a_red')
    """
    text = path_of_file_url(strip_credentials(str(path)))
    inside = _SUBDATASET.fullmatch(text)
    if inside:
        parts = _split(inside[2])
        file = max(parts, key=lambda part: ("/" in part or "\\" in part, "." in part))
        return safe_stem("_".join([_last(file), *(part.strip("/") for part in parts if part is not file)]))
    return safe_stem(_last(text.partition("?")[0] if "://" in text or text.startswith("/vsi") else text))


def _last(path: str) -> str:
    """Return the last part of a path without its suffix, also of an archive."""
    name = Path(re.split(r"[/\\]", path.rstrip("/\\"))[-1])
    while name.suffix.lower() in (".gz", ".tar"):
        name = name.with_suffix("")
    return name.stem


def _split(text: str) -> list[str]:
    """Split the parts of the name of a raster inside a file; colons in quotes and of Windows drives do not count."""
    parts = re.findall(r'"([^"]*)"|((?:^|(?<=:))[A-Za-z]:[\\/][^:]*|[^:"]+)', text)
    return [quoted or plain for quoted, plain in parts] or [text]
