"""Rasters to summarise by patch: scores, and how far the best class is ahead of the second."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyproj
from numpy.typing import NDArray

from proxyclip_geo.errors import OptionError, RasterError
from proxyclip_geo.vector.label_mosaic import LabelMosaic
from proxyclip_geo.vector.open_raster import open_raster

_PERCENT = 0.01


class Values(Protocol):
    """A raster on the grid of the labels."""

    def read(self, top: int, bottom: int) -> NDArray[np.float64]:
        """Read rows: (bottom − top, W), NaN where there is no value."""


class Scores:
    """A raster of scores, 0–1; integers without a scale of their own are per cent."""

    def __init__(self, dataset: Any) -> None:
        self._dataset = dataset

    def read(self, top: int, bottom: int) -> NDArray[np.float64]:
        """Read rows."""
        return _decode(self._dataset, 1, top, bottom)


class Margin:
    """How far the most probable class is ahead of the second, from a raster with one band a class."""

    def __init__(self, dataset: Any) -> None:
        self._dataset = dataset

    def read(self, top: int, bottom: int) -> NDArray[np.float64]:
        """Read rows."""
        best = np.full((bottom - top, self._dataset.width), -np.inf)
        second = best.copy()
        for band in range(1, self._dataset.count + 1):
            values = _decode(self._dataset, band, top, bottom)
            values = np.where(np.isnan(values), -np.inf, values)
            np.maximum(second, np.minimum(best, values), out=second)
            np.maximum(best, values, out=best)
        with np.errstate(invalid="ignore"):
            return np.asarray(np.where(np.isfinite(second), best - second, np.nan))


def _decode(dataset: Any, band: int, top: int, bottom: int) -> NDArray[np.float64]:
    values = dataset.read(band, window=((top, bottom), (0, dataset.width)))
    scale, offset = dataset.scales[band - 1], dataset.offsets[band - 1]
    if values.dtype.kind in "iu" and (scale, offset) == (1, 0):
        scale = _PERCENT
    nodata = dataset.nodata
    if nodata is None and values.dtype == np.uint8:
        nodata = 255
    decoded = values * scale + offset
    if nodata is not None:
        decoded[values == nodata] = np.nan
    return np.asarray(decoded, np.float64)


@dataclass(frozen=True)
class _SideBySide:
    """Rasters on the grids of the label rasters; where several have a value, the first counts.

    Attributes:
        parts: The rasters, in the order of the label rasters.
        labels: The label rasters.
    """

    parts: tuple[Values, ...]
    labels: LabelMosaic

    def read(self, top: int, bottom: int) -> NDArray[np.float64]:
        """Read rows."""
        values = np.full((bottom - top, self.labels.shape[1]), np.nan)
        places = zip(self.parts, self.labels.rasters, self.labels.corners, strict=True)
        for part, raster, (row, column) in places:
            first, end = max(top, row), min(bottom, row + raster.height)
            if first < end:
                here = values[first - top : end - top, column : column + raster.width]
                np.copyto(here, part.read(first - row, end - row), where=np.isnan(here))
        return values


@contextmanager
def open_values(paths: Sequence[Path | str], kind: Callable[[Any], Values], *, labels: LabelMosaic) -> Iterator[Values]:
    """Open rasters to summarise: one for each label raster, or one for all together.

    Raises:
        OptionError: If there are neither one nor as many as label rasters.
        RasterError: If one cannot be read, or does not have the pixels of its labels.
    """
    if len(paths) not in (1, len(labels.rasters)):
        raise OptionError(
            f"{len(paths)} rasters of scores or probabilities do not go with {len(labels.rasters)} label rasters: give "
            "one for each, in the same order, or one that covers all of them"
        )
    with ExitStack() as stack:
        rasters = [stack.enter_context(open_raster(path)) for path in paths]
        if len(rasters) == 1:
            check_same_grid(labels, rasters[0])
            yield kind(rasters[0])
            return
        for single, raster in zip(labels.singles, rasters, strict=True):
            check_same_grid(single, raster)
        yield _SideBySide(tuple(kind(raster) for raster in rasters), labels)


def check_same_grid(labels: LabelMosaic, scores: Any) -> None:
    """Raise unless a raster has the pixels of the labels.

    Raises:
        RasterError: If it does not.
    """
    # A hundredth of a pixel over the whole raster: what two writers may round differently.
    tolerance = abs(labels.transform.determinant) ** 0.5 / max(labels.shape) / 100
    if labels.shape == scores.shape and labels.transform.almost_equals(scores.transform, precision=tolerance):
        if labels.crs is None or scores.crs is None or labels.rasters[0].crs == scores.crs:
            return
        raise RasterError(
            f"scores '{Path(scores.name)}' are in {pyproj.CRS(scores.crs.to_wkt()).name}, labels {labels.name} in "
            f"{labels.crs.name}: pass the score raster of the same run"
        )
    height, width = labels.shape
    raise RasterError(
        f"scores '{Path(scores.name)}' ({scores.width} × {scores.height} px) do not lie on the grid of labels "
        f"{labels.name} ({width} × {height} px): pass the score raster of the same run"
    )
