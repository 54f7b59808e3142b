"""Write the choices, limits and defaults of the options into the QGIS plugin, which shows them before any worker runs.

Run `python tools/write_plugin_options.py` after a change of an option or a new model; a test compares the file.
"""

import json
from pathlib import Path

from pydantic import TypeAdapter

import proxyclip_geo as pg
from proxyclip_geo.api.options import ChangeOptions, ClusterOptions
from proxyclip_geo.models.options import DEFAULT_MODEL, PRESETS
from proxyclip_geo.models.registry import builtin_cards

FILE = Path(__file__).parents[1] / "qgis_plugin" / "proxyclip_mapper" / "options.json"
CLASSES = (
    pg.EncodeOptions,
    pg.LabelOptions,
    pg.StoreOptions,
    pg.VectorOptions,
    pg.Examples,
    ChangeOptions,
    ClusterOptions,
)
KEYS = {"default": "default", "enum": "choices", "minimum": "minimum", "maximum": "maximum"}


def describe_options() -> dict[str, object]:
    """Return the default model, the presets, and what each option accepts by class and name."""
    names = list(builtin_cards())
    found: dict[str, object] = {"model": DEFAULT_MODEL, "presets": dict(PRESETS), "models": names}
    for cls in CLASSES:
        properties = TypeAdapter(cls).json_schema()["properties"]
        found[cls.__name__] = {name: _describe(field) for name, field in properties.items()}
    return found


def _describe(field: dict[str, object]) -> dict[str, object]:
    schemas = [field, *field.get("anyOf", ())]  # type: ignore[misc]
    found = {name: schema[key] for schema in schemas for key, name in KEYS.items() if key in schema}
    return {name: value for name, value in found.items() if value is not None}


if __name__ == "__main__":
    FILE.write_text(json.dumps(describe_options(), indent=1) + "\n", "utf-8")
