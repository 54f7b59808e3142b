"""Drawn examples, read onto a raster's pixels."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, Point, box

from proxyclip_geo.errors import AreaError, QualityWarning, VectorError
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.raster.examples import read_examples
from proxyclip_geo.region import Region

Save = Callable[..., Path]


@pytest.fixture
def geobox() -> GeoBox:

    return GeoBox((40, 50), (0.5, 0, 500_000, 0, -0.5, 5_600_000), "EPSG:25832")


@pytest.fixture
def save(tmp_path: Path) -> Save:
    def save(shapes: list[Any], *, crs: Any = "EPSG:25832", to: Any = None, **columns: list[Any]) -> Path:
        frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)
        (frame if to is None else frame.to_crs(to)).to_file(tmp_path / "drawn.gpkg")
        return tmp_path / "drawn.gpkg"

    return save


def ground(left: float, top: float, right: float, bottom: float) -> Any:
    """A box around pixel edges of the place."""
    return box(500_000 + left / 2, 5_600_000 - bottom / 2, 500_000 + right / 2, 5_600_000 - top / 2)


def drawn_pixels(path: Path, geobox: GeoBox, **options: Any) -> list[np.ndarray]:
    found = read_examples(path, geobox, field="class", name="scene", **options)
    return [np.argwhere(item.rasterize(geobox.region)) for item in found]


@pytest.mark.parametrize("crs", [None, "EPSG:4326"])
def test_shapes_become_pixels(save: Save, geobox: GeoBox, crs: str | None) -> None:
    road = LineString([(500_000.1, 5_599_999.9), (500_002, 5_599_999.9)])
    shapes = [ground(4, 6, 7, 8), Point(500_010.3, 5_599_990.2), road]
    path = save(shapes, to=crs, **{"class": ["water", "forest", "road"]})
    found = read_examples(path, geobox, field="class", name="scene")
    assert [(item.name, item.negative) for item in found] == [("water", False), ("forest", False), ("road", False)]
    area, point, line = (np.argwhere(item.rasterize(geobox.region)).tolist() for item in found)
    assert area == [[row, col] for row in (6, 7) for col in (4, 5, 6)]
    assert point == [[19, 20]]
    assert line[:4] == [[0, 0], [0, 1], [0, 2], [0, 3]]


def test_a_region_equals_the_whole(save: Save, geobox: GeoBox) -> None:
    [item] = read_examples(
        save([ground(3.2, 3.2, 30.7, 22.1)], **{"class": ["a"]}), geobox, field="class", name="scene"
    )
    whole, part = item.rasterize(geobox.region), Region(5, 9, 11, 13)
    np.testing.assert_array_equal(item.rasterize(part), whole[part.slices_in(geobox.region)])


def test_a_sliver_counts_where_it_touches(save: Save, geobox: GeoBox) -> None:
    [pixels] = drawn_pixels(save([ground(4.1, 6.6, 7.9, 6.9)], **{"class": ["water"]}), geobox)
    assert pixels.tolist() == [[6, col] for col in (4, 5, 6, 7)]


@pytest.mark.parametrize("values", [[0, 1], [False, True], ["no", "Yes"], [None, "1"]])
def test_negative_examples(save: Save, geobox: GeoBox, values: list[Any]) -> None:
    path = save([ground(1, 1, 2, 2), ground(3, 3, 4, 4)], negative=values, **{"class": ["water", "water"]})
    assert [item.negative for item in read_examples(path, geobox, field="class", name="scene")] == [False, True]


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_errors_name_the_cause(save: Save, geobox: GeoBox, tmp_path: Path) -> None:
    inside, outside = ground(1, 1, 2, 2), ground(900, 900, 901, 901)
    with pytest.raises(VectorError, match=r"no column 'class' \(did you mean 'klass'\?\).*`field`"):
        drawn_pixels(save([inside], klass=["water"]), geobox)
    with pytest.raises(VectorError, match="1 of the 2 examples .* have nothing"):
        drawn_pixels(save([inside, inside], **{"class": ["water", None]}), geobox)
    with pytest.raises(VectorError, match="have a name of 10000 letters in column 'class', but the limit is 200"):
        drawn_pixels(save([inside], **{"class": ["x" * 10_000]}), geobox)
    with pytest.raises(AreaError, match="none of the 2 examples .* lies within scene"):
        drawn_pixels(save([outside, outside], **{"class": ["water", "road"]}), geobox)
    with pytest.warns(QualityWarning, match="1 of the 2 examples"):
        assert len(drawn_pixels(save([inside, outside], **{"class": ["water", "road"]}), geobox)) == 1
    with pytest.warns(QualityWarning, match=r"drawn\.gpkg has no CRS"):
        assert len(drawn_pixels(save([inside], crs=None, **{"class": ["water"]}), geobox)) == 1
    with pytest.raises(VectorError, match="does not exist"):
        drawn_pixels(tmp_path / "none.gpkg", geobox)
    (tmp_path / "table.csv").write_text("class,size\nwater,3\n")
    with pytest.raises(AreaError, match="holds no shape"):
        drawn_pixels(tmp_path / "table.csv", geobox)
