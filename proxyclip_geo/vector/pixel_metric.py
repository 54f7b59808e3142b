"""Areas and perimeters of outlines in pixel coordinates, on the ellipsoid: the raster's metric, tabulated on a grid."""

from dataclasses import dataclass

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from proxyclip_geo.geobox import Ellipsoid, GeoBox, site_grid_unit
from proxyclip_geo.region import Region
from proxyclip_geo.vector.areas import area_m2
from proxyclip_geo.vector.ragged import sum_by

Floats = NDArray[np.float64]
Geometries = NDArray[np.object_]

_SPACING = 4000.0
"""Metres between the nodes of the grid, and the largest extent of a polygon measured by the metric at its centroid."""
_MOST_NODES = 257
_UNIFORM = 0.01
_EDGES_AT_ONCE = 100_000


def outlines_to_world(outlines: Geometries, geobox: GeoBox) -> Geometries:
    """Convert outlines from pixel to CRS coordinates; shells come out counter-clockwise, holes clockwise.

    Args:
        outlines: (N,) polygons in pixel coordinates, shells clockwise on screen.
        geobox: Where the pixels lie.
    """
    world = shapely.transform(outlines, geobox.pixel_to_world)
    return np.asarray(world if geobox.transform.determinant > 0 else shapely.reverse(world), dtype=object)


@dataclass(frozen=True)
class PixelMetric:
    """Size and shape of a raster's pixels on the ellipsoid.

    Attributes:
        geobox: Where the pixels lie.
        ellipsoid: That of the CRS; None where there is none.
        nodes: (rows, columns, 3) at evenly spaced nodes: metres per pixel across, cosine of the angle between the axes,
            and metres per pixel down; None if they are not known, or if the raster leaves the domain of its CRS.
    """

    geobox: GeoBox
    ellipsoid: Ellipsoid | None
    nodes: Floats | None

    @classmethod
    def of(cls, geobox: GeoBox) -> "PixelMetric":
        """Tabulate the metric of a raster."""
        unit = site_grid_unit(geobox.crs)
        if unit is not None:
            return cls(geobox, None, _measure_plane(geobox, unit))
        ellipsoid = Ellipsoid.of(geobox.crs)
        return cls(geobox, ellipsoid, None if ellipsoid is None else _tabulate(geobox, ellipsoid))

    @property
    def in_metres(self) -> bool:
        """Whether areas are in m², and not in pixels."""
        return self.ellipsoid is not None or self.nodes is not None

    def _fundamental_form(self, xy: Floats) -> Floats:
        """Interpolate the first fundamental form, E, F and G in m² per pixel², at (N, 2) pixel coordinates: (N, 3)."""
        assert self.nodes is not None
        rows, columns = self.nodes.shape[0] - 1, self.nodes.shape[1] - 1
        u = np.clip(xy[:, 0] / self.geobox.width * columns, 0, columns)
        v = np.clip(xy[:, 1] / self.geobox.height * rows, 0, rows)
        left, upper = np.minimum(u.astype(int), columns - 1), np.minimum(v.astype(int), rows - 1)
        u, v = (u - left)[:, None], (v - upper)[:, None]
        above = self.nodes[upper, left] * (1 - u) + self.nodes[upper, left + 1] * u
        below = self.nodes[upper + 1, left] * (1 - u) + self.nodes[upper + 1, left + 1] * u
        # Lengths and not their squares: along a meridian these are as good as linear up to the pole.
        across, cosine, down = (above * (1 - v) + below * v).T
        return np.column_stack((across**2, cosine * across * down, down**2))

    def pixel_areas(self, xy: Floats) -> Floats:
        """Return the area in m² of a pixel at (N, 2) pixel coordinates."""
        e, f, g = self._fundamental_form(xy).T
        return np.asarray(np.sqrt(np.maximum(e * g - f**2, 0)))

    @property
    def is_uniform(self) -> bool:
        """Whether the areas of pixels differ by at most 1 %, or are not known."""
        if self.nodes is None:
            return True
        across, cosine, down = self.nodes.reshape(-1, 3).T
        sizes = across * down * np.sqrt(1 - cosine**2)
        return bool(sizes.max() <= (1 + _UNIFORM) * sizes.min())

    def read(self, top: int, bottom: int) -> Floats:
        """Return the area in m² of the pixels of some rows: (bottom − top, W)."""
        width = self.geobox.width
        row, column = np.indices((bottom - top, width)).reshape(2, -1)
        return self.pixel_areas(np.column_stack((column + 0.5, row + top + 0.5))).reshape(-1, width)

    def crop(self, region: Region) -> tuple[Floats, Floats] | None:
        """Return (H, N) and (N, W) factors of the area in m² of each pixel of a region, measured there.

        They are None outside the domain of the CRS.

        The region is tabulated anew, so that the table is fine enough in large rasters as well.
        """
        nodes = self.nodes
        if self.ellipsoid is not None:
            nodes = _tabulate(self.geobox.crop(region), self.ellipsoid, most=2 * max(region.shape) + 1)
        if nodes is None:
            return None
        across, cosine, down = np.moveaxis(nodes, -1, 0)
        sizes = across * down * np.sqrt(1 - cosine**2)
        by_row, by_column = (_interpolation(side, count) for side, count in zip(region.shape, sizes.shape, strict=True))
        return by_row @ sizes, by_column.T

    def perimeters(self, outlines: Geometries) -> Floats:
        """Return the lengths of all rings of (N,) outlines in pixel coordinates, in metres; NaN without nodes."""
        if self.nodes is None:
            return np.full(len(outlines), np.nan)
        parts, part_owner = shapely.get_parts(outlines, return_index=True)
        rings, ring_owner = shapely.get_rings(parts, return_index=True)
        xy, owner = shapely.get_coordinates(rings, return_index=True)
        lengths = np.zeros(len(xy))
        for start in range(0, len(xy) - 1, _EDGES_AT_ONCE):
            part = slice(start, start + _EDGES_AT_ONCE + 1)
            step = np.diff(xy[part], axis=0)
            step[np.diff(owner[part]) != 0] = 0
            e, f, g = self._fundamental_form(xy[part][1:] - step / 2).T
            here = np.sqrt(e * step[:, 0] ** 2 + 2 * f * step[:, 0] * step[:, 1] + g * step[:, 1] ** 2)
            lengths[start + 1 : start + 1 + len(here)] = here
        return sum_by(part_owner[ring_owner[owner]], lengths, len(outlines))

    def areas(self, outlines: Geometries, world: Geometries) -> Floats:
        """Return the areas of outlines.

        Args:
            outlines: (N,) in pixel coordinates.
            world: (N,) the same in CRS coordinates.

        Returns:
            (N,) square metres; NaN where they cannot be measured.
        """
        if self.nodes is None:
            return area_m2(world, self.geobox.crs)
        west, north, east, south = shapely.bounds(outlines).T
        centre = np.column_stack((west + east, north + south)) / 2
        e, _, g = self._fundamental_form(centre).T
        large = np.maximum((east - west) * np.sqrt(e), (south - north) * np.sqrt(g)) > _SPACING
        areas = np.empty(len(outlines))
        small = np.flatnonzero(~large)
        # Over a small polygon the metric is nearly linear: its mean is its value at the centroid.
        centroid = shapely.get_coordinates(shapely.centroid(outlines[small]))
        areas[small] = shapely.area(outlines[small]) * self.pixel_areas(centroid)
        areas[large] = area_m2(world[large], self.geobox.crs)
        return areas


