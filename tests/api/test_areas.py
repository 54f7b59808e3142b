"""Areas per class of label rasters: those of the polygons, whole and by zone."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine

import proxyclip_geo as pg

PLACES = [
    ("EPSG:32632", Affine(0.5, 0.1, 500_000, 0.1, -0.5, 5_600_000)),
    ("EPSG:4326", Affine(0.05, 0, 10, 0, -0.05, 70)),
    ("EPSG:3857", Affine(300, 0, 1e6, 0, -300, 9e6)),
    ("EPSG:2263", Affine(3, 0, 1e6, 0, -3, 2e5)),
]
VALUES = np.random.default_rng(1).integers(0, 4, (60, 90)).repeat(2, 0).astype(np.uint8)


def zones(path: Path, transform: Affine, crs: str) -> Path:
    """Three zones that partition the raster along slanted lines, the second in two features."""
    height, width = VALUES.shape
    corners = [(0, 0), (20.3, 0), (33.7, height), (0, height)], [(20.3, 0), (70.1, 0), (55.5, height), (33.7, height)]
    shapes = [shapely.Polygon(ring) for ring in corners]
    rest = shapely.box(0, 0, width, height).difference(shapely.union_all(shapes))
    shapes = [
        shapes[0],
        *(shapes[1].intersection(shapely.box(0, y, width, y + height / 2)) for y in (0, height / 2)),
        rest,
    ]
    world = [shapely.transform(shape, lambda xy: np.column_stack(transform @ xy.T)) for shape in shapes]
    gpd.GeoDataFrame({"district": ["west", "middle", "middle", "east"]}, geometry=world, crs=crs).to_file(path)
    return path


@pytest.mark.parametrize(("crs", "transform"), PLACES)
def test_areas_are_those_of_exact_polygons(
    make_raster: Callable[..., Path], tmp_path: Path, crs: str, transform: Affine
) -> None:
    labels = make_raster(data=VALUES[None], crs=crs, transform=transform, nodata=3)
    polygons = pg.vectorize(labels, tmp_path / "map.gpkg", options=pg.VectorOptions(exact=True))
    found = pg.measure_areas(labels, zones=zones(tmp_path / "zones.gpkg", transform, crs), zone_field="district")
    assert set(found.classes) == {"unclassified", "class 1", "class 2"}
    for name, area in polygons.areas.items():
        assert found.classes[name] == pytest.approx(area, rel=2e-6)
        assert sum(table[name] for table in found.zones.values()) == pytest.approx(area, rel=2e-6)
    for zone in ("west", "middle"):
        only = gpd.read_file(tmp_path / "zones.gpkg").query("district == @zone")
        only.to_file(tmp_path / f"{zone}.gpkg")
        options = pg.VectorOptions(exact=True, aoi=tmp_path / f"{zone}.gpkg")
        clipped = pg.vectorize(labels, tmp_path / f"clipped_{zone}.gpkg", options=options).areas
        assert {name: found.zones[zone][name] for name in clipped} == pytest.approx(dict(clipped), rel=1e-5)


def test_table_and_chart(make_raster: Callable[..., Path], tmp_path: Path) -> None:
    labels = make_raster(data=VALUES[None])
    report = pg.measure_areas(
        labels, vocabulary=["water", "<wood>", "field"], out=tmp_path / "a.csv", chart=tmp_path / "a.html"
    )
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text())))
    assert [row["class"] for row in rows] == sorted(report.classes, key=lambda name: -report.classes[name])
    assert sum(float(row["share_percent"]) for row in rows) == pytest.approx(100, abs=1e-4)
    assert float(rows[0]["area_ha"]) == pytest.approx(float(rows[0]["area_m2"]) / 1e4, abs=1e-5)
    page = (tmp_path / "a.html").read_text()
    assert "&lt;wood&gt;" in page
    assert report.colors["water"] in page
    with pytest.raises(pg.OutputError, match="exists"):
        pg.measure_areas(labels, out=tmp_path / "a.csv")
    with pytest.raises(pg.OutputError, match="must be a .csv file"):
        pg.measure_areas(labels, out=tmp_path / "a.xlsx")
    zone_file = zones(tmp_path / "z.gpkg", Affine(0.5, 0, 500_000, 0, -0.5, 5_600_000), "EPSG:25832")
    with pytest.raises(pg.VectorError, match="no column 'name'.*`zone_field`"):
        pg.measure_areas(labels, zones=zone_file)
    assert pg.measure_areas(labels, zones=zone_file, zone_field="district").to_csv().startswith("zone,class,area_m2")


def test_pixels_without_a_crs_and_beyond_a_crs(make_raster: Callable[..., Path]) -> None:
    plain = pg.measure_areas(make_raster("plain.tif", data=VALUES[None].astype(np.int32), crs=None)).classes
    assert (plain.unit, plain["class 2"]) == ("px", (VALUES == 2).sum())
    # The corners of an oval map lie beyond it.
    oval = make_raster(
        "oval.tif",
        data=np.ones((1, 180, 360), np.uint8),
        crs="ESRI:54009",
        transform=Affine(1e5, 0, -18e6, 0, -1e5, 9e6),
    )
    assert pg.measure_areas(oval).classes.total == pytest.approx(5.1e14, rel=0.02)


def test_a_map_has_the_areas_of_its_pixels(tmp_path: Path) -> None:
    scene = pg.sample(tmp_path / "scene.tif", size=96, seed=3).image
    pg.encode(scene, out=tmp_path / "scene.emb", model="demo")
    words = ["water", "forest", "field"]
    results = [
        pg.segment(scene, words, out=tmp_path / "one", model="demo"),
        pg.label(tmp_path / "scene.emb", words, out=tmp_path / "two"),
    ]
    for result in results:
        measured = pg.measure_areas(result.paths.labels).classes
        assert {name: area for name, area in result.areas.items() if area} == pytest.approx(dict(measured))
        assert result.areas.total == pytest.approx(48**2, rel=1e-3)
        assert result.run["areas"] == result.areas.to_dict()
        assert result.paths.areas.read_text() == result.areas.to_csv()
        assert result.areas.shares == pytest.approx(dict(result.shares), rel=1e-5)
