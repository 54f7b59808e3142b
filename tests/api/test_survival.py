"""Runs that are killed, cancelled, or fail, and runs that write to the same output."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from zarr.storage import LocalStore

import proxyclip_geo as pg
from proxyclip_geo.engine.store.embedding_store import EmbeddingStore
from proxyclip_geo.engine.store.label_store import LabelStore
from proxyclip_geo.errors import Cancelled, OutputError, QualityWarning, RasterError
from proxyclip_geo.progress import ProgressEvent
from proxyclip_geo.raster.cog import CogWriter
from proxyclip_geo.raster.source import Source
from proxyclip_geo.region import Region

WORDS = ["water", "forest", "building", "road", "cropland"]
BLOCKS = pg.SegmentOptions(block_size=128)
RASTERS = ("scene_labels.tif", "scene_score.tif", "scene_probabilities.tif")


@pytest.fixture(scope="module")
def demo() -> pg.Model:
    return pg.load_model("demo", device="cpu")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pg.sample(tmp_path_factory.mktemp("scene") / "scene.tif", size=(192, 256), seed=5).image


def outputs(out: Path) -> dict[str, Any]:
    """Return everything that a run writes, except times."""
    frame = gpd.read_file(out / "scene.gpkg", layer="scene")
    names = {path.name for path in out.iterdir()}
    rasters = {name: (out / name).read_bytes() for name in RASTERS if (out / name).exists()}
    record = json.loads((out / "scene_run.json").read_text())
    facts = {key: record[key] for key in ("shares", "failed_blocks", "input", "vocabulary")}
    return {"names": names, "polygons": frame.to_json(), **rasters, **facts}


def cancel_after(windows: int) -> Callable[[ProgressEvent], None]:
    """Return a progress callable that cancels a run after a number of windows."""

    def stop(event: ProgressEvent) -> None:
        if event.stage == "segment" and event.done >= windows:
            raise Cancelled("enough")

    return stop


def finished_blocks(out: Path) -> list[Path]:
    """Return the files of the finished blocks of an unfinished map."""
    return sorted(out.glob(".*.unfinished/layers/c/0/*/*[0-9]"))


@pytest.fixture
def cancelled(demo: pg.Model, scene: Path, tmp_path: Path) -> Path:
    """Return the output directory of a run that was cancelled after some blocks."""
    with pytest.raises(Cancelled):
        pg.segment(scene, WORDS, out=tmp_path / "out", model=demo, options=BLOCKS, progress=cancel_after(20))
    assert finished_blocks(tmp_path / "out")
    return tmp_path / "out"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and kill")
def test_runs_killed_twenty_times_give_the_same_results(tmp_path: Path) -> None:
    script = Path(__file__).with_name("killed_runs.py")
    process = subprocess.run(
        [sys.executable, str(script), str(tmp_path), "20", "1"], check=True, capture_output=True, text=True, timeout=500
    )
    facts = json.loads(process.stdout)
    assert facts["kills"] == 20
    assert facts["while assembling"] >= 3
    wanted = outputs(tmp_path / "uninterrupted")
    assert not [name for name in wanted["names"] if name.startswith(".")]
    killed = sorted(tmp_path.glob("killed*"))
    assert killed
    for out in killed:
        assert outputs(out) == wanted


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and kill")
def test_runs_killed_while_their_files_get_their_names_can_be_repeated(tmp_path: Path) -> None:
    script = Path(__file__).with_name("killed_publications.py")
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True, capture_output=True, timeout=500)
    for verb, kills in (("label", 4), ("vectorize", 3), ("sample", 1)):
        whole, *killed = sorted((tmp_path / verb).iterdir(), key=lambda path: path.name != "whole")
        assert len(killed) >= kills
        for out in killed:
            assert {path.name for path in out.iterdir()} == {path.name for path in whole.iterdir()}
            for raster in whole.glob("*.tif"):
                assert (out / raster.name).read_bytes() == raster.read_bytes()


def test_a_finished_map_is_not_taken_for_an_interrupted_one(
    demo: pg.Model, scene: Path, embedding: Path, tmp_path: Path
) -> None:
    (tmp_path / ".scene.partial").mkdir()
    pg.segment(scene, WORDS, out=tmp_path, model=demo)
    with pytest.raises(OutputError, match=r"scene_labels\.tif'.* exists?; pass overwrite=True"):
        pg.label(embedding, WORDS, out=tmp_path)


def test_resume_continues_from_finished_blocks(cancelled: Path, demo: pg.Model, scene: Path, tmp_path: Path) -> None:
    done = len(finished_blocks(cancelled))
    events: list[ProgressEvent] = []
    result = pg.segment(scene, WORDS, out=cancelled, model=demo, options=BLOCKS, progress=events.append)
    facts = result.run["windows"]
    assert facts["resumed_blocks"] == done
    first, *others = [event for event in events if event.stage == "segment"]
    assert 0 < first.done < first.total == facts["count"]
    assert first.message == f"{done} of {facts['blocks']} blocks were done before"
    assert not any(event.message for event in others)
    assert others[-1].done == others[-1].total == facts["count"]
    pg.segment(scene, WORDS, out=tmp_path / "whole", model=demo, options=BLOCKS)
    assert outputs(cancelled) == outputs(tmp_path / "whole")


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"classes": ["water", "forest"]}, "vocabulary"),
        ({"options": pg.SegmentOptions(block_size=64)}, "block size"),
        ({"options": pg.SegmentOptions(block_size=128, debias=-0.3)}, "options"),
    ],
)
def test_run_with_other_options_is_refused(
    change: dict[str, Any], difference: str, cancelled: Path, demo: pg.Model, scene: Path
) -> None:
    call = {"classes": WORDS, "options": BLOCKS, **change}
    before = finished_blocks(cancelled)
    with pytest.raises(OutputError, match=f"unfinished map that differs in {difference}; .*overwrite=True"):
        pg.segment(scene, call["classes"], out=cancelled, model=demo, options=call["options"])
    assert finished_blocks(cancelled) == before
    result = pg.segment(scene, call["classes"], out=cancelled, model=demo, options=call["options"], overwrite=True)
    assert result.run["windows"]["resumed_blocks"] == 0
    assert not (cancelled / ".scene.unfinished").exists()


def test_resume_with_changed_raster_is_refused(cancelled: Path, demo: pg.Model, scene: Path, tmp_path: Path) -> None:
    copy = tmp_path / "scene.tif"
    shutil.copy(scene, copy)
    with pytest.raises(OutputError, match="differs in raster"):
        pg.segment(copy, WORDS, out=cancelled, model=demo, options=BLOCKS)


def test_damaged_block_is_computed_again(cancelled: Path, demo: pg.Model, scene: Path, tmp_path: Path) -> None:
    first = min(finished_blocks(cancelled))
    first.write_bytes(first.read_bytes()[:-3])
    pg.segment(scene, WORDS, out=cancelled, model=demo, options=BLOCKS)
    pg.segment(scene, WORDS, out=tmp_path / "whole", model=demo, options=BLOCKS)
    assert outputs(cancelled) == outputs(tmp_path / "whole")


def test_concurrent_segment_is_refused(demo: pg.Model, scene: Path, tmp_path: Path) -> None:
    messages: list[str] = []

    def start_second_run(event: ProgressEvent) -> None:
        if event.stage == "segment" and not messages:
            with pytest.raises(OutputError, match="another run is writing") as caught:
                pg.segment(scene, WORDS, out=tmp_path / "out", model=demo)
            messages.append(str(caught.value))

    pg.segment(scene, WORDS, out=tmp_path / "out", model=demo, progress=start_second_run)
    assert messages
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.startswith(".")]


@pytest.fixture(scope="module")
def embedding(demo: pg.Model, scene: Path) -> Path:
    """Return the encoded scene."""
    options = pg.EncodeOptions(block_size=64)
    return Path(pg.encode(scene, out=scene.parent / "scene.emb", model=demo, options=options).name)


def test_concurrent_label_is_refused(embedding: Path, demo: pg.Model, scene: Path, tmp_path: Path) -> None:
    out, messages = tmp_path / "out", []

    def start_other_runs(event: ProgressEvent) -> None:
        if event.stage == "label" and not messages:
            assert [path for path in out.iterdir() if path.name.endswith(".partial")]
            for other in (
                lambda: pg.label(embedding, WORDS, out=out),
                lambda: pg.segment(scene, WORDS, out=out, model=demo),
            ):
                with pytest.raises(OutputError, match=r"another run is writing '.*out/scene'; wait until") as caught:
                    other()
                messages.append(str(caught.value))

    result = pg.label(embedding, WORDS, out=out, progress=start_other_runs)
    assert len(messages) == 2
    assert result.labels.read().shape == (192, 256)
    assert not [path for path in out.iterdir() if path.name.startswith(".")]


def test_concurrent_encode_is_refused(demo: pg.Model, scene: Path, tmp_path: Path) -> None:
    out, messages = tmp_path / "scene.emb", []

    def start_second_run(event: ProgressEvent) -> None:
        if event.stage == "encode" and not messages:
            with pytest.raises(OutputError, match=r"another run is writing '.*scene\.emb'; wait until") as caught:
                pg.encode(scene, out=out, model=demo)
            messages.append(str(caught.value))

    pg.encode(scene, out=out, model=demo, progress=start_second_run)
    assert messages
    assert [path.name for path in tmp_path.iterdir()] == ["scene.emb"]


def test_label_removes_files_of_a_killed_run(embedding: Path, tmp_path: Path) -> None:
    for name in ("labels.tif", "probabilities.tif", "labels.qml", "preview.png", "run.json"):
        draft = tmp_path / f".scene_{name}.partial"
        draft.mkdir()
        (draft / "draft.tif").write_bytes(b"half")
    others = tmp_path / ".scene_2_labels.tif.partial"
    others.mkdir()
    pg.label(embedding, WORDS, out=tmp_path)
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == [others]


@pytest.mark.parametrize(
    ("verb", "stage"),
    [("segment", "segment"), ("segment", "polygonize"), ("label", "label"), ("vectorize", "polygonize")],
)
def test_runs_fail_if_their_folder_vanishes(
    verb: str, stage: str, demo: pg.Model, scene: Path, embedding: Path, tmp_path: Path
) -> None:
    out, removed = tmp_path / "out", []
    out.mkdir()

    def remove(event: ProgressEvent) -> None:
        if event.stage == stage and event.done > event.total // 2 and not removed:
            removed.append(event.done)
            shutil.rmtree(out)

    runs: dict[str, Callable[[], Any]] = {
        "segment": lambda: pg.segment(scene, WORDS, out=out, model=demo, options=BLOCKS, progress=remove),
        "label": lambda: pg.label(embedding, WORDS, out=out, progress=remove),
        "vectorize": lambda: pg.vectorize(scene.with_name("scene_truth.tif"), out / "a.gpkg", progress=remove),
    }
    with pytest.raises(OutputError, match="cannot write|was removed or damaged"):
        runs[verb]()
    assert removed


@pytest.mark.parametrize("after", [0, 20])
def test_encode_fails_if_its_folder_vanishes(demo: pg.Model, scene: Path, tmp_path: Path, after: int) -> None:
    out, removed = tmp_path / "scene.emb", []

    def remove(event: ProgressEvent) -> None:
        if event.stage == "encode" and event.done >= after and not removed:
            removed.append(event.done)
            shutil.rmtree(out)

    with pytest.raises(OutputError, match=r"scene\.emb"):
        pg.encode(scene, out=out, model=demo, options=pg.EncodeOptions(block_size=64), progress=remove)
    assert removed


def test_encode_removes_files_of_a_killed_run(demo: pg.Model, scene: Path, tmp_path: Path) -> None:
    out, options = tmp_path / "scene.emb", pg.EncodeOptions(block_size=64)

    def stop(event: ProgressEvent) -> None:
        if event.done:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        pg.encode(scene, out=out, model=demo, options=options, progress=stop)
    (out / "valid" / f"0.{'0a' * 16}.partial").write_bytes(b"half")
    pg.encode(scene, out=out, model=demo, options=options)
    assert not list(out.rglob("*.partial"))


@pytest.mark.parametrize("verb", ["segment", "encode", "label"])
def test_prefetch_ends_before_close_after_failed_write(
    verb: str, embedding: Path, demo: pg.Model, scene: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, failing = threading.Event(), threading.Event()
    regions: list[Region] = []
    while_closing: list[bool] = []
    read, close = Source.read, Source.close

    def read_slowly(self: Source, region: Region) -> Any:
        later = bool(regions)
        regions.append(region)
        reading.set()
        # The prefetched block is read while the write of the first one fails, and after that.
        if later and failing.wait(60):
            time.sleep(0.3)
        pixels = read(self, region)
        reading.clear()
        return pixels

    def note_and_close(self: Source) -> None:
        while_closing.append(reading.is_set())
        close(self)

    def fail_while_reading(*args: Any, **kwargs: Any) -> None:
        reading.wait(60)
        failing.set()
        raise OutputError("the disk is full")

    monkeypatch.setattr(Source, "read", read_slowly)
    monkeypatch.setattr(Source, "close", note_and_close)
    monkeypatch.setattr(LabelStore, "write", fail_while_reading)
    monkeypatch.setattr(EmbeddingStore, "write", fail_while_reading)
    monkeypatch.setattr(CogWriter, "write", fail_while_reading)
    encoding = pg.EncodeOptions(block_size=64)
    runs = {
        "segment": lambda: pg.segment(scene, WORDS, out=tmp_path, model=demo, options=pg.SegmentOptions(block_size=64)),
        "encode": lambda: pg.encode(scene, out=tmp_path / "a", model=demo, options=encoding),
        "label": lambda: pg.label(embedding, WORDS, out=tmp_path, options=pg.LabelOptions(borders="image")),
    }
    with pytest.raises(OutputError, match="the disk is full"):
        runs[verb]()
    assert failing.is_set()
    assert len(regions) > 1
    assert while_closing == [False]


@pytest.fixture
def damaged(scene: Path, tmp_path: Path) -> Path:
    """Return the compressed scene with a tile at its lower right that cannot be decoded."""
    path = tmp_path / "damaged.tif"
    with rasterio.open(scene) as dataset:
        pixels, profile = dataset.read(), dataset.profile
    profile.update(tiled=True, blockxsize=64, blockysize=64, compress="deflate", interleave="pixel")
    with rasterio.open(path, "w", **profile) as dataset:
        dataset.write(pixels)
        offset = int(dataset.get_tag_item("BLOCK_OFFSET_3_2", "TIFF", bidx=1))
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(b"\xff" * 200)
    return path


def test_read_error_names_the_block_and_keeps_finished_ones(damaged: Path, demo: pg.Model, tmp_path: Path) -> None:
    with pytest.raises(RasterError, match=r"block \d+ \(rows .*cannot be read in rows"):
        pg.segment(damaged, WORDS, out=tmp_path / "out", model=demo, options=pg.SegmentOptions(block_size=64))
    assert finished_blocks(tmp_path / "out")


def test_skipped_blocks_are_nodata_and_reported(damaged: Path, demo: pg.Model, scene: Path, tmp_path: Path) -> None:
    options = pg.SegmentOptions(block_size=64, on_error="skip")
    events: list[ProgressEvent] = []
    with pytest.warns(QualityWarning, match=r"of \d+ blocks failed and are without data: block"):
        result = pg.segment(damaged, WORDS, out=tmp_path / "out", model=demo, options=options, progress=events.append)
    last = [event for event in events if event.stage == "segment"][-1]
    assert last.done == last.total == result.run["windows"]["count"]
    failed = json.loads(result.paths.run.read_text())["failed_blocks"]
    assert 0 < len(failed) < result.run["windows"]["blocks"]
    with pytest.warns(QualityWarning, match="blocks failed"):
        [report] = pg.segment_many(damaged, WORDS, out=tmp_path / "many", model=demo, options=options)
    assert (report.status, report.failed_blocks, report.is_complete) == ("done", len(failed), False)
    whole = pg.segment(scene, WORDS, out=tmp_path / "whole", model=demo, options=BLOCKS).labels.read()
    found = result.labels.read()
    assert 0 < (found == 255).mean() < 1
    np.testing.assert_array_equal(found[found != 255], whole[found != 255])


def test_full_disk_names_the_block_and_run_is_resumed(
    demo: pg.Model, scene: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Simulated: a full disk needs its own file system.
    real, room = LocalStore.set, iter([True, True])

    async def write(self: LocalStore, key: str, value: Any) -> None:
        if "/c/" in key and not next(room, False):
            raise OSError(28, "No space left on device")
        await real(self, key, value)

    monkeypatch.setattr(LocalStore, "set", write)
    with pytest.raises(OutputError, match=r"block 2 \(rows .* disk is full .* continues from the finished blocks"):
        pg.segment(scene, WORDS, out=tmp_path / "out", model=demo, options=BLOCKS)
    monkeypatch.undo()
    result = pg.segment(scene, WORDS, out=tmp_path / "out", model=demo, options=BLOCKS)
    assert result.run["windows"]["resumed_blocks"] == 2


def test_run_killed_while_blocks_are_removed_is_done(
    demo: pg.Model, scene: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    rmtree = shutil.rmtree

    def remove_some(folder: Path, **kwargs: Any) -> None:
        if Path(folder).name == "..scene.unfinished.partial" and Path(folder).exists():
            Path(folder, "zarr.json").unlink()
            raise Killed
        rmtree(folder, **kwargs)

    monkeypatch.setattr(shutil, "rmtree", remove_some)
    with pytest.raises(Killed):
        pg.segment(scene, WORDS, out=tmp_path / "scene", model=demo, options=BLOCKS)
    monkeypatch.undo()
    (job,) = pg.segment_many([str(scene)], WORDS, out=tmp_path, model=demo, options=BLOCKS)
    assert job.status == "done before"
