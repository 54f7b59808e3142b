"""Patches of a whole raster and the borders between them, joined from strips.

A `Coverage` holds each border once, with the patch on either side: an **arc**. Polygons are assembled from it ring by
ring, in batches, so that never all of them are in memory.
"""

import mmap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.vector.chains import find_chains, label_components
from proxyclip_geo.vector.ragged import Ints, expand_ranges, sum_by
from proxyclip_geo.vector.trace_strip import NO_NODE, Strip


@dataclass(frozen=True)
class Patches:
    """Attributes of patches: connected pixels of equal label code.

    Attributes:
        codes: (P,) int32 label code; `OUTSIDE` for patch 0.
        first: (P,) first pixel in reading order, `row * width + column`.
        pixels: (P,) number of pixels.
        totals: (P, S) sum of each score raster over its valid pixels.
        counts: (P, S) number of those pixels.
        lowest: (P, S) lowest value.
    """

    codes: NDArray[np.int32]
    first: Ints
    pixels: Ints
    totals: NDArray[np.float64]
    counts: Ints
    lowest: NDArray[np.float64]

    def merge(self, into: Ints) -> "Patches":
        """Merge patches; `into` (P,) is the merged patch of each, which has the label code of its first member."""
        count = int(into.max()) + 1
        shape = (count, self.totals.shape[1])
        first = np.full(count, np.iinfo(np.int64).max)
        np.minimum.at(first, into, self.first)
        codes = np.zeros(count, np.int32)
        codes[into[::-1]] = self.codes[::-1]
        totals, counts, lowest = np.zeros(shape), np.zeros(shape, np.int64), np.full(shape, np.inf)
        np.add.at(totals, into, self.totals)
        np.add.at(counts, into, self.counts)
        np.minimum.at(lowest, into, self.lowest)
        pixels = np.zeros(count, np.int64)
        np.add.at(pixels, into, self.pixels)
        return Patches(codes, first, pixels, totals, counts, lowest)


@dataclass(frozen=True)
class Polylines:
    """Vertices of many lines, in memory or in a file.

    Attributes:
        xy: (V, 2) vertices (column, row), line after line.
        starts: (L + 1,) int64 where each line begins.
    """

    xy: NDArray[Any]
    starts: Ints

    def gather(self, halfedges: Ints) -> NDArray[Any]:
        """Return the vertices of lines, one line after another; half-edge 2i is line i, 2i + 1 the same backwards."""
        return self.xy[expand_ranges(self.starts, halfedges)]

    def sizes(self, halfedges: Ints) -> Ints:
        """Return the number of vertices of each half-edge."""
        return np.asarray(np.diff(self.starts)[halfedges >> 1])

    def release(self) -> None:
        """Drop the pages of the file that are cached in memory."""
        if isinstance(self.xy, np.memmap):
            self.xy._mmap.madvise(mmap.MADV_DONTNEED)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Arcs:
    """Borders between two patches, from node to node or closed.

    Attributes:
        lines: The lines that arcs consist of.
        pieces: Half-edges of `lines`, arc after arc.
        starts: (A + 1,) int64 where each arc begins in `pieces`.
        sides: (A, 2) patch on the (left, right) of the direction of travel, rows counted downwards.
        nodes: (A, 2) node at (start, end), `row * (width + 1) + column`; −1 where the arc is closed.
        headings: (A, 2) direction (north, east, south, west: 0–3) in which it leaves that node.
        areas: (A,) pixels between the arc and the raster's upper left corner, by Green's formula.
        lengths: (A,) length in pixels.
    """

    lines: Polylines
    pieces: Ints
    starts: Ints
    sides: Ints
    nodes: Ints
    headings: NDArray[np.int8]
    areas: NDArray[np.float64]
    lengths: NDArray[np.float64]

    @property
    def count(self) -> int:
        """Number of arcs."""
        return len(self.starts) - 1

    @property
    def vertex_counts(self) -> Ints:
        """(A,) number of vertices of each arc."""
        return np.add.reduceat(self.lines.sizes(self.pieces), self.starts[:-1]) if self.count else self.starts[:0]

    def pieces_of(self, halfedges: Ints) -> Ints:
        """Return the half-edges of `lines` that half-edges of arcs consist of."""
        is_reversed = np.repeat(halfedges & 1, self.sizes(halfedges))
        return np.asarray(self.pieces[expand_ranges(self.starts, halfedges)] ^ is_reversed)

    def gather(self, halfedges: Ints) -> tuple[NDArray[np.float64], Ints]:
        """Return (V, 2) vertices of half-edges of arcs, one after another, and the position in `halfedges` of each."""
        pieces = self.pieces_of(halfedges)
        owner = np.repeat(np.repeat(np.arange(len(halfedges)), self.sizes(halfedges)), self.lines.sizes(pieces))
        return self.lines.gather(pieces).astype(np.float64), owner

    def sizes(self, halfedges: Ints) -> Ints:
        """Return the number of pieces of each half-edge."""
        return np.asarray(np.diff(self.starts)[halfedges >> 1])


@dataclass(frozen=True)
class Coverage:
    """Patches and the arcs between them.

    Attributes:
        patches: The patches; number 0 is the outside.
        arcs: Their borders.
        shape: (height, width) of the raster.
    """

    patches: Patches
    arcs: Arcs
    shape: tuple[int, int]


