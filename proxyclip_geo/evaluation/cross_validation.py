"""Cross-validation of fitted biases, thresholds and logit scales.

The reported gain is by cross-validation over groups: a pixel is labelled with parameters that were fitted without its
own part of the ground (a square, or a drawn polygon), since neighbouring pixels are similar. The returned parameters
are fitted to all pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from proxyclip_geo.errors import OptionError
from proxyclip_geo.evaluation.classifier import Classifier, Indices, Samples
from proxyclip_geo.evaluation.fit_parameters import count_pairs, fit_parameters, mean_iou
from proxyclip_geo.evaluation.metrics import ConfusionMatrix

FOLDS = 5
_RESAMPLES = 1000
_CONFIDENCE = 0.9


@dataclass(frozen=True)
class ClassGain:
    """The gain of a class.

    Attributes:
        name: The class.
        pixels: Labelled pixels.
        before: IoU before fitting, 0–1; None without pixels.
        after: IoU by cross-validation.
    """

    name: str
    pixels: int
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Fit:
    """Fitted parameters and their gain.

    Attributes:
        classifier: Parameters fitted to all samples.
        classes: Gain of each class.
        before: Mean IoU before fitting, 0–1.
        after: Mean IoU by cross-validation.
        interval: (low, high), 90 % confidence interval of the gain, by resampling groups.
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
        """Whether the whole confidence interval of the gain is above 0."""
        return self.interval[0] > 0


def cross_validate(samples: Samples, start: Classifier, *, names: Sequence[str]) -> Fit:
    """Fit a classifier and measure the gain by cross-validation.

    Args:
        samples: Labelled pixels of at least `FOLDS` groups and two classes.
        start: The parameters before fitting.
        names: Names of the classes.

    Raises:
        OptionError: If there are too few groups or classes.
    """
    groups = np.unique(samples.group)
    if len(groups) < FOLDS:
        raise OptionError(
            f"the labelled pixels lie in {len(groups)} parts of the ground, and at least {FOLDS} are needed to measure "
            "the gain; label more places, apart from each other"
        )
    if len(np.unique(samples.truth[samples.truth > 0])) < 2:
        raise OptionError(
            "only one class is labelled; label two or more (with a mapping, only classes that it names count)"
        )
    before = start.predict(samples)
    after, losses = np.zeros_like(before), np.zeros(2)
    for fold in np.array_split(np.random.default_rng(0).permutation(groups), FOLDS):
        held_out = np.isin(samples.group, fold)
        rest, own = samples.take(~held_out), samples.take(held_out)
        fitted = fit_parameters(rest, start)
        after[held_out] = fitted.predict(own)
        if (own.truth > 0).any():
            losses += (own.truth > 0).sum() * np.array([start.log_loss(own), fitted.log_loss(own)])
    losses /= (samples.truth > 0).sum()
    old, new = (
        np.stack([_count(samples, labels, group, len(names)) for group in groups]) for labels in (before, after)
    )
    scores = [ConfusionMatrix(tuple(names), counts.sum(axis=0)).class_scores() for counts in (old, new)]
    return Fit(
        classifier=fit_parameters(samples, start),
        classes=tuple(ClassGain(a.name, a.support, a.iou, b.iou) for a, b in zip(*scores, strict=True)),
        before=mean_iou(old.sum(axis=0)),
        after=mean_iou(new.sum(axis=0)),
        interval=_resample(old, new),
        groups=len(groups),
        log_loss=(float(losses[0]), float(losses[1])),
    )


def _count(samples: Samples, labels: Indices, group: int, classes: int) -> Indices:
    own = samples.group == group
    return count_pairs(samples.truth[own], labels[own], classes)


def _resample(before: Indices, after: Indices) -> tuple[float, float]:
    """Return the confidence interval of the gain by the bootstrap over groups (B. Efron, 1979)."""
    random = np.random.default_rng(0)
    gains = []
    for _ in range(_RESAMPLES):
        drawn = random.integers(0, len(before), len(before))
        gains.append(mean_iou(after[drawn].sum(axis=0)) - mean_iou(before[drawn].sum(axis=0)))
    low, high = np.quantile(gains, [(1 - _CONFIDENCE) / 2, (1 + _CONFIDENCE) / 2])
    return float(low), float(high)
