"""Write a raster and its overviews as whole tiles, from blocks of any size.

GDAL compresses a tile again for each block that touches it, and reads the raster again for its overviews. Here the
parts of a tile are collected until it is complete, and a complete tile is halved at once: each is compressed once.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.grid import ceil_div
from proxyclip_geo.raster.dataset import to_window
from proxyclip_geo.raster.overviews import halve
from proxyclip_geo.raster.spec import RasterSpec
from proxyclip_geo.region import Region

TILE = 512


def list_levels(region: Region) -> list[Region]:
    """Return a raster and its overviews: each half as large, until one has a single tile."""
    levels = [region]
    while max(levels[-1].shape) > TILE:
        levels.append(_half(levels[-1]))
    return levels


def _half(region: Region) -> Region:
    return Region(region.top // 2, region.left // 2, ceil_div(region.height, 2), ceil_div(region.width, 2))


class TilePyramid:
    """A level of a raster, with the smaller ones above it."""

    def __init__(self, datasets: Sequence[Any], levels: Sequence[Region], *, spec: RasterSpec) -> None:
        """Begin without pixels.

        Args:
            datasets: Open rasterio datasets of the levels, with tiles of `TILE` pixels.
            levels: Their regions, from large to small.
            spec: Data type, nodata, bands and resampling.
        """
        self._dataset, self._region, self._spec = datasets[0], levels[0], spec
        self._next = TilePyramid(datasets[1:], levels[1:], spec=spec) if len(levels) > 1 else None
        self._parts: dict[Region, dict[Region, NDArray[Any]]] = {}

    def write(self, region: Region, layers: NDArray[Any]) -> None:
        """Write (K, H, W) pixels that have not been written before."""
        whole = self._whole_tiles(region)
        for strip in whole.strips(TILE):
            self._complete(strip, layers[(slice(None), *strip.slices_in(region))])
        for tile in region.expand(TILE).tiles(TILE):
            part = tile.intersect(region)
            if part.intersect(whole) != part:
                self._collect(tile.intersect(self._region), part, layers[(slice(None), *part.slices_in(region))])

    def finish(self) -> None:
        """Complete the tiles that were not written whole with nodata."""
        while self._parts:
            tile, parts = self._parts.popitem()
            self._join(tile, parts)
        if self._next is not None:
            self._next.finish()

    def _whole_tiles(self, region: Region) -> Region:
        """Return the part of a region that consists of whole tiles; those on the raster's border may be smaller."""
        bottom, right = (
            end if end == last else end // TILE * TILE
            for end, last in ((region.bottom, self._region.bottom), (region.right, self._region.right))
        )
        return Region.from_edges(ceil_div(region.top, TILE) * TILE, ceil_div(region.left, TILE) * TILE, bottom, right)

    def _collect(self, tile: Region, part: Region, layers: NDArray[Any]) -> None:
        """Keep a part of a tile until all are there; a view would keep the whole block."""
        parts = self._parts.setdefault(tile, {})
        parts[part] = layers.copy()
        if sum(known.height * known.width for known in parts) == tile.height * tile.width:
            self._join(tile, self._parts.pop(tile))

    def _join(self, tile: Region, parts: dict[Region, NDArray[Any]]) -> None:
        nodata = self._spec.nodata
        layers = np.full((self._spec.count, *tile.shape), 0 if nodata is None else nodata, self._spec.dtype)
        for part, values in parts.items():
            layers[(slice(None), *part.slices_in(tile))] = values
        self._complete(tile, layers)

    def _complete(self, region: Region, layers: NDArray[Any]) -> None:
        self._dataset.write(layers, window=to_window(region))
        if self._next is not None:
            small = halve(layers, resampling=self._spec.overviews, nodata=self._spec.nodata)
            self._next.write(_half(region), small)
