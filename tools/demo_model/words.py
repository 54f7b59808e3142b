"""Training words and held-out words of the demo model."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Words:
    """Lists of words, see words.toml.

    Attributes:
        train: Concept → synonyms; the concepts are in the order of the scenes' labels.
        parents: (classes, words) pairs.
        held_out: Concept → synonyms never seen in training.
        far: Words that are not about land cover.
        dubai: Class of dubai_hitl → words, in label order.
        templates: "card" and "other" → prompts.
    """

    train: dict[str, list[str]]
    parents: list[tuple[list[str], list[str]]]
    held_out: dict[str, list[str]]
    far: list[str]
    dubai: dict[str, list[str]]
    templates: dict[str, list[str]]

    @property
    def known(self) -> list[str]:
        """Every word that the model is trained to know as land cover."""
        lists = [*self.train.values(), *(words for _, words in self.parents), *self.dubai.values()]
        return list(dict.fromkeys(word for words in lists for word in words))

    def is_held_out(self, text: str) -> bool:
        """Whether a text contains a held-out word or phrase, or its plural."""
        padded = f" {text.lower()} "
        held = [*(word for words in self.held_out.values() for word in words), *self.far]
        return any(f" {form} " in padded for word in held for form in _forms(word))


def _forms(word: str) -> tuple[str, ...]:
    return word, f"{word}s", f"{word}es", word.removesuffix("s"), f"{word[:-1]}ies"


def load_words() -> Words:
    """Read words.toml.

    Raises:
        ValueError: If a held-out word appears in a training list.
    """
    data = tomllib.loads((HERE / "words.toml").read_text("utf-8"))
    parents = [(parent["classes"], parent["words"]) for parent in data["parents"].values()]
    words = Words(data["train"], parents, data["held_out"], data["far"]["words"], data["dubai"], data["templates"])
    leaked = [word for word in words.known if words.is_held_out(word)]
    if leaked:
        raise ValueError(f"held-out words in the training lists of words.toml: {', '.join(leaked)}")
    return words
