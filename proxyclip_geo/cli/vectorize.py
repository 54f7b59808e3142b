"""`proxyclip-geo vectorize`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from proxyclip_geo.cli import parameters
from proxyclip_geo.cli.reporter import Reporter
from proxyclip_geo.errors import OptionError
from proxyclip_geo.vector.options import POLYGONS, VectorOptions

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
        rich_help_panel=parameters.RESULTS,
    ),
]
Score = Annotated[
    list[str] | None,
    typer.Option(
        help="Score raster of the same run: mean and lowest score. With several label rasters one each, in order.",
        rich_help_panel=POLYGONS,
    ),
]
Probabilities = Annotated[
    list[str] | None,
    typer.Option(
        help="Raster with one band per class: margin to the second class. With several label rasters one each.",
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
Append = Annotated[
    bool,
    typer.Option(
        "--append",
        help="Add the labels to an existing GeoPackage, without a seam, as if all had been given at once. Its label "
        "rasters are read again with its options.",
        rich_help_panel=parameters.RESULTS,
    ),
]


def vectorize(
    labels: Labels,
    out: Out,
    vocabulary: parameters.LabelNames = None,
    *,
    options: VectorOptions,
    score: Score = None,
    probabilities: Probabilities = None,
    statistics: Statistics = None,
    overwrite: parameters.Overwrite = False,
    append: Append = False,
    reporter: Reporter,
) -> None:
    """Turn label rasters of any size into polygons.

    Outlines are those of the whole raster, whatever its size: nothing is cut at tiles. By default patches below 16
    pixels go to a neighbour and borders are smoothed, so that the result is a map; --exact keeps every pixel.

    Example:  proxyclip-geo vectorize out/scene_labels.tif -o map.gpkg --min-area 50 --score out/scene_score.tif
    """
    import proxyclip_geo as pg

    with reporter.progress() as progress:
        result = pg.vectorize(
            labels,
            out,
            vocabulary=None if vocabulary is None else pg.load_vocabulary(vocabulary),
            score=score,
            probabilities=probabilities,
            statistics=dict(map(_parse_statistics, statistics or ())),
            options=options,
            overwrite=overwrite,
            append=append,
            progress=progress,
        )
    _show(reporter, result)


def _parse_statistics(entry: str) -> tuple[str, str]:
    name, separator, path = (part.strip() for part in entry.partition("="))
    if not (separator and name and path):
        raise OptionError(f"--statistics '{entry}' is not NAME=RASTER, e.g. --statistics height=dsm.tif")
    return name, path


def _show(reporter: Reporter, result: Any) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("class")
    for title in ("area", "share", "by merging" if result.gains else ""):
        table.add_column(title, justify="right")
    areas = result.areas
    for row in areas.rows():
        name = row["class"]
        gain = _gain(result.gains.get(name))
        table.add_row(name, areas.format(name), f"{row['share_percent']:.1f} %", gain)
    data = {**vars(result), "path": str(result.path), "areas": dict(areas), "unit": areas.unit}
    reporter.result(table, data)
    if not reporter.as_json:
        if result.changed:
            reporter.out.print(
                f"{result.merged} small patches given to neighbours and {result.filled} holes filled: "
                f"{result.changed} pixels changed"
            )
        if result.dropped:
            reporter.out.print(f"{result.dropped} smaller polygons left out")
        reporter.out.print(f"{result.polygons} polygons in {result.path}")


def _gain(pixels: int | None) -> str:
    return "" if pixels is None else f"{pixels:+,d} px"
