"""Add drawn examples to a text bank."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.api.example_report import ExampleReport, make_report, warn_of_examples
from proxyclip_geo.api.options import Examples
from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.engine.examples import ClassShape, learn
from proxyclip_geo.engine.feature_sample import FeatureSample
from proxyclip_geo.engine.shape_cells import ShapeReader
from proxyclip_geo.engine.store.embedding_store import EmbeddingStore
from proxyclip_geo.errors import AreaError, OptionError, VocabularyError, warn_quality
from proxyclip_geo.raster.examples import Example, read_examples
from proxyclip_geo.validation import suggest
from proxyclip_geo.vocabulary import Vocabulary
from proxyclip_geo.vocabulary.classes import fold
from proxyclip_geo.vocabulary.directions import decode_direction, encode_direction

Directions = NDArray[np.float32]
Biases = NDArray[np.float64]


@dataclass(frozen=True)
class LearnedVocabulary:
    """A vocabulary with what was learned from examples.

    Attributes:
        vocabulary: The classes with their directions and biases.
        report: The check of the examples; None if they have no weight.
    """

    vocabulary: Vocabulary
    report: ExampleReport | None


def add_examples(
    bank: TextBank, examples: Examples, *, vocabulary: Vocabulary, reader: ShapeReader, sample: FeatureSample
) -> LearnedVocabulary:
    """Learn from examples, with the words as prior.

    Raises:
        VocabularyError: If an example has a class that is not in the vocabulary.
        AreaError: If all examples lie outside the raster, or one has no pixel with data.
        VectorError: If the file cannot be read, or lacks the column.
        StoreError: If the store is damaged, or incomplete there.

    Warns:
        QualityWarning: If some lie outside the raster or partly on nodata, contradict each other, or do harm.
    """
    store = reader.store
    drawn = read_examples(examples.path, store.info.geobox, field=examples.field, name=store.name, area=store.info.area)
    owners = _find_classes(drawn, vocabulary, path=examples.path)
    _require_words(drawn, owners, vocabulary, path=examples.path)
    _require_data(drawn, reader, debias=bank.debias, path=examples.path)
    if len(bank.values) < 2:
        raise OptionError(
            f"examples need at least two classes, but '{vocabulary.names[0]}' is the only one; add a class, or "
            "`background` words"
        )
    if examples.weight == 0:
        return LearnedVocabulary(vocabulary, None)
    shapes = [ClassShape(item, owner, item.negative) for item, owner in zip(drawn, owners, strict=True)]
    learned = learn(reader, bank, shapes, sample=sample, weight=examples.weight)
    report = make_report(learned, drawn, owners=owners, names=vocabulary.names)
    warn_of_examples(report)
    return LearnedVocabulary(add_learned(vocabulary, learned.directions, learned.biases, store=store), report)


def add_learned(vocabulary: Vocabulary, directions: Directions, biases: Biases, *, store: EmbeddingStore) -> Vocabulary:
    """Return a vocabulary with the directions and biases of a classifier added.

    Args:
        vocabulary: K classes.
        directions: (C, D) of the classes and the background, if there is one, for the features of the store.
        biases: (C,).
        store: The store, whose model they are for.
    """
    # The background has no class to hold its bias; only differences between biases matter.
    base = float(biases[-1]) if len(biases) > len(vocabulary.classes) else 0.0
    if store.basis is not None:
        directions = directions @ store.basis.numpy().T
    classes = []
    for item, direction, bias in zip(vocabulary.classes, directions, biases, strict=False):
        text = item.direction
        if direction.any():
            text = encode_direction(direction if text is None else direction + decode_direction(text))
        classes.append(replace(item, bias=item.bias + float(bias) - base, direction=text))
    if not any(item.direction for item in classes):
        return replace(vocabulary, classes=tuple(classes))
    name, sha256 = (store.info.model[key] for key in ("name", "constants_sha256"))
    return replace(vocabulary, classes=tuple(classes), model=name, model_sha256=sha256)


def _find_classes(drawn: Sequence[Example], vocabulary: Vocabulary, *, path: str | Path) -> tuple[int, ...]:
    """Return the index of the class of each example."""
    index = {fold(word): owner for word, owner in zip(vocabulary.queries, vocabulary.query_class, strict=True)}
    index |= {fold(name): owner for owner, name in enumerate(vocabulary.names)}
    for item in drawn:
        if fold(item.name) not in index:
            raise VocabularyError(
                f"examples {path} have class '{item.name}', which is not in the vocabulary"
                f"{suggest(item.name, vocabulary.names)}; add it to the classes, or rename it in the file (classes: "
                f"{', '.join(vocabulary.names)})"
            )
    return tuple(index[fold(item.name)] for item in drawn)


def _require_words(
    drawn: Sequence[Example], owners: Sequence[int], vocabulary: Vocabulary, *, path: str | Path
) -> None:
    """Raise if a class has no words, no examples and nothing learned."""
    shown = {owner for item, owner in zip(drawn, owners, strict=True) if not item.negative}
    for index, item in enumerate(vocabulary.classes):
        if not item.synonyms and item.direction is None and index not in shown:
            raise VocabularyError(
                f"class '{item.name}' has neither words nor examples in {path}; draw one, or give it words"
            )


def _require_data(drawn: Sequence[Example], reader: ShapeReader, *, debias: float, path: str | Path) -> None:
    """Raise if an example lies entirely on nodata; warn of those that do in part."""
    name, partly = reader.store.name, []
    for item in drawn:
        share = reader.read(item, debias=debias).share
        if not share:
            raise AreaError(
                f"feature {item.number} of {path}, an example of '{item.name}', lies where {name} has no data; "
                "move or remove it"
            )
        if share < 1:
            partly.append(f"feature {item.number} ('{item.name}', {100 * (1 - share):.0f} % of it)")
    if partly:
        listed = ", ".join(partly[:3]) + (f" and {len(partly) - 3} more" if len(partly) > 3 else "")
        warn_quality(
            f"{len(partly)} of the {len(drawn)} examples in {path} lie partly where {name} has no data, which "
            f"does not count: {listed}"
        )
