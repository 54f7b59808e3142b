"""Linear stretch of raster values to 8-bit colours: one stretch per raster, given or measured."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.errors import RasterioError

from proxyclip_geo.errors import OptionError, RasterError
from proxyclip_geo.files import write_json
from proxyclip_geo.raster.bands import BandPlan, read_bands
from proxyclip_geo.raster.resample import Samples, working_type
from proxyclip_geo.region import Region

# Longest side of the decimated read.
_SAMPLE_SIDE = 1024
_TILE = 2048
# Full-resolution values that are enough for percentiles, per band.
_MAX_VALUES = 4_000_000


@dataclass(frozen=True)
class Stretch:
    """Limits that become 0 and 255; values beyond them are clipped.

    Attributes:
        lows: Value that becomes 0, for red, green and blue; one value stands for all three.
        highs: Value that becomes 255, likewise; each above its low.

    Raises:
        OptionError: If the limits are not finite, not one or three, or a high is not above its low.
    """

    lows: tuple[float, ...]
    highs: tuple[float, ...]

    def __post_init__(self) -> None:
        for field in ("lows", "highs"):
            limits = tuple(float(value) for value in getattr(self, field))
            if len(limits) not in (1, 3):
                raise OptionError(f"a stretch has {len(limits)} {field}; give one, or one each for red, green and blue")
            object.__setattr__(self, field, limits * 3 if len(limits) == 1 else limits)
        for low, high in zip(self.lows, self.highs, strict=True):
            if not (math.isfinite(low) and math.isfinite(high) and low < high):
                raise OptionError(f"stretch limits {low:g} to {high:g}: both must be finite and the first the smaller")

    @classmethod
    def from_percentiles(cls, bands: "list[NDArray[Any]]", *, percentiles: tuple[float, float] = (2, 98)) -> "Stretch":
        """Take the limits from sampled values.

        A band whose percentiles coincide takes its extremes; a constant band becomes mid-grey.

        Args:
            bands: Valid values of red, green and blue, none empty.
            percentiles: Lower and upper percentile.
        """
        limits = [_limits(np.asarray(band, dtype=np.float64), percentiles) for band in bands]
        return cls(tuple(low for low, _ in limits), tuple(high for _, high in limits))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Stretch":
        """Read what `to_dict` wrote.

        Raises:
            OptionError: If `lows` or `highs` is missing or not a list of numbers.
        """
        try:
            lows, highs = (tuple(float(value) for value in values[field]) for field in ("lows", "highs"))
        except (KeyError, TypeError, ValueError) as error:
            raise OptionError('a stretch needs lists of numbers, like {"lows": [0], "highs": [4000]}') from error
        return cls(lows, highs)

    @classmethod
    def load(cls, path: str | Path) -> "Stretch":
        """Read a stretch from a JSON file.

        Raises:
            OptionError: If the file is missing or not a stretch.
        """
        try:
            values = json.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise OptionError(f"stretch file {path} cannot be read: {error}") from error
        return cls.from_dict(values)

    def save(self, path: str | Path) -> None:
        """Write the stretch to a JSON file, for use with other rasters of the same kind."""
        write_json(Path(path), self.to_dict())

    def to_dict(self) -> dict[str, list[float]]:
        """Return the limits as JSON-able lists."""
        return {field: list(limits) for field, limits in asdict(self).items()}

    def apply(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """Map values to 0–255.

        Args:
            values: (3, H, W), finite.

        Returns:
            (3, H, W) uint8.
        """
        work = working_type(values.dtype)
        out = np.empty(values.shape, dtype=np.uint8)
        for band, (low, high) in enumerate(zip(self.lows, self.highs, strict=True)):
            scaled = values[band].astype(work)
            scaled -= work.type(low)
            scaled *= work.type(255 / (high - low))
            out[band] = np.rint(np.clip(scaled, 0, 255, out=scaled), out=scaled)
        return out


def _limits(values: NDArray[np.float64], percentiles: tuple[float, float]) -> tuple[float, float]:
    low, high = np.percentile(values, percentiles)
    if not low < high:
        low, high = values.min(), values.max()
    if not low < high:
        # Wide enough for the limits to differ in float32.
        margin = max(0.5, abs(low) * 1e-3)
        low, high = low - margin, high + margin
    return float(low), float(high)


def check_percentiles(percentiles: tuple[float, float]) -> None:
    """Refuse percentiles that are not ordered within 0–100.

    Raises:
        OptionError: If they are not.
    """
    low, high = percentiles
    if not 0 <= low < high <= 100:
        raise OptionError(
            f"stretch percentiles {low:g} and {high:g} must be ordered and within 0 to 100, e.g. 2 and 98"
        )


def measure_stretch(dataset: Any, plan: BandPlan, *, percentiles: tuple[float, float], name: str) -> Stretch:
    """Compute the percentiles of each band over the valid pixels of the whole raster.

    Sampling is nearest neighbour, from an overview where one exists, so that nodata is not averaged with data. The area
    of interest is ignored: all areas of a raster get the same colours.

    Args:
        dataset: An open rasterio dataset.
        plan: Bands to measure.
        percentiles: Lower and upper percentile, 0–100.
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
            f"raster {name} cannot be read while measuring its stretch ({error}); it may be damaged or cut short: copy "
            "it again, or give the limits with --stretch"
        ) from error
    if values.shape[1] == 0:
        raise RasterError(
            f"every pixel of raster {name} is nodata; correct its nodata value, alpha or mask band, e.g. with "
            "gdal_edit -unsetnodata"
        )
    layers = [values[plan.unique.index(band)] for band in plan.colors]
    return Stretch.from_percentiles(layers, percentiles=percentiles)


def _valid_values(samples: Samples) -> NDArray[Any]:
    return samples.values[:, samples.valid]


def _read_full_resolution(dataset: Any, plan: BandPlan, whole: Region) -> NDArray[Any]:
    """Read at full resolution, tile by tile, where sampling found no valid pixel."""
    found: list[NDArray[Any]] = []
    count = 0
    for tile in whole.tiles(_TILE):
        values = _valid_values(read_bands(dataset, plan, tile))
        found.append(values)
        count += values.shape[1]
        if count > _MAX_VALUES:
            break
    return np.concatenate(found, axis=1)
