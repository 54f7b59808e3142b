"""The results of a run as a STAC item."""

from pathlib import Path

import pystac
import pytest
from affine import Affine
from pystac.extensions.classification import ClassificationExtension
from pystac.extensions.projection import ProjectionExtension

import proxyclip_geo as pg
from proxyclip_geo.api.outputs import OutputPaths
from proxyclip_geo.api.stac_item import make_item
from proxyclip_geo.models.registry import find_card


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
    # Schemas of the extensions are on the network, that of items is in the package.
    item.stac_extensions.clear()
    item.validate()


@pytest.mark.parametrize("crs", [None, 'LOCAL_CS["site",UNIT["metre",1]]', "+proj=laea +lat_0=50 +lon_0=9"])
def test_places_without_a_code(tmp_path: Path, crs: str | None) -> None:
    geobox = pg.GeoBox((40, 50), Affine(0.5, 0, 10, 0, -0.5, 20), crs)
    paths = OutputPaths.in_directory(tmp_path, "scene", pg.LabelOptions(stac=True))
    values = make_item(paths, geobox, vocabulary=pg.as_vocabulary(["water", "wood"]), card=find_card("demo"))
    assert values["properties"]["proj:code"] is None
    assert (values["geometry"] is None) == ("bbox" not in values) == (crs is None or "LOCAL" in crs)
    pystac.Item.from_dict({**values, "stac_extensions": []}).validate()
