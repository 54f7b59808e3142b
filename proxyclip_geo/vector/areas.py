"""Areas on the ellipsoid, whatever the coordinate reference system: degrees, feet, Mercator or rotated grids.

PROJ projects each polygon to an azimuthal equal-area plane (Lambert's) whose centre is nearby. Edges are straight in
the CRS and curved in that plane; long edges therefore get more vertices.
"""

import numpy as np
import pyproj
import shapely
from numpy.typing import ArrayLike, NDArray

from proxyclip_geo.geobox import Ellipsoid, site_grid_unit
from proxyclip_geo.vector.ragged import batches

Floats = NDArray[np.float64]
Geometries = NDArray[np.object_]

EARTH_RADIUS = 6.371e6
"""Metres."""
_CHORD_TOLERANCE = 1e-6
"""Relative area error allowed to the chords that replace curved edges."""
_EDGE_CURVATURE = 2.0
"""Earth radii per radius of curvature of a straight map line: tan(latitude) of a parallel, here at 63°."""
_WIDEST = 5e6
"""Metres; a wider polygon is cut first, so that nothing comes near the far side of its azimuthal plane."""
_IMPOSSIBLE = 1e8
"""Metres; no map of the Earth is as wide, so that the coordinates cannot belong to their CRS."""
_CELL = 30.0
"""Degrees between the centres of the planes; a polygon is measured in the plane nearest to its first vertex."""
_VERTICES_AT_ONCE = 250_000


def area_m2(geometries: ArrayLike, crs: pyproj.CRS | None) -> Floats:
    """Measure polygons on the ellipsoid of their CRS; edges are straight lines in the CRS.

    The relative error is about 1e-6 at most, for a pixel as for a continent.

    Args:
        geometries: (N,) shapely polygons or multipolygons, x before y (longitude before latitude).
        crs: Their coordinate reference system, or None.

    Returns:
        (N,) square metres; NaN where there is no CRS, the CRS is neither tied to the Earth nor has a unit of length, or
        a polygon reaches beyond where the CRS is defined.
    """
    shapes = np.asarray(geometries, dtype=object).reshape(-1)
    unit = site_grid_unit(crs)
    if unit is not None:
        return np.asarray(shapely.area(shapes) * unit**2)
    ellipsoid = Ellipsoid.of(crs)
    if crs is None or ellipsoid is None:
        return np.full(len(shapes), np.nan)
    unit_metres = crs.axis_info[0].unit_conversion_factor * (EARTH_RADIUS if crs.is_geographic else 1)
    impossible = _extents(shapes) * unit_metres > _IMPOSSIBLE
    areas = np.where(impossible, np.nan, 0.0)
    possible = np.flatnonzero(~impossible)
    pieces, owners = _cut_wide(shapes[possible], _WIDEST / unit_metres)
    owners = possible[owners]
    for begin, end in batches(shapely.get_num_coordinates(pieces).astype(np.int64), _VERTICES_AT_ONCE):
        np.add.at(areas, owners[begin:end], _measure(pieces[begin:end], ellipsoid, unit_metres))
    return areas


def _measure(shapes: Geometries, ellipsoid: Ellipsoid, unit_metres: float) -> Floats:
    """Return the areas of polygons of at most `_WIDEST` metres."""
    dense = shapely.segmentize(shapes, _longest_edges(shapes, unit_metres))
    xy, owner = shapely.get_coordinates(dense, return_index=True)
    lonlat = np.degrees(ellipsoid.lonlat(xy))
    # Metres that are taken for degrees by mistake are no latitudes.
    undefined = ~(np.isfinite(lonlat[0]) & (np.abs(lonlat[1]) <= 90 + 1e-7))
    lonlat[:, undefined] = 0
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    centres, cell = np.unique(np.round(lonlat[:, first] / _CELL) * _CELL, axis=1, return_inverse=True)
    cell = np.repeat(cell, np.diff(first, append=len(owner)))
    by_cell = np.split(np.argsort(cell, kind="stable"), np.cumsum(np.bincount(cell))[:-1])
    for (lon, lat), vertices in zip(centres.T, by_cell, strict=True):
        plane = pyproj.Proj(proj="laea", lon_0=lon, lat_0=lat, a=ellipsoid.geod.a, b=ellipsoid.geod.b)
        xy[vertices] = np.column_stack(plane(*lonlat[:, vertices]))
    # The antipode of a centre is not in its plane.
    undefined |= ~np.isfinite(xy).all(axis=1)
    xy[undefined] = 0
    areas = np.asarray(shapely.area(shapely.set_coordinates(dense, xy)), dtype=np.float64)
    areas[owner[undefined]] = np.nan
    return areas


def _extents(shapes: Geometries) -> Floats:
    """Return the longer side of each bounding box in CRS units; 0 for empty geometries."""
    west, south, east, north = shapely.bounds(shapes).T
    extents: Floats = np.nan_to_num(np.maximum(east - west, north - south))
    return extents


def _longest_edges(shapes: Geometries, unit_metres: float) -> Floats:
    """Return the longest edge, in CRS units, that a polygon of that extent may have.

    An edge of length s and curvature κ encloses κs³/12 with its chord; an outline of extent P has in the order of
    P/s such edges, so the error relative to P² is κs²/(12P).
    """
    metres = np.maximum(_extents(shapes) * unit_metres, 1.0)
    return np.sqrt(12 * _CHORD_TOLERANCE * EARTH_RADIUS / _EDGE_CURVATURE * metres) / unit_metres


def _cut_wide(shapes: Geometries, widest: float) -> tuple[Geometries, NDArray[np.intp]]:
    """Quarter polygons wider than `widest` (CRS units) until none is; return the pieces and their owners."""
    done: list[tuple[Geometries, NDArray[np.intp]]] = []
    owners = np.arange(len(shapes))
    while len(shapes):
        wide = _extents(shapes) > widest
        done.append((shapes[~wide], owners[~wide]))
        shapes, owners = shapes[wide], owners[wide]
        west, south, east, north = shapely.bounds(shapes).T
        middle_x, middle_y = (west + east) / 2, (south + north) / 2
        quarters = [
            shapely.intersection(shapes, shapely.box(*edges))
            for edges in (
                (west, south, middle_x, middle_y),
                (middle_x, south, east, middle_y),
                (west, middle_y, middle_x, north),
                (middle_x, middle_y, east, north),
            )
        ]
        shapes, owners = np.concatenate(quarters), np.tile(owners, 4)
        filled = shapely.area(shapes) > 0
        shapes, owners = shapes[filled], owners[filled]
    if not done:
        return shapes, owners
    return np.concatenate([piece for piece, _ in done]), np.concatenate([owner for _, owner in done])
