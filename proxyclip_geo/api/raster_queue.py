"""Process rasters one after another, or several at the same time where other processes compute their blocks."""

import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextvars import copy_context
from typing import TypeVar

from proxyclip_geo.errors import Cancelled
from proxyclip_geo.progress import Progress, ProgressEvent

T = TypeVar("T")


def process_rasters(
    rasters: Sequence[str],
    process: Callable[[str, Progress], T],
    *,
    pool: ThreadPoolExecutor | None,
    progress: Progress,
) -> Generator[tuple[int, T], None, None]:
    """Yield the index and the result of each raster, in the order of completion.

    The first error ends the others: each stops at its next progress event.

    Args:
        rasters: Names of the rasters.
        process: Processes a raster, and calls its progress.
        pool: Threads for several rasters at the same time; those that have begun end after the generator is closed.
        progress: Called with all events where rasters are processed one after another, else with the lines about how
            each is read, and the windows of all that have begun.
    """
    if pool is None:
        for index, raster in enumerate(rasters):
            yield index, process(raster, progress)
        return
    summed = _SummedProgress(progress)
    try:
        running: dict[Future[T], int] = {
            # A thread has no context of its own: the shared workers are in this one.
            pool.submit(copy_context().run, process, raster, summed.part(raster)): index
            for index, raster in enumerate(rasters)
        }
        for future in as_completed(running):
            yield running[future], future.result()
    finally:
        summed.stopped = True
        pool.shutdown(wait=False, cancel_futures=True)


class _SummedProgress:
    """Sums the windows of several rasters.

    Attributes:
        stopped: Whether rasters that are being processed are to stop.
    """

    def __init__(self, progress: Progress) -> None:
        self.stopped = False
        self._progress = progress
        self._windows: dict[str, ProgressEvent] = {}
        self._lock = threading.Lock()

    def part(self, raster: str) -> Progress:
        """Return the progress of one raster; it raises `Cancelled` when the others have stopped."""

        def report(event: ProgressEvent) -> None:
            with self._lock:
                if self.stopped:
                    raise Cancelled("stopped with the other rasters")
                if event.unit == "windows":
                    self._windows[raster] = event
                    done, total = (
                        sum(getattr(item, key) for item in self._windows.values()) for key in ("done", "total")
                    )
                    self._progress(ProgressEvent(event.stage, done, total, event.unit))
                elif event.stage in ("open", "workers"):
                    self._progress(event)

        return report
