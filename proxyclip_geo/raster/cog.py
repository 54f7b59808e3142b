"""Write result rasters block by block as cloud-optimised GeoTIFFs (COG)."""

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio._err import CPLE_BaseError
from rasterio.errors import RasterioError

from proxyclip_geo.errors import OutputError
from proxyclip_geo.files import publish, staging_folder, write_error
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.raster.aux_xml import class_names_xml
from proxyclip_geo.raster.cog_file import assemble_cog
from proxyclip_geo.raster.dataset import ignore_missing_georeference, to_rasterio, writing_environment
from proxyclip_geo.raster.spec import RasterSpec
from proxyclip_geo.raster.styles import color_table
from proxyclip_geo.raster.tile_pyramid import TILE, TileParts, TilePyramid, list_levels
from proxyclip_geo.region import Region

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
        levels = list_levels(geobox.region)
        self._drafts = [self._folder / f"level_{index}.tif" for index in range(len(levels))]
        self._datasets: list[Any] = []
        try:
            parts = self._staging.enter_context((self._folder / "parts").open("w+b", buffering=0))
            with writing_environment(), ignore_missing_georeference():
                for draft, level in zip(self._drafts, levels, strict=True):
                    self._datasets.append(rasterio.open(draft, "w", **self._options(level)))
                self._describe(self._datasets[0])
        except BaseException as error:
            self.abort()
            if isinstance(error, _FAILURES):
                raise self._error(error) from error
            raise
        self._pyramid = TilePyramid(self._datasets, levels, spec=spec, parts=TileParts(parts, spec))

    def _options(self, level: Region) -> dict[str, Any]:
        spec = self.spec
        # Differences of neighbouring scores are small, those of labels arbitrary. GDAL numbers the predictors.
        predictor = 1 if spec.classes else 3 if spec.dtype == "float32" else 2
        return {
            "driver": "GTiff",
            "height": level.height,
            "width": level.width,
            "count": spec.count,
            "dtype": spec.dtype,
            "nodata": spec.nodata,
            "tiled": True,
            "blockxsize": TILE,
            "blockysize": TILE,
            "endianness": "LITTLE",
            "bigtiff": "IF_SAFER",
            "compress": "deflate",
            "predictor": predictor,
            # At level 6, labels take 0.6 to 0.9 times the space and scores 0.85, but twice and six times as long.
            "zlevel": 5 if spec.classes else 1,
            # GDAL takes three or four bands for colours and transparency by default.
            "photometric": "RGB" if spec.rgb else "MINISBLACK",
            "alpha": "NO",
        }

    def _describe(self, dataset: Any) -> None:
        """Write the georeference and metadata of the raster to its largest level."""
        spec = self.spec
        if self.geobox.crs is not None:
            dataset.crs = to_rasterio(self.geobox.crs)
        dataset.transform = self.geobox.transform
        dataset.update_tags(**spec.tags)
        if spec.classes:
            dataset.write_colormap(1, color_table(spec.classes, nodata=spec.nodata))
        if spec.band_names:
            dataset.descriptions = spec.band_names
        if spec.scale != 1:
            dataset.scales = (spec.scale,) * spec.count

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abort()

    def write(self, region: Region, array: NDArray[Any]) -> None:
        """Write a block; no pixel may be written twice.

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
                self._pyramid.write(region, layers)
        except _FAILURES as error:
            raise self._error(error) from error

    def finish(self) -> Path:
        """Write the cloud-optimised GeoTIFF from the tiles of all levels, and move it to its path.

        Returns:
            The path.

        Raises:
            OutputError: If it cannot be written; an older file stays.
        """
        cog = self._folder / self.path.name
        try:
            with writing_environment():
                self._pyramid.finish()
                self._close()
            assemble_cog(cog, self._drafts)
            side = self._side_file(self._drafts[0])
            if side.exists():
                side.rename(self._side_file(cog))
            self._publish(cog)
        except _FAILURES as error:
            raise self._error(error) from error
        finally:
            self.abort()
        return self.path

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
        try:
            with writing_environment():
                self._close()
        except _FAILURES:
            pass  # The files are removed, and the error that made them fail has been reported.
        self._staging.close()

    def _close(self) -> None:
        while self._datasets:
            self._datasets.pop().close()

    def _error(self, error: BaseException) -> OutputError:
        return error if isinstance(error, OutputError) else write_error(self.path, error)
