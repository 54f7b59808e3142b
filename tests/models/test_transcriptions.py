"""Each family of models equals a plain transcription of its published equations, on small random weights."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import open_clip
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.functional import gelu, interpolate

from proxyclip_geo.models.encoder import ProxyClipEncoder
from proxyclip_geo.models.load import load_model
from proxyclip_geo.models.towers import IMAGENET_MEAN, IMAGENET_STD, OPENAI_MEAN, OPENAI_STD
from proxyclip_geo.models.vision_foundation_model import VisionFoundationModel
from tests.models import transcription as published

CLIP = {"image_size": 64, "layers": 2, "width": 32, "head_width": 16, "patch_size": 16}
TEXT = {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1}
SMALL = {"embed_dim": 32, "depth": 2, "num_heads": 2}


@dataclass(frozen=True)
class Family:
    """A vision foundation model, small, and its published equations."""

    architecture: str
    overrides: dict[str, Any]
    equations: Callable[[published.State, Tensor], Tensor]
    card: dict[str, Any] = field(default_factory=dict)


def dino(state: published.State, pixels: Tensor) -> Tensor:
    return published.vit(state, pixels, heads=2, resize=published.offset)


FAMILIES = {
    "dino": Family("vit_base_patch8_224.dino", {**SMALL, "img_size": 64, "patch_size": 8}, dino),
    "mae": Family(
        "vit_base_patch16_224.mae",
        {**SMALL, "img_size": 64},
        lambda state, pixels: published.vit(state, pixels, heads=2, resize=published.exact),
        {"position": "exact"},
    ),
    "dinov2": Family(
        "vit_base_patch14_reg4_dinov2.lvd142m",
        {**SMALL, "img_size": 70},
        lambda state, pixels: published.vit(state, pixels, heads=2, resize=published.antialias),
        {"position": "antialias"},
    ),
    "dinov3": Family(
        "vit_small_patch16_dinov3.lvd1689m",
        SMALL,
        lambda state, pixels: published.dinov3(state, pixels, heads=2),
    ),
    "sam": Family(
        "samvit_base_patch16.sa1b",
        {**SMALL, "img_size": 128, "window_size": 3, "global_attn_indexes": [1]},
        lambda state, pixels: published.sam(state, pixels, heads=2, window=3, everywhere=(1,)),
        {"input_size": 128},
    ),
}


def randomise(module: nn.Module) -> published.State:
    """Random weights of which none is zero or one, so that each has an effect."""
    generator = torch.Generator().manual_seed(2)
    return {
        name: value + 0.3 * torch.randn(value.shape, generator=generator) if value.is_floating_point() else value
        for name, value in module.state_dict().items()
    }


def write_card(folder: Path, family: Family, clip: dict[str, Any], *, window: int) -> dict[str, published.State]:
    vfm = VisionFoundationModel(
        family.architecture, overrides=family.overrides, position=family.card.get("position", "offset")
    )
    config = {"embed_dim": 24, "vision_cfg": {**CLIP, **clip}, "text_cfg": TEXT}
    states = {"clip": randomise(open_clip.CLIP(**config)), "vfm": randomise(vfm.trunk)}
    for tower, state in states.items():
        save_file({name: value.contiguous() for name, value in state.items()}, folder / f"{tower}.safetensors")
    (folder / "clip.json").write_text(json.dumps({key: value for key, value in config.items() if key != "quick_gelu"}))
    overrides = ", ".join(f"{key} = {json.dumps(value)}" for key, value in family.overrides.items())
    entries = "\n".join(f"{key} = {json.dumps(value)}" for key, value in family.card.items())
    (folder / "card.toml").write_text(f"""
