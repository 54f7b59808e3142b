"""Evaluate a label raster: compare it with the truth block by block."""

import math
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
from numpy.typing import NDArray
from pyproj.exceptions import ProjError

from proxyclip_geo.arguments import check_arguments
from proxyclip_geo.errors import OptionError, RasterError, strip_credentials
from proxyclip_geo.evaluation.class_mapping import Legend, TruthRules, color_mapping, mapped_values, pack_keys
from proxyclip_geo.evaluation.metrics import ConfusionMatrix
from proxyclip_geo.evaluation.pairs import add_reports, pair_rasters
from proxyclip_geo.evaluation.report import Report
from proxyclip_geo.geobox import GeoBox, make_transformer, same_crs
from proxyclip_geo.progress import Progress, ProgressEvent, no_progress
from proxyclip_geo.raster.georeference import PIXELS
from proxyclip_geo.raster.inputs import RasterLike, open_input
from proxyclip_geo.raster.labels import LabelSource, open_labels
from proxyclip_geo.raster.vector_labels import VectorLabels, is_vector_file, read_vector_labels
from proxyclip_geo.region import Region
from proxyclip_geo.remedies import Remedy
from proxyclip_geo.vocabulary import Vocabulary, as_vocabulary

MAX_PAIRS = 65536
"""Most different pairs of values; rasters with more hold no labels."""

Pairs = Counter[tuple[int, int]]
"""Pixels by (value of the truth, value of the prediction)."""


@check_arguments
def evaluate(
    labels: RasterLike | Sequence[RasterLike],
    truth: RasterLike | Sequence[RasterLike],
    *,
    truth_field: str = "class",
    vocabulary: Vocabulary | str | Path | Sequence[Any] | Mapping[str, Any] | None = None,
    mapping: Mapping[int | str, int | str] | None = None,
    ignore: Collection[int | str] = (),
    block: int = 2048,
    progress: Progress = no_progress,
) -> Report:
    """Compare a label raster with the truth, or several of each, which are counted as one.

    A truth on another grid is resampled to the grid of the labels, nearest pixel. Pixels with nodata on either side are
    ignored; unclassified pixels of the prediction count as wrong where the truth has a class. Values of the truth
    become classes by the mapping, else by their names (tags CLASS_<value>), else by equal values; an unnamed 0 in the
    truth is ignored. A truth of three bands holds colours: those of the mapping, else of the vocabulary. Memory does
    not grow with the rasters.

    Args:
        labels: Label raster to evaluate: a file or URL, an open rasterio dataset, an `xarray.DataArray` with a CRS, or
            an `ArrayRaster`; or a list of them, or a folder or pattern.
        truth: Label raster with the true classes, a picture of three bands in the colours of classes, or a vector file
            of points and polygons with their class; or as many. Of a vector file, every pixel counts whose centre lies
            in a polygon, or that a point touches; pixels without a shape are ignored. Rasters of folders and patterns
            are paired by name, without _labels, _truth, _gt and _mask.
        truth_field: Column of a vector file with the name or the value of the class.
        vocabulary: Names, values and synonyms of the labels: a vocabulary, its name or file, or classes as for
            `segment`; the tags of the raster if not given.
        mapping: Value, name or colour ("#ff0000") in the truth → class (name, synonym or value) of the labels, or
            "none" for none of them. Several may stand for one class; values that are not mentioned are ignored.
        ignore: Values, names or colours in the truth to ignore.
        block: Side of the blocks in pixels.
        progress: Called after every block.

    Raises:
        RasterError: If a raster cannot be read, holds no labels, or only one of them has a CRS.
        VectorError: If a vector file cannot be read, or lacks the column.
        OptionError: If the mapping has unknown values or classes, or the rasters share no area or no class.
        VocabularyError: If the vocabulary cannot be read.

    Example:
        >>> import proxyclip_geo as pg
        >>> truth = pg.sample("doctest.tif", size=64, seed=3).truth
        >>> pg.evaluate(truth, truth).matrix.overall().accuracy
        1.0
    """
    if block < 1:
        raise OptionError(f"block {block} px must be at least 1")
    words = None if vocabulary is None else as_vocabulary(vocabulary)
    compare = partial(
        _compare,
        truth_field=truth_field,
        words=words,
        mapping=mapping or {},
        ignore=ignore,
        block=block,
        progress=progress,
    )
    return add_reports([compare(*pair) for pair in pair_rasters(labels, truth)])


