"""Clip outlines in pixel coordinates to an area of interest, and convert them to a CRS."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import ProjError

from proxyclip_geo.errors import OptionError
from proxyclip_geo.geobox import GeoBox, make_transformer, parse_crs
from proxyclip_geo.raster.aoi import only_polygons, read_outline
from proxyclip_geo.remedies import Remedy
from proxyclip_geo.vector.antimeridian import cut_at_antimeridian
from proxyclip_geo.vector.areas import EARTH_RADIUS
from proxyclip_geo.vector.pixel_metric import PixelMetric, outlines_to_world
from proxyclip_geo.vector.polygons_from_arcs import as_features

Geometries = NDArray[np.object_]

_DEVIATION = 0.02
"""Largest distance in pixels between a reprojected edge and its true course."""
_MAX_COORDINATE = 1e8
"""Metres from the origin; useful map projections of the Earth stay within."""
_MAX_EDGE = 1.5e7
"""Metres; longer edges cross the whole map."""


@dataclass(frozen=True)
class Reprojection:
    """Conversion of outlines in pixel coordinates to polygons in a CRS, clipped to an area of interest.

    Attributes:
        metric: Geobox and size of the pixels.
        target: CRS of the polygons; None for that of the pixels.
        area: Area of interest in pixel coordinates; None for no clipping.
    """

    metric: PixelMetric
    target: pyproj.CRS | None = None
    area: Any = None

    @classmethod
    def of(cls, metric: PixelMetric, *, crs: str | None, aoi: Path | str | None, name: str) -> "Reprojection":
        """Make a reprojection from the options of a user.

        Args:
            metric: Geobox and size of the pixels.
            crs: CRS of the polygons; None for that of the pixels.
            aoi: Vector file with the area of interest; None for no clipping.
            name: Name of the labels in messages.

        Raises:
            OptionError: If the CRS is unknown, or the pixels have none.
            VectorError: If the area cannot be read.
            AreaError: If the area does not overlap the raster.
        """
        target = None if crs is None else _parse_target(crs, metric.geobox)
        area = None if aoi is None else read_outline(metric.geobox, aoi=aoi, name=name)
        return cls(metric, target, area)

    @property
    def crs(self) -> pyproj.CRS | None:
        """CRS of the polygons."""
        return self.target or self.metric.geobox.crs

    @property
    def multipart(self) -> bool:
        """Whether there may be multipolygons."""
        return self.target is not None or self.area is not None

    def clip(self, outlines: Geometries) -> Geometries:
        """Clip outlines in pixel coordinates to the area of interest; those outside become empty."""
        if self.area is None:
            return outlines
        shapely.prepare(self.area)
        cut = np.flatnonzero(~shapely.covers(self.area, outlines))
        clipped = outlines.copy()
        clipped[cut] = [only_polygons(part) for part in shapely.intersection(outlines[cut], self.area)]
        return np.asarray(shapely.orient_polygons(clipped, exterior_cw=False), dtype=object)

    def to_crs(self, outlines: Geometries) -> Geometries:
        """Convert outlines from pixel coordinates to the CRS; edges are densified, as they become curves."""
        if self.target is None:
            return outlines_to_world(outlines, self.metric.geobox)
        longest = 1.0
        if self.metric.nodes is not None and self.metric.ellipsoid is not None:
            metres = float(self.metric.nodes[..., 0].mean())
            # The sagitta of a chord s on a curve of radius R is s²/8R.
            longest = max(1.0, np.sqrt(8 * self._radius() * _DEVIATION * metres) / metres)
        world = outlines_to_world(densify(outlines, longest), self.metric.geobox)
        assert self.metric.geobox.crs is not None
        move = make_transformer(self.metric.geobox.crs, self.target)
        try:
            moved = shapely.transform(
                world, lambda xy: np.column_stack(move.transform(xy[:, 0], xy[:, 1], errcheck=True))
            )
        except ProjError as error:
            raise OptionError(
                f"the polygons cannot be put into {self.target.name} ({error}); choose a CRS that covers the area"
            ) from error
        _check_extent(moved, self.target)
        moved = cut_at_antimeridian(np.asarray(moved, dtype=object), self.target)
        if self.target.is_projected:
            _check_seam(moved, self.target)
        broken = np.flatnonzero(~shapely.is_valid(moved))
        if len(broken):
            fixed = shapely.make_valid(moved[broken], method="structure", keep_collapsed=False)
            moved[broken] = [only_polygons(part) for part in fixed]
        return np.asarray(shapely.orient_polygons(moved), dtype=object)

    def _radius(self) -> float:
        """Return the smallest radius of curvature, in metres, of reprojected edges: that of parallels on a cone."""
        geobox, ellipsoid = self.metric.geobox, self.metric.ellipsoid
        assert ellipsoid is not None
        height, width = geobox.shape
        x, y = (grid.ravel() for grid in np.meshgrid(np.linspace(0, width, 17), np.linspace(0, height, 17)))
        _, latitude = ellipsoid.lonlat(geobox.pixel_to_world(np.column_stack((x, y))))
        steepest = float(np.abs(latitude).max())
        return EARTH_RADIUS / max(1.0, abs(math.tan(steepest)))


def densify(outlines: Geometries, longest: float) -> Geometries:
    """Densify edges longer than `longest`; neighbours get the same vertices, which GEOS's rounding does not ensure."""
    parts, owner = shapely.get_parts(outlines, return_index=True)
    if not len(parts):
        return outlines
    _, xy, (rings, polygons) = shapely.to_ragged_array(parts)
    low, high = xy[:-1], xy[1:]
    count = np.maximum(np.ceil(np.hypot(*(high - low).T) / longest), 1).astype(np.int64)
    # The last vertex of a ring starts no edge.
    count[rings[1:-1] - 1] = 1
    begins = np.concatenate(([0], np.cumsum(count)))
    edge = np.repeat(np.arange(len(count)), count)
    step = np.arange(len(edge)) - begins[edge]
    backwards = (low[:, 0] > high[:, 0]) | ((low[:, 0] == high[:, 0]) & (low[:, 1] > high[:, 1]))
    low, high = np.where(backwards[:, None], high, low), np.where(backwards[:, None], low, high)
    step = np.where(backwards[edge], count[edge] - step, step)
    # Ends are copied, not interpolated.
    share = (step / count[edge])[:, None]
    points = np.where(share == 1, high[edge], low[edge] + (high - low)[edge] * share)
    points = np.concatenate((points, xy[-1:]))
    starts = np.append(begins[rings[:-1]], len(points))
    dense = shapely.from_ragged_array(shapely.GeometryType.POLYGON, points, (starts, polygons))
    return as_features(np.asarray(dense, dtype=object), owner, len(outlines))


