"""Loops over cells and pixels that Numba compiles for this processor, for large rasters.

Torch starts each operation from Python, whose global lock lets two threads be hardly faster than one. Compiled loops
hold no lock. They return the same bits as torch, which is checked when they are loaded. Where they do not, or without
Numba, torch computes.
"""

import importlib.util
import logging
from concurrent.futures import Future
from threading import Lock, Thread
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor

from proxyclip_geo.errors import change_filters
from proxyclip_geo.region import Region

logger = logging.getLogger(__name__)

MIN_PIXELS = 100_000_000
"""Pixels of a raster from which on compiled loops save more time than it takes to load them, one to three seconds."""


EXPONENTIAL_ERROR = 4e-7
"""Largest relative error of `loops.add_exponential`."""

_loading: Future[ModuleType | None] | None = None
_lock = Lock()


def load_loops(raster: Region, device: torch.device) -> None:
    """Begin to load the compiled loops in a thread if a raster is large enough; torch computes until they are loaded.

    Args:
        raster: The requested pixels of all blocks.
        device: Device of the features; the loops run on processors only.
    """
    global _loading
    with _lock:
        if _loading is None and are_loops_worthwhile(raster, device):
            _loading = Future()
            # Not a daemon: the process ends after what LLVM does, and not within it.
            Thread(target=_load, args=(_loading,), name="loops").start()


def are_loops_worthwhile(raster: Region, device: torch.device) -> bool:
    """Return whether loops can be compiled, and the raster is large enough; arguments as for `load_loops`."""
    large = device.type == "cpu" and raster.height * raster.width >= MIN_PIXELS
    return large and importlib.util.find_spec("numba") is not None


def find_loops(device: torch.device) -> ModuleType | None:
    """Return the compiled loops if they are loaded and the device is a processor."""
    if device.type != "cpu" or _loading is None or not _loading.done():
        return None
    return _loading.result()


def _load(loading: Future[ModuleType | None]) -> None:
    try:
        # Numba changes the filters of warnings, of all threads, while it compiles.
        with change_filters():
            found = _import_loops()
        loading.set_result(found)
    except Exception as error:
        # A version of Numba or of LLVM that cannot compile the loops is no reason to end the run.
        logger.warning("loops cannot be compiled, and torch computes in their place: %s", error)
        loading.set_result(None)


def _import_loops() -> ModuleType | None:
    try:
        import numba

        from proxyclip_geo.engine import loops
    except ImportError as error:
        # Each version of Numba supports some versions of NumPy only.
        logger.warning("Numba cannot be imported, and torch computes in its place: %s", error)
        return None
    config: Any = numba.config
    if config.DISABLE_JIT:
        return None
    if not agrees_with_torch(loops):
        logger.warning("loops compiled by Numba round differently from torch on this processor: torch computes")
        return None
    return loops


def agrees_with_torch(loops: Any) -> bool:
    """Return whether compiled loops and torch return the same bits for random numbers."""
    random = torch.Generator().manual_seed(0)
    checks = (_blend_both, _multiply_both, _upsample_both)
    exponents = torch.linspace(-87, 0, 1000)
    own, zeros = torch.zeros_like(exponents), torch.zeros_like(exponents)
    loops.add_exponential(exponents.numpy(), zeros.numpy(), own.numpy())
    near = torch.allclose(own, exponents.exp(), rtol=2 * EXPONENTIAL_ERROR, atol=0)
    return near and all(torch.equal(*check(loops, random)) for check in checks)


def _blend_both(loops: Any, random: torch.Generator) -> tuple[Tensor, Tensor]:
    # Sums of all sizes, also of means that half precision cannot represent.
    total = torch.randn(2, 64, 83, generator=random) * 2.0 ** -torch.arange(64)[:, None]
    weight, weights = torch.rand(2, 64, generator=random), torch.rand(3, 41, generator=random)
    tokens = torch.randn(2, 3, 41, 83, generator=random) * 2.0 ** -torch.arange(41)[:, None]
    own, lefts = (total.clone(), weight.clone()), (0, 23)
    means = torch.empty(64, 83)
    windows = tokens.numpy(), weights.numpy(), np.array(lefts, np.int64)
    loops.blend_cells(tuple(part.numpy() for part in own), windows, (1, 2, 0, 40, 64), means.numpy())
    for token, left in zip(tokens, lefts, strict=True):
        total[1, left : left + 41].addcmul_(token[2], weights[2, :, None])
        weight[1, left : left + 41] += weights[2]
    means[40:] = own[0][1, 40:]
    expected = total[1].clone()
    expected[:40] = (total[1, :40] / weight[1, :40, None].clamp_min(torch.finfo(torch.float32).tiny)).half()
    return means, expected


def _multiply_both(loops: Any, random: torch.Generator) -> tuple[Tensor, Tensor]:
    means, queries = torch.randn(64, 83, generator=random).half().float(), torch.randn(5, 83, generator=random).double()
    own = torch.empty(2, 5, 1, 64)
    loops.multiply_means(means.numpy(), queries.numpy(), own[0].numpy(), (0, 0))
    loops.multiply_features(means.T[:, None].contiguous().numpy(), queries.numpy(), own[1].numpy())
    products = (queries @ means.double().T).float().view(5, 1, 64)
    return own, products.expand(2, 5, 1, 64)


def _upsample_both(loops: Any, random: torch.Generator) -> tuple[Tensor, Tensor]:
    grid, own = torch.randn(2, 3, 85, generator=random), torch.empty(2, 2, 3, 249)
    phases = torch.tensor([2 / 3]), torch.tensor([0.0, 1 / 3])
    before, after = (part.numpy() for part in phases)
    loops.upsample_cells(grid.numpy(), before, after, own[0].numpy())
    # With this tolerance all pixels are doubtful, and their logits are returned.
    table = np.zeros(3, np.uint8), np.zeros(2, np.float32), np.float32(1000)
    places, logits = np.empty((747, 2), np.int64), np.empty((2, 747), np.float32)
    results = np.empty((3, 249), np.uint8), np.empty((3, 249), np.uint8), places, logits
    loops.label_cells(grid.numpy(), (before, after), table, results)
    own[1][:, places[:, 0], places[:, 1]] = torch.from_numpy(logits)
    columns = [(0, 2 / 3), (1, 0.0), (1, 1 / 3)]
    wide = torch.stack([torch.lerp(grid[..., k : k + 83], grid[..., k + 1 : k + 84], w) for k, w in columns], dim=-1)
    lines = wide.flatten(2)
    rows = [torch.lerp(lines[:, k], lines[:, k + 1], w) for k, w in columns]
    return own, torch.stack(rows, dim=1).expand(2, 2, 3, 249)
