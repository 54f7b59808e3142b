"""Windows, blocks and the lattice, in integers.

A raster of `height` × `width` pixels carries one **lattice** of tokens whose spacing is `step` pixels. **Windows** (one
model input each) lie on one global grid. **Blocks** are sets of windows that are computed together, so that the result
is the same for any block size.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import overload

from proxyclip_geo.errors import OptionError
from proxyclip_geo.region import Region


def ceil_div(value: int, divisor: int) -> int:
    """Divide and round up."""
    return -(-value // divisor)


def round_up(value: int, multiple: int) -> int:
    """Round up to the next multiple."""
    return ceil_div(value, multiple) * multiple


def _starts(cells: int, window: int, stride: int) -> tuple[int, ...]:
    """Start cells of the windows along one axis; the last one ends at the border."""
    last = max(0, cells - window)
    return (*range(0, last, stride), last)


def _between(starts: tuple[int, ...], low: int, high: int) -> tuple[int, ...]:
    """Return the ascending numbers that are above `low` and below `high`."""
    return starts[bisect_right(starts, low) : bisect_left(starts, high)]


@dataclass(frozen=True)
class Windows(Sequence[Region]):
    """Windows of a grid in row-major order, in lattice cells; created on access, as a country has millions.

    Attributes:
        tops: First row of each row of windows.
        lefts: First column of each column of windows.
        shape: (rows, columns) of a window.
    """

    tops: tuple[int, ...]
    lefts: tuple[int, ...]
    shape: tuple[int, int]

    def __len__(self) -> int:
        """Return the number of windows."""
        return len(self.tops) * len(self.lefts)

    @overload
    def __getitem__(self, index: int) -> Region: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Region, ...]: ...

    def __getitem__(self, index: int | slice) -> Region | tuple[Region, ...]:
        """Return one window or several."""
        if isinstance(index, slice):
            return tuple(self[n] for n in range(*index.indices(len(self))))
        row, column = divmod(range(len(self))[index], len(self.lefts))
        return Region(self.tops[row], self.lefts[column], *self.shape)


@dataclass(frozen=True)
class Block:
    """The unit of work.

    Attributes:
        index: Position in row-major order, from 0.
        core: Pixels that the block owns and writes. Cores partition the raster, or an area of it.
        cells: Lattice cells whose features the core needs: its own and a halo of one or more on each side.
        windows: Windows that touch `cells`.
        read: Pixels that the windows cover; it may reach beyond the raster by less than a window.
    """

    index: int
    core: Region
    cells: Region
    windows: Windows
    read: Region

    @property
    def name(self) -> str:
        """Name in messages."""
        core = self.core
        return f"block {self.index} (rows {core.top}–{core.bottom}, columns {core.left}–{core.right})"


@dataclass(frozen=True)
class WindowGrid:
    """All windows of a raster on one grid anchored at its upper left corner.

    Attributes:
        height: Rows of the raster in pixels.
        width: Columns of the raster in pixels.
        window: (height, width) of a window in pixels, multiples of `step`.
        stride: Pixels between windows, a multiple of `step`.
        step: Pixels per lattice cell.
    """

    height: int
    width: int
    window: tuple[int, int]
    stride: int
    step: int

    @classmethod
    def fit(
        cls, shape: tuple[int, int], *, window: int, stride: int, step: int, multiple: int | None = None
    ) -> "WindowGrid":
        """Lay windows over a raster; along an axis shorter than the window, the window shrinks to it.

        Args:
            shape: (height, width) of the raster in pixels.
            window: Side of a window in pixels.
            stride: Distance between windows in pixels.
            step: Pixels per lattice cell.
            multiple: The sides of a window must be multiples of this number, a common multiple of the patch sizes;
                `step` if not given.

        Raises:
            OptionError: If the numbers are not compatible.
        """
        multiple = multiple or step
        if multiple % step:
            raise OptionError(f"window multiple {multiple} is not a multiple of the lattice step {step}")
        if window < multiple or window % multiple:
            low = max(multiple, window // multiple * multiple)
            raise OptionError(
                f"window {window} px does not suit this model: it must be a multiple of {multiple} px, "
                f"e.g. window={low} or window={low + multiple}"
            )
        if not 0 < stride <= window or stride % step:
            raise OptionError(
                f"stride {stride} px does not suit window {window} px: it must be a multiple of {step} px and lie in "
                f"{step}…{window}, e.g. stride={max(step, window // 2 // step * step)}"
            )
        height, width = (min(window, round_up(side, multiple)) for side in shape)
        return cls(shape[0], shape[1], (height, width), stride, step)

    @property
    def lattice(self) -> tuple[int, int]:
        """(rows, columns) of the lattice."""
        return ceil_div(self.height, self.step), ceil_div(self.width, self.step)

    @property
    def cells(self) -> Region:
        """All cells of the lattice."""
        return Region(0, 0, *self.lattice)

    @property
    def window_cells(self) -> tuple[int, int]:
        """(rows, columns) of a window in lattice cells."""
        return self.window[0] // self.step, self.window[1] // self.step

    @cached_property
    def row_starts(self) -> tuple[int, ...]:
        """Start rows of the windows, in lattice cells."""
        return _starts(self.lattice[0], self.window_cells[0], self.stride // self.step)

    @cached_property
    def col_starts(self) -> tuple[int, ...]:
        """Start columns of the windows, in lattice cells."""
        return _starts(self.lattice[1], self.window_cells[1], self.stride // self.step)

    @property
    def window_count(self) -> int:
        """Number of windows over the whole raster."""
        return len(self.row_starts) * len(self.col_starts)

    def windows_touching(self, cells: Region) -> Windows:
        """Return the windows that share a cell with `cells`."""
        rows, cols = self.window_cells
        tops = _between(self.row_starts, cells.top - rows, cells.bottom)
        lefts = _between(self.col_starts, cells.left - cols, cells.right)
        return Windows(tops, lefts, self.window_cells)

    @property
    def raster(self) -> Region:
        """All pixels of the raster."""
        return Region(0, 0, self.height, self.width)

    def tiling(self, core: int, area: Region) -> Region:
        """Return the pixels that are tiled by cores: an area, extended up and to the left.

        It starts on the lattice. If an area needs several cores, their edges lie midway between the starts of windows,
        so that fewer windows are encoded for two cores.

        Args:
            core: Side of a core in pixels, a multiple of `step`.
            area: Pixels of the raster.
        """
        shift = self.stride // 2 // self.step * self.step
        top, left = (low // self.step * self.step for low in (area.top, area.left))
        if area.bottom - top > core:
            top -= (top + shift) % min(core, self.stride)
        if area.right - left > core:
            left -= (left + shift) % min(core, self.stride)
        return Region.from_edges(top, left, area.bottom, area.right)

    def cells_of(self, pixels: Region) -> Region:
        """Return the lattice cells that hold a region's pixels."""
        step = self.step
        return Region.from_edges(
            pixels.top // step, pixels.left // step, ceil_div(pixels.bottom, step), ceil_div(pixels.right, step)
        )

    def cells_around(self, pixels: Region, *, tile: int = 1) -> Region:
        """Return the lattice cells whose features pixels need: their own, and those around them in the raster.

        Args:
            pixels: Pixels of the raster.
            tile: Side of the tiles, anchored at its corner, whose pixels depend on each other.
        """
        return self.cells_of(pixels.expand(tile)).pad(1).intersect(self.cells)

    def blocks(self, core: int, *, area: Region | None = None, tile: int = 1) -> Iterator[Block]:
        """Yield the blocks of a raster, row by row.

        Args:
            core: Side of a block's core in pixels, a multiple of `step`.
            area: Pixels that the cores partition; all of the raster if not given. Windows do not depend on it.
            tile: As for `cells_around`.

        Raises:
            OptionError: If `core` is not a positive multiple of `step`.
        """
        if core <= 0 or core % self.step:
            raise OptionError(f"block size {core} px must be a positive multiple of {self.step} px")
        area = self.raster if area is None else area
        cores = (tile.intersect(area) for tile in self.tiling(core, area).tiles(core))
        for index, own in enumerate(own for own in cores if not own.is_empty):
            cells = self.cells_around(own, tile=tile)
            windows = self.windows_touching(cells)
            read = windows[0].union(windows[-1]).scale(self.step)
            yield Block(index, own, cells, windows, read)
