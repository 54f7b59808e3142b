"""Farmland for the synthetic training scenes: parcels of many textures, their borders, tracks, hedges and trees."""

from dataclasses import dataclass, replace

import numpy as np
from data import Picture
from numpy.typing import NDArray
from variety import BARE, CROP, FOREST, GRASS, ROAD, Floats, class_colours, smooth_noise

SHARES = {CROP: 0.55, GRASS: 0.2, BARE: 0.17, FOREST: 0.08}
"""Share of the parcels of each class."""

_NUMBERS = 64


@dataclass(frozen=True)
class Parcels:
    """Parcels of one direction.

    Attributes:
        number: (H, W) number of the parcel of each pixel, 0…`_NUMBERS`² − 1.
        along: (H, W) pixels along the rows of the grid.
        across: (H, W) pixels across them.
        border: (H, W) distance to the border of the parcel in pixels.
    """

    number: NDArray[np.int64]
    along: Floats
    across: Floats
    border: Floats


def _make_parcels(shape: tuple[int, int], *, rng: np.random.Generator) -> Parcels:
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    angle = rng.uniform(0, np.pi)
    bend = rng.uniform(0, 12) * smooth_noise(shape, 90, rng=rng)
    across = y * np.cos(angle) - x * np.sin(angle) + bend + 5000
    along = y * np.sin(angle) + x * np.cos(angle) + bend + 5000
    width, length = np.exp(rng.uniform(np.log(40), np.log(400), 2))
    strip = np.floor(across / width).astype(np.int64)
    cut = along / length + rng.random(_NUMBERS)[strip % _NUMBERS].astype(np.float32)
    inside = across / width % 1, cut % 1
    sides = [np.minimum(part, 1 - part) * side for part, side in zip(inside, (width, length), strict=True)]
    number = strip % _NUMBERS * _NUMBERS + np.floor(cut).astype(np.int64) % _NUMBERS
    return Parcels(number, along, across, np.minimum(*sides).astype(np.float32))


def _draw(low: float, high: float, *, rng: np.random.Generator) -> Floats:
    """Return a number between two for each parcel."""
    return rng.uniform(low, high, _NUMBERS**2).astype(np.float32)


def _paint(parcels: Parcels, classes: NDArray[np.int64], *, rng: np.random.Generator) -> Floats:
    """Return (3, H, W) colours: per parcel two of its class, in rows, blotches or grain."""
    number, shape = parcels.number, parcels.number.shape
    colours = np.zeros((2, 3, _NUMBERS**2), np.float32)
    for label in SHARES:
        own, palette = classes == label, class_colours(label)
        second = class_colours(BARE if label == CROP and rng.random() < 0.7 else label)
        for row, choice in enumerate((palette, second)):
            picked = choice[rng.integers(len(choice), size=own.sum())] * rng.uniform(0.8, 1.2, (own.sum(), 1))
            colours[row][:, own] = (picked * rng.uniform(0.93, 1.07, picked.shape)).T
    period = np.exp(_draw(np.log(2.2), np.log(18), rng=rng))[number]
    lengthways = (rng.random(_NUMBERS**2) < 0.7)[number]
    wobble = rng.uniform(0, 1.5) * smooth_noise(shape, 12, rng=rng)
    wave = np.sin(np.where(lengthways, parcels.across, parcels.along) * (2 * np.pi) / period + wobble)
    in_rows = np.isin(classes, (CROP, BARE)) & (rng.random(_NUMBERS**2) < 0.6)
    gaps = smooth_noise(shape, 2.5, rng=rng)
    mixed = np.clip(0.5 + _draw(0.5, 2.5, rng=rng)[number] * (0.7 * wave + 0.5 * gaps), 0, 1)
    mixed *= (in_rows * _draw(0.1, 1, rng=rng))[number]
    blotch = np.clip(0.3 * smooth_noise(shape, 25, rng=rng) + 0.3 * smooth_noise(shape, 6, rng=rng), 0, 1)
    mixed = np.maximum(mixed, blotch * _draw(0, 1, rng=rng)[number])
    first, second = (pair[:, number] for pair in colours)
    fine, coarse, broad = (smooth_noise(shape, sigma, rng=rng) for sigma in (0.6, 1.6, 30))
    clumps = np.where(classes == FOREST, 3.0, 1.0)
    light = 1 + (clumps * _draw(0, 0.12, rng=rng))[number] * fine + (clumps * _draw(0, 0.12, rng=rng))[number] * coarse
    light += _draw(0, 0.1, rng=rng)[number] * broad
    ruts = (parcels.across % _draw(25, 90, rng=rng)[number] < 2.5) & (
        (classes == CROP) & (rng.random(_NUMBERS**2) < 0.4)
    )[number]
    light[ruts] *= 0.85
    return (first + mixed * (second - first)) * light