def _interpolation(pixels: int, nodes: int) -> Floats:
    """Return (pixels, nodes) the weight of each of evenly spaced nodes at the centre of each pixel."""
    position = (np.arange(pixels) + 0.5) / pixels * (nodes - 1)
    weights: Floats = np.maximum(1 - np.abs(position[:, None] - np.arange(nodes)), 0)
    return weights


def _measure_plane(geobox: GeoBox, unit: float) -> Floats:
    """Return the nodes of a plane with a number of metres per unit."""
    t = geobox.transform
    across, down = (side * unit for side in geobox.resolution)
    cosine = (t.a * t.b + t.d * t.e) * unit**2 / (across * down)
    return np.broadcast_to(np.array([across, cosine, down]), (2, 2, 3))


def _tabulate(geobox: GeoBox, ellipsoid: Ellipsoid, *, most: int = _MOST_NODES) -> Floats | None:
    """Measure pixels at the nodes of a grid of up to `most` a side: (rows, columns, 3); None outside of the CRS."""
    height, width = geobox.shape
    try:
        across, _, down = _measure_pixels(np.array([[width / 2, height / 2]]), geobox, ellipsoid)[0]
        if not np.isfinite((across, down)).all() or min(across, down) <= 0:
            return None
        rows, columns = (
            int(np.clip(np.ceil(side * step / _SPACING), 1, min(most, _MOST_NODES))) + 1
            for side, step in ((height, down), (width, across))
        )
        y, x = np.meshgrid(np.linspace(0, height, rows), np.linspace(0, width, columns), indexing="ij")
        nodes = _measure_pixels(np.column_stack((x.ravel(), y.ravel())), geobox, ellipsoid).reshape(rows, columns, 3)
    except (ValueError, pyproj.exceptions.ProjError):
        return None
    return nodes if np.isfinite(nodes).all() else None


def _measure_pixels(xy: Floats, geobox: GeoBox, ellipsoid: Ellipsoid) -> Floats:
    """Measure the pixels around (N, 2) pixel coordinates: (N, 3), as in `PixelMetric.nodes`."""
    x, y = xy.T

    def distance(*ends: tuple[Floats, Floats]) -> Floats:
        (lon, lat), (end_lon, end_lat) = (ellipsoid.lonlat(geobox.pixel_to_world(np.column_stack(end))) for end in ends)
        return np.asarray(ellipsoid.geod.inv(lon, lat, end_lon, end_lat, radians=True)[2])

    # Central differences; one-sided at the rim, as points beyond it may not exist (at poles).
    west, east = np.maximum(x - 0.5, 0), np.minimum(x + 0.5, geobox.width)
    north, south = np.maximum(y - 0.5, 0), np.minimum(y + 0.5, geobox.height)
    across, down = distance((west, y), (east, y)), distance((x, north), (x, south))
    diagonal = distance((west, north), (east, south))
    # The angle is undefined where meridians meet.
    product = np.maximum(across * down, 1e-9)
    cosine = np.clip((diagonal**2 - across**2 - down**2) / (2 * product), -1, 1)
    return np.stack((across / (east - west), cosine, down / (south - north)), axis=-1)
