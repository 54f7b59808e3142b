"""Opening rasters for reading."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio._err import CPLE_BaseError
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from proxyclip_geo.errors import RasterError

_LEAST_CACHE = 16 << 20


@contextmanager
def open_raster(path: Path | str) -> Iterator[Any]:
    """Open a raster for reading, georeferenced or not.

    Raises:
        RasterError: If it cannot be opened, or turns out to be damaged while it is open.
    """
    try:
        with warnings.catch_warnings():
            # Whoever made the labels has said that they lie nowhere on the Earth.
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            dataset = rasterio.open(path)
        with dataset, rasterio.Env(GDAL_CACHEMAX=_cache_bytes(dataset), GDAL_NUM_THREADS=2):
            yield dataset
    except (RasterioError, CPLE_BaseError) as error:
        raise RasterError(f"cannot read '{path}': {error}; check that it is a whole, undamaged raster") from error


def _cache_bytes(dataset: Any) -> int:
    """Return what strips need so that no tile is decoded twice: two rows of tiles of all bands."""
    rows = max(shape[0] for shape in dataset.block_shapes)
    sizes = sum(np.dtype(kind).itemsize for kind in dataset.dtypes if not kind.startswith("complex_"))
    return int(max(_LEAST_CACHE, 2 * rows * dataset.width * sizes))
