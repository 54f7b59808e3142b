import itertools
import threading
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from proxyclip_geo.engine.classify import SCORE_NODATA, BlockLabels
from proxyclip_geo.engine.plan import MIN_CORE, make_plan
from proxyclip_geo.engine.prefetch import prefetch
from proxyclip_geo.engine.read_block import read_block
from proxyclip_geo.engine.runner import run_blocks
from proxyclip_geo.errors import Cancelled, EngineError, OptionError, RasterError
from proxyclip_geo.models.encoder import WindowFeatures
from proxyclip_geo.progress import ProgressEvent
from proxyclip_geo.region import Region

Make = Callable[..., Any]

SMALL = {"window": 16, "stride": 8, "core": 16}
THIN = [(1, 1), (1, 90), (90, 1), (3, 5), (16, 16), (17, 15), (2, 40)]


@st.composite
def setups(draw: st.DrawFn) -> dict[str, Any]:
    """A raster's shape, the encoder's step and windows that fit it."""
    step = draw(st.sampled_from([2, 7, 8, 14]))
    multiple = step * draw(st.sampled_from([1, 2]))
    window = multiple * draw(st.integers(1, 3))
    sides = st.one_of(st.just(1), st.integers(1, 8 * step))
    return {
        "shape": (draw(sides), draw(sides)),
        "step": step,
        "multiple": multiple,
        "window": window,
        "stride": step * draw(st.integers(1, window // step)),
        "blend": draw(st.sampled_from(["hann", "uniform"])),
    }


def assert_same(one: BlockLabels, other: BlockLabels) -> None:
    np.testing.assert_array_equal(one.labels, other.labels)
    np.testing.assert_array_equal(one.score, other.score)
    assert one.probabilities is not None
    assert other.probabilities is not None
    np.testing.assert_array_equal(one.probabilities, other.probabilities)


def prefetchers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("prefetch")]


class TestTheMapDoesNotDependOnHowItIsComputed:
    @settings(max_examples=60, deadline=None)
    @given(
        setup=setups(),
        core_cells=st.integers(1, 9),
        batch_size=st.integers(1, 7),
        valid=st.sampled_from([1.0, 0.5, 0.05]),
        seed=st.integers(0, 99),
    )
    def test_blocks_and_batches_leave_no_trace(
        self,
        encoders: SimpleNamespace,
        make_source: Make,
        make_bank: Make,
        segment: Make,
        setup: dict[str, Any],
        core_cells: int,
        batch_size: int,
        valid: float,
        seed: int,
    ) -> None:
        shape, step, multiple = setup.pop("shape"), setup.pop("step"), setup.pop("multiple")
        source, bank = make_source(*shape, seed=seed, valid=valid), make_bank(seed=seed, thresholds=0.5)
        at_once, in_blocks = (
            segment(
                source,
                encoder=encoders.Positional(step, multiple=multiple),
                bank=bank,
                core=core,
                batch_size=size,
                **setup,
            )
            for core, size in ((1000 * step, 4), (core_cells * step, batch_size))
        )
        assert_same(at_once, in_blocks)

    def test_the_encoder_sees_the_same_windows(
        self, encoders: SimpleNamespace, make_source: Make, segment: Make
    ) -> None:
        """A block computes windows of the one grid, never some of its own."""

        def seen(core: int) -> set[bytes]:
            encoder = encoders.MeanColour()
            segment(make_source(50, 70, valid=0.7), encoder=encoder, window=16, stride=8, core=core)
            return {window.numpy().tobytes() for batch in encoder.batches for window in batch}

        assert seen(12) == seen(32) == seen(1000)

    @settings(max_examples=25, deadline=None)
    @given(setup=setups(), valid=st.sampled_from([0.8, 0.3]), seed=st.integers(0, 99))
    def test_values_under_no_data_do_not_matter(
        self,
        encoders: SimpleNamespace,
        make_source: Make,
        segment: Make,
        setup: dict[str, Any],
        valid: float,
        seed: int,
    ) -> None:
        shape, step, multiple = setup.pop("shape"), setup.pop("step"), setup.pop("multiple")
        clean = make_source(*shape, seed=seed, valid=valid)
        noise = np.random.default_rng(seed).integers(0, 256, clean.rgb.shape, np.uint8)
        noisy = make_source(*shape, valid=clean.valid, rgb=np.where(clean.valid, clean.rgb, noise))
        encoder = encoders.Positional(step, multiple=multiple)
        maps = [segment(source, encoder=encoder, core=4 * step, **setup) for source in (clean, noisy)]
        assert_same(*maps)


class TestHardRasters:
    @pytest.mark.parametrize("shape", THIN)
    @pytest.mark.parametrize("rgb", [None, 0, 255, 127])
    def test_thin_tiny_and_flat_ones_get_labels(
        self, make_source: Make, segment: Make, shape: tuple[int, int], rgb: int | None
    ) -> None:
        result = segment(make_source(*shape, rgb=rgb), **SMALL)
        assert np.isin(result.labels, [1, 2, 3]).all()
        assert (result.score <= 100).all()
        assert rgb is None or np.unique(result.labels).size == 1

    @pytest.mark.parametrize("shape", THIN)
    @pytest.mark.parametrize("rgb", [None, 0])
    def test_one_pixel_with_data(
        self, make_source: Make, segment: Make, shape: tuple[int, int], rgb: int | None
    ) -> None:
        valid = np.zeros(shape, bool)
        valid[shape[0] // 2, shape[1] // 2] = True
        result = segment(make_source(*shape, rgb=rgb, valid=valid), **SMALL)
        np.testing.assert_array_equal(result.labels == 255, ~valid)
        np.testing.assert_array_equal(result.score == SCORE_NODATA, ~valid)

    def test_without_data_nothing_is_encoded(self, encoders: SimpleNamespace, make_source: Make, segment: Make) -> None:
        encoder = encoders.MeanColour()
        result = segment(make_source(40, 50, valid=0.0), encoder=encoder, **SMALL)
        assert encoder.batches == []
        assert (result.labels == 255).all()
        assert (result.score == SCORE_NODATA).all()

    def test_an_identity_encoder_gives_the_picture_back(
        self, encoders: SimpleNamespace, make_source: Make, make_bank: Make, segment: Make
    ) -> None:
        """A shift by a pixel, or a swap of axes, anywhere on the way would be seen."""
        rng = np.random.default_rng(3)
        cells = rng.integers(0, 2, (13, 17))
        colours = np.array([[0, 0, 0], [255, 255, 255]], np.uint8)
        rgb = colours[cells.repeat(5, 0).repeat(5, 1)].transpose(2, 0, 1)
        encoder = encoders.MeanColour(5)
        patches = torch.tensor([0, 255], dtype=torch.uint8)[:, None, None, None].expand(2, 3, 5, 5)
        bank = replace(make_bank([0, 1]), queries=encoder.encode(patches).dense[:, :, 0, 0])
        labels = segment(make_source(65, 85, rgb=rgb), encoder=encoder, bank=bank, window=20, stride=10, core=30).labels
        # Between cells the colours mix; in the middle of a cell they do not.
        np.testing.assert_array_equal(labels[2::5, 2::5], cells + 1)


class TestMakePlan:
    def plan(self, encoders: SimpleNamespace, shape: tuple[int, int] = (100, 120), **options: Any) -> Any:
        settings = {"window": 32, "stride": 16} | options
        return make_plan(shape, encoder=encoders.MeanColour(8, multiple=16), **settings)

    def test_counts_windows_in_every_block_that_needs_them(self, encoders: SimpleNamespace) -> None:
        assert self.plan(encoders).windows == self.plan(encoders).grid.window_count
        plan = self.plan(encoders, core=32)
        assert plan.windows == sum(len(block.windows) for block in plan.blocks) > plan.grid.window_count

    def test_too_many_blocks_are_refused(self, encoders: SimpleNamespace) -> None:
        with pytest.raises(OptionError, match="are 390,625 blocks of 32 px, more than 250,000; choose a part"):
            self.plan(encoders, (20_000, 20_000), core=32)

    @pytest.mark.parametrize(("window", "stride"), [(32, 16), (32, 32), (336, 168), (1024, 256)])
    def test_the_default_block_suits_the_windows(self, encoders: SimpleNamespace, window: int, stride: int) -> None:
        core = self.plan(encoders, window=window, stride=stride).core
        assert core >= max(MIN_CORE, window - stride)
        assert core % stride == 0

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"batch_size": 0}, "batch size 0 must be at least 1"),
            ({"core": 0}, "block size 0 px"),
            ({"core": -8}, "block size -8 px"),
            ({"core": 12}, "block size 12 px"),
            ({"window": 40}, "multiple of 16 px"),
            ({"stride": 12}, "multiple of 8 px"),
            ({"stride": 40}, "stride 40 px"),
        ],
    )
    def test_refuses_what_does_not_fit(self, encoders: SimpleNamespace, options: dict[str, int], message: str) -> None:
        with pytest.raises(OptionError, match=message):
            self.plan(encoders, **options)


