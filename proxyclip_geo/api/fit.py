"""Fit the biases, thresholds and logit scale of a vocabulary to labels."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from proxyclip_geo.api.embedding import Embedding, open_embedding
from proxyclip_geo.api.examples import as_examples
from proxyclip_geo.api.fit_samples import collect_samples, read_raster, read_shapes
from proxyclip_geo.api.job import Classes
from proxyclip_geo.api.options import Examples, LabelOptions
from proxyclip_geo.errors import OutputError
from proxyclip_geo.evaluation.classifier import Classifier
from proxyclip_geo.evaluation.cross_validation import Fit, cross_validate
from proxyclip_geo.files import check_outputs
from proxyclip_geo.progress import Progress, no_progress
from proxyclip_geo.references import split_layer
from proxyclip_geo.vocabulary import Vocabulary, as_vocabulary, dump_vocabulary
from proxyclip_geo.vocabulary.formats import check_writable

_VECTOR = frozenset({".gpkg", ".geojson", ".json", ".shp", ".fgb", ".parquet", ".kml", ".gml", ".csv", ".gdb"})
_FITTED_ON = "Fitted on "


@dataclass(frozen=True)
class FitResult:
    """A fitted vocabulary and its gain.

    Attributes:
        vocabulary: The vocabulary with fitted biases, thresholds and logit scale; its description states the gain.
            Label with the same examples and options as in the fit.
        fit: The gain, by cross-validation.
        grouping: Pixels that were held out together: "squares of 336 px", "drawn shapes".
        samples: Number of labelled pixels fitted to.
        notes: Sentences on ignored values of the truth.
        saved: File that the vocabulary was written to.
    """

    vocabulary: Vocabulary
    fit: Fit
    grouping: str
    samples: int
    notes: tuple[str, ...] = ()
    saved: Path | None = None

    @property
    def before(self) -> float:
        """Mean IoU before fitting, 0–1."""
        return self.fit.before

    @property
    def after(self) -> float:
        """Mean IoU by cross-validation, 0–1."""
        return self.fit.after

    @property
    def interval(self) -> tuple[float, float]:
        """(low, high), 90 % confidence interval of the gain."""
        return self.fit.interval

    @property
    def helps(self) -> bool:
        """Whether the whole interval is above 0."""
        return self.fit.helps


def fit(
    embedding: str | Path | Embedding,
    classes: Classes,
    truth: str | Path,
    *,
    truth_field: str = "class",
    mapping: Mapping[int | str, int | str] | None = None,
    ignore: Collection[int | str] = (),
    examples: Examples | str | Path | None = None,
    options: LabelOptions | None = None,
    save: str | Path | None = None,
    anyway: bool = False,
    overwrite: bool = False,
    progress: Progress = no_progress,
) -> FitResult:
    """Fit the bias and threshold of each class, and the logit scale, to a few labels.

    The vocabulary is saved only if cross-validation shows a gain; or check the gain, and save it with
    `dump_vocabulary`.

    Args:
        embedding: Path or URL of an embedding, or an open one.
        classes: As for `segment`; the start of the fit.
        truth: A label raster, on any grid, or a vector file of points and polygons with a column for the class. Pixels
            of no class ("none", by name or mapping) are needed to fit thresholds.
        truth_field: Column of a vector file with the class.
        mapping: For a raster: value or name in the truth → class, or "none"; as for `evaluate`, values that are not
            mentioned are ignored. By the names in the raster's tags if not given.
        ignore: For a raster: values or names in the truth to ignore.
        examples: Points and polygons of examples, as for `label`; not those of `truth`.
        options: Options that the map will be labelled with.
        save: File to write the fitted vocabulary to, .yaml or .json; none if not given.
        anyway: Whether it is saved even without a gain.
        overwrite: Whether an existing file may be replaced.
        progress: Called while labels are read.

    Raises:
        OptionError: If there are too few labels, too close together, or they share no class with the vocabulary.
        RasterError: If the raster cannot be read or resampled to the embedding.
        VectorError: If the vector file cannot be read, or lacks the column.
        AreaError: If the labels lie outside the embedding.
        StoreError: If the embedding is damaged, or incomplete there.
        OutputError: If the file exists, is an input, or cannot be written.

    Example:
        >>> import proxyclip_geo as pg
        >>> made = pg.sample("doctest.tif", size=256, seed=3)
        >>> embedding = pg.encode(made.image, out="doctest.emb", model="demo")
        >>> result = pg.fit(embedding, "landcover", made.truth)
        >>> result.helps
        False
    """
    opened = embedding if isinstance(embedding, Embedding) else open_embedding(embedding)
    examples, words = as_examples(examples), as_vocabulary(classes)
    target = None if save is None else Path(save)
    if target is not None:
        _check_target(
            target,
            inputs=[*opened.inputs, truth, None if examples is None else examples.path, words.path],
            overwrite=overwrite,
        )
    prepared = opened.bank(words, options, examples=examples)
    vocabulary, bank = prepared.vocabulary, prepared.bank
    with ExitStack() as stack:
        if _is_vector(truth):
            labels = read_shapes(opened, vocabulary, truth, field=truth_field)
        else:
            labels = read_raster(opened, vocabulary, truth, mapping=mapping, ignore=ignore, stack=stack)
        samples = collect_samples(opened, bank, labels, progress=progress)
    count = len(vocabulary.classes)
    start = Classifier(bank.query_class, count, bank.biases, bank.thresholds, bank.logit_scale, bank.synonyms)
    found = cross_validate(samples, start, names=vocabulary.names)
    notes = tuple(note for note in (note() for note in labels.notes) if note)
    fitted = _write_back(vocabulary, found, truth, learned=bank.biases)
    saved = dump_vocabulary(fitted, target) if target is not None and (found.helps or anyway) else None
    return FitResult(fitted, found, labels.grouping, len(samples.truth), notes, saved)


def _check_target(path: Path, *, inputs: Sequence[Path | str | None], overwrite: bool) -> None:
    check_writable(path)
    check_outputs([path], inputs=inputs)
    if path.exists() and not overwrite:
        raise OutputError(f"{path} already exists; pass overwrite=True to replace it")


def _is_vector(truth: str | Path) -> bool:
    file, layer = split_layer(truth)
    return bool(layer) or Path(file.partition("?")[0]).suffix.lower() in _VECTOR


def _write_back(vocabulary: Vocabulary, found: Fit, truth: str | Path, *, learned: Sequence[float]) -> Vocabulary:
    fitted = found.classifier
    classes = tuple(
        # Biases learned from examples are learned again with the map.
        replace(
            item,
            bias=round(item.bias + bias - before, 3),
            threshold=None if threshold == vocabulary.threshold else threshold,
        )
        for item, bias, before, threshold in zip(
            vocabulary.classes, fitted.biases, learned, fitted.thresholds, strict=False
        )
    )
    low, high = found.interval
    gain = (
        f"{_FITTED_ON}{Path(truth).name}: mean IoU {100 * found.before:.1f} to {100 * found.after:.1f} % by "
        f"cross-validation, a gain of {100 * low:+.1f} to {100 * high:+.1f} points."
    )
    description = (vocabulary.description.split(_FITTED_ON)[0].strip() + " " + gain).strip()
    return replace(vocabulary, classes=classes, logit_scale=round(fitted.logit_scale, 3), description=description)
