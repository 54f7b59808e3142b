"""Load models: CLIP and a vision foundation model built from a card and filled from its verified weights."""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from proxyclip_geo.data_files import read_text
from proxyclip_geo.errors import ModelError
from proxyclip_geo.models import openvino
from proxyclip_geo.models.card import CnnCard, ModelCard, VfmCard
from proxyclip_geo.models.clip_config import find_clip_statistics, read_clip_config
from proxyclip_geo.models.convolutional_encoder import ConvolutionalEncoder, build_trunk, list_entries
from proxyclip_geo.models.device import resolve_backend, resolve_device, resolve_dtype
from proxyclip_geo.models.encoder import DenseEncoder, EncoderSpec, ProxyClipEncoder, TorchEncoder
from proxyclip_geo.models.options import Backend, Precision
from proxyclip_geo.models.query_store import QueryStore
from proxyclip_geo.models.registry import find_card
from proxyclip_geo.models.state_dict import load_into, load_state_dict, rename_in_order
from proxyclip_geo.models.text_encoder import TextEncoder, TextTower
from proxyclip_geo.models.vision_foundation_model import VisionFoundationModel
from proxyclip_geo.models.weights import compute_checksums, find_clip_weights, find_vfm_weights, find_weights

logger = logging.getLogger(__name__)


def load_clip(card: ModelCard, *, image_tower: bool = True) -> Any:
    """Build the CLIP of a card and load its verified weights.

    Args:
        card: The model.
        image_tower: Whether to keep the image tower; without it, only text can be encoded.

    Raises:
        ModelError: If the card is wrong.
        WeightsError: If the weights are missing, damaged or of another model.
    """
    config = read_clip_config(card)
    path, _ = find_clip_weights(card).verify()
    state = load_state_dict(path)
    import open_clip

    try:
        clip: Any = open_clip.CLIP(**config)
    except (TypeError, LookupError, ValueError, ArithmeticError, RuntimeError, AssertionError) as error:
        raise ModelError(f"model '{card.name}': open_clip cannot build this CLIP config: {error!r}") from error
    if "logit_scale" in state:
        state["logit_scale"] = state["logit_scale"].reshape(clip.logit_scale.shape)
    else:
        state["logit_scale"] = clip.logit_scale.detach()
    load_into(clip, state, source=path, ignore=("text.transformer.embeddings.position_ids",))
    if not image_tower:
        del clip.visual
    clip.eval().requires_grad_(requires_grad=False)
    return clip


def load_vfm(card: ModelCard, vfm: VfmCard) -> VisionFoundationModel:
    """Build the VFM of a card and load its verified weights.

    Raises:
        ModelError: If the card is wrong.
        WeightsError: If the weights are missing, damaged or of another model.
    """
    model = VisionFoundationModel(vfm.architecture, overrides=vfm.overrides, position=vfm.position)
    path, _ = find_vfm_weights(card, vfm).verify()
    load_into(model.trunk, load_state_dict(path), source=path, ignore=("head.", "fc_norm.", "decoder", "mask_token"))
    return model


def load_trunk(card: ModelCard, cnn: CnnCard) -> Any:
    """Build the trunk of a card and load its verified weights, which may have another library's names.

    Raises:
        ModelError: If the card is wrong.
        WeightsError: If the weights are missing, damaged or of another model.
    """
    trunk = build_trunk(cnn.architecture, cnn.levels)
    path, _ = find_weights(card)["trunk"].verify()
    state = rename_in_order(load_state_dict(path), list_entries(cnn.architecture))
    wanted = trunk.state_dict()
    load_into(trunk, {name: tensor for name, tensor in state.items() if name in wanted}, source=path)
    return trunk


def load_convolutional(card: ModelCard, cnn: CnnCard) -> ConvolutionalEncoder:
    """Build the convolutional encoder of a card and load its verified weights.

    Raises:
        ModelError: If the card is wrong.
        WeightsError: If the weights are missing, damaged or of another model.
    """
    encoder = ConvolutionalEncoder(
        load_trunk(card, cnn),
        width=cnn.width,
        dim=int(read_clip_config(card)["embed_dim"]),
        step=cnn.step,
        statistics=(cnn.mean, cnn.std),
        name=card.name,
    )
    path, _ = find_weights(card)["head"].verify()
    load_into(encoder.head, load_state_dict(path), source=path)
    return encoder


def find_vfm_scale(card: ModelCard, vfm: VfmCard) -> Fraction:
    """Return the factor by which windows are resized for the VFM."""
    return Fraction(vfm.input_size or card.window.size, card.window.size)


def load_encoder(card: ModelCard, clip: Any) -> TorchEncoder:
    """Load the image encoder of a card.

    Args:
        card: The model.
        clip: Its CLIP, with the image tower.
    """
    if card.cnn:
        return load_convolutional(card, card.cnn)
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


