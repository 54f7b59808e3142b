"""The borders inside one strip of a label raster, found from its runs.

A **run** is a stretch of equal labels in a row. All there is to know about patches and borders lies where runs begin:
the only work done for each pixel is one comparison with its left neighbour. **Corners** are where a border turns,
**nodes** where three or more borders meet; a **fragment** is a border between two patches from one node to the next, or
to the strip's edge. A strip is a pure function of its pixels and the row above them, so strips may be computed in any
order.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.vector.chains import Chains, Ints, chain, groups, sum_by

OUTSIDE = 0
"""Key of what has no data or lies outside the raster."""
NORTH, EAST, SOUTH, WEST = range(4)
NO_NODE = -1


@dataclass(frozen=True)
class Fragments:
    """Borders between two patches, as polylines.

    Attributes:
        xy: (V, 2) int32 vertices (column, row) of pixel corners, fragment after fragment. Vertices are where the border
            turns, and its ends at nodes; the end at a strip's edge is not among them.
        starts: (F + 1,) int64 where each fragment begins in `xy`.
        sides: (F, 2) int64 patch on the (left, right) as one walks along, rows counted downwards.
        nodes: (F, 2) int64 the node `row * (width + 1) + column` at (start, end); −1 at none.
        heads: (F, 2) int8 direction in which the border leaves that node.
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
    heads: NDArray[np.int8]
    open_columns: Ints
    open_up: NDArray[np.bool_]
    areas: NDArray[np.float64]
    lengths: NDArray[np.float64]
    rows: NDArray[np.int32]


