"""Pixels worked on a strip at a time, each strip by one core."""

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
class Strips:
    """The logits of pixels, computed strip by strip.

    Attributes:
        regions: The strips; they partition the pixels.
        logits: Gives the (Q, H, W) logits of one of them.
        device: Where those are.
    """

    regions: tuple[Region, ...]
    logits: Callable[[Region], Tensor]
    device: torch.device

    def __iter__(self) -> Iterator[tuple[Region, Tensor]]:
        """Yield each strip with its logits."""
        for region in self.regions:
            yield region, self.logits(region)


class Cores:
    """Threads that each compute alone: as many as torch computes with; none for what is on a GPU. Use it in a `with`.

    By itself torch shares every operation among all cores, which then wait for each other: for strips that takes twice
    as long, and many times as long where something else runs on one of the cores.
    """

    def __init__(self, device: torch.device) -> None:
        """Say where the tensors are that will be worked on."""
        self._count = torch.get_num_threads()
        self._pool: ThreadPoolExecutor | None = None
        if device.type == "cpu" and self._count > 1:
            self._pool = ThreadPoolExecutor(self._count, "core", initializer=torch.set_num_threads, initargs=(1,))
        self._begun: list[Future[None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=kind is not None)
            # The number is each thread's own, but the last one set is also what new threads begin with.
            torch.set_num_threads(self._count)
        if kind is None:
            self.wait()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let the calling thread compute alone as well, beside the others."""
        if self._pool is not None:
            torch.set_num_threads(1)
        try:
            yield
        finally:
            if self._pool is not None:
                torch.set_num_threads(self._count)

    def begin(self, work: Callable[[Item], None], items: Iterable[Item]) -> None:
        """Begin to work on items, whose order must not matter; without threads, do it."""
        for item in items:
            if self._pool is None:
                work(item)
            else:
                self._begun.append(self._pool.submit(_compute, work, item, inference=torch.is_inference_mode_enabled()))

    def wait(self) -> None:
        """Return when all that was begun is done; raise what it raised."""
        begun, self._begun = self._begun, []
        for future in begun:
            future.result()


def _compute(work: Callable[[Item], None], item: Item, *, inference: bool) -> None:
    """Do work in the mode of the thread that began it: tensors made in inference mode are changed only there."""
    with torch.inference_mode(inference):
        work(item)


def on_all_cores(work: Callable[[Item], None], items: Iterable[Item], *, device: torch.device) -> None:
    """Work on items, several at a time; see `Cores`."""
    with Cores(device) as cores:
        cores.begin(work, items)
