import dataclasses
import math
import pickle
from typing import Any

import pyproj
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from proxyclip_geo.errors import OptionError
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.region import Region

UTM = pyproj.CRS(32632)
WGS84 = pyproj.CRS(4326)
A, E2 = 6_378_137.0, 0.00669437999014
FOOT = 1200 / 3937  # US survey foot in metres
SITE = pyproj.CRS('ENGCRS["site",EDATUM["peg"],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],LENGTHUNIT["m",1]]')

# Binary fractions, so that what is moved there and back is the same to the last bit.
quarters = st.integers(-4000, 4000).map(lambda value: value / 4)
transforms = st.builds(Affine, quarters, quarters, quarters, quarters, quarters, quarters)
transforms = transforms.filter(lambda transform: transform.determinant != 0)
shapes = st.tuples(st.integers(1, 64), st.integers(1, 64))
geoboxes = st.builds(GeoBox, shapes, transforms, st.none())
regions = st.builds(Region, st.integers(-50, 50), st.integers(-50, 50), st.integers(1, 50), st.integers(1, 50))


def centred(crs: pyproj.CRS, lon: float, lat: float, pixel: Affine, *, size: int = 10) -> GeoBox:
    """A geobox whose centre lies at a longitude and latitude of its CRS's datum."""
    x, y = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True).transform(lon, lat)
    return GeoBox((size, size), Affine.translation(x, y) @ pixel @ Affine.translation(-size / 2, -size / 2), crs)


def degree_lengths(lat: float) -> tuple[float, float]:
    """Metres of a degree of longitude and of latitude on WGS 84, by the radii of curvature."""
    sine = math.sin(math.radians(lat))
    normal = A / math.sqrt(1 - E2 * sine**2)
    meridian = normal * (1 - E2) / (1 - E2 * sine**2)
    return math.radians(1) * normal * math.cos(math.radians(lat)), math.radians(1) * meridian


class TestGsd:
    @pytest.mark.parametrize("lat", [0.0, 47.3, -60.0, 80.0])
    @pytest.mark.parametrize("lon", [-123.0, 8.5, 180.0])
    def test_degrees(self, lon: float, lat: float) -> None:
        across, down = degree_lengths(lat)
        gsd = centred(WGS84, lon, lat, Affine.scale(1e-5, -2e-5)).gsd
        assert gsd == pytest.approx((1e-5 * across, 2e-5 * down), rel=1e-5)

    @pytest.mark.parametrize(
        ("epsg", "lon", "lat", "pixel", "expected", "tolerance"),
        [
            pytest.param(32632, 9, 48, 0.5, 0.5 / 0.9996, 1e-6, id="UTM on its central meridian"),
            pytest.param(2193, 173, -41, 10, 10 / 0.9996, 1e-6, id="northing before easting"),
            pytest.param(2263, -74, 40.9, 1, FOOT, 1e-4, id="US survey feet"),
            pytest.param(7415, 5.4, 52.2, 0.25, 0.25 / 0.9999079, 1e-5, id="compound with heights"),
            pytest.param(27572, 0, 52, 1, 1 / 0.99987742, 1e-4, id="metres on a CRS of grads"),
            pytest.param(5041, 0, 90, 100, 100 / 0.994, 1e-6, id="at the pole"),
        ],
    )
    def test_other_units(
        self, epsg: int, lon: float, lat: float, pixel: float, expected: float, tolerance: float
    ) -> None:
        gsd = centred(pyproj.CRS(epsg), lon, lat, Affine.scale(pixel, -pixel)).gsd
        assert gsd == pytest.approx((expected, expected), rel=tolerance)

    def test_grads(self) -> None:
        radius, flattening = 6_378_249.2, 1 / 293.4660212936269  # Clarke 1880 (IGN)
        grad = math.pi / 200
        gsd = centred(pyproj.CRS(4807), 0, 0, Affine.scale(1e-5, -1e-5)).gsd
        assert gsd == pytest.approx((1e-5 * grad * radius, 1e-5 * grad * radius * (1 - flattening) ** 2), rel=1e-6)

    @pytest.mark.parametrize("lat", [0, 60, -75])
    def test_web_mercator_pixels_shrink_with_latitude(self, lat: float) -> None:
        across, down = degree_lengths(lat)
        degree = math.radians(1) * A  # metres of a degree at the equator
        gsd = centred(pyproj.CRS(3857), 10, lat, Affine.scale(1, -1)).gsd
        assert gsd == pytest.approx((across / degree, down * math.cos(math.radians(lat)) / degree), rel=1e-5)

    @pytest.mark.parametrize("angle", [0, 30, 90, 135, 180])
    def test_rotated_pixels_keep_their_edges(self, angle: float) -> None:
        geobox = centred(UTM, 9, 48, Affine.rotation(angle) @ Affine.scale(0.5, -2))
        assert geobox.resolution == pytest.approx((0.5, 2))
        assert geobox.gsd == pytest.approx((0.5 / 0.9996, 2 / 0.9996), rel=1e-6)

    def test_a_rotated_pole(self) -> None:
        # On a sphere, a degree on the rotated equator is as long as one on the equator.
        crs = "+proj=ob_tran +o_proj=longlat +o_lon_p=0 +o_lat_p=39.25 +lon_0=18 +ellps=sphere +type=crs"
        gsd = GeoBox((10, 10), (0.01, 0, -0.05, 0, -0.01, 0.05), crs).gsd
        assert gsd == pytest.approx((math.radians(0.01) * 6_370_997,) * 2, rel=1e-6)

    @pytest.mark.parametrize(
        ("crs", "x"),
        [
            pytest.param(None, 0, id="no CRS"),
            pytest.param(pyproj.CRS('LOCAL_CS["site",UNIT["unknown",1]]'), 0, id="local CRS without a unit"),
            pytest.param(UTM, 1e12, id="off the projection"),
        ],
    )
    def test_is_none_without_an_ellipsoid(self, crs: pyproj.CRS | None, x: float) -> None:
        assert GeoBox((10, 10), (1, 0, x, 0, -1, 0), crs).gsd is None

    def test_of_a_local_crs_is_in_its_unit(self) -> None:
        feet = pyproj.CRS(f'LOCAL_CS["site",UNIT["US survey foot",{FOOT}]]')
        assert GeoBox((10, 10), (3, 4, 0, 0, -2, 0), feet).gsd == pytest.approx((3 * FOOT, math.hypot(4, 2) * FOOT))
        assert GeoBox((10, 10), (3, 0, 0, 0, -2, 0), SITE).gsd == (3, 2)

    def test_is_that_of_the_central_pixel(self) -> None:
        tall = GeoBox((200, 1), (0.1, 0, 0, 0, -0.1, 70), WGS84)
        assert tall.gsd == pytest.approx((0.1 * degree_lengths(60)[0], 0.1 * degree_lengths(59.95)[1]), rel=1e-4)


