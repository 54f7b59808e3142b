"""The text encoder: templates filled with words, encoded by CLIP's text tower and averaged."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from open_clip import OPENAI_IMAGENET_TEMPLATES
from torch import Tensor
from torch.nn import functional

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
        return tuple(template("{}") for template in OPENAI_IMAGENET_TEMPLATES)
    return load_templates(checked)


QUICK = 2_000
"""Prompts that are encoded in a moment, without progress."""

MAX_CACHED = 10_000
"""Number of cached queries: 20 MB of 512 numbers each."""


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


class TextEncoder:
    """The text encoder of a model."""

    def __init__(
        self,
        clip: Any,
        tokenizer: Any,
        *,
        templates: Templates = "imagenet",
        known: Sequence[str] = (),
        min_similarity: float = 0.0,
    ) -> None:
        """Wrap a CLIP.

        Args:
            clip: open_clip model; its image tower is not used.
            tokenizer: Turns a list of strings into (n, context) token ids.
            templates: Default templates, see `resolve_templates`.
            known: Words that the model was trained with; empty for models of an open vocabulary.
            min_similarity: Cosine to the nearest known word below which a word is far.
        """
        self._clip = clip
        self._tokenizer = tokenizer
        self.templates = resolve_templates(templates)
        self.known = tuple(known)
        self.min_similarity = min_similarity
        self._cache: dict[tuple[str, tuple[str, ...]], Tensor] = {}

    @torch.inference_mode()
    def encode(
        self,
        words: Sequence[str],
        *,
        templates: Templates | None = None,
        batch: int = 256,
        progress: Progress = no_progress,
    ) -> Tensor:
        """Encode words.

        Each template is filled in, encoded and normalised; their mean is normalised again. Queries are cached.

        Args:
            words: Q words or phrases.
            templates: Templates in place of the model's.
            batch: Prompts per run of the text tower.
            progress: Called after each batch, if there are more than `QUICK` prompts.

        Returns:
            (Q, D) float32 queries of unit length, on the CPU.
        """
        prompts = self.templates if templates is None else resolve_templates(templates)
        missing = [word for word in dict.fromkeys(words) if (word, prompts) not in self._cache]
        if missing:
            if len(self._cache) > MAX_CACHED:
                self._cache.clear()
                missing = list(dict.fromkeys(words))
            found = self._encode(missing, prompts, batch=batch, progress=progress)
            self._cache.update({(word, prompts): query for word, query in zip(missing, found, strict=True)})
        return torch.stack([self._cache[word, prompts] for word in words])

    def _encode(self, words: Sequence[str], prompts: Sequence[str], *, batch: int, progress: Progress) -> Tensor:
        """Return (Q, D) queries."""
        filled = [prompt.replace("{}", word) for word in words for prompt in prompts]
        device = self._clip.positional_embedding.device
        parts = []
        for start in range(0, len(filled), batch):
            tokens = self._tokenizer(filled[start : start + batch]).to(device)
            parts.append(functional.normalize(self._clip.encode_text(tokens).float(), dim=-1))
            if len(filled) > QUICK:
                progress(ProgressEvent("words", min(start + batch, len(filled)), len(filled), "prompts"))
        queries = torch.cat(parts).reshape(len(words), len(prompts), -1).mean(dim=1)
        return functional.normalize(queries, dim=-1).cpu()

    def far_words(self, words: Sequence[str]) -> tuple[FarWord, ...]:
        """Return the words that are far from all words that the model was trained with, in their order."""
        if not self.known or not words:
            return ()
        cosines = self.encode(words) @ self.encode(self.known).T
        best, index = cosines.max(dim=1)
        return tuple(
            FarWord(word, self.known[int(at)], float(value))
            for word, value, at in zip(words, best, index, strict=True)
            if value < self.min_similarity
        )
