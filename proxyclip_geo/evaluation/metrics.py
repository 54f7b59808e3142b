"""Confusion matrices and the scores that follow from them."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.errors import OptionError


@dataclass(frozen=True)
class ClassScores:
    """The scores of one class.

    A class that neither the truth nor the prediction holds has no scores: they are None and not in the means.

    Attributes:
        name: The class.
        support: Pixels of the class in the truth.
        predicted: Pixels that were given the class.
        iou: Intersection over union, 0–1.
        f1: Harmonic mean of precision and recall, 0–1.
        precision: Share of `predicted` that is right; 0 where nothing was predicted.
        recall: Share of `support` that was found; 0 where there is none.
    """

    name: str
    support: int
    predicted: int
    iou: float | None
    f1: float | None
    precision: float | None
    recall: float | None


@dataclass(frozen=True)
class OverallScores:
    """Scores over all classes; None where no pixel was compared.

    Attributes:
        pixels: Number of compared pixels.
        accuracy: Share of them that is right.
        mean_iou: Mean over the classes that the truth or the prediction holds.
        mean_f1: Mean over the same classes.
        kappa: Cohen's kappa: agreement beyond chance, at most 1; None too where chance alone agrees everywhere.
        frequency_weighted_iou: IoU weighted by support.
        absent: Classes that neither side holds, which are not in the means.
    """

    pixels: int
    accuracy: float | None
    mean_iou: float | None
    mean_f1: float | None
    kappa: float | None
    frequency_weighted_iou: float | None
    absent: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class ConfusionMatrix:
    """Counts of pixels by true and predicted class.

    Index 0 on both sides is "none of the classes": unclassified pixels of a prediction, which count as wrong wherever
    the truth has a class, and in the truth what is known to be none of them. Class k of `classes` has index k + 1.

    Attributes:
        classes: Names of the K classes.
        counts: (K + 1, K + 1) int64, rows truth, columns prediction; read-only.

    Raises:
        OptionError: If the shape of `counts` does not fit `classes`.
    """

    classes: tuple[str, ...]
    counts: NDArray[np.int64]

    def __post_init__(self) -> None:
        side = len(self.classes) + 1
        counts = np.array(self.counts, dtype=np.int64)
        if counts.shape != (side, side):
            raise OptionError(f"a confusion matrix of {side - 1} classes is {side} × {side}, not {counts.shape}")
        counts.setflags(write=False)
        object.__setattr__(self, "counts", counts)

    @classmethod
    def empty(cls, classes: Iterable[str]) -> "ConfusionMatrix":
        """Return a matrix without any pixel."""
        classes = tuple(classes)
        return cls(classes, np.zeros((len(classes) + 1, len(classes) + 1), dtype=np.int64))

    def add(
        self,
        truth: NDArray[np.integer],
        predicted: NDArray[np.integer],
        *,
        valid: NDArray[np.bool_] | None = None,
    ) -> "ConfusionMatrix":
        """Return a matrix with the pixels of one more block.

        Args:
            truth: Class index + 1 of each pixel, 0 for none; any shape.
            predicted: Likewise, of the same shape.
            valid: Which pixels count, of the same shape; all if not given.

        Raises:
            OptionError: If the shapes differ, or an index is out of range.
        """
        if truth.shape != predicted.shape or (valid is not None and valid.shape != truth.shape):
            raise OptionError(f"truth {truth.shape}, prediction {predicted.shape} and validity must have one shape")
        if valid is not None:
            truth, predicted = truth[valid], predicted[valid]
        if not truth.size:
            return self
        side = len(self.classes) + 1
        for array, what in ((truth, "truth"), (predicted, "prediction")):
            if array.min() < 0 or array.max() >= side:
                raise OptionError(
                    f"the {what} holds indices {array.min()}–{array.max()}, but they go from 0 to {side - 1}"
                )
        pairs = truth.astype(np.int64).ravel() * side + predicted.ravel()
        return ConfusionMatrix(
            self.classes, self.counts + np.bincount(pairs, minlength=side * side).reshape(side, side)
        )

    def __add__(self, other: "ConfusionMatrix") -> "ConfusionMatrix":
        """Return the matrix of the pixels of both, e.g. of two rasters; classes of one name are the same."""
        classes = tuple(dict.fromkeys((*self.classes, *other.classes)))
        counts = np.zeros((len(classes) + 1, len(classes) + 1), dtype=np.int64)
        for matrix in (self, other):
            places = [0, *(classes.index(name) + 1 for name in matrix.classes)]
            counts[np.ix_(places, places)] += matrix.counts
        return ConfusionMatrix(classes, counts)

    @property
    def total(self) -> int:
        """Pixels compared."""
        return int(self.counts.sum())

    def class_scores(self) -> tuple[ClassScores, ...]:
        """Return the scores of every class, in order."""
        right = self.counts.diagonal()[1:].tolist()
        support = self.counts.sum(axis=1)[1:].tolist()
        predicted = self.counts.sum(axis=0)[1:].tolist()
        return tuple(_class_scores(*row) for row in zip(self.classes, right, support, predicted, strict=True))

    def overall(self) -> OverallScores:
        """Return the scores over all classes."""
        scores = self.class_scores()
        present = [item for item in scores if item.iou is not None]
        absent = tuple(item.name for item in scores if item.iou is None)
        labelled = sum(item.support for item in scores)
        total = self.total
        return OverallScores(
            pixels=total,
            accuracy=int(self.counts.trace()) / total if total else None,
            mean_iou=_mean([item.iou for item in present if item.iou is not None]),
            mean_f1=_mean([item.f1 for item in present if item.f1 is not None]),
            kappa=self._kappa(),
            frequency_weighted_iou=sum(item.support * (item.iou or 0.0) for item in scores) / labelled
            if labelled
            else None,
            absent=absent,
        )

    def _kappa(self) -> float | None:
        """Return (p₀ − pₑ) / (1 − pₑ), J. Cohen, Educational and Psychological Measurement 20, 1960."""
        total = self.total
        if not total:
            return None
        # Python's integers: products of pixel counts overflow int64.
        rows: list[int] = self.counts.sum(axis=1).tolist()
        cols: list[int] = self.counts.sum(axis=0).tolist()
        by_chance = sum(row * col for row, col in zip(rows, cols, strict=True))
        if by_chance == total * total:
            return None
        return (int(self.counts.trace()) * total - by_chance) / (total * total - by_chance)


def _class_scores(name: str, right: int, support: int, predicted: int) -> ClassScores:
    either = support + predicted - right
    if not either:
        return ClassScores(name, 0, 0, None, None, None, None)
    return ClassScores(
        name=name,
        support=support,
        predicted=predicted,
        iou=right / either,
        f1=2 * right / (support + predicted),
        precision=right / predicted if predicted else 0.0,
        recall=right / support if support else 0.0,
    )


def _mean(numbers: list[float]) -> float | None:
    return sum(numbers) / len(numbers) if numbers else None
