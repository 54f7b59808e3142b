"""Generalisation of a coverage: small patches dissolved, borders smoothed. Nothing here depends on strips.

The order is: majority of labels (while the raster is read), small patches and holes, smoothing, simplification. Patches
and borders are those of the whole raster, each border is kept once for both its sides, and so no gap and no overlap can
come into being. Borders to where there is no data stay as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.errors import OptionError
from proxyclip_geo.progress import Progress, ProgressEvent, no_progress
from proxyclip_geo.vector.chains import Ints, groups, sum_by
from proxyclip_geo.vector.coverage import Arcs, Coverage, Patches, Polylines, batches, corner_pairs, join_arcs
from proxyclip_geo.vector.memory import release_memory
from proxyclip_geo.vector.pixel_metric import PixelMetric
from proxyclip_geo.vector.trace_strip import NO_NODE, OUTSIDE

_VERTICES_AT_ONCE = 150_000

MIN_PIXELS = 16
"""Smallest patch, in pixels, that is kept where no area is given."""


@dataclass(frozen=True)
class Generalisation:
    """What to simplify.

    Attributes:
        min_area: Patches below this many square metres (pixels without a CRS) go to a neighbour; 16 pixels if None, 0
            keeps all.
        max_hole: Unclassified patches below this many square metres go to a neighbour; likewise.
        smooth: Whether to cut the corners of pixels.
        simplify: Tolerance in pixels of simplifying the whole coverage; 0 leaves it.
    """

    min_area: float | None = None
    max_hole: float | None = None
    smooth: bool = True
    simplify: float = 0.0

    @property
    def in_metres(self) -> bool:
        """Whether a limit is given in square metres."""
        return bool(self.min_area or self.max_hole)

    def __post_init__(self) -> None:
        """Raise an OptionError for a negative number."""
        for name in ("min_area", "max_hole", "simplify"):
            value = getattr(self, name)
            if value is not None and not (np.isfinite(value) and value >= 0):
                raise OptionError(f"{name} {value:g} must be a number ≥ 0; 0 turns it off")


@dataclass(frozen=True)
class Changes:
    """What merging small patches did.

    Attributes:
        patches: Small patches that went to a neighbour.
        holes: Unclassified patches that were filled.
        pixels: Pixels that changed their label so.
        gains: Pixels that each key gained or lost; those that did neither are left out.
    """

    patches: int = 0
    holes: int = 0
    pixels: int = 0
    gains: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, patches: Patches, labels: NDArray[np.int32], *, unclassified: NDArray[np.bool_]) -> "Changes":
        """Compare the keys of patches with new ones (P,)."""
        changed = patches.labels != labels
        keys, owner = np.unique(np.concatenate((patches.labels[changed], labels[changed])), return_inverse=True)
        pixels = patches.pixels[changed]
        gains = sum_by(owner, np.concatenate((-pixels, pixels)), len(keys)).astype(int)
        return cls(
            patches=int((changed & ~unclassified).sum()),
            holes=int((changed & unclassified).sum()),
            pixels=int(pixels.sum()),
            gains={int(key): int(count) for key, count in zip(keys, gains, strict=True) if count},
        )


@dataclass(frozen=True)
class Generalised:
    """A generalised coverage.

    Attributes:
        coverage: Patches and arcs.
        changes: What was changed.
    """

    coverage: Coverage
    changes: Changes


def generalise(
    coverage: Coverage,
    chosen: Generalisation,
    *,
    metric: PixelMetric,
    skipped: tuple[int, ...],
    spill: Path,
    connectivity: int = 4,
    progress: Progress = no_progress,
) -> Generalised:
    """Dissolve small patches and smooth borders.

    Args:
        coverage: Patches and arcs, as traced; where limits are in m² and pixels are not even, with the sum of their
            areas as the last of the totals.
        chosen: What to do.
        metric: Size of the pixels.
        skipped: Keys of what is unclassified.
        spill: Directory for the vertices.
        connectivity: 4, or 8 to compare limits with the area of all patches that meet at corners together.
        progress: Called in the stage "generalise".

    Raises:
        OptionError: If areas are given in m² and the raster cannot be measured.
    """
    progress(ProgressEvent("generalise", 0, 2, "steps"))
    if metric.nodes is None and metric.ellipsoid and chosen.in_metres:
        raise OptionError(
            "a part of the raster lies beyond its CRS, so that patches cannot be measured in m²; leave out --min-area "
            "and --max-hole (16 pixels are kept then), or warp the raster to another CRS"
        )
    areas, unclassified = (
        _areas(coverage, metric, summed=chosen.in_metres and not metric.is_uniform),
        np.isin(coverage.patches.labels, skipped),
    )
    limits, changes = np.zeros(len(areas)), Changes()
    for limit, of in ((chosen.min_area, ~unclassified), (chosen.max_hole, unclassified)):
        pixel = areas[of] / np.maximum(coverage.patches.pixels[of], 1)
        # Just below, so that rounding does not decide about patches of just as many pixels.
        limits[of] = pixel * (MIN_PIXELS - 0.5) if limit is None else limit
    if limits.any():
        if connectivity == 8:
            pairs = corner_pairs(coverage)
            group = groups(len(areas), pairs[:, 0], pairs[:, 1])
            limits[sum_by(group, areas, int(group.max()) + 1)[group] >= limits] = 0
        into, labels = merge_small(coverage, areas, limits, skipped=skipped)
        changes = Changes.of(coverage.patches, labels[into], unclassified=unclassified)
        coverage = dissolve(coverage, into, labels)
        release_memory()
    progress(ProgressEvent("generalise", 1, 2, "steps"))
    if chosen.smooth:
        coverage = replace(coverage, arcs=_smooth(coverage.arcs, spill / "smooth.bin"))
    progress(ProgressEvent("generalise", 2, 2, "steps"))
    return Generalised(coverage, changes)


def _areas(coverage: Coverage, metric: PixelMetric, *, summed: bool) -> NDArray[np.float64]:
    """Return the areas of patches: those that were summed, or the number of pixels times the area of the first."""
    if summed:
        return coverage.patches.totals[:, -1]
    patches, width = coverage.patches, coverage.shape[1]
    if metric.nodes is None:
        return patches.pixels.astype(np.float64)
    row, column = np.divmod(np.where(patches.labels == OUTSIDE, 0, patches.first), width)
    return np.asarray(patches.pixels * metric.pixel_areas(np.column_stack((column, row)) + 0.5))


def merge_small(
    coverage: Coverage, areas: NDArray[np.float64], limits: NDArray[np.float64], *, skipped: tuple[int, ...]
) -> tuple[Ints, NDArray[np.int32]]:
    """Find out which patches go to which.

    Smallest first: a patch below its limit, none of whose neighbours is smaller, goes to the neighbour with the longest
    common border (then the one of most pixels, then the first in reading order), never to what is unclassified or has
    no data. What then lies side by side with one label is one patch. This is repeated until all are large enough;
    patches without a neighbour that could take them stay.

    Args:
        coverage: Patches and arcs.
        areas: (P,) area of each patch.
        limits: (P,) area below which it goes.
        skipped: Keys of what is unclassified.

    Returns:
        (P,) number of the merged patch of each, and (M,) keys of the merged patches.
    """
    first, labels = coverage.patches.first.copy(), coverage.patches.labels.copy()
    into = np.arange(len(labels))
    sides, lengths = _sum_borders(coverage.arcs.sides, coverage.arcs.lengths)
    pixels = coverage.patches.pixels.astype(np.float64)
    while True:
        is_class = ~np.isin(labels, (*skipped, OUTSIDE))
        small = (areas < limits) & (labels != OUTSIDE)
        goes, comes = _go(sides, lengths, small=small, is_class=is_class, pixels=pixels, first=first)
        if not len(goes):
            return into, labels
        # Stars: every patch that goes has a centre that stays, whose label all get.
        labels[goes] = labels[comes]
        same = labels[sides[:, 0]] == labels[sides[:, 1]]
        group = groups(len(labels), np.append(goes, sides[same, 0]), np.append(comes, sides[same, 1]))
        count = int(group.max()) + 1
        into = group[into]
        areas, pixels = sum_by(group, areas, count), sum_by(group, pixels, count)
        fresh = np.full(count, np.iinfo(np.int64).max)
        np.minimum.at(fresh, group, first)
        first = fresh
        fresh_labels = np.zeros(count, np.int32)
        fresh_labels[group] = labels
        fresh_limits = np.zeros(count)
        # The limit of the patch that stays, which has not changed its label.
        stays = np.ones(len(labels), bool)
        stays[goes] = False
        fresh_limits[group[stays]] = limits[stays]
        labels, limits = fresh_labels, fresh_limits
        sides, lengths = _sum_borders(group[sides], lengths)


def _go(
    sides: Ints,
    lengths: NDArray[np.float64],
    *,
    small: NDArray[np.bool_],
    is_class: NDArray[np.bool_],
    pixels: NDArray[np.float64],
    first: Ints,
) -> tuple[Ints, Ints]:
    """Return the small patches none of whose neighbours goes before them, and where each goes."""
    start, target = np.concatenate((sides, sides[:, ::-1])).T
    weight = np.tile(lengths, 2)
    usable = small[start] & is_class[target]
    able = np.zeros(len(small), bool)
    able[start[usable]] = True
    rank = np.empty(len(small), np.int64)
    rank[np.lexsort((first, pixels))] = np.arange(len(small))
    least = np.full(len(small), len(small))
    rivals = able[start] & able[target]
    np.minimum.at(least, start[rivals], rank[target[rivals]])
    edges = np.flatnonzero(usable & (able & (rank < least))[start])
    order = edges[np.lexsort((first[target[edges]], -pixels[target[edges]], -weight[edges], start[edges]))]
    _, best = np.unique(start[order], return_index=True)
    return start[order[best]], target[order[best]]


def _sum_borders(sides: Ints, lengths: NDArray[np.float64]) -> tuple[Ints, NDArray[np.float64]]:
    """Return each pair of neighbours once, without the outside, with the length of the border between them."""
    low, high = sides.min(axis=1), sides.max(axis=1)
    kept = (low != high) & (low != OUTSIDE)
    count = int(high.max(initial=0)) + 1
    keys, owner = np.unique(low[kept] * count + high[kept], return_inverse=True)
    return np.column_stack(np.divmod(keys, count)), sum_by(owner, lengths[kept], len(keys))


def dissolve(coverage: Coverage, into: Ints, labels: NDArray[np.int32]) -> Coverage:
    """Merge patches and drop the borders between them.

    Args:
        coverage: Patches and arcs.
        into: (P,) number of the merged patch of each; 0 stays 0.
        labels: (M,) keys of the merged patches.
    """
    arcs = coverage.arcs
    sides = into[arcs.sides]
    kept = np.flatnonzero(sides[:, 0] != sides[:, 1])
    part = replace(
        arcs,
        pieces=arcs.pieces_of(2 * kept),
        starts=np.concatenate(([0], np.cumsum(arcs.sizes(2 * kept)))),
        sides=sides[kept],
        nodes=arcs.nodes[kept],
        heads=arcs.heads[kept],
        areas=arcs.areas[kept],
        lengths=arcs.lengths[kept],
    )
    # Where two borders are left at a node, they are one.
    nodes = part.nodes.ravel()
    order = np.argsort(nodes, kind="stable")
    order = order[nodes[order] != NO_NODE]
    _, begins, counts = np.unique(nodes[order], return_index=True, return_counts=True)
    pairs = begins[counts == 2]
    partner = np.full(len(nodes), -1, np.int64)
    partner[order[pairs]], partner[order[pairs + 1]] = order[pairs + 1], order[pairs]
    patches = replace(coverage.patches.merge(into), labels=labels)
    return Coverage(patches, join_arcs(part, partner), coverage.shape)


def _smooth(arcs: Arcs, spill: Path) -> Arcs:
    """Cut the corners of all arcs between two patches.

    A corner is cut at half the length of its sides, and at one pixel if both are longer. A cut thus stays inside one
    pixel, or within half a pixel of its longer side, where no other border is: borders cannot meet. Staircases of any
    slope become straight lines.
    """
    sizes = np.add.reduceat(arcs.lines.sizes(arcs.pieces), arcs.starts[:-1]) if arcs.count else np.zeros(0, np.int64)
    counts = []
    with spill.open("wb") as file:
        for begin, end in batches(sizes, _VERTICES_AT_ONCE):
            xy, owner = _vertices(arcs, begin, end)
            closed = arcs.nodes[begin:end, 0] == NO_NODE
            fixed = (arcs.sides[begin:end] == OUTSIDE).any(axis=1)
            xy, owner = cut_corners(xy, owner, closed=closed, fixed=fixed)
            xy.tofile(file)
            counts.append(np.bincount(owner, minlength=end - begin))
            arcs.lines.forget()
    starts = np.concatenate(([0], np.cumsum(np.concatenate(counts)))) if counts else np.zeros(1, np.int64)
    xy = np.memmap(spill, np.float64, mode="r").reshape(-1, 2) if starts[-1] else np.zeros((0, 2))
    return replace(
        arcs, lines=Polylines(xy, starts), pieces=2 * np.arange(arcs.count), starts=np.arange(arcs.count + 1)
    )


def _vertices(arcs: Arcs, begin: int, end: int) -> tuple[NDArray[np.float64], Ints]:
    """Return the vertices of some arcs, and the arc of each counted from `begin`; none twice in a row."""
    darts = 2 * np.arange(begin, end)
    pieces = arcs.pieces_of(darts)
    xy = arcs.lines.gather(pieces).astype(np.float64)
    owner = np.repeat(np.repeat(np.arange(end - begin), arcs.sizes(darts)), arcs.lines.sizes(pieces))
    repeated = np.append(False, (xy[1:] == xy[:-1]).all(axis=1) & (owner[1:] == owner[:-1]))
    return xy[~repeated], owner[~repeated]


def cut_corners(
    xy: NDArray[Any], owner: Ints, *, closed: NDArray[np.bool_], fixed: NDArray[np.bool_], most: float = 1.0
) -> tuple[NDArray[Any], Ints]:
    """Replace corners by the two ends of a cut, and leave out what lies on straight lines.

    Args:
        xy: (V, 2) vertices, line after line.
        owner: (V,) line of each.
        closed: (L,) whether a line leads back to its first vertex (which may stand again at its end).
        fixed: (L,) whether a line stays as it is.
        most: Longest distance from a corner between two sides of more than a pixel.
    """
    xy, owner = _distinct(xy, owner, closed)
    inner = _inner(owner, closed) & ~fixed[owner]
    before, after = _around(owner, closed)
    bends = ~inner | (_turn(xy, before, after) != 0)
    xy, owner = xy[bends], owner[bends]
    inner = _inner(owner, closed) & ~fixed[owner]
    before, after = _around(owner, closed)
    copies = 1 + inner
    ends = np.cumsum(copies)
    cut = np.repeat(xy, copies, axis=0)
    # Sides are horizontal or vertical: their length is the sum of both steps.
    steps = [xy[other] - xy for other in (before, after)]
    lengths = [np.abs(step).sum(axis=1) for step in steps]
    for geobox, step, length, across in zip((ends - 2, ends - 1), steps, lengths, lengths[::-1], strict=True):
        longest = np.where(across <= 1, 0.5, np.minimum(0.5, most / np.maximum(length, 1)))
        cut[geobox[inner]] = (xy + longest[:, None] * step)[inner]
    cut, owner = _distinct(cut, np.repeat(owner, copies), closed)
    before, after = _around(owner, closed)
    bends = ~_inner(owner, closed) | fixed[owner] | (_turn(cut, before, after) != 0)
    return cut[bends], owner[bends]


def _distinct(xy: NDArray[Any], owner: Ints, closed: NDArray[np.bool_]) -> tuple[NDArray[Any], Ints]:
    """Leave out vertices that equal the next one, which of the last one of a closed line is the first."""
    _, after = _around(owner, closed)
    same = (after != np.arange(len(owner))) & (xy == xy[after]).all(axis=1)
    return xy[~same], owner[~same]


def _around(owner: Ints, closed: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Return the vertex before and after each vertex; at the ends of lines that are not closed, itself."""
    index = np.arange(len(owner))
    starts = np.searchsorted(owner, np.arange(len(closed)))
    stops = np.searchsorted(owner, np.arange(len(closed)), side="right") - 1
    before, after = index - 1, index + 1
    some = stops >= starts
    starts, stops, closed = starts[some], stops[some], closed[some]
    before[starts] = np.where(closed, stops, starts)
    after[stops] = np.where(closed, starts, stops)
    return before, after


def _inner(owner: Ints, closed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which vertices are no ends."""
    before, after = _around(owner, closed)
    index = np.arange(len(owner))
    return np.asarray((before != index) & (after != index))


def _turn(xy: NDArray[Any], before: Ints, after: Ints) -> NDArray[np.float64]:
    """Return the cross product of the steps to and from each vertex; exact for halves of pixels."""
    here, there = xy - xy[before], xy[after] - xy
    return np.asarray(here[:, 0] * there[:, 1] - here[:, 1] * there[:, 0])
