"""Kill runs before moves of finished files to their names, and repeat them (see test_survival)."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

# See killed_runs.
os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).parent))

import torch
from killed_runs import WORDS, fork, require_success

import proxyclip_geo as pg


def run_killed(work: Callable[[], Any], folder: Path, moves: int) -> bool:
    """Run in a child that kills itself before a move into a folder; return whether it came to that."""

    def killed() -> None:
        real, left = os.replace, [moves]

        def replace(source: Any, target: Any) -> None:
            if Path(target).parent == folder:
                if not left[0]:
                    os.kill(os.getpid(), signal.SIGKILL)
                left[0] -= 1
            real(source, target)

        os.replace = replace
        work()

    status = os.waitpid(fork(killed), 0)[1]
    if status not in (0, signal.SIGKILL):
        raise SystemExit("a run failed")
    return bool(status)


def main(folder: Path) -> None:
    """Kill every verb before every third of its moves; `killed_runs` does so with `segment`."""
    torch.set_num_threads(1)
    model = pg.load_model("demo", device="cpu")
    scene, store = folder / "scene.tif", folder / "scene.emb"
    require_success(
        fork(lambda: (pg.sample(scene, size=128, seed=5), pg.encode(scene, out=store, model=model), None)[2])
    )
    truth = folder / "scene_truth.tif"
    verbs: dict[str, Callable[[Path], Any]] = {
        "label": lambda out: pg.label(store, WORDS, out=out),
        "vectorize": lambda out: pg.vectorize(truth, out / "map.shp"),
        "sample": lambda out: pg.sample(out / "s.tif", size=64),
    }
    for verb, work in verbs.items():
        whole = folder / verb / "whole"
        whole.mkdir(parents=True)
        require_success(fork(lambda work=work, out=whole: (work(out), None)[1]))
        for moves in range(1, 100, 3):
            out = folder / verb / f"killed{moves}"
            out.mkdir()
            if not run_killed(lambda work=work, out=out: work(out), out, moves):
                break
            require_success(fork(lambda work=work, out=out: (work(out), None)[1]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
