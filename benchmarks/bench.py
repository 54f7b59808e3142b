"""Measure the figures of docs/performance.md within a time limit; print a table, and draw a picture.

    python benchmarks/bench.py bench                     # ten minutes; the results go to the folder bench
    python benchmarks/bench.py bench --full              # everything; half an hour or more on a slow machine

On a slow machine, fewer windows and smaller rasters are measured. The table lists what is left out.
`--precision float32` measures as on a processor without bfloat16.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from budget import Budget

HERE = Path(__file__).parent
SHARES = {"encoder": 0.35, "presets": 0.5, "pipeline": 1.0}
"""Benchmarks, and the share of the time that is left for each."""
RESERVE = 30
"""Seconds for imports, the table and the picture."""


def run_part(name: str, arguments: list[str], *, folder: Path, seconds: float | None) -> None:
    """Run a benchmark, which writes its results to the folder; it is stopped if it takes twice its time."""
    target = folder / f"{name}.json"
    target.unlink(missing_ok=True)
    command = [sys.executable, str(HERE / f"{name}.py"), "--json", str(target), *arguments]
    with tempfile.TemporaryDirectory() as scratch:
        if seconds is not None:
            command += ["--seconds", f"{seconds:.0f}"]
        environment = {**os.environ, "TMPDIR": scratch}
        try:
            subprocess.run(command, check=True, env=environment, timeout=None if seconds is None else 2 * seconds)
        except subprocess.TimeoutExpired:
            print(f"left out: {name}, which did not end within {2 * seconds:.0f} s", flush=True)


def main() -> None:
    """Run all benchmarks, then write the table and the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=10, help="time limit (default: 10)")
    parser.add_argument("--full", action="store_true", help="measure everything, without a time limit")
    parser.add_argument("--precision", choices=("auto", "float32", "bfloat16"), default="auto")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    budget = Budget(None if options.full else max(60 * options.minutes - RESERVE, 0))
    for name, share in SHARES.items():
        arguments = [] if name == "pipeline" else ["--precision", options.precision]
        run_part(name, arguments, folder=options.folder, seconds=None if options.full else share * max(budget.left, 0))
    for command in (["table.py", options.folder], ["plots.py", options.folder, options.folder / "performance.png"]):
        subprocess.run([sys.executable, HERE / command[0], *command[1:]], check=True)


if __name__ == "__main__":
    main()
