"""Label rasters to polygons with attributes, batch by batch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from proxyclip_geo.errors import VectorError, warn_quality
from proxyclip_geo.progress import Progress, ProgressEvent, no_progress
from proxyclip_geo.vector.batch import PolygonBatch
from proxyclip_geo.vector.coverage import Coverage, Patches
from proxyclip_geo.vector.generalise import Changes, generalise
from proxyclip_geo.vector.label_mosaic import LabelMosaic, decode_labels, encode_label, open_label_mosaic
from proxyclip_geo.vector.options import EXACT, VectorOptions
from proxyclip_geo.vector.pixel_metric import PixelMetric, outlines_to_world
from proxyclip_geo.vector.polygons_from_arcs import Features, Outlines, assemble, choose_features, simplify
from proxyclip_geo.vector.ragged import Ints
from proxyclip_geo.vector.reproject import Reprojection
from proxyclip_geo.vector.score_raster import MarginRaster, ScoreRaster, ValueRaster, open_value_raster
from proxyclip_geo.vector.trace import trace
from proxyclip_geo.vector.zonal_statistics import check_statistics, mean_values

_UNCLASSIFIED = encode_label(0)
_TINY_PATCH, _MANY_TINY_PATCHES = 4, 100_000


@dataclass
class PolygonSource:
    """Polygons that are assembled during iteration, which is possible once.

    Attributes:
        coverage: Patches and arcs.
        features: Patches of each polygon.
        names: Class name of each label.
        reprojection: Conversion from pixel coordinates to the CRS of the polygons.
        measures: Names of the rasters summarised by patch, in the order of the patches' columns.
        statistics: Rasters to average over the polygons, by column name.
        drop_collinear: Whether to drop collinear vertices.
        simplify: Tolerance in pixels of simplifying all polygons together; 0 for none.
        drop_smaller: Polygons of a smaller area, in `area_unit`, are left out; None for none.
        changes: Patches and pixels changed by merging small patches.
        progress: Called with polygons done, in the stage "write".
        written: Polygons yielded so far.
        dropped: Polygons left out so far as too small.
        areas: Area of each class yielded so far, in `area_unit`.
    """

    coverage: Coverage
    features: Features
    names: Mapping[int, str]
    reprojection: Reprojection
    measures: tuple[str, ...] = ()
    statistics: Mapping[str, Path | str] = field(default_factory=dict)
    drop_collinear: bool = True
    simplify: float = 0.0
    drop_smaller: float | None = None
    changes: Changes = field(default=Changes())
    progress: Progress = field(default=no_progress, repr=False)
    written: int = 0
    dropped: int = 0
    areas: dict[str, float] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Number of polygons, before clipping."""
        return self.features.count

    @property
    def crs(self) -> pyproj.CRS | None:
        """CRS of the polygons."""
        return self.reprojection.crs

    @property
    def gains(self) -> dict[str, int]:
        """Pixels that each class gained (negative: lost) by merging small patches; the sum is that of filled holes."""
        gains = {int(decode_labels(np.array(code))): count for code, count in self.changes.gains.items()}
        return {self.names[label]: count for label, count in gains.items() if label in self.names}

    @property
    def area_unit(self) -> str:
        """Unit of areas: "m²", or "px" where the CRS has neither an ellipsoid nor a unit of length."""
        return "m²" if self.reprojection.metric.in_metres else "px"

    @property
    def multipart(self) -> bool:
        """Whether there may be multipolygons."""
        return len(self.features.patches) > self.count or self.reprojection.multipart

    def __iter__(self) -> Iterator[PolygonBatch]:
        """Yield batches in row-major order of the polygons' first pixels; at least one, which may be empty."""
        merged, done = self._merged(), 0
        nothing = Outlines(np.zeros(0, object), np.zeros(0, np.int64))
        for outlines in chain(self._outlines(), [nothing]):
            if not len(outlines.polygons) and done:
                return
            done += len(outlines.polygons)
            batch = self._batch(outlines, merged)
            self.written += len(batch.geometry)
            sizes = batch.columns["area_m2" if self.area_unit == "m²" else "pixels"]
            for name in set(batch.columns["class"].tolist()):
                here = batch.columns["class"] == name
                self.areas[name] = self.areas.get(name, 0.0) + float(np.nansum(sizes[here]))
            yield batch
            self.progress(ProgressEvent("write", done, self.count, "polygons"))

    def _batch(self, outlines: Outlines, merged: Patches) -> PolygonBatch:
        """Clip and reproject polygons, and compute their attributes."""
        metric = self.reprojection.metric
        clipped = self.reprojection.clip(outlines.polygons)
        inside = np.flatnonzero(~shapely.is_empty(clipped))
        shapes, index = clipped[inside], outlines.features[inside]
        world = outlines_to_world(shapes, metric.geobox)
        areas = metric.areas(shapes, world)
        if self.drop_smaller is not None:
            sizes = areas if metric.in_metres else shapely.area(shapes)
            # Areas that are not known stay.
            large = ~(sizes < self.drop_smaller)
            self.dropped += int((~large).sum())
            shapes, index, world, areas = shapes[large], index[large], world[large], areas[large]
        labels = decode_labels(merged.codes[index])
        columns = {
            "class": np.array([self.names[label] for label in labels.tolist()], dtype=object),
            "label": labels,
            "area_m2": areas,
            "perimeter_m": metric.perimeters(shapes),
            "pixels": merged.pixels[index],
            **self._averages(merged, index),
            **mean_values(self.statistics, world, metric.geobox.crs),
        }
        return PolygonBatch(columns, self.reprojection.to_crs(shapes))

    def _outlines(self) -> Iterator[Outlines]:
        """Yield the polygons in pixel coordinates."""
        if not self.simplify:
            yield from assemble(self.coverage, self.features, drop_collinear=self.drop_collinear)
            return
        self.progress(ProgressEvent("simplify", 0, 1, "layers"))
        yield from simplify(self.coverage, self.features, tolerance=self.simplify)
        self.progress(ProgressEvent("simplify", 1, 1, "layers"))

    def _merged(self) -> Patches:
        """Merge the patches of each polygon."""
        patches = self.coverage.patches
        into = np.full(len(patches.codes), self.count, np.int64)
        into[self.features.patches] = self.features.owners
        return patches.merge(into)

    def _averages(self, merged: Patches, index: Ints) -> dict[str, NDArray[np.float64]]:
        columns = {}
        for number, name in enumerate(self.measures):
            counts = merged.counts[index, number]
            mean = np.full(len(index), np.nan)
            np.divide(merged.totals[index, number], counts, out=mean, where=counts > 0)
            columns[name] = mean
            columns[f"{name}_min"] = np.where(counts > 0, merged.lowest[index, number], np.nan)
        return columns


