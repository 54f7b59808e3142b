"""Colours of classes: parse them, and choose distinct ones for classes without."""

import colorsys
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, TypeAlias

import yaml
from PIL import ImageColor
from pydantic import Field

from proxyclip_geo.errors import VocabularyError
from proxyclip_geo.validation import validate

_Byte: TypeAlias = Annotated[int, Field(ge=0, le=255)]
Color: TypeAlias = tuple[_Byte, _Byte, _Byte]
"""(red, green, blue), each 0–255."""

# Okabe and Ito (2008), then Tol's "bright" and "muted": distinct in the common kinds of colour blindness.
_QUALITATIVE = (
    "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#ee6677", "#228833",
    "#4477aa", "#ccbb44", "#66ccee", "#aa3377", "#332288", "#ddcc77", "#117733", "#88ccee", "#882255",
    "#44aa99", "#999933", "#cc6677", "#aa4499", "#bbbbbb",
)  # fmt: skip


_NEAR = 55.0
"""Distance (see `_distance`) below which two colours look alike in a legend."""


def hex_color(color: Color) -> str:
    """Return "#rrggbb"."""
    return "#{:02x}{:02x}{:02x}".format(*color)


def parse_color(color: object, *, source: str = "the color") -> Color:
    """Read a colour: "#rrggbb", a CSS name, "r,g,b", or three numbers.

    Args:
        color: The colour.
        source: What messages call it.

    Raises:
        VocabularyError: If it is none of these.

    >>> parse_color("#0000ff"), parse_color("teal"), parse_color([1, 2, 3])
    ((0, 0, 255), (0, 128, 128), (1, 2, 3))
    """
    if color is None:
        raise VocabularyError(f"{source} is empty; in YAML a '#' starts a comment, so write it in quotes: '#0000ff'")
    numbers = color.replace(",", " ").split() if isinstance(color, str) else ()
    if len(numbers) == 3 and all(number.isascii() and number.isdigit() and len(number) <= 3 for number in numbers):
        color = [int(number) for number in numbers]
    elif isinstance(color, str):
        try:
            color = ImageColor.getrgb(color.strip())
        except ValueError:
            raise VocabularyError(
                f"{source} is {color[:40]!r}, which is not a colour: give '#rrggbb', [r, g, b] or a CSS name such as "
                "'teal'"
            ) from None
    schema: Any = Color
    found: Color = validate(schema, color, error=VocabularyError, source=source)
    return found


def choose_colors(words: Sequence[Sequence[str]], given: Sequence[Color | None]) -> tuple[Color, ...]:
    """Choose a colour for every class that has none, distinct from all others.

    A class whose words are known land cover gets the customary map colour (water blue, forest dark green), or
    a shade of it; others get colours of a palette that is safe for colour-blind readers.

    Args:
        words: For each class its name and synonyms, the most specific first.
        given: For each class its colour, or None.
    """
    chosen = list(given)
    used = {color for color in chosen if color is not None}
    for index, candidates in enumerate(words):
        if chosen[index] is None:
            known = _known_color(candidates)
            color = next((shade for shade in _shades(known) if _is_free(shade, used)), None) if known else None
            if color is not None:
                chosen[index] = color
                used.add(color)
    fresh = _fresh_colors(used)
    return tuple(next(fresh) if color is None else color for color in chosen)


@cache
def _known_colors() -> dict[str, Color]:
    """Return the customary colour of each known land-cover word, in lower case."""
    text = files(__package__).joinpath("colors.yaml").read_text(encoding="utf-8")
    return {word: parse_color(color) for color, words in yaml.safe_load(text).items() for word in words}


def _known_color(words: Sequence[str]) -> Color | None:
    """Find a customary colour by a whole phrase, else by a part of the first one (its head comes last)."""
    phrases = [word.casefold() for word in words]
    parts = phrases[0].replace("-", " ").split()[::-1]
    known = _known_colors()
    for phrase in (*phrases, *parts):
        for form in (phrase, phrase.removesuffix("s"), phrase.removesuffix("es")):
            if form in known:
                return known[form]
    return None


def _shades(color: Color) -> Iterator[Color]:
    """Yield the colour, then lighter and darker ones."""
    yield color
    for share, towards in ((0.4, 255), (0.35, 0)):
        red, green, blue = (round(part + (towards - part) * share) for part in color)
        yield red, green, blue


def _fresh_colors(used: set[Color]) -> Iterator[Color]:
    """Yield colours that are not in `used`, without end, well apart as long as that is possible."""
    used = set(used)
    for text in _QUALITATIVE:
        color = parse_color(text)
        if _is_free(color, used):
            used.add(color)
            yield color
    turn = 0
    while True:
        # Steps of the golden ratio spread hues evenly however many there are.
        hue = turn * 0.618034 % 1
        saturation, brightness = 0.45 + 0.5 * (turn * 0.37 % 1), 0.95 - 0.5 * (turn * 0.53 % 1)
        red, green, blue = (round(255 * part) for part in colorsys.hsv_to_rgb(hue, saturation, brightness))
        turn += 1
        if (red, green, blue) not in used:
            used.add((red, green, blue))
            yield red, green, blue


def _is_free(color: Color, used: set[Color]) -> bool:
    return all(_distance(color, other) >= _NEAR for other in used)


def _distance(one: Color, other: Color) -> float:
    """Return how different two colours look, 0–765: the "redmean" weighting of the channels.

    T. Riemersma, "Colour metric", https://www.compuphase.com/cmetric.htm
    """
    mean_red = (one[0] + other[0]) / 2
    red, green, blue = (a - b for a, b in zip(one, other, strict=True))
    return float(((2 + mean_red / 256) * red**2 + 4 * green**2 + (2 + (255 - mean_red) / 256) * blue**2) ** 0.5)
