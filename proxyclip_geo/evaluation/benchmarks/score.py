"""Scores of a benchmark: confusion counts of images, their sum, and a bootstrap interval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.errors import OptionError
from proxyclip_geo.evaluation.benchmarks.benchmark import IGNORED
from proxyclip_geo.evaluation.metrics import ConfusionMatrix

CONFIDENCE, RESAMPLES = 0.95, 1000


@dataclass(frozen=True)
class ImageCounts:
    """The confusion counts of an image.

    Attributes:
        name: Name of the sample.
        sha256: Checksum of its pixels and truth.
        seconds: Time that it took.
        counts: (true class, predicted class, pixels) of the pairs that occur; classes are indices.
    """

    name: str
    sha256: str
    seconds: float
    counts: tuple[tuple[int, int, int], ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as plain values."""
        return {**vars(self), "counts": [list(item) for item in self.counts]}


def count_pairs(
    truth: NDArray[np.int16], predicted: NDArray[np.integer], *, classes: int
) -> tuple[tuple[int, int, int], ...]:
    """Count the pairs of classes of an image.

    Args:
        truth: (H, W) class index, `IGNORED` where a pixel does not count.
        predicted: (H, W) class index.
        classes: Number of classes.

    Raises:
        OptionError: If the shapes differ.
    """
    if truth.shape != predicted.shape:
        raise OptionError(f"truth {truth.shape} and prediction {predicted.shape} must have one shape")
    valid = truth != IGNORED
    pairs = truth[valid].astype(np.int64) * classes + predicted[valid]
    counts = np.bincount(pairs, minlength=classes * classes)
    return tuple((int(pair) // classes, int(pair) % classes, int(counts[pair])) for pair in np.flatnonzero(counts))


def sum_counts(images: Sequence[ImageCounts], names: Sequence[str]) -> ConfusionMatrix:
    """Return the confusion matrix of all images."""
    counts = np.zeros((len(names) + 1, len(names) + 1), np.int64)
    for image in images:
        for true, predicted, pixels in image.counts:
            counts[true + 1, predicted + 1] += pixels
    return ConfusionMatrix(tuple(names), counts)


def score_matrix(matrix: ConfusionMatrix, *, foreground: bool) -> float | None:
    """Return the score of a set, 0–1: the mean IoU, or the IoU of the second class; None without pixels."""
    if foreground:
        return matrix.class_scores()[1].iou
    return matrix.overall().mean_iou


def bootstrap_interval(images: Sequence[ImageCounts], *, classes: int, foreground: bool) -> tuple[float, float] | None:
    """Return the 95 % interval of the score over images drawn with replacement (B. Efron, 1979); None for one image."""
    if len(images) < 2:
        return None
    right, support, predicted = (np.zeros((len(images), classes)) for _ in range(3))
    for row, image in enumerate(images):
        for true, label, pixels in image.counts:
            support[row, true] += pixels
            predicted[row, label] += pixels
            right[row, true] += pixels * (true == label)
    drawn = np.random.default_rng(0).multinomial(len(images), np.full(len(images), 1 / len(images)), RESAMPLES)
    hits = drawn @ right
    either = drawn @ (support + predicted) - hits
    ious = np.divide(hits, either, out=np.full_like(hits, np.nan), where=either > 0)
    scores = ious[:, 1] if foreground else _row_means(ious)
    scores = scores[~np.isnan(scores)]
    if not len(scores):
        return None
    low, high = np.quantile(scores, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def _row_means(ious: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of the numbers of each row that are not NaN."""
    present = ~np.isnan(ious)
    sums = np.where(present, ious, 0).sum(axis=1)
    means: NDArray[np.float64] = np.divide(
        sums, present.sum(axis=1), out=np.full(len(ious), np.nan), where=present.any(axis=1)
    )
    return means


def describe_scores(images: Sequence[ImageCounts], names: Sequence[str], *, foreground: bool) -> dict[str, Any]:
    """Return the scores of a set as plain values, 0–1."""
    matrix = sum_counts(images, names)
    overall = matrix.overall()
    interval = bootstrap_interval(images, classes=len(names), foreground=foreground)
    return {
        "score": score_matrix(matrix, foreground=foreground),
        "interval": None if interval is None else list(interval),
        "mean_iou": overall.mean_iou,
        "pixel_accuracy": overall.accuracy,
        "pixels": overall.pixels,
        "absent": list(overall.absent),
        "classes": [_describe_class(item) for item in matrix.class_scores()],
        "confusion": {"rows": "truth", "columns": "prediction", "counts": matrix.counts[1:, 1:].tolist()},
    }


def _describe_class(scores: Any) -> Mapping[str, Any]:
    return {"name": scores.name, "iou": scores.iou, "support": scores.support, "predicted": scores.predicted}
