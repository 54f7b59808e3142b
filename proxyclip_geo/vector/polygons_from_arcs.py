"""Polygons from a coverage, in batches, in the reading order of their first pixels."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from proxyclip_geo.vector.chains import label_components
from proxyclip_geo.vector.coverage import Coverage
from proxyclip_geo.vector.ragged import Ints, batches, expand_ranges
from proxyclip_geo.vector.release_memory import release_memory
from proxyclip_geo.vector.rings import Rings, corner_pairs, find_rings
from proxyclip_geo.vector.trace_strip import OUTSIDE
from proxyclip_geo.vector.vertices import cross_products, drop_repeated

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
    """Patches grouped to features.

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
    """Group the patches to features, in the reading order of their first pixels.

    Args:
        coverage: The patches.
        connectivity: 4, or 8 to join patches that meet at a corner.
        skipped: Label codes of patches to leave out.
        dissolve: Whether to join all patches of a label.
    """
    patches = coverage.patches
    count = len(patches.codes)
    pairs = corner_pairs(coverage) if connectivity == 8 else np.zeros((0, 2), np.int64)
    group = label_components(count, pairs[:, 0], pairs[:, 1])
    if dissolve:
        group = np.unique(patches.codes, return_inverse=True)[1]
    selected = np.flatnonzero(~np.isin(patches.codes, (OUTSIDE, *skipped)))
    first = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(first, group, patches.first)
    order = selected[np.lexsort((patches.first[selected], first[group[selected]]))]
    edges = np.flatnonzero(np.diff(group[order])) + 1 if len(order) else np.zeros(0, np.int64)
    ends = [0, *edges.tolist(), len(order)] if len(order) else [0]
    return Features(order, np.asarray(ends, np.int64))


def assemble(coverage: Coverage, features: Features, *, drop_collinear: bool = True) -> Iterator[Outlines]:
    """Yield the polygons of features, a bounded number of vertices at a time.

    Args:
        coverage: Patches and arcs.
        features: The patches of each polygon.
        drop_collinear: Whether to drop collinear vertices, at which a third patch begins.
    """
    rings = find_rings(coverage.arcs)
    release_memory()
    counts = np.bincount(rings.patches, minlength=len(coverage.patches.codes))
    begins = np.cumsum(counts) - counts
    arcs = coverage.arcs
    patch = np.repeat(rings.patches, np.diff(rings.starts))
    patch_sizes = np.bincount(patch, arcs.vertex_counts[rings.halfedges >> 1], len(counts)).astype(np.int64)
    sizes = np.add.reduceat(patch_sizes[features.patches], features.starts[:-1]) if features.count else counts[:0]
    for begin, end in batches(sizes, _VERTICES_AT_ONCE):
        patches = features.patches[features.starts[begin] : features.starts[end]]
        index = expand_ranges(np.append(begins, len(rings.patches)), 2 * patches)
        polygons = _polygons(coverage, rings, index, drop_collinear=drop_collinear)
        arcs.lines.release()
        owners = np.repeat(np.arange(begin, end), np.diff(features.starts[begin : end + 1]))
        yield Outlines(as_features(polygons, owners - begin, end - begin), np.arange(begin, end))


def simplify(coverage: Coverage, features: Features, *, tolerance: float) -> Iterator[Outlines]:
    """Yield the polygons of features, simplified as a coverage: common borders stay common.

    All polygons are in memory at once, as each border depends on those around it. Borders with the outside do not
    change.

    Args:
        coverage: Patches and arcs.
        features: The patches of each polygon.
        tolerance: In pixels; bends of a smaller area than its square are removed.
    """
    # Patches without a feature have borders, too.
    others = np.setdiff1d(np.flatnonzero(coverage.patches.codes != OUTSIDE), features.patches)
    rest = Features(others, np.arange(len(others) + 1))
    shapes = [
        outlines.polygons for part in (features, rest) for outlines in assemble(coverage, part, drop_collinear=False)
    ]
    if not shapes:
        return
    simple = shapely.coverage_simplify(np.concatenate(shapes), tolerance, simplify_boundary=False)
    # GEOS does not preserve the orientation of rings. Clockwise on screen is its counter-clockwise, as rows go down.
    simple = shapely.orient_polygons(simple, exterior_cw=False)
    for begin in range(0, features.count, _POLYGONS_AT_ONCE):
        end = min(begin + _POLYGONS_AT_ONCE, features.count)
        yield Outlines(simple[begin:end], np.arange(begin, end))


def _polygons(coverage: Coverage, rings: Rings, index: Ints, *, drop_collinear: bool) -> NDArray[np.object_]:
    """Build one polygon for each patch from its rings, which are consecutive, the shell first."""
    sizes = np.diff(rings.starts)[index]
    xy, owner = coverage.arcs.gather(rings.halfedges[expand_ranges(rings.starts, 2 * index)])
    # An arc ends where the next one begins.
    xy, owner = drop_repeated(xy, np.repeat(np.arange(len(index)), sizes)[owner])
    if drop_collinear:
        bends = cross_products(xy, owner) != 0
        xy, owner = xy[bends], owner[bends]
    patches = rings.patches[index]
    edges = np.concatenate(([0], np.flatnonzero(np.diff(patches)) + 1, [len(index)]))
    polygon = np.repeat(np.arange(len(edges) - 1), np.diff(edges))
    xy, begins = _close(xy, owner, polygon, coverage.shape[1])
    return np.asarray(shapely.from_ragged_array(shapely.GeometryType.POLYGON, xy, (begins, edges)), dtype=object)


def _close(xy: NDArray[Any], owner: Ints, polygon: Ints, width: int) -> tuple[NDArray[Any], Ints]:
    """Sort the rings of each polygon, and close every ring at its topmost, leftmost vertex."""
    sizes = np.bincount(owner, minlength=len(polygon))
    begins = np.cumsum(sizes) - sizes
    position = xy[:, 1] * (width + 1) + xy[:, 0]
    lowest = np.minimum.reduceat(position, begins)
    hits = np.flatnonzero(position == lowest[owner])
    _, first = np.unique(owner[hits], return_index=True)
    shift = hits[first] - begins
    # The shell has the topmost, leftmost vertex of all.
    order = np.lexsort((lowest, polygon))
    sizes, begins, shift = sizes[order], begins[order], shift[order]
    closed = np.concatenate(([0], np.cumsum(sizes + 1)))
    step = np.arange(int(closed[-1])) - np.repeat(closed[:-1] - shift, sizes + 1)
    return xy[np.repeat(begins, sizes + 1) + step % np.repeat(sizes, sizes + 1)], closed


def as_features(polygons: NDArray[np.object_], owners: Ints, count: int) -> NDArray[np.object_]:
    """Join (M,) parts of features: (count,) polygons, or multipolygons of several parts."""
    if len(polygons) == count:
        return polygons
    parts = np.bincount(owners, minlength=count)
    joined = np.empty(count, object)
    is_single = parts[owners] == 1
    joined[owners[is_single]] = polygons[is_single]
    multiple = np.flatnonzero(~is_single)
    if len(multiple):
        feature, index = np.unique(owners[multiple], return_inverse=True)
        joined[feature] = shapely.multipolygons(polygons[multiple], indices=index)
    return joined
