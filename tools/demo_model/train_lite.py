"""Train the head of `lite` on a frozen ImageNet trunk, in the word space of the demo model. See README.md."""

import argparse
import copy
import csv
import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch
from architecture import BUNDLE, LOGIT_SCALE, to_half
from data import Picture, crop, make_town_scene, read_dubai, vary
from fields import add_fields
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional
from train_vision import QUERY_NOISE, Task, ask, make_tasks, query_loss
from validate_lite import Validation
from variety import vary_scene
from words import load_words

from proxyclip_geo.models.card import ModelCard, read_card
from proxyclip_geo.models.convolutional_encoder import ConvolutionalEncoder
from proxyclip_geo.models.kinds import load_text
from proxyclip_geo.models.load_towers import load_trunk

FIRST_SEEDS = (2000, 2400)
"""Seeds of the first scene, and of the first with farmland; evaluate.py and the tests use seeds below 1000."""

SIDE = 256
"""Side in pixels of the crops whose trunk features are computed once."""

SCALES = ((0.6, 1.6), (0.7, 1.4))
"""Smallest and largest scale of a crop, by source."""

VARIED = (2, 1)
"""How often the colours of a crop are varied, by source: those of scenes vary more."""

WINDOW = 128
"""Side in pixels of the part of a crop that a step takes."""

SOURCES = ("scenes", "dubai_hitl")
BATCHES = (12, 12)
"""Crops per step, by source."""

WEIGHTS = (0.4, 0.6)
"""Weight of the loss, by source."""

MIXED = 0.5
"""Largest part of the statistics of a crop's features that comes from another crop."""

PEAK_RATE = 3e-3
"""Learning rate of AdamW."""

EVERY = 100
"""Steps between two rows of the loss curve."""

HEAD = "head.safetensors"
"""The trained head in `--work`, from which `tune_lite.py` starts."""


@dataclass(frozen=True)
class Crops:
    """Crops of one source, with the trunk's features of each.

    Attributes:
        labels: (N, SIDE, SIDE) uint8, from 0; `IGNORE` where unknown.
        maps: Per stride (N, C, h, w) float16.
    """

    labels: NDArray[np.uint8]
    maps: list[NDArray[np.float16]]


def blur(pixels: Tensor, *, rng: np.random.Generator) -> Tensor:
    """Blur three of ten crops (3, H, W), as real images are at their nominal resolution."""
    if rng.random() >= 0.3:
        return pixels
    small = functional.interpolate(
        pixels[None], scale_factor=float(rng.uniform(0.4, 0.9)), mode="bilinear", antialias=True
    )
    return functional.interpolate(small, size=pixels.shape[1:], mode="bicubic")[0]


def take_crops(pictures: Sequence[Picture], count: int, *, source: int, seed: int) -> tuple[Tensor, NDArray[np.uint8]]:
    """Take `count` crops of varied colour: (N, 3, SIDE, SIDE) in 0…1 and (N, SIDE, SIDE)."""
    rng, generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    rgb, labels = torch.empty(count, 3, SIDE, SIDE, dtype=torch.float16), np.empty((count, SIDE, SIDE), np.uint8)
    for n in range(count):
        pixels, truth = crop(pictures[n % len(pictures)], side=SIDE, rng=rng, scale=SCALES[source])
        pixels = blur(pixels, rng=rng)
        pixels = pixels[None].clamp(0, 1)
        for _ in range(VARIED[source]):
            pixels = vary(pixels, generator=generator)
        rgb[n] = pixels[0]
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


def prepare(
    encoder: ConvolutionalEncoder, pictures: Sequence[Picture], *, source: int, count: int, seed: int, work: Path
) -> Crops:
    """Make the crops of one source, or read them from an earlier run."""
    file = work / f"features-{SOURCES[source]}.npz"
    if not file.exists():
        rgb, labels = take_crops(pictures, count, source=source, seed=seed)
        maps = encode_crops(encoder, rgb)
        np.savez(file, labels=labels, **{f"level{n}": level for n, level in enumerate(maps)})
    with np.load(file) as saved:
        return Crops(saved["labels"], [saved[name] for name in sorted(saved.files) if name.startswith("level")])


