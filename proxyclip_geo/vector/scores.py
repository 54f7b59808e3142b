"""Mean of a raster over polygons of whole pixels, exactly and in bounded memory.

By Green's theorem, in its discrete form, the sum over a polygon's pixels is a sum over its vertical edges: each adds
what lies left of it, in its rows. With a summed-area table (Crow 1984) of a strip of the raster that is two look-ups
per edge, however large the polygon is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.windows import Window

from proxyclip_geo.progress import Progress, ProgressEvent, ignore

_PIXELS_AT_ONCE = 2_000_000
_PERCENT = 0.01


def mean_scores(outlines: NDArray[np.object_], scores: Any, *, progress: Progress = ignore) -> NDArray[np.float64]:
    """Average the first band of a raster over each polygon.

    Args:
        outlines: (N,) polygons in whole pixel coordinates (column, row) within the raster, normalised by shapely:
            shells one way round, holes the other.
        scores: Open rasterio dataset. Pixels without data (its nodata value, NaN; 255 in uint8 where none is declared)
            do not count. Values are scaled by the band's scale and offset; integers without a scale are percent.
        progress: Called with rows done, in the stage "score".

    Returns:
        (N,) means; NaN where a polygon has no valid pixel.
    """
    rows = max(1, _PIXELS_AT_ONCE // scores.width)
    sums, counts = np.zeros(len(outlines)), np.zeros(len(outlines))
    edges = _Edges.of(outlines)
    for top, here in edges.by_strip(rows, scores.height):
        height = min(rows, scores.height - top)
        values = scores.read(1, window=Window(0, top, scores.width, height))
        valid = _valid(values, scores)
        for total, table in ((sums, _summed_area(np.where(valid, values, 0))), (counts, _summed_area(valid))):
            start, end = (np.clip(row - top, 0, height) for row in (here.start, here.end))
            np.add.at(total, here.owner, table[end, here.column] - table[start, here.column])
        progress(ProgressEvent("score", top + height, scores.height, "rows"))
    scale, offset = scores.scales[0], scores.offsets[0]
    if np.issubdtype(scores.dtypes[0], np.integer) and (scale, offset) == (1, 0):
        scale = _PERCENT
    # Both sums carry the same sign, that of the direction in which the rings run.
    means: NDArray[np.float64] = np.full(len(outlines), np.nan)
    np.divide(sums, counts, out=means, where=counts != 0)
    return means * float(scale) + float(offset)


@dataclass(frozen=True)
class _Edges:
    """Vertical edges of outlines.

    Attributes:
        column: (E,) int32 column they stand at.
        start: (E,) int32 row they start at.
        end: (E,) int32 row they end at; above or below the start, as the ring runs.
        owner: (E,) index of the outline.
    """

    column: NDArray[np.int32]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    owner: NDArray[np.intp]

    @classmethod
    def of(cls, outlines: NDArray[np.object_]) -> "_Edges":
        """Collect the vertical edges of outlines."""
        parts, owner_of_part = shapely.get_parts(outlines, return_index=True)
        rings, part_of_ring = shapely.get_rings(parts, return_index=True)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        column, row = xy.astype(np.int32).T
        upright = np.flatnonzero((ring[1:] == ring[:-1]) & (column[1:] == column[:-1]))
        return cls(column[upright], row[upright], row[upright + 1], owner_of_part[part_of_ring[ring[upright]]])

    def take(self, index: NDArray[np.intp]) -> "_Edges":
        """Return some of the edges."""
        return _Edges(self.column[index], self.start[index], self.end[index], self.owner[index])

    def by_strip(self, rows: int, height: int) -> "Iterator[tuple[int, _Edges]]":
        """Yield, for each strip of `rows` rows from the top, its first row and the edges that meet it."""
        first = np.minimum(self.start, self.end) // rows
        spans = (np.maximum(self.start, self.end) - 1) // rows - first + 1
        edge = np.repeat(np.arange(len(spans)), spans)
        nth = np.arange(len(edge)) - np.repeat(np.cumsum(spans) - spans, spans)
        strip = first[edge] + nth
        order = np.argsort(strip, kind="stable")
        edge, strip = edge[order], strip[order]
        for number, top in enumerate(range(0, height, rows)):
            low, high = np.searchsorted(strip, [number, number + 1])
            yield top, self.take(edge[low:high])


def _valid(values: NDArray[Any], scores: Any) -> NDArray[np.bool_]:
    """Tell where a strip holds scores."""
    nodata = scores.nodata
    if nodata is None and values.dtype == np.uint8:
        nodata = 255
    valid = np.ones(values.shape, dtype=bool) if nodata is None else values != nodata
    return valid & ~np.isnan(values) if np.issubdtype(values.dtype, np.floating) else valid


def _summed_area(values: NDArray[Any]) -> NDArray[Any]:
    """Return the (H+1, W+1) sums of all values above and to the left; exact for integers."""
    kind = np.float64 if np.issubdtype(values.dtype, np.floating) else np.int64
    table = np.zeros((values.shape[0] + 1, values.shape[1] + 1), dtype=kind)
    np.cumsum(values, axis=0, out=table[1:, 1:], dtype=kind)
    np.cumsum(table[1:, 1:], axis=1, out=table[1:, 1:])
    return table
