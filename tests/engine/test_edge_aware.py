"""Borders that follow the image."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proxyclip_geo.engine.classify import CellLogits, upsample_logits
from proxyclip_geo.engine.edge_aware import Guide, edge_aware_upsample, mean_cell_colors, read_guide
from proxyclip_geo.engine.options import Upsampling
from proxyclip_geo.engine.plan import make_plan
from proxyclip_geo.engine.runner import run_blocks
from proxyclip_geo.region import Region

Make = Callable[..., Any]


def put_together(strips: Any, core: Region, queries: int) -> torch.Tensor:
    whole = torch.full((queries, *core.shape), torch.nan)
    for strip, logits in strips:
        whole[(slice(None), *strip.slices_in(core))] = logits
    assert not whole.isnan().any()
    return whole


@settings(deadline=None, max_examples=30)
@given(st.sampled_from([1, 2, 7, 8]), st.integers(1, 6), st.integers(1, 6), st.integers(0, 99))
def test_on_an_even_image_it_is_bilinear(step: int, rows: int, cols: int, seed: int) -> None:
    torch.manual_seed(seed)
    cells, core = Region(0, 0, rows, cols), Region(0, 0, rows * step, cols * step)
    logits, valid = torch.randn(3, rows, cols), torch.ones(rows, cols, dtype=torch.bool)
    guide = Guide(np.full((3, *core.shape), 77, np.uint8), np.ones(core.shape, bool), core)
    edge_aware = put_together(
        edge_aware_upsample(logits, valid, guide=guide, cells=cells, step=step, core=core), core, 3
    )
    plain = put_together(upsample_logits(CellLogits(logits, valid, cells), step=step, core=core), core, 3)
    torch.testing.assert_close(edge_aware, plain, atol=1e-5, rtol=0)


def test_a_border_lies_where_the_colours_change() -> None:
    # Two classes whose border, at column 13, runs through the cells of columns 8 to 16.
    step, cells, core = 8, Region(0, 0, 4, 4), Region(0, 0, 32, 32)
    rgb = np.zeros((3, 32, 32), np.uint8)
    rgb[:, :, 13:] = 200
    guide = Guide(rgb, np.ones((32, 32), bool), core)
    logits = torch.zeros(2, 4, 4)
    logits[0, :, :1], logits[1, :, 2:] = 4.0, 4.0
    logits[:, :, 1] = torch.tensor([2.5, 1.5])[:, None]
    valid = torch.ones(4, 4, dtype=torch.bool)
    edge_aware = put_together(
        edge_aware_upsample(logits, valid, guide=guide, cells=cells, step=step, core=core), core, 2
    )
    plain = put_together(upsample_logits(CellLogits(logits, valid, cells), step=step, core=core), core, 2)
    truth = np.arange(32) >= 13
    wrong = [int((each.argmax(dim=0).numpy() != truth).sum()) for each in (edge_aware, plain)]
    assert wrong[0] == 0
    assert wrong[1] > 0


def test_colours_are_means_of_what_has_data() -> None:
    rgb, valid = np.full((3, 4, 8), 255, np.uint8), np.ones((4, 8), bool)
    rgb[:, :, :2], valid[:2, :2] = 0, False
    valid[:, 4:] = False
    colours = mean_cell_colors(Guide(rgb, valid, Region(0, 0, 4, 8)), 4)
    assert colours[0, 0].tolist() == pytest.approx([8 / 12, 0.0])


def test_pixels_beyond_the_raster_have_no_data() -> None:
    inside, pixels = Region(4, 4, 3, 6), Region(4, 4, 4, 8)
    guide = read_guide(np.ones((3, 3, 6), np.uint8), np.ones((3, 6), bool), inside=inside, pixels=pixels)
    assert guide.rgb.shape == (3, 4, 8)
    assert guide.valid.sum() == 18


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    height=st.integers(1, 60),
    width=st.integers(1, 60),
    core=st.sampled_from([16, 32]),
    valid=st.sampled_from([0.05, 0.6, 1.0]),
)
def test_labels_do_not_depend_on_blocks(
    encoders: SimpleNamespace, make_source: Make, make_bank: Make, height: int, width: int, core: int, valid: float
) -> None:
    source, bank, encoder = make_source(height, width, valid=valid), make_bank(), encoders.Positional()
    maps = []
    for side in (core, 96):
        plan = make_plan(source.region.shape, encoder=encoder, window=16, stride=8, core=side)
        labels = np.zeros((2, height, width), np.uint8)
        for result in run_blocks(source, plan, encoder=encoder, bank=bank, upsampling=Upsampling(edge_aware=True)):
            part = result.block.core.slices_in(source.region)
            labels[(0, *part)], labels[(1, *part)] = result.map.labels, result.map.score
        maps.append(labels)
    np.testing.assert_array_equal(*maps)
    assert ((maps[0][0] == bank.nodata) == ~source.valid).all()
