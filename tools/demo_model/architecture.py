"""Architecture of the demo model: a small open_clip CLIP and a small timm ViT."""

import json
from pathlib import Path

import open_clip
import torch
from torch import nn

BUNDLE = Path(__file__).parents[2] / "proxyclip_geo" / "models" / "bundled" / "demo"

WINDOW, STRIDE = 128, 64
LOGIT_SCALE = 30.0
BETA, GAMMA = 1.2, 8.0

CLIP_CONFIG = {
    "embed_dim": 64,
    "quick_gelu": False,
    "vision_cfg": {"image_size": WINDOW, "layers": 5, "width": 160, "head_width": 32, "patch_size": 8},
    "text_cfg": {"context_length": 32, "vocab_size": 49408, "width": 64, "heads": 4, "layers": 2},
}
VFM_ARCHITECTURE = "vit_base_patch8_224.dino"
VFM_OVERRIDES = {"img_size": WINDOW, "patch_size": 4, "embed_dim": 64, "depth": 3, "num_heads": 2}


def build_clip() -> nn.Module:
    """Build the CLIP with random weights."""
    config = json.loads(json.dumps(CLIP_CONFIG))
    return open_clip.CLIP(**config).float()


def to_half(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return a state dict in float16."""
    return {name: value.half().contiguous() for name, value in state.items() if value.is_floating_point()}
