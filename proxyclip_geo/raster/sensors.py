"""Band orders of known sensors."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

_BAND_NAME = re.compile(r"^(?:SR_|TOA_)?(B)(?:AND)?[ _]?0?(\d{1,2}A?)(?![\dA-Z])", re.IGNORECASE)


@dataclass(frozen=True)
class Sensor:
    """A sensor and the bands of its products.

    Attributes:
        name: Name in messages.
        colors: Names of the red, green and blue bands.
        orders: Names of the bands of each product, in the order of the file.
        counts: Numbers of bands that identify the sensor where nothing else does.
        file: Pattern of file names, or empty.
        satellite: Pattern of `SATELLITEID` in GDAL's metadata, or empty.
    """

    name: str
    colors: tuple[str, str, str]
    orders: tuple[tuple[str, ...], ...]
    counts: tuple[int, ...] = ()
    file: str = ""
    satellite: str = ""

    def is_named(self, *, file: str, satellite: str) -> bool:
        """Return whether the name of a file or of its satellite is of this sensor."""
        named = ((self.file, file), (self.satellite, satellite))
        return any(pattern and re.search(pattern, text, re.IGNORECASE) for pattern, text in named)

    def colors_of_count(self, count: int) -> tuple[int, int, int] | None:
        """Return the numbers of red, green and blue in the product of so many bands, or None."""
        order = next((order for order in self.orders if len(order) == count), None)
        return None if order is None else self._find_colors(order)

    def colors_of_names(self, names: Sequence[str]) -> tuple[int, int, int] | None:
        """Return the numbers of red, green and blue by band names such as "B4", or None."""
        known = {name for order in self.orders for name in order}
        found = set(names) - {""}
        return self._find_colors(names) if found <= known and found >= set(self.colors) else None

    def _find_colors(self, names: Sequence[str]) -> tuple[int, int, int]:
        red, green, blue = (names.index(color) + 1 for color in self.colors)
        return red, green, blue


@cache
def list_sensors() -> tuple[Sensor, ...]:
    """Return the sensors of `sensors.yaml`."""
    table = yaml.safe_load(files(__package__).joinpath("sensors.yaml").read_text(encoding="utf-8"))
    return tuple(
        Sensor(
            row["sensor"],
            tuple(row["colors"]),
            tuple(map(tuple, row["orders"])),
            tuple(row.get("counts", ())),
            row.get("file", ""),
            row.get("satellite", ""),
        )
        for row in table
    )


def find_by_names(descriptions: Sequence[str]) -> tuple[Sensor, tuple[int, int, int]] | None:
    """Return the sensor whose band names the descriptions are, with the numbers of red, green and blue.

    Names are compared without zeros ("B02"), prefixes ("SR_B2") and what follows ("B2, central wavelength 490 nm").
    Names that only count ("B1", "B2", "B3") identify no sensor. Sensors with a product of just these bands come first.
    """
    names = [parse_band_name(text) for text in descriptions]
    plain = [f"B{number}" for number in range(1, len(names) + 1)]
    if names == plain and all(text.upper() == name for text, name in zip(descriptions, plain, strict=True)):
        return None
    bands = set(names) - {""}
    exact_first = sorted(list_sensors(), key=lambda sensor: not any(set(order) == bands for order in sensor.orders))
    for sensor in exact_first:
        colors = sensor.colors_of_names(names)
        if colors is not None:
            return sensor, colors
    return None


def parse_band_name(text: str) -> str:
    """Return the name of a band in the form of the table, or an empty text.

    >>> parse_band_name("SR_B04"), parse_band_name("B8A, central wavelength 865 nm"), parse_band_name("red")
    ('B4', 'B8A', '')
    """
    found = _BAND_NAME.match(text.strip())
    return f"B{found[2].upper()}" if found else ""


def find_by_name(count: int, *, file: str, satellite: str) -> tuple[Sensor, tuple[int, int, int]] | None:
    """Return the sensor that a file or its satellite is named after, if it has a product of so many bands."""
    for sensor in list_sensors():
        colors = sensor.colors_of_count(count)
        if colors is not None and sensor.is_named(file=file, satellite=satellite):
            return sensor, colors
    return None


def find_by_count(count: int) -> tuple[Sensor, tuple[int, int, int]] | None:
    """Return the sensor that a number of bands identifies, or None."""
    found = next((sensor for sensor in list_sensors() if count in sensor.counts), None)
    colors = None if found is None else found.colors_of_count(count)
    return None if found is None or colors is None else (found, colors)


def orders_of_count(count: int) -> Mapping[tuple[int, int, int], tuple[str, ...]]:
    """Return the numbers of red, green and blue of all products of so many bands, with the sensors that have them."""
    found: dict[tuple[int, int, int], tuple[str, ...]] = {}
    for sensor in list_sensors():
        colors = sensor.colors_of_count(count)
        if colors is not None:
            found[colors] = (*found.get(colors, ()), sensor.name)
    return found
