"""No message that another front end may show names a command, a flag or an option that only the command line has."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from proxyclip_geo.remedies import REMEDIES

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "proxyclip_geo"
PLUGIN = ROOT / "qgis_plugin" / "proxyclip_mapper"

COMMAND = re.compile(
    r"proxyclip-geo [a-z]|models fetch|\bpip install|\brio [a-z]|\bdask [a-z]|(?<![\w-])--[a-z]|\.py\b|command line"
)
OPTION = re.compile(r"`(?:\w+\.)*(\w+)`|\b(\w+)=(?:True|False|'[^']*'|\d)")

# Functions of Python and the command line without a request, and pages for browsers.
NOT_IN_THE_WORKER = ("api/areas.py", "api/benchmark.py", "api/plot.py", "raster/data_array.py")

# Options in messages that the plugin's requests cannot cause.
UNREACHABLE = {
    "append": "the plugin never appends",
    "at": "the panel sends a point, and nothing else",
    "band": "a name in XML",
    "by_class": "the plugin writes one layer",
    "bytes": "a header of HTTP",
    "label": "the preview has the size of the screen",
    "overviews": "the name of a folder",
    "on_error": "a request has one raster",
    "segment": "the plugin never appends",
    "vectorize": "the plugin never appends",
}


def messages(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the place and the text of each string of a module that is no documentation."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped: set[int] = set()
    for node in ast.walk(tree):
        # Documentation, help of options, and texts of types.
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("option", "typer.Option", "re.compile"):
            skipped.update(id(item) for item in ast.walk(node))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value


def modules() -> list[Path]:
    """Return the modules whose messages the worker may send."""
    return [
        path
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.relative_to(PACKAGE).parts[0] not in ("cli", "serve", "remedies.py", "__main__.py")
        and path.relative_to(PACKAGE).as_posix() not in NOT_IN_THE_WORKER
    ]


def sentences() -> dict[str, set[str]]:
    """Return the codes that the plugin knows, and the values that its sentences name."""
    tree = ast.parse((PLUGIN / "client" / "sentences.py").read_text(encoding="utf-8"))
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == "_remedies":
            (table,) = (item for item in ast.walk(node) if isinstance(item, ast.Dict))
            for key, value in zip(table.keys, table.values, strict=True):
                texts = [item.value for item in ast.walk(value) if isinstance(item, ast.Constant)]
                found[ast.literal_eval(key)] = fields("".join(texts))  # type: ignore[arg-type]
    return found


def labels() -> set[str]:
    """Return the options that the plugin has labels for."""
    tree = ast.parse((PLUGIN / "client" / "sentences.py").read_text(encoding="utf-8"))
    (function,) = (item for item in ast.walk(tree) if isinstance(item, ast.FunctionDef) and item.name == "_labels")
    (table,) = (item for item in ast.walk(function) if isinstance(item, ast.Dict))
    return {ast.literal_eval(key) for key in table.keys if key is not None}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_messages_name_no_command() -> None:
    found = [f"{place}: {text}" for path in modules() for place, text in messages(path) if COMMAND.search(text)]
    assert found == []


def test_messages_name_only_options_that_the_plugin_has() -> None:
    known = labels()
    found = [
        f"{place}: {name}"
        for path in modules()
        for place, text in messages(path)
        for groups in OPTION.findall(text)
        for name in groups
        if name and name not in known and name not in UNREACHABLE
    ]
    assert found == []


def test_remedies_have_the_values_of_their_sentences() -> None:
    used = set()
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Remedy":
                code = ast.literal_eval(node.args[0])
                values = node.args[1] if len(node.args) > 1 else ast.Dict([], [])
                assert isinstance(values, ast.Dict)
                assert {ast.literal_eval(key) for key in values.keys if key} == fields(REMEDIES[code]), code
                used.add(code)
    assert used == set(REMEDIES)


def test_the_plugin_has_a_sentence_for_each_remedy() -> None:
    known = sentences()
    assert set(known) == set(REMEDIES)
    for code, names in known.items():
        assert names <= fields(REMEDIES[code]), code


@pytest.mark.parametrize("path", sorted(PLUGIN.rglob("*.py")), ids=lambda path: path.relative_to(PLUGIN).as_posix())
def test_texts_of_the_plugin_name_no_command(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "tr":
            assert not COMMAND.search(ast.literal_eval(node.args[0]))
