"""The text encoder: templates filled with words, encoded by a text tower and averaged."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from proxyclip_geo.errors import ProxyClipGeoError
from proxyclip_geo.models.query_store import QueryStore
from proxyclip_geo.progress import Progress, ProgressEvent, no_progress
from proxyclip_geo.vocabulary.templates import ENCODER_TEMPLATES, check_templates, load_templates

Templates = str | Sequence[str]
"""The name of a template set, or sentences with a {} for the word."""


def resolve_templates(templates: Templates) -> tuple[str, ...]:
    """Return sentences with a {} each.

    Args:
        templates: "imagenet" (the 80 prompts of OpenAI's CLIP), another set's name, or the sentences themselves.

    Raises:
        VocabularyError: If the set is unknown, or a sentence has no {}.
    """
    checked = check_templates(templates)
    if not isinstance(checked, str):
        return checked
    if checked in ENCODER_TEMPLATES:
        from open_clip import OPENAI_IMAGENET_TEMPLATES

        return tuple(template("{}") for template in OPENAI_IMAGENET_TEMPLATES)
    return load_templates(checked)


QUICK = 2_000
"""Prompts that are encoded in a moment, without progress."""

MAX_CACHED = 10_000
"""Number of queries in memory: 20 MB of 512 numbers each."""

BATCH = 64
"""Prompts per run of the text tower, at least: as many words as give them."""


@dataclass(frozen=True)
class FarWord:
    """A word that is far from all words that a model was trained with.

    Attributes:
        word: The word.
        nearest: The nearest known word.
        similarity: Cosine to it.
    """

    word: str
    nearest: str
    similarity: float


@dataclass(frozen=True)
class TextTower:
    """A text tower, loaded.

    Attributes:
        model: open_clip model, whose image tower is not used, or another module with a method `encode_text`.
        tokenizer: Turns a list of strings into (n, context) token ids.
        word_map: Maps the mean features of prompts (Q, D) into another space. The features are then averaged as they
            are, as the authors of Talk2DINO do.
    """

    model: Any
    tokenizer: Any
    word_map: nn.Module | None = None

    @torch.inference_mode()
    def encode(self, prompts: Sequence[str]) -> Tensor:
        """Return (n, D) features of n prompts, on the device of the tower; of unit length if they are not mapped."""
        tokens = self.tokenizer(list(prompts)).to(next(self.model.parameters()).device)
        features: Tensor = self.model.encode_text(tokens).float()
        return functional.normalize(features, dim=-1) if self.word_map is None else features

    @torch.inference_mode()
    def average(self, features: Tensor) -> Tensor:
        """Return (Q, D) queries of unit length of the features (Q, templates, D) of prompts."""
        mean = features.mean(dim=1)
        return functional.normalize(mean if self.word_map is None else self.word_map(mean), dim=-1)


class TextEncoder:
    """The text encoder of a model. Its tower is loaded when a word is encoded that is in no cache."""

    def __init__(
        self,
        load: Callable[[], TextTower],
        *,
        templates: Templates = "imagenet",
        known: Sequence[str] = (),
        min_similarity: float = 0.0,
        store: QueryStore | None = None,
    ) -> None:
        """Describe a text encoder.

        Args:
            load: Returns the text tower; called once at most.
            templates: Default templates, see `resolve_templates`.
            known: Words that the model was trained with; empty for models of an open vocabulary.
            min_similarity: Cosine to the nearest known word below which a word is far.
            store: Queries on disk; None for a cache in memory only.
        """
        self._load, self._lock = load, threading.Lock()
        self._tower: TextTower | None = None
        self.templates = check_templates(templates)
        self.known = tuple(known)
        self.min_similarity = min_similarity
        self._store = store
        self._cache: dict[tuple[str, tuple[str, ...]], Tensor] = {}

    @property
    def tower(self) -> TextTower:
        """The text tower, loaded on first use, once for all threads.

        Raises:
            WeightsError: If its weights are missing, damaged or of another model.
        """
        with self._lock:
            if self._tower is None:
                self._tower = self._load()
            return self._tower

    @property
    def is_loaded(self) -> bool:
        """Whether the tower is loaded, so that any word is encoded at once."""
        return self._tower is not None

    def preload(self) -> None:
        """Load the tower for words to come; an error is raised when a word needs it."""
        with suppress(ProxyClipGeoError):
            _ = self.tower

    def encode(
        self, words: Sequence[str], *, templates: Templates | None = None, progress: Progress = no_progress
    ) -> Tensor:
        """Encode words.

        Each template is filled in, encoded and normalised; their mean is normalised again. A query does not depend on
        the other words. Queries are cached in memory and on disk.

        Args:
            words: Q words or phrases.
            templates: Templates in place of the model's.
            progress: Called after each run of the text tower, if there are more than `QUICK` prompts.

        Returns:
            (Q, D) float32 queries of unit length, on the CPU.
        """
        chosen = self.templates if templates is None else check_templates(templates)
        # The sentences of "imagenet" are known by their name: open_clip, which has them, takes a second to import.
        key = (chosen,) if chosen in ENCODER_TEMPLATES else resolve_templates(chosen)
        missing = [word for word in dict.fromkeys(words) if (word, key) not in self._cache]
        if len(self._cache) > MAX_CACHED and missing:
            self._cache.clear()
            missing = list(dict.fromkeys(words))
        stored = self._store.read(missing, key) if self._store and missing else {}
        missing = [word for word in missing if word not in stored]
        self._cache.update({(word, key): query for word, query in stored.items()})
        if missing:
            found = dict(zip(missing, self._encode(missing, resolve_templates(chosen), progress=progress), strict=True))
            self._cache.update({(word, key): query for word, query in found.items()})
            if self._store:
                self._store.write(found, key)
        return torch.stack([self._cache[word, key] for word in words])

    def _encode(self, words: Sequence[str], prompts: Sequence[str], *, progress: Progress) -> Tensor:
        """Return (Q, D) queries. Each run is of the same shape, on which rounding depends."""
        group = -(-BATCH // len(prompts))
        total, parts = len(words) * len(prompts), []
        for start in range(0, len(words), group):
            chunk = words[start : start + group]
            padded = [*chunk, *[chunk[-1]] * (group - len(chunk))]
            features = self.tower.encode([prompt.replace("{}", word) for word in padded for prompt in prompts])
            queries = self.tower.average(features.reshape(group, len(prompts), -1))
            parts.append(queries[: len(chunk)].cpu())
            if total > QUICK:
                progress(ProgressEvent("words", (start + len(chunk)) * len(prompts), total, "prompts"))
        return torch.cat(parts)

    def far_words(self, words: Sequence[str], *, progress: Progress = no_progress) -> tuple[FarWord, ...]:
        """Return the words that are far from all words that the model was trained with, in their order.

        Args:
            words: The words.
            progress: As for `encode`.
        """
        if not self.known or not words:
            return ()
        cosines = self.encode(words, progress=progress) @ self.encode(self.known).T
        best, index = cosines.max(dim=1)
        return tuple(
            FarWord(word, self.known[int(at)], float(value))
            for word, value, at in zip(words, best, index, strict=True)
            if value < self.min_similarity
        )
