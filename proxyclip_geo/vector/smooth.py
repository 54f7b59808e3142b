"""Smooth the borders of a coverage by cutting the corners of pixels."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.vector.coverage import Arcs, Polylines
from proxyclip_geo.vector.ragged import Ints, batches
from proxyclip_geo.vector.trace_strip import NO_NODE, OUTSIDE
from proxyclip_geo.vector.vertices import Flags, cross_products, drop_repeated, is_inner, neighbours

_VERTICES_AT_ONCE = 150_000


def smooth_arcs(arcs: Arcs, spill: Path) -> Arcs:
    """Cut the corners of all arcs, except those that border the outside.

    Each side of a corner is cut in the middle, or one pixel from the corner if that is nearer and the other side is
    longer than a pixel. A cut stays inside one pixel, or within half a pixel of its longer side, where there is no
    other border: borders cannot meet. Staircases of any slope become straight lines.

    Args:
        arcs: Arcs of horizontal and vertical lines.
        spill: File for the vertices.
    """
    counts = []
    with spill.open("wb") as file:
        for begin, end in batches(arcs.vertex_counts, _VERTICES_AT_ONCE):
            xy, owner = arcs.gather(2 * np.arange(begin, end))
            closed = arcs.nodes[begin:end, 0] == NO_NODE
            fixed = (arcs.sides[begin:end] == OUTSIDE).any(axis=1)
            xy, owner = cut_corners(xy, owner, closed=closed, fixed=fixed)
            xy.tofile(file)
            counts.append(np.bincount(owner, minlength=end - begin))
            arcs.lines.release()
    starts = np.concatenate(([0], np.cumsum(np.concatenate(counts)))) if counts else np.zeros(1, np.int64)
    xy = np.memmap(spill, np.float64, mode="r").reshape(-1, 2) if starts[-1] else np.zeros((0, 2))
    return replace(
        arcs, lines=Polylines(xy, starts), pieces=2 * np.arange(arcs.count), starts=np.arange(arcs.count + 1)
    )


def cut_corners(
    xy: NDArray[np.float64], owner: Ints, *, closed: Flags, fixed: Flags, most: float = 1.0
) -> tuple[NDArray[Any], Ints]:
    """Replace corners by the two ends of a cut, and drop collinear vertices.

    Args:
        xy: (V, 2) vertices of horizontal and vertical lines, line after line.
        owner: (V,) line of each.
        closed: (L,) whether a line is a ring, whose last vertex may repeat the first.
        fixed: (L,) whether a line does not change.
        most: Longest distance in pixels from a corner between two sides that are both longer than a pixel.
    """
    xy, owner = drop_repeated(xy, owner, closed)
    bends = ~is_inner(owner, closed) | fixed[owner] | (cross_products(xy, owner, closed) != 0)
    xy, owner = xy[bends], owner[bends]
    inner = is_inner(owner, closed) & ~fixed[owner]
    copies = 1 + inner
    ends = np.cumsum(copies)
    cut = np.repeat(xy, copies, axis=0)
    # The length of a horizontal or vertical side is the sum of both components of the step.
    steps = [xy[other] - xy for other in neighbours(owner, closed)]
    lengths = [np.abs(step).sum(axis=1) for step in steps]
    for index, step, length, other in zip((ends - 2, ends - 1), steps, lengths, lengths[::-1], strict=True):
        share = np.where(other <= 1, 0.5, np.minimum(0.5, most / np.maximum(length, 1)))
        cut[index[inner]] = (xy + share[:, None] * step)[inner]
    cut, owner = drop_repeated(cut, np.repeat(owner, copies), closed)
    bends = ~is_inner(owner, closed) | fixed[owner] | (cross_products(cut, owner, closed) != 0)
    return cut[bends], owner[bends]
