"""Check and time the package on a GPU: one table and JSON, in under four minutes, without a network or weights.

    python tools/gpu_check.py --json gpu.json
    python tools/gpu_check.py --device cpu --small    # checks the script itself on any machine

Large models have the architectures of the presets and random weights: features of such weights lie close together, so
that rounding changes more labels than with trained weights. A section that fails is reported, and the exit code is 1.
"""

import argparse
import copy
import json
import statistics
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.profiler import ProfilerActivity, profile

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

from encoder import WORDS, count_flop, random_model
from gpu_setup import (
    Found,
    Setup,
    cast,
    cut_windows,
    large_model,
    median_seconds,
    percent_equal,
    sample_busy_share,
    segment,
    write_raster,
)
from pipeline import Free, Words

import proxyclip_geo as pg
from proxyclip_geo.models.encoder import float32_precision
from proxyclip_geo.models.load import Model
from proxyclip_geo.models.registry import PRESETS, find_card

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def check_demo_labels(setup: Setup) -> Found:
    """Compare labels of the demo model with those of the CPU in float32, of other blocks and of a stored embedding."""
    scene = setup.folder / "scene.tif"
    exact = pg.load_model("demo", device="cpu", precision="float32", backend="torch")
    wanted = segment(setup, scene, "landcover", model=exact, name="exact").labels.read()
    found: Found = {}
    for precision in PRECISIONS:
        model: Any = pg.load_model("demo", device=str(setup.device), precision=precision, backend="torch")  # type: ignore[arg-type]
        labels = segment(setup, scene, "landcover", model=model, name="labels").labels.read()
        blocks = segment(setup, scene, "landcover", model=model, name="blocks", block_size=320).labels.read()
        found[f"labels equal to the CPU's, {precision}, %"] = percent_equal(labels, wanted)
        found[f"labels equal for another block size, {precision}, %"] = percent_equal(blocks, labels)
    embedding = pg.encode(scene, out=setup.folder / "scene.emb", model=model)
    found["labels equal from a stored embedding, %"] = percent_equal(embedding.label("landcover").labels, labels)
    return found


def check_full_size(setup: Setup) -> Found:
    """Compare windows at full size with those of the CPU in float32, and with themselves in other batches."""
    _, exact = random_model(find_card(setup.presets[0]).name)
    windows = cut_windows(setup, 336, setup.windows)
    queries = functional.normalize(Words().encode(WORDS), dim=1)

    def cosines(dense: Tensor) -> Tensor:
        return torch.einsum("qd,bdhw->bqhw", queries, dense.cpu())

    wanted = cosines(exact.encode(windows).dense)
    found: Found = {}
    for precision, dtype in PRECISIONS.items():
        encoder = cast(copy.deepcopy(exact).to(setup.device), dtype)
        dense = encoder.encode(windows).dense
        got = cosines(dense)
        found[f"mean |difference of cosine|, {precision}"] = float((got - wanted).abs().mean())
        found[f"labels equal, {precision}, %"] = percent_equal(got.argmax(dim=1).numpy(), wanted.argmax(dim=1).numpy())
        moved = encoder.encode(windows.roll(1, 0)).dense.roll(-1, 0)
        found[f"largest change at another place of the batch, {precision}"] = float((moved - dense).abs().max())
        found[f"largest change alone, {precision}"] = float((encoder.encode(windows[:1]).dense - dense[:1]).abs().max())
    return found


def time_presets(setup: Setup) -> Found:
    """Time the encoders of the presets against the matrix rate of the device."""
    side = 8192 if setup.on_gpu else 1024
    one, other = (torch.randn(side, side, device=setup.device).to(setup.dtype) for _ in range(2))
    rate = 2 * side**3 / median_seconds(setup, lambda: one @ other) / 1e9
    found: Found = {f"matrix rate, {setup.dtype}, TFLOP/s": rate / 1e3}
    for preset in setup.presets:
        found |= {f"{preset}: {key}": value for key, value in time_preset(setup, preset, rate=rate).items()}
    return found


