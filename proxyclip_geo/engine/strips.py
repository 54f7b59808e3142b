"""Pixels worked on a strip at a time, each strip by one core."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor

from proxyclip_geo.grid import Region

Item = TypeVar("Item")

STRIP_BYTES = 3 << 20
"""Of logits in a strip: what it takes to work on it fits the cache of a core, or nearly so."""


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


def on_all_cores(work: Callable[[Item], None], items: Sequence[Item], *, device: torch.device) -> None:
    """Work on items in as many threads as torch computes with; what is on a GPU, one by one.

    By itself torch shares every operation among all cores, which then wait for each other: for strips that takes twice
    as long, and many times as long where something else runs on one of the cores.

    Args:
        work: Called with each item; what it does must not depend on the others.
        items: The items.
        device: Where the tensors are that it works on.
    """
    cores = torch.get_num_threads()
    if device.type != "cpu" or min(cores, len(items)) < 2:
        for item in items:
            work(item)
        return
    try:
        with ThreadPoolExecutor(
            min(cores, len(items)), thread_name_prefix="strip", initializer=torch.set_num_threads, initargs=(1,)
        ) as pool:
            for _ in pool.map(work, items):
                pass
    finally:
        # The number is each thread's own, but the last one set is also what new threads begin with.
        torch.set_num_threads(cores)
