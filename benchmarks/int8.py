"""Compare the labels and the speed of an encoder in 8-bit integers with those in float32 (pip install nncf).

    python benchmarks/int8.py --model demo --rasters FOLDER
    python benchmarks/int8.py --model vitb16-dino-b8 --rasters FOLDER       # with random weights

One or three windows of each 8-bit raster in the folder. NNCF rounds weights by output channel, and activations by the
range that they have on windows of synthetic scenes. `--share 0.5` rounds only the middle half of the layers. Labels
are compared in pixels, with eight words, or with random queries for random weights. Seconds are those of the processor
on one core, in turn, so that other programs matter less. DNNL_MAX_CPU_ISA=AVX512_CORE_VNNI hides the matrix units of
newer processors from OpenVINO.
"""

import argparse
import statistics
import time
import warnings
from pathlib import Path
from typing import Any

import nncf
import numpy as np
import openvino
import rasterio
import torch
from encoder import WORDS, random_model
from rasterio.windows import Window
from torch import Tensor
from torch.nn import functional

import proxyclip_geo as pg
from proxyclip_geo.models.openvino import sample_window
from proxyclip_geo.models.registry import find_card
from proxyclip_geo.synthetic import generate_scene


def load(name: str) -> tuple[torch.nn.Module, Tensor, int]:
    """Return the encoder, (8, D) queries and the side of a window."""
    if name not in ("demo", "lite"):
        _, encoder = random_model(name)
        generator = torch.Generator().manual_seed(3)
        queries = functional.normalize(torch.randn(len(WORDS), encoder.dim, generator=generator), dim=1)
        return encoder, queries, find_card(name).window.size
    model = pg.load_model(name, device="cpu", backend="torch")
    return model.encoder, model.text.encode(WORDS), model.card.window.size  # type: ignore[return-value]


def export(encoder: torch.nn.Module, side: int) -> Any:
    """Convert the encoder for OpenVINO."""
    example = sample_window(side)
    with torch.inference_mode():
        traced = torch.jit.trace(encoder, example, check_trace=False)
        return openvino.convert_model(traced, example_input=example, input=[openvino.PartialShape([1, 3, side, side])])


def read_windows(folder: Path, side: int, *, each: int) -> np.ndarray:
    """Return (N, 3, side, side) windows along the diagonal of each 8-bit RGB raster that is large enough."""
    found = []
    for path in sorted(folder.glob("*.tif")):
        with rasterio.open(path) as dataset:
            if dataset.dtypes[0] != "uint8" or dataset.count < 3 or min(dataset.shape) < side:
                continue
            for index in range(1, each + 1):
                row, col = ((size - side) * index // (each + 1) for size in dataset.shape)
                found.append(dataset.read([1, 2, 3], window=Window(col, row, side, side)))
    return np.stack([window for window in found if window.std() > 5])


def calibration_windows(side: int, count: int) -> list[np.ndarray]:
    """Return windows of synthetic scenes."""
    gsd = (0.3, 0.5, 1.0)
    return [generate_scene(side, side, seed=100 + index, gsd=gsd[index % 3]).rgb[None] for index in range(count)]


def quantize(model: Any, *, how: str, share: float, samples: list[np.ndarray]) -> Any:
    """Return the model with weights in 8 bits, or weights and activations, in the middle share of its layers."""
    names = {kind: [] for kind in ("MatMul", "Convolution", "GroupConvolution")}  # type: dict[str, list[str]]
    for operation in model.get_ordered_ops():
        names.get(operation.get_type_name(), []).append(operation.get_friendly_name())
    layers = [name for kind in names.values() for name in kind]
    body = names["MatMul"] if len(names["MatMul"]) > 10 else names["Convolution"] + names["GroupConvolution"]
    edge = int(len(body) * (1 - share) / 2)
    middle = set(body[edge : len(body) - edge])
    scope = None if share == 1 else nncf.IgnoredScope(names=[name for name in layers if name not in middle])
    if how == "weights":
        return nncf.compress_weights(model, mode=nncf.CompressWeightsMode.INT8_SYM, ignored_scope=scope)
    kind = nncf.ModelType.TRANSFORMER if len(names["MatMul"]) > 10 else None
    data = nncf.Dataset(samples)
    preset = nncf.QuantizationPreset.MIXED
    return nncf.quantize(model, data, preset=preset, subset_size=len(samples), model_type=kind, ignored_scope=scope)


def start(model: Any, hint: str) -> Any:
    """Compile for one core."""
    settings = {"INFERENCE_PRECISION_HINT": hint, "INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1}
    return openvino.Core().compile_model(model, "CPU", settings).create_infer_request()


def encode(request: Any, windows: np.ndarray) -> tuple[Tensor, float]:
    """Return (N, D, h, w) features of unit length, and the processor's seconds for a window."""
    found, seconds = [], []
    for window in windows:
        began = time.process_time()
        request.infer({0: window[None]})
        seconds.append(time.process_time() - began)
        found.append(torch.from_numpy(request.get_output_tensor(0).data[0].copy()))
    return functional.normalize(torch.stack(found), dim=1), statistics.median(seconds)


def find_labels(dense: Tensor, queries: Tensor, side: int) -> Tensor:
    """Return the (N, side, side) query with the largest logit of each pixel."""
    logits = torch.einsum("qd,bdhw->bqhw", queries, dense)
    return torch.cat([functional.interpolate(one[None], (side, side), mode="bilinear").argmax(1) for one in logits])


def main() -> None:
    """Measure and print one line for each number type."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="demo")
    parser.add_argument("--rasters", type=Path, required=True, help="folder with GeoTIFFs")
    parser.add_argument("--each", type=int, default=1, help="windows of each raster")
    parser.add_argument("--samples", type=int, default=32, help="windows to calibrate with")
    parser.add_argument("--share", type=float, default=1.0, help="share of the layers, in the middle, to round")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    encoder, queries, side = load(options.model)
    windows = read_windows(options.rasters, side, each=options.each)
    exact, base = encode(start(export(encoder, side), "f32"), windows)
    truth = find_labels(exact, queries, side)
    samples = calibration_windows(side, options.samples)
    rows = {"bfloat16": lambda: start(export(encoder, side), "bf16")}
    for how in ("weights", "weights and activations"):
        rows[how] = lambda how=how: start(
            quantize(export(encoder, side), how=how, share=options.share, samples=samples), "f32"
        )
    print(f"{options.model}, {len(windows)} windows, float32: {base:.2f} s of the processor for a window")
    for name, make in rows.items():
        dense, seconds = encode(make(), windows)
        equal = (find_labels(dense, queries, side) == truth).float().mean(dim=(1, 2))
        cosine = float((dense * exact).sum(dim=1).mean())
        print(
            f"{name}: {100 * equal.mean():.2f} % equal labels, {100 * equal.min():.2f} % in the worst window, "
            f"mean cosine {cosine:.5f}, {base / seconds:.2f} times the speed of float32",
            flush=True,
        )


if __name__ == "__main__":
    main()