def time_preset(setup: Setup, preset: str, *, rate: float) -> Found:
    model = large_model(setup, preset)
    stride, encoder = model.card.window.stride, model.encoder
    windows = cut_windows(setup, model.card.window.size, max(setup.batches))
    on_device = windows[: setup.batches[0]].to(setup.device)
    flop = count_flop(encoder, on_device[:1])  # type: ignore[arg-type]
    found: Found = {"GFLOP a window": flop}

    def add(name: str, count: int, work: Callable[[], Any]) -> None:
        seconds = median_seconds(setup, work) / count
        found[name] = {
            "windows/s": 1 / seconds,
            "% of the matrix rate": 100 * flop / seconds / rate,
            "Mpx/s": stride**2 / seconds / 1e6,
        }

    for batch in setup.batches:
        add(f"batch {batch}", batch, lambda batch=batch: encoder.encode(windows[:batch]))  # type: ignore[misc]
    with torch.inference_mode(), float32_precision(setup.dtype):
        if preset in setup.compiled:
            started = time.perf_counter()
            compiled: Any = torch.compile(encoder.forward)  # type: ignore[attr-defined]
            compiled(on_device)
            found["seconds to compile"] = time.perf_counter() - started
            add("compiled", len(on_device), lambda: compiled(on_device))
        if setup.on_gpu:
            graph = torch.cuda.CUDAGraph()
            encoder.forward(on_device)  # type: ignore[attr-defined]
            try:
                with torch.cuda.graph(graph):
                    encoder.forward(on_device)  # type: ignore[attr-defined]
            except RuntimeError as error:
                # timm copies tables to the GPU in each batch of some models.
                found["CUDA graph"] = f"not possible: {error}"
            else:
                add("CUDA graph", len(on_device), graph.replay)
    return found


def time_segment(setup: Setup) -> Found:
    """Time `segment` from file to files, with an encoder that costs nothing and with a preset."""
    card, preset = find_card("balanced"), setup.presets[0]
    free: Any = Free(card.window.size)
    free.device, free.dense, free.whole = setup.device, free.dense.to(setup.device), free.whole.to(setup.device)
    free_model = Model(card, free, Words(), {}, 0)  # type: ignore[arg-type]
    found: Found = {}
    for name, model, side in (
        ("free encoder", free_model, setup.free_side),
        (preset, large_model(setup, preset), setup.model_side),
    ):
        raster = write_raster(setup.folder / f"{name}.tif", side)
        if setup.on_gpu:
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
        with sample_busy_share(setup) as busy:
            started = time.perf_counter()
            run = segment(
                setup, raster, WORDS, model=model, name=name, polygons=setup.polygons and model is free_model
            ).run
            seconds = time.perf_counter() - started
        blocks = run["seconds"]["segment"]
        found[f"{name}: side, px"] = side
        found[f"{name}: Mpx/s, file to files"] = side**2 / seconds / 1e6
        found[f"{name}: Mpx/s, blocks"] = side**2 / blocks / 1e6
        found[f"{name}: GPU busy while blocks are computed, %"] = statistics.mean(busy[: int(10 * blocks)] or [0])
        found[f"{name}: seconds"] = {**run["seconds"], **run["profile"]}
        found[f"{name}: peak GPU memory, GB"] = torch.cuda.max_memory_reserved() / 1e9 if setup.on_gpu else None
        found[f"{name}: memory predicted, GB"] = run["windows"]["memory_bytes"] / 1e9
    return found


def check_memory(setup: Setup) -> Found:
    """Segment with a batch that does not fit into memory, and in two processes on one card."""
    found: Found = {}
    if setup.on_gpu:
        model, raster = large_model(setup, setup.presets[0]), write_raster(setup.folder / "limited.tif", 2048)
        wanted = segment(setup, raster, WORDS, model=model, name="unlimited", batch_size=64)
        blocks = segment(setup, raster, WORDS, model=model, name="blocks", batch_size=64, block_size=744)
        found["labels equal for another block size, %"] = percent_equal(blocks.labels.read(), wanted.labels.read())
        torch.cuda.empty_cache()
        total = torch.cuda.get_device_properties(setup.device).total_memory
        torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_reserved() + 2e9) / total)
        try:
            got = segment(setup, raster, WORDS, model=model, name="limited", batch_size=64)
        finally:
            torch.cuda.set_per_process_memory_fraction(1.0)
        found["out of memory, times"] = torch.cuda.memory_stats()["num_ooms"]
        found["labels equal with 2 GB more than the weights, %"] = percent_equal(
            got.labels.read(), wanted.labels.read()
        )
        found["seconds without and with the limit"] = [item.run["seconds"]["segment"] for item in (wanted, got)]
    started = time.perf_counter()
    one, two = (
        segment(setup, setup.folder / "scene.tif", "landcover", model="demo", name=f"w{workers}",
                device=str(setup.device), block_size=320, workers=workers).labels.read()
        for workers in (1, 2)
    )  # fmt: skip
    found["labels equal in two processes, %"] = percent_equal(one, two)
    found["seconds of one and two processes"] = time.perf_counter() - started
    return found


