"""Check words against a model, before any raster is read."""

from dataclasses import dataclass
from pathlib import Path

from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.kinds import load_text
from proxyclip_geo.models.registry import find_card
from proxyclip_geo.models.text_encoder import FarWord
from proxyclip_geo.vocabulary import Vocabulary


@dataclass(frozen=True)
class WordPair:
    """Two words of different classes.

    Attributes:
        one: A word.
        other: A word of another class.
        similarity: Cosine of their queries; near 1 the model does not distinguish them.
    """

    one: str
    other: str
    similarity: float


def find_far_words(vocabulary: Vocabulary, *, model: str | Path | ModelCard) -> tuple[FarWord, ...]:
    """Return the words of a vocabulary that are far from all words that a model knows."""
    return load_text(find_card(model)).far_words(vocabulary.words)


def find_closest_words(vocabulary: Vocabulary, *, model: str | Path | ModelCard, most: int = 5) -> tuple[WordPair, ...]:
    """Return the pairs of words of different classes with the most similar queries, closest first."""
    words = vocabulary.words
    queries = load_text(find_card(model)).encode(words, templates=vocabulary.templates)
    cosines = (queries @ queries.T).tolist()
    owners = [index for index, item in enumerate(vocabulary.classes) for _ in item.synonyms]
    pairs = [
        WordPair(words[one], words[other], cosines[one][other])
        for one in range(len(words))
        for other in range(one)
        if owners[one] != owners[other]
    ]
    return tuple(sorted(pairs, key=lambda pair: -pair.similarity)[:most])
