"""Lengths and areas on the ground of outlines in pixels: the raster's metric, tabulated on a coarse grid."""

from dataclasses import dataclass

import numpy as np
import pyproj
import shapely
from affine import Affine
from numpy.typing import NDArray

from proxyclip_geo.vector.areas import area_m2
from proxyclip_geo.vector.chains import sum_by

Floats = NDArray[np.float64]
Geometries = NDArray[np.object_]

_SPACING = 4000.0
"""Metres between the nodes of the grid, and the widest polygon whose area its centroid's metric gives."""
_MOST_NODES = 257
_EVEN = 0.01
_EDGES_AT_ONCE = 100_000


def onto_ground(geometry: Geometries, transform: Affine) -> Geometries:
    """Move outlines from pixel to CRS coordinates; shells come out counter-clockwise, holes clockwise.

    Args:
        geometry: (N,) polygons in pixel coordinates, shells clockwise on screen.
        transform: From (column, row) to CRS coordinates.
    """

    def geobox(xy: Floats) -> Floats:
        # Element by element and not as a matrix product, so that equal corners stay equal.
        x, y = xy.T
        t = transform
        return np.column_stack((t.a * x + t.b * y + t.c, t.d * x + t.e * y + t.f))

    placed = shapely.transform(geometry, geobox)
    return np.asarray(placed if transform.determinant > 0 else shapely.reverse(placed), dtype=object)


@dataclass(frozen=True)
class Ground:
    """How pixels lie on the ellipsoid.

    Attributes:
        shape: (height, width) of the raster.
        transform: From (column, row) to CRS coordinates.
        crs: The CRS; None where there is none.
        metric: (rows, columns, 3) at evenly spaced nodes: metres per pixel across, cosine between the axes, and metres
            per pixel down; None where the ground cannot be measured.
    """

    shape: tuple[int, int]
    transform: Affine
    crs: pyproj.CRS | None
    metric: Floats | None

    @classmethod
    def of(cls, shape: tuple[int, int], transform: Affine, crs: pyproj.CRS | None) -> "Ground":
        """Tabulate the metric of a raster."""
        return cls(shape, transform, crs, None if crs is None else _tabulate(shape, transform, crs))

    @property
    def on_earth(self) -> bool:
        """Whether areas are in square metres; pixels are counted if not."""
        return self.crs is not None and geographic_base(self.crs) is not None

    def form(self, xy: Floats) -> Floats:
        """Interpolate the first fundamental form, E, F and G in m² per pixel², at (N, 2) pixel coordinates: (N, 3)."""
        assert self.metric is not None
        rows, columns = self.metric.shape[0] - 1, self.metric.shape[1] - 1
        u = np.clip(xy[:, 0] / self.shape[1] * columns, 0, columns)
        v = np.clip(xy[:, 1] / self.shape[0] * rows, 0, rows)
        left, upper = np.minimum(u.astype(int), columns - 1), np.minimum(v.astype(int), rows - 1)
        u, v = (u - left)[:, None], (v - upper)[:, None]
        table = self.metric
        above = table[upper, left] * (1 - u) + table[upper, left + 1] * u
        below = table[upper + 1, left] * (1 - u) + table[upper + 1, left + 1] * u
        # Lengths and not their squares: along a meridian these are as good as linear up to the pole.
        across, cosine, down = (above * (1 - v) + below * v).T
        return np.column_stack((across**2, cosine * across * down, down**2))

    def pixel_areas(self, xy: Floats) -> Floats:
        """Return the area in m² of a pixel at (N, 2) pixel coordinates."""
        e, f, g = self.form(xy).T
        return np.asarray(np.sqrt(np.maximum(e * g - f**2, 0)))

    @property
    def is_even(self) -> bool:
        """Whether all pixels have the same area, to a hundredth (and where it is not known)."""
        if self.metric is None:
            return True
        across, cosine, down = self.metric.reshape(-1, 3).T
        sizes = across * down * np.sqrt(1 - cosine**2)
        return bool(sizes.max() <= (1 + _EVEN) * sizes.min())

    def read(self, top: int, bottom: int) -> Floats:
        """Return the area in m² of the pixels of some rows: (bottom − top, W)."""
        width = self.shape[1]
        row, column = np.indices((bottom - top, width)).reshape(2, -1)
        return self.pixel_areas(np.column_stack((column + 0.5, row + top + 0.5))).reshape(-1, width)

    def perimeters(self, outlines: Geometries) -> Floats:
        """Measure all rings of (N,) outlines in pixel coordinates: metres; NaN where they cannot be measured."""
        if self.metric is None:
            return np.full(len(outlines), np.nan)
        parts, part_owner = shapely.get_parts(outlines, return_index=True)
        rings, ring_owner = shapely.get_rings(parts, return_index=True)
        xy, owner = shapely.get_coordinates(rings, return_index=True)
        lengths = np.zeros(len(xy))
        for start in range(0, len(xy) - 1, _EDGES_AT_ONCE):
            part = slice(start, start + _EDGES_AT_ONCE + 1)
            step = np.diff(xy[part], axis=0)
            step[np.diff(owner[part]) != 0] = 0
            e, f, g = self.form(xy[part][1:] - step / 2).T
            here = np.sqrt(e * step[:, 0] ** 2 + 2 * f * step[:, 0] * step[:, 1] + g * step[:, 1] ** 2)
            lengths[start + 1 : start + 1 + len(here)] = here
        return sum_by(part_owner[ring_owner[owner]], lengths, len(outlines))

    def areas(self, outlines: Geometries, placed: Geometries) -> Floats:
        """Measure outlines.

        Args:
            outlines: (N,) in pixel coordinates.
            placed: (N,) the same in CRS coordinates.

        Returns:
            (N,) square metres; NaN where they cannot be measured.
        """
        if self.metric is None:
            return area_m2(placed, self.crs)
        west, north, east, south = shapely.bounds(outlines).T
        middle = np.column_stack((west + east, north + south)) / 2
        e, _, g = self.form(middle).T
        wide = np.maximum((east - west) * np.sqrt(e), (south - north) * np.sqrt(g)) > _SPACING
        areas = np.empty(len(outlines))
        near = np.flatnonzero(~wide)
        # Where the metric is as good as linear, its value at the centroid is its mean.
        centroid = shapely.get_coordinates(shapely.centroid(outlines[near]))
        areas[near] = shapely.area(outlines[near]) * self.pixel_areas(centroid)
        areas[wide] = area_m2(placed[wide], self.crs)
        return areas


