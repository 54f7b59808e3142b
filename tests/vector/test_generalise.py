from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from rasterio.features import rasterize
from scipy import ndimage

from proxyclip_geo.errors import OptionError
from proxyclip_geo.vector.majority import filter_majority
from proxyclip_geo.vector.options import VectorOptions
from proxyclip_geo.vector.polygonize import PolygonInputs, polygonize
from proxyclip_geo.vector.reproject import densify

NORTH_UP = Affine(0.5, 0, 400_000, 0, -0.5, 5_600_000)
CLASSES = {1: "water", 2: "forest", 3: "building"}
NO_CHANGE = {"min_area": 0, "max_hole": 0, "smooth": False, "simplify": 0}

label_rasters = arrays(
    np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.sampled_from([0, 1, 1, 2, 2, 3, 255])
)


def polygons(path, *, rows: int | None = None, connectivity: int = 4, radius: int = 0, **options) -> pd.DataFrame:
    """Generalised polygons in pixel coordinates are (N,) rows of label, pixels and geometry."""
    chosen = VectorOptions(block_rows=rows, majority=radius, connectivity=connectivity, **{**NO_CHANGE, **options})
    with TemporaryDirectory() as spill:
        batches = list(polygonize(PolygonInputs([path]), classes=CLASSES, spill=Path(spill), options=chosen))
    return pd.DataFrame(
        {
            "label": np.concatenate([batch.columns["label"] for batch in batches]),
            "pixels": np.concatenate([batch.columns["pixels"] for batch in batches]),
            "geometry": np.concatenate([batch.geometry for batch in batches]),
        }
    )


def drawn(frame: pd.DataFrame, shape: tuple[int, int]) -> np.ndarray:
    pairs = list(zip(frame["geometry"], frame["label"], strict=True))
    return rasterize(pairs, shape, transform=NORTH_UP, dtype="uint8") if pairs else np.zeros(shape, np.uint8)


SLOW = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
shapes_of_maps = st.one_of(label_rasters, label_rasters.map(lambda labels: np.kron(labels, np.ones((3, 3), np.uint8))))
generalisations = st.fixed_dictionaries(
    {
        "min_area": st.sampled_from([0.0, 0.4, 1.1, 3.0]),
        "max_hole": st.sampled_from([0.0, 0.6]),
        "smooth": st.booleans(),
        "simplify": st.sampled_from([0.0, 1.0, 4.0]),
    }
)


@SLOW
@given(labels=shapes_of_maps, options=generalisations, rows=st.integers(1, 7), radius=st.sampled_from([0, 1, 2]))
def test_the_result_does_not_depend_on_the_strips(make_band, labels, options, rows, radius) -> None:
    path = make_band(labels)
    some, all_at_once = (polygons(path, rows=size, radius=radius, **options) for size in (rows, None))
    assert some["label"].tolist() == all_at_once["label"].tolist()
    assert some["pixels"].tolist() == all_at_once["pixels"].tolist()
    assert shapely.to_wkb(some["geometry"]).tolist() == shapely.to_wkb(all_at_once["geometry"]).tolist()


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 5, None])
def test_smoothing_does_not_depend_on_the_first_vertex_of_a_ring(make_band, rows) -> None:
    labels = np.ones((30, 21), np.uint8)
    labels[25, 3:6] = labels[24:27, 4] = 0
    [hole] = polygons(make_band(labels), rows=rows, smooth=True)["geometry"].item().interiors
    # A cross of five pixels becomes a square that stands on a corner.
    assert shapely.Polygon(hole).area == 4.5 * 0.5**2


@SLOW
@given(labels=shapes_of_maps, options=generalisations)
def test_there_are_no_gaps_and_no_overlaps(make_band, labels, options) -> None:
    # Without unclassified pixels all that has data is covered once.
    labels = np.where(labels == 0, 3, labels).astype(np.uint8)
    frame = polygons(make_band(labels), **options)
    geometry = frame["geometry"].to_numpy()
    assert shapely.is_valid(geometry).all()
    assert shapely.area(geometry).sum() == pytest.approx((labels != 255).sum() * 0.25, rel=1e-9)
    assert shapely.union_all(geometry).area == pytest.approx((labels != 255).sum() * 0.25, rel=1e-9)
    if options["smooth"] or options["simplify"]:
        assert shapely.coverage_is_valid(geometry)


@SLOW
@given(labels=shapes_of_maps, area=st.sampled_from([0.4, 1.1, 3.0]))
def test_small_patches_are_merged_and_leave_no_hole(make_band, labels, area) -> None:
    frame = polygons(make_band(labels), min_area=area)
    back = drawn(frame, labels.shape)
    has_class = np.isin(labels, list(CLASSES))
    np.testing.assert_array_equal(back > 0, has_class)
    groups = [ndimage.label(back == value)[0] for value in CLASSES]
    for value, group in zip(CLASSES, groups, strict=True):
        for number in range(1, group.max() + 1):
            inside = group == number
            around = ndimage.binary_dilation(inside) & ~inside & has_class
            # What is still small has no neighbour with a class.
            assert inside.sum() * 0.25 >= area * 0.999 or not around.any(), value


def test_a_small_patch_goes_to_the_neighbour_with_the_longest_border(make_band) -> None:
    labels = np.array([[1, 1, 1, 1], [1, 3, 3, 2], [2, 2, 2, 2]], np.uint8)
    back = drawn(polygons(make_band(labels), min_area=0.6), labels.shape)
    # Three edges to 1, three to 2: a tie, which the larger patch wins, and then the first.
    np.testing.assert_array_equal(back[1], [1, 1, 1, 2])
    labels[1, 0] = 2
    back = drawn(polygons(make_band(labels), min_area=0.6), labels.shape)
    np.testing.assert_array_equal(back[1], [2, 2, 2, 2])


