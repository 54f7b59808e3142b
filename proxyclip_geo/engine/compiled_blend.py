"""Blend overlapping windows on the lattice with compiled loops."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from proxyclip_geo.engine.compiled import find_loops
from proxyclip_geo.engine.parallel import CorePool
from proxyclip_geo.region import Region

Floats = NDArray[np.float32]

_ROWS = 2
"""Rows of cells that a core blends at a time."""


@dataclass(frozen=True)
class _Windows:
    """Some of the windows of the same rows.

    Attributes:
        tokens: (n, wh, ww, D).
        weights: (wh, ww) of tokens.
        lefts: (n,) first columns among the cells.
    """

    tokens: Floats
    weights: Floats
    lefts: NDArray[np.int64]

    def columns(self, width: int) -> tuple[int, int]:
        """Return the first and last of `width` columns under the windows, exclusive."""
        if not len(self.lefts):
            return 0, 0
        first, last = int(self.lefts[0]), int(self.lefts[-1]) + self.weights.shape[1]
        return min(max(first, 0), width), min(max(last, 0), width)


class CompiledBlender:
    """Weighted mean of windows that are added from top to bottom, multiplied with queries.

    Each product is that of `RowBlender` and `QueryProducts`, to the bit. Windows of the same rows wait for each other.
    Then a cell is finished at once if no window below touches it; sums are stored for the other cells only. To read and
    write sums takes more time than to compute them.
    """

    def __init__(self, cells: Region, weights: Tensor, *, queries: Tensor, products: Tensor, cores: CorePool) -> None:
        """Begin without windows.

        Args:
            cells: The part of the lattice.
            weights: (wh, ww) weight of each token of a window.
            queries: (Q, D) float64.
            products: (Q, h, w) result.
            cores: Threads that blend and multiply.
        """
        loops = find_loops(weights.device)
        assert loops is not None
        self._compute = loops.blend_and_multiply
        self._cells = cells
        self._weights: Floats = weights.numpy()
        self._queries, self._products = queries.numpy(), products.numpy()
        self._cores = cores
        rows, dim = min(len(weights), cells.height), queries.shape[1]
        self._sums = np.empty((rows, cells.width, dim), np.float32), np.zeros((rows, cells.width), np.float32)
        self._none = _Windows(np.empty((0, *weights.shape, dim), np.float32), self._weights, np.empty(0, np.int64))
        self._top = 0
        self._waiting: list[_Windows] = []
        self._waiting_top = 0

    def add(self, windows: Sequence[Region], features: Tensor) -> None:
        """Add windows; see `RowBlender.add`."""
        tokens, start = features.permute(0, 2, 3, 1), 0
        for top, same in groupby(windows, key=lambda window: window.top - self._cells.top):
            lefts = np.array([window.left for window in same], np.int64) - self._cells.left
            if top != self._waiting_top:
                self._blend(end=top)
            own = tokens[start : start + len(lefts)].contiguous().numpy()
            self._waiting.append(_Windows(own, self._weights, lefts))
            self._waiting_top = top
            start += len(lefts)

    def finish(self) -> None:
        """Multiply the remaining cells."""
        self._blend(end=self._cells.height)
        self._finish_rows(self._cells.height)

    def _blend(self, *, end: int) -> None:
        """Add the waiting windows, and finish those of their rows that are above row `end`."""
        window_top, windows = self._waiting_top, self._waiting
        if not windows:
            return
        self._waiting = []
        top = max(window_top, 0)
        bottom = min(window_top + len(self._weights), self._cells.height)
        self._finish_rows(min(top, self._cells.height))
        self._run(range(top, bottom), windows, window_top, end=end)
        self._top = max(self._top, min(end, bottom))

    def _finish_rows(self, end: int) -> None:
        """Multiply the rows above row `end` without further windows."""
        # Rows that are as far from each other as there are rows of sums are stored in the same place.
        rows = len(self._sums[0])
        for top in range(self._top, end, rows):
            self._run(range(top, min(end, top + rows)), [self._none], top, end=end)
        self._top = max(self._top, end)

    def _run(self, rows: range, windows: Sequence[_Windows], window_top: int, *, end: int) -> None:
        def blend(first: int) -> None:
            for row in rows[first : first + _ROWS]:
                self._blend_row(row, windows, row - window_top, finished=row < end)

        self._cores.submit(blend, range(0, len(rows), _ROWS))
        self._cores.wait()

    def _blend_row(self, row: int, windows: Sequence[_Windows], window_row: int, *, finished: bool) -> None:
        width = self._cells.width
        columns = [part.columns(width) for part in windows]
        stops = [first for first, _ in columns[1:]] + [width]
        start = 0
        for part, (first, last), stop in zip(windows, columns, stops, strict=True):
            span = (start, stop, max(stop, last)) if finished else (first, first, last)
            own = part.tokens, part.weights, part.lefts
            self._compute(self._sums, own, (row, window_row, *span), self._queries, self._products)
            start = stop
