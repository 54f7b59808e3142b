"""Label rasters to polygons with attributes, batch by batch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from proxyclip_geo.errors import OptionError, VectorError, warn_quality
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.progress import Progress, ProgressEvent, no_progress
from proxyclip_geo.vector.batch import PolygonBatch
from proxyclip_geo.vector.chains import Ints
from proxyclip_geo.vector.coverage import Coverage, Patches
from proxyclip_geo.vector.generalise import Changes, Generalisation, generalise
from proxyclip_geo.vector.label_mosaic import LabelMosaic, key_of, labels_of, open_mosaic
from proxyclip_geo.vector.pixel_metric import PixelMetric, outlines_to_world
from proxyclip_geo.vector.polygons_from_arcs import Features, Outlines, assemble, choose_features, simplify
from proxyclip_geo.vector.reproject import Placing
from proxyclip_geo.vector.score_raster import Margin, Scores, Values, open_values
from proxyclip_geo.vector.trace import TraceOptions, trace
from proxyclip_geo.vector.zonal_statistics import check_statistics, mean_values

_UNCLASSIFIED = key_of(0)
_SPECK, _MANY_SPECKS = 4, 100_000


@dataclass
class PolygonSource:
    """Polygons that are made while one iterates over them, which may be done once.

    Attributes:
        coverage: Patches and arcs.
        features: Which patches are shown.
        names: Class name of each label.
        placing: Where the polygons go.
        measures: Names of the summarised rasters, in the order of the patches' columns.
        statistics: Further rasters to average over the polygons, by column name.
        drop_collinear: Whether vertices in the middle of straight lines are left out.
        simplify: Tolerance in pixels of simplifying all polygons together; 0 leaves them.
        changes: What merging small patches did.
        progress: Called with polygons done, in the stage "write".
        written: Polygons yielded so far.
        areas: Square metres (pixels without a CRS) of each class yielded so far.
    """

    coverage: Coverage
    features: Features
    names: Mapping[int, str]
    placing: Placing
    measures: tuple[str, ...] = ()
    statistics: Mapping[str, Path | str] = field(default_factory=dict)
    drop_collinear: bool = True
    simplify: float = 0.0
    changes: Changes = field(default=Changes())
    progress: Progress = field(default=no_progress, repr=False)
    written: int = 0
    areas: dict[str, float] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Number of polygons, before clipping."""
        return self.features.count

    @property
    def crs(self) -> pyproj.CRS | None:
        """CRS of the polygons."""
        return self.placing.crs

    @property
    def balance(self) -> dict[str, int]:
        """Pixels that classes gained or lost as small patches were merged, by name; the sum is that of filled holes."""
        changed = {int(labels_of(np.array(key))): count for key, count in self.changes.balance.items()}
        return {self.names[label]: count for label, count in changed.items() if label in self.names}

    @property
    def several_parts(self) -> bool:
        """Whether there may be multipolygons."""
        return len(self.features.patches) > self.count or self.placing.several_parts

    def __iter__(self) -> Iterator[PolygonBatch]:
        """Yield batches in the reading order of the polygons' first pixels; at least one, which may be empty."""
        merged, done = self._merged(), 0
        nothing = Outlines(np.zeros(0, object), np.zeros(0, np.int64))
        for outlines in chain(self._outlines(), [nothing]):
            if not len(outlines.polygons) and done:
                return
            done += len(outlines.polygons)
            batch = self._batch(outlines, merged)
            self.written += len(batch.geometry)
            sizes = batch.columns["area_m2" if self.placing.metric.ellipsoid else "pixels"]
            for name in set(batch.columns["class"].tolist()):
                here = batch.columns["class"] == name
                self.areas[name] = self.areas.get(name, 0.0) + float(np.nansum(sizes[here]))
            yield batch
            self.progress(ProgressEvent("write", done, self.count, "polygons"))

    def _batch(self, outlines: Outlines, merged: Patches) -> PolygonBatch:
        """Give polygons their place and their attributes."""
        metric = self.placing.metric
        clipped = self.placing.clip(outlines.polygons)
        kept = np.flatnonzero(~shapely.is_empty(clipped))
        shapes, index = clipped[kept], outlines.features[kept]
        world = outlines_to_world(shapes, metric.geobox)
        labels = labels_of(merged.labels[index])
        columns = {
            "class": np.array([self.names[label] for label in labels.tolist()], dtype=object),
            "label": labels,
            "area_m2": metric.areas(shapes, world),
            "perimeter_m": metric.perimeters(shapes),
            "pixels": merged.pixels[index],
            **self._averages(merged, index),
            **mean_values(self.statistics, world, metric.geobox.crs),
        }
        return PolygonBatch(columns, self.placing.to_crs(shapes))

    def _outlines(self) -> Iterator[Outlines]:
        """Yield the polygons in pixel coordinates."""
        if not self.simplify:
            yield from assemble(self.coverage, self.features, drop_collinear=self.drop_collinear)
            return
        self.progress(ProgressEvent("simplify", 0, 1, "layers"))
        yield from simplify(self.coverage, self.features, tolerance=self.simplify)
        self.progress(ProgressEvent("simplify", 1, 1, "layers"))

    def _merged(self) -> Patches:
        """Return the patches as features."""
        patches = self.coverage.patches
        into = np.full(len(patches.labels), self.count, np.int64)
        into[self.features.patches] = self.features.owners
        return patches.merge(into)

    def _averages(self, merged: Patches, index: Ints) -> dict[str, NDArray[np.float64]]:
        columns = {}
        for number, name in enumerate(self.measures):
            counts = merged.counts[index, number]
            known = counts > 0
            mean = np.full(len(index), np.nan)
            np.divide(merged.totals[index, number], counts, out=mean, where=known)
            columns[name] = mean
            columns[f"{name}_min"] = np.where(known, merged.lowest[index, number], np.nan)
        return columns