def _paint_borders(
    rgb: Floats, labels: NDArray[np.uint8], parcels: Parcels, open_land: NDArray[np.bool_], *, rng: np.random.Generator
) -> None:
    """Paint grass, tracks or hedges along borders of parcels."""
    shape = labels.shape
    grain, rough = smooth_noise(shape, 1.0, rng=rng), smooth_noise(shape, 3, rng=rng)
    kind = rng.integers(4, size=_NUMBERS**2)[parcels.number]
    for number, (label, most, roughness) in enumerate(((GRASS, 4, 0.08), (ROAD, 6, 0.05), (FOREST, 9, 0.35))):
        width = rng.uniform(1, most)
        inside = open_land & (kind == number) & (parcels.border + (label == FOREST) * 2 * rough < width)
        palette = class_colours(BARE if label == ROAD else label)
        colour = palette[rng.integers(len(palette))] * rng.uniform(0.85, 1.15)
        rgb[:, inside] = colour[:, None] * (1 + roughness * grain[inside])
        labels[inside] = label


def _paint_trees(
    rgb: Floats, labels: NDArray[np.uint8], open_land: NDArray[np.bool_], *, rng: np.random.Generator
) -> None:
    """Paint single trees with their shadows."""
    shape = labels.shape
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    leaves, edge = smooth_noise(shape, 1.3, rng=rng), smooth_noise(shape, 4, rng=rng)
    fall = rng.uniform(-1, 1, 2)
    palette = class_colours(FOREST)
    largest = np.exp(rng.uniform(np.log(5), np.log(45)))
    for _ in range(int(rng.integers(0, 14))):
        radius = largest * rng.uniform(0.4, 1)
        top, left = rng.uniform(0, shape)
        distance = np.hypot(y - top, x - left) + 0.12 * radius * edge
        shade = (np.hypot(y - top - radius * fall[0], x - left - radius * fall[1]) < radius) & open_land
        rgb[:, shade] *= 0.5
        crown = (distance < radius) & open_land
        side = ((y - top) * fall[0] + (x - left) * fall[1]) / radius
        colour = palette[rng.integers(len(palette))] * rng.uniform(0.7, 1.2)
        rgb[:, crown] = colour[:, None] * (1 - 0.3 * side[crown] + 0.22 * leaves[crown])
        labels[crown] = FOREST


def add_fields(picture: Picture, *, rng: np.random.Generator) -> Picture:
    """Replace the land of a scene, except for buildings, roads and water, by parcels."""
    shape = picture.labels.shape
    rgb, labels = picture.rgb.astype(np.float32), picture.labels.copy()
    parcels = _make_parcels(shape, rng=rng)
    classes = rng.choice(list(SHARES), size=_NUMBERS**2, p=list(SHARES.values()))
    # A part of the woods stays, with the texture of the package's scenes.
    replaced = (GRASS, CROP, BARE) if rng.random() < 0.5 else (GRASS, CROP, BARE, FOREST)
    open_land = np.isin(picture.labels, replaced)
    rgb[:, open_land] = _paint(parcels, classes, rng=rng)[:, open_land]
    labels[open_land] = classes[parcels.number][open_land]
    _paint_borders(rgb, labels, parcels, open_land, rng=rng)
    _paint_trees(rgb, labels, open_land, rng=rng)
    return replace(picture, rgb=np.clip(rgb, 0, 255).astype(np.uint8), labels=labels)
