"""The zoo: built-in model cards, and models loaded from cards."""

import copy
import difflib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import open_clip
import timm

from proxyclip_geo.errors import ModelError
from proxyclip_geo.models import openvino
from proxyclip_geo.models.card import OPENAI_MEAN, OPENAI_STD, HubFile, ModelCard, read_card
from proxyclip_geo.models.device import Backend, Precision, resolve_backend, resolve_device, resolve_dtype
from proxyclip_geo.models.encoder import DenseEncoder, EncoderSpec, ProxyClipEncoder, Statistics
from proxyclip_geo.models.text import TextEncoder
from proxyclip_geo.models.vfm import VisionFoundationModel
from proxyclip_geo.models.weights import Weights, fill, load_state_dict

logger = logging.getLogger(__name__)

DEFAULT_MODEL = "vitb16-dino-b8"
PRESETS: Mapping[str, str] = {
    "fast": "vitb16-dinov3-s16",
    "balanced": "vitb16-dino-b8",
    "best": "vith14-dino-b8",
}
"""Models by what they buy: a first look, the paper's standard, and its best; docs/performance.md has their cost."""


@cache
def builtin_cards() -> Mapping[str, Path]:
    """Return the built-in model cards by name: the bundled one first, then the default."""
    folder = Path(str(resources.files("proxyclip_geo.models")))
    cards = {path.stem: path for path in sorted(folder.glob("cards/*.toml"))}
    bundled = {path.stem: path for path in sorted(folder.glob("bundled/*/*.toml"))}
    return {**bundled, DEFAULT_MODEL: cards[DEFAULT_MODEL], **cards}


