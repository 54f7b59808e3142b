"""Fitting to labelled cells."""

from dataclasses import replace

import numpy as np
import pytest

from proxyclip_geo.engine.fit_cells import LabelledCells, count_pairs, fit_cells, label_cells, merge

DIM = 6


def make_cells(*, prior: float, parts: int = 24, classes: int = 3, seed: int = 1, shift: float = 0.0) -> LabelledCells:
    """Parts of one class each, along the axes; the prior favours the right class, or if negative another one."""
    random = np.random.default_rng(seed)
    part = np.repeat(np.arange(parts), 8)
    truth = part % classes
    features = np.eye(DIM)[truth] * 2 + random.normal(0, 0.4, (len(part), DIM)) + shift
    logits = np.zeros((len(part), classes))
    logits[np.arange(len(part)), truth] = prior
    return LabelledCells(
        features.astype(np.float32),
        logits,
        np.zeros_like(logits),
        truth + 1,
        np.ones(len(part)),
        part,
        np.zeros(len(part), np.int64),
    )


def accuracy(cells: LabelledCells, logits: np.ndarray) -> float:
    return float((logits.argmax(axis=1) + 1 == cells.truth).mean())


def apply(cells: LabelledCells, found: object) -> np.ndarray:
    return cells.prior + cells.features @ found.directions.T + found.biases  # type: ignore[attr-defined]


def test_wrong_words_are_corrected() -> None:
    cells = make_cells(prior=-1.0)
    found = fit_cells(cells, classes=3, thresholds=np.zeros(3))
    assert accuracy(cells, cells.prior) == 0
    assert (found.labels == cells.truth).mean() > 0.97
    assert accuracy(cells, apply(cells, found)) > 0.97
    assert not found.wrong.any()
    assert not found.thresholds.any()


def test_words_are_unchanged_where_labels_say_nothing() -> None:
    cells = make_cells(prior=1.0)
    noise = np.random.default_rng(3).normal(0, 1, cells.features.shape).astype(np.float32)
    found = fit_cells(replace(cells, features=noise), classes=3, thresholds=np.zeros(3))
    assert (found.labels == cells.truth).all()
    assert found.strength >= 30


def test_wrong_labels_are_left_out() -> None:
    cells = make_cells(prior=0.0, parts=60)
    wrong = np.isin(cells.part, [0, 13, 26, 33, 40])
    shown = replace(cells, truth=np.where(wrong, cells.truth % 3 + 1, cells.truth))
    found = fit_cells(shown, classes=3, thresholds=np.zeros(3), omit_wrong=True)
    np.testing.assert_array_equal(found.wrong, wrong)
    assert accuracy(cells, apply(cells, found)) == 1


def test_images_are_held_out_whole() -> None:
    # Each image has a colour cast of its own.
    images = [make_cells(prior=0.5, seed=n, shift=float(n)) for n in range(4)]
    cells = merge(images)
    assert np.unique(cells.held_out).tolist() == [0, 1, 2, 3]
    assert len(np.unique(cells.part)) == 4 * 24
    found = fit_cells(cells, classes=3, thresholds=np.zeros(3))
    assert (found.labels == cells.truth).all()
    assert len(count_pairs(cells, cells.truth, classes=3)) == 4


def make_images(count: int, *, first: int) -> LabelledCells:
    """Images of one place: words that are right more often than not, and classes that look different in each image."""
    images = []
    for seed in range(first, first + count):
        cells = make_cells(prior=0.0, seed=seed)
        random = np.random.default_rng(seed)
        look = random.normal(0, 1, (3, DIM))
        hints = random.normal(0, 1, cells.prior.shape)
        hints[np.arange(len(hints)), cells.truth - 1] += 1
        images.append(replace(cells, features=(cells.features + look[cells.truth - 1]).astype(np.float32), prior=hints))
    return merge(images)


def test_the_claim_across_images_holds_on_others() -> None:
    others = make_images(24, first=100)
    several, one = make_images(8, first=0), make_images(1, first=0)
    found = {name: fit_cells(cells, classes=3, thresholds=np.zeros(3)) for name, cells in (("8", several), ("1", one))}
    claims = {"8": (found["8"].labels == several.truth).mean(), "1": (found["1"].labels == one.truth).mean()}
    real = {name: accuracy(others, apply(others, fitted)) for name, fitted in found.items()}
    assert real["8"] > accuracy(others, others.prior) + 0.1
    assert abs(claims["8"] - real["8"]) < 0.1
    # That is why the statement of one image says "on this image".
    assert claims["1"] - real["1"] > 0.1


@pytest.mark.parametrize("excess", [0.0, 0.7])
def test_thresholds_drop_what_is_no_class(excess: float) -> None:
    cells = make_cells(prior=2.0)
    none = cells.part >= 18
    cells = replace(
        cells,
        truth=np.where(none, 0, cells.truth),
        prior=np.where(none[:, None], 0.0, cells.prior),
        features=np.where(none[:, None], 0, cells.features).astype(np.float32),
        excess=np.full_like(cells.prior, excess),
    )
    found = fit_cells(cells, classes=3, thresholds=np.zeros(3))
    assert (found.labels == cells.truth).mean() > 0.9
    assert 0 < found.thresholds.max() < 1


def test_a_class_takes_the_cells_below_the_threshold() -> None:
    cells = make_cells(prior=2.0)
    labels = label_cells(cells, cells.prior * 0, np.full(3, 0.5), classes=3, fallback=2)
    assert (labels == 2).all()
