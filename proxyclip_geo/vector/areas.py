"""Areas on the ellipsoid, whatever the coordinate reference system: degrees, feet, Mercator or rotated grids.

Every polygon is mapped to an equal-area plane of its own: latitudes become authalic ones, which makes the
ellipsoid a sphere of the same area, and that sphere goes to Lambert's azimuthal equal-area plane centred on the
polygon's first vertex. Both steps preserve area exactly; formulas: J. P. Snyder, "Map Projections: A Working
Manual" (USGS 1395, 1987), equations 3-11 to 3-13 and 24-2 to 24-4. What is left is that edges are straight in the
CRS and not in that plane; long edges therefore get more vertices.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Geometries = NDArray[np.object_]

_EARTH_RADIUS = 6.371e6
_CHORD_TOLERANCE = 1e-6
"""Relative area error allowed to the chords that replace curved edges."""
_EDGE_CURVATURE = 2.0
"""Earth radii per radius of curvature of a straight map line: tan(latitude) of a parallel, here at 63°."""
_WIDEST = 5e6
"""Metres; a wider polygon is cut first, so that nothing comes near the far side of its azimuthal plane."""
_IMPOSSIBLE = 1e8
"""Metres; no map of the Earth is as wide, so that the coordinates cannot belong to their CRS."""
_VERTICES_AT_ONCE = 250_000


def area_m2(geometries: ArrayLike, crs: pyproj.CRS | None) -> Floats:
    """Measure polygons on the ellipsoid of their CRS; edges are straight lines in the CRS.

    The relative error is about 1e-6 at most, for a pixel as for a continent.

    Args:
        geometries: (N,) shapely polygons or multipolygons, x before y (longitude before latitude).
        crs: Their coordinate reference system, or None.

    Returns:
        (N,) square metres; NaN where there is no CRS, the CRS is not tied to the Earth, or a polygon reaches beyond
        where the CRS is defined.
    """
    shapes = np.asarray(geometries, dtype=object).reshape(-1)
    globe = None if crs is None else _Globe.of(crs)
    if globe is None:
        return np.full(len(shapes), np.nan)
    impossible = _extents(shapes) * globe.unit_metres > _IMPOSSIBLE
    areas = np.where(impossible, np.nan, 0.0)
    possible = np.flatnonzero(~impossible)
    pieces, owners = _cut_wide(shapes[possible], _WIDEST / globe.unit_metres)
    owners = possible[owners]
    for part in _batches(pieces):
        np.add.at(areas, owners[part], _measure(pieces[part], globe))
    return areas


@dataclass(frozen=True)
class _Globe:
    """The ellipsoid under a CRS and the way down to it.

    Attributes:
        to_geographic: From the CRS to longitude and latitude on its own datum.
        radians: Radians per unit of those longitudes and latitudes (degrees or grads).
        unit_metres: Metres per CRS unit; for degrees, along a meridian.
        semi_major: Metres.
        eccentricity: Of the meridian ellipse; 0 for a sphere.
    """

    to_geographic: pyproj.Transformer
    radians: float
    unit_metres: float
    semi_major: float
    eccentricity: float

    @classmethod
    def of(cls, crs: pyproj.CRS) -> "_Globe | None":
        """Describe the globe of a CRS; None for a CRS that has none, such as a local engineering grid."""
        geographic = crs.geodetic_crs
        if geographic is not None and geographic.is_derived:
            geographic = geographic.source_crs
        ellipsoid = None if geographic is None else geographic.ellipsoid
        if geographic is None or ellipsoid is None or not geographic.is_geographic:
            return None
        factor = crs.axis_info[0].unit_conversion_factor
        return cls(
            pyproj.Transformer.from_crs(crs, geographic, always_xy=True),
            radians=geographic.axis_info[0].unit_conversion_factor,
            unit_metres=factor * _EARTH_RADIUS if crs.is_geographic else factor,
            semi_major=ellipsoid.semi_major_metre,
            eccentricity=math.sqrt(max(0.0, 1 - (ellipsoid.semi_minor_metre / ellipsoid.semi_major_metre) ** 2)),
        )

    def authalic(self, latitude: Floats) -> tuple[Floats, Floats]:
        """Return the sine and cosine of the authalic latitudes (radians in)."""
        sine = np.sin(latitude)
        if self.eccentricity:
            sine = self._zone(sine) / self._zone(np.float64(1.0))
        return sine, np.sqrt(np.maximum(0.0, 1 - sine**2))

    @property
    def authalic_radius(self) -> float:
        """Radius in metres of the sphere that has the ellipsoid's area."""
        return self.semi_major * math.sqrt(self._zone(np.float64(1.0)) / 2) if self.eccentricity else self.semi_major

    def _zone(self, sine: Any) -> Any:
        """Snyder's q: area from the equator to a latitude, per radian of longitude, in units of a²/2."""
        e = self.eccentricity
        return (1 - e**2) * (sine / (1 - (e * sine) ** 2) + np.arctanh(e * sine) / e)


def _measure(shapes: Geometries, globe: _Globe) -> Floats:
    """Return the areas of polygons that are not wide."""
    dense = shapely.segmentize(shapes, _longest_edges(shapes, globe.unit_metres))
    xy, owner = shapely.get_coordinates(dense, return_index=True)
    lon, lat = globe.to_geographic.transform(xy[:, 0], xy[:, 1])
    lon, lat = lon * globe.radians, lat * globe.radians
    # Metres mistaken for degrees would pass for latitudes.
    nowhere = ~(np.isfinite(lon) & (np.abs(lat) <= math.pi / 2 + 1e-9))
    lon, lat = np.where(nowhere, 0.0, lon), np.where(nowhere, 0.0, lat)
    sine, cosine = globe.authalic(lat)
    first = np.searchsorted(owner, owner)
    turn = lon - lon[first]
    cos_c = sine[first] * sine + cosine[first] * cosine * np.cos(turn)
    scale = globe.authalic_radius * np.sqrt(2 / np.maximum(1 + cos_c, 1e-12))
    x = scale * cosine * np.sin(turn)
    y = scale * (cosine[first] * sine - sine[first] * cosine * np.cos(turn))
    areas = np.asarray(shapely.area(shapely.set_coordinates(dense, np.column_stack((x, y)))), dtype=np.float64)
    areas[owner[nowhere]] = np.nan
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
    return np.sqrt(12 * _CHORD_TOLERANCE * _EARTH_RADIUS / _EDGE_CURVATURE * metres) / unit_metres


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


def _batches(shapes: Geometries) -> Iterator[slice]:
    """Yield slices of whole polygons with a bounded number of vertices (a huge polygon has one to itself)."""
    batch = np.cumsum(shapely.get_num_coordinates(shapes)) // _VERTICES_AT_ONCE
    edges = [0, *(np.flatnonzero(np.diff(batch)) + 1).tolist(), len(shapes)]
    yield from (slice(start, stop) for start, stop in pairwise(edges) if stop > start)