def _check_extent(shapes: Geometries, crs: pyproj.CRS) -> None:
    """Raise an OptionError where coordinates are out of range, as those of the poles in Mercator's projection."""
    unit = 1.0 if crs.is_geographic else crs.axis_info[0].unit_conversion_factor
    farthest = float(np.abs(np.nan_to_num(shapely.bounds(shapes))).max(initial=0)) * unit
    if farthest > _MAX_COORDINATE:
        area = crs.area_of_use
        limits = "" if area is None else f"; it is meant for latitudes from {area.south:g}° to {area.north:g}°"
        raise OptionError(
            f"polygons would lie {farthest:.2g} m from the origin of {crs.name}, which cannot show all of the labels"
            f"{limits}: clip to an `aoi`, or choose a CRS that covers the labels"
        )


def _check_seam(shapes: Geometries, crs: pyproj.CRS) -> None:
    """Raise an OptionError where an edge crosses the whole map, with one end on each side of its antimeridian."""
    across = _MAX_EDGE / crs.axis_info[0].unit_conversion_factor
    west, _, east, _ = shapely.bounds(shapes).reshape(-1, 4).T
    rings = shapely.get_rings(shapely.get_parts(shapes[east - west > across]))
    xy, owner = shapely.get_coordinates(rings, return_index=True)
    steps = np.abs(np.diff(xy[:, 0]))[np.diff(owner) == 0]
    if steps.max(initial=0) > across:
        raise OptionError(
            f"polygons lie across the edge of the map in {crs.name} (its antimeridian); choose a CRS whose middle is "
            "near the area, or a geographic one such as EPSG:4326, where they are cut"
        )


def _parse_target(text: str, geobox: GeoBox) -> pyproj.CRS:
    target = parse_crs(text)
    assert target is not None
    if geobox.crs is None:
        raise OptionError(f"labels without a CRS cannot be put into {target.name}", remedy=Remedy("assign-crs"))
    make_transformer(geobox.crs, target)
    return target