class TestReading:
    @pytest.fixture
    def plan(self, encoders: SimpleNamespace) -> Callable[..., Any]:
        def make(source: Any, **options: Any) -> Any:
            return make_plan(source.region.shape, encoder=encoders.MeanColour(), **(SMALL | options))

        return make

    def test_beyond_the_raster_the_border_is_repeated(self, make_source: Make, plan: Make) -> None:
        source = make_source(21, 6, valid=0.5)
        layout = plan(source)
        *_, last = layout.blocks
        pixels = read_block(source, last, grid=layout.grid)
        assert pixels.valid.shape == last.read.shape
        rows = np.arange(last.read.top, last.read.bottom).clip(0, 20)[:, None]
        cols = np.arange(last.read.left, last.read.right).clip(0, 5)
        np.testing.assert_array_equal(pixels.rgb, source.rgb[:, rows, cols])
        np.testing.assert_array_equal(pixels.valid, source.valid[rows, cols])

    def test_one_thread_reads_one_block_ahead(self, make_source: Make, plan: Make) -> None:
        source = make_source(60, 60)
        layout = plan(source)
        for done, _ in enumerate(
            prefetch(layout.blocks, lambda block: read_block(source, block, grid=layout.grid)), start=1
        ):
            assert len(source.regions) <= done + 1
        assert len(source.regions) == len(layout.blocks) == 16
        assert len(source.threads) == 1
        assert threading.current_thread().name not in source.threads
        assert not prefetchers()

    @pytest.mark.parametrize("side", [64, 512, 2048])
    def test_what_is_read_at_once_does_not_grow_with_the_raster(self, plan: Make, side: int) -> None:
        blocks = plan(SimpleNamespace(region=Region(0, 0, side, side)), core=64).blocks
        assert len(blocks) == (1 if side == 64 else side // 64 + 1) ** 2
        assert max(max(block.read.shape) for block in blocks) <= 64 + 2 * 16
        assert max(len(block.windows) for block in blocks) <= (64 // 8 + 3) ** 2

    @pytest.mark.parametrize("damaged", [(0, 0), (20, 40), (59, 0), (59, 59)])
    def test_an_error_surfaces_as_itself_where_it_belongs(
        self,
        encoders: SimpleNamespace,
        make_source: Make,
        make_bank: Make,
        plan: Make,
        damaged: tuple[int, int],
    ) -> None:
        damage = Region(*damaged, 1, 1)
        source = make_source(60, 60, damage=damage, error=RasterError)
        blocks = plan(source).blocks
        intact = next(block.index for block in blocks if not block.read.intersect(damage).is_empty)
        assert (intact == 0) is (damaged == (0, 0))
        results = run_blocks(source, plan(source), encoder=encoders.MeanColour(), bank=make_bank())
        assert [result.block.index for result in itertools.islice(results, intact)] == list(range(intact))
        with pytest.raises(RasterError, match="damaged"):
            next(results)
        assert not prefetchers()

    def test_leaving_early_leaves_no_thread(
        self, encoders: SimpleNamespace, make_source: Make, make_bank: Make, plan: Make
    ) -> None:
        source = make_source(60, 60)
        results = run_blocks(source, plan(source), encoder=encoders.MeanColour(), bank=make_bank())
        next(results)
        results.close()
        assert not prefetchers()
        assert len(source.regions) <= 2

    @pytest.mark.parametrize("kind", [MemoryError, RuntimeError])
    def test_an_error_of_the_encoder_names_its_block(
        self, encoders: SimpleNamespace, make_source: Make, make_bank: Make, plan: Make, kind: type[Exception]
    ) -> None:
        class Broken(encoders.MeanColour):  # type: ignore[name-defined,misc]
            def encode(self, rgb: torch.Tensor) -> WindowFeatures:
                raise kind("too large a batch")

        source = make_source(60, 60)
        with pytest.raises(EngineError, match=r"block 0 \(rows 0–.*too large a batch.*`batch_size`") as raised:
            list(run_blocks(source, plan(source), encoder=Broken(), bank=make_bank()))
        assert isinstance(raised.value.__cause__, kind)
        del raised
        assert not prefetchers()


class TestProgress:
    @pytest.mark.parametrize("valid", [1.0, 0.1, 0.0])
    @pytest.mark.parametrize("batch_size", [1, 4, 100])
    def test_counts_every_window_once(
        self, encoders: SimpleNamespace, make_source: Make, make_bank: Make, valid: float, batch_size: int
    ) -> None:
        source, encoder = make_source(50, 61, valid=valid), encoders.MeanColour()
        plan = make_plan(source.region.shape, encoder=encoder, batch_size=batch_size, **SMALL)
        events: list[ProgressEvent] = []
        list(run_blocks(source, plan, encoder=encoder, bank=make_bank(), progress=events.append))
        done = [event.done for event in events]
        assert done[0] == 0
        assert done[-1] == plan.windows
        assert done == sorted(done)
        assert {(event.stage, event.total, event.unit) for event in events} == {("segment", plan.windows, "windows")}

    @pytest.mark.parametrize("after", [0, 1, 5])
    def test_cancelling_stops_at_once(
        self, encoders: SimpleNamespace, make_source: Make, make_bank: Make, after: int
    ) -> None:
        source, encoder = make_source(100, 100), encoders.MeanColour()
        plan = make_plan(source.region.shape, encoder=encoder, batch_size=1, **SMALL)
        calls = itertools.count()

        def stop(event: ProgressEvent) -> None:
            if next(calls) == after:
                raise Cancelled("stopped by the user")

        with pytest.raises(Cancelled, match="stopped by the user"):
            list(run_blocks(source, plan, encoder=encoder, bank=make_bank(), progress=stop))
        assert len(encoder.batches) == after
        assert len(source.regions) <= 3  # One block done, one begun, one read ahead.
        assert not prefetchers()
