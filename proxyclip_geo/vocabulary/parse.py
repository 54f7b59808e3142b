"""Vocabularies from words, lists and mappings.

Text has two forms, told apart by the number of its lines:

- **one line** (as on a command line): `;` separates classes, `,` separates synonyms, as in
  `water,river; forest,trees`.
- **several lines** (as in published class files): a line is a class, and `; ` or `,` separates its synonyms;
  a line with both is refused. Blank lines and lines that begin with # are skipped.

The first synonym is the name of the class. In lists and mappings a string is one class, read like a line.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from proxyclip_geo.errors import VocabularyError, warn_quality
from proxyclip_geo.validation import suggest
from proxyclip_geo.vocabulary.classes import LandClass, Vocabulary, check_class_count, clean_text, describe
from proxyclip_geo.vocabulary.colors import Color, choose_colors, parse_color

CLASS_KEYS = ("name", "synonyms", "words", "color", "value", "threshold", "bias")
VOCABULARY_KEYS = ("name", "description", "source", "templates", "threshold", "logit_scale", "classes")


@dataclass(frozen=True)
class _Draft:
    """A class before colours and values are chosen."""

    words: tuple[str, ...]
    name: str
    color: Color | None = None
    value: Any = None
    threshold: Any = None
    bias: Any = 0.0


def parse_classes(
    classes: str | Sequence[Any] | Mapping[str, Any],
    *,
    name: str = "classes",
    threshold: float = 0.0,
    templates: str | Sequence[str] | None = None,
) -> Vocabulary:
    """Read classes that are given in place, not by the name of a vocabulary or a file.

    Args:
        classes: Text (see the module), or a sequence of strings, sequences of synonyms, mappings with the
            keys name, synonyms (asked beside the name) or words (asked in its place), color, value, threshold
            and bias, or `LandClass`; or a mapping from names to synonyms or such settings; or a mapping with
            the key "classes" beside name, description, source, templates, threshold and logit_scale, as
            vocabulary files have.
        name: What to call the vocabulary, where `classes` does not say.
        threshold: Score, 0–1, below which a pixel stays unclassified, where `classes` does not say.
        templates: Prompt templates, where `classes` does not say.

    Raises:
        VocabularyError: If something cannot be read, or classes contradict each other.

    Warns:
        QualityWarning: If there is one class only.

    >>> vocabulary = parse_classes("water,river,lake; forest,trees; building")
    >>> vocabulary.names
    ('water', 'forest', 'building')
    >>> vocabulary.queries
    ('water', 'river', 'lake', 'forest', 'trees', 'building')
    """
    fields: dict[str, Any] = {"name": name, "threshold": threshold, "templates": templates}
    if isinstance(classes, Mapping) and any(key in classes for key in VOCABULARY_KEYS):
        _refuse_unknown_keys(classes, VOCABULARY_KEYS, "the vocabulary")
        if "classes" not in classes:
            raise VocabularyError(f"the vocabulary has no 'classes', only {', '.join(map(describe, classes))}")
        fields |= {key: value for key, value in classes.items() if key != "classes"}
        classes = classes["classes"]
    for key in ("description", "source"):
        if not isinstance(fields.get(key, ""), str):
            raise VocabularyError(f"the vocabulary's {key} must be text, not {describe(fields[key])}")
    if fields["templates"] is not None and not isinstance(fields["templates"], (str, list, tuple)):
        raise VocabularyError(f"the vocabulary's templates must be text or a list, not {describe(fields['templates'])}")
    vocabulary = Vocabulary(classes=_finish(_drafts(classes)), **fields)
    if len(vocabulary.classes) == 1:
        _warn_single(vocabulary.classes[0])
    return vocabulary


def _warn_single(only: LandClass) -> None:
    hint = ""
    if len(only.synonyms) > 1:
        hint = f" If these are classes of their own, separate them by ';': \"{'; '.join(only.synonyms)}\"."
    warn_quality(
        f"the vocabulary has one class, {only.name!r}: without --background WORDS (background=(...) in Python) every "
        f"pixel becomes {only.name!r}; name there what it contrasts with, or add it as a class.{hint}"
    )


def _drafts(classes: object) -> list[_Draft]:
    if isinstance(classes, str):
        return [_from_words(words) for words in _split_text(classes)]
    if isinstance(classes, Mapping):
        return [_from_entry(name, value) for name, value in classes.items()]
    if isinstance(classes, Sequence) and not isinstance(classes, (bytes, bytearray)):
        return [_from_item(item, position) for position, item in enumerate(classes, start=1)]
    raise VocabularyError(
        f"classes must be text, a list or a mapping, not {describe(classes)}; e.g. 'water,river; forest'"
    )


def _split_text(text: str) -> list[list[str]]:
    """Split text into classes and these into synonyms; see the module for the two forms."""
    lines = [line.strip() for line in text.removeprefix("\ufeff").splitlines()]
    numbered = [(number, line) for number, line in enumerate(lines, start=1) if line and not line.startswith("#")]
    if len(numbered) > 1:
        return [_split_words(line, what=f"line {number}") for number, line in numbered]
    line = numbered[0][1] if numbered else ""
    parts = re.sub(r"[;\s]+$", "", line).split(";") if line else []
    return [_split_words(part, what=f"class {position}") for position, part in enumerate(parts, start=1)]


def _split_words(text: str, *, what: str) -> list[str]:
    """Split the synonyms of one class, at commas or at semicolons; a separator at the end is dropped."""
    text = re.sub(r"[;,\s]+$", "", text)
    if not text.strip():
        raise VocabularyError(f"{what} is blank; give it a word, or remove the separator")
    if "," in text and ";" in text:
        raise VocabularyError(
            f"{what} has both ',' and ';': {describe(text)}; it is one class, so separate its synonyms by "
            "one of "
            "them, and give other classes a line or an entry of their own"
        )
    return [clean_text(word, what=f"a synonym in {what}") for word in re.split("[,;]", text)]


def _from_words(words: Sequence[str]) -> _Draft:
    return _Draft(words=tuple(words), name=words[0])


def _from_item(item: object, position: int) -> _Draft:
    what = f"class {position}"
    if isinstance(item, LandClass):
        return _Draft(item.synonyms, item.name, item.color, item.value, item.threshold, item.bias)
    if isinstance(item, str):
        return _from_words(_split_words(item, what=what))
    if isinstance(item, Mapping):
        if "name" not in item:
            _refuse_unknown_keys(item, CLASS_KEYS, what)
            raise VocabularyError(f"{what} has no 'name'; give it one")
        return _from_settings(item["name"], {key: value for key, value in item.items() if key != "name"})
    return _from_words(_read_words(item, what=what))


def _from_entry(name: object, value: object) -> _Draft:
    """Read an entry of a mapping from names to synonyms or settings."""
    settings = value if isinstance(value, Mapping) else {} if value is None else {"synonyms": value}
    if "name" in settings:
        raise VocabularyError(f"the class {describe(name)} has a second name, {describe(settings['name'])}; drop one")
    return _from_settings(name, settings)


def _from_settings(name: object, settings: Mapping[str, Any]) -> _Draft:
    name = clean_text(name, what="a class name")
    _refuse_unknown_keys(settings, CLASS_KEYS, f"the class {name!r}")
    if "synonyms" in settings and "words" in settings:
        raise VocabularyError(
            f"the class {name!r} has both 'synonyms' (asked beside the name) and 'words' (asked in its place); drop one"
        )
    if "words" in settings:
        words = _read_words(settings["words"], what=f"the words of {name!r}")
    else:
        words = [
            name,
            *_read_words(settings.get("synonyms", []), what=f"the synonyms of {name!r}", empty=True),
        ]
    return _Draft(
        words=tuple(words),
        name=name,
        color=parse_color(settings["color"], what=f"the color of {name!r}") if "color" in settings else None,
        value=settings.get("value"),
        threshold=settings.get("threshold"),
        bias=settings.get("bias", 0.0),
    )


def _read_words(words: object, *, what: str, empty: bool = False) -> list[str]:
    """Read synonyms given as text or as a list of words."""
    if isinstance(words, str):
        return _split_words(words, what=what)
    if not isinstance(words, (list, tuple)):
        raise VocabularyError(f"{what} must be text or a list of words, not {describe(words)}")
    if not words and not empty:
        raise VocabularyError(f"{what}: the list is empty; give at least one word")
    return [clean_text(word, what=f"a word in {what}") for word in words]


def _refuse_unknown_keys(settings: Mapping[Any, Any], known: Iterable[str], what: str) -> None:
    known = tuple(known)
    for key in settings:
        if key not in known:
            hint = suggest(key, known) if isinstance(key, str) else ""
            raise VocabularyError(f"{what} has an unknown key {describe(key)}{hint}; there are {', '.join(known)}")


def _finish(drafts: Sequence[_Draft]) -> tuple[LandClass, ...]:
    """Choose the colours and values that are missing; values are the smallest ones free, in order."""
    check_class_count(len(drafts))
    colors = choose_colors([(draft.name, *draft.words) for draft in drafts], [draft.color for draft in drafts])
    taken = {draft.value for draft in drafts if isinstance(draft.value, int)}
    free = (value for value in range(1, len(drafts) + len(taken) + 1) if value not in taken)
    return tuple(
        LandClass(
            name=draft.name,
            synonyms=draft.words,
            color=color,
            value=next(free) if draft.value is None else draft.value,
            threshold=draft.threshold,
            bias=draft.bias,
        )
        for draft, color in zip(drafts, colors, strict=True)
    )