class CoverageBuilder:
    """Joins the patches and borders of strips, which are added from top to bottom."""

    def __init__(self, shape: tuple[int, int], *, spill: Path) -> None:
        """Make an empty coverage.

        Args:
            shape: (height, width) of the raster.
            spill: File for the vertices.
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
        """Add the next strip."""
        fragments = strip.fragments
        # Patch 0 is the outside in every strip.
        shift = np.arange(len(strip.codes)) + self._patch_count - 1
        shift[0] = 0
        self._patch_count += len(strip.codes) - 1
        fragments.xy.tofile(self._file)
        if len(self._below):
            self._append(same=np.column_stack((self._below, shift[strip.above])))
        self._below = shift[strip.below]
        self._append(
            codes=strip.codes[1:],
            first=strip.first[1:],
            pixels=strip.pixels[1:],
            totals=strip.totals[1:],
            counts=strip.counts[1:],
            lowest=strip.lowest[1:],
            sizes=np.diff(fragments.starts),
            sides=shift[fragments.sides],
            nodes=fragments.nodes,
            headings=fragments.headings,
            areas=fragments.areas,
            lengths=fragments.lengths,
            rows=fragments.rows,
        )
        ends = 2 * (np.arange(len(fragments.nodes))[:, None] + self._fragment_count) + np.arange(2)
        crosses = fragments.open_columns >= 0
        enters, leaves = crosses & fragments.open_up, crosses & ~fragments.open_up
        columns = fragments.open_columns[enters]
        self._append(joints=np.column_stack((self._open[columns], ends[enters])))
        self._open[columns] = -1
        self._open[fragments.open_columns[leaves]] = ends[leaves]
        self._fragment_count += len(fragments.nodes)

    def _append(self, **parts: NDArray[Any]) -> None:
        for name, part in parts.items():
            self._parts.setdefault(name, []).append(part)

    def _concatenate(self, name: str) -> NDArray[Any]:
        return np.concatenate(self._parts.pop(name))

    def close(self) -> None:
        """Close the file of vertices."""
        self._file.close()

    def finish(self) -> Coverage:
        """Join the strips."""
        self._file.close()
        same = self._concatenate("same") if "same" in self._parts else np.zeros((0, 2), np.int64)
        into = label_components(self._patch_count, same[:, 0], same[:, 1])
        columns = ("totals", "counts", "lowest")
        known = {name: self._concatenate(name) for name in ("codes", "first", "pixels", *columns)}
        empty = {name: np.zeros((1, *part.shape[1:]), part.dtype) for name, part in known.items()}
        parts = {name: np.concatenate((empty[name], part)) for name, part in known.items()}
        patches = Patches(**parts).merge(into)
        arcs = self._join(into)
        return Coverage(patches, arcs, self._shape)

    def _join(self, into: Ints) -> Arcs:
        """Join fragments to arcs."""
        joints = self._concatenate("joints")
        partner = np.full(2 * self._fragment_count, -1, np.int64)
        partner[joints[:, 0]], partner[joints[:, 1]] = joints[:, 1], joints[:, 0]
        rows = self._concatenate("rows")
        fragments = Arcs(
            self._lines(),
            2 * np.arange(self._fragment_count),
            np.arange(self._fragment_count + 1),
            into[self._concatenate("sides")],
            self._concatenate("nodes"),
            self._concatenate("headings"),
            self._concatenate("areas"),
            self._concatenate("lengths"),
        )
        return join_arcs(fragments, partner, rows=rows)

    def _lines(self) -> Polylines:
        """Return the vertices of the fragments, in the file."""
        starts = np.concatenate(([0], np.cumsum(self._concatenate("sizes"))))
        if not starts[-1]:
            return Polylines(np.zeros((0, 2), np.int32), starts)
        return Polylines(np.memmap(self._spill, np.int32, mode="r").reshape(-1, 2), starts)


def join_arcs(arcs: Arcs, partner: Ints, *, rows: NDArray[np.int32] | None = None) -> Arcs:
    """Join arcs at their ends.

    Args:
        arcs: The arcs.
        partner: (2A,) the end that each end (2a the start of arc a, 2a + 1 its end) is joined to; −1 for none.
        rows: (A, 2) row of the (first, last) vertex, where joined ends lie in one column but in different rows.
    """
    chains = find_chains(partner)
    halfedges, begins, owners, count = chains.halfedges, chains.starts[:-1], chains.owners, len(chains.closed)
    is_reversed = (halfedges & 1).astype(bool)
    ends = np.column_stack((halfedges[begins], halfedges[chains.starts[1:] - 1] ^ 1))
    sides = arcs.sides[ends[:, 0] >> 1]
    flip = is_reversed[begins]
    sides[flip] = sides[flip, ::-1]
    lengths = sum_by(owners, arcs.lengths[halfedges >> 1], count)
    if rows is not None:
        tips = rows.ravel()
        gaps = np.abs(tips[halfedges[1:]] - tips[halfedges[:-1] ^ 1]) * (owners[1:] == owners[:-1])
        lengths += sum_by(owners[1:], gaps, count) + np.abs(np.diff(tips[ends])[:, 0]) * chains.closed
    sizes = np.bincount(owners, arcs.sizes(halfedges), count).astype(np.int64)
    return Arcs(
        arcs.lines,
        arcs.pieces_of(halfedges),
        np.concatenate(([0], np.cumsum(sizes))),
        sides,
        np.where(chains.closed[:, None], NO_NODE, arcs.nodes.ravel()[ends]),
        arcs.headings.ravel()[ends],
        sum_by(owners, arcs.areas[halfedges >> 1] * np.where(is_reversed, -1, 1), count),
        lengths,
    )
