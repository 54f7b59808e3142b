"""The borders inside one strip of a label raster, found from its runs.

A **run** is a sequence of equal labels in a row. Patches and borders follow from the pixels where runs begin: each
pixel is compared once, with its left neighbour. A border turns at a **corner**; three or more borders meet at a
**node**. A **fragment** is a border between two patches from one node to the next, or to the strip's edge. The result
depends on the strip's pixels and the row above them only, so that strips may be computed in any order.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.vector.chains import Chains, find_chains, label_components
from proxyclip_geo.vector.ragged import Ints, sum_by

OUTSIDE = 0
"""Label code of pixels without data and of those outside the raster."""
NORTH, EAST, SOUTH, WEST = range(4)
NO_NODE = -1


@dataclass(frozen=True)
class Fragments:
    """Borders between two patches, as polylines.

    Attributes:
        xy: (V, 2) int32 vertices (column, row), pixel corners, fragment after fragment: the corners of the border and
            its ends at nodes. The end at a strip's edge is no vertex.
        starts: (F + 1,) int64 where each fragment begins in `xy`.
        sides: (F, 2) int64 patch on the (left, right) of the direction of travel, rows counted downwards.
        nodes: (F, 2) int64 the node `row * (width + 1) + column` at (start, end); −1 at none.
        headings: (F, 2) int8 direction in which the border leaves that node.
        open_columns: (F, 2) int64 the column in which (start, end) crosses the strip's edge; −1 where it does not.
        open_up: (F, 2) bool: whether it crosses the upper edge.
        areas: (F,) pixels between the fragment and the raster's upper left corner, by Green's formula: summed over a
            ring whose inside is on the right it is the ring's area.
        lengths: (F,) length in pixels between the vertices.
        rows: (F, 2) row of the (first, last) vertex.
    """

    xy: NDArray[np.int32]
    starts: Ints
    sides: Ints
    nodes: Ints
    headings: NDArray[np.int8]
    open_columns: Ints
    open_up: NDArray[np.bool_]
    areas: NDArray[np.float64]
    lengths: NDArray[np.float64]
    rows: NDArray[np.int32]


@dataclass(frozen=True)
class Strip:
    """Patches and borders of a strip; patches are numbered within the strip.

    Attributes:
        fragments: Its borders.
        codes: (P,) label code of each patch, `OUTSIDE` for patch 0.
        above: (R,) patch of each run in the row above the strip.
        below: (R',) patch of each run in the strip's last row.
        first: (P,) the first pixel, `row * width + column`, in the strip (in the row above too).
        pixels: (P,) pixels in the strip, without the row above.
        totals: (P, S) sum of each score raster over the patch's valid pixels.
        counts: (P, S) number of those pixels.
        lowest: (P, S) lowest value.
    """

    fragments: Fragments
    codes: NDArray[np.int32]
    above: Ints
    below: Ints
    first: Ints
    pixels: Ints
    totals: NDArray[np.float64]
    counts: Ints
    lowest: NDArray[np.float64]


@dataclass(frozen=True)
class _Runs:
    """Runs of a padded strip, in reading order.

    Attributes:
        starts: (R,) flat position of each run's first pixel.
        patches: (R,) patch.
        stride: Length of a padded row.
    """

    starts: Ints
    patches: Ints
    stride: int


@dataclass(frozen=True)
class _Crossings:
    """Points on the lines between rows at which a run begins above or below.

    Attributes:
        position: (E,) flat position of the pixel below right.
        above: (E,) run above right.
        below: (E,) run below right.
    """

    position: Ints
    above: Ints
    below: Ints

    def take(self, index: NDArray[Any]) -> "_Crossings":
        """Return those at `index`."""
        return _Crossings(self.position[index], self.above[index], self.below[index])


def trace_strip(codes: NDArray[Any], *, top: int, last: bool, values: tuple[NDArray[np.float64], ...] = ()) -> Strip:
    """Find the borders and patches of a strip.

    Args:
        codes: (H + 1, W) label codes, `OUTSIDE` where there is nodata; the first row is the one above the strip.
        top: Row of the raster of the strip's first row.
        last: Whether the strip is the raster's last.
        values: (H + 1, W) rasters to summarise by patch; NaN where not valid.
    """
    height, width = codes.shape[0] - 1, codes.shape[1]
    padded = np.zeros((height + 1 + last, width + 2), codes.dtype)
    padded[: height + 1, 1:-1] = codes
    flat, stride = padded.ravel(), width + 2
    starts = np.concatenate(([0], np.flatnonzero(flat[1:] != flat[:-1]) + 1))
    run_codes = flat[starts].astype(np.int32)
    crossings = _find_crossings(starts, stride, flat.size)
    same = run_codes[crossings.above] == run_codes[crossings.below]
    joined = crossings.take(same & (run_codes[crossings.above] != OUTSIDE))
    # The outside is one patch, number 0, connected or not.
    outside = np.flatnonzero(run_codes == OUTSIDE)
    first = np.concatenate((joined.above, np.zeros(len(outside), np.int64)))
    patches = label_components(len(starts), first, np.concatenate((joined.below, outside)))
    runs = _Runs(starts, patches, stride)
    count = int(patches.max()) + 1
    fragments = _find_fragments(runs, crossings, ~same, top=top, width=width)
    own = starts >= stride
    row, column = np.divmod(starts, stride)
    pixel = (row + top - 1) * width + column - 1
    lead = np.unique(patches, return_index=True)[1]
    lengths = np.diff(starts, append=flat.size)
    pixels = np.bincount(patches[own], weights=lengths[own], minlength=count).astype(np.int64)
    totals, counts, lowest = _summarise(values, runs, own, count, height + 1 + last)
    edge = np.searchsorted(starts, [stride, stride * height, stride * (height + 1)])
    return Strip(
        fragments,
        run_codes[lead],
        above=patches[1 : edge[0]],
        below=patches[edge[1] : edge[2]],
        first=pixel[lead],
        pixels=pixels,
        totals=totals,
        counts=counts,
        lowest=lowest,
    )


def _find_crossings(starts: Ints, stride: int, size: int) -> _Crossings:
    """Merge the starts of the runs above and below each line between rows."""
    lower = int(np.searchsorted(starts, stride))
    upper = int(np.searchsorted(starts, size - stride))
    # The lowest bit is the side of a start; the stable sort of two sorted halves is a merge.
    merged = np.concatenate((starts[lower:] * 2, (starts[:upper] + stride) * 2 + 1))
    merged.sort(kind="stable")
    from_above = np.cumsum(merged & 1)
    from_below = np.arange(1, len(merged) + 1) - from_above
    position = merged >> 1
    final = np.append(position[1:] != position[:-1], True)
    return _Crossings(position[final], from_above[final] - 1, from_below[final] + lower - 1)


def _find_fragments(runs: _Runs, crossings: _Crossings, east: NDArray[np.bool_], *, top: int, width: int) -> Fragments:
    """Join corners and nodes to fragments."""
    west = np.concatenate(([False], east[:-1]))
    before_above = np.concatenate((crossings.above[:1], crossings.above[:-1]))
    before_below = np.concatenate((crossings.below[:1], crossings.below[:-1]))
    vertices = np.flatnonzero(east | west)
    at = crossings.take(vertices)
    left_above, left_below = before_above[vertices], before_below[vertices]
    east, west = east[vertices], west[vertices]
    north, south = at.above != left_above, at.below != left_below
    row, column = np.divmod(at.position, runs.stride)
    xy = np.column_stack((column - 1, row + top - 1)).astype(np.int32)
    links = _link(xy, north=north, east=east, south=south, west=west)
    degree = north.astype(np.int8) + east + south + west
    chains = find_chains(links.partners(degree == 2))
    sides = np.concatenate(
        (
            runs.patches[np.column_stack((at.above[east], at.below[east]))],
            runs.patches[np.column_stack((at.below[south], left_below[south]))],
            runs.patches[np.column_stack((at.above[links.loose], left_above[links.loose]))],
        )
    )
    return _collect(chains, links, xy, sides, degree, width)


@dataclass(frozen=True)
class _Links:
    """Straight borders between vertices: horizontal ones, then vertical ones.

    Attributes:
        ends: (L, 2) vertex at the (left, right) or (upper, lower) end; −1 beyond the strip's edge.
        columns: (L,) column of vertical links; −1 of horizontal ones.
        horizontal: Number of horizontal links.
        loose: Vertices whose border to the north crosses the strip's upper edge.
    """

    ends: Ints
    columns: Ints
    horizontal: int
    loose: Ints

    def partners(self, corner: NDArray[np.bool_]) -> Ints:
        """Return the end that each end is joined to at corners; −1 at nodes and at the strip's edge."""
        vertex = self.ends.ravel()
        split = 2 * self.horizontal
        partner = np.full(len(vertex), -1, np.int64)
        end_at = np.full(len(corner), -1, np.int64)
        level = np.flatnonzero(corner[vertex[:split]])
        end_at[vertex[level]] = level
        upright = split + np.flatnonzero((vertex[split:] >= 0) & corner[vertex[split:]])
        other = end_at[vertex[upright]]
        partner[upright], partner[other] = other, upright
        return partner


def _link(xy: NDArray[np.int32], **sides: NDArray[np.bool_]) -> _Links:
    """Link each vertex to the next one to the east and to the south."""
    level = np.flatnonzero(sides["east"])
    down = np.flatnonzero(sides["south"])
    narrow = xy[:, 0].astype(np.uint16) if len(xy) and xy[:, 0].max() < 65536 else xy[:, 0]
    # A radix sort for 16 bits. Vertices are in reading order, so that those of a column stay sorted from top to bottom.
    order = np.argsort(narrow, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    column = xy[:, 0]
    below = np.append(order, -1)[rank + 1]
    has_below = (below >= 0) & (column[below] == column)
    above = np.concatenate(([-1], order))[rank]
    has_above = (above >= 0) & (column[above] == column)
    loose = np.flatnonzero(sides["north"] & ~has_above)
    ends = np.concatenate(
        (
            np.column_stack((level, level + 1)),
            np.column_stack((down, np.where(has_below[down], below[down], -1))),
            np.column_stack((np.full(len(loose), -1), loose)),
        )
    )
    columns = np.concatenate((np.full(len(level), -1), column[down], column[loose]))
    return _Links(ends, columns, len(level), loose)


def _collect(
    chains: Chains, links: _Links, xy: NDArray[np.int32], sides: Ints, degree: NDArray[np.int8], width: int
) -> Fragments:
    """Gather the fragments' vertices, sides and ends."""
    halfedges, begins = chains.halfedges, chains.starts[:-1]
    vertex = links.ends.ravel()
    firsts, lasts = halfedges[begins], halfedges[chains.starts[1:] - 1] ^ 1
    # The vertices of a chain: where its first half-edge starts, and where each half-edge ends.
    slots = np.empty(len(halfedges) + len(begins), np.int64)
    entry = begins + np.arange(len(begins))
    body = np.ones(len(slots), bool)
    body[entry] = False
    slots[entry], slots[body] = vertex[firsts], vertex[halfedges ^ 1]
    inside = slots >= 0
    owner = np.repeat(np.arange(len(begins)), chains.lengths + 1)[inside]
    starts = np.concatenate(([0], np.cumsum(np.bincount(owner, minlength=len(begins)))))
    both = sides[firsts >> 1]
    is_reversed = (firsts & 1).astype(bool)
    both[is_reversed] = both[is_reversed, ::-1]
    ends = np.column_stack((firsts, lasts))
    tips = vertex[ends]
    at_node = (tips >= 0) & (degree[tips] > 2) & ~chains.closed[:, None]
    column, row = np.moveaxis(xy[tips].astype(np.int64), -1, 0)
    # End 0 of a link is its western or upper one: the border leaves it to the east or south.
    near = (ends & 1) == 0
    headings = np.where(ends >> 1 < links.horizontal, np.where(near, EAST, WEST), np.where(near, SOUTH, NORTH))
    is_open = tips < 0
    xy = xy[slots[inside]]
    areas, lengths = _measure_fragments(xy, owner, len(begins))
    return Fragments(
        xy=xy,
        starts=starts,
        sides=both,
        nodes=np.where(at_node, row * (width + 1) + column, NO_NODE),
        headings=headings.astype(np.int8),
        open_columns=np.where(is_open, links.columns[ends >> 1], -1),
        open_up=is_open & near,
        areas=areas,
        lengths=lengths,
        rows=np.column_stack((xy[starts[:-1], 1], xy[starts[1:] - 1, 1])),
    )


def _measure_fragments(
    xy: NDArray[np.int32], owner: Ints, count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the areas and lengths of polylines of horizontal and vertical lines."""
    step = np.diff(xy, axis=0)
    inner = owner[1:] == owner[:-1]
    # Green's formula over horizontal lines only, as vertical ones may cross strips.
    areas = sum_by(owner[1:], np.where(inner, -xy[1:, 1].astype(np.float64) * step[:, 0], 0), count)
    lengths = sum_by(owner[1:], np.where(inner, np.abs(step).sum(axis=1), 0), count)
    return areas, lengths


def _summarise(
    values: tuple[NDArray[np.float64], ...], runs: _Runs, own: NDArray[np.bool_], count: int, rows: int
) -> tuple[NDArray[np.float64], Ints, NDArray[np.float64]]:
    """Return the sums, numbers and minima of valid pixels by patch."""
    totals = np.zeros((count, len(values)))
    counts = np.zeros((count, len(values)), np.int64)
    lowest = np.full((count, len(values)), np.inf)
    patches, starts = runs.patches[own], runs.starts[own]
    for index, raster in enumerate(values):
        padded = np.full((rows, runs.stride), np.nan)
        padded[: len(raster), 1:-1] = raster
        flat = padded.ravel()
        known = ~np.isnan(flat)
        sums = np.add.reduceat(np.where(known, flat, 0), starts)
        sizes = np.add.reduceat(known, starts, dtype=np.int64)
        least = np.minimum.reduceat(np.where(known, flat, np.inf), starts)
        totals[:, index] = np.bincount(patches, weights=sums, minlength=count)
        counts[:, index] = np.bincount(patches, weights=sizes, minlength=count).astype(np.int64)
        np.minimum.at(lowest[:, index], patches, least)
    return totals, counts, lowest
