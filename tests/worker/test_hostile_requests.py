"""Hostile requests to a real worker: each is answered without "a bug", and the worker goes on."""

import json
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import proxyclip_geo as pg
from proxyclip_geo.declare import base_type, declarations
from proxyclip_geo.worker.methods import METHODS
from proxyclip_geo.worker.requests import request_class
from tests.worker.conftest import Worker

LINES = [
    b'{"id":"\\ud800","method":"hello"}',
    b'{"id":1,"\\ud800":2,"method":"hello"}',
    b'{"id":1,"method":"\\ud800"}',
    b'{"id":1,"method":"hello","params":{"\\ud800":1}}',
    b'{"id":1,"method":"open","params":{"embedding":"\\udfff"}}',
    b'{"id":1,"method":"cancel","params":{"id":[1]}}',
    b'{"id":1,"method":"cancel","params":{"id":null}}',
    b'{"id":1,"method":"cancel","params":null}',
    b'{"id":' + b"9" * 5000 + b',"method":"hello"}',
    b'{"id":9007199254740993,"method":"hello"}',
    b'{"id":1e999,"method":"hello"}',
    b'{"id":NaN,"method":"hello"}',
    b'{"id":-Infinity,"method":"hello"}',
    b'{"id":true,"method":"hello"}',
    b'{"id":1.5,"method":"hello"}',
    b'{"id":[],"method":"hello"}',
    b'{"id":{},"method":"hello"}',
    b'{"id":null,"method":"hello"}',
    b'{"id":"' + b"x" * 201 + b'","method":"hello"}',
    b'{"id":1,"id":2,"method":"hello"}',
    b'{"id":1,"method":"hello","params":{"protocol":1,"protocol":1}}',
    b'{"id":1,"method":"hello","params":{' + b",".join(b'"%d":1' % n for n in range(20_000)) + b"}}",
    b'{"id":1,"method":"hello","params":{"protocol":' + b"9" * 5000 + b"}}",
    b'{"id":1,"method":"hello","params":{"protocol":' + b"9" * 400 + b".5}}",
    b'{"id":1,"method":"hello","params":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    b'{"id":1,"method":"hello","params":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
    b'{"id":1,"method":"read_vocabulary","params":{"classes":' + b"[" * 90 + b"]" * 90 + b"}}",
    b'{"id":1,"method":"read_vocabulary","params":{"classes":{"a":{"synonyms":{"a":{"a":[]}}}}}}',
    b'{"id":1,"method":"read_vocabulary","params":{"classes":"' + b"a;" * 20_000 + b'"}}',
    b'{"id":1,"method":"read_vocabulary","params":{"classes":["' + b"a" * 10_000 + b'"]}}',
    b'{"id":1,"method":"hello","params":[]}',
    b'{"id":1,"method":"hello","params":"a"}',
    b'{"id":1,"method":null}',
    b'{"id":1,"method":""}',
    b'{"id":1,"method":"__init__"}',
    b'{"id":1,"method":"' + b"x" * 100_000 + b'"}',
    b'{"id":1}',
    b'{"method":"hello"}',
    b"{}",
    b"[]",
    b"null",
    b"0",
    b'"text"',
    b"{",
    b"\xff\xfe{\x00}\x00",
    b"\x00",
    b'{"id":1,"method":"hello","params":{"protocol":"\xff"}}',
    b"\x1b[31m",
]
VALUES: list[Any] = [
    None,
    True,
    -1,
    0,
    10**200,
    1e300,
    -1e-300,
    "",
    "nan",
    "a\0b",
    "\n",
    "x" * 5000,
    "1" * 5000,
    "../../../dev/full",
    [],
    [None],
    [1e308] * 4,
    [[[[]]]],
    {},
    {"": None},
    {"path": {}},
]
GROUPS = ("options", "store", "vectors", "examples")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small scene: many of the requests are fulfilled."""
    return pg.sample(tmp_path_factory.mktemp("hostile") / "scene.tif", size=128, seed=11).image.parent


@pytest.fixture(scope="module")
def embedding(worker: Worker, folder: Path) -> str:
    made = worker.result("encode", raster=str(folder / "scene.tif"), out=str(folder / "scene.emb"), model="demo")
    return str(made["embedding"])


def ping(worker: Worker) -> list[dict[str, Any]]:
    """Return the events before the answer to a request that is in order."""
    number, before = worker.send("hello", protocol=1), []
    while (event := worker.read())["id"] != number:
        before.append(event)
    assert event["event"] == "result"
    return before


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_hostile_lines_are_answered(worker: Worker, line: bytes) -> None:
    worker.write(line + b"\n")
    (answer,) = ping(worker)
    assert answer["event"] == "error" or b"cancel" in line
    assert answer.get("exit_code") != 70
    assert len(answer.get("message", "")) < 1000


def test_empty_lines_are_skipped_and_a_byte_order_mark_too(worker: Worker) -> None:
    worker.write(b"\n\r\n  \n\xef\xbb\xbf" + b'{"id":"\xf0\x9f\x8c\xb2","method":"hello","params":{"protocol":1}}\r\n')
    (answer,) = ping(worker)
    assert (answer["id"], answer["event"]) == ("🌲", "result")


def test_long_lines_are_refused_without_reading_them_into_memory(worker: Worker) -> None:
    for _ in range(100):
        worker.write(b'"' + b"x" * (1 << 20))
    worker.write(b"\n")
    (answer,) = ping(worker)
    assert answer["message"] == "a request may have at most 16 MiB"
    status = Path(f"/proc/{worker.process.pid}/status")
    if status.exists():
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        assert int(peak.split()[1]) < 1_500_000


def parameters(method: str) -> Iterator[tuple[str, ...]]:
    """Yield the parameters of a method, and the options in them."""
    for name, field in declarations(request_class(METHODS[method])).items():
        yield (name,)
        kind = base_type(field.annotation)
        if name in GROUPS and hasattr(kind, "__pydantic_fields__"):
            yield from ((name, option) for option in declarations(kind))


@pytest.mark.parametrize("method", METHODS)
def test_hostile_values_of_every_parameter_are_answered(
    worker: Worker, folder: Path, embedding: str, method: str
) -> None:
    out = folder / "hostile" / method
    usual = {
        "raster": "none.tif",
        "labels": str(folder / "scene_truth.tif"),
        "truth": str(folder / "scene_truth.tif"),
        "embedding": embedding,
        "model": "demo",
        "classes": "water; forest",
        "candidates": "water,forest",
        "word": "water",
        "words": "water,forest,road",
        "count": 2,
        "out": str(out),
        "path": str(out / "file.yaml") if method == "write_vocabulary" else str(out / "file.tif"),
        "protocol": 1,
        "overwrite": True,
    }
    if method in ("self_test", "fetch"):
        usual["model"] = "none"
    if method == "vectorize":
        usual["labels"] = "none.tif"
    if method == "label":
        # Writing maps takes time; `preview` has the same options.
        usual["embedding"] = "none.emb"
    known = declarations(request_class(METHODS[method]))
    for path in parameters(method):
        for value in VALUES:
            params: dict[str, Any] = {name: value for name, value in usual.items() if name in known}
            if len(path) == 1:
                params[path[0]] = value
            else:
                params[path[0]] = {**({"path": "none.gpkg"} if path[0] == "examples" else {}), path[1]: value}
            number = worker.send(method, **params)
            events = ping(worker)
            shown = json.dumps(params)[:500]
            assert [event["event"] for event in events if event["id"] == number][-1:] in (["error"], ["result"]), shown
            assert not [event for event in events if event.get("exit_code") == 70], (shown, events)


@pytest.mark.parametrize("work", ["while True: pass", "time.sleep(600)", "threading.Event().wait()"])
def test_requests_without_progress_are_cancelled(work: str) -> None:
    script = (
        "import threading, time\nimport proxyclip_geo.worker.methods as methods\n"
        f"def endless(call):\n    {work}\n"
        "methods.METHODS['endless'] = endless\n"
        "from proxyclip_geo.worker.server import serve\nserve()"
    )
    started = Worker([sys.executable, "-c", script])
    number = started.send("endless")
    time.sleep(0.5)
    # The terminal's Ctrl-C is meant for the client.
    started.process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    started.send("cancel", id=number)
    *_, last = started.events(number)
    assert (last["type"], last["exit_code"]) == ("Cancelled", 130)
    assert started.result("hello", protocol=1)
    number = started.send("endless")
    assert started.process.stdin is not None
    started.process.stdin.close()
    assert started.process.wait(timeout=30) == 0
    started.stop()


def test_any_gsd_of_a_preview_is_answered_at_once(worker: Worker, folder: Path, embedding: str, tmp_path: Path) -> None:
    request = {"embedding": embedding, "classes": "water; forest", "path": str(tmp_path / "a.tif")}
    for gsd in (1e300, 1e-300, 1e17):
        assert worker.ask("preview", **request, gsd=gsd)["event"] == "result"
    for gsd in (0, -1, float("1e308") * -1):
        assert worker.ask("preview", **request, gsd=gsd)["type"] == "ProtocolError"
