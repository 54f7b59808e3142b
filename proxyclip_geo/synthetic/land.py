"""Land and water: farm parcels, meadows, bare ground, rivers and lakes, trees."""

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.synthetic.canvas import Canvas
from proxyclip_geo.synthetic.classes import SHADES, Label, Material, Style
from proxyclip_geo.synthetic.layout import LAKE_LEVEL, RIVER_LEVEL, TOWN_LEVEL, Terrain
from proxyclip_geo.synthetic.noise import Field, Floats, View, make_crowns, make_grain, tile_texture, uniform

ESTATE = 360.0
"""Metres between the sites of estates, in each of which all parcels have one direction."""

TREE_HEIGHT = 9.0
CROWN_SPACING = 6.5


def _find_estates(view: View, seed: int) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.int64]]:
    """Return the index of the nearest site of each pixel, the sites (n, 2) in metres and their keys (n, 2)."""
    y0, x0, y1, x1 = view.bounds
    i, j = (
        a.ravel()
        for a in np.meshgrid(
            np.arange(int(y0 // ESTATE) - 2, int(y1 // ESTATE) + 3),
            np.arange(int(x0 // ESTATE) - 2, int(x1 // ESTATE) + 3),
            indexing="ij",
        )
    )
    sites = np.stack(
        [(i + 0.1 + 0.8 * uniform(seed, 50, i, j)) * ESTATE, (j + 0.1 + 0.8 * uniform(seed, 51, i, j)) * ESTATE], -1
    )
    # A site that is farther from the tile than another one is from all of its pixels is nearest to none.
    gap = np.hypot(
        np.maximum(0, np.maximum(y0 - sites[:, 0], sites[:, 0] - y1)),
        np.maximum(0, np.maximum(x0 - sites[:, 1], sites[:, 1] - x1)),
    )
    far = np.hypot(
        np.maximum(np.abs(sites[:, 0] - y0), np.abs(sites[:, 0] - y1)),
        np.maximum(np.abs(sites[:, 1] - x0), np.abs(sites[:, 1] - x1)),
    )
    keep = gap <= far.min()
    sites, keys = sites[keep], np.stack([i, j], -1)[keep]
    best = np.full(view.shape, np.inf, np.float32)
    owner = np.zeros(view.shape, np.int32)
    for n, (sy, sx) in enumerate(sites):
        distance = (view.y - np.float32(sy - y0)) ** 2 + (view.x - np.float32(sx - x0)) ** 2
        closer = distance < best
        np.copyto(best, distance, where=closer)
        owner[closer] = n
    return owner, sites, keys


def paint_parcels(canvas: Canvas, *, seed: int, style: Style) -> None:
    """Paint all pixels as parcels: crops in rows, grass or bare ground."""
    view = canvas.view
    owner, sites, keys = _find_estates(view, seed)
    y0, x0 = view.origin
    traits = uniform(seed, 52, keys[:, :1], keys[:, 1:], np.arange(4))
    angle = traits[:, 0] * np.pi
    cos, sin = (f(angle).astype(np.float32)[owner] for f in (np.cos, np.sin))
    dy = view.y - (sites[:, 0] - y0).astype(np.float32)[owner]
    dx = view.x - (sites[:, 1] - x0).astype(np.float32)[owner]
    u, v = dx * cos + dy * sin, dy * cos - dx * sin
    strip = u / (38 + 60 * traits[:, 1]).astype(np.float32)[owner]
    strip_index = np.floor(strip)
    # Cuts of neighbouring strips are offset.
    cut = v / (70 + 110 * traits[:, 2]).astype(np.float32)[owner] + strip_index * np.float32(0.37)
    cut_index = np.floor(cut)
    # An estate has fewer than 32 strips and cuts on each side of its site.
    parcel = (
        owner * np.int32(4096) + (strip_index.astype(np.int32) + 32) * np.int32(64) + cut_index.astype(np.int32) + 32
    )
    known, inverse = np.unique(parcel, return_inverse=True)
    inverse = inverse.reshape(view.shape)
    estate = known // 4096
    rest = known % 4096
    draw = uniform(seed, 53, keys[estate, :1], keys[estate, 1:], rest[:, None], np.arange(6))
    cropped = draw[:, 0] < style.crop_share
    bare = ~cropped & (draw[:, 1] < style.bare_share)
    label = np.where(cropped, Label.CROP, np.where(bare, Label.BARE, Label.GRASS))
    base = np.where(cropped, Material.CROP, np.where(bare, Material.BARE, Material.GRASS))
    count = np.where(cropped, SHADES["CROP"], 3)
    material = base + (draw[:, 2] * count).astype(np.int64)
    canvas.label[:] = label.astype(np.uint8)[inverse]
    canvas.material[:] = material.astype(np.uint8)[inverse]
    canvas.light[:] = (0.9 + 0.2 * draw[:, 3]).astype(np.float32)[inverse]
    _draw_rows(canvas, u, v, known=(cropped, draw), inverse=inverse, style=style)


def _draw_rows(
    canvas: Canvas,
    u: Floats,
    v: Floats,
    *,
    known: tuple[NDArray[np.bool_], NDArray[np.float64]],
    inverse: NDArray[np.intp],
    style: Style,
) -> None:
    """Draw the rows of cropped parcels and their tramlines."""
    cropped, draw = known
    period = np.maximum(2.2 + 3.2 * draw[:, 4], 3.0 * canvas.view.gsd)
    strength = np.where(cropped, style.row_contrast * (0.8 + 0.8 * draw[:, 5]), 0.0).astype(np.float32)
    lengthways = draw[:, 5] * 7 % 1 < 0.7
    across = np.where(lengthways[inverse], u, v)
    phase = across * (2 * np.pi / period).astype(np.float32)[inverse]
    canvas.light[:] *= 1 + strength[inverse] * np.sin(phase)
    tram = (across % np.float32(21.0) < max(0.7, canvas.view.gsd)) & (strength[inverse] > 0)
    canvas.light[tram] *= 0.86


def paint_yards(canvas: Canvas, town: Floats, *, seed: int, style: Style) -> None:
    """Paint yards of grass and bare ground in settlements."""
    yards = town > TOWN_LEVEL - 0.1
    if not yards.any():
        return
    patch = Field(seed, 60, 34.0, octaves=3, gain=0.6).paint(canvas.view)
    bare = yards & (patch > 1.1 - 1.9 * style.yard_bare)
    grass = yards & ~bare
    canvas.label[grass] = Label.GRASS
    canvas.label[bare] = Label.BARE
    canvas.material[grass] = Material.GRASS + 1
    canvas.material[bare] = Material.BARE + int(uniform(seed, 65, 0)[0] * SHADES["BARE"])
    canvas.light[yards] = 1.0 + 0.04 * patch[yards]


def paint_water(canvas: Canvas, terrain: Terrain, *, seed: int) -> NDArray[np.bool_]:
    """Paint rivers, lakes and their banks.

    Returns:
        (H, W) bool: True on water and along it, where there are no trees.
    """
    view = canvas.view
    value = terrain.river.paint(view) - np.float32(RIVER_LEVEL)
    slope_y, slope_x = (
        np.gradient(value, view.gsd, axis=axis) if view.shape[axis] > 1 else np.zeros_like(value) for axis in (0, 1)
    )
    bed = np.abs(value) / (np.sqrt(slope_y**2 + slope_x**2) + np.float32(1e-5))
    wide = Field(seed, 61, 500.0, octaves=1).paint(view)
    shore = bed - np.clip(15 + 9 * wide, 5, 40)
    lake = terrain.lake.paint(view)
    shore = np.minimum(shore, (np.float32(LAKE_LEVEL) - lake) * 42)
    ripple = tile_texture(make_grain(seed, 620, 6), view)
    bank = (shore < 4.5 + 3.5 * wide + 1.2 * ripple) & (shore >= 0)
    water = shore < 0
    canvas.label[bank] = Label.BARE
    canvas.material[bank] = Material.BARE + (wide[bank] > 0)
    canvas.light[bank] = 0.94
    canvas.label[water] = Label.WATER
    canvas.material[water] = Material.WATER + int(uniform(seed, 62, 0)[0] * SHADES["WATER"])
    depth = np.clip(-shore[water] / 14, 0, 1)
    canvas.light[water] = 1.22 - 0.3 * depth + 0.035 * ripple[water]
    return np.asarray(shore < 2.5)


def add_texture(canvas: Canvas, *, seed: int) -> None:
    """Add the texture of grass, crops and bare ground."""
    view = canvas.view
    label = canvas.label
    soft, coarse = tile_texture(make_grain(seed, 630, 5), view), tile_texture(make_grain(seed, 640, 3), view)
    broad = Field(seed, 63, 60.0, octaves=3, gain=0.6).paint(view)
    fine = np.zeros(8, np.float32)
    wide = np.zeros(8, np.float32)
    fine[[Label.GRASS, Label.CROP, Label.BARE]] = 0.075, 0.028, 0.045
    wide[[Label.GRASS, Label.CROP, Label.BARE]] = 0.06, 0.045, 0.07
    canvas.light[:] *= 1 + fine[label] * np.where(label == Label.GRASS, coarse, soft) + wide[label] * broad


def paint_trees(
    canvas: Canvas, terrain: Terrain, town: Floats, *, excluded: NDArray[np.bool_], seed: int, style: Style
) -> None:
    """Paint forests, groves and single trees with their shadows.

    Args:
        canvas: The canvas.
        terrain: The world's fields.
        town: (H, W) the settlement field.
        excluded: (H, W) bool: True where there are no trees.
        seed: The world.
        style: Its style.
    """
    view = canvas.view
    wood = make_crowns(seed, CROWN_SPACING / view.gsd, style.sun)
    density = terrain.trees.paint(view) * np.float32(0.9) + np.float32(style.tree_bias - 0.55)
    # There are few trees in crops. In settlements there are some everywhere, but no forests.
    farmed = canvas.label == Label.CROP
    density = np.where(town > TOWN_LEVEL - 0.1, np.clip(density, -0.35, 0.05) + 0.28, density)
    density -= np.float32(0.22) * farmed
    height, rank = tile_texture(wood.height, view), tile_texture(wood.rank, view)
    closed = (density > 0.62) & ~excluded
    tree = (closed | ((height > 0.12) & (rank * np.float32(0.8) + np.float32(0.02) < density))) & ~excluded
    if not tree.any():
        return
    fall = TREE_HEIGHT * style.shadow_length / view.gsd
    for step in (0.35, 0.7, 1.0):
        shift = (round(style.sun[0] * fall * step), round(style.sun[1] * fall * step))
        _shift_shadow(canvas, tree & (height > 0.25 * step), shift)
    species = Field(seed, 64, 160.0, octaves=2).paint(view)
    kind = np.clip(species + 2.2 * tile_texture(wood.kind, view) + 0.4, 0, 3.99).astype(np.uint8)
    canvas.label[tree] = Label.FOREST
    canvas.material[tree] = Material.TREE + kind[tree]
    canvas.light[tree] = tile_texture(wood.light, view)[tree]
    canvas.shade[tree] = 0.0


def _shift_shadow(canvas: Canvas, caster: NDArray[np.bool_], shift: tuple[int, int]) -> None:
    """Shade the pixels that are `shift` (rows, columns) away from `caster`."""
    rows, cols = canvas.view.shape
    dy, dx = shift
    if abs(dy) >= rows or abs(dx) >= cols:
        return
    target = canvas.shade[max(0, dy) : rows + min(0, dy), max(0, dx) : cols + min(0, dx)]
    source = caster[max(0, -dy) : rows + min(0, -dy), max(0, -dx) : cols + min(0, -dx)]
    np.maximum(target, source, out=target)
