"""Options of turning label rasters into polygons."""

from typing import Annotated, Literal

from proxyclip_geo.declare import File, Options, declared, option
from proxyclip_geo.errors import OptionError
from proxyclip_geo.raster.options import AoiLayerOption, name_layer

POLYGONS, SHAPE, RUNNING = "Polygons", "Shape of polygons (in this order)", "Running"
_EXACT = {"majority": 0, "min_area": 0.0, "max_hole": 0.0, "smooth": False, "simplify": 0.0}


@declared
class VectorOptions(Options):
    """How to turn labels into polygons. The steps are done in this order; the defaults suit mapping."""

    exact: Annotated[bool, option("Polygons follow the labels pixel by pixel.", panel=SHAPE)] = False
    majority: Annotated[
        int,
        option(
            "Each pixel takes the most frequent label within this many pixels; 0 leaves labels as they are.",
            panel=SHAPE,
            metavar="PIXELS",
            ge=0,
            le=50,
        ),
    ] = 0
    min_area: Annotated[
        float | None,
        option(
            "Minimum mapping unit in m²: smaller patches go to the neighbour with the longest common border; 16 pixels "
            "if not given, 0 leaves all. Where labels have no CRS it counts pixels.",
            panel=SHAPE,
            metavar="M2",
            ge=0,
        ),
    ] = None
    max_hole: Annotated[
        float | None,
        option(
            "Smaller unclassified patches, in m², are filled; as `min_area` if not given.",
            panel=SHAPE,
            metavar="M2",
            ge=0,
        ),
    ] = None
    smooth: Annotated[bool, option("Turn the stairs of pixels into straight lines.", panel=SHAPE)] = True
    simplify: Annotated[
        float,
        option(
            "Tolerance of simplifying borders, e.g. 2; common borders stay common. All polygons are in memory then.",
            panel=SHAPE,
            metavar="PIXELS",
            ge=0,
        ),
    ] = 0.0
    drop_smaller: Annotated[
        float | None,
        option(
            "Leave out polygons below this area, in m², after all other steps; the map then has gaps. Where labels "
            "have no CRS it counts pixels. `min_area` gives small patches to their neighbours instead.",
            panel=SHAPE,
            metavar="M2",
            gt=0,
        ),
    ] = None
    connectivity: Annotated[
        Literal[4, 8], option("4, or 8: pixels that share a corner are one patch.", panel=POLYGONS)
    ] = 4
    dissolve: Annotated[bool, option("One feature per class, of many parts.", panel=POLYGONS)] = False
    by_class: Annotated[bool, option("One layer per class (GeoPackage).", panel=POLYGONS)] = False
    crs: Annotated[
        str | None,
        option(
            "CRS of the polygons, e.g. EPSG:4326; the labels' if not given.",
            panel=POLYGONS,
            must_be="a CRS as text, e.g. 'EPSG:4326'",
        ),
    ] = None
    aoi: Annotated[File | None, option("Clip to the polygons of this vector file, exactly.", panel=POLYGONS)] = None
    aoi_layer: AoiLayerOption = None
    block_rows: Annotated[
        int | None,
        option(
            "Rows traced at a time; fewer need less memory. The result is the same.", panel=RUNNING, ge=1, le=10_000_000
        ),
    ] = None
    threads: Annotated[int, option("Threads that trace polygons.", panel=RUNNING, ge=1, le=1024)] = 2

    def __post_init__(self) -> None:
        name_layer(self)
        if not self.exact:
            return
        for name, value in _EXACT.items():
            given = getattr(self, name)
            if given not in (value, type(self).__dataclass_fields__[name].default):
                raise OptionError(f"exact=True and {name}={given!r} contradict each other; leave one out")
            object.__setattr__(self, name, value)

    @property
    def hole_area(self) -> float | None:
        """Area of unclassified patches that are filled, as `min_area`."""
        return self.min_area if self.max_hole is None else self.max_hole

    @property
    def has_areas(self) -> bool:
        """Whether a limit is given in square metres."""
        return bool(self.min_area or self.hole_area)

    @property
    def generalises(self) -> bool:
        """Whether shapes change at all."""
        return bool(self.min_area != 0 or self.hole_area != 0 or self.smooth or self.simplify)


EXACT = VectorOptions(exact=True)
"""Options by which polygons are the labels, pixel by pixel."""
