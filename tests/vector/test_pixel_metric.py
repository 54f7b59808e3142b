import numpy as np
import pyproj
import pytest
import shapely
from affine import Affine

from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.vector.pixel_metric import PixelMetric, outlines_to_world

PLACES = [
    (32631, Affine(0.5, 0, 400_000, 0, -0.5, 5_600_000)),
    (3857, Affine(2, 0, 1_000_000, 0, -2, 8_400_000)),
    (4326, Affine(1e-5, 0, 10, 0, -1e-5, 60)),
    (2263, Affine(1.6, 0.2, 1e6, 0.2, -1.6, 2e5)),
]


def outlines() -> np.ndarray:
    """A ring of cells with a hole, a large and a small box, clockwise on screen."""
    ring = shapely.Polygon([(0, 0), (90, 0), (90, 70), (0, 70)], [[(10, 10), (10, 20), (40, 20), (40, 10)]])
    return np.array([ring, shapely.box(0, 0, 20_000, 20_000, ccw=True), shapely.box(7000, 9000, 7300, 9200)], object)


@pytest.mark.parametrize(("code", "transform"), PLACES)
def test_agrees_with_geodesics(code, transform) -> None:
    crs = pyproj.CRS(code)
    geobox = GeoBox((20_000, 20_000), transform, crs)
    metric = PixelMetric.of(geobox)
    shapes = outlines()
    world = outlines_to_world(shapes, geobox)
    down = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    geod = crs.get_geod()
    assert geod is not None
    for shape, area, length in zip(world, metric.areas(shapes, world), metric.perimeters(shapes), strict=True):
        dense = shapely.segmentize(shape, shape.length / 20_000)
        degrees = shapely.transform(dense, lambda xy: np.column_stack(down.transform(*xy.T)))
        expected = abs(geod.geometry_area_perimeter(shapely.orient_polygons(degrees))[0])
        assert area == pytest.approx(expected, rel=2e-6)
        rings = shapely.get_rings(degrees)
        assert length == pytest.approx(sum(geod.geometry_length(ring) for ring in rings), rel=1e-4)


def test_a_local_crs_is_a_plane() -> None:
    foot = 0.304800609601219
    crs = pyproj.CRS(f'LOCAL_CS["site",UNIT["US survey foot",{foot}]]')
    geobox = GeoBox((20_000, 20_000), (1.6, 0.2, 1e6, 0.3, -1.5, 2e5), crs)
    metric, shapes = PixelMetric.of(geobox), outlines()
    world = outlines_to_world(shapes, geobox)
    assert metric.in_metres
    assert metric.areas(shapes, world) == pytest.approx(shapely.area(world) * foot**2)
    assert metric.perimeters(shapes) == pytest.approx(shapely.length(world) * foot)


def test_nan_without_a_crs() -> None:
    metric = PixelMetric.of(GeoBox((10, 10), Affine.identity(), None))
    assert np.isnan(metric.perimeters(outlines())).all()
    assert np.isnan(metric.areas(outlines(), outlines())).all()


def test_the_whole_world_in_degrees() -> None:
    crs, transform = pyproj.CRS(4326), Affine(0.1, 0, -180, 0, -0.1, 90)
    metric = PixelMetric.of(GeoBox((1800, 3600), transform, crs))
    geod = crs.get_geod()
    assert metric.ellipsoid
    assert geod is not None
    # Near the pole, at the antimeridian, at the equator.
    for column, row in ((5, 2), (3599, 600), (1800, 900), (20, 1799)):
        cell = np.array([shapely.box(column, row, column + 1, row + 1, ccw=True)], object)
        west, north = transform @ (column, row)
        corners = [(west, north), (west + 0.1, north), (west + 0.1, north - 0.1), (west, north - 0.1)]
        expected, length = geod.geometry_area_perimeter(shapely.Polygon(corners).segmentize(0.01))
        middle = np.array([[column + 0.5, row + 0.5]])
        assert metric.pixel_areas(middle) == pytest.approx(abs(expected), rel=1e-3)
        assert metric.perimeters(cell) == pytest.approx(length, rel=1e-3)
