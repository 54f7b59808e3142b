"""Segment 10,000 tiles on a Dask cluster whose workers are killed, and measure how a run grows with the workers.

    python benchmarks/cluster_simulation.py --json cluster.json

1. Faults: tiles are merged to one raster. One process segments it, and then a cluster of worker processes on this
   machine does. A third of the workers are killed at random, one is slow, and the scheduler is killed and started again
   with new workers; the same call then resumes the run. Labels must be equal bit for bit. Features are mean colours.
2. Growth: 1 to 1000 threads of one Dask worker sleep for the service time of a block, so that all but the service is
   real: submitting, scheduling, and collecting results.
"""

import argparse
import hashlib
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import psutil
import rasterio
import torch
from affine import Affine
from distributed import LocalCluster
from machine import describe_machine
from pipeline import WORDS
from torch import Tensor
from torch.nn import functional

import proxyclip_geo as pg
from proxyclip_geo.api.text_bank import make_bank
from proxyclip_geo.engine.classify import BlockLabels
from proxyclip_geo.engine.distributed import schedule
from proxyclip_geo.engine.distributed.task import BlockTask
from proxyclip_geo.engine.plan import make_plan
from proxyclip_geo.errors import WorkerError
from proxyclip_geo.grid import Block
from proxyclip_geo.models.encoder import WindowFeatures
from proxyclip_geo.models.load import Model
from proxyclip_geo.models.registry import find_card
from proxyclip_geo.progress import ProgressEvent
from proxyclip_geo.raster.options import SourceOptions
from proxyclip_geo.vocabulary import as_vocabulary

TILE = 128
SLOW = "CLUSTER_SIMULATION_SLOW"
"""Variable of the environment: seconds that a worker waits for each block."""


class MeanColors:
    """An encoder whose features are the mean colours of patches; sums of whole numbers are exact in any order."""

    step, multiple, dim = 8, 16, 4
    device, dtype, backend = torch.device("cpu"), torch.float32, "torch"

    def encode(self, rgb: Tensor) -> WindowFeatures:
        colors = functional.avg_pool2d(rgb.float(), self.step) - 127.5
        dense = functional.normalize(torch.cat([colors, torch.full_like(colors[:, :1], 30)], dim=1), dim=1)
        return WindowFeatures(dense, functional.normalize(dense.mean(dim=(2, 3)), dim=1))


class Words:
    """A text encoder that returns a random query for every word."""

    def far_words(self, words: Sequence[str], progress: Any = None) -> list[Any]:
        return []

    def encode(self, words: Sequence[str], templates: Any = None, progress: Any = None) -> Tensor:
        return functional.normalize(torch.randn(len(words), 4, generator=torch.Generator().manual_seed(1)), dim=1)


def make_model() -> Model:
    return Model(find_card("vitb16-dino-b8"), MeanColors(), Words(), {}, 0)  # type: ignore[arg-type]


def dask_setup(worker: Any) -> None:
    """Prepare a worker process, which Dask starts with this file as preload: the encoder is that of this file."""
    torch.set_num_threads(1)
    BlockTask._load_encoder = lambda task: MeanColors()  # type: ignore[method-assign]
    compute = BlockTask.load

    def load(task: BlockTask, **options: Any) -> Any:
        loaded = compute(task, **options)
        compute_block = loaded.compute

        def wait_and_compute(block: Block) -> BlockLabels:
            time.sleep(float(os.environ.get(SLOW, "0")))
            return compute_block(block)

        loaded.compute = wait_and_compute  # type: ignore[method-assign]
        return loaded

    BlockTask.load = load  # type: ignore[method-assign]


def write_tiles(folder: Path, side: int) -> None:
    """Write side² small tiles of noise."""
    folder.mkdir()
    random_values = np.random.default_rng(0)
    profile: dict[str, Any] = {"driver": "GTiff", "dtype": "uint8", "count": 3, "height": TILE, "width": TILE}
    for row in range(side):
        for column in range(side):
            transform = Affine(0.5, 0, 500_000 + column * TILE / 2, 0, -0.5, 5_600_000 - row * TILE / 2)
            patches = random_values.integers(0, 256, (3, TILE // 16, TILE // 16), np.uint8)
            name = folder / f"{row:03}_{column:03}.tif"
            with rasterio.open(name, "w", crs=32632, transform=transform, compress="deflate", **profile) as dataset:
                dataset.write(patches.repeat(16, 1).repeat(16, 2))


class Cluster:
    """A scheduler and worker processes on this machine."""

    def __init__(self, workers: int) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        self.scheduler_memory = 0
        self._count = workers
        self.start()

    def start(self) -> None:
        port = self.address.rpartition(":")[2]
        self.scheduler = self._run("scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard")
        slow = [{}, {}, {SLOW: "0.5"}]
        self.workers = [
            self._run("worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--preload", __file__,
                      **(slow[number] if number < 3 else {}))
            for number in range(self._count)
        ]  # fmt: skip

    def _run(self, *command: str, **variables: str) -> "subprocess.Popen[bytes]":
        path = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
        environment = {**os.environ, "PYTHONPATH": path, **variables}
        return subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + command[0], *command[1:]],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def watch(self) -> None:
        """Note the largest memory of the scheduler."""
        if self.scheduler.poll() is None:
            memory = psutil.Process(self.scheduler.pid).memory_info().rss
            self.scheduler_memory = max(self.scheduler_memory, memory)

    def stop(self) -> None:
        for process in (self.scheduler, *self.workers):
            process.kill()
            process.wait()


@contextmanager
def run_cluster(workers: int) -> Iterator[Cluster]:
    cluster = Cluster(workers)
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.2):
            cluster.watch()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield cluster
    finally:
        stop.set()
        thread.join()
        cluster.stop()


