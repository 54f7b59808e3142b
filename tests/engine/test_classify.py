from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from proxyclip_geo.engine import parallel
from proxyclip_geo.engine.bilinear import upsample
from proxyclip_geo.engine.blend import BlockEmbedding
from proxyclip_geo.engine.classify import (
    SCORE_NODATA,
    UNCLASSIFIED,
    BlockLabels,
    QueryProducts,
    TextBank,
    classify_pixels,
    pixel_logits,
)
from proxyclip_geo.engine.largest import find_first_largest
from proxyclip_geo.grid import ceil_div
from proxyclip_geo.region import Region

Make = Callable[..., Any]
steps = st.sampled_from([1, 2, 7, 8, 14])
NORTH, EAST = torch.eye(4)[:2]


def an_embedding(rows: int, cols: int, *, seed: int = 0, valid: float = 1.0) -> BlockEmbedding:
    """Random unit features of a whole lattice."""
    generator = torch.Generator().manual_seed(seed)
    features = functional.normalize(torch.randn(4, rows, cols, generator=generator), dim=0)
    return BlockEmbedding(features, torch.rand(rows, cols, generator=generator) < valid, Region(0, 0, rows, cols))


def logits_of(embedding: BlockEmbedding, bank: TextBank, *, step: int, core: Region) -> Tensor:
    """All strips put together."""
    whole = torch.full((len(bank.query_class), *core.shape), torch.nan)
    for strip, logits in pixel_logits(embedding, bank, step=step, core=core):
        assert whole[(slice(None), *strip.slices_in(core))].isnan().all()
        whole[(slice(None), *strip.slices_in(core))] = logits
    assert not whole.isnan().any()
    return whole


def classify_block(
    embedding: BlockEmbedding, bank: TextBank, *, step: int, core: Region, **options: Any
) -> BlockLabels:
    strips = pixel_logits(embedding, bank, step=step, core=core)
    return classify_pixels(strips, bank, core=core, **options)


def everything(embedding: BlockEmbedding, step: int) -> Region:
    return embedding.cells.scale(step)


def all_valid(core: Region) -> NDArray[np.bool_]:
    return np.ones(core.shape, bool)


class TestUpsample:
    @settings(deadline=None)
    @given(steps, st.integers(1, 9), st.integers(1, 9), st.integers(0, 99))
    def test_equals_torch(self, step: int, rows: int, cols: int, seed: int) -> None:
        grid = an_embedding(rows, cols, seed=seed).features
        padded = functional.pad(grid[None], (1, 1, 1, 1), mode="replicate")[0]
        ours = upsample(padded, step)
        theirs = functional.interpolate(grid[None], scale_factor=step, mode="bilinear", align_corners=False)[0]
        torch.testing.assert_close(ours, theirs, atol=2e-6, rtol=0)

    @settings(deadline=None)
    @given(steps, st.integers(1, 9), st.integers(0, 8), st.integers(1, 9))
    def test_does_not_depend_on_where_it_begins(self, step: int, before: int, start: int, count: int) -> None:
        grid = an_embedding(3, start + count + before + 2).features
        whole = upsample(grid, step)
        part = upsample(grid[..., start : start + count + 2], step)
        assert torch.equal(part, whole[..., start * step : (start + count) * step])


