"""The geobox of a raster: shape, transform and coordinate reference system."""

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyproj
from affine import Affine
from numpy.typing import ArrayLike, NDArray
from pyproj.exceptions import CRSError, ProjError

from proxyclip_geo.errors import OptionError, ProxyClipGeoError
from proxyclip_geo.region import Region
from proxyclip_geo.validation import describe

Floats = NDArray[np.float64]

_ANGLES = frozenset(pyproj.get_units_map(category="angular"))
_SAME = 0.01
"""Pixels by which two grids may differ and count as one."""


def parse_crs(crs: Any) -> pyproj.CRS | None:
    """Convert a coordinate reference system to pyproj's class.

    Args:
        crs: Anything pyproj understands ("EPSG:32632", 32632, WKT, a PROJ string), an object with `to_wkt` such
            as rasterio's CRS, or None. An empty CRS of rasterio counts as None.

    Raises:
        OptionError: If the CRS is not known.
    """
    if crs is None or isinstance(crs, pyproj.CRS):
        return crs
    try:
        if not hasattr(crs, "to_wkt"):
            return pyproj.CRS.from_user_input(crs)
        if not crs:
            return None
        try:
            wkt = crs.to_wkt(version="WKT2_2019")
        except ValueError:
            # GDAL cannot express every custom CRS in WKT 2.
            wkt = crs.to_wkt()
        return pyproj.CRS.from_wkt(wkt)
    except CRSError as error:
        raise OptionError(f"CRS '{crs}' is not known ({error}); pass an EPSG code, WKT or a PROJ string") from error


def same_crs(one: pyproj.CRS | None, other: pyproj.CRS | None) -> bool:
    """Whether two CRSs are equal but for the order of their axes, which rasters do not have."""
    return one is other if one is None or other is None else one.equals(other, ignore_axis_order=True)


def make_transformer(
    source: pyproj.CRS, target: pyproj.CRS, *, error: type[ProxyClipGeoError] = OptionError
) -> pyproj.Transformer:
    """Return the conversion of coordinates (x, y) from one CRS to another.

    Raises:
        ProxyClipGeoError: As `error`, if there is none, as for local grids and other planets.
    """
    try:
        return pyproj.Transformer.from_crs(source, target, always_xy=True)
    except ProjError as failure:
        raise error(
            f"coordinates in '{source.name}' cannot be converted to '{target.name}', as for local grids and other "
            "planets; use files in one CRS"
        ) from failure


def site_grid_unit(crs: pyproj.CRS | None) -> float | None:
    """Return the metres per unit of a local engineering CRS; None for other CRSs and without a unit of length."""
    if crs is None or crs.type_name != "Engineering CRS" or len(crs.axis_info) < 2:
        return None
    axis = crs.axis_info[0]
    known = axis.unit_name.lower() not in ("", "unknown", "unnamed") and axis.unit_name not in _ANGLES
    return axis.unit_conversion_factor if known and axis.unit_conversion_factor > 0 else None


@dataclass(frozen=True)
class Ellipsoid:
    """The ellipsoid of a CRS, and the conversion from the CRS to longitude and latitude on it.

    Attributes:
        geod: Geodesic calculations on the ellipsoid.
        transformer: From the CRS to longitude and latitude on its own datum.
        unit: Radians per unit of those longitudes and latitudes, which are degrees or grads.
    """

    geod: pyproj.Geod
    transformer: pyproj.Transformer
    unit: float

    @classmethod
    def of(cls, crs: pyproj.CRS | None) -> "Ellipsoid | None":
        """Return the ellipsoid of a CRS; None where it has none, as a local engineering grid."""
        geographic = None if crs is None else crs.geodetic_crs
        if geographic is not None and geographic.is_derived:
            geographic = geographic.source_crs
        geod = None if crs is None else crs.get_geod()
        if geographic is None or geod is None or not geographic.is_geographic:
            return None
        transformer = pyproj.Transformer.from_crs(crs, geographic, always_xy=True)
        return cls(geod, transformer, geographic.axis_info[0].unit_conversion_factor)

    def lonlat(self, xy: Floats) -> tuple[Floats, Floats]:
        """Return the (longitudes, latitudes) in radians of (N, 2) CRS coordinates."""
        lon, lat = self.transformer.transform(xy[:, 0], xy[:, 1])
        return lon * self.unit, lat * self.unit


