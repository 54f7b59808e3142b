"""Stage 2: train both image encoders through the proxy attention, with the text encoder frozen."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from architecture import BETA, GAMMA, LOGIT_SCALE, VFM_ARCHITECTURE, VFM_OVERRIDES, WINDOW
from data import IGNORE, Picture, crop, vary
from torch import Tensor, nn
from torch.nn import functional
from words import Words

from proxyclip_geo.models.clip_image_tower import compute_last_values, project_values, run_trunk
from proxyclip_geo.models.encoder import ProxyClipEncoder
from proxyclip_geo.models.proxy_attention import proxy_attention
from proxyclip_geo.models.text_encoder import TextEncoder
from proxyclip_geo.models.towers import IMAGENET_MEAN, IMAGENET_STD, OPENAI_MEAN, OPENAI_STD
from proxyclip_geo.models.vision_foundation_model import VisionFoundationModel

BATCHES = (10, 6)
"""Crops per step: of synthetic scenes, of dubai_hitl."""

PEAK_RATES = (4e-3, 1.5e-3)
"""Learning rates of Muon, for matrices inside the blocks, and of AdamW, for all other weights."""

ALIGNMENT = 0.7
"""Weight of the loss that pulls features towards their queries."""

QUERY_NOISE = 0.5
"""Largest length of the random vector that is added to a unit query, at the end of training."""


@dataclass(frozen=True)
class Task:
    """A labelled source of crops, with the words for its classes.

    Attributes:
        pictures: Where crops are taken from.
        queries: Per class, (n, D) queries of its synonyms.
        merges: Classes that may be merged, with the queries of the merged class.
        weight: (K,) weight of each class in the loss.
        batch: Crops a step.
    """

    pictures: Sequence[Picture]
    queries: list[Tensor]
    merges: list[tuple[list[int], Tensor]]
    weight: Tensor
    batch: int


def class_weights(pictures: Sequence[Picture], classes: int, *, power: float) -> Tensor:
    """Weight classes by a power of their share."""
    counts = sum(np.bincount(p.labels.ravel(), minlength=256)[:classes] for p in pictures)
    share = torch.tensor(counts / counts.sum()).float()
    weight = (share + 0.005) ** power
    return weight / (weight * share).sum()


def make_tasks(
    scenes: Sequence[Picture], dubai: Sequence[Picture], *, words: Words, text: TextEncoder, power: float = -0.4
) -> list[Task]:
    """Encode every word once, and return the tasks."""
    order = list(words.train)
    synonyms = [text.encode(names) for names in words.train.values()]
    merges = [
        ([order.index(n) for n in classes], text.encode(names)) for classes, names in words.parents if len(classes) > 1
    ]
    bare = order.index("bare_soil")
    lone = [text.encode(names) for classes, names in words.parents if classes == ["bare_soil"]]
    synonyms[bare] = torch.cat([synonyms[bare], *lone])
    tasks = [Task(scenes, synonyms, merges, class_weights(scenes, len(order), power=power), BATCHES[0])]
    if dubai:
        queries = [text.encode(names) for names in words.dubai.values()]
        tasks.append(Task(dubai, queries, [], class_weights(dubai, len(queries), power=power), BATCHES[1]))
    return tasks


def ask(task: Task, labels: Tensor, *, noise: float, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Choose words for a batch.

    Each image gets other synonyms, with random noise, so that similar words work, too.

    Returns:
        Queries (B, Q, D), labels (B, H, W) in 0…Q−1, and weights (Q,).
    """
    groups = [[n] for n in range(len(task.queries))]
    pools, weight = list(task.queries), task.weight
    if task.merges and rng.random() < 0.25:
        together, pool = task.merges[rng.integers(len(task.merges))]
        rest = [n for n in range(len(pools)) if n not in together]
        groups = [[n] for n in rest] + [together]
        pools = [pools[n] for n in rest] + [pool]
        weight = torch.cat([weight[rest], weight[together].mean()[None]])
    lookup = torch.full((256,), IGNORE)
    for index, group in enumerate(groups):
        lookup[group] = index
    picks = [pool[torch.from_numpy(rng.integers(len(pool), size=len(labels)))] for pool in pools]
    queries = torch.stack(picks, dim=1)
    astray = noise * torch.rand(*queries.shape[:2], 1) * functional.normalize(torch.randn(queries.shape), dim=-1)
    queries = functional.normalize(queries + astray, dim=-1)
    return queries, lookup[labels], weight


