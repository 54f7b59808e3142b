"""Adapt the queries of words to a scene: move them towards the features of the cells that they are surest of.

With z the logits of the words and x a feature, the adapted logits are z + s·W(x − m) + b. W is the ridge regression of
the classes of the sure cells on their features, which moves each class towards the mean feature of its sure cells (its
prototype), away from those of the others, and along directions in which these cells vary little. b keeps the share of
each class: without it, classes that the words favour take more and more. Without sure cells, W = 0 and b = 0.

Prototypes of sure cells are those of TMPA and of transductive CLIP; keeping the shares, and the regression, are ours
(docs/refinements.md compares them).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.engine.examples import class_logits
from proxyclip_geo.engine.feature_sample import FeatureSample
from proxyclip_geo.engine.logistic import Floats, Indices

SURE = 0.5
"""Probability from which a cell is sure of its class: that of all others together is smaller."""
LEAST = 16
"""Fewest sure cells of a class that is adapted."""
STRENGTH, RELATIVE = 5.0, 2.0
"""s, and its limit in root mean squares of the words' logits around their mean over classes."""
RIDGE = 1.0
"""Strength of the ridge regression, in mean variances of a component of the features."""
_SHARE_STEPS, _LEAST_SHARE = 20, 1e-4


@dataclass(frozen=True)
class Adaptation:
    """An addition to a text bank of C classes, and what it changes on the sample.

    Attributes:
        directions: (C, D) float32, added to the logits as products with features; 0 for classes that keep their words.
        biases: (C,), added to the logits.
        sure: (C,) number of sure cells.
        adapted: (C,) whether a class has a direction.
        cosines: (C,) between the mean query of a class before and after; 1 for classes that keep their words.
        before: (C,) share of the cells that a class wins, 0–1.
        after: (C,) the same with the addition.
        cells: Number of cells of the sample.
    """

    directions: NDArray[np.float32]
    biases: Floats
    sure: Indices
    adapted: NDArray[np.bool_]
    cosines: Floats
    before: Floats
    after: Floats
    cells: int


def adapt_bank(bank: TextBank, sample: FeatureSample) -> Adaptation:
    """Return what adapts a bank to a sample of a scene; background classes keep their words.

    Args:
        bank: Queries, projected if the sample is.
        sample: Features of evenly spaced cells, with the debiasing of the bank in them.
    """
    features = sample.features.astype(np.float64)
    logits = class_logits(bank, features)
    classes = len(bank.values)
    probabilities, winner = softmax(logits, axis=1), logits.argmax(axis=1)
    is_sure = probabilities.max(axis=1) > SURE
    sure = np.bincount(winner[is_sure], minlength=classes)
    adapted = (sure >= LEAST) & (np.arange(classes) < classes - bank.background)
    before = np.bincount(winner, minlength=classes) / len(winner)
    if adapted.sum() < 2:
        none = np.zeros((classes, features.shape[1]), np.float32)
        return Adaptation(
            none, np.zeros(classes), sure, np.zeros(classes, np.bool_), np.ones(classes), before, before, len(features)
        )
    used = is_sure & adapted[winner]
    spread = float(np.sqrt(((logits - logits.mean(axis=1, keepdims=True)) ** 2).mean()))
    weights = min(STRENGTH, RELATIVE * spread) * _regress(features[used], winner[used], classes=classes)
    directions = weights.astype(np.float32)
    moved = logits + features @ directions.T.astype(np.float64)
    biases = _find_biases(moved, wanted=probabilities.mean(axis=0))
    after = np.bincount((moved + biases).argmax(axis=1), minlength=classes) / len(winner)
    return Adaptation(
        directions, biases, sure, adapted, _compare_queries(bank, directions), before, after, len(features)
    )


def _regress(features: Floats, target: Indices, *, classes: int) -> Floats:
    """Return the (C, D) ridge regression of classes on (N, D) features; 0 for classes that no cell has."""
    centred = features - features.mean(axis=0)
    wanted = np.eye(classes)[target]
    covariance = centred.T @ centred / len(features)
    variance = float(np.trace(covariance)) / len(covariance) or 1.0
    found: Floats = np.linalg.solve(
        covariance + RIDGE * variance * np.eye(len(covariance)),
        centred.T @ (wanted - wanted.mean(axis=0)) / len(features),
    )
    return found.T


def _find_biases(logits: Floats, *, wanted: Floats) -> Floats:
    """Return the (C,) biases with which (N, C) logits have the wanted mean probabilities."""
    biases = np.zeros(len(wanted))
    for _ in range(_SHARE_STEPS):
        found = softmax(logits + biases, axis=1).mean(axis=0)
        biases += np.log((wanted + _LEAST_SHARE) / (found + _LEAST_SHARE))
    return biases


def _compare_queries(bank: TextBank, directions: NDArray[np.float32]) -> Floats:
    """Return the (C,) cosines between the mean query of each class before and after."""
    queries, owner = bank.queries.double().cpu().numpy(), np.array(bank.query_class)
    cosines = np.ones(len(directions))
    for index, direction in enumerate(directions):
        old = queries[owner == index].mean(axis=0)
        new = old + direction / bank.logit_scale
        if direction.any():
            cosines[index] = old @ new / (np.linalg.norm(old) * np.linalg.norm(new))
    return cosines
