import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from proxyclip_geo.region import Region

CANVAS = Region(-12, -12, 36, 36)

regions = st.builds(Region, st.integers(-6, 8), st.integers(-6, 8), st.integers(0, 8), st.integers(0, 8))


def drawn(*parts: Region) -> NDArray[np.int_]:
    """Count, on a canvas, how often each pixel is covered."""
    counts = np.zeros(CANVAS.shape, int)
    for part in parts:
        counts[part.slices_in(CANVAS)] += 1
    return counts


@settings(deadline=None)
@given(regions, regions)
def test_intersection(one: Region, other: Region) -> None:
    shared = one.intersect(other)
    np.testing.assert_array_equal(drawn(one, other) == 2, drawn(shared) == 1)
    assert shared.is_empty == (not (drawn(one, other) == 2).any())


@settings(deadline=None)
@given(regions, regions)
def test_union_is_the_smallest_enclosing_region(one: Region, other: Region) -> None:
    whole = one.union(other)
    assert whole.intersect(one) == one
    assert whole.intersect(other) == other
    assert {whole.top, whole.bottom} <= {one.top, other.top, one.bottom, other.bottom}
    assert {whole.left, whole.right} <= {one.left, other.left, one.right, other.right}


@settings(deadline=None)
@given(regions, st.integers(1, 9))
def test_tiles_partition_in_row_major_order(region: Region, size: int) -> None:
    tiles = list(region.tiles(size))
    np.testing.assert_array_equal(drawn(*tiles), drawn(region))
    assert all(0 < side <= size for tile in tiles for side in tile.shape)
    assert [(tile.top, tile.left) for tile in tiles] == sorted((tile.top, tile.left) for tile in tiles)


@settings(deadline=None)
@given(regions, st.integers(0, 4))
def test_pad(region: Region, margin: int) -> None:
    padded = region.pad(margin)
    assert padded.shape == (region.height + 2 * margin, region.width + 2 * margin)
    assert padded.pad(-margin) == region
    assert padded.intersect(region) == region


@settings(deadline=None)
@given(regions, st.integers(-5, 5), st.integers(-5, 5))
def test_shift(region: Region, rows: int, cols: int) -> None:
    moved = region.shift(rows, cols)
    assert (moved.top, moved.left) == (region.top + rows, region.left + cols)
    assert moved.shape == region.shape


@settings(deadline=None)
@given(regions, st.integers(1, 7))
def test_scale_multiplies_every_edge(region: Region, factor: int) -> None:
    edges = [region.top, region.left, region.bottom, region.right]
    scaled = region.scale(factor)
    assert [scaled.top, scaled.left, scaled.bottom, scaled.right] == [factor * edge for edge in edges]


def test_crossed_edges_are_empty() -> None:
    assert Region.from_edges(5, 5, 2, 9).is_empty
    assert Region.from_edges(5, 5, 2, 9).shape == (0, 4)
    assert not Region(0, 0, 1, 1).is_empty
