"""Label rasters to polygons with attributes, batch by batch."""

import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from proxyclip_geo.errors import OptionError, QualityWarning, VectorError
from proxyclip_geo.progress import Progress, ProgressEvent, ignore
from proxyclip_geo.vector.assemble import Features, Outlines, assemble, choose_features, simplify
from proxyclip_geo.vector.batch import PolygonBatch
from proxyclip_geo.vector.chains import Ints
from proxyclip_geo.vector.coverage import Coverage, Patches
from proxyclip_geo.vector.generalise import Generalisation, generalise
from proxyclip_geo.vector.ground import Ground, onto_ground
from proxyclip_geo.vector.mosaic import LabelMosaic, key_of, labels_of, open_mosaic
from proxyclip_geo.vector.opening import open_raster
from proxyclip_geo.vector.placing import Placing
from proxyclip_geo.vector.statistics import check_statistics, mean_values
from proxyclip_geo.vector.tracing import TraceOptions, trace
from proxyclip_geo.vector.values import Margin, Scores, Values, check_same_grid

if TYPE_CHECKING:
    import geopandas as gpd

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
        straight: Whether vertices in the middle of straight lines are left out.
        simplify: Tolerance in pixels of simplifying all polygons together; 0 leaves them.
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
    straight: bool = True
    simplify: float = 0.0
    progress: Progress = field(default=ignore, repr=False)
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
            sizes = batch.columns["area_m2" if self.placing.ground.on_earth else "pixels"]
            for name in set(batch.columns["class"].tolist()):
                here = batch.columns["class"] == name
                self.areas[name] = self.areas.get(name, 0.0) + float(np.nansum(sizes[here]))
            yield batch
            self.progress(ProgressEvent("write", done, self.count, "polygons"))

    def _batch(self, outlines: Outlines, merged: Patches) -> PolygonBatch:
        """Give polygons their place and their attributes."""
        ground = self.placing.ground
        clipped = self.placing.clip(outlines.polygons)
        kept = np.flatnonzero(~shapely.is_empty(clipped))
        shapes, index = clipped[kept], outlines.features[kept]
        placed = onto_ground(shapes, ground.transform)
        labels = labels_of(merged.labels[index])
        columns = {
            "class": np.array([self.names[label] for label in labels.tolist()], dtype=object),
            "label": labels,
            "area_m2": ground.areas(shapes, placed),
            "perimeter_m": ground.perimeters(shapes),
            "pixels": merged.pixels[index],
            **self._averages(merged, index),
            **mean_values(self.statistics, placed, ground.crs),
        }
        return PolygonBatch(columns, self.placing.place(shapes))

    def _outlines(self) -> Iterator[Outlines]:
        """Yield the polygons in pixel coordinates."""
        if not self.simplify:
            yield from assemble(self.coverage, self.features, straight=self.straight)
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


