import math
import time
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from rasterio.features import rasterize, shapes
from scipy import ndimage

from proxyclip_geo.errors import Cancelled, OptionError, RasterError, VectorError
from proxyclip_geo.progress import ProgressEvent

CLASSES = {1: "water", 2: "forest", 3: "building"}
NORTH_UP = Affine(0.5, 0, 400_000, 0, -0.5, 5_600_000)
TRANSFORMS = {
    "north up": NORTH_UP,
    "south up": Affine(0.5, 0, 400_000, 0, 0.5, 5_600_000),
    "rotated": NORTH_UP @ Affine.rotation(20),
    "odd": Affine(0.1, 0.03, 1 / 3, 0.02, -0.7, -1e6),
}
EDGES = ndimage.generate_binary_structure(2, 1)
CORNERS = ndimage.generate_binary_structure(2, 2)

label_rasters = arrays(
    np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.sampled_from([0, 1, 2, 3, 255])
)


def patch_count(labels: NDArray[Any], structure: NDArray[np.bool_]) -> int:
    return sum(ndimage.label(labels == value, structure)[1] for value in CLASSES)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(labels=label_rasters, transform=st.sampled_from(sorted(TRANSFORMS)), connectivity=st.sampled_from([4, 8]))
def test_polygons_are_the_labels(polygonize, make_band, labels, transform, connectivity) -> None:
    path = make_band(labels, transform=TRANSFORMS[transform])
    frame = polygonize(path, classes=CLASSES, connectivity=connectivity)

    assert frame.is_valid.all()
    assert len(frame) == patch_count(labels, EDGES if connectivity == 4 else CORNERS)
    pixel = abs(TRANSFORMS[transform].determinant)
    assert frame.area.sum() == pytest.approx(np.isin(labels, list(CLASSES)).sum() * pixel, rel=1e-6)
    expected = np.where(np.isin(labels, list(CLASSES)), labels, 0)
    back = np.zeros_like(labels)
    if len(frame):
        pairs = zip(frame.geometry, frame["label"], strict=True)
        back = rasterize(pairs, labels.shape, transform=TRANSFORMS[transform], dtype="uint8")
    np.testing.assert_array_equal(back, expected)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    labels=st.one_of(label_rasters, label_rasters.map(lambda labels: np.kron(labels, np.ones((2, 2), np.uint8)))),
    connectivity=st.sampled_from([4, 8]),
    rows=st.integers(1, 9),
    threads=st.sampled_from([1, 3]),
)
def test_equals_gdal_on_the_whole_array_for_every_block_size(
    polygonize, make_band, labels, connectivity, rows, threads
) -> None:
    path = make_band(labels)
    frame = polygonize(path, classes=CLASSES, connectivity=connectivity, block_rows=rows, threads=threads)
    assert frame.is_valid.all()
    theirs = [
        (value, whole(shapely.geometry.shape(polygon)).wkb)
        for polygon, value in shapes(labels, connectivity=connectivity, transform=NORTH_UP)
        if value in CLASSES
    ]
    ours = [(row.label, shapely.normalize(row.geometry).wkb) for row in frame.itertuples()]
    assert sorted(ours) == sorted(theirs)
    at_once = polygonize(path, classes=CLASSES, connectivity=connectivity)
    pd.testing.assert_frame_equal(pd.DataFrame(frame.to_wkb()), pd.DataFrame(at_once.to_wkb()))


def whole(polygon: shapely.Geometry) -> shapely.Geometry:
    """GDAL's rings may touch themselves at corners, which is not valid; the polygon's normal form."""
    valid = polygon if polygon.is_valid else shapely.make_valid(polygon, method="structure", keep_collapsed=False)
    return shapely.normalize(valid)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(labels=label_rasters, seed=st.integers(0, 99), connectivity=st.sampled_from([4, 8]), rows=st.integers(1, 9))
def test_mean_score_is_that_of_the_pixels(polygonize, make_band, labels, seed, connectivity, rows) -> None:
    percent = np.random.default_rng(seed).choice([0, 37, 50, 99, 100, 255], labels.shape).astype(np.uint8)
    frame = polygonize(
        make_band(labels),
        classes=CLASSES,
        score=make_band(percent, "score", scale=0.01),
        connectivity=connectivity,
        block_rows=rows,
    )
    for row in frame.itertuples():
        inside = rasterize([row.geometry], labels.shape, transform=NORTH_UP) == 1
        scores = percent[inside & (percent != 255)] / 100
        assert row.score == pytest.approx(scores.mean() if scores.size else math.nan, abs=1e-12, nan_ok=True)
        assert row.score_min == pytest.approx(scores.min() if scores.size else math.nan, abs=1e-12, nan_ok=True)
        assert row.pixels == inside.sum()


