"""Models and options of proxyclip-geo, for use before a worker runs; tests compare them with the package."""

import json
from pathlib import Path

_DECLARED = json.loads((Path(__file__).parent / "options.json").read_text("utf-8"))
"""The options of proxyclip-geo; `tools/write_plugin_options.py` writes them."""

MODELS = tuple(_DECLARED["models"])

DEFAULT_MODEL = _DECLARED["model"]

PRESETS = _DECLARED["presets"]
"""Model of each purpose: fast, balanced, best."""

EXACT = {"exact": True}
"""Options of polygons that keep pixel edges."""


def default(kind, name):
    """Return the default of an option, e.g. of "field" of the class "Examples"; None if it has none."""
    return _DECLARED[kind][name].get("default")


def limits(kind, name):
    """Return the lowest and the highest value of an option."""
    return _DECLARED[kind][name]["minimum"], _DECLARED[kind][name]["maximum"]


def choices(kind, name):
    """Return the values that an option accepts, e.g. "synonyms" of the class "LabelOptions"."""
    return tuple(_DECLARED[kind][name]["choices"])