def geographic_base(crs: pyproj.CRS) -> pyproj.CRS | None:
    """Return the longitudes and latitudes that a CRS is based on; None where it is not tied to the Earth."""
    geographic = crs.geodetic_crs
    if geographic is not None and geographic.is_derived:
        geographic = geographic.source_crs
    return geographic if geographic is not None and geographic.is_geographic and crs.get_geod() else None


def _tabulate(shape: tuple[int, int], transform: Affine, crs: pyproj.CRS) -> Floats | None:
    """Measure one pixel's steps at the nodes of a grid."""
    geographic, geod = geographic_base(crs), crs.get_geod()
    if geographic is None or geod is None:
        return None
    move = pyproj.Transformer.from_crs(crs, geographic, always_xy=True)
    radians = geographic.axis_info[0].unit_conversion_factor
    height, width = shape

    def degrees(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        t = transform
        lon, lat = move.transform(t.a * x + t.b * y + t.c, t.d * x + t.e * y + t.f)
        return lon * radians, lat * radians

    def steps(x: Floats, y: Floats) -> Floats:
        # Central differences over whole pixels; one-sided at the rim, as nothing may lie beyond it (poles).
        west, east = np.maximum(x - 0.5, 0), np.minimum(x + 0.5, width)
        north, south = np.maximum(y - 0.5, 0), np.minimum(y + 0.5, height)
        across = geod.inv(*degrees(west, y), *degrees(east, y), radians=True)[2]
        down = geod.inv(*degrees(x, north), *degrees(x, south), radians=True)[2]
        slant = geod.inv(*degrees(west, north), *degrees(east, south), radians=True)[2]
        # Where meridians meet, there is no angle.
        product = np.maximum(across * down, 1e-9)
        cosine = np.clip((slant**2 - across**2 - down**2) / (2 * product), -1, 1)
        return np.stack((across / (east - west), cosine, down / (south - north)), axis=-1)

    try:
        middle = steps(np.array([width / 2]), np.array([height / 2]))[0]
        if not np.isfinite(middle).all() or min(middle[0], middle[2]) <= 0:
            return None
        nodes = [
            int(np.clip(np.ceil(side * step / _SPACING), 1, _MOST_NODES)) + 1
            for side, step in ((height, middle[2]), (width, middle[0]))
        ]
        rows, columns = np.linspace(0, height, nodes[0]), np.linspace(0, width, nodes[1])
        y, x = np.meshgrid(rows, columns, indexing="ij")
        table = steps(x.ravel(), y.ravel()).reshape(*nodes, 3)
    except (ValueError, pyproj.exceptions.ProjError):
        return None
    return table if np.isfinite(table).all() else None
