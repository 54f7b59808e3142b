"""Areas of label values on the ellipsoid, summed over the pixels block by block."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

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
"""Pixels that are counted at a time: their areas, 64-bit floats, then fit the cache of a core."""
_FEW_RUNS = 8
"""Pixels per run of equal values from which on it is faster to sum runs first."""


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
        for part, sizes in self._measure(region):
            inside = part.slices_in(region)
            shares = sizes if weights is None else sizes * weights[inside]
            for value, area in _sum_by_value(labels[inside].ravel(), shares.ravel()):
                self.areas[value] += area

    def _measure(self, region: Region) -> Iterator[tuple[Region, NDArray[np.float64]]]:
        """Yield parts of a region with the area of each of their pixels."""
        if self.metric.in_metres:
            yield from _measure(self.metric, region)
        else:
            for strip in _strips(region):
                yield strip, np.ones(strip.shape)

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


def _sum_by_value(flat: NDArray[np.integer], areas: NDArray[np.float64]) -> Iterator[tuple[int, float]]:
    """Yield each value that occurs with the sum of the areas of its pixels.

    Neighbours are mostly equal: there are far fewer runs of equal values than pixels.
    """
    changes = flat[1:] != flat[:-1]
    values, runs = flat, areas
    if np.count_nonzero(changes) * _FEW_RUNS < len(flat):
        first = np.concatenate(([0], np.flatnonzero(changes) + 1))
        values, runs = flat[first], np.add.reduceat(areas, first)
    if values.dtype not in (np.uint8, np.uint16):
        values, index = np.unique(values, return_inverse=True)
        yield from zip(values.tolist(), np.bincount(index, weights=runs).tolist(), strict=True)
        return
    sums = np.bincount(values, weights=runs)
    for value in np.flatnonzero(sums):
        yield int(value), float(sums[value])


def _strips(region: Region) -> Iterator[Region]:
    return region.strips(max(1, _AT_ONCE // region.width))


def _measure(metric: PixelMetric, region: Region) -> Iterator[tuple[Region, NDArray[np.float64]]]:
    """Yield parts of a region with the area in m² of each of their pixels, 0 outside the domain of the CRS.

    Parts that have no pixel inside it are left out.
    """
    factors = metric.crop(region)
    if factors is not None:
        down, across = factors
        for strip in _strips(region):
            yield strip, down[strip.slices_in(region)[0]] @ across
        return
    geobox = metric.geobox.crop(region)
    rows, columns = np.indices(region.shape)
    if max(region.shape) <= _LEAF:
        boxes = np.asarray(shapely.box(columns, rows, columns + 1, rows + 1), object)
        found = area_m2(outlines_to_world(boxes.ravel(), geobox), geobox.crs)
        yield region, np.nan_to_num(found).reshape(region.shape)
        return
    assert metric.ellipsoid is not None
    centres = np.column_stack((columns[::_LEAF, ::_LEAF].ravel(), rows[::_LEAF, ::_LEAF].ravel()))
    if np.isfinite(metric.ellipsoid.lonlat(geobox.pixel_to_world(centres))).any():
        for tile in region.tiles(_half(region)):
            yield from _measure(metric, tile)


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
