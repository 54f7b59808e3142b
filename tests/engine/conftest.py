"""Encoders that stand in for a model, and what else a run needs: everything small, seeded and exact."""

import threading
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from proxyclip_geo.engine.classify import BlockLabels, TextBank
from proxyclip_geo.engine.plan import make_plan
from proxyclip_geo.engine.read_block import ReadBlock
from proxyclip_geo.engine.runner import run_blocks
from proxyclip_geo.models.encoder import WindowFeatures
from proxyclip_geo.region import Region


class MeanColour:
    """A patch's feature is its mean colour, about grey, and a constant, at unit length.

    All sums are of whole numbers, so that they are exact in any order. `batches` keeps what was encoded.
    """

    dim = 4
    device = torch.device("cpu")

    def __init__(self, step: int = 4, *, multiple: int | None = None) -> None:
        self.step = step
        self.multiple = multiple or step
        self.batches: list[Tensor] = []

    def encode(self, rgb: Tensor) -> WindowFeatures:
        assert rgb.dtype == torch.uint8
        assert all(side % self.multiple == 0 for side in rgb.shape[2:])
        self.batches.append(rgb)
        patches = rgb.long().unflatten(3, (-1, self.step)).unflatten(2, (-1, self.step))
        colours = 2 * patches.sum(dim=(3, 5)) - 255 * self.step**2
        vectors = torch.cat([colours, torch.full_like(colours[:, :1], 50 * self.step**2)], dim=1)
        vectors = self.vary_by_position(vectors).double()
        dense = (vectors / vectors.square().sum(dim=1, keepdim=True).sqrt()).float()
        return WindowFeatures(dense, torch.nn.functional.normalize(dense.mean(dim=(2, 3)), dim=1))

    def vary_by_position(self, vectors: Tensor) -> Tensor:
        """Make (B, 4, h, w) vectors depend on their position in the window."""
        return vectors


class Positional(MeanColour):
    """A patch looks different in every window that sees it, so that it matters how windows are blended."""

    def vary_by_position(self, vectors: Tensor) -> Tensor:
        rows, cols = (torch.arange(side) for side in vectors.shape[2:])
        return vectors * torch.stack(
            [1 + (rows[:, None] * a + cols * b) % 5 for a, b in ((1, 2), (2, 1), (3, 4), (1, 1))]
        )


class AnyNumbers(MeanColour):
    """`MeanColour` for pixels that are no whole numbers, too."""

    def encode(self, rgb: Tensor) -> WindowFeatures:
        patches = rgb.double().unflatten(3, (-1, self.step)).unflatten(2, (-1, self.step))
        colours = patches.mean(dim=(3, 5)) / 127.5 - 1
        vectors = torch.cat([colours, torch.full_like(colours[:, :1], 0.4)], dim=1)
        dense = torch.nn.functional.normalize(vectors, dim=1).float()
        return WindowFeatures(dense, torch.nn.functional.normalize(dense.mean(dim=(2, 3)), dim=1))


class ArraySource:
    """A raster in memory that keeps what was read of it, and fails where it should."""

    def __init__(
        self, rgb: NDArray[np.uint8], valid: NDArray[np.bool_], *, damage: Region | None = None, error: type[Exception]
    ) -> None:
        self.rgb, self.valid = rgb, valid
        self.region = Region(0, 0, *valid.shape)
        self.damage, self.error = damage, error
        self.regions: list[Region] = []
        self.threads: set[str] = set()

    def read(self, region: Region) -> ReadBlock:
        assert region.intersect(self.region) == region
        assert not region.is_empty
        self.regions.append(region)
        self.threads.add(threading.current_thread().name)
        if self.damage is not None and not region.intersect(self.damage).is_empty:
            raise self.error("damaged")
        rows, cols = region.slices_in(self.region)
        return ReadBlock(self.rgb[:, rows, cols].copy(), self.valid[rows, cols].copy())


