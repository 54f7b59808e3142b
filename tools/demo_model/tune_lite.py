"""Train the last blocks of the trunk of `lite` together with its head, after `train_lite.py`. See README.md."""

import argparse
import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from architecture import BUNDLE, LOGIT_SCALE, to_half
from data import Picture, crop, read_dubai, vary
from data import load_scenes as load_plain_scenes
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional
from train_lite import (
    HEAD,
    SCALES,
    VARIED,
    blur,
    fold,
    load_all_scenes,
    make_encoder,
    mix_statistics,
    standardise,
    write_curve,
)
from train_vision import QUERY_NOISE, Task, ask, make_tasks, query_loss
from validate_lite import Validation
from words import load_words

from proxyclip_geo.models.card import read_card
from proxyclip_geo.models.convolutional_encoder import ConvolutionalEncoder
from proxyclip_geo.models.kinds import load_text

SCENES = (240, 100)
"""Number of scenes, and of scenes with farmland."""

PLAIN_SCENES = 80
"""Number of scenes with the colours of the package's scenes."""

SIDE = 160
"""Side in pixels of a crop."""

BATCH = 6
"""Crops of each source per step."""

WEIGHTS = (0.45, 0.55)
"""Weight of the loss, by source."""

FROZEN = 2
"""Blocks of the trunk, from the first, that are not trained."""

PEAK_RATES = (1e-3, 2e-4)
"""Learning rates of AdamW, of the head and of the trunk."""

EVERY = 200
"""Steps between two rows of the loss curve."""

FEWER_BUILDINGS = 1.6
"""How far the last bias is moved from building words towards other words."""


@dataclass(frozen=True)
class Run:
    """One run of training.

    Attributes:
        seed: Seed of crops, words and noise.
        power: Classes are weighted by this power of their share.
        scales: Smallest and largest scale of the crops of scenes.
    """

    seed: int
    power: float = -0.4
    scales: tuple[float, float] = SCALES[0]


@dataclass(frozen=True)
class Round:
    """Runs that start from the same weights. The average of their weights is the result.

    Attributes:
        runs: The runs.
        steps: Length of the schedule of the learning rate.
        end: Step after which each run ends.
        mix_sources: Whether statistics are mixed between all crops of a step; otherwise, between those of scenes only.
    """

    runs: tuple[Run, ...]
    steps: int
    end: int
    mix_sources: bool


ROUNDS = (
    Round((Run(1), Run(2, power=-0.2)), 600, 600, mix_sources=True),
    Round((Run(11), Run(12, scales=(0.5, 1.6))), 800, 400, mix_sources=False),
)


class Sampler:
    """Random crops of scenes and of dubai_hitl."""

    def __init__(self, sources: Sequence[Sequence[Picture]], *, run: Run) -> None:
        self.sources, self.scales = sources, (run.scales, *SCALES[1:])
        self.rng, self.generator = np.random.default_rng(run.seed), torch.Generator().manual_seed(run.seed)

    def take(self) -> tuple[Tensor, list[Tensor]]:
        """Return the crops of a step (B, 3, SIDE, SIDE), and the labels (BATCH, SIDE, SIDE) of each source."""
        pixels, labels = [], []
        for pictures, scale, often in zip(self.sources, self.scales, VARIED, strict=True):
            crops = []
            for _ in range(BATCH):
                picture = pictures[self.rng.integers(len(pictures))]
                rgb, truth = crop(picture, side=SIDE, rng=self.rng, scale=scale)
                crops.append((blur(rgb, rng=self.rng), truth))
            varied = torch.stack([rgb for rgb, _ in crops]).clamp(0, 1)
            for _ in range(often):
                varied = vary(varied, generator=self.generator)
            pixels.append(varied)
            labels.append(torch.stack([truth for _, truth in crops]))
        return torch.cat(pixels), labels


def mix_scenes(maps: Sequence[Tensor], *, rng: np.random.Generator) -> list[Tensor]:
    """Mix statistics between the crops of scenes.

    The crops of dubai_hitl keep theirs: its labels of whole plots then apply to images like these only.
    """
    mixed = mix_statistics([level[:BATCH] for level in maps], rng=rng)
    return [torch.cat([scenes, level[BATCH:]]) for scenes, level in zip(mixed, maps, strict=True)]


