"""Train the model `lite`: a head on a frozen ImageNet trunk, in the word space of the demo model. See README.md."""

import argparse
import copy
import csv
import math
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch
from architecture import BUNDLE, LOGIT_SCALE, to_half
from data import Picture, crop, make_scene, make_town_scene, read_dubai, vary
from evaluate import confusion, iou
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional
from train_vision import QUERY_NOISE, Task, ask, make_tasks, query_loss
from variety import vary_scene
from words import Words, load_words

from proxyclip_geo.models.card import read_card
from proxyclip_geo.models.convolutional_encoder import ConvolutionalEncoder
from proxyclip_geo.models.kinds import load_text
from proxyclip_geo.models.load_towers import load_trunk
from proxyclip_geo.models.text_encoder import TextEncoder

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

FIRST_SEED = 2000
"""Seed of the first scene; evaluate.py and the tests use seeds below 1000."""

SIDE = 256
"""Side in pixels of the crops whose trunk features are computed once."""

WINDOW = 128
"""Side in pixels of the part of a crop that a step takes."""

SOURCES = ("scenes", "dubai_hitl")
BATCHES = (16, 10)
"""Crops per step, by source."""

PEAK_RATE = 3e-3
"""Learning rate of AdamW."""

STOP_SEEDS = range(100, 104)
"""Seeds of scenes whose score is shown beside the loss."""

STOP_SETS = ("nb_bakerlake", "buildings_misc")
"""Sets that decide which step is the best."""

EVERY = 100
"""Steps between two rows of the loss curve."""


@dataclass(frozen=True)
class Crops:
    """Crops of one source, with the trunk's features of each.

    Attributes:
        labels: (N, SIDE, SIDE) uint8, from 0; `IGNORE` where unknown.
        maps: Per stride (N, C, h, w) float16.
    """

    labels: NDArray[np.uint8]
    maps: list[NDArray[np.float16]]


def take_crops(pictures: Sequence[Picture], count: int, *, seed: int) -> tuple[Tensor, NDArray[np.uint8]]:
    """Take `count` crops of varied colour: (N, 3, SIDE, SIDE) in 0…1 and (N, SIDE, SIDE)."""
    rng, generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    rgb, labels = torch.empty(count, 3, SIDE, SIDE, dtype=torch.float16), np.empty((count, SIDE, SIDE), np.uint8)
    for n in range(count):
        pixels, truth = crop(pictures[n % len(pictures)], side=SIDE, rng=rng)
        if rng.random() < 0.3:
            factor = float(rng.uniform(0.4, 0.9))  # a blurred image, as real ones are at their nominal resolution
            small = functional.interpolate(pixels[None], scale_factor=factor, mode="bilinear", antialias=True)
            pixels = functional.interpolate(small, size=(SIDE, SIDE), mode="bicubic")[0]
        rgb[n] = vary(pixels[None].clamp(0, 1), generator=generator)[0]
        labels[n] = truth.numpy()
    return rgb, labels


@torch.inference_mode()
def encode_crops(encoder: ConvolutionalEncoder, rgb: Tensor) -> list[NDArray[np.float16]]:
    """Compute the trunk's feature maps of each crop."""
    parts = [
        [level.half().numpy() for level in encoder.trunk(encoder.pixels(rgb[n : n + 8].float()))]
        for n in range(0, len(rgb), 8)
    ]
    return [np.concatenate(level) for level in zip(*parts, strict=True)]


def prepare(encoder: ConvolutionalEncoder, pictures: Sequence[Picture], *, count: int, seed: int, file: Path) -> Crops:
    """Make the crops of one source, or read them from an earlier run."""
    if not file.exists():
        rgb, labels = take_crops(pictures, count, seed=seed)
        maps = encode_crops(encoder, rgb)
        np.savez(file, labels=labels, **{f"level{n}": level for n, level in enumerate(maps)})
    with np.load(file) as saved:
        return Crops(saved["labels"], [saved[name] for name in sorted(saved.files) if name.startswith("level")])


def load_scenes(count: int, *, first: int, cache: Path) -> list[Picture]:
    """Generate the varied training scenes, or read them from an earlier run."""
    seeds = range(first, first + count)
    if not cache.exists():
        scenes = [vary_scene(make_town_scene(seed), seed=seed) for seed in seeds]
        np.savez(cache, rgb=np.stack([p.rgb for p in scenes]), labels=np.stack([p.labels for p in scenes]))
    with np.load(cache) as cached:
        rgb, labels = cached["rgb"], cached["labels"]
    return [Picture(f"scene {seed}", *arrays) for seed, *arrays in zip(seeds, rgb, labels, strict=True)]


