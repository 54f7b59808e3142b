"""A process that runs cases: `python child.py cli` reads one a line from stdin; `python child.py worker` is a worker.

A case of the command line runs in its folder, with the real code and limits. The result is a line of JSON: exit code,
output, bytes of memory, seconds of the processor, and what changed outside of the case's folder `out`.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

MAX_MEMORY = 2 << 30
"""Bytes that a case may take beyond the process before it."""
_WRITES = {
    "os.mkdir": 0,
    "os.rename": 1,
    "os.remove": 0,
    "os.rmdir": 0,
    "os.link": 1,
    "os.symlink": 1,
    "os.truncate": 0,
}
"""Events of Python, and which of their arguments is the path."""
_CONNECTS = {"socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.exec"}


class Watch:
    """What a case does outside of its folder for results: files that change, connections, other programs.

    Attributes:
        found: Descriptions of what it did.
    """

    def __init__(self, root: Path) -> None:
        """Start to listen; Python has no way to end it."""
        self.found: set[str] = set()
        self._root = root
        self._case = self._out = ""
        self._before: dict[str, tuple[int, int]] = {}
        sys.addaudithook(self._hear)

    def start(self, case: Path) -> None:
        self.found = set()
        self._case, self._out = str(case), str(case / "out")
        self._before = self._list_files()

    def stop(self) -> list[str]:
        after = self._list_files()
        changed = {path for path in {*after, *self._before} if after.get(path) != self._before.get(path)}
        self._out = ""
        return sorted(self.found | {f"changed {path}" for path in changed})

    def _list_files(self) -> dict[str, tuple[int, int]]:
        """Return size and time of all files below the root but those in `out`."""
        found = {}
        for folder, folders, names in os.walk(self._root):
            # The folders of other cases change while this one runs.
            if folder == os.path.dirname(self._case):
                folders[:] = [os.path.basename(self._case)]
            folders[:] = [name for name in folders if os.path.join(folder, name) != self._out]
            for name in (*names, *folders):
                status = os.lstat(os.path.join(folder, name))
                is_folder = name in folders
                found[os.path.join(folder, name)] = (0, 0) if is_folder else (status.st_size, status.st_mtime_ns)
        return found

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._out:
            return
        if event in _CONNECTS and not (event == "socket.connect" and isinstance(arguments[1], str | bytes)):
            self.found.add(f"{event} {arguments[1:2] or arguments}")
        elif event == "open" and isinstance(arguments[0], str | bytes):
            mode, flags = str(arguments[1] or ""), int(arguments[2] or 0)
            if set(mode) & set("wax+") or flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                self._check(event, arguments[0])
        elif event in _WRITES and (arguments[-1] == -1 or event == "os.truncate"):
            # Paths relative to an open folder are those of shutil.rmtree, which removes the folder itself, too.
            self._check(event, arguments[_WRITES[event]])

    def _check(self, event: str, path: Any) -> None:
        try:
            place = os.path.realpath(os.fsdecode(path))
        except (TypeError, ValueError):
            return
        # Temporary files are allowed; those that are left are found when files are listed.
        allowed = (self._out, str(self._root / "home"), str(self._root.parent / "cache"), "/dev/")
        if not place.startswith(allowed):
            self.found.add(f"{event} {place}")


def run_cases(root: Path, answers: Any) -> None:
    """Run the cases that stdin names."""
    watch = Watch(root)
    import warnings

    # NumPy 2.1 runs lscpu when a library imports this.
    import numpy.testing
    import open_clip
    import timm

    from proxyclip_geo.cli.app import run
    from proxyclip_geo.cli.reporter import REPORTER

    del open_clip, timm, numpy
    warnings.simplefilter("ignore")
    limit_memory()
    output = root.parent / "output.txt"
    for line in sys.stdin:
        case = json.loads(line)
        os.chdir(case["folder"])
        with output.open("wb") as stream:
            os.dup2(stream.fileno(), 1)
            os.dup2(stream.fileno(), 2)
        REPORTER.__init__()  # type: ignore[misc]
        before, started = reset_peak(), time.process_time()
        watch.start(Path(case["folder"]))
        code = run(case["arguments"])
        sys.stdout.flush()
        sys.stderr.flush()
        outside = watch.stop()
        result = {
            "code": code,
            "memory": read_status("VmHWM") - before,
            "seconds": time.process_time() - started,
            "outside": outside,
            "output": output.read_bytes()[-20_000:].decode("utf-8", "replace"),
        }
        answers.write(json.dumps(result) + "\n")
        answers.flush()


def limit_memory() -> None:
    """Make allocations fail that would take twice what a case may."""
    limit = read_status("VmSize") + 2 * MAX_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def reset_peak() -> int:
    """Forget the peak of memory; return the bytes in use."""
    Path("/proc/self/clear_refs").write_text("5")
    return read_status("VmRSS")


def read_status(key: str, process: int | str = "self") -> int:
    """Return bytes of memory of a process, from /proc."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(key))


if __name__ == "__main__":
    if sys.argv[1] == "worker":
        from proxyclip_geo.worker.server import serve

        limit_memory()
        serve()
    answers = os.fdopen(os.dup(1), "w")
    run_cases(Path(sys.argv[2]), answers)
