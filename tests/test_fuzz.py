"""A few cases of `make fuzz`, with fixed seeds."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(sys.platform != "linux", reason="the limits of memory and time are those of Linux")
def test_damaged_inputs_are_refused_or_accepted(tmp_path: Path) -> None:
    script = Path(__file__).parents[1] / "tools" / "fuzz"
    done = subprocess.run(
        [sys.executable, str(script), "--cases", "3", "--seed", "1", "--keep", str(tmp_path)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "failed" in done.stdout
