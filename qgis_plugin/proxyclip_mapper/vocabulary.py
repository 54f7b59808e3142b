"""The vocabulary of the panel: rows of a table, and its form in requests."""

from dataclasses import dataclass, field, replace
from typing import Optional

PALETTE = (
    "#3b7dd8", "#1b6b2f", "#a5d46a", "#f0cf65", "#c1956a", "#6b6b70",
    "#d5362b", "#8e5bd0", "#2ab7a9", "#e07fb0", "#7a3b12", "#b8c400",
)  # fmt: skip
LARGEST_VALUE = 254


@dataclass(frozen=True)
class Row:
    """A class.

    Attributes:
        name: Name of the class.
        words: Words for the model; usually the name and its synonyms. Without words, it is learned from examples alone.
        color: As #rrggbb.
        value: Label value.
        threshold: Minimum score; None for that of the map.
        bias: Added to its logits.
        direction: What was learned from examples, as text; None without.
        enabled: Whether it is used.
    """

    name: str
    words: tuple = ()
    color: str = PALETTE[0]
    value: int = 1
    threshold: Optional[float] = None
    bias: float = 0.0
    direction: Optional[str] = None
    enabled: bool = True

    def renamed(self, name):
        """Return the class with another name, which also replaces the old name among its words."""
        words = tuple(name if word == self.name else word for word in self.words)
        return replace(self, name=name, words=words)


@dataclass(frozen=True)
class Words:
    """The classes of a map and their common options.

    Attributes:
        name: Name of the vocabulary.
        rows: The classes.
        threshold: Minimum score; pixels below become the class `fallback` in `extra`, or stay unclassified.
        extra: Other entries of the vocabulary (templates, description, …), saved unchanged.
    """

    name: str = "classes"
    rows: tuple = ()
    threshold: float = 0.0
    extra: dict = field(default_factory=dict)

    def to_request(self, only_enabled=True):
        """Return the vocabulary for requests and vocabulary files."""
        classes = []
        for row in self.rows:
            if only_enabled and not row.enabled:
                continue
            entry = {"name": row.name, "words": list(row.words), "color": row.color, "value": row.value}
            if row.threshold is not None:
                entry["threshold"] = row.threshold
            if row.bias:
                entry["bias"] = row.bias
            if row.direction:
                entry["direction"] = row.direction
            classes.append(entry)
        extra = dict(self.extra)
        if (extra.get("fallback") or "").casefold() not in [entry["name"].casefold() for entry in classes]:
            # Its class was renamed, deleted or is not used.
            extra.pop("fallback", None)
        return {**extra, "name": self.name, "threshold": self.threshold, "classes": classes}

    @property
    def enabled(self):
        """The classes that are used."""
        return [row for row in self.rows if row.enabled]


def from_vocabulary(content):
    """Return the rows of a vocabulary from the worker."""
    rows = []
    for entry in content["classes"]:
        words = entry.get("words", [entry["name"], *entry.get("synonyms", [])])
        rows.append(
            Row(
                entry["name"],
                tuple(words),
                entry["color"],
                int(entry["value"]),
                entry.get("threshold"),
                float(entry.get("bias", 0.0)),
                entry.get("direction"),
            )
        )
    known = ("name", "threshold", "classes")
    extra = {key: value for key, value in content.items() if key not in known}
    return Words(content["name"], tuple(rows), float(content.get("threshold", 0.0)), extra)


def new_row(rows, name):
    """Return a class with an unused colour and an unused value."""
    taken = {row.value for row in rows}
    value = next(number for number in range(1, LARGEST_VALUE + 2) if number not in taken)
    used = {row.color for row in rows}
    color = next((color for color in PALETTE if color not in used), PALETTE[len(rows) % len(PALETTE)])
    return Row(name, (name,), color, value)


def split_words(text):
    """Return the words in a cell, separated by commas or semicolons, without repetitions."""
    words = [" ".join(word.split()) for word in text.replace(";", ",").split(",")]
    return tuple(dict.fromkeys(word for word in words if word))
