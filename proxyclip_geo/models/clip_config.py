"""The open_clip config of a model: architecture, activation, pixel statistics."""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import open_clip

from proxyclip_geo.data_files import parse_json, read_text
from proxyclip_geo.errors import ModelError
from proxyclip_geo.models.card import OPENAI_MEAN, OPENAI_STD, ModelCard, Statistics
from proxyclip_geo.validation import describe


def find_open_clip_tag(card: ModelCard) -> dict[str, Any]:
    """Return open_clip's record of the pretrained weights that a card names.

    Raises:
        ModelError: If open_clip has no such weights.
    """
    clip = card.clip
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
    clip = card.clip
    if clip.config is not None:
        config = _read_config_file(card, card.directory / clip.config)
    else:
        found = open_clip.get_model_config(clip.architecture or "")
        if found is None:
            raise ModelError(f"model '{card.name}': open_clip has no architecture '{clip.architecture}'")
        config = copy.deepcopy(found)
    if config.get("text_cfg", {}).get("hf_model_name") or config.get("vision_cfg", {}).get("timm_model_name"):
        raise ModelError(f"model '{card.name}': only CLIPs with open_clip's own text and image towers are supported")
    return {**config, "quick_gelu": _find_activation(card, config)}


def _read_config_file(card: ModelCard, path: Path) -> dict[str, Any]:
    source = f"model '{card.name}': the CLIP config {path}"
    config = parse_json(read_text(path, error=ModelError, source=source), error=ModelError, source=source)
    config = config.get("model_cfg", config) if isinstance(config, dict) else config
    for name in (None, "text_cfg", "vision_cfg"):
        part = config if name is None else config.get(name)
        if not isinstance(part, dict):
            raise ModelError(f"{source} needs {name or 'a table'} as a table, not {describe(part)}")
    return dict(config)


def _find_activation(card: ModelCard, config: Mapping[str, Any]) -> bool:
    clip = card.clip
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
    tag = find_open_clip_tag(card) if card.clip.pretrained and card.clip.architecture else {}
    return (card.clip.mean or tag.get("mean") or OPENAI_MEAN, card.clip.std or tag.get("std") or OPENAI_STD)
