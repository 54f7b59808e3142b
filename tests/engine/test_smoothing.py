from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor

from proxyclip_geo.engine.smoothing import GuidedSmoothing
from proxyclip_geo.errors import OptionError

Make = Callable[..., Any]
radii = st.integers(1, 9)


def some_logits(height: int, width: int, *, queries: int = 3, seed: int = 0) -> Tensor:
    return 10 * torch.randn(queries, height, width, generator=torch.Generator().manual_seed(seed))


def all_valid(height: int, width: int) -> NDArray[np.bool_]:
    return np.ones((height, width), bool)


def grey(values: Any) -> NDArray[np.uint8]:
    return np.stack([np.asarray(values, np.uint8)] * 3)


def by_hand(logits: Tensor, *, guide: NDArray[np.uint8], valid: NDArray[np.bool_], spacing: int, epsilon: float) -> Any:
    """One pass, pixel by pixel, in double precision."""
    values, colours = logits.double().numpy(), guide / 255
    result = np.zeros_like(values)
    height, width = valid.shape
    for y, x in np.argwhere(valid):
        total, weights = 0.0, 0.0
        for dy, dx in np.ndindex(3, 3):
            v, u = y + (dy - 1) * spacing, x + (dx - 1) * spacing
            if 0 <= v < height and 0 <= u < width and valid[v, u]:
                difference = ((colours[:, y, x] - colours[:, v, u]) ** 2).sum()
                weight = max(0.0, 1 - difference / (6 * epsilon)) ** 2
                total, weights = total + weight * values[:, v, u], weights + weight
        result[:, y, x] = total / weights
    return result


class TestOptions:
    @pytest.mark.parametrize(
        ("radius", "spacings"), [(1, (1,)), (2, (2,)), (3, (3,)), (4, (4, 2)), (8, (8, 4, 2)), (14, (14, 7, 3))]
    )
    def test_passes_halve_down_to_two(self, radius: int, spacings: tuple[int, ...]) -> None:
        smoothing = GuidedSmoothing(radius)
        assert smoothing.spacings == spacings
        assert smoothing.margin == sum(spacings)
        assert smoothing.margin < 2 * radius or radius == 1

    @pytest.mark.parametrize("radius", [0, -4])
    def test_refuses_a_radius_of_nothing(self, radius: int) -> None:
        with pytest.raises(OptionError, match=f"radius {radius} px must be at least 1 px"):
            GuidedSmoothing(radius)

    @pytest.mark.parametrize("epsilon", [0.0, -0.1, float("nan")])
    def test_refuses_an_epsilon_of_nothing(self, epsilon: float) -> None:
        with pytest.raises(OptionError, match="must be greater than 0"):
            GuidedSmoothing(epsilon=epsilon)


class TestValues:
    @settings(max_examples=30, deadline=None)
    @given(st.integers(1, 3), st.integers(1, 12), st.integers(1, 12), st.floats(1e-4, 0.1), st.integers(0, 99))
    def test_one_pass_equals_the_formula(
        self, make_source: Make, radius: int, height: int, width: int, epsilon: float, seed: int
    ) -> None:
        source = make_source(height, width, seed=seed, valid=0.7)
        # Colours so near that weights lie between 0 and 1.
        guide, logits = 100 + source.rgb // 16, some_logits(height, width, seed=seed)
        found = GuidedSmoothing(radius, epsilon).apply(logits, guide=guide, valid=source.valid)
        expected = by_hand(logits, guide=guide, valid=source.valid, spacing=radius, epsilon=epsilon)
        np.testing.assert_allclose(found.numpy(), expected, atol=2e-4)

    def test_a_border_follows_the_edge_of_the_image(self) -> None:
        """The logits change over at column 20, gradually; the image at column 18, where the map then does too."""
        columns = torch.arange(40).float().expand(40, 40)
        logits = torch.stack([20 - columns, columns - 20]).clamp(-4, 4)
        guide = grey(np.broadcast_to(np.where(np.arange(40) < 18, 60, 190), (40, 40)))
        assert (logits.argmax(0) == 0)[:, :20].all()
        smoothed = GuidedSmoothing(8).apply(logits, guide=guide, valid=all_valid(40, 40)).argmax(0)
        assert (smoothed[:, :18] == 0).all()
        assert (smoothed[:, 18:] == 1).all()

    def test_nothing_crosses_a_strong_edge(self) -> None:
        guide = grey([[0] * 10 + [255] * 10] * 20)
        logits = some_logits(20, 20)
        other = logits.clone()
        other[:, :, 10:] = 99
        smooth = GuidedSmoothing(4)
        one, two = (smooth.apply(values, guide=guide, valid=all_valid(20, 20)) for values in (logits, other))
        assert torch.equal(one[:, :, :10], two[:, :, :10])
        assert not torch.equal(one[:, :, 10:], two[:, :, 10:])

    @settings(max_examples=30, deadline=None)
    @given(radii, st.floats(1e-5, 1.0), st.integers(0, 99))
    def test_never_overshoots_and_keeps_what_is_even(
        self, make_source: Make, radius: int, epsilon: float, seed: int
    ) -> None:
        source, logits = make_source(17, 23, seed=seed), some_logits(17, 23, seed=seed)
        logits[1] = -7.25
        found = GuidedSmoothing(radius, epsilon).apply(logits, guide=source.rgb, valid=source.valid)
        low, high = logits.amin(dim=(1, 2)), logits.amax(dim=(1, 2))
        assert (found.amin(dim=(1, 2)) >= low - 1e-5).all()
        assert (found.amax(dim=(1, 2)) <= high + 1e-5).all()

    def test_leaves_its_arguments_alone(self, make_source: Make) -> None:
        source, logits = make_source(12, 12, valid=0.7), some_logits(12, 12)
        kept = logits.clone(), source.rgb.copy(), source.valid.copy()
        GuidedSmoothing().apply(logits, guide=source.rgb, valid=source.valid)
        assert torch.equal(logits, kept[0])
        np.testing.assert_array_equal(source.rgb, kept[1])
        np.testing.assert_array_equal(source.valid, kept[2])

    def test_takes_views_and_read_only_arrays(self, make_source: Make) -> None:
        source, logits = make_source(14, 15, valid=0.7), some_logits(14, 15)
        expected = GuidedSmoothing().apply(logits, guide=source.rgb, valid=source.valid)
        rgb, valid = source.rgb[:, ::-1].copy(), source.valid[::-1].copy()
        rgb.flags.writeable = valid.flags.writeable = False
        found = GuidedSmoothing().apply(logits, guide=rgb[:, ::-1], valid=valid[::-1])
        assert torch.equal(found, expected)


