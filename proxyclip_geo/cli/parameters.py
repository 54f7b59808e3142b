"""Arguments and options that several commands share, beside those that option classes declare."""

import re
from pathlib import Path
from typing import Annotated

import typer

from proxyclip_geo.cli.declared import Only
from proxyclip_geo.vector.options import VectorOptions

WORDS, RESULTS, MESSAGES = "Words", "Results", "Messages"

Raster = Annotated[str, typer.Argument(help="GeoTIFF, COG, VRT, JPEG2000 …: a file or URL that GDAL reads.")]
Rasters = Annotated[
    list[str],
    typer.Argument(
        metavar="RASTER…",
        help="GeoTIFF, COG, VRT, JPEG2000 …: files or URLs that GDAL reads, folders, patterns, @LIST or STAC.",
    ),
]
Store = Annotated[str, typer.Argument(help="Embedding made by `encode`: a directory or an fsspec URL.")]
Classes = Annotated[
    str | None,
    typer.Option(
        "--classes",
        "-c",
        help='Classes in plain words: ";" between classes, "," between synonyms, e.g. "water,river,lake; '
        'forest,trees; building,roof; road".',
        rich_help_panel=WORDS,
    ),
]
Vocabulary = Annotated[
    str | None,
    typer.Option(
        "--vocabulary",
        "-v",
        help="A built-in vocabulary (see `vocabulary list`) or a TXT, CSV, JSON or YAML file.",
        rich_help_panel=WORDS,
    ),
]
LabelNames = Annotated[
    str | None,
    typer.Option(
        "--vocabulary",
        "-v",
        help="Names and colours of the labels: a built-in vocabulary or a file; the raster's own if not given.",
        rich_help_panel=WORDS,
    ),
]
Out = Annotated[Path, typer.Option("--out", "-o", help="Directory for the results.", rich_help_panel=RESULTS)]
Model = Annotated[
    str,
    typer.Option(
        "--model",
        "-m",
        help="fast, balanced or best; or a built-in model (see `models list`; `demo` needs no download); or the path "
        "of a model card.",
        rich_help_panel="Model",
    ),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace results that already exist.", rich_help_panel=RESULTS)
]
Mapping = Annotated[
    str | None,
    typer.Option(
        "--map",
        help='Class of each value of the truth, e.g. "1=building, 2=road, 3=none", or of each '
        'colour, e.g. "#ff0000=building"; by name, value or the colours of the vocabulary if not given.',
    ),
]
Ignore = Annotated[
    str | None, typer.Option(help='Values or names of the truth to leave out, e.g. "0, 255, unlabeled".')
]
MapShape = Annotated[VectorOptions, Only(("exact", "min_area", "drop_smaller", "smooth", "simplify"))]


def read_values(text: str | None) -> tuple[int | str, ...]:
    """Read label values and names with commas between them."""
    words = (word.strip() for word in (text or "").split(","))
    return tuple(int(word) if re.fullmatch(r"-?[0-9]{1,18}", word) else word for word in words if word)
