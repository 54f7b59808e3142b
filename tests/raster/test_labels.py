import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.errors import NotGeoreferencedWarning

from proxyclip_geo.errors import QualityWarning, RasterError
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.raster.labels import open_labels
from proxyclip_geo.region import Region

UTM = Affine(2, 0, 500_000, 0, -2, 5_000_000)
VALUES = np.arange(1, 13, dtype=np.uint8).reshape(3, 4)


@pytest.fixture
def write(tmp_path):
    def write_file(values=VALUES, *, tags=None, band_tags=None, alpha=None, mask=None, **profile):
        path = tmp_path / "labels.tif"
        count = 1 if alpha is None else 2
        profile = {"crs": "EPSG:32633", "transform": UTM, "nodata": None, "dtype": values.dtype} | profile
        height, width = values.shape
        with (
            rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
            rasterio.open(path, "w", driver="GTiff", height=height, width=width, count=count, **profile) as dataset,
        ):
            dataset.write(values, 1)
            if alpha is not None:
                dataset.colorinterp = [rasterio.enums.ColorInterp.gray, rasterio.enums.ColorInterp.alpha]
                dataset.write(alpha, 2)
            if mask is not None:
                dataset.write_mask(mask)
            dataset.update_tags(**(tags or {}))
            dataset.update_tags(1, **(band_tags or {}))
        return path

    return write_file


def test_values_and_geobox_are_read(write):
    with open_labels(write(nodata=6)) as labels:
        block = labels.read(Region(1, 1, 2, 3))
        assert block.values.tolist() == [[6, 7, 8], [10, 11, 12]]
        assert block.valid.tolist() == [[False, True, True], [True, True, True]]
        assert labels.shape == (3, 4)
        assert labels.geobox.transform == UTM
        assert labels.geobox.crs.to_epsg() == 32633
        assert labels.nodata == {6}


def test_class_names_come_from_tags_of_file_and_band(write):
    tags = {"CLASS_2": "water", "class_10": " dense forest ", "CLASS_255": "no data", "CLASS_x": "?", "CLASS_3": " "}
    with open_labels(write(tags=tags, band_tags={"CLASS_1": "road"}, nodata=255)) as labels:
        assert labels.classes == {1: "road", 2: "water", 10: "dense forest"}


def test_alpha_and_masks_set_the_validity(write):
    valid = (VALUES % 3 > 0).astype(np.uint8) * 255
    for options in ({"alpha": valid}, {"mask": valid}):
        with open_labels(write(**options)) as labels:
            assert np.array_equal(labels.read(labels.geobox.region).valid, valid > 0)


@pytest.mark.parametrize("options", [{}, {"nodata": 255}, {"alpha": np.full((3, 4), 255, np.uint8)}])
def test_reproject_to_a_finer_and_larger_grid(write, options):
    with open_labels(write(tags={"CLASS_1": "a"}, **options)) as labels:
        geobox = labels.geobox.crop(Region(-1, -1, 5, 6)).zoom_out((0.5, 0.5))
        with labels.reproject(geobox) as view:
            block = view.read(geobox.region)
            assert view.classes == {1: "a"}
            assert view.shape == (10, 12)
    expected = np.pad(VALUES, 1).repeat(2, axis=0).repeat(2, axis=1)
    assert np.array_equal(block.valid, expected > 0)
    assert np.array_equal(block.values[block.valid], expected[expected > 0])


def test_reprojection_preserves_a_mask_band(write):
    mask = (VALUES != 6).astype(np.uint8) * 255
    with open_labels(write(mask=mask)) as labels, labels.reproject(labels.geobox.crop(Region(0, -1, 3, 4))) as view:
        block = view.read(view.geobox.region)
    expected = np.pad(VALUES, ((0, 0), (1, 0)))[:, :4]
    assert np.array_equal(block.valid, (expected > 0) & (expected != 6))
    assert np.array_equal(block.values[block.valid], expected[block.valid])


def test_reproject_to_a_rotated_grid(write):
    with open_labels(write(np.kron(VALUES, np.ones((10, 10), dtype=np.uint8)))) as labels:
        turned = labels.geobox.transform @ Affine.translation(20, 15) @ Affine.rotation(90)
        geobox = GeoBox((12, 12), turned, labels.geobox.crs)
        with labels.reproject(geobox) as view:
            block = view.read(geobox.region)
        source = labels.read(labels.geobox.region).values
    for row, col in np.ndindex(12, 12):
        x, y = ~labels.geobox.transform @ (turned @ (col + 0.5, row + 0.5))
        if 0 <= x < 40 and 0 <= y < 30:
            assert block.valid[row, col]
            assert block.values[row, col] == source[int(y), int(x)]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"values": VALUES.astype(np.float64)}, "float64"),
        ({"values": VALUES.astype(np.complex64)}, "complex64"),
    ],
)
def test_other_rasters_than_labels_are_refused(write, options, says):
    with pytest.raises(RasterError, match=says):
        open_labels(write(**options))


def test_a_region_outside_is_refused(write):
    with open_labels(write()) as labels, pytest.raises(RasterError, match="not inside"):
        labels.read(Region(0, 0, 4, 4))


def test_reprojection_needs_a_crs(write):
    with open_labels(write(crs=None)) as labels, pytest.raises(RasterError, match="without a CRS"):
        labels.reproject(labels.geobox)


@pytest.mark.parametrize(
    ("tags", "classes", "nodata", "expected"),
    [
        ({}, (), None, set()),
        ({}, (), 0, {0}),
        ({"CLASS_1": "a"}, (), None, {255}),
        ({"CLASS_1": "a"}, (), 0, {0, 255}),
        ({"CLASS_1": "a", "CLASS_255": "b"}, (), None, set()),
        ({"CLASS_1": "a", "CLASS_255": "no data"}, (), 255, {255}),
        ({"CLASS_1": "a"}, (255,), None, set()),
        ({}, (1,), None, {255}),
    ],
)
def test_255_is_nodata_unless_a_class_has_it(write, tags, classes, nodata, expected):
    with open_labels(write(np.array([[1, 255]], np.uint8), tags=tags, nodata=nodata), classes=classes) as labels:
        assert labels.nodata == expected
        assert labels.read(labels.geobox.region).valid.tolist() == [[True, 255 not in expected]]


def test_65535_is_nodata_in_uint16(write):
    with open_labels(write(np.array([[255, 65535]], np.uint16), tags={"CLASS_255": "a"})) as labels:
        assert labels.read(labels.geobox.region).valid.tolist() == [[True, False]]


def test_ground_control_points_place_labels(write):
    corners = [(0, 0), (0, 4), (3, 4), (3, 0)]
    gcps = [GroundControlPoint(row, col, *(UTM @ (col, row))) for row, col in corners]
    path = write(transform=None, gcps=gcps)
    with pytest.warns(QualityWarning, match="4 ground control points"):
        labels = open_labels(path)
    with labels:
        assert labels.geobox.transform.almost_equals(UTM)
        geobox = labels.geobox.crop(Region(-1, -1, 5, 6))
        with labels.reproject(geobox) as view:
            block = view.read(geobox.region)
    expected = np.pad(VALUES, 1)
    assert np.array_equal(block.valid, expected > 0)
    assert np.array_equal(block.values[block.valid], expected[expected > 0])


def test_without_georeference_rows_count_down(write):
    with (
        pytest.warns(NotGeoreferencedWarning),
        open_labels(write(transform=Affine.identity(), crs=None)) as labels,
    ):
        assert labels.geobox.bounds == (0, -3, 4, 0)