class TestLocality:
    @settings(max_examples=60, deadline=None)
    @given(
        radius=radii,
        edges=st.tuples(*[st.integers(0, 47)] * 4),
        valid=st.sampled_from([1.0, 0.8, 0.3]),
        smooth_guide=st.booleans(),
        queries=st.integers(1, 9),
    )
    @example(radius=4, edges=(0, 0, 13, 48), valid=1.0, smooth_guide=True, queries=7)
    @example(radius=8, edges=(5, 11, 45, 46), valid=0.8, smooth_guide=True, queries=7)
    def test_a_part_equals_the_whole_to_the_last_bit(
        self,
        make_source: Make,
        radius: int,
        edges: tuple[int, int, int, int],
        valid: float,
        smooth_guide: bool,
        queries: int,
    ) -> None:
        side = 48
        source, logits = make_source(side, side, valid=valid), some_logits(side, side, queries=queries)
        guide = 80 + source.rgb // 16 if smooth_guide else source.rgb
        smoothing = GuidedSmoothing(radius)
        whole = smoothing.apply(logits, guide=guide, valid=source.valid)
        (top, bottom), (left, right) = sorted(edges[::2]), sorted(edges[1::2])
        rows, cols = slice(top, bottom + 1), slice(left, right + 1)
        part = smoothing.apply(logits[:, rows, cols], guide=guide[:, rows, cols], valid=source.valid[rows, cols])
        inside = all_valid(side, side)
        for axis, (first, last) in enumerate(((top, bottom), (left, right))):
            place = np.arange(side)
            far = (place >= first + smoothing.margin * (first > 0)) & (
                place <= last - smoothing.margin * (last < side - 1)
            )
            inside &= far[:, None] if axis == 0 else far[None]
        assert torch.equal(part[:, inside[rows, cols]], whole[:, inside])

    @pytest.mark.parametrize("radius", [1, 3, 4, 8])
    def test_the_margin_is_what_a_pixel_depends_on(self, radius: int) -> None:
        """An image without edges, one loud pixel: it is heard as far as the margin, and no farther."""
        smoothing = GuidedSmoothing(radius)
        side = 4 * smoothing.margin + 1
        middle = side // 2
        logits = torch.zeros(1, side, side)
        logits[0, middle, middle] = 1e6
        found = smoothing.apply(logits, guide=grey(np.full((side, side), 90)), valid=all_valid(side, side))[0]
        heard = found.nonzero() - middle
        assert heard.abs().max() == smoothing.margin


class TestNoData:
    @settings(max_examples=40, deadline=None)
    @given(radii, st.integers(1, 30), st.integers(1, 30), st.integers(0, 99))
    def test_what_lies_under_it_has_no_influence(
        self, make_source: Make, radius: int, height: int, width: int, seed: int
    ) -> None:
        source, logits = make_source(height, width, seed=seed, valid=0.6), some_logits(height, width, seed=seed)
        quiet = GuidedSmoothing(radius).apply(logits, guide=source.rgb, valid=source.valid)
        has_data = torch.from_numpy(source.valid)
        for loud in (1e30, torch.inf, torch.nan):
            found = GuidedSmoothing(radius).apply(
                logits.where(has_data, loud), guide=np.where(source.valid, source.rgb, 255), valid=source.valid
            )
            assert torch.equal(found, quiet)
        assert (quiet[:, ~has_data] == 0).all()

    def test_a_collar_does_not_pull_its_neighbours(self) -> None:
        valid = all_valid(20, 20)
        valid[:, :7] = False
        logits = torch.full((2, 20, 20), 5.0)
        logits[:, :, :7] = 0
        found = GuidedSmoothing(4).apply(logits, guide=grey(np.zeros((20, 20))), valid=valid)
        torch.testing.assert_close(found[:, :, 7:], logits[:, :, 7:])

    @pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (2, 3), (40, 40)])
    @pytest.mark.parametrize("data", ["all", "none", "one"])
    @pytest.mark.parametrize("radius", [1, 4, 50])
    def test_never_gives_nan(self, shape: tuple[int, int], data: str, radius: int) -> None:
        valid = np.full(shape, data == "all")
        valid[0, 0] |= data == "one"
        logits = some_logits(*shape)
        found = GuidedSmoothing(radius).apply(logits, guide=grey(np.full(shape, 255)), valid=valid)
        assert found.shape == logits.shape
        assert found.isfinite().all()
        if data == "one":
            torch.testing.assert_close(found[:, 0, 0], logits[:, 0, 0])
        if data == "none":
            assert (found == 0).all()
