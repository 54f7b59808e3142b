"""Collars: areas of one constant value that reach from a corner of a raster along its edge."""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.windows import Window

from proxyclip_geo.raster.dataset import common_type, read_layers, read_tags

# A corner belongs to a collar if so many pixels of it, in both directions, have one value.
_CORNER = 8
# Longest side of the map of cells.
_MAX_CELLS = 1024
# Lossy compression changes values within two of its blocks of 8 pixels, by about this much (GDAL's nearblack: 15).
_FRINGE, _FRINGE_TOLERANCE = 16, 15
_LOSSY = ("JPEG", "YCbCr JPEG")
_NEIGHBOURS = np.ones((3, 3), dtype=bool)


@dataclass(frozen=True)
class Collar:
    """Where the collars of a raster are.

    A pixel belongs to a collar if it has its value, and its cell or a neighbour of that is connected to the edge of the
    raster by cells of that value. Up to 1024 pixels a side a cell is a pixel; else its value is that of one pixel. The
    cells are found in the whole raster, so that blocks and areas give the same pixels. Beside a collar of 8-bit values
    that were compressed with losses, pixels of nearly its value belong to its fringe.

    Attributes:
        values: Values of the colour bands in each collar.
        cells: (N, h, w) bool, True for cells whose pixels may belong to the collar of a value.
        shape: (height, width) of the raster.
        share: Share of the cells that have the value of a collar, 0–1.
        fringe: (N, h, w) bool, True for cells whose pixels may belong to the fringe; None without losses.
    """

    values: tuple[tuple[float, ...], ...]
    cells: NDArray[np.bool_] = field(repr=False, compare=False)
    shape: tuple[int, int]
    share: float
    fringe: NDArray[np.bool_] | None = field(default=None, repr=False, compare=False)

    @property
    def checksum(self) -> str:
        """A text that identifies the collars."""
        facts = repr((self.values, self.cells.shape, self.shape)) + "fringe" * (self.fringe is not None)
        return hashlib.sha256(facts.encode() + np.packbits(self.cells).tobytes()).hexdigest()

    def holds(self, values: NDArray[Any], window: Window) -> NDArray[np.bool_]:
        """Return (H, W) bool, True where pixels belong to a collar.

        Args:
            values: (C, H, W) values of the colour bands.
            window: The raster's pixels at full resolution that they cover.
        """
        rows = _cells(window.row_off, window.height, values.shape[1], self.shape[0], self.cells.shape[1])
        cols = _cells(window.col_off, window.width, values.shape[2], self.shape[1], self.cells.shape[2])
        found = np.zeros(values.shape[1:], dtype=bool)
        for value, cells in zip(self.values, self.cells, strict=True):
            found |= equals(values, value) & cells[np.ix_(rows, cols)]
        for value, cells in zip(self.values, self.fringe, strict=True) if self.fringe is not None else ():
            found |= equals(values, value, tolerance=_FRINGE_TOLERANCE) & cells[np.ix_(rows, cols)]
        return found


def _cells(start: float, length: float, count: int, side: int, cells: int) -> NDArray[np.intp]:
    """Return the cell of each of `count` equal parts of a length of pixels."""
    centres = start + (np.arange(count) + 0.5) * (length / count)
    return np.clip((centres * (cells / side)).astype(np.intp), 0, cells - 1)


def equals(values: NDArray[Any], value: tuple[float, ...], *, tolerance: int = 0) -> NDArray[np.bool_]:
    """Return (H, W) bool, True where (C, H, W) values have the given value in each layer, or are near it."""
    wanted = np.array(value, values.dtype)[:, None, None]
    if tolerance:
        return np.asarray((np.abs(values.astype(np.int16) - wanted) <= tolerance).all(axis=0))
    return np.asarray((values == wanted).all(axis=0))


def find_corner_values(dataset: Any, bands: tuple[int, ...]) -> tuple[tuple[float, ...], ...]:
    """Return the values of those corners that are constant in all bands; NaN is none.

    Args:
        dataset: An open rasterio dataset, at full resolution.
        bands: Numbers of the colour bands.
    """
    found: dict[tuple[float, ...], None] = {}
    for corner in _read_corners(dataset, bands):
        if (corner == corner[:, :1, :1]).all():
            found[tuple(corner[:, 0, 0].tolist())] = None
    return tuple(found)


def has_noisy_corner(dataset: Any, bands: tuple[int, ...], value: tuple[float, ...]) -> bool:
    """Return whether a corner of 8-bit values is nearly, but not quite, of a value, as lossy compression leaves it.

    Args:
        dataset: An open rasterio dataset, at full resolution.
        bands: Numbers of the colour bands.
        value: The value in each band.
    """
    for corner in _read_corners(dataset, bands):
        exact = equals(corner, value)
        if exact.any() and not exact.all() and equals(corner, value, tolerance=_FRINGE_TOLERANCE).all():
            return True
    return False


def _read_corners(dataset: Any, bands: tuple[int, ...]) -> Iterator[NDArray[Any]]:
    """Yield the (C, 8, 8) values of each corner; of a smaller raster, the whole."""
    height, width = (min(_CORNER, side) for side in dataset.shape)
    for top in (0, dataset.height - height):
        for left in (0, dataset.width - width):
            yield read_layers(dataset, bands, window=Window(left, top, width, height))


def find_collar(dataset: Any, bands: tuple[int, ...]) -> Collar | None:
    """Find the collars of a raster; None if it has none.

    Args:
        dataset: An open rasterio dataset, at full resolution.
        bands: Numbers of the colour bands.
    """
    corners = find_corner_values(dataset, bands)
    if not corners:
        return None
    shrink = max(1.0, max(dataset.shape) / _MAX_CELLS)
    rows, cols = (max(1, round(side / shrink)) for side in dataset.shape)
    sample = read_layers(dataset, bands, shape=(rows, cols))
    matches = {value: equals(sample, value) for value in corners}
    # A raster of one value is no collar.
    matches = {value: found for value, found in matches.items() if not found.all()}
    if not matches:
        return None
    cells = np.stack([_connect(found) for found in matches.values()])
    share = float((np.stack(list(matches.values())) & cells).any(axis=0).mean())
    fringe = None
    if is_lossy(dataset) and common_type(dataset, bands) == "uint8":
        from scipy import ndimage

        margin = max(1, math.ceil(_FRINGE / shrink))
        fringe = np.stack([ndimage.binary_dilation(found, _NEIGHBOURS, iterations=margin) for found in cells])
    return Collar(tuple(matches), cells, dataset.shape, share, fringe)


def is_lossy(dataset: Any) -> bool:
    """Whether the compression of a raster changes its values."""
    tags = read_tags(dataset, ns="IMAGE_STRUCTURE")
    return tags.get("COMPRESSION_REVERSIBILITY", "").startswith("LOSSY") or tags.get("COMPRESSION") in _LOSSY


def _connect(matching: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the cells that are connected to the edge by matching cells, and their neighbours."""
    from scipy import ndimage

    padded = np.pad(matching, 1, constant_values=True)
    groups, _ = ndimage.label(padded, structure=_NEIGHBOURS)
    return np.asarray(ndimage.binary_dilation(groups == groups[0, 0], structure=_NEIGHBOURS)[1:-1, 1:-1])
