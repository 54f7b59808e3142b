"""Labelled cells to fit to, from a vector file or a label raster."""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.api.embedding import Embedding
from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.engine.examples import class_logits, synonym_excess
from proxyclip_geo.engine.fit_cells import LabelledCells
from proxyclip_geo.engine.shape_cells import read_features
from proxyclip_geo.errors import AreaError, OptionError, VocabularyError
from proxyclip_geo.evaluation.class_mapping import NO_CLASS, Legend, TruthRules, mapped_values
from proxyclip_geo.evaluation.evaluate import align_truth
from proxyclip_geo.grid import ceil_div
from proxyclip_geo.progress import Progress, ProgressEvent
from proxyclip_geo.raster.examples import Example, read_examples
from proxyclip_geo.raster.labels import LabelSource, open_labels
from proxyclip_geo.region import Region
from proxyclip_geo.validation import suggest
from proxyclip_geo.vocabulary import Vocabulary
from proxyclip_geo.vocabulary.classes import fold

PART_CELLS = 16
"""Cells that stand for a class in a part of the ground; more are alike."""
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


@dataclass(frozen=True)
class Truth:
    """The truth of a raster.

    Attributes:
        patches: Its parts.
        grouping: Description of the groups.
        notes: Return notes on ignored values, after all parts are read.
    """

    patches: Sequence[TruthPatch]
    grouping: str
    notes: Sequence[Callable[[], str]] = field(default_factory=tuple)


def collect_cells(embedding: Embedding, bank: TextBank, truth: Truth, *, progress: Progress) -> LabelledCells:
    """Return the labelled cells, at most `PART_CELLS` for each class in each part of the ground.

    A cell has the class of most of its labelled pixels.

    Raises:
        AreaError: If no labelled pixel has data.
    """
    found = []
    for done, patch in enumerate(truth.patches):
        progress(ProgressEvent("read labels", done, len(truth.patches), "parts"))
        part = _read_patch(embedding, patch, debias=bank.debias)
        if part is not None:
            found.append(part)
    progress(ProgressEvent("read labels", len(truth.patches), len(truth.patches), "parts"))
    if not found:
        raise AreaError(f"no labelled pixel has data in {embedding.name}; give labels of the same area")
    features, labels, pixels, groups = (np.concatenate(values) for values in zip(*found, strict=True))
    return LabelledCells(
        features=features,
        prior=class_logits(bank, features),
        excess=synonym_excess(bank, features),
        truth=labels,
        pixels=pixels,
        part=groups,
        image=np.zeros(len(labels), np.int64),
    )


def _read_patch(embedding: Embedding, patch: TruthPatch, *, debias: float) -> tuple[NDArray[Any], ...] | None:
    """Return features, classes, labelled pixels and groups of cells; None without labelled pixels."""
    store = embedding.store
    grid = store.info.grid
    cells = grid.cells_of(patch.region)
    region = cells.scale(grid.step)
    truth = np.full(region.shape, IGNORED)
    truth[patch.region.slices_in(region)] = np.where(store.read_valid(patch.region), patch.read(patch.region), IGNORED)
    blocks = truth.reshape(cells.height, grid.step, cells.width, grid.step)
    values = np.unique(truth[truth != IGNORED])
    if not len(values):
        return None
    counts = np.stack([(blocks == value).sum(axis=(1, 3)) for value in values])
    at = np.argwhere(counts.sum(axis=0) > 0)
    counts = counts[:, at[:, 0], at[:, 1]]
    labels = values[counts.argmax(axis=0)]
    middle = (at + np.array([cells.top, cells.left])) * grid.step + grid.step // 2
    groups = patch.group(middle.T)
    _, shape = np.unique(np.stack([groups, labels]), axis=1, return_inverse=True)
    picked, weights = [], []
    for number in range(shape.max() + 1):
        own = np.flatnonzero(shape == number)
        few = own[np.unique(np.linspace(0, len(own) - 1, min(PART_CELLS, len(own))).round().astype(int))]
        picked.append(few)
        weights.append(np.full(len(few), counts[:, own].sum() / len(few)))
    chosen = np.concatenate(picked)
    features, _ = read_features(store, cells, debias=debias)
    rows, cols = at[chosen].T
    return features[:, rows, cols].T.numpy(), labels[chosen], np.concatenate(weights), groups[chosen]


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
    return Truth(patches, "drawn shapes")


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
    if not any((labels.read(aligned, tile) != IGNORED).any() for tile in tiles):
        reason = labels.note() or "no pixel is labelled"
        raise OptionError(f"nothing in {path} can be fitted to: {reason}; check the names, or give a `mapping`")
    side = _choose_side(overlap, window=max(info.grid.window))
    columns = ceil_div(info.geobox.width, side)

    def group(at: NDArray[np.int64]) -> NDArray[np.int64]:
        squares: NDArray[np.int64] = at[0] // side * columns + at[1] // side
        return squares

    patches = [TruthPatch(tile, lambda region: labels.read(aligned, region), group) for tile in tiles]
    return Truth(patches, f"squares of {side} px", (labels.note,))


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