class Trainee(nn.Module):
    """The encoder with two auxiliary heads, one for each image encoder, used in training only."""

    def __init__(self, encoder: ProxyClipEncoder, classes: Sequence[int]) -> None:
        super().__init__()
        self.encoder = encoder
        width = encoder.vfm.trunk.num_features
        for name, values in (("clip", (OPENAI_MEAN, OPENAI_STD)), ("vfm", (IMAGENET_MEAN, IMAGENET_STD))):
            self.register_buffer(f"{name}_statistics", torch.tensor(values).view(2, 1, 3, 1, 1), persistent=False)
        self.heads = nn.ModuleList(nn.Conv2d(width, n, 1) for n in classes)
        self.value_heads = nn.ModuleList(nn.Conv2d(encoder.visual.transformer.width, n, 1) for n in classes)

    def forward(self, pixels: Tensor, *, beta: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Compute dense features with and without proxy attention, CLIP's values and the VFM's features."""
        e = self.encoder
        with torch.autocast("cpu", torch.bfloat16):
            proxy = e.vfm((pixels - self.vfm_statistics[0]) / self.vfm_statistics[1])
            trunk = run_trunk(e.visual, (pixels - self.clip_statistics[0]) / self.clip_statistics[1])
            values = compute_last_values(e.visual, trunk)
            coarse = (
                project_values(e.visual, values.flatten(2).transpose(1, 2))
                .transpose(1, 2)
                .unflatten(2, values.shape[2:])
            )
            grid = proxy.shape[2:]
            fine = functional.interpolate(values.float(), size=grid, mode="bilinear", align_corners=False)
            weights = proxy_attention(proxy.float(), beta=beta, gamma=e.gamma)
            dense = (
                project_values(e.visual, weights @ fine.flatten(2).transpose(1, 2)).transpose(1, 2).unflatten(2, grid)
            )
        return dense.float(), coarse.float(), values.float(), proxy.float()


def pixel_loss(logits: Tensor, labels: Tensor, weight: Tensor) -> Tensor:
    """Cross-entropy of logits (B, Q, h, w), upsampled to pixels, against labels (B, H, W)."""
    large = functional.interpolate(logits, size=labels.shape[1:], mode="bilinear", align_corners=False)
    return functional.cross_entropy(large, labels, weight=weight, ignore_index=IGNORE)


def query_loss(dense: Tensor, queries: Tensor, labels: Tensor, weight: Tensor, *, scale: float) -> Tensor:
    """Cross-entropy of scaled cosines, and distance of features from the right query.

    Cross-entropy alone leaves those directions free in which the training words do not differ; others differ there.
    """
    unit = functional.normalize(dense, dim=1)
    cosines = torch.einsum("bdhw,bqd->bqhw", unit, queries)
    large = functional.interpolate(cosines, size=labels.shape[1:], mode="bilinear", align_corners=False)
    known = labels != IGNORE
    names = labels.where(known, 0)
    astray = (1 - large.gather(1, names[:, None])[:, 0]) * weight[names]
    entropy = functional.cross_entropy(scale * large, labels, weight=weight, ignore_index=IGNORE)
    return entropy + ALIGNMENT * astray[known].mean()


def build_encoder(clip: nn.Module) -> ProxyClipEncoder:
    """Build the encoder, with random weights in the VFM."""
    return ProxyClipEncoder(
        clip.visual,
        VisionFoundationModel(VFM_ARCHITECTURE, overrides=VFM_OVERRIDES),
        beta=BETA,
        gamma=GAMMA,
        clip_statistics=(OPENAI_MEAN, OPENAI_STD),
        vfm_statistics=(IMAGENET_MEAN, IMAGENET_STD),
    )


def whiten_patches(encoder: ProxyClipEncoder, tasks: Sequence[Task], *, seed: int) -> None:
    """Start both patch embeddings as whitening filters of the training images.

    Most of a patch's variance is its mean colour; a random embedding would drown the texture in it, and texture is what
    the towers have to learn from.
    """
    rng, generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    crops = [crop(task.pictures[n % len(task.pictures)], side=96, rng=rng)[0] for task in tasks for n in range(200)]
    pixels = vary(torch.stack(crops), generator=generator)
    for filters, (mean, std) in (
        (encoder.visual.conv1.weight, (OPENAI_MEAN, OPENAI_STD)),
        (encoder.vfm.trunk.patch_embed.proj.weight, (IMAGENET_MEAN, IMAGENET_STD)),
    ):
        side = filters.shape[-1]
        normal = (pixels - torch.tensor(mean).view(3, 1, 1)) / torch.tensor(std).view(3, 1, 1)
        patches = functional.unfold(normal, side, stride=side).transpose(1, 2).flatten(0, 1)
        values, vectors = torch.linalg.eigh(torch.cov(patches.T))
        whitened = (vectors / (values + 0.004).sqrt()).T.flip(0)[: len(filters)]
        turn, _ = torch.linalg.qr(torch.randn(len(filters), len(whitened), generator=generator))
        with torch.no_grad():
            filters.copy_((turn @ whitened).view_as(filters))


def optimisers(model: nn.Module) -> list[torch.optim.Optimizer]:
    """Return Muon for matrices inside the blocks, and AdamW for all other weights."""
    named = dict(model.named_parameters())
    inner = [p for n, p in named.items() if "blocks." in n and p.ndim == 2]
    outer = [p for n, p in named.items() if not ("blocks." in n and p.ndim == 2)]
    return [
        torch.optim.Muon(inner, lr=PEAK_RATES[0], weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(outer, lr=PEAK_RATES[1], weight_decay=0.02, betas=(0.9, 0.98)),
    ]


def train_vision(
    encoder: ProxyClipEncoder, tasks: Sequence[Task], *, seed: int, steps: int, minutes: float, checkpoint: Path
) -> None:
    """Train `encoder` in place, and set it to the running average of its weights.

    Args:
        encoder: What is trained.
        tasks: Sources of crops; each step takes a batch of each.
        seed: Seed of crops, words and noise.
        steps: Number of steps, within the time limit.
        minutes: Time limit; the learning rate reaches its end at that time at the latest.
        checkpoint: File for the averaged weights, written every 100 steps.
    """
    torch.manual_seed(seed)
    before = 0.0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        encoder.load_state_dict(saved["encoder"])
        before = saved["progress"]
    else:
        whiten_patches(encoder, tasks, seed=seed)
    fresh = seed + round(1e6 * before)  # a resumed run gets other crops
    rng, generator = np.random.default_rng(fresh), torch.Generator().manual_seed(fresh)
    model = Trainee(encoder, [len(task.queries) for task in tasks]).train().requires_grad_(True)
    used = [p for name, p in model.named_parameters() if p.requires_grad]
    active = optimisers(model)
    average = [p.detach().clone() for p in used]
    started, seen = time.monotonic(), []
    for step in range(steps):
        progress = before + (1 - before) * max(step / steps, (time.monotonic() - started) / (60 * minutes))
        if progress >= 1:
            break
        share = min(1, (step + 1) / 60) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))
        for optimiser, peak in zip(active, PEAK_RATES, strict=True):
            optimiser.param_groups[0]["lr"] = share * peak
        side = _crop_side(progress, rng=rng)
        loss, mains = _step_loss(model, tasks, side=side, progress=progress, rng=rng, generator=generator)
        model.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(used, 1.0)
        for optimiser in active:
            optimiser.step()
        decay = min(0.995, (1 + step) / (10 + step))
        torch._foreach_lerp_(average, [p.detach() for p in used], 1 - decay)
        seen.append(mains)
        if step % 50 == 0:
            print(
                f"vision {step}: loss {np.round(np.mean(seen[-50:], axis=0), 3)} {time.monotonic() - started:.0f} s",
                flush=True,
            )
        if step % 100 == 99:
            _save(model, used, average, checkpoint, progress=progress)
    _save(model, used, average, checkpoint, progress=progress)
    with torch.no_grad():
        for parameter, mean in zip(used, average, strict=True):
            parameter.copy_(mean)
    encoder.eval().requires_grad_(False)


def _crop_side(progress: float, *, rng: np.random.Generator) -> int:
    """Return the crop size: small ones first, because they are fast; then the window; sometimes others."""
    usual, others = (96, (80, 112, 128)) if progress < 0.75 else (WINDOW, (96, 112, 144))
    return usual if rng.random() < 0.85 else int(rng.choice(others))


def _step_loss(
    model: Trainee,
    tasks: Sequence[Task],
    *,
    side: int,
    progress: float,
    rng: np.random.Generator,
    generator: torch.Generator,
) -> tuple[Tensor, list[float]]:
    """Return the loss of a step, and the cross-entropy by task."""
    batches = []
    for task in tasks:
        crops = [crop(task.pictures[rng.integers(len(task.pictures))], side=side, rng=rng) for _ in range(task.batch)]
        batches.append((torch.stack([rgb for rgb, _ in crops]), torch.stack([labels for _, labels in crops])))
    pixels = vary(torch.cat([rgb for rgb, _ in batches]), generator=generator)
    # At first every token attends to many others: tokens that β masks get no gradient.
    dense, coarse, values, proxy = model(pixels, beta=BETA * min(1.0, 0.2 + progress / 0.2))
    loss = pixels.new_zeros(())
    # At full scale, random features give a large loss, and training starts with a collapse to a constant.
    scale = LOGIT_SCALE * min(1.0, 0.25 + progress / 0.3)
    helper, mains = 0.5 * (1 - progress), []
    parts = np.cumsum([0, *(task.batch for task in tasks)])
    for n, (task, (_, labels)) in enumerate(zip(tasks, batches, strict=True)):
        part = slice(int(parts[n]), int(parts[n + 1]))
        queries, wanted, weight = ask(task, labels, noise=QUERY_NOISE * progress, rng=rng)
        main = query_loss(dense[part], queries, wanted, weight, scale=scale)
        mains.append(main.item())
        loss = loss + main
        loss = loss + helper * query_loss(coarse[part], queries, wanted, weight, scale=scale)
        loss = loss + helper * pixel_loss(model.heads[n](proxy[part]), labels, task.weight)
        alone = pixel_loss(model.value_heads[n](values[part]), labels, task.weight)
        loss = loss + helper * alone
        mains.append(alone.item())
    return loss / len(tasks), mains


def _save(model: Trainee, used: list[nn.Parameter], average: list[Tensor], path: Path, *, progress: float) -> None:
    """Save the encoder with its averaged weights."""
    saved = [p.detach().clone() for p in used]
    with torch.no_grad():
        for parameter, mean in zip(used, average, strict=True):
            parameter.copy_(mean)
        torch.save({"encoder": model.encoder.state_dict(), "progress": progress}, path)
        for parameter, value in zip(used, saved, strict=True):
            parameter.copy_(value)
