from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor

from proxyclip_geo.engine import blend as blend_module
from proxyclip_geo.engine.blend import BlockEmbedding, blend_weights
from proxyclip_geo.engine.encode_block import encode_block, fill_no_data, window_total
from proxyclip_geo.engine.options import Blend
from proxyclip_geo.engine.read_block import read_block, valid_cells
from proxyclip_geo.errors import OptionError
from proxyclip_geo.grid import Block, WindowGrid

Make = Callable[..., Any]
blends = st.sampled_from(["hann", "uniform"])


@st.composite
def layouts(draw: st.DrawFn) -> dict[str, int]:
    """Window, stride and step that fit each other."""
    step = draw(st.sampled_from([1, 4, 7]))
    cells = draw(st.integers(1, 5))
    return {"window": step * cells, "stride": step * draw(st.integers(1, cells)), "step": step}


def whole(source: Any, layout: dict[str, int]) -> Block:
    """The raster as one block."""
    [block] = WindowGrid.fit(source.region.shape, **layout).blocks(layout["step"] * 1000)
    return block


def embed(source: Any, encoder: Any, block: Block, **options: Any) -> BlockEmbedding:
    grid = WindowGrid(*source.region.shape, block.windows.shape, 1, encoder.step)
    pixels = read_block(source, block, grid=grid)
    return encode_block(encoder, block, pixels=pixels, **options)


class TestBlendWeights:
    @settings(deadline=None)
    @given(st.integers(1, 64), st.integers(1, 64), blends)
    def test_are_positive(self, rows: int, cols: int, blend: Blend) -> None:
        weights = blend_weights((rows, cols), blend)
        assert weights.shape == (rows, cols)
        assert weights.min() > 0

    @settings(deadline=None)
    @given(st.integers(1, 32), st.integers(1, 32))
    def test_hann_at_half_overlap_adds_up_to_one(self, rows: int, cols: int) -> None:
        quarters = blend_weights((2 * rows, 2 * cols), "hann").unflatten(1, (2, cols)).unflatten(0, (2, rows))
        torch.testing.assert_close(quarters.sum(dim=(0, 2)), torch.ones(rows, cols))

    def test_hann_is_symmetric_and_highest_in_the_middle(self) -> None:
        weights = blend_weights((5, 8), "hann")
        torch.testing.assert_close(weights, weights.flip(0, 1))
        assert weights.argmax() in (2 * 8 + 3, 2 * 8 + 4)
        assert weights[0, 0] < weights[0, 3] < weights[2, 3]

    def test_uniform_is_one(self) -> None:
        torch.testing.assert_close(blend_weights((3, 4), "uniform"), torch.ones(3, 4))

    def test_refuses_others(self) -> None:
        with pytest.raises(OptionError, match="unknown blend 'cosine': give hann or uniform"):
            blend_weights((3, 4), "cosine")  # type: ignore[arg-type]


def test_a_batch_that_does_not_fit_into_memory_is_halved(
    encoders: SimpleNamespace, make_source: Make, caplog: pytest.LogCaptureFixture
) -> None:
    source, encoder = make_source(20, 24), encoders.MeanColour()
    block = whole(source, {"window": 8, "stride": 4, "step": 4})
    wanted = embed(source, encoder, block, batch_size=7).features

    class Small(type(encoder)):  # type: ignore[misc]
        def encode(self, rgb: Tensor) -> Any:
            if len(rgb) > 2:
                raise torch.OutOfMemoryError("CUDA out of memory")
            return super().encode(rgb)

    small = Small()
    assert torch.equal(embed(source, small, block, batch_size=7).features, wanted)
    assert max(map(len, small.batches)) == 2
    assert "7 windows do not fit into the memory of cpu" in caplog.text


