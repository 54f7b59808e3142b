"""Provenance of a GeoPackage: the files that it was made from, so that label rasters can be appended later."""

import hashlib
import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from proxyclip_geo.data_files import parse_json
from proxyclip_geo.errors import VectorError, strip_credentials
from proxyclip_geo.references import split_layer
from proxyclip_geo.validation import validate
from proxyclip_geo.vocabulary.colors import Color

SOURCES, WRITTEN = "VECTOR_SOURCES", "WRITTEN"
"""Keys of a layer's metadata: its source files, and the time of writing."""
_REMEDY = "make the layer anew from all label rasters (overwrite=True)"


@dataclass(frozen=True)
class _File:
    """A file, as `describe_file` returns it."""

    path: str
    sha256: str = ""
    relative: str = ""
    layer: str = ""


@dataclass(frozen=True)
class _Sources:
    """The source files of a layer."""

    labels: Annotated[tuple[_File, ...], Field(min_length=1)]
    scores: tuple[_File, ...]
    probabilities: tuple[_File, ...]
    statistics: Mapping[str, _File]
    aoi: _File | None
    classes: tuple[tuple[int, str, Color], ...] | None


def describe_file(path: Path | str, *, target: Path) -> dict[str, str]:
    """Describe a file by its path, its path relative to the folder of `target`, and its SHA-256; a bare URL."""
    name, options = split_layer(path)
    file = Path(name)
    if not file.is_file():
        return {"path": strip_credentials(str(path))}
    entry = {"path": os.path.abspath(file), "sha256": _digest(file)}
    if options:
        entry["layer"] = str(path).removeprefix(name)
    # On Windows there is no relative path between drives.
    with suppress(ValueError):
        entry["relative"] = os.path.relpath(file, target.parent)
    return entry


def find_file(entry: Mapping[str, str], *, target: Path) -> Path | str:
    """Return the file of a description; it may have moved together with `target`.

    Raises:
        VectorError: If it does not exist or has changed.
    """
    if "sha256" not in entry:
        return entry["path"]
    places = [Path(entry["path"])]
    if "relative" in entry:
        places.insert(0, target.parent / entry["relative"])
    existing = [place for place in places if place.is_file()]
    for place in existing:
        if _digest(place) == entry["sha256"]:
            return f"{place}{entry['layer']}" if "layer" in entry else place
    if existing:
        raise VectorError(f"'{existing[0]}' has changed since '{target}' was made from it: {_REMEDY}")
    raise VectorError(f"'{entry['path']}', which '{target}' was made from, does not exist: restore it, or {_REMEDY}")


def read_record(path: Path) -> Mapping[str, str]:
    """Return the metadata of a GeoPackage that was written by this package and not edited.

    Raises:
        VectorError: If it cannot be read, has a layer without provenance, or was edited.
    """
    import pyogrio
    from pyogrio.errors import DataLayerError, DataSourceError

    try:
        names = [str(name) for name, kind in pyogrio.list_layers(path) if kind or str(name) != "layer_styles"]
        records = {name: pyogrio.read_info(path, layer=name)["layer_metadata"] or {} for name in names}
        with closing(sqlite3.connect(path)) as database:
            changed = dict(database.execute("SELECT table_name, last_change FROM gpkg_contents"))
    except (DataSourceError, DataLayerError, UnicodeDecodeError, sqlite3.Error) as error:
        raise VectorError(f"cannot append to '{path}', as it is no GeoPackage that can be read: {error}") from error
    foreign = [name for name, record in records.items() if SOURCES not in record]
    if foreign or not records:
        raise VectorError(
            f"cannot append to '{path}': its layer '{''.join(foreign[:1])}' has no record of its label rasters, as "
            f"those of `vectorize`, `segment` and `label` have; write to another file, or {_REMEDY}"
        )
    edited = [name for name, record in records.items() if record.get(WRITTEN) != changed.get(name)]
    if edited:
        raise VectorError(
            f"cannot append to '{path}': its layer '{edited[0]}' was edited after it was made, and the edits would be "
            f"lost; write to another file, or {_REMEDY}"
        )
    return next(iter(records.values()))


def read_sources(record: Mapping[str, str]) -> dict[str, Any]:
    """Return the source files in a layer's metadata.

    Raises:
        VectorError: If they are damaged.
    """
    source = "the record of the label rasters in the GeoPackage"
    sources: dict[str, Any] = parse_json(record[SOURCES], error=VectorError, source=source)
    validate(_Sources, sources, error=VectorError, source=source)
    return sources


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
