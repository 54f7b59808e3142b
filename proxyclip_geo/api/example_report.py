"""How well a classifier fits the examples that it was learned from."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.engine.examples import Learned
from proxyclip_geo.engine.logistic import is_larger
from proxyclip_geo.errors import warn_quality
from proxyclip_geo.raster.examples import Example

_GOOD = 0.9
"""Share of left-out examples from which a class needs no further ones."""
_LISTED = 3


@dataclass(frozen=True)
class ClassExamples:
    """Examples of a class.

    Attributes:
        name: The class.
        count: Number of its positive examples.
        correct: Share of their cells that the map puts in the class, 0–1.
        left_out: The same by classifiers learned without the example; None with fewer than two.
        words: The same by the words alone.
    """

    name: str
    count: int
    correct: float
    left_out: float | None
    words: float


@dataclass(frozen=True)
class Contradiction:
    """An example that the others contradict.

    Attributes:
        number: Number of the feature in the file, from 1.
        name: Its class.
        predicted: The class that it gets from the other examples.
        probability: Mean probability of that class, 0–1.
    """

    number: int
    name: str
    predicted: str
    probability: float


@dataclass(frozen=True)
class ExampleReport:
    """A check of examples.

    Attributes:
        correct: Mean share of an example's cells that the map puts in its class, 0–1.
        weight: Number of independent samples that an example counts as.
        classes: Each class with positive examples.
        contradictions: Examples that get another class from the other examples.
        words_are_better: Whether words alone put left-out examples in their class more often.
        next_class: The class that needs another example most; None if all fit.
    """

    correct: float
    weight: float
    classes: tuple[ClassExamples, ...]
    contradictions: tuple[Contradiction, ...]
    words_are_better: bool
    next_class: str | None

    @property
    def advice(self) -> tuple[str, ...]:
        """Sentences on the fit, and on what to draw next."""
        lines = [f"{100 * self.correct:.0f} % of the cells under the examples get their class"]
        if self.next_class is not None:
            lines.append(f"draw another example of '{self.next_class}' next")
        return tuple(lines)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences on examples that do harm."""
        lines = []
        if self.contradictions:
            shown = [
                f"example {item.number} of '{item.name}' looks like '{item.predicted}' ({100 * item.probability:.0f} %)"
                for item in self.contradictions[:_LISTED]
            ]
            more = len(self.contradictions) - _LISTED
            lines.append(
                f"examples contradict each other: {', '.join(shown)}{f' and {more} more' if more > 0 else ''}; check "
                "their classes, or draw more of both classes"
            )
        if self.words_are_better:
            lines.append(
                "the words alone put more of the left-out examples in their class than the other examples do; draw "
                "more examples, or remove them"
            )
        return tuple(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values, with its sentences."""
        return {**asdict(self), "advice": list(self.advice), "warnings": list(self.warnings)}


def make_report(
    learned: Learned, drawn: Sequence[Example], *, owners: Sequence[int], names: Sequence[str]
) -> ExampleReport:
    """Report on examples.

    Args:
        learned: The classifier.
        drawn: The examples.
        owners: Index of the class of each.
        names: Names of the classes; an index beyond them is the background.
    """
    left_out, words = learned.left_out, learned.words
    negative = np.array([item.negative for item in drawn])
    owner = np.array(owners)
    classes = []
    for index in np.unique(owner[~negative]):
        own = (owner == index) & ~negative
        tested = own & left_out.tested
        classes.append(
            ClassExamples(
                names[index],
                int(own.sum()),
                _share(learned.correct[own]),
                _share(left_out.correct[tested]) if tested.any() else None,
                _share(words.correct[own]),
            )
        )
    probabilities = left_out.probabilities
    predicted = probabilities.argmax(axis=1)
    contradictions = [
        Contradiction(
            item.number,
            names[own],
            names[other] if other < len(names) else "background",
            _share(probabilities[n, other]),
        )
        for n, (item, own, other) in enumerate(zip(drawn, owners, predicted, strict=True))
        if left_out.tested[n] and other != own
    ]
    tested = left_out.tested
    return ExampleReport(
        correct=_share(learned.correct),
        weight=round(learned.weight, 4),
        classes=tuple(classes),
        contradictions=tuple(sorted(contradictions, key=lambda item: -item.probability)),
        words_are_better=is_larger(words.correct[tested], left_out.correct[tested]),
        next_class=_choose_next(classes),
    )


def _share(values: NDArray[np.float64] | float) -> float:
    return round(float(np.mean(values)), 4)


def _choose_next(classes: Sequence[ClassExamples]) -> str | None:
    tested = [(item.left_out, item.name) for item in classes if item.left_out is not None and item.left_out < _GOOD]
    single = [item.name for item in classes if item.left_out is None]
    return min(tested)[1] if tested else single[0] if single else None


def warn_of_examples(report: ExampleReport) -> None:
    """Warn of examples that do harm."""
    for line in report.warnings:
        warn_quality(line)
