from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from proxyclip_geo.errors import AreaError, QualityWarning, RasterError, VectorError
from proxyclip_geo.raster.aoi import Area
from proxyclip_geo.raster.options import SourceOptions
from proxyclip_geo.raster.source import open_source
from proxyclip_geo.raster.view import Pixels
from proxyclip_geo.region import Region

MakeRaster = Callable[..., Path]
TILTED = Affine.translation(500_000, 5_600_000) @ Affine.rotation(30) @ Affine.scale(0.5, -0.5)


def at(left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
    """Bounds, in CRS units, of pixel edges in a raster of `make_raster`."""
    return 500_000 + left / 2, 5_600_000 - bottom / 2, 500_000 + right / 2, 5_600_000 - top / 2


def read_area(path: Path, **options: Any) -> Pixels:
    with open_source(path, SourceOptions(**options)) as source:
        pixels, inside = source.read(source.area.region), source.area.rasterize(source.area.region)
        return replace(pixels, rgb=pixels.rgb * inside, valid=pixels.valid & inside)


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    def save(*shapes: shapely.Geometry, crs: Any = "EPSG:25832", to: Any = None, name: str = "area.gpkg") -> Path:
        frame = gpd.GeoDataFrame(geometry=list(shapes), crs=crs)
        if to is not None:
            frame = frame.to_crs(to)
        frame.to_file(tmp_path / name)
        return tmp_path / name

    return save


class TestBounds:
    def test_are_rounded_to_pixels(self, make_raster: MakeRaster, coordinate_pixels) -> None:
        pixels = read_area(make_raster(), bounds=at(10, 20, 15, 28))
        np.testing.assert_array_equal(pixels.rgb, coordinate_pixels(40, 50)[:, 20:28, 10:15])
        assert pixels.geobox.bounds == at(10, 20, 15, 28)
        assert pixels.valid.all()

    def test_include_every_pixel_they_touch_up_to_rounding(self, make_raster: MakeRaster) -> None:
        path = make_raster()
        assert read_area(path, bounds=at(10.2, 20.7, 14.1, 27.5)).geobox.bounds == at(10, 20, 15, 28)
        assert read_area(path, bounds=at(9.99999, 20, 15.00001, 28)).geobox.bounds == at(10, 20, 15, 28)

    def test_are_clipped_to_the_raster(self, make_raster: MakeRaster) -> None:
        assert read_area(make_raster(), bounds=at(-9, -9, 4, 5)).geobox.bounds == at(0, 0, 4, 5)

    def test_beyond_the_raster_name_both_extents(self, make_raster: MakeRaster) -> None:
        with pytest.raises(AreaError, match=r"\(0, 0, 1, 1\).*500000, 5599980, 500025, 5600000"):
            read_area(make_raster(), bounds=(0, 0, 1, 1))
        with pytest.raises(AreaError, match="does not meet"):
            read_area(make_raster(), bounds=at(50, 0, 60, 40))

    @pytest.mark.parametrize("bounds", [(1, 1, 1, 2), (3, 0, 1, 1)])
    def test_that_enclose_nothing(self, make_raster: MakeRaster, bounds: tuple[float, float, float, float]) -> None:
        with pytest.raises(AreaError, match="enclose nothing"):
            read_area(make_raster(), bounds=bounds)

    def test_on_a_rotated_raster_follow_the_ground(self, make_raster: MakeRaster) -> None:
        path = make_raster(transform=TILTED, height=60, width=60)
        x, y = TILTED @ (30, 30)
        pixels = read_area(path, bounds=(x - 5, y - 3, x + 5, y + 3))
        rows, cols = np.nonzero(pixels.valid)
        xs, ys = pixels.geobox.transform @ (cols + 0.5, rows + 0.5)
        assert np.abs(xs - x).max() <= 5
        assert np.abs(ys - y).max() <= 3
        assert pixels.valid.sum() == pytest.approx(10 * 6 / 0.25, rel=0.03)


class TestPolygons:
    triangle = Polygon([at(5, 5, 0, 0)[::3], at(45, 5, 0, 0)[::3], at(5, 35, 0, 0)[::3]])

    def inside(self, height: int = 40, width: int = 50) -> np.ndarray:
        rows, cols = np.indices((height, width)) + 0.5
        return (cols > 5) & (rows > 5) & ((cols - 5) / 40 + (rows - 5) / 30 < 1)

    @pytest.mark.parametrize("name", ["area.gpkg", "area.geojson", "area.shp", "area.fgb", "area.kml"])
    def test_pixels_whose_centre_lies_inside(self, make_raster: MakeRaster, save, coordinate_pixels, name: str) -> None:
        to = "EPSG:4326" if name.endswith(("json", "kml")) else None
        pixels = read_area(make_raster(), aoi=save(self.triangle, name=name, to=to))
        expected = self.inside()[5:35, 5:45]
        assert pixels.valid.shape == (30, 40)
        assert (pixels.valid != expected).sum() <= (0 if to is None else 12)
        shown = coordinate_pixels(40, 50)[:, 5:35, 5:45]
        np.testing.assert_array_equal(pixels.rgb, np.where(pixels.valid, shown, 0))

    @pytest.mark.parametrize("to", ["EPSG:4326", "EPSG:3035", "EPSG:3857"])
    def test_in_another_crs(self, make_raster: MakeRaster, save, to: str) -> None:
        path = make_raster(height=400, width=500)
        square = box(*at(100, 100, 300, 250))
        pixels = read_area(path, aoi=save(square, to=to))
        assert pixels.valid.sum() == pytest.approx(200 * 150, rel=1e-3)
        assert pixels.geobox.bounds == pytest.approx(at(100, 100, 300, 250), abs=0.51)

    def test_whole_world_in_degrees(self, make_raster: MakeRaster, save) -> None:
        pixels = read_area(make_raster(), aoi=save(box(-180, -90, 180, 90), crs="EPSG:4326"))
        assert pixels.valid.shape == (40, 50)
        assert pixels.valid.all()

    def test_union_with_holes_and_several_layers(self, make_raster: MakeRaster, save, tmp_path: Path) -> None:
        ring = box(*at(0, 0, 20, 20)) - box(*at(5, 5, 10, 10))
        path = save(ring, box(*at(15, 15, 30, 30)))
        gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs="EPSG:25832").to_file(path, layer="a_points")
        assert read_area(make_raster(), aoi=path).valid.sum() == 400 - 25 + 225 - 25

    def test_is_intersected_with_bounds(self, make_raster: MakeRaster, save) -> None:
        path = make_raster()
        pixels = read_area(path, aoi=save(box(*at(0, 0, 20, 20))), bounds=at(10, 5, 40, 40))
        assert pixels.geobox.bounds == at(10, 5, 20, 20)
        with pytest.raises(AreaError, match="does not meet"):
            read_area(path, aoi=save(box(*at(0, 0, 20, 20))), bounds=at(30, 5, 40, 40))

    def test_self_crossing_is_repaired(self, make_raster: MakeRaster, save) -> None:
        bow = Polygon([at(0, 0, 0, 0)[::3], at(20, 20, 0, 0)[::3], at(20, 0, 0, 0)[::3], at(0, 20, 0, 0)[::3]])
        assert read_area(make_raster(), aoi=save(bow)).valid.sum() == pytest.approx(200, abs=20)

    @pytest.mark.parametrize("gsd", [0.21, 1.3])
    def test_at_another_resolution(self, make_raster: MakeRaster, save, gsd: float) -> None:
        pixels = read_area(make_raster(), aoi=save(self.triangle), gsd=gsd)
        assert pixels.valid.sum() * gsd**2 == pytest.approx(self.triangle.area, rel=0.06)

    def test_on_a_rotated_raster(self, make_raster: MakeRaster, save) -> None:
        strip = shapely.affinity.rotate(box(-2, -12, 2, 12), 30)
        x, y = TILTED @ (30, 30)
        pixels = read_area(
            make_raster(transform=TILTED, height=60, width=60), aoi=save(shapely.affinity.translate(strip, x, y))
        )
        # Along the raster's own axes the strip is 8 by 48 pixels; its bounds in the CRS would hold far more.
        assert sorted(pixels.valid.shape) == pytest.approx([8, 48], abs=1)
        assert pixels.valid.mean() > 0.9

    def test_without_crs_is_taken_as_the_rasters(self, make_raster: MakeRaster, save) -> None:
        area = save(self.triangle, name="area.shp")
        area.with_suffix(".prj").unlink()
        with pytest.warns(QualityWarning, match=r"area\.shp has no CRS"):
            pixels = read_area(make_raster(), aoi=area)
        np.testing.assert_array_equal(pixels.valid, self.inside()[5:35, 5:45])

    def test_raster_without_crs(self, make_raster: MakeRaster, save) -> None:
        path = make_raster(crs=None)
        with pytest.warns(QualityWarning, match="has no CRS") as caught:
            pixels = read_area(path, aoi=save(self.triangle))
        assert len(caught) == 2
        np.testing.assert_array_equal(pixels.valid, self.inside()[5:35, 5:45])

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data(), size=st.integers(9, 40), gsd=st.sampled_from([None, 0.3, 0.8]))
    def test_pieces_equal_the_whole(self, make_raster: MakeRaster, save, data, size: int, gsd) -> None:
        corner = st.tuples(st.integers(-20, 120), st.integers(-20, 100)).map(
            lambda c: (500_000 + c[0] / 4, 5_600_000 - c[1] / 4)
        )
        shape = Polygon(data.draw(st.lists(corner, min_size=3, max_size=6, unique=True)))
        try:
            source = open_source(make_raster(), SourceOptions(aoi=save(shape), gsd=gsd))
        except AreaError:
            return
        with source:
            raster = source.geobox.region
            whole = source.area.rasterize(raster)
            for piece in raster.tiles(size):
                np.testing.assert_array_equal(source.area.rasterize(piece), whole[piece.slices_in(raster)])


