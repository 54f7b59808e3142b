"""Compare the bundled models on labelled real images, by words alone, in one run. See README.md.

    python tools/demo_model/evaluate_masks.py --masks FOLDER [--json scores.json]

FOLDER holds any of the sets of benchmarks/smoothing.py. Intervals are of 95 %, over images drawn with replacement.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from architecture import BUNDLE
from data import IGNORE, TEST_SEEDS, Picture, make_scene
from evaluate import make_bank, segment
from words import load_words

from proxyclip_geo.evaluation.metrics import ConfusionMatrix
from proxyclip_geo.models.load import Model, load_model

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from smoothing import SETS, read_masks

DRAWS = 1000
BUILDINGS = ("oam_buildings", "buildings_misc")
"""Sets whose score is the IoU of buildings, their first class."""


def read_set(name: str, folder: Path) -> tuple[list[Picture], list[tuple[str, ...]]]:
    """Return the images of a set with labels from 0, and the words of its classes."""
    if name == "scenes":
        return [make_scene(seed) for seed in TEST_SEEDS[:12]], [(words[0],) for words in load_words().train.values()]
    pictures = read_masks(folder / name, SETS[name], multiple=4)
    found = [Picture(name, p.rgb, np.where(p.truth == 0, IGNORE, p.truth - 1).astype(np.uint8)) for p in pictures]
    return found, list(SETS[name].words.values())


def score(matrices: Sequence[ConfusionMatrix], *, first: bool) -> float:
    """Return the mean IoU, or the IoU of the first class, of all images together."""
    total = sum(matrices[1:], matrices[0])
    return float((total.class_scores()[0].iou if first else total.overall().mean_iou) or 0)


def compare(models: Sequence[Model], pictures: Sequence[Picture], words: list[tuple[str, ...]], *, first: bool) -> dict:
    """Return score, interval and CPU seconds per megapixel of each model, and the interval of the difference."""
    names = [synonyms[0] for synonyms in words]
    matrices, found = [], {}
    for model in models:
        bank, started = make_bank(model, words), time.process_time()
        labels = [segment(model, picture, [bank])[0] for picture in pictures]
        seconds = time.process_time() - started
        own = [
            ConfusionMatrix.empty(names).add(p.labels + 1, each + 1, valid=p.labels != IGNORE)
            for p, each in zip(pictures, labels, strict=True)
        ]
        matrices.append(own)
        pixels = sum(p.labels.size for p in pictures)
        total = sum(own[1:], own[0])
        found[model.card.name] = {
            "score": score(own, first=first),
            "iou": {c.name: c.iou for c in total.class_scores()},
            "cpu_s_per_mpx": 1e6 * seconds / pixels,
        }
    rng = np.random.default_rng(0)
    draws = rng.integers(len(pictures), size=(DRAWS, len(pictures)))
    drawn = np.array([[score([own[n] for n in draw], first=first) for draw in draws] for own in matrices])
    for model, values in zip(models, drawn, strict=True):
        found[model.card.name]["interval"] = np.percentile(values, [2.5, 97.5]).tolist()
    found["difference"] = np.percentile(drawn[-1] - drawn[0], [2.5, 97.5]).tolist()
    return found


def main() -> None:
    """Print and write the scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--masks", type=Path, required=True, help="folder of labelled real images")
    parser.add_argument("--sets", nargs="+", default=["scenes", *SETS])
    parser.add_argument("--models", nargs="+", default=["demo", str(BUNDLE / "lite.toml")])
    parser.add_argument("--json", type=Path, help="also write the scores here")
    options = parser.parse_args()
    torch.set_num_threads(1)
    models = [load_model(name, device="cpu") for name in options.models]
    results = {}
    for name in options.sets:
        if name != "scenes" and not (options.masks / name).is_dir():
            continue
        first = name in BUILDINGS
        pictures, words = read_set(name, options.masks)
        results[name] = {"images": len(pictures), **compare(models, pictures, words, first=first)}
        print(f"{name}, {len(pictures)} images, {'IoU of buildings' if first else 'mean IoU'}")
        for model in models:
            own = results[name][model.card.name]
            ious = "  ".join(f"{c} {100 * (v or 0):.0f}" for c, v in own["iou"].items())
            low, high = own["interval"]
            print(
                f"  {model.card.name:5s} {own['score']:.3f} ({low:.3f} to {high:.3f})  "
                f"{own['cpu_s_per_mpx']:.2f} CPU s/Mpx  {ious}",
                flush=True,
            )
        print("  difference {:+.3f} to {:+.3f}".format(*results[name]["difference"]), flush=True)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
