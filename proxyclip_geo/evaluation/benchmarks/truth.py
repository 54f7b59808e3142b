"""The truth of benchmarks: values, colours or masks become class indices."""

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.errors import RasterError
from proxyclip_geo.evaluation.benchmarks.benchmark import IGNORED, Benchmark, Layout
from proxyclip_geo.raster.labels import pack_colors

_SHOWN = 5
_UNKNOWN = -2


def decode_truth(values: NDArray[np.integer], benchmark: Benchmark, layout: Layout, *, path: Path) -> NDArray[np.int16]:
    """Return the classes of the pixels of a label file.

    Args:
        values: (H, W) values, or (3, H, W) colours.
        benchmark: The set.
        layout: The layout of the file.
        path: The file, for messages.

    Returns:
        (H, W) class index, `IGNORED` where a pixel does not count.

    Raises:
        RasterError: If there are unknown values or colours.
    """
    if values.ndim == 3 and not benchmark.colors:
        values = _to_grey(values, path)
    if values.ndim == 3:
        return _from_colors(pack_colors(values.astype(np.uint8)), benchmark, path)
    if layout.at_least is not None:
        return (values >= layout.at_least).astype(np.int16)
    return _from_values(values, benchmark, layout, path)


def _to_grey(rgb: NDArray[np.integer], path: Path) -> NDArray[np.integer]:
    """Return the values of a mask that was stored with three bands.

    Raises:
        RasterError: If the bands differ.
    """
    # JPEG changes equal bands by a few levels.
    if np.ptp(rgb.astype(np.int16), axis=0).max(initial=0) > 8:
        raise RasterError(
            f"{path} holds colours, but the truth of this set is one band of class values; check the file"
        )
    green: NDArray[np.integer] = rgb[1]
    return green


def _from_values(values: NDArray[np.integer], benchmark: Benchmark, layout: Layout, path: Path) -> NDArray[np.int16]:
    first = benchmark.labels.first if layout.first is None else layout.first
    count = len(benchmark.names)
    truth = values.astype(np.int32) - first
    ignored = np.isin(values, benchmark.labels.ignore) | (truth < 0)
    unknown = np.unique(values[~ignored & (truth >= count)])
    if len(unknown):
        listed = ", ".join(map(str, unknown[:_SHOWN].tolist())) + (" …" if len(unknown) > _SHOWN else "")
        raise RasterError(
            f"{path} holds the values {listed}, but the classes of {benchmark.title} are {first}–{first + count - 1} "
            f"and ignored is {', '.join(map(str, benchmark.labels.ignore))}; check that these are its label files"
        )
    return np.where(ignored, IGNORED, truth).astype(np.int16)


def _from_colors(packed: NDArray[np.int32], benchmark: Benchmark, path: Path) -> NDArray[np.int16]:
    colors = benchmark.colors
    truth: NDArray[np.int16] = _color_table(tuple(colors.items()))[packed]
    unknown = truth == _UNKNOWN
    if unknown.any():
        found, counts = np.unique(packed[unknown], return_counts=True)
        worst = np.argsort(-counts, kind="stable")[:_SHOWN]
        listed = ", ".join(f"#{found[index]:06x} ({counts[index]} pixels)" for index in worst)
        raise RasterError(
            f"{path} holds {len(found)} unknown colours, e.g. {listed}; the colours of {benchmark.title} are "
            f"{', '.join(colors)}; check that the file is a label file that was not resampled or stored as JPEG"
        )
    return truth


@lru_cache(maxsize=1)
def _color_table(colors: tuple[tuple[str, int], ...]) -> NDArray[np.int16]:
    """Return the class index of every colour, as a number of 24 bits."""
    table = np.full(1 << 24, _UNKNOWN, np.int16)
    for color, index in colors:
        table[int(color[1:], 16)] = index
    return table


def encode_truth(benchmark: Benchmark, truth: NDArray[np.int16], *, first: int) -> NDArray[np.uint8]:
    """Return class indices as the values of a label file of one band.

    Args:
        benchmark: The set.
        truth: (H, W) class index or `IGNORED`.
        first: Value of the first class.
    """
    void = 0 if first else benchmark.labels.ignore[0]
    return np.where(truth == IGNORED, void, truth + first).astype(np.uint8)