@dataclass(frozen=True)
class Strip:
    """What a strip tells about the patches in it; patches are numbered within the strip.

    Attributes:
        fragments: Its borders.
        labels: (P,) key of each patch, `OUTSIDE` for patch 0.
        above: (R,) patch of each run in the row above the strip.
        below: (R',) patch of each run in the strip's last row.
        first: (P,) the first pixel, `row * width + column`, in the strip (in the row above too).
        pixels: (P,) pixels in the strip, without the row above.
        totals: (P, S) sum of each further raster over the patch's pixels with a value.
        counts: (P, S) pixels with a value.
        lowest: (P, S) lowest value.
    """

    fragments: Fragments
    labels: NDArray[np.int32]
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
        labels: (R,) key.
        patches: (R,) patch.
        stride: Length of a padded row.
    """

    starts: Ints
    labels: NDArray[np.int32]
    patches: Ints
    stride: int


@dataclass(frozen=True)
class _Crossings:
    """Places on the lines between rows where a run begins above or below.

    Attributes:
        position: (E,) flat position of the pixel below right.
        above: (E,) run above right.
        below: (E,) run below right.
    """

    position: Ints
    above: Ints
    below: Ints

    def take(self, index: NDArray[Any]) -> "_Crossings":
        """Return some of them."""
        return _Crossings(self.position[index], self.above[index], self.below[index])


def trace_strip(keys: NDArray[Any], *, top: int, last: bool, values: tuple[NDArray[np.float64], ...] = ()) -> Strip:
    """Find the borders and patches of a strip.

    Args:
        keys: (H + 1, W) whole numbers, `OUTSIDE` where there is no data; the first row is the one above the strip.
        top: Row of the raster of the strip's first row.
        last: Whether the strip is the raster's last.
        values: Rasters (H + 1, W) to summarise by patch; NaN where there is no value.
    """
    height, width = keys.shape[0] - 1, keys.shape[1]
    padded = np.zeros((height + 1 + last, width + 2), keys.dtype)
    padded[: height + 1, 1:-1] = keys
    flat, stride = padded.ravel(), width + 2
    starts = np.concatenate(([0], np.flatnonzero(flat[1:] != flat[:-1]) + 1))
    labels = flat[starts].astype(np.int32)
    crossings = _cross(starts, stride, flat.size)
    same = labels[crossings.above] == labels[crossings.below]
    joined = crossings.take(same & (labels[crossings.above] != OUTSIDE))
    # All that is outside is one patch, number 0, however it hangs together.
    outside = np.flatnonzero(labels == OUTSIDE)
    first = np.concatenate((joined.above, np.zeros(len(outside), np.int64)))
    patches = groups(len(starts), first, np.concatenate((joined.below, outside)))
    runs = _Runs(starts, labels, patches, stride)
    count = int(patches.max()) + 1
    fragments = _fragments(runs, crossings, ~same, top=top, width=width)
    own = starts >= stride
    row, column = np.divmod(starts, stride)
    pixel = (row + top - 1) * width + column - 1
    lead = np.unique(patches, return_index=True)[1]
    lengths = np.diff(starts, append=flat.size)
    pixels = np.bincount(patches[own], weights=lengths[own], minlength=count).astype(np.int64)
    totals, counts, lowest = _summarise(values, runs, own, count, height + 1 + last)
    patch_labels = labels[lead]
    edge = np.searchsorted(starts, [stride, stride * height, stride * (height + 1)])
    return Strip(
        fragments,
        patch_labels,
        above=patches[1 : edge[0]],
        below=patches[edge[1] : edge[2]],
        first=pixel[lead],
        pixels=pixels,
        totals=totals,
        counts=counts,
        lowest=lowest,
    )


def _cross(starts: Ints, stride: int, size: int) -> _Crossings:
    """Merge the beginnings of the runs above and below each line between rows."""
    lower = int(np.searchsorted(starts, stride))
    upper = int(np.searchsorted(starts, size - stride))
    # The lowest bit tells which side a beginning comes from; sorting two sorted halves is a merge.
    merged = np.concatenate((starts[lower:] * 2, (starts[:upper] + stride) * 2 + 1))
    merged.sort(kind="stable")
    from_above = np.cumsum(merged & 1)
    from_below = np.arange(1, len(merged) + 1) - from_above
    position = merged >> 1
    final = np.append(position[1:] != position[:-1], True)
    return _Crossings(position[final], from_above[final] - 1, from_below[final] + lower - 1)


def _fragments(runs: _Runs, crossings: _Crossings, east: NDArray[np.bool_], *, top: int, width: int) -> Fragments:
    """Link corners and nodes to fragments."""
    west = np.concatenate(([False], east[:-1]))
    before_above = np.concatenate((crossings.above[:1], crossings.above[:-1]))
    before_below = np.concatenate((crossings.below[:1], crossings.below[:-1]))
    kept = np.flatnonzero(east | west)
    at = crossings.take(kept)
    left_above, left_below = before_above[kept], before_below[kept]
    east, west = east[kept], west[kept]
    north, south = at.above != left_above, at.below != left_below
    row, column = np.divmod(at.position, runs.stride)
    xy = np.column_stack((column - 1, row + top - 1)).astype(np.int32)
    links = _link(xy, north=north, east=east, south=south, west=west)
    degree = north.astype(np.int8) + east + south + west
    chains = chain(links.partners(degree == 2))
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
        """Return the port that each port is joined to at corners; −1 at nodes and at the strip's edge."""
        ports = self.ends.ravel()
        split = 2 * self.horizontal
        partner = np.full(len(ports), -1, np.int64)
        across = np.full(len(corner), -1, np.int64)
        flat = np.flatnonzero(corner[ports[:split]])
        across[ports[flat]] = flat
        upright = split + np.flatnonzero((ports[split:] >= 0) & corner[ports[split:]])
        other = across[ports[upright]]
        partner[upright], partner[other] = other, upright
        return partner


