"""Proxy attention over neighbouring windows: mean IoU, seams and cost beside plain proxy attention.

    python benchmarks/wider_attention.py --masks FOLDER

Each token of a window attends to the tokens of its own window and of the windows around it on the grid of the raster:
`reach` windows on each side. The neighbours do not depend on blocks. Only models with proxy attention
can be measured. A seam figure is the share of adjacent cells with different labels across window borders, divided by
the same share elsewhere, with windows that do not overlap: 1 means that window borders cannot be seen.
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from refinements import HALVES, read_sets
from smoothing import SETS, Picture, make_bank
from torch import Tensor
from torch.nn import functional

from examples import bootstrap
from proxyclip_geo.engine.classify import TextBank, cell_logits, upsample_logits
from proxyclip_geo.engine.encode_block import encode_block
from proxyclip_geo.engine.plan import make_plan
from proxyclip_geo.engine.read_block import ReadBlock
from proxyclip_geo.evaluation.metrics import ConfusionMatrix
from proxyclip_geo.grid import Windows
from proxyclip_geo.models.clip_image_tower import (
    compute_cls_feature,
    compute_last_values,
    project_values,
    run_trunk,
    to_grid,
    to_tokens,
)
from proxyclip_geo.models.encoder import ProxyClipEncoder, WindowFeatures
from proxyclip_geo.models.load import Model, load_model


@dataclass(frozen=True)
class Wide:
    """Neighbours that a window attends to.

    Attributes:
        reach: Windows on each side; 0 is plain proxy attention.
        touching: Whether neighbours are whole windows apart; else they are strides apart, and overlap.
    """

    reach: int = 0
    touching: bool = True


@dataclass
class Tokens:
    """What proxy attention takes from each window.

    Attributes:
        grid: (h, w) of a window.
        proxy: (N, C) unit features of the vision foundation model, one tensor a window.
        values: (N, D) values of CLIP's last block.
        cls: (1, E) CLS features.
    """

    grid: tuple[int, int]
    proxy: list[Tensor] = field(default_factory=list)
    values: list[Tensor] = field(default_factory=list)
    cls: list[Tensor] = field(default_factory=list)


def compute_tokens(encoder: ProxyClipEncoder, windows: Sequence[Tensor]) -> Tokens:
    """Run both towers on (3, H, W) uint8 windows, up to the proxy attention."""
    found: Tokens | None = None
    for rgb in windows:
        pixels = rgb[None].float() / 255
        proxy = encoder.compute_proxy(pixels)
        grid = (int(proxy.shape[2]), int(proxy.shape[3]))
        trunk = run_trunk(encoder.visual, encoder.clip_pixels(pixels))
        values = compute_last_values(encoder.visual, trunk).float()
        found = found or Tokens(grid)
        found.proxy.append(functional.normalize(proxy.flatten(2).float(), dim=1)[0].T)
        found.values.append(to_tokens(functional.interpolate(values, size=grid, mode="bilinear"))[0])
        found.cls.append(functional.normalize(compute_cls_feature(encoder.visual, trunk).float(), dim=1))
    assert found is not None
    return found


def find_neighbours(windows: Windows, index: int, wide: Wide, *, apart: int) -> list[int]:
    """Return the indices of the windows around one, itself first; `apart` is the side of a window in strides."""
    rows, cols = len(windows.tops), len(windows.lefts)
    row, col = divmod(index, cols)
    spacing = apart if wide.touching else 1
    offsets = [spacing * n for n in range(-wide.reach, wide.reach + 1)]
    near = [(row + down, col + right) for down in offsets for right in offsets]
    inside = [r * cols + c for r, c in near if 0 <= r < rows and 0 <= c < cols]
    return [index, *(n for n in inside if n != index)]


def attend(encoder: ProxyClipEncoder, tokens: Tokens, near: Sequence[int]) -> Tensor:
    """Return the (1, E, h, w) unit features of window `near[0]`, which attends to all windows of `near`."""
    own = tokens.proxy[near[0]]
    keys, values = (torch.cat([part[n] for n in near]) for part in (tokens.proxy, tokens.values))
    similarity = own @ keys.T
    scores = encoder.gamma * (similarity - encoder.beta * similarity.mean())
    itself = torch.eye(*scores.shape, dtype=torch.bool)
    weights = scores.masked_fill((scores < 0) & ~itself, float("-inf")).softmax(dim=-1)
    dense = to_grid(project_values(encoder.visual, (weights @ values)[None]), tokens.grid)
    return functional.normalize(dense.float(), dim=1)


class Replay:
    """A `DenseEncoder` that returns features computed before, window by window."""

    def __init__(self, encoder: ProxyClipEncoder, features: Sequence[WindowFeatures]) -> None:
        self.step, self.multiple, self.dim = encoder.step, encoder.multiple, encoder.dim
        self.device, self.dtype, self.backend = encoder.device, encoder.dtype, encoder.backend
        self._features = iter(features)

    def encode(self, rgb: Tensor) -> WindowFeatures:
        """Return the features of the next windows."""
        some = [next(self._features) for _ in rgb]
        return WindowFeatures(torch.cat([one.dense for one in some]), torch.cat([one.cls for one in some]))


@torch.inference_mode()
def compute_labels(
    model: Model, bank: TextBank, rgb: NDArray[np.uint8], *, ways: Sequence[Wide], stride: int
) -> list[tuple[NDArray[np.uint8], float]]:
    """Return the (Q, H, W) labels of an image, from 1, and seconds a window, for each way."""
    encoder = model.encoder
    assert isinstance(encoder, ProxyClipEncoder)
    shape, window = (int(rgb.shape[1]), int(rgb.shape[2])), model.card.window.size
    plan = make_plan(shape, encoder=encoder, window=window, stride=stride, core=-(-max(shape) // stride) * stride)
    [block] = plan.blocks
    margins = ((0, block.read.bottom - shape[0]), (0, block.read.right - shape[1]))
    pixels = np.pad(rgb, ((0, 0), *margins), mode="edge")
    read = ReadBlock(pixels, np.ones(pixels.shape[1:], np.bool_))
    parts = [
        torch.from_numpy(np.ascontiguousarray(pixels[(slice(None), *one.scale(encoder.step).slices_in(block.read))]))
        for one in block.windows
    ]
    begin = time.process_time()
    tokens = compute_tokens(encoder, parts)
    towers = (time.process_time() - begin) / len(parts)
    owner = np.array(bank.query_class, np.uint8) + 1
    results = []
    for wide in ways:
        begin = time.process_time()
        features = []
        for index in range(len(parts)):
            near = find_neighbours(block.windows, index, wide, apart=-(-window // stride))
            dense = attend(encoder, tokens, near)
            features.append(WindowFeatures(dense, tokens.cls[index]))
        seconds = towers + (time.process_time() - begin) / len(parts)
        embedding = encode_block(Replay(encoder, features), block, pixels=read, blend=plan.blend)
        strips = upsample_logits(cell_logits(embedding, bank), step=encoder.step, core=block.core)
        logits = torch.cat([values for _, values in strips], dim=1)
        results.append((owner[logits.argmax(dim=0).numpy()], seconds))
    return results


def measure_seams(labels: NDArray[np.uint8], *, window: int) -> tuple[int, int, int, int]:
    """Return label changes and pixel pairs across window borders, and the same elsewhere; windows do not overlap."""
    counts = [0, 0, 0, 0]
    for one in (labels, labels.T):
        differs = one[1:] != one[:-1]
        border = (np.arange(1, len(one)) % window) == 0
        # Pixels near a border follow it; elsewhere the same number of lines lies in the middle of windows.
        middle = (np.arange(1, len(one)) % window) == window // 2
        for n, rows in enumerate((border, middle)):
            counts[2 * n] += int(differs[rows].sum())
            counts[2 * n + 1] += int(differs[rows].size)
    return counts[0], counts[1], counts[2], counts[3]


WAYS = {
    "own window": Wide(),
    "touching, 3 × 3": Wide(1),
    "overlapping, 3 × 3": Wide(1, touching=False),
}


def score(picture: Picture, labels: NDArray[np.uint8], names: Sequence[str]) -> float:
    """Return the mean IoU in per cent over the classes that the truth holds."""
    matrix = ConfusionMatrix.empty(list(names)).add(picture.truth, labels, valid=picture.truth > 0)
    return 100 * float(np.mean([one.iou or 0.0 for one in matrix.class_scores() if one.support]))


def compare(
    model: Model, pictures: Sequence[Picture], words: Sequence[Sequence[str]], *, stride: int
) -> dict[str, Any]:
    """Return the scores of each image, seams and seconds a window of each way."""
    bank, names = make_bank(model, words), [synonyms[0] for synonyms in words]
    # Neighbours of windows that do not overlap touch.
    ways = {way: wide for way, wide in WAYS.items() if wide.touching or stride < model.card.window.size}
    scores: dict[str, list[float]] = {way: [] for way in ways}
    seams = {way: np.zeros(4) for way in ways}
    seconds = dict.fromkeys(ways, 0.0)
    for picture in pictures:
        found = compute_labels(model, bank, picture.rgb, ways=tuple(ways.values()), stride=stride)
        for way, (labels, time_a_window) in zip(ways, found, strict=True):
            scores[way].append(score(picture, labels, names))
            seams[way] += measure_seams(labels, window=model.card.window.size)
            seconds[way] += time_a_window / len(pictures)
    rows = {}
    for way, values in scores.items():
        gain = np.array(values) - np.array(scores["own window"])
        across, pairs, inside, others = seams[way]
        ratio = (across / pairs) / (inside / others) if pairs and inside else float("nan")
        rows[way] = {
            "scores": values,
            "mean IoU": float(np.mean(values)),
            "gain": float(gain.mean()),
            "gain interval": bootstrap(gain),
            "seams": ratio,
            "CPU s a window": seconds[way],
        }
    return rows


def main() -> None:
    """Measure and print; with --json, write the scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="demo", help="name of a model with proxy attention")
    parser.add_argument("--half", choices=HALVES, default="report", help="which images")
    parser.add_argument("--masks", type=Path, help="folder of labelled real images")
    parser.add_argument("--sets", nargs="+", default=["scenes", *SETS], help="names of the sets")
    parser.add_argument("--scenes", type=int, default=8, help="number of synthetic scenes")
    parser.add_argument("--most", type=int, default=8, help="most images of a set, evenly spaced")
    parser.add_argument("--json", type=Path, help="also write the scores here")
    options = parser.parse_args()
    torch.set_num_threads(1)
    model = load_model(options.model, device="cpu")
    size, found = model.card.window.size, {}
    for name, pictures, words in read_sets(options, step=model.encoder.step):
        for stride in (size, model.card.window.stride):
            rows = compare(model, list(pictures.values()), words, stride=stride)
            found[f"{name}, stride {stride}"] = rows
            for way, row in rows.items():
                low, high = row["gain interval"]
                seams = f"seams {row['seams']:.2f}" if stride == size else ""
                print(
                    f"{name:15s} stride {stride:3d}  {way:28s} {row['mean IoU']:5.1f}  {row['gain']:+5.1f} "
                    f"({low:+.1f} to {high:+.1f})  {row['CPU s a window']:.4f} CPU s a window  {seams}",
                    flush=True,
                )
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