def _compare(
    labels: RasterLike,
    truth: RasterLike,
    *,
    truth_field: str,
    words: Vocabulary | None,
    mapping: Mapping[int | str, int | str],
    ignore: Collection[int | str],
    block: int,
    progress: Progress,
) -> Report:
    with ExitStack() as stack:
        files = [stack.enter_context(open_input(raster)) for raster in (labels, truth)]
        predicted = stack.enter_context(open_labels(files[0].path, classes=words.values if words else ()))
        true: LabelSource | VectorLabels
        if is_vector_file(truth):
            true = read_vector_labels(files[1].path, predicted.geobox, field=truth_field, name=predicted.name)
            rules = TruthRules(true.classes, dict(mapping), tuple(ignore))
        else:
            colors, named = bool(mapping or words), mapped_values(mapping)
            true = stack.enter_context(open_labels(files[1].path, classes=named, colors=colors))
            rules = _make_rules(true, words, mapping=mapping, ignore=ignore)
        # Labels without names take those of the truth.
        legend = Legend.of(predicted.classes, words)
        if not legend.names:
            legend = Legend.of(true.classes, None)
        rules.check(legend)
        overlap, aligned = predicted.geobox.region, true
        if isinstance(true, LabelSource):
            overlap, aligned = align_truth(predicted.geobox, true, name=predicted.name)
        if aligned is not true:
            stack.enter_context(aligned)
        pairs, missing = _count(predicted, aligned, overlap, block=block, progress=progress)
    matrix, notes = _tabulate(pairs, legend, rules, name=hex_value if true.in_color else str)
    outside = predicted.geobox.height * predicted.geobox.width - overlap.height * overlap.width
    if missing + outside:
        notes = (f"{missing + outside} pixels of the labels have nodata on one of the two sides", *notes)
    if not matrix.total:
        raise OptionError(
            f"no pixel of {files[0].name} can be compared with {files[1].name}: "
            f"{'; '.join(notes) or 'they share no valid pixel'}; "
            "check that they cover the same area, the mapping and the ignored values"
        )
    read = (files[0].path, files[1].path, None if words is None else words.path)
    names = strip_credentials([file.name for file in files])
    return Report(names[0], names[1], matrix, notes, read)


def _make_rules(
    true: LabelSource,
    words: Vocabulary | None,
    *,
    mapping: Mapping[int | str, int | str],
    ignore: Collection[int | str],
) -> TruthRules:
    """Return the rules of a truth; colours are those of the mapping, else of the vocabulary."""
    if not true.in_color:
        return TruthRules(true.classes, dict(mapping), tuple(ignore))
    colors = mapping or (color_mapping(words) if words else {})
    packed = dict(zip(pack_keys(colors), colors.values(), strict=True))
    return TruthRules({}, packed, pack_keys(ignore))


def hex_value(value: int) -> str:
    """Return a colour that is packed into a number as "#rrggbb"."""
    return f"#{value:06x}"


def align_truth(here: GeoBox, true: LabelSource, *, name: str) -> tuple[Region, LabelSource]:
    """Return the part of a grid that the truth may cover, and the truth resampled to that grid.

    Args:
        here: Geobox of the grid.
        true: The truth.
        name: Name of the raster with the grid, for messages.

    Raises:
        RasterError: If the truth cannot be resampled to the grid.
        OptionError: If they do not overlap.
    """
    there = true.geobox
    if (here.crs is None) != (there.crs is None):
        without = name if here.crs is None else true.name
        raise RasterError(f"{without} has no CRS, but the other raster has", remedy=Remedy("assign-crs"))
    if here.crs is None or there.crs is None:
        if here.shape != there.shape or not _same_pixels(here, there):
            raise RasterError(
                f"{name} {here.shape} and {true.name} {there.shape} have no CRS and different grids, so "
                "they cannot be aligned",
                remedy=Remedy("assign-crs"),
            )
        return here.region, true
    if here.shape == there.shape and same_crs(here.crs, there.crs) and here.grid_offset(there) == (0, 0):
        return here.region, true
    if not same_crs(here.crs, there.crs):
        make_transformer(there.crs, here.crs, error=RasterError)
    overlap = _footprint(here, there).intersect(here.region)
    if overlap.is_empty:
        raise OptionError(
            f"{name} and {true.name} do not overlap: the labels cover {_bounds(here)}, the truth "
            f"{_bounds(there)}; give the truth of the same area, or check the CRS of both"
        )
    return overlap, true.reproject(here)


def _same_pixels(one: GeoBox, other: GeoBox) -> bool:
    """Whether two geoboxes without a CRS have the same pixels: they are equal, or one is not georeferenced."""
    return one.grid_offset(other) == (0, 0) or PIXELS in (one.transform, other.transform)


