import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from proxyclip_geo.errors import Cancelled, OptionError, RasterError, VectorError, VocabularyError
from proxyclip_geo.evaluation.evaluate import _count_block, evaluate
from proxyclip_geo.vocabulary import dump_vocabulary, load_vocabulary, parse_classes

NAMES = {1: "water", 2: "forest"}
UTM = Affine(2, 0, 500_000, 0, -2, 5_000_000)


def counts(report):
    return report.matrix.counts.tolist()


def test_the_same_grid_is_compared_pixel_by_pixel(write_labels):
    labels = write_labels("l.tif", [[1, 1, 2, 0, 255, 1]], classes=NAMES)
    truth = write_labels("t.tif", [[1, 2, 2, 2, 1, 255]], classes=NAMES)
    report = evaluate(labels, truth)
    assert report.matrix.classes == ("water", "forest")
    assert counts(report) == [[0, 0, 0], [0, 1, 0], [1, 1, 1]]
    assert report.notes[0].startswith("2 pixels of the labels have nodata")
    assert "1 pixels of a class are unclassified" in report.notes[1]


def test_names_match_whatever_the_values(write_labels):
    labels = write_labels("l.tif", [[1, 2, 2]], classes=NAMES)
    truth = write_labels("t.tif", [[20, 10, 30]], classes={10: "Forest", 20: "WATER", 30: "cliff"})
    report = evaluate(labels, truth)
    assert report.matrix.classes == ("water", "forest", "cliff")
    assert counts(report) == [[0] * 4, [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0]]
    assert any("only the truth has cliff" in note for note in report.notes)


def test_without_names_the_values_are_the_classes(write_labels):
    report = evaluate(write_labels("l.tif", [[1, 2, 0]]), write_labels("t.tif", [[1, 1, 2]]))
    assert report.matrix.classes == ("value 1", "value 2")
    assert counts(report) == [[0, 0, 0], [0, 1, 1], [1, 0, 0]]


def test_labels_without_names_borrow_those_of_the_truth(write_labels):
    report = evaluate(write_labels("l.tif", [[1, 2]]), write_labels("t.tif", [[1, 2]], classes=NAMES))
    assert report.matrix.classes == ("water", "forest")
    assert report.matrix.overall().accuracy == 1


def test_a_vocabulary_names_the_labels(write_labels):
    vocabulary = parse_classes("water,lake; forest; road")
    truth = write_labels("t.tif", [[9, 2, 9]], classes={9: "lake", 2: "road"})
    report = evaluate(write_labels("l.tif", [[1, 3, 2]]), truth, vocabulary=vocabulary)
    assert report.matrix.classes == ("water", "forest", "road")
    assert [item.support for item in report.matrix.class_scores()] == [2, 0, 1]
    assert report.matrix.overall().accuracy == pytest.approx(2 / 3)


def test_a_vocabulary_is_given_by_name_file_or_classes(write_labels, tmp_path):
    labels, truth = write_labels("l.tif", [[1, 4, 2]]), write_labels("t.tif", [[1, 4, 4]])
    names = load_vocabulary("loveda").names
    path = dump_vocabulary(load_vocabulary("loveda"), tmp_path / "v.yaml")
    for vocabulary in ("loveda", path, str(path), list(names)):
        assert evaluate(labels, truth, vocabulary=vocabulary).matrix.classes == names
    with pytest.raises(VocabularyError, match="did you mean 'loveda'"):
        evaluate(labels, truth, vocabulary="lovda")


def test_a_mapping_joins_values_and_ignores_the_rest(write_labels):
    labels = write_labels("l.tif", [[1, 1, 2, 2, 1, 0]], classes=NAMES)
    truth = write_labels("t.tif", [[5, 6, 5, 0, 8, 0]])
    report = evaluate(labels, truth, mapping={5: "water", 6: "water", 0: "none"})
    assert counts(report) == [[1, 0, 1], [0, 2, 1], [0, 0, 0]]
    assert any("8 (1 pixels)" in note for note in report.notes)


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        pytest.param(None, [[0, 0, 0], [0, 1, 1], [0, 0, 2]], id="colours of the vocabulary"),
        pytest.param({"#ff0000": "clutter", "#000000": "building"}, [[0] * 3, [0, 0, 1], [0, 0, 1]], id="a mapping"),
    ],
)
def test_truth_in_colours(write_labels, mapping, expected):
    vocabulary = parse_classes([{"name": "building", "color": "#0000ff"}, {"name": "clutter", "color": "#ff0000"}])
    labels = write_labels("l.tif", [[1, 2, 2, 2, 2]])
    colors = np.array([[0, 0, 255], [0, 0, 255], [255, 0, 0], [255, 0, 0], [0, 0, 0]], np.uint8)
    if mapping:
        colors[1:4] = [[255, 0, 0], [1, 0, 0], [1, 0, 0]]
    truth = write_labels("t.tif", colors.T[:, None], nodata=None)
    report = evaluate(labels, truth, vocabulary=vocabulary, mapping=mapping, ignore=["#0000ff"] if mapping else [])
    assert counts(report) == expected
    assert "#000000 (1 pixels)" in report.notes[0] or mapping
    with pytest.raises(RasterError, match="3 bands"):
        evaluate(labels, truth)


