"""Fit the classifier of a vocabulary to labels."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from proxyclip_geo.api.class_bank import ClassBank, as_examples
from proxyclip_geo.api.embedding import Embedding, open_embedding
from proxyclip_geo.api.examples import add_learned
from proxyclip_geo.api.fit_samples import Truth, collect_cells, read_raster, read_shapes
from proxyclip_geo.api.job import Classes
from proxyclip_geo.api.options import Examples, LabelOptions
from proxyclip_geo.arguments import check_arguments
from proxyclip_geo.engine.fit_cells import LabelledCells, count_pairs, fit_cells, label_cells, merge
from proxyclip_geo.engine.logistic import FOLDS
from proxyclip_geo.errors import OptionError, OutputError
from proxyclip_geo.evaluation.gain import Gain, measure_gain
from proxyclip_geo.evaluation.gain_picture import draw_gain
from proxyclip_geo.files import atomic_write, check_existing, check_folder, check_outputs
from proxyclip_geo.progress import Progress, no_progress
from proxyclip_geo.raster.vector_labels import is_vector_file
from proxyclip_geo.references import split_layer
from proxyclip_geo.vocabulary import Vocabulary, as_vocabulary, dump_vocabulary
from proxyclip_geo.vocabulary.formats import check_writable

_FITTED_ON = "Fitted on "
Embeddings: TypeAlias = str | Path | Embedding | Sequence[str | Path | Embedding]


@dataclass(frozen=True)
class FitResult:
    """A fitted vocabulary and its gain.

    Attributes:
        vocabulary: The vocabulary with fitted directions, biases and thresholds; its description states the gain.
        gain: The gain on held-out labels.
        statement: The gain in a sentence, as in the description: where it was measured, and on what.
        images: Number of images fitted to.
        cells: Number of labelled cells fitted to.
        wrong: Number of labelled cells that contradict the others and were not fitted to.
        notes: Sentences on ignored values of the truth.
        saved: File that the vocabulary was written to.
        report: Picture that was written.
    """

    vocabulary: Vocabulary
    gain: Gain
    statement: str
    images: int
    cells: int
    wrong: int
    notes: tuple[str, ...] = ()
    saved: Path | None = None
    report: Path | None = None

    @property
    def helps(self) -> bool:
        """Whether the whole confidence interval of the gain is above 0."""
        return self.gain.helps

    def to_dict(self) -> dict[str, Any]:
        """Return the vocabulary and the gain as plain values."""
        gain = self.gain
        return {
            "vocabulary": self.vocabulary.to_dict(),
            "classes": [vars(item) for item in gain.classes],
            "mean_iou": {
                "before": gain.before,
                "after": gain.after,
                "gain": gain.gain,
                "interval": list(gain.interval),
            },
            "accuracy": {"before": gain.accuracy[0], "after": gain.accuracy[1]},
            "statement": self.statement,
            "images": self.images,
            "cells": {"labelled": self.cells, "wrong": self.wrong},
            "notes": list(self.notes),
            "helps": gain.helps,
            "saved": str(self.saved) if self.saved else None,
            "report": str(self.report) if self.report else None,
        }


@dataclass(frozen=True)
class FitOutputs:
    """Files that `fit` writes.

    Attributes:
        save: The fitted vocabulary, .yaml or .json; none if not given.
        report: A picture of the gain, .png; none if not given.
        anyway: Whether the vocabulary is saved even without a gain.
        overwrite: Whether existing files may be replaced.
    """

    save: Path | None = None
    report: Path | None = None
    anyway: bool = False
    overwrite: bool = False

    def check(self, inputs: Sequence[Path | str | None]) -> None:
        """Check the names before anything is computed.

        Raises:
            OutputError: If a file exists, is an input, has another suffix, or its folder is not writable.
        """
        if self.save is not None:
            check_writable(self.save)
        if self.report is not None and self.report.suffix.lower() != ".png":
            raise OutputError(f"{self.report}: the report is a picture; give a name that ends in .png")
        paths = [path for path in (self.save, self.report) if path is not None]
        check_outputs(paths, inputs=inputs)
        check_existing(paths, overwrite=self.overwrite)
        for path in paths:
            check_folder(path.parent)


@check_arguments
def fit(
    embedding: Embeddings,
    classes: Classes,
    truth: str | Path | Sequence[str | Path],
    *,
    truth_field: str = "class",
    mapping: Mapping[int | str, int | str] | None = None,
    ignore: Collection[int | str] = (),
    examples: Examples | str | Path | None = None,
    options: LabelOptions | None = None,
    save: str | Path | None = None,
    report: str | Path | None = None,
    anyway: bool = False,
    overwrite: bool = False,
    progress: Progress = no_progress,
) -> FitResult:
    """Fit the classifier of the words to labels, and measure the gain on labels that are held out.

    With labels of several images, whole images are held out, so that the gain is that on other images. With one,
    squares of ground or drawn shapes are held out, and the gain holds on this image only. Drawn shapes whose class
    contradicts the others are not fitted to. The vocabulary is saved only if there is a gain.

    Args:
        embedding: Path or URL of an embedding, or an open one; or several, encoded with the same model.
        classes: As for `segment`; the start of the fit.
        truth: A label raster, on any grid, or a vector file of points and polygons with a column for the class; one for
            each embedding. Pixels of no class ("none", by name or mapping) are needed to fit thresholds.
        truth_field: Column of a vector file with the class.
        mapping: For a raster: value or name in the truth → class, or "none"; as for `evaluate`, values that are not
            mentioned are ignored. By the names in the raster's tags if not given.
        ignore: For a raster: values or names in the truth to ignore.
        examples: Points and polygons of examples, as for `label`, to start from; not those of `truth`. Only with one
            embedding.
        options: Options that the map will be labelled with.
        save: File to write the fitted vocabulary to, .yaml or .json; none if not given.
        report: Picture of the gain to write, .png; none if not given.
        anyway: Whether it is saved even without a gain.
        overwrite: Whether existing files may be replaced.
        progress: Called while labels are read.

    Raises:
        OptionError: If there are too few labels, too close together, they share no class with the vocabulary, or the
            embeddings do not fit together.
        RasterError: If the raster cannot be read or resampled to the embedding.
        VectorError: If the vector file cannot be read, or lacks the column.
        AreaError: If the labels lie outside the embedding.
        StoreError: If the embedding is damaged, or incomplete there.
        OutputError: If a file exists, is an input, or cannot be written.

    Example:
        >>> import proxyclip_geo as pg
        >>> made = pg.sample("doctest.tif", size=256, seed=3)
        >>> embedding = pg.encode(made.image, out="doctest.emb", model="demo")
        >>> result = pg.fit(embedding, "landcover", made.truth)
        >>> "on this image" in result.statement
        True
    """
    opened, truths = _pair(embedding, truth)
    examples, words, options = as_examples(examples), as_vocabulary(classes), options or LabelOptions()
    files = FitOutputs(
        None if save is None else Path(save), None if report is None else Path(report), anyway, overwrite
    )
    sources = [each for one in opened for each in one.inputs]
    files.check([*sources, *truths, None if examples is None else examples.path, words.path])
    if examples is not None and len(opened) > 1:
        raise OptionError(f"examples lie on one raster, but {len(opened)} embeddings are given; leave the examples out")
    every, cells, notes, grouping = [], [], [], ""
    for one, path in zip(opened, truths, strict=True):
        prepared = one.bank(words, options, examples=examples, learning=True)
        with ExitStack() as stack:
            if is_vector_file(path):
                labels = read_shapes(one, prepared.vocabulary, path, field=truth_field)
            else:
                labels = read_raster(one, prepared.vocabulary, path, mapping=mapping, ignore=ignore, stack=stack)
            cells.append(collect_cells(one, prepared.bank, labels, progress=progress))
        every.append(prepared)
        notes.extend(_notes(labels))
        grouping = labels.grouping
    merged = merge(cells)
    _require_enough(merged)
    return _fit(opened[0], every[0], merged, truths=truths, grouping=grouping, files=files, notes=notes)


def _pair(embedding: Embeddings, truth: str | Path | Sequence[str | Path]) -> tuple[list[Embedding], list[str | Path]]:
    """Open the embeddings, and check that they have the same features and a truth each."""
    several = [embedding] if isinstance(embedding, str | Path | Embedding) else list(embedding)
    truths = [truth] if isinstance(truth, str | Path) else list(truth)
    if not several or len(several) != len(truths):
        raise OptionError(f"{len(several)} embeddings and {len(truths)} files of labels are given; give one for each")
    opened = [one if isinstance(one, Embedding) else open_embedding(one) for one in several]
    for one in opened[1:]:
        models = [each.store.info.model["constants_sha256"] for each in (opened[0], one)]
        if models[0] != models[1]:
            raise OptionError(
                f"{opened[0].name} and {one.name} were encoded with different models or weights; encode both with one"
            )
    if len(opened) > 1 and any(one.store.basis is not None for one in opened):
        raise OptionError("embeddings with components of their own cannot be fitted together; encode them without")
    return opened, truths


def _notes(labels: Truth) -> list[str]:
    return [note for note in (note() for note in labels.notes) if note]


def _require_enough(cells: LabelledCells) -> None:
    parts = len(np.unique(cells.held_out))
    if len(np.unique(cells.image)) == 1 and parts < FOLDS:
        raise OptionError(
            f"the labelled pixels lie in {parts} parts of the ground, and at least {FOLDS} are needed to measure "
            "the gain; label more places, apart from each other"
        )
    if len(np.unique(cells.truth[cells.truth > 0])) < 2:
        raise OptionError(
            "only one class is labelled; label two or more (with a mapping, only classes that it names count)"
        )


def _fit(
    embedding: Embedding,
    prepared: ClassBank,
    cells: LabelledCells,
    *,
    truths: Sequence[str | Path],
    grouping: str,
    files: FitOutputs,
    notes: Sequence[str],
) -> FitResult:
    vocabulary, bank = prepared.vocabulary, prepared.bank
    count = len(vocabulary.classes)
    drawn = len(truths) == 1 and is_vector_file(truths[0])
    thresholds = np.array(bank.thresholds)
    fallback = 0 if vocabulary.fallback_index is None else vocabulary.fallback_index + 1
    found = fit_cells(cells, classes=count, thresholds=thresholds, fallback=fallback, omit_wrong=drawn)
    before = label_cells(cells, cells.prior, thresholds, classes=count, fallback=fallback)
    old, new = (count_pairs(cells, labels, classes=count) for labels in (before, found.labels))
    gain = measure_gain(old, new, names=vocabulary.names)
    statement = _state(gain, truths, grouping=grouping)
    fitted = add_learned(vocabulary, found.directions, found.biases, store=embedding.store)
    kinds = tuple(
        replace(item, threshold=None if value == vocabulary.threshold else float(value))
        for item, value in zip(fitted.classes, found.thresholds, strict=False)
    )
    description = f"{vocabulary.description.split(_FITTED_ON)[0].strip()} {statement}".strip()
    fitted = replace(fitted, classes=kinds, description=description)
    if files.report is not None:
        with atomic_write(files.report) as draft:
            draw_gain(gain, statement).save(draft)
    saved = None
    if files.save is not None and (gain.helps or files.anyway):
        saved = dump_vocabulary(fitted, files.save)
    return FitResult(
        vocabulary=fitted,
        gain=gain,
        statement=statement,
        images=len(truths),
        cells=len(cells.truth),
        wrong=int(found.wrong.sum()),
        notes=tuple(notes),
        saved=saved,
        report=files.report,
    )


def _state(gain: Gain, truths: Sequence[str | Path], *, grouping: str) -> str:
    """Return the gain in a sentence, with what was held out and where it holds."""
    names = Path(split_layer(truths[0])[0]).name + (f" and {len(truths) - 1} more" if len(truths) > 1 else "")
    low, high = gain.interval
    held_out = f"{gain.parts} images, each held out" if len(truths) > 1 else f"{gain.parts} held-out {grouping}"
    limit = "" if len(truths) > 1 else " on this image; it was not measured on others"
    return (
        f"{_FITTED_ON}{names}: mean IoU {100 * gain.before:.1f} to {100 * gain.after:.1f} % on {held_out}, with 90 % "
        f"confidence a change of {100 * low:+.1f} to {100 * high:+.1f} points{limit}."
    )
