"""Check the files that a VRT names: they exist, and one from the network names no file of this machine."""

import os
import posixpath
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import rasterio

from proxyclip_geo.data_files import find_pipes
from proxyclip_geo.errors import RasterError
from proxyclip_geo.raster.names import file_of, is_remote, show_name
from proxyclip_geo.raster.open_errors import check_name, check_side_files
from proxyclip_geo.references import MAX_DESCRIPTION, REMOTE, list_sources

_WEB = ("http://", "https://", "ftp://")
_RAW_BAND = re.compile(r"""VRTRawRasterBand"[^>]*>(.*?)(?:</VRTRasterBand>|$)""", re.DOTALL)


def check_vrt(dataset: Any, *, name: str) -> tuple[str, ...]:
    """Check the sources of a VRT, also of the VRTs that it names.

    Args:
        dataset: An open rasterio dataset.
        name: GDAL's name of it.

    Returns:
        GDAL's names of all sources.

    Raises:
        RasterError: If raw bytes are of a file elsewhere, a VRT from the network names a file of this machine, or a
            file of this machine does not exist or is no file.
    """
    text = _text(dataset)
    for raw in list_sources("".join(_RAW_BAND.findall(text))):
        if not raw.is_beside:
            raise RasterError(f"raster {name} reads the bytes of '{raw.name}', which is not beside it; move it there")
    found: dict[str, None] = {}
    waiting = _check_sources(text, name, from_network=is_remote(name))
    while waiting:
        source = waiting.pop()
        if source in found or source == name:
            continue
        found[source] = None
        if source.lower().endswith(".vrt"):
            with rasterio.open(source, sharing=False) as nested:
                waiting += _check_sources(_text(nested), source, from_network=is_remote(name))
    return tuple(found)


def _text(dataset: Any) -> str:
    """Return the XML of a VRT; empty for other rasters."""
    # rasterio splits the text at its first "=".
    return "".join("=".join(item) for item in dataset.tags(ns="xml:VRT").items()) if dataset.driver == "VRT" else ""


def _check_sources(text: str, name: str, *, from_network: bool) -> list[str]:
    """Check the sources in the XML of a VRT without those of its sources; return GDAL's names of them."""
    if len(text) > MAX_DESCRIPTION:
        raise RasterError(
            f"raster {show_name(name)} is a VRT of {len(text) >> 20} MiB, and the limit is "
            f"{MAX_DESCRIPTION >> 20} MiB; make a VRT of several smaller ones"
        )
    found, folders = [], defaultdict[Path, list[Path]](list)
    for reference in list_sources(text):
        source = reference.name
        if from_network and not (reference.is_beside or source.startswith((*REMOTE, *_WEB))):
            raise RasterError(
                f"raster {name} is a VRT from the network that names a file of this machine ('{source}'), which is not "
                "read; download the VRT if you trust it"
            )
        if reference.is_relative and not re.match(r"/|\\|<|\w+:", source):
            source = posixpath.join(posixpath.dirname(name.replace(os.sep, "/")), source)
        file = _check_file(source, name)
        if file is not None:
            folders[file.parent].append(file)
        found.append(source)
    for folder, files in folders.items():
        check_side_files(files, find_pipes(folder))
    return found


def _check_file(source: str, name: str) -> Path | None:
    """Check a source of a VRT, and return it if it is a file.

    GDAL takes a missing source of a VRT in a VRT for zeros.
    """
    if re.match(r"<|\w{2,}:", source):
        return None
    file = file_of(source)
    if file is not None and os.path.isfile(file) and os.path.getsize(file):
        return file
    if file is not None and not os.path.exists(file):
        raise RasterError(
            f"raster {show_name(name)} names a file that does not exist, '{show_name(source)}'; restore it, or remove "
            "it from the VRT"
        )
    try:
        check_name(source)
    except RasterError as error:
        raise RasterError(
            f"a source of raster {show_name(name)} cannot be read: {error.reason}", remedy=error.remedy
        ) from error
    return None
