"""Rings of the patches of a coverage, from its arcs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.vector.chains import Chains, find_cycles
from proxyclip_geo.vector.coverage import Arcs, Coverage
from proxyclip_geo.vector.ragged import Ints, expand_ranges
from proxyclip_geo.vector.trace_strip import NO_NODE, OUTSIDE


@dataclass(frozen=True)
class Rings:
    """The rings of all patches.

    Attributes:
        halfedges: Half-edges of each ring in order: 2a is arc a forwards, 2a + 1 backwards. A ring's patch is on its
            right.
        starts: (R + 1,) where each ring begins in `halfedges`.
        patches: (R,) patch of each ring, ascending; a patch's shell comes first.
        areas: (R,) pixels; negative for holes.
    """

    halfedges: Ints
    starts: Ints
    patches: Ints
    areas: NDArray[np.float64]


def find_rings(arcs: Arcs) -> Rings:
    """Join arcs to rings; a ring visits a node at most once."""
    following, (here, there) = _turn_right(arcs)
    cycles = find_cycles(following)
    ring = np.empty(len(following), np.int64)
    ring[cycles.halfedges] = cycles.owners
    # A ring that meets itself at a corner is split in two that touch there.
    twice = ring[here] == ring[there]
    if twice.any():
        here, there = here[twice], there[twice]
        following[here], following[there] = following[there], following[here]
        cycles = find_cycles(following)
    return _sort_rings(arcs, cycles)


def _departures(arcs: Arcs) -> tuple[Ints, Ints, Ints]:
    """Return the half-edges that leave nodes, the node of each, and (N, 4) the half-edge in each direction or −1."""
    # Half-edge 2a leaves from the start of arc a, and 2a + 1 from its end: they are numbered as the ends are.
    ends = np.flatnonzero(arcs.nodes.ravel() != NO_NODE)
    numbers, node = np.unique(arcs.nodes.ravel()[ends], return_inverse=True)
    leaving = np.full((len(numbers), 4), -1, np.int64)
    leaving[node, arcs.headings.ravel()[ends]] = ends
    return ends, node, leaving


def _turn_right(arcs: Arcs) -> tuple[Ints, tuple[Ints, Ints]]:
    """Return the half-edge after each, and the pairs of half-edges that arrive at opposite corners of a crossing."""
    following = np.arange(2 * arcs.count)
    ends, node, leaving = _departures(arcs)
    headings = arcs.headings.ravel()[ends].astype(np.int64)
    # One that arrives from the south heads north: a right turn leads east.
    right, ahead, left = (leaving[node, (headings + turn) % 4] for turn in (3, 2, 1))
    following[ends ^ 1] = np.where(right >= 0, right, np.where(ahead >= 0, ahead, left))
    full = (leaving >= 0).all(axis=1)
    here = np.concatenate([leaving[full, 0], leaving[full, 1]]) ^ 1
    there = np.concatenate([leaving[full, 2], leaving[full, 3]]) ^ 1
    return following, (here, there)


def corner_pairs(coverage: Coverage) -> Ints:
    """Return (Q, 2) patches of equal label code that meet at a corner."""
    arcs, codes = coverage.arcs, coverage.patches.codes
    _, _, leaving = _departures(arcs)
    north, _, south, _ = leaving[(leaving >= 0).all(axis=1)].T
    # North-west is on the left of a half-edge that heads north, south-east on the left of one that heads south.
    left, right = arcs.sides.ravel(), arcs.sides[:, ::-1].ravel()
    pairs = np.concatenate((np.column_stack((left[north], left[south])), np.column_stack((right[north], right[south]))))
    return np.asarray(pairs[codes[pairs[:, 0]] == codes[pairs[:, 1]]])


def _sort_rings(arcs: Arcs, cycles: Chains) -> Rings:
    """Sort rings by patch, shells before holes, without those of the outside."""
    halfedges, starts = cycles.halfedges, cycles.starts
    right = arcs.sides.ravel()[(halfedges >> 1) * 2 + 1 - (halfedges & 1)]
    signed = arcs.areas[halfedges >> 1] * np.where(halfedges & 1, -1, 1)
    areas = np.add.reduceat(signed, starts[:-1]) if len(halfedges) else np.zeros(0)
    patches = right[starts[:-1]]
    order = np.lexsort((areas < 0, patches))
    order = order[patches[order] != OUTSIDE]
    sizes = np.diff(starts)[order]
    return Rings(
        halfedges[expand_ranges(starts, 2 * order)],
        np.concatenate(([0], np.cumsum(sizes))),
        patches[order],
        areas[order],
    )