def make_optimiser(encoder: ConvolutionalEncoder) -> torch.optim.Optimizer:
    """Return AdamW for the head and the last blocks of the trunk, and freeze the others."""
    encoder.head.requires_grad_(True).train()
    blocks = encoder.trunk.blocks[FROZEN:].requires_grad_(True)
    groups = [
        {"params": list(encoder.head.parameters()), "weight_decay": 0.05, "peak": PEAK_RATES[0]},
        {"params": list(blocks.parameters()), "weight_decay": 0.0, "peak": PEAK_RATES[1]},
    ]
    return torch.optim.AdamW(groups, betas=(0.9, 0.98))


def train(
    encoder: ConvolutionalEncoder,
    tasks: Sequence[Task],
    sampler: Sampler,
    *,
    statistics: Sequence[tuple[Tensor, Tensor]],
    plan: Round,
    validation: Validation,
) -> tuple[ConvolutionalEncoder, list[dict[str, float]]]:
    """Train an encoder whose head takes standardised maps; return the average of its weights, and the loss curve."""
    average, optimiser, rng = copy.deepcopy(encoder), make_optimiser(encoder), sampler.rng
    trained = [(a, p) for a, p in zip(average.parameters(), encoder.parameters(), strict=True) if p.requires_grad]
    averages, used = (list(group) for group in zip(*trained, strict=True))
    mix = mix_statistics if plan.mix_sources else mix_scenes
    curve, seen = [], []
    for step in range(plan.end):
        progress = step / plan.steps
        rate = min(1, (step + 1) / 60) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))
        for group in optimiser.param_groups:
            group["lr"] = group["peak"] * rate
        pixels, labels = sampler.take()
        maps = encoder.trunk(encoder.pixels(pixels).contiguous(memory_format=torch.channels_last))
        normal = [(level - mean) / std for level, (mean, std) in zip(maps, statistics, strict=True)]
        if rng.random() < 0.5:
            normal = mix(normal, rng=rng)
        parts = encoder.head(normal, (SIDE // encoder.step, SIDE // encoder.step)).split(BATCH)
        losses = []
        for task, part, truth in zip(tasks, parts, labels, strict=True):
            queries, wanted, weight = ask(task, truth, noise=QUERY_NOISE * progress, rng=rng)
            losses.append(query_loss(part, queries, wanted, weight, scale=LOGIT_SCALE))
        optimiser.zero_grad(set_to_none=True)
        torch.stack([weight * loss for weight, loss in zip(WEIGHTS, losses, strict=True)]).sum().backward()
        nn.utils.clip_grad_norm_(used, 1.0)
        optimiser.step()
        with torch.no_grad():
            torch._foreach_lerp_(averages, used, 1 - min(0.995, (1 + step) / (10 + step)))
        seen.append([loss.item() for loss in losses])
        if (step + 1) % EVERY == 0:
            means = np.mean(seen[-EVERY:], axis=0)
            row = {"step": step + 1, "loss scenes": float(means[0]), "loss dubai_hitl": float(means[1])}
            row |= validation.score(with_folded_head(average, statistics))
            curve.append(row)
            print("  ".join(f"{key} {value:.3f}" for key, value in row.items()), flush=True)
    return average, curve


def with_folded_head(
    encoder: ConvolutionalEncoder, statistics: Sequence[tuple[Tensor, Tensor]]
) -> ConvolutionalEncoder:
    """Return an encoder whose head takes raw maps from one whose head takes standardised maps."""
    folded = copy.deepcopy(encoder)
    folded.head = fold(folded.head, statistics)
    return folded.eval()


def average_weights(encoders: Sequence[ConvolutionalEncoder]) -> ConvolutionalEncoder:
    """Return an encoder with the mean of the weights of several."""
    result = copy.deepcopy(encoders[0])
    with torch.no_grad():
        for mean, *weights in zip(*(encoder.parameters() for encoder in (result, *encoders)), strict=True):
            mean.copy_(torch.stack(weights).mean(0))
    return result


def move_bias(encoder: ConvolutionalEncoder, buildings: Tensor, others: Sequence[Tensor]) -> None:
    """Move the last bias from the queries of buildings towards those of other classes.

    Both sources make the head draw buildings too large.
    """
    away = buildings.mean(0) - torch.stack([queries.mean(0) for queries in others]).mean(0)
    with torch.no_grad():
        encoder.head.out.bias -= FEWER_BUILDINGS * functional.normalize(away, dim=0)


def measure_statistics(encoder: ConvolutionalEncoder, sampler: Sampler) -> list[tuple[Tensor, Tensor]]:
    """Return mean and standard deviation of each channel of each map of the trunk."""
    with torch.inference_mode():
        maps = [encoder.trunk(encoder.pixels(sampler.take()[0])) for _ in range(8)]
    return standardise([[torch.cat(level).numpy() for level in zip(*maps, strict=True)]])


def unfold(head: nn.Module, statistics: Sequence[tuple[Tensor, Tensor]]) -> nn.Module:
    """Return a head for standardised maps from one for raw maps: the inverse of `fold`."""
    return fold(head, [(-mean / std, 1 / std) for mean, std in statistics])


def list_trained(encoder: ConvolutionalEncoder, published: ConvolutionalEncoder) -> dict[str, Tensor]:
    """Return the weights of the head, and those of the trunk that differ from the published ones."""
    before = published.trunk.state_dict()
    trunk = {n: tensor for n, tensor in encoder.trunk.state_dict().items() if not torch.equal(tensor, before[n])}
    return {**encoder.head.state_dict(), **{f"trunk.{name}": tensor for name, tensor in trunk.items()}}


def main() -> None:
    """Train in rounds, and write the weights of `lite`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dubai", type=Path, required=True, help="folder of dubai_hitl (images.csv, images, labels)")
    parser.add_argument("--masks", type=Path, help="folder of nb_bakerlake and buildings_misc, for the loss curve")
    parser.add_argument("--work", type=Path, default=Path("build/lite-model"), help="--work of train_lite.py")
    parser.add_argument("--bundle", type=Path, default=BUNDLE, help="folder of the model")
    options = parser.parse_args()
    torch.set_num_threads(1)
    words, card = load_words(), read_card(options.bundle / "lite.toml")
    text = load_text(card)
    published = make_encoder(card)
    encoder = copy.deepcopy(published).to(memory_format=torch.channels_last)
    encoder.head.load_state_dict({n: t.float() for n, t in load_file(options.work / HEAD).items()})
    plain = load_plain_scenes(PLAIN_SCENES, cache=options.work / f"plain-{PLAIN_SCENES}.npz")
    scenes = [*load_all_scenes(SCENES, work=options.work), *plain]
    dubai = read_dubai(options.dubai, test=False)
    validation = Validation(options.masks, multiple=encoder.multiple, words=words, text=text)
    curve = []
    for number, plan in enumerate(ROUNDS, 1):
        found = []
        for run in plan.runs:
            torch.manual_seed(run.seed)
            sampler = Sampler((scenes, dubai), run=run)
            statistics = measure_statistics(encoder, sampler)
            start = copy.deepcopy(encoder)
            start.head = unfold(start.head, statistics)
            tasks = make_tasks(scenes, dubai, words=words, text=text, power=run.power)
            average, rows = train(start, tasks, sampler, statistics=statistics, plan=plan, validation=validation)
            curve += [{"round": number, "seed": run.seed, **row} for row in rows]
            found.append(with_folded_head(average, statistics))
        encoder = average_weights(found)
    queries = [text.encode(names) for names in words.train.values()]
    order = list(words.train)
    others = [each[:6] for name, each in zip(order, queries, strict=True) if name != "building"]
    move_bias(encoder, text.encode(words.dubai["building"]), others)
    save_file(to_half(list_trained(encoder, published)), options.bundle / card.cnn.head)
    write_curve(options.work / "tuning.csv", curve)


if __name__ == "__main__":
    main()
