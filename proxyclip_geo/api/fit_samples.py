"""Labelled pixels to fit to, from a vector file or a label raster."""

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.api.embedding import Embedding
from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.engine.pixel_logits import sample_products
from proxyclip_geo.errors import AreaError, OptionError, VocabularyError
from proxyclip_geo.evaluation.class_mapping import NO_CLASS, Legend, TruthRules, mapped_values
from proxyclip_geo.evaluation.classifier import Samples
from proxyclip_geo.evaluation.evaluate import align_truth
from proxyclip_geo.grid import ceil_div
from proxyclip_geo.progress import Progress, ProgressEvent
from proxyclip_geo.raster.examples import Example, read_examples
from proxyclip_geo.raster.labels import LabelSource, open_labels
from proxyclip_geo.region import Region
from proxyclip_geo.validation import suggest
from proxyclip_geo.vocabulary import Vocabulary
from proxyclip_geo.vocabulary.classes import fold

MAX_SAMPLES = 60_000
"""Pixels to fit to; more do not change the fit."""
IGNORED = -1
_TILE = 1024


@dataclass(frozen=True)
class TruthPatch:
    """A part of the raster with its truth: 0 no class, 1…K classes, −1 ignored.

    Attributes:
        region: Pixels of the raster.
        read: Returns the (H, W) truth of a region.
        group: Returns the groups of (2, N) rows and columns; a group is held out together.
    """

    region: Region
    read: Callable[[Region], NDArray[np.int64]]
    group: Callable[[NDArray[np.int64]], NDArray[np.int64]]

    @cached_property
    def truth(self) -> NDArray[np.int64]:
        """The (H, W) truth of the region."""
        return self.read(self.region)

    def known(self) -> NDArray[np.bool_]:
        """Return the (H, W) mask of labelled pixels."""
        return np.asarray(self.truth != IGNORED)


@dataclass(frozen=True)
class Truth:
    """The truth of a raster.

    Attributes:
        patches: Its parts.
        area: Number of labelled pixels, at most.
        grouping: Description of the groups.
        notes: Return notes on ignored values, after all parts are read.
    """

    patches: Sequence[TruthPatch]
    area: int
    grouping: str
    notes: Sequence[Callable[[], str]] = field(default_factory=tuple)


def collect_samples(embedding: Embedding, bank: TextBank, truth: Truth, *, progress: Progress) -> Samples:
    """Return the labelled pixels with their products, at most about `MAX_SAMPLES`.

    Raises:
        AreaError: If no labelled pixel has data.
    """
    every = max(1, math.ceil(math.sqrt(truth.area / MAX_SAMPLES)))

    def iter_patches() -> Iterator[TruthPatch]:
        for done, patch in enumerate(truth.patches):
            progress(ProgressEvent("read labels", done, len(truth.patches), "parts"))
            # A patch caches its truth; the copy is freed when it is done.
            yield replace(patch)
        progress(ProgressEvent("read labels", len(truth.patches), len(truth.patches), "parts"))

    products, labels, groups = [], [], []
    for found in sample_products(embedding.store, bank, iter_patches(), every=every):
        patch = found.patch
        assert isinstance(patch, TruthPatch)
        products.append(found.products)
        labels.append(patch.truth[tuple(found.at)])
        groups.append(patch.group(found.at + np.array([[patch.region.top], [patch.region.left]])))
    if not products:
        raise AreaError(f"no labelled pixel has data in {embedding.name}; give labels of the same area")
    return Samples(np.concatenate(products), np.concatenate(labels), np.concatenate(groups))


def read_shapes(embedding: Embedding, vocabulary: Vocabulary, path: str | Path, *, field: str) -> Truth:
    """Read the truth from the points and polygons of a vector file.

    Raises:
        OptionError: If all shapes are negative.
        VocabularyError: If a shape has an unknown class.
        VectorError: If the file cannot be read, or lacks the column.
    """
    name, info = embedding.name, embedding.store.info
    every = read_examples(
        path, info.geobox, field=field, option="truth_field", what="labels", name=name, area=info.area
    )
    shapes = [shape for shape in every if not shape.negative]
    if not shapes:
        raise OptionError(f"all {len(every)} shapes in {path} are negative; fitting needs positive ones")
    legend = Legend.of({}, vocabulary)
    patches = []
    for number, shape in enumerate(shapes):
        if fold(shape.name) not in legend.by_word and fold(shape.name) not in NO_CLASS:
            raise VocabularyError(
                f"{path} has labels of class '{shape.name}', which is not in the vocabulary"
                f"{suggest(shape.name, vocabulary.names)}; add it to the classes, or call it 'none' in the file "
                f"(classes: {', '.join(vocabulary.names)})"
            )
        index = legend.find(shape.name)
        for region in shape.region.tiles(_TILE):
            patches.append(TruthPatch(region, _drawn(shape, index), _constant(number)))
    return Truth(patches, sum(max(1, math.ceil(shape.shape.area)) for shape in shapes), "drawn shapes")