def make_varied_scene(seed: int) -> Picture:
    """Generate a scene with other colours."""
    return vary_scene(make_town_scene(seed), seed=seed)


def make_farmland_scene(seed: int) -> Picture:
    """Generate a scene with other colours and with farmland, at a finer resolution."""
    return add_fields(vary_scene(make_town_scene(seed, finest=0.15), seed=seed), rng=np.random.default_rng((seed, 78)))


def load_scenes(make: Callable[[int], Picture], count: int, *, first: int, cache: Path) -> list[Picture]:
    """Generate training scenes, or read them from an earlier run."""
    seeds = range(first, first + count)
    if not cache.exists():
        scenes = [make(seed) for seed in seeds]
        np.savez(cache, rgb=np.stack([p.rgb for p in scenes]), labels=np.stack([p.labels for p in scenes]))
    with np.load(cache) as cached:
        rgb, labels = cached["rgb"], cached["labels"]
    return [Picture(f"scene {seed}", *arrays) for seed, *arrays in zip(seeds, rgb, labels, strict=True)]


def load_all_scenes(counts: Sequence[int], *, work: Path) -> list[Picture]:
    """Generate scenes and scenes with farmland, or read them from an earlier run."""
    kinds = {"scenes": make_varied_scene, "farmland": make_farmland_scene}
    return [
        scene
        for (name, make), count, first in zip(kinds.items(), counts, FIRST_SEEDS, strict=True)
        for scene in load_scenes(make, count, first=first, cache=work / f"{name}-{count}.npz")
    ]


def make_encoder(card: ModelCard) -> ConvolutionalEncoder:
    """Build the encoder of a card with the trunk's published weights and a random head."""
    cnn = card.cnn
    statistics = (cnn.mean, cnn.std)
    return ConvolutionalEncoder(load_trunk(card, cnn), width=cnn.width, dim=64, step=cnn.step, statistics=statistics)


def write_curve(file: Path, curve: Sequence[dict[str, float]]) -> None:
    """Write the loss curve as CSV."""
    with file.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(curve[0]))
        writer.writeheader()
        writer.writerows(curve)


def standardise(sources: Sequence[Sequence[NDArray[np.floating]]]) -> list[tuple[Tensor, Tensor]]:
    """Return mean and standard deviation of each channel of each map; a source is a list of maps (N, C, h, w)."""
    found = []
    for level in zip(*sources, strict=True):
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


def mix_statistics(maps: Sequence[Tensor], *, rng: np.random.Generator) -> list[Tensor]:
    """Replace a part of the mean and standard deviation of each crop's channels by those of another crop.

    The head sees more kinds of images. Zhou et al., "Domain Generalization with MixStyle", ICLR 2021, arXiv 2104.02008.
    """
    other = torch.from_numpy(rng.permutation(len(maps[0])))
    part = torch.from_numpy(MIXED * rng.random((len(other), 1, 1, 1))).float()
    mixed = []
    for level in maps:
        mean, std = level.mean((2, 3), keepdim=True), level.std((2, 3), keepdim=True) + 0.1
        new_mean, new_std = torch.lerp(mean, mean[other], part), torch.lerp(std, std[other], part)
        mixed.append((level - mean) / std * new_std + new_mean)
    return mixed


