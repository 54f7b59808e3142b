"""Compare methods of edge-aware upsampling: scores overall and near true borders, and time.

`--scenes` are synthetic, with exact truth. `--masks` is a folder with any of the sets in `SETS`,
each with `images.csv` (columns image, label, scene) and the folders `images` and `labels`. `--coarsen 2` averages the
logits over 2 × 2 cells, to simulate a model with twice the step. kornia and OpenCV
(opencv-contrib-python-headless) are compared if they are installed.

    python benchmarks/smoothing.py --scenes 24 --coarsen 1 2 --json smoothing.json
"""

import argparse
import csv
import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from torch import Tensor
from torch.nn import functional
from upsampling_methods import Case, methods

from proxyclip_geo.engine.classify import CellLogits, TextBank, cell_logits, upsample_logits
from proxyclip_geo.engine.encode_block import encode_block
from proxyclip_geo.engine.plan import make_plan
from proxyclip_geo.engine.read_block import ReadBlock
from proxyclip_geo.evaluation.metrics import ConfusionMatrix
from proxyclip_geo.models.load import Model, load_model
from proxyclip_geo.region import Region
from proxyclip_geo.synthetic import SCENE_CLASSES, generate_scene

BAND = 3
"""Distance in pixels from a true border that counts as near."""
SIDE = 512
Words = Mapping[int, tuple[str, ...]]

_BUILT = {1: ("building", "house", "roof"), 0: ("trees", "grass", "cropland", "bare soil", "road", "water")}


@dataclass(frozen=True)
class MaskSet:
    """Labelled real images.

    Attributes:
        words: The words for each label; pixels of other labels are left out.
        shrink: Image pixels per pixel worked on, for images finer than the model knows.
        scene: Which scene of `images.csv` to use; all if empty.
    """

    words: Words
    shrink: int = 1
    scene: str = ""


SETS = {
    "dubai_hitl": MaskSet(
        {
            1: ("building", "house"),
            2: ("land", "unpaved area"),
            3: ("road",),
            4: ("vegetation", "trees"),
            5: ("water",),
        },
        scene="C_tile5",
    ),
    "oam_buildings": MaskSet(_BUILT, shrink=4),
    "buildings_misc": MaskSet(_BUILT),
    "juru_fields": MaskSet(
        {
            1: ("cropland", "crops"),
            2: ("ploughed field", "bare soil"),
            3: ("gravel",),
            4: ("trees", "forest"),
            5: ("road",),
            6: ("grass", "meadow"),
            7: ("house", "building"),
        },
        shrink=4,
    ),
    "usgs_coast": MaskSet({1: ("water", "sea"), 2: ("sand", "grass", "bare soil")}, shrink=4),
    "nb_bakerlake": MaskSet({1: ("forest", "trees"), 2: ("water",), 3: ("road",), 4: ("building", "house")}),
}


@dataclass(frozen=True)
class Picture:
    """An image with its truth.

    Attributes:
        rgb: (3, H, W) uint8.
        truth: (H, W) uint8, class index + 1; 0 where unknown.
    """

    rgb: NDArray[np.uint8]
    truth: NDArray[np.uint8]


def make_scene(seed: int) -> Picture:
    """Generate a scene; the seed determines its position and gsd (0.35–0.9 m)."""
    rng = np.random.default_rng(seed)
    gsd = round(float(np.exp(rng.uniform(np.log(0.35), np.log(0.9)))), 2)
    offset = (int(rng.integers(-20, 20)) * SIDE, int(rng.integers(-20, 20)) * SIDE)
    scene = generate_scene(SIDE, SIDE, seed=seed, gsd=gsd, offset=offset)
    return Picture(scene.rgb, scene.labels)


