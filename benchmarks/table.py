"""Print the results of `make bench` beside their targets, as one table.

python benchmarks/table.py bench            # the folder with encoder.json, pipeline.json, presets.json
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Row = tuple[str, float, str]


def encoder_rows(found: dict[str, Any]) -> Iterator[Row]:
    """Yield the rows of the image model."""
    yield "pixels per second, times the published loop", found["times the published loop"], "≥ 18"
    yield "mean |difference of cosine| to float32 torch", found["mean |difference of cosine|"], "≤ 0.003"
    yield "labels that agree, random weights, %", found["labels that agree %"], "≥ 97"
    yield "labels that agree, demo model, %", found["labels that agree with the demo model %"], "≥ 99.5"
    yield "encoder, % of the matrix-product rate", found["encoder, % of the matrix product"], "≥ 65"
    yield "everything but the encoder, % of the time", found["everything else, % of the time"], "≤ 8"


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
    yield "largest peak over smallest", found["largest peak over smallest"], "≤ 1.15"
    yield f"{found['threads']} cores, times the speed of one", found["all cores, times one core"], ""


def preset_rows(found: dict[str, Any]) -> Iterator[Row]:
    """Yield the rows of the presets."""
    for row in found["presets"]:
        yield f"{row['preset']} ({row['model']}): Mpx/s", row["Mpx/s"], f"{row['seconds a window']:.2f} s a window"


PARTS = {"encoder": encoder_rows, "pipeline": pipeline_rows, "presets": preset_rows}


def main() -> None:
    """Print the table; write all as one JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    everything: dict[str, Any] = {}
    print(f"{'':58s}{'measured':>10s}  wanted")
    for name, rows in PARTS.items():
        path = options.folder / f"{name}.json"
        if path.exists():
            everything[name] = json.loads(path.read_text("utf-8"))
            for what, value, wanted in rows(everything[name]):
                print(f"{what:58s}{value:10.4g}  {wanted}")
    (options.folder / "bench.json").write_text(json.dumps(everything, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