class TestBadAreas:
    def test_missing_file(self, make_raster: MakeRaster, tmp_path: Path) -> None:
        with pytest.raises(VectorError, match=r"nowhere\.gpkg"):
            read_area(make_raster(), aoi=tmp_path / "nowhere.gpkg")

    def test_no_vector_file(self, make_raster: MakeRaster, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").write_text("nothing here")
        with pytest.raises(VectorError, match=r"notes\.txt"):
            read_area(make_raster(), aoi=tmp_path / "notes.txt")

    def test_no_polygons(self, make_raster: MakeRaster, save) -> None:
        with pytest.raises(AreaError, match="no polygon"):
            read_area(make_raster(), aoi=save(shapely.Point(1, 1), shapely.LineString([(0, 0), (1, 1)])))

    @pytest.mark.parametrize("crs", ["EPSG:25832", "EPSG:4326"])
    def test_outside_the_raster(self, make_raster: MakeRaster, save, crs: str) -> None:
        with pytest.raises(AreaError, match=r"does not meet .*500000, 5599980, 500025, 5600000"):
            read_area(make_raster(), aoi=save(box(10, 20, 11, 21), crs=crs))

    def test_between_pixel_centres(self, make_raster: MakeRaster, save) -> None:
        with pytest.raises(AreaError, match="centre of no pixel"):
            read_area(make_raster(), aoi=save(box(*at(10.6, 10.6, 10.9, 10.9))))

    def test_only_nodata_inside(self, make_raster: MakeRaster, coordinate_pixels) -> None:
        data = coordinate_pixels(40, 50)
        data[:, :10, :10] = 0
        with pytest.raises(RasterError, match="every pixel of the area of interest"):
            read_area(make_raster(data=data, nodata=0), bounds=at(0, 0, 10, 10))


def test_threads_may_rasterize_at_once() -> None:
    area = Area(Region(0, 0, 40, 40), shapely.Point(20, 20).buffer(15))
    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(lambda _: area.rasterize(area.region), range(400)))
    assert all(np.array_equal(one, drawn[0]) for one in drawn)
