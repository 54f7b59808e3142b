"""Reading label rasters: one band of whole numbers, with class names in tags."""

import re
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio._err import CPLE_BaseError
from rasterio.enums import ColorInterp, Resampling
from rasterio.errors import RasterioError
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from proxyclip_geo.errors import RasterError
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.raster.dataset import gdal_name, open_dataset, to_rasterio
from proxyclip_geo.region import Region

CLASS_TAG = re.compile(r"CLASS_(\d+)", re.IGNORECASE)
"""Tags of label rasters: CLASS_<value>=<name>."""


@dataclass(frozen=True)
class LabelBlock:
    """Labels of a region.

    Attributes:
        values: (H, W) integers, as stored.
        valid: (H, W) bool, False where the raster has no data or does not reach.
    """

    values: NDArray[np.integer]
    valid: NDArray[np.bool_]


class LabelSource:
    """An open label raster; use it in a `with`.

    Attributes:
        name: What errors call it.
        geobox: Where it lies; the CRS is None where the raster has none.
        nodata: Value of pixels without data, or None.
        classes: Name of each value, from the tags; empty where there are none.
    """

    def __init__(self, dataset: Any, *, name: str) -> None:
        self._dataset = dataset
        self.name = name
        self.geobox = GeoBox(dataset.shape, dataset.transform, dataset.crs)
        self.nodata = None if dataset.nodata is None else int(dataset.nodata)
        self.classes = _class_names(dataset, self.nodata)

    def __enter__(self) -> "LabelSource":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._dataset.close()

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.geobox.shape

    def read(self, region: Region) -> LabelBlock:
        """Read a region, which must lie inside the raster.

        Raises:
            RasterError: If the region leaves the raster, or its pixels cannot be decoded.
        """
        if region.intersect(self.geobox.region) != region:
            raise RasterError(f"{region} is not inside {self.name}, which has {self.shape} rows and columns")
        window = Window(region.left, region.top, region.width, region.height)
        try:
            values = self._dataset.read(1, window=window)
            valid = self._dataset.read_masks(1, window=window) > 0
        except (RasterioError, CPLE_BaseError, OSError) as error:
            raise RasterError(
                f"{self.name} cannot be read in rows {region.top}–{region.bottom}, columns "
                f"{region.left}–{region.right} ({error}); the file may be damaged: copy or create it again"
            ) from error
        return LabelBlock(values, valid)

    def onto(self, geobox: GeoBox) -> "LabelSource":
        """Return these labels on another grid, each pixel taking the nearest one; close both.

        Raises:
            RasterError: If one of the two has no CRS, or there is no way from one to the other.
        """
        if self.geobox.crs is None or geobox.crs is None:
            raise RasterError(
                f"{self.name} cannot be put onto another grid without a CRS; assign one (gdal_edit -a_srs)"
            )
        # Without a no-data value only an alpha band tells pixels the raster does not reach from those with value 0.
        add_alpha = self.nodata is None and self._dataset.colorinterp[-1] != ColorInterp.alpha
        try:
            warped = WarpedVRT(
                self._dataset,
                crs=to_rasterio(geobox.crs),
                transform=geobox.transform,
                width=geobox.width,
                height=geobox.height,
                resampling=Resampling.nearest,
                add_alpha=add_alpha,
                # The default is off by up to an eighth of a pixel, which moves class borders; 0 fails in rasterio.
                tolerance=0.001,
            )
        except (RasterioError, CPLE_BaseError, ValueError) as error:
            raise RasterError(
                f"{self.name} cannot be put onto the other grid ({error}); reproject it first, e.g. gdalwarp -r near"
            ) from error
        view = LabelSource(warped, name=self.name)
        view.classes = self.classes
        return view


def _class_names(dataset: Any, nodata: int | None) -> dict[int, str]:
    """Collect CLASS_<value> tags of the dataset and its band, by value, without the no-data value."""
    names: dict[int, str] = {}
    for tags in (dataset.tags(), dataset.tags(1)):
        for key, text in tags.items():
            match = CLASS_TAG.fullmatch(key)
            if match and text.strip() and int(match[1]) != nodata:
                names[int(match[1])] = text.strip()
    return dict(sorted(names.items()))


def open_labels(path: str | Path) -> LabelSource:
    """Open a label raster.

    Args:
        path: Path or URL of a raster with one band of whole numbers (and an alpha band perhaps).

    Raises:
        RasterError: If it is missing, is no raster, has several bands or no whole numbers.
    """
    name = gdal_name(path)
    dataset = open_dataset(name)
    bands = sum(kind != ColorInterp.alpha for kind in dataset.colorinterp)
    kind = np.dtype(dataset.dtypes[0]).kind if not dataset.dtypes[0].startswith("complex_") else "c"
    if bands != 1:
        dataset.close()
        raise RasterError(
            f"{name} has {bands} bands, but labels are one band of class values; take the right band "
            "(gdal_translate -b), or turn colours into values (rgb2pct.py)"
        )
    if kind not in "iub":
        kind_name = dataset.dtypes[0]
        dataset.close()
        raise RasterError(
            f"{name} holds {kind_name} numbers, but labels are whole numbers; convert it, e.g. gdal_translate -ot Byte"
        )
    return LabelSource(dataset, name=name)
