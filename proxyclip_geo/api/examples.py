"""Add drawn examples to the queries of a text bank."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from proxyclip_geo.api.options import Examples
from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.engine.examples import (
    ClassExamples,
    FeatureStatistics,
    mean_of_shapes,
    mix_examples,
    share_with_data,
)
from proxyclip_geo.engine.store.embedding_store import EmbeddingStore
from proxyclip_geo.errors import AreaError, VocabularyError, warn_quality
from proxyclip_geo.raster.examples import Example, read_examples
from proxyclip_geo.validation import suggest
from proxyclip_geo.vocabulary import Vocabulary
from proxyclip_geo.vocabulary.classes import fold

if TYPE_CHECKING:
    from torch import Tensor


def as_examples(examples: Examples | str | Path | None) -> Examples | None:
    """Return the examples of a file with the default weights."""
    return Examples(examples) if isinstance(examples, (str, Path)) else examples


def add_examples(
    bank: TextBank,
    examples: Examples,
    *,
    vocabulary: Vocabulary,
    store: EmbeddingStore,
    statistics: FeatureStatistics,
) -> TextBank:
    """Return a text bank whose queries are moved towards examples.

    Raises:
        VocabularyError: If an example has a class that is not in the vocabulary.
        AreaError: If all examples lie outside the raster, or one has no pixel with data.
        VectorError: If the file cannot be read, or lacks the column.
        StoreError: If the store is damaged, or incomplete there.

    Warns:
        QualityWarning: If some lie outside the raster, or partly on nodata.
    """
    drawn = read_examples(examples.path, store.info.geobox, field=examples.field, name=store.name, area=store.info.area)
    groups = _by_class(drawn, vocabulary, path=examples.path)
    _require_data(drawn, store, path=examples.path)
    found = [
        ClassExamples(index, _mean(positive, store), _mean(negative, store))
        for index, (positive, negative) in groups.items()
    ]
    return mix_examples(bank, statistics, found, weight=examples.weight, negative_weight=examples.negative_weight)


def _by_class(
    drawn: Sequence[Example], vocabulary: Vocabulary, *, path: str | Path
) -> Mapping[int, tuple[list[Example], list[Example]]]:
    """Return the positive and the negative examples of each class's index."""
    index = {fold(word): owner for word, owner in zip(vocabulary.queries, vocabulary.query_class, strict=True)}
    index |= {fold(name): owner for owner, name in enumerate(vocabulary.names)}
    groups: dict[int, tuple[list[Example], list[Example]]] = defaultdict(lambda: ([], []))
    for item in drawn:
        if fold(item.name) not in index:
            raise VocabularyError(
                f"examples {path} have class '{item.name}', which is not in the vocabulary"
                f"{suggest(item.name, vocabulary.names)}; add it to the classes, or rename it in the file (classes: "
                f"{', '.join(vocabulary.names)})"
            )
        groups[index[fold(item.name)]][item.negative].append(item)
    return groups


def _require_data(drawn: Sequence[Example], store: EmbeddingStore, *, path: str | Path) -> None:
    """Raise if an example lies entirely on nodata; warn of those that do in part."""
    partly = []
    for item in drawn:
        share = share_with_data(store, item)
        if not share:
            raise AreaError(
                f"feature {item.number} of {path}, an example of '{item.name}', lies where {store.name} has no data; "
                "move or remove it"
            )
        if share < 1:
            partly.append(f"feature {item.number} ('{item.name}', {100 * (1 - share):.0f} % of it)")
    if partly:
        listed = ", ".join(partly[:3]) + (f" and {len(partly) - 3} more" if len(partly) > 3 else "")
        warn_quality(
            f"{len(partly)} of the {len(drawn)} examples in {path} lie partly where {store.name} has no data, which "
            f"does not count: {listed}"
        )


def _mean(drawn: Sequence[Example], store: EmbeddingStore) -> "Tensor | None":
    """Return the mean of the mean features of examples, with equal weights; None without examples."""
    return mean_of_shapes(store, drawn) if drawn else None
