"""Progress as a callable: long work calls it with a frozen event; raising `Cancelled` in it stops the work."""

from collections.abc import Callable
from dataclasses import dataclass
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


def ignore(event: ProgressEvent) -> None:
    """Take an event and do nothing: the default progress."""
