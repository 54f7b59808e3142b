"""Results of an area of interest equal those of the whole raster, cropped."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proxyclip_geo.engine import options as engine_options
from proxyclip_geo.engine.area_query import label_area
from proxyclip_geo.engine.classify import BlockLabels, TextBank
from proxyclip_geo.engine.options import Segments, Upsampling
from proxyclip_geo.engine.plan import Plan, make_plan
from proxyclip_geo.engine.read_block import used_cells
from proxyclip_geo.engine.runner import BlockResult, classify_blocks, encode_blocks, run_blocks, stored_blocks
from proxyclip_geo.engine.store.embedding_store import EmbeddingStore, create_store, open_store
from proxyclip_geo.engine.store.metadata import EmbeddingInfo
from proxyclip_geo.errors import StoreError
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.raster.aoi import Area
from proxyclip_geo.region import Region

Make = Callable[..., Any]
STEP = 4
SEGMENTS: st.SearchStrategy[Segments] = st.sampled_from(["none", "mean", "majority"])
many = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(autouse=True)
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rasters of these tests have several tiles."""
    monkeypatch.setattr(engine_options, "SEGMENT_TILE", 16)


@st.composite
def areas(draw: st.DrawFn, height: int, width: int) -> Area:
    """A part of a raster, with or without polygons."""
    top, left = draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))
    region = Region(top, left, draw(st.integers(1, height - top)), draw(st.integers(1, width - left)))
    if draw(st.booleans()):
        return Area(region)
    points = st.tuples(
        st.integers(2 * left, 2 * region.right).map(lambda n: n / 2),
        st.integers(2 * top, 2 * region.bottom).map(lambda n: n / 2),
    )
    corners = st.lists(points, min_size=3, max_size=3, unique=True).map(shapely.Polygon)
    triangles = draw(st.lists(corners.filter(lambda shape: shape.area > 0), min_size=1, max_size=2))
    return Area(region, shapely.union_all(triangles))


@st.composite
def cases(draw: st.DrawFn, segments: st.SearchStrategy[Segments] = SEGMENTS) -> dict[str, Any]:
    """A raster, an area of it, and blocks."""
    height, width = draw(st.integers(1, 70)), draw(st.integers(1, 70))
    return {
        "shape": (height, width),
        "area": draw(areas(height, width)),
        "core": draw(st.sampled_from([4, 12, 16, 32, 200])),
        "seed": draw(st.integers(0, 99)),
        "valid": draw(st.sampled_from([0.1, 0.7, 1.0])),
        "debias": draw(st.sampled_from([0.0, -0.3])),
        "upsampling": Upsampling(edge_aware=draw(st.booleans()), segments=draw(segments)),
    }


def collect(results: Any, area: Region, bank: TextBank) -> BlockLabels:
    """Put the blocks of an area together; every pixel must come once."""
    found = BlockLabels(
        np.zeros(area.shape, bank.label_dtype),
        np.zeros(area.shape, np.uint8),
        np.zeros((len(bank.values), *area.shape), np.uint8),
    )
    times = np.zeros(area.shape, int)
    for result in results:
        assert isinstance(result, BlockResult)
        part = result.block.core.slices_in(area)
        found.labels[part], found.score[part] = result.map.labels, result.map.score
        found.probabilities[(slice(None), *part)] = result.map.probabilities  # type: ignore[index]
        times[part] += 1
    assert (times == 1).all()
    return found


def crop(whole: BlockLabels, area: Area, *, nodata: int) -> BlockLabels:
    """Crop the result of a raster to an area; pixels outside of the polygons have no data."""
    part = area.region.slices_in(Region(0, 0, *whole.labels.shape))
    inside = area.rasterize(area.region)
    assert whole.probabilities is not None
    return BlockLabels(
        np.where(inside, whole.labels[part], nodata),
        np.where(inside, whole.score[part], 255),
        np.where(inside, whole.probabilities[(slice(None), *part)], 255),
    )


def assert_equal(found: BlockLabels, expected: BlockLabels) -> None:
    np.testing.assert_array_equal(found.labels, expected.labels)
    np.testing.assert_array_equal(found.score, expected.score)
    np.testing.assert_array_equal(found.probabilities, expected.probabilities)


