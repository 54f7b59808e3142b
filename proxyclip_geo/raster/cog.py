"""Write result rasters block by block as cloud-optimised GeoTIFFs (COG)."""

import errno
import zlib
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import rasterio
import rasterio.shutil
from numpy.typing import NDArray
from rasterio._err import CPLE_BaseError
from rasterio.errors import RasterioError

from proxyclip_geo.errors import OutputError
from proxyclip_geo.files import publish, staging_folder, write_error
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.raster.aux_xml import class_names_xml
from proxyclip_geo.raster.dataset import ignore_missing_georeference, to_rasterio, to_window, writing_environment
from proxyclip_geo.raster.spec import RasterSpec
from proxyclip_geo.raster.styles import color_table
from proxyclip_geo.region import Region

_TILE = 512
_FAILURES = (RasterioError, CPLE_BaseError, OSError)


class CogWriter:
    """Write a raster block by block; use it in a `with`.

    `finish` moves the raster to its path. Without it, or after an exception, nothing is left and an older file stays.

    Attributes:
        path: Path of the raster.
        geobox: Shape, transform and CRS.
        spec: Data type, nodata, bands, classes and tags.
    """

    def __init__(self, path: str | Path, geobox: GeoBox, *, spec: RasterSpec) -> None:
        """Create the temporary raster in a staging folder beside `path`.

        Raises:
            OutputError: If the directory of `path` is not writable, another run writes `path`, or the disk is full.
        """
        self.path = Path(path)
        self.geobox = geobox
        self.spec = spec
        self._staging = ExitStack()
        self._folder = self._staging.enter_context(staging_folder(self.path))
        self._written: dict[Region, int] = {}
        self._draft = self._folder / "draft.tif"
        self._dataset: Any = None
        try:
            self._dataset = self._create()
        except BaseException as error:
            self.abort()
            if isinstance(error, _FAILURES):
                raise self._error(error) from error
            raise

    def _create(self) -> Any:
        spec, geobox = self.spec, self.geobox
        with writing_environment(), ignore_missing_georeference():
            dataset = rasterio.open(
                self._draft,
                "w",
                driver="GTiff",
                height=geobox.height,
                width=geobox.width,
                count=spec.count,
                dtype=spec.dtype,
                nodata=spec.nodata,
                crs=to_rasterio(geobox.crs),
                transform=geobox.transform,
                tiled=True,
                blockxsize=_TILE,
                blockysize=_TILE,
                sparse_ok=True,
                bigtiff="IF_SAFER",
                compress="deflate",
                zlevel=1,
                # GDAL takes three or four bands for colours and transparency by default.
                photometric="RGB" if spec.rgb else "MINISBLACK",
                alpha="NO",
            )
            dataset.update_tags(**spec.tags)
            if spec.classes:
                dataset.write_colormap(1, color_table(spec.classes, nodata=spec.nodata))
            if spec.band_names:
                dataset.descriptions = spec.band_names
            if spec.scale != 1:
                dataset.scales = (spec.scale,) * spec.count
        return dataset

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abort()

    def write(self, region: Region, array: NDArray[Any]) -> None:
        """Write a block. Blocks must not overlap, but the same block may be written again.

        Args:
            region: Pixels of the raster, inside it.
            array: (H, W), or (K, H, W) for K bands, of the raster's data type.

        Raises:
            OutputError: If the block does not fit the raster, or the disk is full.
        """
        layers = array if array.ndim == 3 else array[None]
        shape = (self.spec.count, *region.shape)
        if layers.shape != shape or layers.dtype != np.dtype(self.spec.dtype):
            raise OutputError(f"block of {layers.shape} {layers.dtype} does not match {shape} {self.spec.dtype}")
        if region.intersect(self.geobox.region) != region:
            raise OutputError(f"{region} reaches beyond the raster's {self.geobox.width} × {self.geobox.height} px")
        try:
            with writing_environment():
                self._dataset.write(layers, window=to_window(region))
        except _FAILURES as error:
            raise self._error(error) from error
        self._written[region] = _checksum(layers)

    def finish(self) -> Path:
        """Convert the blocks to a cloud-optimised GeoTIFF and move it to its path.

        Returns:
            The path.

        Raises:
            OutputError: If it cannot be written; an older file stays.
        """
        cog = self._folder / self.path.name
        try:
            with writing_environment(), ignore_missing_georeference():
                self._dataset.close()
                rasterio.shutil.copy(self._draft, cog, driver="COG", **self._cog_options())
                self._verify(cog)
            self._publish(cog)
        except _FAILURES as error:
            raise self._error(error) from error
        finally:
            self.abort()
        return self.path

    def _cog_options(self) -> dict[str, Any]:
        return {
            "compress": "DEFLATE",
            # Differences of neighbouring scores are small, those of labels arbitrary.
            "predictor": "NO" if self.spec.classes else "YES",
            # Scores compress three times as fast at level 1 and take a seventh more space.
            **({} if self.spec.classes else {"level": 1}),
            "overview_resampling": self.spec.overviews.upper(),
            "blocksize": _TILE,
            "bigtiff": "IF_SAFER",
            "num_threads": "ALL_CPUS",
        }

    def _verify(self, cog: Path) -> None:
        """Compare the checksums of all blocks: GDAL does not report a failed write of a cached tile."""
        with rasterio.open(cog) as dataset:
            for region, checksum in self._written.items():
                layers = dataset.read(window=to_window(region))
                if _checksum(layers) != checksum:
                    raise OSError(errno.EIO, f"rows {region.top}–{region.bottom} were not written correctly")

    def _publish(self, cog: Path) -> None:
        """Move the raster and its side file to their paths; an older side file is removed first."""
        side, new_side = self._side_file(self.path), self._side_file(cog)
        existing = new_side.read_text(encoding="utf-8") if new_side.exists() else ""
        if self.spec.classes:
            new_side.write_text(class_names_xml(self.spec.classes, existing=existing), encoding="utf-8")
        publish([cog, *([new_side] if new_side.exists() else [])], self.path.parent, stale=[side])

    @staticmethod
    def _side_file(path: Path) -> Path:
        return path.with_name(path.name + ".aux.xml")

    def abort(self) -> None:
        """Remove the temporary files; has no effect after `finish`."""
        if self._dataset is not None:
            try:
                with writing_environment():
                    self._dataset.close()
            except _FAILURES:
                pass  # The file is removed, and the error that made it fail has been reported.
        self._staging.close()

    def _error(self, error: BaseException) -> OutputError:
        return error if isinstance(error, OutputError) else write_error(self.path, error)


def _checksum(layers: NDArray[Any]) -> int:
    return zlib.crc32(np.ascontiguousarray(layers).data)
