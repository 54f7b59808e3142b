"""Read raw samples of a raster on a scaled grid from the overview with the nearest finer resolution."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from rasterio.errors import RasterioError

from proxyclip_geo.errors import RasterError
from proxyclip_geo.raster.bands import BandPlan, read_bands
from proxyclip_geo.raster.dataset import environment, open_dataset
from proxyclip_geo.raster.names import show_name
from proxyclip_geo.raster.open_errors import find_reason
from proxyclip_geo.raster.resample import Axis, AxisWeights, Samples, resample
from proxyclip_geo.region import Region

# Source pixels of one band read at a time while resampling.
_CHUNK = 4_000_000


class OverviewReader:
    """Read regions of a scaled grid; regions equal the whole bit for bit."""

    def __init__(
        self,
        name: str,
        dataset: Any,
        plan: BandPlan,
        *,
        scale: tuple[float, float],
        start: tuple[float, float] = (0, 0),
        exact: bool = True,
    ) -> None:
        """Choose the overview and define the grid.

        Args:
            name: GDAL's name of the raster.
            dataset: The raster, open at full resolution. Pixels are read from another handle: where a source of a VRT
                in a VRT cannot be opened, GDAL reports it once, perhaps to `overviews`, and returns zeros later.
            plan: Bands to read.
            scale: (vertical, horizontal) source pixels per grid pixel.
            start: (row, column) of the grid's upper left corner in source pixels.
            exact: Whether to use no overview whose pixels may average pixels that are not valid.
        """
        self._name = name
        self._plan = plan
        level = _overview(dataset, plan, limit=min(scale)) if plan.suits_overviews or not exact else None
        self._open_options = {} if level is None else {"overview_level": level}
        self._open()
        shrink_rows = dataset.height / self._dataset.height
        shrink_cols = dataset.width / self._dataset.width
        self._rows = Axis(self._dataset.height, start[0] / shrink_rows, scale[0] / shrink_rows)
        self._cols = Axis(self._dataset.width, start[1] / shrink_cols, scale[1] / shrink_cols)

    def close(self) -> None:
        """Close the raster."""
        self._dataset.close()
        self._full.close()

    def _open(self) -> None:
        self._full = open_dataset(self._name, check_sources=False)
        self._dataset = self._full
        if self._open_options:
            self._dataset = open_dataset(self._name, check_sources=False, **self._open_options)

    def _reopen(self) -> None:
        """Reopen after an error: GDAL caches a tile that it cannot decode and returns it as pixels the next time."""
        self.close()
        self._open()

    def read(self, region: Region) -> Samples:
        """Read a region of the grid.

        Args:
            region: Grid pixels, inside the grid and not empty.

        Raises:
            RasterError: If the raster cannot be read there.
        """
        if self._rows.is_identity and self._cols.is_identity:
            return self._read(region.shift(int(self._rows.start), int(self._cols.start)))
        tile_rows, tile_cols = self._dataset.block_shapes[0]
        # A row of tiles is decoded once: columns are read one group after another, strips as a whole.
        cols = region.width
        if tile_cols < self._dataset.width:
            cols = max(1, int(max(tile_cols, _CHUNK // tile_rows) / max(1.0, self._cols.scale)))
        parts = [
            self._resample(Region.from_edges(region.top, left, region.bottom, min(left + cols, region.right)))
            for left in range(region.left, region.right, cols)
        ]
        return _join(parts, axis=1)

    def _resample(self, region: Region) -> Samples:
        """Resample all rows of some columns, as many at a time as `_CHUNK` allows, or a part of one."""
        cols = self._cols.weights(region.left, region.width)
        source_rows = max(1, _CHUNK // (cols.span[1] - cols.span[0]))
        step = max(1, int(source_rows / max(1.0, self._rows.scale)))

        def read(rows: AxisWeights) -> Iterator[tuple[Samples, AxisWeights]]:
            taps = rows.index.shape[1]
            once = taps if len(rows.index) > 1 else source_rows
            for first in range(0, taps, once):
                part = AxisWeights(rows.index[:, first : first + once], rows.weight[:, first : first + once])
                yield self._read(Region.from_edges(part.span[0], cols.span[0], part.span[1], cols.span[1])), part

        parts = [
            resample(read(self._rows.weights(top, min(step, region.bottom - top))), cols=cols)
            for top in range(region.top, region.bottom, step)
        ]
        return _join(parts, axis=0)

    def _read(self, region: Region) -> Samples:
        try:
            with environment(self._name):
                full = None if self._dataset is self._full else self._full
                return read_bands(self._dataset, self._plan, region, full=full)
        except (RasterioError, OSError) as error:
            shrink = self._full.height / self._dataset.height
            self._reopen()
            top, bottom, left, right = (
                int(edge * shrink) for edge in (region.top, region.bottom, region.left, region.right)
            )
            raise RasterError(
                f"raster {show_name(self._name)} cannot be read in rows {top}–{bottom}, columns {left}–{right} "
                f"({find_reason(error)}); it may "
                "be damaged or cut short: copy it again, or exclude that part by `bounds`"
            ) from error


def _join(parts: list[Samples], *, axis: int) -> Samples:
    """Join samples along the rows (0) or columns (1)."""
    if len(parts) == 1:
        return parts[0]
    return Samples(
        np.concatenate([part.values for part in parts], axis=axis + 1),
        np.concatenate([part.valid for part in parts], axis=axis),
    )


def _overview(dataset: Any, plan: BandPlan, *, limit: float) -> int | None:
    """Return the level of the coarsest overview of all bands with a factor up to `limit`; None if there is none."""
    levels = [dataset.overviews(band) for band in (*plan.unique, *plan.flags)]
    if any(level != levels[0] for level in levels):
        return None
    fitting = [index for index, factor in enumerate(levels[0]) if factor <= limit * (1 + 1e-6)]
    return max(fitting, key=lambda index: levels[0][index], default=None)
