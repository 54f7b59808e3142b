"""Synthetic label rasters of any size: patches at several scales, and a river net through the whole raster."""

from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from PIL import Image
from rasterio.windows import Window

OCTAVES = ((160, 1.0), (40, 0.3), (14, 0.08))
"""(spacing of the noise in pixels, weight)."""
CLASSES = {1: "water", 2: "forest", 3: "building", 4: "cropland", 5: "grassland", 6: "bare soil"}


def make_label_map(path: Path, side: int, *, seed: int = 0, strip: int = 500) -> None:
    """Write a square uint8 label raster of `side` pixels at 0.5 m: labels 1–6, nodata (255) in a corner."""
    rng = np.random.default_rng(seed)
    lattices = [
        [rng.normal(size=(side // step + 4, side // step + 4)).astype(np.float32) for step, _ in OCTAVES]
        for _ in range(len(CLASSES) + 1)
    ]
    names = {f"CLASS_{value}": name for value, name in CLASSES.items()}
    profile = {
        "driver": "GTiff",
        "width": side,
        "height": side,
        "count": 1,
        "dtype": "uint8",
        "nodata": 255,
        "crs": "EPSG:32631",
        "transform": Affine(0.5, 0, 400_000, 0, -0.5, 5_600_000),
        "tiled": True,
        "blockxsize": 512,
        "blockysize": 512,
        "compress": "deflate",
    }
    with rasterio.open(path, "w", **profile) as target:
        target.update_tags(**names)
        for top in range(0, side, strip):
            rows = min(strip, side - top)
            target.write(_paint(lattices, top, rows, side), 1, window=Window(0, top, side, rows))


def _paint(lattices: list[list[NDArray[np.float32]]], top: int, rows: int, side: int) -> NDArray[np.uint8]:
    best = np.full((rows, side), -np.inf, np.float32)
    labels = np.zeros((rows, side), np.uint8)
    for value, lattice in enumerate(lattices[1:], start=1):
        field = _field(lattice, top, rows, side)
        labels[field > best] = value
        np.maximum(best, field, out=best)
    labels[np.abs(_field(lattices[0], top, rows, side)) < 0.03] = 1
    far = np.add.outer(np.arange(top, top + rows), np.arange(side))
    labels[far < side // 5] = 255
    return labels


def _field(lattice: list[NDArray[np.float32]], top: int, rows: int, side: int) -> NDArray[np.float32]:
    total = np.zeros((rows, side), np.float32)
    for values, (step, weight) in zip(lattice, OCTAVES, strict=True):
        box = (1.0, 1 + top / step, 1 + side / step, 1 + (top + rows) / step)
        total += weight * np.asarray(Image.fromarray(values).resize((side, rows), Image.Resampling.BICUBIC, box=box))
    return total
