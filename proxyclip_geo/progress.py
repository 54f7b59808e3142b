"""Progress callables: they are called with events; raising `Cancelled` in one stops the run."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias


@dataclass(frozen=True)
class ProgressEvent:
    """Progress of one stage of a run.

    Attributes:
        stage: Name of the stage, e.g. "segment", "fetch", "polygonize".
        done: Units finished so far, 0 ≤ done ≤ total.
        total: Units in all.
        unit: Unit of the counts: "windows", "pixels", "bytes", "rows".
        message: A sentence for the user, or empty.
    """

    stage: str
    done: int
    total: int
    unit: str = ""
    message: str = ""


Progress: TypeAlias = Callable[[ProgressEvent], None]


def no_progress(event: ProgressEvent) -> None:
    """Ignore an event: the default progress."""


def offset_progress(progress: Progress, before: int, *, message: str) -> Progress:
    """Return a progress that adds the units that an earlier run has done.

    Args:
        progress: Called with the sums.
        before: Units that were done before.
        message: Message of the first event, if there were any.
    """
    if not before:
        return progress
    messages = iter([message])

    def add(event: ProgressEvent) -> None:
        done, total = event.done + before, event.total + before
        progress(replace(event, done=done, total=total, message=next(messages, event.message)))

    return add


class Counter:
    """Sums finished windows and reports the sum.

    Attributes:
        done: Number of finished windows.
    """

    def __init__(self, total: int, *, stage: str, progress: Progress) -> None:
        """Start at 0 of a total."""
        self.done = 0
        self._total, self._stage, self._progress = total, stage, progress
        self(0)

    def __call__(self, windows: int) -> None:
        """Add finished windows."""
        self.done += windows
        self._progress(ProgressEvent(self._stage, self.done, self._total, "windows"))
