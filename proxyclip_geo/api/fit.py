"""A vocabulary's biases, thresholds and logit scale fitted to a few labels."""

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.api.embedding import Embedding, open_embedding
from proxyclip_geo.api.examples import Examples
from proxyclip_geo.api.job import Classes
from proxyclip_geo.api.options import LabelOptions
from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.engine.pixel_logits import sample_products
from proxyclip_geo.errors import AreaError, OptionError, VocabularyError
from proxyclip_geo.evaluation.class_mapping import NO_CLASS, Legend, TruthRules, mapped_values
from proxyclip_geo.evaluation.compare import lay_over
from proxyclip_geo.evaluation.fitting import Classifier, Fit, Samples
from proxyclip_geo.evaluation.fitting import fit as fit_samples
from proxyclip_geo.grid import ceil_div
from proxyclip_geo.progress import Progress, ProgressEvent, no_progress
from proxyclip_geo.raster.examples import Example, read_examples
from proxyclip_geo.raster.labels import LabelSource, open_labels
from proxyclip_geo.region import Region
from proxyclip_geo.validation import suggest
from proxyclip_geo.vocabulary import Vocabulary
from proxyclip_geo.vocabulary.classes import fold

MOST_SAMPLES = 60_000
"""Pixels that are fitted to; more change nothing that matters."""
_TILE = 1024
_LEFT_OUT = -1
_VECTOR = frozenset({".gpkg", ".geojson", ".json", ".shp", ".fgb", ".parquet", ".kml", ".gml", ".csv"})
_TOLD = " Fitted on "


@dataclass(frozen=True)
class FitResult:
    """A fitted vocabulary, and what fitting it gained.

    Attributes:
        vocabulary: With the fitted biases, thresholds and logit scale; its description says what they gained. Label
            with the same examples and options that it was fitted with.
        fit: The gain, by cross-validation.
        parts: What was held out together: "squares of 336 px", "drawn shapes".
        samples: Number of labelled pixels fitted to.
        notes: What was left out of the truth.
    """

    vocabulary: Vocabulary
    fit: Fit
    parts: str
    samples: int
    notes: tuple[str, ...] = ()

    @property
    def before(self) -> float:
        """Mean IoU as it was, 0–1."""
        return self.fit.before

    @property
    def after(self) -> float:
        """Mean IoU by cross-validation, 0–1."""
        return self.fit.after

    @property
    def interval(self) -> tuple[float, float]:
        """(low, high) between which the gain lies with 90 %."""
        return self.fit.interval

    @property
    def helps(self) -> bool:
        """Whether all of that interval is above 0."""
        return self.fit.helps


def fit(
    embedding: str | Path | Embedding,
    classes: Classes,
    truth: str | Path,
    *,
    field: str = "class",
    mapping: Mapping[int | str, int | str] | None = None,
    ignore: Collection[int | str] = (),
    examples: Examples | str | Path | None = None,
    options: LabelOptions | None = None,
    progress: Progress = no_progress,
) -> FitResult:
    """Fit a vocabulary to a few labels: how easily each class wins, how sure it must be, how sharp scores are.

    Nothing is written: look at the gain, then save the vocabulary with `dump_vocabulary`.

    Args:
        embedding: Path or URL of an embedding, or one that is open.
        classes: As for `segment`; where fitting starts from.
        truth: A label raster, on any grid, or a vector file of points and polygons with a column for the class. Pixels
            that are known to be none of the classes ("none", by name or mapping) let thresholds be fitted.
        field: Column of a vector file with the class.
        mapping: For a raster: value or name in the truth → class, or "none"; as for `evaluate`, what it does not
            mention is left out. By the names in the raster's tags if not given.
        ignore: For a raster: values or names in the truth to leave out.
        examples: Points and polygons that show classes, as they will be given to `label`; not those of `truth`.
        options: How the map will be labelled.
        progress: Called while labels are read.

    Raises:
        OptionError: If there are too few labels, too close together, or they share no class with the vocabulary.
        RasterError: If the raster cannot be read, or laid over the embedding.
        VectorError: If the vector file cannot be read, or lacks the column.
        AreaError: If the labels lie outside of the embedding.
        StoreError: If the embedding is damaged, or not complete there.
    """
    kept = embedding if isinstance(embedding, Embedding) else open_embedding(embedding)
    vocabulary, bank = kept.bank(classes, options, examples=examples)
    with ExitStack() as stack:
        if Path(truth).suffix.lower() in _VECTOR:
            known = _from_shapes(kept, vocabulary, truth, field=field)
        else:
            known = _from_raster(kept, vocabulary, truth, mapping=mapping, ignore=ignore, stack=stack)
        samples = _collect(kept, bank, known, progress=progress)
    start = Classifier(
        bank.query_class,
        len(vocabulary.classes),
        bank.biases,
        bank.thresholds,
        bank.logit_scale,
        bank.synonyms,
    )
    found = fit_samples(samples, start, names=vocabulary.names)
    notes = tuple(note() for note in known.notes)
    fitted = _write_back(vocabulary, found, truth)
    return FitResult(fitted, found, known.parts, len(samples.truth), tuple(note for note in notes if note))


