"""Probabilities of classes: one band per class in whole per cent, read on the grid of other labels."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from proxyclip_geo.errors import RasterError
from proxyclip_geo.geobox import GeoBox, same_crs
from proxyclip_geo.raster.dataset import open_dataset, to_rasterio
from proxyclip_geo.raster.georeference import read_geobox
from proxyclip_geo.raster.names import gdal_name
from proxyclip_geo.raster.spec import SCORE_NODATA, SCORE_SCALE
from proxyclip_geo.region import Region


@dataclass(frozen=True)
class Probabilities:
    """An open raster of probabilities.

    Attributes:
        name: Name in messages.
        classes: Name of each band.
        dataset: The open rasterio dataset, on the grid of the labels.
    """

    name: str
    classes: tuple[str, ...]
    dataset: Any = field(repr=False)

    def read(self, region: Region) -> NDArray[np.int16]:
        """Return (K, H, W) per cent, 0–100; 0 without data."""
        window = Window(region.left, region.top, region.width, region.height)
        values = self.dataset.read(list(range(1, len(self.classes) + 1)), window=window).astype(np.int16)
        values[values == SCORE_NODATA] = 0
        return np.asarray(values)


@contextmanager
def open_probabilities(path: str | Path, geobox: GeoBox) -> Iterator[Probabilities]:
    """Open the probabilities that `segment` or `label` wrote, resampled to a grid by nearest neighbour.

    Args:
        path: The raster.
        geobox: The grid.

    Raises:
        RasterError: If it cannot be read, or holds other values.
    """
    with ExitStack() as stack:
        dataset = stack.enter_context(open_dataset(gdal_name(path)))
        classes = tuple(str(text or "") for text in dataset.descriptions)
        if set(dataset.dtypes) != {"uint8"} or not all(classes) or set(dataset.scales) != {1 / SCORE_SCALE}:
            raise RasterError(
                f"{path} does not hold probabilities as this package writes them (per cent, one named band per class); "
                "write them with probabilities=True"
            )
        own = read_geobox(dataset, name=str(path))
        if own.shape != geobox.shape or own.grid_offset(geobox) != (0, 0) or not same_crs(own.crs, geobox.crs):
            place = {"crs": to_rasterio(geobox.crs), "transform": geobox.transform}
            size = {"width": geobox.width, "height": geobox.height}
            warped = WarpedVRT(dataset, resampling=Resampling.nearest, tolerance=0.001, **place, **size)
            dataset = stack.enter_context(warped)
        yield Probabilities(str(path), classes, dataset)
