"""Opening rasters for reading."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rasterio
from rasterio._err import CPLE_BaseError
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from proxyclip_geo.errors import RasterError

_CACHE_BYTES = 48 << 20


@contextmanager
def open_raster(path: Path | str) -> Iterator[Any]:
    """Open a raster for reading, georeferenced or not.

    Raises:
        RasterError: If it cannot be opened, or turns out to be damaged while it is open.
    """
    try:
        with warnings.catch_warnings(), rasterio.Env(GDAL_CACHEMAX=_CACHE_BYTES, GDAL_NUM_THREADS=2):
            # Whoever made the labels has said that they lie nowhere on the Earth.
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            dataset = rasterio.open(path)
            with dataset:
                yield dataset
    except (RasterioError, CPLE_BaseError) as error:
        raise RasterError(f"cannot read '{path}': {error}; check that it is a whole, undamaged raster") from error
