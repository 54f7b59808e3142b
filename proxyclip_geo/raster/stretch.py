"""Linear stretch of raster values to 8-bit colours: one stretch per raster, given or measured."""

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.errors import RasterioError

from proxyclip_geo.errors import RasterError
from proxyclip_geo.raster.bands import BandPlan, read_bands
from proxyclip_geo.raster.open_errors import find_reason
from proxyclip_geo.raster.options import Percentiles, Stretch
from proxyclip_geo.raster.resample import Samples, working_type
from proxyclip_geo.region import Region
from proxyclip_geo.remedies import Remedy

# Longest side of the decimated read.
_SAMPLE_SIDE = 1024
_TILE = 2048
# Most tiles that are searched for valid pixels.
_SEARCHED = 2000
# Full-resolution values that are enough for percentiles, per band.
_MAX_VALUES = 4_000_000


def apply_stretch(stretch: Stretch, values: NDArray[Any]) -> NDArray[np.uint8]:
    """Map values to 0–255.

    Args:
        stretch: The limits.
        values: (3, H, W), finite.

    Returns:
        (3, H, W) uint8.
    """
    work = working_type(values.dtype)
    out = np.empty(values.shape, dtype=np.uint8)
    for band, (low, high) in enumerate(zip(stretch.lows, stretch.highs, strict=True)):
        scaled = values[band].astype(work)
        scaled -= work.type(low)
        scaled *= work.type(255 / (high - low))
        out[band] = np.rint(np.clip(scaled, 0, 255, out=scaled), out=scaled)
    return out


def _limits(values: NDArray[np.float64], percentiles: Percentiles) -> tuple[float, float]:
    """Return the percentiles; the extremes where they coincide; around a constant, limits that make it mid-grey."""
    low, high = np.percentile(values, (percentiles.low, percentiles.high))
    if not low < high:
        low, high = values.min(), values.max()
    if not low < high:
        # Wide enough for the limits to differ in float32.
        margin = max(0.5, abs(low) * 1e-3)
        low, high = low - margin, high + margin
    return float(low), float(high)


def to_rgb(values: NDArray[Any], plan: BandPlan, stretch: Stretch | None) -> NDArray[np.uint8]:
    """Convert values to colours: stretched, or rounded, and inverted if 0 is white.

    Args:
        values: (3, H, W), finite.
        plan: The bands that they are of.
        stretch: The limits; None leaves 8-bit values as they are.

    Returns:
        (3, H, W) uint8.
    """
    if stretch:
        rgb = apply_stretch(stretch, values)
    else:
        rgb = values if values.dtype == np.uint8 else np.rint(values).astype(np.uint8)
    return np.asarray(255 - rgb) if plan.is_inverted else rgb


def sample_values(dataset: Any, plan: BandPlan, *, name: str) -> NDArray[Any]:
    """Read (C, N) values of valid pixels from all over the raster, for percentiles.

    Sampling is nearest neighbour, from an overview where one exists, so that nodata is not averaged with data. The area
    of interest is ignored: all areas of a raster get the same colours.

    Args:
        dataset: An open rasterio dataset.
        plan: Bands to read.
        name: Raster name in error messages.

    Raises:
        RasterError: If the raster cannot be read or has no valid pixel.
    """
    whole = Region(0, 0, dataset.height, dataset.width)
    shrink = max(1.0, max(whole.shape) / _SAMPLE_SIDE)
    shape = max(1, round(whole.height / shrink)), max(1, round(whole.width / shrink))
    try:
        values = _valid_values(read_bands(dataset, plan, whole, shape=shape))
        if values.shape[1] == 0 and shrink > 1:
            values = _read_full_resolution(dataset, plan, whole)
    except (RasterioError, OSError) as error:
        raise RasterError(
            f"raster {name} cannot be read while measuring its stretch ({find_reason(error)}); it may be damaged or "
            "cut short: copy it again, or give the limits, e.g. stretch='0,3000'"
        ) from error
    if values.shape[1] == 0:
        raise RasterError(
            f"every pixel of raster {name} (or of a sample of a very large one) is nodata; give the limits, e.g. "
            "stretch='0,3000'",
            remedy=Remedy("fix-nodata"),
        )
    return values


def measure_stretch(values: NDArray[Any], plan: BandPlan, *, percentiles: Percentiles) -> Stretch:
    """Compute the percentiles of each colour.

    Args:
        values: (C, N) values, from `sample_values`.
        plan: The bands that they are of.
        percentiles: Lower and upper percentile.
    """
    layers = [values[plan.unique.index(band)] for band in plan.colors]
    limits = [_limits(layer.astype(np.float64), percentiles) for layer in layers]
    return Stretch(tuple(low for low, _ in limits), tuple(high for _, high in limits))


def _valid_values(samples: Samples) -> NDArray[Any]:
    return samples.values[:, samples.valid]


def _read_full_resolution(dataset: Any, plan: BandPlan, whole: Region) -> NDArray[Any]:
    """Read at full resolution, tile by tile, where sampling found no valid pixel; of a very large raster, a part."""
    found: list[NDArray[Any]] = []
    count = 0
    for tile in itertools.islice(whole.tiles(_TILE), _SEARCHED):
        values = _valid_values(read_bands(dataset, plan, tile))
        found.append(values)
        count += values.shape[1]
        if count > _MAX_VALUES:
            break
    return np.concatenate(found, axis=1)
