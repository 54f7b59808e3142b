"""Adapt the words of a vocabulary to the scene of an embedding."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from proxyclip_geo import __version__
from proxyclip_geo.api.examples import add_learned
from proxyclip_geo.engine.adapt import LEAST, SURE, Adaptation, adapt_bank
from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.engine.feature_sample import FeatureSample
from proxyclip_geo.engine.store.embedding_store import EmbeddingStore
from proxyclip_geo.errors import OptionError, VocabularyError, warn_quality
from proxyclip_geo.vocabulary import Vocabulary, dump_vocabulary

_LARGE_SHIFT = 0.1


@dataclass(frozen=True)
class AdaptedClass:
    """What adapting changed for a class.

    Attributes:
        name: The class.
        cells: Number of cells that are sure of it.
        adapted: Whether its query moved; a class with too few sure cells keeps its words.
        cosine: Cosine between its query before and after.
        before: Share of the sampled cells that it takes by its words, 0–1.
        after: The same after adapting.
    """

    name: str
    cells: int
    adapted: bool
    cosine: float
    before: float
    after: float


@dataclass(frozen=True)
class AdaptReport:
    """What adapting changed.

    Attributes:
        cells: Number of sampled cells.
        classes: Each class of the vocabulary.
    """

    cells: int
    classes: tuple[AdaptedClass, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences on classes that keep their words, and on large changes."""
        few = [item.name for item in self.classes if not item.adapted]
        if len(few) == len(self.classes):
            return (
                f"the vocabulary was not adapted: fewer than two classes have {LEAST} of {self.cells} cells with a "
                f"score above {SURE:g}. The map is that of the words; use other words, or examples",
            )
        lines = []
        if few:
            lines.append(
                f"too few cells (below {LEAST} of {self.cells}) are sure of {_join(few)}, so the query "
                "stays that of the words; use other words, or examples"
            )
        moved = [item.name for item in self.classes if abs(item.after - item.before) > _LARGE_SHIFT]
        if moved:
            lines.append(
                f"adapting changed the share of {_join(moved)} by more than {100 * _LARGE_SHIFT:.0f} points; compare "
                "the map with that of the words alone"
            )
        return tuple(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values, with its warnings."""
        return {**asdict(self), "warnings": list(self.warnings)}


@dataclass(frozen=True)
class AdaptResult:
    """A vocabulary that was adapted to a scene.

    Attributes:
        vocabulary: The classes, with directions and biases; as given if no class was adapted.
        report: What changed.
    """

    vocabulary: Vocabulary
    report: AdaptReport

    def save(self, path: str | Path) -> Path:
        """Write the vocabulary as YAML or JSON, by the suffix; see `dump_vocabulary`."""
        return dump_vocabulary(self.vocabulary, path)


def check_adaptable(vocabulary: Vocabulary, *, learning: bool) -> None:
    """Check that a vocabulary consists of words.

    Args:
        vocabulary: The classes.
        learning: Whether the classes are about to be learned from examples or labels.

    Raises:
        OptionError: If they are, or there is a single class.
        VocabularyError: If it was adapted or learned before.
    """
    if vocabulary.adapted_to is not None:
        raise VocabularyError(
            f"vocabulary '{vocabulary.name}' is already adapted to scene '{vocabulary.adapted_to}'; use it without "
            "`adapt`, or give the words that it was made from"
        )
    if any(item.direction for item in vocabulary.classes):
        raise VocabularyError(
            f"vocabulary '{vocabulary.name}' was learned from examples or labels, which say more than adapting; use it "
            "without `adapt`"
        )
    if learning:
        raise OptionError(
            "examples or labels say what classes are, and adapt=True guesses it from words; leave one out"
        )
    if len(vocabulary.classes) < 2:
        raise OptionError(
            f"adapt=True needs at least two classes, but '{vocabulary.names[0]}' is the only one; add a class"
        )


def adapt_vocabulary(
    bank: TextBank, vocabulary: Vocabulary, *, store: EmbeddingStore, sample: FeatureSample
) -> AdaptResult:
    """Adapt a vocabulary to the sample of a store.

    Warns:
        QualityWarning: If classes have too few sure cells, or much of the map changes.
    """
    found = adapt_bank(bank, sample)
    report = AdaptReport(found.cells, tuple(_report(found, vocabulary.names)))
    for line in report.warnings:
        warn_quality(line)
    if not found.adapted.any():
        return AdaptResult(vocabulary, report)
    scene = str(store.info.raster["stem"])
    adapted = add_learned(vocabulary, found.directions, found.biases, store=store)
    note = (
        f"Adapted to {scene} by proxyclip_geo {__version__}, from {int(found.sure[found.adapted].sum())} sure cells of "
        f"{found.cells}."
    )
    return AdaptResult(
        replace(adapted, adapted_to=scene, description=f"{vocabulary.description} {note}".strip()), report
    )


def _report(found: Adaptation, names: Sequence[str]) -> list[AdaptedClass]:
    columns = (found.sure, found.adapted, found.cosines.round(4), found.before.round(4), found.after.round(4))
    rows = zip(names, *(np.asarray(column).tolist() for column in columns), strict=False)
    return [AdaptedClass(*row) for row in rows]


def _join(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
