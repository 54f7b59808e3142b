"""Read a raster as 8-bit colours with validity, with one choice of bands, one stretch and one gsd."""

import hashlib
import math
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import shapely
from rasterio._err import CPLE_BaseError
from rasterio.errors import RasterioError

from proxyclip_geo.errors import AreaError, Cancelled, OptionError, RasterError, strip_credentials, warn_quality
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.raster.aoi import find_area
from proxyclip_geo.raster.choices import make_choices
from proxyclip_geo.raster.dataset import common_type, environment, log_hosts, open_dataset
from proxyclip_geo.raster.file_status import FileWatch
from proxyclip_geo.raster.georeference import read_geobox, warn_without_size
from proxyclip_geo.raster.inputs import RasterLike, open_input
from proxyclip_geo.raster.names import gdal_name, is_remote, show_name
from proxyclip_geo.raster.open_errors import explain
from proxyclip_geo.raster.options import SourceOptions
from proxyclip_geo.raster.overview_reader import OverviewReader
from proxyclip_geo.raster.view import Pixels, View
from proxyclip_geo.raster.vrt import check_vrt
from proxyclip_geo.region import Region
from proxyclip_geo.remedies import Remedy

# Relative difference below which a gsd is the raster's own: geodesic and grid metres differ by up to 0.1 %.
_GSD_TOLERANCE = 0.01
# Upsampling beyond this factor shows nothing more.
_MAX_UPSAMPLING = 16
# Rows of a thumbnail that are read before it can be stopped.
_THUMBNAIL_ROWS = 64
MAX_SIDE = 100_000_000
"""Longest side of a raster in pixels."""
_TILE = 512
# Most tiles that are searched for a valid pixel.
_SEARCHED = 2000
PLACES = ("path", "mask_path")
"""Values of a fingerprint that may differ for the same pixels."""


