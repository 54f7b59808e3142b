"""The classes of a synthetic scene, and the style of a world: colours of materials, position of the sun, land use."""

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np

from proxyclip_geo.synthetic.noise import Floats, uniform

SCENE_CLASSES = ("water", "forest", "grassland", "cropland", "bare soil", "road", "building")
"""The classes of a scene; the label of the n-th is n + 1."""


class Label(IntEnum):
    """Label values, 1…7 in the order of `SCENE_CLASSES`."""

    WATER = 1
    FOREST = 2
    GRASS = 3
    CROP = 4
    BARE = 5
    ROAD = 6
    BUILDING = 7


class Material(IntEnum):
    """First row of each material in a palette; the rows of its shades are consecutive."""

    WATER = 0
    TREE = 3
    GRASS = 7
    CROP = 10
    BARE = 20
    ROAD = 23
    PAINT = 26
    ROOF = 27


SHADES = {"WATER": 3, "TREE": 4, "GRASS": 3, "CROP": 10, "BARE": 3, "ROAD": 3, "PAINT": 1, "ROOF": 8}

# Red, green, blue, near infrared, 0–255. One block of rows per material, in the order of `Material`.
_ROADS = [(112, 111, 110, 118), (138, 135, 130, 142), (92, 92, 95, 98), (205, 204, 196, 205)]
_ROOFS = [
    (158, 92, 72, 170),
    (176, 116, 88, 182),
    (120, 72, 60, 132),
    (134, 133, 132, 138),
    (104, 106, 112, 112),
    (206, 204, 200, 208),
    (172, 164, 150, 176),
    (92, 104, 124, 108),
]
_PALETTES: dict[str, list[tuple[int, int, int, int]]] = {
    "lush": [
        *[(34, 50, 50, 22), (50, 66, 56, 28), (84, 86, 64, 40)],
        *[(38, 60, 34, 140), (50, 74, 40, 156), (62, 82, 44, 150), (76, 92, 52, 160)],
        *[(84, 112, 58, 170), (104, 124, 68, 164), (122, 130, 80, 150)],
        *[(74, 108, 52, 186), (98, 126, 58, 178), (122, 138, 72, 170), (150, 148, 88, 150), (178, 164, 106, 148)],
        *[(120, 98, 72, 118), (98, 80, 62, 100), (144, 122, 90, 138), (66, 92, 50, 176), (164, 160, 82, 160)],
        *[(142, 118, 90, 146), (166, 146, 114, 172), (116, 98, 78, 122)],
    ],
    "dry": [
        *[(44, 62, 66, 30), (62, 82, 78, 40), (104, 102, 80, 62)],
        *[(58, 66, 42, 118), (70, 78, 50, 126), (84, 88, 60, 128), (96, 96, 66, 132)],
        *[(128, 124, 82, 140), (146, 136, 94, 146), (160, 146, 104, 150)],
        *[(90, 112, 62, 168), (118, 126, 72, 160), (152, 142, 92, 150), (180, 160, 112, 162), (196, 174, 128, 178)],
        *[(150, 120, 88, 146), (126, 98, 74, 124), (170, 142, 106, 164), (80, 100, 58, 166), (188, 168, 110, 170)],
        *[(184, 158, 122, 188), (206, 184, 148, 212), (160, 132, 100, 164)],
    ],
    "autumn": [
        *[(40, 50, 54, 24), (58, 66, 60, 30), (92, 88, 70, 46)],
        *[(52, 62, 40, 118), (86, 76, 44, 122), (116, 86, 48, 120), (70, 66, 48, 104)],
        *[(96, 108, 64, 146), (116, 116, 76, 140), (132, 124, 86, 132)],
        *[(90, 108, 60, 158), (134, 120, 80, 134), (150, 132, 92, 140), (112, 90, 68, 110), (92, 76, 62, 94)],
        *[(128, 104, 78, 124), (84, 70, 58, 88), (160, 140, 102, 148), (100, 118, 64, 160), (142, 130, 92, 140)],
        *[(138, 116, 92, 142), (158, 138, 112, 162), (108, 92, 76, 114)],
    ],
    "winter": [
        *[(46, 56, 62, 30), (66, 76, 78, 38), (98, 100, 92, 60)],
        *[(48, 58, 46, 100), (74, 72, 62, 96), (92, 84, 74, 100), (60, 62, 54, 92)],
        *[(116, 120, 88, 132), (130, 128, 98, 130), (144, 138, 110, 134)],
        *[(104, 118, 78, 148), (140, 128, 102, 134), (158, 144, 120, 146), (118, 100, 82, 114), (100, 86, 74, 98)],
        *[(132, 112, 92, 126), (92, 80, 70, 94), (168, 154, 130, 158), (112, 124, 84, 150), (150, 140, 114, 142)],
        *[(150, 134, 116, 150), (176, 164, 146, 178), (122, 108, 94, 124)],
    ],
    "tropical": [
        *[(38, 66, 60, 24), (62, 92, 78, 34), (128, 110, 76, 64)],
        *[(30, 62, 34, 158), (42, 78, 40, 172), (54, 88, 44, 168), (70, 100, 52, 174)],
        *[(78, 116, 56, 178), (98, 128, 64, 172), (120, 134, 74, 160)],
        *[(66, 110, 50, 190), (88, 128, 56, 184), (112, 140, 66, 178), (148, 108, 74, 138), (166, 124, 84, 150)],
        *[(138, 92, 62, 130), (112, 74, 54, 108), (156, 136, 88, 150), (60, 96, 48, 182), (146, 152, 78, 170)],
        *[(156, 108, 76, 152), (180, 136, 100, 176), (132, 90, 66, 132)],
    ],
}