class TestGeometry:
    @settings(deadline=None)
    @given(geoboxes, regions, st.integers(-9, 9), st.integers(-9, 9))
    def test_crop_does_not_move_pixels(self, geobox: GeoBox, region: Region, row: int, col: int) -> None:
        part = geobox.crop(region)
        assert part.shape == region.shape
        assert part.transform @ (col, row) == geobox.transform @ (col + region.left, row + region.top)

    @settings(deadline=None)
    @given(geoboxes, regions)
    def test_crop_and_back(self, geobox: GeoBox, region: Region) -> None:
        assert geobox.crop(region).crop(geobox.region.shift(-region.top, -region.left)) == geobox

    @settings(deadline=None)
    @given(geoboxes, st.integers(1, 99), st.integers(1, 99))
    def test_zoom_to_a_shape_keeps_the_corners(self, geobox: GeoBox, height: int, width: int) -> None:
        factors = geobox.height / height, geobox.width / width
        zoomed = geobox.zoom_out(factors)
        assert zoomed.shape == (height, width)
        for before, after in zip(geobox.corners, zoomed.corners, strict=True):
            assert after == pytest.approx(before, rel=1e-12, abs=1e-9)
        horizontal, vertical = geobox.resolution
        assert zoomed.resolution == pytest.approx((horizontal * factors[1], vertical * factors[0]))

    @settings(deadline=None)
    @given(geoboxes, st.sampled_from([1, 2, 4, 8]))
    def test_zoom_in_and_out(self, geobox: GeoBox, factor: int) -> None:
        assert geobox.zoom_out((1 / factor, 1 / factor)).zoom_out((factor, factor)) == geobox

    def test_zoom_out_leaves_a_pixel(self) -> None:
        geobox = GeoBox((3, 100), (1, 0, 0, 0, -1, 0), None)
        assert geobox.zoom_out((10, 10)).shape == (1, 10)
        assert geobox.zoom_out((10, 10), shape=(2, 11)).shape == (2, 11)

    @settings(deadline=None)
    @given(geoboxes, st.integers(-50, 50), st.integers(-50, 50))
    def test_pixels_to_world_and_back(self, geobox: GeoBox, row: int, col: int) -> None:
        [(x, y)] = geobox.pixel_to_world([(col, row)])
        assert (x, y) == geobox.transform @ (col, row)
        scale = 1e-9 * max(map(abs, geobox.transform)) ** 2 / abs(geobox.transform.determinant)
        assert geobox.world_to_pixel([(x, y)])[0] == pytest.approx((col, row), abs=max(1e-9, 100 * scale))

    @settings(deadline=None)
    @given(geoboxes, st.floats(0, 1), st.floats(0, 1))
    def test_bounds_hold_every_pixel_and_touch_corners(self, geobox: GeoBox, down: float, across: float) -> None:
        west, south, east, north = geobox.bounds
        x, y = geobox.transform @ (across * geobox.width, down * geobox.height)
        slack = 1e-9 * max(1, *map(abs, geobox.bounds))
        assert west - slack <= x <= east + slack
        assert south - slack <= y <= north + slack
        assert {west, east} <= {x for x, _ in geobox.corners}
        assert {south, north} <= {y for _, y in geobox.corners}

    def test_bounds_of_a_rotated_grid(self) -> None:
        turned = GeoBox((10, 10), Affine.translation(100, 200) @ Affine.rotation(45), UTM)
        half = 10 / math.sqrt(2)
        assert turned.bounds == pytest.approx((100 - half, 200, 100 + half, 200 + 2 * half))

    def test_corners_go_round_from_the_upper_left(self) -> None:
        assert GeoBox((5, 20), (2, 0, 10, 0, -2, 50), UTM).corners == ((10, 50), (50, 50), (50, 40), (10, 40))

    @settings(deadline=None)
    @given(geoboxes, regions)
    def test_grid_offset_of_a_crop(self, geobox: GeoBox, region: Region) -> None:
        assert geobox.grid_offset(geobox.crop(region)) == (region.top, region.left)

    @pytest.mark.parametrize(
        ("transform", "offset"),
        [
            ((0.5 + 1e-7, 0, 10.002, 0, -0.5, 50), (0, 20)),
            ((0.5, 0, 10.1, 0, -0.5, 50), None),
            ((0.5001, 0, 10, 0, -0.5, 50), None),
            ((0.25, 0, 10, 0, -0.25, 50), None),
            ((0.5, 0, 10, 0, 0.5, 50), None),
        ],
        ids=["rounding", "shifted", "drifting", "finer", "upside down"],
    )
    def test_grid_offset_tolerates_rounding_only(
        self, transform: tuple[float, ...], offset: tuple[int, int] | None
    ) -> None:
        grid = GeoBox((1000, 1000), (0.5, 0, 0, 0, -0.5, 50), UTM)
        assert grid.grid_offset(GeoBox((500, 500), transform, UTM)) == offset

    def test_is_a_value(self) -> None:
        geobox = GeoBox((3, 4), Affine.identity(), UTM)
        assert (geobox.height, geobox.width) == geobox.region.shape == (3, 4)
        assert geobox == GeoBox((3, 4), Affine.identity(), pyproj.CRS(32632))
        assert pickle.loads(pickle.dumps(geobox)) == geobox
        with pytest.raises(dataclasses.FrozenInstanceError):
            geobox.shape = (5, 4)  # type: ignore[misc]


