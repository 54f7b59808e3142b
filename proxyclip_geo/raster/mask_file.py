"""A raster on the same grid that says which pixels are valid."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from rasterio._err import CPLE_BaseError
from rasterio.errors import RasterioError
from rasterio.windows import Window

from proxyclip_geo.errors import OptionError, RasterError
from proxyclip_geo.geobox import GeoBox, same_crs
from proxyclip_geo.raster.dataset import environment, log_hosts, open_dataset
from proxyclip_geo.raster.file_status import FileStatus, FileWatch
from proxyclip_geo.raster.names import gdal_name
from proxyclip_geo.raster.vrt import check_vrt
from proxyclip_geo.remedies import Remedy


@dataclass(frozen=True)
class MaskFile:
    """A mask: its first band is 0 or nodata where a raster is not valid.

    It is opened for each read: GDAL returns a tile that it could not decode as pixels the next time.

    Attributes:
        name: GDAL's name.
        watch: Its status, and that of its sources.
    """

    name: str
    watch: FileWatch = field(repr=False, compare=False)

    @property
    def status(self) -> FileStatus:
        """Size, time of modification and ETag."""
        return self.watch.status

    def read(self, window: Window, shape: tuple[int, int]) -> NDArray[np.bool_]:
        """Return (H, W) bool, True where valid, by nearest neighbour.

        Args:
            window: Pixels of the raster at full resolution.
            shape: (height, width) to read.

        Raises:
            RasterError: If the file cannot be read, or has changed since the raster was opened.
        """
        try:
            with environment(self.name), open_dataset(self.name, check_sources=False) as mask:
                values = mask.read(1, window=window, out_shape=shape)
                valid = mask.read_masks(1, window=window, out_shape=shape) > 0
        except (RasterioError, CPLE_BaseError, UnicodeDecodeError) as error:
            raise RasterError(f"mask {self.name} cannot be read ({error}); copy or create it again") from error
        if self.watch.find_changed():
            raise RasterError(f"mask {self.name} was changed or removed while it was read; run again with the new file")
        return np.asarray(valid & np.isfinite(values) & (values != 0))


def open_mask(path: str | Path, geobox: GeoBox, *, name: str) -> MaskFile:
    """Check that a mask is on the grid of a raster; one without georeference need only have the same shape.

    Args:
        path: File or URL of the mask.
        geobox: The raster at full resolution.
        name: The raster's name in messages.

    Raises:
        RasterError: If the mask cannot be opened.
        OptionError: If it is on another grid.
    """
    mask_name = gdal_name(path)
    log_hosts(mask_name)
    with environment(mask_name), open_dataset(mask_name, check_sources=False) as mask:
        watch = FileWatch(mask_name, check_vrt(mask, name=mask_name))
        found = GeoBox(mask.shape, mask.transform, mask.crs)
    crs = found.crs is None or geobox.crs is None or same_crs(found.crs, geobox.crs)
    placed = found.transform == Affine.identity() or geobox.grid_offset(found) == (0, 0)
    if found.shape != geobox.shape or not crs or not placed:
        raise OptionError(
            f"mask {path} ({found.width} × {found.height} px) is on another grid than {name} ({geobox.width} × "
            f"{geobox.height} px)",
            remedy=Remedy("warp-mask"),
        )
    return MaskFile(mask_name, watch)