class Source:
    """A raster opened for reading; use it in a `with`, from one thread at a time; a second one may call `thumbnail`.

    Attributes:
        name: The path or URL as given; of a raster in memory, its name and a checksum.
        stem: Stem of the names of its outputs.
        geobox: The whole raster at the requested resolution, from its upper left corner.
        area: The area of interest in pixels of `geobox`.
        bands: Numbers of the red, green and blue bands.
        stretch: Limits that become 0 and 255; None if 8-bit values are not stretched.
        choices: A line that says which bands, stretch and nodata were chosen, and why.
        dtype: Type that holds the values of the colour bands.
        in_memory: Whether only this process can read the raster.
    """

    def __init__(self, raster: RasterLike, options: SourceOptions, *, check: bool = True) -> None:
        """Open a raster; prefer `open_source`, which documents the errors."""
        self._options, self._check = options, check
        self._view: View | None = None
        with ExitStack() as undo:
            file = undo.enter_context(open_input(raster))
            self.name, self.stem, self.in_memory = file.name, file.stem, file.in_memory
            self._gdal_name = gdal_name(file.path)
            log_hosts(self._gdal_name)
            # Read the status first: what changes later is noticed.
            status = FileWatch(self._gdal_name)
            self._dataset = undo.enter_context(open_dataset(self._gdal_name, check_sources=False))
            undo.callback(self._close_view)
            with environment(self._gdal_name):
                try:
                    sources = check_vrt(self._dataset, name=self._gdal_name)
                    self._watch = FileWatch(self._gdal_name, sources) if sources else status
                    self._prepare()
                except (RasterioError, CPLE_BaseError, UnicodeDecodeError) as error:
                    raise RasterError(explain(self._gdal_name, error)) from error
            self._opened = undo.pop_all()

    def _prepare(self) -> None:
        options, dataset = self._options, self._dataset
        self._native = read_geobox(dataset, name=self.name)
        warn_without_size(self._native, dataset=dataset, name=self.name)
        self._scale = _scale(self._native, options.gsd, name=self.name)
        self.geobox = self._native.zoom_out(self._scale)
        if max(self.geobox.shape) > MAX_SIDE:
            raise RasterError(
                f"raster {self.name} has {self.geobox.width:,} × {self.geobox.height:,} px, more than {MAX_SIDE:,} a "
                "side",
                remedy=Remedy("clip"),
            )
        self.area = find_area(self.geobox, bounds=options.bounds, aoi=options.aoi, name=self.name)
        choices = make_choices(
            dataset, options, geobox=self._native, name=self.name, gdal_name=self._gdal_name, check=self._check
        )
        self._plan, self.stretch, self.choices = choices.plan, choices.stretch, choices.text
        for doubt in choices.doubts if self._check else ():
            warn_quality(f"{self.name}: {doubt}")
        self.bands = self._plan.colors
        self.dtype = str(common_type(dataset, self._plan.unique))
        self._view = View(self.geobox, self._plan, self.stretch, self._open_reader(self._scale))
        self._require_data()

    def _open_reader(
        self, scale: tuple[float, float], start: tuple[float, float] = (0, 0), *, exact: bool = True
    ) -> OverviewReader:
        return OverviewReader(self._gdal_name, self._dataset, self._plan, scale=scale, start=start, exact=exact)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the raster."""
        self._opened.close()

    def _close_view(self) -> None:
        if self._view is not None:
            self._view.reader.close()

    @property
    def files(self) -> tuple[str | Path | None, ...]:
        """Names of what is read: the raster, its side files, the sources of a VRT, the area's vector file, the mask."""
        # GDAL would look for the side files of a URL once more.
        files = () if is_remote(self._gdal_name) else self._dataset.files
        return (self._gdal_name, *files, self._options.aoi, self._options.mask_path)

    def read(self, region: Region) -> Pixels:
        """Read colours and validity.

        Args:
            region: Pixels of `geobox`, also beyond the area of interest; pixels beyond the raster are not valid.

        Returns:
            The pixels; regions equal the whole bit for bit.

        Raises:
            RasterError: If the raster is damaged there, or its file has changed since it was opened.
        """
        assert self._view is not None
        pixels = self._view.read(region)
        changed = self._watch.find_changed()
        if changed:
            shown = self.name if changed == self._gdal_name else show_name(changed)
            raise RasterError(f"raster {shown} was changed or removed while it was read; run again with the new file")
        return pixels

    def thumbnail(self, max_side: int, *, stopped: Callable[[], bool] = lambda: False) -> Pixels:
        """Read the whole area of interest with at most about `max_side` pixels a side, from overviews if there are any.

        Args:
            max_side: Longest side in pixels.
            stopped: Asked again and again; once it returns True, reading ends.

        Raises:
            Cancelled: If it was stopped.
            RasterError: If the raster is damaged.
        """
        region = self.area.region
        factor = max(1.0, max(region.shape) / max_side)
        geobox = self.geobox.crop(region).zoom_out((factor, factor))
        rows, cols = self._scale
        reader = self._open_reader((rows * factor, cols * factor), (region.top * rows, region.left * cols), exact=False)
        rgb, valid = np.empty((3, *geobox.shape), np.uint8), np.empty(geobox.shape, np.bool_)
        with closing(reader):
            view = View(geobox, self._plan, self.stretch, reader)
            for strip in geobox.region.strips(_THUMBNAIL_ROWS):
                if stopped():
                    raise Cancelled("reading a thumbnail was stopped")
                part = view.read(strip)
                rgb[:, strip.top : strip.bottom], valid[strip.top : strip.bottom] = part.rgb, part.valid
        inside = self.area.zoom_out(factor, shape=geobox.shape).rasterize(geobox.region)
        return Pixels(rgb * inside, valid & inside, geobox)

    def zoom_out(self, factor: int) -> View:
        """Return the whole raster with larger pixels, read from overviews if there are any; close its `reader`.

        Args:
            factor: Pixels of `geobox` per pixel.
        """
        rows, cols = self._scale
        reader = self._open_reader((rows * factor, cols * factor), exact=False)
        return View(self.geobox.zoom_out((factor, factor)), self._plan, self.stretch, reader)

    def fingerprint(self) -> dict[str, Any]:
        """Return JSON-able values that identify the pixels of `read` and the area of interest.

        A file is identified by its size and time of modification, not by its content; a URL by its size and ETag (or
        time), if the server gives them; a VRT also by those of its sources.
        """
        area, polygons = self.area.region, self.area.polygons
        mask = self._plan.mask_file
        return {
            "path": strip_credentials(_resolve(self.name)),
            "mask_path": None if mask is None else strip_credentials(_resolve(mask.name)),
            **self._watch.status,
            "sources_sha256": self._watch.sources_sha256,
            "driver": self._dataset.driver,
            "shape": [self._dataset.count, self._dataset.height, self._dataset.width],
            "dtype": self.dtype,
            **self._plan.fingerprint(),
            "crs": None if self.geobox.crs is None else self.geobox.crs.to_wkt(),
            "stretch": self.stretch.to_dict() if self.stretch else None,
            "area": {"top": area.top, "left": area.left, "height": area.height, "width": area.width},
            "area_sha256": None if polygons is None else hashlib.sha256(shapely.to_wkb(polygons)).hexdigest(),
            "place": {"transform": list(self.geobox.transform)[:6], "shape": list(self.geobox.shape)},
        }

    @property
    def resolved_options(self) -> SourceOptions:
        """Options with which `read` gives the same pixels in another process: all chosen, and no file of polygons."""
        file = self._plan.mask_file
        mask = self._plan.mask_band if file is None else _resolve(file.name)
        return replace(
            self._options,
            bands=self.bands,
            stretch=self.stretch or self._options.stretch,
            mask=mask,
            bounds=self.geobox.crop(self.area.region).bounds,
            aoi=None,
        )

    def describe(self) -> str:
        """Return a line of text: shape, data type, CRS, gsd, bands, stretch and nodata."""
        geobox, area = self.geobox, self.area.region
        gsd = geobox.gsd
        facts = [
            f"{area.width} × {area.height} px",
            self.dtype,
            "no CRS" if geobox.crs is None else geobox.crs.name,
            *([f"{math.sqrt(gsd[0] * gsd[1]):.3g} m/px"] if gsd else []),
        ]
        if area.shape != (self._dataset.height, self._dataset.width):
            facts[0] += f" of {self._dataset.width} × {self._dataset.height} px"
        return f"{self.stem}: " + "; ".join([*facts, self.choices])

    def _require_data(self) -> None:
        """Raise an error if the area has no valid pixel; reads tiles from the centre until one has data.

        Of a very large raster, a part around the centre is read.
        """
        area = self.area
        if area.polygons is None and not self._plan.can_be_invalid and np.dtype(self.dtype).kind != "f":
            return
        overlaps = False
        for count, tile in enumerate(_from_centre(area.region)):
            if count == _SEARCHED:
                return
            inside = area.rasterize(tile)
            if inside.any():
                overlaps = True
                if (self.read(tile).valid & inside).any():
                    return
        if not overlaps:
            raise AreaError(
                f"the polygons of {self._options.aoi} hold the centre of no pixel of {self.name}; enlarge them, or "
                "set a finer `gsd`"
            )
        where = "area of interest" if self._options.bounds or self._options.aoi else "raster"
        raise RasterError(
            f"every pixel of the {where} is nodata in {self.name}; choose another area",
            remedy=Remedy("fix-nodata"),
        )


