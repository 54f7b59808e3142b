"""Polygons from a coverage, in batches, in the reading order of their first pixels."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from proxyclip_geo.vector.chains import Ints, groups
from proxyclip_geo.vector.coverage import Coverage, Rings, batches, corner_pairs, find_rings, stretches
from proxyclip_geo.vector.memory import release_memory
from proxyclip_geo.vector.trace_strip import OUTSIDE

_VERTICES_AT_ONCE = 150_000
_POLYGONS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Outlines:
    """A batch of polygons.

    Attributes:
        polygons: (N,) shapely polygons (multipolygons where a feature has several parts), in pixel coordinates.
        features: (N,) feature of each, its index in `Features.patches`.
    """

    polygons: NDArray[np.object_]
    features: Ints


@dataclass(frozen=True)
class Features:
    """Which patches make a feature.

    Attributes:
        patches: Patches, feature after feature.
        starts: (N + 1,) where each feature begins in `patches`.
    """

    patches: Ints
    starts: Ints

    @property
    def count(self) -> int:
        """Number of features."""
        return len(self.starts) - 1

    @property
    def owners(self) -> Ints:
        """Feature of each entry of `patches`."""
        return np.repeat(np.arange(self.count), np.diff(self.starts))


def choose_features(
    coverage: Coverage, *, connectivity: int, skipped: tuple[int, ...], dissolve: bool = False
) -> Features:
    """Group the labelled patches to features, in the reading order of their first pixels.

    Args:
        coverage: The patches.
        connectivity: 4, or 8 to take patches that meet at a corner for one.
        skipped: Keys of patches that become no feature.
        dissolve: Whether all patches of a key are one feature.
    """
    patches = coverage.patches
    count = len(patches.labels)
    pairs = corner_pairs(coverage) if connectivity == 8 else np.zeros((0, 2), np.int64)
    group = groups(count, pairs[:, 0], pairs[:, 1])
    if dissolve:
        group = np.unique(patches.labels, return_inverse=True)[1]
    kept = np.flatnonzero(~np.isin(patches.labels, (OUTSIDE, *skipped)))
    first = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(first, group, patches.first)
    order = kept[np.lexsort((patches.first[kept], first[group[kept]]))]
    edges = np.flatnonzero(np.diff(group[order])) + 1 if len(order) else np.zeros(0, np.int64)
    ends = [0, *edges.tolist(), len(order)] if len(order) else [0]
    return Features(order, np.asarray(ends, np.int64))


def assemble(coverage: Coverage, features: Features, *, drop_collinear: bool = True) -> Iterator[Outlines]:
    """Yield the polygons of features, a bounded number of vertices at a time.

    Args:
        coverage: Patches and arcs.
        features: Which patches to put together.
        drop_collinear: Whether to leave out vertices in the middle of straight lines, where a third patch begins.
    """
    rings = find_rings(coverage.arcs)
    release_memory()
    counts = np.bincount(rings.patches, minlength=len(coverage.patches.labels))
    begins = np.cumsum(counts) - counts
    arcs = coverage.arcs
    vertices = np.add.reduceat(arcs.lines.sizes(arcs.pieces), arcs.starts[:-1]) if arcs.count else counts[:0]
    ring_of_dart = np.repeat(rings.patches, np.diff(rings.starts))
    patch_sizes = np.bincount(ring_of_dart, vertices[rings.darts >> 1], len(counts)).astype(np.int64)
    of_feature = np.add.reduceat(patch_sizes[features.patches], features.starts[:-1]) if features.count else counts[:0]
    for begin, end in batches(of_feature, _VERTICES_AT_ONCE):
        patches = features.patches[features.starts[begin] : features.starts[end]]
        index = stretches(np.append(begins, len(rings.patches)), 2 * patches)
        polygons = _polygons(coverage, rings, index, drop_collinear=drop_collinear)
        arcs.lines.forget()
        owners = np.repeat(np.arange(begin, end), np.diff(features.starts[begin : end + 1]))
        yield Outlines(as_features(polygons, owners - begin, end - begin), np.arange(begin, end))


def simplify(coverage: Coverage, features: Features, *, tolerance: float) -> Iterator[Outlines]:
    """Yield the polygons of features, simplified together: common borders stay common.

    All polygons are in memory at once, as each border depends on those around it. What is on no border between two
    patches stays as it is.

    Args:
        coverage: Patches and arcs.
        features: Which patches to put together.
        tolerance: Root of the area in pixels² of the smallest bends that are kept.
    """
    # Patches that are not shown have borders as well.
    others = np.setdiff1d(np.flatnonzero(coverage.patches.labels != OUTSIDE), features.patches)
    rest = Features(others, np.arange(len(others) + 1))
    shapes = [
        outlines.polygons for part in (features, rest) for outlines in assemble(coverage, part, drop_collinear=False)
    ]
    if not shapes:
        return
    simple = shapely.coverage_simplify(np.concatenate(shapes), tolerance, simplify_boundary=False)
    # GEOS does not keep the orientation of rings. Clockwise on screen, where y runs down, is its counter-clockwise.
    simple = shapely.orient_polygons(simple, exterior_cw=False)
    for begin in range(0, features.count, _POLYGONS_AT_ONCE):
        end = min(begin + _POLYGONS_AT_ONCE, features.count)
        yield Outlines(simple[begin:end], np.arange(begin, end))


def _polygons(coverage: Coverage, rings: Rings, index: Ints, *, drop_collinear: bool) -> NDArray[np.object_]:
    """Build one polygon for each patch of the rings; a patch's rings are together, its shell first."""
    arcs = coverage.arcs
    sizes = np.diff(rings.starts)[index]
    darts = rings.darts[stretches(rings.starts, 2 * index)]
    pieces = arcs.pieces_of(darts)
    xy = arcs.lines.gather(pieces)
    lengths = arcs.lines.sizes(pieces)
    owner = np.repeat(np.repeat(np.repeat(np.arange(len(index)), sizes), arcs.sizes(darts)), lengths)
    # An arc ends where the next one begins.
    _, after = _neighbours(owner)
    keep = (xy != xy[after]).any(axis=1)
    xy, owner = xy[keep], owner[keep]
    if drop_collinear:
        bends = _bends(xy, owner)
        xy, owner = xy[bends], owner[bends]
    patches = rings.patches[index]
    edges = np.concatenate(([0], np.flatnonzero(np.diff(patches)) + 1, [len(index)]))
    polygon = np.repeat(np.arange(len(edges) - 1), np.diff(edges))
    xy, begins = _close(xy, owner, polygon, coverage.shape[1])
    return np.asarray(
        shapely.from_ragged_array(shapely.GeometryType.POLYGON, xy.astype(np.float64), (begins, edges)), dtype=object
    )


