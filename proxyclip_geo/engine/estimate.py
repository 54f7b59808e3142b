"""Estimate the memory, the disk space and the time of a run before it starts."""

import time
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import torch

from proxyclip_geo.engine.compiled import are_loops_worthwhile
from proxyclip_geo.engine.plan import Plan
from proxyclip_geo.errors import OptionError
from proxyclip_geo.grid import ceil_div
from proxyclip_geo.models.encoder import DenseEncoder
from proxyclip_geo.remedies import Remedy

BASE = 920 << 20
"""The interpreter, torch, GDAL and unused heap: measured, see docs/performance.md."""
LOOPS = 180 << 20
"""Numba and compiled loops: measured."""
GDAL_CACHE = 64 << 20
STRIPS, PER_CORE = 48 << 20, 24 << 20
"""Strips in work: tiles that are written; logits that each core turns into labels."""


@dataclass(frozen=True)
class MemoryInputs:
    """Inputs of the memory estimate besides plan and encoder.

    Attributes:
        parameters: Number of weights of the image model.
        queries: Number of queries of all classes.
        layers: Bands of the results: labels, score, probabilities.
        attention: Whether the image model compares all tokens of a window with each other.
    """

    parameters: int
    queries: int
    layers: int
    attention: bool = True


def estimate_memory(plan: Plan, encoder: DenseEncoder, inputs: MemoryInputs) -> int:
    """Return the peak memory of one process in bytes; on a GPU, that of features and weights.

    It depends on the block size, the windows and the model, but not on the size of the raster.
    """
    block = max(plan.blocks, key=lambda item: item.read.height * item.read.width)
    pixels = block.read.height * block.read.width
    # RGB and validity, of this block and of the prefetched one, and copies made while reading.
    reading = pixels * (3 + 1) * 3
    # Weighted sums of the rows under the current windows, features of a batch of windows, and logits of all cells.
    rows, cols = plan.grid.window_cells
    sums = (rows * block.cells.width + plan.batch_size * rows * cols) * encoder.dim * 4
    compiled = are_loops_worthwhile(plan.area.region, encoder.device)
    if compiled:
        # Features of windows beside each other wait for the last of them.
        beside = ceil_div(block.cells.width * plan.grid.step, plan.grid.stride)
        sums += beside * rows * cols * encoder.dim * 4
    logits = block.cells.height * block.cells.width * inputs.queries * 4 * 2
    # A block may wait to be written while the next one is classified.
    results = block.core.height * block.core.width * (inputs.layers + 2) * 2
    fixed = BASE + GDAL_CACHE + STRIPS + PER_CORE * torch.get_num_threads()
    if compiled:
        fixed += LOOPS
    return fixed + _model(plan, encoder, inputs) + reading + sums + logits + results


def _model(plan: Plan, encoder: DenseEncoder, inputs: MemoryInputs) -> int:
    compiled = encoder.backend == "openvino"
    # Weights in single precision, OpenVINO's own beside them, and the text tower.
    weights = inputs.parameters * (4 + 4 + 2 if compiled else 4) + (inputs.parameters * 2)
    rows, cols = plan.grid.window_cells
    tokens = rows * cols
    at_once = 2 if compiled else 1 if encoder.device.type == "cpu" else plan.batch_size
    # A few copies of the attention matrix, and the widest layer of a transformer block.
    attention = 4 * tokens * tokens * 4 if inputs.attention else 0
    return weights + at_once * (attention + tokens * 3072 * 4 * 4)


def estimate_disk(plan: Plan, inputs: MemoryInputs) -> int:
    """Return the most disk space that a run takes before it is finished, in bytes, if nothing is compressible.

    Stored blocks, the tiles of each raster and its overviews, and the file made of them exist at the same time.
    """
    return int(plan.area.region.height * plan.area.region.width * inputs.layers * (1 + 4 / 3 + 4 / 3))


_WINDOW_SECONDS: "WeakKeyDictionary[DenseEncoder, dict[tuple[int, ...], float]]" = WeakKeyDictionary()
"""Seconds of a window by its shape and the batch size."""


def time_window(plan: Plan, encoder: DenseEncoder) -> float:
    """Return the seconds that a window takes; they are measured once for each encoder, window and batch size."""
    known, key = _WINDOW_SECONDS.setdefault(encoder, {}), (*plan.grid.window, plan.batch_size)
    if key not in known:
        known[key] = _measure_window(plan, encoder)
    return known[key]


def _measure_window(plan: Plan, encoder: DenseEncoder) -> float:
    count = min(2, plan.batch_size) if encoder.device.type == "cpu" else plan.batch_size
    batch = torch.zeros(count, 3, *plan.grid.window, dtype=torch.uint8)
    encoder.encode(batch)
    started = time.perf_counter()
    encoder.encode(batch).dense.cpu()
    return (time.perf_counter() - started) / len(batch)


def count_devices(encoder: DenseEncoder, device: str, *, workers: int) -> int:
    """Return the number of devices that workers of this machine compute on; those on a CPU share its cores."""
    if encoder.device.type != "cuda" or device not in ("auto", "cuda"):
        return 1
    return max(1, min(workers, torch.cuda.device_count()))


def fit_block_size(plan: Plan, encoder: DenseEncoder, inputs: MemoryInputs, *, limit: int) -> int:
    """Return the largest side of a block, at most that of the plan, with which a run stays below a memory limit.

    Raises:
        OptionError: If none does.
    """
    side = plan.core
    while side >= plan.grid.stride:
        smaller = plan.with_core(side)
        if estimate_memory(smaller, encoder, inputs) <= limit:
            return side
        side -= plan.grid.stride
    least = estimate_memory(smaller, encoder, inputs)
    raise OptionError(
        f"{limit / 1e9:.2g} GB of memory are not enough: this model needs {least / 1e9:.2g} GB with the smallest "
        "blocks",
        remedy=Remedy("raise-memory"),
    )
