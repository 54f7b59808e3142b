"""Ways to damage a valid file: hypothesis strategies, from single bits to values that a schema must refuse."""

import contextlib
import json
import os
import re
import shutil
import sqlite3
import struct
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from hypothesis import strategies as st

Draw = Callable[..., Any]


class Raw(str):
    """A text that is written into JSON or TOML as it stands."""


class Pairs(list[Any]):
    """A mapping as a list of [key, value], so that a key may be there twice."""


NUMBERS = (
    *(
        "0",
        "-1",
        "1",
        "2",
        "3.5",
        "255",
        "256",
        "65535",
        "65536",
        "100000000",
        "1000000000",
        "2147483648",
        "4294967296",
    ),
    *("9223372036854775808", "18446744073709551616", "200000000000000", "-2147483649", "0.0", "-0.0", "1e-320", "1e-9"),
    *("1e10", "1e38", "3.5e38", "1e300", "-1e300", "1e400", "nan", "NaN", "inf", "-Infinity", "0x10", "1_000", "1e"),
    *("9" * 400, "9" * 5000, "0." + "3" * 5000, "007"),
)
TEXTS = (
    *(
        "",
        " ",
        "a",
        "\x00",
        "\ud800",
        "é",
        "\u202e",
        "🌍",
        "a" * 300,
        "a" * 10_000,
        "word " * 3000,
        "\n",
        "\t",
        "'",
        '"',
    ),
    *(
        "..",
        "../evil",
        "../../evil",
        "/evil",
        "a/b",
        "a\\b",
        "C:\\evil",
        "//host/share",
        "~/evil",
        "con",
        "-dash",
        ".a",
    ),
    *(
        "$HOME",
        "%s",
        "{}",
        "{0}",
        "{x}",
        "[red]",
        "<b>",
        "&amp;",
        "';--",
        "null",
        "true",
        "no",
        "None",
        "#",
        ";",
        ",",
        "*",
    ),
    *("hf-hub:owner/name", "http://127.0.0.1:9/x", "file:///etc/passwd", "/vsicurl/http://127.0.0.1:9/x", "/dev/zero"),
    *(
        "memory://x",
        "s3://x/y",
        "github://x:y@z/",
        "EPSG:4326",
        "EPSG:99999",
        "IAU_2015:49900",
        "float64",
        "|V8",
        "2024-13-45",
    ),
)
LARGE = (Raw("[" * 3000 + "]" * 3000), Raw("[" + "0," * 100_000 + "0]"), Raw('{"a":' * 2000 + "1" + "}" * 2000))


def values() -> st.SearchStrategy[Any]:
    """Return values of JSON that a schema must refuse, or that are merely unusual."""
    plain = st.one_of(
        st.none(),
        st.booleans(),
        st.sampled_from(NUMBERS).map(Raw),
        st.integers(-4, 300),
        st.integers(),
        st.floats(),
        st.sampled_from(TEXTS),
        st.text(max_size=20),
    )
    return st.one_of(
        plain,
        plain,
        st.lists(plain, max_size=6),
        st.builds(Pairs, st.lists(st.tuples(st.text(max_size=8), plain).map(list), max_size=4)),
        st.sampled_from(LARGE),
    )


@st.composite
def damaged_trees(draw: Draw, tree: Any) -> Any:
    """Change one to three places of JSON-like data: replace, remove, repeat, rename, exchange, scale."""
    root = [tree]
    for _ in range(draw(st.integers(1, 3))):
        spots = list(_spots(root))
        container, index = spots[draw(st.integers(0, len(spots) - 1))]
        entry = container[index]
        keyed = isinstance(container, Pairs)
        value = entry[1] if keyed else entry
        change = draw(st.sampled_from(["value", "value", "value", "remove", "repeat", "rename", "exchange", "scale"]))
        if change == "remove" and container is not root:
            del container[index]
        elif change == "repeat":
            container[index:index] = [entry] * draw(st.sampled_from([1, 2, 1000]))
        elif change == "rename" and keyed:
            container[index] = [draw(st.one_of(st.sampled_from(TEXTS), st.text(max_size=9))), value]
        elif change == "exchange":
            other, place = spots[draw(st.integers(0, len(spots) - 1))]
            found = other[place][1] if isinstance(other, Pairs) else other[place]
            container[index] = [entry[0], found] if keyed else found
        else:
            new = draw(values())
            if change == "scale" and isinstance(value, int | float):
                new = value * draw(st.sampled_from([-1, 0, 2, 1000, 10**9, 0.5, 1e-9])) + draw(st.sampled_from([0, 1]))
            container[index] = [entry[0], new] if keyed else new
    return root[0]


def _spots(container: list[Any], depth: int = 0) -> Iterator[tuple[list[Any], int]]:
    for index, entry in enumerate(container[:2000]):
        yield container, index
        value = entry[1] if isinstance(container, Pairs) else entry
        if isinstance(value, list) and depth < 30:
            yield from _spots(value, depth + 1)


def write_tree(tree: Any, *, toml: bool = False) -> str:
    """Return a tree as JSON, or as an inline value of TOML."""
    if isinstance(tree, Raw):
        return tree
    if isinstance(tree, Pairs):
        middle = " = " if toml else ": "
        return "{" + ", ".join(json.dumps(key) + middle + write_tree(value, toml=toml) for key, value in tree) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(write_tree(value, toml=toml) for value in tree) + "]"
    if isinstance(tree, int) and not isinstance(tree, bool) and abs(tree) >= 10**4000:
        return "9" * 5000
    return json.dumps(tree)


