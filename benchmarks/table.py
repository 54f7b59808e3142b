"""Print the results of `make bench` beside their targets, as one table.

python benchmarks/table.py bench            # the folder with encoder.json, pipeline.json, presets.json
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Row = tuple[str, float | None, str]
"""What, its value or None if it was left out, and the target."""


def encoder_rows(found: dict[str, Any]) -> Iterator[Row]:
    """Yield the rows of the image model."""
    wanted = {
        "times the published loop": ("pixels per second, times the published loop", "≥ 18"),
        "mean |difference of cosine|": ("mean |difference of cosine| to float32 torch", "≤ 0.003"),
        "labels that agree %": ("labels that agree, random weights, %", "≥ 97"),
        "labels that agree with the demo model %": ("labels that agree, demo model, %", "≥ 99.5"),
        "encoder, % of the matrix product": ("encoder, % of the matrix-product rate", "≥ 65"),
        "everything else, % of the time": ("everything but the encoder, % of the time", "≤ 8"),
    }
    for key, (what, limit) in wanted.items():
        yield what, found.get(key), limit


def pipeline_rows(found: dict[str, Any]) -> Iterator[Row]:
    """Yield the rows of all other steps."""
    for row in found["rasters"]:
        side = row["side"]
        yield f"free encoder, {side} px a side: Mpx/s", row["Mpx/s"], "≥ 20"
        yield f"free encoder, {side} px a side: share of GDAL alone", row["Mpx/s"] / row["GDAL alone, Mpx/s"], ""
        yield (
            f"peak memory, {side} px a side: GB",
            row["peak memory, GB"],
            f"{row['predicted memory, GB']:.2f} predicted",
        )
    if ratio := found.get("largest peak over smallest"):
        yield "largest peak over smallest", ratio, "≤ 1.15"
    if ratio := found.get("all cores, times one core"):
        yield f"{found['threads']} cores, times the speed of one", ratio, ""


def preset_rows(found: dict[str, Any]) -> Iterator[Row]:
    """Yield the rows of the presets."""
    for row in found["presets"]:
        yield f"{row['preset']} ({row['model']}): Mpx/s", row["Mpx/s"], f"{row['seconds a window']:.2f} s a window"


PARTS = {"encoder": encoder_rows, "pipeline": pipeline_rows, "presets": preset_rows}


def main() -> None:
    """Print the table and what was left out; write all as one JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    everything: dict[str, Any] = {}
    left_out: list[str] = []
    print(f"{'':58s}{'measured':>10s}  wanted")
    for name, rows in PARTS.items():
        path = options.folder / f"{name}.json"
        if not path.exists():
            left_out.append(f"{name}: everything")
        else:
            everything[name] = json.loads(path.read_text("utf-8"))
            left_out += (f"{name}: {what}" for what in everything[name]["left out"])
            for what, value, wanted in rows(everything[name]):
                print(f"{what:58s}{'left out' if value is None else f'{value:.4g}':>10s}  {wanted}")
    print(*(f"left out, {what}" for what in left_out), sep="\n")
    (options.folder / "bench.json").write_text(json.dumps(everything, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
