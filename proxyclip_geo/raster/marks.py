"""Marks of a map: the length of a scale bar, and the direction of north."""

import math
from dataclasses import dataclass

import numpy as np

from proxyclip_geo.geobox import Ellipsoid, GeoBox

_STEPS = (1, 2, 5, 10)


@dataclass(frozen=True)
class ScaleBar:
    """A scale bar.

    Attributes:
        pixels: Its length in pixels of the raster.
        text: Its length on the ground, e.g. "200 m".
    """

    pixels: float
    text: str


def choose_scale_bar(geobox: GeoBox, *, share: float = 0.25) -> ScaleBar | None:
    """Return a bar of a round length; None where the raster has no metres.

    Args:
        geobox: Where the pixels lie.
        share: Largest share of the raster's width that it takes.

    Example:
        >>> choose_scale_bar(GeoBox((200, 300), (0.5, 0, 500_000, 0, -0.5, 5_600_000), "EPSG:32632")).text
        '20 m'
    """
    if geobox.gsd is None:
        return None
    longest = geobox.gsd[0] * geobox.width * share
    decade = 10.0 ** math.floor(math.log10(longest))
    metres = max(step * decade for step in _STEPS if step * decade <= longest * (1 + 1e-9))
    text = f"{metres / 1000:,.10g} km" if metres >= 1000 else f"{metres:.10g} m"
    return ScaleBar(metres / geobox.gsd[0], text)


def find_north(geobox: GeoBox) -> tuple[float, float] | None:
    """Return the direction of true north in the middle of a raster: (columns, rows) of length 1; None without a CRS.

    Example:
        >>> x, y = find_north(GeoBox((200, 300), (0.5, 0, 500_000, 0, -0.5, 5_600_000), "EPSG:32632"))
        >>> round(x), round(y)
        (0, -1)
    """
    ellipsoid = Ellipsoid.of(geobox.crs)
    if ellipsoid is None:
        return None
    x, y = geobox.width / 2, geobox.height / 2
    # Longitude and latitude change with columns and rows as the inverse of how pixels change with them.
    lon, lat = ellipsoid.lonlat(geobox.pixel_to_world([(x, y), (x + 1, y), (x, y + 1)]))
    jacobian = np.array([lon[1:] - lon[0], lat[1:] - lat[0]])
    if not np.isfinite(jacobian).all() or np.linalg.det(jacobian) == 0:
        return None
    columns, rows = np.linalg.solve(jacobian, (0, 1))
    length = math.hypot(columns, rows)
    return float(columns / length), float(rows / length)