@pytest.fixture
def run(encoders: SimpleNamespace, make_source: Make, make_bank: Make) -> Make:
    """Return the source, encoder, bank, plan and expected result of a case."""

    def run(case: dict[str, Any]) -> SimpleNamespace:
        source, encoder = make_source(*case["shape"], seed=case["seed"], valid=case["valid"]), encoders.Positional()
        bank = replace(make_bank(), debias=case["debias"])
        tile = case["upsampling"].tile
        whole = make_plan(case["shape"], encoder=encoder, window=16, stride=8, tile=tile)
        options = {"encoder": encoder, "bank": bank, "probabilities": True, "upsampling": case["upsampling"]}
        expected = collect(run_blocks(source, whole, **options), whole.grid.raster, bank)
        settings = {"core": case["core"], "area": case["area"], "tile": tile}
        plan = make_plan(case["shape"], encoder=encoder, window=16, stride=8, **settings)
        expected = crop(expected, case["area"], nodata=bank.nodata)
        return SimpleNamespace(source=source, plan=plan, bank=bank, options=options, expected=expected)

    return run


@many
@given(case=cases())
def test_an_area_is_a_crop_of_the_whole(run: Make, case: dict[str, Any]) -> None:
    found = run(case)
    results = run_blocks(found.source, found.plan, **found.options)
    assert_equal(collect(results, case["area"].region, found.bank), found.expected)


@many
@given(case=cases(st.just("none")), storage=st.sampled_from(["float16", "int8"]))
def test_a_stored_area_is_a_crop_of_the_whole(
    run: Make, tmp_path_factory: pytest.TempPathFactory, case: dict[str, Any], storage: str
) -> None:
    found = run(case)
    store = write(str(tmp_path_factory.mktemp("area") / "a.emb"), found.source, found.plan, found.options, storage)
    area, bank, upsampling = case["area"], found.bank, case["upsampling"]
    if storage == "int8":
        whole = replace(found.plan, area=Area(found.plan.grid.raster)).with_core(64)
        path = str(tmp_path_factory.mktemp("whole") / "w.emb")
        stored = label(write(path, found.source, whole, found.options, storage), bank, found.source, upsampling)
        expected = crop(stored, area, nodata=bank.nodata)
    else:
        expected = found.expected
    assert_equal(label(store, bank, found.source, upsampling), expected)
    if not upsampling.edge_aware:
        shown = label_area(store, bank, area=area.region)
        np.testing.assert_array_equal(shown.map.labels, expected.labels)
        np.testing.assert_array_equal(shown.map.score, expected.score)


@settings(many, max_examples=8)
@given(case=cases(st.sampled_from(["mean", "majority"])))
def test_segments_of_a_part_of_a_store(
    run: Make, tmp_path_factory: pytest.TempPathFactory, case: dict[str, Any]
) -> None:
    found, bank = run(case), run(case).bank
    region, upsampling = case["area"].region, case["upsampling"]
    whole = replace(found.plan, area=Area(found.plan.grid.raster), tile=1).with_core(case["core"])
    store = write(str(tmp_path_factory.mktemp("whole") / "w.emb"), found.source, whole, found.options, "float16")
    inside = case["area"].rasterize(region)
    shown = label_area(store, bank, area=region, source=found.source, upsampling=upsampling)
    np.testing.assert_array_equal(shown.map.labels[inside], found.expected.labels[inside])
    blocks = collect(label_blocks(store, bank, found.source, upsampling, area=region), region, bank)
    np.testing.assert_array_equal(blocks.probabilities[:, inside], found.expected.probabilities[:, inside])  # type: ignore[index]