@pytest.mark.parametrize(
    ("values", "nodata", "scale"),
    [
        (np.array([[50, 100]], np.uint8), 255, 1.0),
        (np.array([[50, 100]], np.uint8), None, 0.01),
        (np.array([[5000, 10000]], np.uint16), None, 0.0001),
        (np.array([[0.5, 1.0]], np.float32), math.nan, 1.0),
    ],
)
def test_score_codings(polygonize, make_band, values, nodata, scale) -> None:
    labels = make_band(np.ones((1, 2), np.uint8))
    score = make_band(values, "score", nodata=nodata, scale=scale)
    assert polygonize(labels, classes=CLASSES, score=score)["score"].tolist() == pytest.approx([0.75])


def test_float_scores_without_data_do_not_count(polygonize, make_band) -> None:
    score = make_band(np.array([[0.5, math.nan]], np.float32), "score", nodata=None)
    frame = polygonize(make_band(np.ones((1, 2), np.uint8)), classes=CLASSES, score=score)
    assert frame["score"].tolist() == [0.5]


def test_columns_order_and_holes(polygonize, make_band) -> None:
    labels = np.array(
        [
            [0, 2, 2, 2, 2],
            [1, 2, 3, 2, 2],
            [1, 2, 2, 1, 2],
            [1, 2, 2, 2, 2],
        ],
        np.uint8,
    )
    frame = polygonize(make_band(labels), classes=CLASSES)
    assert frame.columns.tolist() == ["class", "label", "area_m2", "perimeter_m", "pixels", "geometry"]
    assert frame["class"].tolist() == ["forest", "water", "building", "water"]
    assert frame["label"].tolist() == [2, 1, 3, 1]
    assert frame.crs == pyproj.CRS(32631)
    forest = frame.geometry[0]
    assert len(forest.interiors) == 2
    assert forest.exterior.is_ccw
    assert not forest.interiors[0].is_ccw
    assert frame["area_m2"].to_numpy() == pytest.approx(frame.area.to_numpy(), rel=2e-3)


def test_south_up_shells_run_counter_clockwise_too(polygonize, make_band) -> None:
    path = make_band(np.ones((2, 2), np.uint8), transform=TRANSFORMS["south up"])
    assert polygonize(path, classes=CLASSES).geometry[0].exterior.is_ccw


@pytest.mark.parametrize("connectivity", [4, 8])
def test_rings_that_touch_themselves_are_valid(polygonize, make_band, connectivity) -> None:
    # The 1s surround a pixel and close only at a corner.
    labels = np.array([[1, 1, 1], [1, 2, 1], [1, 1, 2]], np.uint8)
    frame = polygonize(make_band(labels), classes=CLASSES, connectivity=connectivity)
    assert frame.is_valid.all()
    by_label = frame.dissolve("label").area
    assert by_label.to_dict() == {1: 7 * 0.25, 2: 2 * 0.25}


def test_eight_connected_patches_are_one_row(polygonize, make_band) -> None:
    frame = polygonize(make_band(np.eye(3, dtype=np.uint8)), classes=CLASSES, connectivity=8)
    assert frame.geom_type.tolist() == ["MultiPolygon"]


def test_neighbours_share_their_corners_exactly(polygonize, make_band) -> None:
    labels = np.random.default_rng(1).integers(1, 4, (30, 30)).astype(np.uint8)
    frame = polygonize(make_band(labels, transform=TRANSFORMS["odd"]), classes=CLASSES)
    corners = np.unique(shapely.get_coordinates(frame.geometry.to_numpy()), axis=0)
    assert len(corners) <= 31 * 31


def test_nothing_labelled_gives_an_empty_frame(polygonize, make_band) -> None:
    score = make_band(np.zeros((3, 4), np.uint8), "score")
    frame = polygonize(make_band(np.full((3, 4), 255, np.uint8)), classes=CLASSES, score=score)
    assert isinstance(frame, gpd.GeoDataFrame)
    assert frame.empty
    assert frame.columns.tolist() == [
        *("class", "label", "area_m2", "perimeter_m", "pixels", "score", "score_min", "geometry")
    ]
    assert frame.crs == pyproj.CRS(32631)


def test_many_classes_in_uint16(polygonize, make_band) -> None:
    labels = np.array([[0, 255, 300, 65535]], np.uint16)
    frame = polygonize(make_band(labels, nodata=65535), classes={255: "a", 300: "b"})
    assert frame["label"].tolist() == [255, 300]


def test_255_without_a_name_has_no_polygon(polygonize, make_band) -> None:
    labels = np.array([[1, 255]], np.uint8)
    assert len(polygonize(make_band(labels, nodata=None), classes=CLASSES)) == 1


