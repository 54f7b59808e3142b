"""Training images of the demo model: synthetic scenes and dubai_hitl, cropped and augmented."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional

from proxyclip_geo.synthetic import generate_scene
from proxyclip_geo.synthetic.layout import TOWN_LEVEL, Terrain

IGNORE = 255
TRAIN_SEEDS = range(1000, 1260)
TEST_SEEDS = range(0, 24)
"""Seeds of the scenes; no seed is in both."""

SCENE_SIDE = 512
DUBAI_TEST_SCENE = "C_tile5"
"""The only scene outside the built-up ones with at least 1.9 % of every class."""


@dataclass(frozen=True)
class Picture:
    """An image with its labels.

    Attributes:
        name: Where it comes from.
        rgb: (3, H, W) uint8.
        labels: (H, W) uint8, from 0; `IGNORE` where unknown.
    """

    name: str
    rgb: NDArray[np.uint8]
    labels: NDArray[np.uint8]


def make_scene(seed: int, *, side: int = SCENE_SIDE) -> Picture:
    """Generate the synthetic image of a seed, which determines its position and gsd (0.35–0.9 m)."""
    rng = np.random.default_rng(seed)
    gsd = round(float(np.exp(rng.uniform(np.log(0.35), np.log(0.9)))), 2)
    offset = (int(rng.integers(-20, 20)) * 512, int(rng.integers(-20, 20)) * 512)
    scene = generate_scene(side, side, seed=seed, gsd=gsd, offset=offset)
    return Picture(f"scene {seed} at {gsd} m", scene.rgb, scene.labels - 1)


def make_town_scene(seed: int, *, finest: float = 0.25, side: int = SCENE_SIDE) -> Picture:
    """Generate the synthetic image of a seed at `finest`–1 m; for every other seed, its centre is in a settlement."""
    rng = np.random.default_rng((seed, 5))
    gsd = round(float(np.exp(rng.uniform(np.log(finest), np.log(1.0)))), 2)
    offsets = rng.integers(-40, 40, size=(200, 2)) * side
    town = Terrain.of(seed).town.at(*((offsets + side / 2) * gsd).T)
    chosen = offsets[int(np.argmax(town > TOWN_LEVEL + 0.3)) if seed % 2 else 0]
    scene = generate_scene(side, side, seed=seed, gsd=gsd, offset=(int(chosen[0]), int(chosen[1])))
    return Picture(f"scene {seed} at {gsd} m", scene.rgb, scene.labels - 1)


def load_scenes(count: int, *, cache: Path) -> list[Picture]:
    """Generate the synthetic training images, or read them from an earlier run."""
    seeds = TRAIN_SEEDS[:count]
    if not cache.exists():
        scenes = [make_scene(seed) for seed in seeds]
        np.savez(cache, rgb=np.stack([p.rgb for p in scenes]), labels=np.stack([p.labels for p in scenes]))
    with np.load(cache) as cached:
        rgb, labels = cached["rgb"], cached["labels"]
    return [Picture(f"scene {seed}", *arrays) for seed, *arrays in zip(seeds, rgb, labels, strict=True)]


def read_dubai(folder: Path, *, test: bool) -> list[Picture]:
    """Read dubai_hitl's training or test scenes; its unlabelled pixels become `IGNORE`."""
    with (folder / "images.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["scene"] == DUBAI_TEST_SCENE) == test]
    pictures = []
    for row in rows:
        rgb = np.asarray(Image.open(folder / "images" / row["image"]).convert("RGB")).transpose(2, 0, 1)
        labels = np.asarray(Image.open(folder / "labels" / row["label"]))
        known = np.where(labels == 0, IGNORE, labels - 1).astype(np.uint8)
        pictures.append(Picture(row["image"], np.ascontiguousarray(rgb), known))
    return pictures


def crop(
    picture: Picture, *, side: int, rng: np.random.Generator, scale: tuple[float, float] = (0.7, 1.4)
) -> tuple[Tensor, Tensor]:
    """Take a random square, scaled, rotated and flipped: (3, side, side) in 0…1 and (side, side)."""
    height, width = picture.labels.shape
    taken = min(int(side / np.exp(rng.uniform(*np.log(scale)))), height, width)
    top, left = rng.integers(height - taken + 1), rng.integers(width - taken + 1)
    part = (slice(top, top + taken), slice(left, left + taken))
    rgb = torch.from_numpy(picture.rgb[:, *part].astype(np.float32) / 255)[None]
    labels = torch.from_numpy(picture.labels[part].astype(np.float32))[None, None]
    rgb = functional.interpolate(rgb, size=(side, side), mode="bilinear", align_corners=False, antialias=taken > side)[
        0
    ]
    labels = functional.interpolate(labels, size=(side, side), mode="nearest-exact")[0, 0].long()
    turns = int(rng.integers(4))
    rgb, labels = torch.rot90(rgb, turns, (1, 2)), torch.rot90(labels, turns, (0, 1))
    if rng.random() < 0.5:
        rgb, labels = rgb.flip(2), labels.flip(1)
    return rgb, labels


def vary(rgb: Tensor, *, generator: torch.Generator) -> Tensor:
    """Vary the colours of a batch (B, 3, H, W): gain, cast, saturation, contrast, gamma, noise."""

    def draw(low: float, high: float, channels: int = 1) -> Tensor:
        return low + (high - low) * torch.rand((len(rgb), channels, 1, 1), generator=generator)

    grey = rgb.mean(1, keepdim=True)
    rgb = grey + (rgb - grey) * draw(0.75, 1.25)
    mean = rgb.mean((1, 2, 3), keepdim=True)
    rgb = mean + (rgb - mean) * draw(0.82, 1.2)
    rgb = (rgb * draw(0.87, 1.15) * draw(0.95, 1.05, 3)).clamp(1e-4, 1) ** draw(0.87, 1.15)
    return (rgb + 0.02 * draw(0, 1) * torch.randn(rgb.shape, generator=generator)).clamp(0, 1)