@dataclass(frozen=True)
class PolygonInputs:
    """The rasters that polygons are made from.

    Attributes:
        labels: Integer label rasters on one grid, which are taken for one raster; where they overlap, the first counts.
        scores: Rasters of scores, one for each label raster on its grid, or one on the grid of all together; integers
            without a scale of their own are per cent.
        probabilities: Rasters with one band a class; likewise.
        statistics: Rasters on any grid to average over the polygons, by column name.
        apart: Label rasters from this number on must not overlap others; None where all may.
    """

    labels: Sequence[Path | str]
    scores: Sequence[Path | str] = ()
    probabilities: Sequence[Path | str] = ()
    statistics: Mapping[str, Path | str] = field(default_factory=dict)
    apart: int | None = None


@dataclass(frozen=True)
class PolygonOptions:
    """How polygons are made.

    Attributes:
        connectivity: 4 or 8: whether pixels that share only a corner belong to one patch.
        generalisation: How to simplify; outlines follow the pixels' edges if not given.
        dissolve: Whether all patches of a class are one feature.
        crs: CRS to reproject to; the labels' if not given.
        aoi: Vector file whose polygons to clip to.
        drop_collinear: Whether to drop vertices in the middle of straight lines, where a third patch begins. They stay
            with `crs`, and must where polygons are reprojected later, as the lines do not stay straight.
        tracing: How to read and trace.
    """

    connectivity: int = 4
    generalisation: Generalisation | None = None
    dissolve: bool = False
    crs: str | None = None
    aoi: Path | str | None = None
    drop_collinear: bool = True
    tracing: TraceOptions = field(default=TraceOptions())

    def __post_init__(self) -> None:
        """Raise an OptionError for an unknown connectivity."""
        if self.connectivity not in (4, 8):
            raise OptionError(f"connectivity {self.connectivity} is not known: pass 4 (edges) or 8 (edges and corners)")