def simulate_faults(folder: Path, *, side: int, workers: int, block: int) -> dict[str, Any]:
    """Segment side² tiles in one process and on a cluster with faults; compare the labels."""
    options = pg.SegmentOptions(polygons=False, scores=False, block_size=block)
    write_tiles(folder / "tiles", side)
    started = time.perf_counter()
    raster = pg.merge_rasters(folder / "tiles", out=folder / "merged.vrt")
    found: dict[str, Any] = {"tiles": side**2, "side, px": side * TILE}
    found["seconds to merge"] = time.perf_counter() - started
    print(json.dumps(found), flush=True)
    result = pg.segment(raster, WORDS, out=folder / "one", model=make_model(), options=options)
    wanted = digest(result.labels.read())
    found |= {"blocks": result.run["windows"]["blocks"], "seconds of one process": result.run["seconds"]["segment"]}
    print(json.dumps(found), flush=True)
    with run_cluster(workers) as cluster:
        faults = Faults(cluster, found["blocks"])
        call: dict[str, Any] = {"out": folder / "many", "model": make_model(), "progress": faults}
        call["options"] = replace(options, scheduler=cluster.address)
        started, ends = time.perf_counter(), 0
        while True:
            try:
                result = pg.segment(raster, WORDS, **call)
                break
            except WorkerError:
                ends += 1
                cluster.stop()
                cluster.start()
        found |= {
            "workers": workers,
            "workers killed": faults.killed,
            "runs that ended with the scheduler": ends,
            "seconds on the cluster": time.perf_counter() - started,
            "labels equal bit for bit": digest(result.labels.read()) == wanted,
            "memory of the scheduler, MB": cluster.scheduler_memory / 1e6,
        }
    return found


class Faults:
    """A progress that kills a third of the workers at random, and once the scheduler."""

    def __init__(self, cluster: Cluster, blocks: int) -> None:
        self.killed = 0
        self._cluster = cluster
        victims = random.Random(0).sample(range(len(cluster.workers)), len(cluster.workers) // 3)
        # The share of the windows at which each dies; None is the scheduler.
        self._plan: list[tuple[float, int | None]] = [
            *((0.1 + 0.3 * index / len(victims), victim) for index, victim in enumerate(victims)),
            (0.6, None),
        ]

    def __call__(self, event: ProgressEvent) -> None:
        if event.stage == "segment" and self._plan and event.done >= self._plan[0][0] * event.total:
            victim = self._plan.pop(0)[1]
            if victim is None:
                self._cluster.scheduler.kill()
            else:
                self._cluster.workers[victim].kill()
                self.killed += 1


def digest(values: Any) -> str:
    return hashlib.sha256(np.ascontiguousarray(values)).hexdigest()


def sleep_for_block(run: str, task: BlockTask, block: Block) -> BlockLabels:
    """Stand in for `compute_block`."""
    time.sleep(SERVICE)
    return BlockLabels(np.zeros((8, 8), np.uint8), np.zeros((8, 8), np.uint8), None)


SERVICE = 5.0
"""Seconds that a simulated block takes."""


def simulate_growth(workers: int, *, rounds: int) -> dict[str, Any]:
    """Compute `rounds` blocks per worker, each of which sleeps; return the time against the ideal."""
    model = make_model()
    plan = make_plan((rounds * workers * 400, 400), encoder=model.encoder, window=336, stride=248, core=400)
    task = BlockTask(
        raster="", reading=SourceOptions(), fingerprint={}, card=model.card, loading={}, checksums={},
        arithmetic=("", ""), plan=plan, edge_aware=False, probabilities=False,
        bank=make_bank(model.text, as_vocabulary(WORDS), logit_scale=40, options=pg.SegmentOptions()),
    )  # fmt: skip
    blocks = plan.blocks[: rounds * workers]
    with (
        mock.patch.object(schedule, "compute_block", sleep_for_block),
        LocalCluster(
            n_workers=1, threads_per_worker=workers, processes=False, dashboard_address="127.0.0.1:0"
        ) as cluster,
    ):
        started, processor = time.perf_counter(), time.process_time()
        done = sum(1 for _ in schedule.compute_on_workers(task, blocks, scheduler=cluster.scheduler_address))
        seconds, processor = time.perf_counter() - started, time.process_time() - processor
    return {
        "workers": workers,
        "blocks": done,
        "seconds": seconds,
        "ideal seconds": rounds * SERVICE,
        "efficiency, %": 100 * rounds * SERVICE / seconds,
        "ms of processor a block": 1000 * processor / done,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=100, help="tiles a side")
    parser.add_argument("--workers", type=int, default=6)
    parser.add_argument("--block", type=int, default=512)
    parser.add_argument("--growth", type=int, nargs="*", default=[1, 10, 100, 1000])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    results: dict[str, Any] = {"machine": describe_machine()}
    results["growth"] = []
    for workers in options.growth:
        results["growth"].append(simulate_growth(workers, rounds=4))
        print(json.dumps(results["growth"][-1]), flush=True)
    with tempfile.TemporaryDirectory() as name:
        results["faults"] = simulate_faults(Path(name), side=options.side, workers=options.workers, block=options.block)
    print(json.dumps(results["faults"], indent=1), flush=True)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    if not results["faults"]["labels equal bit for bit"]:
        raise SystemExit("labels differ")


if __name__ == "__main__":
    main()
