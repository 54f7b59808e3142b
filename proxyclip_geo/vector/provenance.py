"""What a GeoPackage of ours was made from, so that label rasters can be added to it later."""

import hashlib
import json
import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from proxyclip_geo.errors import VectorError

SOURCES, WRITTEN = "VECTOR_SOURCES", "WRITTEN"
"""Keys of a layer's metadata: what it was made from, and when it was written."""
_ANEW = "make the layer anew from all label rasters (with --overwrite, overwrite=True in Python)"


def describe_file(path: Path | str, *, target: Path) -> dict[str, str]:
    """Return what finds a file again: its path, the one from the folder of `target`, and its SHA-256; a URL's text."""
    file = Path(path)
    if not file.is_file():
        return {"path": str(path)}
    found = {"path": os.path.abspath(file), "sha256": _digest(file)}
    # On Windows there is no way from one drive to another.
    with suppress(ValueError):
        found["relative"] = os.path.relpath(file, target.parent)
    return found


def find_file(entry: Mapping[str, str], *, target: Path) -> Path | str:
    """Return the file that `describe_file` described, which may have moved together with `target`.

    Raises:
        VectorError: If it is gone or has changed.
    """
    if "sha256" not in entry:
        return entry["path"]
    places = [Path(entry["path"])]
    if "relative" in entry:
        places.insert(0, target.parent / entry["relative"])
    there = [geobox for geobox in places if geobox.is_file()]
    for geobox in there:
        if _digest(geobox) == entry["sha256"]:
            return geobox
    if there:
        raise VectorError(f"'{there[0]}' has changed since '{target}' was made from it: {_ANEW}")
    raise VectorError(f"'{entry['path']}', which '{target}' was made from, is gone: bring it back, or {_ANEW}")


def read_record(path: Path) -> Mapping[str, str]:
    """Return the metadata of a GeoPackage of ours that is as it was written.

    Raises:
        VectorError: If it cannot be read, does not say what it was made from, or holds anything else.
    """
    import pyogrio
    from pyogrio.errors import DataLayerError, DataSourceError

    try:
        names = [str(name) for name, kind in pyogrio.list_layers(path) if kind or str(name) != "layer_styles"]
        records = {name: pyogrio.read_info(path, layer=name)["layer_metadata"] or {} for name in names}
        with closing(sqlite3.connect(path)) as database:
            changed = dict(database.execute("SELECT table_name, last_change FROM gpkg_contents"))
    except (DataSourceError, DataLayerError, sqlite3.Error) as error:
        raise VectorError(f"cannot append to '{path}', as it is no GeoPackage that can be read: {error}") from error
    foreign = [name for name, record in records.items() if SOURCES not in record]
    if foreign or not records:
        raise VectorError(
            f"cannot append to '{path}': its layer '{''.join(foreign[:1])}' does not say which label rasters it was "
            f"made from, as those of `vectorize`, `segment` and `label` do; write to another file, or {_ANEW}"
        )
    edited = [name for name, record in records.items() if record.get(WRITTEN) != changed.get(name)]
    if edited:
        raise VectorError(
            f"cannot append to '{path}': its layer '{edited[0]}' was edited after it was made, and the edits would be "
            f"lost; write to another file, or {_ANEW}"
        )
    return next(iter(records.values()))


def read_sources(record: Mapping[str, str]) -> dict[str, Any]:
    """Return the sources in a layer's metadata."""
    sources: dict[str, Any] = json.loads(record[SOURCES])
    return sources


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
