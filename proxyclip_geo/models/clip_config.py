"""The open_clip config of a model: architecture, activation, pixel statistics."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from pydantic import Field

from proxyclip_geo.data_files import parse_json, read_text
from proxyclip_geo.errors import ModelError
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.towers import OPENAI_MEAN, OPENAI_STD, ClipCard, Statistics
from proxyclip_geo.validation import PARTIAL, validate

MAX_LAYER_WEIGHTS = 400_000_000
"""Limit of layers × width², about a twelfth of the weights of a tower."""


def require_clip(card: ModelCard) -> ClipCard:
    """Return the CLIP of a card whose kind has one."""
    assert card.clip, f"a model of kind {card.kind} has no CLIP"
    return card.clip


def find_open_clip_tag(card: ModelCard) -> dict[str, Any]:
    """Return open_clip's record of the pretrained weights that a card names.

    Raises:
        ModelError: If open_clip has no such weights.
    """
    import open_clip

    clip = require_clip(card)
    tag = open_clip.get_pretrained_cfg(clip.architecture or "", clip.pretrained or "")
    if not tag:
        known = open_clip.list_pretrained_tags_by_model(clip.architecture or "")
        raise ModelError(
            f"model '{card.name}': open_clip has no weights '{clip.pretrained}' for '{clip.architecture}'; "
            f"known: {', '.join(known) or 'none'}"
        )
    return dict(tag)


def read_clip_config(card: ModelCard) -> dict[str, Any]:
    """Return the open_clip config of a card with its activation function.

    Weights work only with the activation they were trained with, and a state dict does not name it. The card, the
    config or open_clip must, and they must agree.

    Raises:
        ModelError: If the architecture or config is unknown, or the activation is not stated or contradicted.
    """
    clip = require_clip(card)
    if clip.config is not None:
        config = _read_config_file(card, card.directory / clip.config)
    else:
        import open_clip

        found = open_clip.get_model_config(clip.architecture or "")
        if found is None:
            raise ModelError(f"model '{card.name}': open_clip has no architecture '{clip.architecture}'")
        config = copy.deepcopy(found)
    if config.get("text_cfg", {}).get("hf_model_name") or config.get("vision_cfg", {}).get("timm_model_name"):
        raise ModelError(f"model '{card.name}': only CLIPs with open_clip's own text and image towers are supported")
    return {**config, "quick_gelu": _find_activation(card, config)}


_Number: TypeAlias = Annotated[int, Field(ge=1, le=1_000_000)]


@dataclass(frozen=True)
class _Tower:
    """The sizes of a tower, of which open_clip makes weights before anything else is checked."""

    __pydantic_config__ = PARTIAL

    layers: Annotated[int, Field(ge=1, le=200)] = 1
    width: Annotated[int, Field(ge=1, le=8192)] = 1
    heads: _Number = 1
    head_width: _Number = 64
    patch_size: _Number = 16
    image_size: _Number = 224
    context_length: _Number = 77
    vocab_size: _Number = 49408

    def __post_init__(self) -> None:
        if self.layers * self.width**2 > MAX_LAYER_WEIGHTS:
            raise ValueError(f"{self.layers} layers of width {self.width} are more than the limit")


@dataclass(frozen=True)
class _ClipConfig:
    """An open_clip config; open_clip itself checks the other entries."""

    __pydantic_config__ = PARTIAL

    embed_dim: Annotated[int, Field(ge=1, le=8192)]
    vision_cfg: _Tower
    text_cfg: _Tower
    quick_gelu: bool = False


def _read_config_file(card: ModelCard, path: Path) -> dict[str, Any]:
    source = f"model '{card.name}': the CLIP config {path}"
    values = parse_json(read_text(path, error=ModelError, source=source), error=ModelError, source=source)
    config = values.get("model_cfg", values) if isinstance(values, dict) else values
    validate(_ClipConfig, config, error=ModelError, source=source)
    return dict(config)


def _find_activation(card: ModelCard, config: Mapping[str, Any]) -> bool:
    clip = require_clip(card)
    built = bool(config.get("quick_gelu", False))
    stated = {}
    if clip.quick_gelu is not None:
        stated["the card"] = clip.quick_gelu
    if clip.config is not None and "quick_gelu" in config:
        stated["the config"] = built
    if clip.pretrained and not (clip.weights or clip.hub):
        stated[f"the weights '{clip.pretrained}'"] = bool(find_open_clip_tag(card).get("quick_gelu", False))
        stated[f"the architecture '{clip.architecture}'"] = built
    if not stated:
        raise ModelError(
            f"model '{card.name}': nothing says which activation the CLIP weights were trained with; set quick_gelu = "
            "true (OpenAI's weights and what was fine-tuned from them) or false in [clip]"
        )
    if len(set(stated.values())) > 1:
        statements = ", ".join(f"{who} says {'QuickGELU' if quick else 'GELU'}" for who, quick in stated.items())
        raise ModelError(
            f"model '{card.name}': the CLIP activation is contradicted: {statements}; with OpenAI's weights the "
            "architecture's name ends in -quickgelu"
        )
    return next(iter(stated.values()))


def find_clip_statistics(card: ModelCard) -> Statistics:
    """Return the mean and standard deviation that a card's CLIP normalises pixels with."""
    clip = require_clip(card)
    tag = find_open_clip_tag(card) if clip.pretrained and clip.architecture else {}
    return (clip.mean or tag.get("mean") or OPENAI_MEAN, clip.std or tag.get("std") or OPENAI_STD)
