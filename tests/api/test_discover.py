"""A first map without words."""

from pathlib import Path

import numpy as np
import pytest

import proxyclip_geo as pg


@pytest.fixture(scope="module", params=[None, 16])
def embedding(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> pg.Embedding:
    folder = tmp_path_factory.mktemp("discover")
    scene = pg.sample(folder / "scene.tif", size=160, seed=3).image
    store = pg.StoreOptions(components=request.param)
    return pg.encode(scene, out=folder / "scene.emb", model="demo", store=store)


def test_each_cell_belongs_to_the_nearest_cluster(embedding: pg.Embedding, tmp_path: Path) -> None:
    vocabulary = embedding.discover(4)
    step = embedding.store.info.grid.step
    labels = embedding.label(vocabulary, gsd=step * 0.5).labels.ravel()
    features = embedding.to_xarray().features.to_numpy().reshape(embedding.store.info.dim, -1).T
    assert set(labels) == {1, 2, 3, 4}
    centres = np.stack([features[labels == value].mean(axis=0) for value in (1, 2, 3, 4)])
    distances = ((features[:, None] - centres) ** 2).sum(axis=2)
    assert (distances.argmin(axis=1) + 1 == labels).mean() > 0.99
    # Largest first, and the same every time and from a file.
    assert (np.diff(np.bincount(labels)[1:]) <= 0).all()
    assert embedding.discover(4) == vocabulary
    pg.dump_vocabulary(vocabulary, tmp_path / "clusters.yaml")
    again = pg.label(embedding, str(tmp_path / "clusters.yaml"), out=tmp_path / "out").labels.read()
    np.testing.assert_array_equal(again, embedding.label(vocabulary).labels)


def test_names_are_words_that_the_model_knows(embedding: pg.Embedding) -> None:
    words = ["forest", "road", "crop field", "qwertzuiop"]
    assert set(embedding.discover(3, words=words).names) == {"forest", "road", "crop field"}
    with pytest.raises(pg.VocabularyError, match="3 words that the model knows"):
        embedding.discover(4, words=words)
    with pytest.raises(pg.OptionError, match="count=1 must be at least 2"):
        embedding.discover(1)


def test_clusters_of_few_cells(tmp_path: Path) -> None:
    """The mean squared distance to the centres is then small beside the squares of the centres."""
    embedding = pg.encode(pg.sample(tmp_path / "a.tif", size=64, seed=3).image, out=tmp_path / "a.emb", model="demo")
    colors = ("green", "brown", "blue", "red", "white", "dark", "old", "new")
    things = ("forest", "road", "field", "house", "lake", "river", "tree", "grass")
    labels = embedding.label(embedding.discover(60, words=[f"{a} {b}" for a in colors for b in things])).labels
    assert len(np.unique(labels)) == 60
