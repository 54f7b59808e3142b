"""Layout and overviews of COGs."""

import shutil
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from numpy.typing import NDArray

from proxyclip_geo.errors import OutputError
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.raster import cog, cog_file
from proxyclip_geo.raster.cog import CogWriter
from proxyclip_geo.raster.spec import RasterSpec, image_spec, label_spec, probability_spec, score_spec, similarity_spec
from proxyclip_geo.raster.styles import ClassStyle
from proxyclip_geo.region import Region

LABELS = label_spec([ClassStyle(1, "water", (0, 0, 255)), ClassStyle(2, "forest", (0, 128, 0))])
MANY_LABELS = label_spec([ClassStyle(300, "far", (1, 2, 3))])


def some_values(spec: RasterSpec, *, height: int, width: int) -> NDArray[Any]:
    """Return patches of 3 × 3 pixels; a fifth of the pixels has no data."""
    rng = np.random.default_rng(0)
    small = rng.integers(1, 5, (spec.count, -(-height // 3), -(-width // 3)))
    values = small.repeat(3, axis=1).repeat(3, axis=2)[:, :height, :width].astype(spec.dtype)
    if spec.nodata is not None:
        values[:, rng.random((height, width)) < 0.2] = spec.nodata
    return values


def write(path: Path, spec: RasterSpec, values: NDArray[Any], *, size: int = 700) -> Path:
    geobox = GeoBox(values.shape[1:], (0.5, 0, 500_000, 0, -0.5, 5_600_000), "EPSG:25832")
    with CogWriter(path, geobox, spec=spec) as sink:
        for region in geobox.region.tiles(size):
            sink.write(region, values[(slice(None), *region.slices_in(geobox.region))])
        return sink.finish()


def read_levels(path: Path) -> list[NDArray[Any]]:
    with rasterio.open(path) as dataset:
        levels = [dataset.read()]
        count = len(dataset.overviews(1))
    for level in range(count):
        with rasterio.open(path, overview_level=level) as dataset:
            levels.append(dataset.read())
    return levels


@pytest.mark.parametrize(
    "spec",
    [
        LABELS,
        MANY_LABELS,
        score_spec(),
        probability_spec(["a", "b", "c"]),
        image_spec(["red", "green", "blue"], dtype="uint16"),
        similarity_spec("lake"),
    ],
    ids=["labels", "labels-16-bits", "score", "probabilities", "image", "similarity"],
)
def test_all_levels_are_those_of_gdal(tmp_path: Path, spec: RasterSpec) -> None:
    values = some_values(spec, height=1200, width=2064)
    path = write(tmp_path / "ours.tif", spec, values)
    plain: dict[str, Any] = {"driver": "GTiff", "dtype": spec.dtype, "count": spec.count, "nodata": spec.nodata}
    with rasterio.open(path) as ours:
        place = {"crs": ours.crs, "transform": ours.transform, "width": 2064, "height": 1200}
    with rasterio.open(tmp_path / "plain.tif", "w", **plain, **place) as dataset:
        dataset.write(values)
    method = spec.overviews.upper()
    rasterio.shutil.copy(tmp_path / "plain.tif", tmp_path / "theirs.tif", driver="COG", overview_resampling=method)
    levels = read_levels(path)
    assert [level.shape[1:] for level in levels] == [(1200, 2064), (600, 1032), (300, 516), (150, 258)]
    for our_level, their_level in zip(levels, read_levels(tmp_path / "theirs.tif"), strict=True):
        np.testing.assert_allclose(our_level, their_level, rtol=1e-6 if spec.dtype == "float32" else 0)


def test_a_pixel_beyond_an_odd_side_does_not_count(tmp_path: Path) -> None:
    values = np.arange(15 * 1027, dtype=np.uint16).reshape(1, 15, 1027).astype(np.uint8) % 100
    levels = read_levels(write(tmp_path / "a.tif", score_spec(), values))
    assert [level.shape[1:] for level in levels] == [(15, 1027), (8, 514), (4, 257)]
    corner, edge = levels[0][0, -1, -1], levels[0][0, -1, :2].astype(int)
    assert levels[1][0, -1, -1] == corner
    assert levels[1][0, -1, 0] == (edge.sum() + 1) // 2


@pytest.mark.parametrize("largest", [2**32, 0], ids=["TIFF", "BigTIFF"])
def test_layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, largest: int) -> None:
    """Directories first, from large to small; then the tiles, the whole raster last and row by row."""
    monkeypatch.setattr(cog_file, "_LARGEST", largest)
    values = some_values(LABELS, height=1100, width=1300)
    path = write(tmp_path / "a.tif", LABELS, values)
    assert path.read_bytes()[2] == (42 if largest else 43)
    np.testing.assert_array_equal(read_levels(path)[0], values)
    with rasterio.open(path) as dataset:
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        directories, tiles = [], []
        for level, (rows, cols) in zip((None, 0, 1), ((3, 3), (2, 2), (1, 1)), strict=True):
            directories.append(int(dataset.get_tag_item("IFD_OFFSET", "TIFF", bidx=1, ovr=level)))
            names = [f"BLOCK_OFFSET_{col}_{row}" for row in range(rows) for col in range(cols)]
            tiles.insert(0, [int(dataset.get_tag_item(name, "TIFF", bidx=1, ovr=level)) for name in names])
    order = [*directories, *(offset for level in tiles for offset in level)]
    assert order == sorted(order)
    assert directories[0] < 300


def test_each_tile_is_compressed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tile that is written again leaves a hole in the file that GDAL writes."""

    def compare(path: Path, levels: list[Path]) -> None:
        cog_file.assemble_cog(path, levels)
        for level in levels:
            sizes = cog_file._Level.read(level).sizes
            assert level.stat().st_size < sizes.sum() + 4000
        shutil.copy(path, tmp_path / "copy.tif")

    monkeypatch.setattr(cog, "assemble_cog", compare)
    noise = np.random.default_rng(0).integers(0, 100, (1, 1500, 1400), np.uint8)
    write(tmp_path / "a.tif", score_spec(), noise, size=333)
    np.testing.assert_array_equal(read_levels(tmp_path / "copy.tif")[0], noise)


def test_memory_does_not_grow_with_the_width(tmp_path: Path) -> None:
    """A row of blocks leaves incomplete tiles over the whole width: 10 MB of pixels, and half as many in overviews."""
    geobox = GeoBox((1000, 32_768), (0.5, 0, 500_000, 0, -0.5, 5_600_000), "EPSG:25832")
    with CogWriter(tmp_path / "a.tif", geobox, spec=score_spec()) as sink:
        tracemalloc.start()
        try:
            for row in (0, 1):
                for col in range(0, 32_768, 512):
                    region = Region(300 * row, col, 300, 512)
                    sink.write(region, np.full(region.shape, row + 1, np.uint8))
                if row == 0:
                    assert tracemalloc.get_traced_memory()[1] < 2_000_000
        finally:
            tracemalloc.stop()
        # The room of tiles that are complete is used again.
        parts = next(path for path in tmp_path.rglob("parts") if path.is_file())
        assert parts.stat().st_size <= (64 + 1 + 32 + 1 + 16 + 8) * 512 * 512
        sink.finish()
    with rasterio.open(tmp_path / "a.tif") as dataset:
        column = dataset.read(1, window=((0, 1000), (700, 701)))[:, 0]
    np.testing.assert_array_equal(column, np.repeat([1, 2, 255], [300, 300, 400]))


@pytest.mark.parametrize("hole", [slice(None), slice(5000, 9096), slice(-100, None)], ids=["all", "middle", "end"])
def test_hole_in_a_tile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hole: slice) -> None:
    def damage(path: Path, levels: list[Path]) -> None:
        level = cog_file._Level.read(levels[0])
        start, end, _ = hole.indices(int(level.sizes[0]))
        with levels[0].open("r+b") as file:
            file.seek(int(level.offsets[0]) + start)
            file.write(bytes(end - start))
        cog_file.assemble_cog(path, levels)

    monkeypatch.setattr(cog, "assemble_cog", damage)
    noise = np.random.default_rng(0).integers(0, 100, (1, 600, 600), np.uint8)
    with pytest.raises(OutputError, match="tiles were not written correctly"):
        write(tmp_path / "a.tif", score_spec(), noise)
    assert not (tmp_path / "a.tif").exists()


def test_zeros_of_a_compressed_tile_are_no_hole() -> None:
    tile = zlib.compress(bytes(8192), level=0)
    assert cog_file._HOLE in tile
    assert cog_file._is_whole(tile)
