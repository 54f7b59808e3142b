import itertools
import re
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxyclip_geo.errors import OptionError
from proxyclip_geo.grid import WindowGrid, ceil_div, round_up
from proxyclip_geo.region import Region

core_cells = st.integers(1, 12)


@st.composite
def window_grids(draw: st.DrawFn) -> tuple[WindowGrid, int]:
    """A grid, and what its windows' sides are a multiple of."""
    step = draw(st.sampled_from([1, 2, 7, 8, 14]))
    multiple = step * draw(st.integers(1, 3))
    window = multiple * draw(st.integers(1, 4))
    stride = step * draw(st.integers(1, window // step))
    sides = st.one_of(st.just(1), st.integers(1, 12 * step))
    shape = (draw(sides), draw(sides))
    return WindowGrid.fit(shape, window=window, stride=stride, step=step, multiple=multiple), multiple


class TestIntegers:
    @settings(deadline=None)
    @given(st.integers(-100, 100), st.integers(1, 20))
    def test_ceil_div_is_the_smallest_that_reaches(self, value: int, divisor: int) -> None:
        result = ceil_div(value, divisor)
        assert (result - 1) * divisor < value <= result * divisor

    @settings(deadline=None)
    @given(st.integers(0, 100), st.integers(1, 20))
    def test_round_up(self, value: int, multiple: int) -> None:
        result = round_up(value, multiple)
        assert result % multiple == 0
        assert 0 <= result - value < multiple


class TestFit:
    @settings(max_examples=60, deadline=None)
    @given(window_grids())
    def test_windows_start_on_the_grid_and_the_last_ends_at_the_border(self, case: tuple[WindowGrid, int]) -> None:
        grid, multiple = case
        axes = zip((grid.height, grid.width), grid.window, (grid.row_starts, grid.col_starts), strict=True)
        for side, window, starts in axes:
            *others, last = (start * grid.step for start in starts)
            assert all(start == index * grid.stride for index, start in enumerate(others))
            assert window % multiple == 0
            padding = last + window - side
            assert 0 <= padding < (grid.step if others else multiple)
            assert all(after - before <= grid.stride for before, after in itertools.pairwise([*others, last]))

    @settings(max_examples=60, deadline=None)
    @given(window_grids())
    def test_every_cell_lies_in_a_window(self, case: tuple[WindowGrid, int]) -> None:
        grid, _ = case
        lattice = Region(0, 0, *grid.lattice)
        assert grid.lattice == (ceil_div(grid.height, grid.step), ceil_div(grid.width, grid.step))
        windows = grid.windows_touching(lattice)
        covered = np.zeros(lattice.shape, int)
        for window in windows:
            covered[window.intersect(lattice).slices_in(lattice)] += 1
        assert covered.min() >= 1
        assert len(windows) == len(set(windows)) == grid.window_count

    def test_a_window_shrinks_along_the_short_axis_alone(self) -> None:
        grid = WindowGrid.fit((70, 1000), window=336, stride=168, step=8, multiple=16)
        assert grid.window == (80, 336)
        assert grid.window_cells == (10, 42)
        assert grid.row_starts == (0,)

    @pytest.mark.parametrize(
        ("window", "stride", "multiple", "message"),
        [
            (100, 56, 16, "window 100 px .* multiple of 16 px, e.g. window=96 or window=112"),
            (8, 8, 16, "window 8 px .* e.g. window=16 or window=32"),
            (0, 8, 16, "window 0 px"),
            (112, 0, 16, "stride 0 px"),
            (112, -8, 16, "stride -8 px"),
            (112, 60, 16, "stride 60 px .* multiple of 8 px and lie in 8…112, e.g. stride=56"),
            (112, 120, 16, "stride 120 px"),
            (96, 48, 12, "multiple 12 is not a multiple of the lattice step 8"),
        ],
    )
    def test_refuses_incompatible_sizes(self, window: int, stride: int, multiple: int, message: str) -> None:
        with pytest.raises(OptionError, match=message):
            WindowGrid.fit((500, 500), window=window, stride=stride, step=8, multiple=multiple)

    @settings(deadline=None)
    @given(st.integers(-5, 200), st.integers(-5, 300), st.integers(1, 14), st.integers(1, 4))
    def test_values_suggested_by_errors_are_valid(self, window: int, stride: int, step: int, factor: int) -> None:
        def complaint(window: int, stride: int) -> str:
            try:
                WindowGrid.fit((500, 500), window=window, stride=stride, step=step, multiple=step * factor)
            except OptionError as error:
                return str(error).partition("e.g.")[2]
            return ""

        first = complaint(window, stride)
        for proposal in map(int, re.findall(r"\d+", first)):
            second = complaint(proposal, step) if "window=" in first else complaint(window, proposal)
            assert second == ""


class TestBlocks:
    @settings(max_examples=60, deadline=None)
    @given(window_grids(), core_cells)
    def test_cores_partition_the_raster(self, case: tuple[WindowGrid, int], core: int) -> None:
        grid, _ = case
        blocks = list(grid.blocks(core * grid.step))
        raster = Region(0, 0, grid.height, grid.width)
        owners = np.zeros(raster.shape, int)
        for block in blocks:
            owners[block.core.slices_in(raster)] += 1
        assert owners.min() == owners.max() == 1
        assert [block.index for block in blocks] == list(range(len(blocks)))

    @settings(max_examples=60, deadline=None)
    @given(window_grids(), core_cells)
    def test_a_block_has_all_windows_of_its_core(self, case: tuple[WindowGrid, int], core: int) -> None:
        grid, _ = case
        lattice = Region(0, 0, *grid.lattice)
        everywhere = grid.windows_touching(lattice)
        for block in grid.blocks(core * grid.step):
            interpolated = block.core.pad(grid.step).intersect(lattice.scale(grid.step))
            assert block.cells.scale(grid.step).intersect(interpolated) == interpolated
            assert block.cells.intersect(lattice) == block.cells
            touching = tuple(window for window in everywhere if not window.intersect(block.cells).is_empty)
            assert tuple(block.windows) == touching
            covered = np.zeros(block.cells.shape, int)
            for window in block.windows:
                covered[window.intersect(block.cells).slices_in(block.cells)] += 1
            assert covered.min() >= 1

    def test_blocks_of_a_country_take_little_memory(self) -> None:
        # 400 by 200 km at 0.5 m: 36 thousand blocks with 6 million windows.
        grid = WindowGrid.fit((800_000, 400_000), window=336, stride=248, step=8)
        tracemalloc.start()
        blocks = list(grid.blocks(2976))
        used = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        assert sum(len(block.windows) for block in blocks) > 5_000_000
        assert used < 100e6

    @settings(max_examples=60, deadline=None)
    @given(window_grids(), core_cells)
    def test_a_block_reads_the_pixels_of_its_windows(self, case: tuple[WindowGrid, int], core: int) -> None:
        grid, _ = case
        for block in grid.blocks(core * grid.step):
            windows = [window.scale(grid.step) for window in block.windows]
            assert (block.read.top, block.read.left) == (min(w.top for w in windows), min(w.left for w in windows))
            assert (block.read.bottom, block.read.right) == (
                max(w.bottom for w in windows),
                max(w.right for w in windows),
            )
            # However large the raster, a block reads no more than a window around its core.
            assert block.read.height <= core * grid.step + 2 * grid.window[0]
            assert block.read.width <= core * grid.step + 2 * grid.window[1]

    @pytest.mark.parametrize("core", [0, -8, 12])
    def test_refuses_cores_off_the_lattice(self, core: int) -> None:
        grid = WindowGrid.fit((50, 50), window=16, stride=8, step=8)
        with pytest.raises(OptionError, match=f"block size {core} px must be a positive multiple of 8 px"):
            list(grid.blocks(core))