def _bends(xy: NDArray[Any], owner: Ints) -> NDArray[np.bool_]:
    """Tell which vertices of rings of horizontal and vertical lines are no mere points on a line."""
    before, after = _neighbours(owner)
    upright = (xy[before, 0] == xy[:, 0]) & (xy[after, 0] == xy[:, 0])
    level = (xy[before, 1] == xy[:, 1]) & (xy[after, 1] == xy[:, 1])
    return np.asarray(~(upright | level))


def _neighbours(owner: Ints) -> tuple[Ints, Ints]:
    """Return the vertex before and after each vertex of its ring."""
    count = len(owner)
    starts = np.concatenate(([0], np.flatnonzero(np.diff(owner)) + 1)) if count else owner
    ends = np.append(starts[1:], count) - 1 if count else owner
    before, after = np.arange(count) - 1, np.arange(count) + 1
    before[starts], after[ends] = ends, starts
    return before, after


def _close(xy: NDArray[Any], owner: Ints, polygon: Ints, width: int) -> tuple[NDArray[Any], Ints]:
    """Order each polygon's rings, and let every ring begin and end at its topmost, leftmost vertex."""
    sizes = np.bincount(owner, minlength=len(polygon))
    begins = np.cumsum(sizes) - sizes
    key = xy[:, 1].astype(np.float64) * (width + 1) + xy[:, 0]
    lowest = np.minimum.reduceat(key, begins)
    hits = np.flatnonzero(key == lowest[owner])
    _, first = np.unique(owner[hits], return_index=True)
    shift = hits[first] - begins
    # The shell has the topmost, leftmost vertex of all.
    order = np.lexsort((lowest, polygon))
    sizes, begins, shift = sizes[order], begins[order], shift[order]
    closed = np.concatenate(([0], np.cumsum(sizes + 1)))
    step = np.arange(int(closed[-1])) - np.repeat(closed[:-1] - shift, sizes + 1)
    return xy[np.repeat(begins, sizes + 1) + step % np.repeat(sizes, sizes + 1)], closed


def as_features(polygons: NDArray[np.object_], owners: Ints, count: int) -> NDArray[np.object_]:
    """Put (M,) parts of features together: (count,) polygons, multipolygons where there are several."""
    if len(polygons) == count:
        return polygons
    parts = np.bincount(owners, minlength=count)
    joined = np.empty(count, object)
    alone = parts[owners] == 1
    joined[owners[alone]] = polygons[alone]
    several = np.flatnonzero(~alone)
    if len(several):
        kept, index = np.unique(owners[several], return_inverse=True)
        joined[kept] = shapely.multipolygons(polygons[several], indices=index)
    return joined
