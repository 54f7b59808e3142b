"""Kinds of models: how the image encoder and the text encoder of a card are loaded."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from proxyclip_geo.data_files import read_text
from proxyclip_geo.errors import ModelError
from proxyclip_geo.models.card import Kind, ModelCard
from proxyclip_geo.models.clip_config import find_clip_statistics, read_clip_config
from proxyclip_geo.models.encoder import ProxyClipEncoder, TorchEncoder
from proxyclip_geo.models.ensemble import EnsembleEncoder, EnsembleTextEncoder
from proxyclip_geo.models.load_towers import load_clip, load_convolutional, load_vfm
from proxyclip_geo.models.patch_encoder import HeadedEncoder, LastValuesEncoder, TextHead, VitEncoder
from proxyclip_geo.models.query_store import QueryStore
from proxyclip_geo.models.registry import find_members
from proxyclip_geo.models.state_dict import load_into, load_state_dict, rename
from proxyclip_geo.models.text_encoder import TextEncoder, TextTower
from proxyclip_geo.models.text_models import (
    build_dinotxt_text,
    build_tips_text,
    build_word_map,
    count_blocks,
    read_tokenizer,
    require,
)
from proxyclip_geo.models.towers import VfmCard
from proxyclip_geo.models.weights import find_text_model_weights, find_text_weights, find_tokenizer


@dataclass(frozen=True)
class Loaders:
    """How the two sides of a model are loaded.

    Attributes:
        image: Loads the image encoder of a card, from its CLIP with the image tower, or None if it has no CLIP.
        text: Loads the text tower of a card, from its CLIP, or None.
    """

    image: Callable[[ModelCard, Any], TorchEncoder]
    text: Callable[[ModelCard, Any], TextTower]


def load_image(card: ModelCard, clip: Any = None) -> TorchEncoder:
    """Load the image encoder of a card.

    Args:
        card: The model.
        clip: Its CLIP with the image tower, if it has one.
    """
    return KINDS[card.kind].image(card, clip)


def load_text(card: ModelCard, clip: Any = None, *, checksums: Mapping[str, str] | None = None) -> TextEncoder:
    """Return the text encoder of a model. Its weights are loaded when a word is not cached.

    Args:
        card: The model.
        clip: Its CLIP, if it is already loaded.
        checksums: sha256 of the weights by tower, if they are known.

    Raises:
        WeightsError: If the weights are missing or damaged.
    """
    if card.members:
        weights = [member.weight for member in card.members]
        return EnsembleTextEncoder([load_text(member) for member in find_members(card)], weights)

    def load() -> TextTower:
        own = load_clip(card, image_tower=False) if clip is None and card.clip else clip
        return KINDS[card.kind].text(card, own)

    known: tuple[str, ...] = ()
    if card.text.known:
        path = card.directory / card.text.known
        lines = read_text(path, error=ModelError, source=f"model '{card.name}': the list of known words {path}")
        known = tuple(line.strip() for line in lines.splitlines() if line.strip())
    found = checksums or {}
    towers = {tower: found.get(tower) or weights.verify()[1] for tower, weights in find_text_weights(card).items()}
    device = "cpu" if clip is None else next(clip.parameters()).device
    return TextEncoder(
        load,
        templates=card.text.templates,
        known=known,
        min_similarity=card.text.min_similarity,
        store=QueryStore.of(_identify_text(card, towers, torch.device(device))),
    )


def _identify_text(card: ModelCard, checksums: Mapping[str, str], device: torch.device) -> str:
    """Return all that queries depend on beside words and templates."""
    clip = card.clip
    config = (
        clip and clip.config and read_text(card.directory / clip.config, error=ModelError, source="the CLIP config")
    )
    unit = torch.cuda.get_device_name(device) if device.type == "cuda" else torch.backends.cpu.get_cpu_capability()
    versions = [version(name) for name in ("proxyclip_geo", "torch", "open_clip_torch")]
    constants = [card.kind, dict(checksums), clip and asdict(clip), config, str(device.type), unit, versions]
    return json.dumps(constants, sort_keys=True)


def find_vfm_scale(card: ModelCard, vfm: VfmCard) -> Fraction:
    """Return the factor by which windows are resized for the VFM."""
    return Fraction(vfm.input_size or card.window.size, card.window.size)


def _load_proxy_clip(card: ModelCard, clip: Any) -> TorchEncoder:
    assert card.vfm
    return ProxyClipEncoder(
        clip.visual,
        load_vfm(card, card.vfm),
        beta=card.proxy.beta,
        gamma=card.proxy.gamma,
        clip_statistics=find_clip_statistics(card),
        vfm_statistics=(card.vfm.mean, card.vfm.std),
        vfm_scale=find_vfm_scale(card, card.vfm),
        name=card.name,
    )


def _load_convolutional(card: ModelCard, _: Any) -> TorchEncoder:
    assert card.cnn
    return load_convolutional(card, card.cnn)


def _tokenize(card: ModelCard) -> Any:
    import open_clip

    context = int(read_clip_config(card).get("text_cfg", {}).get("context_length", 77)) if card.clip else 77
    return open_clip.tokenizer.SimpleTokenizer(context_length=context)


def _load_clip_text(card: ModelCard, clip: Any) -> TextTower:
    return TextTower(clip, _tokenize(card))


def _read_text_model(card: ModelCard) -> tuple[dict[str, Tensor], Path]:
    assert card.text_model
    path, _ = find_text_model_weights(card, card.text_model).verify()
    return load_state_dict(path), path


def _load_tips(card: ModelCard, _: Any) -> TorchEncoder:
    assert card.vfm
    return LastValuesEncoder(load_vfm(card, card.vfm), statistics=(card.vfm.mean, card.vfm.std))


def _load_tips_text(card: ModelCard, _: Any) -> TextTower:
    assert card.text_model
    state, path = _read_text_model(card)
    tokenizer, _ = find_tokenizer(card, card.text_model).verify()
    return TextTower(build_tips_text(state, source=path), read_tokenizer(tokenizer))


def build_text_head(state: dict[str, Tensor], *, source: Path) -> TextHead:
    """Build the head of dino.txt from the entries `visual_model.head.…` of its state dict.

    Raises:
        WeightsError: If entries are missing, unexpected or of another shape.
    """
    prefix = "visual_model.head."
    used = {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}
    used = rename(used, {".mlp.w1.": ".mlp.fc1_g.", ".mlp.w2.": ".mlp.fc1_x.", ".mlp.w3.": ".mlp.fc2."})
    hidden = require(used, "blocks.0.mlp.fc1_g.weight", source=source)
    with torch.device(hidden.device):
        head = TextHead(
            hidden.shape[1],
            len(hidden),
            depth=count_blocks(used, "blocks."),
            qkv_bias="blocks.0.attn.qkv.bias" in used,
        )
    load_into(head, used, source=source)
    return head


def _load_dinotxt(card: ModelCard, _: Any) -> TorchEncoder:
    assert card.vfm
    state, path = _read_text_model(card)
    head = build_text_head(state, source=path)
    return HeadedEncoder(load_vfm(card, card.vfm), head, statistics=(card.vfm.mean, card.vfm.std))


def _load_dinotxt_text(card: ModelCard, _: Any) -> TextTower:
    state, path = _read_text_model(card)
    return TextTower(build_dinotxt_text(state, source=path), _tokenize(card))


def _load_talk2dino(card: ModelCard, _: Any) -> TorchEncoder:
    assert card.vfm
    return VitEncoder(load_vfm(card, card.vfm), statistics=(card.vfm.mean, card.vfm.std))


def _load_talk2dino_text(card: ModelCard, clip: Any) -> TextTower:
    state, path = _read_text_model(card)
    word_map = build_word_map(state, source=path).to(next(clip.parameters()).device)
    return TextTower(clip, _tokenize(card), word_map)


def _load_ensemble(card: ModelCard, _: Any) -> TorchEncoder:
    members = find_members(card)
    encoders = [load_image(one, load_clip(one) if one.clip else None) for one in members]
    return EnsembleEncoder(encoders, [member.weight for member in card.members])


def _load_no_text(card: ModelCard, _: Any) -> TextTower:
    raise AssertionError(f"the members of '{card.name}' have text towers of their own")


KINDS: Mapping[Kind, Loaders] = {
    "proxyclip": Loaders(_load_proxy_clip, _load_clip_text),
    "convolutional": Loaders(_load_convolutional, _load_clip_text),
    "tips": Loaders(_load_tips, _load_tips_text),
    "dinotxt": Loaders(_load_dinotxt, _load_dinotxt_text),
    "talk2dino": Loaders(_load_talk2dino, _load_talk2dino_text),
    "ensemble": Loaders(_load_ensemble, _load_no_text),
}


def identify_model(card: ModelCard, checksums: Mapping[str, str]) -> dict[str, Any]:
    """Return all that features depend on: weights, architectures and constants, but not paths."""
    found: dict[str, Any] = {"weights": dict(checksums), "kind": card.kind}
    if card.clip:
        found |= {"clip": read_clip_config(card), "clip pixels": find_clip_statistics(card)}
    if cnn := card.cnn:
        found |= {"cnn": [cnn.architecture, cnn.levels, cnn.width, cnn.step], "cnn pixels": [cnn.mean, cnn.std]}
    if vfm := card.vfm:
        scale = str(find_vfm_scale(card, vfm))
        found |= {"vfm": [vfm.architecture, dict(vfm.overrides or {}), vfm.position, scale, vfm.mean, vfm.std]}
    if card.kind == "proxyclip":
        found |= {"proxy": [card.proxy.beta, card.proxy.gamma]}
    members = zip(card.members, find_members(card), strict=True)
    return found | {f"{one.model} {one.weight}": identify_model(member, {}) for one, member in members}
