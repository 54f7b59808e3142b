"""Loops over cells and pixels that Numba compiles for this processor, for large rasters.

Torch starts each operation from Python, whose global lock lets two threads be hardly faster than one. Compiled loops
hold no lock. They return the same bits as torch, which is checked when they are loaded. Where they do not, or without
Numba, torch computes.
"""

import importlib.util
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import Tensor

from proxyclip_geo.engine import loops
from proxyclip_geo.region import Region

logger = logging.getLogger(__name__)

MIN_PIXELS = 100_000_000
"""Pixels of a raster from which on compiled loops save more time than it takes to load them, one to three seconds."""

Loop = Callable[..., None]


@dataclass(frozen=True)
class CompiledLoops:
    """The functions of `loops`, compiled; arrays are contiguous."""

    add_window: Loop
    multiply_sums: Loop
    multiply_features: Loop
    upsample_cells: Loop
    label_pixels: Loop


def load_loops(raster: Region, device: torch.device) -> None:
    """Load the compiled loops if a raster is large enough.

    Args:
        raster: The requested pixels of all blocks.
        device: Device of the features; the loops run on processors only.
    """
    if are_loops_worthwhile(raster, device):
        _load()


def are_loops_worthwhile(raster: Region, device: torch.device) -> bool:
    """Return whether loops can be compiled, and the raster is large enough; arguments as for `load_loops`."""
    large = device.type == "cpu" and raster.height * raster.width >= MIN_PIXELS
    return large and importlib.util.find_spec("numba") is not None


def find_loops(device: torch.device) -> CompiledLoops | None:
    """Return the compiled loops if they are loaded and the device is a processor."""
    return _load() if device.type == "cpu" and _load.cache_info().currsize else None


@cache
def _load() -> CompiledLoops | None:
    try:
        import numba
    except ImportError as error:
        # Each version supports some versions of NumPy only.
        logger.warning("Numba cannot be imported, and torch computes in its place: %s", error)
        return None
    config: Any = numba.config
    if config.DISABLE_JIT:
        return None
    compiled = _compile_all()
    if not agrees_with_torch(compiled):
        logger.warning("loops compiled by Numba round differently from torch on this processor: torch computes")
        return None
    return compiled


def _compile_all() -> CompiledLoops:
    line, plane, stack, view = "float32[::1]", "float32[:,::1]", "float32[:,:,::1]", "float32[:,:,:]"
    queries, percent, pair = "float64[:,::1]", "uint8[:,:]", "UniTuple(int64, 2)"
    # The order of additions in double precision vanishes when the sum is rounded.
    free = {"contract", "reassoc", "nsz"}
    return CompiledLoops(
        add_window=_compile(loops.add_window, f"void({stack}, {plane}, {stack}, {plane}, {pair}, {pair})"),
        multiply_sums=_compile(loops.multiply_sums, f"void({stack}, {plane}, {queries}, {view})", fastmath=free),
        multiply_features=_compile(loops.multiply_features, f"void({stack}, {queries}, {view})"),
        upsample_cells=_compile(loops.upsample_cells, f"void({view}, {line}, {line}, {stack})"),
        label_pixels=_compile(
            loops.label_pixels,
            *(f"void({stack}, {stack}, {t}[::1], {line}, {t}[:,:], {percent})" for t in ("uint8", "int32")),
        ),
    )


def _compile(function: Loop, *signatures: str, fastmath: set[str] | None = None) -> Loop:
    """Compile a function; "contract" lets products and sums be rounded once, as torch does where the processor can."""
    import numba

    options: dict[str, Any] = {"nogil": True, "fastmath": fastmath or {"contract"}}
    compiler: Any = numba.njit
    try:
        compiled: Loop = compiler(list(signatures), cache=True, **options)(function)
    except RuntimeError:
        # No folder for compiled code is writable.
        compiled = compiler(list(signatures), **options)(function)
    return compiled


def agrees_with_torch(compiled: CompiledLoops) -> bool:
    """Return whether compiled loops and torch return the same bits for random numbers."""
    random = torch.Generator().manual_seed(0)
    checks = (_add_both, _multiply_both, _upsample_both)
    return all(torch.equal(*check(compiled, random)) for check in checks)


def _add_both(compiled: CompiledLoops, random: torch.Generator) -> tuple[Tensor, Tensor]:
    total, weight = torch.randn(8, 9, 83, generator=random), torch.zeros(8, 9)
    tokens, weights = torch.randn(5, 7, 83, generator=random), torch.rand(5, 7, generator=random)
    own = total.clone()
    compiled.add_window(own.numpy(), weight.numpy(), tokens.numpy(), weights.numpy(), (2, 1), (0, 5))
    total[2:7, 1:8].addcmul_(tokens, weights[..., None])
    return own, total


def _multiply_both(compiled: CompiledLoops, random: torch.Generator) -> tuple[Tensor, Tensor]:
    # Sums of all sizes, also of means that half precision cannot represent.
    total = torch.randn(2, 32, 83, generator=random) * 2.0 ** -torch.arange(32)[:, None]
    weight, queries = torch.rand(2, 32, generator=random), torch.randn(5, 83, generator=random).double()
    own = torch.empty(2, 5, 2, 32)
    compiled.multiply_sums(total.numpy(), weight.numpy(), queries.numpy(), own[0].numpy())
    means = (total / weight[..., None].clamp_min(float(loops.FLOAT_TINY))).half().float()
    compiled.multiply_features(means.permute(2, 0, 1).contiguous().numpy(), queries.numpy(), own[1].numpy())
    products = (queries @ means.double().flatten(0, 1).T).float().view(5, 2, 32)
    return own, products.expand(2, 5, 2, 32)


def _upsample_both(compiled: CompiledLoops, random: torch.Generator) -> tuple[Tensor, Tensor]:
    grid, pixels = torch.randn(2, 3, 85, generator=random), torch.empty(2, 3, 249)
    before, after = torch.tensor([2 / 3]), torch.tensor([0.0, 1 / 3])
    compiled.upsample_cells(grid.numpy(), before.numpy(), after.numpy(), pixels.numpy())
    columns = [(0, 2 / 3), (1, 0.0), (1, 1 / 3)]
    wide = torch.stack([torch.lerp(grid[..., k : k + 83], grid[..., k + 1 : k + 84], w) for k, w in columns], dim=-1)
    lines = wide.flatten(2)
    rows = [torch.lerp(lines[:, k], lines[:, k + 1], w) for k, w in columns]
    return pixels, torch.stack(rows, dim=1)
