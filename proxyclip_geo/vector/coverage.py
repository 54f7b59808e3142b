"""The whole raster's patches and the borders between them, put together from strips.

A `Coverage` knows each border once, with the patch on either side: an **arc**. Polygons are read off it ring by ring,
in batches, so that never all of them are in memory.
"""

import mmap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.vector.chains import Chains, Ints, chain, cycles, groups, sum_by
from proxyclip_geo.vector.trace_strip import NO_NODE, OUTSIDE, Strip


@dataclass(frozen=True)
class Patches:
    """What is known of each patch.

    Attributes:
        labels: (P,) int32 key; `OUTSIDE` for patch 0.
        first: (P,) first pixel in reading order, `row * width + column`.
        pixels: (P,) number of pixels.
        totals: (P, S) sum of each further raster over its pixels with a value.
        counts: (P, S) pixels with a value.
        lowest: (P, S) lowest value.
    """

    labels: NDArray[np.int32]
    first: Ints
    pixels: Ints
    totals: NDArray[np.float64]
    counts: Ints
    lowest: NDArray[np.float64]

    def merge(self, into: Ints) -> "Patches":
        """Return the groups of patches; `into` (P,) numbers them, and a group has the key of its first member."""
        count = int(into.max()) + 1
        shape = (count, self.totals.shape[1])
        first = np.full(count, np.iinfo(np.int64).max)
        np.minimum.at(first, into, self.first)
        labels = np.zeros(count, np.int32)
        labels[into[::-1]] = self.labels[::-1]
        totals, counts, lowest = np.zeros(shape), np.zeros(shape, np.int64), np.full(shape, np.inf)
        np.add.at(totals, into, self.totals)
        np.add.at(counts, into, self.counts)
        np.minimum.at(lowest, into, self.lowest)
        pixels = np.zeros(count, np.int64)
        np.add.at(pixels, into, self.pixels)
        return Patches(labels, first, pixels, totals, counts, lowest)


@dataclass(frozen=True)
class Polylines:
    """Vertices of many lines, perhaps on disk.

    Attributes:
        xy: (V, 2) vertices (column, row), line after line.
        starts: (L + 1,) int64 where each line begins.
    """

    xy: NDArray[Any]
    starts: Ints

    def gather(self, darts: Ints) -> NDArray[Any]:
        """Return lines one after another; dart 2i is line i, dart 2i + 1 the same backwards."""
        return self.xy[stretches(self.starts, darts)]

    def sizes(self, darts: Ints) -> Ints:
        """Return the number of vertices of each dart."""
        return np.asarray(self.starts[(darts >> 1) + 1] - self.starts[darts >> 1])

    def forget(self) -> None:
        """Give memory back that merely mirrors the file."""
        if isinstance(self.xy, np.memmap):
            self.xy._mmap.madvise(mmap.MADV_DONTNEED)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Arcs:
    """Borders between two patches, from node to node or closed.

    Attributes:
        lines: The lines that arcs are made of.
        pieces: Darts of `lines`, arc after arc.
        starts: (A + 1,) int64 where each arc begins in `pieces`.
        sides: (A, 2) patch on the (left, right) as one walks along, rows counted downwards.
        nodes: (A, 2) node at (start, end), `row * (width + 1) + column`; −1 where the arc is closed.
        heads: (A, 2) direction (north, east, south, west: 0–3) in which it leaves that node.
        areas: (A,) pixels between the arc and the raster's upper left corner, by Green's formula.
        lengths: (A,) length in pixels.
    """

    lines: Polylines
    pieces: Ints
    starts: Ints
    sides: Ints
    nodes: Ints
    heads: NDArray[np.int8]
    areas: NDArray[np.float64]
    lengths: NDArray[np.float64]

    @property
    def count(self) -> int:
        """Number of arcs."""
        return len(self.starts) - 1

    def pieces_of(self, darts: Ints) -> Ints:
        """Return the darts of `lines` that darts of arcs consist of."""
        turned = np.repeat(darts & 1, self.sizes(darts))
        return np.asarray(self.pieces[stretches(self.starts, darts)] ^ turned)

    def sizes(self, darts: Ints) -> Ints:
        """Return the number of pieces of each dart."""
        return np.asarray(self.starts[(darts >> 1) + 1] - self.starts[darts >> 1])


