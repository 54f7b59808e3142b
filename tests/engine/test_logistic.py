"""Logistic regression with a prior."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import logsumexp

from proxyclip_geo.engine.logistic import (
    DEFAULT_STRENGTH,
    Samples,
    adapt_to_shares,
    judge_prior,
    predict,
    sum_exponentials,
    train,
    train_averaged,
    train_fixed,
)

DIM, CELLS = 6, 8


def make_samples(
    targets: list[int], *, prior: float = 0.0, spread: float = 0.3, negative: tuple[int, ...] = (), wrong: int = -1
) -> Samples:
    """Shapes of classes along the axes; the prior favours the right class, or by a negative number another one."""
    random = np.random.default_rng(1)
    classes = max(targets) + 1
    shape = np.repeat(np.arange(len(targets)), CELLS)
    truth = np.array(targets)
    shown = truth.copy()
    if wrong >= 0:
        shown[wrong] = (truth[wrong] + 1) % classes
    features = np.eye(DIM)[truth[shape]] * 2 + random.normal(0, spread, (len(shape), DIM))
    logits = np.zeros((len(shape), classes))
    logits[np.arange(len(shape)), truth[shape]] = prior
    return Samples(features, logits, shown[shape], np.isin(shape, negative), shape, np.full(len(shape), 1 / CELLS))


def test_sums_of_exponentials_are_those_of_scipy() -> None:
    values = np.random.default_rng(2).normal(0, 30, (200, 5))
    values[:50, 3] = values[:50].max(axis=1)
    values[::7, 1] = -np.inf
    np.testing.assert_allclose(sum_exponentials(values), logsumexp(values, axis=1), rtol=1e-15)


def test_the_gradient_reaches_the_minimum() -> None:
    samples = make_samples([0, 0, 1, 2, 2, 1], prior=-1.0, negative=(5,))
    weights = train(samples, strength=0.5)

    def loss(moved: np.ndarray) -> float:
        logits = predict(samples, moved)
        shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        own = shares[np.arange(len(shares)), samples.target]
        # Two positive shapes of classes 0 and 2 each, one of class 1.
        balance = np.where(samples.negative, 1, np.array([5 / 6, 5 / 3, 5 / 6])[samples.target]) * samples.weight
        return float(balance @ -np.log(np.where(samples.negative, 1 - own, own)) + 0.25 * (moved**2).sum())

    best = loss(weights)
    for _ in range(20):
        assert loss(weights + np.random.default_rng(2).normal(0, 0.01, weights.shape)) > best
    assert np.array_equal(weights, train(samples, strength=0.5))


def test_a_strong_prior_is_the_result() -> None:
    samples = make_samples([0, 0, 1, 1], prior=3.0)
    assert np.abs(train(samples, strength=1e9)).max() < 1e-6
    assert np.array_equal(predict(samples, np.zeros((2, DIM + 1))), samples.prior)


def test_classes_without_shapes_do_not_move() -> None:
    samples = make_samples([0, 0, 2, 2])
    assert not train(samples, strength=0.3)[1].any()
    assert train(samples, strength=0.3)[2].any()


def test_shapes_count_the_same_whatever_their_size() -> None:
    samples = make_samples([0, 1, 0, 1])
    double = Samples(*(np.concatenate([values, values[:CELLS]]) for values in vars(samples).values()))
    weight = np.where(double.shape == 0, double.weight / 2, double.weight)
    twice = Samples(double.features, double.prior, double.target, double.negative, double.shape, weight)
    np.testing.assert_allclose(train(twice, strength=0.3), train(samples, strength=0.3), atol=1e-4)


@pytest.mark.parametrize("prior", [0.0, -2.0, 3.0])
def test_examples_overcome_wrong_words(prior: float) -> None:
    samples = make_samples([0, 0, 1, 1, 2, 2], prior=prior)
    found = predict(samples, train(samples, strength=DEFAULT_STRENGTH))
    assert (found.argmax(axis=1) == samples.target).all()


def test_a_contradicting_shape_is_found() -> None:
    samples = make_samples([0, 0, 0, 0, 1, 1, 1, 1], wrong=2)
    found = train_averaged(samples).left_out
    predicted = found.probabilities.argmax(axis=1)
    assert np.flatnonzero(predicted != samples.shape_classes()[0]).tolist() == [2]


def test_a_class_with_one_shape_is_not_left_out() -> None:
    found = train_averaged(make_samples([0, 0, 1, 2, 2]))
    assert found.left_out.tested.tolist() == [True, True, False, True, True]
    alone = make_samples([0, 0, 0, 0])
    np.testing.assert_array_equal(train_averaged(alone).weights, train(alone, strength=DEFAULT_STRENGTH))


def test_words_that_are_better_make_the_prior_stronger() -> None:
    # The words are right, and the features say nothing.
    samples = make_samples([0, 1] * 8, prior=0.5)
    samples = replace(samples, features=np.random.default_rng(5).normal(0, 1, (16, DIM))[samples.shape])
    found = train_averaged(samples)
    assert found.inverse < 0.5 / DEFAULT_STRENGTH
    weak = train_fixed(samples, strength=0.1)
    assert judge_prior(samples, weak.left_out.tested).correct.mean() > weak.left_out.correct.mean()
    assert found.left_out.loss.mean() < weak.left_out.loss.mean()
    assert np.abs(found.weights).max() < 0.5 * np.abs(weak.weights).max()


def test_an_average_is_between_its_classifiers() -> None:
    samples = make_samples([0, 0, 1, 1, 2, 2], prior=0.5, spread=1.5)
    found = train_averaged(samples)
    assert 1 / 30 < found.inverse < 10
    assert found.left_out.loss.mean() < judge_prior(samples, found.left_out.tested).loss.mean()


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_shares_of_the_raster(share: float) -> None:
    # Two normal distributions, with the logits of a classifier for equal shares.
    random = np.random.default_rng(3)
    values = random.normal(np.where(random.random(20_000) < share, 1.5, -1.5), 1)
    biases = adapt_to_shares(np.column_stack([np.zeros_like(values), 3 * values]))
    found = 1 / (1 + np.exp(biases[0] - biases[1]))
    assert found == pytest.approx((share + 0.05) / 1.1, abs=0.02)
