"""Examples as queries: means, statistics, and where they move words to."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from proxyclip_geo.engine.area_query import label_area
from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.engine.examples import ClassExamples, mean_feature, mean_of_shapes, measure_features, mix_examples
from proxyclip_geo.engine.runner import encode_blocks, make_plan
from proxyclip_geo.engine.store.embedding_store import EmbeddingStore, create_store
from proxyclip_geo.engine.store.metadata import EmbeddingInfo
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.region import Region

Make = Callable[..., Any]


@dataclass(frozen=True)
class Box:
    """A drawn rectangle."""

    region: Region

    def rasterize(self, region: Region) -> NDArray[np.bool_]:
        drawn = np.zeros(region.shape, np.bool_)
        shared = self.region.intersect(region)
        if not shared.is_empty:
            drawn[shared.slices_in(region)] = True
        return drawn


@pytest.fixture
def store(tmp_path: Path, encoders: SimpleNamespace, make_source: Make) -> EmbeddingStore:
    """Reds on the left, blues on the right, greens below; no data in a corner."""
    rgb = np.random.default_rng(0).integers(40, 90, (3, 64, 96), np.uint8)
    rgb[0, :, :48] += 120
    rgb[2, :, 48:] += 120
    rgb[1, 48:] += 150
    valid = np.ones((64, 96), bool)
    valid[:8, :8] = False
    source, encoder = make_source(64, 96, rgb=rgb, valid=valid), encoders.MeanColour()
    plan = make_plan((64, 96), encoder=encoder, window=16, stride=8, core=32)
    geobox = GeoBox((64, 96), (1, 0, 0, 0, -1, 0), None)
    info = EmbeddingInfo(geobox, geobox.region, plan.grid, 32, "hann", encoder.dim, "float16", None, {}, {}, {})
    kept = create_store(str(tmp_path / "a.emb"), info, thumbnail=np.zeros((3, 2, 2), np.uint8))
    for item in encode_blocks(source, plan, encoder=encoder):
        kept.write(item.block, item.embedding, valid=item.valid)
    return kept


def test_statistics_are_those_of_all_cells(store: EmbeddingStore) -> None:
    found = measure_features(store)
    assert found is not None
    whole = store.read(Region(0, 0, *store.info.grid.lattice))
    rows = whole.features[:, ::2, ::2][:, whole.valid[::2, ::2]].T.double()
    torch.testing.assert_close(found.mean, rows.mean(dim=0), atol=1e-6, rtol=0)
    torch.testing.assert_close(found.covariance, torch.cov(rows.T, correction=0), atol=1e-6, rtol=0)
    query = torch.tensor([[0.5, -0.5, 0.1, 0.7]], dtype=torch.float64)
    torch.testing.assert_close(found.std(query), (rows @ query.T).std(dim=0, correction=0), atol=1e-6, rtol=0)


def test_a_mean_counts_the_pixels_drawn(store: EmbeddingStore) -> None:
    whole = store.read(Region(0, 0, *store.info.grid.lattice)).features.double()
    # 4 of the 16 pixels of one cell, and all of its right-hand neighbour's.
    found = mean_feature(store, Box(Region(12, 19, 4, 5)))
    assert found is not None
    torch.testing.assert_close(found, (whole[:, 3, 4] + 4 * whole[:, 3, 5]) / 5)
    assert mean_feature(store, Box(Region(0, 0, 4, 4))) is None
    both = mean_of_shapes(store, [Box(Region(0, 0, 4, 4)), Box(Region(12, 20, 4, 4)), Box(Region(20, 80, 8, 8))])
    assert both is not None
    torch.testing.assert_close(both, (whole[:, 3, 5] + whole[:, 5:7, 20:22].mean(dim=(1, 2))) / 2)


@pytest.mark.parametrize("weight", [0.25, 1.0])
def test_examples_find_what_words_do_not(store: EmbeddingStore, weight: float) -> None:
    # All words are the same: none of the classes can be told by them.
    word = torch.nn.functional.normalize(torch.tensor([[1.0, 1, 1, 1]]), dim=1).repeat(3, 1)
    bank = TextBank(word, (0, 1, 2), (1, 2, 3), (0.0,) * 3, (0.0,) * 3, 40.0, 255)
    statistics = measure_features(store)
    assert statistics is not None
    boxes = (Region(20, 10, 8, 8), Region(20, 70, 8, 8), Region(52, 40, 8, 8))
    examples = [ClassExamples(n, mean_feature(store, Box(region)), None) for n, region in enumerate(boxes)]
    mixed = mix_examples(bank, statistics, examples, weight=weight, negative_weight=0.1)
    labels = label_area(store, mixed, area=store.info.geobox.region).map.labels
    truth = np.where(np.arange(96) < 48, 1, 2) + np.zeros((64, 1), int)
    truth[48:] = 3
    assert (labels == truth)[labels != 255].mean() > 0.95


def test_products_spread_as_those_of_words(store: EmbeddingStore) -> None:
    torch.manual_seed(1)
    words = torch.nn.functional.normalize(torch.randn(3, 4), dim=1)
    bank = TextBank(words, (0, 0, 1), (1, 2), (0.0,) * 2, (0.0,) * 2, 40.0, 255)
    statistics = measure_features(store)
    assert statistics is not None
    shown = mean_feature(store, Box(Region(20, 10, 8, 8)))
    mixed = mix_examples(bank, statistics, [ClassExamples(0, shown, None)], weight=1.0, negative_weight=0.1)
    assert mixed.offsets is not None
    own = statistics.std(words.double())
    torch.testing.assert_close(statistics.std(mixed.queries[:2].double()), own.mean().repeat(2), rtol=1e-4, atol=0)
    level = mixed.queries[:2].double() @ statistics.mean + torch.tensor(mixed.offsets[:2], dtype=torch.float64)
    torch.testing.assert_close(level, (words.double() @ statistics.mean).mean().repeat(2), atol=1e-6, rtol=0)
    assert torch.equal(mixed.queries[2], words[2])
    assert mixed.offsets[2] == 0


def test_no_weight_leaves_words_as_they_are(store: EmbeddingStore, make_bank: Make) -> None:
    bank, statistics = make_bank(), measure_features(store)
    assert statistics is not None
    shown = mean_feature(store, Box(Region(20, 10, 8, 8)))
    mixed = mix_examples(bank, statistics, [ClassExamples(0, shown, shown)], weight=0.0, negative_weight=0.0)
    assert torch.equal(mixed.queries, bank.queries)
    assert mixed.offsets == (0.0,) * len(bank.query_class)


def test_what_a_class_is_not_gets_less_of_it(store: EmbeddingStore, make_bank: Make) -> None:
    bank, statistics = make_bank(), measure_features(store)
    assert statistics is not None
    denied = Region(20, 70, 8, 8)
    example = ClassExamples(1, None, mean_feature(store, Box(denied)))
    whole = store.info.geobox.region
    before = label_area(store, bank, area=denied).map
    mixed = mix_examples(bank, statistics, [example], weight=0.25, negative_weight=0.5)
    after = label_area(store, mixed, area=denied).map
    value = bank.values[1]
    assert (after.labels == value).sum() <= (before.labels == value).sum()
    logits = [label_area(store, each, area=whole).map.score for each in (bank, mixed)]
    assert (logits[0] != logits[1]).any()