def build_source(
    height: int,
    width: int,
    *,
    seed: int = 0,
    valid: NDArray[np.bool_] | float = 1.0,
    rgb: NDArray[np.uint8] | int | None = None,
    damage: Region | None = None,
    error: type[Exception] = OSError,
) -> ArraySource:
    """A raster of speckles of 3 pixels.

    Args:
        height: Rows.
        width: Columns.
        seed: Of the speckles.
        valid: (H, W), or the share of speckles with data.
        rgb: (3, H, W), or one grey for all.
        damage: Where reading fails.
        error: How it fails.
    """
    random = np.random.default_rng(seed)

    def speckles(values: NDArray[Any]) -> NDArray[Any]:
        return values.repeat(3, axis=-2).repeat(3, axis=-1)[..., :height, :width]

    speckled = -(-height // 3), -(-width // 3)
    colours = speckles(random.integers(0, 256, (3, *speckled), np.uint8))
    if not isinstance(valid, np.ndarray):
        valid = speckles(random.random(speckled) < valid)
    if isinstance(rgb, int):
        rgb = np.full((3, height, width), rgb, np.uint8)
    return ArraySource(colours if rgb is None else rgb, valid, damage=damage, error=error)


def build_bank(
    query_class: Sequence[int] = (0, 1, 1, 2),
    *,
    seed: int = 0,
    values: Sequence[int] | None = None,
    biases: Sequence[float] | None = None,
    thresholds: float | Sequence[float] = 0.0,
    logit_scale: float = 20.0,
    nodata: int = 255,
    fallback: int = 0,
) -> TextBank:
    """Random queries; one class for each number in `query_class`."""
    generator = torch.Generator().manual_seed(seed)
    queries = torch.randn(len(query_class), MeanColour.dim, generator=generator)
    classes = max(query_class) + 1
    return TextBank(
        queries=torch.nn.functional.normalize(queries, dim=1),
        query_class=tuple(query_class),
        values=tuple(values or range(1, classes + 1)),
        biases=tuple(biases or [0.0] * classes),
        thresholds=(thresholds,) * classes if isinstance(thresholds, float) else tuple(thresholds),
        logit_scale=logit_scale,
        nodata=nodata,
        fallback=fallback,
    )


def run_whole(
    source: ArraySource,
    *,
    encoder: MeanColour | None = None,
    bank: TextBank | None = None,
    window: int = 16,
    stride: int = 8,
    core: int | None = None,
    probabilities: bool = True,
    **plan: Any,
) -> BlockLabels:
    """Run every block and put the map together; every pixel must come once, as it was read."""
    encoder = encoder or MeanColour()
    bank = bank or build_bank()
    layout = make_plan(source.region.shape, encoder=encoder, window=window, stride=stride, core=core, **plan)
    shape = source.region.shape
    classes = len(bank.values)
    whole = BlockLabels(
        np.empty(shape, bank.label_dtype),
        np.empty(shape, np.uint8),
        np.empty((classes, *shape), np.uint8) if probabilities else None,
    )
    times = np.zeros(shape, int)
    for result in run_blocks(source, layout, encoder=encoder, bank=bank, probabilities=probabilities):
        part = result.block.core.slices_in(source.region)
        np.testing.assert_array_equal(result.map.labels == bank.nodata, ~source.valid[part])
        assert result.map.labels.dtype == bank.label_dtype
        whole.labels[part] = result.map.labels
        whole.score[part] = result.map.score
        assert (result.map.probabilities is None) == (whole.probabilities is None)
        if whole.probabilities is not None and result.map.probabilities is not None:
            whole.probabilities[(slice(None), *part)] = result.map.probabilities
        times[part] += 1
    assert (times == 1).all()
    return whole


@pytest.fixture(scope="session")
def encoders() -> SimpleNamespace:
    """The encoders: `MeanColour`, `Positional` and `AnyNumbers`."""
    return SimpleNamespace(MeanColour=MeanColour, Positional=Positional, AnyNumbers=AnyNumbers)


@pytest.fixture(scope="session")
def make_source() -> Callable[..., ArraySource]:
    """Return `build_source`."""
    return build_source


@pytest.fixture(scope="session")
def make_bank() -> Callable[..., TextBank]:
    """Return `build_bank`."""
    return build_bank


@pytest.fixture(scope="session")
def segment() -> Callable[..., BlockLabels]:
    """Return `run_whole`."""
    return run_whole
