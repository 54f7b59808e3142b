"""Read pictures and label pictures whole (PNG, JPEG, TIFF …), as benchmarks have them, and resize pictures."""

from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray

from proxyclip_geo.errors import RasterError
from proxyclip_geo.raster.dataset import ignore_missing_georeference, open_dataset, read_region
from proxyclip_geo.region import Region

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp"})
"""Suffixes of pictures, in lower case."""

_UNIT = 2048
"""Weights of the resizing are whole numbers of this fraction."""


def read_picture(path: Path) -> NDArray[np.uint8]:
    """Read a picture as red, green and blue; grey is repeated, a palette is applied, further bands are dropped.

    Returns:
        (3, H, W), 0–255.

    Raises:
        RasterError: If the file is missing, no picture or damaged, or its values are not 8-bit.
    """
    values, palette = _read(path)
    if values.dtype != np.uint8:
        raise RasterError(f"{path} holds {values.dtype}, but a benchmark's pictures are 8-bit; convert it")
    if palette is not None and len(values) == 1:
        values = palette[values[0]].transpose(2, 0, 1)
    rgb: NDArray[np.uint8] = values[:3] if len(values) >= 3 else np.repeat(values[:1], 3, axis=0)
    return rgb


def read_label_picture(path: Path) -> NDArray[np.integer]:
    """Read a label picture: the values of one band (of a palette picture its indices), or colours.

    Returns:
        (H, W) integers, or (3, H, W) uint8.

    Raises:
        RasterError: If the file is missing, no picture or damaged, or its values are no integers.
    """
    values, _ = _read(path)
    if values.dtype.kind not in "iub" or (len(values) >= 3 and values.dtype != np.uint8):
        raise RasterError(f"{path} holds {len(values)} bands of {values.dtype}, which are no labels; check the file")
    if values.dtype.kind == "b":
        values = values.astype(np.uint8)
    labels: NDArray[np.integer] = values[:3] if len(values) >= 3 else values[0]
    return labels


def _read(path: Path) -> tuple[NDArray[Any], NDArray[np.uint8] | None]:
    """Return (bands, H, W) values, and the (256, 3) colours of a palette."""
    with ignore_missing_georeference(), open_dataset(str(path)) as dataset:
        whole = Region(0, 0, dataset.height, dataset.width)
        bands = range(1, dataset.count + 1)
        values = np.stack([read_region(dataset, whole, name=str(path), band=band) for band in bands])
        if dataset.colorinterp[0] != rasterio.enums.ColorInterp.palette:
            return values, None
        palette = np.zeros((256, 3), np.uint8)
        for value, color in dataset.colormap(1).items():
            palette[value] = color[:3]
    return values, palette


def scale_shape(shape: tuple[int, int], *, short_side: int, long_side: int) -> tuple[int, int]:
    """Return the size of a picture that is scaled to the largest size within two limits, at its aspect.

    Args:
        shape: (height, width).
        short_side: Limit of the shorter side.
        long_side: Limit of the longer side.
    """
    scale = min(long_side / max(shape), short_side / min(shape))
    height, width = (max(1, int(side * scale + 0.5)) for side in shape)
    return height, width


def resize_picture(rgb: NDArray[np.uint8], shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Resize a picture bilinearly without antialiasing, bit for bit as OpenCV's `resize` (the published protocols).

    Weights have 11 bits; the sum of a row is cut to 4 bits less before the columns are weighted.

    Args:
        rgb: (3, H, W).
        shape: (height, width) of the result.
    """
    if rgb.shape[1:] == shape:
        return rgb
    left, right, weight = _place(rgb.shape[2], shape[1], clamp=True)
    rows = rgb.astype(np.int32)
    rows = (rows[..., left] * weight[0] + rows[..., right] * weight[1]) >> 4
    top, bottom, weight = _place(rgb.shape[1], shape[0], clamp=False)
    upper, lower = (rows[:, index] * part[:, None] >> 16 for index, part in zip((top, bottom), weight, strict=True))
    resized: NDArray[np.uint8] = ((upper + lower + 2) >> 2).astype(np.uint8)
    return resized


def _place(old: int, new: int, *, clamp: bool) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int32]]:
    """Return for each new pixel of an axis its two old ones, and (2, new) weights.

    Args:
        old: Old number of pixels.
        new: New number of pixels.
        clamp: Whether places beyond the outer pixel centres get the outer pixel alone, in place of two equal ones.
    """
    place = ((np.arange(new) + 0.5) * (1 / (new / old)) - 0.5).astype(np.float32)
    first = np.floor(place).astype(np.intp)
    share = place - first.astype(np.float32)
    if clamp:
        share = np.where((first < 0) | (first >= old - 1), np.float32(0), share)
    weights = np.rint(np.stack([np.float32(1) - share, share]) * np.float32(_UNIT)).astype(np.int32)
    return first.clip(0, old - 1), (first + 1).clip(0, old - 1), weights
