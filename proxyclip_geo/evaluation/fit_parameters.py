"""Fit biases, thresholds and the logit scale to labelled pixels."""

from dataclasses import replace

import numpy as np
from scipy.optimize import minimize_scalar

from proxyclip_geo.evaluation.classifier import Classifier, Floats, Indices, Samples

INNER_FOLDS = 3
_SWEEPS = 3
_STEPS = 64
"""Values tried for each bias or threshold: quantiles of the values at which pixels change class."""
_SAME_IOU = 0.001
"""Difference of mean IoU within which the value nearest to the start is taken."""
_STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
_BETTER_IOU = 0.005
"""Gain of mean IoU that a larger change of biases needs over a smaller one."""


def fit_parameters(samples: Samples, start: Classifier) -> Classifier:
    """Fit biases, the logit scale and, if pixels of no class are known, thresholds."""
    moves = _fit_biases(samples, start)
    fitted = _fit_scale(samples, _moved(start, _choose_strength(samples, start) * moves))
    return replace(fitted, thresholds=_fit_thresholds(samples, fitted))


def _moved(start: Classifier, moves: Floats) -> Classifier:
    return replace(start, biases=tuple((np.array(start.biases) + moves).tolist()))


def _choose_strength(samples: Samples, start: Classifier) -> float:
    """Return the share of the fitted moves of biases that is best, by cross-validation among the samples."""
    groups = np.unique(samples.group)
    if len(groups) < INNER_FOLDS:
        return 0.0
    counts = np.zeros((len(_STRENGTHS), start.classes + 1, start.classes + 1), np.int64)
    for fold in np.array_split(np.random.default_rng(1).permutation(groups), INNER_FOLDS):
        held_out = np.isin(samples.group, fold)
        own = samples.take(held_out)
        moves = _fit_biases(samples.take(~held_out), start)
        for row, strength in zip(counts, _STRENGTHS, strict=True):
            row += count_pairs(own.truth, _moved(start, strength * moves).predict(own), start.classes)
    scores = np.array([mean_iou(row) for row in counts])
    return float(min(np.array(_STRENGTHS)[scores >= scores.max() - _BETTER_IOU]))


def _fit_biases(samples: Samples, start: Classifier) -> Floats:
    """Return the change of each bias: coordinate ascent of the mean IoU.

    Biases of classes that are labelled in too few parts of the ground do not change. Only differences between biases
    matter: the median change of the labelled classes is subtracted, so that classes without labels are neither favoured
    nor suppressed.
    """
    logits, biases = start.logits(samples), np.array(start.biases)
    present = np.unique(samples.truth[samples.truth > 0]) - 1
    # Labels in one or two places are not representative.
    widespread = [n for n in present if len(np.unique(samples.group[samples.truth == n + 1])) >= INNER_FOLDS]
    if not widespread:
        return np.zeros(len(biases))
    for _ in range(_SWEEPS):
        for index in widespread:
            biases[index] = _best_bias(logits, biases, int(index), samples.truth, present, start)
    moves: Floats = biases - np.array(start.biases)
    moves[widespread] -= np.median(moves[widespread])
    return moves


def _best_bias(
    logits: Floats, biases: Floats, index: int, truth: Indices, present: Indices, start: Classifier
) -> float:
    """Return the best bias of one class with the others fixed; as it grows, pixels change to the class one by one."""
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
            hits = np.concatenate([[0], np.cumsum((other == each) & (true == each))])
            wins = np.concatenate([[0], np.cumsum(other == each)])
            right, predicted = hits[-1] - hits[passed], wins[-1] - wins[passed]
        scores += right / (mine[-1] + predicted - right)
    scores /= len(present)
    edges = np.concatenate([[margin[0] - 1], (margin[:-1] + margin[1:]) / 2, [margin[-1] + 1]])
    values = edges[passed]
    good = scores >= scores.max() - _SAME_IOU
    nearest = np.abs(values - start.biases[index])
    return float(values[good][nearest[good].argmin()])


def _fit_scale(samples: Samples, classifier: Classifier) -> Classifier:
    """Scale all logits to the least log loss; the winning class of each pixel does not change."""

    def scaled(log_factor: float) -> Classifier:
        factor = float(np.exp(log_factor))
        biases = tuple(factor * bias for bias in classifier.biases)
        return replace(classifier, logit_scale=factor * classifier.logit_scale, biases=biases)

    found = minimize_scalar(
        lambda log_factor: scaled(log_factor).log_loss(samples), bounds=(-np.log(4), np.log(4)), method="bounded"
    )
    return scaled(float(found.x))


def _fit_thresholds(samples: Samples, classifier: Classifier) -> tuple[float, ...]:
    """Return the threshold of each class with its best IoU; unchanged if there are no pixels of no class."""
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
        above = score[:, None] >= tried
        right = (above & true[:, None]).sum(axis=0)
        ious = right / (support + above.sum(axis=0) - right)
        good = ious >= ious.max() - _SAME_IOU
        # In hundredths, as scores are stored.
        thresholds[index] = float(np.floor(100 * tried[good].min()) / 100)
    return tuple(thresholds)


def count_pairs(truth: Indices, labels: Indices, classes: int) -> Indices:
    """Return the (K + 1, K + 1) confusion counts, rows truth, columns labels."""
    side = classes + 1
    return np.bincount(truth * side + labels, minlength=side * side).reshape(side, side)


def mean_iou(counts: Indices) -> float:
    """Return the mean IoU over the classes that occur in the truth."""
    right, support = counts.diagonal()[1:], counts.sum(axis=1)[1:]
    either = support + counts.sum(axis=0)[1:] - right
    return float((right / np.maximum(either, 1))[support > 0].mean()) if (support > 0).any() else 0.0
