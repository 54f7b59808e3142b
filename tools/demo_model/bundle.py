"""Write a trained model as a card with its weights beside it."""

import json
from pathlib import Path

from architecture import BETA, CLIP_CONFIG, GAMMA, LOGIT_SCALE, STRIDE, VFM_ARCHITECTURE, VFM_OVERRIDES, WINDOW, to_half
from safetensors.torch import save_file
from torch import nn
from words import Words

MIN_SIMILARITY = 0.5
"""A word is far if its cosine to the nearest known word is lower; chosen with the table of words of evaluate.py."""

CARD = """\
name = "demo"
description = "A small model of our own, trained on synthetic scenes and one city; needs no other package."
use = "for a first look, examples, offline work and tests; not for mapping"
licence = "MIT"
citation = "proxyclip_geo, docs/demo-model.md"
gsd = [0.3, 1.0]

[clip]
config = "clip.json"
weights = "clip.safetensors"
quick_gelu = false
mean = [0.48145466, 0.4578275, 0.40821073]
std = [0.26862954, 0.26130258, 0.27577711]

[vfm]
architecture = "{architecture}"
overrides = {{ {overrides} }}
weights = "vfm.safetensors"
position = "offset"
mean = [0.485, 0.456, 0.406]
std = [0.229, 0.224, 0.225]

[proxy]
beta = {beta}
gamma = {gamma}

[window]
size = {window}
stride = {stride}

[text]
templates = {templates}
logit_scale = {scale}
known = "known.txt"
min_similarity = {similarity}
"""


def write_bundle(clip: nn.Module, vfm: nn.Module, *, words: Words, folder: Path) -> None:
    """Write demo.toml, clip.json, known.txt and both towers in float16."""
    folder.mkdir(parents=True, exist_ok=True)
    card = CARD.format(
        architecture=VFM_ARCHITECTURE,
        overrides=", ".join(f"{key} = {value}" for key, value in VFM_OVERRIDES.items()),
        beta=BETA,
        gamma=GAMMA,
        window=WINDOW,
        stride=STRIDE,
        templates=json.dumps(words.templates["card"]),
        scale=LOGIT_SCALE,
        similarity=MIN_SIMILARITY,
    )
    (folder / "demo.toml").write_text(card, "utf-8")
    (folder / "clip.json").write_text(json.dumps(CLIP_CONFIG, indent=1) + "\n", "utf-8")
    (folder / "known.txt").write_text("\n".join(words.known) + "\n", "utf-8")
    save_file(to_half(clip.state_dict()), folder / "clip.safetensors")
    save_file(to_half(vfm.state_dict()), folder / "vfm.safetensors")
    for file in folder.iterdir():
        file.chmod(0o644)
    size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    print(f"{folder}: {size:.1f} MB", flush=True)
