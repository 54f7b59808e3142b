"""Open vector files from outside: files of this machine, downloads and archives of accepted kinds and sizes."""

import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from proxyclip_geo.data_files import find_pipes, is_side_file
from proxyclip_geo.errors import VectorError
from proxyclip_geo.files import temporary_folder
from proxyclip_geo.raster.download import download_file
from proxyclip_geo.references import find_references, path_of_file_url

MAX_BYTES = 4 * 1024**3
"""Size of the largest file that is read."""
MAX_DOWNLOAD = 512 * 1024**2
"""Size of the largest file that is downloaded, and of the contents of an archive."""
MAX_MEMBERS = 1000
"""Most files in an archive."""
FORMATS = "GeoPackage, Shapefile, GeoJSON, FlatGeobuf, GeoParquet, KML, GML or File Geodatabase"
"""Formats that messages propose."""
# What describes a service, a database or a program to run; GDAL looks for these words at the beginning of a file.
_DESCRIPTIONS = (
    "OGRWFSDataSource",
    "WFS_Capabilities",
    "gdal_streamed_alg",
    "<GDAL_W",
    "<VRTDataset",
    "<html",
    "<!DOCTYPE",
)
_SUFFIXES = (
    *(".gpkg", ".shp", ".geojson", ".json", ".fgb", ".parquet", ".kml", ".gml"),
    *(".gpx", ".tab", ".mif", ".dxf", ".csv"),
)
_DEPTH = 4


def join_names(names: Any) -> str:
    """Join names for a message; at most ten are shown."""
    listed = [str(name)[:100] for name in names]
    return ", ".join(listed[:10]) + (f" and {len(listed) - 10} more" if len(listed) > 10 else "")


@contextmanager
def open_vector_file(name: str, title: str) -> Iterator[str]:
    """Yield the name for GDAL of a local file; URLs are downloaded, and archives unpacked, into a temporary folder.

    Args:
        name: Path, URL or archive.
        title: What messages call it.

    Raises:
        VectorError: If it is missing, no regular file, too large, or describes something else than features.
    """
    file = path_of_file_url(name)
    file = re.sub(r"^(/vsicurl/|zip://|/vsizip/(?=[^{]*\.zip$))", "", file)
    with temporary_folder() as folder:
        if "://" in file:
            # GDAL would let a file from the network name files of this machine.
            path = folder / re.sub(r"[^\w.\-]", "_", Path(urlsplit(file).path).name or "download")[-100:]
            download_file(file, path, limit=MAX_DOWNLOAD, error=VectorError, title=title)
        elif file.startswith("/vsi"):
            raise VectorError(f"{title} is a name of a file system of GDAL; give a path, or an http(s) URL")
        else:
            path = Path(file)
        try:
            if path.suffix.lower() == ".zip" and path.is_file():
                path = _unpack(path, folder / "unpacked", title)
            _check_file(path, title, depth=0)
        except (OSError, ValueError, zipfile.BadZipFile, RuntimeError) as error:
            raise (
                error if isinstance(error, VectorError) else VectorError(f"{title} cannot be read: {error}")
            ) from error
        # GDAL writes a .gfs beside a GML file, which this file system does not allow.
        yield f"/vsisubfile/0,{path.absolute()}" if path.suffix.lower() == ".gml" else str(path.absolute())


def _unpack(archive: Path, folder: Path, title: str) -> Path:
    """Unpack an archive, and return its only vector file."""
    with zipfile.ZipFile(archive) as packed:
        members = packed.infolist()
        size = sum(member.file_size for member in members)
        if size > MAX_DOWNLOAD or len(members) > MAX_MEMBERS:
            raise VectorError(
                f"{title} holds {len(members)} files of {size >> 20} MiB, and the limits are {MAX_MEMBERS} files and "
                f"{MAX_DOWNLOAD >> 20} MiB; unpack it, and give the file in it"
            )
        packed.extractall(folder)
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES)
    found = [path for path in found if path.suffix.lower() != ".csv"] or found
    if len(found) != 1:
        names = join_names(path.relative_to(folder) for path in found) or "no vector file"
        raise VectorError(f"{title} holds {names}; unpack it, and give the one that is meant")
    return found[0]


def _check_file(path: Path, title: str, *, depth: int) -> None:
    if path.is_dir():
        if path.suffix.lower() not in (".gdb", ".kml"):
            inside = sorted(file.name for file in path.iterdir() if file.suffix.lower() in _SUFFIXES)
            raise VectorError(f"{title} is a folder; give the file in it ({join_names(inside) or 'there is none'})")
        _refuse_pipes(find_pipes(path), title)
        return
    if not path.exists():
        raise VectorError(f"{title} does not exist; check the path")
    if not path.is_file():
        raise VectorError(f"{title} is a device or pipe; give a file")
    _refuse_pipes((pipe for pipe in find_pipes(path.parent) if is_side_file(pipe, of=path)), title)
    size = path.stat().st_size
    if not size:
        raise VectorError(f"{title} is empty; give a {FORMATS}")
    if size > MAX_BYTES:
        raise VectorError(f"{title} has {size:,} bytes, and the limit is {MAX_BYTES:,}; save the part that is needed")
    with path.open("rb") as file:
        head = file.read(64 << 10).decode("latin-1")
    found = next((word for word in _DESCRIPTIONS if word in head), None)
    if found:
        raise VectorError(
            f"{title} is no vector file, but a description or page ('{found.strip('<!')}'); give a {FORMATS}"
        )
    if "<OGRVRTDataSource" in head:
        _check_vrt(path, title, depth=depth)


def _refuse_pipes(pipes: Iterable[Path], title: str) -> None:
    for pipe in pipes:
        raise VectorError(f"{pipe}, a part of {title}, is a device or pipe; remove or rename it")


def _check_vrt(path: Path, title: str, *, depth: int) -> None:
    """Check that an OGR VRT names files of accepted kinds only, and holds no SQL."""
    if depth == _DEPTH or path.stat().st_size > 16 << 20:
        raise VectorError(f"{title} is a VRT of VRTs, or larger than 16 MiB; give the file that is meant")
    text = path.read_text(errors="replace")
    if re.search(r"<(SrcSQL|OpenOptions)|<!ENTITY|<SrcDataSource[^>]*>[^<]*(<!|&)", text, re.IGNORECASE):
        raise VectorError(
            f"{title} is a VRT with SQL, options or entities, which are not used; save it as a GeoPackage"
        )
    for reference in find_references(text):
        source = Path(reference.resolve(path.parent))
        if re.match(r"\w{2,}:|/vsi|<", reference.name):
            raise VectorError(f"{title} is a VRT that names '{reference.name}'; it may name files of this machine only")
        _check_file(source, f"{source}, which {title} names,", depth=depth + 1)