@dataclass(frozen=True, init=False, repr=False)
class GeoBox:
    """Where the pixels of an array lie.

    Attributes:
        shape: (height, width) in pixels.
        transform: From (column, row) of pixel corners to CRS coordinates; it may be rotated.
        crs: Coordinate reference system; None where the raster has none.

    Example:
        >>> geobox = GeoBox((200, 300), (0.5, 0, 500_000, 0, -0.5, 5_600_000), "EPSG:32632")
        >>> geobox
        GeoBox((200, 300), (0.5, 0.0, 500000.0, 0.0, -0.5, 5600000.0), 'EPSG:32632')
        >>> geobox.bounds
        (500000.0, 5599900.0, 500150.0, 5600000.0)
        >>> geobox.pixel_to_world([(10, 20)])
        array([[ 500005., 5599990.]])
    """

    shape: tuple[int, int]
    transform: Affine
    crs: pyproj.CRS | None

    def __init__(self, shape: tuple[int, int], transform: Affine | Sequence[float], crs: Any) -> None:
        """Make a geobox.

        Args:
            shape: (height, width) in pixels.
            transform: An `Affine`, or its six coefficients in the order of `Affine` (a, b, c, d, e, f), which is not
                GDAL's.
            crs: Anything `parse_crs` takes.

        Raises:
            OptionError: If the shape is negative, the transform cannot be inverted, or the CRS is not known.
        """
        try:
            height, width = map(operator.index, shape)
        except (TypeError, ValueError) as error:
            raise OptionError(
                f"shape {describe(shape)} of a geobox must be two whole numbers: (height, width)"
            ) from error
        if not isinstance(transform, Affine):
            try:
                transform = Affine(*transform[:6])
            except (TypeError, ValueError) as error:
                raise OptionError(f"transform {describe(transform)} of a geobox must be six numbers") from error
        if min(height, width) < 0:
            raise OptionError(f"shape {height} × {width} of a geobox must not be negative")
        if not math.isfinite(transform.determinant) or transform.determinant == 0:
            raise OptionError(
                f"transform {tuple(transform)[:6]} of a geobox maps all pixels onto a line; pass "
                "(pixel width, 0, west, 0, -pixel height, north)"
            )
        object.__setattr__(self, "shape", (int(height), int(width)))
        object.__setattr__(self, "transform", transform)
        object.__setattr__(self, "crs", parse_crs(crs))

    def __repr__(self) -> str:
        """Return the shape, the six coefficients of the transform and the CRS."""
        crs = None if self.crs is None else self.crs.to_string()
        return f"GeoBox({self.shape}, {tuple(self.transform)[:6]}, {crs!r})"

    @property
    def height(self) -> int:
        """Rows."""
        return self.shape[0]

    @property
    def width(self) -> int:
        """Columns."""
        return self.shape[1]

    @property
    def region(self) -> Region:
        """All pixels, as a region."""
        return Region(0, 0, *self.shape)

    @property
    def resolution(self) -> tuple[float, float]:
        """Length of a pixel's (horizontal, vertical) edge in CRS units, positive, also when rotated."""
        t = self.transform
        return math.hypot(t.a, t.d), math.hypot(t.b, t.e)

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """CRS coordinates of the four outer corners: upper left, upper right, lower right, lower left."""
        ends = ((0, 0), (self.width, 0), (self.width, self.height), (0, self.height))
        return tuple(self.transform @ end for end in ends)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(west, south, east, north) of the corners in CRS units."""
        xs, ys = zip(*self.corners, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def gsd(self) -> tuple[float, float] | None:
        """Length of the central pixel's (horizontal, vertical) edge on the ground in metres; None if unknown.

        Measured as geodesics on the ellipsoid, so that it holds in degrees, in feet and in Web Mercator. A local
        engineering CRS has no ellipsoid, but perhaps a unit of length.
        """
        unit = site_grid_unit(self.crs)
        if unit is not None:
            return self.resolution[0] * unit, self.resolution[1] * unit
        ellipsoid = Ellipsoid.of(self.crs)
        if ellipsoid is None:
            return None
        col, row = self.width / 2, self.height / 2
        lon, lat = ellipsoid.lonlat(self.pixel_to_world([(col, row), (col + 1, row), (col, row + 1)]))
        across, down = ellipsoid.geod.inv(lon[[0, 0]], lat[[0, 0]], lon[1:], lat[1:], radians=True)[2]
        return (float(across), float(down)) if 0 < across < math.inf and 0 < down < math.inf else None

    def pixel_to_world(self, xy: ArrayLike) -> Floats:
        """Convert (N, 2) pixel coordinates (column, row), whole at pixel corners, to CRS coordinates (x, y)."""
        return _apply(self.transform, xy)

    def world_to_pixel(self, xy: ArrayLike) -> Floats:
        """Convert (N, 2) CRS coordinates (x, y) to pixel coordinates (column, row)."""
        return _apply(~self.transform, xy)

    def grid_offset(self, other: "GeoBox") -> tuple[int, int] | None:
        """Return the (row, column) of another geobox's upper left pixel; None if it has other pixels.

        Transforms may differ by a hundredth of a pixel over the whole raster, as programs round them differently. CRSs
        are not compared.
        """
        step: Any = ~self.transform @ other.transform
        slope = _SAME / max(self.shape + other.shape)
        edges = max(abs(step.a - 1), abs(step.b), abs(step.d), abs(step.e - 1)) < slope
        corner = max(abs(step.c - round(step.c)), abs(step.f - round(step.f))) <= _SAME
        return (round(step.f), round(step.c)) if edges and corner else None

    def crop(self, region: Region) -> "GeoBox":
        """Return the geobox of a region, which may reach beyond this one."""
        return replace(self, shape=region.shape, transform=self.transform @ Affine.translation(region.left, region.top))

    def zoom_out(self, factors: tuple[float, float], *, shape: tuple[int, int] | None = None) -> "GeoBox":
        """Return a geobox with the same upper left corner and larger pixels; smaller ones for factors below 1.

        Args:
            factors: (vertical, horizontal) pixels of this geobox per pixel of the new one.
            shape: (height, width) of the new one; the nearest whole numbers, at least 1, if not given.
        """
        if shape is None:
            height, width = (max(1, round(side / factor)) for side, factor in zip(self.shape, factors, strict=True))
            shape = height, width
        return replace(self, shape=shape, transform=self.transform @ Affine.scale(factors[1], factors[0]))


def _apply(transform: Any, xy: ArrayLike) -> Floats:
    # Element by element and not as a matrix product, so that equal points stay equal.
    x, y = np.asarray(xy, np.float64).reshape(-1, 2).T
    return np.column_stack(transform @ (x, y))