class TestInput:
    @pytest.mark.parametrize(
        "crs",
        [32632, "EPSG:32632", "+proj=utm +zone=32 +datum=WGS84 +type=crs", UTM.to_wkt(), rasterio.CRS.from_epsg(32632)],
        ids=["code", "EPSG", "PROJ", "WKT", "rasterio"],
    )
    def test_any_crs_is_understood(self, crs: Any) -> None:
        geobox = GeoBox((3, 4), [1, 0, 0, 0, -1, 0], crs)
        assert isinstance(geobox.crs, pyproj.CRS)
        assert geobox.crs.equals(UTM, ignore_axis_order=True) or geobox.crs.to_epsg() == 32632

    @pytest.mark.parametrize("crs", [None, rasterio.CRS()])
    def test_no_crs(self, crs: Any) -> None:
        assert GeoBox((3, 4), Affine.scale(1, -1), crs).crs is None

    def test_a_local_crs_survives(self) -> None:
        assert GeoBox((3, 4), Affine.scale(1, -1), rasterio.CRS.from_wkt(SITE.to_wkt())).crs == SITE

    @pytest.mark.parametrize(
        ("shape", "transform", "crs", "message"),
        [
            ((3, 4), Affine.scale(1, -1), "EPSG:1", "CRS 'EPSG:1' is not known .*; pass an EPSG code"),
            ((-3, 4), Affine.scale(1, -1), None, "shape -3 × 4"),
            ((3, 4), Affine.scale(0, -1), None, "maps all pixels onto a line"),
            ((3, 4), Affine.scale(math.nan, -1), None, "maps all pixels onto a line"),
        ],
    )
    def test_refuses(self, shape: tuple[int, int], transform: Affine, crs: Any, message: str) -> None:
        with pytest.raises(OptionError, match=message):
            GeoBox(shape, transform, crs)
