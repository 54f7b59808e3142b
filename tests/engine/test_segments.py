"""Segments of the image take one class."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from proxyclip_geo.engine.classify import CellLogits, TextBank
from proxyclip_geo.engine.edge_aware import Guide
from proxyclip_geo.engine.options import Segments, Upsampling
from proxyclip_geo.engine.segments import find_segments, upsample_with_image
from proxyclip_geo.grid import WindowGrid
from proxyclip_geo.region import Region

SIDE = 16
AREA = Region(0, 0, SIDE, SIDE)
GRID = WindowGrid(SIDE, SIDE, (SIDE, SIDE), SIDE, 1)
BANK = TextBank(torch.eye(3), (0, 1, 1), (1, 2), (0.0, 0.0), (0.0, 0.0), 1.0, 255)


def make_guide() -> Guide:
    """Two halves of different colours, all of it with data."""
    rgb = np.full((3, SIDE, SIDE), 40, np.uint8)
    rgb[:, :, 6:] = 200
    return Guide(rgb, np.ones((SIDE, SIDE), bool), AREA)


def compute(logits: torch.Tensor, guide: Guide, segments: Segments) -> torch.Tensor:
    """Return the (Q, H, W) logits of pixels; each pixel is a cell."""
    found = CellLogits(logits, torch.from_numpy(guide.valid), AREA)
    strips = upsample_with_image(
        found, BANK, upsampling=Upsampling(segments=segments), guide=guide, grid=GRID, core=AREA
    )
    [(_, values)] = strips
    return values


def test_all_pixels_of_a_segment_get_their_mean() -> None:
    logits = torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    found = compute(logits, make_guide(), "mean")
    for half in (np.s_[:, :, :6], np.s_[:, :, 6:]):
        expected = logits[half].mean(dim=(1, 2))
        torch.testing.assert_close(found[half], expected[:, None, None].expand_as(found[half]))


def test_the_most_frequent_class_wins_by_its_most_frequent_query() -> None:
    logits = torch.zeros(3, SIDE, SIDE)
    # Of 16 rows, the class of query 0 has 7, and that of queries 1 and 2 has 4 and 5 with smaller logits.
    logits[0, :7], logits[1, 7:11], logits[2, 11:] = 9.0, 1.0, 2.0
    assert compute(logits, make_guide(), "mean")[:, 0, 0].argmax() == 0
    found = compute(logits, make_guide(), "majority")
    torch.testing.assert_close(found, torch.tensor([0.0, 0.0, 2.0])[:, None, None].expand_as(found))


@pytest.mark.parametrize("segments", ["mean", "majority"])
def test_pixels_without_data_do_not_count(segments: Segments) -> None:
    guide = make_guide()
    valid = guide.valid.copy()
    valid[3:9, 2:8] = False
    logits = torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))
    found = []
    for value in (0, 255):
        rgb = np.where(valid, guide.rgb, np.uint8(value))
        noisy = torch.where(torch.from_numpy(valid), logits, torch.full_like(logits, value))
        found.append(compute(noisy, replace(guide, rgb=rgb, valid=valid), segments)[:, torch.from_numpy(valid)])
    assert torch.equal(*found)
    nothing = replace(guide, valid=np.zeros_like(valid))
    assert torch.isfinite(compute(logits, nothing, segments)).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 128), (128, 1), (3, 2)])
def test_a_tile_at_the_edge_of_the_raster(shape: tuple[int, int]) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (3, *shape), dtype=np.uint8)
    assert find_segments(rgb, np.ones(shape, bool)).shape == shape
