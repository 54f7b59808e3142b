"""Check without running it that the plugin works with Qt 6: look up every Qt name in PyQt6.

Qt 6 has no unscoped enums (`Qt.UserRole`), no `exec_`, and some classes in other modules. QGIS's own enums must be
scoped, too; the installed QGIS tells which names are enums.
"""

import ast
import importlib
from pathlib import Path

GONE = {"exec_": "exec", "toTime_t": "toSecsSinceEpoch"}
"""Methods that Qt 6 lacks, and their replacements."""


def check_qt6(folder):
    """Return a line for each name that Qt 6 lacks.

    Args:
        folder: The plugin's folder.
    """
    found = []
    for path in sorted(Path(folder).rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"), str(path))
        for line, message in sorted(set(_check_module(tree))):
            found.append(f"{path}:{line}: {message}")
    return found


def _check_module(tree):
    names = dict(_imported(tree))
    guarded = _lines_in_try(tree)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from _check_import(node, guarded)
        elif isinstance(node, ast.Attribute):
            if node.attr in GONE:
                yield node.lineno, f"{node.attr}() is not in Qt 6; use {GONE[node.attr]}()"
            chain = _chain(node)
            if chain and chain[0] in names:
                yield from _check_chain(node.lineno, chain, names[chain[0]])


def _imported(tree):
    """Yield (name, module) of each import from qgis."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0 and node.module.startswith("qgis."):
            for alias in node.names:
                yield alias.asname or alias.name, node.module


def _check_import(node, guarded):
    modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    for module in modules:
        if module.split(".")[0] in ("PyQt5", "PyQt6", "PySide2", "PySide6", "sip"):
            yield node.lineno, f"import from qgis.PyQt, not from {module}"
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("qgis.PyQt.") and node.lineno not in guarded:
        theirs = importlib.import_module(node.module.replace("qgis.PyQt", "PyQt6"))
        for alias in node.names:
            if not hasattr(theirs, alias.name):
                yield node.lineno, f"{node.module}.{alias.name} is not there in Qt 6"


def _lines_in_try(tree):
    """Return the lines inside a `try` for an ImportError, which handle both versions."""
    lines = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Try):
            lines.update(range(node.lineno, node.end_lineno + 1))
    return lines


def _check_chain(line, chain, module):
    if module.startswith("qgis.PyQt."):
        owner = getattr(importlib.import_module(module.replace("qgis.PyQt", "PyQt6")), chain[0], None)
        for name in chain[1:]:
            if owner is None or not isinstance(owner, type):
                return
            if not hasattr(owner, name):
                yield line, f"{'.'.join(chain)} is not there in Qt 6; scope the enum"
                return
            owner = getattr(owner, name)
    elif len(chain) == 2:
        owner = getattr(importlib.import_module(module), chain[0], None)
        if isinstance(owner, type) and type(type(getattr(owner, chain[1], None))).__name__ == "enumtype":
            kind = type(getattr(owner, chain[1])).__name__
            yield line, f"{'.'.join(chain)} is an unscoped enum; write {chain[0]}.{kind}.{chain[1]} or the like"


def _chain(node):
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [node.id, *reversed(parts)] if isinstance(node, ast.Name) else None