class TestNoData:
    def test_fill_is_the_mean_of_what_has_data(self) -> None:
        rgb = np.arange(12, dtype=np.uint8).reshape(3, 2, 2)
        valid = np.array([[True, False], [True, False]])
        expected = [[[0, 1], [2, 1]], [[4, 5], [6, 5]], [[8, 9], [10, 9]]]
        np.testing.assert_array_equal(fill_no_data(rgb, valid), expected)
        assert fill_no_data(rgb, valid).dtype == np.uint8
        np.testing.assert_array_equal(rgb, np.arange(12).reshape(3, 2, 2))

    def test_nothing_is_filled_where_all_has_data(self) -> None:
        rgb = np.arange(12, dtype=np.uint8).reshape(3, 2, 2)
        np.testing.assert_array_equal(fill_no_data(rgb, np.ones((2, 2), bool)), rgb)

    @settings(deadline=None)
    @given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 5), st.integers(0, 99))
    def test_a_cell_is_valid_if_one_of_its_pixels_is(self, step: int, rows: int, cols: int, seed: int) -> None:
        valid = np.random.default_rng(seed).random((rows * step, cols * step)) < 0.2
        expected = [
            [valid[r * step : (r + 1) * step, c * step : (c + 1) * step].any() for c in range(cols)]
            for r in range(rows)
        ]
        np.testing.assert_array_equal(valid_cells(valid, step), expected)


def blended_by_hand(source: Any, encoder: Any, block: Block, *, blend: Blend) -> NDArray[np.float64]:
    """The weighted mean of all windows with data, token by token, in double precision."""
    rows, cols = block.cells.shape
    total, weight = np.zeros((4, rows, cols)), np.zeros((rows, cols))
    step = encoder.step
    beyond = ((0, block.read.height), (0, block.read.width))
    rgb, valid = np.pad(source.rgb, ((0, 0), *beyond), mode="edge"), np.pad(source.valid, beyond, mode="edge")
    for window in block.windows:
        pixels = window.scale(step).slices_in(source.region)
        if not valid[pixels].any():
            continue
        seen = fill_no_data(rgb[(slice(None), *pixels)], valid[pixels])
        tokens = encoder.encode(torch.from_numpy(seen[None].copy())).dense[0].double().numpy()
        height, width = window.shape
        for row in range(min(height, rows - window.top)):
            for col in range(min(width, cols - window.left)):
                factor = 1.0
                if blend == "hann":
                    factor = np.sin(np.pi * (row + 0.5) / height) ** 2 * np.sin(np.pi * (col + 0.5) / width) ** 2
                total[:, window.top + row, window.left + col] += factor * tokens[:, row, col]
                weight[window.top + row, window.left + col] += factor
    return total / np.where(weight > 0, weight, 1)


