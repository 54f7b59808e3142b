"""PNG files of tiles and legends."""

import io
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from proxyclip_geo.raster.styles import ClassStyle
from proxyclip_geo.serve.warp import SIDE

# Five samples of matplotlib's inferno.
_HEAT = np.array([(0, 0, 4), (87, 16, 110), (188, 55, 84), (249, 142, 9), (252, 255, 164)], np.float32)
_ROW, _SWATCH = 22, 14


@cache
def draw_empty() -> bytes:
    """Return a transparent tile."""
    return _save(Image.fromarray(np.zeros((SIDE, SIDE), np.uint8), "L").convert("P"), transparency=bytes(1))


def draw_labels(labels: NDArray[np.unsignedinteger], styles: Sequence[ClassStyle], *, opacity: float) -> bytes:
    """Return a tile with the colours of classes; unclassified and nodata are transparent."""
    table = np.zeros(max(int(labels.max()), *(style.value for style in styles)) + 1, np.uint8)
    for index, style in enumerate(styles, 1):
        table[style.value] = index
    image = Image.fromarray(table[labels], "P")
    image.putpalette([0, 0, 0, *(part for style in styles for part in style.color)])
    return _save(image, transparency=bytes([0, *[round(255 * opacity)] * len(styles)]))


def draw_heat(cosines: NDArray[np.float32], *, limits: tuple[float, float], opacity: float) -> bytes:
    """Return a tile of cosines; those below the lower limit are transparent, and so are NaN."""
    low, high = limits
    share = np.nan_to_num((cosines - low) / max(high - low, 1e-6), nan=-1.0).clip(-1, 1)
    colors = np.empty((*cosines.shape, 4), np.uint8)
    position = share.clip(0, 1) * (len(_HEAT) - 1)
    index = np.minimum(position.astype(int), len(_HEAT) - 2)
    part = (position - index)[..., None]
    colors[..., :3] = (_HEAT[index] * (1 - part) + _HEAT[index + 1] * part).round()
    colors[..., 3] = (255 * opacity * np.sqrt(share.clip(0, 1))).round()
    return _save(Image.fromarray(colors, "RGBA"))


def draw_colors(colors: NDArray[np.uint8]) -> bytes:
    """Return a tile of (H, W, 4) colours."""
    opaque = bool((colors[..., 3] == 255).all())
    return _save(Image.fromarray(np.ascontiguousarray(colors[..., :3]) if opaque else colors))


def draw_legend(styles: Sequence[ClassStyle]) -> bytes:
    """Return a picture with the colours and names of classes."""
    font = ImageFont.load_default(13)
    width = 2 * _SWATCH + 12 + max(int(font.getlength(style.name)) for style in styles)
    image = Image.new("RGB", (width, _ROW * len(styles) + 8), "white")
    draw = ImageDraw.Draw(image)
    for row, style in enumerate(styles):
        top = row * _ROW + 8
        draw.rectangle((8, top, 8 + _SWATCH, top + _SWATCH), fill=style.color, outline="black")
        draw.text((16 + _SWATCH, top), style.name, fill="black", font=font)
    return _save(image)


def _save(image: Image.Image, **options: bytes) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1, **options)
    return buffer.getvalue()
