"""Synthetic aerial images with true labels: any part of an unbounded plane, the world of a seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.errors import OptionError
from proxyclip_geo.region import Region
from proxyclip_geo.synthetic import land
from proxyclip_geo.synthetic.canvas import Canvas, draw_buildings, draw_roads
from proxyclip_geo.synthetic.classes import SCENE_CLASSES, Style, make_style
from proxyclip_geo.synthetic.layout import Terrain, make_buildings, make_roads
from proxyclip_geo.synthetic.noise import Field, Floats, View, make_grain, tile_texture

TILE = 512
"""Side in pixels of the tiles that are painted one at a time."""

GSD_LIMITS = (0.1, 4.0)
"""Smallest and largest metres per pixel."""


@dataclass(frozen=True)
class Scene:
    """A synthetic aerial image and its true labels.

    Attributes:
        rgb: (3, H, W) uint8, 0–255.
        labels: (H, W) uint8; 1 is the first of `classes`.
        nir: (H, W) uint8 near infrared, 0–255; None if it was not requested.
        gsd: Metres per pixel.
        classes: Class names in label order.
    """

    rgb: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    nir: NDArray[np.uint8] | None
    gsd: float
    classes: tuple[str, ...] = SCENE_CLASSES


def generate_scene(
    height: int, width: int, *, seed: int, gsd: float = 0.5, offset: tuple[int, int] = (0, 0), nir: bool = False
) -> Scene:
    """Make the image and the labels of a part of a world.

    A pixel depends on the seed, the gsd and its position alone: two scenes of one world are equal where they overlap,
    so that a large raster can be made piece by piece.

    Args:
        height: Rows, ≥ 1.
        width: Columns, ≥ 1.
        seed: Determines the world: its layout, region and season.
        gsd: Metres per pixel, 0.1–4.
        offset: (row, column) of the upper left pixel in the world; may be negative.
        nir: Whether to make a near infrared band.

    Raises:
        OptionError: If the size or the gsd is out of range.

    Example:
        >>> scene = generate_scene(64, 96, seed=7)
        >>> scene.rgb.shape, scene.labels.shape, scene.classes[0]
        ((3, 64, 96), (64, 96), 'water')
    """
    if height < 1 or width < 1:
        raise OptionError(f"a scene of {height} × {width} px cannot be made: height and width must be at least 1")
    if not GSD_LIMITS[0] <= gsd <= GSD_LIMITS[1]:
        raise OptionError(f"gsd {gsd} m is out of range: choose {GSD_LIMITS[0]}…{GSD_LIMITS[1]} m per pixel")
    region = Region(offset[0], offset[1], height, width)
    bands = np.empty((4 if nir else 3, height, width), np.uint8)
    labels = np.empty((height, width), np.uint8)
    for tile in _tiles(region):
        part = tile.intersect(region)
        pixels, truth = _paint_tile(tile.top, tile.left, seed, float(gsd), bands.shape[0])
        into, of = part.slices_in(region), part.slices_in(tile)
        bands[:, into[0], into[1]] = pixels[:, of[0], of[1]]
        labels[into] = truth[of]
    return Scene(bands[:3], labels, bands[3] if nir else None, float(gsd))


def _tiles(region: Region) -> Iterator[Region]:
    """Yield the tiles that a region touches: whole ones, so that the value of a pixel does not depend on the region."""
    for top in range(region.top // TILE * TILE, region.bottom, TILE):
        for left in range(region.left // TILE * TILE, region.right, TILE):
            yield Region(top, left, TILE, TILE)


@lru_cache(maxsize=8)
def _paint_tile(top: int, left: int, seed: int, gsd: float, bands: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Paint one tile: pixels (bands, TILE, TILE) and labels (TILE, TILE)."""
    style, terrain = make_style(seed), Terrain.of(seed)
    # Objects just outside cast shadows into the tile, and the blur needs a further pixel.
    margin = int(np.ceil(land.TREE_HEIGHT * style.shadow_length / gsd)) + 2
    view = View(top - margin, left - margin, TILE + 2 * margin, TILE + 2 * margin, gsd)
    canvas = Canvas.blank(view)
    town = terrain.town.paint(view)
    land.paint_parcels(canvas, seed=seed, style=style)
    land.paint_yards(canvas, town, seed=seed, style=style)
    treeless = land.paint_water(canvas, terrain, seed=seed)
    land.add_texture(canvas, seed=seed)
    roads = make_roads(seed, style, view.bounds)
    treeless |= draw_roads(canvas, roads, seed=seed)
    land.paint_trees(canvas, terrain, town, excluded=treeless, seed=seed, style=style)
    draw_buildings(canvas, make_buildings(seed, roads, bounds=view.bounds), style=style)
    pixels = _render(canvas, style, seed=seed, bands=bands)
    inner = slice(margin, margin + TILE)
    tile, labels = np.ascontiguousarray(pixels[:, inner, inner]), np.ascontiguousarray(canvas.label[inner, inner])
    tile.setflags(write=False)
    labels.setflags(write=False)
    return tile, labels


def _render(canvas: Canvas, style: Style, *, seed: int, bands: int) -> NDArray[np.uint8]:
    """Render materials and light to pixels: shadow, blur, haze, contrast, uneven light, grain."""
    view = canvas.view
    uneven = 1 + np.float32(0.035) * Field(seed, 70, 700.0, octaves=2).paint(view)
    tint = np.float32(0.03) * Field(seed, 71, 45.0, octaves=3, gain=0.6).paint(view)
    lean = (1.0, 0.15, -0.9, 0.4)
    pixels = np.empty((bands, *view.shape), np.uint8)
    shade = _blur(canvas.shade)
    for band in range(bands):
        value = style.palette[:, band][canvas.material] * canvas.light
        value *= 1 - shade * (1 - style.shadow_light[band])
        value *= uneven + np.float32(lean[band]) * tint
        value = _blur(value)
        value *= np.float32(style.contrast)
        value += np.float32(style.haze[band] + 104 * (1 - style.contrast))
        value += np.float32(2.6) * tile_texture(make_grain(seed, 720 + 3 * band, 2), view)
        pixels[band] = np.clip(value, 0, 255)
    return pixels


def _blur(image: Floats) -> Floats:
    """Blur by (1, 2, 1)/4 along both axes; the outermost pixels do not change."""
    out = image.copy()
    out[1:-1] = 0.5 * image[1:-1] + 0.25 * (image[:-2] + image[2:])
    image = out.copy()
    out[:, 1:-1] = 0.5 * image[:, 1:-1] + 0.25 * (image[:, :-2] + image[:, 2:])
    return out