def _footprint(here: GeoBox, there: GeoBox) -> Region:
    """Return the pixels of one geobox that surround another; all of them if the transformation is not known."""
    try:
        transformer = pyproj.Transformer.from_crs(there.crs, here.crs, always_xy=True)
    except ProjError:
        return here.region
    west, south, east, north = transformer.transform_bounds(*there.bounds, densify_pts=51)
    if not all(map(math.isfinite, (west, south, east, north))) or east < west:
        return here.region
    cols, rows = here.world_to_pixel([(x, y) for x in (west, east) for y in (south, north)]).T
    # A pixel more on each side, since the outline was followed in steps.
    return Region.from_edges(
        math.floor(min(rows)) - 1, math.floor(min(cols)) - 1, math.ceil(max(rows)) + 1, math.ceil(max(cols)) + 1
    )


def _bounds(geobox: GeoBox) -> str:
    west, south, east, north = (f"{edge:.6g}" for edge in geobox.bounds)
    crs = geobox.crs.to_string()[:40] if geobox.crs else "no CRS"
    return f"{west}…{east}, {south}…{north} ({crs})"


def _count(
    predicted: LabelSource, true: LabelSource | VectorLabels, area: Region, *, block: int, progress: Progress
) -> tuple[Pairs, int]:
    """Return pixels by pair of values, and the number of pixels without data on one of the sides.

    Raises:
        RasterError: If a block cannot be read, or there are too many different values.
    """
    pairs: Pairs = Counter()
    missing = done = 0
    for region in area.tiles(block):
        ours, theirs = predicted.read(region), true.read(region)
        valid = ours.valid & theirs.valid
        pairs.update(_count_block(theirs.values[valid], ours.values[valid]))
        if len(pairs) > MAX_PAIRS:
            raise RasterError(
                f"{predicted.name} and {true.name} hold more than {MAX_PAIRS} different pairs of values; give rasters "
                "of class values"
            )
        done += region.height * region.width
        missing += int(valid.size - np.count_nonzero(valid))
        progress(ProgressEvent("evaluate", done, area.height * area.width, "pixels"))
    return pairs, missing


def _count_block(true: NDArray[np.integer], predicted: NDArray[np.integer]) -> Pairs:
    """Count the pairs of values of a block's valid pixels."""
    if not true.size:
        return Counter()
    if true.dtype == predicted.dtype == np.uint8:
        counts = np.bincount(true.astype(np.int64) * 256 + predicted, minlength=65536)
        found = np.flatnonzero(counts)
        return Counter({(int(pair) // 256, int(pair) % 256): int(counts[pair]) for pair in found})
    true_values, true_index = np.unique(true, return_inverse=True)
    values, index = np.unique(predicted, return_inverse=True)
    found, counts = np.unique(true_index.astype(np.int64) * len(values) + index, return_counts=True)
    return Counter(
        {
            (int(true_values[pair // len(values)]), int(values[pair % len(values)])): int(count)
            for pair, count in zip(found, counts, strict=True)
        }
    )


def _tabulate(
    pairs: Pairs, legend: Legend, rules: TruthRules, *, name: Callable[[int], str]
) -> tuple[ConfusionMatrix, tuple[str, ...]]:
    """Turn pairs of values into pairs of classes, and note what was ignored.

    Raises:
        OptionError: If the truth and the labels have no class in common.
    """
    legend = legend.extend({value for _, value in pairs})
    shared = len(legend.names)
    targets: dict[int, int | None] = {}
    for value in sorted({value for value, _ in pairs}):
        targets[value], legend = rules.resolve(value, legend)
    found = {target for target in targets.values() if target is not None}
    if found and min(found) > shared:
        raise OptionError(
            f"labels and truth have no class in common: {', '.join(legend.names[:shared])} against "
            f'{", ".join(legend.names[shared:])}; give a mapping, e.g. mapping="1={legend.names[0]}"'
        )
    counts = np.zeros((len(legend.names) + 1, len(legend.names) + 1), dtype=np.int64)
    ignored: Counter[int] = Counter()
    for (true, predicted), count in pairs.items():
        target = targets[true]
        if target is None:
            ignored[true] += count
        else:
            counts[target, legend.by_value[predicted]] += count
    matrix = ConfusionMatrix(legend.names, counts)
    listed = [f"{name(value)} ({count} pixels)" for value, count in sorted(ignored.items())]
    return matrix, _notes(matrix, listed, legend.names[shared:])


def _notes(matrix: ConfusionMatrix, ignored: Sequence[str], only_true: tuple[str, ...]) -> tuple[str, ...]:
    notes = []
    if ignored:
        notes.append(f"values of the truth that are ignored, unlabelled or not in the mapping: {', '.join(ignored)}")
    if only_true:
        notes.append(f"only the truth has {', '.join(only_true)}: all of it counts as wrong; map or ignore it")
    absent = matrix.overall().absent
    if absent:
        notes.append(f"in neither the truth nor the prediction, so not in the means: {', '.join(absent)}")
    unclassified = int(matrix.counts[1:, 0].sum())
    if unclassified:
        notes.append(f"{unclassified} pixels of a class are unclassified in the prediction and count as wrong")
    return tuple(notes)