def open_source(raster: RasterLike, options: SourceOptions | None = None, *, check: bool = True) -> Source:
    """Open a raster for reading.

    Args:
        raster: File or URL that GDAL reads, with URLs as text (`http(s)://`, `s3://`, `/vsi…`), an open rasterio
            dataset, an `xarray.DataArray` with a CRS, or an `ArrayRaster`.
        options: Bands, stretch, nodata, gsd and area of interest; defaults if not given.
        check: Whether to warn of doubtful choices and of a picture that is flat, dark, saturated or has a collar.

    Raises:
        RasterError: If the raster is missing, unreadable, has no bands, or only nodata.
        OptionError: If bands, stretch, mask or gsd do not fit the raster.
        AreaError: If the area of interest is empty or does not overlap the raster.
        VectorError: If the area's vector file cannot be read.

    Warns:
        QualityWarning: If the raster has no CRS, or only ground control points; see `check`.
    """
    return Source(raster, options or SourceOptions(), check=check)


def _scale(native: GeoBox, gsd: float | None, *, name: str) -> tuple[float, float]:
    """Return (vertical, horizontal) raster pixels per pixel of `gsd` metres."""
    if gsd is None:
        return 1.0, 1.0
    own = native.gsd
    if own is None:
        problem = (
            "no CRS" if native.crs is None else f"the CRS '{native.crs.name}', beyond it or without a unit of length"
        )
        raise OptionError(
            f"raster {name} has {problem}, so that its pixels have no size in metres; omit `gsd`",
            remedy=Remedy("assign-crs"),
        )
    across, down = (1.0 if abs(gsd / side - 1) < _GSD_TOLERANCE else gsd / side for side in own)
    if min(across, down) < 1 / _MAX_UPSAMPLING:
        raise OptionError(
            f"gsd={gsd:g} m is more than {_MAX_UPSAMPLING} times finer than the pixels of {name} ({own[0]:.3g} × "
            f"{own[1]:.3g} m); give metres per pixel, {max(own) / _MAX_UPSAMPLING:.2g} or more"
        )
    extent = own[0] * native.width, own[1] * native.height
    if gsd > max(extent):
        raise OptionError(
            f"gsd={gsd:g} m is larger than the whole raster {name} ({extent[0]:.3g} × {extent[1]:.3g} m); give metres "
            f"per pixel, e.g. {max(own):.2g}"
        )
    return down, across


def _from_centre(region: Region) -> Iterator[Region]:
    """Yield tiles in rings around the centre, as the collars of mosaics are at the border."""
    top, left = region.top + (region.height - _TILE) // 2, region.left + (region.width - _TILE) // 2
    for ring in range(max(region.shape) // _TILE + 2):
        steps = range(-ring, ring + 1)
        for down in steps:
            for across in steps if abs(down) == ring else (-ring, ring)[: 2 if ring else 1]:
                tile = Region(top + down * _TILE, left + across * _TILE, _TILE, _TILE).intersect(region)
                if not tile.is_empty:
                    yield tile


def _resolve(name: str) -> str:
    """Return the absolute path of a file; names that are no files are returned unchanged."""
    return str(Path(name).resolve()) if os.path.exists(name) else name
