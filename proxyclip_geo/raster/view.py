"""Colours and validity of a region of a raster's grid."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.raster.bands import BandPlan, stack_colors
from proxyclip_geo.raster.options import Stretch
from proxyclip_geo.raster.overview_reader import OverviewReader
from proxyclip_geo.raster.stretch import to_rgb
from proxyclip_geo.region import Region


@dataclass(frozen=True)
class Pixels:
    """Colours of a region.

    Attributes:
        rgb: (3, H, W) uint8, 0–255, 0 where not valid.
        valid: (H, W) bool, True where there is data.
        geobox: Shape, transform and CRS.
    """

    rgb: NDArray[np.uint8]
    valid: NDArray[np.bool_]
    geobox: GeoBox


@dataclass(frozen=True)
class View:
    """A grid with the reader and the stretch of its pixels."""

    geobox: GeoBox
    plan: BandPlan
    stretch: Stretch | None
    reader: OverviewReader

    def read(self, region: Region) -> Pixels:
        """Read the colours of a region; pixels beyond the grid are not valid."""
        inside = region.intersect(self.geobox.region)
        geobox = self.geobox.crop(region)
        if inside.is_empty:
            return Pixels(np.zeros((3, *region.shape), np.uint8), np.zeros(region.shape, bool), geobox)
        rgb, valid = self._colors(inside)
        if inside != region:
            rows = inside.top - region.top, region.bottom - inside.bottom
            cols = inside.left - region.left, region.right - inside.right
            rgb, valid = np.pad(rgb, ((0, 0), rows, cols)), np.pad(valid, (rows, cols))
        return Pixels(rgb, valid, geobox)

    def _colors(self, inside: Region) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        samples = self.reader.read(inside)
        # Stretch after resampling, so that values are averaged before they are clipped and rounded.
        rgb = to_rgb(stack_colors(samples, self.plan), self.plan, self.stretch)
        valid = samples.valid
        return rgb if valid.all() else rgb * valid, valid
