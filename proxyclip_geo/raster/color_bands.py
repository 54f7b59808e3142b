"""Choose the bands that are red, green and blue, and say why."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rasterio.enums import ColorInterp

from proxyclip_geo.raster.dataset import read_descriptions, read_tags
from proxyclip_geo.raster.names import stem_of
from proxyclip_geo.raster.sensors import find_by_count, find_by_name, find_by_names, orders_of_count, parse_band_name

Colors = tuple[int, int, int]

_COLORS = ("red", "green", "blue")
_INITIALS = {"r": "red", "g": "green", "b": "blue", "n": "nir"}
_INFRARED = {"nir", "nir1", "nir2", "infrared", "nearinfrared", "ir", "rededge"}
# "red edge", "coastal blue" and "near infra-red" are other bands.
_OTHERS = {"edge", "rededge", "coastal", "deep", "near", "infra", "short", "shortwave", "swir", "far", "yellow"}
# Wavelengths in µm, and how far a band may be from them.
_WAVELENGTHS = {"red": 0.66, "green": 0.56, "blue": 0.48}
_TOLERANCE = 0.05
_UNITS = {"nanometers": 1000, "nanometer": 1000, "nm": 1000, "micrometers": 1, "micrometer": 1, "um": 1, "µm": 1}


@dataclass(frozen=True)
class ColorChoice:
    """Bands chosen as red, green and blue.

    Attributes:
        colors: Band numbers, from 1.
        why: The reason, e.g. "band descriptions".
        doubt: Why this may be wrong and what to do, or empty.
    """

    colors: Colors
    why: str
    doubt: str = ""


def choose_colors(dataset: Any, usable: Sequence[int]) -> ColorChoice:
    """Choose red, green and blue.

    Tried in this order: colours or band names of a sensor in the descriptions, colour interpretation, wavelengths, the
    names of file and satellite, the number of bands. Descriptions come first, as GDAL writes the colour interpretation
    red, green, blue into all 8-bit rasters with three or four bands. Without any of these, they are the first three
    bands, or the first one of two as grey.

    Args:
        dataset: An open rasterio dataset.
        usable: Numbers of the bands without alpha and masks.
    """
    descriptions = dict(zip(dataset.indexes, read_descriptions(dataset), strict=True))
    descriptions = {band: descriptions[band] for band in usable}
    meanings = {band: meaning for band, text in descriptions.items() if (meaning := color_of(text))}
    described = _first_of_each(meanings, key=lambda band: len(_words(descriptions[band])))
    if described is not None:
        return ColorChoice(described, "band descriptions")
    named = find_by_names(list(descriptions.values()))
    if named is not None:
        return ColorChoice(_pick(usable, named[1]), f"band names of {named[0].name}")
    choice = _choose_undescribed(dataset, usable)
    contradicted = [band for band, role in zip(choice.colors, _COLORS, strict=True) if meanings.get(band, role) != role]
    if contradicted and len(set(choice.colors)) == 3:
        names = ", ".join(descriptions[band] or "nothing" for band in choice.colors)
        return ColorChoice(
            choice.colors,
            choice.why,
            f"bands {_list(choice.colors)} are taken as red, green, blue ({choice.why}), but they are called {names}: "
            "models expect true colours; if the raster has them, name their bands by `bands`",
        )
    return choice


def color_of(description: str) -> str:
    """Return "red", "green", "blue" or "nir" if a description names it, else an empty text.

    >>> [color_of(text) for text in ("Red", "Band 2 - Green", "red edge", "B", "near infrared", "B04")]
    ['red', 'green', 'red edge', 'blue', 'nir', '']
    """
    words = _words(description)
    if len(words) == 1 and words[0] in _INITIALS:
        return _INITIALS[words[0]]
    if _INFRARED & set(words):
        return "nir" if "rededge" not in words else "red edge"
    found = [word for word in words if word in _COLORS]
    if len(found) != 1:
        return ""
    return " ".join(words) if _OTHERS & set(words) else found[0]


def is_colored(description: str) -> bool:
    """Return whether a description names a colour or a band of a sensor, and so no alpha band."""
    return bool(color_of(description) or parse_band_name(description))


def _words(description: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[^\W\d_]+\d?", description)]


def _choose_undescribed(dataset: Any, usable: Sequence[int]) -> ColorChoice:
    if len(usable) < 3:
        grey = "the only band" if len(usable) == 1 else "the first of two bands"
        palette = dataset.colorinterp[usable[0] - 1] == ColorInterp.palette
        return ColorChoice((usable[0],) * 3, "the palette" if palette else grey)
    interpretation = dict(zip(dataset.indexes, dataset.colorinterp, strict=True))
    by_color = {band: meaning.name for band, meaning in interpretation.items() if band in usable}
    for meanings, why in ((by_color, "colour interpretation"), (_by_wavelength(dataset, usable), "the wavelengths")):
        found = _first_of_each(meanings)
        if found is not None:
            return ColorChoice(found, why)
    return _choose_by_sensor(dataset, usable)


def _choose_by_sensor(dataset: Any, usable: Sequence[int]) -> ColorChoice:
    count = len(usable)
    satellite = read_tags(dataset, ns="IMAGERY").get("SATELLITEID", "")
    named = find_by_name(count, file=stem_of(dataset.name), satellite=satellite)
    if named is not None:
        return ColorChoice(_pick(usable, named[1]), f"{named[0].name}, by its name")
    counted = find_by_count(count)
    if counted is not None:
        colors, sensor = _pick(usable, counted[1]), counted[0].name
        return ColorChoice(
            colors,
            f"{count} bands, as {sensor} has",
            f"the raster does not name its {count} bands: {_list(colors)} are taken as red, green, blue, as in "
            f"{sensor}, which has as many; if this is wrong, name them, e.g. bands='3,2,1'",
        )
    first = (usable[0], usable[1], usable[2])
    orders = {_pick(usable, colors): names for colors, names in orders_of_count(count).items()}
    others = "".join(f"; in {', '.join(names[:3])} they are {_list(o)}" for o, names in orders.items() if o != first)
    # Red, green, blue come first in nearly all 8-bit rasters of four bands.
    if count == 3 or (count == 4 and dataset.dtypes[0] == "uint8"):
        return ColorChoice(first, "the first three, as the raster does not name them")
    return ColorChoice(
        first,
        "the first three, as the raster does not name them",
        f"the raster does not name its {count} bands: the first three are taken as red, green, blue{others}; if "
        "this is wrong, name them, e.g. bands='3,2,1'",
    )


def _first_of_each(meanings: Mapping[int, str], *, key: Any = None) -> Colors | None:
    """Return the first band, by `key`, of each of red, green and blue; None if one is missing."""
    found = []
    for color in _COLORS:
        bands = [band for band, meaning in meanings.items() if meaning == color]
        if not bands:
            return None
        found.append(min(bands, key=key) if key else bands[0])
    return found[0], found[1], found[2]


def _by_wavelength(dataset: Any, usable: Sequence[int]) -> dict[int, str]:
    """Return the band nearest to the wavelength of each colour; hyperspectral images have dozens of them."""
    found = {band: length for band in usable if (length := _wavelength(dataset, band)) is not None}
    nearest = {}
    for color, wanted in _WAVELENGTHS.items():
        band = min(found, key=lambda item: abs(found[item] - wanted), default=None)
        if band is not None and abs(found[band] - wanted) < _TOLERANCE:
            nearest[band] = color
    return nearest


def _wavelength(dataset: Any, band: int) -> float | None:
    """Return the wavelength of a band in µm as GDAL or ENVI headers give it, or None."""
    tags = {key.lower(): value for key, value in read_tags(dataset, band).items()}
    text = read_tags(dataset, band, ns="IMAGERY").get("CENTRAL_WAVELENGTH_UM")
    unit = 1.0
    if text is None:
        text, unit = tags.get("wavelength", ""), _UNITS.get(tags.get("wavelength_units", "").lower(), 0)
    try:
        return float(text) / unit if unit else None
    except ValueError:
        return None


def _pick(usable: Sequence[int], positions: Colors) -> Colors:
    red, green, blue = (usable[position - 1] for position in positions)
    return red, green, blue


def _list(bands: Sequence[int]) -> str:
    return ", ".join(map(str, bands))
