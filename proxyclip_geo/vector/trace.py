"""Trace label rasters to a coverage: strips are read in order and traced in threads."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.progress import Progress, ProgressEvent, no_progress
from proxyclip_geo.vector.coverage import Coverage, CoverageBuilder
from proxyclip_geo.vector.label_mosaic import LabelMosaic
from proxyclip_geo.vector.majority import filter_majority
from proxyclip_geo.vector.options import EXACT, VectorOptions
from proxyclip_geo.vector.release_memory import release_memory
from proxyclip_geo.vector.score_raster import ValueRaster
from proxyclip_geo.vector.trace_strip import OUTSIDE, Strip, trace_strip

_PIXELS_AT_ONCE = 3_000_000


def trace(
    labels: LabelMosaic,
    *,
    spill: Path,
    values: Sequence[ValueRaster] = (),
    options: VectorOptions = EXACT,
    progress: Progress = no_progress,
) -> Coverage:
    """Trace the patches of a label raster.

    Memory depends on the strip, the number of patches and the number of fragments, not on the size of the raster.

    Args:
        labels: Open label rasters on one grid.
        spill: Directory for the vertices; they take 8 bytes each.
        values: Rasters on the same grid to summarise by patch.
        options: Majority radius, rows of a strip, number of threads.
        progress: Called with rows done, in the stage "polygonize".
    """
    height = labels.shape[0]
    builder = CoverageBuilder(labels.shape, spill=spill / "vertices.bin")
    try:
        progress(ProgressEvent("polygonize", 0, height, "rows"))
        with ThreadPoolExecutor(options.threads) as pool:
            waiting: deque[tuple[int, Future[Strip]]] = deque()

            def add_oldest() -> None:
                bottom, future = waiting.popleft()
                builder.add(future.result())
                progress(ProgressEvent("polygonize", bottom, height, "rows"))

            for top, bottom in _strips(labels, options):
                codes = _read_codes(labels, top, bottom, options.majority)
                scores = tuple(_read_values(raster, top, bottom) for raster in values)
                last = bottom == height
                waiting.append((bottom, pool.submit(trace_strip, codes, top=top, last=last, values=scores)))
                if len(waiting) >= options.threads:
                    add_oldest()
            while waiting:
                add_oldest()
        release_memory()
        coverage = builder.finish()
        release_memory()
        return coverage
    finally:
        builder.close()


def _strips(labels: LabelMosaic, options: VectorOptions) -> Iterator[tuple[int, int]]:
    """Yield (top, bottom) of the strips."""
    height, width = labels.shape
    rows = options.block_rows or max(1, min(512, _PIXELS_AT_ONCE // width))
    yield from ((top, min(top + rows, height)) for top in range(0, height, rows))


def _read_codes(labels: LabelMosaic, top: int, bottom: int, radius: int) -> NDArray[Any]:
    """Read the codes of a strip and of the row above it."""
    first, end = max(0, top - 1 - radius), min(labels.shape[0], bottom + radius)
    codes = labels.read(first, end)
    if radius:
        codes = filter_majority(codes, radius)
    codes = codes[max(0, top - 1) - first : bottom - first]
    if top:
        return codes
    return np.concatenate((np.full((1, codes.shape[1]), OUTSIDE, codes.dtype), codes))


def _read_values(raster: ValueRaster, top: int, bottom: int) -> NDArray[np.float64]:
    """Read a strip of values; the row above it, which is not summarised, is NaN."""
    values = raster.read(top, bottom)
    return np.concatenate((np.full((1, values.shape[1]), np.nan), values))