def profile_encoder(setup: Setup) -> Found:
    """List the kernels that take the most time of a batch."""
    model = large_model(setup, setup.presets[0])
    windows = cut_windows(setup, model.card.window.size, setup.batches[0])
    model.encoder.encode(windows)
    device = torch.autograd.DeviceType.CUDA if setup.on_gpu else torch.autograd.DeviceType.CPU
    with profile(activities=[ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if setup.on_gpu else [])]) as recorded:
        model.encoder.encode(windows)
        setup.synchronize()
    kind = "self_device_time_total" if setup.on_gpu else "self_cpu_time_total"
    times = {
        (item.key, item.count): getattr(item, kind) for item in recorded.key_averages() if item.device_type == device
    }
    total = sum(times.values())
    longest = sorted(times.items(), key=lambda item: -item[1])[:24]
    return {
        f"{setup.presets[0]}, batch {len(windows)}, ms": total / 1e3,
        **{f"%: {count} × {name[:100]}": 100 * value / total for (name, count), value in longest},
    }


SECTIONS: dict[str, Callable[[Setup], Found]] = {
    "demo": check_demo_labels,
    "full-size": check_full_size,
    "presets": time_presets,
    "memory": check_memory,
    "profile": profile_encoder,
    "segment": time_segment,
}


def describe(device: torch.device) -> str:
    versions = f"torch {torch.__version__}, CUDA {torch.version.cuda}"
    if device.type != "cuda":
        return f"{device.type}, {torch.get_num_threads()} threads, {versions}"
    properties = torch.cuda.get_device_properties(device)
    return f"{properties.name}, {properties.total_memory / 2**30:.0f} GiB, {versions}"


def show(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{show(item)} {key}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(map(show, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--small", action="store_true", help="small rasters, the smallest preset")
    parser.add_argument("--sections", nargs="+", choices=list(SECTIONS), default=list(SECTIONS))
    parser.add_argument("--compile", nargs="*", choices=list(PRESETS), default=["balanced"], help="presets to compile")
    parser.add_argument("--no-polygons", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.device.startswith("cuda") and not torch.cuda.is_available():
        parser.error(
            f"torch {torch.__version__} finds no GPU on this machine; run it where there is one, or check the script "
            "itself with --device cpu --small"
        )
    warnings.simplefilter("ignore")
    device = torch.device(options.device)
    results: Found = {"device": describe(device)}
    print(results["device"], flush=True)
    with tempfile.TemporaryDirectory() as name:
        setup = Setup(device, Path(name), polygons=not options.no_polygons, compiled=tuple(options.compile))
        if options.small:
            small: Found = {"scene": 352, "windows": 1, "presets": ("fast",), "batches": (1,), "free_side": 2048}
            setup = replace(setup, **small, model_side=1024, dtype=torch.float32)
        pg.sample(setup.folder / "scene.tif", size=setup.scene, seed=11)
        for section in options.sections:
            started = time.perf_counter()
            try:
                results[section] = SECTIONS[section](setup)
            except Exception as error:
                traceback.print_exc()
                results[section] = {"failed": f"{type(error).__name__}: {error}"}
            results[section]["seconds of this section"] = time.perf_counter() - started
            for key, value in results[section].items():
                print(f"| {section} | {key} | {show(value)} |", flush=True)
            if options.json:
                options.json.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")
    sys.exit(any("failed" in found for found in results.values() if isinstance(found, dict)))


if __name__ == "__main__":
    main()
