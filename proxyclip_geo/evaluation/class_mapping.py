"""Map the values of label rasters to classes, for the truth and for the prediction.

The classes are those of the prediction: of a vocabulary if given, else of the raster's CLASS_<value> tags. A value of
the truth is, in this order: ignored if it is in `ignore`; mapped by the mapping; ignored if there is a mapping without
it; the class of its name (or a synonym) if the truth has names; ignored if it is an unnamed 0; the class with the same
value.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from proxyclip_geo.errors import OptionError
from proxyclip_geo.validation import suggest
from proxyclip_geo.vocabulary import Vocabulary, hex_color
from proxyclip_geo.vocabulary.classes import fold

NO_CLASS = frozenset({"none", "other", "unclassified"})
"""Words for "none of the classes" in a mapping."""

_UNLABELLED = NO_CLASS | {"unlabelled", "unlabeled", "no data", "nodata", "no-data", "ignore", "void"}

Target = int | None
"""Index 1…K of a class, 0 for none of them, None for a value that is ignored."""


def parse_mapping(text: str) -> dict[int | str, int | str]:
    """Parse `1=building,2=water`: values, colours or names of the truth, and the class (or its value) of each.

    Args:
        text: Entries separated by `,` or `;`. The class may be "none": none of the classes.

    Raises:
        OptionError: If an entry has no `=`, or a blank side, or is there twice.

    >>> parse_mapping("1=building, 2=water, wood=forest, 9=none")
    {1: 'building', 2: 'water', 'wood': 'forest', 9: 'none'}
    """
    mapping: dict[int | str, int | str] = {}
    for entry in text.replace(";", ",").split(","):
        if not entry.strip():
            continue
        key, separator, target = (part.strip() for part in entry.partition("="))
        if not (key and separator and target):
            raise OptionError(
                f"the mapping entry {entry.strip()[:60]!r} is not of the form value=class, e.g. 1=building"
            )
        if _number(key) in mapping:
            raise OptionError(f"the mapping has {key!r} twice; keep one")
        mapping[_number(key)] = _number(target)
    if not mapping:
        raise OptionError("the mapping is empty; give entries such as 1=building,2=water, or no mapping")
    return mapping


_COLOR = re.compile("#[0-9a-fA-F]{6}")


def pack_keys(keys: Iterable[int | str]) -> tuple[int | str, ...]:
    """Return keys of a mapping with a number for each colour, as truth in colours has them.

    >>> pack_keys(["#0001ff", "water", 3])
    (511, 'water', 3)
    """
    return tuple(int(key[1:], 16) if isinstance(key, str) and _COLOR.fullmatch(key) else key for key in keys)


def color_mapping(vocabulary: Vocabulary) -> dict[int | str, int | str]:
    """Return the mapping from the colours of classes to their names."""
    return {hex_color(item.color): item.name for item in vocabulary.classes}


def mapped_values(mapping: Mapping[int | str, int | str]) -> list[int]:
    """Return the label values of the truth that a mapping names."""
    return [key for key in mapping if isinstance(key, int)]


def _number(text: str) -> int | str:
    return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else text


@dataclass(frozen=True)
class Legend:
    """The classes of a prediction by value and by word.

    Attributes:
        names: Names of the classes, in order.
        by_value: Index 1…K of the class of a stored value; 0 for unclassified.
        by_word: Index 1…K of the class of a name or synonym, in lower case.
    """

    names: tuple[str, ...]
    by_value: Mapping[int, int]
    by_word: Mapping[str, int]

    @classmethod
    def of(cls, classes: Mapping[int, str], vocabulary: Vocabulary | None) -> "Legend":
        """Return the legend of a vocabulary, or else of the names of a raster's values."""
        if vocabulary is not None:
            words = {fold(word): index for index, word in _numbered(vocabulary)}
            values = {item.value: index for index, item in enumerate(vocabulary.classes, start=1)}
            return cls(vocabulary.names, values | {0: 0}, words)
        names: dict[str, str] = {}
        for value, name in classes.items():
            if value != 0:
                names.setdefault(fold(name), name)
        order = {word: index for index, word in enumerate(names, start=1)}
        values = {value: order[fold(name)] for value, name in classes.items() if value != 0}
        return cls(tuple(names.values()), values | {0: 0}, order)

    def extend(self, values: Iterable[int]) -> "Legend":
        """Return a legend with a class for each value that has none, named after the value."""
        new = [value for value in sorted(values) if value not in self.by_value]
        grown = self
        for value in new:
            grown = grown.add(f"value {value}", value)
        return grown

    def add(self, name: str, value: int | None = None) -> "Legend":
        """Return a legend with one more class."""
        index = len(self.names) + 1
        by_value = self.by_value if value is None else {**self.by_value, value: index}
        return Legend((*self.names, name), by_value, {**self.by_word, fold(name): index})

    def find(self, target: int | str) -> int:
        """Return the index of the class with a name, synonym or value; 0 for the words in `NO_CLASS` and the value 0.

        Raises:
            OptionError: If there is none.
        """
        if isinstance(target, int):
            if target in self.by_value:
                return self.by_value[target]
            values = ", ".join(str(value) for value in sorted(self.by_value))
            raise OptionError(f"the labels have no class with the value {target}; there are {values}")
        word = fold(target.strip())
        if word in self.by_word:
            return self.by_word[word]
        if word in NO_CLASS:
            return 0
        raise OptionError(
            f"the labels have no class {target!r}{suggest(target, self.names)}; there are "
            f"{', '.join(self.names) or 'no named classes: give a vocabulary'}"
        )


