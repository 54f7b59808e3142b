"""How much memory and disk a run will take, said before it starts."""

import time
from dataclasses import dataclass

import torch

from proxyclip_geo.engine.runner import Plan
from proxyclip_geo.errors import OptionError
from proxyclip_geo.grid import WindowGrid
from proxyclip_geo.models.encoder import DenseEncoder

BASE = 920 << 20
"""The interpreter, torch and GDAL, and what allocators keep: measured, see docs/performance.md."""
GDAL_CACHE = 64 << 20
STRIPS, PER_CORE = 48 << 20, 24 << 20
"""What is worked on a strip at a time: tiles on their way to files; on each core, logits on their way to labels."""


@dataclass(frozen=True)
class Needs:
    """What a block needs beside its features.

    Attributes:
        parameters: Weights of the image model.
        queries: Words of all classes.
        layers: Bands of the results: labels, score, probabilities.
    """

    parameters: int
    queries: int
    layers: int


def peak_memory(plan: Plan, encoder: DenseEncoder, needs: Needs) -> int:
    """Predict the most memory that one process uses, in bytes: of the machine, or features and weights of its GPU.

    It depends on the block size, the windows and the model, and not on the raster.
    """
    block = max(plan.blocks, key=lambda item: item.read.height * item.read.width)
    pixels = block.read.height * block.read.width
    # Colours and validity, of this block and of the one read ahead, and copies made while reading.
    reading = pixels * (3 + 1) * 3
    # Sums of the rows that windows are being added to, the same of a batch of windows, and the logits of all cells.
    rows, cols = plan.grid.window_cells
    sums = (rows * block.cells.width + plan.batch_size * rows * cols) * encoder.dim * 4
    logits = block.cells.height * block.cells.width * needs.queries * 4 * 2
    # A finished block may wait for the writer while the next one is being classified.
    results = block.core.height * block.core.width * (needs.layers + 2) * 2
    fixed = BASE + GDAL_CACHE + STRIPS + PER_CORE * torch.get_num_threads()
    return fixed + _model(plan, encoder, needs) + reading + sums + logits + results


def _model(plan: Plan, encoder: DenseEncoder, needs: Needs) -> int:
    compiled = encoder.backend == "openvino"
    # Weights in single precision, OpenVINO's own beside them, and the text tower.
    weights = needs.parameters * (4 + 4 + 2 if compiled else 4) + (needs.parameters * 2)
    rows, cols = plan.grid.window_cells
    tokens = rows * cols
    at_once = 2 if compiled else 1 if encoder.device.type == "cpu" else plan.batch_size
    # Attention of every token to every other, a few times over, and the widest layer of a block.
    return weights + at_once * (4 * tokens * tokens * 4 + tokens * 3072 * 4 * 4)


def peak_disk(plan: Plan, needs: Needs) -> int:
    """Predict the most disk that a run takes while it is not finished, in bytes, if nothing could be compressed.

    Packed blocks, the draft of each raster and the raster itself with its overviews are there at the same time.
    """
    return int(plan.grid.height * plan.grid.width * needs.layers * (1 + 1 + 4 / 3))


def time_window(plan: Plan, encoder: DenseEncoder) -> float:
    """Return the seconds that a window takes, from a few encoded just now."""
    count = min(2, plan.batch_size) if encoder.device.type == "cpu" else plan.batch_size
    batch = torch.zeros(count, 3, *plan.grid.window, dtype=torch.uint8)
    encoder.encode(batch)
    started = time.perf_counter()
    encoder.encode(batch).dense.cpu()
    return (time.perf_counter() - started) / len(batch)


def fit_core(grid: WindowGrid, encoder: DenseEncoder, needs: Needs, *, plan: Plan, limit: int) -> int:
    """Return the largest side of a block, at most the plan's, with which a run stays below a limit of memory.

    Raises:
        OptionError: If none does.
    """
    side = plan.core
    while side >= grid.stride:
        smaller = Plan(grid, tuple(grid.blocks(side)), side, plan.blend, plan.batch_size)
        if peak_memory(smaller, encoder, needs) <= limit:
            return side
        side -= grid.stride
    least = peak_memory(smaller, encoder, needs)
    raise OptionError(
        f"{limit / 1e9:.2g} GB of memory are not enough: this model needs {least / 1e9:.2g} GB with the smallest "
        "blocks; raise `max_memory`, or use a smaller model"
    )
