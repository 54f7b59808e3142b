"""Write a raster and its overviews as whole tiles, from blocks of any size.

GDAL compresses a tile again for each block that touches it, and reads the raster again for its overviews. Here the
parts of a tile are collected until it is complete, and a complete tile is halved at once: each is compressed once.
"""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

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


class TileParts:
    """Parts of incomplete tiles, in a file: a row of blocks leaves such tiles over the whole width of a raster.

    The file has room for as many tiles as are incomplete at the same time.
    """

    def __init__(self, file: BinaryIO, spec: RasterSpec) -> None:
        """Begin without parts.

        Args:
            file: An empty file without a buffer, open for reading and writing.
            spec: Data type, nodata and bands.
        """
        self._file = file
        self._spec = spec
        self._rooms = 0
        self._free: list[int] = []
        self._parts: dict[tuple[int, Region], tuple[int, list[Region]]] = {}

    def __iter__(self) -> Iterator[tuple[int, Region]]:
        """Yield level and region of each incomplete tile."""
        return iter(list(self._parts))

    def add(self, level: int, tile: Region, part: Region, layers: NDArray[Any]) -> bool:
        """Add (K, H, W) pixels of a tile, and return whether it is complete."""
        if (level, tile) not in self._parts:
            if not self._free:
                self._free.append(self._rooms)
                self._rooms += 1
            self._parts[level, tile] = (self._free.pop(), [])
        room, parts = self._parts[level, tile]
        self._file.seek(room * self._bytes(TILE * TILE) + self._bytes(_count_pixels(parts)))
        rest = layers.tobytes()
        while rest:
            # A file without a buffer may write less than all.
            rest = rest[self._file.write(rest) :]
        parts.append(part)
        return _count_pixels(parts) == tile.height * tile.width

    def take(self, level: int, tile: Region) -> NDArray[Any]:
        """Return and remove the (K, H, W) pixels of a tile, with nodata where there are none."""
        spec = self._spec
        room, parts = self._parts.pop((level, tile))
        self._free.append(room)
        self._file.seek(room * self._bytes(TILE * TILE))
        layers = np.full((spec.count, *tile.shape), 0 if spec.nodata is None else spec.nodata, spec.dtype)
        for part in parts:
            values = np.frombuffer(self._file.read(self._bytes(_count_pixels([part]))), spec.dtype)
            layers[(slice(None), *part.slices_in(tile))] = values.reshape(spec.count, *part.shape)
        return layers

    def _bytes(self, pixels: int) -> int:
        return pixels * self._spec.count * np.dtype(self._spec.dtype).itemsize


def _count_pixels(parts: Sequence[Region]) -> int:
    return sum(part.height * part.width for part in parts)


class TilePyramid:
    """A level of a raster, with the smaller ones above it."""

    def __init__(
        self, datasets: Sequence[Any], levels: Sequence[Region], *, spec: RasterSpec, parts: TileParts
    ) -> None:
        """Begin without pixels.

        Args:
            datasets: Open rasterio datasets of the levels, with tiles of `TILE` pixels.
            levels: Their regions, from large to small.
            spec: Data type, nodata, bands and resampling.
            parts: Incomplete tiles of all levels.
        """
        self._dataset, self._region, self._spec = datasets[0], levels[0], spec
        self._next = TilePyramid(datasets[1:], levels[1:], spec=spec, parts=parts) if len(levels) > 1 else None
        self._level, self._parts = len(levels), parts

    def write(self, region: Region, layers: NDArray[Any]) -> None:
        """Write (K, H, W) pixels that have not been written before."""
        whole = self._whole_tiles(region)
        for strip in whole.strips(TILE):
            self._complete(strip, layers[(slice(None), *strip.slices_in(region))])
        for tile in region.expand(TILE).tiles(TILE):
            part = tile.intersect(region)
            if part.intersect(whole) != part:
                inside = tile.intersect(self._region)
                if self._parts.add(self._level, inside, part, layers[(slice(None), *part.slices_in(region))]):
                    self._complete(inside, self._parts.take(self._level, inside))

    def finish(self) -> None:
        """Complete the tiles that were not written whole with nodata."""
        for level, tile in self._parts:
            if level == self._level:
                self._complete(tile, self._parts.take(level, tile))
        if self._next is not None:
            self._next.finish()

    def _whole_tiles(self, region: Region) -> Region:
        """Return the part of a region that consists of whole tiles; those on the raster's border may be smaller."""
        bottom, right = (
            end if end == last else end // TILE * TILE
            for end, last in ((region.bottom, self._region.bottom), (region.right, self._region.right))
        )
        return Region.from_edges(ceil_div(region.top, TILE) * TILE, ceil_div(region.left, TILE) * TILE, bottom, right)

    def _complete(self, region: Region, layers: NDArray[Any]) -> None:
        self._dataset.write(layers, window=to_window(region))
        if self._next is not None:
            small = halve(layers, resampling=self._spec.overviews, nodata=self._spec.nodata)
            self._next.write(_half(region), small)