def load_text(card: ModelCard, clip: Any = None, *, sha256: str | None = None) -> TextEncoder:
    """Return the text encoder of a model. Its weights are loaded when a word is not cached.

    Args:
        card: The model.
        clip: Its CLIP, if it is already loaded.
        sha256: Checksum of the weights of the CLIP, if it is known.

    Raises:
        WeightsError: If the weights are missing or damaged.
    """

    def load() -> TextTower:
        import open_clip

        context = int(read_clip_config(card).get("text_cfg", {}).get("context_length", 77))
        tower = clip if clip is not None else load_clip(card, image_tower=False)
        return TextTower(tower, open_clip.tokenizer.SimpleTokenizer(context_length=context))

    known: tuple[str, ...] = ()
    if card.text.known:
        path = card.directory / card.text.known
        lines = read_text(path, error=ModelError, source=f"model '{card.name}': the list of known words {path}")
        known = tuple(line.strip() for line in lines.splitlines() if line.strip())
    checksum = sha256 or find_clip_weights(card).verify()[1]
    device = "cpu" if clip is None else clip.positional_embedding.device
    return TextEncoder(
        load,
        templates=card.text.templates,
        known=known,
        min_similarity=card.text.min_similarity,
        store=QueryStore.of(_identify_text(card, checksum, torch.device(device))),
    )


def _identify_text(card: ModelCard, sha256: str, device: torch.device) -> str:
    """Return all that queries depend on beside words and templates."""
    config = card.clip.config and read_text(
        card.directory / card.clip.config, error=ModelError, source="the CLIP config"
    )
    unit = torch.cuda.get_device_name(device) if device.type == "cuda" else torch.backends.cpu.get_cpu_capability()
    versions = [version(name) for name in ("proxyclip_geo", "torch", "open_clip_torch")]
    return json.dumps([sha256, asdict(card.clip), config, str(device.type), unit, versions], sort_keys=True)


@dataclass(frozen=True)
class Model:
    """A loaded model.

    Attributes:
        card: Its card.
        encoder: The image encoder: pixels to dense features.
        text: The text encoder: words to queries.
        checksums: sha256 of the weights by tower.
        parameters: Number of weights of the image encoder.
    """

    card: ModelCard
    encoder: DenseEncoder
    text: TextEncoder
    checksums: Mapping[str, str]
    parameters: int

    def for_windows(self, shape: tuple[int, int]) -> "Model":
        """Return the model with an encoder for windows of (height, width) pixels.

        OpenVINO computes windows of one size only. Torch computes others, e.g. of a raster smaller than a window.
        """
        encoder = self.encoder
        if not isinstance(encoder, openvino.OpenVinoEncoder) or shape == (encoder.window, encoder.window):
            return self
        logger.warning(
            "windows of %d × %d px are computed by torch in float32: OpenVINO was compiled for %d × %d px",
            *shape,
            encoder.window,
            encoder.window,
        )
        return replace(self, encoder=encoder.torch)

    def without_encoder(self) -> "Model":
        """Return the model without the weights of its image encoder, which take most of its memory."""
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
        precision: Number type of the image encoder: "auto", "float32", "bfloat16" or "float16".
        backend: "auto", "torch" or, on the CPU, "openvino".
        window: Side in pixels of the windows that OpenVINO is compiled for; the card's if not given.

    Raises:
        ModelError: If there is no such model, device or backend, or the card is malformed.
        WeightsError: If the weights are missing, damaged or of another model.

    Example:
        >>> load_model("demo", device="cpu").encoder.dim
        64
    """
    card = find_card(model)
    target = resolve_device(device)
    dtype = resolve_dtype(precision, target)
    clip = load_clip(card)
    encoder = load_encoder(card, clip)
    del clip.visual
    checksums = compute_checksums(card)
    parameters = sum(weight.numel() for weight in encoder.parameters())
    chosen = resolve_backend(backend, target, parameters=parameters)
    text = load_text(card, clip.to(target), sha256=checksums["clip"])
    if chosen == "openvino":
        dtype = openvino.native_dtype() if precision == "auto" else dtype
        side = card.window.size if window is None else window
        logger.info("model %s in OpenVINO in %s", card.name, dtype)
        compiled = openvino.OpenVinoEncoder(encoder, window=side, dtype=dtype, identity=identify_model(card, checksums))
        return Model(card, compiled, text, checksums, parameters)
    encoder.cast(dtype)
    logger.info("model %s on %s in %s", card.name, target, dtype)
    return Model(card, encoder.to(target), text, checksums, parameters)


def identify_model(card: ModelCard, checksums: Mapping[str, str]) -> dict[str, Any]:
    """Return all that features depend on: weights, architectures and constants, but not paths."""
    constants = {"weights": dict(checksums), "clip": read_clip_config(card)}
    if cnn := card.cnn:
        return {**constants, "cnn": [cnn.architecture, cnn.levels, cnn.width, cnn.step], "pixels": [cnn.mean, cnn.std]}
    assert card.vfm
    return {
        **constants,
        "vfm": [
            card.vfm.architecture,
            dict(card.vfm.overrides or {}),
            card.vfm.position,
            str(find_vfm_scale(card, card.vfm)),
        ],
        "proxy": [card.proxy.beta, card.proxy.gamma],
        "pixels": [*find_clip_statistics(card), card.vfm.mean, card.vfm.std],
    }
