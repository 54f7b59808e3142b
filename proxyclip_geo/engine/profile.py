"""Seconds that the stages of a run take."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Profile:
    """Seconds by stage, in the thread that computes; on CUDA, it queues work, and each stage may wait for earlier ones.

    Attributes:
        seconds: By name: "read" (waiting for pixels), "encode", "blend", "classify", "wait" (for labels from CUDA).
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def to_dict(self) -> dict[str, float]:
        """Return JSON-able seconds."""
        return {name: round(seconds, 4) for name, seconds in self.seconds.items()}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of the `with` block to a stage."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started
