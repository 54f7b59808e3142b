"""`make bench` ends in time, and lists what it leaves out."""

import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def run(*command: str | Path) -> str:
    return subprocess.run([sys.executable, *command], check=True, capture_output=True, text=True).stdout


def test_without_time_everything_is_left_out(tmp_path: Path) -> None:
    printed = run(BENCHMARKS / "bench.py", tmp_path, "--minutes", "0")
    for name in ("encoder", "presets", "pipeline"):
        assert f"left out, {name}: everything" in printed
    assert (tmp_path / "performance.png").exists()
    assert (tmp_path / "bench.json").read_text("utf-8").strip() == "{}"
