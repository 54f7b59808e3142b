"""Compiled loops return the same bits as torch, and are used for large rasters only."""

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numba
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from proxyclip_geo.engine import bilinear, blend, classify, compiled, loops
from proxyclip_geo.engine.compiled import MIN_PIXELS, CompiledLoops, agrees_with_torch, find_loops, load_loops
from proxyclip_geo.engine.encode_block import encode_block
from proxyclip_geo.engine.plan import make_plan
from proxyclip_geo.engine.read_block import read_block
from proxyclip_geo.engine.runner import EncodedBlock, classify_blocks, run_blocks
from proxyclip_geo.region import Region

Make = Callable[..., Any]
CPU = torch.device("cpu")
LARGE = Region(0, 0, 10_000, MIN_PIXELS // 10_000)


@pytest.fixture(scope="module")
def every_loop() -> CompiledLoops:
    return compiled._compile_all()


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    """Leave no loaded loops to other tests."""
    yield
    compiled._load.cache_clear()


@contextmanager
def using(found: CompiledLoops | None) -> Iterator[None]:
    with ExitStack() as stack:
        for module in (bilinear, blend, classify):
            stack.enter_context(patch.object(module, "find_loops", return_value=found))
        yield


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
        every_loop: CompiledLoops,
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
                run = run_blocks(source, plan, encoder=encoder, bank=bank, probabilities=True)
                stored = [
                    EncodedBlock(
                        block,
                        source.valid[block.core.slices_in(source.region)],
                        encode_block(encoder, block, pixels=read_block(source, block, grid=plan.grid), batch_size=3),
                    )
                    for block in plan.blocks
                ]
                relabelled = classify_blocks(stored, bank=bank, grid=plan.grid, probabilities=True)
                found.append([result.map for result in (*run, *relabelled)])
        for expected, *others in zip(*found, strict=True):
            for other in others:
                np.testing.assert_array_equal(other.labels, expected.labels)
                np.testing.assert_array_equal(other.score, expected.score)
                np.testing.assert_array_equal(other.probabilities, expected.probabilities)

    def test_many_queries_and_wide_features(self, every_loop: CompiledLoops) -> None:
        random = torch.Generator().manual_seed(3)
        cells = Region(5, 7, 20, 33)
        queries = torch.randn(19, 517, generator=random)
        bank = SimpleNamespace(queries=queries, logit_scale=100.0)
        total, weight = torch.randn(20, 33, 517, generator=random), torch.rand(20, 33, 1, generator=random)
        # Features at the limits of half precision, and cells without windows.
        total[3] *= 2e-5
        total[4], weight[4] = 0, 0
        found = []
        for used in (None, every_loop):
            with using(used):
                products = classify.QueryProducts(bank, cells, device=CPU)  # type: ignore[arg-type]
                products.add_sums(cells, total.clone(), weight)
                found.append(products._products)
        assert torch.equal(*found)

    def test_as_python(self, every_loop: CompiledLoops) -> None:
        """The same functions without a compiler; products and sums are rounded twice there."""
        random = torch.Generator().manual_seed(4)
        grid = torch.randn(2, 4, 5, generator=random).numpy()
        before, after = np.float32([0.75]), np.float32([0.25])
        pixels = np.empty((2, 2, 4, 6), np.float32)
        for function, out in zip((loops.upsample_cells, every_loop.upsample_cells), pixels, strict=True):
            function(grid, before, after, out)
        np.testing.assert_allclose(pixels[0], pixels[1], atol=1e-6)

    @pytest.mark.parametrize("name", ["add_window", "multiply_sums", "multiply_features", "upsample_cells"])
    def test_the_check_finds_one_wrong_bit(self, every_loop: CompiledLoops, name: str) -> None:
        right = getattr(every_loop, name)

        def wrong(*arrays: Any) -> None:
            right(*arrays)
            result = arrays[0 if name == "add_window" else -1]
            result[-1, -1, -1] = np.nextafter(result[-1, -1, -1], np.float32(9))

        assert agrees_with_torch(every_loop)
        assert not agrees_with_torch(replace(every_loop, **{name: wrong}))


class TestLoading:
    def test_for_large_rasters(self) -> None:
        assert find_loops(CPU) is None
        load_loops(Region(0, 0, LARGE.height, LARGE.width - 1), CPU)
        assert find_loops(CPU) is None
        load_loops(LARGE, torch.device("meta"))
        assert find_loops(CPU) is None
        load_loops(LARGE, CPU)
        assert find_loops(CPU) is not None
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
        assert find_loops(CPU) is None
        assert "round differently" in caplog.text

    def test_torch_computes_without_numba(self) -> None:
        with patch("importlib.util.find_spec", return_value=None):
            load_loops(LARGE, CPU)
        assert find_loops(CPU) is None

    def test_torch_computes_where_numba_does_not_fit_numpy(
        self, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "numba.py").write_text("raise ImportError('Numba needs NumPy 2.5 or less')")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "numba")
        with caplog.at_level(logging.WARNING):
            load_loops(LARGE, CPU)
        assert find_loops(CPU) is None
        assert "cannot be imported, and torch computes in its place: Numba needs" in caplog.text

    def test_torch_computes_where_numba_is_turned_off(self) -> None:
        with patch.object(numba.config, "DISABLE_JIT", 1):
            load_loops(LARGE, CPU)
        assert find_loops(CPU) is None

    def test_without_a_folder_for_compiled_code(self) -> None:
        compile_with = numba.njit

        def njit(*signatures: Any, cache: bool = False, **options: Any) -> Any:
            if cache:
                raise RuntimeError("cannot cache function: no locator available")
            return compile_with(*signatures, **options)

        with patch.object(numba, "njit", njit):
            multiply = compiled._compile(
                loops.multiply_features, "void(float32[:,:,::1], float64[:,::1], float32[:,:,:])"
            )
        products = np.empty((1, 1, 2), np.float32)
        multiply(np.ones((3, 1, 2), np.float32), np.full((1, 3), 2.0), products)
        assert (products == 6).all()