name = "transcribed"
[clip]
config = "clip.json"
weights = "clip.safetensors"
quick_gelu = {json.dumps(clip.get("quick_gelu", False))}
[vfm]
architecture = "{family.architecture}"
overrides = {{ {overrides} }}
weights = "vfm.safetensors"
{entries}
[proxy]
beta = 0.9
gamma = 5.0
[window]
size = {window}
stride = {window}
""")
    return states


def pixels_of(rgb: Tensor, mean: tuple[float, ...], std: tuple[float, ...]) -> Tensor:
    return (rgb / 255 - torch.tensor(mean)[:, None, None]) / torch.tensor(std)[:, None, None]


@pytest.mark.parametrize(
    ("name", "clip", "shape"),
    [
        ("dino", {}, (48, 64)),
        ("dino", {"width": 160, "head_width": 80}, (64, 64)),
        ("dino", {"patch_size": 14, "image_size": 70}, (56, 112)),
        ("mae", {}, (48, 96)),
        ("mae", {}, (64, 64)),
        ("dinov2", {}, (112, 112)),
        ("dinov3", {}, (48, 64)),
        ("sam", {}, (64, 64)),
    ],
)
def test_dense_features_equal_the_published_equations(
    name: str, clip: dict[str, Any], shape: tuple[int, int], tmp_path: Path
) -> None:
    family = FAMILIES[name]
    states = write_card(tmp_path, family, clip, window=64)
    encoder = load_model(tmp_path, device="cpu", precision="float32", backend="torch").encoder
    assert isinstance(encoder, ProxyClipEncoder)
    rgb = torch.randint(0, 256, (3, *shape), dtype=torch.uint8, generator=torch.Generator().manual_seed(5))
    vfm_pixels = pixels_of(rgb, IMAGENET_MEAN, IMAGENET_STD)
    if "input_size" in family.card:
        vfm_pixels = interpolate(vfm_pixels[None], size=(128, 128), mode="bilinear", align_corners=False)[0]
    features = family.equations(states["vfm"], vfm_pixels)
    torch.testing.assert_close(encoder.compute_proxy(rgb[None] / 255)[0], features, atol=1e-4, rtol=1e-4)
    visual = published.part(states["clip"], "visual.")
    heads = clip.get("width", 32) // clip.get("head_width", 16)
    values = published.clip_values(visual, pixels_of(rgb, OPENAI_MEAN, OPENAI_STD), heads=heads, activation=gelu)
    wanted = published.proxy_clip(visual, values, features, beta=0.9, gamma=5.0)
    torch.testing.assert_close(encoder.encode(rgb[None]).dense[0], wanted, atol=1e-4, rtol=0)


def as_published(name: str, state: published.State) -> published.State:
    """Rename the entries of timm's state dict as the publishers of the weights do."""
    if name == "mae":
        return {"model": state}  # type: ignore[dict-item]
    if name == "sam":
        others = {"mask_decoder.iou_token.weight": torch.zeros(1, 256)}
        return {f"image_encoder.{key}".replace("mlp.fc", "mlp.lin"): value for key, value in state.items()} | others
    found = dict(state) | {"mask_token": torch.zeros(1, 32)}
    registers = found.pop("reg_token")
    if name == "dinov3":
        renamed = {key.replace("gamma_1", "ls1.gamma").replace("gamma_2", "ls2.gamma"): found[key] for key in found}
        biases = {f"blocks.{index}.attn.qkv.bias": torch.zeros(96) for index in range(2)}
        return renamed | biases | {"storage_tokens": registers, "rope_embed.periods": torch.ones(4)}
    first = torch.full((1, 1, 32), 0.25)
    positions = torch.cat([first, found["pos_embed"]], dim=1)
    return found | {"register_tokens": registers, "cls_token": found["cls_token"] - first, "pos_embed": positions}


@pytest.mark.parametrize("name", ["mae", "dinov2", "dinov3", "sam"])
def test_checkpoints_of_the_publishers_are_loaded(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    states = write_card(tmp_path, FAMILIES[name], {}, window=112 if name == "dinov2" else 64)
    rgb = torch.randint(0, 256, (1, 3, 112, 112) if name == "dinov2" else (1, 3, 64, 64), dtype=torch.uint8)
    wanted = load_model(tmp_path, device="cpu", backend="torch").encoder.encode(rgb).dense
    torch.save(as_published(name, states["vfm"]), tmp_path / "vfm.pth")
    card = tmp_path / "card.toml"
    card.write_text(card.read_text().replace("vfm.safetensors", "vfm.pth"))
    found = load_model(tmp_path, device="cpu", backend="torch").encoder.encode(rgb).dense
    torch.testing.assert_close(found, wanted, atol=1e-5, rtol=0)
    assert capsys.readouterr().out == ""
