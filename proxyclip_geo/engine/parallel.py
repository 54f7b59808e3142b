"""Compute strips of pixels in parallel, each on one core in one single-threaded thread."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Self, TypeVar

import torch
from torch import Tensor

from proxyclip_geo.region import Region

Item = TypeVar("Item")

STRIP_BYTES, GPU_STRIP_BYTES = 3 << 20, 64 << 20
"""Bytes of logits in a strip: on a processor they fit the cache of a core, on a GPU they fill the card."""


def count_strip_rows(row_bytes: int, device: torch.device) -> int:
    """Return the rows of a strip, at least 1.

    Args:
        row_bytes: Bytes of the logits of a row.
        device: Device of the logits.
    """
    return max(1, (STRIP_BYTES if device.type == "cpu" else GPU_STRIP_BYTES) // row_bytes)


@dataclass(frozen=True)
class StripCells:
    """Cells whose interpolated logits are those of a strip.

    Attributes:
        grid: (Q, h + 2, w + 2) logits, or Q + 1 for logits times weights and weights.
        step: Pixels per cell.
        crop: The strip, from the first pixel of the cell in the second row and column.
    """

    grid: Tensor
    step: int
    crop: Region


@dataclass(frozen=True)
class LogitStrips:
    """Logits of pixels, computed strip by strip.

    Attributes:
        regions: The strips; they partition the pixels.
        logits: Returns the (Q, H, W) logits of a strip.
        device: Device of the logits.
        cells: Returns the cells under a strip, if logits are interpolated linearly between cells.
    """

    regions: tuple[Region, ...]
    logits: Callable[[Region], Tensor]
    device: torch.device
    cells: "Callable[[Region], StripCells] | None" = None

    def __iter__(self) -> Iterator[tuple[Region, Tensor]]:
        """Yield each strip with its logits."""
        for region in self.regions:
            yield region, self.logits(region)


class CorePool:
    """Single-threaded threads, with the calling one as many as torch uses; none on a GPU. Use it in a `with`.

    Torch splits every operation among all cores, which then wait for each other. For strips that takes twice as long,
    and many times as long if another program runs on one of the cores.

    Attributes:
        count: Number of threads of torch.
    """

    def __init__(self, device: torch.device) -> None:
        """Create the threads.

        Args:
            device: Device of the tensors to compute with.
        """
        self.count = torch.get_num_threads()
        self._pool: ThreadPoolExecutor | None = None
        if device.type == "cpu" and self.count > 1:
            self._pool = ThreadPoolExecutor(self.count - 1, "core", initializer=torch.set_num_threads, initargs=(1,))
        self._calls: list[tuple[Future[None], Callable[[], None]]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.wait()
        finally:
            if self._pool is not None:
                self._pool.shutdown(cancel_futures=True)
                # Each thread has a number of its own; new threads take the last one set.
                torch.set_num_threads(self.count)

    @contextmanager
    def single_threaded(self) -> Iterator[None]:
        """Make torch single-threaded in the calling thread as well."""
        before = torch.get_num_threads()
        if self._pool is not None:
            torch.set_num_threads(1)
        try:
            yield
        finally:
            if self._pool is not None:
                torch.set_num_threads(before)

    def submit(self, work: Callable[[Item], None], items: Iterable[Item]) -> None:
        """Submit a call for each item, in any order; without threads, call directly."""
        for item in items:
            if self._pool is None:
                work(item)
            else:
                call = partial(work, item)
                future = self._pool.submit(_call, call, inference=torch.is_inference_mode_enabled())
                self._calls.append((future, call))

    def wait(self) -> None:
        """Wait for all calls, and make some of them in this thread; raise the first exception."""
        calls, self._calls = self._calls, []
        with self.single_threaded():
            for future, call in reversed(calls):
                if future.cancel():
                    call()
        for future, _ in calls:
            if not future.cancelled():
                future.result()


def _call(call: Callable[[], None], *, inference: bool) -> None:
    """Call in the inference mode of the submitting thread: only there can inference tensors be changed in place."""
    with torch.inference_mode(inference):
        call()


def run_on_cores(work: Callable[[Item], None], items: Iterable[Item], *, device: torch.device) -> None:
    """Call `work` for each item in parallel; see `CorePool`."""
    with CorePool(device) as cores:
        cores.submit(work, items)
