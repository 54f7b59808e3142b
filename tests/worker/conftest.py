"""A worker process and a client."""

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

WORDS = "water; forest,trees; grassland; cropland; bare soil; road; building,roof"


class Worker:
    """A worker process and what it said."""

    def __init__(
        self, command: Sequence[str] = (sys.executable, "-m", "proxyclip_geo", "worker"), *, cwd: Path | None = None
    ) -> None:
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "HF_HUB_OFFLINE": "1"},
            cwd=cwd,
        )
        self._numbers = itertools.count(1)
        self.greeting = self.read()

    def write(self, line: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def read(self) -> dict[str, Any]:
        """Read one event; every line of stdout must be one."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the worker ended"
        event: dict[str, Any] = json.loads(line)
        return event

    def send(self, method: str, **params: Any) -> int:
        number = next(self._numbers)
        self.write(json.dumps({"id": number, "method": method, "params": params}).encode() + b"\n")
        return number

    def events(self, number: int) -> Iterator[dict[str, Any]]:
        """Read the events of a request until its last; those of others are dropped."""
        while True:
            event = self.read()
            if event["id"] == number:
                yield event
                if event["event"] in ("result", "error"):
                    return

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a request and return its last event."""
        *_, last = self.events(self.send(method, **params))
        return last

    def result(self, method: str, **params: Any) -> dict[str, Any]:
        last = self.ask(method, **params)
        assert last["event"] == "result", last
        found: dict[str, Any] = last["result"]
        return found

    def stop(self) -> None:
        """Close all pipes and make sure that the process is gone."""
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """A worker that the tests of a module share; relative paths of requests lead into a folder of its own."""
    started = Worker(cwd=tmp_path_factory.mktemp("cwd"))
    yield started
    started.stop()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a made-up scene of 256 px, and its truth."""
    import proxyclip_geo as pg

    folder = tmp_path_factory.mktemp("worker")
    pg.sample(folder / "scene.tif", size=256, seed=11)
    return folder
