"""Options that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Blend(StrEnum):
    """How overlapping windows are weighted."""

    hann = "hann"
    uniform = "uniform"


class Precision(StrEnum):
    """What the model computes in."""

    auto = "auto"
    float32 = "float32"
    bfloat16 = "bfloat16"
    float16 = "float16"


class Backend(StrEnum):
    """What runs the image model."""

    auto = "auto"
    torch = "torch"
    openvino = "openvino"


class OnError(StrEnum):
    """What to do with a block that fails."""

    stop = "stop"
    skip = "skip"


class Synonyms(StrEnum):
    """How the synonyms of a class become one score."""

    max_probability = "max-probability"
    max_logit = "max-logit"
    mean = "mean"


class Borders(StrEnum):
    """How borders between classes run."""

    cells = "cells"
    image = "image"


class Storage(StrEnum):
    """Type of kept features."""

    float16 = "float16"
    int8 = "int8"


WORDS, READING, MODEL, RUNNING = "Words", "Raster", "Model", "Running"
RESULTS, TELLING = "Results", "Messages"

Store = Annotated[str, typer.Argument(help="Embedding made by `encode`: a directory or an fsspec URL.")]
StoreOut = Annotated[
    str | None,
    typer.Option(
        "--out",
        "-o",
        help="Where to keep the embedding: a directory or an fsspec URL; NAME.emb here if not given.",
        rich_help_panel=RESULTS,
    ),
]
StorageChoice = Annotated[
    Storage,
    typer.Option(help="float16 gives the very labels of `segment`; int8 takes half the disk.", rich_help_panel=RESULTS),
]
Components = Annotated[
    int | None,
    typer.Option(
        help="Keep this many principal components of each feature; all of the space if not given.",
        rich_help_panel=RESULTS,
    ),
]
Raster = Annotated[str, typer.Argument(help="GeoTIFF, COG, VRT, JPEG2000 …: a file or URL that GDAL reads.")]
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
Threshold = Annotated[
    float | None,
    typer.Option(help="Score (0–1) below which a pixel stays unclassified.", rich_help_panel=WORDS),
]
Templates = Annotated[
    str | None,
    typer.Option(
        help='Prompt templates: "imagenet", "remote-sensing", "plain", or a sentence with {} for the word.',
        rich_help_panel=WORDS,
    ),
]
SynonymsChoice = Annotated[
    Synonyms,
    typer.Option(
        help="How the synonyms of a class become one score: the best probability (as published), the best logit (more "
        "synonyms for one class then do not lower the scores of others), or the mean of the queries.",
        rich_help_panel=WORDS,
    ),
]
Background = Annotated[
    str | None,
    typer.Option(
        metavar="WORDS",
        help='Words for what is none of the classes, e.g. "background, clutter": where one wins, a pixel stays '
        "unclassified.",
        rich_help_panel=WORDS,
    ),
]
BordersChoice = Annotated[
    Borders,
    typer.Option(
        help="How borders between classes run: interpolated between the model's tokens, or along edges of the image, "
        "which is finer and several times slower.",
        rich_help_panel=WORDS,
    ),
]
Debias = Annotated[
    float,
    typer.Option(
        help="Add this much of what whole windows are about to the logits; -0.3 takes a part of it away (SegEarth-OV).",
        rich_help_panel=WORDS,
    ),
]
Examples = Annotated[
    Path | None,
    typer.Option(
        help="Vector file of points and polygons that show classes, to go by beside the words. A column holds the "
        "class; a column `negative` (1), if there is one, marks what the class is not.",
        rich_help_panel=WORDS,
    ),
]
ExampleField = Annotated[str, typer.Option(help="Column with the class of an example.", rich_help_panel=WORDS)]
ExampleWeight = Annotated[
    float,
    typer.Option(
        help="How much examples count against the words of their class: 0 not at all, 1 alone.", rich_help_panel=WORDS
    ),
]
NegativeWeight = Annotated[
    float, typer.Option(help="How much of an example of what a class is not is taken away.", rich_help_panel=WORDS)
]
Out = Annotated[Path, typer.Option("--out", "-o", help="Directory for the results.", rich_help_panel=RESULTS)]
Resolution = Annotated[
    float | None,
    typer.Option(
        help="Work at this many metres per pixel, in any CRS; the raster's own if not given.",
        rich_help_panel=READING,
    ),
]
Aoi = Annotated[
    Path | None,
    typer.Option(help="Work inside the polygons of this vector file, in any CRS.", rich_help_panel=READING),
]
Bounds = Annotated[
    str | None,
    typer.Option(metavar="W,S,E,N", help="Work inside these bounds, in the raster's CRS.", rich_help_panel=READING),
]
Bands = Annotated[
    str | None,
    typer.Option(
        metavar="R,G,B",
        help="Band numbers, from 1; by colour interpretation if not given, else the first three.",
        rich_help_panel=READING,
    ),
]
Stretch = Annotated[
    str | None,
    typer.Option(
        metavar="LOW,HIGH",
        help="What becomes black and white in rasters that are not 8-bit: limits (0,3000), percentiles of the "
        "whole raster (2%,98%, the default), or a JSON file (also the NAME_run.json of an earlier run).",
        rich_help_panel=READING,
    ),
]
Model = Annotated[
    str,
    typer.Option(
        "--model",
        "-m",
        help="fast, balanced or best; or a built-in model (see `models list`; `demo` needs no download); or the path "
        "of a model card.",
        rich_help_panel=MODEL,
    ),
]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 … or mps.", rich_help_panel=MODEL)]
PrecisionChoice = Annotated[Precision, typer.Option(help="What the model computes in.", rich_help_panel=MODEL)]
BackendChoice = Annotated[
    Backend,
    typer.Option(
        help="What runs the image model: torch, or OpenVINO, which is much faster on CPUs (`pip install "
        "proxyclip-geo\\[openvino]`); auto takes OpenVINO where it is installed and there is no GPU.",
        rich_help_panel=MODEL,
    ),
]
Window = Annotated[
    int | None,
    typer.Option(help="Side of a window in pixels; the model's own if not given.", rich_help_panel=MODEL),
]
Stride = Annotated[
    int | None,
    typer.Option(
        help="Pixels between windows: smaller is smoother and slower; the model's own if not given.",
        rich_help_panel=MODEL,
    ),
]
BlendChoice = Annotated[
    Blend, typer.Option(help="How overlapping windows are weighted; uniform as published.", rich_help_panel=MODEL)
]
BatchSize = Annotated[int | None, typer.Option(help="Windows a batch; more need more memory.", rich_help_panel=MODEL)]
BlockSize = Annotated[
    int | None,
    typer.Option(
        help="Side in pixels of what is computed at a time; smaller needs less memory. The results are the same.",
        rich_help_panel=MODEL,
    ),
]
Workers = Annotated[
    int,
    typer.Option(
        help="Processes on this machine that compute blocks; each holds the model. With several GPUs, one a GPU.",
        rich_help_panel=RUNNING,
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Let the workers of a Dask cluster compute the blocks, e.g. tcp://10.0.0.1:8786.",
        rich_help_panel=RUNNING,
    ),
]
MaxMemory = Annotated[
    str | None,
    typer.Option(
        metavar="SIZE",
        help="Memory a process may use, e.g. 6GB: blocks are made small enough. --dry-run says what is predicted.",
        rich_help_panel=RUNNING,
    ),
]
OnErrorChoice = Annotated[
    OnError,
    typer.Option(
        help="When a block fails (damaged raster, no memory): stop, to go on later with the same command, or skip: "
        "leave it without data and report it at the end.",
        rich_help_panel=RUNNING,
    ),
]
Scores = Annotated[bool, typer.Option(help="Write the score raster.", rich_help_panel=RESULTS)]
Probabilities = Annotated[
    bool, typer.Option("--probabilities", help="Write a raster with one band a class.", rich_help_panel=RESULTS)
]
Polygons = Annotated[bool, typer.Option(help="Write polygons (GeoPackage).", rich_help_panel=RESULTS)]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace results that are already there.", rich_help_panel=RESULTS)
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Check everything and say what would be done.", rich_help_panel=TELLING)
]
ProfileChoice = Annotated[
    bool,
    typer.Option("--profile", help="Say at the end what share of the time each stage took.", rich_help_panel=TELLING),
]
AsJson = Annotated[bool, typer.Option("--json", help="Write events as JSON lines to stdout.", rich_help_panel=TELLING)]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.", rich_help_panel=TELLING)]
