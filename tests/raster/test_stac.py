"""STAC items from outside: addresses, and items that are none."""

import json
from pathlib import Path
from typing import Any

import pytest

from proxyclip_geo.errors import RasterError
from proxyclip_geo.raster.find_rasters import find_rasters

ITEM: dict[str, Any] = {
    "type": "Feature",
    "stac_version": "1.0.0",
    "id": "scene",
    "geometry": None,
    "properties": {"datetime": None},
    "links": [],
    "assets": {"visual": {"href": "scene.tif"}},
}
LINKS = [{"rel": "self", "href": "https://example.org/items/scene.json"}]


def write(path: Path, values: Any) -> Path:
    path.write_text(values if isinstance(values, str) else json.dumps(values))
    return path


def asset(href: str, **entries: Any) -> dict[str, Any]:
    return {**ITEM, "assets": {"visual": {"href": href}}, **entries}


@pytest.mark.parametrize(
    ("item", "found"),
    [
        (ITEM, "{folder}/scene.tif"),
        (asset("./deep/../scene.tif"), "{folder}/scene.tif"),
        (asset("../scene.tif"), "{parent}/scene.tif"),
        (asset("/data/scene.tif"), "/data/scene.tif"),
        (asset("file:///data/scene.tif"), "file:///data/scene.tif"),
        (asset("https://example.org/scene.tif?a=1"), "https://example.org/scene.tif?a=1"),
        (asset("s3://bucket/scene.tif"), "s3://bucket/scene.tif"),
        (asset("scene.tif", links=LINKS), "https://example.org/items/scene.tif"),
        (asset("../scene.tif", links=LINKS), "https://example.org/scene.tif"),
        (asset("/etc/scene.tif", links=LINKS), "https://example.org/etc/scene.tif"),
        (asset("scene.tif", links=[{"rel": "self", "href": "file:///data/item.json"}]), "{folder}/scene.tif"),
        ({**ITEM, "assets": {"b1": {"href": "a.tif"}, "b2": {"href": "b.tif", "roles": ["data"]}}}, "{folder}/b.tif"),
        ({**ITEM, "assets": {"visual": {"href": "scene.tif", "roles": None, "title": None}}}, "{folder}/scene.tif"),
    ],
)
def test_addresses(tmp_path: Path, item: dict[str, Any], found: str) -> None:
    wanted = found.format(folder=tmp_path, parent=tmp_path.parent)
    for values in (item, {"type": "FeatureCollection", "features": [item]}):
        assert find_rasters(write(tmp_path / "item.json", values)) == (wanted,)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("", "malformed JSON"),
        ("[", "malformed JSON"),
        ("null", "must be"),
        ("3", "must be"),
        ("[]", "must be"),
        ("{}", "'features' is missing"),
        ({"features": None}, "must be a list"),
        ({"features": {}}, "must be a list"),
        ({"features": []}, "holds no raster"),
        ({"features": [None]}, "must be"),
        ({"features": [3, {}]}, "must be"),
        ({"type": "Feature"}, "GeoJSON without STAC items"),
        ({"type": "Feature", "geometry": {"type": "Point", "coordinates": [0, 0]}, "properties": {}}, "GeoJSON"),
        *(({**ITEM, "assets": value}, "must be|is missing") for value in (None, 3, [], "x", {"a": None}, {"a": {}})),
        *((asset("x", links=value), "must be|is missing") for value in (None, 3, {}, [None], [{"rel": 1}])),
        *((asset(value), "must be|at least|at most|should") for value in (None, 3, [], "", "x" * 5000)),  # type: ignore[arg-type]
        *(({**ITEM, "id": value}, "must be|at most|should") for value in (None, 3, "x" * 5000)),
        ({**ITEM, "stac_version": None}, "must be text"),
        ({**ITEM, "assets": {"visual": {"href": "a", "roles": 3}}}, "must be"),
        ({**ITEM, "assets": {}}, "has no asset"),
        (asset("file:///etc/scene.tif", links=LINKS), "names a file of this machine"),
        (asset("/vsizip/etc/a.zip/b.tif", links=LINKS), "names a file of this machine"),
        ('{"type": "Feature", "id": ' + "9" * 5000 + "}", "5000 digits"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        (json.dumps(ITEM)[:-1] + ', "id": "again"}', "there twice"),
    ],
)  # fmt: skip
def test_items_that_are_none(tmp_path: Path, values: Any, message: str) -> None:
    with pytest.raises(RasterError, match=message):
        find_rasters(write(tmp_path / "item.json", values))


def test_a_large_nested_item_is_read(tmp_path: Path) -> None:
    deep: Any = {}
    for _ in range(50):
        deep = {"a": deep}
    assert find_rasters(write(tmp_path / "item.json", {**ITEM, "properties": deep})) is not None
