"""`proxyclip-geo vectorize`."""

from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import typer

from proxyclip_geo.cli import options, vector_options
from proxyclip_geo.cli.console import Reporter, set_reporter
from proxyclip_geo.cli.vector_options import POLYGONS, parse_statistics, read_vector_options

Labels = Annotated[
    list[str],
    typer.Argument(help="Label rasters; several on one grid become one layer without a seam.", show_default=False),
]
Out = Annotated[
    Path,
    typer.Option(
        "--out",
        "-o",
        help="File to write: .gpkg, .shp, .geojson, .fgb, .parquet, .pmtiles or .mbtiles.",
        rich_help_panel=options.RESULTS,
    ),
]
Vocabulary = Annotated[
    str | None,
    typer.Option(
        "--vocabulary",
        "-v",
        help="Names and colours of the labels: a built-in vocabulary or a file; the raster's own if not given.",
        rich_help_panel=options.WORDS,
    ),
]
Score = Annotated[
    list[str] | None,
    typer.Option(
        help="Score raster of the same run: mean and lowest score. Of several label rasters one each, in their order.",
        rich_help_panel=POLYGONS,
    ),
]
Probabilities = Annotated[
    list[str] | None,
    typer.Option(
        help="Raster with one band a class: margin to the second class. Of several label rasters one each.",
        rich_help_panel=POLYGONS,
    ),
]
Statistics = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=RASTER",
        help="Column with the mean of any raster over each polygon; may be given again.",
        rich_help_panel=POLYGONS,
    ),
]
Aoi = Annotated[
    str | None,
    typer.Option(help="Clip to the polygons of this vector file, exactly.", rich_help_panel=POLYGONS),
]
Append = Annotated[
    bool,
    typer.Option(
        "--append",
        help="Add the labels to a GeoPackage that is there, without a seam, as if all had been given at once. Its "
        "label rasters are read again, and its options hold.",
        rich_help_panel=options.RESULTS,
    ),
]
BlockRows = Annotated[
    int | None,
    typer.Option(
        help="Rows traced at a time; fewer need less memory. The result is the same.", rich_help_panel=options.TELLING
    ),
]
Threads = Annotated[
    int, typer.Option(min=1, help="Number of threads that trace polygons.", rich_help_panel=options.TELLING)
]


def vectorize(
    context: typer.Context,
    labels: Labels,
    out: Out,
    vocabulary: Vocabulary = None,
    exact: vector_options.Exact = False,
    majority: vector_options.Majority = 0,
    min_area: vector_options.MinArea = None,
    max_hole: vector_options.MaxHole = None,
    smooth: vector_options.Smooth = True,
    simplify: vector_options.Simplify = 0.0,
    score: Score = None,
    probabilities: Probabilities = None,
    statistics: Statistics = None,
    connectivity: vector_options.Connectivity = 4,
    dissolve: vector_options.Dissolve = False,
    by_class: vector_options.ByClass = False,
    crs: vector_options.Crs = None,
    aoi: Aoi = None,
    overwrite: options.Overwrite = False,
    append: Append = False,
    block_rows: BlockRows = None,
    threads: Threads = 2,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Turn label rasters of any size into polygons.

    Outlines are those of the whole raster, whatever its size: nothing is cut at tiles. By default patches below 16
    pixels go to a neighbour and borders are smoothed, so that the result is a map; --exact keeps every pixel.

    Example:  proxyclip-geo vectorize out/scene_labels.tif -o map.gpkg --min-area 50 --score out/scene_score.tif
    """
    reporter = set_reporter(as_json=as_json, quiet=quiet)
    import proxyclip_geo as pg
    from proxyclip_geo.vocabulary import load_vocabulary

    names = ("exact", *(field.name for field in fields(pg.VectorOptions)))
    chosen = read_vector_options(**{name: context.params[name] for name in names})
    with reporter.progress() as progress:
        result = pg.vectorize(
            labels,
            out,
            vocabulary=None if vocabulary is None else load_vocabulary(vocabulary),
            score=score,
            probabilities=probabilities,
            statistics=parse_statistics(statistics),
            options=chosen,
            overwrite=overwrite,
            append=append,
            progress=progress,
        )
    _show(reporter, result)


def _show(reporter: Reporter, result: Any) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("class")
    table.add_column("area", justify="right")
    table.add_column("by merging" if result.gains else "", justify="right")
    areas = sorted(result.areas.items(), key=lambda entry: -entry[1])
    for name, area in areas:
        table.add_row(name.replace("[", r"\["), f"{area:,.0f} {result.unit}", _gain(result.gains.get(name)))
    data = {**vars(result), "path": str(result.path), "areas": dict(areas)}
    reporter.result(table, data)
    if not reporter.as_json:
        if result.changed:
            reporter.out.print(
                f"{result.merged} small patches given to neighbours and {result.filled} holes filled: "
                f"{result.changed} pixels changed"
            )
        reporter.out.print(f"{result.polygons} polygons in {result.path}")


def _gain(pixels: int | None) -> str:
    return "" if pixels is None else f"{pixels:+,d} px"
