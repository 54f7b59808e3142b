import json
import shutil
from pathlib import Path

import open_clip
import pytest
import torch
from safetensors.torch import save_file

from proxyclip_geo.models.vision_foundation_model import VisionFoundationModel

CLIP_CONFIG = {
    "embed_dim": 24,
    "quick_gelu": True,
    "vision_cfg": {"image_size": 64, "layers": 2, "width": 32, "head_width": 16, "patch_size": 16},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1},
}
VFM_OVERRIDES = {"img_size": 64, "patch_size": 8, "embed_dim": 32, "depth": 2, "num_heads": 2}

CARD = """
name = "tiny"
description = "Random weights."
licence = "MIT"
gsd = [0.2, 2.0]

[clip]
config = "clip.json"
weights = "clip.safetensors"

[vfm]
architecture = "vit_base_patch8_224.dino"
overrides = { img_size = 64, patch_size = 8, embed_dim = 32, depth = 2, num_heads = 2 }
weights = "vfm.safetensors"

[window]
size = 64
stride = 32

[text]
templates = "remote-sensing"
logit_scale = 40.0
"""


@pytest.fixture(scope="session")
def tiny_states() -> dict[str, dict[str, torch.Tensor]]:
    """Random weights of a small CLIP and a small VFM."""
    torch.manual_seed(0)
    clip = open_clip.CLIP(**CLIP_CONFIG)
    vfm = VisionFoundationModel("vit_base_patch8_224.dino", overrides=VFM_OVERRIDES)
    torch.nn.init.normal_(vfm.trunk.pos_embed, std=0.5)
    return {
        "clip": {name: value.detach().clone().contiguous() for name, value in clip.state_dict().items()},
        "vfm": {name: value.detach().clone().contiguous() for name, value in vfm.trunk.state_dict().items()},
    }


@pytest.fixture
def tiny_model(tmp_path: Path, tiny_states: dict[str, dict[str, torch.Tensor]]) -> Path:
    """A folder with a model card and its weights."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "clip.json").write_text(json.dumps(CLIP_CONFIG))
    (folder / "tiny.toml").write_text(CARD)
    for tower, state in tiny_states.items():
        save_file(state, folder / f"{tower}.safetensors")
    return folder


GOLDEN_CARD = """
name = "golden-tiny"

[clip]
config = "clip_tiny.json"
weights = "clip_tiny.safetensors"

[vfm]
architecture = "vit_base_patch8_224.dino"
overrides = { img_size = 64, patch_size = 8, embed_dim = 96, depth = 3, num_heads = 3 }
weights = "dino_tiny.safetensors"

[proxy]
beta = 1.2
gamma = 3.0

[window]
size = 112
stride = 56

[text]
templates = "imagenet"
logit_scale = 40.0
"""


@pytest.fixture(scope="session")
def golden_card(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The card of the golden model, its weights beside it."""
    golden = Path(__file__).parents[3] / "shared" / "golden"
    folder = tmp_path_factory.mktemp("golden")
    for name in ("clip_tiny.json", "clip_tiny.safetensors", "dino_tiny.safetensors"):
        shutil.copy(golden / name, folder)
    (folder / "golden-tiny.toml").write_text(GOLDEN_CARD)
    return folder / "golden-tiny.toml"
