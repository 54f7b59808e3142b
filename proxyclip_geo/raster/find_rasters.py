"""Find the rasters of a directory, a glob pattern or a STAC file."""

import glob
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from proxyclip_geo.data_files import parse_json, read_text
from proxyclip_geo.errors import RasterError
from proxyclip_geo.raster.names import SUFFIXES, stem_of
from proxyclip_geo.references import REMOTE
from proxyclip_geo.validation import PARTIAL, validate

MAX_ITEMS = 100_000
"""Most items of a STAC item collection."""
_SCHEMES = ("http://", "https://", "ftp://", "s3://", "gs://", "az://")
ASSETS = ("visual", "image", "data")
"""Keys of STAC assets in order of preference; otherwise the first asset with the role "data" or "visual"."""


def find_rasters(name: str | Path) -> tuple[str, ...] | None:
    """Return the rasters of a directory, a pattern with * or ?, or a STAC file; None for a single raster.

    Args:
        name: Path, URL or pattern. A STAC file is the JSON of an item or an item collection.

    Raises:
        RasterError: If there is no raster, or two have the same stem, and results of the same name.

    Example:
        >>> import proxyclip_geo as pg
        >>> _ = pg.sample("tiles/a.tif", size=64)
        >>> find_rasters("tiles/a*.tif")
        ('tiles/a.tif', 'tiles/a_truth.tif')
    """
    text, path = str(name), Path(name)
    if path.is_dir():
        found = sorted(str(file) for file in path.iterdir() if file.suffix.lower() in SUFFIXES)
    elif path.suffix.lower() in (".json", ".geojson") and path.is_file():
        found = _stac_assets(path)
    elif "://" not in text and glob.has_magic(text) and not path.exists():
        found = sorted(glob.glob(text, recursive=True))
    else:
        return None
    if not found:
        raise RasterError(f"{name} holds no raster; give a file, or a folder or pattern that matches some")
    stems = [stem_of(raster) for raster in found]
    duplicates = sorted({stem for stem in stems if stems.count(stem) > 1})
    if duplicates:
        raise RasterError(f"several rasters of {name} are called {', '.join(duplicates[:3])}; segment them one by one")
    return tuple(found)


@dataclass(frozen=True)
class _ItemCollection:
    """The part of a STAC item collection that is checked before pystac reads it."""

    __pydantic_config__ = PARTIAL

    features: Annotated[tuple[dict[str, Any], ...], Field(max_length=MAX_ITEMS)]


def _stac_assets(path: Path) -> list[str]:
    try:
        import pystac
    except ImportError as error:
        raise RasterError(f"{path} is read with pystac: pip install proxyclip-geo[stac]") from error
    source = f"the STAC file {path}"
    values = parse_json(read_text(path, error=RasterError, source=source), error=RasterError, source=source)
    single = isinstance(values, dict) and values.get("type") == "Feature"
    validate(_ItemCollection, {"features": [values]} if single else values, error=RasterError, source=source)
    try:
        items = [pystac.Item.from_dict(feature) for feature in ([values] if single else values["features"])]
    except (ValueError, LookupError, TypeError, AttributeError, pystac.STACError) as error:
        raise RasterError(f"{path} is not a STAC item or item collection ({error!r})") from error
    for item in items:
        if item.get_self_href() is None:
            item.set_self_href(str(path.resolve()))
    return [_asset(item) for item in items]


def _asset(item: Any) -> str:
    """Return the path or URL of an item's image.

    Raises:
        RasterError: If there is none, or an item from the network names a file of this machine.
    """
    href = _find_asset(item)
    if "://" in item.get_self_href() and not href.startswith((*REMOTE, *_SCHEMES)):
        raise RasterError(f"STAC item {item.id} is from the network and names a file of this machine, '{href}'")
    return href


def _find_asset(item: Any) -> str:
    for key in ASSETS:
        if key in item.assets:
            return str(item.assets[key].get_absolute_href())
    for asset in item.assets.values():
        if {"data", "visual"} & set(asset.roles or ()):
            return str(asset.get_absolute_href())
    raise RasterError(f"STAC item {item.id} has no asset called {', '.join(ASSETS)}, nor one with the role data")