class TestPixelLogits:
    @settings(deadline=None)
    @given(steps, st.integers(1, 40), st.integers(1, 40))
    def test_equal_torch_on_the_whole_raster(self, make_bank: Make, step: int, height: int, width: int) -> None:
        embedding, bank = (
            an_embedding(ceil_div(height, step), ceil_div(width, step)),
            make_bank(biases=[1.0, -2.0, 0.5]),
        )
        logits = torch.einsum("qd,dhw->qhw", bank.queries, embedding.features) * bank.logit_scale
        theirs = functional.interpolate(logits[None], scale_factor=step, mode="bilinear", align_corners=False)[0]
        theirs = theirs[:, :height, :width] + torch.tensor([1.0, -2.0, -2.0, 0.5])[:, None, None]
        ours = logits_of(embedding, bank, step=step, core=Region(0, 0, height, width))
        torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=0)

    @settings(deadline=None)
    @given(
        queries=st.integers(1, 9),
        valid=st.sampled_from([1.0, 0.6]),
        block=st.tuples(*[st.integers(0, 8)] * 4),
        step=steps,
    )
    def test_do_not_depend_on_the_block(
        self, make_bank: Make, queries: int, valid: float, block: tuple[int, int, int, int], step: int
    ) -> None:
        """To the last bit, though a matrix product of another shape adds up in another order."""
        embedding, bank = an_embedding(9, 9, valid=valid), make_bank(range(queries))
        top, left, height, width = block
        own = Region(top, left, height + 1, width + 1).intersect(embedding.cells)
        needed = own.pad(1).intersect(embedding.cells)
        inside = needed.slices_in(embedding.cells)
        part = BlockEmbedding(embedding.features[(slice(None), *inside)], embedding.valid[inside], needed)
        core = own.scale(step)
        everywhere = everything(embedding, step)
        whole = logits_of(embedding, bank, step=step, core=everywhere)[(slice(None), *core.slices_in(everywhere))]
        assert torch.equal(logits_of(part, bank, step=step, core=core), whole)

    @pytest.mark.parametrize("valid", [1.0, 0.5])
    def test_strips_do_not_show(self, make_bank: Make, monkeypatch: pytest.MonkeyPatch, valid: float) -> None:
        embedding, core = an_embedding(23, 9, valid=valid), Region(0, 0, 23 * 7 - 3, 9 * 7 - 2)
        at_once = logits_of(embedding, make_bank(), step=7, core=core)
        monkeypatch.setattr(parallel, "STRIP_BYTES", 5 * 9 * 7 * 7 * 4 * 3)
        strips = [strip for strip, _ in pixel_logits(embedding, make_bank(), step=7, core=core)]
        assert max(strip.height for strip in strips) <= 4 * 7
        assert len(strips) > 5
        assert torch.equal(logits_of(embedding, make_bank(), step=7, core=core), at_once)

    @settings(max_examples=30, deadline=None)
    @given(steps, st.integers(1, 6), st.integers(1, 6), st.integers(0, 99))
    def test_cells_without_data_do_not_bleed(self, make_bank: Make, step: int, rows: int, cols: int, seed: int) -> None:
        embedding = an_embedding(rows, cols, seed=seed, valid=0.6)
        loud = torch.where(embedding.valid, embedding.features, 1000.0)
        core = everything(embedding, step)
        quiet = logits_of(embedding, make_bank(), step=step, core=core)
        inside = embedding.valid.repeat_interleave(step, 0).repeat_interleave(step, 1)
        assert torch.equal(
            logits_of(BlockEmbedding(loud, embedding.valid, embedding.cells), make_bank(), step=step, core=core)[
                :, inside
            ],
            quiet[:, inside],
        )

    def test_a_collar_does_not_colour_its_neighbours(self, make_bank: Make) -> None:
        """Where all cells with data are alike, so are all pixels with data, up to the last one beside the collar."""
        embedding = BlockEmbedding(
            torch.zeros(4, 5, 5), torch.tensor([[False, False, True, True, True]] * 5), Region(0, 0, 5, 5)
        )
        embedding.features[:, :, 2:] = NORTH[:, None, None]
        logits = logits_of(embedding, make_bank(), step=8, core=everything(embedding, 8))[:, :, 16:]
        torch.testing.assert_close(logits, logits[:, :1, -1:].expand_as(logits), atol=1e-4, rtol=0)


def as_published(logits: NDArray[np.float64], bank: TextBank) -> tuple[NDArray[Any], NDArray[Any]]:
    """Softmax over the queries, the largest of each class, the largest of all; below the threshold: 0."""
    exponents = np.exp(logits - logits.max(axis=0))
    probabilities = exponents / exponents.sum(axis=0)
    owners = np.array(bank.query_class)
    per_class = np.stack([probabilities[owners == index].max(axis=0) for index in range(len(bank.values))])
    winner = per_class.argmax(axis=0)
    labels = np.where(
        per_class.max(axis=0) < np.array(bank.thresholds)[winner], UNCLASSIFIED, np.array(bank.values)[winner]
    )
    return labels, per_class


