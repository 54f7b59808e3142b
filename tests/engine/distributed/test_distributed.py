"""Compute blocks on Dask workers: real processes, really killed."""

import gc
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
import rasterio

import proxyclip_geo as pg
from proxyclip_geo.api.text_bank import make_bank
from proxyclip_geo.engine.distributed import task as task_module
from proxyclip_geo.engine.distributed.cluster import WorkerPool
from proxyclip_geo.engine.distributed.task import BlockTask, choose_device
from proxyclip_geo.engine.options import Upsampling
from proxyclip_geo.engine.plan import make_plan
from proxyclip_geo.errors import Cancelled, EngineError, ModelError, OptionError, RasterError, WorkerError
from proxyclip_geo.models.encoder import ProxyClipEncoder
from proxyclip_geo.models.options import Precision
from proxyclip_geo.models.registry import find_card
from proxyclip_geo.progress import ProgressEvent
from proxyclip_geo.raster.options import SourceOptions
from proxyclip_geo.vocabulary import as_vocabulary

# Dask talks to workers over TCP on the loopback interface.
pytestmark = pytest.mark.enable_socket
WORDS = ["water", "forest", "building", "road"]
# Without it Dask tries 8787, and warns if another process of the tests uses it.
FREE_PORT = {"dashboard_address": "127.0.0.1:0"}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pg.sample(tmp_path_factory.mktemp("scene") / "scene.tif", size=(128, 192), seed=5).image


@pytest.fixture(scope="module")
def whole(scene: Path, tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """Return the labels computed by one process."""
    return segment(scene, tmp_path_factory.mktemp("whole"))


def segment(scene: Path, out: Path, *, progress: object = None, **options: object) -> np.ndarray:
    chosen = pg.SegmentOptions(**{"block_size": 64, "polygons": False, "device": "cpu", **options})  # type: ignore[arg-type]
    more = {"progress": progress} if progress else {}
    return pg.segment(scene, WORDS, out=out, model="demo", options=chosen, **more).labels.read()


def test_killed_worker_is_replaced(scene: Path, whole: np.ndarray, tmp_path: Path) -> None:
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


def test_workers_use_precision_of_loaded_model(scene: Path, tmp_path: Path) -> None:
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


@pytest.fixture
def task(scene: Path) -> BlockTask:
    model = pg.load_model("demo", device="cpu")
    return BlockTask(
        raster=str(scene),
        reading=SourceOptions(),
        fingerprint={},
        card=model.card,
        loading={"device": "cpu", "precision": "bfloat16"},
        checksums=model.checksums,
        arithmetic=("torch", "float32"),
        plan=make_plan((128, 192), encoder=model.encoder, window=64, stride=32),
        bank=make_bank(model.text, as_vocabulary(WORDS), logit_scale=40, options=pg.SegmentOptions()),
        upsampling=Upsampling(),
        probabilities=False,
    )


def test_workers_of_this_machine_take_its_gpus_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)

    def device(number: int, device: str, workers: int | None) -> str:
        monkeypatch.setattr(task_module, "get_worker", lambda: SimpleNamespace(name=number))
        return choose_device(device, local_workers=workers)

    assert [device(number, "cuda", 3) for number in range(3)] == ["cuda:0", "cuda:1", "cuda:0"]
    assert device(1, "cuda:0", 3) == "cuda:0"
    assert device(1, "cpu", 3) == "cpu"
    assert device(1, "auto", None) == "auto"


def test_worker_with_other_arithmetic_or_weights_is_refused(task: BlockTask) -> None:
    with pytest.raises(WorkerError, match="with torch in bfloat16, the run computes with torch in float32"):
        task.load()
    with pytest.raises(WorkerError, match=r"has other weights of model 'demo'.* expected 0, 1\)"):
        replace(task, checksums={"clip": "0", "vfm": "1"}).load()


def test_script_without_main_guard_fails_with_explanation(scene: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import os\nimport proxyclip_geo as pg\noptions = pg.SegmentOptions(workers=2, device='cpu')\n"
        # A directory for each process, so that not its lock stops the workers.
        f"out = {str(tmp_path)!r} + '/' + str(os.getpid())\n"
        f"pg.segment({str(scene)!r}, ['water'], out=out, model='demo', options=options)\n"
    )
    process = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=500)
    assert process.returncode != 0
    assert "WorkersLostError: the worker processes could not start" in process.stderr.splitlines()[-1]
    assert "if __name__ == '__main__':" in process.stderr.splitlines()[-1]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_no_process_is_left_of_killed_or_interrupted_run(number: int, scene: Path, tmp_path: Path) -> None:
    words = ["-c", "water;road", "--model", "demo", "--device", "cpu"]
    command = [sys.executable, "-m", "proxyclip_geo", "segment", str(scene), *words, "-o", str(tmp_path)]
    # Many blocks: the run must not end before it is stopped.
    many = ["--block-size", "16", "--stride", "32"]
    run = subprocess.Popen(
        [*command, "--workers", "2", *many, "--quiet"], stderr=subprocess.PIPE, start_new_session=True
    )
    while not list(tmp_path.glob(".scene.unfinished/layers/c/0/*/*[0-9]")):
        assert run.poll() is None
        time.sleep(0.01)
    if number == signal.SIGKILL:
        run.kill()
    else:
        os.killpg(run.pid, number)
    _, stderr = run.communicate(timeout=300)
    for _ in range(300):
        left = [process for process in psutil.process_iter() if _group(process) == run.pid]
        if not left:
            break
        time.sleep(0.1)
    assert left == []
    assert b"Traceback" not in stderr
    assert run.returncode == (-signal.SIGKILL if number == signal.SIGKILL else 130)


