"""The words of a request: a vocabulary with its colours, and what its scores depend on."""

import hashlib
import json
import threading
import warnings
from collections import OrderedDict
from dataclasses import dataclass, replace

from proxyclip_geo.api.options import LabelOptions
from proxyclip_geo.errors import QualityWarning, VocabularyError, change_filters
from proxyclip_geo.serve.options import MAX_CLASSES, MAX_WORDS, MapQuery
from proxyclip_geo.vocabulary import Vocabulary, list_vocabularies, load_vocabulary, parse_classes
from proxyclip_geo.vocabulary.colors import parse_color

MOST_LEARNED = 32
"""Vocabularies with examples that are kept."""


@dataclass(frozen=True)
class MapWords:
    """The words of a request.

    Attributes:
        vocabulary: The classes.
        options: Options of labelling.
        key: Identifies all that logits depend on.
    """

    vocabulary: Vocabulary
    options: LabelOptions
    key: str


class WordReader:
    """Reads the words of requests; knows the vocabularies that were learned from examples."""

    def __init__(self) -> None:
        self._learned: OrderedDict[str, Vocabulary] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, query: MapQuery) -> MapWords:
        """Return the words of a request; no name in it is that of a file.

        Raises:
            VocabularyError: If they are malformed, too many or not known.
        """
        vocabulary = self._read(query)
        words = len(vocabulary.queries) + len(query.background)
        if len(vocabulary.classes) > MAX_CLASSES or words > MAX_WORDS:
            raise VocabularyError(
                f"{len(vocabulary.classes)} classes with {words} words are more than the limit of {MAX_CLASSES} "
                f"classes and {MAX_WORDS} words; give fewer"
            )
        if query.colors:
            vocabulary = _recolor(vocabulary, query.colors)
        options = LabelOptions(threshold=query.threshold, synonyms=query.synonyms, background=query.background)
        return MapWords(vocabulary, options, _identify(vocabulary, options))

    def _read(self, query: MapQuery) -> Vocabulary:
        if [query.classes, query.vocabulary, query.learned].count(None) != 2:
            raise VocabularyError(
                'give one of `classes`, e.g. "water; forest,trees", `vocabulary`, a built-in name, and `learned`'
            )
        if query.learned is not None:
            with self._lock:
                found = self._learned.get(query.learned)
            if found is None:
                raise VocabularyError(f"the examples {query.learned} are no longer there; send them again")
            return found
        if query.vocabulary is not None:
            if query.vocabulary not in list_vocabularies():
                raise VocabularyError(
                    f"there is no built-in vocabulary {query.vocabulary!r}; there are {', '.join(list_vocabularies())}"
                )
            return load_vocabulary(query.vocabulary)
        assert query.classes is not None
        with change_filters():
            warnings.simplefilter("ignore", QualityWarning)
            return parse_classes(query.classes)

    def keep(self, vocabulary: Vocabulary) -> str:
        """Keep a vocabulary with examples; return the value of `learned` for it."""
        name = hashlib.sha256(json.dumps(vocabulary.to_dict()).encode()).hexdigest()[:16]
        with self._lock:
            self._learned[name] = vocabulary
            while len(self._learned) > MOST_LEARNED:
                self._learned.popitem(last=False)
        return name


def _recolor(vocabulary: Vocabulary, colors: str) -> Vocabulary:
    """Return a vocabulary with the colours of a text such as "1f77b4,,d62728"; a blank keeps the class's own."""
    given = colors.split(",")
    if len(given) > len(vocabulary.classes):
        raise VocabularyError(f"{len(given)} colours are more than the {len(vocabulary.classes)} classes; drop some")
    given += [""] * (len(vocabulary.classes) - len(given))
    classes = (
        replace(item, color=parse_color(f"#{color.strip().lstrip('#')}")) if color.strip() else item
        for item, color in zip(vocabulary.classes, given, strict=True)
    )
    return replace(vocabulary, classes=tuple(classes))


def _identify(vocabulary: Vocabulary, options: LabelOptions) -> str:
    plain = vocabulary.to_dict()
    classes = [
        {key: value for key, value in item.items() if key not in ("color", "value", "threshold")}
        for item in plain["classes"]
    ]
    rest = [classes, plain.get("templates"), plain.get("logit_scale"), options.synonyms, list(options.background)]
    return hashlib.sha256(json.dumps(rest).encode()).hexdigest()
