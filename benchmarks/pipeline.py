"""Measure all steps except the image model: pixels per second and peak memory with an encoder that costs nothing.

    python benchmarks/pipeline.py --json pipeline.json
    python benchmarks/pipeline.py --quick

Each raster is a sparse GeoTIFF. A separate process segments it into labels and scores of eight classes, from file to
files. Features have the size of ViT-B/16 with DINO B/8: 512 numbers every 8 px, windows of 336 px every 248 px.
For comparison, GDAL alone writes a part of the same two rasters as cloud-optimised GeoTIFFs in the same process: as
drafts first, as rasters that do not fit into memory, and with the same compression and overviews. Peak memory is
measured by the system, and compared with the prediction. One size also runs on one core.

`--quick` takes about five minutes. It prints three ratios, each a median of pairs that run in turn: all cores to
one core, the pipeline to GDAL, and a process of `label` without its work to one that imports torch. A fourth is the
limit of the machine for the first: independent processes, one on each core at the same time, to one process on one.

With `--seconds`, what does not end in time is left out, and so are sizes that would not.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
import torch
from affine import Affine
from budget import Budget, run_limited
from machine import describe_machine
from torch import Tensor
from torch.nn import functional

import proxyclip_geo as pg
from proxyclip_geo.models.encoder import WindowFeatures
from proxyclip_geo.models.kinds import identify_model
from proxyclip_geo.models.load import Model
from proxyclip_geo.models.registry import find_card

CORES_SIDE = 16384
"""Side in pixels of the raster for the comparison of one core with all cores."""

WORDS = ["water", "forest", "building", "road", "cropland", "grassland", "bare soil", "car"]


class Free:
    """An encoder that returns the same smooth random features for every window."""

    step, multiple, dim = 8, 16, 512
    device, dtype, backend = torch.device("cpu"), torch.float32, "torch"

    def __init__(self, window: int) -> None:
        soft = torch.randn(1, self.dim, 8, 8, generator=torch.Generator().manual_seed(0))
        grid = window // self.step
        dense = functional.normalize(functional.interpolate(soft, size=(grid, grid), mode="bilinear"), dim=1)
        self._dense, self._batch = dense, dense
        self.whole = functional.normalize(torch.ones(1, self.dim), dim=1)

    def encode(self, rgb: Tensor) -> WindowFeatures:
        rows, cols = (side // self.step for side in rgb.shape[2:])
        if self._batch.shape != (len(rgb), self.dim, rows, cols):
            part = self._dense[:, :, :rows, :cols].expand(len(rgb), -1, -1, -1)
            # In memory as the features of the real encoder lie on a GPU: each window has its own.
            self._batch = part.contiguous(memory_format=torch.channels_last)
        return WindowFeatures(self._batch, self.whole.expand(len(rgb), self.dim))


class Words:
    """A text encoder that returns a random query for every word."""

    def far_words(self, words: list[str], progress: Any = None) -> list[Any]:
        return []

    def encode(self, words: list[str], templates: Any = None, progress: Any = None) -> Tensor:
        return functional.normalize(torch.randn(len(words), 512, generator=torch.Generator().manual_seed(1)), dim=1)


def make_sparse(path: Path, side: int) -> None:
    """Write a sparse raster, which needs no disk space."""
    profile: dict[str, Any] = {"driver": "GTiff", "dtype": "uint8", "count": 3, "height": side, "width": side}
    transform = Affine(0.5, 0, 500_000, 0, -0.5, 5_600_000)
    with rasterio.open(path, "w", tiled=True, sparse_ok=True, crs=32632, transform=transform, **profile):
        pass


def measure(side: int, folder: Path) -> dict[str, Any]:
    """Segment a raster of one size in this process; return speed and memory."""
    warnings.simplefilter("ignore")
    make_sparse(folder / "sparse.tif", side)
    card = find_card("vitb16-dino-b8")
    model = Model(card, Free(card.window.size), Words(), {}, 0)  # type: ignore[arg-type]
    options = pg.SegmentOptions(polygons=False)
    # Before the clock starts, because the first access imports modules, as loading an image model does.
    segment = pg.segment
    identify_model(card, {})
    started = time.perf_counter()
    result = segment(folder / "sparse.tif", WORDS, out=folder / "out", model=model, options=options)
    seconds = time.perf_counter() - started
    run = result.run
    assert result.paths.score is not None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {
        "side": side,
        "Mpx/s": side * side / seconds / 1e6,
        "GDAL alone, Mpx/s": gdal_rate(result.paths.labels, result.paths.score),
        "peak memory, GB": peak / 1e9,
        "predicted memory, GB": run["windows"]["memory_bytes"] / 1e9,
        "seconds": {key: run["seconds"][key] for key in ("segment", "write", "preview")},
        "profile": run["profile"],
    }


def gdal_rate(labels: Path, score: Path, side: int = 4096) -> float:
    """Return the pixels per second of GDAL for the upper left part of two rasters."""
    layers = {}
    for path in (labels, score):
        with rasterio.open(path) as dataset:
            layers[path] = dataset.read(1, window=((0, side), (0, side)))
    packing: dict[str, Any] = {"compress": "deflate", "num_threads": "ALL_CPUS"}
    own: dict[Path, dict[str, Any]] = {
        labels: {"level": 5, "overview_resampling": "mode"},
        score: {"level": 1, "predictor": "yes", "overview_resampling": "average"},
    }
    started = time.perf_counter()
    for path, layer in layers.items():
        draft = path.with_name("draft.tif")
        options: dict[str, Any] = {"driver": "GTiff", "dtype": "uint8", "count": 1, "nodata": 255, "tiled": True}
        options |= {"height": layer.shape[0], "width": layer.shape[1], "blockxsize": 512, "blockysize": 512}
        with rasterio.open(draft, "w", zlevel=1, **packing, **options) as dataset:
            dataset.write(layer, 1)
        rasterio.shutil.copy(draft, path.with_name("cog.tif"), driver="COG", **packing, **own[path])
    return int(layers[labels].size) / (time.perf_counter() - started) / 1e6


def run_alone(side: int, *, budget: Budget, cores: set[int] | None = None) -> dict[str, Any] | None:
    """Measure in a separate process, on some or all cores; return None if the time does not suffice."""
    what = f"a raster of {side} px a side" + (" on one core" if cores else "")
    return run_limited(
        __file__,
        "--one",
        str(side),
        what=what,
        budget=budget,
        preexec_fn=None if cores is None else lambda: os.sched_setaffinity(0, cores),
    )


def measure_all(sides: list[int], budget: Budget) -> dict[str, Any]:
    """Measure all sizes, and one of them on one core; the largest size comes last."""
    rows: list[dict[str, Any]] = []

    def add(side: int) -> None:
        seconds = 1.2 * side**2 / 1e6 / rows[-1]["Mpx/s"] if rows else 0
        if budget.fits(f"a raster of {side} px a side", seconds=seconds) and (row := run_alone(side, budget=budget)):
            rows.append(row)

    for side in (side for side in sides if side <= CORES_SIDE):
        add(side)
    found: dict[str, Any] = {"rasters": rows}
    if all_cores := next((row for row in rows if row["side"] == CORES_SIDE), None):
        one_core = run_alone(CORES_SIDE, budget=budget, cores={min(os.sched_getaffinity(0))})
        if one_core:
            ratio = all_cores["Mpx/s"] / one_core["Mpx/s"]
            found |= {"one core": one_core, "all cores, times one core": ratio}
    for side in (side for side in sides if side > CORES_SIDE):
        add(side)
    peaks = [row["peak memory, GB"] for row in rows]
    if len(peaks) > 1:
        found["largest peak over smallest"] = max(peaks) / min(peaks)
    return found


def time_process(*command: str) -> float:
    """Return the seconds that a process of Python takes."""
    started = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, capture_output=True)
    return time.perf_counter() - started


def measure_cold_start(folder: Path, *, pairs: int = 3) -> dict[str, float]:
    """Time `label` of an embedding of 1536² px as a process, with words that were encoded before.

    Returns:
        Medians of seconds: of the process, of the same work in a process that has labelled before, and of importing
        torch; and the ratio of the process without the work to the import.
    """
    store, out = str(folder / "sample.emb"), str(folder / "labels")
    sample = pg.sample(folder / "sample.tif", size=1536, seed=7)
    pg.encode(sample.image, out=store, model="demo")
    labelling = (
        "-m",
        "proxyclip_geo",
        "label",
        store,
        "--classes",
        ";".join(WORDS),
        "--out",
        out,
        "--overwrite",
        "--quiet",
        "--no-polygons",
    )
    time_process(*labelling)
    runs = [(time_process(*labelling), time_process("-c", "import torch")) for _ in range(pairs)]
    work = []
    for _ in range(pairs + 1):
        started = time.perf_counter()
        pg.label(store, WORDS, out=out, overwrite=True, options=pg.LabelOptions(polygons=False))
        work.append(time.perf_counter() - started)
    warm = float(np.median(work[1:]))
    process, torch_alone = (float(np.median(column)) for column in zip(*runs, strict=True))
    ratio = float(np.median([(own - warm) / other for own, other in runs]))
    return {"label": process, "work": warm, "import torch": torch_alone, "ratio": ratio}


def run_on_each_core(side: int, *, budget: Budget) -> float | None:
    """Run a process on each core at the same time; return their pixels per second together, or None without time."""
    cores = sorted(os.sched_getaffinity(0))
    with ThreadPoolExecutor(len(cores)) as pool:
        rows = list(pool.map(lambda core: run_alone(side, budget=budget, cores={core}), cores))
    rates = [row["Mpx/s"] for row in rows if row]
    return sum(rates) if len(rates) == len(cores) else None


def run_quick(budget: Budget, *, side: int = 12288, pairs: int = 2) -> dict[str, Any]:
    """Measure scaling, the ratio to GDAL and the cold start."""
    core = {min(os.sched_getaffinity(0))}
    both = [(run_alone(side, budget=budget), run_alone(side, budget=budget, cores=core)) for _ in range(pairs)]
    runs = [(every, one) for every, one in both if every and one]
    with tempfile.TemporaryDirectory() as name:
        cold = measure_cold_start(Path(name))
    independent = run_on_each_core(side, budget=budget)
    ratios = {
        "all cores, times one core": float(np.median([every["Mpx/s"] / one["Mpx/s"] for every, one in runs])),
        "independent processes, times one": (independent or np.nan)
        / float(np.median([one["Mpx/s"] for _, one in runs])),
        "pipeline, times GDAL": float(np.median([every["Mpx/s"] / every["GDAL alone, Mpx/s"] for every, _ in runs])),
        "label without its work, times the import of torch": cold["ratio"],
    }
    for name, ratio in ratios.items():
        print(f"{name}: {ratio:.2f}")
    return {**ratios, "pairs": runs, "cold start": cold}


def main() -> None:
    """Measure each size in a separate process, print, and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sides", type=int, nargs="+", default=[4096, CORES_SIDE, 40000])
    parser.add_argument("--seconds", type=float, help="time limit; none if not given")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--quick", action="store_true", help="print ratios only, in about five minutes")
    options = parser.parse_args()
    if options.one:
        torch.set_num_threads(len(os.sched_getaffinity(0)))
        with tempfile.TemporaryDirectory() as name:
            print(json.dumps(measure(options.one, Path(name))))
        return
    budget = Budget(options.seconds)
    results: dict[str, Any] = {
        "machine": describe_machine(),
        "threads": torch.get_num_threads(),
        **(run_quick(budget) if options.quick else measure_all(options.sides, budget)),
        "left out": budget.left_out,
    }
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
