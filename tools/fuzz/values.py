"""Values that a schema must refuse, and trees of JSON or TOML with some of them: hypothesis strategies."""

import json
from collections.abc import Callable, Iterator
from typing import Any

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


def to_pairs(value: Any) -> Any:
    if isinstance(value, dict):
        return Pairs([key, to_pairs(item)] for key, item in value.items())
    return list(map(to_pairs, value)) if isinstance(value, list) else value