class TestEncodeBlock:
    @settings(max_examples=40, deadline=None)
    @given(
        layout=layouts(),
        height=st.integers(1, 50),
        width=st.integers(1, 50),
        blend=blends,
        batch_size=st.integers(1, 9),
    )
    def test_what_goes_in_comes_out(
        self,
        encoders: SimpleNamespace,
        make_source: Make,
        layout: dict[str, int],
        height: int,
        width: int,
        blend: Blend,
        batch_size: int,
    ) -> None:
        """A token that looks the same in every window is itself after blending, whatever the windows."""
        source, encoder = make_source(height, width), encoders.MeanColour(layout["step"])
        block = whole(source, layout)
        embedding = embed(source, encoder, block, blend=blend, batch_size=batch_size)
        rows, cols = (cells * encoder.step for cells in block.cells.shape)
        padded = np.pad(source.rgb, ((0, 0), (0, rows - height), (0, cols - width)), mode="edge")
        expected = encoder.encode(torch.from_numpy(padded[None])).dense[0]
        torch.testing.assert_close(embedding.features.float(), expected, atol=5e-4, rtol=0)
        assert embedding.features.dtype == torch.float16
        assert embedding.valid.all()
        assert embedding.cells == block.cells

    @settings(max_examples=30, deadline=None)
    @given(
        layout=layouts(),
        height=st.integers(1, 30),
        width=st.integers(1, 30),
        blend=blends,
        valid=st.sampled_from([1.0, 0.5, 0.1]),
        rows=st.sampled_from([{"cpu": 1}, {"cpu": 3}, {}]),
    )
    def test_is_the_weighted_mean_of_the_windows(
        self,
        encoders: SimpleNamespace,
        make_source: Make,
        layout: dict[str, int],
        height: int,
        width: int,
        blend: Blend,
        valid: float,
        rows: dict[str, int],
    ) -> None:
        """However many rows are handed on at a time: on a GPU, all that are done."""
        source, encoder = make_source(height, width, valid=valid), encoders.Positional(layout["step"])
        block = whole(source, layout)
        expected = blended_by_hand(source, encoder, block, blend=blend)
        with patch.object(blend_module, "_ROWS", rows):
            features = embed(source, encoder, block, blend=blend).features
        np.testing.assert_allclose(features.numpy(), expected, atol=5e-4)

    @settings(max_examples=40, deadline=None)
    @given(
        layout=layouts(),
        height=st.integers(1, 40),
        width=st.integers(1, 40),
        batch_size=st.integers(1, 5),
        valid=st.sampled_from([0.0, 0.05, 0.3, 1.0]),
    )
    def test_windows_without_data_are_not_encoded(
        self,
        encoders: SimpleNamespace,
        make_source: Make,
        layout: dict[str, int],
        height: int,
        width: int,
        batch_size: int,
        valid: float,
    ) -> None:
        source, encoder = make_source(height, width, valid=valid), encoders.MeanColour(layout["step"])
        block = whole(source, layout)
        steps: list[int] = []
        embedding = embed(source, encoder, block, batch_size=batch_size, advance=steps.append)
        seen = [
            window
            for window in block.windows
            if source.valid[window.scale(encoder.step).slices_in(source.region)].any()
        ]
        sizes = [len(batch) for batch in encoder.batches]
        assert sum(sizes) == len(seen)
        assert all(size == batch_size for size in sizes[:-1])
        assert all(size <= batch_size for size in sizes)
        assert sum(steps) == len(block.windows) == window_total([block])
        assert embedding.features.isfinite().all()
        covered = torch.zeros(block.cells.shape, dtype=torch.bool)
        for window in seen:
            covered[window.intersect(block.cells).slices_in(block.cells)] = True
        assert not embedding.features[:, ~covered].any()
        assert embedding.features[:, covered].norm(dim=0).min() > 0 if covered.any() else not seen
        assert not (embedding.valid & ~covered).any()

    def test_values_under_no_data_are_not_seen(self, encoders: SimpleNamespace, make_source: Make) -> None:
        def features(hidden: int) -> Tensor:
            valid = make_source(40, 50, seed=1, valid=0.6).valid
            rgb = np.where(valid, make_source(40, 50).rgb, np.random.default_rng(hidden).integers(0, 256, (3, 40, 50)))
            source = make_source(40, 50, rgb=rgb.astype(np.uint8), valid=valid)
            return embed(source, encoders.Positional(), whole(source, {"window": 16, "stride": 8, "step": 4})).features

        assert torch.equal(features(1), features(2))

    def test_the_fill_is_of_the_window_alone(self, encoders: SimpleNamespace, make_source: Make) -> None:
        """Data in one window leaves the next window's fill alone."""
        rgb = np.zeros((3, 8, 16), np.uint8)
        rgb[:, :, :8] = 200
        valid = np.ones((8, 16), bool)
        valid[:4] = False
        source, encoder = make_source(8, 16, rgb=rgb, valid=valid), encoders.MeanColour()
        embed(source, encoder, whole(source, {"window": 8, "stride": 8, "step": 4}))
        [batch] = encoder.batches
        assert (batch[0] == 200).all()
        assert (batch[1] == 0).all()
