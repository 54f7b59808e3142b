"""Areas by class, as numbers, CSV and text."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

UNITS: Mapping[str, tuple[tuple[str, float], ...]] = {
    "m²": (("area_m2", 1.0), ("area_ha", 1e-4), ("area_km2", 1e-6)),
    "px": (("area_px", 1.0),),
}
"""Columns of a table by the unit of its areas, and how much one unit is in each."""


@dataclass(frozen=True, eq=False)
class AreaTable(Mapping[str, float]):
    """Area of each class by name; a mapping with shares and units.

    Attributes:
        areas: Area of each class by name, in `unit`.
        unit: "m²"; "px" if the labels have no CRS, or a local engineering CRS without a unit of length.

    Example:
        >>> table = AreaTable({"water": 25_000.0, "forest": 75_000.0})
        >>> table["water"], table.hectares["water"], table.shares["water"]
        (25000.0, 2.5, 0.25)
        >>> table.format("forest")
        '7.50 ha'
    """

    areas: Mapping[str, float] = field(default_factory=dict)
    unit: str = "m²"

    def __getitem__(self, name: str) -> float:
        return self.areas[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.areas)

    def __len__(self) -> int:
        return len(self.areas)

    @property
    def total(self) -> float:
        """Sum of all areas, in `unit`."""
        return sum(self.areas.values())

    @property
    def hectares(self) -> dict[str, float]:
        """Area of each class in hectares; empty where the unit is pixels."""
        return {name: area * 1e-4 for name, area in self.areas.items()} if self.unit == "m²" else {}

    @property
    def shares(self) -> dict[str, float]:
        """Share of each class in the sum, 0–1."""
        total = self.total or 1.0
        return {name: area / total for name, area in self.areas.items()}

    def format(self, name: str) -> str:
        """Return the area of a class, in the unit that suits the largest one: m², ha, km² or px."""
        return format_area(self.areas[name], self.unit, like=max(self.areas.values(), default=0.0))

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each class by falling area: class, area in each unit, share_percent."""
        shares = self.shares
        names = sorted(self.areas, key=lambda name: -self.areas[name])
        return [
            {
                "class": name,
                **{column: self.areas[name] * factor for column, factor in UNITS[self.unit]},
                "share_percent": 100 * shares[name],
            }
            for name in names
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-able values."""
        return {"unit": self.unit, "classes": {name: round(area, 3) for name, area in self.areas.items()}}

    def to_csv(self) -> str:
        """Return a CSV table with the columns of `rows`."""
        return write_table({"": self}, column="")


def write_table(tables: Mapping[str, AreaTable], *, column: str) -> str:
    """Return a CSV table of areas.

    Args:
        tables: Table of each zone by name.
        column: First column, with the names of the zones; empty for a table without zones.
    """
    text = io.StringIO()
    unit = next(iter(tables.values())).unit if tables else "m²"
    columns = ["class", *(name for name, _ in UNITS[unit]), "share_percent"]
    writer = csv.DictWriter(text, [column, *columns] if column else columns, lineterminator="\n")
    writer.writeheader()
    for zone, table in tables.items():
        for row in table.rows():
            numbers = {key: value if key == "class" else f"{value:.6f}" for key, value in row.items()}
            writer.writerow({column: zone, **numbers} if column else numbers)
    return text.getvalue()


def format_area(area: float, unit: str, *, like: float | None = None) -> str:
    """Return an area in the unit that suits it, or that suits another one: m², ha, km² or px.

    Args:
        area: In `unit`.
        unit: "m²" or "px".
        like: The other area, in `unit`.

    >>> format_area(1234.5, "m²"), format_area(1e6, "m²"), format_area(2.5e9, "m²"), format_area(16, "px")
    ('1,234 m²', '100.00 ha', '2,500.00 km²', '16 px')
    """
    size = area if like is None else like
    if unit == "m²" and size >= 1e9:
        return f"{area * 1e-6:,.2f} km²"
    if unit == "m²" and size >= 1e4:
        return f"{area * 1e-4:,.2f} ha"
    return f"{area:,.0f} {unit}"
