"""Biases, thresholds and the logit scale of a vocabulary, fitted to labelled pixels, with the gain measured honestly.

What is reported is by cross-validation: every pixel is labelled with settings that were fitted without its own part of
the ground (a square, or a drawn shape), since pixels beside each other look alike. What is returned is fitted to all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from proxyclip_geo.errors import OptionError
from proxyclip_geo.evaluation.metrics import ConfusionMatrix

FOLDS = 5
INNER_FOLDS = 3
_SWEEPS = 3
_STEPS = 64
"""Values tried for each bias or threshold: quantiles of where pixels change sides."""
_WORTH = 0.001
"""Mean IoU for which no bias is moved further than another that is nearer to what it was."""
_STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
_CLEARLY = 0.005
"""Mean IoU by which a larger move must be better than a smaller one."""
_RESAMPLES = 1000
_LIKELY = 0.9

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Samples:
    """Labelled pixels.

    Attributes:
        products: (N, Q) float32 products with the queries, neither scaled nor biased.
        truth: (N,) 1…K for a class, 0 for none of them.
        group: (N,) number of the part of the ground that a pixel is on.
    """

    products: NDArray[np.float32]
    truth: Indices
    group: Indices

    def take(self, chosen: NDArray[np.bool_]) -> "Samples":
        """Return some of them."""
        return Samples(self.products[chosen], self.truth[chosen], self.group[chosen])


@dataclass(frozen=True)
class Classifier:
    """What turns products into classes; see `engine.classify`.

    Attributes:
        query_class: Index of the class of each query, 0…; those from `classes` on are background.
        classes: Number of classes that are no background.
        biases: Of each class, with the background.
        thresholds: The same.
        logit_scale: What products are multiplied by.
        synonyms: "max-probability" or "max-logit".
    """

    query_class: tuple[int, ...]
    classes: int
    biases: tuple[float, ...]
    thresholds: tuple[float, ...]
    logit_scale: float
    synonyms: Literal["max-probability", "max-logit"] = "max-probability"

    def logits(self, samples: Samples) -> Floats:
        """Return the (N, C) logits of classes without their biases."""
        best = np.full((len(samples.truth), len(self.biases)), -np.inf)
        for query, owner in enumerate(self.query_class):
            np.maximum(best[:, owner], self.logit_scale * samples.products[:, query], out=best[:, owner])
        return best

    def probabilities(self, samples: Samples) -> Floats:
        """Return the (N, C) probabilities of classes."""
        best = self.logits(samples) + np.array(self.biases)
        if self.synonyms == "max-logit":
            every = best
        else:
            biases = np.array([self.biases[owner] for owner in self.query_class])
            every = self.logit_scale * samples.products + biases
        top = best.max(axis=1, keepdims=True)
        shares: Floats = np.exp(best - top) / np.exp(every - top).sum(axis=1, keepdims=True)
        return shares

    def predict(self, samples: Samples) -> Indices:
        """Return the (N,) labels: 1…K, 0 where unclassified."""
        shares = self.probabilities(samples)
        winner = (self.logits(samples) + np.array(self.biases)).argmax(axis=1)
        unsure = shares[np.arange(len(winner)), winner] < np.array(self.thresholds)[winner]
        return np.where(unsure | (winner >= self.classes), 0, winner + 1)

    def log_loss(self, samples: Samples) -> float:
        """Return the mean of −log p of the true class, over pixels that have one, in nats."""
        shares = self.probabilities(samples)
        known = samples.truth > 0
        true = shares[known, samples.truth[known] - 1]
        return float(-np.log(np.maximum(true, 1e-12)).mean())


@dataclass(frozen=True)
class ClassGain:
    """What fitting did for a class.

    Attributes:
        name: The class.
        pixels: Labelled pixels that were used.
        before: IoU as it was, 0–1; None where there was nothing to compare.
        after: IoU by cross-validation.
    """

    name: str
    pixels: int
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Fit:
    """Fitted settings and what they are worth.

    Attributes:
        classifier: Fitted to all samples.
        classes: What it did for each class.
        before: Mean IoU as it was, 0–1.
        after: Mean IoU by cross-validation.
        interval: (low, high) between which the gain lies with 90 %, by resampling groups.
        groups: Number of parts of the ground.
        log_loss: (before, after) by cross-validation, in nats.
    """

    classifier: Classifier
    classes: tuple[ClassGain, ...]
    before: float
    after: float
    interval: tuple[float, float]
    groups: int
    log_loss: tuple[float, float]

    @property
    def gain(self) -> float:
        """Mean IoU gained, by cross-validation."""
        return self.after - self.before

    @property
    def helps(self) -> bool:
        """Whether the gain is above 0 beyond reasonable doubt: its whole interval is."""
        return self.interval[0] > 0


def fit(samples: Samples, start: Classifier, *, names: Sequence[str]) -> Fit:
    """Fit biases, the logit scale and, where pixels of no class are known, thresholds.

    Args:
        samples: Labelled pixels of at least `FOLDS` groups and two classes.
        start: The settings as they are.
        names: Names of the classes.

    Raises:
        OptionError: If there are too few groups or classes.
    """
    groups = np.unique(samples.group)
    if len(groups) < FOLDS:
        raise OptionError(
            f"the labelled pixels lie in {len(groups)} parts of the ground, and at least {FOLDS} are needed to measure "
            "what fitting gains; label more places, apart from each other"
        )
    if len(np.unique(samples.truth[samples.truth > 0])) < 2:
        raise OptionError(
            "only one class is labelled, so that nothing can be weighed against it; label two or more (of a "
            "raster with a mapping, only what the mapping names counts)"
        )
    before = start.predict(samples)
    after, losses = np.zeros_like(before), np.zeros(2)
    for fold in np.array_split(np.random.default_rng(0).permutation(groups), FOLDS):
        held = np.isin(samples.group, fold)
        rest, own = samples.take(~held), samples.take(held)
        fitted = _fit_once(rest, start)
        after[held] = fitted.predict(own)
        if (own.truth > 0).any():
            losses += (own.truth > 0).sum() * np.array([start.log_loss(own), fitted.log_loss(own)])
    losses /= (samples.truth > 0).sum()
    old, new = (
        np.stack([_count(samples, labels, group, len(names)) for group in groups]) for labels in (before, after)
    )
    scores = [ConfusionMatrix(tuple(names), counts.sum(axis=0)).class_scores() for counts in (old, new)]
    return Fit(
        classifier=_fit_once(samples, start),
        classes=tuple(ClassGain(a.name, a.support, a.iou, b.iou) for a, b in zip(*scores, strict=True)),
        before=_mean_iou(old.sum(axis=0)),
        after=_mean_iou(new.sum(axis=0)),
        interval=_resample(old, new),
        groups=len(groups),
        log_loss=(float(losses[0]), float(losses[1])),
    )


def _count(samples: Samples, labels: Indices, group: int, classes: int) -> Indices:
    own = samples.group == group
    return _confusion(samples.truth[own], labels[own], classes)


def _confusion(truth: Indices, labels: Indices, classes: int) -> Indices:
    side = classes + 1
    return np.bincount(truth * side + labels, minlength=side * side).reshape(side, side)


def _mean_iou(counts: Indices) -> float:
    """Return the mean over the classes that occur in the truth."""
    right, support = counts.diagonal()[1:], counts.sum(axis=1)[1:]
    either = support + counts.sum(axis=0)[1:] - right
    return float((right / np.maximum(either, 1))[support > 0].mean()) if (support > 0).any() else 0.0


def _resample(before: Indices, after: Indices) -> tuple[float, float]:
    """Return the interval of the gain when groups are drawn with replacement (B. Efron, "Bootstrap methods", 1979)."""
    random = np.random.default_rng(0)
    gains = []
    for _ in range(_RESAMPLES):
        drawn = random.integers(0, len(before), len(before))
        gains.append(_mean_iou(after[drawn].sum(axis=0)) - _mean_iou(before[drawn].sum(axis=0)))
    low, high = np.quantile(gains, [(1 - _LIKELY) / 2, (1 + _LIKELY) / 2])
    return float(low), float(high)


def _fit_once(samples: Samples, start: Classifier) -> Classifier:
    moves = _fit_biases(samples, start)
    fitted = _fit_scale(samples, _moved(start, _choose_strength(samples, start) * moves))
    return replace(fitted, thresholds=_fit_thresholds(samples, fitted))


def _moved(start: Classifier, moves: Floats) -> Classifier:
    return replace(start, biases=tuple((np.array(start.biases) + moves).tolist()))


def _choose_strength(samples: Samples, start: Classifier) -> float:
    """Return how far biases are moved towards where they are best for these samples, by cross-validation among them."""
    groups = np.unique(samples.group)
    if len(groups) < INNER_FOLDS:
        return 0.0
    counts = np.zeros((len(_STRENGTHS), start.classes + 1, start.classes + 1), np.int64)
    for fold in np.array_split(np.random.default_rng(1).permutation(groups), INNER_FOLDS):
        held = np.isin(samples.group, fold)
        own = samples.take(held)
        moves = _fit_biases(samples.take(~held), start)
        for row, strength in zip(counts, _STRENGTHS, strict=True):
            row += _confusion(own.truth, _moved(start, strength * moves).predict(own), start.classes)
    scores = np.array([_mean_iou(row) for row in counts])
    return float(min(np.array(_STRENGTHS)[scores >= scores.max() - _CLEARLY]))


def _fit_biases(samples: Samples, start: Classifier) -> Floats:
    """Return what to add to each bias: one after the other is moved to where the mean IoU is best.

    Those of classes that are labelled in too few parts of the ground stay.

    Only differences between biases matter; the middle one of the classes that are there stays as it is, so that classes
    of which nothing is known are neither favoured nor held back.
    """
    logits, biases = start.logits(samples), np.array(start.biases)
    present = np.unique(samples.truth[samples.truth > 0]) - 1
    # What was seen in one place or two tells little of the others.
    spread = [n for n in present if len(np.unique(samples.group[samples.truth == n + 1])) >= INNER_FOLDS]
    if not spread:
        return np.zeros(len(biases))
    for _ in range(_SWEEPS):
        for index in spread:
            biases[index] = _best_bias(logits, biases, int(index), samples.truth, present, start)
    moves: Floats = biases - np.array(start.biases)
    moves[spread] -= np.median(moves[spread])
    return moves


def _best_bias(
    logits: Floats, biases: Floats, index: int, truth: Indices, present: Indices, start: Classifier
) -> float:
    """Return the best bias of one class, the others' given: as it grows, pixels pass to it one by one."""
    rivals = logits + biases
    rivals[:, index] = -np.inf
    other = rivals.argmax(axis=1)
    margin = rivals[np.arange(len(other)), other] - logits[:, index]
    order = np.argsort(margin, kind="stable")
    margin, other, true = margin[order], other[order], truth[order] - 1
    count = len(order)
    passed = np.unique(np.linspace(0, count, _STEPS + 1).astype(int))
    scores = np.zeros(len(passed))
    for each in present:
        mine = np.concatenate([[0], np.cumsum(true == each)])
        if each == index:
            right, predicted = mine[passed], passed
        else:
            kept = np.concatenate([[0], np.cumsum((other == each) & (true == each))])
            held = np.concatenate([[0], np.cumsum(other == each)])
            right, predicted = kept[-1] - kept[passed], held[-1] - held[passed]
        scores += right / (mine[-1] + predicted - right)
    scores /= len(present)
    edges = np.concatenate([[margin[0] - 1], (margin[:-1] + margin[1:]) / 2, [margin[-1] + 1]])
    values = edges[passed]
    good = scores >= scores.max() - _WORTH
    nearest = np.abs(values - start.biases[index])
    return float(values[good][nearest[good].argmin()])


