"""The plan of a run: windows and blocks laid over a raster."""

from dataclasses import dataclass, replace

from proxyclip_geo.engine.encode_block import window_total
from proxyclip_geo.engine.options import Blend
from proxyclip_geo.errors import OptionError
from proxyclip_geo.grid import Block, WindowGrid, ceil_div, round_up
from proxyclip_geo.models.encoder import DenseEncoder
from proxyclip_geo.raster.aoi import Area
from proxyclip_geo.region import Region
from proxyclip_geo.remedies import Remedy

MAX_BLOCKS = 250_000
"""Most blocks of a run; their list takes 0.3 GB."""
MIN_CORE = 2048
"""Least side of the core of a block in pixels, unless it is given."""
STRIDES_PER_SHARED = 12
"""Side of a core in strides for each window that crosses its border: about a sixth more windows are encoded than exist.

Windows on the border of a core are encoded in both blocks. Larger cores save little more and need more memory: 0.4 GB
here for 336-pixel windows with stride 248 and 512 features per token of 8 pixels.
"""


@dataclass(frozen=True)
class Plan:
    """Windows and blocks of a run.

    Attributes:
        grid: The windows of the whole raster.
        area: Area of interest.
        blocks: The blocks; their cores partition the region of the area.
        core: Side of a block's core in pixels.
        blend: How windows are weighted.
        batch_size: Windows per batch.
        tile: Side of the tiles, anchored at the raster's corner, whose pixels depend on each other.
    """

    grid: WindowGrid
    area: Area
    blocks: tuple[Block, ...]
    core: int
    blend: Blend
    batch_size: int
    tile: int = 1

    @property
    def windows(self) -> int:
        """Number of windows to encode; those on block borders count in each block."""
        return window_total(self.blocks)

    @property
    def tiling(self) -> Region:
        """Pixels that the cores tile."""
        return self.grid.tiling(self.core, self.area.region)

    def with_core(self, core: int) -> "Plan":
        """Return the plan with another side of cores.

        Raises:
            OptionError: If it is not a positive multiple of the step, or there are more than `MAX_BLOCKS` blocks.
        """
        height, width = self.area.region.shape
        count = 0 if core <= 0 else ceil_div(height, core) * ceil_div(width, core)
        if count > MAX_BLOCKS:
            raise OptionError(
                f"{width:,} × {height:,} px are {count:,} blocks of {core} px, more than {MAX_BLOCKS:,}",
                remedy=Remedy("reduce-blocks"),
            )
        return replace(self, core=core, blocks=tuple(self.grid.blocks(core, area=self.area.region, tile=self.tile)))


def make_plan(
    shape: tuple[int, int],
    *,
    encoder: DenseEncoder,
    window: int,
    stride: int,
    blend: Blend = "hann",
    batch_size: int = 4,
    core: int | None = None,
    area: Area | None = None,
    tile: int = 1,
) -> Plan:
    """Lay windows and blocks over a raster.

    Args:
        shape: (height, width) in pixels.
        encoder: The image model; windows are multiples of its `multiple`.
        window: Side of a window in pixels.
        stride: Distance between windows in pixels.
        blend: How windows are weighted.
        batch_size: Windows per batch.
        core: Side of the core of a block in pixels; derived from the overlap if not given.
        area: Area of interest; the whole raster if not given.
        tile: Side of the tiles whose pixels depend on each other.

    Raises:
        OptionError: If the numbers do not fit the model or each other.
    """
    if batch_size < 1:
        raise OptionError(f"batch size {batch_size} must be at least 1")
    grid = WindowGrid.fit(shape, window=window, stride=stride, step=encoder.step, multiple=encoder.multiple)
    side = round_up(max(MIN_CORE, STRIDES_PER_SHARED * (window // stride) * stride), stride) if core is None else core
    plan = Plan(grid, area or Area(grid.raster), (), side, blend, min(batch_size, grid.window_count), tile)
    return plan.with_core(side)
