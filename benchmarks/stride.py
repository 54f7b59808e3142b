"""Measure mIoU and windows per pixel for each stride.

    python benchmarks/stride.py --masks FOLDER --json stride.json

Strides are fractions of the window, to compare the demo model (window 128) with large models (window 336). The
published stride is a third. Cost is the number of windows per pixel in a large raster, relative to the published
stride.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from smoothing import SETS, Picture, make_bank, make_scene, read_masks

from proxyclip_geo.engine.classify import cell_logits, classify_pixels, upsample_logits
from proxyclip_geo.engine.encode_block import encode_block
from proxyclip_geo.engine.plan import make_plan
from proxyclip_geo.engine.read_block import ReadBlock
from proxyclip_geo.evaluation.metrics import ConfusionMatrix
from proxyclip_geo.models.load import Model, load_model
from proxyclip_geo.synthetic import SCENE_CLASSES

STRIDES = (40, 64, 80, 88, 96, 112, 128)


def score(
    model: Model, pictures: list[Picture], classes: list[tuple[str, ...]], *, stride: int, window: int
) -> dict[str, float]:
    """Label every image with one stride; return percentages."""
    bank = make_bank(model, classes)
    matrix = ConfusionMatrix.empty([words[0] for words in classes])
    for picture in pictures:
        shape = picture.truth.shape
        core = -(-max(shape) // stride) * stride
        plan = make_plan(shape, encoder=model.encoder, window=window, stride=stride, core=core)
        [block] = plan.blocks
        margins = ((0, block.read.bottom - shape[0]), (0, block.read.right - shape[1]))
        rgb = np.pad(picture.rgb, ((0, 0), *margins), mode="edge")
        embedding = encode_block(model.encoder, block, pixels=ReadBlock(rgb, np.ones(rgb.shape[1:], np.bool_)))
        logits = cell_logits(embedding, bank)
        strips = upsample_logits(logits, step=model.encoder.step, core=block.core)
        found = classify_pixels(strips, bank, core=block.core, valid=np.ones(shape, np.bool_))
        matrix = matrix.add(picture.truth, found.labels, valid=picture.truth > 0)
    overall = matrix.overall()
    return {"mIoU": 100 * (overall.mean_iou or 0.0), "accuracy": 100 * (overall.accuracy or 0.0)}


def main() -> None:
    """Measure and print; with --json, write the scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=int, default=8, help="number of synthetic scenes")
    parser.add_argument("--masks", type=Path, help="folder of labelled real images")
    parser.add_argument("--limit", type=int, default=6, help="largest number of images per set")
    parser.add_argument("--json", type=Path, help="also write the scores here")
    options = parser.parse_args()
    model = load_model("demo", device="cpu")
    window = model.card.window.size
    sets: dict[str, tuple[list[Picture], list[tuple[str, ...]]]] = {
        "scenes": ([make_scene(seed) for seed in range(100, 100 + options.scenes)], [(name,) for name in SCENE_CLASSES])
    }
    for name, masks in SETS.items() if options.masks else ():
        if (options.masks / name / "images.csv").exists():
            pictures = list(read_masks(options.masks / name, masks, multiple=model.encoder.step))[: options.limit]
            sets[name] = (pictures, list(masks.words.values()))
    results: dict[str, Any] = {"window": window, "published stride": window / 3}
    print(f"{'stride / window':>16s}{'cost':>8s}" + "".join(f"{name:>18s}" for name in sets) + f"{'mean':>8s}")
    for stride in STRIDES:
        row = {
            name: score(model, pictures, classes, stride=stride, window=window)
            for name, (pictures, classes) in sets.items()
        }
        mean = float(np.mean([scores["mIoU"] for scores in row.values()]))
        cost = (window / 3 / stride) ** 2
        results[str(stride)] = {"share of window": stride / window, "cost": cost, "mean mIoU": mean, "sets": row}
        cells = "".join(f"{scores['mIoU']:9.2f} ({scores['accuracy']:5.1f})" for scores in row.values())
        print(f"{stride / window:16.3f}{cost:8.2f}  {cells}{mean:8.2f}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
