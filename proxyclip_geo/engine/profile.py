"""Where the time of a run goes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Profile:
    """Seconds by stage, as the thread that computes sees them.

    Attributes:
        seconds: By name: "read" (waiting for pixels), "encode", "blend", "classify", "keep" (waiting for the writer).
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def to_dict(self) -> dict[str, float]:
        """Return JSON-able seconds."""
        return {name: round(seconds, 4) for name, seconds in self.seconds.items()}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of the block to a stage."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started
