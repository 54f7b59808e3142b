"""Cut polygons in longitude and latitude at the antimeridian, as RFC 7946 (section 3.1.9) requires."""

import math
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

Geometries = NDArray[np.object_]

_SLIVER = 1e-12
"""Share of a full turn; narrower parts beyond the antimeridian are due to rounding."""


def cut_at_antimeridian(shapes: Geometries, crs: pyproj.CRS) -> Geometries:
    """Cut polygons whose edges jump from one end of the longitudes to the other; those around a pole extend to it.

    Args:
        shapes: (N,) polygons or multipolygons in `crs`, longitude before latitude; shells ran counter-clockwise and
            holes clockwise before they were projected. Their edges are shorter than half a turn.
        crs: CRS of the polygons; unless it is geographic, they are returned unchanged.

    Returns:
        (N,) polygons or multipolygons.
    """
    if not crs.is_geographic:
        return shapes
    turn = round(2 * math.pi / crs.axis_info[0].unit_conversion_factor, 9)
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    jumps = (np.abs(np.diff(xy[:, 0])) > turn / 2) & (np.diff(owner) == 0)
    cut = shapes.copy()
    for index in np.unique(owner[1:][jumps]):
        parts = [_cut(part, turn) for part in shapely.get_parts(shapes[index])]
        cut[index] = shapely.multipolygons(np.concatenate([shapely.get_parts(part) for part in parts]))
    return cut


def _cut(polygon: Any, turn: float) -> Any:
    """Cut one polygon."""
    shell = _unroll(polygon.exterior, turn, inside=1)
    holes = [_unroll(hole, turn, inside=-1) for hole in polygon.interiors]
    return shapely.difference(shell, shapely.union_all(holes)) if holes else shell


def _unroll(ring: Any, turn: float, *, inside: int) -> Any:
    """Return the area that a ring surrounds, cut at the antimeridian.

    Args:
        ring: The ring; its longitudes may jump by a turn.
        turn: A full turn in units of longitude.
        inside: 1 where the inside is on the ring's left, -1 where it is on its right.
    """
    xy = shapely.get_coordinates(ring)
    turns = np.append(0, -np.cumsum(np.round(np.diff(xy[:, 0]) / turn))).astype(np.int64)
    if turns[-1]:
        # A ring around the Earth surrounds the pole on its inner side.
        pole = math.copysign(turn / 4, inside * int(turns[-1]))
        ends = np.array([[xy[-1, 0], pole], [xy[0, 0], pole], xy[0]])
        xy, turns = np.concatenate((xy, ends)), np.concatenate((turns, [turns[-1], 0, 0]))
    frame = shapely.box(-turn / 2, -turn, turn / 2, turn)
    pieces = []
    for window in np.unique(turns):
        # Longitudes in the window are unchanged to the last digit.
        x = xy[:, 0] + turn * (turns - window)
        piece: Any = shapely.Polygon(np.column_stack((x, xy[:, 1])))
        if not piece.is_valid:
            piece = shapely.make_valid(piece, method="structure", keep_collapsed=False)
        found = shapely.get_parts(shapely.intersection(piece, frame))
        west, _, east, _ = shapely.bounds(found).reshape(-1, 4).T
        pieces.append(found[(shapely.get_type_id(found) == 3) & (east - west > _SLIVER * turn)])
    area: Any = shapely.multipolygons(np.concatenate(pieces))
    # Straight edges in degrees may cross near a pole.
    return area if area.is_valid else shapely.union_all(area)