def read_masks(folder: Path, masks: MaskSet, *, multiple: int) -> Iterator[Picture]:
    """Read images with their masks, cropped to a multiple of pixels; unlabelled pixels become 0."""
    with (folder / "images.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if masks.scene in ("", row["scene"])]
    for row in rows:
        image = Image.open(folder / "images" / row["image"]).convert("RGB")
        width, height = (side // (masks.shrink * multiple) * multiple for side in image.size)
        box = (0, 0, width * masks.shrink, height * masks.shrink)
        rgb = np.asarray(image.resize((width, height), Image.Resampling.BOX, box=box)).transpose(2, 0, 1)
        labels = Image.open(folder / "labels" / row["label"])
        label = np.asarray(labels.resize((width, height), Image.Resampling.NEAREST, box=box))
        truth = np.zeros(label.shape, np.uint8)
        for index, value in enumerate(masks.words):
            truth[label == value] = index + 1
        yield Picture(np.ascontiguousarray(rgb), truth)


def make_bank(model: Model, classes: Sequence[Sequence[str]]) -> TextBank:
    """Encode the words of each class; labels count from 1."""
    owner = tuple(n for n, words in enumerate(classes) for _ in words)
    count = len(classes)
    return TextBank(
        model.text.encode([word for words in classes for word in words]),
        owner,
        tuple(range(1, count + 1)),
        biases=(0.0,) * count,
        thresholds=(0.0,) * count,
        logit_scale=model.card.text.logit_scale,
        nodata=255,
    )


def make_case(model: Model, bank: TextBank, picture: Picture) -> Case:
    """Encode an image as one block."""
    shape = picture.truth.shape
    window, stride = model.card.window.size, model.card.window.stride
    core = -(-max(shape) // stride) * stride
    plan = make_plan(shape, encoder=model.encoder, window=window, stride=stride, batch_size=16, core=core)
    [block] = plan.blocks
    margins = ((0, block.read.bottom - shape[0]), (0, block.read.right - shape[1]))
    rgb = np.pad(picture.rgb, ((0, 0), *margins), mode="edge")
    embedding = encode_block(
        model.encoder, block, pixels=ReadBlock(rgb, np.ones(rgb.shape[1:], np.bool_)), batch_size=16
    )
    return enlarge_case(picture.rgb, cell_logits(embedding, bank).logits, model.encoder.step)


def enlarge_case(rgb: NDArray[np.uint8], cells: Tensor, step: int) -> Case:
    """Upsample logits like the package."""
    lattice, core = Region(0, 0, *cells.shape[1:]), Region(0, 0, *rgb.shape[1:])
    found = CellLogits(cells, torch.ones(lattice.shape, dtype=torch.bool), lattice)
    return Case(
        rgb, step, cells, torch.cat([logits for _, logits in upsample_logits(found, step=step, core=core)], dim=1)
    )


def beside_borders(truth: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return the labelled pixels within `BAND` pixels of a border between two classes."""
    border = np.zeros(truth.shape, np.bool_)
    for one, other in ((np.s_[1:], np.s_[:-1]), (np.s_[:, 1:], np.s_[:, :-1])):
        differs = (truth[one] != truth[other]) & (truth[one] > 0) & (truth[other] > 0)
        border[one] |= differs
        border[other] |= differs
    near: NDArray[np.bool_] = ndimage.distance_transform_edt(~border) < BAND
    return near & (truth > 0) & border.any()


@dataclass
class Tally:
    """Scores of a method on a set so far."""

    whole: ConfusionMatrix
    band: ConfusionMatrix
    seconds: float = 0.0
    pixels: int = 0

    def add(self, picture: Picture, labels: NDArray[np.uint8], seconds: float) -> None:
        """Count one more picture."""
        self.whole = self.whole.add(picture.truth, labels, valid=picture.truth > 0)
        self.band = self.band.add(picture.truth, labels, valid=beside_borders(picture.truth))
        self.seconds += seconds
        self.pixels += labels.size

    def scores(self) -> dict[str, float]:
        """Return percentages, and milliseconds a megapixel."""
        whole, band = self.whole.overall(), self.band.overall()
        parts = (whole.mean_iou, whole.accuracy, band.mean_iou, band.accuracy)
        names = ("mIoU", "accuracy", "border mIoU", "border accuracy")
        found = {name: round(100 * (part or 0.0), 2) for name, part in zip(names, parts, strict=True)}
        return {**found, "ms/Mpx": round(1e9 * self.seconds / self.pixels)}


def measure(
    pictures: Iterator[Picture], model: Model, classes: Sequence[Sequence[str]], *, factors: Sequence[int], sweep: bool
) -> dict[int, dict[str, Tally]]:
    """Score every method on every image, for each factor of coarsening."""
    bank, names, compared = make_bank(model, classes), [words[0] for words in classes], methods(sweep=sweep)
    owner = np.array(bank.query_class, np.uint8) + 1
    empty = ConfusionMatrix.empty(names)
    tallies = {factor: {name: Tally(empty, empty) for name in compared} for factor in factors}
    for picture in pictures:
        fine = make_case(model, bank, picture)
        for factor, row in tallies.items():
            cells = functional.avg_pool2d(fine.cells[None], factor)[0]
            case = fine if factor == 1 else enlarge_case(fine.rgb, cells, fine.step * factor)
            for name, method in compared.items():
                begin = time.perf_counter()
                logits = method(case)
                seconds = time.perf_counter() - begin
                row[name].add(picture, owner[logits.argmax(dim=0).numpy()], seconds)
    return tallies


def print_table(title: str, tallies: Mapping[str, Tally]) -> dict[str, dict[str, float]]:
    """Print and return the scores of every method."""
    scores = {name: tally.scores() for name, tally in tallies.items()}
    columns = list(next(iter(scores.values())))
    first = next(iter(tallies.values()))
    print(f"\n{title}: {first.whole.total / 1e6:.2f} Mpx known, {first.band.total / 1e6:.2f} Mpx beside borders")
    print(f"{'':38s}" + "".join(f"{column:>17s}" for column in columns))
    for name, row in scores.items():
        print(f"{name:38s}" + "".join(f"{row[column]:17.6g}" for column in columns), flush=True)
    return scores


def fingerprint(model: Model) -> str:
    """Return the first digits of the SHA-256 of the model's image weights."""
    parts = (model.card.clip.weights, model.card.vfm.weights)
    files = [model.card.directory / part for part in parts if part]
    return " ".join(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()[:12]}" for path in files)


def main() -> None:
    """Measure and print; with --json, write the scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=int, default=8, help="number of synthetic scenes")
    parser.add_argument("--first-seed", type=int, default=0, help="seed of the first scene")
    parser.add_argument("--masks", type=Path, help="folder of labelled real images")
    parser.add_argument("--coarsen", type=int, nargs="+", default=[1], help="average logits over this many cells")
    parser.add_argument("--sweep", action="store_true", help="compare settings of joint upsampling only")
    parser.add_argument("--model", default="demo", help="model name or card")
    parser.add_argument("--json", type=Path, help="also write the scores here")
    options = parser.parse_args()
    model = load_model(options.model, device="cpu")
    known = fingerprint(model)
    print(f"model {model.card.name}: {known}; step {model.encoder.step} px; {torch.get_num_threads()} threads")
    sets: dict[str, tuple[Iterator[Picture], list[tuple[str, ...]]]] = {}
    if options.scenes:
        seeds = range(options.first_seed, options.first_seed + options.scenes)
        sets[f"scenes {seeds[0]}–{seeds[-1]}"] = (map(make_scene, seeds), [(name,) for name in SCENE_CLASSES])
    multiple = model.encoder.step * int(np.lcm.reduce(options.coarsen))
    for name, masks in SETS.items() if options.masks else ():
        if (options.masks / name / "images.csv").exists():
            pictures = read_masks(options.masks / name, masks, multiple=multiple)
            sets[name] = (pictures, list(masks.words.values()))
    results: dict[str, Any] = {"model": model.card.name, "weights": known, "threads": torch.get_num_threads()}
    for name, (pictures, classes) in sets.items():
        found = measure(pictures, model, classes, factors=options.coarsen, sweep=options.sweep)
        for factor, tallies in found.items():
            title = f"{name}, cells of {model.encoder.step * factor} px"
            results[title] = print_table(title, tallies)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
