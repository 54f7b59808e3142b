"""Kill runs at random times: a process with everything loaded forks a child per run and kills it (see test_survival).

GDAL must not run in the parent process, because its threads would be missing in the child.
"""

import importlib
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

# The same holds for the threads of torch.
os.environ["OMP_NUM_THREADS"] = "1"

import torch
from torch.nn import functional

import proxyclip_geo as pg
from proxyclip_geo.models.encoder import WindowFeatures
from proxyclip_geo.models.load import Model

# Every child would import them anew.
for _name in ("boto3", "geopandas", "pyogrio", "rasterio", "scipy.ndimage", "scipy.sparse.csgraph", "zarr"):
    importlib.import_module(_name)

WORDS = ["water", "forest", "building", "road", "cropland"]
OPTIONS = pg.SegmentOptions(block_size=64, probabilities=True)


class Colours:
    """A fast encoder: the feature of a patch is its mean colour, projected to the space of the text encoder."""

    step, multiple, dim = 4, 16, 64
    device, dtype, backend = torch.device("cpu"), torch.float32, "torch"

    def __init__(self) -> None:
        self.projection = torch.randn(self.dim, 3, generator=torch.Generator().manual_seed(0))

    def encode(self, rgb: torch.Tensor) -> WindowFeatures:
        colours = functional.avg_pool2d(rgb.float() / 255 - 0.5, self.step)
        dense = functional.normalize(torch.einsum("dc,bchw->bdhw", self.projection, colours), dim=1)
        return WindowFeatures(dense, functional.normalize(dense.mean(dim=(2, 3)), dim=1))


def fork(work: Callable[[], None]) -> int:
    """Run a function in a child process; return its process id."""
    child = os.fork()
    if child:
        return child
    try:
        work()
        os._exit(0)
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        os._exit(1)


def require_success(child: int) -> None:
    """Wait for a child; exit if it failed."""
    if os.waitpid(child, 0)[1]:
        raise SystemExit("an uninterrupted run failed")


def has_ended(child: int) -> bool:
    """Return whether a child has ended; exit if it failed."""
    found, status = os.waitpid(child, os.WNOHANG)
    if found and status:
        raise SystemExit("a resumed run failed")
    return bool(found)


def is_finished(out: Path) -> bool:
    """Return whether the run in a directory has finished."""
    return (out / "scene_run.json").exists() and not (out / ".scene.unfinished").exists()


def main(folder: Path, kills: int, seed: int) -> None:
    """Run once without interruption, then runs that are killed, up to a number of kills."""
    torch.set_num_threads(1)
    loaded = pg.load_model("demo", device="cpu")
    model = Model(loaded.card, Colours(), loaded.text, {}, 0)  # type: ignore[arg-type]
    scene = folder / "scene.tif"
    require_success(fork(lambda: (pg.sample(scene, size=(384, 512), seed=5), None)[1]))

    def segment(out: Path) -> Callable[[], None]:
        return lambda: (pg.segment(scene, WORDS, out=out, model=model, options=OPTIONS), None)[1]

    started = time.monotonic()
    require_success(fork(segment(folder / "uninterrupted")))
    whole = time.monotonic() - started
    record = json.loads((folder / "uninterrupted" / "scene_run.json").read_text())
    seconds, blocks = record["seconds"], record["windows"]["blocks"]
    assembling = seconds["write"] + seconds["preview"] + seconds["polygonize"]
    rng = random.Random(seed)
    kills_done, runs, kills_late = 0, 0, 0
    while kills_done < kills:
        out = folder / f"killed{runs}"
        unfinished = out / ".scene.unfinished"
        child = fork(segment(out))
        ended = False
        # Half of the kills happen after all blocks are computed, while the results are assembled.
        late = bool(kills_done % 2)
        while late and not ended and len(list(unfinished.glob("layers/c/0/*/*[0-9]"))) < blocks:
            time.sleep(0.001)
            ended = has_ended(child)
        time.sleep(rng.uniform(0, assembling if late else whole / 2))
        if not (ended or has_ended(child)):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            kills_done += 1
            kills_late += len(list(unfinished.glob("layers/c/0/*/*[0-9]"))) == blocks
        runs += is_finished(out)
    if not is_finished(folder / f"killed{runs}"):
        require_success(fork(segment(folder / f"killed{runs}")))
    print(json.dumps({"runs": runs, "kills": kills_done, "while assembling": kills_late}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
