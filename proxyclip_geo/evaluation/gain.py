"""The gain of one classifier over another on held-out parts of the ground, with a confidence interval."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.evaluation.metrics import ConfusionMatrix

Counts = NDArray[np.int64]
_RESAMPLES = 1000
_CONFIDENCE = 0.9


@dataclass(frozen=True)
class ClassGain:
    """The gain of a class.

    Attributes:
        name: The class.
        pixels: Labelled pixels.
        before: IoU before, 0–1; None without pixels.
        after: IoU after.
    """

    name: str
    pixels: int
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Gain:
    """The gain of all classes.

    Attributes:
        classes: The gain of each class.
        before: Mean IoU before, 0–1.
        after: Mean IoU after.
        accuracy: (before, after) share of right pixels.
        interval: (low, high), 90 % confidence interval of the gain in mean IoU.
        parts: Number of parts that were resampled.
    """

    classes: tuple[ClassGain, ...]
    before: float
    after: float
    accuracy: tuple[float, float]
    interval: tuple[float, float]
    parts: int

    @property
    def gain(self) -> float:
        """Gain in mean IoU."""
        return self.after - self.before

    @property
    def helps(self) -> bool:
        """Whether the whole confidence interval is above 0."""
        return self.interval[0] > 0


def measure_gain(before: Counts, after: Counts, *, names: Sequence[str]) -> Gain:
    """Compare two classifiers on the same parts.

    The interval is that of the bootstrap over parts (B. Efron, 1979), since pixels of a part are alike.

    Args:
        before: (P, K + 1, K + 1) confusion counts of each part, rows truth, columns labels, 0 for no class.
        after: Those of the other classifier.
        names: Names of the K classes.
    """
    scores = [ConfusionMatrix(tuple(names), counts.sum(axis=0)).class_scores() for counts in (before, after)]
    random, gains = np.random.default_rng(0), []
    for _ in range(_RESAMPLES):
        drawn = random.integers(0, len(before), len(before))
        gains.append(mean_iou(after[drawn].sum(axis=0)) - mean_iou(before[drawn].sum(axis=0)))
    low, high = np.quantile(gains, [(1 - _CONFIDENCE) / 2, (1 + _CONFIDENCE) / 2])
    old, new = before.sum(axis=0), after.sum(axis=0)
    return Gain(
        classes=tuple(ClassGain(a.name, a.support, a.iou, b.iou) for a, b in zip(*scores, strict=True)),
        before=mean_iou(old),
        after=mean_iou(new),
        accuracy=(float(old.trace() / old.sum()), float(new.trace() / new.sum())),
        interval=(float(low), float(high)),
        parts=len(before),
    )


def mean_iou(counts: Counts) -> float:
    """Return the mean IoU over the classes that occur in the truth."""
    right, support = counts.diagonal()[1:], counts.sum(axis=1)[1:]
    either = support + counts.sum(axis=0)[1:] - right
    return float((right / np.maximum(either, 1))[support > 0].mean()) if (support > 0).any() else 0.0
