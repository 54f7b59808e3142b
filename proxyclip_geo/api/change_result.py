"""The change between two maps: paths, matrix and table."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.vector.area_table import UNITS

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

UNCLASSIFIED = "unclassified"


@dataclass(frozen=True)
class ChangeResult:
    """The change between two maps.

    Attributes:
        labels: Raster of the changes; its classes are called "forest → building".
        confidence: Raster of their confidence in per cent; None without probabilities.
        polygons_path: GeoPackage of the changed areas.
        table: Change matrix (CSV).
        preview: Picture of the first map and the changes (PNG).
        names: Names of the rows and columns of the matrices, "unclassified" first.
        areas: (K + 1, K + 1) area of each pair of classes in `unit`: rows before, columns after.
        sure: Likewise, of the pixels whose change is confident; those that did not change are 0. None without
            probabilities.
        unit: "m²" or "px".
    """

    labels: Path
    confidence: Path | None
    polygons_path: Path
    table: Path
    preview: Path
    names: tuple[str, ...]
    areas: NDArray[np.float64]
    sure: NDArray[np.float64] | None
    unit: str

    @property
    def polygons(self) -> "GeoDataFrame":
        """The changed areas: from, to, area_m2, confidence."""
        from proxyclip_geo.vector.read import read_polygons

        return read_polygons(self.polygons_path)

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each pair of classes that occurs: from, to, area in each unit, and the confident part.

        The confident part is None for areas that kept their class, and where there is no confidence.
        """
        rows = []
        for before, after in np.argwhere(self.areas > 0).tolist():
            area = float(self.areas[before, after])
            sure = None if self.sure is None or before == after else 100 * float(self.sure[before, after]) / area
            rows.append(
                {
                    "from": self.names[before],
                    "to": self.names[after],
                    **{column: area * factor for column, factor in UNITS[self.unit]},
                    "confident_percent": sure,
                }
            )
        return sorted(rows, key=lambda row: -float(row[UNITS[self.unit][0][0]]))

    def to_csv(self) -> str:
        """Return the rows as a CSV table."""
        text = io.StringIO()
        columns = ["from", "to", *(name for name, _ in UNITS[self.unit]), "confident_percent"]
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        for row in self.rows():
            writer.writerow({key: f"{value:.6f}" if isinstance(value, float) else value for key, value in row.items()})
        return text.getvalue()