@dataclass(frozen=True)
class Coverage:
    """Patches and the arcs between them.

    Attributes:
        patches: The patches; number 0 is what lies outside.
        arcs: Their borders.
        shape: (height, width) of the raster.
    """

    patches: Patches
    arcs: Arcs
    shape: tuple[int, int]


class CoverageBuilder:
    """Takes strips from top to bottom and joins what they cut."""

    def __init__(self, shape: tuple[int, int], *, spill: Path) -> None:
        """Make an empty coverage.

        Args:
            shape: (height, width) of the raster.
            spill: File that vertices go to until all is joined.
        """
        self._shape = shape
        self._spill = spill
        self._file = spill.open("wb")
        self._patch_count = 1
        self._fragment_count = 0
        self._parts: dict[str, list[NDArray[Any]]] = {}
        self._open = np.full(shape[1] + 1, -1, np.int64)
        self._below = np.zeros(0, np.int64)

    def add(self, strip: Strip) -> None:
        """Take the next strip."""
        fragments = strip.fragments
        # Patch 0 is what is outside, in every strip.
        shift = np.arange(len(strip.labels)) + self._patch_count - 1
        shift[0] = 0
        self._patch_count += len(strip.labels) - 1
        fragments.xy.tofile(self._file)
        if len(self._below):
            self._keep(same=np.column_stack((self._below, shift[strip.above])))
        self._below = shift[strip.below]
        self._keep(
            labels=strip.labels[1:],
            first=strip.first[1:],
            pixels=strip.pixels[1:],
            totals=strip.totals[1:],
            counts=strip.counts[1:],
            lowest=strip.lowest[1:],
            sizes=np.diff(fragments.starts),
            sides=shift[fragments.sides],
            nodes=fragments.nodes,
            heads=fragments.heads,
            areas=fragments.areas,
            lengths=fragments.lengths,
            rows=fragments.rows,
        )
        ports = 2 * (np.arange(len(fragments.nodes))[:, None] + self._fragment_count) + np.arange(2)
        crosses = fragments.open_columns >= 0
        enters, leaves = crosses & fragments.open_up, crosses & ~fragments.open_up
        columns = fragments.open_columns[enters]
        self._keep(joints=np.column_stack((self._open[columns], ports[enters])))
        self._open[columns] = -1
        self._open[fragments.open_columns[leaves]] = ports[leaves]
        self._fragment_count += len(fragments.nodes)

    def _keep(self, **parts: NDArray[Any]) -> None:
        for name, part in parts.items():
            self._parts.setdefault(name, []).append(part)

    def _take(self, name: str) -> NDArray[Any]:
        return np.concatenate(self._parts.pop(name))

    def close(self) -> None:
        """Close the file of vertices."""
        self._file.close()

    def finish(self) -> Coverage:
        """Join everything."""
        self._file.close()
        same = self._take("same") if "same" in self._parts else np.zeros((0, 2), np.int64)
        into = groups(self._patch_count, same[:, 0], same[:, 1])
        columns = ("totals", "counts", "lowest")
        lead = {name: self._take(name) for name in ("labels", "first", "pixels", *columns)}
        empty = {name: np.zeros((1, *part.shape[1:]), part.dtype) for name, part in lead.items()}
        parts = {name: np.concatenate((empty[name], part)) for name, part in lead.items()}
        patches = Patches(**parts).merge(into)
        arcs = self._join(into)
        return Coverage(patches, arcs, self._shape)

    def _join(self, into: Ints) -> Arcs:
        """Join fragments to arcs."""
        joints = self._take("joints")
        partner = np.full(2 * self._fragment_count, -1, np.int64)
        partner[joints[:, 0]], partner[joints[:, 1]] = joints[:, 1], joints[:, 0]
        rows = self._take("rows")
        fragments = Arcs(
            self._lines(),
            2 * np.arange(self._fragment_count),
            np.arange(self._fragment_count + 1),
            into[self._take("sides")],
            self._take("nodes"),
            self._take("heads"),
            self._take("areas"),
            self._take("lengths"),
        )
        return join_arcs(fragments, partner, rows=rows)

    def _lines(self) -> Polylines:
        """Return the fragments' vertices, on disk."""
        starts = np.concatenate(([0], np.cumsum(self._take("sizes"))))
        if not starts[-1]:
            return Polylines(np.zeros((0, 2), np.int32), starts)
        return Polylines(np.memmap(self._spill, np.int32, mode="r").reshape(-1, 2), starts)


