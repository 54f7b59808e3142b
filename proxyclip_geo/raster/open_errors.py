"""Why a raster cannot be opened or read, and what helps."""

import codecs
import os
import re
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path

import rasterio

from proxyclip_geo.data_files import find_pipes, is_side_file
from proxyclip_geo.errors import RasterError
from proxyclip_geo.raster.names import SUFFIXES, file_of, is_remote, rasters_of_archive, show_name
from proxyclip_geo.remedies import Remedy

_FORMATS = {
    ".ecw": ("ECW", "ECW"),
    ".sid": ("MrSID", "MrSID"),
    ".jp2": ("JPEG 2000", "JP2OpenJPEG"),
    ".hdf": ("HDF4", "HDF4"),
    ".h5": ("HDF5", "HDF5"),
    ".nc": ("netCDF", "netCDF"),
    ".jxl": ("JPEG XL", "JPEGXL"),
    ".heic": ("HEIF", "HEIF"),
    ".avif": ("AVIF", "AVIF"),
    ".kea": ("KEA", "KEA"),
}
"""Name and GDAL driver of formats for which a driver may be missing."""
_VECTORS = {".geojson", ".json", ".shp", ".gpkg", ".kml", ".kmz", ".gml", ".gpx", ".fgb", ".csv", ".parquet", ".dxf"}
_SIDES = {
    ".xml",
    ".ovr",
    ".msk",
    ".tfw",
    ".wld",
    ".jgw",
    ".pgw",
    ".prj",
    ".qml",
    ".sld",
    ".qgz",
    ".qgs",
    ".lyr",
    ".lyrx",
}
_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz", ".zst")
_HEAD = 1024
_SHOWN = 8
_UNRECOGNISED = "not recognized as being in a supported file format"


def check_name(name: str) -> None:
    """Check that a name can be a raster before GDAL opens it, which would wait for a pipe or device.

    Args:
        name: GDAL's name of the raster.

    Raises:
        RasterError: If it is empty, standard input, a device, a pipe, an empty file, or too long.
    """
    if not name.strip():
        raise RasterError("the name of the raster is empty; give a file or URL")
    shown = show_name(name)
    if "\0" in name:
        raise RasterError(f"the name of raster {shown} holds a NUL character; give the path of a file")
    if name.startswith("/vsistdin"):
        raise RasterError("a raster cannot be read from standard input; write it to a file first")
    file = file_of(name)
    try:
        status = None if file is None else os.stat(file)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and "too long" in str(error.strerror):
            raise RasterError(f"the name of raster {shown} is too long for this system; shorten it") from error
        return
    if file is None or status is None:
        return
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
        raise RasterError(f"{shown} is a device or pipe, not a file; write the raster to a file first")
    check_side_files([file], find_pipes(file if stat.S_ISDIR(status.st_mode) else file.parent))
    if stat.S_ISREG(status.st_mode) and status.st_size == 0:
        raise RasterError(f"raster {shown} is empty (0 bytes); copy or download it again")


def check_side_files(files: Iterable[Path], pipes: Sequence[Path]) -> None:
    """Check that no side file is a pipe or device, which GDAL would wait for.

    Args:
        files: Rasters in a folder, or the folder.
        pipes: The pipes and devices in the folder.

    Raises:
        RasterError: If one is.
    """
    for file in files if pipes else ():
        for pipe in pipes:
            if pipe.parent == file or is_side_file(pipe, of=file):
                raise RasterError(
                    f"{show_name(str(pipe))}, a side file of raster {show_name(str(file))}, is a device or pipe; "
                    "remove or rename it"
                )


