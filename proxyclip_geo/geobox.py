"""Where a grid of pixels lies on the ground."""

import math
from dataclasses import dataclass, replace

import pyproj
from affine import Affine

from proxyclip_geo.region import Region


@dataclass(frozen=True)
class GeoBox:
    """The georeference of an array of pixels.

    Attributes:
        transform: Affine map from (column, row) of pixel corners to CRS coordinates; it may be rotated.
        crs: Coordinate reference system, or None where the raster has none (coordinates are then pixels or unknown).
        height: Rows.
        width: Columns.
    """

    transform: Affine
    crs: pyproj.CRS | None
    height: int
    width: int

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width)."""
        return self.height, self.width

    @property
    def region(self) -> Region:
        """All pixels, as a region."""
        return Region(0, 0, self.height, self.width)

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
        """Ground length of the central pixel's (horizontal, vertical) edge in metres; None without a CRS.

        Measured on the CRS's ellipsoid as a geodesic, so it holds in degrees, in feet and in Web Mercator alike.
        """
        if self.crs is None:
            return None
        geographic = self.crs.geodetic_crs
        geod = self.crs.get_geod()
        if geographic is None or geod is None:
            return None
        col, row = self.width / 2, self.height / 2
        points = [self.transform @ point for point in ((col, row), (col + 1, row), (col, row + 1))]
        to_geographic = pyproj.Transformer.from_crs(self.crs, geographic, always_xy=True)
        lon, lat = to_geographic.transform([x for x, _ in points], [y for _, y in points])
        # Some geographic CRSs count in grads.
        radians = geographic.axis_info[0].unit_conversion_factor
        lon, lat = ([value * radians for value in values] for values in (lon, lat))
        _, _, across = geod.inv(lon[0], lat[0], lon[1], lat[1], radians=True)
        _, _, down = geod.inv(lon[0], lat[0], lon[2], lat[2], radians=True)
        return (across, down) if math.isfinite(across) and math.isfinite(down) else None

    def crop(self, region: Region) -> "GeoBox":
        """Return the place of a part of the grid (the part may reach beyond it)."""
        moved = self.transform @ Affine.translation(region.left, region.top)
        return replace(self, transform=moved, height=region.height, width=region.width)

    def resize(self, height: int, width: int) -> "GeoBox":
        """Return the place of the same ground with another number of pixels."""
        scaled = self.transform @ Affine.scale(self.width / width, self.height / height)
        return replace(self, transform=scaled, height=height, width=width)
