"""Train the demo model: text encoder, image encoders, bundle. See README.md."""

import argparse
import os
import time
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import open_clip
import torch
from architecture import BUNDLE, build_clip
from bundle import write_bundle
from data import TRAIN_SEEDS, load_scenes, read_dubai
from train_text import train_text
from train_vision import build_encoder, make_tasks, train_vision
from words import load_words

from proxyclip_geo.models.text_encoder import TextEncoder, TextTower


def main() -> None:
    """Run the stages that the work folder does not hold yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--dubai", type=Path, help="folder of dubai_hitl (images.csv, images, labels); without: scenes only"
    )
    parser.add_argument(
        "--work", type=Path, default=Path("build/demo-model"), help="folder of checkpoints, to resume from"
    )
    parser.add_argument("--bundle", type=Path, default=BUNDLE, help="folder of the model")
    parser.add_argument("--minutes", type=float, default=100, help="time limit of the image encoders")
    parser.add_argument("--steps", type=int, default=7800, help="steps of the image encoders, within the time limit")
    parser.add_argument("--scenes", type=int, default=len(TRAIN_SEEDS), help="synthetic training scenes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.work.mkdir(parents=True, exist_ok=True)
    words, clip = load_words(), build_clip()

    text_file, vision_file = options.work / "text.pt", options.work / "vision.pt"
    if not text_file.exists():
        train_text(clip, words, seed=options.seed)
        torch.save({k: v for k, v in clip.state_dict().items() if not k.startswith("visual.")}, text_file)
    clip.load_state_dict(torch.load(text_file, weights_only=True), strict=False)
    clip.eval().requires_grad_(False)
    text = TextEncoder(
        lambda: TextTower(clip, open_clip.SimpleTokenizer(context_length=clip.context_length)),
        templates=words.templates["card"],
    )

    encoder, started = build_encoder(clip), time.monotonic()
    scenes = load_scenes(options.scenes, cache=options.work / "scenes.npz")
    print(f"{len(scenes)} scenes in {time.monotonic() - started:.0f} s", flush=True)
    dubai = read_dubai(options.dubai, test=False) if options.dubai else []
    tasks = make_tasks(scenes, dubai, words=words, text=text)
    train_vision(
        encoder, tasks, seed=options.seed, steps=options.steps, minutes=options.minutes, checkpoint=vision_file
    )
    write_bundle(clip, encoder.vfm.trunk, words=words, folder=options.bundle)


if __name__ == "__main__":
    main()
