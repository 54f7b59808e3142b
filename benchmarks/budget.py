"""Limits on the time of a benchmark: what does not fit is left out and listed."""

import json
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any


class Budget:
    """The time that a benchmark may take.

    Attributes:
        left_out: What did not fit.
    """

    def __init__(self, seconds: float | None = None) -> None:
        """Start the clock; there is no limit if `seconds` is not given."""
        self.seconds = math.inf if seconds is None else seconds
        self.left_out: list[str] = []
        self._started = time.monotonic()

    @property
    def left(self) -> float:
        """Seconds that are left; infinite without a limit."""
        return self.seconds - (time.monotonic() - self._started)

    def fits(self, what: str, *, seconds: float) -> bool:
        """Return whether a measurement of about that many seconds fits; it is listed as left out if not."""
        if self.left >= seconds:
            return True
        self.leave_out(what)
        return False

    def leave_out(self, what: str) -> None:
        """List a measurement as left out."""
        self.left_out.append(what)
        print(f"left out: {what}", flush=True)


def median(work: Callable[[], Any], repeats: int = 3, *, seconds: float = math.inf) -> float:
    """Return the median seconds of a call, after one call to warm up.

    Args:
        work: The call.
        repeats: Number of calls that count.
        seconds: Time after which no other call starts; one counts in any case.
    """
    work()
    found: list[float] = []
    while len(found) < repeats and (not found or sum(found) < seconds):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return statistics.median(found)


def run_limited(*command: str, what: str, budget: Budget, preexec_fn: Callable[[], None] | None = None) -> Any:
    """Run a script, print its last line, and return it as JSON; None if it does not end in time.

    Args:
        command: The script and its arguments.
        what: What it measures.
        budget: The time that it may take.
        preexec_fn: Called in the process before the script starts.
    """
    if not budget.fits(what, seconds=1):
        return None
    try:
        done = subprocess.run(
            [sys.executable, *command],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            timeout=None if math.isinf(budget.left) else budget.left,
            preexec_fn=preexec_fn,
        )
    except subprocess.TimeoutExpired:
        budget.leave_out(what)
        return None
    line = done.stdout.splitlines()[-1]
    print(line, flush=True)
    return json.loads(line)
