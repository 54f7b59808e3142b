"""Options of reading a raster."""

import math
import os
import re
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field

from proxyclip_geo.data_files import parse_json, read_text
from proxyclip_geo.declare import Bounds, File, Integers, Options, Point, declared, option
from proxyclip_geo.errors import OptionError
from proxyclip_geo.files import write_json
from proxyclip_geo.references import join_layer
from proxyclip_geo.validation import validate

PANEL = "Raster"
_LIMITS = "one number, or three for red, green and blue"


@declared
class Percentiles:
    """Percentiles of the whole raster's valid pixels that become 0 and 255."""

    low: Annotated[float, option("Percentile that becomes 0.", ge=0, le=100)] = Field(default=2.0, kw_only=False)
    high: Annotated[float, option("Percentile that becomes 255.", ge=0, le=100)] = Field(default=98.0, kw_only=False)

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise OptionError(f"stretch percentiles {self.low:g} and {self.high:g} must be ordered, e.g. 2 and 98")


@declared
class Stretch:
    """Limits that become 0 and 255; values beyond them are clipped."""

    lows: Annotated[tuple[float, ...], option("Value that becomes 0.", must_be=_LIMITS)] = Field(kw_only=False)
    highs: Annotated[tuple[float, ...], option("Value that becomes 255.", must_be=_LIMITS)] = Field(kw_only=False)

    def __post_init__(self) -> None:
        for name in ("lows", "highs"):
            limits = getattr(self, name)
            if len(limits) not in (1, 3):
                raise OptionError(f"a stretch has {len(limits)} {name}; give one, or one each for red, green and blue")
            object.__setattr__(self, name, limits * 3 if len(limits) == 1 else limits)
        for low, high in zip(self.lows, self.highs, strict=True):
            if not (math.isfinite(low) and math.isfinite(high) and low < high):
                raise OptionError(f"stretch limits {low:g} to {high:g}: both must be finite and the first the smaller")

    @classmethod
    def load(cls, path: str | Path) -> "Stretch":
        """Read a stretch from a JSON file, also from the NAME_run.json of an earlier run.

        Raises:
            OptionError: If the file is missing or not a stretch.
        """
        source = f"the stretch file {path}"
        values = parse_json(read_text(Path(path), error=OptionError, source=source), error=OptionError, source=source)
        if isinstance(values, dict) and isinstance(values.get("input"), dict):
            values = values["input"].get("stretch")
            if values is None:
                raise OptionError(f"the run of {path} used 8-bit values unchanged; it has no stretch to reuse")
        return validate(cls, values, error=OptionError, source=source)

    def save(self, path: str | Path) -> None:
        """Write the stretch to a JSON file, for use with other rasters of the same kind."""
        write_json(Path(path), self.to_dict())

    def to_dict(self) -> dict[str, list[float]]:
        """Return the limits as JSON-able lists."""
        return {name: list(limits) for name, limits in asdict(self).items()}


def _parse_stretch(value: Any) -> Any:
    """Return limits or percentiles of "LOW,HIGH", "LOW%,HIGH%", a pair of numbers, or a JSON file."""
    pair, percent = value, False
    if isinstance(value, str | Path):
        text = str(value)
        if text.lower().endswith(".json") or os.path.isfile(text):
            return Stretch.load(text)
        pair, percent = [part for part in re.split(r"[\s,%]+", text) if part], text.count("%") == 2
    try:
        low, high = map(float, pair if isinstance(pair, list | tuple) else ())
    except (TypeError, ValueError):
        return value
    return Percentiles(low, high) if percent else Stretch((low,), (high,))


def _check_bands(bands: tuple[int, ...]) -> tuple[int, ...]:
    if len(bands) not in (1, 3) or min(bands) < 1:
        raise ValueError
    return bands


def _parse_band_or_file(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.strip().isdecimal() else value


AoiOption: TypeAlias = Annotated[
    File | None, option("Use only the inside of the polygons of this vector file, in any CRS.", panel=PANEL)
]
AoiLayerOption: TypeAlias = Annotated[
    str | None, option("Layer of the area's file; needed where several layers have polygons.", panel=PANEL)
]
BoundsOption: TypeAlias = Annotated[
    Bounds | None,
    option(
        "Use only the inside of these bounds, in the raster's CRS.",
        panel=PANEL,
        metavar="W,S,E,N",
        must_be="four numbers W,S,E,N: west, south, east, north in the raster's CRS",
    ),
]
PointOption: TypeAlias = Annotated[
    Point | None,
    option("A point in the raster's CRS.", panel=PANEL, metavar="X,Y", must_be="a point X,Y, e.g. 500100,4649300"),
]


def name_layer(options: Any) -> None:
    """Put the layer of an area into its name, as QGIS writes it: `aoi` becomes FILE|layername=LAYER."""
    object.__setattr__(options, "aoi", join_layer(options.aoi, options.aoi_layer))
    object.__setattr__(options, "aoi_layer", None)


@declared
class AreaOptions(Options):
    """Area of interest: where bounds and polygons meet."""

    aoi: AoiOption = None
    aoi_layer: AoiLayerOption = None
    bounds: BoundsOption = None

    def __post_init__(self) -> None:
        name_layer(self)


@declared
class PlaceOptions(Options):
    """A place: a point or polygons."""

    at: PointOption = None
    aoi: AoiOption = None
    aoi_layer: AoiLayerOption = None

    def __post_init__(self) -> None:
        name_layer(self)


@declared
class SourceOptions(AreaOptions):
    """How to read a raster."""

    gsd: Annotated[
        float | None,
        option("Resample to this many metres per pixel, in any CRS; the raster's own if not given.", panel=PANEL, gt=0),
    ] = None
    bands: Annotated[
        Annotated[Integers, AfterValidator(_check_bands)] | None,
        option(
            "Band numbers, from 1: one, or three for red, green and blue. If not given, they are chosen by band "
            "descriptions, colour interpretation and known sensors; a line says which and why.",
            panel=PANEL,
            metavar="R,G,B",
            must_be="one or three band numbers, from 1, e.g. 4,3,2",
        ),
    ] = None
    stretch: Annotated[
        Annotated[Stretch | Percentiles, BeforeValidator(_parse_stretch)],
        option(
            "Values that become black and white: limits (0,3000), percentiles of the whole raster (2%,98%, the default "
            "for all but 8-bit values), or a JSON file (also the NAME_run.json of an earlier run). Limits are stored "
            "values: scale and offset tags are not applied.",
            panel=PANEL,
            metavar="LOW,HIGH",
            must_be="limits such as 0,3000, percentiles such as 2%,98%, or a JSON file",
        ),
    ] = Percentiles()
    nodata: Annotated[
        float | Literal["auto"] | None,
        option(
            "Value of pixels without data, in place of the raster's own; auto also finds collars: areas of one value "
            "that reach from a corner of the raster along its edge.",
            panel=PANEL,
            metavar="VALUE",
            must_be="a number, or auto",
        ),
    ] = None
    mask: Annotated[
        Annotated[int, Field(ge=1)] | str | Path | None,
        BeforeValidator(_parse_band_or_file),
        option(
            "Band number, or raster file on the same grid: pixels where it is 0 have no data.",
            panel=PANEL,
            metavar="FILE|BAND",
            must_be="the number of a band, from 1, or a raster file",
        ),
    ] = None

    @property
    def mask_path(self) -> str | Path | None:
        """The mask if it is a file."""
        return None if isinstance(self.mask, int) else self.mask
