"""A server in a thread of this process, and maps in notebooks."""

import io
from pathlib import Path

import httpx
import morecantile
import numpy as np
import pytest
from PIL import Image

import proxyclip_geo as pg
from proxyclip_geo.serve import explore as module

WORDS = "water; forest,trees; building; cropland,field"


@pytest.fixture(autouse=True)
def _loopback(socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def read_tile(url: str, bounds: tuple[float, float, float, float], zoom: int = 17) -> np.ndarray:
    """Return the RGBA pixels of the tile at the centre of some bounds."""
    west, south, east, north = bounds
    tile = morecantile.tms.get("WebMercatorQuad").tile((west + east) / 2, (south + north) / 2, zoom)
    answer = httpx.get(url.format(z=tile.z, x=tile.x, y=tile.y))
    answer.raise_for_status()
    # A notebook at localhost is another site than 127.0.0.1.
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    with Image.open(io.BytesIO(answer.content)) as picture:
        return np.asarray(picture.convert("RGBA"))


def test_tiles_for_any_vocabulary(stores: tuple[Path, Path], tmp_path: Path) -> None:
    with pg.MapServer([stores[0]]) as server:
        assert read_tile(server.image_url, server.bounds)[..., 3].any()
        plain = read_tile(server.tile_url(WORDS), server.bounds)
        vocabulary = pg.as_vocabulary(WORDS)
        colors = {tuple(item.color) for item in vocabulary.classes}
        seen = plain[plain[..., 3] == 255][:, :3]
        assert {tuple(color) for color in np.unique(seen, axis=0).tolist()} <= colors
        sure = read_tile(server.tile_url(WORDS, threshold=0.9), server.bounds)
        assert np.count_nonzero(sure[..., 3]) < np.count_nonzero(plain[..., 3])
        # All that a vocabulary holds counts, not only its words.
        clusters = pg.open_embedding(stores[0]).discover(3)
        assert read_tile(server.tile_url(clusters), server.bounds)[..., 3].any()
        address = server.image_url
    with pytest.raises(httpx.ConnectError):
        read_tile(address, server.bounds)


def test_a_map_for_a_notebook(stores: tuple[Path, Path]) -> None:
    with pg.MapServer([stores[0]]) as server:
        made = server.explore(WORDS, opacity=0.5)
        image, classes = made.layers
        assert (image.name, classes.name, classes.opacity) == ("Image", "Classes", 0.5)
        # No basemap: nothing but this server is contacted.
        assert all(layer.url.startswith(server.url) for layer in made.layers)
        assert read_tile(classes.url, server.bounds, zoom=int(made.zoom))[..., 3].any()
        legend = next(item for item in made.controls if hasattr(item, "legend"))
        assert list(legend.legend) == ["water", "forest", "building", "cropland"]


def test_maps_of_one_embedding_share_a_server(stores: tuple[Path, Path]) -> None:
    first = pg.explore(stores[0], WORDS)
    second = pg.explore(pg.open_embedding(stores[0]), "river; road", threshold=0.2)
    assert [layer.url.partition("tiles/")[0] for layer in (first.layers[1], second.layers[1])] == [
        module._servers[str(stores[0])].url
    ] * 2
    module._servers.pop(str(stores[0])).close()


def test_errors_reach_the_caller(stores: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(pg.StoreError, match="missing.emb"):
        pg.explore(tmp_path / "missing.emb", WORDS)
    with pytest.raises(pg.OptionError, match="must be a list"):
        pg.MapServer(str(stores[0]))
    with pg.MapServer([stores[0]]) as server:
        port = int(server.url.rsplit(":", 1)[1].strip("/"))
        with pytest.raises(pg.OptionError, match="port=0 for a free one"):
            pg.MapServer([stores[0]], options=pg.ServeOptions(port=port))
        with pytest.raises(pg.VocabularyError):
            server.tile_url("")
        monkeypatch.setattr(module, "find_spec", lambda name: None)
        with pytest.raises(pg.OptionError, match="pip install ipyleaflet"):
            server.explore(WORDS)