def _numbered(vocabulary: Vocabulary) -> Iterable[tuple[int, str]]:
    """Yield each word with the index of its class; names come last, so they take precedence over synonyms."""
    yield from ((index + 1, word) for index, word in zip(vocabulary.query_class, vocabulary.queries, strict=True))
    yield from enumerate(vocabulary.names, start=1)


@dataclass(frozen=True)
class TruthRules:
    """How values of the truth become classes; see the module.

    Attributes:
        names: Names that the truth gives its values.
        mapping: Values or names of the truth, and the classes they stand for; empty for none.
        ignore: Values or names of the truth to ignore.
    """

    names: Mapping[int, str] = field(default_factory=dict)
    mapping: Mapping[int | str, int | str] = field(default_factory=dict)
    ignore: Collection[int | str] = ()

    def check(self, legend: Legend) -> None:
        """Check the rules before any pixel is read.

        Raises:
            OptionError: If the mapping or `ignore` has unknown values or classes, or truth and labels share no class.
        """
        # Labels without names get classes from the values that occur.
        for target in self.mapping.values() if legend.names else ():
            legend.find(target)
        known = {fold(name) for name in self.names.values()}
        for key in (*self.mapping, *self.ignore):
            if isinstance(key, str) and fold(key) not in known:
                listed = ", ".join(self.names.values()) or "no names: give values"
                raise OptionError(
                    f"the truth has no class {key!r}{suggest(key, self.names.values())}; there are {listed}"
                )
        if self.names and legend.names and not self.mapping:
            words = [fold(name) for value, name in self.names.items() if not self._is_ignored(value)]
            if not any(word in legend.by_word for word in words):
                raise OptionError(
                    f"labels and truth have no class in common: {', '.join(legend.names)} against "
                    f'{", ".join(self.names.values())}; give a mapping, e.g. mapping="{self._example(legend)}"'
                )

    def _example(self, legend: Legend) -> str:
        return f"{next(iter(self.names))}={legend.names[0]}"

    def _is_ignored(self, value: int) -> bool:
        folded = {fold(word) for word in self.ignore if isinstance(word, str)}
        return value in self.ignore or (value in self.names and fold(self.names[value]) in folded)

    def resolve(self, value: int, legend: Legend) -> tuple[Target, Legend]:
        """Return the class of a value of the truth, and the legend, extended if only the truth has the class."""
        name = self.names.get(value)
        if self._is_ignored(value):
            return None, legend
        if self.mapping:
            words = {fold(key): target for key, target in self.mapping.items() if isinstance(key, str)}
            target = self.mapping.get(value, words.get(fold(name)) if name else None)
            return (None if target is None else legend.find(target)), legend
        if value == 0 and (name is None or fold(name) in _UNLABELLED):
            return None, legend
        if name is not None:
            if fold(name) not in legend.by_word:
                legend = legend.add(name)
            return legend.by_word[fold(name)], legend
        if not self.names and value in legend.by_value:
            return legend.by_value[value], legend
        name = f"value {value} of the truth"
        if fold(name) not in legend.by_word:
            legend = legend.add(name)
        return legend.by_word[fold(name)], legend