def test_segments_need_whole_tiles(run: Make, tmp_path: Path) -> None:
    area, upsampling = Area(Region(20, 0, 44, 50)), Upsampling(segments="mean")
    case = {
        "shape": (64, 64),
        "core": 32,
        "seed": 1,
        "valid": 1.0,
        "debias": 0.0,
        "area": area,
        "upsampling": upsampling,
    }
    found = run(case)
    store = write(str(tmp_path / "part.emb"), found.source, found.plan, found.options, "float16")
    with pytest.raises(StoreError, match="whole tiles of 16 × 16 pixels: give `bounds` that lie 16 pixels inside it"):
        label_area(store, found.bank, area=area.region, source=found.source, upsampling=upsampling)
    part = Region(36, 16, 28, 18)
    shown = label_area(store, found.bank, area=part, source=found.source, upsampling=upsampling)
    np.testing.assert_array_equal(shown.map.labels, found.expected.labels[part.slices_in(area.region)])


def write(path: str, source: Any, plan: Plan, options: dict[str, Any], storage: Any) -> EmbeddingStore:
    """Encode the area of a plan, and open the store."""
    encoder, geobox = options["encoder"], GeoBox(source.region.shape, (0.5, 0, 7, 0, -0.5, 9), None)
    info = EmbeddingInfo(
        geobox, plan.area.region, plan.grid, plan.core, "hann", encoder.dim, storage, None,
        {"name": "a", "sha256": {}, "constants_sha256": "0", "card": "a"},
        {"path": "a.tif", "stem": "a", "bands": [1, 2, 3]}, {},
    )  # fmt: skip
    store = create_store(path, info, thumbnail=np.zeros((3, 2, 2), np.uint8))
    for item in encode_blocks(source, plan, encoder=encoder, blocks=store.missing()):
        store.write(item.block, item.embedding, valid=item.valid, inside=plan.area.rasterize(item.block.core))
    assert not store.missing()
    return open_store(path)


def label_blocks(
    store: EmbeddingStore, bank: TextBank, source: Any, upsampling: Upsampling, *, area: Region | None = None
) -> Iterator[BlockResult]:
    guides = source if upsampling.uses_image else None
    encoded = stored_blocks(store, bank=bank, area=area, source=guides, tile=upsampling.tile)
    return classify_blocks(encoded, bank=bank, grid=store.info.grid, upsampling=upsampling, probabilities=True)


def label(store: EmbeddingStore, bank: TextBank, source: Any, upsampling: Upsampling) -> BlockLabels:
    return collect(label_blocks(store, bank, source, upsampling), store.info.area, bank)


@given(area=areas(60, 50), seed=st.integers(0, 9))
def test_used_cells_are_those_that_hold_pixels_of_the_area_and_their_neighbours(area: Area, seed: int) -> None:
    cells = Region(seed, seed // 2, 9, 7)
    inside = np.pad(area.rasterize(Region(0, 0, 80, 80)), STEP)
    expected = [
        [
            inside[row * STEP : (row + 3) * STEP, col * STEP : (col + 3) * STEP].any()
            for col in range(seed // 2, seed // 2 + 7)
        ]
        for row in range(seed, seed + 9)
    ]
    np.testing.assert_array_equal(used_cells(cells, area, step=STEP), expected)


def test_blocks_and_windows_away_from_the_polygons_are_not_computed(
    make_source: Make, encoders: SimpleNamespace, make_bank: Make
) -> None:
    source, encoder = make_source(200, 200), encoders.MeanColour()
    corners = shapely.union_all([shapely.box(3, 4, 9, 9), shapely.box(150, 150, 160, 165)])
    area = Area(Region(0, 0, 200, 200), corners)
    plan = make_plan((200, 200), encoder=encoder, window=16, stride=8, core=64, area=area)
    for _ in run_blocks(source, plan, encoder=encoder, bank=make_bank()):
        pass
    assert len(source.regions) == 2
    assert sum(map(len, encoder.batches)) < plan.windows / 10


def test_a_small_area_of_a_huge_raster_has_few_blocks(encoders: SimpleNamespace) -> None:
    area = Area(Region(10**6 + 5, 77, 500, 300))
    plan = make_plan((10**7, 10**6), encoder=encoders.MeanColour(8), window=336, stride=248, area=area)
    [block] = plan.blocks
    assert block.core == area.region
    assert len(block.windows) < 20
    assert plan.tiling.height < 1000