def _drawn(shape: Example, index: int) -> Callable[[Region], NDArray[np.int64]]:
    return lambda region: np.where(shape.rasterize(region), index, IGNORED)


def _constant(number: int) -> Callable[[NDArray[np.int64]], NDArray[np.int64]]:
    return lambda at: np.full(at.shape[1], number)


def read_raster(
    embedding: Embedding,
    vocabulary: Vocabulary,
    path: str | Path,
    *,
    mapping: Mapping[int | str, int | str] | None,
    ignore: Collection[int | str],
    stack: ExitStack,
) -> Truth:
    """Open a label raster as truth.

    Args:
        embedding: The embedding, whose grid the truth is resampled to.
        vocabulary: The classes.
        path: The label raster.
        mapping: Value or name in the truth → class, or "none".
        ignore: Values or names in the truth to ignore.
        stack: Closes the raster.

    Raises:
        OptionError: If no pixel is labelled, or the rules have unknown values or classes.
        RasterError: If the raster cannot be read or resampled.
    """
    true = stack.enter_context(open_labels(path, classes=mapped_values(mapping or {})))
    labels = _LabelTruth(Legend.of({}, vocabulary), TruthRules(true.classes, dict(mapping or {}), tuple(ignore)))
    labels.rules.check(labels.legend)
    info = embedding.store.info
    overlap, aligned = align_truth(info.geobox, true, name=embedding.name)
    overlap = overlap.intersect(info.area)
    if aligned is not true:
        stack.enter_context(aligned)
    tiles = list(overlap.tiles(_TILE))
    area = sum(int((labels.read(aligned, tile) != IGNORED).sum()) for tile in tiles)
    if not area:
        reason = labels.note() or "no pixel is labelled"
        raise OptionError(f"nothing in {path} can be fitted to: {reason}; check the names, or give a `mapping`")
    side = _choose_side(overlap, window=max(info.grid.window))
    columns = ceil_div(info.geobox.width, side)

    def group(at: NDArray[np.int64]) -> NDArray[np.int64]:
        squares: NDArray[np.int64] = at[0] // side * columns + at[1] // side
        return squares

    patches = [TruthPatch(tile, lambda region: labels.read(aligned, region), group) for tile in tiles]
    return Truth(patches, area, f"squares of {side} px", (labels.note,))


def _choose_side(area: Region, *, window: int) -> int:
    """Return the side of the squares that are held out together: that of a window, unless there are too few."""
    side = max(window, ceil_div(max(area.shape), 20))
    if ceil_div(area.height, side) * ceil_div(area.width, side) >= 12:
        return side
    return max(1, math.ceil(math.sqrt(area.height * area.width / 16)))


class _LabelTruth:
    """The classes of a label raster."""

    def __init__(self, legend: Legend, rules: TruthRules) -> None:
        self.legend = legend
        self.rules = rules
        self._index: dict[int, int] = {}
        self._unknown: set[str] = set()

    def read(self, source: LabelSource, region: Region) -> NDArray[np.int64]:
        """Return (H, W): 0 no class, 1…K classes, −1 ignored."""
        block = source.read(region)
        found = np.full(block.values.shape, IGNORED)
        values, inverse = np.unique(block.values[block.valid], return_inverse=True)
        # Values of pixels with nodata are not classes.
        found[block.valid] = np.array([self._find(int(value)) for value in values], np.int64)[inverse]
        return found

    def _find(self, value: int) -> int:
        if value not in self._index:
            target, legend = self.rules.resolve(value, self.legend)
            if target is not None and target > len(self.legend.names):
                self._unknown.add(legend.names[-1])
                target = None
            self._index[value] = IGNORED if target is None else target
        return self._index[value]

    def note(self) -> str:
        """Return a sentence on ignored values, or nothing."""
        if not self._unknown:
            return ""
        return (
            f"ignored, as no class has this name: {', '.join(sorted(self._unknown))}; map them to a class, or to "
            '"none" if they are none of the classes'
        )
