"""Measure size, speed and loss of embedding stores.

    python benchmarks/embedding.py --json embedding.json            # the demo scene
    python benchmarks/embedding.py --raster a.tif --raster b.tif    # your own rasters, too

Speed: pixels per second for labels and scores of 8 classes from a store on disk, without writing files. The store is
read once before, to warm the disk cache. For comparison, GDAL writes as many bytes in the same run.
Stores: like those of the demo model (64 numbers every 4 px) and of ViT-B/16 with DINO B/8 (512 every 8 px).
Loss: share of pixels whose label differs from that of the float16 store.
"""

import argparse
import json
import platform
import statistics
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import torch
from torch.nn import functional

import proxyclip_geo as pg
from proxyclip_geo.engine.area_query import label_area
from proxyclip_geo.engine.blend import BlockEmbedding, ClsFeatures
from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.engine.runner import classify_blocks, stored_blocks
from proxyclip_geo.engine.store.embedding_store import EmbeddingStore, create_store
from proxyclip_geo.engine.store.metadata import EmbeddingInfo
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.grid import WindowGrid

CLASSES = 8


def random_store(path: Path, side: int, *, dim: int = 512, step: int = 8, window: int = 336) -> EmbeddingStore:
    """Make a store of random unit features."""
    grid = WindowGrid.fit((side, side), window=window, stride=window // 2, step=step, multiple=16)
    core = 2048
    geobox = GeoBox((side, side), (1, 0, 0, 0, -1, 0), None)
    info = EmbeddingInfo(geobox, grid, core, "hann", dim, "float16", None, {}, {}, {})
    store = create_store(str(path), info, thumbnail=np.zeros((3, 4, 4), np.uint8))
    generator = torch.Generator().manual_seed(0)
    for block in store.blocks:
        features = functional.normalize(torch.randn(dim, *block.cells.shape, generator=generator), dim=0).half()
        context = ClsFeatures(torch.ones(0, dim).half(), (), torch.ones(grid.window_cells))
        valid = torch.ones(block.cells.shape, dtype=torch.bool)
        store.write(block, BlockEmbedding(features, valid, block.cells, context), valid=np.ones(block.core.shape, bool))
    return store


def random_bank(dim: int) -> TextBank:
    """Make eight random queries, one a class."""
    queries = functional.normalize(torch.randn(CLASSES, dim, generator=torch.Generator().manual_seed(1)), dim=1)
    numbers = tuple(range(CLASSES))
    return TextBank(queries, numbers, tuple(n + 1 for n in numbers), (0.0,) * CLASSES, (0.0,) * CLASSES, 40.0, 255)


def time_store(store: EmbeddingStore, *, repeats: int = 3) -> dict[str, float]:
    """Time labelling a store block by block, and an area of 4096 × 4096 pixels at once."""
    bank = random_bank(store.info.dim)
    whole = store.info.area
    area = type(whole)(0, 0, min(4096, whole.height), min(4096, whole.width))

    def by_blocks() -> None:
        for _ in classify_blocks(stored_blocks(store, bank=bank), bank=bank, grid=store.info.grid):
            pass

    def at_once() -> None:
        label_area(store, bank, area=area)

    pixels = whole.height * whole.width
    seconds = {name: _median(work, repeats) for name, work in (("blocks", by_blocks), ("area", at_once))}
    return {
        "Mpx/s by blocks": pixels / seconds["blocks"] / 1e6,
        "s for an area of 4096 x 4096": seconds["area"] * 4096**2 / (area.height * area.width),
    }


def time_gdal(side: int, folder: Path) -> float:
    """Pixels per second at which GDAL writes two 8-bit layers, deflated and tiled."""
    labels = (
        np.random.default_rng(0).integers(0, CLASSES, (side // 16, side // 16), np.uint8).repeat(16, 0).repeat(16, 1)
    )
    options: dict[str, Any] = {"driver": "GTiff", "dtype": "uint8", "count": 1, "tiled": True, "compress": "deflate"}

    def write() -> None:
        for name in ("labels.tif", "score.tif"):
            with rasterio.open(folder / name, "w", height=side, width=side, **options) as dataset:
                dataset.write(labels, 1)

    return labels.size / _median(write, 3) / 1e6


def _median(work: Any, repeats: int) -> float:
    work()
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def measure_loss(raster: Path, folder: Path, model: pg.Model, *, gsd: float | None) -> list[dict[str, Any]]:
    """Encode a raster with each kind of store; compare sizes and labels."""
    rows: list[dict[str, Any]] = []
    exact = None
    dim = model.encoder.dim
    kinds = [
        pg.StoreOptions(),
        pg.StoreOptions(storage="int8"),
        *(pg.StoreOptions(components=dim // part) for part in (2, 4)),
        pg.StoreOptions(storage="int8", components=dim // 2),
    ]
    for number, store in enumerate(kinds):
        path = folder / f"{raster.stem}{number}.emb"
        started = time.perf_counter()
        options = pg.EncodeOptions(gsd=gsd)
        embedding = pg.encode(raster, out=path, model=model, options=options, store=store)
        seconds = time.perf_counter() - started
        found = embedding.label("landcover")
        exact = found.labels if exact is None else exact
        valid = exact != found.vocabulary.nodata
        size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
        rows.append(
            {
                "raster": raster.name,
                "store": store.storage + (f", {store.components} components" if store.components else ""),
                "bytes per pixel": size / exact.size,
                "encode s": seconds,
                "labels that differ %": 100 * float((found.labels != exact)[valid].mean()),
            }
        )
        print(_line(rows[-1]), flush=True)
    return rows


def _line(row: dict[str, Any]) -> str:
    texts = (f"{key} {value:.3g}" if isinstance(value, float) else str(value) for key, value in row.items())
    return " | ".join(texts)


def main() -> None:
    """Measure, print, and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=4096, help="side in pixels of the rasters for speed")
    parser.add_argument("--raster", type=Path, action="append", default=[], help="measure the loss on this raster, too")
    parser.add_argument("--gsd", type=float, help="of the rasters, in metres per pixel")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    results: dict[str, Any] = {
        "machine": platform.processor() or platform.machine(),
        "threads": torch.get_num_threads(),
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        results["speed"] = {
            "512 numbers every 8 px": time_store(random_store(folder / "large.emb", options.side)),
            "64 numbers every 4 px": time_store(
                random_store(folder / "demo.emb", options.side, dim=64, step=4, window=128)
            ),
            "GDAL writes two layers": {"Mpx/s": time_gdal(options.side, folder)},
        }
        for what, row in results["speed"].items():
            print(f"{what} | {_line(row)}", flush=True)
        model = pg.load_model("demo", device="cpu")
        scene = pg.sample(folder / "scene.tif", size=1024, seed=7)
        results["loss"] = measure_loss(scene.image, folder, model, gsd=None)
        for raster in options.raster:
            results["loss"] += measure_loss(raster, folder, model, gsd=options.gsd)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
