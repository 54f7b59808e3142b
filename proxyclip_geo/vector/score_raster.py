"""Rasters that are summarised by patch: scores, and the margin between the best class and the second."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.errors import OptionError, RasterError
from proxyclip_geo.geobox import GeoBox, same_crs
from proxyclip_geo.raster.dataset import log_hosts, open_dataset, read_region, strip_environment
from proxyclip_geo.raster.georeference import read_geobox
from proxyclip_geo.raster.names import gdal_name
from proxyclip_geo.raster.spec import SCORE_NODATA, SCORE_SCALE
from proxyclip_geo.region import Region
from proxyclip_geo.vector.label_mosaic import LabelMosaic


class ValueRaster(Protocol):
    """A raster on the grid of the labels, read in strips."""

    def read(self, top: int, bottom: int) -> NDArray[np.float64]:
        """Read rows: (bottom − top, W), NaN where there is no value."""


@dataclass(frozen=True)
class ScoreRaster:
    """Scores, 0–1; integers without a scale of their own are per cent.

    Attributes:
        dataset: An open rasterio dataset.
    """

    dataset: Any

    def read(self, top: int, bottom: int) -> NDArray[np.float64]:
        """Read rows."""
        return _decode(self.dataset, 1, top, bottom)


@dataclass(frozen=True)
class MarginRaster:
    """Difference between the two highest probabilities.

    Attributes:
        dataset: An open rasterio dataset with one band of probabilities per class.
    """

    dataset: Any

    def read(self, top: int, bottom: int) -> NDArray[np.float64]:
        """Read rows."""
        best = np.full((bottom - top, self.dataset.width), -np.inf)
        second = best.copy()
        for band in range(1, self.dataset.count + 1):
            values = _decode(self.dataset, band, top, bottom)
            values = np.where(np.isnan(values), -np.inf, values)
            np.maximum(second, np.minimum(best, values), out=second)
            np.maximum(best, values, out=best)
        with np.errstate(invalid="ignore"):
            return np.asarray(np.where(np.isfinite(second), best - second, np.nan))


def _decode(dataset: Any, band: int, top: int, bottom: int) -> NDArray[np.float64]:
    values = read_region(dataset, Region(top, 0, bottom - top, dataset.width), name=dataset.name, band=band)
    scale, offset = dataset.scales[band - 1], dataset.offsets[band - 1]
    if values.dtype.kind in "iu" and (scale, offset) == (1, 0):
        scale = 1 / SCORE_SCALE
    nodata = dataset.nodata
    if nodata is None and values.dtype == np.uint8:
        nodata = SCORE_NODATA
    decoded = values * scale + offset
    if nodata is not None:
        decoded[values == nodata] = np.nan
    return np.asarray(decoded, np.float64)


@dataclass(frozen=True)
class _ValueMosaic:
    """Rasters on the grids of the label rasters; where several have a value, the first counts.

    Attributes:
        rasters: The rasters, in the order of the label rasters.
        labels: The label rasters.
    """

    rasters: tuple[ValueRaster, ...]
    labels: LabelMosaic

    def read(self, top: int, bottom: int) -> NDArray[np.float64]:
        """Read rows."""
        values = np.full((bottom - top, self.labels.shape[1]), np.nan)
        for raster, source, (row, column) in zip(self.rasters, self.labels.sources, self.labels.corners, strict=True):
            first, end = max(top, row), min(bottom, row + source.geobox.height)
            if first < end:
                part = values[first - top : end - top, column : column + source.geobox.width]
                np.copyto(part, raster.read(first - row, end - row), where=np.isnan(part))
        return values


@contextmanager
def open_value_raster(
    paths: Sequence[Path | str], kind: Callable[[Any], ValueRaster], *, labels: LabelMosaic
) -> Iterator[ValueRaster]:
    """Open rasters to summarise by patch.

    Args:
        paths: One raster for each label raster, or one for all together.
        kind: Makes the reader of an open dataset.
        labels: The label rasters.

    Raises:
        OptionError: If there are neither one nor as many as label rasters.
        RasterError: If one cannot be read, or does not lie on the grid of its labels.
    """
    if len(paths) not in (1, len(labels.sources)):
        raise OptionError(
            f"{len(paths)} rasters of scores or probabilities do not go with {len(labels.sources)} label rasters: give "
            "one for each, in the same order, or one that covers all of them"
        )
    with ExitStack() as stack:
        datasets = []
        for path in paths:
            log_hosts(gdal_name(path))
            datasets.append(stack.enter_context(open_dataset(gdal_name(path))))
            stack.enter_context(strip_environment(datasets[-1]))
        if len(datasets) == 1:
            _check_same_grid(labels.geobox, datasets[0], name=labels.name)
            yield kind(datasets[0])
            return
        for source, dataset in zip(labels.sources, datasets, strict=True):
            _check_same_grid(source.geobox, dataset, name=source.name)
        yield _ValueMosaic(tuple(kind(dataset) for dataset in datasets), labels)


def _check_same_grid(labels: GeoBox, dataset: Any, *, name: str) -> None:
    """Raise a RasterError unless a raster lies on the grid of the labels."""
    scores = read_geobox(dataset, name=dataset.name)
    if labels.shape != scores.shape or labels.grid_offset(scores) != (0, 0):
        raise RasterError(
            f"scores {dataset.name} ({scores.width} × {scores.height} px) do not lie on the grid of labels {name} "
            f"({labels.width} × {labels.height} px): pass the score raster of the same run"
        )
    if labels.crs is not None and scores.crs is not None and not same_crs(labels.crs, scores.crs):
        raise RasterError(
            f"scores {dataset.name} are in {scores.crs.name}, labels {name} in {labels.crs.name}: pass the score "
            "raster of the same run"
        )
