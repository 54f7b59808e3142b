"""Rasters, counts and areas of a map do not depend on the order of its blocks."""

from contextlib import closing
from pathlib import Path

import numpy as np
from affine import Affine
from pyproj import CRS

from proxyclip_geo.api.options import LabelOptions
from proxyclip_geo.api.outputs import OutputPaths
from proxyclip_geo.api.result_writer import ResultWriter
from proxyclip_geo.engine.classify import BlockLabels
from proxyclip_geo.engine.runner import BlockResult
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.grid import Block, Windows
from proxyclip_geo.region import Region
from proxyclip_geo.vocabulary import load_vocabulary


def write(folder: Path, order: list[int]) -> tuple[ResultWriter, OutputPaths]:
    """Write a map of 2 × 4 blocks in an order."""
    folder.mkdir()
    geobox = GeoBox((700, 1300), Affine(0.001, 0, 8, 0, -0.001, 50), CRS.from_epsg(4326))
    area = Region(20, 30, 600, 1200)
    labels = np.random.default_rng(0).integers(0, 3, (2, *geobox.shape)).astype(np.uint8)
    tiles = list(area.tiles(330))
    paths = OutputPaths.in_directory(folder, "map", LabelOptions(polygons=False))
    vocabulary = load_vocabulary("landcover")
    with closing(ResultWriter(paths, geobox, area=area, vocabulary=vocabulary, tags={})) as writer:
        for index in order:
            core = tiles[index]
            found, score = labels[(slice(None), *core.slices_in(geobox.region))]
            writer.write(
                BlockResult(Block(index, core, core, Windows((), (), (0, 0)), core), BlockLabels(found, score, None))
            )
        writer.finish()
    assert len(tiles) == len(order)
    return writer, paths


def test_the_order_of_the_blocks_changes_nothing(tmp_path) -> None:
    one, paths = write(tmp_path / "in_order", list(range(8)))
    other, other_paths = write(tmp_path / "shuffled", [5, 2, 7, 0, 3, 6, 1, 4])
    for path, other_path in zip(paths.all(), other_paths.all(), strict=True):
        assert path.exists() == other_path.exists()
        assert not path.exists() or path.read_bytes() == other_path.read_bytes()
    assert one.areas.areas == other.areas.areas
    assert sum(one.counts) == sum(other.counts) == 600 * 1200
    np.testing.assert_array_equal(one.counts, other.counts)
    np.testing.assert_array_equal(one.thumbnail.labels, other.thumbnail.labels)
