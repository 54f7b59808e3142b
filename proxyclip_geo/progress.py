"""Progress as a callable: long work calls it with a frozen event; raising `Cancelled` in it stops the work."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias


@dataclass(frozen=True)
class ProgressEvent:
    """One step of a long piece of work.

    Attributes:
        stage: What is being done, e.g. "segment", "fetch", "polygonize".
        done: Units finished so far, 0 ≤ done ≤ total.
        total: Units in all.
        unit: What is counted: "windows", "pixels", "bytes", "rows".
        message: A sentence for the reader, or empty.
    """

    stage: str
    done: int
    total: int
    unit: str = ""
    message: str = ""


Progress: TypeAlias = Callable[[ProgressEvent], None]


def no_progress(event: ProgressEvent) -> None:
    """Take an event and do nothing: the default progress."""


def offset_progress(progress: Progress, before: int, *, message: str) -> Progress:
    """Return a progress that counts on from what an earlier run has done.

    Args:
        progress: Is called with the sum.
        before: Units that were done before.
        message: Told with the first event, if anything was.
    """
    if not before:
        return progress
    told = iter([message])

    def count_on(event: ProgressEvent) -> None:
        done, total = event.done + before, event.total + before
        progress(replace(event, done=done, total=total, message=next(told, event.message)))

    return count_on


class Counter:
    """Takes the number of windows just finished, and reports their sum.

    Attributes:
        done: The sum.
    """

    def __init__(self, total: int, *, stage: str, progress: Progress) -> None:
        """Begin at nought of a total."""
        self.done = 0
        self._total, self._stage, self._progress = total, stage, progress
        self(0)

    def __call__(self, windows: int) -> None:
        """Add to the sum."""
        self.done += windows
        self._progress(ProgressEvent(self._stage, self.done, self._total, "windows"))
