"""Areas of label values on the ellipsoid, summed over the pixels block by block."""

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from proxyclip_geo.region import Region
from proxyclip_geo.vector.area_table import AreaTable
from proxyclip_geo.vector.areas import area_m2
from proxyclip_geo.vector.pixel_metric import PixelMetric, outlines_to_world

_LEAF = 16
"""Side in pixels of the parts of a border that are measured pixel by pixel."""
_AT_ONCE = 1 << 17
"""Pixels that are counted at a time: NumPy widens them to 64 bits, which then fit the processor's cache."""


class AreaCounter:
    """Sums the areas of label values over blocks of pixels.

    Attributes:
        metric: Size of the pixels.
        areas: Area of each value so far, in m²; in pixels where the raster has neither an ellipsoid nor a unit.
    """

    def __init__(self, metric: PixelMetric) -> None:
        """Start at zero.

        Args:
            metric: Size of the pixels of the raster.
        """
        self.metric = metric
        self.areas: dict[int, float] = defaultdict(float)

    def add(self, region: Region, labels: NDArray[np.integer], *, weights: NDArray[np.float64] | None = None) -> None:
        """Add the pixels of a block.

        Args:
            region: Place of the block in the raster.
            labels: (H, W) values, all of which are counted.
            weights: (H, W) share of each pixel that counts, 0–1; all of them if not given.
        """
        if self.metric.in_metres:
            sizes = _measure(self.metric, region)
            weights = sizes if weights is None else sizes * weights
        for value, area in sum_by_value(labels, weights).items():
            self.areas[value] += area

    def table(self, names: Mapping[int, str]) -> AreaTable:
        """Return the areas of the classes, by name.

        Args:
            names: Name of each value; others are left out.
        """
        unit = "m²" if self.metric.in_metres else "px"
        areas = dict.fromkeys(names.values(), 0.0)
        for value, name in names.items():
            areas[name] += self.areas.get(value, 0.0)
        return AreaTable(areas, unit)


def sum_by_value(labels: NDArray[np.integer], weights: NDArray[np.float64] | None) -> dict[int, float]:
    """Return the sum of the weights (1 each if not given) of each value that occurs."""
    flat, given = labels.ravel(), None if weights is None else weights.ravel()
    if labels.dtype in (np.uint8, np.uint16):
        sums = np.zeros(np.iinfo(labels.dtype).max + 1)
        for start in range(0, len(flat), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            weighted = None if given is None else given[part]
            sums += np.bincount(flat[part], weights=weighted, minlength=len(sums))
        return {int(value): float(sums[value]) for value in np.flatnonzero(sums)}
    values, index = np.unique(flat, return_inverse=True)
    found = np.bincount(index, weights=given)
    return {int(values[place]): float(found[place]) for place in np.flatnonzero(found)}


def _measure(metric: PixelMetric, region: Region) -> NDArray[np.float64]:
    """Return the area in m² of each pixel of a region, some of which lie outside the domain of the CRS and get 0."""
    sizes = metric.crop(region)
    if sizes is not None:
        return sizes
    geobox = metric.geobox.crop(region)
    rows, columns = np.indices(region.shape)
    if max(region.shape) <= _LEAF:
        boxes = np.asarray(shapely.box(columns, rows, columns + 1, rows + 1), object)
        found = area_m2(outlines_to_world(boxes.ravel(), geobox), geobox.crs)
        return np.nan_to_num(found).reshape(region.shape)
    sizes = np.zeros(region.shape)
    assert metric.ellipsoid is not None
    centres = np.column_stack((columns[::_LEAF, ::_LEAF].ravel(), rows[::_LEAF, ::_LEAF].ravel()))
    if np.isfinite(metric.ellipsoid.lonlat(geobox.pixel_to_world(centres))).any():
        for tile in region.tiles(_half(region)):
            sizes[tile.slices_in(region)] = _measure(metric, tile)
    return sizes


def _half(region: Region) -> int:
    return max(_LEAF, -(-max(region.shape) // 2))


def cover(shape: BaseGeometry, region: Region) -> NDArray[np.float64]:
    """Return (H, W) the share of each pixel of a region that lies within a polygon, 0–1.

    Args:
        shape: In pixel coordinates (column, row).
        region: Pixels to return.
    """
    box = shapely.box(region.left, region.top, region.right, region.bottom)
    part = shapely.intersection(shape, box)
    if part.is_empty:
        return np.zeros(region.shape)
    if part.equals(box):
        return np.ones(region.shape)
    if max(region.shape) > _LEAF:
        share = np.empty(region.shape)
        for tile in region.tiles(_half(region)):
            share[tile.slices_in(region)] = cover(part, tile)
        return share
    rows, columns = np.indices(region.shape)
    left, top = columns + region.left, rows + region.top
    return np.asarray(shapely.area(shapely.intersection(part, shapely.box(left, top, left + 1, top + 1))), np.float64)
