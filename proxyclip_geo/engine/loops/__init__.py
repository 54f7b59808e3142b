"""Loops over cells and pixels, compiled by Numba.

Each does what a few operations of torch do, with the same roundings, in one pass and without Python's global lock.
Import this package by `compiled`, which checks that Numba is there and that the results are those of torch.
"""

from proxyclip_geo.engine.loops.blend import blend_and_multiply, blend_cells, multiply_features, multiply_means
from proxyclip_geo.engine.loops.pixels import add_exponential, label_cells, upsample_cells

__all__ = [
    "add_exponential",
    "blend_and_multiply",
    "blend_cells",
    "label_cells",
    "multiply_features",
    "multiply_means",
    "upsample_cells",
]
