"""Parse the classes of a vocabulary from text, lists and mappings.

Text has two forms, by the number of its lines:

- **one line** (as on a command line): `;` separates classes, `,` separates synonyms, as in
  `water,river; forest,trees`.
- **several lines** (as in published class files): a line is a class, and `;` or `,` separates its synonyms; a line with
  both is refused. Blank lines and lines that begin with # are skipped.

The first synonym is the name of the class. In lists and mappings a string is one class, parsed like a line.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator

from proxyclip_geo.errors import VocabularyError, warn_quality
from proxyclip_geo.validation import describe, suggest, validate
from proxyclip_geo.vocabulary.classes import Bias, MapClass, Threshold, Value, Vocabulary, Word, check_class_count
from proxyclip_geo.vocabulary.colors import Color, choose_colors, parse_color
from proxyclip_geo.vocabulary.directions import Direction


def split_words(text: object) -> object:
    """Split the synonyms of one class, at commas or at semicolons; a separator at the end is dropped.

    Anything but text is returned as it is, a list as a tuple.
    """
    if not isinstance(text, str):
        return tuple(text) if isinstance(text, list) else text
    stripped = re.sub(r"[;,\s]+$", "", text)
    if not stripped.strip():
        raise VocabularyError("is blank; give a word, or remove the separator")
    if "," in stripped and ";" in stripped:
        raise VocabularyError(
            f"has both ',' and ';': {describe(stripped)}; it is one class, so separate its synonyms by one of them, "
            "and give other classes a line or an entry of their own"
        )
    return tuple(re.split("[,;]", stripped))


Words: TypeAlias = Annotated[tuple[Word, ...], BeforeValidator(split_words)]


@dataclass(frozen=True)
class ClassEntry:
    """A class in a file or mapping, before colours and values are chosen.

    Attributes:
        name: Name of the class.
        synonyms: Queries beside the name.
        words: Queries in place of the name; an empty list for a class that is learned from examples alone.
        color: Its colour; chosen if not given.
        value: Its label value; chosen if not given.
        threshold: As for `MapClass`.
        bias: As for `MapClass`.
        direction: As for `MapClass`.
    """

    name: Word
    synonyms: Words = ()
    words: Words | None = None
    color: Annotated[Color | None, BeforeValidator(parse_color)] = None
    value: Value | None = None
    threshold: Threshold | None = None
    bias: Bias = 0.0
    direction: Direction | None = None

    def __post_init__(self) -> None:
        if self.synonyms and self.words is not None:
            raise VocabularyError("has both 'synonyms' (beside the name) and 'words' (in place of the name); drop one")

    @property
    def queries(self) -> tuple[str, ...]:
        """All queries, in order."""
        return (self.name, *self.synonyms) if self.words is None else self.words


CLASS_KEYS = tuple(field.name for field in fields(ClassEntry))
VOCABULARY_KEYS = tuple(field.name for field in fields(Vocabulary) if field.name != "path")


def parse_classes(
    classes: str | Sequence[Any] | Mapping[str, Any],
    *,
    name: str = "classes",
    threshold: float = 0.0,
    templates: str | Sequence[str] | None = None,
) -> Vocabulary:
    """Parse classes that are given in place, not by the name of a vocabulary or a file.

    Args:
        classes: Text (see the module), or a sequence of strings, sequences of synonyms, mappings with the keys of
            `ClassEntry`, or `MapClass`; or a mapping from names to synonyms or such mappings; or a mapping with the key
            "classes" beside name, description, source, templates, threshold, fallback and logit_scale, as in vocabulary
            files.
        name: Name of the vocabulary, if `classes` has none.
        threshold: Score, 0–1, below which a pixel stays unclassified, if `classes` has none.
        templates: Prompt templates, if `classes` has none.

    Raises:
        VocabularyError: If something cannot be parsed, or classes contradict each other.

    Warns:
        QualityWarning: If there is only one class.

    >>> vocabulary = parse_classes("water,river,lake; forest,trees; building")
    >>> vocabulary.names
    ('water', 'forest', 'building')
    >>> vocabulary.queries
    ('water', 'river', 'lake', 'forest', 'trees', 'building')
    """
    settings: dict[str, Any] = {"name": name, "threshold": threshold, "templates": templates}
    if isinstance(classes, Mapping) and any(key in classes for key in VOCABULARY_KEYS):
        check_keys(classes, VOCABULARY_KEYS, source="the vocabulary")
        if "classes" not in classes:
            raise VocabularyError(f"the vocabulary has no 'classes', only {', '.join(map(describe, classes))}")
        settings |= {key: value for key, value in classes.items() if key != "classes"}
        classes = classes["classes"]
    vocabulary = Vocabulary(classes=_choose_missing(list(_entries(classes))), **settings)
    if len(vocabulary.classes) == 1:
        _warn_single(vocabulary.classes[0])
    return vocabulary


def check_keys(values: Iterable[Any], known: Sequence[str], *, source: str) -> None:
    """Refuse keys that are not known.

    Raises:
        VocabularyError: If there is one; the message suggests a known one.
    """
    for key in values:
        if key not in known:
            hint = suggest(key, known) if isinstance(key, str) else ""
            raise VocabularyError(f"{source} has an unknown entry {describe(key)}{hint}; there are {', '.join(known)}")


def _warn_single(only: MapClass) -> None:
    # Other tools separate words by full stops or bars.
    parts = [part.strip() for word in only.synonyms for part in re.split(r"[.|/](?:\s|$)|\|", word) if part.strip()]
    hint = ""
    if len(parts) > 1:
        hint = f" If these are classes of their own, separate them by ';': \"{'; '.join(parts)}\"."
    warn_quality(
        f"the vocabulary has one class, {only.name!r}: without `background` words every "
        f"pixel becomes {only.name!r}; name there what it contrasts with, or add it as a class.{hint}"
    )


def _entries(classes: object) -> Iterable[ClassEntry]:
    if isinstance(classes, str):
        return (_parse_words(text, source=source) for source, text in _split_text(classes))
    if isinstance(classes, Mapping):
        check_class_count(len(classes))
        return (_parse_named(name, value) for name, value in classes.items())
    if isinstance(classes, Sequence) and not isinstance(classes, (bytes, bytearray)):
        check_class_count(len(classes))
        return (_parse_item(item, source=f"class {position}") for position, item in enumerate(classes, start=1))
    raise VocabularyError(
        f"classes must be text, a list or a mapping, not {describe(classes)}; e.g. 'water,river; forest'"
    )


def _split_text(text: str) -> list[tuple[str, str]]:
    """Split text into classes, each with its name for messages; see the module for the two forms."""
    lines = [line.strip() for line in text.removeprefix("\ufeff").splitlines()]
    numbered = [(f"line {n}", line) for n, line in enumerate(lines, start=1) if line and not line.startswith("#")]
    if len(numbered) != 1:
        return numbered
    parts = re.sub(r"[;\s]+$", "", numbered[0][1]).split(";")
    return [(f"class {position}", part) for position, part in enumerate(parts, start=1)]


def _parse_words(words: object, *, source: str) -> ClassEntry:
    if not isinstance(words, (str, list, tuple)):
        raise VocabularyError(f"{source} must be text or a list of words, not {describe(words)}")
    schema: Any = Words
    found: tuple[str, ...] = validate(schema, words, error=VocabularyError, source=source)
    if not found:
        raise VocabularyError(f"{source} has an empty list of words; give at least one word")
    return ClassEntry(found[0], words=found)


def _parse_item(item: object, *, source: str) -> ClassEntry:
    if isinstance(item, MapClass):
        return ClassEntry(
            item.name, (), item.synonyms, item.color, item.value, item.threshold, item.bias, item.direction
        )
    if isinstance(item, Mapping):
        return validate(ClassEntry, dict(item), error=VocabularyError, source=source)
    return _parse_words(item, source=source)


def _parse_named(name: object, value: object) -> ClassEntry:
    """Parse an entry of a mapping from names to synonyms or settings."""
    settings = value if isinstance(value, Mapping) else {} if value is None else {"synonyms": value}
    source = f"class {describe(name)}"
    if "name" in settings:
        raise VocabularyError(f"{source} has a second name, {describe(settings['name'])}; drop one")
    return validate(ClassEntry, {"name": name, **settings}, error=VocabularyError, source=source)


def _choose_missing(entries: Sequence[ClassEntry]) -> tuple[MapClass, ...]:
    """Choose the colours and values that are missing; values are the smallest ones free, in order."""
    check_class_count(len(entries))
    colors = choose_colors([(entry.name, *entry.queries) for entry in entries], [entry.color for entry in entries])
    taken = {entry.value for entry in entries}
    free = (value for value in range(1, 2 * len(entries) + 1) if value not in taken)
    return tuple(
        MapClass(
            name=entry.name,
            synonyms=entry.queries,
            color=color,
            value=next(free) if entry.value is None else entry.value,
            threshold=entry.threshold,
            bias=entry.bias,
            direction=entry.direction,
        )
        for entry, color in zip(entries, colors, strict=True)
    )
