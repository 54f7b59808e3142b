"""Print the names of QGIS's classes that the plugin uses as JSON, for the stub of `qgis` under PyQt6.

Run it with the Python of an installed QGIS. For each class: its nearest Qt class, its enums with their members, and
its other names.
"""

import ast
import importlib
import json
from enum import EnumMeta
from pathlib import Path

PLUGIN = Path(__file__).parents[1] / "qgis_plugin" / "proxyclip_mapper"
MODULES = ("qgis.core", "qgis.gui")


def main():
    """Print the names."""
    found = {module: {} for module in MODULES}
    for path in sorted(PLUGIN.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module in found:
                for alias in node.names:
                    found[node.module][alias.name] = describe(getattr(importlib.import_module(node.module), alias.name))
    print(json.dumps(found))


def describe(kind):
    """Return the nearest Qt class, the enums and the other names of a class."""
    qt = next((base for base in kind.__mro__ if base.__module__.startswith("PyQt5.")), None)
    own = {name for base in kind.__mro__ if base.__module__.startswith("qgis.") for name in vars(base)}
    # Attributes of instances cannot be read from the class.
    values = {name: getattr(kind, name, None) for name in own if not name.startswith("__")}
    enums = {name for name, value in values.items() if is_enum(value)}
    members = {name: [] for name in enums}
    unscoped = set()
    for name, value in values.items():
        for enum in enums:
            if type(value) is values[enum]:
                members[enum].append(name)
                unscoped.add(name)
    for enum in enums:
        if isinstance(values[enum], EnumMeta):
            members[enum] = list(values[enum].__members__)
    return {
        "qt": None if qt is None else [qt.__module__.replace("PyQt5", "PyQt6"), qt.__name__],
        "enums": members,
        "names": sorted(set(values) - enums - unscoped),
    }


def is_enum(value):
    """Return whether a value is an enum of sip or Python."""
    return isinstance(value, EnumMeta) or type(value).__name__ == "enumtype"


if __name__ == "__main__":
    main()
