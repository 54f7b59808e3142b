"""Compare the model presets: seconds per window and pixels per second, with random weights at full size.

python benchmarks/presets.py --json presets.json
"""

import argparse
import gc
import json
import statistics
from pathlib import Path
from typing import Any

import torch
from encoder import count_flop, matrix_rate, median, random_model
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
    seconds = median(lambda: compiled.encode(window)) / 2
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
    """Measure, print, and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--presets", nargs="+", default=list(PRESETS))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = []
    for name in options.presets:
        rows.append(measure(name, openvino.native_dtype()))
        print(json.dumps(rows[-1]), flush=True)
        gc.collect()
    if options.json:
        options.json.write_text(json.dumps({"machine": describe_machine(), "presets": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