def join_arcs(arcs: Arcs, partner: Ints, *, rows: NDArray[np.int32] | None = None) -> Arcs:
    """Join arcs at their ends.

    Args:
        arcs: The arcs.
        partner: (2A,) the end that each end (2a the start of arc a, 2a + 1 its end) is joined to; −1 for none.
        rows: (A, 2) row of the (first, last) vertex, where the ends that are joined lie apart in one column.
    """
    chains = chain(partner)
    darts, begins, owners, count = chains.darts, chains.starts[:-1], chains.owners, len(chains.closed)
    turned = (darts & 1).astype(bool)
    ends = np.column_stack((darts[begins], darts[chains.starts[1:] - 1] ^ 1))
    sides = arcs.sides[ends[:, 0] >> 1]
    flip = turned[begins]
    sides[flip] = sides[flip, ::-1]
    lengths = sum_by(owners, arcs.lengths[darts >> 1], count)
    if rows is not None:
        tips = rows.ravel()
        gaps = np.abs(tips[darts[1:]] - tips[darts[:-1] ^ 1]) * (owners[1:] == owners[:-1])
        lengths += sum_by(owners[1:], gaps, count) + np.abs(np.diff(tips[ends])[:, 0]) * chains.closed
    sizes = np.bincount(owners, arcs.sizes(darts), count).astype(np.int64)
    return Arcs(
        arcs.lines,
        arcs.pieces_of(darts),
        np.concatenate(([0], np.cumsum(sizes))),
        sides,
        np.where(chains.closed[:, None], NO_NODE, arcs.nodes.ravel()[ends]),
        arcs.heads.ravel()[ends],
        sum_by(owners, arcs.areas[darts >> 1] * np.where(turned, -1, 1), count),
        lengths,
    )


def stretches(starts: Ints, darts: Ints) -> Ints:
    """Return the indices of stretches of an array, one after another; stretches of odd darts backwards.

    Args:
        starts: (L + 1,) where each stretch begins.
        darts: (D,) stretch `dart >> 1`, backwards if the dart is odd.
    """
    stretch, turned = darts >> 1, darts & 1
    begin, end = starts[stretch], starts[stretch + 1]
    sizes = end - begin
    steps = np.arange(int(sizes.sum()))
    origin = np.where(turned, end - 1, begin)
    if turned.any():
        steps -= np.repeat(np.cumsum(sizes) - sizes, sizes)
        steps *= np.repeat(1 - 2 * turned, sizes)
        steps += np.repeat(origin, sizes)
    else:
        steps += np.repeat(begin - (np.cumsum(sizes) - sizes), sizes)
    return steps


def batches(sizes: Ints, limit: int) -> Iterator[tuple[int, int]]:
    """Yield (begin, end) of stretches whose sizes add up to about `limit`; a larger one stands alone."""
    if not len(sizes):
        return
    number = np.cumsum(sizes) // limit
    edges = [0, *(np.flatnonzero(np.diff(number)) + 1).tolist(), len(sizes)]
    yield from pairwise(edges)


@dataclass(frozen=True)
class Rings:
    """The rings of all patches.

    Attributes:
        darts: Arcs of each ring in order; dart 2a is arc a forwards, 2a + 1 backwards. A ring's patch is on its right.
        starts: (R + 1,) where each ring begins in `darts`.
        patches: (R,) patch of each ring, rising; a patch's shell comes first.
        areas: (R,) pixels; negative for holes.
    """

    darts: Ints
    starts: Ints
    patches: Ints
    areas: NDArray[np.float64]


