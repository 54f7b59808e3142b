"""tools/gpu_check.py on a machine without a GPU."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "tools" / "gpu_check.py"


def check_gpu(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False)


def test_a_machine_without_a_gpu_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    done = check_gpu()
    assert done.returncode == 2
    assert "finds no GPU on this machine" in done.stderr


@pytest.mark.slow
def test_table_and_json(tmp_path: Path) -> None:
    done = check_gpu("--device", "cpu", "--small", "--sections", "demo", "--json", tmp_path / "gpu.json")
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "gpu.json").read_text("utf-8"))
    assert found["demo"]["labels equal to the CPU's, float32, %"] == 100
    rows = [line.split(" | ") for line in done.stdout.splitlines()[1:]]
    assert [row[1] for row in rows] == list(found["demo"])
    assert rows[0] == ["| demo", "labels equal to the CPU's, float32, %", "100 |"]
