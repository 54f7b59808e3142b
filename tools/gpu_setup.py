"""Device, models and rasters of `gpu_check.py`."""

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import torch
from encoder import random_model
from pipeline import Words
from rasterio.windows import Window
from torch import Tensor

import proxyclip_geo as pg
from proxyclip_geo.models.load import Model
from proxyclip_geo.models.registry import find_card

Found = dict[str, Any]


@dataclass(frozen=True)
class Setup:
    """Device, folder for rasters and results, and sizes."""

    device: torch.device
    folder: Path
    polygons: bool = True
    compiled: tuple[str, ...] = ("balanced",)
    scene: int = 1024  # side of the synthetic scene in pixels
    windows: int = 16  # of the comparison with the CPU at full size
    presets: tuple[str, ...] = ("balanced", "fast", "best")  # the first one also segments and is profiled
    batches: tuple[int, ...] = (34, 16, 64)  # the first one is also compiled, captured and profiled
    free_side: int = 16384  # raster for an encoder that costs nothing
    model_side: int = 16384  # raster for a preset
    dtype: torch.dtype = torch.bfloat16

    @property
    def on_gpu(self) -> bool:
        return self.device.type == "cuda"

    def synchronize(self) -> None:
        if self.on_gpu:
            torch.cuda.synchronize()


@contextmanager
def sample_busy_share(setup: Setup) -> Iterator[list[int]]:
    """Yield the percentages that the driver reports every 0.1 s as the busy share of the GPU."""
    samples: list[int] = []
    stop = threading.Event()

    def sample() -> None:
        while setup.on_gpu and not stop.wait(0.1):
            samples.append(torch.cuda.utilization(setup.device))

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield samples
    finally:
        stop.set()
        thread.join()


def median_seconds(setup: Setup, work: Callable[[], Any]) -> float:
    """Return the median of the seconds of a call after two calls."""
    seconds = []
    for _ in range(9 if setup.on_gpu else 3):
        setup.synchronize()
        started = time.perf_counter()
        work()
        setup.synchronize()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds[2:])


def percent_equal(first: Any, second: Any) -> float:
    return 100 * float((first == second).mean())


def segment(setup: Setup, raster: Path, classes: Any, *, model: Any, name: str, **options: Any) -> pg.SegmentResult:
    chosen = pg.SegmentOptions(**{"polygons": False, **options})
    return pg.segment(raster, classes, out=setup.folder / name, model=model, options=chosen, overwrite=True)


def cast(encoder: Any, dtype: torch.dtype) -> Any:
    encoder.visual.to(dtype)
    encoder.vfm.to(dtype)
    return encoder


def large_model(setup: Setup, preset: str) -> Model:
    """Return a preset with random weights on the device, for random queries."""
    card = find_card(preset)
    with setup.device:
        _, encoder = random_model(card.name)
    parameters = sum(weight.numel() for weight in encoder.parameters())
    return Model(card, cast(encoder.to(setup.device), setup.dtype), Words(), {}, parameters)  # type: ignore[arg-type]


def cut_windows(setup: Setup, side: int, count: int) -> Tensor:
    """Return (count, 3, side, side) windows on the diagonal of the scene."""
    with rasterio.open(setup.folder / "scene.tif") as dataset:
        rgb = torch.from_numpy(dataset.read())
    corners = np.linspace(0, setup.scene - side, count).astype(int)
    return torch.stack([rgb[:, at : at + side, at : at + side] for at in corners])


def write_raster(path: Path, side: int, *, tile: int = 1024) -> Path:
    """Write a compressed raster of random blotches."""
    blotches = np.random.default_rng(0).integers(0, 256, (3, tile // 16, tile // 16), np.uint8)
    pixels = blotches.repeat(16, 1).repeat(16, 2)
    profile: Found = {"driver": "GTiff", "dtype": "uint8", "count": 3, "height": side, "width": side, "crs": 32632}
    layout = {"tiled": True, "compress": "deflate", "zlevel": 1, "interleave": "pixel", "num_threads": "all_cpus"}
    transform = rasterio.transform.from_origin(500_000, 5_600_000, 0.5, 0.5)
    with rasterio.open(path, "w", transform=transform, **layout, **profile) as dataset:
        for top in range(0, side, tile):
            for left in range(0, side, tile):
                dataset.write(pixels, window=Window(left, top, tile, tile))
    return path
