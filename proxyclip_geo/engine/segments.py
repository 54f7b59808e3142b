"""Logits of pixels, averaged over segments of the image, so that class borders follow its edges.

Segments end at the borders of tiles on a grid that is anchored at the upper left corner of the raster. A segment
depends on the pixels of its tile alone, so that results do not depend on blocks and the area of interest.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from proxyclip_geo.engine.classify import CellLogits, TextBank, upsample_logits
from proxyclip_geo.engine.edge_aware import Guide
from proxyclip_geo.engine.encode_block import fill_no_data
from proxyclip_geo.engine.largest import find_first_largest
from proxyclip_geo.engine.options import Upsampling
from proxyclip_geo.engine.parallel import LogitStrips
from proxyclip_geo.grid import WindowGrid
from proxyclip_geo.region import Region

SCALE, SIGMA, LEAST = 20, 0.5, 20
"""Scale, blur in pixels, and least pixels of segments; docs/refinements.md compares others."""


def find_segments(rgb: NDArray[np.uint8], valid: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Segment a tile: P. Felzenszwalb, D. Huttenlocher, "Efficient Graph-Based Image Segmentation", IJCV 59, 2004.

    Args:
        rgb: (3, H, W).
        valid: (H, W), True where there is data; at least one pixel.

    Returns:
        (H, W) numbers of segments from 0.
    """
    from skimage.segmentation import felzenszwalb

    image = np.ascontiguousarray(fill_no_data(rgb, valid).transpose(1, 2, 0))
    found: NDArray[np.intp] = felzenszwalb(image, scale=SCALE, sigma=SIGMA, min_size=LEAST)
    return found


def upsample_with_image(
    found: CellLogits, bank: TextBank, *, upsampling: Upsampling, guide: Guide | None, grid: WindowGrid, core: Region
) -> LogitStrips:
    """Interpolate from cells to pixels, with the help of the image where requested.

    Args:
        found: Logits of the cells around the core's tiles.
        bank: The queries.
        upsampling: How.
        guide: The image under the cells; None if it is not needed.
        grid: The lattice of the raster.
        core: Requested pixels.
    """
    weights = guide if upsampling.edge_aware else None
    if upsampling.segments == "none" or guide is None:
        return upsample_logits(found, step=grid.step, core=core, guide=weights)
    whole = core.expand(upsampling.tile).intersect(grid.raster)
    pixels = upsample_logits(found, step=grid.step, core=whole, guide=weights)
    owner = torch.tensor(bank.query_class) if upsampling.segments == "majority" else None
    tiles = {tile.intersect(core): tile for tile in whole.tiles(upsampling.tile)}

    def average(part: Region) -> Tensor:
        tile = tiles[part]
        own = guide.crop(tile)
        logits = _average_segments(pixels.logits(tile).cpu(), own, owner)
        return logits[(slice(None), *part.slices_in(tile))]

    # Sums on a processor have a fixed order, those on a GPU have not.
    return LogitStrips(tuple(tiles), average, torch.device("cpu"))


def _average_segments(logits: Tensor, tile: Guide, owner: Tensor | None) -> Tensor:
    """Give the pixels of a segment the mean logits of its pixels with data, or of those in the majority.

    Args:
        logits: (Q, H, W).
        tile: The image.
        owner: (Q,) class of each query, to average over the pixels of the most frequent class and its most frequent
            query; over all pixels if not given.
    """
    if not tile.valid.any():
        return logits
    segments = torch.from_numpy(find_segments(tile.rgb, tile.valid))
    valid = torch.from_numpy(np.ascontiguousarray(tile.valid))
    count, own, values = int(segments.max()) + 1, segments[valid], logits[:, valid]
    if owner is not None:
        winner = find_first_largest(values[:, None])[0].long()
        chosen = _most_frequent(own * len(owner) + winner, owner, count)[own] == winner
        own, values = own[chosen], values[:, chosen]
    # In double precision the mean of equal logits is the same.
    total = torch.zeros(len(logits), count, dtype=torch.float64).index_add_(1, own, values.double())
    means = total / torch.bincount(own, minlength=count).clamp_min(1)
    return means.float()[:, segments]


def _most_frequent(votes: Tensor, owner: Tensor, count: int) -> Tensor:
    """Return the (count,) most frequent query of the most frequent class of each segment.

    Args:
        votes: (n,) segment · Q + query of each pixel.
        owner: (Q,) class of each query.
        count: Number of segments.
    """
    queries = torch.bincount(votes, minlength=count * len(owner)).reshape(count, -1)
    classes = torch.zeros(count, int(owner.max()) + 1, dtype=queries.dtype).index_add_(1, owner, queries)
    frequent = find_first_largest(classes.T[:, None].float())[0].long()
    return find_first_largest(queries.masked_fill(owner != frequent[:, None], -1).T[:, None].float())[0].long()
