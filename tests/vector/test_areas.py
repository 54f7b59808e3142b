import math
import time

import numpy as np
import pyproj
import pytest
import shapely
from affine import Affine

from proxyclip_geo.vector.areas import area_m2

EARTH = 510_065_621_724_088.4  # m², area of the WGS 84 ellipsoid (NIMA TR8350.2: 5.10065621724e14)


def geodesic_area(shape: shapely.Geometry, crs: pyproj.CRS) -> float:
    """Area by Karney's geodesic polygons, after splitting edges finely: another method than the one tested."""
    dense = shapely.segmentize(shape, shape.length / 4000)
    down = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    degrees = shapely.transform(dense, lambda xy: np.column_stack(down.transform(*xy.T)))
    area, _ = crs.get_geod().geometry_area_perimeter(shapely.geometry.polygon.orient(degrees))
    return abs(area)


def with_hole(x: float, y: float, size: float) -> shapely.Polygon:
    """An L with a hole, so that long edges face short ones."""
    shell = np.array([(0, 0), (1, 0), (1, 0.5), (0.5, 0.5), (0.5, 1), (0, 1)])
    hole = np.array([(0.1, 0.1), (0.2, 0.1), (0.2, 0.3), (0.1, 0.3)])
    return shapely.Polygon(shell * size + (x, y), [hole * size + (x, y)])


@pytest.mark.parametrize("size", [100.0, 10_000.0, 1_000_000.0])
@pytest.mark.parametrize(
    ("crs", "x", "y", "unit"),
    [
        (32631, 5e5, 5.5e6, 1),
        (32631, 790_000, 7e6, 1),
        (3857, 1e6, 8_399_737, 1),
        (3857, 1e6, 19e6, 1),
        (4326, 10, 60, 1e-5),
        (2263, 1e6, 2e5, 3.28),
        (3031, -3000, -4000, 1),
        (28992, 1.5e5, 4.6e5, 1),
        (7415, 1.5e5, 4.6e5, 1),
    ],
)
def test_agrees_with_geodesics(crs: int, x: float, y: float, unit: float, size: float) -> None:
    shape = with_hole(x, y, size * unit)
    reference = geodesic_area(shape, pyproj.CRS(crs))
    assert area_m2([shape], pyproj.CRS(crs))[0] == pytest.approx(reference, rel=2e-6)


def test_polygons_all_over_the_earth_in_one_batch() -> None:
    boxes = [shapely.box(lon, lat, lon + 0.5, lat + 0.5) for lat in range(-90, 90, 30) for lon in range(-180, 180, 45)]
    wgs84 = pyproj.CRS(4326)
    expected = [geodesic_area(box, wgs84) for box in boxes]
    np.testing.assert_allclose(area_m2(boxes, wgs84), expected, rtol=2e-6)


def test_around_the_pole() -> None:
    # The scale of this projection on the ellipsoid is 0.994 at the pole.
    box = shapely.box(2e6 - 500, 2e6 - 500, 2e6 + 500, 2e6 + 500)
    assert area_m2([box], pyproj.CRS(32661))[0] == pytest.approx(1e6 / 0.994**2, rel=1e-6)


def test_utm_scale_on_the_central_meridian() -> None:
    pixel = shapely.box(500_000, 5_500_000, 500_001, 5_500_001)
    assert area_m2([pixel], pyproj.CRS(32631))[0] == pytest.approx(0.9996**-2, rel=1e-7)


def test_web_mercator_at_60_degrees() -> None:
    # Its scale on the sphere is 2 there; on the ellipsoid k = a / (N cos φ) eastwards and a / (M cos φ) northwards.
    x, y = pyproj.Transformer.from_crs(4326, 3857, always_xy=True).transform(10, 60)
    e2, sine = 0.0066943799901413165, math.sin(math.radians(60))
    normal, meridian = (1 - e2 * sine**2) ** -0.5, (1 - e2) * (1 - e2 * sine**2) ** -1.5
    area = area_m2([shapely.box(x - 5, y - 5, x + 5, y + 5)], pyproj.CRS(3857))[0]
    assert area == pytest.approx(100 / 4 * normal * meridian, rel=1e-6)


def test_us_survey_feet() -> None:
    metres, feet = pyproj.CRS(6538), pyproj.CRS(6539)  # New York Long Island, NAD83(2011), in metres and in US feet
    box = shapely.box(300_000, 60_000, 300_100, 60_050)
    to_feet = shapely.transform(box, lambda xy: xy * 3937 / 1200)
    assert area_m2([to_feet], feet) == pytest.approx(area_m2([box], metres), rel=1e-7)


def test_grads_from_paris() -> None:
    # NTF (Paris) counts longitudes in grads from Paris; Lambert zone II has a scale of 0.99987742 on its parallel.
    x, y = pyproj.Transformer.from_crs(4807, 27572, always_xy=True).transform(0, 52)
    pixel = shapely.box(x, y, x + 10, y + 10)
    assert area_m2([pixel], pyproj.CRS(27572))[0] == pytest.approx(100 / 0.99987742**2, rel=1e-6)


