"""Compiled loops return the same bits as torch, and are used for large rasters only."""

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

import numba
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from proxyclip_geo.engine import bilinear, blend, classify, compiled, compiled_blend, loops
from proxyclip_geo.engine.compiled import MIN_PIXELS, agrees_with_torch, find_loops, load_loops
from proxyclip_geo.engine.encode_block import encode_block
from proxyclip_geo.engine.loops import jit
from proxyclip_geo.engine.parallel import CorePool
from proxyclip_geo.engine.plan import make_plan
from proxyclip_geo.engine.read_block import read_block
from proxyclip_geo.engine.runner import EncodedBlock, classify_blocks, run_blocks
from proxyclip_geo.errors import WARNINGS_LOCK
from proxyclip_geo.region import Region

Make = Callable[..., Any]
CPU = torch.device("cpu")
LARGE = Region(0, 0, 10_000, MIN_PIXELS // 10_000)


@pytest.fixture(scope="module")
def every_loop() -> ModuleType:
    return loops


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    """Leave no loaded loops to other tests."""
    yield
    wait()
    compiled._loading = None


@contextmanager
def using(found: ModuleType | None) -> Iterator[None]:
    with ExitStack() as stack:
        for module in (bilinear, classify, compiled_blend):
            stack.enter_context(patch.object(module, "find_loops", return_value=found))
        yield


def wait() -> None:
    """Wait until the loops are loaded, or will not be."""
    if compiled._loading is not None:
        compiled._loading.result()


@contextmanager
def threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class TestEqualTorch:
    @settings(max_examples=25, deadline=None)
    @given(data=st.data())
    def test_labels_of_whole_runs(
        self,
        every_loop: ModuleType,
        encoders: SimpleNamespace,
        make_source: Make,
        make_bank: Make,
        data: st.DataObject,
    ) -> None:
        step = data.draw(st.sampled_from([1, 2, 3, 7, 8]))
        window = step * data.draw(st.integers(1, 4))
        stride = step * data.draw(st.integers(1, window // step))
        height, width = data.draw(st.integers(1, 60)), data.draw(st.integers(1, 60))
        source = make_source(height, width, valid=data.draw(st.sampled_from([1.0, 0.7, 0.1])))
        encoder = encoders.Positional(step)
        bank = make_bank()
        if data.draw(st.booleans()):
            bank = replace(bank, thresholds=(0.4,) * len(bank.values), synonyms="max-logit", debias=-0.3)
        if data.draw(st.booleans()):
            bank = replace(bank, nodata=65535, values=tuple(300 + value for value in bank.values))
        probabilities = data.draw(st.booleans())
        plan = make_plan(
            (height, width),
            encoder=encoder,
            window=window,
            stride=stride,
            batch_size=3,
            core=window * 2 // stride * stride,
        )
        found = []
        for used, count in ((None, 1), (every_loop, 1), (every_loop, 3)):
            with using(used), threads(count):
                run = run_blocks(source, plan, encoder=encoder, bank=bank, probabilities=probabilities)
                stored = [
                    EncodedBlock(
                        block,
                        source.valid[block.core.slices_in(source.region)],
                        encode_block(encoder, block, pixels=read_block(source, block, grid=plan.grid), batch_size=3),
                    )
                    for block in plan.blocks
                ]
                relabelled = classify_blocks(stored, bank=bank, grid=plan.grid, probabilities=probabilities)
                found.append([result.map for result in (*run, *relabelled)])
        for expected, *others in zip(*found, strict=True):
            for other in others:
                np.testing.assert_array_equal(other.labels, expected.labels)
                np.testing.assert_array_equal(other.score, expected.score)
                np.testing.assert_array_equal(other.probabilities, expected.probabilities)

    def test_many_queries_and_wide_features(self, every_loop: ModuleType) -> None:
        random = torch.Generator().manual_seed(3)
        cells = Region(5, 7, 20, 33)
        queries = torch.randn(19, 517, generator=random)
        bank = SimpleNamespace(queries=queries, logit_scale=100.0)
        features = torch.randn(20, 33, 517, generator=random)
        # Numbers that half precision represents with fewer bits, and cells without windows.
        features[3] *= 2e-5
        features[4] = 0
        found = []
        for used in (None, every_loop):
            with using(used):
                products = classify.QueryProducts(bank, cells, device=CPU)  # type: ignore[arg-type]
                products.add_rows(cells, features.half().permute(2, 0, 1))
                found.append(products._products)
        assert torch.equal(*found)

    @pytest.mark.parametrize("count", [1, 3])
    def test_windows_of_any_places(self, every_loop: ModuleType, count: int) -> None:
        """Missing windows, rows of windows without windows, windows beyond the cells, batches of any number."""
        random = np.random.default_rng(5)
        numbers = torch.Generator().manual_seed(5)
        for _ in range(40):
            height, width = (int(side) for side in random.integers(1, 7, 2))
            cells = Region(3, -4, *(int(side) for side in random.integers(1, 40, 2)))
            step = [int(random.integers(1, side + 1)) for side in (height, width)]
            windows = [
                Region(top, left, height, width)
                for top in range(cells.top - height, cells.bottom + 2, step[0])
                for left in range(cells.left - width, cells.right + 2, step[1])
                if random.random() < 0.7
            ]
            weights = blend.blend_weights((height, width), "hann")
            # Some of the numbers are too small for half precision.
            features = torch.randn(len(windows), 5, height, width, generator=numbers)
            features[:, :2] *= 3e-5
            # Products with these queries are the features.
            bank = SimpleNamespace(queries=torch.eye(5), logit_scale=1.0)
            size = int(random.integers(1, 9))
            found = []
            for used in (None, every_loop):
                with using(used), threads(count), CorePool(CPU) as cores:
                    products = classify.QueryProducts(bank, cells, device=CPU)  # type: ignore[arg-type]
                    blender = products.start_blending(weights, cores)
                    for start in range(0, len(windows), size):
                        blender.add(windows[start : start + size], features[start : start + size])
                    blender.finish()
                    found.append(products._products)
            assert torch.equal(*found)

    @pytest.mark.parametrize("queries", [1, 2, 8, 60, 300])
    def test_labels_and_scores(self, make_bank: Make, queries: int) -> None:
        """Ties, shares at a half per cent and at thresholds, cells without data, logits that are no numbers."""
        random = torch.Generator().manual_seed(queries)
        for step, thresholds, missing in ((8, 0.0, 0.0), (7, 0.31, 0.1), (16, 0.5, 0.0), (1, 0.31, 0.5)):
            cells = Region(2, 3, 12, 30)
            logits = torch.randn(queries, *cells.shape, generator=random).mul_(4).round_(decimals=1)
            # Equal logits, whose shares are at 0.5 or 12.5 %.
            logits[:, :, 20:] = 0
            logits[0, 3, 4] = torch.nan
            valid = torch.rand(cells.shape, generator=random) >= missing
            bank = replace(
                make_bank(),
                queries=torch.empty(queries, 5),
                query_class=tuple(range(queries)),
                values=tuple(1 + number % 200 for number in range(queries)),
                biases=(0.0,) * queries,
                thresholds=(thresholds,) * queries,
            )
            core = Region(3 * step + step // 3, 4 * step, 10 * step - step // 2, 28 * step - 2 * step // 3)
            found = []
            for used in (None, loops):
                with using(used):
                    strips = classify.upsample_logits(classify.CellLogits(logits, valid, cells), step=step, core=core)
                    found.append(classify.classify_pixels(strips, bank, core=core, valid=np.ones(core.shape, np.bool_)))
            np.testing.assert_array_equal(found[0].labels, found[1].labels)
            np.testing.assert_array_equal(found[0].score, found[1].score)
            assert len(np.unique(found[0].score)) > 1 or queries == 1

    def test_as_python(self, every_loop: ModuleType) -> None:
        """The same functions without a compiler; products and sums are rounded twice there."""
        random = torch.Generator().manual_seed(4)
        grid = torch.randn(2, 4, 5, generator=random).numpy()
        before, after = np.float32([0.75]), np.float32([0.25])
        pixels = np.empty((2, 2, 4, 6), np.float32)
        for function, out in zip((loops.upsample_cells, loops.upsample_cells.py_func), pixels, strict=True):
            function(grid, before, after, out)
        np.testing.assert_allclose(pixels[0], pixels[1], atol=1e-6)

    @pytest.mark.parametrize(
        ("name", "result"),
        [
            ("add_exponential", lambda arrays: arrays[-1]),
            ("blend_cells", lambda arrays: arrays[-1]),
            ("multiply_means", lambda arrays: arrays[2]),
            ("multiply_features", lambda arrays: arrays[-1]),
            ("upsample_cells", lambda arrays: arrays[-1]),
            ("label_cells", lambda arrays: arrays[-1][-1]),
        ],
    )
    def test_the_check_finds_wrong_numbers(self, name: str, result: Callable[[Any], Any]) -> None:
        right = getattr(loops, name)

        def wrong(*arrays: Any) -> None:
            right(*arrays)
            values = result(arrays)
            # One unit in the last place; the exponential function may differ by a few.
            far = np.nextafter(values[..., 0], np.float32(9))
            values[..., 0] = far * np.float32(1.00001) if name == "add_exponential" else far

        assert agrees_with_torch(loops)
        with patch.object(loops, name, wrong):
            assert not agrees_with_torch(loops)


class TestLoading:
    def test_for_large_rasters(self) -> None:
        assert find_loops(CPU) is None
        load_loops(Region(0, 0, LARGE.height, LARGE.width - 1), CPU)
        assert find_loops(CPU) is None
        load_loops(LARGE, torch.device("meta"))
        assert find_loops(CPU) is None
        load_loops(LARGE, CPU)
        wait()
        assert find_loops(CPU) is loops
        assert find_loops(torch.device("meta")) is None

    def test_small_rasters_do_not_import_numba(self) -> None:
        code = (
            "import sys, torch; from proxyclip_geo.engine.compiled import load_loops; "
            "from proxyclip_geo.region import Region; load_loops(Region(0, 0, 9, 9), torch.device('cpu')); "
            "sys.exit('numba' in sys.modules)"
        )
        subprocess.run([sys.executable, "-c", code], check=True)

    def test_torch_computes_where_the_bits_differ(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.WARNING), patch.object(compiled, "agrees_with_torch", return_value=False):
            load_loops(LARGE, CPU)
            wait()
        assert find_loops(CPU) is None
        assert "round differently" in caplog.text

    def test_torch_computes_without_numba(self) -> None:
        with patch("importlib.util.find_spec", return_value=None):
            load_loops(LARGE, CPU)
            wait()
        assert find_loops(CPU) is None

    def test_torch_computes_where_numba_does_not_fit_numpy(
        self, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "numba.py").write_text("raise ImportError('Numba needs NumPy 2.5 or less')")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "numba")
        with caplog.at_level(logging.WARNING):
            load_loops(LARGE, CPU)
            wait()
        assert find_loops(CPU) is None
        assert "cannot be imported, and torch computes in its place: Numba needs" in caplog.text

    def test_torch_computes_where_numba_is_turned_off(self) -> None:
        with patch.object(numba.config, "DISABLE_JIT", 1):
            load_loops(LARGE, CPU)
            wait()
        assert find_loops(CPU) is None

    def test_without_a_folder_for_compiled_code(self) -> None:
        compile_with = numba.njit

        def njit(*signatures: Any, cache: bool = False, **options: Any) -> Any:
            if cache:
                raise RuntimeError("cannot cache function: no locator available")
            return compile_with(*signatures, **options)

        with patch.object(numba, "njit", njit):
            twice = jit.compiled("float32(float32)")(lambda value: value + value)
        assert twice(np.float32(1.5)) == 3

    def test_torch_computes_where_compiling_fails(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.WARNING), patch.object(compiled, "_import_loops", side_effect=TypeError("LLVM")):
            load_loops(LARGE, CPU)
            wait()
        assert find_loops(CPU) is None
        assert "loops cannot be compiled, and torch computes in their place: LLVM" in caplog.text

    def test_no_other_thread_changes_the_filters_of_warnings_meanwhile(self) -> None:
        def check() -> ModuleType:
            with ThreadPoolExecutor(1) as other:
                assert not other.submit(WARNINGS_LOCK.acquire, blocking=False).result()
            return loops

        with patch.object(compiled, "_import_loops", side_effect=check):
            load_loops(LARGE, CPU)
            wait()
        assert find_loops(CPU) is loops

    def test_torch_computes_until_loops_are_loaded(self) -> None:
        released = Event()
        with patch.object(compiled, "_import_loops", side_effect=lambda: released.wait(60) and loops):
            load_loops(LARGE, CPU)
            assert find_loops(CPU) is None
            released.set()
            wait()
        assert find_loops(CPU) is loops