def standardise(encoder: ConvolutionalEncoder, sources: Sequence[Crops]) -> list[tuple[Tensor, Tensor]]:
    """Return mean and standard deviation of each channel of each map."""
    found = []
    for level in zip(*(source.maps for source in sources), strict=True):
        values = np.concatenate([maps[:: max(1, len(maps) // 100)].astype(np.float32) for maps in level])
        mean, std = values.mean((0, 2, 3)), values.std((0, 2, 3))
        found.append((torch.from_numpy(mean).view(1, -1, 1, 1), torch.from_numpy(std + 1e-3).view(1, -1, 1, 1)))
    return found


def fold(head: nn.Module, statistics: Sequence[tuple[Tensor, Tensor]]) -> nn.Module:
    """Return a head for raw feature maps from one for standardised maps."""
    folded = copy.deepcopy(head)
    with torch.no_grad():
        for layer, (mean, std) in zip(folded.project, statistics, strict=True):
            layer.bias -= (layer.weight * (mean / std)).sum((1, 2, 3))
            layer.weight /= std
    return folded


def take_batch(source: Crops, count: int, *, rng: np.random.Generator) -> tuple[list[Tensor], Tensor]:
    """Take parts of random crops: feature maps and labels (count, WINDOW, WINDOW)."""
    rows = rng.integers(len(source.labels), size=count)
    places = rng.integers((SIDE - WINDOW) // 16 + 1, size=(count, 2)) * 16
    labels = [source.labels[n, y : y + WINDOW, x : x + WINDOW] for n, (y, x) in zip(rows, places, strict=True)]
    maps = []
    for level in source.maps:
        stride = SIDE // level.shape[-1]
        side = WINDOW // stride
        parts = [
            level[n, :, y // stride : y // stride + side, x // stride : x // stride + side]
            for n, (y, x) in zip(rows, places, strict=True)
        ]
        maps.append(torch.from_numpy(np.stack(parts)).float())
    return maps, torch.from_numpy(np.stack(labels)).long()


class Validation:
    """Images that are scored during training; nothing is trained on them."""

    def __init__(self, encoder: ConvolutionalEncoder, masks: Path | None, *, words: Words, text: TextEncoder) -> None:
        from smoothing import SETS, read_masks

        pictures = {"scenes": [make_scene(seed) for seed in STOP_SEEDS]}
        names = {"scenes": [[synonyms[0]] for synonyms in words.train.values()]}
        for name in STOP_SETS if masks else ():
            found = read_masks(masks / name, SETS[name], multiple=encoder.multiple)
            pictures[name] = [Picture(name, p.rgb, (p.truth - 1).astype(np.uint8)) for p in found]
            names[name] = [list(synonyms) for synonyms in SETS[name].words.values()]
        self.cases = {}
        for name, group in pictures.items():
            owner = torch.tensor([n for n, synonyms in enumerate(names[name]) for _ in synonyms])
            queries = torch.cat([text.encode(synonyms) for synonyms in names[name]])
            with torch.inference_mode():
                maps = [encoder.trunk(encoder.pixels(torch.from_numpy(p.rgb)[None].float() / 255)) for p in group]
            self.cases[name] = (group, maps, queries, owner)

    @torch.inference_mode()
    def score(self, head: nn.Module) -> dict[str, float]:
        """Return the mean IoU of each set."""
        scores = {}
        for name, (pictures, maps, queries, owner) in self.cases.items():
            count = int(owner.max()) + 1
            total = np.zeros((count, count), np.int64)
            for picture, levels in zip(pictures, maps, strict=True):
                height, width = picture.labels.shape
                dense = functional.normalize(head(levels, (height // 4, width // 4)), dim=1)
                cosines = torch.einsum("bdhw,qd->bqhw", dense, queries)
                large = functional.interpolate(cosines, size=(height, width), mode="bilinear")[0]
                found = owner[large.argmax(0)].numpy()
                total += confusion(picture.labels, found, count)
            scores[f"mIoU {name}"] = float(np.nanmean(iou(total)))
        return scores


def train_head(
    head: nn.Module,
    tasks: Sequence[Task],
    sources: Sequence[Crops],
    *,
    statistics: Sequence[tuple[Tensor, Tensor]],
    validation: Validation,
    seed: int,
    steps: int,
) -> tuple[nn.Module, list[dict[str, float]]]:
    """Train the head on standardised maps; return the average of its weights at the best step, and the loss curve."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    average = copy.deepcopy(head)
    optimiser = torch.optim.AdamW(head.parameters(), lr=PEAK_RATE, weight_decay=0.05, betas=(0.9, 0.98))
    curve, seen, started, best = [], [], time.monotonic(), (-1.0, head.state_dict())
    for step in range(steps):
        progress = step / steps
        rate = min(1, (step + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))
        optimiser.param_groups[0]["lr"] = PEAK_RATE * rate
        losses = []
        for task, source, count in zip(tasks, sources, BATCHES, strict=False):
            maps, labels = take_batch(source, count, rng=rng)
            normal = [(level - mean) / std for level, (mean, std) in zip(maps, statistics, strict=True)]
            with torch.autocast("cpu", torch.bfloat16):
                dense = head(normal, (WINDOW // 4, WINDOW // 4))
            queries, wanted, weight = ask(task, labels, noise=QUERY_NOISE * progress, rng=rng)
            losses.append(query_loss(dense.float(), queries, wanted, weight, scale=LOGIT_SCALE))
        optimiser.zero_grad(set_to_none=True)
        torch.stack(losses).mean().backward()
        nn.utils.clip_grad_norm_(head.parameters(), 1.0)
        optimiser.step()
        with torch.no_grad():
            decay = min(0.995, (1 + step) / (10 + step))
            torch._foreach_lerp_(list(average.parameters()), list(head.parameters()), 1 - decay)
        seen.append([loss.item() for loss in losses])
        if (step + 1) % EVERY == 0:
            means = np.mean(seen[-EVERY:], axis=0)
            row = {
                "step": step + 1,
                **{n: float(m) for n, m in zip(("loss scenes", "loss dubai_hitl"), means, strict=False)},
            }
            scores = validation.score(fold(average, statistics))
            row |= scores
            score = sum(scores.get(f"mIoU {name}", 0) for name in STOP_SETS)
            if score >= best[0]:
                best = (score, copy.deepcopy(average.state_dict()))
            curve.append(row)
            line = "  ".join(f"{key} {value:.3f}" for key, value in row.items())
            print(f"{line}  {time.monotonic() - started:.0f} s", flush=True)
    average.load_state_dict(best[1])
    return average, curve


def main() -> None:
    """Compute the trunk's features once, train the head on them, and write the model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dubai", type=Path, help="folder of dubai_hitl (images.csv, images, labels)")
    parser.add_argument(
        "--masks", type=Path, help="folder of nb_bakerlake and buildings_misc, which decide when to stop"
    )
    parser.add_argument("--work", type=Path, default=Path("build/lite-model"), help="folder of scenes and features")
    parser.add_argument("--bundle", type=Path, default=BUNDLE, help="folder of the model")
    parser.add_argument("--scenes", type=int, default=360, help="synthetic training scenes")
    parser.add_argument("--crops", type=int, nargs=2, default=(1200, 600), help="crops of scenes and of dubai_hitl")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.work.mkdir(parents=True, exist_ok=True)
    words, card = load_words(), read_card(options.bundle / "lite.toml")
    text = load_text(card)
    encoder = ConvolutionalEncoder(
        load_trunk(card, card.cnn),
        width=card.cnn.width,
        dim=64,
        step=card.cnn.step,
        statistics=(card.cnn.mean, card.cnn.std),
    )
    started = time.monotonic()
    scenes = load_scenes(options.scenes, first=FIRST_SEED, cache=options.work / "scenes.npz")
    dubai = read_dubai(options.dubai, test=False) if options.dubai else []
    print(f"{len(scenes)} scenes, {len(dubai)} images: {time.monotonic() - started:.0f} s", flush=True)
    sources = [
        prepare(encoder, pictures, count=count, seed=options.seed, file=options.work / f"features-{name}.npz")
        for name, pictures, count in zip(SOURCES, (scenes, dubai), options.crops, strict=True)
        if pictures
    ]
    print(f"features: {time.monotonic() - started:.0f} s", flush=True)
    tasks = make_tasks(scenes, dubai, words=words, text=text)
    statistics = standardise(encoder, sources)
    head = copy.deepcopy(encoder.head).requires_grad_(True).train()
    head, curve = train_head(
        head,
        tasks,
        sources,
        statistics=statistics,
        validation=Validation(encoder, options.masks, words=words, text=text),
        seed=options.seed,
        steps=options.steps,
    )
    save_file(to_half(fold(head, statistics).state_dict()), options.bundle / card.cnn.head)
    with (options.work / "curve.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(curve[0]))
        writer.writeheader()
        writer.writerows(curve)
    print(f"{options.bundle / card.cnn.head}: {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