def _link(xy: NDArray[np.int32], **sides: NDArray[np.bool_]) -> _Links:
    """Link every vertex to the next one eastwards and southwards."""
    level = np.flatnonzero(sides["east"])
    down = np.flatnonzero(sides["south"])
    narrow = xy[:, 0].astype(np.uint16) if len(xy) and xy[:, 0].max() < 65536 else xy[:, 0]
    # Radix sort for 16 bits; vertices are in reading order already, so each column comes out from top to bottom.
    order = np.argsort(narrow, kind="stable")
    geobox = np.empty_like(order)
    geobox[order] = np.arange(len(order))
    column = xy[:, 0]
    following = np.append(order, -1)[geobox + 1]
    meets = (following >= 0) & (column[following] == column)
    before = np.concatenate(([-1], order))[geobox]
    comes = (before >= 0) & (column[before] == column)
    loose = np.flatnonzero(sides["north"] & ~comes)
    ends = np.concatenate(
        (
            np.column_stack((level, level + 1)),
            np.column_stack((down, np.where(meets[down], following[down], -1))),
            np.column_stack((np.full(len(loose), -1), loose)),
        )
    )
    columns = np.concatenate((np.full(len(level), -1), column[down], column[loose]))
    return _Links(ends, columns, len(level), loose)


def _collect(
    chains: Chains, links: _Links, xy: NDArray[np.int32], sides: Ints, degree: NDArray[np.int8], width: int
) -> Fragments:
    """Gather the fragments' vertices, sides and ends."""
    darts, begins = chains.darts, chains.starts[:-1]
    ports = links.ends.ravel()
    firsts, lasts = darts[begins], darts[chains.starts[1:] - 1] ^ 1
    # A chain's vertices are the one it is entered by, and the one that each link is left by.
    slots = np.empty(len(darts) + len(begins), np.int64)
    entry = begins + np.arange(len(begins))
    body = np.ones(len(slots), bool)
    body[entry] = False
    slots[entry], slots[body] = ports[firsts], ports[darts ^ 1]
    inside = slots >= 0
    owner = np.repeat(np.arange(len(begins)), chains.lengths + 1)[inside]
    starts = np.concatenate(([0], np.cumsum(np.bincount(owner, minlength=len(begins)))))
    both = sides[firsts >> 1]
    turned = (firsts & 1).astype(bool)
    both[turned] = both[turned, ::-1]
    ends = np.column_stack((firsts, lasts))
    vertex = ports[ends]
    at_node = (vertex >= 0) & (degree[vertex] > 2) & ~chains.closed[:, None]
    geobox = xy[vertex].astype(np.int64)
    # Port 0 is the western or upper end, where the link leaves east- or southwards.
    near = (ends & 1) == 0
    heads = np.where(ends >> 1 < links.horizontal, np.where(near, EAST, WEST), np.where(near, SOUTH, NORTH))
    opens = vertex < 0
    xy = xy[slots[inside]]
    areas, lengths = _measure(xy, owner, len(begins))
    return Fragments(
        xy=xy,
        starts=starts,
        sides=both,
        nodes=np.where(at_node, geobox[..., 1] * (width + 1) + geobox[..., 0], NO_NODE),
        heads=heads.astype(np.int8),
        open_columns=np.where(opens, links.columns[ends >> 1], -1),
        open_up=opens & near,
        areas=areas,
        lengths=lengths,
        rows=np.column_stack((xy[starts[:-1], 1], xy[starts[1:] - 1, 1])),
    )


def _measure(xy: NDArray[np.int32], owner: Ints, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the areas and lengths of polylines of horizontal and vertical lines."""
    step = np.diff(xy, axis=0)
    inner = owner[1:] == owner[:-1]
    # Green's formula in the form that only horizontal lines add to: vertical ones may cross strips.
    areas = sum_by(owner[1:], np.where(inner, -xy[1:, 1].astype(np.float64) * step[:, 0], 0), count)
    lengths = sum_by(owner[1:], np.where(inner, np.abs(step).sum(axis=1), 0), count)
    return areas, lengths


def _summarise(
    values: tuple[NDArray[np.float64], ...], runs: _Runs, own: NDArray[np.bool_], count: int, rows: int
) -> tuple[NDArray[np.float64], Ints, NDArray[np.float64]]:
    """Add up rasters by patch."""
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
