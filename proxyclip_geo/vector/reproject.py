"""From pixels to where the polygons are wanted: clipped to an area, in another CRS."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import CRSError, ProjError

from proxyclip_geo.errors import AreaError, OptionError, VectorError, warn_quality
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.vector.antimeridian import cut_at_antimeridian
from proxyclip_geo.vector.pixel_metric import PixelMetric, outlines_to_world
from proxyclip_geo.vector.polygons_from_arcs import as_features

Geometries = NDArray[np.object_]

_EARTH_RADIUS = 6.371e6
_DEVIATION = 0.02
"""Pixels by which an edge may miss its true course after reprojection."""
_FARTHEST = 1e8
"""Metres from the origin; no point of the Earth lies there, on a map that is of any use."""
_ACROSS = 1.5e7
"""Metres; edges are far shorter, unless a pixel is a continent."""


@dataclass(frozen=True)
class Placing:
    """Where polygons go.

    Attributes:
        metric: Where the pixels lie, and their size.
        target: CRS wanted; None for that of the pixels.
        area: Area to clip to, in pixel coordinates; None for all.
    """

    metric: PixelMetric
    target: pyproj.CRS | None = None
    area: Any = None

    @classmethod
    def of(cls, metric: PixelMetric, *, crs: str | None, aoi: Path | str | None) -> "Placing":
        """Read the wishes of a user.

        Raises:
            OptionError: If the CRS is unknown, or the pixels have none.
            VectorError: If the area cannot be read.
            AreaError: If it does not meet the raster.
        """
        target = None if crs is None else _parse(crs, metric.geobox)
        area = None if aoi is None else _read_area(aoi, metric.geobox)
        return cls(metric, target, area)

    @property
    def crs(self) -> pyproj.CRS | None:
        """CRS of the result."""
        return self.target or self.metric.geobox.crs

    @property
    def several_parts(self) -> bool:
        """Whether polygons may come out in several parts."""
        return self.target is not None or self.area is not None

    def clip(self, outlines: Geometries) -> Geometries:
        """Cut outlines in pixel coordinates; what lies outside comes back empty."""
        if self.area is None:
            return outlines
        shapely.prepare(self.area)
        cut = np.flatnonzero(~shapely.covers(self.area, outlines))
        clipped = outlines.copy()
        clipped[cut] = [_only_polygons(part) for part in shapely.intersection(outlines[cut], self.area)]
        return np.asarray(shapely.orient_polygons(clipped, exterior_cw=False), dtype=object)

    def to_crs(self, outlines: Geometries) -> Geometries:
        """Move outlines from pixel coordinates to the CRS wanted; edges get vertices where they would bend."""
        if self.target is None:
            return outlines_to_world(outlines, self.metric.geobox)
        longest = 1.0
        if self.metric.nodes is not None:
            metres = float(self.metric.nodes[..., 0].mean())
            # The sagitta of a chord s on a curve of radius R is s²/8R.
            longest = max(1.0, np.sqrt(8 * self._bend() * _DEVIATION * metres) / metres)
        placed = outlines_to_world(densify(outlines, longest), self.metric.geobox)
        move = pyproj.Transformer.from_crs(self.metric.geobox.crs, self.target, always_xy=True)
        try:
            moved = shapely.transform(
                placed, lambda xy: np.column_stack(move.transform(xy[:, 0], xy[:, 1], errcheck=True))
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
            moved[broken] = [_only_polygons(part) for part in fixed]
        return np.asarray(shapely.orient_polygons(moved), dtype=object)

    def _bend(self) -> float:
        """Return the smallest radius in metres of what is straight in another CRS: that of parallels on a cone."""
        geobox, ellipsoid = self.metric.geobox, self.metric.ellipsoid
        assert ellipsoid is not None
        height, width = geobox.shape
        x, y = (grid.ravel() for grid in np.meshgrid(np.linspace(0, width, 17), np.linspace(0, height, 17)))
        _, latitude = ellipsoid.lonlat(geobox.pixel_to_world(np.column_stack((x, y))))
        steepest = float(np.abs(latitude).max())
        return _EARTH_RADIUS / max(1.0, abs(math.tan(steepest)))


def densify(outlines: Geometries, longest: float) -> Geometries:
    """Divide edges longer than `longest`, each in the same points from both sides (which GEOS's rounding does not)."""
    parts, owner = shapely.get_parts(outlines, return_index=True)
    if not len(parts):
        return outlines
    _, xy, (rings, polygons) = shapely.to_ragged_array(parts)
    low, high = xy[:-1], xy[1:]
    count = np.maximum(np.ceil(np.hypot(*(high - low).T) / longest), 1).astype(np.int64)
    # No edge leads from one ring to the next.
    count[rings[1:-1] - 1] = 1
    begins = np.concatenate(([0], np.cumsum(count)))
    edge = np.repeat(np.arange(len(count)), count)
    step = np.arange(len(edge)) - begins[edge]
    backwards = (low[:, 0] > high[:, 0]) | ((low[:, 0] == high[:, 0]) & (low[:, 1] > high[:, 1]))
    low, high = np.where(backwards[:, None], high, low), np.where(backwards[:, None], low, high)
    step = np.where(backwards[edge], count[edge] - step, step)
    # Ends stay what they are to the last digit.
    share = (step / count[edge])[:, None]
    points = np.where(share == 1, high[edge], low[edge] + (high - low)[edge] * share)
    points = np.concatenate((points, xy[-1:]))
    starts = np.append(begins[rings[:-1]], len(points))
    dense = shapely.from_ragged_array(shapely.GeometryType.POLYGON, points, (starts, polygons))
    return as_features(np.asarray(dense, dtype=object), owner, len(outlines))


def _check_extent(shapes: Geometries, crs: pyproj.CRS) -> None:
    """Raise where coordinates are beyond all that is on the Earth, as those of poles in Mercator's projection are."""
    unit = 1.0 if crs.is_geographic else crs.axis_info[0].unit_conversion_factor
    farthest = float(np.abs(np.nan_to_num(shapely.bounds(shapes))).max(initial=0)) * unit
    if farthest > _FARTHEST:
        area = crs.area_of_use
        limits = "" if area is None else f"; it is meant for latitudes from {area.south:g}° to {area.north:g}°"
        raise OptionError(
            f"polygons would lie {farthest:.2g} m from the origin of {crs.name}, which cannot show all of the labels"
            f"{limits}: clip to an area with --aoi, or choose a CRS that covers the labels"
        )


def _check_seam(shapes: Geometries, crs: pyproj.CRS) -> None:
    """Raise where an edge leads across the whole map, as its ends lie on both sides of where the map begins."""
    across = _ACROSS / crs.axis_info[0].unit_conversion_factor
    west, _, east, _ = shapely.bounds(shapes).reshape(-1, 4).T
    rings = shapely.get_rings(shapely.get_parts(shapes[east - west > across]))
    xy, owner = shapely.get_coordinates(rings, return_index=True)
    steps = np.abs(np.diff(xy[:, 0]))[np.diff(owner) == 0]
    if steps.max(initial=0) > across:
        raise OptionError(
            f"polygons lie across the edge of the map in {crs.name} (its antimeridian); choose a CRS whose middle is "
            "near the area, or a geographic one such as EPSG:4326, where they are cut"
        )


def _parse(text: str, geobox: GeoBox) -> pyproj.CRS:
    try:
        target = pyproj.CRS.from_user_input(text)
    except CRSError as error:
        raise OptionError(f"CRS '{text}' is not known ({error}); write it like EPSG:3857") from error
    if geobox.crs is None:
        raise OptionError(f"labels without a CRS cannot be put into {target.name}; assign one (gdal_edit -a_srs)")
    return target


def _read_area(path: Path | str, geobox: GeoBox) -> Any:
    """Read the union of a file's polygons in pixel coordinates."""
    import pyogrio.errors
    import pyogrio.raw

    try:
        meta, _, geometry, _ = pyogrio.raw.read(path, columns=[])
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError) as error:
        raise VectorError(f"cannot read the area of interest {path}: {error}") from error
    shapes = shapely.from_wkb(geometry)
    shapes = shapes[np.isin(shapely.get_type_id(shapes), (3, 6))]
    if not len(shapes):
        raise AreaError(f"the area of interest {path} has no polygons; give a file that has")
    area = shapely.union_all(shapely.make_valid(shapes))
    if meta["crs"] is None or geobox.crs is None:
        which = f"the area of interest {path} has" if meta["crs"] is None else "the labels have"
        warn_quality(f"{which} no CRS: coordinates of {path} are taken as those of the labels")
    elif pyproj.CRS(meta["crs"]) != geobox.crs:
        move = pyproj.Transformer.from_crs(meta["crs"], geobox.crs, always_xy=True)
        dense = shapely.segmentize(area, max(area.length / 2000, 1e-9))
        area = shapely.make_valid(shapely.transform(dense, lambda xy: np.column_stack(move.transform(*xy.T))))
    area = shapely.transform(area, geobox.world_to_pixel)
    if not area.intersects(shapely.box(0, 0, geobox.width, geobox.height)):
        raise AreaError(f"the area of interest {path} does not meet the labels; both must cover the same ground")
    return area


def _only_polygons(shape: Any) -> Any:
    """Drop the points and lines that cutting leaves."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts) if parts else shapely.Polygon()
