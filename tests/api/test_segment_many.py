import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
import rasterio

import proxyclip_geo as pg
from proxyclip_geo.api.batch_report import RasterReport, ReportFile
from proxyclip_geo.api.output_folders import name_folders
from proxyclip_geo.errors import (
    Cancelled,
    OptionError,
    OutputError,
    ProxyClipGeoError,
    RasterError,
    WorkerError,
    WorkersLostError,
    forward_warnings,
    name_in_warnings,
    warn_quality,
)
from proxyclip_geo.progress import ProgressEvent
from proxyclip_geo.raster.find_rasters import FoundRaster, find_rasters, list_rasters

WORDS = ["water", "forest", "building"]


@pytest.fixture(scope="module")
def demo() -> pg.Model:
    return pg.load_model("demo", device="cpu")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a directory with two rasters and a broken file."""
    for name, seed in (("east", 1), ("west", 2)):
        pg.sample(tmp_path / "tiles" / f"{name}.tif", size=96, seed=seed)
        (tmp_path / "tiles" / f"{name}_truth.tif").unlink()
    (tmp_path / "tiles" / "broken.tif").write_text("no raster")
    return tmp_path / "tiles"


def item(name: str, href: str, key: str = "visual") -> dict[str, object]:
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": name,
        "geometry": None,
        "properties": {"datetime": "2024-01-01T00:00:00Z"},
        "links": [],
        "assets": {key: {"href": href, "roles": ["data"]}},
    }


def test_directories_patterns_and_stac_items(folder: Path) -> None:
    assert find_rasters(folder / "east.tif") is None
    assert find_rasters("https://example.org/tiles?x=*.tif") is None
    names = [Path(name).name for name in find_rasters(folder) or ()]
    assert names == ["broken.tif", "east.tif", "west.tif"]
    assert find_rasters(str(folder / "?ast.tif")) == (str(folder / "east.tif"),)
    (folder / "list.txt").write_text(f"{folder}/east.tif\n{folder}/?est.tif\r\n\n{folder}/east.tif\n")
    assert find_rasters(f"@{folder}/list.txt") == (str(folder / "east.tif"), str(folder / "west.tif"))
    several = [folder / "west.tif", str(folder), f"@{folder}/list.txt", "https://example.org/a.tif?x=1"]
    found = [Path(raster.name).name for raster in list_rasters(several)]
    assert found == ["west.tif", "broken.tif", "east.tif", "a.tif?x=1"]
    stac = folder / "items.json"
    features = [item("a", "./east.tif"), item("b", "./west.tif", key="B04")]
    stac.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    assert find_rasters(stac) == (str(folder / "east.tif"), str(folder / "west.tif"))


def test_empty_patterns_and_lists_are_refused(folder: Path) -> None:
    with pytest.raises(RasterError, match="holds no raster"):
        find_rasters(str(folder / "*.jp2"))
    (folder / "empty.txt").write_text("\n \n")
    with pytest.raises(RasterError, match=r"list of rasters .*empty\.txt is empty"):
        find_rasters(f"@{folder}/empty.txt")
    with pytest.raises(RasterError, match=r"list of rasters none\.txt cannot be read"):
        find_rasters("@none.txt")


def test_a_file_that_is_no_stac_file_is_refused(folder: Path) -> None:
    (folder / "no.json").write_text("{}")
    with pytest.raises(RasterError, match="STAC file .* must be a table|STAC file .* is missing|not a STAC item"):
        find_rasters(folder / "no.json")
    point = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [0, 0]}}
    for values in (point, {"type": "FeatureCollection", "features": [point]}):
        (folder / "area.geojson").write_text(json.dumps(values))
        with pytest.raises(RasterError, match=r"area\.geojson is GeoJSON without STAC items.*`aoi`"):
            find_rasters(folder / "area.geojson")
    (folder / "area.geojson").write_text(json.dumps({**point, "stac_version": "1.0.0"}))
    with pytest.raises(RasterError, match="'id' is missing"):
        find_rasters(folder / "area.geojson")


def test_hidden_files_side_files_and_links_are_left_out(folder: Path) -> None:
    for name in (".partial.tif", "._east.tif", "east.tif.ovr", "east.tif.aux.xml", "east.tfw", "notes.txt"):
        (folder / name).write_text("")
    (folder / "tiles.tif").mkdir()
    (folder / "a_link.tif").symlink_to(folder / "west.tif")
    expected = tuple(str(folder / f"{name}.tif") for name in ("broken", "east", "west"))
    assert find_rasters(folder) == expected
    assert find_rasters(str(folder / "*")) == expected
    assert find_rasters(str(folder / "*.tif")) == expected
    assert find_rasters(str(folder / "*.txt")) == (str(folder / "notes.txt"),)
    assert find_rasters("") is None
    assert find_rasters("a" * 5000) is None


def test_a_folder_in_which_all_fail_is_an_error(tmp_path: Path, demo: pg.Model) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.tif").write_text("no raster")
    with pytest.raises(RasterError, match=r"none of the 2 rasters could be segmented; the first: .*a\.tif is a text"):
        pg.segment_many(tmp_path, WORDS, out=tmp_path / "out", model=demo, options=pg.SegmentOptions(on_error="skip"))
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert [entry["status"] for entry in report] == ["failed", "failed"]


def test_report_and_resume(folder: Path, demo: pg.Model, tmp_path: Path) -> None:
    rasters = find_rasters(folder) or ()
    out = tmp_path / "out"
    with pytest.raises(RasterError, match=r"broken\.tif .*; on_error='skip' continues with the other rasters"):
        pg.segment_many(rasters, WORDS, out=out, model=demo)
    report = json.loads((out / "report.json").read_text())
    assert [entry["status"] for entry in report] == ["failed", "not started", "not started"]
    skipping = pg.SegmentOptions(on_error="skip", polygons=False)
    reports = pg.segment_many(rasters, WORDS, out=out, model=demo, options=skipping)
    assert [report.status for report in reports] == ["failed", "done", "done"]
    assert (out / "west" / "west_labels.tif").exists()
    again = pg.segment_many(rasters, WORDS, out=out, model=demo, options=skipping)
    assert [report.status for report in again] == ["failed", "done before", "done before"]
    report = json.loads((out / "report.json").read_text())
    assert "broken.tif" in report[0]["reason"]
    assert report[1]["shares"] == pytest.approx(dict(reports[1].shares), abs=1e-6)


def test_report_tells_what_was_done_before_a_run_was_stopped(folder: Path, demo: pg.Model, tmp_path: Path) -> None:
    def stop(event: ProgressEvent) -> None:
        if event.stage == "rasters" and event.done == 1:
            raise Cancelled("enough")

    rasters = [str(folder / "east.tif"), str(folder / "west.tif")]
    with pytest.raises(Cancelled):
        pg.segment_many(rasters, WORDS, out=tmp_path / "out", model=demo, progress=stop)
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert [entry["status"] for entry in report] == ["done", "not started"]


def test_report_of_a_stopped_run_has_what_was_done_before(folder: Path, demo: pg.Model, tmp_path: Path) -> None:
    def stop(event: ProgressEvent) -> None:
        if event.stage == "segment" and event.done:
            raise Cancelled("enough")

    def statuses() -> list[str]:
        return [entry["status"] for entry in json.loads((out / "report.json").read_text())]

    rasters, out = [str(folder / name) for name in ("broken.tif", "east.tif", "west.tif")], tmp_path / "out"
    pg.segment_many(rasters[2:], WORDS, out=out, model=demo)
    with pytest.raises(RasterError, match=r"broken\.tif"):
        pg.segment_many(rasters, WORDS, out=out, model=demo)
    assert statuses() == ["failed", "not started", "done before"]
    with pytest.raises(Cancelled):
        pg.segment_many(rasters, WORDS, out=out, model=demo, options=pg.SegmentOptions(on_error="skip"), progress=stop)
    assert statuses() == ["failed", "unfinished", "done before"]
    # Results of other words are found before anything is computed.
    with pytest.raises(OutputError, match="differs in vocabulary"):
        pg.segment_many(rasters, ["water", "forest"], out=out, model=demo)
    assert statuses() == ["not started", "not started", "failed"]


def test_a_scheduler_that_does_not_answer_ends_the_run(folder: Path, tmp_path: Path) -> None:
    options = pg.SegmentOptions(on_error="skip", scheduler="127.0.0.1")
    with pytest.raises(OptionError, match=r"^no Dask scheduler answers at 127\.0\.0\.1"):
        pg.segment_many(folder, WORDS, out=tmp_path / "out", model="demo", options=options)
    assert {entry["status"] for entry in json.loads((tmp_path / "out" / "report.json").read_text())} == {"not started"}


def test_lost_workers_end_the_run(
    folder: Path, demo: pg.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(*arguments: Any, **options: Any) -> None:
        raise WorkersLostError("the connection to the Dask scheduler is lost")

    monkeypatch.setattr("proxyclip_geo.api.segment_many.segment", lose)
    with pytest.raises(WorkerError, match="is lost"):
        pg.segment_many(folder, WORDS, out=tmp_path, model=demo, options=pg.SegmentOptions(on_error="skip"))


@pytest.mark.enable_socket
def test_small_rasters_share_workers(folder: Path, demo: pg.Model, tmp_path: Path) -> None:
    (folder / "broken.tif").unlink()
    for seed in (3, 4):
        pg.sample(folder / f"more{seed}.tif", size=96, seed=seed)
        (folder / f"more{seed}_truth.tif").unlink()
    pids: set[int] = set()
    events: list[ProgressEvent] = []

    def watch(event: ProgressEvent) -> None:
        events.append(event)
        pids.update(child.pid for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline()))

    options = pg.SegmentOptions(polygons=False, device="cpu", workers=2)
    found = pg.segment_many(folder, WORDS, out=tmp_path / "two", model="demo", options=options, progress=watch)
    assert [report.status for report in found] == ["done"] * 4
    assert len(pids) == 2
    assert not [child for child in psutil.Process().children() if child.pid in pids]
    rasters = [event for event in events if event.stage == "rasters"]
    assert [event.done for event in rasters] == [0, 1, 2, 3, 4]
    assert {event.message for event in rasters[1:]} == {"east", "west", "more3", "more4"}
    windows = [event for event in events if event.unit == "windows"]
    assert windows[-1].done == windows[-1].total == 4
    alone = pg.segment_many(folder, WORDS, out=tmp_path / "one", model=demo, options=pg.SegmentOptions(polygons=False))
    for one, two in zip(alone, found, strict=True):
        assert one.shares == two.shares
        paths = [report.out / f"{report.out.name}_labels.tif" for report in (one, two)]
        labels = [rasterio.open(path).read() for path in paths]
        assert (labels[0] == labels[1]).all()


@pytest.mark.enable_socket
def test_first_error_stops_rasters_that_share_workers(folder: Path, tmp_path: Path) -> None:
    options = pg.SegmentOptions(polygons=False, device="cpu", workers=2)
    with pytest.raises(RasterError, match=r"broken\.tif .*; on_error='skip' continues with the other rasters"):
        pg.segment_many(folder, WORDS, out=tmp_path / "out", model="demo", options=options)
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report[0]["status"] == "failed"
    skipping = replace(options, on_error="skip")
    again = pg.segment_many(folder, WORDS, out=tmp_path / "out", model="demo", options=skipping)
    assert [entry.status.split()[0] for entry in again] == ["failed", "done", "done"]


def test_pictures_of_finished_rasters_are_not_read(
    folder: Path, demo: pg.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rasters = [str(folder / "east.tif"), str(folder / "west.tif")]
    pg.segment_many(rasters, WORDS, out=tmp_path / "out", model=demo)

    def read(*arguments: Any, **options: Any) -> None:
        raise AssertionError("the picture is read")

    monkeypatch.setattr("proxyclip_geo.raster.choices.check_picture", read)
    again = pg.segment_many(rasters, WORDS, out=tmp_path / "out", model=demo)
    assert [report.status for report in again] == ["done before", "done before"]


def test_plans_of_many_rasters_time_one_window(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "broken.tif").unlink()
    model, calls = pg.load_model("demo", device="cpu"), []
    encode = model.encoder.encode
    monkeypatch.setattr(model.encoder, "encode", lambda batch: calls.append(len(batch)) or encode(batch))
    plans = pg.plan_many(folder, WORDS, out=tmp_path / "out", model=model)
    assert len(calls) == 2  # the first one warms up
    seconds = {one.plan.seconds for one in plans if one.plan}
    workers = pg.plan_many(folder, WORDS, out=tmp_path / "out", model=model, options=pg.SegmentOptions(workers=2))
    # Workers on a CPU share its cores.
    assert {one.plan.seconds for one in workers if one.plan} == seconds
    assert len(calls) == 2


def test_warnings_name_the_raster_of_a_batch(folder: Path, demo: pg.Model, tmp_path: Path) -> None:
    rasters = [str(folder / "east.tif"), str(folder / "west.tif")]
    with pytest.warns(pg.QualityWarning) as caught:
        pg.segment_many(rasters, ["water", "zebra"], out=tmp_path / "out", model=demo)
    shown = [str(item.message) for item in caught if "zebra" in str(item.message)]
    assert [message.split(":")[0] for message in shown] == ["east", "west"]
    record = json.loads((tmp_path / "out" / "east" / "east_run.json").read_text())
    assert any(note.startswith("model 'demo' does not know 'zebra'") for note in record["warnings"])


@pytest.mark.parametrize(
    ("words", "change", "difference"),
    [
        (["water", "road"], {}, "vocabulary"),
        (WORDS, {"debias": -0.5}, "options"),
        (WORDS, {"stride": 8}, "windows"),
        (WORDS, {"probabilities": True}, "options, files"),
        (WORDS, None, "raster"),
    ],
)
def test_results_of_other_options_are_not_done_before(
    words: list[str], change: dict[str, Any] | None, difference: str, folder: Path, demo: pg.Model, tmp_path: Path
) -> None:
    call = {"rasters": [str(folder / "east.tif")], "out": tmp_path / "out", "model": demo}
    pg.segment_many(classes=WORDS, options=pg.SegmentOptions(polygons=False), **call)
    if change is None:
        os.utime(folder / "east.tif", (1, 1))
    options = pg.SegmentOptions(polygons=False, **(change or {}))
    with pytest.raises(OutputError, match=f"differs in {difference}; pass overwrite=True"):
        pg.segment_many(classes=words, options=options, **call)


def test_model_is_not_loaded_if_all_rasters_are_done(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rasters = [str(folder / "east.tif"), str(folder / "west.tif")]
    call = {"classes": WORDS, "out": tmp_path / "out", "model": "demo"}
    options = pg.SegmentOptions(polygons=False, device="cpu")
    (plan, _) = pg.plan_many(rasters, options=options, **call)
    assert plan.plan is not None
    assert plan.plan.paths.labels == tmp_path / "out" / "east" / "east_labels.tif"
    pg.segment_many(rasters, options=options, **call)

    def load(*args: object, **kwargs: object) -> None:
        raise AssertionError("the model is loaded")

    with monkeypatch.context() as patched:
        patched.setattr("proxyclip_geo.api.job.load_model", load)
        again = pg.segment_many(rasters, options=replace(options, batch_size=2, block_size=64), **call)
        assert [report.status for report in again] == ["done before", "done before"]
        assert [one.plan for one in pg.plan_many(rasters, options=options, **call)] == [None, None]
        with pytest.raises(AssertionError, match="the model is loaded"):
            pg.segment_many(rasters, options=replace(options, precision="float32"), **call)
    # Another option with the same effect.
    again = pg.segment_many(rasters, options=replace(options, precision="float32"), **call)
    assert [report.status for report in again] == ["done before", "done before"]
    with pytest.raises(OutputError, match="differs in model; pass overwrite=True"):
        pg.segment_many(rasters, options=replace(options, precision="bfloat16"), **call)


def test_plans_match_the_run(folder: Path, demo: pg.Model, tmp_path: Path) -> None:
    rasters, out = find_rasters(folder) or (), tmp_path / "out"
    skipping = pg.SegmentOptions(on_error="skip", polygons=False)
    stopping = replace(skipping, on_error="stop")
    pg.segment_many([str(folder / "east.tif")], WORDS, out=out, model=demo, options=skipping)
    broken, east, west = pg.plan_many(rasters, WORDS, out=out, model=demo, options=skipping)
    assert "broken.tif" in broken.reason
    assert (east.plan, east.reason) == (None, "")
    assert west.plan is not None
    with pytest.raises(RasterError, match=r"broken\.tif"):
        pg.plan_many(rasters, WORDS, out=out, model=demo, options=stopping)
    with pytest.raises(OutputError, match="differs in vocabulary; pass overwrite=True"):
        pg.plan_many([str(folder / "east.tif")], ["water", "road"], out=out, model=demo, options=stopping)


@pytest.mark.parametrize("verb", [pg.segment_many, pg.plan_many])
@pytest.mark.parametrize(
    ("words", "model", "error"),
    [
        (WORDS, "vitb16-dino-b8", "models fetch vitb16-dino-b8"),
        (WORDS, "demoo", "unknown model 'demoo'"),
        ("lovedaa", "demo", "did you mean 'loveda'"),
    ],
)
def test_missing_model_or_vocabulary_is_no_failed_raster(
    verb: Any, words: Any, model: str, error: str, folder: Path, tmp_path: Path
) -> None:
    skipping = pg.SegmentOptions(on_error="skip")
    with pytest.raises(ProxyClipGeoError, match=error):
        verb([str(folder / "east.tif")], words, out=tmp_path / "out", model=model, options=skipping)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("rasters", "folders"),
    [
        (["a.tif", "b.tif"], ["a", "b"]),
        (["x/a.tif", "y/A.tif", "b.tif"], ["x/a", "y/A", "b"]),
        (["/d/2023/east/a.tif", "/d/2024/east/a.tif", "/d/a.tif"], ["2023/east/a", "2024/east/a", "a"]),
        (["x/a.tif", "x/a.jp2", "y/a.tif"], ["x/a_tif", "x/a_jp2", "y/a_tif"]),
        (["https://e.org/x/a.tif?s=1", "https://e.org/y/a.tif?s=2"], ["x/a", "y/a"]),
        (["s3://b/../a.tif", "s3://b/.hidden/a.tif", "s3://b/a.tif"], ["raster/a", "hidden/a", "a"]),
        (["file:///d/x/a.tif", "/d/y/a.tif"], ["x/a", "y/a"]),
        ([("x/TCI.tif", "S2A"), ("y/TCI.tif", "../S2B")], ["S2A", "_S2B"]),
        ([("x/TCI.tif", "S2"), ("y/TCI.tif", "s2")], ["x/TCI", "y/TCI"]),
        ([("x/TCI.tif", "S2"), "y/TCI.tif"], ["x/TCI", "y/TCI"]),
        (["a.tif", "https://e.org/a.tif?s=1", "https://e.org/a.tif?s=2"], None),
    ],
)
def test_rasters_of_the_same_name_get_folders(rasters: list[Any], folders: list[str] | None) -> None:
    found = [FoundRaster(*([raster] if isinstance(raster, str) else raster)) for raster in rasters]
    if folders is None:
        with pytest.raises(OptionError, match="would have results of one name, "):
            name_folders(found)
    else:
        assert [str(folder) for folder in name_folders(found).values()] == folders


def test_names_of_many_rasters_take_linear_time() -> None:
    """A comparison of each with each would take minutes, and so would a report after each raster."""
    found = [FoundRaster(f"/data/{number}/scene.tif") for number in range(10_000)]
    assert len(set(name_folders(found).values())) == 10_000


def test_report_is_written_in_a_share_of_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The first write takes two seconds, the second one.
    clock = iter([0.0, 0.0, 2.0, 20.0, 41.0, 41.0, 42.0, 42.0, 42.0, 42.0])
    monkeypatch.setattr("proxyclip_geo.api.batch_report.time.monotonic", lambda: next(clock))
    report = RasterReport("a.tif", Path("a"))
    file = ReportFile(tmp_path, [report])
    statuses = []
    for status in ("first", "second", "third"):
        file.update(0, replace(report, status=status))
        if status == "third":
            file.close()
        statuses.append(json.loads((tmp_path / "report.json").read_text())[0]["status"])
    assert statuses == ["not started", "second", "third"]


def test_report_of_a_few_rasters_is_up_to_date(tmp_path: Path) -> None:
    file = ReportFile(tmp_path, [RasterReport("a.tif", Path("a"))])
    file.begin(0)
    assert json.loads((tmp_path / "report.json").read_text())[0]["status"] == "unfinished"


@pytest.mark.enable_socket
def test_stac_items_at_a_url(folder: Path, file_server: str, tmp_path: Path, demo: pg.Model) -> None:
    (folder / "item.json").write_text(json.dumps(item("a", "./east.tif")))
    (folder / "local.json").write_text(json.dumps(item("a", "file:///etc/east.tif")))
    url = f"http://me:secret@{file_server}/tiles"
    assert find_rasters(f"{url}/item.json?sig=1") == (f"{url}/east.tif",)
    with pytest.raises(RasterError, match="names a file of this machine"):
        find_rasters(f"{url}/local.json")
    with pytest.raises(RasterError, match=r"the STAC file http://[^@]*none\.json cannot be downloaded") as caught:
        find_rasters(f"{url}/none.json")
    assert "secret" not in str(caught.value)
    [report] = pg.segment_many(f"{url}/item.json", WORDS, out=tmp_path / "out", model=demo)
    assert (report.status, report.out, report.raster) == (
        "done",
        tmp_path / "out" / "east",
        f"http://{file_server}/tiles/east.tif",
    )


@pytest.mark.enable_socket
def test_all_pages_of_a_search_are_read(folder: Path, file_server: str) -> None:
    items = folder / "collections" / "land" / "items"
    items.mkdir(parents=True)
    url = f"http://me:secret@{file_server}/tiles/collections/land/items"
    second = {"type": "FeatureCollection", "features": [item("b", "/tiles/west.tif")]}
    links = [{"rel": "next", "href": "page2?token=1"}, {"rel": "self", "href": url}]
    first = {"type": "FeatureCollection", "features": [item("a", "/tiles/east.tif")], "links": links}
    (items / "page1").write_text(json.dumps(first))
    (items / "page2").write_text(json.dumps({**second, "links": links}))  # names itself: the end, too
    expected = tuple(f"http://me:secret@{file_server}/tiles/{name}.tif" for name in ("east", "west"))
    assert find_rasters(f"{url}/page1?limit=1") == expected
    (items / "page1").write_text(json.dumps({**first, "links": [{**links[0], "method": "POST"}]}))
    with pytest.raises(RasterError, match="the next page of .* cannot be requested") as caught:
        find_rasters(f"{url}/page1?limit=1")
    assert "secret" not in str(caught.value)
    (items / "page1").write_text(json.dumps({"type": "Collection", "stac_version": "1.0.0", "id": "land"}))
    with pytest.raises(RasterError, match="is a STAC collection; give an item"):
        find_rasters(f"{url}/page1")


def test_a_saved_page_of_a_search_is_used_alone(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    page = {
        "features": [item("a", "east.tif")],
        "links": [{"rel": "next", "href": "https://example.org/search?page=2"}],
    }
    (folder / "page.json").write_text(json.dumps({"type": "FeatureCollection", **page}))
    assert find_rasters(folder / "page.json") == (str(folder / "east.tif"),)
    assert "is one page of a search; only its items are used" in caplog.text


def test_alike_warnings_of_many_rasters_are_counted() -> None:
    shown: list[str] = []
    with forward_warnings(lambda warning: shown.append(str(warning))):
        for name in ("north", "east", "south", "west", "centre"):
            with name_in_warnings(name):
                warn_quality("the picture is flat")
    assert shown[:3] == [f"{name}: the picture is flat" for name in ("north", "east", "south")]
    assert shown[3:] == ["2 more warnings of this kind, e.g.: centre: the picture is flat"]


def test_one_raster_a_directory_or_a_generator_of_paths(folder: Path, demo: pg.Model, tmp_path: Path) -> None:
    def plan(rasters: Any) -> list[str]:
        options = pg.SegmentOptions(on_error="skip", polygons=False)
        return [
            Path(one.raster).name for one in pg.plan_many(rasters, WORDS, out=tmp_path, model=demo, options=options)
        ]

    assert plan(str(folder / "east.tif")) == ["east.tif"]
    assert plan(folder / "east.tif") == ["east.tif"]
    assert plan(str(folder / "?ast.tif")) == ["east.tif"]
    assert plan(folder) == ["broken.tif", "east.tif", "west.tif"]
    assert plan(path for path in sorted(folder.glob("?est.tif"))) == ["west.tif"]
    options = pg.SegmentOptions(polygons=False)
    paths = (path for path in [folder / "east.tif", folder / "west.tif"])
    reports = pg.segment_many(paths, WORDS, out=tmp_path / "out", model=demo, options=options)
    assert [report.raster for report in reports] == [str(folder / "east.tif"), str(folder / "west.tif")]
