"""A vocabulary with its queries, and what was learned."""

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from proxyclip_geo.api.options import Examples, LabelOptions
from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.engine.feature_sample import FeatureSample
from proxyclip_geo.engine.shape_cells import ShapeReader
from proxyclip_geo.vocabulary import Vocabulary

if TYPE_CHECKING:
    from proxyclip_geo.api.adapt import AdaptReport
    from proxyclip_geo.api.example_report import ExampleReport

_LEARNED_WITH = ("synonyms", "background", "debias", "descriptions", "adapt")


@dataclass(frozen=True)
class ClassBank:
    """A vocabulary with its queries.

    Attributes:
        vocabulary: The classes.
        bank: Their queries, in the space of the stored features.
        report: The check of the examples; None without.
        adaptation: What adapting to the scene changed; None without.
    """

    vocabulary: Vocabulary
    bank: TextBank
    report: "ExampleReport | None" = None
    adaptation: "AdaptReport | None" = None


def as_examples(examples: Examples | str | Path | None) -> Examples | None:
    """Return the examples of a file with the default options."""
    return Examples(examples) if isinstance(examples, (str, Path)) else examples


def learn_classes(
    words: ClassBank, *, reader: ShapeReader, sample: FeatureSample, examples: Examples | None
) -> ClassBank:
    """Learn from examples, or adapt the words to the scene if there are none; the queries stay those of the words.

    Args:
        words: The words.
        reader: Reads the embedding.
        sample: Its features.
        examples: The examples.
    """
    if examples is None:
        from proxyclip_geo.api.adapt import adapt_vocabulary

        adapted = adapt_vocabulary(words.bank, words.vocabulary, store=reader.store, sample=sample)
        return replace(words, vocabulary=adapted.vocabulary, adaptation=adapted.report)
    from proxyclip_geo.api.examples import add_examples

    learned = add_examples(words.bank, examples, vocabulary=words.vocabulary, reader=reader, sample=sample)
    return replace(words, vocabulary=learned.vocabulary, report=learned.report)


def identify_learned(vocabulary: Vocabulary, options: LabelOptions, examples: Examples | None) -> str:
    """Return all that a learned bank depends on, apart from the embedding, as text."""
    version = (0, 0)
    if examples is not None:
        with suppress(OSError):
            stat = Path(examples.path).stat()
            version = (stat.st_mtime_ns, stat.st_size)
    chosen = {key: getattr(options, key) for key in _LEARNED_WITH}
    return json.dumps([vocabulary.to_dict(), chosen, examples and examples.to_dict(), version])