def test_thin_diagonals_remain_with_8_connectivity(make_band) -> None:
    labels = np.full((30, 30), 2, np.uint8)
    diagonal = np.arange(4, 24)
    labels[diagonal, diagonal] = 1
    labels[2, 20:22] = 1
    joined = polygons(make_band(labels), connectivity=8, min_area=None)
    assert joined.groupby("label")["pixels"].sum().to_dict() == {1: 20, 2: 880}
    assert polygons(make_band(labels), connectivity=4, min_area=None)["label"].tolist() == [2]


def test_dissolved_patches_join_their_neighbours(make_band) -> None:
    labels = np.array([[1, 1, 3, 1, 1], [1, 1, 3, 1, 1]], np.uint8)
    frame = polygons(make_band(labels), min_area=0.6)
    assert frame["pixels"].tolist() == [10]
    assert shapely.get_num_coordinates(frame["geometry"][0]) == 5


def test_holes_of_unclassified_pixels_are_filled_but_not_holes_of_nodata(make_band) -> None:
    labels = np.full((5, 7), 2, np.uint8)
    labels[2, 2], labels[2, 4] = 0, 255
    assert len(polygons(make_band(labels), max_hole=1)["geometry"][0].interiors) == 1
    assert len(polygons(make_band(labels))["geometry"][0].interiors) == 2


def test_changes_are_counted(make_band, tmp_path) -> None:
    labels = np.full((9, 9), 2, np.uint8)
    labels[:, 6:] = 1
    labels[2, 2], labels[4, 2:4], labels[6, 2] = 0, 3, 255
    options = VectorOptions(**{**NO_CHANGE, "min_area": 0.6, "max_hole": 0.6})
    inputs = PolygonInputs([make_band(labels)])
    source = polygonize(inputs, classes=CLASSES, spill=tmp_path, options=options)
    list(source)
    assert (source.changes.patches, source.changes.holes, source.changes.pixels) == (1, 1, 3)
    assert source.gains == {"forest": 3, "building": -2}


def test_staircases_become_straight_lines(make_band) -> None:
    rows, columns = np.indices((30, 90))
    labels = np.where(columns > 3 * rows, 1, 2).astype(np.uint8)
    frame = polygons(make_band(labels), smooth=True)
    # Four corners of the raster and the ends of the border, where half a stair is left.
    assert shapely.get_num_coordinates(frame["geometry"].to_numpy()).max() <= 9


def test_smoothing_keeps_the_area_of_classes(make_band) -> None:
    field = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=(3, 400, 400)), (0, 6, 6))
    path = make_band((field.argmax(0) + 1).astype(np.uint8))
    plain = polygons(path).assign(area=lambda frame: shapely.area(frame["geometry"])).groupby("label")["area"].sum()
    smooth = polygons(path, smooth=True, simplify=1.0)
    areas = smooth.assign(area=shapely.area(smooth["geometry"])).groupby("label")["area"].sum()
    np.testing.assert_allclose(areas, plain, rtol=1e-3)


def test_majority_filter_equals_counting(make_band) -> None:
    rng = np.random.default_rng(3)
    codes = rng.integers(0, 4, (9, 11)).astype(np.uint8)
    smooth = filter_majority(codes, 1)
    for row, column in np.ndindex(codes.shape):
        around = codes[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2]
        votes = {code: 2 * (around == code).sum() + (code == codes[row, column]) for code in (1, 2, 3)}
        best = min(code for code, count in votes.items() if count == max(votes.values()))
        assert smooth[row, column] == (best if codes[row, column] else 0)


def test_negative_areas_are_an_error() -> None:
    with pytest.raises(OptionError, match="min_area=-1 must be"):
        VectorOptions(min_area=-1)


def test_simplified_rings_keep_their_orientation(make_band) -> None:
    labels = np.full((80, 80), 1, np.uint8)
    for number, rim in enumerate((10, 20, 30), start=1):
        labels[rim:-rim, rim:-rim] = number % 2 + 1
    shapes = polygons(make_band(labels), smooth=True, simplify=1)["geometry"].to_numpy()
    holes = [hole for shape in shapes for hole in shape.interiors]
    assert len(holes) == 3
    assert all(shapely.is_ccw(shape.exterior) for shape in shapes)
    assert not any(shapely.is_ccw(hole) for hole in holes)


@pytest.mark.parametrize("longest", [0.7, 1.0, 2.3])
def test_no_gaps_and_no_overlaps_after_reprojection(make_band, tmp_path, longest) -> None:
    labels = np.random.default_rng(0).integers(1, 4, (12, 12), dtype=np.uint8).repeat(3, axis=0).repeat(3, axis=1)
    path = make_band(labels, transform=Affine(3e4, 7e3, 400_000, 5e3, -3e4, 5_600_000))
    making = VectorOptions(exact=True, crs="EPSG:3035")
    source = polygonize(PolygonInputs([path]), classes=CLASSES, spill=tmp_path, options=making)
    moved = np.concatenate([batch.geometry for batch in source])
    for shapes in (moved, densify(moved, longest * 1e4)):
        parts = shapely.get_parts(shapes)
        union = shapely.union_all(parts)
        assert shapely.coverage_is_valid(parts)
        assert (union.geom_type, len(union.interiors)) == ("Polygon", 0)
        assert shapely.area(parts).sum() == pytest.approx(union.area, rel=1e-12)
    edges = np.concatenate([np.diff(shapely.get_coordinates(ring), axis=0) for ring in shapely.get_rings(parts)])
    assert np.hypot(*edges.T).max() <= longest * 1e4 * (1 + 1e-12)
    assert shapely.area(shapes) == pytest.approx(shapely.area(moved), rel=1e-12)