@contextmanager
def open_polygons(
    inputs: PolygonInputs,
    *,
    classes: Mapping[int, str],
    spill: Path,
    options: PolygonOptions = PolygonOptions(),
    progress: Progress = no_progress,
) -> Iterator[PolygonSource]:
    """Trace label rasters; the polygons are made while one iterates over what this yields.

    No data (255, in uint16 65535, and the raster's own nodata value) and 0 (unclassified, unless `classes` names it)
    get no polygon; every other pixel lies in exactly one.

    Args:
        inputs: The rasters.
        classes: Name of each label value.
        spill: Folder for the vertices, 8 bytes each and 16 more when smoothed.
        options: How.
        progress: Called with rows and polygons done, in the stages "polygonize" and "write".

    Raises:
        RasterError: If a raster cannot be read, holds no whole numbers, or the grids differ.
        VectorError: If a label has no name in `classes`.
    """
    check_statistics(inputs.statistics)
    coverage, placing, measures = _trace(inputs, options, classes=classes, spill=spill, progress=progress)
    skipped = () if 0 in classes else (_UNCLASSIFIED,)
    chosen, changes = options.generalisation, Changes()
    if chosen is None or chosen.min_area == 0:
        _warn_of_specks(coverage)
    if chosen is not None:
        made = generalise(
            coverage,
            chosen,
            metric=placing.metric,
            skipped=skipped,
            spill=spill,
            connectivity=options.connectivity,
            progress=progress,
        )
        coverage, changes = made.coverage, made.changes
    yield PolygonSource(
        coverage,
        choose_features(coverage, connectivity=options.connectivity, skipped=skipped, dissolve=options.dissolve),
        classes,
        placing,
        measures,
        inputs.statistics,
        drop_collinear=options.drop_collinear
        and options.crs is None
        and not (chosen and (chosen.smooth or chosen.simplify)),
        simplify=chosen.simplify if chosen else 0.0,
        changes=changes,
        progress=progress,
    )


def _trace(
    inputs: PolygonInputs, options: PolygonOptions, *, classes: Mapping[int, str], spill: Path, progress: Progress
) -> tuple[Coverage, Placing, tuple[str, ...]]:
    """Trace the labels; return the patches, where they go, and the names of what was summarised by patch.

    Where limits are in m² and pixels differ in area, their areas are summarised last. The rasters are closed
    afterwards: their cache is a good part of the memory.
    """
    measured: dict[str, tuple[Sequence[Path | str], Callable[[Any], Values]]] = {
        "score": (inputs.scores, Scores),
        "margin": (inputs.probabilities, Margin),
    }
    with ExitStack() as stack:
        mosaic = stack.enter_context(open_mosaic(inputs.labels, apart=inputs.apart))
        metric = PixelMetric.of(GeoBox(mosaic.shape, mosaic.transform, mosaic.crs))
        placing = Placing.of(metric, crs=options.crs, aoi=options.aoi)
        readers = {
            name: stack.enter_context(open_values(paths, kind, labels=mosaic))
            for name, (paths, kind) in measured.items()
            if paths
        }
        values = tuple(readers.values())
        if options.generalisation is not None and options.generalisation.in_metres and not metric.is_uniform:
            values = (*values, metric)
        coverage = trace(mosaic, spill=spill, values=values, options=options.tracing, progress=progress)
        _check_names(coverage, classes, mosaic)
    return coverage, placing, tuple(readers)


def _warn_of_specks(coverage: Coverage) -> None:
    """Tell of labels that fall into specks."""
    specks = int((coverage.patches.pixels[1:] <= _SPECK).sum())
    count = len(coverage.patches.labels) - 1
    if specks > _MANY_SPECKS and specks > count / 2:
        warn_quality(
            f"{specks} of {count} patches are {_SPECK} pixels or smaller; --min-area gives them to their neighbours "
            "and makes a map that is easier to read and far smaller"
        )


def _check_names(coverage: Coverage, classes: Mapping[int, str], labels: LabelMosaic) -> None:
    """Raise if a label has no name."""
    found = set(labels_of(np.unique(coverage.patches.labels[1:])).tolist())
    unknown = sorted(found - set(classes) - {0})
    if unknown:
        known = ", ".join(str(label) for label in sorted(classes)) or "none"
        raise VectorError(
            f"labels {', '.join(map(str, unknown[:20]))} of {labels.name} have no class name (known labels: {known}); "
            "pass the vocabulary that the raster was made with"
        )
