"""The self-test of a model: words on a synthetic image."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import torch
from torch import Tensor

from proxyclip_geo.errors import ModelError
from proxyclip_geo.models.load import load_model
from proxyclip_geo.models.options import Backend
from proxyclip_geo.synthetic import SCENE_CLASSES, generate_scene

WORDS = ("water", "forest", "cropland", "road", "building")
SEED, GSD = 51, 1.0
"""A scene in which all words occur, also in small windows."""
MIN_ORDER = 0.9
"""Share of pairs of words that a model has to tell apart; half are by chance."""


@dataclass(frozen=True)
class SelfTest:
    """The result of a self-test.

    Attributes:
        name: The model.
        device: Device, backend and number type.
        parameters: Number of weights of the image encoder.
        window: Side of the window in pixels.
        step: Pixels per token.
        dim: Length of a dense feature.
        seconds: Time of one window, after a warm-up.
        order: Share of the pairs of words that the model tells apart.
        sha256: Checksums of the weights by tower.
    """

    name: str
    device: str
    parameters: int
    window: int
    step: int
    dim: int
    seconds: float
    order: float
    sha256: Mapping[str, str]


def run_self_test(model: str | Path, *, device: str = "auto", backend: Backend = "auto") -> SelfTest:
    """Load a model, encode five words and a synthetic image, and check the features.

    Raises:
        ModelError: If there is no such model or device, its features are not finite, or it does not tell the words
            apart, as with random weights.
        WeightsError: If the weights are missing, damaged or of another model.
    """
    loaded = load_model(model, device=device, backend=backend)
    encoder, side = loaded.encoder, loaded.card.window.size
    windows, truth = _make_windows(side, step=encoder.step)
    encoder.encode(windows[:1])
    started = time.perf_counter()
    first = encoder.encode(windows[:1]).dense.cpu()
    seconds = time.perf_counter() - started
    features = torch.cat([first, *(encoder.encode(windows[index : index + 1]).dense.cpu() for index in (1, 2, 3))])
    queries = loaded.text.encode(WORDS)
    if not (features.isfinite().all() and queries.isfinite().all() and queries.shape[1] == features.shape[1]):
        raise ModelError(
            f"model '{loaded.card.name}' loads, but its features are not finite or differ in length from its queries"
        )
    order = _share_of_ordered_pairs(torch.einsum("bdhw,qd->qbhw", features, queries), truth)
    if order < MIN_ORDER:
        raise ModelError(
            f"model '{loaded.card.name}' loads, but tells only {order:.0%} of the pairs of {', '.join(WORDS)} apart on "
            f"a synthetic image ({MIN_ORDER:.0%} are needed): its weights are random, damaged or of another model"
        )
    return SelfTest(
        name=loaded.card.name,
        device=f"{encoder.device} ({encoder.backend}, {str(encoder.dtype).removeprefix('torch.')})",
        parameters=loaded.parameters,
        window=side,
        step=encoder.step,
        dim=encoder.dim,
        seconds=seconds,
        order=order,
        sha256=loaded.checksums,
    )


def _make_windows(side: int, *, step: int) -> tuple[Tensor, Tensor]:
    """Return four windows (4, 3, side, side) of a synthetic image, and their true labels (4, h, w) on the lattice."""
    scene = generate_scene(2 * side, 2 * side, seed=SEED, gsd=GSD)
    labels = torch.from_numpy(scene.labels)[step // 2 :: step, step // 2 :: step]
    parts = [
        [half.chunk(2, dim=-1) for half in grid.chunk(2, dim=-2)] for grid in (torch.from_numpy(scene.rgb), labels)
    ]
    windows, truth = (torch.stack([part for row in rows for part in row]) for rows in parts)
    return windows, truth


def _share_of_ordered_pairs(logits: Tensor, truth: Tensor) -> float:
    """Return the share of pairs of words a, b with a larger mean of logit(a) − logit(b) where a is than where b is.

    Args:
        logits: (5, B, h, w) logits of `WORDS`.
        truth: (B, h, w) labels of a synthetic scene; words that are not in it do not count.
    """
    places = [truth == SCENE_CLASSES.index(word) + 1 for word in WORDS]
    means = {index: logits[:, place].mean(dim=1) for index, place in enumerate(places) if place.any()}
    ordered = [
        bool(means[one][one] - means[one][other] > means[other][one] - means[other][other])
        for one, other in combinations(means, 2)
    ]
    return sum(ordered) / max(len(ordered), 1)
