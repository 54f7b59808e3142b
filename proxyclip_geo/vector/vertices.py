"""Vertices of many lines, stored line after line: neighbours, repeated vertices, turns.

In all functions `owner` (V,) is the line of each vertex, and `closed` (L,) tells which lines are rings; all are if it
is not given. The last vertex of a ring may repeat the first.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.vector.ragged import Ints

Flags = NDArray[np.bool_]


def neighbours(owner: Ints, closed: Flags | None = None) -> tuple[Ints, Ints]:
    """Return the index of the vertex before and after each vertex; the ends of open lines are their own neighbours."""
    count = len(owner)
    before, after = np.arange(count) - 1, np.arange(count) + 1
    if count:
        starts = np.concatenate(([0], np.flatnonzero(np.diff(owner)) + 1))
        stops = np.append(starts[1:], count) - 1
        is_ring = np.True_ if closed is None else closed[owner[starts]]
        before[starts], after[stops] = np.where(is_ring, stops, starts), np.where(is_ring, starts, stops)
    return before, after


def drop_repeated(xy: NDArray[Any], owner: Ints, closed: Flags | None = None) -> tuple[NDArray[Any], Ints]:
    """Drop vertices equal to the next one."""
    _, after = neighbours(owner, closed)
    repeated = (after != np.arange(len(owner))) & (xy == xy[after]).all(axis=1)
    return xy[~repeated], owner[~repeated]


def is_inner(owner: Ints, closed: Flags) -> Flags:
    """Return True for vertices that are no ends of open lines."""
    before, after = neighbours(owner, closed)
    index = np.arange(len(owner))
    return np.asarray((before != index) & (after != index))


def cross_products(xy: NDArray[np.float64], owner: Ints, closed: Flags | None = None) -> NDArray[np.float64]:
    """Return the cross product of the steps to and from each vertex: 0 where collinear, exact for halves of pixels."""
    before, after = neighbours(owner, closed)
    to, off = xy - xy[before], xy[after] - xy
    return np.asarray(to[:, 0] * off[:, 1] - to[:, 1] * off[:, 0])
