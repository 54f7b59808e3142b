import numpy as np
import pytest
import shapely
from affine import Affine

from proxyclip_geo.errors import OptionError
from proxyclip_geo.vector.areas import area_m2
from proxyclip_geo.vector.options import VectorOptions
from proxyclip_geo.vector.polygonize import PolygonInputs, polygonize

CLASSES = {1: "a", 2: "b", 3: "c"}
PLACES = {
    "across": ("EPSG:32601", Affine(10_000, 0, 213_000, 0, -10_000, 6_600_000)),
    "around the north pole": ("EPSG:3413", Affine(100_000, 0, -1_130_000, 0, -100_000, 1_170_000)),
    "around the south pole": ("EPSG:3031", Affine(100_000, 0, -1_130_000, 0, -100_000, 1_170_000)),
    "beside it": ("EPSG:32602", Affine(1000, 0, 400_000, 0, -1000, 6_600_000)),
}


@pytest.mark.parametrize("place", PLACES)
def test_polygons_are_cut_at_the_antimeridian(make_band, tmp_path, place) -> None:
    crs, transform = PLACES[place]
    labels = np.full((24, 24), 1, np.uint8)
    labels[3:-3, 3:-3] = 2
    labels[7:-7, 7:-7] = 3
    labels[5:9, 10:20] = 1
    inputs = PolygonInputs([make_band(labels, crs=crs, transform=transform)])
    source = polygonize(inputs, classes=CLASSES, spill=tmp_path, options=VectorOptions(exact=True, crs="EPSG:4326"))
    batches = list(source)
    shapes = np.concatenate([batch.geometry for batch in batches])
    expected = np.concatenate([batch.columns["area_m2"] for batch in batches])
    assert shapely.is_valid(shapes).all()
    assert area_m2(shapes, source.crs) == pytest.approx(expected, rel=1e-2)
    longitudes = shapely.get_coordinates(shapes)[:, 0]
    assert np.abs(longitudes).max() <= 180
    union = shapely.union_all(shapely.buffer(shapes, 1e-9))
    assert shapely.area(shapes).sum() == pytest.approx(union.area, rel=1e-6)
    assert sum(len(part.interiors) for part in shapely.get_parts(union)) == 0
    if place != "beside it":
        assert {-180, 180} <= set(longitudes.tolist())


def test_projected_polygons_are_not_cut(make_band, tmp_path) -> None:
    crs, transform = PLACES["across"]
    path = make_band(np.ones((24, 24), np.uint8), crs=crs, transform=transform)
    inputs = PolygonInputs([path])
    source = polygonize(inputs, classes=CLASSES, spill=tmp_path, options=VectorOptions(exact=True, crs="EPSG:3857"))
    with pytest.raises(OptionError, match="edge of the map in WGS 84 / Pseudo-Mercator"):
        list(source)
    source = polygonize(inputs, classes=CLASSES, spill=tmp_path, options=VectorOptions(exact=True, crs="EPSG:3832"))
    assert sum(len(batch.geometry) for batch in source) == 1


def test_borders_that_cross_near_a_pole(make_band, tmp_path) -> None:
    labels = (np.random.default_rng(2).random((24, 24)) > 0.45).astype(np.uint8) + 1
    transform = Affine(100_000, 0, -1_230_000, 0, -100_000, 1_160_000)
    inputs = PolygonInputs([make_band(labels, crs="EPSG:3031", transform=transform)])
    source = polygonize(inputs, classes=CLASSES, spill=tmp_path, options=VectorOptions(exact=True, crs="EPSG:4326"))
    assert all(shapely.is_valid(batch.geometry).all() for batch in source)
