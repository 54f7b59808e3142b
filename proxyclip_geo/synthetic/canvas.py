"""The canvas of a tile; roads and buildings drawn on it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.synthetic.classes import SHADES, Label, Material, Style
from proxyclip_geo.synthetic.layout import Buildings, Roads
from proxyclip_geo.synthetic.noise import Floats, View, make_grain, tile_texture, uniform


@dataclass(frozen=True)
class Canvas:
    """The layers of a tile; they are painted in place.

    Attributes:
        view: The tile's pixels.
        label: (H, W) uint8.
        material: (H, W) uint8, row of the palette.
        light: (H, W) brightness, about 1.
        shade: (H, W) share of the sun that is blocked, 0–1.
    """

    view: View
    label: NDArray[np.uint8]
    material: NDArray[np.uint8]
    light: Floats
    shade: Floats

    @classmethod
    def blank(cls, view: View) -> "Canvas":
        """Return an empty canvas."""
        return cls(
            view,
            np.zeros(view.shape, np.uint8),
            np.zeros(view.shape, np.uint8),
            np.ones(view.shape, np.float32),
            np.zeros(view.shape, np.float32),
        )

    def box(self, y0: float, x0: float, y1: float, x1: float) -> tuple[slice, slice]:
        """Return the slices of the pixels within some world bounds in metres."""
        top, left = self.view.origin
        rows = np.clip([np.floor((y0 - top) / self.view.gsd), np.ceil((y1 - top) / self.view.gsd)], 0, self.view.height)
        cols = np.clip(
            [np.floor((x0 - left) / self.view.gsd), np.ceil((x1 - left) / self.view.gsd)], 0, self.view.width
        )
        return slice(int(rows[0]), int(rows[1])), slice(int(cols[0]), int(cols[1]))


def draw_roads(canvas: Canvas, roads: Roads, *, seed: int) -> NDArray[np.bool_]:
    """Draw roads with their markings and verges.

    Returns:
        (H, W) bool: True on roads and close beside them, where there are no trees.
    """
    view = canvas.view
    edge = np.full(view.shape, 1e3, np.float32)
    centre = np.full(view.shape, 1e3, np.float32)
    along = np.zeros(view.shape, np.float32)
    tone = np.zeros(view.shape, np.uint8)
    top, left = view.origin
    line = roads.key[:, :2]
    tones = (uniform(seed, 40, line[:, 0], line[:, 1]) * SHADES["ROAD"]).astype(np.uint8)
    for n in range(len(roads.width)):
        (ay, ax), (by, bx), half = roads.start[n], roads.end[n], roads.width[n] / 2
        reach = half + 4.0
        part = canvas.box(min(ay, by) - reach, min(ax, bx) - reach, max(ay, by) + reach, max(ax, bx) + reach)
        y, x = view.y[part[0]] - np.float32(ay - top), view.x[:, part[1]] - np.float32(ax - left)
        if not y.size or not x.size:
            continue
        length = float(np.hypot(by - ay, bx - ax))
        uy, ux = np.float32((by - ay) / length), np.float32((bx - ax) / length)
        s, across = y * uy + x * ux, x * uy - y * ux
        beyond = s - np.clip(s, 0, np.float32(length))
        distance = np.sqrt(across * across + beyond * beyond)
        closer = distance - np.float32(half) < edge[part]
        np.copyto(edge[part], distance - np.float32(half), where=closer)
        np.copyto(centre[part], distance, where=closer)
        np.copyto(along[part], s, where=closer)
        np.copyto(tone[part], tones[n], where=closer)
    road = edge < 0
    canvas.label[road] = Label.ROAD
    worn = tile_texture(make_grain(seed, 420, 4), view)
    canvas.material[road] = Material.ROAD + tone[road]
    canvas.light[road] = 1 + 0.035 * worn[road] - 0.05 * (np.abs(centre[road] - 1.6) < 0.5)
    dashed = road & (centre < max(0.16, 0.36 * view.gsd)) & (along % 9.0 < 4.5) & (tone != 1)
    canvas.material[dashed] = Material.PAINT
    verge = (edge >= 0) & (edge < 1.4) & (canvas.label != Label.WATER)
    canvas.light[verge] *= 1.07
    return edge < 0.8


def draw_buildings(canvas: Canvas, buildings: Buildings, *, style: Style) -> None:
    """Draw all shadows, then all roofs, so that no roof is in the shadow of a neighbour."""
    for n in range(len(buildings.height)):
        _cast_shadow(canvas, buildings, n, style)
    for n in range(len(buildings.height)):
        _draw_roof(canvas, buildings, n, style)


def _local(
    canvas: Canvas, buildings: Buildings, n: int, reach: tuple[float, float, float, float]
) -> tuple[tuple[slice, slice], Floats, Floats]:
    """Return pixels around building `n` and their coordinates along and across its axis, in metres."""
    (cy, cx), (ay, ax) = buildings.centre[n], buildings.axis[n].astype(np.float32)
    part = canvas.box(cy + reach[0], cx + reach[1], cy + reach[2], cx + reach[3])
    top, left = canvas.view.origin
    y, x = canvas.view.y[part[0]] - np.float32(cy - top), canvas.view.x[:, part[1]] - np.float32(cx - left)
    return part, y * ay + x * ax, x * ay - y * ax


def _rectangles(buildings: Buildings, n: int) -> list[tuple[float, float, float, float]]:
    """Return (u, v, half length, half width) of the rectangles that make up building `n`."""
    long, wide = buildings.half[n]
    parts = [(0.0, 0.0, float(long), float(wide))]
    if buildings.wing[n]:
        half = float(long * buildings.wing[n])
        parts.append((float(long) - half, float(wide), half, float(wide)))
    return parts


def _cast_shadow(canvas: Canvas, buildings: Buildings, n: int, style: Style) -> None:
    fall = buildings.height[n] * style.shadow_length
    dy, dx = fall * style.sun[0], fall * style.sun[1]
    reach = float(np.hypot(*buildings.half[n]) + 1) * (1.6 if buildings.wing[n] else 1.0)
    box = (min(0, dy) - reach, min(0, dx) - reach, max(0, dy) + reach, max(0, dx) + reach)
    part, u, v = _local(canvas, buildings, n, box)
    if not u.size:
        return
    ay, ax = buildings.axis[n]
    du, dv = dy * ay + dx * ax, dx * ay - dy * ax
    for cu, cv, long, wide in _rectangles(buildings, n):
        # A point is in shadow where the ray from it towards the sun, of the shadow's length, meets the rectangle.
        enter, leave = np.zeros_like(u), np.ones_like(u)
        for coordinate, shift, half in ((u - np.float32(cu), du, long), (v - np.float32(cv), dv, wide)):
            slope = np.float32(shift if abs(shift) > 1e-3 else 1e-3)
            a, b = (coordinate - np.float32(half)) / slope, (coordinate + np.float32(half)) / slope
            enter, leave = np.maximum(enter, np.minimum(a, b)), np.minimum(leave, np.maximum(a, b))
        canvas.shade[part][enter < leave] = 1.0


def _draw_roof(canvas: Canvas, buildings: Buildings, n: int, style: Style) -> None:
    reach = float(np.hypot(*buildings.half[n]) + 1) * (1.6 if buildings.wing[n] else 1.0)
    part, u, v = _local(canvas, buildings, n, (-reach, -reach, reach, reach))
    if not u.size:
        return
    _, colour, ridge, level = buildings.draw[n]
    hall = bool(buildings.hall[n])
    shades = (3, 4, 5, 6, 7) if hall else (0, 0, 1, 1, 2, 3, 4, 5, 6, 7)
    material = Material.ROOF + shades[int(colour * len(shades))]
    ay, ax = buildings.axis[n]
    for cu, cv, long, wide in _rectangles(buildings, n):
        lu, lv = u - np.float32(cu), v - np.float32(cv)
        inside = (np.abs(lu) < long) & (np.abs(lv) < wide)
        light = np.full(lu.shape, np.float32(0.86 + 0.28 * level), np.float32)
        if hall:
            light += np.float32(0.05) * (np.abs(lu % 6.0) < 0.6) - np.float32(0.12) * (np.abs(lv) > wide - 0.8)
        elif ridge < 0.75:
            # The two slopes of a gable: one faces the sun.
            facing = -(style.sun[1] * ay - style.sun[0] * ax)
            light += np.float32(0.2 * facing) * np.sign(lv) + np.float32(0.06) * (np.abs(lv) < 0.35)
        else:
            light += np.float32(0.1) * (np.abs(lv) < 0.5 * wide) * (np.abs(lu) < 0.4 * long) - np.float32(0.03)
        canvas.label[part][inside] = Label.BUILDING
        canvas.material[part][inside] = material
        canvas.light[part][inside] = light[inside]
        canvas.shade[part][inside] = 0.0
