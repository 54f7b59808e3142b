"""Modules and functions of the package stay small."""

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "proxyclip_geo"
PLUGIN = Path(__file__).parents[1] / "qgis_plugin"
MOST_LINES, MOST_BODY_LINES, MOST_PARAMETERS = 350, 60, 6

# Every keyword of these is a word of the user: a function of the Python API, a command or a request.
METHODS = ("worker/methods.py", "worker/embedding_methods.py")
VERBS = ("api/", "cli/", *METHODS, "evaluation/evaluate.py")

MANY_PARAMETERS = {
    "api/fit.py _fit": "the checked arguments of `fit`",
    "api/record.py make_record": "one for each entry of the record",
    "api/run_blocks.py compute_blocks": "all parts of a run",
    "api/vectorize.py write_layer": "the inputs of `vectorize` without its checks",
    "api/write_map.py finish_map": "all parts of a run, from two callers",
    "api/plot.py plot_labels": "one for each part of the map",
    "engine/encode_block.py blend_block": "block, pixels, settings and two observers",
    "engine/plan.py make_plan": "one for each field of the plan",
    "engine/runner.py run_blocks": "all parts of a run and three observers",
    "evaluation/evaluate.py _compare": "the checked arguments of `evaluate`",
    "models/encoder.py __init__": "both towers and their settings",
    "raster/preview.py draw_preview": "one for each part of the picture",
    "raster/examples.py read_examples": "file, column and the words that messages use for them",
}

LONG_FUNCTIONS_OF_THE_PLUGIN = {
    "test_whole_way.py test_install_encode_words_examples_export_reopen": "the steps of a user, in one session",
}


def iter_functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield f"{path.relative_to(PACKAGE).as_posix()} {node.name}", node


def is_verb(name: str) -> bool:
    module, _, function = name.partition(" ")
    public = module.startswith("cli/") or module in METHODS or function in exported()
    return public and module.startswith(VERBS)


def exported() -> set[str]:
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
    return {
        alias.asname or alias.name for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }


def count_parameters(node: ast.FunctionDef) -> int:
    arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
    return sum(item.arg not in ("self", "cls") for item in arguments)


def count_lines(node: ast.FunctionDef) -> int:
    """Return the lines of the body of a function, without its documentation."""
    first = node.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    start = first.end_lineno if documented else first.lineno - 1
    return (node.end_lineno or 0) - (start or 0)


def test_modules_are_short() -> None:
    lines = {path: path.read_text(encoding="utf-8").count("\n") for path in PACKAGE.rglob("*.py")}
    assert {path.relative_to(PACKAGE).as_posix(): count for path, count in lines.items() if count > MOST_LINES} == {}


def test_modules_of_the_plugin_and_their_functions_are_short() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in PLUGIN.rglob("*.py")}
    assert [path.name for path, text in texts.items() if text.count("\n") > MOST_LINES] == []
    long = [
        f"{path.name} {node.name}"
        for path, text in texts.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
        if count_lines(node) > MOST_BODY_LINES
    ]
    assert set(long) == set(LONG_FUNCTIONS_OF_THE_PLUGIN)


def test_functions_are_short() -> None:
    assert [name for name, node in iter_functions() if count_lines(node) > MOST_BODY_LINES] == []


def test_functions_have_few_parameters() -> None:
    many = {name for name, node in iter_functions() if count_parameters(node) > MOST_PARAMETERS}
    assert {name for name in many if not is_verb(name)} == set(MANY_PARAMETERS)