def train_head(
    encoder: ConvolutionalEncoder,
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
    head = copy.deepcopy(encoder.head).requires_grad_(True).train()
    average = copy.deepcopy(head)
    optimiser = torch.optim.AdamW(head.parameters(), lr=PEAK_RATE, weight_decay=0.05, betas=(0.9, 0.98))
    curve, seen, started, best = [], [], time.monotonic(), (-1.0, head.state_dict())
    for step in range(steps):
        progress = step / steps
        rate = min(1, (step + 1) / 60) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))
        optimiser.param_groups[0]["lr"] = PEAK_RATE * rate
        batches = [take_batch(source, count, rng=rng) for source, count in zip(sources, BATCHES, strict=False)]
        joined = [torch.cat(levels) for levels in zip(*(maps for maps, _ in batches), strict=True)]
        normal = [(level - mean) / std for level, (mean, std) in zip(joined, statistics, strict=True)]
        if rng.random() < 0.5:
            normal = mix_statistics(normal, rng=rng)
        with torch.autocast("cpu", torch.bfloat16):
            dense = head(normal, (WINDOW // 4, WINDOW // 4))
        parts = dense.float().split([len(labels) for _, labels in batches])
        losses = []
        for task, part, (_, labels) in zip(tasks, parts, batches, strict=True):
            queries, wanted, weight = ask(task, labels, noise=QUERY_NOISE * progress, rng=rng)
            losses.append(query_loss(part, queries, wanted, weight, scale=LOGIT_SCALE))
        optimiser.zero_grad(set_to_none=True)
        torch.stack([weight * loss for weight, loss in zip(WEIGHTS, losses, strict=False)]).sum().backward()
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
            encoder.head = fold(average, statistics)
            scores = validation.score(encoder)
            row |= scores
            score = sum(scores.values())
            if score >= best[0]:
                best = (score, copy.deepcopy(average.state_dict()))
            curve.append(row)
            line = "  ".join(f"{key} {value:.3f}" for key, value in row.items())
            print(f"{line}  {time.monotonic() - started:.0f} s", flush=True)
    average.load_state_dict(best[1])
    return average, curve


def main() -> None:
    """Compute the trunk's features once, train the head on them, and write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dubai", type=Path, help="folder of dubai_hitl (images.csv, images, labels)")
    parser.add_argument(
        "--masks", type=Path, help="folder of nb_bakerlake and buildings_misc, which decide when to stop"
    )
    parser.add_argument("--work", type=Path, default=Path("build/lite-model"), help="folder of scenes and features")
    parser.add_argument("--bundle", type=Path, default=BUNDLE, help="folder of the model")
    parser.add_argument("--scenes", type=int, nargs=2, default=(280, 80), help="scenes, and scenes with farmland")
    parser.add_argument("--crops", type=int, nargs=2, default=(1080, 540), help="crops of scenes and of dubai_hitl")
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.work.mkdir(parents=True, exist_ok=True)
    words, card = load_words(), read_card(options.bundle / "lite.toml")
    text = load_text(card)
    encoder = make_encoder(card)
    started = time.monotonic()
    scenes = load_all_scenes(options.scenes, work=options.work)
    dubai = read_dubai(options.dubai, test=False) if options.dubai else []
    print(f"{len(scenes)} scenes, {len(dubai)} images: {time.monotonic() - started:.0f} s", flush=True)
    sources = [
        prepare(encoder, pictures, source=source, count=count, seed=options.seed, work=options.work)
        for source, (pictures, count) in enumerate(zip((scenes, dubai), options.crops, strict=True))
        if pictures
    ]
    print(f"features: {time.monotonic() - started:.0f} s", flush=True)
    tasks = make_tasks(scenes, dubai, words=words, text=text)
    statistics = standardise([source.maps for source in sources])
    head, curve = train_head(
        encoder,
        tasks,
        sources,
        statistics=statistics,
        validation=Validation(options.masks, multiple=encoder.multiple, words=words, text=text),
        seed=options.seed,
        steps=options.steps,
    )
    save_file(to_half(fold(head, statistics).state_dict()), options.work / HEAD)
    write_curve(options.work / "curve.csv", curve)
    print(f"{options.work / HEAD}: {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
