"""Cost of the image encoders of the built-in models, with random weights of full size.

Prints a Markdown table: weights, operations and processor time per million pixels, with the overlap of the model's own
stride. Operations are counted without computing anything. Time is that of one window on one thread.
"""

import argparse
import time
from typing import Any

import open_clip
import torch
from torch.utils.flop_counter import FlopCounterMode

from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.clip_config import find_clip_statistics, read_clip_config
from proxyclip_geo.models.convolutional_encoder import ConvolutionalEncoder, build_trunk
from proxyclip_geo.models.encoder import ProxyClipEncoder, TorchEncoder
from proxyclip_geo.models.kinds import find_vfm_scale
from proxyclip_geo.models.patch_encoder import HeadedEncoder, LastValuesEncoder, TextHead, VitEncoder
from proxyclip_geo.models.registry import builtin_cards, find_card
from proxyclip_geo.models.vision_foundation_model import VisionFoundationModel

DINOTXT_HIDDEN, DINOTXT_DEPTH = 2752, 2


def build(card: ModelCard) -> TorchEncoder:
    """Build the image encoder of a card with random weights."""
    if cnn := card.cnn:
        dim = int(read_clip_config(card)["embed_dim"])
        trunk = build_trunk(cnn.architecture, cnn.levels)
        return ConvolutionalEncoder(trunk, width=cnn.width, dim=dim, step=cnn.step, statistics=(cnn.mean, cnn.std))
    assert card.vfm
    vfm = VisionFoundationModel(card.vfm.architecture, overrides=card.vfm.overrides, position=card.vfm.position)
    statistics = (card.vfm.mean, card.vfm.std)
    if card.kind == "tips":
        return LastValuesEncoder(vfm, statistics=statistics)
    if card.kind == "talk2dino":
        return VitEncoder(vfm, statistics=statistics)
    if card.kind == "dinotxt":
        head = TextHead(int(vfm.trunk.embed_dim), DINOTXT_HIDDEN, depth=DINOTXT_DEPTH, qkv_bias=False)
        return HeadedEncoder(vfm, head, statistics=statistics)
    clip: Any = open_clip.CLIP(**read_clip_config(card))
    return ProxyClipEncoder(
        clip.visual,
        vfm,
        clip_statistics=find_clip_statistics(card),
        vfm_statistics=statistics,
        vfm_scale=find_vfm_scale(card, card.vfm),
    )


def count_operations(card: ModelCard) -> float:
    """Return multiplications and additions of a window."""
    with torch.device("meta"), torch.no_grad():
        encoder = build(card).to("meta")
        window = torch.zeros(1, 3, card.window.size, card.window.size, dtype=torch.uint8)
        with FlopCounterMode(display=False) as counter:
            encoder(window)
    return float(counter.get_total_flops())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", default=[name for name in builtin_cards()])
    parser.add_argument("--no-time", action="store_true", help="count operations only")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print("| model | weights, million | window, stride | Tflop per Mpx | CPU s per Mpx |")
    print("|---|---|---|---|---|", flush=True)
    for name in options.models:
        card = find_card(name)
        if card.kind == "ensemble":
            continue
        own = card.window.stride**2 / 1e6
        seconds = "–"
        encoder = build(card)
        weights = sum(weight.numel() for weight in encoder.parameters())
        if not options.no_time:
            window = torch.randint(0, 256, (1, 3, card.window.size, card.window.size), dtype=torch.uint8)
            started = time.process_time()
            encoder.encode(window)
            seconds = f"{(time.process_time() - started) / own:.0f}"
        del encoder
        print(
            f"| `{name}` | {weights / 1e6:.0f} | {card.window.size}, {card.window.stride} | "
            f"{count_operations(card) / own / 1e12:.1f} | {seconds} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
