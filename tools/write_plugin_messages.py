"""Write the messages that the worker can send into the QGIS plugin, which translates them.

Run `python tools/write_plugin_messages.py` after a change of a message, then `python tools/translate_plugin.py`; tests
compare the files. A message counts if a function that a request of the plugin may reach holds it (`source_tree`,
`source_messages`), but for what the lists below exclude.
"""

import json
import re
from pathlib import Path

from source_messages import find_messages, find_words
from source_tree import Package, is_below, name_of

ROOT = Path(__file__).parents[1]
PLUGIN = ROOT / "qgis_plugin" / "proxyclip_mapper"
FILE = PLUGIN / "messages.json"

FRONT_ENDS = ("cli", "serve")
"""Other front ends."""

NOT_SENT = {
    "api.append": "append",
    "api.fit": "fit",
    "api.fit_samples": "fit",
    "engine.distributed": "workers",
    "vector.provenance": "append",
    "vector.zonal_statistics": "statistics",
}
"""Modules by the method or option of a request that reaches them; the plugin sends no such request."""

OTHER_TEXTS = (
    *("api.stac_item", "evaluation.gain_picture", "evaluation.report", "models.query_store", "raster.styles"),
    *("vector.convert", "vector.geopackage"),
)
"""Modules whose texts are in files: pictures, reports, styles, SQL."""

FOR_PYTHON = ("evaluation.metrics", "raster.inputs", "synthetic")
"""Modules whose errors are about arrays and objects of Python."""

OPTIONS_NOT_SENT = (
    "adapt",
    "by_class",
    "on_error",
    "scheduler",
    "segments",
    "stride",
    "vector_format",
    "window",
    "workers",
)
"""Options whose values some messages begin with or discuss; left out while the plugin does not send them."""

REMEDIES = ("remedies",)
"""Has sentences of its own in the plugin."""

NO_MESSAGES = (
    # Names that are compared or written: of drivers, bands, fonts, errors of systems.
    *(
        "YCbCr JPEG",
        "JPEG XL",
        "MapInfo File",
        "ESRI Shapefile",
        "Engineering CRS",
        "Arial .*",
        "red edge",
        "no data",
        "no change",
    ),
    "Before, and what changed",
    *(
        "(clip|cnn) pixels",
        "version https.*",
        "No space left",
        "disk is full",
        "too long",
        "not recognized.*",
        "BEGIN .*",
        "PRAGMA .*",
    ),
    # Parts of files, pictures and reports.
    *(
        r"\s*<.*",
        "body .*",
        "background: .*",
        "image/.*",
        "Areas per class",
        "no code",
        "mapped on .*",
        r"{0}; mapped on .*",
    ),
    *("Adapted to .*", "Fitted on .*", ".* by proxyclip_geo \\d.*", r"{0} clusters of {1}", "Shape of polygons.*"),
    *("block size", "read labels", "%s .*", "identity.model .*"),
    # Phrases of pydantic, and parts of sentences that OF_PYDANTIC has whole.
    *(
        " or must be",
        " after validation",
        "Input is .*",
        "a valid .*",
        "an object",
        "greater than or .*",
        "less than or .*",
    ),
    *("at least", "at most", "[Tt]rue or [Ff]alse", "a whole number", "a finite number", "a path or URL .*"),
    *("{0} must be {1}", "{0} must be"),
    # Errors that only callers of Python, the command line or a cluster can make.
    *(
        ".*parse_classes\\(\\).*",
        ".*proxyclip-geo.*",
        "a model of kind .*",
        "append (and|records) .*",
        ".*: append rasters .*",
        ".* positional arguments; .*",
        "give it as {0}.*",
        "(Embedding|Model)\\(.*",
    ),
    *(
        "(shape|transform) {0} .*",
        "block of {0} .*",
        "{0} reaches beyond the raster's .*",
        "no label raster is given.*",
        "{0} is a raster in memory.*",
        "{0} rasters of scores .*",
        "workers or a scheduler",
    ),
    *("give (either a point|one of a word).*", "count={0} .*", "(window|stride) {0} .*"),
)
"""Patterns of texts of two words or more that are no messages for the user of the plugin; {0} is a place."""

OF_PYDANTIC = (
    "{0} must be '{1}' or '{2}'",
    "{0} must be '{1}'",
    "{0} must be True or False",
    "{0} must be a path or URL of 1 to {1} letters, without NUL",
    "{0} must be at least {1}",
    "{0} must be at most {1}",
    "{0} must be greater than {1}",
    "{0} must be less than {1}",
    "{0} must be a whole number",
    "{0} must be a finite number",
    "{0} must be a number",
    "{0} must be text",
    "{0} must be text or a list",
    "{0} must be a list",
    "{0} must be a table",
    "{0} must be true or false",
    "{0} must be a path",
    "{0} must have at most {1} characters",
    "{0} must have at most {1} items",
    "{0} must have at most {1} items, not {2}",
    "{0} must have at least {1} items, not {2}",
    "{0} must have at least {1} characters",
)
"""Messages that begin with the name of a field, and those that `validation` makes of pydantic's."""


def find_plugin_messages():
    """Return the messages that a request of the plugin can lead to, sorted by modules, and the words of progress."""
    package = Package(ROOT / "proxyclip_geo", skip=FRONT_ENDS)
    sources = " ".join(path.read_text("utf-8") for path in PLUGIN.rglob("*.py"))
    (table,) = package.modules["worker.methods"].assigned["METHODS"]
    methods = {key.value: name_of(value) for key, value in zip(table.keys, table.values, strict=True)}

    def sends(word):
        """Whether the plugin names a method, or sets an option."""
        return re.search(rf'"{word}"' if word in methods else rf'"{word}"(?::|\])', sources) is not None

    unsent = {function for method, function in methods.items() if not sends(method)}
    without = {scope for name in unsent for scope in package.functions[name] if is_below(scope.module, ("worker",))}
    roots = [scope for scope in package.scopes() if is_below(scope.module, ("worker",))]
    roots = [scope for scope in roots if scope not in without and scope.module == "worker.server"]
    silent = [*OTHER_TEXTS, *FOR_PYTHON, *REMEDIES, *(name for name, word in NOT_SENT.items() if not sends(word))]
    reached = [scope for scope in package.reach(roots, without=without) if not is_below(scope.module, silent)]
    found = find_messages(package, reached)
    texts = [text for text, modules in sorted(found.items(), key=lambda item: (min(item[1]), item[0]))]
    unsent = "|".join(name for name in OPTIONS_NOT_SENT if not sends(name))
    about_unsent = re.compile(rf"(?:`|\b)(?:{unsent})(?:`|=)" if unsent else "(?!)")
    excluded = re.compile("|".join(re.sub(r"{(\d)}", r"\\{\1\\}", pattern) for pattern in NO_MESSAGES), re.DOTALL)
    chosen = [text for text in texts if not excluded.fullmatch(text) and not about_unsent.search(text)]
    return {"messages": [*chosen, *OF_PYDANTIC], "words": sorted(find_words(package, reached))}


if __name__ == "__main__":
    messages = find_plugin_messages()
    FILE.write_text(json.dumps(messages, indent=0, ensure_ascii=False) + "\n", "utf-8")
    print(f"{FILE.name}: {len(messages['messages'])} messages")
