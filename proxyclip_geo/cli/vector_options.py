"""Options of commands that make polygons."""

from typing import Annotated, Any

import typer

from proxyclip_geo.errors import OptionError

POLYGONS, SHAPE = "Polygons", "Shape of polygons (in this order)"

Exact = Annotated[
    bool,
    typer.Option("--exact", help="Polygons that are the labels, pixel by pixel.", rich_help_panel=SHAPE),
]
Majority = Annotated[
    int,
    typer.Option(
        metavar="PIXELS",
        help="Each pixel takes the most frequent label within this many pixels.",
        rich_help_panel=SHAPE,
    ),
]
MinArea = Annotated[
    float | None,
    typer.Option(
        metavar="M2",
        help="Smaller patches go to the neighbour with the longest common border; 16 pixels if not given, 0 keeps all.",
        rich_help_panel=SHAPE,
    ),
]
MaxHole = Annotated[
    float | None,
    typer.Option(
        metavar="M2", help="Smaller unclassified patches are filled; as --min-area if not given.", rich_help_panel=SHAPE
    ),
]
Smooth = Annotated[bool, typer.Option(help="Turn the stairs of pixels into straight lines.", rich_help_panel=SHAPE)]
Simplify = Annotated[
    float,
    typer.Option(
        metavar="PIXELS",
        help="How far borders may be simplified, e.g. 2; common borders stay common. All polygons are in memory then.",
        rich_help_panel=SHAPE,
    ),
]
Connectivity = Annotated[
    int, typer.Option(help="4, or 8: pixels that share a corner are one patch.", rich_help_panel=POLYGONS)
]
Dissolve = Annotated[
    bool, typer.Option("--dissolve", help="One feature a class, of many parts.", rich_help_panel=POLYGONS)
]
ByClass = Annotated[bool, typer.Option("--by-class", help="One layer a class (GeoPackage).", rich_help_panel=POLYGONS)]
Crs = Annotated[
    str | None,
    typer.Option(help="CRS of the polygons, e.g. EPSG:4326; the labels' if not given.", rich_help_panel=POLYGONS),
]


def read_vector_options(*, exact: bool, **options: Any) -> Any:
    """Return the vector options; --exact turns off what changes shapes."""
    from proxyclip_geo.api.vector_options import VectorOptions

    if not exact:
        return VectorOptions(**options)
    shaping = ("majority", "min_area", "max_hole", "smooth", "simplify")
    given = [name for name in shaping if name in options and options[name] != getattr(VectorOptions(), name)]
    if given:
        flag = "--" + given[0].replace("_", "-")
        raise OptionError(f"--exact and {flag} contradict each other; leave one out")
    return VectorOptions.exact(**{name: value for name, value in options.items() if name not in shaping})


def parse_statistics(entries: list[str] | None) -> dict[str, str]:
    """Read --statistics NAME=RASTER."""
    rasters: dict[str, str] = {}
    for entry in entries or ():
        name, separator, path = entry.partition("=")
        if not (separator and name.strip() and path.strip()):
            raise OptionError(
                f"--statistics '{entry}' is not of the form NAME=RASTER, e.g. --statistics height=dsm.tif"
            )
        rasters[name.strip()] = path.strip()
    return rasters
