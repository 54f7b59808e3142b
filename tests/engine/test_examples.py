"""Features under shapes, and the classifier that is learned from them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from proxyclip_geo.engine.area_query import label_area
from proxyclip_geo.engine.classify import TextBank, cell_logits
from proxyclip_geo.engine.examples import (
    ClassShape,
    class_logits,
    learn,
)
from proxyclip_geo.engine.feature_sample import FeatureSample, sample_features
from proxyclip_geo.engine.plan import make_plan
from proxyclip_geo.engine.runner import encode_blocks
from proxyclip_geo.engine.shape_cells import ShapeReader, mean_feature, read_features
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
    store = create_store(str(tmp_path / "a.emb"), info, thumbnail=np.zeros((3, 2, 2), np.uint8))
    for item in encode_blocks(source, plan, encoder=encoder):
        store.write(item.block, item.embedding, valid=item.valid)
    return store


@pytest.fixture
def sample(store: EmbeddingStore) -> FeatureSample:
    found = sample_features(store)
    assert found is not None
    return found


def test_a_sample_holds_all_cells_of_a_small_raster(store: EmbeddingStore, sample: FeatureSample) -> None:
    whole = store.read(Region(0, 0, *store.info.grid.lattice))
    rows = whole.features[:, whole.valid].T.float()
    torch.testing.assert_close(torch.from_numpy(sample.features), rows, atol=0, rtol=0)
    np.testing.assert_array_equal(sample.at, np.argwhere(whole.valid.numpy()))
    np.testing.assert_allclose(sample.mean, rows.double().mean(dim=0), atol=1e-12)
    assert sample.std == pytest.approx(float(rows.double().var(dim=0, correction=0).mean().sqrt()))


def test_a_mean_counts_the_pixels_drawn(store: EmbeddingStore) -> None:
    whole = store.read(Region(0, 0, *store.info.grid.lattice)).features.double()
    # 4 of the 16 pixels of one cell, and all of its right-hand neighbour's.
    found = mean_feature(store, Box(Region(12, 19, 4, 5)))
    assert found is not None
    torch.testing.assert_close(found, (whole[:, 3, 4] + 4 * whole[:, 3, 5]) / 5)
    assert mean_feature(store, Box(Region(0, 0, 4, 4))) is None


BOXES = (Region(20, 10, 8, 8), Region(20, 70, 8, 8), Region(52, 40, 8, 8))


def same_words(classes: int = 3) -> TextBank:
    """Words that are all the same: they cannot tell the classes apart."""
    word = torch.nn.functional.normalize(torch.tensor([[1.0, 1, 1, 1]]), dim=1).repeat(classes, 1)
    return TextBank(
        word, tuple(range(classes)), tuple(range(1, classes + 1)), (0.0,) * classes, (0.0,) * classes, 40.0, 255
    )


def test_a_shape_is_read_once(store: EmbeddingStore, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = ShapeReader(store)
    first = reader.read(Box(BOXES[0]), debias=0.0)
    assert first.share == 1
    assert reader.read(Box(Region(0, 0, 8, 16)), debias=0.0).share == 0.5
    monkeypatch.setattr(EmbeddingStore, "read", None)
    assert reader.read(Box(BOXES[0]), debias=0.0) is first
    with pytest.raises(TypeError):
        reader.read(Box(BOXES[0]), debias=-0.3)


@pytest.mark.parametrize("weight", [None, 1.0])
def test_examples_find_what_words_do_not(store: EmbeddingStore, sample: FeatureSample, weight: float | None) -> None:
    bank = same_words()
    shapes = [ClassShape(Box(region), n) for n, region in enumerate(BOXES)]
    shapes.append(ClassShape(Box(Region(52, 80, 8, 8)), 2))
    learned = learn(ShapeReader(store), bank, shapes, sample=sample, weight=weight)
    labels = label_area(store, learned.add_to(bank), area=store.info.geobox.region).map.labels
    truth = np.where(np.arange(96) < 48, 1, 2) + np.zeros((64, 1), int)
    truth[48:] = 3
    assert (labels == truth)[labels != 255].mean() > 0.95
    assert learned.correct.tolist() == [1, 1, 1, 1]


def test_more_examples_of_a_class_give_more_of_it(store: EmbeddingStore, sample: FeatureSample) -> None:
    """Squares of one class alone, on an image that the class fills, raise its share."""
    bank = same_words()
    # The words prefer another class everywhere.
    bank = replace(bank, biases=(0.0, 1.0, 0.0))
    shapes = [ClassShape(Box(Region(top, left, 8, 8)), 0) for top in (12, 40, 52) for left in (20, 60)]
    whole = store.info.geobox.region
    shares = []
    for count in (1, 3, 6):
        learned = learn(ShapeReader(store), bank, shapes[:count], sample=sample)
        shares.append(float((label_area(store, learned.add_to(bank), area=whole).map.labels == 1).mean()))
    assert (label_area(store, bank, area=whole).map.labels == 1).sum() == 0
    assert shares[0] > 0.2
    assert shares[-1] > 0.95
    assert shares == sorted(shares)


def test_synonyms_of_a_class_move_together(store: EmbeddingStore, sample: FeatureSample) -> None:
    torch.manual_seed(1)
    words = torch.nn.functional.normalize(torch.randn(3, 4), dim=1)
    bank = TextBank(words, (0, 0, 1), (1, 2), (-40.0, 0.0), (0.0,) * 2, 40.0, 255)
    learned = learn(ShapeReader(store), bank, [ClassShape(Box(BOXES[0]), 0)], sample=sample)
    moved = learned.add_to(bank).queries - bank.queries
    torch.testing.assert_close(moved[0], moved[1])
    assert moved[0].any()
    assert not moved[2].any()


def test_a_negative_example_is_no_longer_its_class(store: EmbeddingStore, sample: FeatureSample) -> None:
    bank = replace(same_words(), biases=(0.0, 1.0, 0.0))
    denied = BOXES[1]
    before = label_area(store, bank, area=denied).map
    learned = learn(ShapeReader(store), bank, [ClassShape(Box(denied), 1, negative=True)] * 3, sample=sample)
    after = label_area(store, learned.add_to(bank), area=denied).map
    assert (before.labels == 2).all()
    assert (after.labels == 2).mean() < 0.5
    assert learned.correct.min() > 0.5


def test_debiased_features_are_learned_from(store: EmbeddingStore) -> None:
    """With debiasing, the logits of a cell are those that the classifier was trained with."""
    debiased = sample_features(store, debias=-0.3)
    assert debiased is not None
    bank = replace(same_words(), debias=-0.3)
    shapes = [ClassShape(Box(region), n) for n, region in enumerate(BOXES)]
    learned = learn(ShapeReader(store), bank, shapes, sample=debiased)
    taught = learned.add_to(bank)
    cells = store.info.grid.cells_of(BOXES[2])
    found = cell_logits(store.read(cells, cls_features=True), taught).logits.flatten(1).T.double().numpy()
    features, _ = read_features(store, cells, debias=-0.3)
    expected = class_logits(taught, features.flatten(1).T.numpy())
    np.testing.assert_allclose(found, expected, atol=1e-3)
