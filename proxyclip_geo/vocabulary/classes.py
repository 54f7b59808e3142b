"""Land-cover classes and vocabularies: immutable values that are valid by construction."""

import math
import operator
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from proxyclip_geo.errors import VocabularyError
from proxyclip_geo.vocabulary.colors import Color, check_color, hex_color
from proxyclip_geo.vocabulary.templates import check_templates

UNCLASSIFIED = 0
"""Label value of pixels whose best score is below the threshold."""

LARGEST_BYTE_VALUE = 254
"""Largest class value that leaves 255 free for no data in uint8."""

LARGEST_VALUE = 65534
"""Largest class value that leaves 65535 free for no data in uint16."""


def clean_text(text: object, *, what: str) -> str:
    """Trim, fold inner whitespace and compose Unicode (NFC); case is kept.

    Args:
        text: What should be a word or a few.
        what: What it is, for the error message, e.g. "a class name".

    Raises:
        VocabularyError: If it is no text, is blank, or holds control characters.
    """
    if not isinstance(text, str):
        raise VocabularyError(
            f"{what} must be text, not {describe(text)}; in YAML, put words such as 'no', 'on' or '12' in quotes"
        )
    cleaned = " ".join(unicodedata.normalize("NFC", text).split())
    if not cleaned:
        raise VocabularyError(f"{what} is blank; give a word or leave it out")
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in cleaned):
        raise VocabularyError(f"{what} holds a control character: {describe(cleaned)}; remove it")
    return cleaned


def fold(text: str) -> str:
    """Return the form in which two words are compared: upper and lower case are the same."""
    return unicodedata.normalize("NFC", text.casefold())


def describe(value: object) -> str:
    """Return a short text for a wrong value; never the whole of a long one."""
    if isinstance(value, (str, int, float, bool, type(None))):
        shown = repr(value)
        return shown if len(shown) <= 60 else shown[:57] + "…"
    return f"a {type(value).__name__}"


def _unique(words: Iterable[str]) -> tuple[str, ...]:
    """Drop later repetitions, in any case, and keep the order."""
    kept: dict[str, str] = {}
    for word in words:
        kept.setdefault(fold(word), word)
    return tuple(kept.values())


def check_threshold(value: object, *, what: str) -> float:
    """Return a score threshold, 0–1, as a float.

    Raises:
        VocabularyError: If it is no number or lies outside 0–1.
    """
    number = _number(value, what=what)
    if not 0 <= number <= 1:
        raise VocabularyError(f"{what} is {number:g}, but scores lie in 0–1; give a number there, e.g. 0.3")
    return number


def _check_scale(value: object) -> float:
    number = _number(value, what="the vocabulary's logit_scale")
    if number <= 0:
        raise VocabularyError(f"the vocabulary's logit_scale is {number:g}; it must be positive, e.g. 40")
    return number


