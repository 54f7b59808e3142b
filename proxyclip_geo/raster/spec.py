"""What each result raster holds: its type, its no-data value, its overviews and the names it carries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.errors import OptionError
from proxyclip_geo.raster.styles import ClassStyle

# Scores and probabilities are stored as whole per cents: 0–100, no-data 255.
SCORE_SCALE = 100
SCORE_NODATA = 255


@dataclass(frozen=True)
class RasterSpec:
    """What a result raster holds.

    Attributes:
        dtype: Type of the values.
        nodata: Value of pixels without data; None where there are none.
        overviews: How overviews are made: "mode" for labels, "average" for scores.
        band_names: One name per band; as many bands as names, or one band.
        classes: Classes to put into the colour table, the category names and the attribute table; labels only.
        scale: What a stored value is multiplied by to get the real one.
        rgb: Whether the first three bands are red, green and blue.
        tags: Further facts to store with the raster.
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
    """Return the spec of a label raster: uint8 with no-data 255, or uint16 with 65535 for values above 254.

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
    names = {f"CLASS_{style.value}": style.name for style in styles}
    return RasterSpec(
        dtype="uint8" if high <= 254 else "uint16",
        nodata=255 if high <= 254 else 65535,
        overviews="mode",
        classes=styles,
        tags={**names, **(tags or {})},
    )


def score_spec(*, tags: Mapping[str, str] | None = None) -> RasterSpec:
    """Return the spec of a score raster: the winner's probability in whole per cents, no-data 255."""
    return RasterSpec("uint8", SCORE_NODATA, "average", ("score",), scale=1 / SCORE_SCALE, tags=tags or {})


def probability_spec(names: Iterable[str], *, tags: Mapping[str, str] | None = None) -> RasterSpec:
    """Return the spec of a raster with one band of probabilities per class, coded like scores."""
    return RasterSpec("uint8", SCORE_NODATA, "average", tuple(names), scale=1 / SCORE_SCALE, tags=tags or {})


SIMILARITY_NODATA = -2


def similarity_spec(name: str, *, tags: Mapping[str, str] | None = None) -> RasterSpec:
    """Return the spec of a heat map: cosines, −1 to 1, no-data −2."""
    return RasterSpec("float32", SIMILARITY_NODATA, "average", (name,), tags=tags or {})


def image_spec(names: Iterable[str], *, dtype: Literal["uint8", "uint16", "int16", "float32"]) -> RasterSpec:
    """Return the spec of an image: one band a name; three or more are red, green, blue and others."""
    bands = tuple(names)
    return RasterSpec(dtype, None, "average", bands, rgb=len(bands) >= 3)


def encode_probability(probability: NDArray[np.floating], *, valid: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Code probabilities as whole per cents.

    Args:
        probability: (H, W) or (K, H, W), 0–1.
        valid: (H, W) bool; elsewhere the result is no-data.
    """
    percent = np.rint(np.clip(np.nan_to_num(probability), 0, 1) * SCORE_SCALE).astype(np.uint8)
    return np.where(valid, percent, np.uint8(SCORE_NODATA))