def _fit_scale(samples: Samples, classifier: Classifier) -> Classifier:
    """Scale all logits so that scores are as frank as can be: who wins stays the same."""

    def scaled(log_factor: float) -> Classifier:
        factor = float(np.exp(log_factor))
        biases = tuple(factor * bias for bias in classifier.biases)
        return replace(classifier, logit_scale=factor * classifier.logit_scale, biases=biases)

    found = minimize_scalar(
        lambda log_factor: scaled(log_factor).log_loss(samples), bounds=(-np.log(4), np.log(4)), method="bounded"
    )
    return scaled(float(found.x))


def _fit_thresholds(samples: Samples, classifier: Classifier) -> tuple[float, ...]:
    """Return the threshold of each class that gives its best IoU; as they are where no pixel is of no class."""
    thresholds = list(classifier.thresholds)
    if not (samples.truth == 0).any():
        return tuple(thresholds)
    shares = classifier.probabilities(samples)
    winner = (classifier.logits(samples) + np.array(classifier.biases)).argmax(axis=1)
    for index in range(classifier.classes):
        support = int((samples.truth == index + 1).sum())
        won = winner == index
        if not support or not won.any():
            continue
        score, true = shares[won, index], samples.truth[won] == index + 1
        tried = np.unique(np.concatenate([[0.0], np.quantile(score, np.linspace(0, 1, _STEPS))]))
        kept = score[:, None] >= tried
        right = (kept & true[:, None]).sum(axis=0)
        ious = right / (support + kept.sum(axis=0) - right)
        good = ious >= ious.max() - _WORTH
        # In hundredths, as scores are kept.
        thresholds[index] = float(np.floor(100 * tried[good].min()) / 100)
    return tuple(thresholds)
