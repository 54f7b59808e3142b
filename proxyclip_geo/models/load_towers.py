"""Load towers: built from a card and filled from its verified weights."""

from pathlib import Path
from typing import Any

from torch import Tensor

from proxyclip_geo.errors import ModelError
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.clip_config import read_clip_config
from proxyclip_geo.models.convolutional_encoder import ConvolutionalEncoder, build_trunk, list_entries
from proxyclip_geo.models.state_dict import load_into, load_state_dict, rename_in_order
from proxyclip_geo.models.towers import CnnCard, VfmCard
from proxyclip_geo.models.vision_foundation_model import VisionFoundationModel
from proxyclip_geo.models.weights import find_clip_weights, find_vfm_weights, find_weights


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
    fill_clip(clip, state, source=path)
    if not image_tower:
        del clip.visual
    clip.eval().requires_grad_(requires_grad=False)
    return clip


def fill_clip(clip: Any, state: dict[str, Tensor], *, source: Path) -> None:
    """Load a state dict into a CLIP.

    Raises:
        WeightsError: If it is of another model.
    """
    if "logit_scale" in state:
        state["logit_scale"] = state["logit_scale"].reshape(clip.logit_scale.shape)
    else:
        state["logit_scale"] = clip.logit_scale.detach()
    load_into(clip, state, source=source, ignore=("text.transformer.embeddings.position_ids",))


def load_vfm(card: ModelCard, vfm: VfmCard) -> VisionFoundationModel:
    """Build the VFM of a card and load its verified weights.

    Raises:
        ModelError: If the card is wrong.
        WeightsError: If the weights are missing, damaged or of another model.
    """
    model = VisionFoundationModel(vfm.architecture, overrides=vfm.overrides, position=vfm.position)
    path, _ = find_vfm_weights(card, vfm).verify()
    fill_vfm(model, load_state_dict(path), source=path)
    return model


def fill_vfm(model: VisionFoundationModel, state: dict[str, Tensor], *, source: Path) -> None:
    """Load a state dict, under timm's names or its publisher's, into a VFM.

    Raises:
        WeightsError: If it is of another model.
    """
    converted = model.convert(state, source=source)
    load_into(model.trunk, converted, source=source, ignore=("head.", "fc_norm.", "decoder", "mask_token"))


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
    # The file also holds the entries of the trunk that were trained.
    saved = load_state_dict(path)
    state = {name if name.startswith("trunk.") else f"head.{name}": tensor for name, tensor in saved.items()}
    load_into(encoder, {**encoder.state_dict(), **state}, source=path)
    encoder.optimise()
    return encoder
