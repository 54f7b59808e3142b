"""The area of interest: bounds or the polygons of a vector file, as pixels of a raster."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj.exceptions import ProjError
from rasterio.features import rasterize
from shapely.geometry.base import BaseGeometry

from proxyclip_geo.errors import AreaError, VectorError, warn_quality
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.region import Region

Bounds = tuple[float, float, float, float]

# Bounds meant to lie on pixel edges miss them by rounding; such a miss must not add a row of pixels.
_EDGE_TOLERANCE = 1e-4
# Vertices are kept on this fraction of a pixel: shifting them by whole pixels is then exact, whatever the block.
_SNAP = 256


@dataclass(frozen=True)
class Area:
    """The part of a raster to work on.

    Attributes:
        region: Pixels of the raster, inside it.
        outline: Polygons in pixel coordinates (column, row) of the raster; None where the whole region counts.
    """

    region: Region
    outline: BaseGeometry | None = None


@dataclass(frozen=True)
class Outline:
    """Polygons in pixel coordinates of a (possibly scaled) grid, to be drawn region by region.

    Attributes:
        polygons: Their union.
    """

    polygons: BaseGeometry

    @classmethod
    def on_grid(cls, area: Area, *, scale: tuple[float, float]) -> "Outline | None":
        """Move the area's outline to a grid that starts at the area's upper left pixel.

        Args:
            area: The area.
            scale: (vertical, horizontal) raster pixels per pixel of the grid.
        """
        if area.outline is None:
            return None
        origin = np.array([area.region.left, area.region.top])
        steps = np.array([scale[1], scale[0]])
        moved = shapely.transform(area.outline, lambda xy: np.rint((xy - origin) / steps * _SNAP) / _SNAP)
        return cls(moved)

    def draw(self, region: Region) -> NDArray[np.bool_]:
        """Return (H, W) bool: True where a pixel's centre lies within the polygons."""
        origin = np.array([region.left, region.top])
        local = shapely.transform(self.polygons, lambda xy: xy - origin)
        drawn = rasterize([(local, 1)], out_shape=region.shape, transform=Affine.identity(), dtype=np.uint8)
        return np.asarray(drawn == 1)


def find_area(geobox: GeoBox, *, bounds: Bounds | None, aoi: str | Path | None, name: str) -> Area:
    """Return the pixels inside bounds and polygons.

    Args:
        geobox: The whole raster's place.
        bounds: (west, south, east, north) in the raster's CRS, or None.
        aoi: Vector file, or None.
        name: What messages call the raster.

    Raises:
        AreaError: If the area is empty or does not meet the raster.
        VectorError: If the vector file cannot be read.
    """
    outline: BaseGeometry | None = None
    if bounds is not None:
        outline = _box(bounds)
    if aoi is not None:
        polygons = read_polygons(aoi, geobox, name=name)
        outline = polygons if outline is None else shapely.intersection(outline, polygons)
    if outline is None:
        return Area(geobox.region)
    raster = shapely.box(0, 0, geobox.width, geobox.height)
    pixels = _only_polygons(shapely.intersection(shapely.transform(outline, geobox.world_to_pixel), raster))
    if pixels.is_empty:
        raise AreaError(
            f"the area of interest ({_extent(outline)}) does not meet raster {name} "
            f"({_numbers(geobox.bounds)}); both are west, south, east, north in the raster's CRS"
        )
    left, top, right, bottom = pixels.bounds
    region = Region.from_edges(_down(top), _down(left), _up(bottom), _up(right)).intersect(geobox.region)
    if region.is_empty:
        raise AreaError(
            f"the area of interest ({_extent(outline)}) is thinner than a pixel of raster {name}; enlarge it"
        )
    upright = geobox.transform.b == geobox.transform.d == 0
    return Area(region, None if aoi is None and upright else pixels)


def _box(bounds: Bounds) -> BaseGeometry:
    west, south, east, north = bounds
    if not all(math.isfinite(value) for value in bounds) or west >= east or south >= north:
        raise AreaError(
            f"bounds {_numbers(bounds)} enclose nothing; give west, south, east, north with west < east and "
            "south < north"
        )
    return shapely.box(*bounds)


