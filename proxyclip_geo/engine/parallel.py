"""Compute strips of pixels in parallel, each on one core in one single-threaded thread."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
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
class LogitStrips:
    """Logits of pixels, computed strip by strip.

    Attributes:
        regions: The strips; they partition the pixels.
        logits: Returns the (Q, H, W) logits of a strip.
        device: Device of the logits.
    """

    regions: tuple[Region, ...]
    logits: Callable[[Region], Tensor]
    device: torch.device

    def __iter__(self) -> Iterator[tuple[Region, Tensor]]:
        """Yield each strip with its logits."""
        for region in self.regions:
            yield region, self.logits(region)


class CorePool:
    """A pool of single-threaded threads, as many as torch uses; without threads on a GPU. Use it in a `with`.

    Torch splits every operation among all cores, which then wait for each other. For strips that takes twice as long,
    and many times as long if another program runs on one of the cores.
    """

    def __init__(self, device: torch.device) -> None:
        """Create the threads.

        Args:
            device: Device of the tensors to compute with.
        """
        self._count = torch.get_num_threads()
        self._pool: ThreadPoolExecutor | None = None
        if device.type == "cpu" and self._count > 1:
            self._pool = ThreadPoolExecutor(self._count, "core", initializer=torch.set_num_threads, initargs=(1,))
        self._futures: list[Future[None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=kind is not None)
            # Each thread has a number of its own; new threads take the last one set.
            torch.set_num_threads(self._count)
        if kind is None:
            self.wait()

    @contextmanager
    def single_threaded(self) -> Iterator[None]:
        """Make torch single-threaded in the calling thread as well."""
        if self._pool is not None:
            torch.set_num_threads(1)
        try:
            yield
        finally:
            if self._pool is not None:
                torch.set_num_threads(self._count)

    def submit(self, work: Callable[[Item], None], items: Iterable[Item]) -> None:
        """Submit a call for each item, in any order; without threads, call directly."""
        for item in items:
            if self._pool is None:
                work(item)
            else:
                self._futures.append(self._pool.submit(_call, work, item, inference=torch.is_inference_mode_enabled()))

    def wait(self) -> None:
        """Wait for all calls; raise the first exception."""
        futures, self._futures = self._futures, []
        for future in futures:
            future.result()


def _call(work: Callable[[Item], None], item: Item, *, inference: bool) -> None:
    """Call in the inference mode of the submitting thread: only there can inference tensors be changed in place."""
    with torch.inference_mode(inference):
        work(item)


def run_on_cores(work: Callable[[Item], None], items: Iterable[Item], *, device: torch.device) -> None:
    """Call `work` for each item in parallel; see `CorePool`."""
    with CorePool(device) as cores:
        cores.submit(work, items)
