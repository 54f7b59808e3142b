"""Blocks computed by other processes: real ones, really killed."""

import gc
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio

import proxyclip_geo as pg
from proxyclip_geo.api.prompts import make_bank
from proxyclip_geo.engine.distributed import cluster as cluster_module
from proxyclip_geo.engine.distributed.task import BlockTask
from proxyclip_geo.engine.runner import make_plan
from proxyclip_geo.errors import Cancelled, EngineError, ModelError, OptionError, WorkerError
from proxyclip_geo.models.device import Precision
from proxyclip_geo.models.encoder import ProxyClipEncoder
from proxyclip_geo.models.registry import find_card
from proxyclip_geo.progress import ProgressEvent
from proxyclip_geo.raster.source import SourceOptions
from proxyclip_geo.vocabulary import as_vocabulary

WORDS = ["water", "forest", "building", "road"]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pg.sample(tmp_path_factory.mktemp("scene") / "scene.tif", size=(128, 192), seed=5).image


@pytest.fixture(scope="module")
def whole(scene: Path, tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """The labels as one process makes them."""
    return segment(scene, tmp_path_factory.mktemp("whole"))


def segment(scene: Path, out: Path, *, progress: object = None, **options: object) -> np.ndarray:
    chosen = pg.SegmentOptions(block_size=64, polygons=False, device="cpu", **options)  # type: ignore[arg-type]
    more = {"progress": progress} if progress else {}
    return pg.segment(scene, WORDS, out=out, model="demo", options=chosen, **more).labels.read()


def test_a_killed_worker_is_replaced_and_nothing_is_lost(scene: Path, whole: np.ndarray, tmp_path: Path) -> None:
    killed: list[int] = []

    def kill_one(event: ProgressEvent) -> None:
        if event.stage == "segment" and 0 < event.done < event.total and not killed:
            victim = multiprocessing.active_children()[0]
            os.kill(victim.pid or 0, signal.SIGKILL)
            killed.append(victim.pid or 0)

    found = segment(scene, tmp_path, progress=kill_one, workers=2)
    assert killed
    np.testing.assert_array_equal(found, whole)
    assert multiprocessing.active_children() == []


def test_workers_compute_as_the_loaded_model_does(scene: Path, tmp_path: Path) -> None:
    def scores(precision: Precision, workers: int) -> np.ndarray:
        model = pg.load_model("demo", device="cpu", precision=precision)
        options = pg.SegmentOptions(block_size=96, polygons=False, workers=workers)
        out = tmp_path / f"{precision}-{workers}"
        result = pg.segment(scene, WORDS, out=out, model=model, options=options)
        assert result.run["model"]["dtype"] == precision
        with rasterio.open(out / "scene_score.tif") as dataset:
            return dataset.read()

    half = scores("bfloat16", 1)
    assert (half != scores("float32", 1)).any()
    np.testing.assert_array_equal(scores("bfloat16", 2), half)


def test_a_worker_that_computes_otherwise_is_refused(scene: Path) -> None:
    model = pg.load_model("demo", device="cpu")
    loading = {"device": "cpu", "precision": "bfloat16"}
    task = BlockTask(
        raster=str(scene),
        reading=SourceOptions(),
        card=model.card,
        loading=loading,
        checksums=model.checksums,
        arithmetic=("torch", "float32"),
        plan=make_plan((128, 192), encoder=model.encoder, window=64, stride=32),
        bank=make_bank(model.text, as_vocabulary(WORDS), logit_scale=40, options=pg.SegmentOptions()),
        edge_aware=False,
        probabilities=False,
    )
    with pytest.raises(WorkerError, match="with torch in bfloat16, the run does with torch in float32"):
        task.open()
    with pytest.raises(WorkerError, match=r"has other weights of model 'demo'.* wanted 0, 1\)"):
        replace(task, checksums={"clip": "0", "vfm": "1"}).open()


def test_a_script_without_a_guard_is_told_so(scene: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    call = f"pg.segment({str(scene)!r}, ['water'], out={str(tmp_path / 'out')!r}, model='demo', options=options)"
    script.write_text(f"import proxyclip_geo as pg\noptions = pg.SegmentOptions(workers=2, device='cpu')\n{call}\n")
    told = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=100)
    assert told.returncode != 0
    assert "WorkerError: the processes could not start" in told.stderr.splitlines()[-1]
    assert "if __name__ == '__main__':" in told.stderr.splitlines()[-1]


@pytest.fixture
def reaper() -> Iterator[None]:
    """Kill every child process as soon as it is there, as the system does that has no memory left."""
    stop = threading.Event()

    def reap() -> None:
        while not stop.is_set():
            for child in multiprocessing.active_children():
                os.kill(child.pid or 0, signal.SIGKILL)
            time.sleep(0.05)

    thread = threading.Thread(target=reap)
    thread.start()
    yield
    stop.set()
    thread.join()


@pytest.mark.usefixtures("reaper")
def test_a_block_whose_workers_are_killed_is_named(scene: Path, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"block \d+ \(rows .*want of memory \(signal 9\); .*fewer --workers"):
        segment(scene, tmp_path, workers=2)


@pytest.mark.usefixtures("reaper")
def test_a_run_whose_every_block_fails_is_no_empty_map(scene: Path, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"every block failed \(12 of 12\); the last one: block \d+ .*signal 9"):
        segment(scene, tmp_path, workers=2, on_error="skip")
    assert not list(tmp_path.glob("*"))


@pytest.mark.parametrize("missing", ["raster", "model"])
def test_workers_without_raster_or_model_are_not_skipped(missing: str, scene: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(scene.parent, moved)
    shutil.copytree(find_card("demo").directory, moved / "model")
    (card,) = (moved / "model").glob("*.toml")
    model = pg.load_model(card, device="cpu")
    gone = moved / scene.name if missing == "raster" else moved / "model"

    def remove(event: ProgressEvent) -> None:
        if event.stage == "segment" and event.done == 0 and gone.exists():
            gone.rename(tmp_path / "gone")

    options = pg.SegmentOptions(block_size=64, polygons=False, device="cpu", workers=2, on_error="skip")
    with pytest.raises(WorkerError if missing == "raster" else ModelError):
        pg.segment(moved / scene.name, WORDS, out=tmp_path / "out", model=model, options=options, progress=remove)
    assert not list((tmp_path / "out").glob("*_labels.tif"))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block is late after a second."""
    monkeypatch.setattr("proxyclip_geo.engine.distributed.schedule.PATIENCE", 1.0)


@pytest.mark.usefixtures("impatient")
def test_the_block_of_a_worker_that_stands_still_is_given_to_another(
    scene: Path, whole: np.ndarray, tmp_path: Path
) -> None:
    stopped: list[int] = []

    def stop_one(event: ProgressEvent) -> None:
        if event.stage == "segment" and 0 < event.done < event.total and not stopped:
            victim = multiprocessing.active_children()[0]
            os.kill(victim.pid or 0, signal.SIGSTOP)
            stopped.append(victim.pid or 0)

    found = segment(scene, tmp_path, progress=stop_one, workers=2)
    assert stopped
    np.testing.assert_array_equal(found, whole)
    assert multiprocessing.active_children() == []


@pytest.mark.usefixtures("impatient")
def test_a_run_that_is_cancelled_does_not_wait_for_a_worker_that_stands_still(scene: Path, tmp_path: Path) -> None:
    def stop_all(event: ProgressEvent) -> None:
        if event.stage == "segment" and event.done > 0:
            for child in multiprocessing.active_children():
                os.kill(child.pid or 0, signal.SIGSTOP)
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        segment(scene, tmp_path, progress=stop_all, workers=2)
    assert multiprocessing.active_children() == []


@pytest.mark.enable_socket
@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("impatient")
def test_a_cluster_with_a_worker_that_stands_still_makes_the_same_map(
    scene: Path, whole: np.ndarray, tmp_path: Path
) -> None:
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        pids = list(client.run(os.getpid).values())
        stopped: list[int] = []

        def stop_one(event: ProgressEvent) -> None:
            if event.stage == "segment" and 0 < event.done < event.total and not stopped:
                os.kill(pids[0], signal.SIGSTOP)
                stopped.append(pids[0])

        try:
            found = segment(scene, tmp_path, progress=stop_one, scheduler=cluster.scheduler_address)
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)
    assert stopped
    np.testing.assert_array_equal(found, whole)


@pytest.mark.enable_socket
@pytest.mark.filterwarnings("ignore")
def test_a_second_run_on_a_cluster_has_the_model_loaded(scene: Path, whole: np.ndarray, tmp_path: Path) -> None:
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):

        def run(name: str, raster: Path = scene, **options: object) -> tuple[np.ndarray, object]:
            labels = segment(raster, tmp_path / name, scheduler=cluster.scheduler_address, **options)
            return labels, client.submit(_kept_encoder, pure=False).result()

        found, first = run("first")
        np.testing.assert_array_equal(found, whole)
        # The same raster by name, but no longer by content.
        with rasterio.open(scene) as dataset:
            pixels, profile = dataset.read(), dataset.profile
        changed = tmp_path / "scene.tif"
        for n, flipped in enumerate((pixels, pixels[:, ::-1])):
            with rasterio.open(changed, "w", **profile) as dataset:
                dataset.write(flipped)
            found, second = run(f"second{n}", changed)
            np.testing.assert_array_equal(found, segment(changed, tmp_path / f"here{n}"))
            assert second is first
        _, other = run("other", precision="bfloat16")
        assert other is not first


def _kept_encoder() -> object:
    """The model that a thread of a cluster's worker keeps."""
    return cluster_module._KEPT.maker[1].encoder


@pytest.mark.enable_socket
@pytest.mark.filterwarnings("ignore")
def test_a_cluster_that_is_gone_is_no_failed_block(scene: Path, tmp_path: Path) -> None:
    from distributed import LocalCluster

    with LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:

        def close(event: ProgressEvent) -> None:
            if event.stage == "segment" and 0 < event.done < event.total:
                cluster.close()

        with pytest.raises(WorkerError, match=r"the Dask scheduler at tcp.* is gone.* to go on"):
            segment(scene, tmp_path, progress=close, scheduler=cluster.scheduler_address, on_error="skip")


@pytest.mark.enable_socket
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("lost", [1, 2])
def test_a_cluster_that_loses_workers_makes_the_same_map(
    lost: int, scene: Path, whole: np.ndarray, tmp_path: Path
) -> None:
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        pids = list(client.run(os.getpid).values())
        killed: list[int] = []

        def kill_some(event: ProgressEvent) -> None:
            if event.stage == "segment" and 0 < event.done < event.total and not killed:
                killed.extend(pids[:lost])
                for pid in killed:
                    os.kill(pid, signal.SIGKILL)

        found = segment(scene, tmp_path, progress=kill_some, scheduler=cluster.scheduler_address)
    assert killed
    np.testing.assert_array_equal(found, whole)


@pytest.mark.enable_socket
@pytest.mark.filterwarnings("ignore")
def test_no_cluster_there(scene: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proxyclip_geo.engine.distributed.cluster.CONNECT", "1s")
    with pytest.raises(OptionError, match="no Dask scheduler answers at tcp://127.0.0.1:9"):
        segment(scene, tmp_path, scheduler="tcp://127.0.0.1:9")


def test_no_worker_at_all_is_refused(scene: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="--workers 0"):
        segment(scene, tmp_path, workers=0)


def test_workers_here_and_on_a_cluster_at_once_are_refused() -> None:
    with pytest.raises(OptionError, match="--workers 2 is for this machine, and --scheduler tcp://a:1 .*; give one"):
        pg.SegmentOptions(workers=2, scheduler="tcp://a:1")


def test_a_run_whose_workers_compute_lets_go_of_the_image_model(scene: Path, tmp_path: Path) -> None:
    def encoders() -> list[ProxyClipEncoder]:
        gc.collect()
        return [item for item in gc.get_objects() if type(item) is ProxyClipEncoder]

    before, held = len(encoders()), []
    segment(scene, tmp_path, workers=2, progress=lambda event: held.append(len(encoders())))
    assert held[0] == before
