"""Models and options of proxyclip-geo, for use before a worker runs; tests compare them with the package."""

import json
from pathlib import Path

MODELS = (
    "vitb16-dino-b8",
    "vitb16-dino-s8",
    "vitl14-dino-b8",
    "vith14-dino-b8",
    "vitb16-dinov2-b14",
    "vitb16-dinov3-s16",
    "vitb16-dinov3-b16",
    "vitb16-dinov3-l16-sat",
    "vitb16-sam-b",
    "vitb16-mae-b16",
    "remoteclip-l14-dino-b8",
    "georsclip-l14-dino-b8",
    "lite",
    "demo",
)

_DECLARED = json.loads((Path(__file__).parent / "options.json").read_text("utf-8"))
"""The options of proxyclip-geo; `tools/write_plugin_options.py` writes them."""

DEFAULT_MODEL = _DECLARED["model"]

PRESETS = _DECLARED["presets"]
"""Model of each purpose: fast, balanced, best."""

EXACT = {"exact": True}
"""Options of polygons that keep pixel edges."""


def default(kind, name):
    """Return the default of an option, e.g. of "field" of the class "Examples"; None if it has none."""
    return _DECLARED[kind][name].get("default")


def choices(kind, name):
    """Return the values that an option accepts, e.g. "synonyms" of the class "LabelOptions"."""
    return tuple(_DECLARED[kind][name]["choices"])
