"""The queries of words, adapted to a scene."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from scipy.special import softmax

from proxyclip_geo.engine.adapt import LEAST, adapt_bank
from proxyclip_geo.engine.classify import TextBank, add_prompts
from proxyclip_geo.engine.examples import class_logits
from proxyclip_geo.engine.feature_sample import CELLS as CELLS_OF_A_SAMPLE
from proxyclip_geo.engine.feature_sample import TILES, FeatureSample, sample_features
from proxyclip_geo.engine.plan import make_plan
from proxyclip_geo.engine.runner import encode_blocks
from proxyclip_geo.engine.store.embedding_store import create_store
from proxyclip_geo.engine.store.metadata import EmbeddingInfo
from proxyclip_geo.geobox import GeoBox

CLASSES, DIM, CELLS = 3, 8, 600


def make_sample(spread: float = 0.3, *, cells: int = CELLS) -> FeatureSample:
    """Return cells of three classes around other places than the words, in features of unit length."""
    random = np.random.default_rng(5)
    places = np.eye(DIM)[:CLASSES] + 0.6 * np.eye(DIM)[[3, 4, 5]]
    owner = np.arange(cells) % CLASSES
    features = places[owner] + spread * random.normal(size=(cells, DIM))
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    return FeatureSample(features.astype(np.float32), np.zeros((cells, 2), np.int64), np.zeros(cells, np.int64))


@pytest.fixture
def bank() -> TextBank:
    return TextBank(
        torch.eye(DIM)[:CLASSES],
        (0, 1, 2),
        (1, 2, 3),
        biases=(0.0,) * CLASSES,
        thresholds=(0.0,) * CLASSES,
        logit_scale=8.0,
        nodata=255,
    )


def adapted_logits(bank: TextBank, sample: FeatureSample) -> np.ndarray:
    found = adapt_bank(bank, sample)
    return class_logits(bank, sample.features) + sample.features @ found.directions.T + found.biases


def test_more_cells_get_their_class_and_shares_are_kept(bank: TextBank) -> None:
    sample = make_sample(0.45, cells=3000)
    truth, logits = np.arange(3000) % CLASSES, class_logits(bank, sample.features)
    moved = adapted_logits(bank, sample)
    right = [(one.argmax(axis=1) == truth).mean() for one in (logits, moved)]
    assert right[1] > right[0] + 0.01
    kept = softmax(logits, axis=1).mean(axis=0)
    np.testing.assert_allclose(softmax(moved, axis=1).mean(axis=0), kept, atol=1e-3)


def test_the_report_is_of_the_sample(bank: TextBank) -> None:
    sample = make_sample()
    found = adapt_bank(bank, sample)
    logits = class_logits(bank, sample.features)
    sure = softmax(logits, axis=1).max(axis=1) > 0.5
    np.testing.assert_array_equal(found.sure, np.bincount(logits.argmax(axis=1)[sure], minlength=CLASSES))
    shares = np.bincount(adapted_logits(bank, sample).argmax(axis=1), minlength=CLASSES) / CELLS
    np.testing.assert_allclose(found.after, shares)
    old, new = bank.queries[0].numpy(), bank.queries[0].numpy() + found.directions[0] / bank.logit_scale
    assert found.cosines[0] == pytest.approx(old @ new / np.linalg.norm(new))
    assert found.adapted.all()


@pytest.mark.parametrize("case", ["unsure words", "one class", "few cells", "flat"])
def test_with_nothing_sure_the_words_are_left_as_they_are(bank: TextBank, case: str) -> None:
    sample = make_sample(cells=CLASSES * (LEAST - 1) if case == "few cells" else CELLS)
    if case == "unsure words":
        bank = replace(bank, logit_scale=0.1)
    elif case == "one class":
        bank = replace(bank, biases=(50.0, 0.0, 0.0))
    elif case == "flat":
        sample = replace(sample, features=np.ones_like(sample.features))
    found = adapt_bank(bank, sample)
    assert not found.directions.any()
    assert not found.biases.any()
    assert not found.adapted.any()
    np.testing.assert_array_equal(found.cosines, 1)
    np.testing.assert_array_equal(found.before, found.after)


def test_a_class_with_few_sure_cells_and_the_background_keep_their_queries(bank: TextBank) -> None:
    rare = replace(bank, biases=(0.0, 0.0, -7.0))
    found = adapt_bank(rare, make_sample())
    assert 0 < found.sure[2] < LEAST
    assert found.adapted.tolist() == [True, True, False]
    assert not found.directions[2].any()
    assert found.directions[:2].any(axis=1).all()
    found = adapt_bank(replace(bank, background=1), make_sample())
    assert found.adapted.tolist() == [True, True, False]


def test_further_prompts_count_as_much_as_templates() -> None:
    queries, prompts = torch.eye(3), torch.tensor([[0.0, 2.0, 0.0], [0.0, 4.0, 0.0]])
    found = add_prompts(queries, {0: prompts})
    torch.testing.assert_close(found[0], torch.tensor([0.5, 0.5, 0.0]).sqrt())
    torch.testing.assert_close(found[1:], queries[1:], atol=0, rtol=0)


def test_the_sample_is_bounded(tmp_path: Path, encoders: SimpleNamespace, make_source: Callable[..., Any]) -> None:
    shape, encoder = (8, 4 * 64 * (TILES + 2)), encoders.MeanColour()
    plan = make_plan(shape, encoder=encoder, window=64, stride=64, core=2048)
    geobox = GeoBox(shape, (1, 0, 0, 0, -1, 0), None)
    info = EmbeddingInfo(geobox, geobox.region, plan.grid, 2048, "hann", encoder.dim, "float16", None, {}, {}, {})
    store = create_store(str(tmp_path / "a.emb"), info, thumbnail=np.zeros((3, 2, 2), np.uint8))
    for item in encode_blocks(make_source(*shape), plan, encoder=encoder):
        store.write(item.block, item.embedding, valid=item.valid)
    sample = sample_features(store)
    assert sample is not None
    assert len(sample.features) <= CELLS_OF_A_SAMPLE
    assert len(np.unique(sample.tile)) == TILES