_LOGS_AN_ERROR = """
import logging, sys
from proxyclip_geo.engine.distributed.cluster import start_workers

def log(name):
    logging.getLogger(name).error("connection closed by %s", name)

def end_silence_and_log(name):
    for handler in logging.getLogger("distributed").handlers:
        handler.setLevel(logging.NOTSET)  # as Dask does when it closes a worker
    log(name)

if __name__ == "__main__":
    log(sys.argv[1])
    with start_workers(1) as client:
        log(sys.argv[1])
        client.run(end_silence_and_log, sys.argv[1])
        client.cluster.close()
        log(sys.argv[1])
"""


@pytest.mark.parametrize("name", ["distributed.comm", "distributed.client", "tornado.application"])
def test_closed_connections_are_not_printed(name: str, tmp_path: Path) -> None:
    script = tmp_path / "log.py"
    script.write_text(_LOGS_AN_ERROR)
    run = subprocess.run([sys.executable, str(script), name], capture_output=True, text=True, check=True)
    assert run.stderr.count(f"connection closed by {name}") == 1  # the one before the workers


def _group(process: psutil.Process) -> int | None:
    """Return the process group, None for a process that has ended."""
    try:
        return os.getpgid(process.pid)
    except ProcessLookupError:
        return None


@pytest.fixture
def killer() -> Iterator[None]:
    """Kill every worker that has loaded torch, as the system does when memory runs out."""
    stop = threading.Event()

    def kill() -> None:
        while not stop.is_set():
            for child in psutil.Process().children():
                with suppress(psutil.NoSuchProcess):
                    # A child that has been forked only has the size and the command line of this process.
                    if "spawn_main" in " ".join(child.cmdline()) and child.memory_info().rss > 200 * 2**20:
                        child.kill()
            time.sleep(0.05)

    thread = threading.Thread(target=kill)
    thread.start()
    yield
    stop.set()
    thread.join()


@pytest.mark.usefixtures("killer")
def test_block_whose_workers_are_killed_is_named(scene: Path, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"block \d+ \(rows .*killed by signal 9.*memory ran out.*fewer `workers`"):
        segment(scene, tmp_path, workers=2)


@pytest.mark.usefixtures("killer")
def test_run_without_any_finished_block_fails(scene: Path, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"every block failed \(2 of 2\); the last one: block \d+ .*signal 9"):
        segment(scene, tmp_path, workers=2, on_error="skip", block_size=128)
    assert not list(tmp_path.glob("*"))


@pytest.mark.parametrize(("workers", "when"), [(1, 0), (1, 5), (2, 0), (2, 5)])
def test_raster_replaced_during_a_run_is_an_error(scene: Path, tmp_path: Path, workers: int, when: int) -> None:
    raster = Path(shutil.copy(scene, tmp_path / "scene.tif"))
    other = pg.sample(tmp_path / "other" / "scene.tif", size=(128, 192), seed=6).image

    def replace_raster(event: ProgressEvent) -> None:
        if event.stage == "segment" and event.done >= when and other.exists():
            other.replace(raster)

    options = pg.SegmentOptions(block_size=64, polygons=False, device="cpu", workers=workers)
    with pytest.raises(RasterError, match=r"scene\.tif.* (changed|differs)"):
        pg.segment(raster, WORDS, out=tmp_path / "out", model="demo", options=options, progress=replace_raster)
    assert not list((tmp_path / "out").glob("*_labels.tif"))


