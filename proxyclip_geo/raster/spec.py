"""Specs of result rasters: data type, nodata, bands, overviews, classes and tags."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from proxyclip_geo.errors import OptionError
from proxyclip_geo.raster.class_tags import make_class_tags
from proxyclip_geo.raster.nodata import LABEL_NODATA
from proxyclip_geo.raster.styles import ClassStyle

# Scores and probabilities are stored in whole per cent: 0–100, nodata 255.
SCORE_SCALE = 100
SCORE_NODATA = 255


@dataclass(frozen=True)
class RasterSpec:
    """The contents of a result raster.

    Attributes:
        dtype: Data type.
        nodata: Nodata value; None for a raster without nodata.
        overviews: Resampling of the overviews: "mode" for labels, "average" for scores.
        band_names: Description of each band; a raster without descriptions has one band.
        classes: Classes of the colour table, the category names and the attribute table; labels only.
        scale: Factor from stored to real values.
        rgb: Whether the first three bands are red, green and blue.
        tags: Tags of the dataset.
    """

    dtype: Literal["uint8", "uint16", "int16", "float32"]
    nodata: int | None
    overviews: Literal["mode", "average"]
    band_names: tuple[str, ...] = ()
    classes: tuple[ClassStyle, ...] = ()
    scale: float = 1.0
    rgb: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Number of bands."""
        return max(1, len(self.band_names))


def label_spec(classes: Iterable[ClassStyle], *, tags: Mapping[str, str] | None = None) -> RasterSpec:
    """Return the spec of a label raster: uint8 with nodata 255, or uint16 with 65535 for values above 254.

    Raises:
        OptionError: If a value is outside 0–65534, or two classes share one.
    """
    styles = tuple(classes)
    values = [style.value for style in styles]
    if len(set(values)) < len(values):
        twice = sorted({value for value in values if values.count(value) > 1})
        raise OptionError(f"label values {twice} stand for several classes each; give every class its own")
    low, high = min(values, default=0), max(values, default=0)
    if low < 0 or high > 65534:
        raise OptionError(
            f"label value {low if low < 0 else high} is outside 0 to 65534, which a label raster can hold"
        )
    dtype: Literal["uint8", "uint16"] = "uint8" if high < LABEL_NODATA["uint8"] else "uint16"
    return RasterSpec(
        dtype=dtype,
        nodata=LABEL_NODATA[dtype],
        overviews="mode",
        classes=styles,
        tags={**make_class_tags({style.value: style.name for style in styles}), **(tags or {})},
    )


def score_spec(*, tags: Mapping[str, str] | None = None) -> RasterSpec:
    """Return the spec of a score raster: probability of the label in whole per cent, nodata 255."""
    return RasterSpec("uint8", SCORE_NODATA, "average", ("score",), scale=1 / SCORE_SCALE, tags=tags or {})


def probability_spec(names: Iterable[str], *, tags: Mapping[str, str] | None = None) -> RasterSpec:
    """Return the spec of a raster with one band of probabilities per class, encoded like scores."""
    return RasterSpec("uint8", SCORE_NODATA, "average", tuple(names), scale=1 / SCORE_SCALE, tags=tags or {})


SIMILARITY_NODATA = -2


def similarity_spec(name: str, *, tags: Mapping[str, str] | None = None) -> RasterSpec:
    """Return the spec of a heat map: cosines, −1 to 1, nodata −2."""
    return RasterSpec("float32", SIMILARITY_NODATA, "average", (name,), tags=tags or {})


def image_spec(names: Iterable[str], *, dtype: Literal["uint8", "uint16", "int16", "float32"]) -> RasterSpec:
    """Return the spec of an image with one band per name; the first of three or more are red, green and blue."""
    bands = tuple(names)
    return RasterSpec(dtype, None, "average", bands, rgb=len(bands) >= 3)
