"""`proxyclip-geo segment`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from proxyclip_geo.cli.console import Reporter, set_reporter
from proxyclip_geo.cli.parsing import parse_bands, parse_bounds, parse_stretch
from proxyclip_geo.errors import OptionError, VocabularyError


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


WORDS, READING, MODEL, RESULTS, TELLING = "Words", "Raster", "Model", "Results", "Messages"


def segment(
    raster: Annotated[str, typer.Argument(help="GeoTIFF, COG, VRT, JPEG2000 …: a file or URL that GDAL reads.")],
    classes: Annotated[
        str | None,
        typer.Option(
            "--classes",
            "-c",
            help='Classes in plain words: ";" between classes, "," between synonyms, e.g. "water,river,lake; '
            'forest,trees; building,roof; road".',
            rich_help_panel=WORDS,
        ),
    ] = None,
    vocabulary: Annotated[
        str | None,
        typer.Option(
            "--vocabulary",
            "-v",
            help="A built-in vocabulary (see `vocabulary list`) or a TXT, CSV, JSON or YAML file.",
            rich_help_panel=WORDS,
        ),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(help="Score (0–1) below which a pixel stays unclassified.", rich_help_panel=WORDS),
    ] = None,
    templates: Annotated[
        str | None,
        typer.Option(
            help='Prompt templates: "imagenet", "remote-sensing", "plain", or a sentence with {} for the word.',
            rich_help_panel=WORDS,
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Directory for the results.", rich_help_panel=RESULTS)
    ] = Path("out"),
    resolution: Annotated[
        float | None,
        typer.Option(
            help="Work at this many metres per pixel, in any CRS; the raster's own if not given.",
            rich_help_panel=READING,
        ),
    ] = None,
    aoi: Annotated[
        Path | None,
        typer.Option(help="Work inside the polygons of this vector file, in any CRS.", rich_help_panel=READING),
    ] = None,
    bounds: Annotated[
        str | None,
        typer.Option(metavar="W,S,E,N", help="Work inside these bounds, in the raster's CRS.", rich_help_panel=READING),
    ] = None,
    bands: Annotated[
        str | None,
        typer.Option(
            metavar="R,G,B",
            help="Band numbers, from 1; by colour interpretation if not given, else the first three.",
            rich_help_panel=READING,
        ),
    ] = None,
    stretch: Annotated[
        str | None,
        typer.Option(
            metavar="LOW,HIGH",
            help="What becomes black and white in rasters that are not 8-bit: limits (0,3000), percentiles of the "
            "whole raster (2%,98%, the default), or a JSON file (also the run.json of an earlier run).",
            rich_help_panel=READING,
        ),
    ] = None,
    model: Annotated[
        str,
        typer.Option(
            "--model",
            "-m",
            help="A built-in model (see `models list`; `demo` needs no download) or the path of a model card.",
            rich_help_panel=MODEL,
        ),
    ] = "vitb16-dino-b8",
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 … or mps.", rich_help_panel=MODEL)] = "auto",
    precision: Annotated[Precision, typer.Option(help="What the model computes in.", rich_help_panel=MODEL)] = (
        Precision.auto
    ),
    window: Annotated[
        int | None,
        typer.Option(help="Side of a window in pixels; the model's own if not given.", rich_help_panel=MODEL),
    ] = None,
    stride: Annotated[
        int | None,
        typer.Option(
            help="Pixels between windows: smaller is smoother and slower; the model's own if not given.",
            rich_help_panel=MODEL,
        ),
    ] = None,
    blend: Annotated[
        Blend, typer.Option(help="How overlapping windows are weighted; uniform as published.", rich_help_panel=MODEL)
    ] = Blend.hann,
    batch_size: Annotated[
        int | None, typer.Option(help="Windows a batch; more need more memory.", rich_help_panel=MODEL)
    ] = None,
    block_size: Annotated[
        int | None,
        typer.Option(
            help="Side in pixels of what is computed at a time; smaller needs less memory. The results are the same.",
            rich_help_panel=MODEL,
        ),
    ] = None,
    scores: Annotated[bool, typer.Option(help="Write the score raster.", rich_help_panel=RESULTS)] = True,
    probabilities: Annotated[
        bool, typer.Option("--probabilities", help="Write a raster with one band a class.", rich_help_panel=RESULTS)
    ] = False,
    polygons: Annotated[bool, typer.Option(help="Write polygons (GeoPackage).", rich_help_panel=RESULTS)] = True,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace results that are already there.", rich_help_panel=RESULTS)
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything and say what would be done.", rich_help_panel=TELLING)
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Write events as JSON lines to stdout.", rich_help_panel=TELLING)
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.", rich_help_panel=TELLING)] = False,
) -> None:
    """Segment a raster into classes named in plain words.

    Writes to the output directory: NAME_labels.tif and NAME_score.tif (cloud-optimised GeoTIFFs with styles), NAME.gpkg
    (polygons with class, area and score), NAME_preview.png and run.json.
    """
    reporter = set_reporter(as_json=as_json, quiet=quiet)
    from proxyclip_geo import api
    from proxyclip_geo.vocabulary import load_vocabulary, parse_classes

    if (classes is None) == (vocabulary is None):
        raise VocabularyError(
            'say what to look for, with either --classes "water; forest; building" or --vocabulary NAME '
            "(see `proxyclip-geo vocabulary list`)"
        )
    words = parse_classes(classes) if classes is not None else load_vocabulary(vocabulary or "")
    if threshold is not None and not 0 <= threshold <= 1:
        raise OptionError(f"--threshold {threshold:g} must lie in 0…1; 0 leaves nothing unclassified")
    options = api.SegmentOptions(
        window=window,
        stride=stride,
        blend=blend.value,
        batch_size=batch_size,
        block_size=block_size,
        device=device,
        precision=precision.value,
        bands=parse_bands(bands),
        resolution=resolution,
        bounds=parse_bounds(bounds),
        aoi=aoi,
        threshold=threshold,
        templates=templates,
        scores=scores,
        probabilities=probabilities,
        polygons=polygons,
        overwrite=overwrite,
        **parse_stretch(stretch),
    )
    if dry_run:
        _show_plan(reporter, api.plan_segment(raster, words, out=out, model=model, options=options))
        return
    with reporter.progress() as progress:
        result = api.segment(raster, words, out=out, model=model, options=options, progress=progress)
    _show_result(reporter, result)


def _show_plan(reporter: Reporter, plan: Any) -> None:
    height, width = plan.shape
    lines = [
        plan.description,
        f"area: {width} × {height} px, {plan.windows} windows in {plan.blocks} blocks of up to {plan.core} px",
        "would write: " + ", ".join(str(path) for path in plan.paths.all()),
    ]
    data = {
        "raster": plan.description,
        "shape": list(plan.shape),
        "windows": plan.windows,
        "blocks": plan.blocks,
        "block_size": plan.core,
        "paths": [str(path) for path in plan.paths.all()],
    }
    reporter.result("\n".join(lines), {"dry_run": True, **data})


def _show_result(reporter: Reporter, result: Any) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("class")
    table.add_column("share", justify="right")
    colors = {item.name: "#{:02x}{:02x}{:02x}".format(*item.color) for item in result.vocabulary.classes}
    for name, share in sorted(result.shares.items(), key=lambda entry: -entry[1]):
        if share > 0:
            swatch = f"[{colors[name]}]■[/] " if name in colors else "  "
            table.add_row(swatch + name.replace("[", r"\["), f"{100 * share:.1f} %")
    paths = {field: str(path) for field, path in vars(result.paths).items() if path is not None}
    reporter.result(table, {"shares": dict(result.shares), "paths": paths, "seconds": result.run["seconds"]})
    if not reporter.as_json:
        reporter.out.print("\n".join(paths.values()))