def find_card(model: str | Path) -> ModelCard:
    """Return the card of a built-in model, or of a TOML file.

    Args:
        model: Name of a built-in model or preset, or path of a card (or of a folder with one card in it).

    Raises:
        ModelError: If there is no such model or the card is malformed.
    """
    cards = builtin_cards()
    name = PRESETS.get(str(model), str(model))
    if name in cards:
        return read_card(cards[name])
    path = Path(model)
    if path.is_dir():
        found = sorted(path.glob("*.toml"))
        if len(found) != 1:
            raise ModelError(f"{path} holds {len(found)} model cards (*.toml); name the card itself")
        return read_card(found[0])
    if path.suffix == ".toml":
        return read_card(path)
    close = difflib.get_close_matches(str(model), cards, n=1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    raise ModelError(
        f"unknown model '{model}'{hint}; known: {', '.join([*PRESETS, *cards])}; or give the path of a model card "
        "(.toml)"
    )


def as_card(model: str | Path | ModelCard) -> ModelCard:
    """Return a card as it is, or the one that a name or path stands for."""
    return model if isinstance(model, ModelCard) else find_card(model)


def clip_weights(card: ModelCard) -> Weights:
    """Return where the CLIP weights of a card come from."""
    clip = card.clip
    if clip.weights:
        return Weights(card.name, "clip", path=card.directory / clip.weights, sha256=clip.sha256)
    if clip.hub:
        return Weights(card.name, "clip", hub=clip.hub)
    tag = _open_clip_tag(card)
    repo = str(tag.get("hf_hub", "")).strip("/")
    if not repo:
        raise ModelError(
            f"model '{card.name}': open_clip knows no hub repository for {clip.architecture}/{clip.pretrained}"
        )
    return Weights(card.name, "clip", hub=HubFile(repo, "open_clip_model.safetensors"))


def vfm_weights(card: ModelCard) -> Weights:
    """Return where the VFM weights of a card come from."""
    vfm = card.vfm
    if vfm.weights:
        return Weights(card.name, "vfm", path=card.directory / vfm.weights, sha256=vfm.sha256)
    if vfm.hub:
        return Weights(card.name, "vfm", hub=vfm.hub)
    config = timm.get_pretrained_cfg(vfm.architecture, allow_unregistered=True)
    if config is None or not config.hf_hub_id:
        raise ModelError(
            f"model '{card.name}': timm knows no weights for '{vfm.architecture}'; give [vfm] weights or hub"
        )
    return Weights(card.name, "vfm", hub=HubFile(config.hf_hub_id, "model.safetensors"))


def _open_clip_tag(card: ModelCard) -> dict[str, Any]:
    clip = card.clip
    tag = open_clip.get_pretrained_cfg(clip.architecture or "", clip.pretrained or "")
    if not tag:
        known = open_clip.list_pretrained_tags_by_model(clip.architecture or "")
        raise ModelError(
            f"model '{card.name}': open_clip has no weights '{clip.pretrained}' for '{clip.architecture}'; "
            f"known: {', '.join(known) or 'none'}"
        )
    return dict(tag)


def clip_config(card: ModelCard) -> dict[str, Any]:
    """Return the open_clip config of a card, its activation settled.

    Weights work only with the activation they were trained with, and nothing in a state dict tells which. So it must be
    stated once, and two statements must not differ.

    Raises:
        ModelError: If the architecture or config is unknown, or the activation is not stated or contradicted.
    """
    clip = card.clip
    if clip.config is not None:
        path = card.directory / clip.config
        try:
            config = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise ModelError(f"model '{card.name}': cannot read the CLIP config {path}: {error}") from error
        config = dict(config.get("model_cfg", config))
    else:
        found = open_clip.get_model_config(clip.architecture or "")
        if found is None:
            raise ModelError(f"model '{card.name}': open_clip has no architecture '{clip.architecture}'")
        config = copy.deepcopy(found)
    if config.get("text_cfg", {}).get("hf_model_name") or config.get("vision_cfg", {}).get("timm_model_name"):
        raise ModelError(f"model '{card.name}': only CLIPs with open_clip's own text and image towers are supported")
    return {**config, "quick_gelu": _settle_activation(card, config)}


def _settle_activation(card: ModelCard, config: Mapping[str, Any]) -> bool:
    clip = card.clip
    built = bool(config.get("quick_gelu", False))
    stated = {}
    if clip.quick_gelu is not None:
        stated["the card"] = clip.quick_gelu
    if clip.config is not None and "quick_gelu" in config:
        stated["the config"] = built
    if clip.pretrained and not (clip.weights or clip.hub):
        stated[f"the weights '{clip.pretrained}'"] = bool(_open_clip_tag(card).get("quick_gelu", False))
        stated[f"the architecture '{clip.architecture}'"] = built
    if not stated:
        raise ModelError(
            f"model '{card.name}': nothing says which activation the CLIP weights were trained with; set quick_gelu = "
            "true (OpenAI's weights and what was fine-tuned from them) or false in [clip]"
        )
    if len(set(stated.values())) > 1:
        told = ", ".join(f"{who} says {'QuickGELU' if quick else 'GELU'}" for who, quick in stated.items())
        raise ModelError(
            f"model '{card.name}': the CLIP activation is contradicted: {told}; with OpenAI's weights the "
            "architecture's name ends in -quickgelu"
        )
    return next(iter(stated.values()))


def load_clip(card: ModelCard, *, image_tower: bool = True) -> Any:
    """Build the CLIP of a card and fill it from its verified weights.

    Args:
        card: The model.
        image_tower: Keep the image tower; without it only text can be encoded.

    Raises:
        ModelError: If the card is wrong.
        WeightsError: If the weights are missing, damaged or of another model.
    """
    config = clip_config(card)
    path, _ = clip_weights(card).verify()
    state = load_state_dict(path)
    try:
        clip: Any = open_clip.CLIP(**config)
    except (TypeError, KeyError) as error:
        raise ModelError(f"model '{card.name}': open_clip cannot build this CLIP config: {error}") from error
    if "logit_scale" in state:
        state["logit_scale"] = state["logit_scale"].reshape(clip.logit_scale.shape)
    else:
        state["logit_scale"] = clip.logit_scale.detach()
    fill(clip, state, source=path, ignore=("text.transformer.embeddings.position_ids",))
    if not image_tower:
        del clip.visual
    clip.eval().requires_grad_(requires_grad=False)
    return clip


def load_vfm(card: ModelCard) -> VisionFoundationModel:
    """Build the VFM of a card and fill it from its verified weights.

    Raises:
        ModelError: If the card is wrong.
        WeightsError: If the weights are missing, damaged or of another model.
    """
    vfm = VisionFoundationModel(card.vfm.architecture, overrides=card.vfm.overrides, position=card.vfm.position)
    path, _ = vfm_weights(card).verify()
    fill(vfm.trunk, load_state_dict(path), source=path, ignore=("head.", "fc_norm.", "decoder", "mask_token"))
    return vfm


def _clip_statistics(card: ModelCard) -> Statistics:
    tag = _open_clip_tag(card) if card.clip.pretrained and card.clip.architecture else {}
    return (card.clip.mean or tag.get("mean") or OPENAI_MEAN, card.clip.std or tag.get("std") or OPENAI_STD)


def load_text(card: ModelCard, clip: Any = None) -> TextEncoder:
    """Load the text side of a model alone.

    Args:
        card: The model.
        clip: Its CLIP, where it is already loaded.
    """
    config = clip_config(card)
    clip = clip if clip is not None else load_clip(card, image_tower=False)
    context = int(config.get("text_cfg", {}).get("context_length", 77))
    known: tuple[str, ...] = ()
    if card.text.known:
        path = card.directory / card.text.known
        try:
            known = tuple(line.strip() for line in path.read_text("utf-8").splitlines() if line.strip())
        except OSError as error:
            raise ModelError(f"model '{card.name}': cannot read its known words {path}: {error}") from error
    return TextEncoder(
        clip,
        open_clip.tokenizer.SimpleTokenizer(context_length=context),
        templates=card.text.templates,
        known=known,
        min_similarity=card.text.min_similarity,
    )


@dataclass(frozen=True)
class Model:
    """A loaded model: both sides of the shared space.

    Attributes:
        card: What it is.
        encoder: Pixels to dense features.
        text: Words to queries.
        checksums: sha256 of the weights by tower.
        parameters: Number of weights of the image side.
    """

    card: ModelCard
    encoder: DenseEncoder
    text: TextEncoder
    checksums: Mapping[str, str]
    parameters: int

    def for_windows(self, shape: tuple[int, int]) -> "Model":
        """Return the model as it computes windows of (height, width) pixels.

        OpenVINO computes windows of one size only, torch all others: e.g. of a raster smaller than a window.
        """
        encoder = self.encoder
        if not isinstance(encoder, openvino.OpenVinoEncoder) or shape == (encoder.window, encoder.window):
            return self
        logger.warning(
            "windows of %d × %d px are computed by torch in float32: OpenVINO was prepared for %d × %d px",
            *shape,
            encoder.window,
            encoder.window,
        )
        return replace(self, encoder=encoder.torch)

    def without_encoder(self) -> "Model":
        """Return the model without the weights of its image side, which take most of its memory."""
        return replace(self, encoder=EncoderSpec.of(self.encoder))


def load_model(
    model: str | Path | ModelCard,
    *,
    device: str = "auto",
    precision: Precision = "auto",
    backend: Backend = "auto",
    window: int | None = None,
) -> Model:
    """Load a model; the weights must be on this machine.

    Args:
        model: Name of a built-in model, path of a card, or a card.
        device: "auto", "cpu", "cuda", "cuda:1", "mps".
        precision: What the towers compute in: "auto", "float32", "bfloat16" or "float16".
        backend: What computes: "auto", "torch" or, on the CPU, "openvino".
        window: Side of the windows that a backend is compiled for; the card's if not given.

    Raises:
        ModelError: If there is no such model, device or backend, or the card is malformed.
        WeightsError: If the weights are missing, damaged or of another model.
    """
    card = as_card(model)
    where = resolve_device(device)
    dtype = resolve_dtype(precision, where)
    clip = load_clip(card)
    encoder = ProxyClipEncoder(
        clip.visual,
        load_vfm(card),
        beta=card.proxy.beta,
        gamma=card.proxy.gamma,
        clip_statistics=_clip_statistics(card),
        vfm_statistics=(card.vfm.mean, card.vfm.std),
        vfm_scale=card.vfm.scale,
        name=card.name,
    )
    del clip.visual
    checksums = weights_checksums(card)
    parameters = sum(weight.numel() for weight in encoder.parameters())
    chosen = resolve_backend(backend, where, parameters=parameters)
    text = load_text(card, clip.to(where))
    if chosen == "openvino":
        dtype = openvino.native_dtype() if precision == "auto" else dtype
        side = window or card.window.size
        logger.info("model %s in OpenVINO in %s", card.name, dtype)
        compiled = openvino.OpenVinoEncoder(encoder, window=side, dtype=dtype, identity=identity(card, checksums))
        return Model(card, compiled, text, checksums, parameters)
    encoder.visual.to(dtype)
    encoder.vfm.to(dtype)
    logger.info("model %s on %s in %s", card.name, where, dtype)
    return Model(card, encoder.to(where), text, checksums, parameters)


def weights_checksums(card: ModelCard) -> dict[str, str]:
    """Return the sha256 of the weights by tower, after comparing it with the one expected; nothing is loaded.

    Raises:
        WeightsError: If they are missing or damaged.
    """
    return {"clip": clip_weights(card).verify()[1], "vfm": vfm_weights(card).verify()[1]}


def identity(card: ModelCard, checksums: Mapping[str, str]) -> dict[str, Any]:
    """Return what features depend on: weights, architectures and constants; not where the card lies."""
    return {
        "weights": dict(checksums),
        "clip": clip_config(card),
        "vfm": [card.vfm.architecture, dict(card.vfm.overrides or {}), card.vfm.position, card.vfm.scale],
        "proxy": [card.proxy.beta, card.proxy.gamma],
        "pixels": [*_clip_statistics(card), card.vfm.mean, card.vfm.std],
    }
