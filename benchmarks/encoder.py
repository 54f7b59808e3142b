"""Measure the image model against the published loop and against the matrix rate of the processor, in one run.

    python benchmarks/encoder.py --json encoder.json

The model is ViT-B/16 with DINO ViT-B/8 at full size with random weights. Their features lie close together, so
rounding changes more labels than with trained weights. Compare ratios of one run: absolute times are noisy.

The published sliding window is written from its equations: window 336, stride 112, one window at a time, in
float32, stock attention modules, cosines upsampled to pixels and averaged over the image. Pixels per second apply to a
large raster, where a window advances by its stride in both directions. Windows that blocks encode twice are included.

With `--seconds`, a slow machine encodes fewer windows. `--precision float32` measures as on a processor without
bfloat16.
"""

import argparse
import json
import statistics
import tempfile
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import rasterio
import torch
from budget import Budget, median
from machine import describe_machine
from torch import Tensor
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

import proxyclip_geo as pg
from proxyclip_geo.engine.plan import make_plan
from proxyclip_geo.models import openvino
from proxyclip_geo.models.clip_image_tower import interpolate_positions
from proxyclip_geo.models.encoder import DenseEncoder, ProxyClipEncoder
from proxyclip_geo.models.load import Model
from proxyclip_geo.models.options import Precision
from proxyclip_geo.models.registry import find_card
from proxyclip_geo.models.text_encoder import TextEncoder, TextTower
from proxyclip_geo.models.vision_foundation_model import VisionFoundationModel

WORDS = ["water", "forest", "building", "road", "cropland", "grassland", "bare soil", "car"]
LARGE = 20_000
SIDES = (1080, 832, 584)
"""Sides in pixels of the raster: 16, 9 and 4 windows."""


def random_model(card_name: str = "vitb16-dino-b8") -> tuple[Any, ProxyClipEncoder]:
    """Build a model of a card's architectures with random weights; return its CLIP and its encoder."""
    torch.manual_seed(0)
    card = find_card(card_name)
    config = open_clip.get_model_config(card.clip.architecture or "")
    clip: Any = open_clip.CLIP(**{**(config or {}), "quick_gelu": True}).eval()
    vfm = VisionFoundationModel(card.vfm.architecture, overrides=card.vfm.overrides, position=card.vfm.position)
    encoder = ProxyClipEncoder(
        clip.visual,
        vfm,
        clip_statistics=((0.48, 0.46, 0.41), (0.27, 0.26, 0.28)),
        vfm_statistics=(card.vfm.mean, card.vfm.std),
    )
    return clip, encoder


