"""An area of interest gives the result of the whole raster, cropped, bit for bit."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from numpy.typing import NDArray

import proxyclip_geo as pg
from proxyclip_geo.errors import AreaError

WORDS = ["water", "forest, trees", "building", "cropland, field"]
ALL = pg.SegmentOptions(probabilities=True, polygons=False)


@pytest.fixture(scope="module")
def demo() -> pg.Model:
    return pg.load_model("demo", device="cpu")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pg.sample(tmp_path_factory.mktemp("area") / "scene.tif", size=(216, 300), seed=5).image


@pytest.fixture(scope="module")
def deep(scene: Path) -> Path:
    """The scene in 16 bits with nodata, so that its stretch is measured."""
    path = scene.with_name("deep.tif")
    with rasterio.open(scene) as dataset:
        values, profile = dataset.read().astype(np.uint16) * 9 + 200, dataset.profile
    values[:, 100:140, 150:220] = 0
    # Its percentiles differ from those of the raster.
    values[:, :60] += 3000
    with rasterio.open(path, "w", **{**profile, "dtype": "uint16", "nodata": 0, "photometric": "minisblack"}) as target:
        target.write(values)
    return path


def bounds_of(path: Path, *, top: float, left: float, height: float, width: float) -> tuple[float, ...]:
    """Return the bounds of pixels of a raster."""
    with rasterio.open(path) as dataset:
        window = rasterio.windows.Window(left, top, width, height)  # type: ignore[call-arg]
        corners = [
            dataset.transform @ (window.col_off + x * width, window.row_off + y * height)
            for x in (0, 1)
            for y in (0, 1)
        ]
    xs, ys = zip(*corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def assert_is_crop(part: Path, whole: Path, *, inside: NDArray[np.bool_] | None = None) -> None:
    """Check that a raster is a part of another, with nodata where it is not inside."""
    with rasterio.open(part) as found, rasterio.open(whole) as raster:
        col, row = (round(value) for value in ~raster.transform @ found.transform @ (0, 0))
        assert raster.transform @ (col, row) == pytest.approx(found.transform @ (0, 0))
        expected = raster.read()[:, row : row + found.height, col : col + found.width]
        if inside is not None:
            expected = np.where(inside, expected, np.array(found.nodata, expected.dtype))
        np.testing.assert_array_equal(found.read(), expected)


def assert_results_are_crops(
    part: pg.SegmentResult, whole: pg.SegmentResult, *, inside: NDArray[np.bool_] | None = None
) -> None:
    for name in ("labels", "score", "probabilities"):
        assert_is_crop(getattr(part.paths, name), getattr(whole.paths, name), inside=inside)


def segment_both(
    raster: Path, demo: pg.Model, tmp_path: Path, area: dict[str, Any], **options: Any
) -> tuple[pg.SegmentResult, pg.SegmentResult]:
    """Segment an area and, in this process, the whole raster."""
    whole = pg.SegmentOptions(probabilities=True, polygons=False, **options)
    return (
        pg.segment(raster, WORDS, out=tmp_path / "part", model=demo, options=replace(whole, **area)),
        pg.segment(raster, WORDS, out=tmp_path / "whole", model=demo, options=replace(whole, workers=1)),
    )


AREA = {"top": 71, "left": 133, "height": 90, "width": 77}


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"window": 112, "stride": 56, "block_size": 64},
        {"borders": "image", "debias": -0.3},
        {"segments": "majority", "block_size": 104},
        {"gsd": 0.83},
        pytest.param({"workers": 2, "block_size": 128, "segments": "mean"}, marks=pytest.mark.enable_socket),
    ],
)
def test_bounds(scene: Path, demo: pg.Model, tmp_path: Path, options: dict[str, Any]) -> None:
    part, whole = segment_both(scene, demo, tmp_path, {"bounds": bounds_of(scene, **AREA)}, **options)
    if "gsd" not in options:
        assert part.labels.read().shape == (90, 77)
    assert_results_are_crops(part, whole)


def test_sixteen_bits_with_nodata(deep: Path, demo: pg.Model, tmp_path: Path) -> None:
    part, whole = segment_both(deep, demo, tmp_path, {"bounds": bounds_of(deep, **AREA)})
    assert part.run["input"]["stretch"] == whole.run["input"]["stretch"]
    assert (part.labels.read() == 255).any()
    assert_results_are_crops(part, whole)


@pytest.fixture
def polygons(scene: Path, tmp_path: Path) -> Path:
    """Two triangles far from each other."""
    with rasterio.open(scene) as dataset:
        corners = [[(20, 30), (90, 45), (35, 110)], [(200, 130), (290, 205), (210, 195)]]
        shapes = [shapely.Polygon([dataset.transform @ corner for corner in triangle]) for triangle in corners]
        gpd.GeoDataFrame(geometry=shapes, crs=dataset.crs).to_file(tmp_path / "area.gpkg")
    return tmp_path / "area.gpkg"


@pytest.mark.parametrize("options", [{}, {"gsd": 1.3}, {"borders": "image", "segments": "mean", "block_size": 104}])
def test_polygons(scene: Path, demo: pg.Model, tmp_path: Path, polygons: Path, options: dict[str, Any]) -> None:
    part, whole = segment_both(scene, demo, tmp_path, {"aoi": polygons}, **options)
    with rasterio.open(part.paths.labels) as dataset:
        inside = dataset.read(1) != dataset.nodata
        area = inside.sum() * dataset.res[0] * dataset.res[1]
    assert area == pytest.approx(gpd.read_file(polygons).area.sum(), rel=0.02)
    assert_results_are_crops(part, whole, inside=inside)


@pytest.mark.parametrize("store", [{}, {"storage": "int8", "components": 32}])
def test_embedding(deep: Path, demo: pg.Model, tmp_path: Path, polygons: Path, store: dict[str, Any]) -> None:
    """An embedding of an area answers as that of the raster does there."""
    stored, options = pg.StoreOptions(**store), pg.EncodeOptions(block_size=64)
    whole = pg.encode(deep, out=tmp_path / "whole.emb", model=demo, store=stored, options=options)
    bounds = bounds_of(deep, **AREA)
    part = pg.encode(deep, out=tmp_path / "part.emb", model=demo, store=stored, options=replace(options, bounds=bounds))
    assert len(part.store.blocks) < len(whole.store.blocks)
    assert part.geobox.bounds == pytest.approx(bounds)
    write = pg.LabelOptions(probabilities=True, polygons=False, debias=-0.3, borders="image")
    found, expected = (
        pg.label(item, WORDS, out=tmp_path / item.name.replace(".emb", "_map"), options=write) for item in (part, whole)
    )
    assert_results_are_crops(found, expected)
    with rasterio.open(deep) as dataset:
        at = dataset.transform @ (150.5, 90.5)
    assert pg.explain(part, WORDS, at=at) == pg.explain(whole, WORDS, at=at)
    for item in (part, whole):
        pg.similar(item, "water", out=f"{item.name}.tif")
    assert_is_crop(tmp_path / "part.emb.tif", tmp_path / "whole.emb.tif")
    np.testing.assert_array_equal(part.label(WORDS).labels, whole.label(WORDS, bounds=bounds).labels)
    inner = bounds_of(deep, top=100, left=140, height=80, width=300)
    shown = part.label(WORDS, bounds=inner)
    assert shown.labels.shape == (61, 70)
    np.testing.assert_array_equal(shown.labels, whole.label(WORDS, bounds=inner).labels[:61, :70])
    for gsd in (1.0, 20.0):
        assert part.label(WORDS, gsd=gsd).labels.shape <= (90, 77)
    with pytest.raises(AreaError, match="outside the encoded area"):
        part.label(WORDS, bounds=bounds_of(deep, top=0, left=0, height=50, width=50))
    with pytest.raises(AreaError, match="encoded area"), rasterio.open(deep) as dataset:
        pg.explain(part, WORDS, at=dataset.transform @ (3, 3))


def test_embedding_of_polygons(scene: Path, demo: pg.Model, tmp_path: Path, polygons: Path) -> None:
    embedding = pg.encode(
        scene, out=tmp_path / "a.emb", model=demo, options=pg.EncodeOptions(aoi=polygons, block_size=64)
    )
    write = pg.SegmentOptions(probabilities=True, polygons=False)
    direct = pg.segment(scene, WORDS, out=tmp_path / "direct", model=demo, options=replace(write, aoi=polygons))
    options = pg.LabelOptions(probabilities=True, polygons=False)
    assert_results_are_crops(pg.label(embedding, WORDS, out=tmp_path / "label", options=options), direct)
    assert not embedding.store.missing()


def test_interrupted_runs_of_an_area_resume(scene: Path, demo: pg.Model, tmp_path: Path) -> None:
    options = replace(ALL, bounds=bounds_of(scene, **AREA), block_size=40)

    def stop(event: pg.ProgressEvent) -> None:
        if event.stage == "segment" and event.done > event.total / 2:
            raise pg.Cancelled

    with pytest.raises(pg.Cancelled):
        pg.segment(scene, WORDS, out=tmp_path / "part", model=demo, options=options, progress=stop)
    part = pg.segment(scene, WORDS, out=tmp_path / "part", model=demo, options=options)
    assert part.run["windows"]["resumed_blocks"]
    assert_results_are_crops(part, pg.segment(scene, WORDS, out=tmp_path / "whole", model=demo, options=ALL))


def test_a_small_area_of_a_huge_raster(scene: Path, demo: pg.Model, tmp_path: Path) -> None:
    """Opening, planning and segmenting take no time in proportion to the raster."""
    with rasterio.open(scene) as dataset:
        transform, crs = dataset.transform, dataset.crs.to_wkt()
    bands = "".join(
        f'<VRTRasterBand dataType="Byte" band="{band}"><SimpleSource><SourceFilename>{scene}</SourceFilename>'
        f'<SourceBand>{band}</SourceBand><DstRect xOff="50000" yOff="70000" xSize="300" ySize="216"/></SimpleSource>'
        "</VRTRasterBand>"
        for band in (1, 2, 3)
    )
    geotransform = ",".join(map(str, transform.to_gdal()))
    (tmp_path / "huge.vrt").write_text(
        f'<VRTDataset rasterXSize="100000" rasterYSize="100000"><SRS>{crs}</SRS>'
        f"<GeoTransform>{geotransform}</GeoTransform>{bands}</VRTDataset>"
    )
    bounds = bounds_of(tmp_path / "huge.vrt", top=70_100, left=50_100, height=100, width=80)
    options = replace(ALL, bounds=bounds)
    plan = pg.plan_segment(tmp_path / "huge.vrt", WORDS, model=demo, options=options)
    assert (plan.shape, plan.blocks) == ((100, 80), 1)
    assert plan.windows <= 16
    result = pg.segment(tmp_path / "huge.vrt", WORDS, out=tmp_path / "out", model=demo, options=options)
    assert result.labels.read().shape == (100, 80)
    embedding = pg.encode(
        tmp_path / "huge.vrt", out=tmp_path / "a.emb", model=demo, options=pg.EncodeOptions(bounds=bounds)
    )
    np.testing.assert_array_equal(embedding.label(WORDS).labels, result.labels.read())


@pytest.mark.shared
@pytest.mark.parametrize(
    "name",
    [
        "quebec_tile_0p3",
        "spacenet4_atlanta_rgba",
        "derived_rotterdam_rgbn_uint16",
        "colorado_hro_internal_mask",
        "neon_osbs_029",
        "derived_koeln_rotated20",
    ],
)
@pytest.mark.filterwarnings("ignore::proxyclip_geo.errors.QualityWarning")
def test_real_rasters(shared: Path, demo: pg.Model, tmp_path: Path, name: str) -> None:
    raster = shared / "data" / "rasters" / f"{name}.tif"
    with rasterio.open(raster) as dataset:
        top, left, height, width = (round(side * share) for share in (0.31, 0.42) for side in dataset.shape)
    area = bounds_of(raster, top=top, left=left, height=min(height, 190), width=min(width, 170))
    part, whole = segment_both(raster, demo, tmp_path, {"bounds": area})
    with rasterio.open(part.paths.labels) as labels:
        inside = labels.read(1) != labels.nodata
        rotated = labels.transform.b != 0
    assert inside.any()
    # Bounds are a rotated rectangle of pixels there.
    assert_results_are_crops(part, whole, inside=inside if rotated else None)
