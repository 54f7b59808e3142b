"""More variety in the synthetic training scenes: other colours of materials, and coasts with surf and rocks."""

from dataclasses import replace

import numpy as np
from data import Picture
from numpy.typing import NDArray
from scipy import ndimage

Floats = NDArray[np.float32]

WATER, FOREST, GRASS, CROP, BARE, ROAD, BUILDING = range(7)

COLOURS = {
    # turquoise, blue, deep blue, green, muddy, almost black, sky reflected, milky, dark, grey-green
    WATER: "469196 2d5a8c 19375f 465f46 877658 161a20 96a0ac 7da5a5 3c4b46 5f695f",
    # leafless woodland in browns and greys, autumn, blue-green conifers
    FOREST: "766050 62564e 52443a 847466 96683a 30423c 465c34 695c4a 243026",
    # straw, vivid green, brown winter grass, yellow-green
    GRASS: "ac9e6e 60923e 8c805c 869852 707650 9e9476",
    # rapeseed, cereals, stubble, young and old green, ploughed
    CROP: "c4bc48 cab276 ac9668 6e9e42 426632 705844 968e58 56463c 8ca860 b0a082",
    # red earth, pale sand, gravel, dark soil, yellow sand
    BARE: "9e5c3e e2d2b4 a8a49c 5e4a3a ceb07e beaa96 806854 d6cec4",
    # new asphalt, concrete, pinkish and sandy roads
    ROAD: "424246 bcbab4 9e9086 b0a088 76767a 605c58",
    # blue, white, rusty, bare metal, green, red, dark, thatch, tar, terracotta
    BUILDING: "3e68b0 ecece8 864c32 b0b6bc 4e7c62 b03e32 3e3e44 8c7a60 5a585c be7050 6096c8 d6d0c4 6e3c30",
}
"""Mean colours of each class, red, green and blue in hexadecimal, that the package's scenes seldom have."""

SHARES = {WATER: 0.65, FOREST: 0.55, GRASS: 0.45, CROP: 0.5, BARE: 0.5, ROAD: 0.45, BUILDING: 0.7}
"""Share of the scenes, or of their connected areas, that are given one of the colours."""

BY_AREA = (CROP, BUILDING)
"""Classes whose connected areas have colours of their own; each of the others has one in a scene."""


def class_colours(label: int) -> Floats:
    """Return the colours of a class: (n, 3), 0–255."""
    return np.array([list(bytes.fromhex(colour)) for colour in COLOURS[label].split()], np.float32)


def vary_scene(picture: Picture, *, seed: int) -> Picture:
    """Return a scene with other colours, and in one of six with a coast."""
    rng = np.random.default_rng((seed, 77))
    varied = _add_coast(picture, rng=rng) if rng.random() < 1 / 6 else picture
    rgb = varied.rgb.reshape(3, -1).astype(np.float32)
    for label in COLOURS:
        inside = varied.labels == label
        if not inside.any():
            continue
        areas, count = ndimage.label(inside) if label in BY_AREA else (inside.astype(np.int32), 1)
        pixels = np.flatnonzero(inside)
        area, old = areas.ravel()[pixels], rgb[:, pixels]
        light = old.mean(axis=0)
        mean = np.bincount(area, light) / np.maximum(np.bincount(area), 1)
        colours = class_colours(label)
        colour = colours[rng.integers(len(colours), size=count + 1)]
        colour *= rng.uniform(0.8, 1.2, (count + 1, 1)) * rng.uniform(0.93, 1.07, (count + 1, 3))
        share = (rng.random(count + 1) < SHARES[label]) * rng.uniform(0.6, 1, count + 1)
        texture = (light / np.maximum(mean, 8).astype(np.float32)[area]) ** np.float32(rng.uniform(0.7, 1.4))
        rgb[:, pixels] = old + share.astype(np.float32)[area] * (colour.astype(np.float32).T[:, area] * texture - old)
    return replace(varied, rgb=np.clip(rgb, 0, 255).astype(np.uint8).reshape(3, *inside.shape))


def smooth_noise(shape: tuple[int, int], sigma: float, *, rng: np.random.Generator) -> Floats:
    """Return smooth noise of zero mean and unit variance."""
    factor = max(1, int(sigma // 4))
    small = rng.standard_normal([side // factor for side in shape]).astype(np.float32)
    noise = ndimage.gaussian_filter(small, sigma / factor, mode="wrap", truncate=3)
    if factor > 1:
        noise = ndimage.zoom(noise, [side / n for side, n in zip(shape, small.shape, strict=True)], order=1)
    return np.asarray((noise - noise.mean()) / noise.std(), np.float32)


def _add_coast(picture: Picture, *, rng: np.random.Generator) -> Picture:
    """Flood one side of a scene: sea with waves, foam along the beach, and sand."""
    shape = picture.labels.shape
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    along = (y - shape[0] / 2) * np.sin(angle) + (x - shape[1] / 2) * np.cos(angle)
    shore = along - rng.uniform(-150, 150) + 14 * smooth_noise(shape, 60, rng=rng) + 3 * smooth_noise(shape, 8, rng=rng)
    sand = (shore > -rng.uniform(10, 120)) & (shore <= 0)
    sea = shore > 0
    waves = np.sin(shore / rng.uniform(2, 7) + 2 * smooth_noise(shape, 25, rng=rng)) * rng.uniform(0.02, 0.12)
    grain = smooth_noise(shape, 0.8, rng=rng)
    light = 1 + waves + 0.04 * grain
    water, beach = (colours[rng.integers(len(colours))] for colours in (class_colours(WATER), class_colours(BARE)))
    # Foam: bands that follow the shore, torn by noise, fewer the farther from it.
    width = rng.uniform(4, 60)
    bands = np.sin(shore / rng.uniform(4, 14) + 1.5 * smooth_noise(shape, 12, rng=rng)) + 0.8 * smooth_noise(
        shape, 2, rng=rng
    )
    foam = np.clip(bands + 1.2 * np.exp(-shore / width) - 0.6, 0, 1) * np.exp(-shore / width / 2)
    rgb = picture.rgb.astype(np.float32)
    shallow = np.exp(-np.maximum(shore, 0) / rng.uniform(5, 60)) * rng.uniform(0, 0.6)
    sea_rgb = (water[:, None, None] * (1 - shallow) + beach[:, None, None] * shallow) * light
    sea_rgb += foam * rng.uniform(0.5, 1) * (rng.uniform(215, 250) - sea_rgb)
    wet = np.clip(1 + shore / 15, 0, 1) * rng.uniform(0, 0.4)
    sand_rgb = beach[:, None, None] * (1 - wet) * (1 + 0.05 * grain + 0.06 * smooth_noise(shape, 5, rng=rng))
    rgb = np.where(sea, sea_rgb, np.where(sand, sand_rgb, rgb))
    rocks = (np.abs(shore) < rng.uniform(0, 40)) & (smooth_noise(shape, rng.uniform(2, 8), rng=rng) > 0.8)
    relief = smooth_noise(shape, 1.5, rng=rng)
    rgb = np.where(rocks, rng.uniform(50, 170) * (1 + 0.3 * relief), rgb)
    labels = np.where(sea & ~rocks, WATER, np.where(sand | rocks, BARE, picture.labels)).astype(np.uint8)
    return replace(picture, rgb=np.clip(rgb, 0, 255).astype(np.uint8), labels=labels)
