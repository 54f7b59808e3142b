"""The results of a run as a STAC item."""

from pathlib import Path
from typing import Any

import jsonschema
import pystac
import pytest
import shapely
from affine import Affine
from pystac.extensions.classification import ClassificationExtension
from pystac.extensions.projection import ProjectionExtension

import proxyclip_geo as pg
from proxyclip_geo.api.outputs import OutputPaths
from proxyclip_geo.api.stac_item import make_item
from proxyclip_geo.models.registry import find_card

EXTENSION_FIELDS = {
    "type": "object",
    "properties": {
        "classification:classes": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {
                "type": "object",
                "required": ["value", "name"],
                "additionalProperties": False,
                "properties": {
                    "value": {"type": "integer"},
                    "name": {"type": "string", "pattern": "^[0-9A-Za-z_-]+$"},
                    "title": {"type": "string"},
                    "description": {"type": "string"},
                    "color_hint": {"type": "string", "pattern": "^[0-9A-Fa-f]{6}$"},
                    "nodata": {"type": "boolean"},
                },
            },
        },
        "proj:code": {"type": ["string", "null"], "pattern": "^[A-Za-z0-9_.-]+:[A-Za-z0-9_.-]+$"},
        "proj:wkt2": {"type": ["string", "null"]},
        "proj:bbox": {"type": "array", "minItems": 4, "maxItems": 4, "items": {"type": "number"}},
        "proj:shape": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "integer"}},
        "proj:transform": {"type": "array", "minItems": 6, "maxItems": 6, "items": {"type": "number"}},
    },
    "patternProperties": {"^(?!(classification|proj):)": {}},
    "additionalProperties": False,
}
"""Fields of the extensions as their specifications describe them; their schemas are on the network only."""


def check_item(item: pystac.Item) -> None:
    """Check an item by the schema of items, and the fields of the extensions."""
    values = item.to_dict()
    for fields in (values["properties"], *values["assets"].values()):
        jsonschema.validate(fields, EXTENSION_FIELDS)
    pystac.Item.from_dict({**values, "stac_extensions": []}).validate()


def make_values(folder: Path, geobox: pg.GeoBox, words: list[str]) -> dict[str, Any]:
    """Return an item of results that were not written."""
    paths = OutputPaths.in_directory(folder, "scene", pg.LabelOptions(stac=True))
    return make_item(paths, geobox, vocabulary=pg.as_vocabulary(words), card=find_card("demo"))


def test_an_item_lists_the_results(tmp_path: Path) -> None:
    scene = pg.sample(tmp_path / "scene.tif", size=64, seed=3).image
    options = pg.SegmentOptions(stac=True)
    result = pg.segment(scene, ["water", "dry grass (short)"], out=tmp_path / "out", model="demo", options=options)
    assert result.paths.stac is not None
    item = pystac.Item.from_file(str(result.paths.stac))
    projection = ProjectionExtension.ext(item)
    assert (projection.code, projection.shape) == ("EPSG:32632", [64, 64])
    assert item.bbox is not None
    assert 8.9 < item.bbox[0] < item.bbox[2] < 9.1
    classes = ClassificationExtension.ext(item.assets["labels"]).classes
    assert classes is not None
    assert [(one.value, one.name) for one in classes] == [
        (1, "water"),
        (2, "dry_grass_short"),
        (0, "unclassified"),
        (255, "nodata"),
    ]
    for asset in item.assets.values():
        assert Path(asset.get_absolute_href()).is_file()
    check_item(item)


@pytest.mark.parametrize("crs", [None, 'LOCAL_CS["site",UNIT["metre",1]]', "+proj=laea +lat_0=50 +lon_0=9"])
def test_places_without_a_code(tmp_path: Path, crs: str | None) -> None:
    geobox = pg.GeoBox((40, 50), Affine(0.5, 0, 10, 0, -0.5, 20), crs)
    values = make_values(tmp_path, geobox, ["water", "wood"])
    assert values["properties"]["proj:code"] is None
    assert (values["geometry"] is None) == ("bbox" not in values) == (crs is None or "LOCAL" in crs)
    check_item(pystac.Item.from_dict(values))


@pytest.mark.parametrize("scale", [-1, 1])
def test_a_footprint_is_cut_at_the_antimeridian(tmp_path: Path, scale: int) -> None:
    corner = Affine(100, 0, 290_000, 0, scale * 100, 6_000_000)
    values = make_values(tmp_path, pg.GeoBox((200, 600), corner, "EPSG:32601"), ["water", "wood"])
    check_item(pystac.Item.from_dict(values))
    west, south, east, north = values["bbox"]
    assert 179 < west < 180
    assert -180 < east < -179
    footprint = shapely.geometry.shape(values["geometry"])
    assert footprint.is_valid
    assert all(part.exterior.is_ccw for part in footprint.geoms)
    assert footprint.area == pytest.approx((east - west + 360) * (north - south), rel=0.2)


def test_names_of_classes_are_ascii_and_unique(tmp_path: Path) -> None:
    geobox = pg.GeoBox((4, 4), Affine(1, 0, 0, 0, -1, 0), "EPSG:32632")
    item = pystac.Item.from_dict(
        make_values(tmp_path, geobox, ["Gebäude", "dry grass", "dry-grass", "dry_grass", "森"])
    )
    check_item(item)
    names = [one["name"] for one in item.assets["labels"].extra_fields["classification:classes"]]
    assert names == ["Gebaude", "dry_grass", "dry-grass", "dry_grass_4", "class_5", "unclassified", "nodata"]
