"""The options --verbose and --log-file."""

import json
import re
from pathlib import Path

import pytest

import proxyclip_geo as pg
from proxyclip_geo.cli.app import run
from proxyclip_geo.cli.logs import LogFile, write_line
from proxyclip_geo.errors import OutputError

CALL = ["segment", "scene.tif", "-c", "water; zebra", "-m", "demo", "--block-size", "64", "--no-polygons", "--quiet"]


@pytest.fixture(autouse=True)
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pg.sample("scene.tif", size=96, seed=5)


def test_log_file_has_all_messages_with_times() -> None:
    assert run([*CALL, "--log-file", "logs/run.log", "-o", "out"]) == 0
    assert run(["segment", "none.tif", "-c", "water", "--log-file", "logs/run.log"]) == 3
    assert run([*CALL, "-o", "other"]) == 0
    lines = Path("logs/run.log").read_text().splitlines()
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (DEBUG|INFO|WARNING|ERROR) ", line) for line in lines)
    texts = [line[20:] for line in lines]
    assert sum(text.startswith("INFO proxyclip-geo ") for text in texts) == 2
    assert sum(re.fullmatch(r"DEBUG scene: block \d \(.*\) is done", text) is not None for text in texts) == 4
    assert any(text.startswith("WARNING model 'demo' does not know 'zebra'") for text in texts)
    assert any(text.startswith("INFO scene: bands 1, 2, 3") for text in texts)
    assert re.fullmatch(r"ERROR raster none\.tif does not exist.* \(exit code 3\)", texts[-1])


def test_log_of_a_batch_names_its_rasters() -> None:
    assert run([*CALL, "scene_truth.tif", "--on-error", "skip", "--log-file", "run.log", "-o", "out"]) in (0, 13)
    text = Path("run.log").read_text()
    assert "WARNING scene: model 'demo' does not know 'zebra'" in text
    assert "INFO out/scene: done\n" in text
    assert re.search(r"INFO rasters: 2 of 2 rasters scene_truth", text)


def test_log_file_has_warnings_that_are_only_counted(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["zebra", "walrus", "tapir", "lynx", "okapi"]
    call = [item if item != "water; zebra" else "; ".join(["water", *words]) for item in CALL]
    assert run([*call, "--on-error", "skip", "broken.tif", "--json", "--log-file", "run.log", "-o", "out"]) == 13
    shown = capsys.readouterr().out
    lines = Path("run.log").read_text().splitlines()
    for word in words:
        assert [line for line in lines if f"does not know '{word}'" in line]
    assert shown.count("does not know") == 4
    assert "2 more warnings of this kind" in shown
    assert all(re.match(r"\d{4}-\d\d-\d\d ", line) for line in lines)


def test_verbose_shows_finished_blocks(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*CALL, "--verbose", "--json", "-o", "out"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    notes = [event["message"] for event in events if event["event"] == "note"]
    assert sum(note.endswith("is done") for note in notes) == 4


@pytest.mark.parametrize("name", ["scene.tif", "s3://bucket/run.log", ".", "scene.tif/run.log"])
def test_other_files_are_no_logs(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = Path("scene.tif").read_bytes()
    assert run([*CALL, "--json", "--log-file", name]) == 8
    event = json.loads(capsys.readouterr().out)
    assert event["type"] == "OutputError"
    assert Path("scene.tif").read_bytes() == before


def test_log_on_a_full_disk_is_an_error_once() -> None:
    log = LogFile(Path("/dev/full"))
    with pytest.raises(OutputError, match="cannot write '/dev/full': the disk is full"):
        write_line(log, 20, "first")
    write_line(log, 20, "second")
    log.close()