@contextmanager
def open_polygons(
    labels: Sequence[Path | str],
    *,
    classes: Mapping[int, str],
    score: Path | str | None = None,
    probabilities: Path | str | None = None,
    connectivity: int = 4,
    generalisation: Generalisation | None = None,
    dissolve: bool = False,
    statistics: Mapping[str, Path | str] | None = None,
    crs: str | None = None,
    aoi: Path | str | None = None,
    straight: bool = True,
    options: TraceOptions = TraceOptions(),  # noqa: B008 - immutable
    progress: Progress = ignore,
) -> Iterator[PolygonSource]:
    """Trace label rasters; the polygons are made while one iterates over what this yields.

    No data (255, in uint16 65535, and the raster's own nodata value) and 0 (unclassified, unless `classes` names it)
    get no polygon; every other pixel lies in exactly one.

    Args:
        labels: Integer label rasters on one grid, which are taken for one raster; where they overlap, the first counts.
        classes: Name of each label value.
        score: Raster of scores on the same grid; integers without a scale of their own are per cent.
        probabilities: Raster with one band a class on the same grid.
        connectivity: 4 or 8: whether pixels that share only a corner belong to one patch.
        generalisation: How to simplify; outlines follow the pixels' edges if not given.
        dissolve: Whether all patches of a class are one feature.
        statistics: Rasters on any grid to average over the polygons, by column name.
        crs: CRS to reproject to; the labels' if not given.
        aoi: Vector file whose polygons to clip to.
        straight: Whether vertices in the middle of straight lines, where a third patch begins, may be left out. They
            stay with `crs`, and must where polygons are reprojected later, as the lines do not stay straight.
        options: How to read and trace.
        progress: Called with rows and polygons done, in the stages "polygonize" and "write".

    Raises:
        OptionError: If `connectivity` is neither 4 nor 8.
        RasterError: If a raster cannot be read, holds no whole numbers, or the grids differ.
        VectorError: If a label has no name in `classes`.
    """
    if connectivity not in (4, 8):
        raise OptionError(f"connectivity {connectivity} is not known: pass 4 (edges) or 8 (edges and corners)")
    rasters: dict[str, tuple[Path | str | None, Callable[[Any], Values]]] = {
        "score": (score, Scores),
        "margin": (probabilities, Margin),
    }
    check_statistics(statistics or {})
    with tempfile.TemporaryDirectory(prefix="proxyclip-geo-") as folder:
        spill = Path(folder)
        # The rasters are closed once they are traced: their cache is a good part of the memory.
        with ExitStack() as stack:
            mosaic = stack.enter_context(open_mosaic(labels))
            ground = Ground.of(mosaic.shape, mosaic.transform, mosaic.crs)
            placing = Placing.of(ground, crs=crs, aoi=aoi)
            readers: dict[str, Values] = {}
            for name, (path, kind) in rasters.items():
                if path is not None:
                    dataset = stack.enter_context(open_raster(path))
                    check_same_grid(mosaic, dataset)
                    readers[name] = kind(dataset)
            coverage = trace(mosaic, spill=spill, values=tuple(readers.values()), options=options, progress=progress)
            _check_names(coverage, classes, mosaic)
        skipped = () if 0 in classes else (_UNCLASSIFIED,)
        chosen = generalisation or Generalisation(0, 0, smooth=False, simplify=0)
        if generalisation is None:
            _warn_of_specks(coverage)
        else:
            coverage = generalise(
                coverage,
                chosen,
                ground=ground,
                skipped=skipped,
                spill=spill,
                connectivity=connectivity,
                progress=progress,
            )
        features = choose_features(coverage, connectivity=connectivity, skipped=skipped, dissolve=dissolve)
        yield PolygonSource(
            coverage,
            features,
            classes,
            placing,
            tuple(readers),
            statistics or {},
            straight=straight and crs is None and not (chosen.smooth or chosen.simplify),
            simplify=chosen.simplify,
            progress=progress,
        )


def _warn_of_specks(coverage: Coverage) -> None:
    """Tell of labels that fall into specks."""
    specks = int((coverage.patches.pixels[1:] <= _SPECK).sum())
    count = len(coverage.patches.labels) - 1
    if specks > _MANY_SPECKS and specks > count / 2:
        warnings.warn(
            f"{specks} of {count} patches are {_SPECK} pixels or smaller; --min-area gives them to their neighbours "
            "and makes a map that is easier to read and far smaller",
            QualityWarning,
            stacklevel=2,
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


def polygonize(
    labels: Path,
    *,
    classes: Mapping[int, str],
    score: Path | None = None,
    connectivity: int = 4,
    options: TraceOptions = TraceOptions(),  # noqa: B008 - immutable
    progress: Progress = ignore,
) -> "gpd.GeoDataFrame":
    """Turn a label raster into polygons whose edges are its pixels' edges, all in memory.

    Returns:
        Columns `class` (name), `label` (value), `area_m2` and `perimeter_m` (on the ellipsoid, NaN without a CRS),
        `pixels`, `score` and `score_min` (of the polygon's pixels, 0–1; only with `score`) and `geometry`, in the
        raster's CRS, ordered by each polygon's first pixel (row by row from the top left).

    Args and errors are those of `open_polygons`.
    """
    import geopandas as gpd
    import pandas as pd

    with open_polygons([labels], classes=classes, score=score, connectivity=connectivity, progress=progress) as source:
        batches = list(source)
    columns = {name: np.concatenate([batch.columns[name] for batch in batches]) for name in batches[0].columns}
    frame = pd.DataFrame(columns).astype({"class": "str"})
    geometry = np.concatenate([batch.geometry for batch in batches])
    return gpd.GeoDataFrame(frame, geometry=geometry, crs=source.crs)