def test_pairs_are_counted_as_one(write_labels, tmp_path):
    for folder in ("out", "truth"):
        (tmp_path / folder).mkdir()
    write_labels("out/a_labels.tif", [[1, 2]], classes=NAMES)
    write_labels("out/a_score.tif", [[9, 9]])
    write_labels("out/b_labels.tif", [[2, 2]], classes={2: "forest"})
    write_labels("truth/a_gt.tif", [[1, 1]], classes=NAMES)
    write_labels("truth/b.tif", [[3, 2]], classes={2: "forest", 3: "road"})
    write_labels("truth/c.tif", [[3, 2]])
    report = evaluate(tmp_path / "out", tmp_path / "truth")
    assert report.matrix.classes == ("water", "forest", "road")
    assert counts(report) == [[0] * 4, [0, 1, 1, 0], [0, 0, 1, 0], [0, 0, 1, 0]]
    assert any(note.startswith("b_labels.tif: only the truth has road") for note in report.notes)
    pairs = [
        [tmp_path / f"{folder}/{name}.tif" for name in names]
        for folder, names in (("out", ("a_labels", "b_labels")), ("truth", ("a_gt", "b")))
    ]
    assert counts(evaluate(*pairs)) == counts(report)
    (tmp_path / "truth/b.tif").unlink()
    with pytest.raises(OptionError, match="1 of 2 label rasters have no truth of the same name, e.g. b_labels.tif"):
        evaluate(tmp_path / "out", tmp_path / "truth")
    with pytest.raises(OptionError, match="must both be one raster"):
        evaluate(tmp_path / "out", tmp_path / "truth/c.tif")
    with pytest.raises(OptionError, match="2 label rasters and 1 rasters of the truth"):
        evaluate(pairs[0], pairs[1][:1])


def test_a_palette_picture_holds_indices(write_labels, tmp_path):
    picture = Image.fromarray(np.array([[0, 1, 2]], np.uint8), "P")
    picture.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0])
    picture.save(tmp_path / "t.png")
    labels = write_labels("l.tif", [[1, 2, 2]], crs=None, transform=Affine.identity())
    report = evaluate(labels, tmp_path / "t.png", mapping={0: 1, 1: 2, 2: 2})
    assert report.matrix.overall().accuracy == 1


