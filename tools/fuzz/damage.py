"""Damage a file or a folder with an array: the content, an archive, a database, or the file itself."""

import contextlib
import os
import shutil
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from contents import damage_safetensors, damage_structure, damaged_bytes, damaged_text
from hypothesis import strategies as st
from values import TEXTS, Draw

_TEXTUAL = (".toml", ".json", ".yaml", ".yml", ".txt", ".csv", ".tsv", ".geojson", ".kml", ".gml", ".xsd", ".vrt")
_TEXTUAL += (".xml", ".prj", ".cpg", ".wld", ".tfw", ".qml", ".lines", ".asc", ".hdr")


def damage(draw: Draw, path: Path) -> None:
    """Damage a file, a link or a folder with a Zarr array."""
    if path.is_dir():
        # An array may be damaged already.
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError, ArithmeticError, RuntimeError):
            _damage_array(draw, path)
        return
    if draw(st.integers(0, 19)) == 0:
        _replace_file(draw, path)
        return
    content = path.read_bytes()
    raw = draw(st.integers(0, 5)) == 0
    if not raw and path.suffix in _TEXTUAL:
        damaged = damage_structure(draw, path, content) if draw(st.booleans()) else None
        if damaged is None:
            damaged = draw(damaged_text(content.decode("utf-8", "surrogateescape").replace("\udcff", "")))
        path.write_bytes(damaged)
    elif not raw and path.suffix == ".safetensors":
        path.write_bytes(damage_safetensors(draw, content))
    elif not raw and zipfile.is_zipfile(path):
        _damage_zip(draw, path)
    elif not raw and path.suffix in (".gpkg", ".sqlite"):
        _damage_sqlite(draw, path)
    else:
        path.write_bytes(draw(damaged_bytes(content)))


def _damage_zip(draw: Draw, path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    index = draw(st.integers(0, len(members) - 1))
    name, content = members[index]
    change = draw(st.sampled_from(["content", "content", "content", "name", "remove"]))
    members[index] = (draw(st.sampled_from([*TEXTS[15:25], "x"])), content) if change == "name" else (name, content)
    if change == "content":
        members[index] = (name, draw(damaged_bytes(content)))
    elif change == "remove":
        del members[index]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)


def _damage_sqlite(draw: Draw, path: Path) -> None:
    """Put a value into a column of some table, or drop a table."""
    database = sqlite3.connect(path)
    try:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        if not tables:
            # An earlier damage has emptied the file.
            return
        table = draw(st.sampled_from(sorted(tables)))
        columns = [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]
        value = draw(st.one_of(st.none(), st.integers(-(2**62), 2**62), st.sampled_from(TEXTS), st.binary(max_size=40)))
        value = value.encode("utf-8", "surrogatepass") if isinstance(value, str) and not value.isprintable() else value
        if draw(st.integers(0, 9)) == 0:
            database.execute(f'DROP TABLE "{table}"')
        else:
            database.execute(f'UPDATE "{table}" SET "{draw(st.sampled_from(columns))}" = ?', (value,))
        database.commit()
    except sqlite3.Error:
        # Triggers call functions of GeoPackage that are not here.
        database.rollback()
        database.close()
        path.write_bytes(draw(damaged_bytes(path.read_bytes())))
    finally:
        database.close()


def _damage_array(draw: Draw, path: Path) -> None:
    """Write impossible values into a part of an array; the file stays a valid one."""
    array: Any = zarr.open_array(path, mode="r+")
    part = tuple(slice(draw(st.integers(0, side - 1)), None) for side in array.shape)
    if array.dtype.kind == "f":
        value = draw(st.sampled_from([0.0, -0.0, 1e-8, 2.5, 6e4, -6e4, np.nan, np.inf, -np.inf, 1.0]))
    else:
        limits = np.iinfo(array.dtype)
        value = draw(st.sampled_from([limits.min, 0, 1, 2, 3, 4, limits.max]))
    array[part] = value


def _replace_file(draw: Draw, path: Path) -> None:
    """Put something else in the place of a file."""
    content = path.read_bytes()
    path.unlink()
    kind = draw(st.sampled_from(["nothing", "empty", "folder", "zeros", "device", "pipe", "loop", "text", "sibling"]))
    siblings = sorted(other for other in path.parent.iterdir() if other.is_file() and not other.is_symlink())
    if kind == "empty":
        path.touch()
    elif kind == "folder":
        path.mkdir()
    elif kind == "zeros":
        path.write_bytes(bytes(len(content)))
    elif kind == "device":
        path.symlink_to(draw(st.sampled_from(["/dev/zero", "/dev/null", "/dev/urandom"])))
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "loop":
        # Relative, so that a copy of the folder holds a loop, too.
        path.symlink_to(path.name)
    elif kind == "text":
        path.write_text("<html><body>404</body></html>")
    elif kind == "sibling" and siblings:
        shutil.copy(draw(st.sampled_from(siblings)), path)