@dataclass(frozen=True)
class PolygonInputs:
    """The rasters that polygons are made from.

    Attributes:
        labels: Label rasters on one grid, read as one raster; where they overlap, the first counts.
        scores: Rasters of scores, one for each label raster on its grid, or one on the grid of all together; integers
            without a scale of their own are per cent.
        probabilities: Rasters with one band per class; likewise.
        statistics: Rasters on any grid to average over the polygons, by column name.
        first_appended: Index of the first label raster that must not overlap those before it; None if all may overlap.
    """

    labels: Sequence[Path | str]
    scores: Sequence[Path | str] = ()
    probabilities: Sequence[Path | str] = ()
    statistics: Mapping[str, Path | str] = field(default_factory=dict)
    first_appended: int | None = None


def polygonize(
    inputs: PolygonInputs,
    *,
    classes: Mapping[int, str],
    spill: Path,
    options: VectorOptions = EXACT,
    drop_collinear: bool = True,
    progress: Progress = no_progress,
) -> PolygonSource:
    """Trace label rasters; the polygons are assembled during iteration over the result.

    Nodata (see `label_nodata`) and 0 (unclassified, unless `classes` names it) get no polygon; every other pixel lies
    in exactly one.

    Args:
        inputs: The rasters.
        classes: Name of each label value.
        spill: Folder for the vertices, which must exist during iteration; 8 bytes each and 16 more when smoothed.
        options: How polygons are made.
        drop_collinear: Whether to drop collinear vertices, at which a third patch begins. They must be kept if polygons
            are reprojected later, as straight edges become curves; they are with a CRS in `options`.
        progress: Called with rows and polygons done, in the stages "polygonize" and "write".

    Raises:
        RasterError: If a raster cannot be read, holds no labels, or the grids differ.
        VectorError: If a label has no name in `classes`.
    """
    check_statistics(inputs.statistics)
    coverage, reprojection, measures = _trace(inputs, options, classes=classes, spill=spill, progress=progress)
    skipped = () if 0 in classes else (_UNCLASSIFIED,)
    changes = Changes()
    if options.min_area == 0:
        _warn_of_tiny_patches(coverage)
    if options.generalises:
        result = generalise(
            coverage,
            options=options,
            metric=reprojection.metric,
            skipped=skipped,
            spill=spill,
            progress=progress,
        )
        coverage, changes = result.coverage, result.changes
    return PolygonSource(
        coverage,
        choose_features(coverage, connectivity=options.connectivity, skipped=skipped, dissolve=options.dissolve),
        classes,
        reprojection,
        measures,
        inputs.statistics,
        drop_collinear=drop_collinear and options.crs is None and not (options.smooth or options.simplify),
        simplify=options.simplify,
        drop_smaller=options.drop_smaller,
        changes=changes,
        progress=progress,
    )


