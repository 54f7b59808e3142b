"""A map that the tests of a module share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import proxyclip_geo as pg
from proxyclip_geo.serve.app import create_app
from proxyclip_geo.serve.atlas import Atlas


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Embeddings of a scene and of its right half."""
    folder = tmp_path_factory.mktemp("serve")
    scene = pg.sample(folder / "scene.tif", size=(300, 356), seed=4)
    west, south, east, north = pg.encode(
        scene.image, out=folder / "whole.emb", model="demo", options=pg.EncodeOptions(block_size=128)
    ).geobox.bounds
    middle = (west + east) / 2
    pg.encode(
        scene.image,
        out=folder / "half.emb",
        model="demo",
        options=pg.EncodeOptions(bounds=(middle, south, east, north)),
    )
    return folder / "whole.emb", folder / "half.emb"


@pytest.fixture(scope="module")
def atlas(stores: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """The whole scene; the client closes it."""
    return Atlas([pg.open_embedding(stores[0])], cache=64_000_000, scratch=tmp_path_factory.mktemp("scratch"))


@pytest.fixture(scope="module")
def client(atlas: Atlas) -> Iterator[TestClient]:
    """A client of a server in this process."""
    with TestClient(create_app(atlas), base_url="http://127.0.0.1") as made:
        yield made
