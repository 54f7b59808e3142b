"""Every command that writes refuses a target that cannot be written before it computes anything."""

import json
from pathlib import Path

import pytest

import proxyclip_geo as pg
from proxyclip_geo.cli.app import run

WORDS = "water; forest; road"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a scene, its embedding, and a file in which nothing can be written."""
    folder = tmp_path_factory.mktemp("unwritable")
    pg.sample(folder / "s.tif", size=64, seed=3)
    pg.encode(folder / "s.tif", out=folder / "s.emb", model="demo")
    (folder / "file").write_text("no folder")
    return folder


@pytest.mark.parametrize(
    "command",
    [
        "segment s.tif -c WORDS -m demo -o file/out",
        "segment s.tif -c WORDS -m demo -o file",
        "segment ?.tif -c WORDS -m demo -o file/out",
        "encode s.tif -m demo -o file/s.emb",
        "label s.emb -c WORDS -o file/out",
        "similar s.emb water -o file/h.tif",
        "suggest s.emb -c WORDS -o file/h.gpkg",
        "fit s.emb s_truth.tif -c WORDS --save file/v.yaml",
        "fit s.emb s_truth.tif -c WORDS --report file/v.png",
        "vectorize s_truth.tif -o file/l.gpkg",
        "evaluate s_truth.tif s_truth.tif -o file/r.json",
        "sample file/s.tif --size 64",
        "vocabulary show loveda --save file/v.yaml",
        "models fetch demo --to file/w",
    ],
)
def test_targets_that_cannot_be_written(
    command: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    before = sorted(folder.iterdir())
    arguments = [WORDS if part == "WORDS" else part for part in command.split()]
    has_overwrite = arguments[0] not in ("evaluate", "vocabulary", "models")
    assert run([*arguments, *["--overwrite"] * has_overwrite, "--json"]) == 8
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {event["stage"] for event in events if event["event"] == "progress"} <= {"open"}
    [message] = [event["message"] for event in events if event["event"] == "error"]
    assert message.startswith("cannot write '")
    assert "file" in message
    assert sorted(folder.iterdir()) == before
