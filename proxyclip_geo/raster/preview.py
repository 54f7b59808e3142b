"""Preview: image and labels side by side with a legend, as a PNG."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from proxyclip_geo.files import atomic_write
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.raster.marks import choose_scale_bar, find_north
from proxyclip_geo.raster.styles import ClassStyle, with_unclassified

_MARGIN = 16
_SWATCH = 18
_FONT_SIZE = 16
_MIN_SIDE = 256
_MIN_THICKNESS = 8
_MIN_WIDTH = 480
_NAME_WIDTH = 260
# With more classes, those without a pixel are not in the legend.
_FULL_LEGEND = 24
_SYSTEM_FONTS = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "Arial Unicode.ttf",
    "arial.ttf",
    "LiberationSans-Regular.ttf",
)
_NO_CHARACTER = "\U0010fffe"
_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
_INK = (32, 32, 32)
_LIGHT_INK = (110, 110, 110)
_WARNING_INK = (190, 30, 30)
# Smaller pictures have no room for a scale bar.
_MARKED_SIDE = 128
_CHECKER = ((255, 255, 255), (222, 222, 222))
_CHECKER_SIDE = 8


@dataclass(frozen=True)
class _Entry:
    """A line of the legend: colour, name and share of the valid pixels, 0–1."""

    style: ClassStyle
    share: float


@dataclass(frozen=True)
class Caption:
    """What a preview says besides its legend.

    Attributes:
        title: Title above the pictures.
        geobox: Where the labels lie, for a scale bar and an arrow to true north.
        areas: Area of each value as text.
        lines: Lines below the legend.
        warning: A last line, in red.
    """

    title: str = ""
    geobox: GeoBox | None = None
    areas: Mapping[int, str] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    warning: str = ""


def draw_preview(
    rgb: NDArray[np.uint8],
    labels: NDArray[np.integer],
    *,
    classes: Sequence[ClassStyle],
    nodata: int,
    shares: Mapping[int, float] | None = None,
    max_side: int = 1000,
    caption: Caption | None = None,
) -> Image.Image:
    """Draw image and labels side by side, with a legend of names, colours, areas and shares.

    Args:
        rgb: (3, H, W) uint8, of the same area as the labels and any size.
        labels: (H, W) label values.
        classes: Colours and names of the values.
        nodata: Label value of nodata, drawn as a checkerboard on both sides.
        shares: Share of each value among the valid pixels, 0–1; counted in `labels` if not given.
        max_side: Longest side of each of the two pictures in pixels.
        caption: Title, scale bar, areas and texts.
    """
    styles = with_unclassified(classes)
    size = _panel_size(labels.shape, max_side)
    nodata_mask = _resize(Image.fromarray(np.where(labels == nodata, 255, 0).astype(np.uint8)), size, smooth=False)
    image = _resize(Image.fromarray(np.ascontiguousarray(rgb.transpose(1, 2, 0))), size, smooth=True)
    colored = _resize(Image.fromarray(_paint(labels, styles)), size, smooth=False)
    for panel in (image, colored):
        panel.paste(_checkerboard(size), mask=nodata_mask)
    caption = caption or Caption()
    if caption.geobox is not None and min(size) >= _MARKED_SIDE:
        _draw_marks(colored, caption.geobox)
    has_nodata = nodata_mask.getbbox() is not None
    return _compose((image, colored), _entries(styles, labels, shares, nodata), caption, has_nodata=has_nodata)


def save_preview(picture: Image.Image, path: Path) -> Path:
    """Write a picture as a PNG, and return its path.

    Raises:
        OutputError: If it cannot be written; an older file stays.
    """
    with atomic_write(path) as draft:
        picture.save(draft, format="PNG", optimize=True)
    return path


def _panel_size(shape: tuple[int, ...], max_side: int) -> tuple[int, int]:
    """Return (width, height): large rasters shrink, small ones grow by integer factors, thin ones stay visible."""
    longest = max(shape)
    factor = max_side / longest if longest > max_side else max(1, _MIN_SIDE // longest)
    height, width = (max(_MIN_THICKNESS, round(side * factor)) for side in shape)
    return width, height


def _resize(image: Image.Image, size: tuple[int, int], *, smooth: bool) -> Image.Image:
    shrinks = image.width > size[0] or image.height > size[1]
    return image.resize(size, Image.Resampling.BOX if smooth and shrinks else Image.Resampling.NEAREST)


def _paint(labels: NDArray[np.integer], styles: Sequence[ClassStyle]) -> NDArray[np.uint8]:
    colors = np.full((max(int(labels.max()), styles[-1].value) + 1, 3), 255, dtype=np.uint8)
    for style in styles:
        colors[style.value] = style.color
    painted: NDArray[np.uint8] = colors[labels]
    return painted


def _entries(
    styles: Sequence[ClassStyle], labels: NDArray[np.integer], shares: Mapping[int, float] | None, nodata: int
) -> list[_Entry]:
    """Return the lines of the legend by falling share; label 0 only if it occurs."""
    if shares is None:
        values, counts = np.unique(labels[labels != nodata], return_counts=True)
        total = max(1, int(counts.sum()))
        shares = {int(value): int(count) / total for value, count in zip(values, counts, strict=True)}
    entries = [_Entry(style, shares.get(style.value, 0.0)) for style in styles]
    entries.sort(key=lambda entry: -entry.share)
    is_long = len(entries) > _FULL_LEGEND
    return [entry for entry in entries if entry.share > 0 or (entry.style.value != 0 and not is_long)]


def _draw_marks(panel: Image.Image, geobox: GeoBox) -> None:
    """Draw a scale bar in the lower left corner, and an arrow to true north in the upper right one."""
    draw, font = ImageDraw.Draw(panel), ImageFont.load_default(size=_FONT_SIZE - 2)
    bar, north = choose_scale_bar(geobox), find_north(geobox)
    if bar is not None:
        length = bar.pixels * panel.width / geobox.width
        left, bottom = 10, panel.height - 10
        right = left + max(length, _width(bar.text, font))
        draw.rectangle((left - 4, bottom - 26, right + 4, bottom + 4), fill="white")
        draw.line((left, bottom, left + length, bottom), fill=_INK, width=3)
        draw.text((left, bottom - 6), bar.text, fill=_INK, font=font, anchor="ls")
    if north is not None:
        x, y = panel.width - 24, 26
        draw.ellipse((x - 20, y - 20, x + 20, y + 20), fill="white")
        (dx, dy), reach = north, 16
        tip, back = (x + reach * dx, y + reach * dy), (x - reach / 2 * dx, y - reach / 2 * dy)
        sides = [(back[0] + sign * 7 * dy, back[1] - sign * 7 * dx) for sign in (1, -1)]
        draw.polygon([tip, sides[0], (x, y), sides[1]], fill=_INK)
        draw.text((x - reach * dx * 0.75, y - reach * dy * 0.75), "N", fill=_INK, font=font, anchor="mm")


def _compose(
    panels: tuple[Image.Image, Image.Image], entries: list[_Entry], caption: Caption, *, has_nodata: bool
) -> Image.Image:
    width, height = panels[0].size
    facts = [f"{caption.areas.get(entry.style.value, '')}  {_percent(entry.share)}".strip() for entry in entries]
    names = [entry.style.name for entry in entries]
    font, (title, *texts) = _font_for([caption.title, *caption.lines, caption.warning, *names, *facts])
    below = [(text, _LIGHT_INK) for text in texts[: len(caption.lines)]]
    below += [(text, _WARNING_INK) for text in texts[len(caption.lines) : len(caption.lines) + 1] if text]
    names, facts = texts[len(caption.lines) + 1 :][: len(names)], texts[len(caption.lines) + 1 :][len(names) :]
    lines = [f"{_shorten(name, font)}  {text}" for name, text in zip(names, facts, strict=True)]
    widest = max((_width(text, font) for text, _ in [*below, (title, _INK)]), default=0)
    canvas_width = max(_MIN_WIDTH, 2 * width + 3 * _MARGIN, widest + 2 * _MARGIN)
    column = max((_width(line, font) for line in lines), default=0) + _SWATCH + 2 * _MARGIN
    columns = max(1, (canvas_width - _MARGIN) // column)
    rows = -(-len(lines) // columns)
    line_height = _SWATCH + 8
    head = _MARGIN + (line_height if title else 0)
    has_nodata = has_nodata and bool(caption.lines)
    legend = head + height + _MARGIN
    end = legend + rows * line_height + _MARGIN
    canvas = Image.new("RGB", (canvas_width, end + (len(below) + has_nodata) * line_height), "white")
    draw = ImageDraw.Draw(canvas)
    inset = (canvas_width - 2 * width - _MARGIN) // 2
    draw.text((max(_MARGIN, inset), _MARGIN + _SWATCH // 2), title, fill=_INK, font=font, anchor="lm")
    for index, panel in enumerate(panels):
        canvas.paste(panel, (inset + index * (width + _MARGIN), head))
    for index, (entry, line) in enumerate(zip(entries, lines, strict=True)):
        left, top = _MARGIN + index // rows * column, legend + index % rows * line_height
        draw.rectangle((left, top, left + _SWATCH, top + _SWATCH), fill=entry.style.color, outline=_LIGHT_INK)
        ink = _INK if entry.share > 0 else _LIGHT_INK
        draw.text((left + _SWATCH + 8, top + _SWATCH // 2), line, fill=ink, font=font, anchor="lm")
    top = end - _MARGIN // 2
    if has_nodata:
        canvas.paste(_checkerboard((_SWATCH, _SWATCH)), (_MARGIN, top - _SWATCH // 2))
        draw.rectangle((_MARGIN, top - _SWATCH // 2, _MARGIN + _SWATCH, top + _SWATCH // 2), outline=_LIGHT_INK)
        draw.text((_MARGIN + _SWATCH + 8, top), "no data", fill=_INK, font=font, anchor="lm")
        top += line_height
    for number, (text, ink) in enumerate(below):
        draw.text((_MARGIN, top + number * line_height), text, fill=ink, font=font, anchor="lm")
    return canvas


def _percent(share: float) -> str:
    return "< 0.1 %" if 0 < share < 0.0005 else f"{100 * share:.1f} %"


def _font_for(texts: list[str]) -> tuple[_Font, list[str]]:
    """Return a font and the texts in characters that it has.

    Pillow's font has little more than ASCII; other texts use a system font, or lose their accents.
    """
    font: _Font = ImageFont.load_default(size=_FONT_SIZE)
    letters = set("".join(texts))
    lacking = _find_lacking(letters, font)
    for file in _SYSTEM_FONTS:
        if not lacking:
            break
        try:
            other = ImageFont.truetype(file, size=_FONT_SIZE)
        except OSError:
            continue
        if len(found := _find_lacking(letters, other)) < len(lacking):
            font, lacking = other, found
    plain = {letter: unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode() for letter in lacking}
    table = str.maketrans({letter: text or "?" for letter, text in plain.items()})
    return font, [text.translate(table) for text in texts]


def _find_lacking(letters: set[str], font: _Font) -> set[str]:
    """Return the letters that a font draws as a box."""
    box = bytes(font.getmask(_NO_CHARACTER))
    return {letter for letter in letters if not letter.isspace() and bytes(font.getmask(letter)) == box}


def _width(text: str, font: _Font) -> int:
    return int(np.ceil(font.getlength(text)))


def _shorten(name: str, font: _Font) -> str:
    """Shorten a name to the width of the legend."""
    if _width(name, font) <= _NAME_WIDTH:
        return name
    while name and _width(name + "…", font) > _NAME_WIDTH:
        name = name[:-1]
    return name.rstrip() + "…"


def _checkerboard(size: tuple[int, int]) -> Image.Image:
    rows, cols = np.indices((size[1], size[0])) // _CHECKER_SIDE
    return Image.fromarray(np.array(_CHECKER, dtype=np.uint8)[(rows + cols) % 2])
