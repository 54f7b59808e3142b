"""Map classes and vocabularies: immutable values that are valid by construction."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field

from proxyclip_geo.errors import VocabularyError
from proxyclip_geo.validation import check_fields, describe, suggest
from proxyclip_geo.vocabulary.colors import Color, hex_color
from proxyclip_geo.vocabulary.directions import Direction
from proxyclip_geo.vocabulary.templates import TemplateSet

UNCLASSIFIED = 0
"""Label value of pixels whose best score is below the threshold, without a `fallback`."""

LARGEST_BYTE_VALUE = 254
"""Largest class value that leaves 255 for nodata in uint8."""

LARGEST_VALUE = 65534
"""Largest class value that leaves 65535 for nodata in uint16."""

MAX_CLASSES, MAX_WORDS = 10_000, 50_000
"""Most classes of a vocabulary, and most synonyms of all of them."""

MAX_WORD, MAX_TEXT = 200, 4000
"""Letters of a word, and of a description."""


def clean_text(text: object) -> str:
    """Trim, fold inner whitespace and compose Unicode (NFC); case is preserved.

    Raises:
        VocabularyError: If it is not text, is blank or too long, or holds control characters.
    """
    if not isinstance(text, str):
        raise VocabularyError(
            f"must be text, not {describe(text)}; in YAML, put words such as 'no', 'on' or '12' in quotes"
        )
    if len(text) > MAX_WORD:
        raise VocabularyError(f"{describe(text)} has {len(text)} letters, but the limit is {MAX_WORD}; shorten it")
    cleaned = " ".join(unicodedata.normalize("NFC", text).split())
    if not cleaned:
        raise VocabularyError("is blank; give a word or leave it out")
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in cleaned):
        raise VocabularyError(f"{describe(cleaned)} holds a control character; remove it")
    return cleaned


def fold(text: str) -> str:
    """Return the form in which two words are compared: upper and lower case are the same."""
    return unicodedata.normalize("NFC", text.casefold())


def _drop_repetitions(words: Iterable[str]) -> tuple[str, ...]:
    """Drop later repetitions, in any case, and keep the order."""
    first: dict[str, str] = {}
    for word in words:
        first.setdefault(fold(word), word)
    return tuple(first.values())


def _check_value(value: int) -> int:
    if not 1 <= value <= LARGEST_VALUE:
        raise VocabularyError(
            f"{describe(value)} is outside 1–{LARGEST_VALUE}: 0 is for unclassified pixels, 255 or 65535 for nodata; "
            "choose another or leave it out"
        )
    return value


Word: TypeAlias = Annotated[str, BeforeValidator(clean_text)]
Text: TypeAlias = Annotated[str, Field(max_length=MAX_TEXT)]
Value: TypeAlias = Annotated[int, AfterValidator(_check_value)]
Threshold: TypeAlias = Annotated[float, Field(ge=0, le=1)]
Bias: TypeAlias = Annotated[float, Field(ge=-1000, le=1000)]


@dataclass(frozen=True)
class MapClass:
    """One class of a vocabulary.

    Attributes:
        name: Name of the class in results.
        synonyms: Words that become queries, in order and without repetitions. The name is a query only if it is listed.
            Without words, the class is learned from examples alone.
        color: (red, green, blue), each 0–255.
        value: Label value in rasters, 1–65534.
        threshold: Score, 0–1, below which the class does not win; None for the vocabulary's.
        bias: Added to the logits of the class.
        direction: Its product with the features is added to the logits of the class; learned from examples, see
            `directions`.

    Raises:
        VocabularyError: If a field has a value that is not possible.
    """

    name: Word
    synonyms: Annotated[tuple[Word, ...], AfterValidator(_drop_repetitions)]
    color: Color
    value: Value
    threshold: Threshold | None = None
    bias: Bias = 0.0
    direction: Direction | None = None

    def __post_init__(self) -> None:
        check_fields(self, error=VocabularyError, source=f"class {describe(self.name)}")

    def to_dict(self) -> dict[str, Any]:
        """Return the class as plain values, in the form that vocabulary files have."""
        settings: dict[str, Any] = {"name": self.name}
        if self.synonyms[:1] != (self.name,):
            settings["words"] = list(self.synonyms)
        elif len(self.synonyms) > 1:
            settings["synonyms"] = list(self.synonyms[1:])
        settings |= {"color": hex_color(self.color), "value": self.value}
        if self.threshold is not None:
            settings["threshold"] = self.threshold
        if self.bias:
            settings["bias"] = self.bias
        if self.direction is not None:
            settings["direction"] = self.direction
        return settings


@dataclass(frozen=True)
class Vocabulary:
    """The classes of a map.

    Attributes:
        name: Name of the vocabulary.
        classes: At least one class; names, values and synonyms are each unique.
        templates: Name of a template set ("imagenet", "remote-sensing", …), sentences with a {}, or None for the
            model's templates.
        threshold: Score, 0–1, below which a pixel becomes `fallback`.
        fallback: Name of the class of pixels below their threshold; None leaves them unclassified.
        description: A sentence on its use.
        source: Source of classes and colours, e.g. a citation.
        logit_scale: Factor of cosines before the softmax; None for the model's.
        model: Name of the model whose features the directions of the classes are for; None without directions.
        model_sha256: Checksum of its weights and constants.
        adapted_to: Name of the scene that the words were adapted to; None if they were not.
        path: File that it was read from, which is not part of the vocabulary.

    Raises:
        VocabularyError: If there are no classes or too many, or two contradict each other.
    """

    name: Word
    classes: tuple[MapClass, ...]
    templates: TemplateSet | None = None
    threshold: Threshold = 0.0
    fallback: Word | None = None
    description: Text = ""
    source: Text = ""
    logit_scale: Annotated[float, Field(gt=0, le=1e4)] | None = None
    model: Word | None = None
    model_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    adapted_to: Word | None = None
    path: Path | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        check_fields(self, error=VocabularyError, source="the vocabulary", skip=("classes", "path"))
        object.__setattr__(self, "classes", tuple(self.classes))
        check_class_count(len(self.classes))
        self._check_values()
        self._check_words()
        if self.fallback is not None and fold(self.fallback) not in map(fold, self.names):
            raise VocabularyError(
                f"fallback is {self.fallback!r}{suggest(self.fallback, self.names)}, which is no class; there are "
                f"{', '.join(self.names[:20])}"
            )
        if any(item.direction for item in self.classes) and not (self.model and self.model_sha256):
            raise VocabularyError("classes have a 'direction', but 'model' or 'model_sha256' is missing; add them")

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
                f"the value 255 of {owners[255]!r} is for nodata; choose one in 1–{LARGEST_BYTE_VALUE}"
            )

    def _check_words(self) -> None:
        names: dict[str, str] = {}
        for item in self.classes:
            if fold(item.name) in names:
                raise VocabularyError(
                    f"the class {names[fold(item.name)]!r} is there twice (upper and lower case are the same); merge "
                    "them or rename one"
                )
            names[fold(item.name)] = item.name
        owners: dict[str, str] = {}
        for item in self.classes:
            for word in item.synonyms:
                if fold(word) in owners:
                    raise VocabularyError(
                        f"the word {word!r} belongs to two classes, {owners[fold(word)]!r} and {item.name!r}; keep it "
                        "in one of them"
                    )
                owners[fold(word)] = item.name
        if len(owners) > MAX_WORDS:
            raise VocabularyError(f"{len(owners)} words are more than the limit of {MAX_WORDS}")

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
        """Score thresholds of the classes, in order: of the class, else of the vocabulary."""
        return tuple(self.threshold if item.threshold is None else item.threshold for item in self.classes)

    @property
    def fallback_index(self) -> int | None:
        """Index of the class of pixels below their threshold, 0…K−1; None if they stay unclassified."""
        folded = [fold(name) for name in self.names]
        return None if self.fallback is None else folded.index(fold(self.fallback))

    @property
    def words(self) -> tuple[str, ...]:
        """All synonyms of all classes, in order."""
        return tuple(word for item in self.classes for word in item.synonyms)

    @property
    def queries(self) -> tuple[str, ...]:
        """All synonyms of all classes, in order; the name stands for a class without words."""
        return tuple(word for item in self.classes for word in item.synonyms or (item.name,))

    @property
    def query_class(self) -> tuple[int, ...]:
        """For each query the index of its class, 0…K−1."""
        return tuple(index for index, item in enumerate(self.classes) for _ in item.synonyms or (item.name,))

    @property
    def nodata(self) -> int:
        """Label value of pixels without data: 255, or 65535 if there are values above 254."""
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
        if self.fallback is not None:
            fields["fallback"] = self.fallback
        if self.logit_scale is not None:
            fields["logit_scale"] = self.logit_scale
        if self.model is not None:
            fields |= {"model": self.model, "model_sha256": self.model_sha256}
        if self.adapted_to is not None:
            fields["adapted_to"] = self.adapted_to
        fields["classes"] = [item.to_dict() for item in self.classes]
        return fields


def check_class_count(count: int) -> None:
    """Refuse a vocabulary without classes or with too many.

    Raises:
        VocabularyError: If there are none, or more than `MAX_CLASSES`.
    """
    if count == 0:
        raise VocabularyError('the vocabulary has no classes; give at least one, e.g. "water; forest; building"')
    if count > MAX_CLASSES:
        raise VocabularyError(f"{count} classes are more than the limit of {MAX_CLASSES}; give fewer")