def read_polygons(path: str | Path, geobox: GeoBox, *, name: str) -> BaseGeometry:
    """Read the union of a vector file's polygons in a raster's CRS.

    Args:
        path: Any vector file; of several layers the first with polygons counts.
        geobox: The raster's place.
        name: What messages call the raster.

    Raises:
        VectorError: If the file cannot be read.
        AreaError: If it holds no polygon, or nothing of it can be expressed in the raster's CRS.

    Warns:
        QualityWarning: If the file or the raster has no CRS.
    """
    crs_text, polygons = _read_layer(path)
    if crs_text is None or geobox.crs is None:
        which = path if crs_text is None else name
        warn_quality(f"{which} has no CRS: coordinates of {path} are taken as those of {name}")
        return polygons
    return _reproject(polygons, pyproj.CRS.from_user_input(crs_text), geobox, path=path)


def _read_layer(path: str | Path) -> tuple[str | None, BaseGeometry]:
    try:
        layers = [layer for layer, _ in pyogrio.list_layers(path)]
        for layer in layers:
            meta, _, wkb, _ = pyogrio.raw.read(path, layer=layer, columns=[], force_2d=True)
            shapes = shapely.make_valid(shapely.from_wkb([shape for shape in wkb if shape is not None]))
            polygons = _only_polygons(shapely.union_all(shapes)) if len(shapes) else shapely.Polygon()
            if not polygons.is_empty:
                return meta["crs"], polygons
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        shapely.errors.ShapelyError,
        OSError,
    ) as error:
        raise VectorError(f"area of interest {path} cannot be read ({error}); give a file of polygons") from error
    raise AreaError(f"area of interest {path} holds no polygon; give a file with at least one")


def _reproject(polygons: BaseGeometry, crs: pyproj.CRS, geobox: GeoBox, *, path: str | Path) -> BaseGeometry:
    assert geobox.crs is not None
    if crs == geobox.crs:
        return polygons
    # Keep to the raster's surroundings: far outside of a projection's domain coordinates become infinite.
    west, south, east, north = geobox.bounds
    margin = max(east - west, north - south)
    around = (west - margin, south - margin, east + margin, north + margin)
    try:
        limits = pyproj.Transformer.from_crs(geobox.crs, crs, always_xy=True).transform_bounds(*around)
    except ProjError:
        limits = (math.inf,) * 4
    near = polygons
    if all(math.isfinite(value) for value in limits) and limits[0] < limits[2]:
        near = shapely.intersection(polygons, shapely.box(*limits))
        if near.is_empty:
            raise AreaError(
                f"the area of interest {path} ({_extent(polygons)} in {crs.name}) does not meet the raster "
                f"({_numbers(geobox.bounds)} in {geobox.crs.name}); both are west, south, east, north"
            )
    # An edge that is straight in one CRS is a curve in the other.
    low_x, low_y, high_x, high_y = near.bounds
    near = shapely.segmentize(near, max(high_x - low_x, high_y - low_y) / 256)
    forward = pyproj.Transformer.from_crs(crs, geobox.crs, always_xy=True)
    moved = shapely.transform(near, lambda xy: np.column_stack(forward.transform(xy[:, 0], xy[:, 1])))
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        raise AreaError(
            f"the area of interest {path} ({_extent(polygons)} in {crs.name}) reaches beyond what the raster's CRS "
            f"{geobox.crs.name} can express; clip it to the raster ({_numbers(geobox.bounds)})"
        )
    return shapely.make_valid(moved)


def _only_polygons(geometry: BaseGeometry) -> BaseGeometry:
    """Drop the points and lines that unions, repairs and intersections leave beside polygons."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return shapely.union_all([part for part in parts if part.geom_type == "Polygon"])


def _down(value: float) -> int:
    return math.floor(value + _EDGE_TOLERANCE)


def _up(value: float) -> int:
    return math.ceil(value - _EDGE_TOLERANCE)


def _extent(geometry: BaseGeometry) -> str:
    return _numbers(geometry.bounds)


def _numbers(bounds: Bounds) -> str:
    return ", ".join(f"{value:.10g}" for value in bounds)