def _trace(
    inputs: PolygonInputs, options: VectorOptions, *, classes: Mapping[int, str], spill: Path, progress: Progress
) -> tuple[Coverage, Reprojection, tuple[str, ...]]:
    """Trace the labels; return the patches, their reprojection, and the names of the rasters summarised by patch.

    Where limits are in m² and pixels differ in area, their areas are summarised last. The rasters are closed
    afterwards, which frees their cache.
    """
    measured: dict[str, tuple[Sequence[Path | str], Callable[[Any], ValueRaster]]] = {
        "score": (inputs.scores, ScoreRaster),
        "margin": (inputs.probabilities, MarginRaster),
    }
    with ExitStack() as stack:
        mosaic = stack.enter_context(
            open_label_mosaic(inputs.labels, classes=classes, first_appended=inputs.first_appended)
        )
        metric = PixelMetric.of(mosaic.geobox)
        reprojection = Reprojection.of(metric, crs=options.crs, aoi=options.aoi, name=mosaic.name)
        readers = {
            name: stack.enter_context(open_value_raster(paths, kind, labels=mosaic))
            for name, (paths, kind) in measured.items()
            if paths
        }
        values = tuple(readers.values())
        if options.has_areas and not metric.is_uniform:
            values = (*values, metric)
        coverage = trace(mosaic, spill=spill, values=values, options=options, progress=progress)
        _check_names(coverage, classes, mosaic)
    return coverage, reprojection, tuple(readers)


def _warn_of_tiny_patches(coverage: Coverage) -> None:
    """Warn if most patches are only a few pixels large."""
    tiny = int((coverage.patches.pixels[1:] <= _TINY_PATCH).sum())
    count = len(coverage.patches.codes) - 1
    if tiny > _MANY_TINY_PATCHES and tiny > count / 2:
        warn_quality(
            f"{tiny} of {count} patches are {_TINY_PATCH} pixels or smaller; `min_area` merges them into their "
            "neighbours, and the map becomes easier to read and far smaller"
        )


def _check_names(coverage: Coverage, classes: Mapping[int, str], labels: LabelMosaic) -> None:
    """Raise a VectorError if a label has no name."""
    found = set(decode_labels(np.unique(coverage.patches.codes[1:])).tolist())
    unknown = sorted(found - set(classes) - {0})
    if unknown:
        known = ", ".join(str(label) for label in sorted(classes)) or "none"
        raise VectorError(
            f"labels {', '.join(map(str, unknown[:20]))} of {labels.name} have no class name (known labels: {known}); "
            "pass the vocabulary that the raster was made with"
        )
