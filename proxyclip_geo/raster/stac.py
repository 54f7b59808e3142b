"""Read the rasters that STAC items name."""

import logging
import os
import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import Field

from proxyclip_geo.data_files import MAX_BYTES, parse_json, read_text
from proxyclip_geo.errors import RasterError, strip_credentials
from proxyclip_geo.files import temporary_folder
from proxyclip_geo.raster.download import download_file
from proxyclip_geo.references import REMOTE
from proxyclip_geo.validation import PARTIAL, validate

logger = logging.getLogger(__name__)

MAX_ITEMS = 100_000
"""Most items of a STAC item collection, or of all pages of a search."""
MAX_PAGES = 10_000
"""Most pages of a search."""
MAX_NAME = 4096
"""Letters of an id or address in a STAC item."""
SUFFIXES = (".json", ".geojson")
_API = re.compile(r".*/(search|collections/[^/]+/items(/[^/]+)?)/?", re.IGNORECASE)
"""Paths of items at a STAC API."""
ASSETS = ("visual", "image", "data")
"""Keys of STAC assets in order of preference; otherwise the first asset with the role "data" or "visual"."""
_Href: TypeAlias = Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
_SCHEMES = ("http://", "https://", "ftp://", "s3://", "gs://", "az://")


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
    method: str = "GET"


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
    links: tuple[_Link, ...] | None = None


def is_stac(name: str) -> bool:
    """Return whether a name is that of a STAC file: a JSON file of this machine or at an http(s) URL, or a STAC API."""
    if name.lower().startswith(("http://", "https://")):
        path = urllib.parse.urlsplit(name).path
        return path.lower().endswith(SUFFIXES) or _API.fullmatch(path) is not None
    return name.lower().endswith(SUFFIXES) and os.path.isfile(name)


def read_items(name: str) -> list[tuple[str, str]]:
    """Return the path or URL of the image of each item in a STAC file, and the id of the item.

    Args:
        name: Path, or http(s) URL, of an item or an item collection, or the URL of a search at a STAC API, of which all
            pages are read.

    Raises:
        RasterError: If it cannot be read, holds no STAC items or more than the limit, or an item has no image or is
            from the network and names a file of this machine.
    """
    found: list[tuple[str, str]] = []
    pages: set[str] = set()
    page: str | None = name
    while page is not None and page not in pages:
        pages.add(page)
        items = _read_page(page)
        found += [(_locate(item, page), item.id) for item in items.features]
        if len(found) > MAX_ITEMS or len(pages) > MAX_PAGES:
            raise RasterError(
                f"{strip_credentials(name)} has more than {MAX_ITEMS} STAC items or {MAX_PAGES} pages; narrow the "
                "search"
            )
        page = _find_next(items, page)
    return found


def _read_page(name: str) -> _ItemCollection:
    source = f"the STAC file {strip_credentials(name)}"
    if "://" in name:
        with temporary_folder() as folder:
            path = folder / "item.json"
            download_file(name, path, limit=MAX_BYTES, error=RasterError, title=source)
            text = read_text(path, error=RasterError, source=source)
    else:
        text = read_text(Path(name), error=RasterError, source=source)
    values = parse_json(text, error=RasterError, source=source)
    if isinstance(values, dict) and values.get("type") == "Feature":
        values = {"features": [values]}
    if isinstance(values, dict) and values.get("type") in ("Catalog", "Collection"):
        raise RasterError(
            f"{strip_credentials(name)} is a STAC {values['type'].lower()}; give an item, an item collection, or the "
            "URL of a search at a STAC API (…/collections/NAME/items?bbox=…)"
        )
    features = values.get("features") if isinstance(values, dict) else None
    if isinstance(features, list) and any(isinstance(item, dict) and "stac_version" not in item for item in features):
        raise RasterError(
            f"{strip_credentials(name)} is GeoJSON without STAC items; a vector file can be the area of interest "
            "(`aoi`), the image must be a raster"
        )
    return validate(_ItemCollection, values, error=RasterError, source=source)


def _find_next(items: _ItemCollection, name: str) -> str | None:
    """Return the URL of the next page of a search, with the user and password of this one on the same host.

    Raises:
        RasterError: If it can only be requested by POST, or is not at an http(s) URL.
    """
    link = next((link for link in items.links or () if link.rel == "next"), None)
    if link is None:
        return None
    if "://" not in name:
        logger.warning("%s is one page of a search; only its items are used", name)
        return None
    url, this = urllib.parse.urlsplit(urllib.parse.urljoin(name, link.href)), urllib.parse.urlsplit(name)
    if link.method.upper() != "GET" or url.scheme not in ("http", "https"):
        raise RasterError(
            f"the next page of {strip_credentials(name)} cannot be requested ({link.method} "
            f"{strip_credentials(link.href)}); save all items to a file, and give that"
        )
    same = (url.scheme, url.hostname, url.port) == (this.scheme, this.hostname, this.port)
    return (url._replace(netloc=this.netloc) if same else url).geturl()


def _locate(item: _Item, name: str) -> str:
    """Return the path or URL of an item's image, which may be relative to the item.

    Raises:
        RasterError: If there is none, or an item from the network names a file of this machine.
    """
    href = _find_href(item)
    own = next((link.href for link in item.links if link.rel == "self" and "://" in link.href), "")
    if "://" in name and not own.lower().startswith(("http://", "https://")):
        own = name
    is_local = not own or own.lower().startswith("file:")
    if "://" in href or href.startswith("/vsi"):
        found = href
    elif is_local:
        found = os.path.abspath(Path(name).parent / href)
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
