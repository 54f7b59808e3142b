"""A vocabulary with its queries, and what was learned."""

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from proxyclip_geo.api.adapt import AdaptReport
from proxyclip_geo.api.example_report import ExampleReport
from proxyclip_geo.api.options import Examples, LabelOptions
from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.vocabulary import Vocabulary

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
    report: ExampleReport | None = None
    adaptation: AdaptReport | None = None


def identify_learned(vocabulary: Vocabulary, options: LabelOptions, examples: Examples | None) -> str:
    """Return all that a learned bank depends on, apart from the embedding, as text."""
    version = (0, 0)
    if examples is not None:
        with suppress(OSError):
            stat = Path(examples.path).stat()
            version = (stat.st_mtime_ns, stat.st_size)
    chosen = {key: getattr(options, key) for key in _LEARNED_WITH}
    return json.dumps([vocabulary.to_dict(), chosen, examples and examples.to_dict(), version])
