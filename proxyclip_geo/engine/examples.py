"""Learn a classifier from the cells under shapes, with that of words as prior; see `logistic`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, softmax

from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.engine.directions import add_directions
from proxyclip_geo.engine.feature_sample import FeatureSample
from proxyclip_geo.engine.logistic import (
    DEFAULT_STRENGTH,
    Floats,
    Indices,
    LeftOut,
    Samples,
    adapt_to_shares,
    judge_prior,
    predict,
    train_averaged,
    train_fixed,
    use_one_thread,
)
from proxyclip_geo.engine.shape_cells import Shape, ShapeReader

RANK = 128
"""Most components of the features of shapes that are used."""
_ADAPTED_TO = 4096


@dataclass(frozen=True)
class ClassShape:
    """A shape that shows a class, or what the class is not.

    Attributes:
        shape: The shape.
        index: Index of the class in the bank.
        negative: Whether it shows what the class is not.
    """

    shape: Shape
    index: int
    negative: bool = False


@dataclass(frozen=True)
class Learned:
    """A classifier learned from shapes, as an addition to a text bank, and its check.

    Attributes:
        directions: (C, D) float32, added to the logits as products with features.
        biases: (C,), added to the logits.
        weight: Number of independent samples that a shape counts as.
        left_out: Predictions of shapes by classifiers trained without them.
        words: Those of the words.
        correct: (S,) share of each shape that the classifier puts in its class.
    """

    directions: NDArray[np.float32]
    biases: Floats
    weight: float
    left_out: LeftOut
    words: LeftOut
    correct: Floats

    def add_to(self, bank: TextBank) -> TextBank:
        """Return a bank with the logits of `bank` and the additions."""
        biases = tuple(own + float(more) for own, more in zip(bank.biases, self.biases, strict=True))
        return replace(add_directions(bank, dict(enumerate(self.directions))), biases=biases)


def class_logits(bank: TextBank, features: NDArray[np.floating]) -> Floats:
    """Return the (N, C) logits of classes for (N, D) features: those of the best query of each class."""
    return np.column_stack([own.max(axis=1) for own in _query_logits(bank, features)])


def synonym_excess(bank: TextBank, features: NDArray[np.floating]) -> Floats:
    """Return the (N, C) difference between the logarithm of the sum of a class's synonyms and its best one.

    0 if synonyms do not lower the scores of other classes.
    """
    if bank.synonyms == "max-logit":
        return np.zeros((len(features), len(bank.values)))
    return np.column_stack([logsumexp(own, axis=1) - own.max(axis=1) for own in _query_logits(bank, features)])


def _query_logits(bank: TextBank, features: NDArray[np.floating]) -> Iterator[Floats]:
    """Yield the (N, q) logits of the queries of each class."""
    products = bank.logit_scale * (features @ bank.queries.double().cpu().numpy().T)
    owner = np.array(bank.query_class)
    for index, bias in enumerate(bank.biases):
        yield products[:, owner == index] + bias


def learn(
    reader: ShapeReader,
    bank: TextBank,
    shapes: Sequence[ClassShape],
    *,
    sample: FeatureSample,
    weight: float | None = None,
) -> Learned:
    """Learn from shapes, with the bank as prior.

    Args:
        reader: Reads the embedding.
        bank: The queries of at least two classes, projected if the store is.
        shapes: Each with at least one pixel that has data.
        sample: Features of the raster.
        weight: Number of independent samples that a shape counts as; averaged by leaving shapes out if not given.
    """
    samples = _read_samples(reader, bank, shapes, sample=sample)
    # The weights are combinations of the features, so nearly nothing is lost; with fewer of them it takes less time.
    with use_one_thread():
        basis = np.linalg.svd(samples.features, full_matrices=False)[2][:RANK]
    samples = replace(samples, features=samples.features @ basis.T)
    found = train_averaged(samples) if weight is None else train_fixed(samples, strength=DEFAULT_STRENGTH / weight)
    directions = found.weights[:, :-1] @ basis / sample.std
    biases = found.weights[:, -1] - directions @ sample.mean
    some = sample.features[:: max(1, len(sample.features) // _ADAPTED_TO)].astype(np.float64)
    shift = adapt_to_shares(class_logits(bank, some) + some @ directions.T + biases) if found.inverse else 0 * biases
    right = ((predict(samples, found.weights) + shift).argmax(axis=1) == samples.target) != samples.negative
    return Learned(
        directions.astype(np.float32),
        biases + shift,
        DEFAULT_STRENGTH * found.inverse,
        found.left_out,
        judge_prior(samples, found.left_out.tested),
        samples.mean_by_shape(right.astype(float)),
    )


def _read_samples(
    reader: ShapeReader, bank: TextBank, shapes: Sequence[ClassShape], *, sample: FeatureSample
) -> Samples:
    cells = [reader.read(item.shape, debias=bank.debias) for item in shapes]
    owner = np.repeat(np.arange(len(shapes)), [len(part.counts) for part in cells])
    features = np.concatenate([part.features for part in cells])
    return Samples(
        features=(features - sample.mean) / sample.std,
        prior=class_logits(bank, features),
        target=np.array([item.index for item in shapes])[owner],
        negative=np.array([item.negative for item in shapes])[owner],
        shape=owner,
        weight=np.concatenate([part.counts / part.counts.sum() for part in cells]),
    )


@dataclass(frozen=True)
class DoubtfulCells:
    """Cells that a classifier is least sure of, one an area, most doubtful area first.

    Attributes:
        at: (N, 2) row and column of each cell.
        best: (N,) index of its most probable class.
        second: (N,) index of the next one.
        margin: (N,) difference of their probabilities.
    """

    at: Indices
    best: Indices
    second: Indices
    margin: Floats


def find_doubtful_cells(bank: TextBank, sample: FeatureSample, *, count: int) -> DoubtfulCells:
    """Return the most doubtful cell of each of the `count` tiles with the smallest mean margin."""
    shares = softmax(class_logits(bank, sample.features), axis=1)
    order = np.argsort(-shares, axis=1, kind="stable")
    top = np.take_along_axis(shares, order[:, :2], axis=1)
    margin = top[:, 0] - top[:, 1]
    tiles = np.unique(sample.tile)
    means = np.array([margin[sample.tile == tile].mean() for tile in tiles])
    cells = []
    for tile in tiles[np.argsort(means, kind="stable")[:count]]:
        own = np.flatnonzero(sample.tile == tile)
        cells.append(own[margin[own].argmin()])
    return DoubtfulCells(sample.at[cells], order[cells, 0], order[cells, 1], margin[cells])
