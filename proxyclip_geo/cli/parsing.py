"""Option texts to values."""

import json
import re
from pathlib import Path
from typing import Any

from proxyclip_geo.errors import OptionError, VocabularyError


def parse_numbers(text: str, *, option: str, count: tuple[int, ...], example: str) -> tuple[float, ...]:
    """Read numbers separated by commas or blanks.

    Args:
        text: What the user wrote.
        option: Name of the option, for the message.
        count: How many numbers there may be.
        example: What would be right.

    Raises:
        OptionError: If they are not that many numbers.
    """
    parts = [part for part in re.split(r"[\s,]+", text.strip()) if part]
    try:
        numbers = tuple(float(part) for part in parts)
    except ValueError as error:
        raise OptionError(f"{option} '{text}' is not a list of numbers; write it like {option} {example}") from error
    if len(numbers) not in count:
        wanted = " or ".join(map(str, count))
        raise OptionError(
            f"{option} '{text}' has {len(numbers)} numbers, not {wanted}; write it like {option} {example}"
        )
    return numbers


def parse_bands(text: str | None) -> tuple[int, ...] | None:
    """Read --bands: one or three band numbers."""
    if text is None:
        return None
    numbers = parse_numbers(text, option="--bands", count=(1, 3), example="4,3,2")
    if any(number != int(number) for number in numbers):
        raise OptionError(f"--bands '{text}' must be whole numbers, e.g. --bands 4,3,2")
    return tuple(int(number) for number in numbers)


def parse_bounds(text: str | None) -> tuple[float, float, float, float] | None:
    """Read --bounds: west, south, east, north in the raster's CRS."""
    if text is None:
        return None
    west, south, east, north = parse_numbers(text, option="--bounds", count=(4,), example="W,S,E,N")
    return west, south, east, north


def parse_point(text: str | None) -> tuple[float, float] | None:
    """Read --at: x and y in the raster's CRS."""
    if text is None:
        return None
    x, y = parse_numbers(text, option="--at", count=(2,), example="500100,4649300")
    return x, y


def parse_bytes(text: str | None) -> int | None:
    """Read --max-memory: a number with MB, GB, MiB or GiB."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([MG])(i?)B?", text.strip(), re.IGNORECASE)
    if found is None:
        raise OptionError(f"--max-memory '{text}' is no size; write it like --max-memory 6GB (or 800MB, 4GiB)")
    power = {"M": 2, "G": 3}[found[2].upper()]
    return int(float(found[1]) * (1024 if found[3] else 1000) ** power)


def parse_threshold(value: float | None) -> float | None:
    """Check --threshold."""
    if value is not None and not 0 <= value <= 1:
        raise OptionError(f"--threshold {value:g} must lie in 0…1; 0 leaves nothing unclassified")
    return value


def parse_words(text: str | None) -> tuple[str, ...]:
    """Read words separated by commas."""
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())


def parse_values(text: str | None) -> tuple[int | str, ...]:
    """Read label values and names separated by commas."""
    return tuple(int(word) if word.lstrip("-").isdigit() else word for word in parse_words(text))


def read_words(classes: str | None, vocabulary: str | None) -> Any:
    """Read --classes or --vocabulary, of which one must be given."""
    from proxyclip_geo.vocabulary import load_vocabulary, parse_classes

    if (classes is None) == (vocabulary is None):
        raise VocabularyError(
            'say what to look for, with either --classes "water; forest; building" or --vocabulary NAME '
            "(see `proxyclip-geo vocabulary list`)"
        )
    return parse_classes(classes) if classes is not None else load_vocabulary(vocabulary or "")


def read_examples(path: Path | None, *, field: str, weight: float, negative_weight: float) -> Any:
    """Read --examples with its options."""
    from proxyclip_geo.api.examples import Examples

    return None if path is None else Examples(path, field, weight, negative_weight)


def parse_stretch(text: str | None) -> dict[str, Any]:
    """Read --stretch: "LOW,HIGH", "2%,98%", or a JSON file (of a stretch, or the NAME_run.json of an earlier run).

    Returns:
        Keyword arguments for the segmentation's options.
    """
    from proxyclip_geo.raster.stretch import Stretch

    if text is None:
        return {}
    if text.count("%") == 2:
        low, high = parse_numbers(text.replace("%", ""), option="--stretch", count=(2,), example="2%,98%")
        return {"stretch_percentiles": (low, high)}
    path = Path(text)
    if path.suffix == ".json" or path.is_file():
        return {"stretch": _read_stretch(path)}
    low, high = parse_numbers(text, option="--stretch", count=(2,), example="0,3000 (or 2%,98%, or a JSON file)")
    return {"stretch": Stretch((low,), (high,))}


def _read_stretch(path: Path) -> Any:
    from proxyclip_geo.raster.stretch import Stretch

    try:
        values = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return Stretch.load(path)  # It says what is wrong.
    if isinstance(values, dict) and "input" in values:
        saved = values["input"].get("stretch")
        if saved is None:
            raise OptionError(f"--stretch {path}: that run took 8-bit values as they are; it has no stretch to reuse")
        return Stretch.from_dict(saved)
    return Stretch.load(path)
