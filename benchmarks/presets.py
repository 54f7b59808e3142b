"""Compare the model presets: seconds per window and pixels per second, with random weights at full size.

    python benchmarks/presets.py --json presets.json

Each preset is measured in a separate process. With `--seconds`, what does not end in time is left out.
"""

import argparse
import json
import statistics
from pathlib import Path
from typing import Any

import torch
from budget import Budget, median, run_limited
from encoder import count_flop, matrix_rate, random_model
from machine import describe_machine

from proxyclip_geo.models import openvino
from proxyclip_geo.models.options import PRESETS
from proxyclip_geo.models.registry import find_card


def measure(name: str, dtype: torch.dtype) -> dict[str, Any]:
    """Time windows of a preset."""
    card = find_card(name)
    _, encoder = random_model(name)
    window = torch.cat([openvino.sample_window(card.window.size)] * 2)
    flop = count_flop(encoder, window[:1])
    compiled = openvino.OpenVinoEncoder(encoder, window=card.window.size, dtype=dtype)
    rates = [matrix_rate(dtype)]
    seconds = median(lambda: compiled.encode(window), seconds=10) / 2
    rates.append(matrix_rate(dtype))
    return {
        "preset": name,
        "model": card.name,
        "parameters, M": sum(weight.numel() for weight in encoder.parameters()) / 1e6,
        "lattice step, px": encoder.step,
        "GFLOP a window": flop,
        "seconds a window": seconds,
        "Mpx/s": card.window.stride**2 / seconds / 1e6,
        "% of the matrix product": 100 * flop / seconds / statistics.mean(rates),
    }


def main() -> None:
    """Measure each preset in a separate process, print, and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--presets", nargs="+", default=list(PRESETS))
    parser.add_argument("--precision", choices=("auto", "float32", "bfloat16"), default="auto")
    parser.add_argument("--seconds", type=float, help="time limit; none if not given")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.one:
        dtype = openvino.native_dtype() if options.precision == "auto" else getattr(torch, options.precision)
        print(json.dumps(measure(options.one, dtype)))
        return
    budget = Budget(options.seconds)
    tried = [
        run_limited(__file__, "--one", name, "--precision", options.precision, what=f"preset {name}", budget=budget)
        for name in options.presets
    ]
    results = {
        "machine": describe_machine(),
        "presets": [row for row in tried if row is not None],
        "left out": budget.left_out,
    }
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
