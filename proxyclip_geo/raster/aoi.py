"""Area of interest: bounds and the polygons of a vector file, in pixels of a raster."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyproj
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj.exceptions import ProjError
from rasterio.features import rasterize
from shapely.geometry.base import BaseGeometry

from proxyclip_geo.errors import AreaError, warn_quality
from proxyclip_geo.geobox import GeoBox, make_transformer
from proxyclip_geo.raster.crossings import check_crossings
from proxyclip_geo.raster.dataset import ignore_missing_georeference
from proxyclip_geo.raster.vector_file import read_layer
from proxyclip_geo.region import Region

Bounds = tuple[float, float, float, float]

# Bounds on pixel edges miss them by rounding, which must not add a row of pixels.
_EDGE_TOLERANCE = 1e-4
# Polygons from which on the union is made of those that meet, which takes seconds rather than minutes.
_MANY = 10_000
# Vertices are rounded to this fraction of a pixel, so that shifting them by whole pixels is exact in any block.
_SUBPIXELS = 256


def rasterize_shape(shape: BaseGeometry, region: Region, *, all_touched: bool = False) -> NDArray[np.bool_]:
    """Return (H, W) bool: True where the centre of a pixel of a region lies within a shape.

    Args:
        shape: In pixel coordinates (column, row).
        region: Pixels to return; not empty.
        all_touched: Whether every pixel counts that the shape touches.
    """
    # rasterio warns of an empty shape.
    if shape.is_empty:
        return np.zeros(region.shape, np.bool_)
    local = shapely.transform(shape, lambda xy: xy - [region.left, region.top])
    with ignore_missing_georeference():
        burned = rasterize(
            [(local, 1)],
            out_shape=region.shape,
            transform=Affine.identity(),
            dtype=np.uint8,
            all_touched=all_touched,
        )
    return np.asarray(burned == 1)


@dataclass(frozen=True)
class Area:
    """The area of interest of a raster, in its pixels.

    Attributes:
        region: Pixels of the raster, inside it.
        polygons: In pixel coordinates (column, row) of the raster; None where the whole region counts.
    """

    region: Region
    polygons: BaseGeometry | None = None

    def rasterize(self, region: Region) -> NDArray[np.bool_]:
        """Return (H, W) bool: True where the centre of a pixel of a region lies within the area."""
        inside = np.zeros(region.shape, np.bool_)
        shared = self.region.intersect(region)
        if self.polygons is None:
            inside[shared.slices_in(region)] = True
        elif not shared.is_empty:
            inside[shared.slices_in(region)] = rasterize_shape(self.polygons, shared)
        return inside

    def zoom_out(self, factor: float, *, shape: tuple[int, int]) -> "Area":
        """Return the area on a grid of larger pixels that starts at its upper left pixel.

        Args:
            factor: Pixels per pixel of that grid.
            shape: (height, width) of that grid.
        """
        origin = np.array([self.region.left, self.region.top])
        polygons = self.polygons and shapely.transform(self.polygons, lambda xy: (xy - origin) / factor)
        return Area(Region(0, 0, *shape), polygons)


def find_area(geobox: GeoBox, *, bounds: Bounds | None, aoi: str | Path | None, name: str) -> Area:
    """Return the pixels inside bounds and polygons.

    Args:
        geobox: Geobox of the whole raster.
        bounds: (west, south, east, north) in the raster's CRS, or None.
        aoi: Vector file, or None.
        name: Raster name in messages.

    Raises:
        AreaError: If the area is empty or does not overlap the raster.
        VectorError: If the vector file cannot be read.
    """
    if bounds is None and aoi is None:
        return Area(geobox.region)
    outline = read_outline(geobox, bounds=bounds, aoi=aoi, name=name)
    polygons = only_polygons(shapely.intersection(outline, _outline_of(geobox)))
    left, top, right, bottom = polygons.bounds
    region = Region.from_edges(_floor(top), _floor(left), _ceil(bottom), _ceil(right)).intersect(geobox.region)
    if region.is_empty:
        raise AreaError(f"the area of interest is thinner than a pixel of raster {name}; enlarge it")
    north_up = geobox.transform.b == geobox.transform.d == 0
    if aoi is None and north_up:
        return Area(region)
    return Area(region, shapely.transform(polygons, lambda xy: np.rint(xy * _SUBPIXELS) / _SUBPIXELS))


def read_outline(
    geobox: GeoBox, *, bounds: Bounds | None = None, aoi: str | Path | None = None, name: str
) -> BaseGeometry:
    """Return bounds and polygons, or where both meet, in pixel coordinates of a raster; they may reach beyond it.

    Args:
        geobox: Geobox of the whole raster.
        bounds: (west, south, east, north) in the raster's CRS.
        aoi: Vector file, and perhaps its layer; of several layers only one may have polygons.
        name: Raster name in messages.

    Raises:
        AreaError: If the area is empty or does not overlap the raster.
        VectorError: If the vector file cannot be read.

    Warns:
        QualityWarning: If the file or the raster has no CRS.
    """
    shapes = [] if bounds is None else [_box(bounds)]
    if aoi is not None:
        shapes.append(_read_polygons(aoi, geobox, name=name))
    world = shapely.intersection_all(shapes)
    if world.geom_type == "GeometryCollection":
        world = only_polygons(world)
    outline = shapely.transform(world, geobox.world_to_pixel)
    raster = _outline_of(geobox)
    if not outline.intersects(raster) or outline.touches(raster):
        raise AreaError(
            f"the area of interest ({format_bounds(world.bounds)}) does not meet raster {name} "
            f"({format_bounds(geobox.bounds)}); both are west, south, east, north in the raster's CRS"
        )
    return outline


def _outline_of(geobox: GeoBox) -> BaseGeometry:
    return shapely.box(0, 0, geobox.width, geobox.height)


def _box(bounds: Bounds) -> BaseGeometry:
    west, south, east, north = bounds
    if not all(math.isfinite(value) for value in bounds) or west >= east or south >= north:
        raise AreaError(
            f"bounds {format_bounds(bounds)} enclose nothing; give west, south, east, north with west < east and "
            "south < north"
        )
    return shapely.box(*bounds)


def _read_polygons(path: str | Path, geobox: GeoBox, *, name: str) -> BaseGeometry:
    """Read the union of a vector file's polygons in a raster's CRS."""
    layer = read_layer(path, what="area of interest", counts=lambda shapes: shapely.get_dimensions(shapes) == 2)
    shapes = layer.geometry
    while (shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION).any():
        nested = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
        shapes = np.concatenate([shapes[~nested], shapely.get_parts(shapes[nested])])
    shapes = shapes[(shapely.get_dimensions(shapes) == 2) & ~shapely.is_empty(shapes)]
    check_crossings(shapes, valid=shapely.is_valid(shapes), title=f"area of interest {path}")
    unite = shapely.union_all if len(shapes) < _MANY else shapely.disjoint_subset_union_all
    polygons = only_polygons(unite(shapely.make_valid(shapes))) if len(shapes) else shapely.Polygon()
    if polygons.is_empty:
        raise AreaError(f"area of interest {path} holds no polygon; give a file with at least one")
    if layer.crs is None or geobox.crs is None:
        which = path if layer.crs is None else name
        warn_quality(f"{which} has no CRS: coordinates of {path} are taken as those of {name}")
        return polygons
    return _reproject(polygons, layer.crs, geobox, path=path)


def _reproject(polygons: BaseGeometry, crs: pyproj.CRS, geobox: GeoBox, *, path: str | Path) -> BaseGeometry:
    assert geobox.crs is not None
    if crs == geobox.crs:
        return polygons
    # Clip to the raster's surroundings: coordinates far outside of the domain of a CRS become infinite.
    west, south, east, north = geobox.bounds
    margin = max(east - west, north - south)
    around = (west - margin, south - margin, east + margin, north + margin)
    forward = make_transformer(crs, geobox.crs, error=AreaError)
    back = make_transformer(geobox.crs, crs, error=AreaError)
    try:
        limits = back.transform_bounds(*around)
    except ProjError:
        limits = (math.inf,) * 4
    near = polygons
    if all(math.isfinite(value) for value in limits) and limits[0] < limits[2]:
        near = shapely.intersection(polygons, shapely.box(*limits))
        if near.is_empty:
            raise AreaError(
                f"the area of interest {path} ({format_bounds(polygons.bounds)} in {crs.name}) does not meet the "
                f"raster ({format_bounds(geobox.bounds)} in {geobox.crs.name}); both are west, south, east, north"
            )
    # Straight edges become curves in the other CRS.
    low_x, low_y, high_x, high_y = near.bounds
    near = shapely.segmentize(near, max(high_x - low_x, high_y - low_y) / 256)
    moved = shapely.transform(near, lambda xy: np.column_stack(forward.transform(xy[:, 0], xy[:, 1])))
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        raise AreaError(
            f"the area of interest {path} ({format_bounds(polygons.bounds)} in {crs.name}) leaves the domain of "
            f"the raster's CRS {geobox.crs.name}; clip it to the raster ({format_bounds(geobox.bounds)})"
        )
    return shapely.make_valid(moved)


def only_polygons(geometry: BaseGeometry) -> BaseGeometry:
    """Drop points and lines, which unions, repairs and intersections may leave beside polygons."""
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        return geometry
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return shapely.union_all([part for part in parts if part.geom_type == "Polygon"])


def _floor(value: float) -> int:
    return math.floor(value + _EDGE_TOLERANCE)


def _ceil(value: float) -> int:
    return math.ceil(value - _EDGE_TOLERANCE)


def format_bounds(bounds: Bounds) -> str:
    """Return bounds as messages show them."""
    return ", ".join(f"{value:.10g}" for value in bounds)
