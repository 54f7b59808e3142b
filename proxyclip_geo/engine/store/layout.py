"""The Zarr arrays of a stored embedding.

Arrays, all but `basis` and `thumbnail` cut so that a block is one object:

- `features` (D, rows, cols) float16 or int8, on the lattice; int8 values are multiplied by `scale` (rows, cols);
- `halo` (blocks, D + 1, cells) float16: the cells around each block once more, so that a block is read without its
  neighbours; the last row says whether a cell has data (1) or not (−1);
- `cls` (blocks, windows, D) float16: the CLS feature of each window of a block;
- `valid` (rows, cols) uint8 in pixels: 1 data, 0 no data, 2 not encoded yet, 3 data outside
  the area of interest; written last;
- `basis` (D of the model, D stored) float32, where the features were projected on principal components.
"""

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.engine.store.block_store import ArraySpec
from proxyclip_geo.engine.store.metadata import EmbeddingInfo
from proxyclip_geo.grid import ceil_div
from proxyclip_geo.region import Region

MISSING = 2
"""Validity of pixels that are not encoded yet."""
OUTSIDE = 3
"""Validity of pixels with data outside the area of interest, whose cells its pixels depend on."""


def block_arrays(info: EmbeddingInfo) -> dict[str, ArraySpec]:
    """Return the arrays that are written block by block."""
    grid, chunk, dim = info.grid, info.chunk, info.dim
    rows, cols = (ceil_div(side, info.core) for side in info.tiling.shape)
    cells = info.core // grid.step
    blocks = tuple(grid.blocks(info.core, area=info.stored))
    windows = max(len(block.windows) for block in blocks)
    lattice, pixels = (rows * cells, cols * cells), (rows * info.core, cols * info.core)
    halo = (dim + 1, 4 * (cells + 1))
    arrays = {
        "features": ArraySpec((dim, *lattice), info.storage, (dim, chunk, chunk), shards=(dim, cells, cells)),
        "valid": ArraySpec(pixels, "uint8", (info.core, info.core), fill=MISSING),
        "cls": ArraySpec((len(blocks), windows, dim), "float16", (1, windows, dim)),
        "halo": ArraySpec((len(blocks), *halo), "float16", (1, *halo)),
    }
    if info.storage == "int8":
        arrays["scale"] = ArraySpec(lattice, "float16", (cells, cells))
    return arrays


def halo_mask(cells: Region, own: Region) -> NDArray[np.bool_]:
    """Return (h, w) of `cells`, True for those that a block does not own."""
    mask = np.ones(cells.shape, np.bool_)
    mask[own.slices_in(cells)] = False
    return mask
