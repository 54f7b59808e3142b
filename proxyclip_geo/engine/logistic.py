"""Multinomial logistic regression whose prior is another classifier, such as that of words.

The logits are z = p + V(x, 1), with p those of the prior and x a feature. V minimises the sum over shapes of the mean
cross-entropy of their cells, plus λ/2 ‖V‖². Cells of a shape are alike, so a shape counts as one sample; each class
counts the same. Without samples V = 0, and the result is that of the prior.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax
from threadpoolctl import ThreadpoolController

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

DEFAULT_STRENGTH = 0.3
"""λ, measured: see docs/decisions/0011."""
STRENGTHS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
"""λ of the classifiers that are averaged."""
FOLDS = 5
_LEAST_SHARE = 0.01
_ITERATIONS = 200
_SHARE_STEPS = 30
_EVEN = 0.1
"""Weight of equal shares of all classes against those found in the raster; keeps rare classes."""


@dataclass(frozen=True)
class Samples:
    """Cells of shapes with a class.

    Attributes:
        features: (N, D), of mean 0 and variance 1.
        prior: (N, C) logits.
        target: (N,) class that a cell has, or if negative has not.
        negative: (N,) bool.
        shape: (N,) number of the shape, 0…S−1.
        weight: (N,) weights, which sum to 1 for each shape.
    """

    features: Floats
    prior: Floats
    target: Indices
    negative: NDArray[np.bool_]
    shape: Indices
    weight: Floats

    def take(self, chosen: NDArray[np.bool_]) -> "Samples":
        """Return the chosen cells."""
        return Samples(*(values[chosen] for values in vars(self).values()))

    @property
    def classes(self) -> int:
        """C."""
        return int(self.prior.shape[1])

    def shape_classes(self) -> tuple[Indices, NDArray[np.bool_]]:
        """Return the (S,) class of each shape, and whether it is negative."""
        _, first = np.unique(self.shape, return_index=True)
        return self.target[first], self.negative[first]

    def mean_by_shape(self, values: Floats) -> Floats:
        """Return the (S, …) weighted means over the cells of each shape."""
        total = np.zeros((int(self.shape.max()) + 1, *values.shape[1:]))
        np.add.at(total, self.shape, values * self.weight.reshape(-1, *[1] * (values.ndim - 1)))
        return total


def predict(samples: Samples, weights: Floats) -> Floats:
    """Return the (N, C) logits of samples with (C, D + 1) weights."""
    logits: Floats = samples.prior + samples.features @ weights[:, :-1].T + weights[:, -1]
    return logits


@cache
def _find_libraries() -> ThreadpoolController:
    # Finding the libraries takes longer than some fits.
    return ThreadpoolController()


def use_one_thread() -> AbstractContextManager[None]:
    """Let BLAS compute in one thread: several take fifteen times as long for products of matrices this small."""
    limits: AbstractContextManager[None] = _find_libraries().limit(limits=1, user_api="blas")
    return limits


def sum_exponentials(values: Floats) -> Floats:
    """Return the (N,) logarithms of the sums over C of exponentials of (N, C) values.

    The operations are those of `scipy.special.logsumexp`, without its checks, which take most of its time here.
    """
    largest = values.max(axis=1, keepdims=True)
    is_largest = values == largest
    count = is_largest.sum(axis=1, dtype=np.float64)
    rest = np.exp(np.where(is_largest, -np.inf, values) - largest).sum(axis=1)
    found: Floats = np.log1p(rest / count) + np.log(count) + largest[:, 0]
    return found


def train(samples: Samples, *, strength: float, balance: bool = True) -> Floats:
    """Return the (C, D + 1) weights V, the last of each class for the constant; 0 for classes without samples.

    Args:
        samples: Cells with a class.
        strength: λ > 0.
        balance: Whether all classes count the same.
    """
    moving = np.unique(samples.target)
    balanced = _balance(samples) if balance else samples.weight
    inputs = np.column_stack([samples.features, np.ones(len(samples.target))])
    rows, negative = np.arange(len(inputs)), samples.negative
    shape = (len(moving), inputs.shape[1])
    targets = np.zeros_like(samples.prior)
    targets[rows, samples.target] = 1

    def objective(flat: Floats) -> tuple[float, Floats]:
        moved = flat.reshape(shape)
        logits = samples.prior.copy()
        logits[:, moving] += inputs @ moved.T
        wanted, reached = targets, logits[rows, samples.target]
        if negative.any():
            others, wanted = logits[negative], targets.copy()
            others[np.arange(len(others)), samples.target[negative]] = -np.inf
            wanted[negative], reached[negative] = softmax(others, axis=1), sum_exponentials(others)
        total = sum_exponentials(logits)
        slopes = (np.exp(logits - total[:, None]) - wanted) * balanced[:, None]
        loss = float(balanced @ (total - reached)) + strength / 2 * float(flat @ flat)
        return loss, (slopes[:, moving].T @ inputs + strength * moved).ravel()

    from scipy.optimize import minimize

    start = np.zeros(shape[0] * shape[1])
    with use_one_thread():
        found = minimize(objective, start, jac=True, method="L-BFGS-B", options={"maxiter": _ITERATIONS})
    weights = np.zeros((samples.classes, shape[1]))
    weights[moving] = found.x.reshape(shape)
    return weights


def _balance(samples: Samples) -> Floats:
    """Return the (N,) weights of cells with which all classes of positive shapes count the same."""
    positive = ~samples.negative
    if not positive.any():
        return samples.weight
    counts = np.bincount(samples.target[positive], samples.weight[positive], samples.classes)
    factors = counts.sum() / (counts > 0).sum() / np.maximum(counts, 1e-12)
    return np.where(positive, samples.weight * factors[samples.target], samples.weight)


@dataclass(frozen=True)
class LeftOut:
    """Predictions of shapes by classifiers that were trained without them.

    Attributes:
        tested: (S,) whether a shape was left out: those of classes with at least two shapes are.
        probabilities: (S, C) mean probabilities; 0 where not tested.
        correct: (S,) share of the shape in its class.
        loss: (S,) mean cross-entropy.
    """

    tested: NDArray[np.bool_]
    probabilities: Floats
    correct: Floats
    loss: Floats


@dataclass(frozen=True)
class Trained:
    """A classifier, and its check by leaving shapes out.

    Attributes:
        weights: (C, D + 1) weights V.
        inverse: Mean of 1/λ; 0 if it is the prior.
        left_out: Predictions of shapes by classifiers that were trained without them.
    """

    weights: Floats
    inverse: float
    left_out: LeftOut


def train_fixed(samples: Samples, *, strength: float) -> Trained:
    """Train a classifier with a given λ."""
    fold = _assign_folds(samples)
    logits = _predict_left_out(samples, fold, strength=strength)
    weights = train(samples, strength=strength)
    return Trained(weights, 1 / strength, _judge(samples, logits, tested=fold >= 0))


def train_averaged(samples: Samples) -> Trained:
    """Average classifiers of several λ, and the prior alone, by how well they predict shapes that are left out.

    The weight of each is the likelihood of the left-out shapes (pseudo-Bayesian model averaging: Y. Yao et al., "Using
    stacking to average Bayesian predictive distributions", Bayesian Analysis 13, 2018). Logits are linear in V, so
    the average is a classifier of the same kind. The choice of one λ from a few shapes would be left to chance.

    The default λ is used alone if fewer than two classes have two shapes, since one class alone is best explained by
    no other class at all.
    """
    fold = _assign_folds(samples)
    tested = fold >= 0
    if len(np.unique(samples.shape_classes()[0][tested])) < 2:
        return train_fixed(samples, strength=DEFAULT_STRENGTH)
    logits = [_predict_left_out(samples, fold, strength=strength) for strength in STRENGTHS]
    found = [_judge(samples, each, tested=tested) for each in (*logits, samples.prior)]
    share = softmax([-each.loss[tested].sum() for each in found])
    share = np.where(share < _LEAST_SHARE, 0, share)
    share /= share.sum()
    used = [(part, strength) for part, strength in zip(share[:-1], STRENGTHS, strict=True) if part]
    weights = np.zeros((samples.classes, samples.features.shape[1] + 1))
    for part, strength in used:
        weights += part * train(samples, strength=strength)
    mixed = np.tensordot(share, np.stack([*logits, samples.prior]), axes=1)
    inverse = sum(float(part) / strength for part, strength in used)
    return Trained(weights, inverse, _judge(samples, mixed, tested=tested))


def _assign_folds(samples: Samples) -> Indices:
    """Return the (S,) fold of each shape, −1 for negative shapes and those of classes with a single shape."""
    classes, negative = samples.shape_classes()
    fold = np.full(len(classes), -1)
    for index in np.unique(classes[~negative]):
        own = np.flatnonzero((classes == index) & ~negative)
        if len(own) > 1:
            fold[own] = np.arange(len(own)) % FOLDS
    return fold


def _predict_left_out(samples: Samples, fold: Indices, *, strength: float) -> Floats:
    """Return the (N, C) logits of each shape by a classifier trained without its fold; the prior's without fold."""
    logits = samples.prior.copy()
    for number in range(fold.max() + 1):
        held_out = (fold == number)[samples.shape]
        weights = train(_renumber(samples.take(~held_out)), strength=strength)
        logits[held_out] = predict(samples.take(held_out), weights)
    return logits


def _renumber(samples: Samples) -> Samples:
    return replace(samples, shape=np.unique(samples.shape, return_inverse=True)[1])


def _judge(samples: Samples, logits: Floats, *, tested: NDArray[np.bool_]) -> LeftOut:
    logs = log_softmax(logits, axis=1)
    correct = (logits.argmax(axis=1) == samples.target) != samples.negative
    loss = -logs[np.arange(len(logits)), samples.target]
    probabilities = samples.mean_by_shape(np.exp(logs)) * tested[:, None]
    return LeftOut(tested, probabilities, samples.mean_by_shape(correct.astype(float)), samples.mean_by_shape(loss))


def judge_prior(samples: Samples, tested: NDArray[np.bool_]) -> LeftOut:
    """Return the predictions of the prior alone."""
    return _judge(samples, samples.prior, tested=tested)


def is_larger(one: Floats, other: Floats) -> bool:
    """Return whether the mean of paired values exceeds the other's by more than the standard error."""
    gap = one - other
    return len(gap) > 1 and bool(gap.mean() > gap.std(ddof=1) / np.sqrt(len(gap)) + 1e-9)


def adapt_to_shares(logits: Floats) -> Floats:
    """Return the (C,) biases that adapt a classifier, trained on equal shares of classes, to those of a raster.

    By expectation and maximisation (M. Saerens, P. Latinne, C. Decaestecker, "Adjusting the outputs of a classifier to
    new a priori probabilities", Neural Computation 14, 2002).

    Args:
        logits: (N, C), of unlabelled cells of the raster.
    """
    classes = logits.shape[1]
    logs, even = log_softmax(logits, axis=1), np.full(classes, 1 / classes)
    shares = even
    for _ in range(_SHARE_STEPS):
        found = softmax(logs + np.log(shares / even), axis=1).mean(axis=0)
        shares = (found + _EVEN * even) / (1 + _EVEN)
    biases: Floats = np.log(shares / even)
    return biases
