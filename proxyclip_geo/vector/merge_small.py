"""Merge small patches of a coverage with their neighbours."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.vector.chains import label_components
from proxyclip_geo.vector.coverage import Coverage, join_arcs
from proxyclip_geo.vector.ragged import Ints, sum_by
from proxyclip_geo.vector.trace_strip import NO_NODE, OUTSIDE

Floats = NDArray[np.float64]


def merge_small(
    coverage: Coverage, areas: Floats, limits: Floats, *, skipped: tuple[int, ...]
) -> tuple[Ints, NDArray[np.int32]]:
    """Find the patch that each small patch is merged with.

    A patch below its limit is merged if no neighbour below its limit is smaller. It goes to the neighbour with the
    longest common border; of several, to the one with most pixels; of several, to the first in reading order. It never
    goes to an unclassified patch or to nodata. Adjacent patches of equal label are then one patch. This is repeated
    until no patch changes; small patches without such a neighbour remain.

    Args:
        coverage: Patches and arcs.
        areas: (P,) area of each patch.
        limits: (P,) smallest area that is not merged.
        skipped: Label codes of unclassified patches.

    Returns:
        (P,) number of the merged patch of each, and (M,) label codes of the merged patches.
    """
    first, codes = coverage.patches.first.copy(), coverage.patches.codes.copy()
    into = np.arange(len(codes))
    sides, lengths = _sum_borders(coverage.arcs.sides, coverage.arcs.lengths)
    pixels = coverage.patches.pixels.astype(np.float64)
    while True:
        is_class = ~np.isin(codes, (*skipped, OUTSIDE))
        is_small = (areas < limits) & (codes != OUTSIDE)
        merged, target = _choose_targets(
            sides, lengths, is_small=is_small, is_class=is_class, pixels=pixels, first=first
        )
        if not len(merged):
            return into, codes
        # No target is merged itself in this round.
        codes[merged] = codes[target]
        same = codes[sides[:, 0]] == codes[sides[:, 1]]
        group = label_components(len(codes), np.append(merged, sides[same, 0]), np.append(target, sides[same, 1]))
        count = int(group.max()) + 1
        into = group[into]
        areas, pixels = sum_by(group, areas, count), sum_by(group, pixels, count)
        lowest = np.full(count, np.iinfo(np.int64).max)
        np.minimum.at(lowest, group, first)
        first = lowest
        # A merged patch has the limit of a patch that did not change its label.
        remains = np.ones(len(codes), bool)
        remains[merged] = False
        limits = _scatter(group[remains], limits[remains], count)
        codes = _scatter(group, codes, count)
        sides, lengths = _sum_borders(group[sides], lengths)


def _scatter(index: Ints, values: NDArray[Any], count: int) -> NDArray[Any]:
    """Return an array of `count` values with `values` at `index`, 0 elsewhere."""
    scattered = np.zeros(count, values.dtype)
    scattered[index] = values
    return scattered


def _choose_targets(
    sides: Ints,
    lengths: Floats,
    *,
    is_small: NDArray[np.bool_],
    is_class: NDArray[np.bool_],
    pixels: Floats,
    first: Ints,
) -> tuple[Ints, Ints]:
    """Return the small patches without a smaller small neighbour, and the neighbour that each is merged with."""
    patch, neighbour = np.concatenate((sides, sides[:, ::-1])).T
    length = np.tile(lengths, 2)
    usable = is_small[patch] & is_class[neighbour]
    mergeable = np.zeros(len(is_small), bool)
    mergeable[patch[usable]] = True
    rank = np.empty(len(is_small), np.int64)
    rank[np.lexsort((first, pixels))] = np.arange(len(is_small))
    lowest = np.full(len(is_small), len(is_small))
    rivals = mergeable[patch] & mergeable[neighbour]
    np.minimum.at(lowest, patch[rivals], rank[neighbour[rivals]])
    edges = np.flatnonzero(usable & (mergeable & (rank < lowest))[patch])
    order = edges[np.lexsort((first[neighbour[edges]], -pixels[neighbour[edges]], -length[edges], patch[edges]))]
    _, best = np.unique(patch[order], return_index=True)
    return patch[order[best]], neighbour[order[best]]


def _sum_borders(sides: Ints, lengths: NDArray[np.float64]) -> tuple[Ints, NDArray[np.float64]]:
    """Return each pair of adjacent patches once, without the outside, and the length of their common border."""
    low, high = sides.min(axis=1), sides.max(axis=1)
    inner = (low != high) & (low != OUTSIDE)
    count = int(high.max(initial=0)) + 1
    pairs, owner = np.unique(low[inner] * count + high[inner], return_inverse=True)
    return np.column_stack(np.divmod(pairs, count)), sum_by(owner, lengths[inner], len(pairs))


def dissolve(coverage: Coverage, into: Ints, codes: NDArray[np.int32]) -> Coverage:
    """Merge patches and remove the borders between them.

    Args:
        coverage: Patches and arcs.
        into: (P,) number of the merged patch of each; 0 stays 0.
        codes: (M,) label codes of the merged patches.
    """
    arcs = coverage.arcs
    sides = into[arcs.sides]
    border = np.flatnonzero(sides[:, 0] != sides[:, 1])
    part = replace(
        arcs,
        pieces=arcs.pieces_of(2 * border),
        starts=np.concatenate(([0], np.cumsum(arcs.sizes(2 * border)))),
        sides=sides[border],
        nodes=arcs.nodes[border],
        headings=arcs.headings[border],
        areas=arcs.areas[border],
        lengths=arcs.lengths[border],
    )
    # A node that is left with two borders is none: they are joined.
    nodes = part.nodes.ravel()
    order = np.argsort(nodes, kind="stable")
    order = order[nodes[order] != NO_NODE]
    _, begins, counts = np.unique(nodes[order], return_index=True, return_counts=True)
    pairs = begins[counts == 2]
    partner = np.full(len(nodes), -1, np.int64)
    partner[order[pairs]], partner[order[pairs + 1]] = order[pairs + 1], order[pairs]
    patches = replace(coverage.patches.merge(into), codes=codes)
    return Coverage(patches, join_arcs(part, partner), coverage.shape)
