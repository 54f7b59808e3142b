import time

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import ndimage

from proxyclip_geo.errors import OptionError
from proxyclip_geo.synthetic import SCENE_CLASSES, generate_scene
from proxyclip_geo.synthetic.classes import Label, Material, make_style

VILLAGE_SEED = 3


@pytest.fixture(scope="module")
def whole():
    return generate_scene(640, 700, seed=5, nir=True, offset=(-90, 300))


@pytest.fixture(scope="module")
def kilometre():
    return generate_scene(1024, 1024, seed=4, gsd=1.0, nir=True)


@pytest.fixture(scope="module")
def village():
    return generate_scene(1024, 1024, seed=VILLAGE_SEED, gsd=0.5)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_tile_equals_crop_of_the_whole(whole, data):
    top, left = data.draw(st.integers(0, 639)), data.draw(st.integers(0, 699))
    height, width = data.draw(st.integers(1, 640 - top)), data.draw(st.integers(1, 700 - left))
    tile = generate_scene(height, width, seed=5, nir=True, offset=(top - 90, left + 300))
    part = (slice(top, top + height), slice(left, left + width))
    np.testing.assert_array_equal(tile.rgb, whole.rgb[:, *part])
    np.testing.assert_array_equal(tile.nir, whole.nir[part])
    np.testing.assert_array_equal(tile.labels, whole.labels[part])


def test_infrared_does_not_change_the_rest(whole):
    plain = generate_scene(640, 700, seed=5, offset=(-90, 300))
    assert plain.nir is None
    np.testing.assert_array_equal(plain.rgb, whole.rgb)


def test_no_seam_between_the_tiles_of_a_world(village):
    """Across the borders of the internal tiles, pixels and labels change no more than elsewhere."""
    scene = village
    steps = np.abs(np.diff(scene.rgb.astype(np.int16), axis=2)).mean(axis=(0, 1))
    changes = (np.diff(scene.labels.astype(np.int16), axis=1) != 0).mean(axis=0)
    near = np.r_[470:508, 515:555]
    assert steps[511] < steps[near].max() * 1.05
    assert changes[511] < changes[near].max() * 1.3 + 0.01


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (7, 513)])
def test_any_size(shape):
    scene = generate_scene(*shape, seed=3)
    assert scene.rgb.shape == (3, *shape)
    assert scene.labels.shape == shape
    assert scene.rgb.dtype == scene.labels.dtype == np.uint8
    assert 1 <= scene.labels.min() <= scene.labels.max() <= len(SCENE_CLASSES)


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 2**63), gsd=st.sampled_from([0.3, 0.5, 1.0, 2.0]), row=st.integers(-(10**7), 10**7))
@example(seed=0, gsd=0.2, row=-1)
@example(seed=1, gsd=4.0, row=123_456_789)
def test_every_pixel_has_a_class_anywhere(seed, gsd, row):
    scene = generate_scene(40, 30, seed=seed, gsd=gsd, offset=(row, -row))
    assert scene.labels.min() >= 1
    assert scene.labels.max() <= len(SCENE_CLASSES)
    assert scene.gsd == gsd


def test_worlds_differ_and_are_reproducible():
    one, again, other = (generate_scene(64, 64, seed=seed) for seed in (7, 7, 8))
    np.testing.assert_array_equal(one.rgb, again.rgb)
    assert (one.rgb != other.rgb).mean() > 0.5
    assert len({make_style(seed).region for seed in range(40)}) == 5


def test_a_square_kilometre_has_every_class(kilometre):
    share = np.bincount(kilometre.labels.ravel(), minlength=8)[1:] / kilometre.labels.size
    assert dict(zip(SCENE_CLASSES, share > 0.004, strict=True)) == dict.fromkeys(SCENE_CLASSES, True)


def test_roads_form_a_network(kilometre):
    """Nearly all road pixels of a square kilometre are connected, except those that its border cuts off."""
    road = kilometre.labels == Label.ROAD
    parts, count = ndimage.label(road, structure=np.ones((3, 3)))
    sizes = np.bincount(parts.ravel())[1:]
    inner = np.unique(parts[80:-80, 80:-80])
    assert sizes.max() > 0.8 * sizes.sum()
    assert count < 12
    assert len(inner) < 9


def test_roads_have_the_width_of_roads(village):
    road = village.labels == Label.ROAD
    thickness = 2 * ndimage.distance_transform_edt(road)[road].max()
    assert 10 <= thickness <= 45  # up to a crossing's diagonal
    assert ndimage.binary_erosion(road, iterations=4).any()
    assert not ndimage.binary_erosion(road, iterations=24).any()


def test_buildings_stand_clear_of_roads_and_water(village):
    labels = village.labels
    around = ndimage.binary_dilation(labels == Label.BUILDING, iterations=1)
    assert (labels == Label.BUILDING).sum() > 10_000
    assert not (around & (labels == Label.WATER)).any()
    assert not (around & (labels == Label.ROAD)).any()


def test_shadows_fall_away_from_the_sun(village):
    scene = village
    building = scene.labels == Label.BUILDING
    grey = scene.rgb.mean(axis=0)
    sun = make_style(VILLAGE_SEED).sun
    open_ground = np.isin(scene.labels, [Label.GRASS, Label.BARE])
    dy, dx = round(9 * sun[0]), round(9 * sun[1])
    behind = np.roll(building, (dy, dx), (0, 1)) & open_ground
    before = np.roll(building, (-dy, -dx), (0, 1)) & open_ground
    assert grey[behind].mean() < 0.8 * grey[before].mean()


def test_mean_colour_does_not_determine_the_class():
    """In each of these pairs, some shades are closer to the other class than to the other shades of their own."""
    palette = make_style(2).palette[:, :3]
    water, tree = palette[Material.WATER : Material.TREE], palette[Material.TREE : Material.GRASS]
    crop, bare = palette[Material.CROP : Material.BARE], palette[Material.BARE : Material.ROAD]
    road, roof = palette[Material.ROAD : Material.PAINT], palette[Material.ROOF :]
    for one, other in ((water, tree), (crop, bare), (road, roof)):
        between = np.linalg.norm(one[:, None] - other[None], axis=-1).min()
        within = np.linalg.norm(one[:, None] - one[None], axis=-1).max()
        assert between < within


def test_infrared_is_bright_in_plants_and_dark_in_water(kilometre):
    scene = kilometre
    assert scene.nir[scene.labels == Label.FOREST].mean() > 1.5 * scene.rgb[0][scene.labels == Label.FOREST].mean()
    assert scene.nir[scene.labels == Label.WATER].mean() < 60


@pytest.mark.parametrize(("height", "width", "gsd"), [(0, 5, 0.5), (5, -1, 0.5), (5, 5, 0.01), (5, 5, 9.0)])
def test_refuses_sizes_and_gsd_out_of_range(height, width, gsd):
    with pytest.raises(OptionError, match=r"at least 1|out of range"):
        generate_scene(height, width, seed=1, gsd=gsd)


@pytest.mark.slow
def test_time_does_not_depend_on_the_offset():
    """A part far from the origin takes no longer than one at the origin."""
    started = time.process_time()
    generate_scene(256, 512, seed=9, offset=(0, 0))
    near = time.process_time() - started
    started = time.process_time()
    generate_scene(256, 512, seed=9, offset=(0, 10**8 // 512 * 512))
    far = time.process_time() - started
    assert far < 5 * near + 1