def _to_pairs(value: Any) -> Any:
    if isinstance(value, dict):
        return Pairs([key, _to_pairs(item)] for key, item in value.items())
    return list(map(_to_pairs, value)) if isinstance(value, list) else value


@st.composite
def damaged_bytes(draw: Draw, content: bytes) -> bytes:
    """Change one to four places: bits, bytes, numbers of 2, 4 or 8 bytes, cuts, insertions, repetitions."""
    data = bytearray(content or b"\0")
    for _ in range(draw(st.integers(1, 4))):
        size = max(1, len(data))
        # Headers are at the start or the end of most formats.
        near = min(size, 600)
        place = draw(st.one_of(st.integers(0, near - 1), st.integers(size - near, size - 1), st.integers(0, size - 1)))
        end = min(size, place + draw(st.integers(1, 64)))
        change = draw(st.sampled_from(["bit", "byte", "number", "number", "cut", "remove", "insert", "repeat", "move"]))
        if change == "bit" and data:
            data[place] ^= 1 << draw(st.integers(0, 7))
        elif change == "byte":
            data[place : place + 1] = draw(st.sampled_from([b"\0", b"\xff", b"\x7f", b"\n", b'"', b"<"]))
        elif change == "number":
            code = draw(st.sampled_from("BHIQhiqfd"))
            data[place : place + struct.calcsize(code)] = _pack(code, draw(st.sampled_from([0, 1, 2, 7, 1 << 16, -1])))
        elif change == "cut":
            del data[place:]
        elif change == "remove":
            del data[place:end]
        elif change == "insert":
            data[place:place] = draw(st.binary(max_size=32))
        elif change == "repeat":
            data[place:place] = data[place:end] * draw(st.sampled_from([1, 2, 500]))
        else:
            other = draw(st.integers(0, size - 1))
            data[other : other + end - place] = data[place:end]
    return bytes(data)


def _pack(code: str, number: int) -> bytes:
    size = 8 * struct.calcsize(code)
    if code in "fd":
        return struct.pack(code, {-1: float("nan"), 7: float("inf"), 2: 1e30}.get(number, number))
    return (number % (1 << size)).to_bytes(size // 8, "little")


_TOKEN = re.compile(r"[-+]?\d[\d.eE+-]*|\w+|[^\w\s]")


@st.composite
def damaged_text(draw: Draw, text: str) -> bytes:
    """Change one to three numbers, words or signs of a text."""
    for _ in range(draw(st.integers(1, 3))):
        tokens = list(_TOKEN.finditer(text))[:100_000]
        if not tokens:
            break
        token = tokens[draw(st.integers(0, len(tokens) - 1))]
        new = draw(
            st.one_of(
                st.sampled_from(NUMBERS),
                st.sampled_from(TEXTS),
                st.just(""),
                st.sampled_from([2, 3, 1000, 20_000]).map(lambda times, word=token[0]: (word + " ") * times),
                st.sampled_from([1, 100, 5000]).map(lambda times, word=token[0]: word * times),
                st.integers(0, len(tokens) - 1).map(lambda other, tokens=tokens: tokens[other][0]),
            )
        )
        if len(text) < 1 << 21:
            text = text[: token.start()] + new + text[token.end() :]
    return text.encode("utf-8", "surrogatepass")


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
        damaged = _damage_structure(draw, path, content) if draw(st.booleans()) else None
        if damaged is None:
            damaged = draw(damaged_text(content.decode("utf-8", "surrogateescape").replace("\udcff", "")))
        path.write_bytes(damaged)
    elif not raw and path.suffix == ".safetensors":
        path.write_bytes(_damage_safetensors(draw, content))
    elif not raw and zipfile.is_zipfile(path):
        _damage_zip(draw, path)
    elif not raw and path.suffix in (".gpkg", ".sqlite"):
        _damage_sqlite(draw, path)
    else:
        path.write_bytes(draw(damaged_bytes(content)))


def _damage_structure(draw: Draw, path: Path, content: bytes) -> bytes | None:
    """Return a file of JSON-like data with another structure, or None for other files."""
    try:
        if path.suffix == ".toml":
            tree = draw(damaged_trees(_to_pairs(tomllib.loads(content.decode()))))
            entries = tree if isinstance(tree, Pairs) else [["value", tree]]
            lines = (f"{json.dumps(key)} = {write_tree(value, toml=True)}" for key, value in entries)
            return "\n".join(lines).encode("utf-8", "surrogatepass")
        if path.suffix == ".lines":
            return b"\n".join(_damage_json(draw, line) for line in content.splitlines())
        return _damage_json(draw, content)
    except (ValueError, tomllib.TOMLDecodeError, RecursionError):
        return None


def _damage_json(draw: Draw, content: bytes) -> bytes:
    tree = json.loads(content, object_pairs_hook=lambda pairs: Pairs(map(list, pairs)))
    return write_tree(draw(damaged_trees(tree))).encode("utf-8", "surrogatepass")


def _damage_safetensors(draw: Draw, content: bytes) -> bytes:
    size = int.from_bytes(content[:8], "little")
    header = _damage_json(draw, content[8 : 8 + size])
    stated = len(header) if draw(st.integers(0, 4)) else draw(st.sampled_from([0, size, 1 << 20, 1 << 62]))
    return stated.to_bytes(8, "little") + header + content[8 + size :]


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