def test_ignored_values_and_unnamed_zero_do_not_count(write_labels):
    labels = write_labels("l.tif", [[1, 1, 2]], classes=NAMES)
    truth = write_labels("t.tif", [[1, 2, 0]])
    report = evaluate(labels, truth, ignore=[2])
    assert counts(report) == [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
    assert "0 (1 pixels), 2 (1 pixels)" in report.notes[0]


@pytest.mark.parametrize("dtype", [np.uint16, np.int16, np.int32])
def test_wider_types_are_read(write_labels, dtype):
    values = np.array([[1, 300, 300]], dtype=dtype)
    labels = write_labels("l.tif", values, nodata=None, classes={1: "a", 300: "b"})
    truth = write_labels("t.tif", values[:, ::-1].copy(), nodata=None, classes={1: "a", 300: "b"})
    assert counts(evaluate(labels, truth)) == [[0, 0, 0], [0, 0, 1], [0, 1, 1]]


@given(st.integers(1, 30), st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_blocks_do_not_change_the_result(write_labels, block, seed):
    random = np.random.default_rng(seed)
    labels, truth = random.integers(0, 4, (2, 23, 17), dtype=np.uint8)
    paths = write_labels("l.tif", labels), write_labels("t.tif", truth)
    matrix = evaluate(*paths, block=block).matrix
    expected = np.zeros((4, 4), dtype=int)
    np.add.at(expected, (truth[truth > 0], labels[truth > 0]), 1)
    assert np.array_equal(matrix.counts, expected)


@given(st.integers(0, 2**32 - 1))
def test_the_fast_way_to_count_equals_the_general_one(seed):
    true, predicted = np.random.default_rng(seed).integers(0, 256, (2, 500), dtype=np.uint8)
    assert _count_block(true, predicted) == _count_block(true.astype(np.int32), predicted)


def test_a_shifted_truth_is_reprojected(write_labels):
    random = np.random.default_rng(0)
    whole = random.integers(1, 4, (40, 50), dtype=np.uint8)
    labels = write_labels("l.tif", whole)
    truth = write_labels("t.tif", whole[10:, 20:], transform=UTM @ Affine.translation(20, 10))
    report = evaluate(labels, truth, block=16)
    assert report.matrix.overall().accuracy == 1
    assert report.matrix.total == 30 * 30
    assert report.notes[0].startswith(f"{40 * 50 - 30 * 30} pixels")


@pytest.mark.parametrize("nodata", [None, 0, 255])
def test_pixels_outside_the_truth_do_not_count(write_labels, nodata):
    labels = write_labels("l.tif", np.ones((6, 6), dtype=np.uint8))
    truth = write_labels("t.tif", np.ones((3, 3), dtype=np.uint8), nodata=nodata, transform=UTM @ Affine.rotation(30))
    report = evaluate(labels, truth, mapping={1: 1, 0: "none"})
    assert 1 <= report.matrix.total <= 9
    assert report.matrix.overall().accuracy == 1


@pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")  # rasterio's own
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:32634"])
def test_a_truth_in_another_crs_is_reprojected(write_labels, tmp_path, crs):
    import rasterio
    from rasterio.warp import Resampling, calculate_default_transform, reproject

    rows, cols = np.mgrid[:80, :80]
    whole = (1 + (rows // 20 + cols // 20) % 3).astype(np.uint8)
    labels = write_labels("l.tif", whole, classes={1: "a", 2: "b", 3: "c"})
    with rasterio.open(labels) as dataset:
        transform, width, height = calculate_default_transform(
            dataset.crs, crs, 80, 80, *dataset.bounds, resolution=None
        )
        fine = np.full((height * 3, width * 3), 255, dtype=np.uint8)
        transform = transform @ Affine.scale(1 / 3)
        reproject(
            whole,
            fine,
            src_transform=dataset.transform,
            src_crs=dataset.crs,
            dst_transform=transform,
            dst_crs=crs,
            resampling=Resampling.nearest,
            dst_nodata=255,
        )
    truth = write_labels("t.tif", fine, crs=crs, transform=transform, classes={1: "a", 2: "b", 3: "c"})
    report = evaluate(labels, truth, block=32)
    assert report.matrix.total >= 78 * 78
    # Three pixels of the truth to one of the labels: only pixels on class borders may differ.
    assert report.matrix.overall().accuracy > 0.99


def test_rasters_without_crs_are_compared_if_their_pixels_are_the_same(write_labels):
    labels = write_labels("l.tif", [[1, 2]], crs=None, transform=Affine.scale(1, -1))
    truth = write_labels("t.tif", [[1, 1]], crs=None, transform=Affine.identity())
    assert evaluate(labels, truth).matrix.overall().accuracy == 0.5


@pytest.mark.parametrize(
    ("labels", "truth", "error", "says"),
    [
        ({}, {"crs": None}, RasterError, r"t\.tif has no CRS"),
        ({"crs": None}, {}, RasterError, r"l\.tif has no CRS"),
        ({"crs": None}, {"crs": None, "transform": Affine.scale(3)}, RasterError, "different grids"),
        ({}, {"transform": Affine(2, 0, 600_000, 0, -2, 5_000_000)}, OptionError, "do not overlap"),
        ({}, {"crs": "EPSG:32733"}, OptionError, "do not overlap"),
        ({}, {"crs": 'LOCAL_CS["here",UNIT["metre",1]]'}, RasterError, "cannot be converted"),
        ({}, {"values": np.ones((2, 2), np.float32)}, RasterError, "float32, not labels.*rio convert --dtype"),
        ({}, {"values": np.ones((2, 2), np.uint8), "bands": 3}, RasterError, "3 bands"),
        ({"classes": {1: "a"}}, {"classes": {1: "b"}}, OptionError, "no class in common"),
        ({}, {"values": [[7, 7], [7, 7]]}, OptionError, "no class in common"),
        ({}, {"values": [[0, 0], [0, 255]]}, OptionError, "no pixel.*can be compared"),
        ({"values": [[255, 255], [255, 255]]}, {}, OptionError, "no pixel.*can be compared"),
    ],
)
def test_errors_name_the_cause(write_labels, labels, truth, error, says):
    base = {"values": [[1, 1], [1, 1]]}
    paths = [write_labels(name, **(base | change)) for name, change in (("l.tif", labels), ("t.tif", truth))]
    with pytest.raises(error, match=says):
        evaluate(*paths)


def test_missing_and_damaged_files_are_explained(write_labels, tmp_path):
    labels = write_labels("l.tif", np.random.default_rng(0).integers(1, 5, (300, 300), dtype=np.uint8))
    with pytest.raises(RasterError, match="does not exist"):
        evaluate(labels, tmp_path / "none.tif")
    (tmp_path / "words.tif").write_text("no raster")
    with pytest.raises(RasterError, match="is a text file"):
        evaluate(labels, tmp_path / "words.tif")


@pytest.mark.parametrize("shift", [0, 5])
def test_a_raster_damaged_in_the_middle_is_explained(write_labels, shift):
    values = np.random.default_rng(0).integers(1, 5, (300, 300), dtype=np.uint8)
    labels = write_labels("l.tif", values)
    damaged = write_labels("damaged.tif", values, transform=UTM @ Affine.translation(shift, 0))
    content = bytearray(damaged.read_bytes())
    quarter = len(content) // 4
    content[quarter : 3 * quarter] = b"\xff" * (2 * quarter)
    damaged.write_bytes(content)
    with pytest.raises(RasterError, match=r"damaged\.tif cannot be read in rows"):
        evaluate(labels, damaged)


def test_a_continuous_raster_is_refused(write_labels):
    values = np.arange(300 * 300, dtype=np.int32).reshape(300, 300)
    labels = write_labels("l.tif", np.ones((300, 300), dtype=np.uint8))
    with pytest.raises(RasterError, match="more than 65536 different pairs"):
        evaluate(labels, write_labels("t.tif", values, nodata=None))


def test_progress_is_reported_and_can_cancel(write_labels):
    labels = write_labels("l.tif", np.ones((10, 10), dtype=np.uint8))
    events = []
    evaluate(labels, labels, block=6, progress=events.append)
    assert [event.done for event in events] == [36, 60, 84, 100]
    assert {event.total for event in events} == {100}

    def stop(event):
        raise Cancelled

    with pytest.raises(Cancelled):
        evaluate(labels, labels, progress=stop)


def test_blocks_need_a_size(write_labels):
    path = write_labels("l.tif", [[1]])
    with pytest.raises(OptionError, match="block 0"):
        evaluate(path, path, block=0)


def test_255_counts_where_the_mapping_names_it(write_labels):
    labels = write_labels("l.tif", [[1, 1, 0]], classes={1: "building"})
    mask = write_labels("mask.tif", [[255, 0, 0]], nodata=None)
    report = evaluate(labels, mask, mapping={255: "building", 0: "none"})
    assert report.matrix.counts.tolist() == [[1, 1], [0, 1]]


@pytest.mark.parametrize("grids", [("EPSG:25832", "LOCAL"), ("LOCAL", "EPSG:25832"), ("EPSG:25832", "IAU_2015:49910")])
def test_grids_that_cannot_be_converted(make_raster, grids):
    local = 'LOCAL_CS["site",UNIT["metre",1],AXIS["x",EAST],AXIS["y",NORTH]]'
    one, other = (make_raster(f"{name[:5]}.tif", bands=1, crs=name.replace("LOCAL", local)) for name in grids)
    with pytest.raises(RasterError, match="local grids and other planets; use files in one CRS"):
        evaluate(one, other)


@pytest.mark.parametrize(
    ("names", "mapping"), [(["water", "forest", "Water"], None), (["1", "2", "1"], {1: "water", 2: 2})]
)
def test_points_and_polygons_are_a_truth(write_labels, tmp_path, names, mapping):
    labels = write_labels("l.tif", [[1, 1, 2], [2, 2, 2]], classes=NAMES, transform=UTM, crs="EPSG:32632")
    shapes = [shapely.box(500_000, 4_999_998, 500_004, 5_000_000), shapely.Point(500_005, 4_999_997)]
    shapes.append(shapely.Point(500_001, 4_999_997))
    frame = gpd.GeoDataFrame({"kind": names}, geometry=shapes, crs="EPSG:32632").to_crs(4326)
    frame.to_file(tmp_path / "truth.gpkg")
    report = evaluate(labels, tmp_path / "truth.gpkg", truth_field="kind", mapping=mapping)
    assert counts(report) == [[0, 0, 0], [0, 2, 1], [0, 0, 1]]
    with pytest.raises(VectorError, match="no column 'class'.*`truth_field`"):
        evaluate(labels, tmp_path / "truth.gpkg")
