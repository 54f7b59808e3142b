"""Polygons with their attributes, in batches."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyproj
from numpy.typing import NDArray


@dataclass(frozen=True)
class PolygonBatch:
    """A batch of polygons.

    Attributes:
        columns: Attributes by name, (N,) each.
        geometry: (N,) polygons in the CRS; multipolygons where a patch has several parts.
    """

    columns: Mapping[str, NDArray[Any]]
    geometry: NDArray[np.object_]

    def take(self, index: NDArray[Any]) -> "PolygonBatch":
        """Return the polygons at some indices."""
        return PolygonBatch({name: values[index] for name, values in self.columns.items()}, self.geometry[index])


class Polygons(Protocol):
    """Polygons to write: batches with the same columns, at least one (which may be empty)."""

    @property
    def crs(self) -> pyproj.CRS | None:
        """CRS of the polygons."""

    @property
    def multipart(self) -> bool:
        """Whether there may be multipolygons."""

    def __iter__(self) -> Iterator[PolygonBatch]:
        """Yield the batches."""
