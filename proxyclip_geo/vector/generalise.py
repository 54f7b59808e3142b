"""Generalise a coverage: merge small patches, smooth borders.

The order is: majority filter (while the raster is read), small patches and holes, smoothing, simplification. Patches
and borders are those of the whole raster, not of strips. Each border is stored once for both its sides, so that no gaps
and no overlaps arise. Borders with nodata do not change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.errors import OptionError
from proxyclip_geo.progress import Progress, ProgressEvent, no_progress
from proxyclip_geo.vector.chains import label_components
from proxyclip_geo.vector.coverage import Coverage, Patches
from proxyclip_geo.vector.merge_small import dissolve, merge_small
from proxyclip_geo.vector.options import VectorOptions
from proxyclip_geo.vector.pixel_metric import PixelMetric
from proxyclip_geo.vector.ragged import sum_by
from proxyclip_geo.vector.release_memory import release_memory
from proxyclip_geo.vector.rings import corner_pairs
from proxyclip_geo.vector.smooth import smooth_arcs
from proxyclip_geo.vector.trace_strip import OUTSIDE

MIN_PIXELS = 16
"""Default of the smallest patch, in pixels."""


@dataclass(frozen=True)
class Changes:
    """Result of merging small patches, in numbers.

    Attributes:
        patches: Small patches that were merged with a neighbour.
        holes: Unclassified patches that were filled.
        pixels: Pixels whose label changed.
        gains: Pixels that each code gained (negative: lost), where not 0.
    """

    patches: int = 0
    holes: int = 0
    pixels: int = 0
    gains: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, patches: Patches, new: NDArray[np.int32], *, unclassified: NDArray[np.bool_]) -> "Changes":
        """Compare the codes of patches with new ones (P,)."""
        changed = patches.codes != new
        codes, owner = np.unique(np.concatenate((patches.codes[changed], new[changed])), return_inverse=True)
        pixels = patches.pixels[changed]
        gains = sum_by(owner, np.concatenate((-pixels, pixels)), len(codes)).astype(int)
        return cls(
            patches=int((changed & ~unclassified).sum()),
            holes=int((changed & unclassified).sum()),
            pixels=int(pixels.sum()),
            gains={int(code): int(count) for code, count in zip(codes, gains, strict=True) if count},
        )


@dataclass(frozen=True)
class Generalised:
    """A generalised coverage.

    Attributes:
        coverage: Patches and arcs.
        changes: What was changed.
    """

    coverage: Coverage
    changes: Changes


def generalise(
    coverage: Coverage,
    options: VectorOptions,
    *,
    metric: PixelMetric,
    skipped: tuple[int, ...],
    spill: Path,
    progress: Progress = no_progress,
) -> Generalised:
    """Merge small patches and smooth borders.

    Args:
        coverage: Patches and arcs, as traced. If limits are in m² and pixels differ in area, the last of the totals is
            the area of the patch.
        options: Smallest patches and holes, whether borders are smoothed, and the connectivity of patches.
        metric: Size of the pixels.
        skipped: Label codes of unclassified patches.
        spill: Directory for the vertices.
        progress: Called in the stage "generalise".

    Raises:
        OptionError: If areas are given in m² and the raster cannot be measured.
    """
    progress(ProgressEvent("generalise", 0, 2, "steps"))
    if metric.nodes is None and metric.ellipsoid and options.has_areas:
        raise OptionError(
            "a part of the raster lies beyond its CRS, so that patches cannot be measured in m²; leave out `min_area` "
            "and other limits in m² (they are 16 pixels then), or warp the raster to another CRS"
        )
    areas = _measure_patches(coverage, metric, summed=options.has_areas and not metric.is_uniform)
    unclassified = np.isin(coverage.patches.codes, skipped)
    limits, changes = np.zeros(len(areas)), Changes()
    for limit, of in ((options.min_area, ~unclassified), (options.hole_area, unclassified)):
        pixel = areas[of] / np.maximum(coverage.patches.pixels[of], 1)
        # Slightly less, so that patches of exactly that many pixels are not subject to rounding.
        limits[of] = pixel * (MIN_PIXELS - 0.5) if limit is None else limit
    if limits.any():
        if options.connectivity == 8:
            pairs = corner_pairs(coverage)
            group = label_components(len(areas), pairs[:, 0], pairs[:, 1])
            limits[sum_by(group, areas, int(group.max()) + 1)[group] >= limits] = 0
        into, merged = merge_small(coverage, areas, limits, skipped=skipped)
        changes = Changes.of(coverage.patches, merged[into], unclassified=unclassified)
        coverage = dissolve(coverage, into, merged)
        release_memory()
    progress(ProgressEvent("generalise", 1, 2, "steps"))
    if options.smooth:
        coverage = replace(coverage, arcs=smooth_arcs(coverage.arcs, spill / "smooth.bin"))
    progress(ProgressEvent("generalise", 2, 2, "steps"))
    return Generalised(coverage, changes)


def _measure_patches(coverage: Coverage, metric: PixelMetric, *, summed: bool) -> NDArray[np.float64]:
    """Return the areas of patches: the sums if there are, else the number of pixels times the area of the first."""
    if summed:
        return coverage.patches.totals[:, -1]
    patches, width = coverage.patches, coverage.shape[1]
    if metric.nodes is None:
        return patches.pixels.astype(np.float64)
    row, column = np.divmod(np.where(patches.codes == OUTSIDE, 0, patches.first), width)
    return np.asarray(patches.pixels * metric.pixel_areas(np.column_stack((column, row)) + 0.5))
