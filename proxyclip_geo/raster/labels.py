"""Reading label rasters: one band of integers, with class names in tags; or three bands of colours."""

from collections.abc import Collection
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from rasterio._err import CPLE_BaseError
from rasterio.enums import ColorInterp, MaskFlags, Resampling
from rasterio.errors import RasterioError
from rasterio.vrt import WarpedVRT

from proxyclip_geo.errors import RasterError
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.raster.class_tags import read_class_tags
from proxyclip_geo.raster.dataset import log_hosts, open_dataset, read_region, to_rasterio
from proxyclip_geo.raster.georeference import read_geobox
from proxyclip_geo.raster.names import gdal_name
from proxyclip_geo.raster.nodata import label_nodata
from proxyclip_geo.region import Region
from proxyclip_geo.remedies import Remedy


@dataclass(frozen=True)
class LabelBlock:
    """Labels of a region.

    Attributes:
        values: (H, W) integers, as stored.
        valid: (H, W) bool, False where there is nodata.
    """

    values: NDArray[np.integer]
    valid: NDArray[np.bool_]


@dataclass(frozen=True)
class LabelSource:
    """An open label raster; use it in a `with`.

    Attributes:
        name: Name in messages.
        geobox: Shape, transform and CRS.
        dtype: Type of the values.
        classes: Class name of each value, from the tags; empty without tags.
        nodata: Values that stand for nodata.
        dataset: The open rasterio dataset.
        in_color: Whether the values are colours of three bands, 65536·red + 256·green + blue.
    """

    name: str
    geobox: GeoBox
    dtype: "np.dtype[Any]"
    classes: dict[int, str]
    nodata: frozenset[int]
    dataset: Any = field(repr=False)
    in_color: bool = False

    def __enter__(self) -> "LabelSource":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.dataset.close()

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.geobox.shape

    @property
    def colors(self) -> dict[int, tuple[int, int, int]]:
        """Red, green and blue, 0–255, of each value, from the colour table; empty without one."""
        with suppress(ValueError):
            return {value: color[:3] for value, color in self.dataset.colormap(1).items()}
        return {}

    def read(self, region: Region) -> LabelBlock:
        """Read a region, which must lie inside the raster.

        Raises:
            RasterError: If the region leaves the raster, or its pixels cannot be decoded.
        """
        if region.intersect(self.geobox.region) != region:
            raise RasterError(f"{region} is not inside {self.name}, which has {self.shape} rows and columns")
        values = read_region(self.dataset, region, name=self.name)
        if self.in_color:
            green, blue = (read_region(self.dataset, region, name=self.name, band=band) for band in (2, 3))
            values = pack_colors(np.stack([values, green, blue]))
        valid = np.ones(region.shape, bool)
        for value in self.nodata:
            valid &= values != value
        # The mask of a nodata value is the comparison above.
        if self.dataset.mask_flag_enums[0] not in ([MaskFlags.all_valid], [MaskFlags.nodata]):
            valid &= read_region(self.dataset, region, name=self.name, masks=True) > 0
        return LabelBlock(values, valid)

    def thumbnail(self, side: int) -> tuple[NDArray[np.integer], GeoBox]:
        """Return the labels in at most `side` rows and columns, from overviews if there are any, and their geobox."""
        factor = max(1.0, max(self.shape) / side)
        shape = tuple(max(1, round(length / factor)) for length in self.shape)
        values = self.dataset.read(1, out_shape=shape, resampling=Resampling.nearest)
        factors = (self.shape[0] / shape[0], self.shape[1] / shape[1])
        return values, self.geobox.zoom_out(factors, shape=(shape[0], shape[1]))

    def reproject(self, geobox: GeoBox) -> "LabelSource":
        """Return a view of the labels on another grid, by nearest neighbour; close both.

        Raises:
            RasterError: If one of the two has no CRS, or there is no transformation between them.
        """
        if self.geobox.crs is None or geobox.crs is None:
            raise RasterError(f"{self.name} cannot be reprojected without a CRS", remedy=Remedy("assign-crs"))
        options: dict[str, Any] = {}
        if self.dataset.transform == Affine.identity():
            # Use the affine fit to the ground control points, as everywhere else.
            options = {"src_crs": to_rasterio(self.geobox.crs), "src_transform": self.geobox.transform}
        try:
            warped = WarpedVRT(
                self.dataset,
                crs=to_rasterio(geobox.crs),
                transform=geobox.transform,
                width=geobox.width,
                height=geobox.height,
                resampling=Resampling.nearest,
                # Without a nodata value, only an alpha band marks the pixels outside of the raster.
                add_alpha=self.dataset.nodata is None and self.dataset.colorinterp[-1] != ColorInterp.alpha,
                # The default is off by up to an eighth of a pixel, which moves class borders; 0 fails in rasterio.
                tolerance=0.001,
                **options,
            )
        except (RasterioError, CPLE_BaseError, ValueError) as error:
            raise RasterError(f"{self.name} cannot be reprojected ({error})", remedy=Remedy("warp")) from error
        return replace(self, geobox=geobox, dataset=warped)


def pack_colors(rgb: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Return one number for each colour, 65536·red + 256·green + blue.

    Args:
        rgb: (3, …), 0–255.
    """
    red, green, blue = rgb.astype(np.int32)
    packed: NDArray[np.int32] = 65536 * red + 256 * green + blue
    return packed


def open_labels(path: str | Path, *, classes: Collection[int] = (), colors: bool = False) -> LabelSource:
    """Open a label raster.

    Args:
        path: Path or URL of a raster with one band of integers, and perhaps an alpha band.
        classes: Values that are known to be classes, besides those that the tags name; see `label_nodata`.
        colors: Whether a raster of red, green and blue, 0–255, is read as colours.

    Raises:
        RasterError: If it is missing, is no raster, has several bands or other values than integers.
    """
    name = gdal_name(path)
    log_hosts(name)
    with ExitStack() as stack:
        dataset = stack.enter_context(open_dataset(name))
        if colors and _count_bands(dataset) == 3 and set(dataset.dtypes) == {"uint8"}:
            geobox = read_geobox(dataset, name=name)
            stack.pop_all()
            return LabelSource(name, geobox, np.dtype(np.int32), {}, frozenset(), dataset, in_color=True)
        _check_labels(dataset, name)
        tags = read_class_tags(dataset)
        nodata = label_nodata(dataset, classes={*tags, *classes})
        source = LabelSource(
            name,
            read_geobox(dataset, name=name),
            np.dtype(dataset.dtypes[0]),
            {value: text for value, text in tags.items() if value not in nodata},
            nodata,
            dataset,
        )
        stack.pop_all()
    return source


def _count_bands(dataset: Any) -> int:
    return sum(kind != ColorInterp.alpha for kind in dataset.colorinterp)


def _check_labels(dataset: Any, name: str) -> None:
    bands = _count_bands(dataset)
    if bands != 1:
        raise RasterError(
            f"{name} has {bands} bands, but labels are one band of class values", remedy=Remedy("one-band")
        )
    kind = dataset.dtypes[0]
    if kind.startswith("complex") or np.dtype(kind).kind not in "iub":
        raise RasterError(
            f"{name} holds {kind}, not labels: labels are integers", remedy=Remedy("convert-type", {"dtype": "int16"})
        )
