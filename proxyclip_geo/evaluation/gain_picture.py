"""A picture of the gain of each class."""

from PIL import Image, ImageDraw, ImageFont

from proxyclip_geo.evaluation.gain import Gain

_WIDTH, _ROW, _MARGIN, _NAMES = 900, 34, 16, 220
_BEFORE, _AFTER, _TEXT = (190, 190, 190), (44, 123, 182), (30, 30, 30)


def draw_gain(gain: Gain, title: str) -> Image.Image:
    """Draw the IoU of each class before and after, and that of all.

    Args:
        gain: The gain.
        title: Sentence above the bars.
    """
    font = ImageFont.load_default(14)
    rows = [(item.name, item.before, item.after) for item in gain.classes if item.pixels]
    rows.append(("mean", gain.before, gain.after))
    lines = _wrap(title, font, _WIDTH - 2 * _MARGIN)
    top = 2 * _MARGIN + 20 * len(lines)
    picture = Image.new("RGB", (_WIDTH, top + _ROW * len(rows) + 2 * _MARGIN), "white")
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        draw.text((_MARGIN, _MARGIN + 20 * number), line, _TEXT, font)
    length = _WIDTH - _NAMES - 3 * _MARGIN - 60
    for number, (name, *values) in enumerate(rows):
        y = top + _ROW * number
        draw.text((_MARGIN, y + 6), name[:28], _TEXT, font)
        for half, (value, color) in enumerate(zip(values, (_BEFORE, _AFTER), strict=True)):
            box = (_NAMES, y + 3 + 13 * half, _NAMES + max(1, length * (value or 0)), y + 14 + 13 * half)
            draw.rectangle(box, color)
            draw.text((box[2] + 6, box[1] - 3), "–" if value is None else f"{100 * value:.1f} %", _TEXT, font)
    key = "IoU before (grey) and after fitting, held out (blue)"
    draw.text((_MARGIN, picture.height - 2 * _MARGIN), key, _TEXT, font)
    return picture


def _wrap(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        lines = [*lines[:-1], longer] if font.getlength(longer) <= width else [*lines, word]
    return lines