def find_rings(arcs: Arcs) -> Rings:
    """Put arcs together to rings, each of which visits a node at most once."""
    following, crossings = _turn_right(arcs)
    walk = cycles(following)
    ring = np.empty(len(following), np.int64)
    ring[walk.darts] = walk.owners
    # Where a ring meets itself at a corner, it is two rings that touch.
    here, there = crossings
    twice = ring[here] == ring[there]
    if twice.any():
        here, there = here[twice], there[twice]
        following[here], following[there] = following[there], following[here]
        walk = cycles(following)
    return _sort_rings(arcs, walk)


def _turn_right(arcs: Arcs) -> tuple[Ints, tuple[Ints, Ints]]:
    """Return the dart after each dart, and the pairs of darts that arrive at opposite corners of a crossing."""
    count = arcs.count
    following = np.arange(2 * count)
    ends = np.flatnonzero(arcs.nodes.ravel() != NO_NODE)
    # End 2a is where dart 2a leaves; end 2a + 1 is where dart 2a + 1, the way back, leaves.
    numbers, node = np.unique(arcs.nodes.ravel()[ends], return_inverse=True)
    heads = arcs.heads.ravel()[ends].astype(np.int64)
    leaving = np.full((len(numbers), 4), -1, np.int64)
    leaving[node, heads] = ends
    arriving = ends ^ 1
    # One that arrives from the south goes north: a right turn leads east.
    turns = [leaving[node, (heads + turn) % 4] for turn in (3, 2, 1)]
    following[arriving] = np.where(turns[0] >= 0, turns[0], np.where(turns[1] >= 0, turns[1], turns[2]))
    full = (leaving >= 0).all(axis=1)
    here = np.concatenate([leaving[full, 0], leaving[full, 1]]) ^ 1
    there = np.concatenate([leaving[full, 2], leaving[full, 3]]) ^ 1
    return following, (here, there)


def corner_pairs(coverage: Coverage) -> Ints:
    """Return (Q, 2) patches of equal key that meet at a corner."""
    arcs, labels = coverage.arcs, coverage.patches.labels
    ends = np.flatnonzero(arcs.nodes.ravel() != NO_NODE)
    numbers, node = np.unique(arcs.nodes.ravel()[ends], return_inverse=True)
    leaving = np.full((len(numbers), 4), -1, np.int64)
    leaving[node, arcs.heads.ravel()[ends]] = ends
    north, _, south, _ = leaving[(leaving >= 0).all(axis=1)].T
    # Walking north, the north-west is on the left; walking south, the south-east is.
    left, right = arcs.sides.ravel(), arcs.sides[:, ::-1].ravel()
    pairs = np.concatenate((np.column_stack((left[north], left[south])), np.column_stack((right[north], right[south]))))
    return np.asarray(pairs[labels[pairs[:, 0]] == labels[pairs[:, 1]]])


def _sort_rings(arcs: Arcs, walk: Chains) -> Rings:
    """Order rings by patch, shells before holes; leave out those of the outside."""
    darts, starts = walk.darts, walk.starts
    right = arcs.sides.ravel()[(darts >> 1) * 2 + 1 - (darts & 1)]
    signed = arcs.areas[darts >> 1] * np.where(darts & 1, -1, 1)
    areas = np.add.reduceat(signed, starts[:-1]) if len(darts) else np.zeros(0)
    patches = right[starts[:-1]]
    order = np.lexsort((areas < 0, patches))
    order = order[patches[order] != OUTSIDE]
    sizes = np.diff(starts)[order]
    return Rings(
        darts[stretches(starts, 2 * order)], np.concatenate(([0], np.cumsum(sizes))), patches[order], areas[order]
    )


def build_coverage(strips: Iterable[Strip], shape: tuple[int, int], *, spill: Path) -> Coverage:
    """Put strips, from top to bottom, together."""
    builder = CoverageBuilder(shape, spill=spill)
    try:
        for strip in strips:
            builder.add(strip)
        return builder.finish()
    finally:
        builder.close()
