import warnings

import numpy as np
import pytest
import rasterio
from affine import Affine

UTM = "EPSG:32633"
NORTH_UP = Affine(2, 0, 500_000, 0, -2, 5_000_000)


@pytest.fixture
def write_labels(tmp_path):
    """Write an array as a label raster: 2 m pixels in UTM by default."""

    def write(name, values, *, classes=None, crs=UTM, transform=NORTH_UP, nodata=255, bands=1):
        values = np.atleast_2d(np.asarray(values))
        if values.ndim == 3:
            bands = len(values)
        values = values if values.dtype.kind == "f" or values.dtype != np.int64 else values.astype(np.uint8)
        path = tmp_path / name
        height, width = values.shape[-2:]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            with rasterio.open(
                path,
                "w",
                driver="GTiff",
                height=height,
                width=width,
                count=bands,
                dtype=values.dtype,
                crs=crs,
                transform=transform,
                nodata=nodata,
                compress="deflate",
            ) as dataset:
                for band in range(1, bands + 1):
                    dataset.write(values[band - 1] if values.ndim == 3 else values, band)
                dataset.update_tags(**{f"CLASS_{value}": text for value, text in (classes or {}).items()})
        return path

    return write