@pytest.mark.parametrize("missing", ["raster", "model"])
def test_missing_raster_or_model_is_not_skipped(missing: str, scene: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(scene.parent, moved)
    shutil.copytree(find_card("demo").directory, moved / "model")
    card = moved / "model" / "demo.toml"
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
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Treat a block as a straggler after one second."""
    monkeypatch.setattr("proxyclip_geo.engine.distributed.schedule.STRAGGLER_SECONDS", 1.0)


@pytest.mark.usefixtures("short_patience")
def test_block_of_stopped_worker_is_computed_by_another(scene: Path, whole: np.ndarray, tmp_path: Path) -> None:
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


@pytest.mark.usefixtures("short_patience")
def test_cancelled_run_does_not_wait_for_stopped_workers(scene: Path, tmp_path: Path) -> None:
    def stop_all(event: ProgressEvent) -> None:
        if event.stage == "segment" and event.done > 0:
            for child in multiprocessing.active_children():
                os.kill(child.pid or 0, signal.SIGSTOP)
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        segment(scene, tmp_path, progress=stop_all, workers=2)
    assert multiprocessing.active_children() == []


@pytest.mark.usefixtures("short_patience")
def test_cluster_with_stopped_worker_gives_same_labels(scene: Path, whole: np.ndarray, tmp_path: Path) -> None:
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, scheduler_kwargs=FREE_PORT
        ) as cluster,
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


def test_second_run_on_cluster_reuses_loaded_model(scene: Path, whole: np.ndarray, tmp_path: Path) -> None:
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None, scheduler_kwargs=FREE_PORT
        ) as cluster,
        Client(cluster) as client,
    ):

        def run(name: str, raster: Path = scene, **options: object) -> tuple[np.ndarray, object]:
            labels = segment(raster, tmp_path / name, scheduler=client if name == "first" else cluster, **options)
            return labels, client.submit(_loaded_encoder, pure=False).result()

        found, first = run("first")
        np.testing.assert_array_equal(found, whole)
        # The same path with other pixels.
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


def _loaded_encoder() -> object:
    """Return the model that a thread of a worker has loaded."""
    return task_module._LOADED.task[1].encoder


def test_lost_cluster_is_no_failed_block(scene: Path, tmp_path: Path) -> None:
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None, scheduler_kwargs=FREE_PORT
    ) as cluster:

        def close(event: ProgressEvent) -> None:
            if event.stage == "segment" and 0 < event.done < event.total:
                cluster.close()

        with pytest.raises(WorkerError, match=r"the Dask scheduler at tcp.* is lost.* to resume"):
            segment(scene, tmp_path, progress=close, scheduler=cluster.scheduler_address, on_error="skip")


@pytest.mark.parametrize("lost", [1, 2])
def test_cluster_that_loses_workers_gives_same_labels(
    lost: int, scene: Path, whole: np.ndarray, tmp_path: Path
) -> None:
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, scheduler_kwargs=FREE_PORT
        ) as cluster,
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


def test_run_waits_for_workers_and_uses_all(
    scene: Path, whole: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import Client, LocalCluster

    monkeypatch.setattr("proxyclip_geo.engine.distributed.cluster.FIRST_LINE", 0.0)
    lines: list[str] = []
    with (
        LocalCluster(
            n_workers=0, threads_per_worker=1, processes=False, dashboard_address=None, scheduler_kwargs=FREE_PORT
        ) as cluster,
        Client(cluster) as client,
    ):

        def start_workers(event: ProgressEvent) -> None:
            if event.stage == "workers":
                lines.append(event.message)
                cluster.scale(3)

        pool = WorkerPool(client, local=None)
        np.testing.assert_array_equal(segment(scene, tmp_path, progress=start_workers, scheduler=cluster), whole)
        assert re.fullmatch(r"the Dask scheduler at \S+ has had no workers for \d+ s; waiting", lines[0])
        client.wait_for_workers(3)
        slots = []
        for _ in range(2):
            slots.append(0)
            while pool.has_room:
                pool.take_slot()
                slots[-1] += 1
            monkeypatch.setattr("proxyclip_geo.engine.distributed.cluster.CHECK_SECONDS", 0.0)
            assert pool.check_workers() == ""
    assert slots == [2, 4]


def test_lines_about_waiting_become_rare(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([float(second) for second in range(301)])
    monkeypatch.setattr("proxyclip_geo.engine.distributed.cluster.time.monotonic", lambda: next(clock))
    scheduler = SimpleNamespace(address="tcp://a:1")
    client = SimpleNamespace(status="running", nthreads=dict, scheduler=scheduler)
    pool = WorkerPool(client, local=None)
    lines = [line for _ in range(300) if (line := pool.check_workers())]
    waited = [int(line.split("for ")[1].split(" s")[0]) for line in lines]
    assert waited == [2, 4, 8, 16, 32, 64, 124, 184, 244]


def test_unreachable_scheduler(scene: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proxyclip_geo.engine.distributed.cluster.CONNECT_TIMEOUT", "1s")
    with pytest.raises(OptionError, match="no Dask scheduler answers at tcp://127.0.0.1:9"):
        segment(scene, tmp_path, scheduler="tcp://127.0.0.1:9")


def test_zero_workers_are_refused(scene: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="workers=0 must be at least 1"):
        segment(scene, tmp_path, workers=0)


def test_workers_and_scheduler_together_are_refused() -> None:
    with pytest.raises(OptionError, match="workers=2 is for this machine, and scheduler='tcp://a:1' .*; give one"):
        pg.SegmentOptions(workers=2, scheduler="tcp://a:1")


def test_image_model_is_released_while_workers_compute(scene: Path, tmp_path: Path) -> None:
    def encoders() -> list[ProxyClipEncoder]:
        gc.collect()
        return [item for item in gc.get_objects() if type(item) is ProxyClipEncoder]

    before, held = len(encoders()), []
    segment(scene, tmp_path, workers=2, progress=lambda event: held.append(len(encoders())))
    assert held[0] == before
