"""Processes that run many cases each, and what counts as a failure."""

import contextlib
import json
import os
import queue
import re
import selectors
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from cases import Case
from child import MAX_MEMORY, read_status

MAX_SECONDS, MAX_WALL = 60, 240
"""Seconds of the processor that a case may take, and seconds on the clock, where the machine is busy."""
MAX_CASES = 300
"""Cases after which a process is replaced."""
MAX_OUTPUT = 6000
"""Letters that a refused case may print."""
EXIT_CODES = range(2, 14)
"""Exit codes of the errors of the package."""
_TRACES = re.compile(r"Traceback \(most recent|This is a bug|\bFatal Python error|^\w+ \d+: ", re.MULTILINE)


@dataclass(frozen=True)
class Result:
    """What a case did.

    Attributes:
        outcome: "accepted", "refused" or "failed".
        output: What it printed.
        failure: Why it failed; empty if it did not.
    """

    outcome: str
    output: str
    failure: str = ""


class Stopped(Exception):
    """The process ended or was ended."""


class Process:
    """A process that runs cases, of the command line or a worker."""

    def __init__(self, root: Path, mode: str) -> None:
        self.cases = 0
        self.log = root.parent / f"{mode}-{time.monotonic_ns()}.log"
        environment = {
            **os.environ,
            **dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME", "HF_HOME"), str(root / "home")),
            **{
                "HF_HUB_OFFLINE": "1",
                # Beside the root, whose files must not change.
                "PROXYCLIP_GEO_CACHE": str(root.parent / "cache"),
                "OMP_WAIT_POLICY": "PASSIVE",
                "PYTHONDONTWRITEBYTECODE": "1",
                "OMP_NUM_THREADS": "1",
            },
            # Wide enough that a message stays on one line.
            "COLUMNS": "10000",
            "NO_COLOR": "1",
        }
        (root / "home").mkdir(exist_ok=True)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("child.py")), mode, str(root)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
                cwd=root / "home",
            )
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._process.stdout, selectors.EVENT_READ)
        self._buffer = b""

    def send(self, line: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass

    def read(self) -> Any:
        """Return the next line of JSON.

        Raises:
            Stopped: If the process ended, or took longer than it may.
        """
        assert self._process.stdout is not None
        began, used = time.monotonic(), self._processor_seconds()
        while b"\n" not in self._buffer:
            if self._selector.select(timeout=1):
                received = self._process.stdout.read()
                if received == b"":
                    code = self._process.wait()
                    raise Stopped(f"the process ended with {code}")
                self._buffer += received or b""
            elif self._processor_seconds() - used > MAX_SECONDS or time.monotonic() - began > MAX_WALL:
                raise Stopped(f"no answer in {time.monotonic() - began:.0f} s")
        line, _, self._buffer = self._buffer.partition(b"\n")
        return json.loads(line)

    def memory(self) -> int:
        """Return the peak of the bytes in memory since `reset_peak`."""
        return read_status("VmHWM", self._process.pid)

    def reset_peak(self) -> int:
        """Forget the peak; return the bytes in memory."""
        Path(f"/proc/{self._process.pid}/clear_refs").write_text("5")
        return read_status("VmRSS", self._process.pid)

    def _processor_seconds(self) -> float:
        try:
            values = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(values[11]) + int(values[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            with contextlib.suppress(BrokenPipeError):
                stream.close()
        self._selector.close()
        self.log.unlink(missing_ok=True)


class Pool:
    """Processes of both kinds, as many as threads that run cases; each is replaced after many cases or a failure."""

    def __init__(self, root: Path, count: int) -> None:
        self._root = root
        self._slots: queue.Queue[dict[str, Process]] = queue.Queue()
        for _ in range(count):
            self._slots.put({})

    def __enter__(self) -> "Pool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while not self._slots.empty():
            for process in self._slots.get().values():
                process.stop()

    def run(self, case: Case) -> Result:
        """Run a case."""
        slot = self._slots.get()
        mode = "cli" if case.arguments else "worker"
        process = slot.get(mode)
        if process is None:
            process = slot[mode] = Process(self._root, mode)
            if mode == "worker":
                process.read()
        try:
            result = run_command(process, case) if mode == "cli" else run_requests(process, case)
        except Stopped as stopped:
            tail = process.log.read_bytes()[-4000:].decode("utf-8", "replace")
            output = self._root.parent / "output.txt"
            printed = output.read_text("utf-8", "replace")[-4000:] if mode == "cli" and output.exists() else ""
            result = Result("failed", printed + tail, str(stopped))
        process.cases += 1
        if result.failure or process.cases >= MAX_CASES:
            slot.pop(mode).stop()
        self._slots.put(slot)
        return result


def run_command(process: Process, case: Case) -> Result:
    """Run a command line and judge what it did."""
    process.send(json.dumps({"folder": str(case.folder), "arguments": case.arguments}).encode())
    found = process.read()
    code, output = found["code"], found["output"]
    failures = []
    if code and code not in EXIT_CODES:
        failures.append(f"exit code {code}")
    if _TRACES.search(output):
        failures.append("a trace, a bug or a line of GDAL in the output")
    errors = sum(line.startswith("error: ") or '"event": "error"' in line for line in output.splitlines())
    if code and errors != 1:
        failures.append(f"{errors} errors in the output")
    if code and len(output) > MAX_OUTPUT:
        failures.append(f"{len(output)} letters of output")
    if found["memory"] > MAX_MEMORY:
        failures.append(f"{found['memory'] >> 20} MB of memory")
    if found["seconds"] > MAX_SECONDS:
        failures.append(f"{found['seconds']:.0f} s of the processor")
    failures += found["outside"]
    return Result("failed" if failures else "refused" if code else "accepted", output, "; ".join(failures)[:2000])


def run_requests(process: Process, case: Case) -> Result:
    """Send requests to a worker, and one more that it must answer."""
    before = process.reset_peak()
    requests = case.folder / "in" / "r.lines"
    content = requests.read_bytes() if requests.is_file() and requests.stat().st_size else b""
    content = content.replace(b"CASE", os.fsencode(case.folder))[: 1 << 22]
    for line in content.splitlines()[:50]:
        process.send(line)
    name = case.folder.name
    process.send(json.dumps({"id": name, "method": "hello", "params": {"protocol": 1}}).encode())
    events = []
    while not events or events[-1].get("id") != name or events[-1]["event"] not in ("result", "error"):
        events.append(process.read())
    failures = [event["message"] for event in events if event.get("type") == "InternalError"]
    failures += [f"{len(event['message'])} letters" for event in events if len(event.get("message", "")) > MAX_OUTPUT]
    memory = process.memory() - before
    if memory > MAX_MEMORY:
        failures.append(f"{memory >> 20} MB of memory")
    if events[-1]["event"] != "result":
        failures.append("the worker refuses a valid request")
    refused = any(event["event"] == "error" for event in events)
    output = "\n".join(map(json.dumps, events))[-20_000:]
    if failures:
        output += "\n" + process.log.read_bytes()[-6000:].decode("utf-8", "replace")
    return Result("failed" if failures else "refused" if refused else "accepted", output, "; ".join(failures)[:2000])


def run_python(*arguments: str | Path) -> None:
    """Run a script and raise an error if it fails."""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    subprocess.run([sys.executable, "-W", "ignore", *map(str, arguments)], check=True, env=environment)
