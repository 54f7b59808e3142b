"""Blend overlapping windows on the lattice."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from proxyclip_geo.engine.options import Blend
from proxyclip_geo.engine.parallel import CorePool
from proxyclip_geo.errors import OptionError
from proxyclip_geo.region import Region


@dataclass(frozen=True)
class ClsFeatures:
    """CLS features of windows, for the logits of the cells in them.

    Attributes:
        features: (n, D) float16 of unit length, one a window.
        windows: The windows in lattice cells, in the order in which they are added.
        weights: (wh, ww) weight of each token of a window.
    """

    features: Tensor
    windows: tuple[Region, ...]
    weights: Tensor

    def blend(self, values: Tensor, cells: Region) -> Tensor:
        """Blend one vector a window over cells, as dense features are blended.

        Args:
            values: (n, Q), e.g. cosines of `features` with queries.
            cells: The part of the lattice.

        Returns:
            (Q, h, w); 0 where no window was encoded.
        """
        total = torch.zeros(values.shape[1], *cells.shape, device=values.device)
        weight = torch.zeros(cells.shape, device=values.device)
        for window, value in zip(self.windows, values, strict=True):
            shared = window.intersect(cells)
            if shared.is_empty:
                continue
            own = self.weights[shared.slices_in(window)]
            target = shared.slices_in(cells)
            total[(slice(None), *target)] += value[:, None, None] * own
            weight[target] += own
        return total.div_(weight.clamp_min(torch.finfo(torch.float32).tiny))


@dataclass(frozen=True)
class BlockEmbedding:
    """Blended dense features of a part of the lattice.

    Attributes:
        features: (D, h, w) float16: the weighted mean of the unit features of all windows over a cell; zero where no
            window was encoded. Half precision is part of the definition, so that stored features equal computed ones.
        valid: (h, w) bool, True where a cell holds a pixel with data.
        cells: The part of the lattice.
        cls_features: Those of the windows over these cells.
    """

    features: Tensor
    valid: Tensor
    cells: Region
    cls_features: ClsFeatures | None = None


def blend_weights(shape: tuple[int, int], blend: Blend) -> Tensor:
    """Return the weight of each token of a window; every weight is positive.

    "hann" is the outer product of sin²(π(i + ½)/n), sampled at cell centres: weights are largest at the centre of a
    window, and those of windows at half overlap add up to a constant. "uniform" is the plain mean of the paper.

    Args:
        shape: (h, w) of a window in cells.
        blend: "hann" or "uniform".

    Raises:
        OptionError: If the blend is unknown.
    """
    if blend == "uniform":
        return torch.ones(shape)
    if blend != "hann":
        raise OptionError(f"unknown blend '{blend}': give hann or uniform")
    rows, cols = (torch.sin(torch.pi * (torch.arange(n) + 0.5) / n) ** 2 for n in shape)
    return rows[:, None] * cols[None, :]


class Blender(Protocol):
    """Blends windows that are added from top to bottom."""

    def add(self, windows: Sequence[Region], features: Tensor) -> None:
        """Add windows.

        Args:
            windows: In lattice cells; none above the one before it, and none above those added before.
            features: (n, D, wh, ww).
        """

    def finish(self) -> None:
        """Finish all cells."""


RowSink = Callable[[Region, Tensor], None]
"""Called with whole rows of cells and their (n, w, D) float16 features, once for each row, from several threads."""

_ROWS = {"cpu": 8}
"""Number of rows per call of the sink; on other devices, all that are complete."""


class RowBlender:
    """Weighted mean of windows that are added from top to bottom.

    Weighted sums are held only for the rows of cells that further windows may touch, in a ring buffer that fits the
    processor's cache. Complete rows are passed to the sink. The features of a cell are contiguous in memory, as those
    that encoders return.
    """

    def __init__(self, cells: Region, weights: Tensor, *, dim: int, sink: RowSink, cores: CorePool) -> None:
        """Begin without windows.

        Args:
            cells: The part of the lattice.
            weights: (wh, ww) weight of each token of a window.
            dim: Features a cell.
            sink: Called with complete rows.
            cores: Threads that call the sink.
        """
        self._cells = cells
        self._weights = weights[..., None]
        self._sink = sink
        self._cores = cores
        # The rows of a window, and as many that are passed to the sink.
        rows = min(2 * len(weights), cells.height)
        if weights.device.type == "cpu":
            # NumPy allocates huge pages, torch small ones, which take longer to allocate than to fill.
            self._total = torch.from_numpy(np.zeros((rows, cells.width, dim), np.float32))
        else:
            self._total = torch.zeros(rows, cells.width, dim, device=weights.device)
        self._weight = torch.zeros(rows, cells.width, 1, device=weights.device)
        self._top = cells.top

    def add(self, windows: Sequence[Region], features: Tensor) -> None:
        """Add windows; see `Blender.add`."""
        tokens = features.permute(0, 2, 3, 1)
        for top, same in groupby(zip(windows, tokens, strict=True), key=lambda item: item[0].top):
            self._move_to(min(top, self._cells.bottom))
            for window, own in same:
                self._add_window(window, own)

    def _add_window(self, window: Region, tokens: Tensor) -> None:
        for part in self._unrolled(window.intersect(self._cells)):
            inside = part.slices_in(window)
            target = replace(part, top=self._slot(part.top)).slices_in(replace(self._cells, top=0))
            self._total[target].addcmul_(tokens[inside], self._weights[inside])
            self._weight[target] += self._weights[inside]

    def finish(self) -> None:
        """Pass the remaining rows to the sink."""
        self._move_to(self._cells.bottom)
        self._cores.wait()

    def _slot(self, row: int) -> int:
        return (row - self._cells.top) % len(self._weight)

    def _unrolled(self, rows: Region) -> Iterator[Region]:
        """Yield the parts of a region whose rows are contiguous in the ring buffer: one or two."""
        top = rows.top
        while top < rows.bottom:
            bottom = min(rows.bottom, top + len(self._weight) - self._slot(top))
            yield Region.from_edges(top, rows.left, bottom, rows.right)
            top = bottom

    def _move_to(self, top: int) -> None:
        """Pass the rows above `top` to the sink; the slots of rows above the previous top are free afterwards."""
        if self._top < top:
            # Rows that the sink reads and rows that a window is added to must have different slots.
            most = max(1, len(self._weight) // 2)
            for first in range(self._top, top, most):
                self._cores.wait()
                rows = replace(self._cells, top=first, height=min(most, top - first))
                self._cores.submit(self._emit, self._pieces(rows))
            self._top = top

    def _pieces(self, rows: Region) -> Iterator[Region]:
        """Split rows into the parts of one call of the sink: single rows on a CPU, as many as possible on a GPU."""
        for part in self._unrolled(rows):
            size = _ROWS.get(self._total.device.type, part.height)
            for top in range(part.top, part.bottom, size):
                yield replace(part, top=top, height=min(size, part.bottom - top))

    def _emit(self, rows: Region) -> None:
        slots = slice(self._slot(rows.top), self._slot(rows.top) + rows.height)
        total, weight = self._total[slots], self._weight[slots]
        self._sink(rows, total.div_(weight.clamp_min(torch.finfo(torch.float32).tiny)).half())
        total.zero_()
        weight.zero_()