@dataclass(frozen=True)
class _Patch:
    """A part of the raster with its truth: 0 none, 1… classes, −1 not known."""

    region: Region
    read: Callable[[Region], NDArray[np.int64]]
    group: Callable[[NDArray[np.int64]], NDArray[np.int64]]

    @cached_property
    def truth(self) -> NDArray[np.int64]:
        return self.read(self.region)

    def known(self) -> NDArray[np.bool_]:
        return np.asarray(self.truth != _LEFT_OUT)


@dataclass(frozen=True)
class _Known:
    """All that is known of the truth.

    `area` counts known pixels, or more.
    """

    patches: Sequence[_Patch]
    area: int
    parts: str
    notes: Sequence[Callable[[], str]] = field(default_factory=tuple)


def _collect(kept: Embedding, bank: TextBank, known: _Known, *, progress: Progress) -> Samples:
    every = max(1, math.ceil(math.sqrt(known.area / MOST_SAMPLES)))

    def advancing() -> Iterator[_Patch]:
        for done, patch in enumerate(known.patches):
            progress(ProgressEvent("read labels", done, len(known.patches), "parts"))
            # A patch keeps its truth once it has read it; this copy goes when it is done.
            yield replace(patch)
        progress(ProgressEvent("read labels", len(known.patches), len(known.patches), "parts"))

    products, truth, groups = [], [], []
    for found in sample_products(kept.store, bank, advancing(), every=every):
        patch = found.patch
        assert isinstance(patch, _Patch)
        products.append(found.products)
        truth.append(patch.truth[tuple(found.at)])
        groups.append(patch.group(found.at + np.array([[patch.region.top], [patch.region.left]])))
    if not products:
        raise AreaError(f"no labelled pixel has data in {kept.name}; give labels of the same ground")
    return Samples(np.concatenate(products), np.concatenate(truth), np.concatenate(groups))


def _from_shapes(kept: Embedding, vocabulary: Vocabulary, path: str | Path, *, field: str) -> _Known:
    every = read_examples(path, kept.geobox, field=field, name=kept.name)
    shapes = [shape for shape in every if not shape.negative]
    if not shapes:
        raise OptionError(
            f"all {len(every)} shapes in {path} are negative; fitting needs shapes that show what they are"
        )
    legend = Legend.of({}, vocabulary)
    patches = []
    for number, shape in enumerate(shapes):
        if fold(shape.name) not in legend.by_word and fold(shape.name) not in NO_CLASS:
            raise VocabularyError(
                f"{path} has labels of class '{shape.name}', which the vocabulary lacks"
                f"{suggest(shape.name, vocabulary.names)}; add it to the classes, or call it 'none' in the file "
                f"(classes: {', '.join(vocabulary.names)})"
            )
        index = legend.find(shape.name)
        for region in shape.region.tiles(_TILE):
            patches.append(_Patch(region, _drawn(shape, index), _constant(number)))
    return _Known(patches, sum(max(1, math.ceil(shape.shape.area)) for shape in shapes), "drawn shapes")


def _drawn(shape: Example, index: int) -> Callable[[Region], NDArray[np.int64]]:
    return lambda region: np.where(shape.rasterize(region), index, _LEFT_OUT)


