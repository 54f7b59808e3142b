"""Check the files that a VRT names: raw bytes only of files beside it, and no file of this machine from the network."""

import html
import re
from typing import Any

import rasterio

from proxyclip_geo.errors import RasterError

REMOTE = ("/vsicurl", "/vsis3/", "/vsigs/", "/vsiaz/", "/vsiadls/", "/vsioss/", "/vsiswift/", "/vsiwebhdfs/")
"""Prefixes of GDAL's file systems on the network."""
_WEB = ("http://", "https://", "ftp://")
_SOURCES = re.compile(
    r"""<(?:SourceFilename|SourceDataset|DEMPath|Argument\s+name="\w*filename")([^>]*)>([^<]*)<""", re.IGNORECASE
)
_RAW = re.compile(r"""VRTRawRasterBand"[^>]*>(?:(?!</VRTRasterBand>).)*?<SourceFilename([^>]*)>([^<]*)<""", re.DOTALL)


def check_vrt(dataset: Any, *, name: str) -> None:
    """Check the sources of a VRT, and of the VRTs that one from the network names.

    Args:
        dataset: An open rasterio dataset.
        name: GDAL's name of it.

    Raises:
        RasterError: If raw bytes are of a file elsewhere, or a VRT from the network names a file of this machine.
    """
    for attributes, source in _RAW.findall(_text(dataset)):
        if not _is_beside(attributes, source):
            raise RasterError(f"raster {name} reads the bytes of '{source}', which is not beside it; move it there")
    if not name.startswith(REMOTE):
        return
    _check_sources(dataset, name)
    seen, waiting = {name}, _nested(dataset)
    while waiting:
        nested = waiting.pop()
        if nested not in seen:
            seen.add(nested)
            with rasterio.open(nested, sharing=False) as opened:
                _check_sources(opened, nested)
                waiting += _nested(opened)


def _text(dataset: Any) -> str:
    """Return the XML of a VRT; empty for other rasters."""
    # rasterio splits the text at its first "=".
    return "".join("=".join(item) for item in dataset.tags(ns="xml:VRT").items()) if dataset.driver == "VRT" else ""


def _is_beside(attributes: str, source: str) -> bool:
    """Return whether a source is a file in the folder of the VRT or below."""
    name = html.unescape(source).strip()
    is_relative = re.search(r"relativeToVRT\s*=\s*.1", attributes) and re.match(r"[^/\\:<][^:<]*$", name)
    return bool(is_relative) and ".." not in re.split(r"[/\\]", name)


def _nested(dataset: Any) -> list[str]:
    return [file for file in dataset.files if file.lower().endswith(".vrt")] if dataset.driver == "VRT" else []


def _check_sources(dataset: Any, name: str) -> None:
    for attributes, source in _SOURCES.findall(_text(dataset)):
        if not (_is_beside(attributes, source) or html.unescape(source).strip().startswith((*REMOTE, *_WEB))):
            raise RasterError(
                f"raster {name} is a VRT from the network that names a file of this machine ('{source}'), which is not "
                "read; download the VRT if you trust it"
            )
