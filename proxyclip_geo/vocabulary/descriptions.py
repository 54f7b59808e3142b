"""Descriptions: sentences that say what a word looks like from above, written by us."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import yaml

from proxyclip_geo.vocabulary.classes import fold


@cache
def _descriptions() -> dict[str, tuple[str, ...]]:
    text = files(__package__).joinpath("descriptions.yaml").read_text(encoding="utf-8")
    return {fold(word): tuple(sentences) for word, sentences in yaml.safe_load(text).items()}


def load_descriptions(words: Sequence[str]) -> dict[int, tuple[str, ...]]:
    """Return the sentences of those words that have any, by the index of the word.

    >>> load_descriptions(["xyz", "Lawn"])[1][0]
    'short green mown grass beside houses.'
    """
    known = _descriptions()
    return {index: known[fold(word)] for index, word in enumerate(words) if fold(word) in known}