def _constant(number: int) -> Callable[[NDArray[np.int64]], NDArray[np.int64]]:
    return lambda at: np.full(at.shape[1], number)


def _from_raster(
    kept: Embedding,
    vocabulary: Vocabulary,
    path: str | Path,
    *,
    mapping: Mapping[int | str, int | str] | None,
    ignore: Collection[int | str],
    stack: ExitStack,
) -> _Known:
    true = stack.enter_context(open_labels(path, classes=mapped_values(mapping or {})))
    truth = _Truth(Legend.of({}, vocabulary), TruthRules(true.classes, dict(mapping or {}), tuple(ignore)))
    truth.rules.check(truth.legend)
    overlap, aligned = lay_over(kept.geobox, true, name=kept.name)
    if aligned is not true:
        stack.enter_context(aligned)
    tiles = list(overlap.tiles(_TILE))
    area = sum(int((truth.read(aligned, tile) != _LEFT_OUT).sum()) for tile in tiles)
    if not area:
        told = truth.note() or "no pixel is labelled"
        raise OptionError(f"nothing in {path} can be fitted to: {told}; check the names, or give a mapping (--map)")
    side = _choose_side(overlap, window=max(kept.store.info.grid.window))
    columns = ceil_div(kept.geobox.width, side)

    def group(at: NDArray[np.int64]) -> NDArray[np.int64]:
        squares: NDArray[np.int64] = at[0] // side * columns + at[1] // side
        return squares

    patches = [_Patch(tile, lambda region: truth.read(aligned, region), group) for tile in tiles]
    return _Known(patches, area, f"squares of {side} px", (truth.note,))


def _choose_side(area: Region, *, window: int) -> int:
    """Return the side of the squares that are held out together: a window's, unless there would be too few."""
    side = max(window, ceil_div(max(area.shape), 20))
    if ceil_div(area.height, side) * ceil_div(area.width, side) >= 12:
        return side
    return max(1, math.ceil(math.sqrt(area.height * area.width / 16)))


class _Truth:
    """A label raster's values as the vocabulary's classes."""

    def __init__(self, legend: Legend, rules: TruthRules) -> None:
        self.legend = legend
        self.rules = rules
        self._index: dict[int, int] = {}
        self._unknown: set[str] = set()

    def read(self, source: LabelSource, region: Region) -> NDArray[np.int64]:
        """Return (H, W): 0 none, 1… classes, −1 not known."""
        block = source.read(region)
        found = np.full(block.values.shape, _LEFT_OUT)
        values, inverse = np.unique(block.values[block.valid], return_inverse=True)
        # What stands where there is no data is nobody's class, and nothing to tell of.
        found[block.valid] = np.array([self._find(int(value)) for value in values], np.int64)[inverse]
        return found

    def _find(self, value: int) -> int:
        if value not in self._index:
            target, legend = self.rules.resolve(value, self.legend)
            if target is not None and target > len(self.legend.names):
                self._unknown.add(legend.names[-1])
                target = None
            self._index[value] = _LEFT_OUT if target is None else target
        return self._index[value]

    def note(self) -> str:
        """Return what was left out, in a sentence."""
        if not self._unknown:
            return ""
        return (
            f"left out, since no class is called so: {', '.join(sorted(self._unknown))}; map them to a class, or to "
            '"none" if they are none of the classes'
        )


def _write_back(vocabulary: Vocabulary, found: Fit, truth: str | Path) -> Vocabulary:
    fitted = found.classifier
    classes = tuple(
        replace(item, bias=round(bias, 3), threshold=None if threshold == vocabulary.threshold else threshold)
        for item, bias, threshold in zip(vocabulary.classes, fitted.biases, fitted.thresholds, strict=False)
    )
    low, high = found.interval
    told = (
        f"{_TOLD}{Path(truth).name}: mean IoU {100 * found.before:.1f} to {100 * found.after:.1f} % by "
        f"cross-validation, a gain of {100 * low:+.1f} to {100 * high:+.1f} points."
    )
    description = (vocabulary.description.split(_TOLD.strip())[0].strip() + told).strip()
    return replace(vocabulary, classes=classes, logit_scale=round(fitted.logit_scale, 3), description=description)
