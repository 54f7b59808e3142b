"""Fitting biases, thresholds and the logit scale to made-up products whose best settings are known."""

from dataclasses import replace

import numpy as np
import pytest

from proxyclip_geo.engine.classify import TextBank, classify_pixels
from proxyclip_geo.engine.parallel import LogitStrips
from proxyclip_geo.errors import OptionError
from proxyclip_geo.evaluation.classifier import Classifier, Samples
from proxyclip_geo.evaluation.cross_validation import cross_validate
from proxyclip_geo.region import Region

NAMES = ("water", "forest", "road")
PLAIN = Classifier((0, 1, 1, 2), 3, (0.0,) * 3, (0.0,) * 3, 40.0)


def make_samples(count: int = 4000, *, shift: float = 0.0, noise: float = 0.02, none: float = 0.0) -> Samples:
    """Products that are larger for the true class, with "forest" always too large by `shift`."""
    random = np.random.default_rng(3)
    truth = random.integers(1, 4, count)
    products = random.normal(0.2, noise, (count, 4)).astype(np.float32)
    for query, owner in enumerate(PLAIN.query_class):
        products[truth == owner + 1, query] += 0.06
        products[:, query] += shift * (owner == 1)
    unknown = random.random(count) < none
    products[unknown] = random.normal(0.2, noise / 4, (int(unknown.sum()), 4))
    return Samples(products, np.where(unknown, 0, truth), random.integers(0, 30, count))


def test_a_class_that_wins_too_often_is_held_back() -> None:
    found = cross_validate(make_samples(shift=0.05), PLAIN, names=NAMES)
    assert found.gain > 0.1
    assert found.helps
    assert found.interval[0] < found.gain < found.interval[1]
    scale = found.classifier.logit_scale
    relative = np.array(found.classifier.biases) / scale
    assert relative[1] - relative[[0, 2]].mean() == pytest.approx(-0.05, abs=0.02)
    assert found.after == pytest.approx(cross_validate(make_samples(), PLAIN, names=NAMES).before, abs=0.03)
    assert sum(item.pixels for item in found.classes) == 4000


def test_what_is_right_already_is_not_said_to_gain() -> None:
    found = cross_validate(make_samples(600), PLAIN, names=NAMES)
    assert abs(found.gain) < 0.02
    assert not found.helps


def test_labels_without_meaning_gain_nothing() -> None:
    samples = make_samples(1500)
    shuffled = replace(samples, truth=np.random.default_rng(0).permutation(samples.truth))
    found = cross_validate(shuffled, PLAIN, names=NAMES)
    assert not found.helps
    assert found.gain < 0.03


def test_scores_become_frank() -> None:
    blunt = replace(PLAIN, logit_scale=8.0)
    found = cross_validate(make_samples(), blunt, names=NAMES)
    assert found.classifier.logit_scale > 20
    assert found.log_loss[1] < found.log_loss[0] - 0.2
    assert found.gain == pytest.approx(0, abs=0.02)


def test_thresholds_need_pixels_of_no_class() -> None:
    assert cross_validate(make_samples(), PLAIN, names=NAMES).classifier.thresholds == (0.0,) * 3
    samples = make_samples(none=0.3)
    found = cross_validate(samples, PLAIN, names=NAMES)
    assert all(0.3 < threshold < 1 for threshold in found.classifier.thresholds)
    assert found.gain > 0.05
    labels = found.classifier.predict(samples)
    assert (labels[samples.truth == 0] == 0).mean() > 0.5


@pytest.mark.parametrize("synonyms", ["max-probability", "max-logit"])
def test_the_classifier_is_that_of_the_engine(synonyms: str) -> None:
    import torch

    samples = make_samples(900, none=0.2)
    settings = replace(PLAIN, biases=(0.5, -0.3, 0.1), thresholds=(0.6, 0.7, 0.5), synonyms=synonyms)  # type: ignore[arg-type]
    bank = TextBank(
        torch.zeros(4, 2),
        PLAIN.query_class,
        (1, 2, 3),
        settings.biases,
        settings.thresholds,
        40.0,
        255,
        synonyms=synonyms,  # type: ignore[arg-type]
    )
    biases = torch.tensor([settings.biases[owner] for owner in PLAIN.query_class])
    logits = 40 * torch.from_numpy(samples.products.T.copy()).reshape(4, 30, 30) + biases[:, None, None]
    core = Region(0, 0, 30, 30)
    mapped = classify_pixels(
        LogitStrips((core,), lambda _: logits, logits.device),
        bank,
        core=core,
        valid=np.ones((30, 30), bool),
        probabilities=True,
    )
    np.testing.assert_array_equal(mapped.labels.ravel(), settings.predict(samples))
    assert mapped.probabilities is not None
    expected = 100 * settings.probabilities(samples).T.reshape(3, 30, 30)
    np.testing.assert_allclose(mapped.probabilities, expected, atol=0.51)


def test_background_stays_background() -> None:
    start = Classifier((0, 1, 2), 2, (0.0,) * 3, (0.0,) * 3, 40.0)
    samples = make_samples()
    three = Samples(samples.products[:, [0, 1, 3]], np.where(samples.truth == 3, 0, samples.truth), samples.group)
    found = cross_validate(three, start, names=NAMES[:2])
    assert found.classifier.biases[2] == 0 or found.classifier.logit_scale != 40
    assert set(np.unique(found.classifier.predict(three))) == {0, 1, 2}
    assert found.before > 0.5


def test_too_little_to_fit_to() -> None:
    samples = make_samples()
    with pytest.raises(OptionError, match="lie in 4 parts of the ground, and at least 5"):
        cross_validate(replace(samples, group=samples.group % 4), PLAIN, names=NAMES)
    with pytest.raises(OptionError, match="only one class is labelled"):
        cross_validate(samples.take(samples.truth == 2), PLAIN, names=NAMES)