def test_rotation_does_not_change_an_area() -> None:
    turn = Affine.translation(5e5, 5.5e6) @ Affine.rotation(33)
    square = [(0, 0), (1000, 0), (1000, 1000), (0, 1000)]
    turned = shapely.Polygon([turn @ corner for corner in square])
    assert area_m2([turned], pyproj.CRS(32631))[0] == pytest.approx(1e6 / 0.9996**2, rel=1e-7)


@pytest.mark.parametrize("west", [-180, 0])
def test_the_whole_earth(west: int) -> None:
    assert area_m2([shapely.box(west, -90, west + 360, 90)], pyproj.CRS(4326))[0] == pytest.approx(EARTH, rel=1e-6)


def test_across_the_antimeridian() -> None:
    here, there = shapely.box(10, 50, 10.2, 50.1), shapely.box(179.9, 50, 180.1, 50.1)
    areas = area_m2([here, there], pyproj.CRS(4326))
    assert areas[0] == pytest.approx(areas[1], rel=1e-10)


def test_a_sphere() -> None:
    sphere = pyproj.CRS("+proj=longlat +R=1000000 +type=crs")
    assert area_m2([shapely.box(0, 0, 90, 90)], sphere)[0] == pytest.approx(math.pi / 2 * 1e12, rel=1e-6)


def test_multipolygons_add_up_and_empty_ones_have_no_area() -> None:
    boxes = [shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)]
    areas = area_m2([*boxes, shapely.MultiPolygon(boxes), shapely.Polygon()], pyproj.CRS(4326))
    assert areas[2] == pytest.approx(areas[0] + areas[1], rel=1e-7)
    assert areas[3] == 0


@pytest.mark.parametrize("crs", [None, pyproj.CRS('LOCAL_CS["site",UNIT["unknown",1]]')])
def test_no_area_without_an_ellipsoid(crs: pyproj.CRS | None) -> None:
    assert np.isnan(area_m2([shapely.box(0, 0, 1, 1)], crs)).all()


def test_a_local_crs_is_a_plane() -> None:
    crs = pyproj.CRS('LOCAL_CS["site",UNIT["US survey foot",0.304800609601219]]')
    assert area_m2([shapely.box(0, 0, 2, 3)], crs)[0] == pytest.approx(6 * 0.304800609601219**2)


def test_nan_beyond_the_projection_only() -> None:
    outside, inside = shapely.box(1e9, 1e9, 1.1e9, 1.1e9), shapely.box(0, 0, 1, 1)
    areas = area_m2([outside, inside], pyproj.CRS("ESRI:54009"))
    assert np.isnan(areas[0])
    assert areas[1] == pytest.approx(0.9933, rel=1e-4)


def test_a_polygon_with_a_vertex_beyond_the_projection_has_no_area() -> None:
    oval = pyproj.CRS("ESRI:54009")
    corner = shapely.box(-18e6, 8e6, -15e6, 9e6)
    assert np.isnan(area_m2([corner], oval)).all()


def test_metres_taken_for_degrees_have_no_area() -> None:
    shapes = [shapely.box(500_000, 5_600_000, 500_000 + size, 5_600_000 + size) for size in (1, 10_000_000)]
    assert np.isnan(area_m2(shapes, pyproj.CRS(4326))).all()


def test_no_polygons() -> None:
    assert area_m2([], pyproj.CRS(4326)).shape == (0,)


def test_areas_do_not_depend_on_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes = shapely.box(*(np.arange(50.0) * 10 + offset for offset in (0, 0, 5, 7)))
    whole = area_m2(boxes, pyproj.CRS(32631))
    monkeypatch.setattr("proxyclip_geo.vector.areas._VERTICES_AT_ONCE", 12)
    np.testing.assert_array_equal(area_m2(boxes, pyproj.CRS(32631)), whole)


def test_speed_beside_geodesics(capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(0)
    west, south = rng.uniform(4e5, 6e5, 20_000), rng.uniform(5e6, 6e6, 20_000)
    boxes = shapely.box(west, south, west + 20, south + 30)
    crs = pyproj.CRS(32631)
    start = time.perf_counter()
    areas = area_m2(boxes, crs)
    ours = time.perf_counter() - start
    down, geod = pyproj.Transformer.from_crs(crs, 4326, always_xy=True), pyproj.Geod(ellps="WGS84")
    start = time.perf_counter()
    degrees = shapely.transform(boxes, lambda xy: np.column_stack(down.transform(*xy.T)))
    theirs = np.abs([geod.geometry_area_perimeter(box)[0] for box in degrees])
    karney = time.perf_counter() - start
    with capsys.disabled():
        print(f"\narea_m2 of {len(boxes)} polygons: {ours:.2f} s, {ours / karney:.2f} × the time of pyproj.Geod")
    np.testing.assert_allclose(areas, theirs, rtol=1e-5)
