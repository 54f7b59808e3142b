"""`proxyclip-geo areas`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from proxyclip_geo.cli import parameters
from proxyclip_geo.cli.reporter import Reporter

_BAR = 30


def areas(
    labels: Annotated[str, typer.Argument(metavar="MAP", help="Label raster, e.g. out/scene_labels.tif.")],
    vocabulary: parameters.LabelNames = None,
    zones: Annotated[
        str | None, typer.Option(help="Vector file of polygons: the areas in each, e.g. districts or parcels.")
    ] = None,
    zone_field: Annotated[str, typer.Option(help="Column of the zones with their name.")] = "name",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the table to this .csv file.")] = None,
    chart: Annotated[Path | None, typer.Option(help="Write a bar chart to this .html file.")] = None,
    overwrite: parameters.Overwrite = False,
    *,
    reporter: Reporter,
) -> None:
    """Measure the area of each class of a map: hectares on the ellipsoid, in any CRS; also by zone.

    Areas are those of the pixels. A pixel on the border of a zone counts by the share that the zone covers. Polygons
    that are smoothed, or whose small patches were merged, have slightly other areas.

    Example:  proxyclip-geo areas out/scene_labels.tif --zones parcels.gpkg --zone-field id -o areas.csv
    """
    from rich.console import Group

    import proxyclip_geo as pg

    with reporter.progress() as progress:
        report = pg.measure_areas(
            labels,
            vocabulary=None if vocabulary is None else pg.load_vocabulary(vocabulary),
            zones=zones,
            zone_field=zone_field,
            out=out,
            chart=chart,
            overwrite=overwrite,
            progress=progress,
        )
    tables = report.zones or {"": report.classes}
    parts = [area_table(reporter, table, report.colors, title=zone) for zone, table in tables.items()]
    written = {name: str(path) for name, path in (("table", out), ("chart", chart)) if path is not None}
    reporter.result(Group(*parts, *written.values()), {**report.to_dict(), **written})


def area_table(reporter: Reporter, areas: Any, colors: Mapping[str, str], *, title: str = "") -> Any:
    """Return a table of an `AreaTable`: class, area, share and a bar."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, title=title or None, title_justify="left")
    table.add_column("class")
    for column in ("area", "share"):
        table.add_column(column, justify="right")
    table.add_column("")
    for row in areas.rows():
        name, share = row["class"], row["share_percent"]
        if areas[name] > 0:
            color = colors.get(name)
            square = reporter.swatch(color) if color else " "
            # Without colours of its own, the bar is in the ink of the terminal.
            bar = reporter.swatch(color or "default", round(_BAR * share / 100))
            table.add_row(Text.assemble(square, " ", name), areas.format(name), f"{share:.1f} %", bar)
    return table