def _number(value: object, *, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise VocabularyError(f"{what} must be a finite number, not {describe(value)}")
    return float(value)


@dataclass(frozen=True)
class LandClass:
    """One class of a vocabulary.

    Attributes:
        name: What the class is called in results.
        synonyms: The words that the model is asked with, in order and without repetitions; the name where
            none are given. The name is among them only if it is listed.
        color: (red, green, blue), each 0–255.
        value: Label value in rasters, 1–65534.
        threshold: Score, 0–1, below which the class does not win; None takes the vocabulary's.
        bias: Added to the logits of the class.

    Raises:
        VocabularyError: If a field cannot be what it should.
    """

    name: str
    synonyms: tuple[str, ...]
    color: Color
    value: int
    threshold: float | None = None
    bias: float = 0.0

    def __post_init__(self) -> None:
        name = clean_text(self.name, what="a class name")
        if isinstance(self.synonyms, str):
            raise VocabularyError(
                f"the synonyms of {name!r} must be a sequence of words, not {describe(self.synonyms)}"
            )
        words = [clean_text(word, what=f"a synonym of {name!r}") for word in self.synonyms]
        cleaned: dict[str, Any] = {
            "name": name,
            "synonyms": _unique(words) or (name,),
            "color": check_color(self.color, what=f"the color of {name!r}"),
            "value": _check_value(self.value, name),
            "bias": _number(self.bias, what=f"the bias of {name!r}"),
        }
        if self.threshold is not None:
            cleaned["threshold"] = check_threshold(self.threshold, what=f"the threshold of {name!r}")
        for field, value in cleaned.items():
            object.__setattr__(self, field, value)

    def to_dict(self) -> dict[str, Any]:
        """Return the class as plain values, in the form that vocabulary files have."""
        named = fold(self.synonyms[0]) == fold(self.name)
        settings: dict[str, Any] = {"name": self.name}
        if not named or self.synonyms[0] != self.name:
            settings["words"] = list(self.synonyms)
        elif len(self.synonyms) > 1:
            settings["synonyms"] = list(self.synonyms[1:])
        settings |= {"color": hex_color(self.color), "value": self.value}
        if self.threshold is not None:
            settings["threshold"] = self.threshold
        if self.bias:
            settings["bias"] = self.bias
        return settings


def _check_value(value: object, name: str) -> int:
    try:
        number = operator.index(value)  # type: ignore[arg-type]  # what is no integer is refused below
    except TypeError:
        number = None
    if number is None or isinstance(value, bool):
        raise VocabularyError(f"the value of {name!r} must be a whole number, not {describe(value)}")
    if not 1 <= number <= LARGEST_VALUE:
        raise VocabularyError(
            f"the value {number} of {name!r} is outside 1–{LARGEST_VALUE}: 0 is kept for unclassified "
            "pixels, "
            "255 or 65535 for no data; choose another or leave it out"
        )
    return number


@dataclass(frozen=True)
class Vocabulary:
    """The classes of a map.

    Attributes:
        name: What the vocabulary is called.
        classes: At least one class; names, values and synonyms are each unique.
        templates: Name of a template set ("imagenet", "remote-sensing", …), own templates with a {}, or None
            for the model's own choice.
        threshold: Score, 0–1, below which a pixel stays unclassified.
        description: A sentence on what it is for.
        source: Where classes and colours come from, e.g. a citation.
        logit_scale: What cosines are multiplied by before the softmax; None takes the model's.

    Raises:
        VocabularyError: If there is no class, there are too many, or two contradict each other.
    """

    name: str
    classes: tuple[LandClass, ...]
    templates: str | tuple[str, ...] | None = None
    threshold: float = 0.0
    description: str = ""
    source: str = ""
    logit_scale: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", clean_text(self.name, what="the vocabulary's name"))
        object.__setattr__(self, "classes", tuple(self.classes))
        threshold = check_threshold(self.threshold, what="the vocabulary's threshold")
        object.__setattr__(self, "threshold", threshold)
        if self.logit_scale is not None:
            object.__setattr__(self, "logit_scale", _check_scale(self.logit_scale))
        object.__setattr__(self, "templates", check_templates(self.templates))
        check_class_count(len(self.classes))
        self._check_values()
        self._check_words()

    def _check_values(self) -> None:
        owners: dict[int, str] = {}
        for item in self.classes:
            if item.value in owners:
                raise VocabularyError(
                    f"the classes {owners[item.value]!r} and {item.name!r} both have the value {item.value}; "
                    "give each its own"
                )
            owners[item.value] = item.name
        # With more classes than a byte holds, labels are uint16 anyway and 255 is a value like any other.
        if max(owners) == LARGEST_BYTE_VALUE + 1 and len(owners) <= LARGEST_BYTE_VALUE:
            raise VocabularyError(
                f"the value 255 of {owners[255]!r} is kept for no data; choose one in 1–{LARGEST_BYTE_VALUE}"
            )

    def _check_words(self) -> None:
        names: dict[str, str] = {}
        for item in self.classes:
            if fold(item.name) in names:
                raise VocabularyError(
                    f"the class {names[fold(item.name)]!r} is there twice (upper and lower case are the "
                    "same); "
                    "merge them or rename one"
                )
            names[fold(item.name)] = item.name
        owners: dict[str, str] = {}
        for item in self.classes:
            for word in item.synonyms:
                if fold(word) in owners:
                    raise VocabularyError(
                        f"the word {word!r} belongs to two classes, {owners[fold(word)]!r} and "
                        f"{item.name!r}; "
                        "keep it in one of them"
                    )
                owners[fold(word)] = item.name

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the classes, in order."""
        return tuple(item.name for item in self.classes)

    @property
    def values(self) -> tuple[int, ...]:
        """Label values of the classes, in order."""
        return tuple(item.value for item in self.classes)

    @property
    def thresholds(self) -> tuple[float, ...]:
        """Score thresholds of the classes, in order: a class's own, else the vocabulary's."""
        return tuple(self.threshold if item.threshold is None else item.threshold for item in self.classes)

    @property
    def queries(self) -> tuple[str, ...]:
        """Every synonym of every class, in order: what the text encoder is given."""
        return tuple(word for item in self.classes for word in item.synonyms)

    @property
    def query_class(self) -> tuple[int, ...]:
        """For each query the index of its class, 0…K−1."""
        return tuple(index for index, item in enumerate(self.classes) for _ in item.synonyms)

    @property
    def nodata(self) -> int:
        """Label value of pixels without data: 255, or 65535 where values above 254 are in use."""
        return 255 if max(self.values) <= LARGEST_BYTE_VALUE else 65535

    @property
    def dtype(self) -> str:
        """Type of label rasters, "uint8" or "uint16"."""
        return "uint8" if self.nodata == 255 else "uint16"

    def to_dict(self) -> dict[str, Any]:
        """Return the vocabulary as plain values, in the form that vocabulary files have."""
        fields: dict[str, Any] = {"name": self.name}
        if self.description:
            fields["description"] = self.description
        if self.source:
            fields["source"] = self.source
        if self.templates is not None:
            fields["templates"] = self.templates if isinstance(self.templates, str) else list(self.templates)
        fields["threshold"] = self.threshold
        if self.logit_scale is not None:
            fields["logit_scale"] = self.logit_scale
        fields["classes"] = [item.to_dict() for item in self.classes]
        return fields


def check_class_count(count: int) -> None:
    """Refuse a vocabulary without classes, and one with more than a label raster can hold.

    Raises:
        VocabularyError: If there is none, or there are more than 65534.
    """
    if count == 0:
        raise VocabularyError('the vocabulary has no classes; give at least one, e.g. "water; forest; building"')
    if count > LARGEST_VALUE:
        raise VocabularyError(f"{count} classes are more than the {LARGEST_VALUE} that a label raster can hold")
