"""Standard streams of the command line: code pages, full disks, closed descriptors, broken pipes, signals."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

import proxyclip_geo as pg

WORDS = "water; forest,trees; building,roof"
VERBS = {
    "help": ("segment", "--help"),
    "version": ("--version",),
    "models as JSON": ("models", "list", "--json"),
    "words": ("vocabulary", "show", "landcover"),
}

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs a shell and /dev/full")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a scene and its embedding."""
    made = tmp_path_factory.mktemp("streams")
    pg.sample(made / "scene.tif", size=128, seed=3)
    pg.encode(made / "scene.tif", out=made / "scene.emb", model="demo")
    return made


def run(
    *arguments: object, redirect: str = "", cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the command line from a shell, with redirections."""
    return subprocess.run(
        ["sh", "-c", f'"$@" {redirect}', "sh", sys.executable, "-m", "proxyclip_geo", *map(str, arguments)],
        capture_output=True,
        cwd=cwd,
        env={**os.environ, "COLUMNS": "300", "NO_COLOR": "1", **environment},
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("verb", "encoding"),
    [("words", "cp1252"), ("help", "latin-1"), ("label", "C"), ("json", "ascii")],
)
def test_encodings_without_a_character_do_not_fail(verb: str, encoding: str, folder: Path) -> None:
    classes = "Gewässer,water; 森林,forest"
    label = ("label", "scene.emb", "-c", classes, "-o", f"o-{verb}-{encoding}", "--no-polygons")
    arguments = {**VERBS, "label": label, "json": (*label, "--json")}[verb]
    environment = {"PYTHONIOENCODING": encoding}
    if encoding == "C":
        environment = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        # The words themselves cannot be given in this locale.
        arguments = tuple(word.replace(classes, "water; forest") for word in arguments)
    completed = run(*arguments, cwd=folder, **environment)
    assert completed.returncode == 0, completed.stderr
    assert b"bug" not in completed.stderr
    shown = completed.stdout.decode("ascii" if encoding == "C" else encoding)
    if verb == "words":
        assert "# water" in shown
    if verb == "json" and encoding != "C":
        assert set(json.loads(shown.splitlines()[-1])["shares"]) == {"Gewässer", "森林", "unclassified"}


@pytest.mark.parametrize("verb", ["version", "models as JSON", "words"])
def test_full_disks_closed_descriptors_and_broken_pipes(verb: str) -> None:
    arguments = VERBS[verb]
    full = run(*arguments, redirect=">/dev/full")
    assert full.returncode == 8
    assert full.stderr == b"error: the output cannot be written: No space left on device; send it elsewhere\n"
    assert run(*arguments, redirect=">&- 2>&- <&-").returncode == 0
    # The reader ends before anything is written.
    assert run_into_closed_pipe(*arguments) == (141, b"")


def run_into_closed_pipe(*arguments: object, cwd: Path | None = None) -> tuple[int, bytes]:
    """Run the command line with a pipe as standard output that nobody reads; return its code and standard error."""
    reading, writing = os.pipe()
    os.close(reading)
    completed = subprocess.run(
        [sys.executable, "-m", "proxyclip_geo", *map(str, arguments)],
        stdout=writing,
        stderr=subprocess.PIPE,
        cwd=cwd,
        check=False,
        timeout=120,
    )
    os.close(writing)
    return completed.returncode, completed.stderr


def test_results_are_written_if_they_cannot_be_shown(folder: Path) -> None:
    label = ("label", "scene.emb", "-c", WORDS, "--no-polygons", "-o")
    full = run(*label, "full", redirect=">/dev/full 2>/dev/full", cwd=folder)
    assert full.returncode == 8
    assert run_into_closed_pipe(*label, "pipe", "--quiet", cwd=folder) == (141, b"")
    # Libraries print into no file of a result.
    assert run(*label, "closed", redirect=">&- 2>&- <&-", cwd=folder).returncode == 0
    assert len({(folder / name / "scene_labels.tif").read_bytes() for name in ("full", "pipe", "closed")}) == 1


def test_a_run_stops_if_nobody_reads_its_events(folder: Path) -> None:
    assert run_into_closed_pipe("encode", "scene.tif", "-m", "demo", "-o", "x.emb", "--json", cwd=folder)[0] == 141
    full = run("encode", "scene.tif", "-m", "demo", "-o", "x.emb", "--json", redirect=">/dev/full", cwd=folder)
    assert full.returncode == 8
    assert b"bug" not in full.stderr


@pytest.mark.enable_socket
def test_signals_stop_the_workers_of_a_run(folder: Path) -> None:
    command = [sys.executable, "-m", "proxyclip_geo", "segment", "scene.tif", "-o", "workers", "-m", "demo"]
    command += ["-c", WORDS, "--block-size", "64", "--workers", "2", "--json"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "progress" and event["stage"] == "segment" and 2 * event["done"] > event["total"]:
                break
        children = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        last = json.loads(process.stdout.read().splitlines()[-1])
        assert process.wait(timeout=60) == 143
    assert len(children) >= 2
    # Without a parent that waits for them, processes that have ended remain as zombies.
    _, alive = psutil.wait_procs(children, timeout=60)
    assert [child for child in alive if child.status() != psutil.STATUS_ZOMBIE] == []
    assert (last["exit_code"], last["type"]) == (143, "Cancelled")
    assert "the same command resumes the run" in last["message"]
    assert not list(folder.glob(".*"))
    assert {path.name for path in (folder / "workers").iterdir()} == {".scene.unfinished"}
    again = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert "blocks were done before" in again.stdout


@pytest.mark.parametrize(
    ("verb", "number"), [("segment", signal.SIGTERM), ("encode", signal.SIGTERM), ("encode", signal.SIGHUP)]
)
def test_signals_leave_no_draft_and_no_lock(verb: str, number: signal.Signals, folder: Path) -> None:
    out = {"segment": "stopped", "encode": f"{number}.emb"}[verb]
    command = [sys.executable, "-m", "proxyclip_geo", verb, "scene.tif", "-o", out, "-m", "demo", "--stride", "8"]
    command += ["-c", WORDS] if verb == "segment" else []
    with subprocess.Popen([*command, "--json"], cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "progress" and event["done"]:
                process.send_signal(number)
                break
        last = json.loads(process.stdout.read().splitlines()[-1])
        assert process.wait(timeout=60) == 128 + number
    assert last["exit_code"] == 128 + number
    assert "the same command resumes the run" in last["message"]
    assert not list(folder.glob(".*"))
    assert verb == "encode" or {path.name for path in (folder / out).glob("*")} <= {".scene.unfinished"}
