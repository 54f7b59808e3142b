"""Fit the classifier of words to labelled cells, and predict each cell with a classifier fitted without its part."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax, logsumexp

from proxyclip_geo.engine.examples import RANK
from proxyclip_geo.engine.logistic import FOLDS, Floats, Indices, Samples, predict, train

STRENGTHS = (0.3, 3.0, 30.0, 300.0, np.inf)
"""λ that are compared; the last one is the words unchanged."""
_WRONG = 0.1
"""Left-out probability of its own class below which the label of a part may be wrong."""
_MOST_WRONG = 0.25
"""Share of the parts of a class that may be left out as wrong."""
_STEPS = 64
_SAME_IOU = 0.001


@dataclass(frozen=True)
class LabelledCells:
    """Cells with their truth.

    Attributes:
        features: (N, D) float32.
        prior: (N, C) logits of the words' classes, the background last.
        excess: (N, C) difference between the logarithm of the sum of a class's synonyms and its best one; 0 if
            synonyms do not lower the scores of others.
        truth: (N,) 1…K for a class, 0 for none of them.
        pixels: (N,) number of labelled pixels that a cell stands for.
        part: (N,) number of its part of the ground.
        image: (N,) number of its image.
    """

    features: NDArray[np.float32]
    prior: Floats
    excess: Floats
    truth: Indices
    pixels: Floats
    part: Indices
    image: Indices

    def take(self, chosen: NDArray[np.bool_]) -> "LabelledCells":
        """Return the chosen cells."""
        return LabelledCells(*(values[chosen] for values in vars(self).values()))

    @property
    def held_out(self) -> Indices:
        """(N,) what is held out together: images if there are several, else parts of the ground."""
        return self.image if len(np.unique(self.image)) > 1 else self.part


@dataclass(frozen=True)
class FittedCells:
    """A fitted classifier.

    Attributes:
        directions: (C, D) float32, added to the logits as products with features; 0 if the words are best.
        biases: (C,), added to the logits.
        thresholds: (C,) score below which a class does not win.
        strength: λ.
        labels: (N,) labels of cells by classifiers and thresholds fitted without what is held out with them.
        wrong: (N,) whether the label of a cell was taken as wrong, and not fitted to.
    """

    directions: NDArray[np.float32]
    biases: Floats
    thresholds: Floats
    strength: float
    labels: Indices
    wrong: NDArray[np.bool_]


def fit_cells(
    cells: LabelledCells, *, classes: int, thresholds: Floats, fallback: int = 0, omit_wrong: bool = False
) -> FittedCells:
    """Fit to cells.

    The strength is chosen by holding out images, or parts of the ground in one image. The logits of a held-out cell
    come from the strength that is best for the other folds.

    Args:
        cells: Labelled cells.
        classes: K, number of classes without the background.
        thresholds: (C,) those before; unchanged where there are no pixels of no class, or of the class.
        fallback: Label of cells below the threshold.
        omit_wrong: Whether parts whose class contradicts the others are not fitted to.
    """
    mean, std = cells.features.mean(axis=0, dtype=np.float64), float(cells.features.std(dtype=np.float64)) or 1.0
    centred = (cells.features - mean) / std
    basis = np.linalg.svd(centred, full_matrices=False)[2][:RANK]
    target, background = cells.truth - 1, cells.prior.shape[1] > classes
    used = (target >= 0) | background
    target = np.where(target < 0, cells.prior.shape[1] - 1, target)
    _, shape = np.unique(np.stack([cells.part, target]), axis=1, return_inverse=True)
    samples = Samples(
        centred @ basis.T, cells.prior, target, np.zeros(len(target), np.bool_), shape, _weigh(cells, target)
    )
    folds = _fold(cells.held_out)
    logits = [_predict_left_out(samples, folds, used, strength=strength) for strength in STRENGTHS]
    losses = np.stack([-log_softmax(each, axis=1)[np.arange(len(target)), target] for each in logits])
    weights = samples.weight * used
    per_fold = np.stack([losses[:, folds == n] @ weights[folds == n] for n in range(folds.max() + 1)], axis=1)
    total = per_fold.sum(axis=1)
    left_out = np.empty_like(cells.prior)
    for n in range(folds.max() + 1):
        left_out[folds == n] = logits[int((total - per_fold[:, n]).argmin())][folds == n]
    labels = np.zeros_like(target)
    for n in range(folds.max() + 1):
        own, rest = cells.take(folds == n), cells.take(folds != n)
        fitted = _fit_thresholds(rest, left_out[folds != n], thresholds, classes=classes)
        labels[folds == n] = label_cells(own, left_out[folds == n], fitted, classes=classes, fallback=fallback)
    best = int(total.argmin())
    wrong = _find_wrong(samples, losses[best]) if omit_wrong else np.zeros(len(target), np.bool_)
    found = _train(samples, used & ~wrong, strength=STRENGTHS[best])
    directions = found[:, :-1] @ basis / std
    return FittedCells(
        directions.astype(np.float32),
        found[:, -1] - directions @ mean,
        _fit_thresholds(cells, left_out, thresholds, classes=classes),
        STRENGTHS[best],
        labels,
        wrong,
    )


def _weigh(cells: LabelledCells, target: Indices) -> Floats:
    """Return the (N,) weights of cells: parts count the same, and rare classes more than by their pixels."""
    _, part = np.unique(cells.part, return_inverse=True)
    weights: Floats = cells.pixels / np.bincount(part, cells.pixels)[part]
    raised = weights / np.sqrt(np.maximum(np.bincount(target, weights), 1e-12))[target]
    found: Floats = raised * (weights.sum() / raised.sum())
    return found


def _fold(groups: Indices) -> Indices:
    """Return the (N,) fold of each cell, so that a group is in one."""
    found, inverse = np.unique(groups, return_inverse=True)
    order = np.random.default_rng(0).permutation(len(found))
    folds: Indices = (order % min(FOLDS, len(found)))[inverse]
    return folds


def _train(samples: Samples, used: NDArray[np.bool_], *, strength: float) -> Floats:
    if not np.isfinite(strength) or not used.any():
        return np.zeros((samples.classes, samples.features.shape[1] + 1))
    return train(samples.take(used), strength=strength, balance=False)


def _predict_left_out(samples: Samples, folds: Indices, used: NDArray[np.bool_], *, strength: float) -> Floats:
    logits = samples.prior.copy()
    for n in range(folds.max() + 1):
        held_out = folds == n
        weights = _train(samples, used & ~held_out, strength=strength)
        logits[held_out] = predict(samples.take(held_out), weights)
    return logits


def _find_wrong(samples: Samples, losses: Floats) -> NDArray[np.bool_]:
    """Return the (N,) cells of the parts whose class is improbable from the others."""
    count = int(samples.shape.max()) + 1
    sizes = np.bincount(samples.shape, minlength=count)
    probability = np.bincount(samples.shape, np.exp(-losses), count) / sizes
    owner = np.zeros(count, np.int64)
    owner[samples.shape] = samples.target
    wrong = np.zeros(count, np.bool_)
    for index in np.unique(owner):
        own = np.flatnonzero(owner == index)
        worst = own[np.argsort(probability[own], kind="stable")][: int(_MOST_WRONG * len(own))]
        wrong[worst[probability[worst] < _WRONG]] = True
    found: NDArray[np.bool_] = wrong[samples.shape]
    return found


def score_cells(cells: LabelledCells, logits: Floats) -> tuple[Indices, Floats]:
    """Return the (N,) winning class of cells, and its score as maps have it."""
    winner = logits.argmax(axis=1)
    score = np.exp(logits[np.arange(len(logits)), winner] - logsumexp(logits + cells.excess, axis=1))
    return winner, score


def label_cells(
    cells: LabelledCells, logits: Floats, thresholds: Floats, *, classes: int, fallback: int = 0
) -> Indices:
    """Return the (N,) labels of cells: 1…K, 0 where unclassified, `fallback` below the threshold."""
    winner, score = score_cells(cells, logits)
    labels = np.where(winner >= classes, 0, winner + 1)
    return np.where(score < thresholds[winner], fallback, labels)


def count_pairs(cells: LabelledCells, labels: Indices, *, classes: int) -> Indices:
    """Return the (P, K + 1, K + 1) confusion counts of what is held out together, rows truth, columns labels."""
    _, group = np.unique(cells.held_out, return_inverse=True)
    side = classes + 1
    pairs = (group * side + cells.truth) * side + labels
    counts = np.bincount(pairs, cells.pixels, (int(group.max()) + 1) * side * side)
    return counts.round().astype(np.int64).reshape(-1, side, side)


def _fit_thresholds(cells: LabelledCells, logits: Floats, before: Floats, *, classes: int) -> Floats:
    """Return the (C,) thresholds with the best IoU; unchanged without pixels of no class, or of the class."""
    thresholds = before.copy()
    if not (cells.truth == 0).any() or logits.shape[1] > classes:
        return thresholds
    winner, score = score_cells(cells, logits)
    for index in range(classes):
        support, won = cells.pixels[cells.truth == index + 1].sum(), winner == index
        if not support or not won.any():
            continue
        own, pixels, true = score[won], cells.pixels[won], cells.truth[won] == index + 1
        tried = np.unique(np.concatenate([[0.0], np.quantile(own, np.linspace(0, 1, _STEPS))]))
        above = (own[:, None] >= tried) * pixels[:, None]
        right = (above * true[:, None]).sum(axis=0)
        ious = right / (support + above.sum(axis=0) - right)
        # In hundredths, as scores are stored.
        thresholds[index] = np.floor(100 * tried[ious >= ious.max() - _SAME_IOU].min()) / 100
    return thresholds


def merge(every: list[LabelledCells]) -> LabelledCells:
    """Return the cells of several images, with numbers of images and parts that differ."""
    parts = 0
    numbered = []
    for number, cells in enumerate(every):
        _, part = np.unique(cells.part, return_inverse=True)
        numbered.append(replace(cells, part=part + parts, image=np.full(len(part), number)))
        parts += int(part.max()) + 1
    return LabelledCells(
        *(np.concatenate(values) for values in zip(*(vars(c).values() for c in numbered), strict=True))
    )
