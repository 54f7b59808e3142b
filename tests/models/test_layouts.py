"""Every built-in card fits checkpoints of the true layouts: nothing is missing, unexpected or of another shape.

The layouts are written down here, and nothing is computed: modules and tensors are on torch's meta device.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import open_clip
import pytest
import torch
from torch import Tensor

from proxyclip_geo.errors import WeightsError
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.clip_config import read_clip_config
from proxyclip_geo.models.kinds import build_text_head
from proxyclip_geo.models.load_towers import fill_clip, fill_vfm
from proxyclip_geo.models.registry import builtin_cards, find_card
from proxyclip_geo.models.text_models import build_dinotxt_text, build_tips_text, build_word_map
from proxyclip_geo.models.vision_foundation_model import VisionFoundationModel

Shapes = dict[str, tuple[int, ...]]
SOURCE = Path("weights")


def linear(name: str, outputs: int, inputs: int, *, bias: bool = True) -> Shapes:
    return {f"{name}.weight": (outputs, inputs)} | ({f"{name}.bias": (outputs,)} if bias else {})


def norm(name: str, width: int) -> Shapes:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def open_clip_blocks(prefix: str, width: int, depth: int, hidden: int) -> Shapes:
    found: Shapes = {}
    for index in range(depth):
        block = f"{prefix}resblocks.{index}"
        found |= {f"{block}.attn.in_proj_weight": (3 * width, width), f"{block}.attn.in_proj_bias": (3 * width,)}
        found |= linear(f"{block}.attn.out_proj", width, width)
        found |= norm(f"{block}.ln_1", width) | norm(f"{block}.ln_2", width)
        found |= linear(f"{block}.mlp.c_fc", hidden, width) | linear(f"{block}.mlp.c_proj", width, hidden)
    return found


def clip(dim: int, patch: int, width: int, depth: int, words: int, word_depth: int) -> Shapes:
    """OpenAI's layout, which open_clip keeps; 224 px, 77 tokens."""
    tokens = 1 + (224 // patch) ** 2
    return {
        "logit_scale": (),
        "positional_embedding": (77, words),
        "text_projection": (words, dim),
        "token_embedding.weight": (49408, words),
        **norm("ln_final", words),
        **open_clip_blocks("transformer.", words, word_depth, 4 * words),
        "visual.class_embedding": (width,),
        "visual.positional_embedding": (tokens, width),
        "visual.proj": (width, dim),
        "visual.conv1.weight": (width, 3, patch, patch),
        **norm("visual.ln_pre", width),
        **norm("visual.ln_post", width),
        **open_clip_blocks("visual.transformer.", width, depth, 4 * width),
    }


def vit(width: int, depth: int, patch: int, *, bias: bool = True, scale: str = "", places: int = 0) -> Shapes:
    """The parts that the vision transformers of DINO, DINOv2, DINOv3, MAE and TIPS share."""
    found: Shapes = {
        "cls_token": (1, 1, width),
        "patch_embed.proj.weight": (width, 3, patch, patch),
        "patch_embed.proj.bias": (width,),
        **norm("norm", width),
        **({"pos_embed": (1, places, width)} if places else {}),
    }
    for index in range(depth):
        block = f"blocks.{index}"
        found |= norm(f"{block}.norm1", width) | norm(f"{block}.norm2", width)
        found |= linear(f"{block}.attn.qkv", 3 * width, width, bias=bias) | linear(f"{block}.attn.proj", width, width)
        found |= linear(f"{block}.mlp.fc1", 4 * width, width) | linear(f"{block}.mlp.fc2", width, 4 * width)
        found |= {f"{block}.{scale.format(number)}": (width,) for number in (1, 2) if scale}
    return found


def dinov2(width: int, depth: int) -> tuple[Shapes, Shapes]:
    """timm's and Meta's layouts of DINOv2 with registers, 518 px."""
    layers = vit(width, depth, 14, scale="ls{}.gamma", places=37**2)
    own = {"reg_token": (1, 4, width)}
    published = {"pos_embed": (1, 1 + 37**2, width), "register_tokens": (1, 4, width), "mask_token": (1, width)}
    return layers | own, layers | published


def dinov3(width: int, depth: int) -> tuple[Shapes, Shapes]:
    """timm's and Meta's layouts of DINOv3."""
    own = vit(width, depth, 16, bias=False, scale="gamma_{}") | {"reg_token": (1, 4, width)}
    published = vit(width, depth, 16, scale="ls{}.gamma") | {
        "storage_tokens": (1, 4, width),
        "mask_token": (1, width),
        "rope_embed.periods": (16,),
        **{f"blocks.{index}.attn.qkv.bias_mask": (3 * width,) for index in range(depth)},
    }
    return own, published


def sam() -> tuple[Shapes, Shapes]:
    """timm's and Meta's layouts of SAM B, 1024 px."""
    own = vit(768, 12, 16)
    for name in ("cls_token", "norm.weight", "norm.bias"):
        del own[name]
    own |= {"pos_embed": (1, 64, 64, 768), "neck.0.weight": (256, 768, 1, 1), "neck.2.weight": (256, 256, 3, 3)}
    own |= norm("neck.1", 256) | norm("neck.3", 256)
    for index in range(12):
        side = 127 if index in (2, 5, 8, 11) else 27
        own |= {f"blocks.{index}.attn.rel_pos_{axis}": (side, 64) for axis in "hw"}
    published = {f"image_encoder.{name}".replace("mlp.fc", "mlp.lin"): shape for name, shape in own.items()}
    return own, published | {
        "prompt_encoder.no_mask_embed.weight": (1, 256),
        "prompt_encoder.pe_layer.positional_encoding_gaussian_matrix": (2, 128),
        "mask_decoder.iou_token.weight": (1, 256),
    }


def dino(width: int, depth: int, patch: int) -> tuple[Shapes]:
    """Meta's layout of DINO v1 and MAE, which timm keeps; 224 px."""
    return (vit(width, depth, patch, places=1 + (224 // patch) ** 2),)


def tips(width: int, depth: int) -> Shapes:
    """Google's layout of TIPSv2."""
    vision = vit(width, depth, 14, scale="ls{}.gamma", places=1 + 32**2)
    vision |= {"register_tokens": (1, 1, width), "mask_token": (1, width)}
    text = open_clip_blocks("transformer.", width, 12, 4 * width) | norm("ln_final", width)
    text |= {"token_embedding.weight": (32_000, width)}
    parts = {"vision_encoder": vision, "text_encoder": text}
    return {f"{part}.{name}": shape for part, shapes in parts.items() for name, shape in shapes.items()}


def dinotxt() -> Shapes:
    """Meta's layout of the head and the text encoder of dino.txt."""
    found: Shapes = {"logit_scale": (1,)}
    for index in range(2):
        block = f"visual_model.head.blocks.{index}"
        found |= norm(f"{block}.norm1", 1024) | norm(f"{block}.norm2", 1024)
        found |= linear(f"{block}.attn.qkv", 3072, 1024, bias=False) | linear(f"{block}.attn.proj", 1024, 1024)
        found |= {f"{block}.ls1.gamma": (1024,), f"{block}.ls2.gamma": (1024,)}
        found |= linear(f"{block}.mlp.w1", 2752, 1024) | linear(f"{block}.mlp.w2", 2752, 1024)
        found |= linear(f"{block}.mlp.w3", 1024, 2752)
    for index in range(24):
        block = f"text_model.backbone.blocks.{index}"
        found |= norm(f"{block}.attention_norm", 1280) | norm(f"{block}.ffn_norm", 1280)
        found |= linear(f"{block}.attention.qkv", 3840, 1280, bias=False) | linear(
            f"{block}.attention.proj", 1280, 1280
        )
        found |= linear(f"{block}.feed_forward.fc1", 5120, 1280) | linear(f"{block}.feed_forward.fc2", 1280, 5120)
    return found | {
        **norm("visual_model.head.ln_final", 1024),
        **norm("text_model.backbone.ln_final", 1280),
        "text_model.backbone.token_embedding.weight": (49408, 1280),
        "text_model.backbone.positional_embedding": (77, 1280),
        "text_model.head.linear_projection.weight": (2048, 1280),
    }


CLIPS: Mapping[tuple[str, str], Shapes] = {
    ("ViT-B-16-quickgelu", "openai"): clip(512, 16, 768, 12, 512, 12),
    ("ViT-B-16-quickgelu", "metaclip_fullcc"): clip(512, 16, 768, 12, 512, 12),
    ("ViT-L-14-quickgelu", "openai"): clip(768, 14, 1024, 24, 768, 12),
    ("ViT-L-14", "RemoteCLIP-ViT-L-14.pt"): clip(768, 14, 1024, 24, 768, 12),
    ("ViT-L-14", "RS5M_ViT-L-14.pt"): clip(768, 14, 1024, 24, 768, 12),
    ("ViT-H-14", "laion2b_s32b_b79k"): clip(1024, 14, 1280, 32, 1024, 24),
}
VFMS: Mapping[str, tuple[Shapes, ...]] = {
    "vit_base_patch8_224.dino": dino(768, 12, 8),
    "vit_small_patch8_224.dino": dino(384, 12, 8),
    "vit_base_patch16_224.mae": dino(768, 12, 16),
    "vit_base_patch14_reg4_dinov2.lvd142m": dinov2(768, 12),
    "vit_small_patch16_dinov3.lvd1689m": dinov3(384, 12),
    "vit_base_patch16_dinov3.lvd1689m": dinov3(768, 12),
    "vit_large_patch16_dinov3.lvd1689m": dinov3(1024, 24),
    "vit_large_patch16_dinov3.sat493m": dinov3(1024, 24),
    "samvit_base_patch16.sa1b": sam(),
    "vit_base_patch14_reg1_tipsv2.webli": (tips(768, 12),),
    "vit_large_patch14_reg1_tipsv2.webli": (tips(1024, 24),),
}
TEXTS: Mapping[str, tuple[Shapes, Callable[..., object]]] = {
    "tipsv2-b14": (tips(768, 12), build_tips_text),
    "tipsv2-l14": (tips(1024, 24), build_tips_text),
    "dinotxt-l16": (dinotxt(), build_dinotxt_text),
    "talk2dino-b": (linear("linear_layer", 768, 512) | linear("linear_layer2", 768, 768), build_word_map),
}
CARDS = [find_card(name) for name, path in builtin_cards().items() if path.parent.name == "cards"]


def empty(shapes: Shapes) -> dict[str, Tensor]:
    return {name: torch.empty(shape, device="meta") for name, shape in shapes.items()}


def build_vfm(card: ModelCard) -> VisionFoundationModel:
    assert card.vfm
    with torch.device("meta"):
        return VisionFoundationModel(card.vfm.architecture, position=card.vfm.position)


@pytest.mark.filterwarnings("ignore:.*no-op")
@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_checkpoints_of_the_true_layouts_fit(card: ModelCard, capsys: pytest.CaptureFixture[str]) -> None:
    if card.clip:
        with torch.device("meta"):
            model = open_clip.CLIP(**read_clip_config(card))
        weights = card.clip.pretrained or (card.clip.hub and card.clip.hub.file.rpartition("/")[2])
        fill_clip(model, empty(CLIPS[str(card.clip.architecture), str(weights)]), source=SOURCE)
    assert card.vfm
    for layout in VFMS[card.vfm.architecture]:
        fill_vfm(build_vfm(card), empty(layout), source=SOURCE)
    if card.text_model:
        layout, make = TEXTS[card.name]
        make(empty(layout), source=SOURCE)
    if card.kind == "dinotxt":
        build_text_head(empty(dinotxt()), source=SOURCE)
    assert capsys.readouterr().out == ""


def test_biases_that_an_architecture_lacks_are_not_dropped() -> None:
    model = VisionFoundationModel("vit_small_patch16_dinov3.lvd1689m", overrides={"depth": 1})
    state = {name: torch.zeros(shape) for name, shape in dinov3(384, 1)[1].items()}
    fill_vfm(model, state, source=SOURCE)
    state["blocks.0.attn.qkv.bias"][5] = 0.1
    with pytest.raises(WeightsError, match="biases of queries and values"):
        fill_vfm(model, state, source=SOURCE)
