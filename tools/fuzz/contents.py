"""Damage the content of a file: bits and bytes, words of a text, structures of JSON, TOML and safetensors."""

import json
import re
import struct
import tomllib
from pathlib import Path

from hypothesis import strategies as st
from values import NUMBERS, TEXTS, Draw, Pairs, damaged_trees, to_pairs, write_tree


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


def damage_structure(draw: Draw, path: Path, content: bytes) -> bytes | None:
    """Return a file of JSON-like data with another structure, or None for other files."""
    try:
        if path.suffix == ".toml":
            tree = draw(damaged_trees(to_pairs(tomllib.loads(content.decode()))))
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


def damage_safetensors(draw: Draw, content: bytes) -> bytes:
    size = int.from_bytes(content[:8], "little")
    try:
        header = _damage_json(draw, content[8 : 8 + size])
    except (ValueError, RecursionError):
        # An earlier damage is in the header.
        return bytes(draw(damaged_bytes(content)))
    stated = len(header) if draw(st.integers(0, 4)) else draw(st.sampled_from([0, size, 1 << 20, 1 << 62]))
    return stated.to_bytes(8, "little") + header + content[8 + size :]
