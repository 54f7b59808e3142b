"""Blocks spread over others that compute them: processes of this machine, or workers of a cluster."""

import time
from collections import deque
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Protocol

from proxyclip_geo.engine.blend import window_total
from proxyclip_geo.engine.runner import OnFailure
from proxyclip_geo.errors import ProxyClipGeoError
from proxyclip_geo.grid import Block
from proxyclip_geo.progress import Counter, Progress, no_progress

Answer = tuple[Block, bytes | BaseException]
"""A block with its packed map, or with what computing it raised."""

SLOWNESS = 3
"""A block is late that takes this many times as long, for its windows, as those did that are finished …"""
PATIENCE = 10.0
"""… and longer than this many seconds."""
_LOOK = 1.0
"""Seconds between two looks for late blocks."""


class Executor(Protocol):
    """Who computes blocks."""

    def take(self, block: Block) -> bool:
        """Begin a block, if there is room for one."""

    def take_again(self, block: Block) -> bool:
        """Begin a block that is already being computed once more, where nothing else is being done."""

    def answers(self, *, seconds: float) -> Iterable[Answer]:
        """Wait so long at most for blocks to be finished; return those that are."""


@dataclass
class _Pace:
    """How long blocks take.

    Attributes:
        running: The blocks that are being computed, and since when; of one that was begun again, the last time.
        rates: Seconds a window of those that are finished.
    """

    running: dict[Block, float] = field(default_factory=dict)
    rates: list[float] = field(default_factory=list)

    def begin(self, block: Block) -> None:
        self.running[block] = time.monotonic()

    def end(self, block: Block) -> bool:
        """Note that a block is finished; return whether it was the first answer."""
        begun = self.running.pop(block, None)
        if begun is None:
            return False
        self.rates.append((time.monotonic() - begun) / len(block.windows))
        return True

    def late(self) -> list[Block]:
        """Return the blocks that are late, the one first that was begun first."""
        if not self.rates:
            return []
        usual, now = median(self.rates), time.monotonic()
        return [
            block
            for block, begun in sorted(self.running.items(), key=lambda item: item[1])
            if now - begun > max(PATIENCE, SLOWNESS * usual * len(block.windows))
        ]


def spread(
    executor: Executor,
    blocks: Sequence[Block],
    *,
    on_failure: OnFailure | None = None,
    progress: Progress = no_progress,
) -> Generator[tuple[Block, bytes], None, None]:
    """Have blocks computed; each comes packed, in the order in which they are finished.

    When all blocks are given out, late ones are given to whoever is idle as well; the first answer counts.

    Args:
        executor: Who computes them.
        blocks: Those to compute.
        on_failure: Called with a block that fails, which is then left out; else the error is raised.
        progress: Called after each block.

    Raises:
        BaseException: What computing a block raised.
    """
    advance = Counter(window_total(blocks), stage="segment", progress=progress)
    todo, pace = deque(blocks), _Pace()
    while todo or pace.running:
        while todo and executor.take(todo[0]):
            pace.begin(todo.popleft())
        for block in () if todo else pace.late():
            if not executor.take_again(block):
                break
            pace.begin(block)
        for block, answer in executor.answers(seconds=_LOOK):
            if not pace.end(block):
                continue
            advance(len(block.windows))
            if isinstance(answer, bytes):
                yield block, answer
            elif on_failure is None or not isinstance(answer, ProxyClipGeoError):
                raise answer
            else:
                on_failure(block, answer)