def test_declared_nodata_has_no_polygon(polygonize, make_band) -> None:
    labels = np.array([[1, 2]], np.uint8)
    assert polygonize(make_band(labels, nodata=2), classes=CLASSES)["label"].tolist() == [1]


def test_without_crs_the_area_is_unknown(polygonize, make_band) -> None:
    frame = polygonize(make_band(np.ones((2, 2), np.uint8), crs=None, transform=Affine.identity()), classes=CLASSES)
    assert frame.crs is None
    assert frame["area_m2"].isna().all()
    assert frame.area.tolist() == [4.0]


def test_crs_without_a_code_is_preserved(polygonize, make_band) -> None:
    crs = pyproj.CRS("+proj=laea +lat_0=12.3 +lon_0=4.56 +ellps=WGS84 +type=crs")
    frame = polygonize(make_band(np.ones((2, 2), np.uint8), crs=crs.to_wkt()), classes=CLASSES)
    assert frame.crs == crs


def test_progress_is_reported_and_can_cancel(polygonize, make_band) -> None:
    labels, score = make_band(np.ones((4, 2), np.uint8)), make_band(np.ones((4, 2), np.uint8), "score")
    events: list[ProgressEvent] = []
    polygonize(labels, classes=CLASSES, score=score, progress=events.append)
    assert [(event.stage, event.done, event.total) for event in events] == [
        ("polygonize", 0, 4),
        ("polygonize", 4, 4),
        ("write", 1, 1),
    ]

    def stop(event: ProgressEvent) -> None:
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        polygonize(labels, classes=CLASSES, progress=stop)


def test_a_label_without_a_name_is_an_error(polygonize, make_band) -> None:
    path = make_band(np.array([[1, 7]], np.uint8))
    with pytest.raises(VectorError, match=r"labels 7 of .*known labels: 1, 2, 3"):
        polygonize(path, classes=CLASSES)


def test_float_labels_are_an_error(polygonize, make_band) -> None:
    with pytest.raises(RasterError, match=r"float32, not labels.*rio convert --dtype int16"):
        polygonize(make_band(np.ones((2, 2), np.float32)), classes=CLASSES)


def test_a_missing_raster_is_an_error(polygonize, tmp_path) -> None:
    with pytest.raises(RasterError, match=r"nowhere\.tif does not exist"):
        polygonize(tmp_path / "nowhere.tif", classes=CLASSES)


def test_unknown_connectivity_is_an_error(polygonize, make_band) -> None:
    with pytest.raises(OptionError, match="connectivity=6 must be 4 or 8"):
        polygonize(make_band(np.ones((2, 2), np.uint8)), classes=CLASSES, connectivity=6)


@pytest.mark.parametrize("change", [{"values": np.ones((2, 3), np.uint8)}, {"transform": TRANSFORMS["rotated"]}])
def test_scores_on_another_grid_are_an_error(polygonize, make_band, change) -> None:
    score = make_band(**{"values": np.ones((2, 2), np.uint8), "name": "score", **change})
    with pytest.raises(RasterError, match="do not lie on the grid"):
        polygonize(make_band(np.ones((2, 2), np.uint8)), classes=CLASSES, score=score)


def test_scores_in_another_crs_are_an_error(polygonize, make_band) -> None:
    score = make_band(np.ones((2, 2), np.uint8), "score", crs="EPSG:32632")
    with pytest.raises(RasterError, match=r"zone 32N.*zone 31N"):
        polygonize(make_band(np.ones((2, 2), np.uint8)), classes=CLASSES, score=score)


def test_a_damaged_raster_is_an_error(polygonize, make_band) -> None:
    noise = np.random.default_rng(0).integers(1, 4, (400, 400)).astype(np.uint8)
    path = make_band(noise, compress="deflate", blockysize=16)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(RasterError, match=r"cannot be (opened|read)"):
        polygonize(path, classes=CLASSES)


def test_speed_beside_gdal_on_an_array(polygonize, make_band, capsys) -> None:
    field = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=(3, 600, 600)), (0, 3, 3))
    path = make_band((field.argmax(0) + 1).astype(np.uint8))
    start = time.perf_counter()
    frame = polygonize(path, classes=CLASSES, score=path)
    ours = time.perf_counter() - start
    with rasterio.open(path) as band:
        start = time.perf_counter()
        theirs = [shapely.geometry.shape(polygon) for polygon, _ in shapes(band.read(1))]
    gdal = time.perf_counter() - start
    with capsys.disabled():
        print(f"\npolygonize with areas and scores: {ours / gdal:.1f} × the time of bare GDAL, {len(frame)} polygons")
    assert len(frame) == len(theirs)