def explain(name: str, error: BaseException) -> str:
    """Return the sentence for a raster that GDAL cannot open.

    Args:
        name: GDAL's name of the raster.
        error: The error of rasterio.
    """
    shown, file = show_name(name), file_of(name)
    if file is not None and not name.startswith("/vsi"):
        if not os.path.lexists(file) and not re.match(r"\w{2,}:", name):
            return f"raster {shown} does not exist; check the path"
        if os.path.isdir(file):
            return f"{shown} is a directory; give the raster file inside it"
        found = _look_at(file) if os.path.isfile(file) else ""
        if found:
            return f"{shown} {found}"
    if isinstance(error, UnicodeDecodeError):
        return f"{shown} holds text that is not UTF-8 ({error.object[error.start :][:20]!r}); save it as UTF-8"
    reason = find_reason(error)
    if _UNRECOGNISED in reason:
        reason = "no driver of GDAL recognises its format"
    problem = f"{shown} cannot be opened as a raster ({reason})"
    if "://" in name and not is_remote(name) and not name.startswith(("/vsi", "<")):
        scheme = name.partition("://")[0]
        return f"{shown} has an unknown scheme '{scheme}'; give a path, or a URL with http, https, ftp, s3, gs or az"
    if is_remote(name):
        return f"{problem}; check the connection, your credentials, and the URL, which may lead to a login page"
    return f"{problem}; give a file that GDAL can read, e.g. a GeoTIFF"


def _look_at(file: Path) -> str:
    """Return what a file is that GDAL does not open, and what helps; empty if unknown."""
    if not os.access(file, os.R_OK):
        return "may not be read by you; change its permissions"
    suffix = file.suffix.lower()
    if file.name.lower().endswith(_ARCHIVES):
        inside = rasters_of_archive(str(file))
        if not inside:
            return "is an archive in which no raster can be read; unpack it, and give the raster"
        return f"is an archive of {len(inside)} rasters; give one of them, e.g. {', '.join(inside[:_SHOWN])}"
    with rasterio.Env() as environment:
        drivers = environment.drivers()
    if suffix in _FORMATS and _FORMATS[suffix][1] not in drivers:
        return (
            f"is {_FORMATS[suffix][0]}, for which GDAL has no driver here; convert it to a GeoTIFF in a program that "
            "reads it"
        )
    text = _read_text(file)
    if re.match(r"\s*<(!doctype\s+html|html)", text, re.IGNORECASE):
        title = re.search(r"<title[^>]*>\s*([^<]*?)\s*<", text, re.IGNORECASE)
        shown = f" ({title[1]!r})" if title else ""
        return f"is a web page{shown}, not a raster; the download may need a login: download it again with a browser"
    if text.startswith("version https://git-lfs"):
        return "is a pointer of Git LFS to the raster; run git lfs pull"
    if suffix in _VECTORS:
        return "holds no raster; a vector file can be the area of interest (`aoi`), the image must be a raster"
    if suffix in _SIDES:
        return "is a side file or project; give the raster itself"
    if text and suffix in SUFFIXES - {".vrt", ".asc"}:
        return f"is a text file, not a raster; it begins with {' '.join(text.split())[:60]!r}; download it again"
    return ""


def _read_text(file: Path) -> str:
    """Return the start of a text file; empty if it is not text."""
    try:
        with file.open("rb") as stream:
            text = codecs.getincrementaldecoder("utf-8-sig")().decode(stream.read(_HEAD))
    except (OSError, UnicodeDecodeError):
        return ""
    return text if all(letter.isprintable() or letter.isspace() for letter in text) else ""


def find_reason(error: BaseException) -> str:
    """Return GDAL's message, which rasterio may have replaced by "Read failed. See previous exception for details."."""
    while isinstance(error.__cause__, Exception):
        error = error.__cause__
    return show_name(str(error).strip().rstrip("."))


def choose_inside(names: Sequence[str]) -> Remedy | None:
    """Return the remedy for a file of several rasters, such as netCDF and HDF5 with one raster a variable."""
    if not names:
        return None
    listed = ", ".join(names[:_SHOWN]) + (f" … ({len(names)} in all)" if len(names) > _SHOWN else "")
    if len(names) < 3:
        return Remedy("choose-inside", {"names": listed})
    three = " ".join(f"'{name}'" for name in names[:3])
    return Remedy("choose-or-stack", {"names": listed, "three": three})