class TestClassifyBlock:
    @settings(max_examples=60, deadline=None)
    @given(
        query_class=st.lists(st.integers(1, 3), min_size=1, max_size=8).map(
            lambda sizes: [index for index, size in enumerate(sizes) for _ in range(size)]
        ),
        step=steps,
        threshold=st.sampled_from([0.0, 0.3, 0.6]),
        scale=st.sampled_from([1.0, 20.0, 100.0]),
        seed=st.integers(0, 99),
    )
    def test_equals_the_published_post_processing(
        self, make_bank: Make, query_class: list[int], step: int, threshold: float, scale: float, seed: int
    ) -> None:
        thresholds = [threshold, threshold / 2] * len(query_class)
        bank = make_bank(query_class, thresholds=thresholds[: max(query_class) + 1], logit_scale=scale, seed=seed)
        embedding = an_embedding(4, 5, seed=seed)
        core = everything(embedding, step)
        result = classify_block(embedding, bank, step=step, core=core, valid=all_valid(core), probabilities=True)
        cosines = torch.einsum("qd,dhw->qhw", bank.queries.double(), embedding.features.double())
        pixels = functional.interpolate(cosines[None], scale_factor=step, mode="bilinear", align_corners=False)[0]
        labels, per_class = as_published(pixels.numpy() * scale, bank)
        needed = np.array(bank.thresholds)[per_class.argmax(axis=0)]
        ranked = np.sort(per_class, axis=0)
        margin = ranked[-1] - (ranked[-2] if len(ranked) > 1 else 0)
        certain = (margin > 1e-4) & (np.abs(ranked[-1] - needed) > 1e-4)
        assert certain.mean() > 0.8
        np.testing.assert_array_equal(result.labels[certain], labels[certain])
        assert np.abs(result.score - 100 * ranked[-1]).max() <= 0.51
        assert np.abs(result.probabilities - 100 * per_class).max() <= 0.51
        np.testing.assert_array_equal(result.probabilities.max(axis=0), result.score)

    @pytest.mark.parametrize(
        ("options", "labels"),
        [
            pytest.param({}, [7, 9], id="values of the vocabulary"),
            pytest.param({"thresholds": [0.99, 0.5]}, [UNCLASSIFIED, 9], id="threshold of the winner"),
            pytest.param({"thresholds": [0.5, 0.99]}, [7, UNCLASSIFIED], id="threshold of the other winner"),
            pytest.param({"thresholds": 1.0}, [UNCLASSIFIED, UNCLASSIFIED], id="nothing is sure enough"),
            pytest.param(
                {"thresholds": [0.5, 0.99], "fallback": 7}, [7, 7], id="a class takes what is not sure enough"
            ),
            pytest.param({"biases": [0.0, 2.5]}, [9, 9], id="bias beats the image"),
            pytest.param({"biases": [0.0, -2.5]}, [7, 7], id="bias against a class"),
            pytest.param({"biases": [0.0, 1.5]}, [7, 9], id="bias too small to matter"),
        ],
    )
    def test_options_of_a_vocabulary(self, make_bank: Make, options: dict[str, Any], labels: list[int]) -> None:
        """Two pixels, each exactly one of two queries: logits 2 and 0."""
        bank = replace(make_bank([0, 1], values=[7, 9], logit_scale=2.0, **options), queries=torch.stack([NORTH, EAST]))
        features = torch.stack([NORTH, EAST], dim=1)[:, None]
        core = Region(0, 0, 1, 2)
        embedding = BlockEmbedding(features, torch.ones(1, 2, dtype=torch.bool), core)
        result = classify_block(embedding, bank, step=1, core=core, valid=all_valid(core))
        np.testing.assert_array_equal(result.labels, [labels])
        assert result.probabilities is None

    def test_score_is_that_of_the_winner_also_below_the_threshold(self, make_bank: Make) -> None:
        embedding, core = an_embedding(3, 3), Region(0, 0, 12, 12)
        unchanged = classify_block(embedding, make_bank(), step=4, core=core, valid=all_valid(core))
        dropped = classify_block(embedding, make_bank(thresholds=1.01), step=4, core=core, valid=all_valid(core))
        np.testing.assert_array_equal(dropped.score, unchanged.score)
        assert (dropped.labels == UNCLASSIFIED).all()

    def test_a_single_query_is_everywhere_and_sure(self, make_bank: Make) -> None:
        core = Region(0, 0, 12, 12)
        result = classify_block(
            an_embedding(3, 3), make_bank([0], thresholds=1.0), step=4, core=core, valid=all_valid(core)
        )
        assert (result.labels == 1).all()
        assert (result.score == 100).all()

    def test_many_classes_are_uint16(self, make_bank: Make) -> None:
        bank = make_bank(range(300), nodata=65535, values=range(65000, 65300), logit_scale=100.0)
        embedding, core = an_embedding(12, 12), Region(0, 0, 24, 24)
        valid = all_valid(core)
        valid[3, 5] = False
        result = classify_block(embedding, bank, step=2, core=core, valid=valid)
        assert result.labels.dtype == np.uint16
        assert result.labels[3, 5] == 65535
        assert 65000 <= result.labels[valid].min() < result.labels[valid].max() < 65300
        assert len(np.unique(result.labels)) > 20

    @pytest.mark.parametrize("share", [0.0, 0.4])
    def test_no_data_in_is_no_data_out(self, make_bank: Make, share: float) -> None:
        embedding = an_embedding(5, 6, valid=share)
        core = everything(embedding, 4)
        inside = embedding.valid.repeat_interleave(4, 0).repeat_interleave(4, 1).numpy()
        result = classify_block(embedding, make_bank(), step=4, core=core, valid=inside, probabilities=True)
        np.testing.assert_array_equal(result.labels == 255, ~inside)
        np.testing.assert_array_equal(result.score == SCORE_NODATA, ~inside)
        np.testing.assert_array_equal((result.probabilities == SCORE_NODATA).all(axis=0), ~inside)
        assert (result.score[inside] <= 100).all()
        assert (result.labels[inside] >= 1).all()

    def test_ties_go_to_the_first_class(self, make_bank: Make) -> None:
        bank = make_bank([0, 1, 2])
        bank = replace(bank, queries=bank.queries[:1].expand(3, -1))
        core = Region(0, 0, 28, 28)
        result = classify_block(an_embedding(4, 4), bank, step=7, core=core, valid=all_valid(core))
        assert (result.labels == 1).all()
        assert (result.score == 33).all()

    @pytest.mark.parametrize("nodata", [255, 65535])
    def test_dtype_follows_no_data(self, make_bank: Make, nodata: int) -> None:
        assert make_bank(nodata=nodata).label_dtype == (np.uint8 if nodata == 255 else np.uint16)


@pytest.mark.parametrize("count", [1, 2, 8, 300])
def test_the_first_of_equal_entries_wins(count: int) -> None:
    entries = torch.from_numpy(np.random.default_rng(0).integers(0, 4, (count, 5, 7)).astype(np.float32))
    np.testing.assert_array_equal(find_first_largest(entries), entries.numpy().argmax(axis=0))
    np.testing.assert_array_equal(find_first_largest(entries - torch.inf), 0)


def test_products_do_not_depend_on_the_parts_of_a_row() -> None:
    """A row wider than the parts that are multiplied at a time, against the product in double precision."""
    features = torch.randn(300, 64, generator=torch.Generator().manual_seed(0)).half()
    queries = torch.randn(5, 64, generator=torch.Generator().manual_seed(1))
    bank = TextBank(queries, (0, 1, 2, 3, 4), (1, 2, 3, 4, 5), (0.0,) * 5, (0.0,) * 5, 40.0, 255)
    products = QueryProducts(bank, Region(0, 0, 1, 300), device=torch.device("cpu")).multiply(features)
    expected = (bank.queries.double() * bank.logit_scale) @ features.double().T
    torch.testing.assert_close(products, expected.float(), rtol=1e-6, atol=0)
