"""Find the rasters of a directory, a glob pattern or a STAC file."""

import glob
import os
import urllib.parse
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import Field

from proxyclip_geo.data_files import parse_json, read_text
from proxyclip_geo.errors import RasterError
from proxyclip_geo.raster.names import SUFFIXES
from proxyclip_geo.references import REMOTE
from proxyclip_geo.validation import PARTIAL, validate

MAX_ITEMS = 100_000
"""Most items of a STAC item collection."""
MAX_NAME = 4096
"""Letters of an id or address in a STAC item."""
_Href: TypeAlias = Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
_SCHEMES = ("http://", "https://", "ftp://", "s3://", "gs://", "az://")
ASSETS = ("visual", "image", "data")
"""Keys of STAC assets in order of preference; otherwise the first asset with the role "data" or "visual"."""


def find_rasters(name: str | Path) -> tuple[str, ...] | None:
    """Return the rasters of a directory, a pattern with * or ?, or a STAC file; None for a single raster.

    Hidden files, side files and links to other rasters found are left out.

    Args:
        name: Path, URL or pattern. A STAC file is the JSON of an item or an item collection.

    Raises:
        RasterError: If there is no raster, or the directory cannot be read.

    Example:
        >>> import proxyclip_geo as pg
        >>> _ = pg.sample("tiles/a.tif", size=64)
        >>> find_rasters("tiles/a*.tif")
        ('tiles/a.tif', 'tiles/a_truth.tif')
    """
    text, path = str(name), Path(name)
    if text and os.path.isdir(text):
        try:
            found = _distinct_files(path.iterdir(), suffixes=SUFFIXES)
        except OSError as error:
            raise RasterError(f"directory {name} cannot be read ({error.strerror}); check its permissions") from error
    elif path.suffix.lower() in (".json", ".geojson") and os.path.isfile(text):
        found = _stac_assets(path)
    elif "://" not in text and glob.has_magic(text) and not os.path.exists(text):
        any_suffix = not path.suffix or glob.has_magic(path.suffix)
        found = _distinct_files(map(Path, glob.glob(text, recursive=True)), suffixes=SUFFIXES if any_suffix else None)
    else:
        return None
    if not found:
        raise RasterError(f"{name} holds no raster; give a file, or a folder or pattern that matches some")
    return tuple(found)


def _distinct_files(paths: Iterable[Path], *, suffixes: Collection[str] | None) -> list[str]:
    """Return files with one of the suffixes that are not hidden, each once; links come last."""
    files = (path for path in paths if not (path.name.startswith(".") or path.is_dir()))
    by_target: dict[str, Path] = {}
    for path in sorted(files, key=lambda path: (path.is_symlink(), str(path))):
        if suffixes is None or path.suffix.lower() in suffixes:
            by_target.setdefault(os.path.realpath(path), path)
    return sorted(map(str, by_target.values()))


@dataclass(frozen=True)
class _Asset:
    __pydantic_config__ = PARTIAL

    href: _Href
    roles: tuple[str, ...] | None = None


@dataclass(frozen=True)
class _Link:
    __pydantic_config__ = PARTIAL

    rel: str
    href: _Href


@dataclass(frozen=True)
class _Item:
    """The part of a STAC item that is used."""

    __pydantic_config__ = PARTIAL

    stac_version: str
    id: Annotated[str, Field(max_length=MAX_NAME)]
    assets: Mapping[str, _Asset]
    links: tuple[_Link, ...] = ()


@dataclass(frozen=True)
class _ItemCollection:
    """The part of a STAC item collection that is used."""

    __pydantic_config__ = PARTIAL

    features: Annotated[tuple[_Item, ...], Field(max_length=MAX_ITEMS)]


def _stac_assets(path: Path) -> list[str]:
    source = f"the STAC file {path}"
    values = parse_json(read_text(path, error=RasterError, source=source), error=RasterError, source=source)
    if isinstance(values, dict) and values.get("type") == "Feature":
        values = {"features": [values]}
    features = values.get("features") if isinstance(values, dict) else None
    if isinstance(features, list) and any(isinstance(item, dict) and "stac_version" not in item for item in features):
        raise RasterError(
            f"{path} is GeoJSON without STAC items; a vector file can be the area of interest (`aoi`), the image must "
            "be a raster"
        )
    items = validate(_ItemCollection, values, error=RasterError, source=source).features
    return [_locate(item, path) for item in items]


def _locate(item: _Item, path: Path) -> str:
    """Return the path or URL of an item's image, which may be relative to the item.

    Raises:
        RasterError: If there is none, or an item from the network names a file of this machine.
    """
    href = _find_href(item)
    own = next((link.href for link in item.links if link.rel == "self" and "://" in link.href), "")
    is_local = not own or own.lower().startswith("file:")
    if "://" in href or href.startswith("/vsi"):
        found = href
    elif is_local:
        found = os.path.abspath(path.parent / href)
    else:
        found = urllib.parse.urljoin(own, href)
    if not is_local and not found.startswith((*REMOTE, *_SCHEMES)):
        raise RasterError(f"STAC item {item.id} is from the network and names a file of this machine, '{href}'")
    return found


def _find_href(item: _Item) -> str:
    for key in ASSETS:
        if key in item.assets:
            return item.assets[key].href
    for asset in item.assets.values():
        if {"data", "visual"} & set(asset.roles or ()):
            return asset.href
    raise RasterError(f"STAC item {item.id} has no asset called {', '.join(ASSETS)}, nor one with the role data")
