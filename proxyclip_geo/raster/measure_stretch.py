"""Measuring the stretch of a raster from a decimated read."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.errors import RasterioError

from proxyclip_geo.errors import RasterError
from proxyclip_geo.raster.bands import BandPlan, read_bands
from proxyclip_geo.raster.dataset import environment
from proxyclip_geo.raster.resample import Samples
from proxyclip_geo.raster.stretch import Stretch
from proxyclip_geo.region import Region

_SAMPLE_SIDE = 1024
_TILE = 2048
# Where sampling met no data, the little there is fits in memory; should it not, this many values tell enough.
_ENOUGH = 4_000_000


def measure_stretch(dataset: Any, plan: BandPlan, *, percentiles: tuple[float, float], name: str) -> Stretch:
    """Return the percentiles of the valid pixels of the whole raster, band by band.

    Pixels are sampled by nearest neighbour, from an overview where there is one, so that no-data does not blend into
    them. The area of interest has no say: neighbouring areas of one raster get the same colours.

    Raises:
        RasterError: If the raster cannot be read, or has no valid pixel.
    """
    whole = Region(0, 0, dataset.height, dataset.width)
    shrink = max(1.0, max(whole.shape) / _SAMPLE_SIDE)
    shape = max(1, round(whole.height / shrink)), max(1, round(whole.width / shrink))
    try:
        with environment(name):
            values = _valid_values(read_bands(dataset, plan, whole, shape=shape))
            if values.shape[1] == 0 and shrink > 1:
                values = _search(dataset, plan, whole)
    except (RasterioError, OSError) as error:
        raise RasterError(
            f"raster {name} cannot be read while measuring its stretch ({error}); it may be damaged or cut short: copy "
            "it again, or give the limits with --stretch"
        ) from error
    if values.shape[1] == 0:
        raise RasterError(
            f"every pixel of raster {name} is no-data; correct its no-data value, alpha or mask band, e.g. with "
            "gdal_edit -unsetnodata"
        )
    layers = [values[plan.unique.index(band)] for band in plan.colors]
    return Stretch.from_percentiles(layers, percentiles=percentiles)


def _valid_values(samples: Samples) -> NDArray[Any]:
    return samples.values[:, samples.valid]


def _search(dataset: Any, plan: BandPlan, whole: Region) -> NDArray[Any]:
    """Read at full resolution, tile by tile, for the few valid pixels that sampling missed."""
    found: list[NDArray[Any]] = []
    count = 0
    for tile in whole.tiles(_TILE):
        values = _valid_values(read_bands(dataset, plan, tile))
        found.append(values)
        count += values.shape[1]
        if count > _ENOUGH:
            break
    return np.concatenate(found, axis=1)
