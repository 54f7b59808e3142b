"""Blocks computed by other processes: real ones, really killed."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import proxyclip_geo as pg
from proxyclip_geo.errors import EngineError, OptionError, QualityWarning
from proxyclip_geo.progress import ProgressEvent

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
def test_and_skipped_on_request(scene: Path, tmp_path: Path) -> None:
    with pytest.warns(QualityWarning, match=r"blocks failed .*signal 9"):
        assert (segment(scene, tmp_path, workers=2, on_error="skip") == 255).all()


@pytest.mark.enable_socket
@pytest.mark.filterwarnings("ignore")
def test_a_cluster_that_loses_a_worker_makes_the_same_map(scene: Path, whole: np.ndarray, tmp_path: Path) -> None:
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        pids = list(client.run(os.getpid).values())
        killed: list[int] = []

        def kill_one(event: ProgressEvent) -> None:
            if event.stage == "segment" and 0 < event.done < event.total and not killed:
                os.kill(pids[0], signal.SIGKILL)
                killed.append(pids[0])

        found = segment(scene, tmp_path, progress=kill_one, scheduler=cluster.scheduler_address)
    assert killed
    np.testing.assert_array_equal(found, whole)


@pytest.mark.enable_socket
@pytest.mark.filterwarnings("ignore")
def test_no_cluster_there(scene: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proxyclip_geo.engine.cluster.CONNECT", "1s")
    with pytest.raises(OptionError, match="no Dask scheduler answers at tcp://127.0.0.1:9"):
        segment(scene, tmp_path, scheduler="tcp://127.0.0.1:9")


def test_no_worker_at_all_is_refused(scene: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="--workers 0"):
        segment(scene, tmp_path, workers=0)
