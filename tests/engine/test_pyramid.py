"""Overviews of embeddings, and views of them at any scale."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import zarr
from numpy.typing import NDArray

import proxyclip_geo as pg
from proxyclip_geo.engine.pyramid import Pyramid, Scale, TileCaches
from proxyclip_geo.engine.store.embedding_store import open_store
from proxyclip_geo.engine.store.overviews import open_overviews
from proxyclip_geo.errors import StoreError
from proxyclip_geo.region import Region

WORDS = ["water", "forest, trees", "building", "cropland, field"]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An embedding of 3 × 3 blocks, 75 × 89 cells."""
    folder = tmp_path_factory.mktemp("pyramid")
    scene = pg.sample(folder / "scene.tif", size=(300, 356), seed=4)
    options = pg.EncodeOptions(block_size=128)
    pg.encode(scene.image, out=folder / "scene.emb", model="demo", options=options)
    return folder / "scene.emb"


def view(pyramid: Pyramid, opened: pg.Embedding, scale: Scale, core: Region) -> NDArray[np.unsignedinteger]:
    return pyramid.label(scale, core, bank=opened.bank(WORDS).bank, key="words").labels


def test_views_in_parts_equal_the_map(stored: Path, tmp_path: Path) -> None:
    opened = pg.open_embedding(stored)
    pyramid = Pyramid(
        opened.store, open_overviews(opened.store, scratch=tmp_path / "scratch"), caches=TileCaches(1 << 20)
    )
    assert not (tmp_path / "scratch").exists()
    assert [scale.factor for scale in pyramid.scales] == [1, 2, 4][: len(pyramid.scales)]
    scale = pyramid.choose(1.3)
    expected = opened.label(WORDS).labels
    for part in pyramid.shape(scale).tiles(117):
        np.testing.assert_array_equal(view(pyramid, opened, scale, part), expected[part.slices_in(Region(0, 0, 0, 0))])


def test_an_overview_is_the_mean_of_the_cells(stored: Path, tmp_path: Path) -> None:
    store = open_store(str(stored))
    overviews = open_overviews(store, scratch=tmp_path)
    assert overviews is not None
    assert overviews.levels == 1
    found = overviews.read(1, Region(0, 0, 38, 45))
    features = store.read(Region(0, 0, 75, 89)).features.numpy().astype(np.float64)
    expected = features[:, :74, :88].reshape(-1, 37, 2, 44, 2).mean(axis=(2, 4))
    np.testing.assert_allclose(found.features[:, :37, :44], expected, atol=1e-3)
    np.testing.assert_allclose(found.features[:, 37, 44], features[:, 74, 88], atol=1e-3)
    assert found.count[:37, :44].min() == found.count.max() == 4
    assert found.count[37, 44] == 1
    assert (found.share == 255).all()


def test_a_coarse_view_resembles_the_map(stored: Path, tmp_path: Path) -> None:
    opened = pg.open_embedding(stored)
    pyramid = Pyramid(opened.store, open_overviews(opened.store, scratch=tmp_path), caches=TileCaches(1 << 20))
    scale = pyramid.choose(2.9)
    assert (scale.level, scale.factor, scale.ratio) == (1, 2, 4)
    found = view(pyramid, opened, scale, pyramid.shape(scale))
    exact = opened.label(WORDS).labels[::2, ::2]
    assert (found == exact).mean() > 0.9


def test_overviews_that_were_interrupted_are_computed_again(stored: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.emb"
    shutil.copytree(stored, copy)
    open_overviews(open_store(str(copy)), scratch=tmp_path / "scratch")
    group = zarr.open_group(copy / "overviews", mode="r+")
    features, count = np.asarray(group["features_1"][:]), group["count_1"]
    group["features_1"][:] = 0  # type: ignore[index]
    damaged = open_overviews(open_store(str(copy)), scratch=tmp_path / "scratch")
    assert damaged is not None
    with pytest.raises(StoreError, match="remove the folder overviews"):
        damaged.read(1, Region(0, 0, *count.shape))
    group.attrs["proxyclip_geo"] = {"format": 1, "complete": False}
    again = open_overviews(open_store(str(copy)), scratch=tmp_path / "scratch")
    assert again is not None
    np.testing.assert_array_equal(again.read(1, Region(0, 0, *count.shape)).features, features)


def test_a_new_encoding_removes_overviews(stored: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.emb"
    shutil.copytree(stored, copy)
    open_overviews(open_store(str(copy)), scratch=tmp_path / "scratch")
    scene = pg.sample(tmp_path / "other.tif", size=64)
    pg.encode(scene.image, out=copy, model="demo", overwrite=True)
    assert not (copy / "overviews").exists()
