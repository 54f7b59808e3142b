"""Halving equals its definition, pixel by pixel."""

from collections import Counter

import numpy as np
import pytest

from proxyclip_geo.raster import overviews
from proxyclip_geo.raster.overviews import halve


def find_mode(values: list[int]) -> int:
    """Return the value that is the first to occur most often, of values in turn."""
    counts: Counter[int] = Counter()
    found = values[0]
    for value in values:
        counts[value] += 1
        if counts[value] > counts[found]:
            found = value
    return found


@pytest.mark.parametrize("strip_bytes", [1 << 18, 32])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("nodata", [None, 3])
@pytest.mark.parametrize("shape", [(1, 40, 60), (2, 7, 9), (1, 1, 1)])
def test_the_mode_of_four_pixels_is_the_first_to_occur_most_often(
    monkeypatch, strip_bytes, dtype, nodata, shape
) -> None:
    monkeypatch.setattr(overviews, "_STRIP_BYTES", strip_bytes)
    labels = np.random.default_rng(0).integers(0, 4, shape).astype(dtype)
    small = halve(labels, resampling="mode", nodata=nodata)
    padded = np.pad(labels, ((0, 0), (0, shape[1] % 2), (0, shape[2] % 2)), mode="edge")
    for (band, row, column), value in np.ndenumerate(small):
        four = padded[band, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2].ravel().tolist()
        data = [item for item in four if item != nodata]
        assert value == (find_mode(data) if data else nodata)
    assert small.dtype == labels.dtype


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32"])
@pytest.mark.parametrize("nodata", [None, 3])
def test_the_mean_leaves_out_nodata_and_rounds_integers(dtype, nodata) -> None:
    scores = np.random.default_rng(0).integers(0, 5, (2, 30, 50)).astype(dtype)
    small = halve(scores, resampling="average", nodata=nodata)
    for (band, row, column), value in np.ndenumerate(small):
        four = scores[band, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2].ravel()
        data = four[four != nodata] if nodata is not None else four
        mean = data.mean() if len(data) else nodata
        assert value == (mean if dtype == "float32" or not len(data) else np.floor(mean + 0.5))
