"""Answers of the server."""

import io
import json
import math
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas
import morecantile
import numpy as np
import pyproj
import pytest
import rasterio
from numpy.typing import NDArray
from PIL import Image
from starlette.testclient import TestClient

import proxyclip_geo as pg
from proxyclip_geo.serve.app import create_app
from proxyclip_geo.serve.atlas import Atlas
from proxyclip_geo.serve.options import ServeOptions

WORDS = "water; forest,trees; building; cropland,field"
TMS = morecantile.tms.get("WebMercatorQuad")


def tiles_of(atlas: Atlas, zoom: int) -> list[morecantile.Tile]:
    return list(TMS.tiles(*atlas.bounds, [zoom]))


def fetch(client: TestClient, path: str, **params: Any) -> NDArray[np.uint8]:
    """Return the (H, W, 4) colours of a tile."""
    answer = client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGBA"))


def exact_positions(tile: morecantile.Tile, geobox: pg.GeoBox) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return rows and columns of the raster at the centres of the pixels of a tile."""
    west, south, east, north = TMS.xy_bounds(tile)
    shares = (np.arange(256) + 0.5) / 256
    x, y = np.meshgrid(west + shares * (east - west), north - shares * (north - south))
    to = pyproj.Transformer.from_crs("EPSG:3857", geobox.crs, always_xy=True)
    moved = np.column_stack(to.transform(x.ravel(), y.ravel()))
    cols, rows = geobox.world_to_pixel(np.where(np.isfinite(moved), moved, 1e9)).T
    return rows.reshape(256, 256), cols.reshape(256, 256)


def test_tiles_equal_the_map_of_label(client: TestClient, atlas: Atlas, tmp_path: Path) -> None:
    embedding = atlas.layers[0].embedding
    result = pg.label(embedding, WORDS, out=tmp_path, options=pg.LabelOptions(polygons=False))
    colors = {item.value: item.color for item in result.vocabulary.classes}
    with rasterio.open(result.paths.labels) as dataset:
        labels = dataset.read(1)
    checked = 0
    zoom = 18
    for tile in tiles_of(atlas, zoom):
        rows, cols = exact_positions(tile, embedding.geobox)
        # At the edges of pixels, rounding decides.
        clear = (np.abs(rows - rows.round()) > 0.01) & (np.abs(cols - cols.round()) > 0.01)
        inside = (rows >= 0) & (rows < labels.shape[0]) & (cols >= 0) & (cols < labels.shape[1])
        shown = fetch(client, f"/tiles/WebMercatorQuad/{zoom}/{tile.x}/{tile.y}.png", classes=WORDS)
        assert (shown[clear & ~inside, 3] == 0).all()
        chosen = clear & inside
        expected = np.array([colors[value] for value in labels[rows[chosen].astype(int), cols[chosen].astype(int)]])
        if len(expected):
            np.testing.assert_array_equal(shown[chosen, :3], expected)
            checked += len(expected)
    assert checked > 50_000


@pytest.mark.parametrize("zoom", [0, 9, 15, 16, 17, 22])
def test_tiles_of_all_scales_have_the_place_of_the_raster(client: TestClient, atlas: Atlas, zoom: int) -> None:
    tile = tiles_of(atlas, zoom)[0]
    rows, cols = exact_positions(tile, atlas.layers[0].geobox)
    inside = (rows >= 0) & (rows < 300) & (cols >= 0) & (cols < 356)
    for folder, params in (("tiles", {"classes": WORDS}), ("image", {})):
        shown = fetch(client, f"/{folder}/WebMercatorQuad/{zoom}/{tile.x}/{tile.y}.png", **params)
        np.testing.assert_array_equal(shown[..., 3] > 0, inside)


def test_the_image_is_that_of_the_raster(client: TestClient, atlas: Atlas) -> None:
    tile = tiles_of(atlas, 18)[0]
    rows, cols = exact_positions(tile, atlas.layers[0].geobox)
    inside = (rows >= 0.1) & (rows < 300) & (cols >= 0.1) & (cols < 356)
    inside &= (np.abs(rows - rows.round()) > 0.01) & (np.abs(cols - cols.round()) > 0.01)
    with atlas.layers[0].embedding.open_raster() as source:
        rgb = source.read(pg.Region(0, 0, 300, 356)).rgb
    shown = fetch(client, f"/image/WebMercatorQuad/18/{tile.x}/{tile.y}.png")
    np.testing.assert_array_equal(shown[inside, :3], rgb[:, rows[inside].astype(int), cols[inside].astype(int)].T)


def test_colors_threshold_and_opacity(client: TestClient, atlas: Atlas) -> None:
    tile = tiles_of(atlas, 17)[0]
    path = f"/tiles/WebMercatorQuad/17/{tile.x}/{tile.y}.png"
    plain = fetch(client, path, classes=WORDS)
    red = fetch(client, path, classes=WORDS, colors="ff0000,,,00ff00", opacity=0.5)
    assert (red[red[..., 3] > 0][:, :3] == (0, 255, 0)).all(axis=1).any()
    np.testing.assert_array_equal(np.unique(red[..., 3]), [0, 128])
    strict = fetch(client, path, classes=WORDS, threshold=0.99)
    assert (strict[..., 3] > 0).sum() < (plain[..., 3] > 0).sum()


def test_two_embeddings_are_one_map(stores: tuple[Path, Path], client: TestClient, tmp_path: Path) -> None:
    both = Atlas([pg.open_embedding(path) for path in reversed(stores)], cache=64_000_000, scratch=tmp_path)
    with TestClient(create_app(both), base_url="http://127.0.0.1") as together:
        for tile in tiles_of(both, 17):
            path = f"/tiles/WebMercatorQuad/17/{tile.x}/{tile.y}.png"
            # The features of a part equal those of the whole.
            np.testing.assert_array_equal(fetch(together, path, classes=WORDS), fetch(client, path, classes=WORDS))
        body = {"classes": WORDS, "polygon": ring(both)}
        one, other = (each.post("/areas", json=body).json() for each in (client, together))
        assert one["total_m2"] == pytest.approx(other["total_m2"], rel=1e-9)
        archive = together.post("/export", json={**body, "format": "tif"})
        assert archive.headers["content-disposition"].endswith('"map.zip"')


def ring(atlas: Atlas, share: float = 0.8) -> list[list[float]]:
    west, south, east, north = atlas.bounds
    x, y = (east - west) * (1 - share) / 2, (north - south) * (1 - share) / 2
    return [[west + x, south + y], [east - x, south + y], [east - x, north - y], [west + x, north - y]]


def test_areas_and_exports_equal_those_of_label(client: TestClient, atlas: Atlas, tmp_path: Path) -> None:
    body = {"classes": WORDS, "polygon": ring(atlas)}
    found = client.post("/areas", json=body).json()
    assert found["exact"]
    assert sum(entry["share"] for entry in found["areas"]) == pytest.approx(1)
    answer = client.post("/export", json={**body, "format": "gpkg"})
    path = tmp_path / "map.gpkg"
    path.write_bytes(answer.content)
    polygons = geopandas.read_file(path, layer="scene")
    for entry in found["areas"]:
        own = polygons[polygons["class"] == entry["name"]]
        assert own["area_m2"].sum() == pytest.approx(entry["m2"], rel=1e-3)
    (tmp_path / "map.tif").write_bytes(client.post("/export", json={**body, "format": "tif"}).content)
    with rasterio.open(tmp_path / "map.tif") as dataset:
        assert dataset.nodata == 255
    assert not list(atlas.scratch.glob("request-*"))


def test_scores_and_similar_places(client: TestClient, atlas: Atlas) -> None:
    west, south, east, north = atlas.bounds
    place = {"lon": (west + east) / 2, "lat": (south + north) / 2}
    found = client.get("/scores", params={"classes": WORDS, **place}).json()
    assert {entry["name"] for entry in found["words"]} == {item["name"] for item in found["classes"]}
    assert sum(entry["probability"] for entry in found["words"]) == pytest.approx(1)
    tile = tiles_of(atlas, 17)[0]
    path = f"/similar/WebMercatorQuad/17/{tile.x}/{tile.y}.png"
    for query in ({"word": "water"}, place):
        assert (fetch(client, path, **query)[..., 3] > 0).any()
    assert client.get(path, params={"word": "water", **place}).status_code == 400


def test_examples_change_the_map(client: TestClient, atlas: Atlas) -> None:
    west, south, east, north = atlas.bounds
    points = [
        {"lon": west + (east - west) * x, "lat": south + (north - south) * y, "name": name}
        for x, y, name in ((0.2, 0.2, "water"), (0.8, 0.3, "forest"), (0.5, 0.8, "building"))
    ]
    learned = client.post("/examples", json={"classes": WORDS, "points": points}).json()["learned"]
    tile = tiles_of(atlas, 17)[0]
    path = f"/tiles/WebMercatorQuad/17/{tile.x}/{tile.y}.png"
    assert (fetch(client, path, classes=WORDS) != fetch(client, path, learned=learned)).any()
    assert "send them again" in client.get(path, params={"learned": "0" * 16}).json()["error"]


def test_words_have_a_legend(client: TestClient) -> None:
    found = client.get("/legend.json", params={"classes": "water; spaceship", "colors": ",123456"}).json()
    assert found["classes"][1] == {"name": "spaceship", "words": ["spaceship"], "color": "#123456"}
    assert [word["word"] for word in found["far"]] == ["spaceship"]
    assert client.get("/legend.png", params={"vocabulary": "landcover"}).content.startswith(b"\x89PNG")


def test_capabilities_and_tilejson(client: TestClient, atlas: Atlas) -> None:
    found = client.get("/tilejson.json", params={"classes": WORDS}).json()
    assert found["tiles"][0].startswith("http://127.0.0.1/tiles/WebMercatorQuad/{z}/{x}/{y}.png?classes=water")
    assert found["bounds"] == list(atlas.bounds)
    root = ET.fromstring(client.get("/WMTSCapabilities.xml", params={"classes": WORDS}).content)
    names = [item.text for item in root.iter("{http://www.opengis.net/ows/1.1}Identifier")]
    assert {"map", "image", "WebMercatorQuad", "WorldCRS84Quad"} <= set(names)
    tile = morecantile.tms.get("WorldCRS84Quad").tile(*ring(atlas)[0], 16)
    assert fetch(client, f"/tiles/WorldCRS84Quad/16/{tile.x}/{tile.y}.png", classes=WORDS)[..., 3].any()


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/tiles/WebMercatorQuad/3/0/0.png", 400, "give one of"),
        ("/tiles/WebMercatorQuad/3/0/0.png?vocabulary=/etc/passwd", 400, "no built-in vocabulary"),
        ("/tiles/WebMercatorQuad/3/0/0.png?vocabulary=../landcover.yaml", 400, "no built-in vocabulary"),
        ("/tiles/WebMercatorQuad/3/0/0.png?classes=a;b&threshold=2", 400, "threshold"),
        ("/tiles/WebMercatorQuad/3/0/0.png?classes=a;b&debias=2", 400, "debias"),
        ("/tiles/WebMercatorQuad/3/0/0.png?classes=a;b&colors=zz", 400, "color"),
        (f"/legend.json?classes={';'.join(f'word{n}' for n in range(201))}", 400, "201 classes"),
        (f"/legend.json?classes={'a' * 7000}", 400, "classes"),
        ("/legend.json?classes=a" + "b" * 17_000, 414, "longer"),
        ("/tiles/Nowhere/3/0/0.png?classes=a;b", 404, "tile matrix set"),
        ("/tiles/WebMercatorQuad/3/9/0.png?classes=a;b", 404, "no tile"),
        ("/tiles/WebMercatorQuad/99/9/0.png?classes=a;b", 404, "zoom level"),
        ("/static/../app.py", 404, ""),
        ("/static/%2e%2e/app.py", 404, "no such file"),
        ("/static/%2Fetc%2Fpasswd", 404, "no such file"),
        ("/scores?classes=a;b&lon=0&lat=0", 400, "outside the map"),
    ],
)
def test_bad_requests_are_refused(client: TestClient, path: str, status: int, message: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert message in answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (b"{}", 400, "polygon"),
        (b"[]", 400, "object"),
        (b"\xff", 400, "UTF-8"),
        (b'{"a": NaN}', 400, "the body"),
        (json.dumps({"classes": "a;b", "polygon": [[0, 0], [1, 1], [0, 1], [1, 0]]}).encode(), 400, "crosses itself"),
        (json.dumps({"classes": "a;b", "polygon": [[0, 0], [1, 1], [0, 1]]}).encode(), 400, "outside the map"),
        (b" " * 1_000_001, 413, "larger"),
    ],
)
def test_bad_bodies_are_refused(client: TestClient, body: bytes, status: int, message: str) -> None:
    for path in ("/areas", "/export"):
        answer = client.post(path, content=body, headers={"content-type": "application/json"})
        assert answer.status_code == status, answer.text
        assert message in answer.json()["error"]
    assert client.post("/areas", content=body).status_code in (413, 415)


def test_only_this_machine_is_answered(client: TestClient, atlas: Atlas) -> None:
    answer = client.get("/info.json", headers={"host": "evil.example"})
    assert answer.status_code == 421
    answer = client.get("/info.json", headers={"origin": "http://evil.example"})
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    shared = TestClient(create_app(atlas, ServeOptions(cors=("https://a.example",))), base_url="http://localhost")
    for origin in ("https://a.example", "https://b.example"):
        answer = shared.get("/info.json", headers={"origin": origin})
        assert (answer.headers.get("access-control-allow-origin") == origin) == (origin == "https://a.example")


def test_a_client_that_sends_too_much_is_refused(atlas: Atlas) -> None:
    limited = TestClient(create_app(atlas, ServeOptions(rate=1)), base_url="http://localhost")
    statuses = [limited.get("/info.json").status_code for _ in range(20)]
    assert statuses[:2] == [200, 200]
    assert 429 in statuses


def test_options_are_checked() -> None:
    assert ServeOptions(host="::1").is_local
    assert not ServeOptions(host="0.0.0.0").is_local
    with pytest.raises(pg.OptionError, match="origin"):
        ServeOptions(cors=("javascript:alert(1)",))
    assert math.isfinite(ServeOptions().cache)