def published_window(encoder: ProxyClipEncoder, rgb: Tensor, queries: Tensor) -> Tensor:
    """Compute the (Q, H, W) cosines of one window by the paper's equations, with stock modules."""
    pixels = rgb.float() / 255
    vfm, visual = encoder.vfm, encoder.visual
    features = functional.normalize(vfm(encoder.vfm_pixels(pixels)), dim=1)
    grid = features.shape[2:]
    flat = features.flatten(2)
    similarity = flat.transpose(1, 2) @ flat
    scores = encoder.gamma * (similarity - encoder.beta * similarity.mean())
    weights = scores.masked_fill(scores < 0, float("-inf")).nan_to_num(neginf=-1e4).softmax(dim=-1)
    patches = visual.conv1(encoder.clip_pixels(pixels))
    side = (int(patches.shape[2]), int(patches.shape[3]))
    tokens = patches.flatten(2).transpose(1, 2)
    tokens = torch.cat([visual.class_embedding.expand(1, 1, -1), tokens], dim=1)
    tokens = visual.ln_pre(tokens + interpolate_positions(visual.positional_embedding, side))
    for block in visual.transformer.resblocks[:-1]:
        tokens = block(tokens)
    last = visual.transformer.resblocks[-1]
    heads, width = last.attn.num_heads, last.attn.embed_dim
    joint = functional.linear(last.ln_1(tokens), last.attn.in_proj_weight, last.attn.in_proj_bias)
    values = joint[:, 1:, 2 * width :].transpose(1, 2).reshape(1, width, *side)
    values = functional.interpolate(values, size=grid, mode="bilinear").flatten(2)
    per_head = values.reshape(heads, width // heads, -1).transpose(1, 2)
    mixed = weights.repeat(heads, 1, 1) @ per_head
    dense = visual.ln_post(last.attn.out_proj(mixed.transpose(0, 1).reshape(1, -1, width))) @ visual.proj
    cosines = queries @ functional.normalize(dense, dim=-1)[0].T
    logits = cosines.reshape(1, -1, *grid)
    return functional.interpolate(logits, size=rgb.shape[2:], mode="bilinear")[0]


def published_loop(encoder: ProxyClipEncoder, rgb: Tensor, queries: Tensor, *, budget: Budget) -> float:
    """Segment an image by the published sliding window; return the seconds per window."""
    total = torch.zeros(len(queries), *rgb.shape[2:])
    count = torch.zeros(rgb.shape[2:])
    starts = [(y, x) for y in range(0, rgb.shape[2] - 335, 112) for x in range(0, rgb.shape[3] - 335, 112)]
    began = time.perf_counter()
    done = 0
    for y, x in starts:
        elapsed = time.perf_counter() - began
        if done and elapsed * (done + 1) / done > budget.seconds / 8:
            budget.leave_out(f"{len(starts) - done} of {len(starts)} windows of the published loop")
            break
        part = (slice(y, y + 336), slice(x, x + 336))
        total[:, *part] += published_window(encoder, rgb[:, :, *part], queries)
        count[part] += 1
        done += 1
    probabilities = (40 * total / count.clamp(min=1)).softmax(dim=0)
    probabilities.max(dim=0)
    return (time.perf_counter() - began) / done


def matrix_rate(dtype: torch.dtype, side: int = 2048) -> float:
    """Return the GFLOP/s of a matrix product."""
    one, other = (torch.randn(side, side).to(dtype) for _ in range(2))
    return 2 * side**3 / median(lambda: one @ other, 5) / 1e9


def count_flop(encoder: ProxyClipEncoder, window: Tensor) -> float:
    """Return the GFLOP of a window: matrix products, convolutions and attention."""
    with torch.inference_mode(), sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        encoder(window)
    return float(counter.get_total_flops()) / 1e9


def run_package(clip: Any, encoder: DenseEncoder, scene: Path, folder: Path, *, parameters: int) -> dict[str, Any]:
    """Segment a scene with the package, from file to files; return figures of the run record."""
    card = find_card("vitb16-dino-b8")
    text = TextEncoder(lambda: TextTower(clip, open_clip.tokenizer.SimpleTokenizer()), templates="plain")
    model = Model(card, encoder, text, {}, parameters)
    options = pg.SegmentOptions(polygons=False)
    return dict(pg.segment(scene, WORDS, out=folder / "out", model=model, options=options, overwrite=True).run)


def agreement(one: DenseEncoder, other: DenseEncoder, windows: Tensor, queries: Tensor) -> dict[str, float]:
    """Compare two encoders with the same weights: cosines with queries, and labels."""
    first, second = (torch.einsum("qd,bdhw->bqhw", queries, encoder.encode(windows).dense) for encoder in (one, other))
    return {
        "mean |difference of cosine|": float((first - second).abs().mean()),
        "labels that agree %": 100 * float((first.argmax(dim=1) == second.argmax(dim=1)).float().mean()),
    }


def choose_side(budget: Budget, *, seconds: float) -> int:
    """Return the largest side of a raster that takes a quarter of the time, with windows of so many seconds."""
    side = next((side for side in SIDES if (side // 248) ** 2 * seconds <= budget.seconds / 4), SIDES[-1])
    if side < SIDES[0]:
        budget.leave_out(f"a raster of {SIDES[0]} px a side; {side} px instead")
    return side


@dataclass(frozen=True)
class Setup:
    """What all measurements share.

    Attributes:
        clip: CLIP, for its text tower.
        exact: The encoder in float32.
        fast: The encoder compiled by OpenVINO.
        rgb: (1, 3, H, W) pixels of a scene.
    """

    clip: Any
    exact: ProxyClipEncoder
    fast: openvino.OpenVinoEncoder
    rgb: Tensor

    @property
    def pair(self) -> Tensor:
        """Two windows."""
        return torch.cat([self.rgb[:, :, :336, :336], self.rgb[:, :, -336:, -336:]])


def prepare(folder: Path, dtype: torch.dtype) -> Setup:
    clip, exact = random_model()
    with rasterio.open(pg.sample(folder / "sample.tif", size=SIDES[0], seed=7).image) as dataset:
        rgb = torch.from_numpy(dataset.read())[None]
    return Setup(clip, exact, openvino.OpenVinoEncoder(exact, window=336, dtype=dtype), rgb)


def measure_windows(setup: Setup, budget: Budget) -> dict[str, Any]:
    """Time windows: the published loop, torch and OpenVINO; compare features and labels."""
    exact, fast, pair = setup.exact, setup.fast, setup.pair
    queries = functional.normalize(torch.randn(len(WORDS), exact.dim), dim=1)
    limit = budget.seconds / 20
    with torch.inference_mode():
        loop = published_loop(exact, setup.rgb[:, :, :560, :560].contiguous(), queries, budget=budget)
        seconds = {
            "published loop, float32": loop,
            "torch float32": median(lambda: exact.encode(pair[:1]), seconds=limit),
            f"OpenVINO {str(fast.dtype).removeprefix('torch.')}": median(lambda: fast.encode(pair), seconds=limit) / 2,
        }
        return {"seconds a window": seconds, **agreement(exact, fast, pair, queries)}


def measure_segment(setup: Setup, folder: Path, *, found: dict[str, Any], budget: Budget) -> dict[str, Any]:
    """Segment a raster, and compare with the published loop and with the matrix rate of the processor.

    Args:
        setup: The model.
        folder: For the raster and the results.
        found: What `measure_windows` found.
        budget: The time that is left.
    """
    loop, _, window = found["seconds a window"].values()
    scene = pg.sample(folder / "scene.tif", size=choose_side(budget, seconds=window), seed=7).image
    flop = count_flop(setup.exact, setup.pair[:1])
    parameters = sum(weight.numel() for weight in setup.exact.parameters())
    rates = [matrix_rate(setup.fast.dtype)]
    record = run_package(setup.clip, setup.fast, scene, folder, parameters=parameters)
    rates.append(matrix_rate(setup.fast.dtype))
    stride, count = record["windows"]["stride"], record["windows"]["count"]
    large = make_plan((LARGE, LARGE), encoder=setup.fast, window=336, stride=stride)
    twice = large.windows / large.grid.window_count
    whole = record["seconds"]["segment"] + record["seconds"]["write"]
    encoding = record["profile"]["encode"]
    per_second = {"published loop": 112**2 / loop, "proxyclip_geo": stride**2 / twice / (whole / count)}
    return {
        "GFLOP a window": flop,
        "stride": stride,
        "windows encoded twice %": 100 * (twice - 1),
        "pixels per second": per_second,
        "times the published loop": per_second["proxyclip_geo"] / per_second["published loop"],
        "GFLOP/s of a matrix product": statistics.mean(rates),
        "encoder, % of the matrix product": 100 * flop / (encoding / count) / statistics.mean(rates),
        "everything else, % of the time": 100 * (1 - encoding / whole),
        "profile": record["profile"],
    }


def demo_agreement(folder: Path, *, precision: Precision) -> dict[str, float]:
    """Compare labels of the demo model in float32 torch and in OpenVINO."""
    sample_files = pg.sample(folder / "demo.tif", size=512, seed=11)
    labels = []
    for backend, number_type in (("torch", "float32"), ("openvino", precision)):
        model = pg.load_model("demo", device="cpu", backend=backend, precision=number_type)
        options = pg.SegmentOptions(polygons=False)
        result = pg.segment(
            sample_files.image, "landcover", out=folder / "demo", model=model, options=options, overwrite=True
        )
        labels.append(result.labels.read())
    return {"labels that agree with the demo model %": 100 * float(np.mean(labels[0] == labels[1]))}


def main() -> None:
    """Measure, print, and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--precision", choices=("auto", "float32", "bfloat16"), default="auto")
    parser.add_argument("--seconds", type=float, help="time to aim at; no limit if not given")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    budget = Budget(options.seconds)
    dtype = openvino.native_dtype() if options.precision == "auto" else getattr(torch, options.precision)
    results: dict[str, Any] = {"machine": describe_machine(), "threads": torch.get_num_threads()}

    def add(found: dict[str, Any]) -> None:
        """Add and save results, so that those of the first steps remain if a later one is stopped."""
        results.update(found, **{"left out": budget.left_out})
        print(json.dumps(found), flush=True)
        if options.json:
            options.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        setup = prepare(folder, dtype)
        add(measure_windows(setup, budget))
        add(measure_segment(setup, folder, found=results, budget=budget))
        add(demo_agreement(folder, precision=options.precision))


if __name__ == "__main__":
    main()