@dataclass(frozen=True)
class Style:
    """The style of a world.

    Attributes:
        region: Its kind.
        palette: (materials, 4) red, green, blue, near infrared, 0–255.
        sun: (y, x) unit vector along which shadows fall.
        shadow_length: Shadow per height.
        shadow_light: (4,) share of each band that remains in full shadow.
        haze: (4,) value added to each band, 0–255.
        contrast: Multiplies the deviation from mid grey.
        crop_share: Share of farm parcels that are cropped; the others are grass or bare.
        bare_share: Share of the other parcels that are bare.
        tree_bias: Added to the tree density.
        row_contrast: Strength of the rows in cropped parcels.
        yard_bare: Share of bare yards in settlements.
        grid_angle: Direction of the road network in radians.
    """

    region: str
    palette: Floats
    sun: tuple[float, float]
    shadow_length: float
    shadow_light: Floats
    haze: Floats
    contrast: float
    crop_share: float
    bare_share: float
    tree_bias: float
    row_contrast: float
    yard_bare: float
    grid_angle: float


@lru_cache(maxsize=32)
def make_style(seed: int) -> Style:
    """Return the style of a world, from its seed."""
    draw = uniform(seed, 1, np.arange(16))
    region = list(_PALETTES)[int(draw[0] * len(_PALETTES))]
    palette = np.array([*_PALETTES[region], *_ROADS, *_ROOFS], np.float32)
    # Each colour varies, and all together towards warm or cold, so that mean colours do not determine a class.
    variation = uniform(seed, 2, np.arange(palette.shape[0])[:, None], np.arange(4)[None, :]).astype(np.float32) - 0.5
    level = uniform(seed, 3, np.arange(palette.shape[0]))[:, None].astype(np.float32) - 0.5
    warmth = (draw[1] - 0.5) * np.array([0.12, 0.0, -0.12, 0.0], np.float32)
    palette = palette * (1 + 0.07 * variation + 0.24 * level + warmth).astype(np.float32)
    arid = {"lush": 0.0, "tropical": 0.1, "autumn": 0.2, "winter": 0.3, "dry": 1.0}[region]
    azimuth = np.pi * (1.15 + 0.7 * draw[2])  # shadows fall between west-north-west and east-north-east
    haze = np.array([4, 7, 12, 3], np.float32) * (0.2 + 1.6 * draw[4])
    palette.setflags(write=False)
    return Style(
        region=region,
        palette=palette,
        sun=(float(np.sin(azimuth)), float(np.cos(azimuth))),
        shadow_length=0.55 + 0.7 * float(draw[3]),
        shadow_light=np.array([0.40, 0.44, 0.54, 0.36], np.float32) + 0.12 * np.float32(draw[5] - 0.5),
        haze=haze.astype(np.float32),
        contrast=0.85 + 0.35 * float(draw[6]),
        crop_share=0.66 - 0.12 * arid + 0.14 * float(draw[7]),
        bare_share=0.28 + 0.45 * arid,
        tree_bias=-0.35 * arid + 0.3 * float(draw[8] - 0.5),
        row_contrast=0.07 + 0.07 * float(draw[9]),
        yard_bare=0.15 + 0.6 * arid,
        grid_angle=float(draw[10]) * np.pi / 2,
    )
