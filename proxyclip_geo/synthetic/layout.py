"""The layout of roads and buildings: a warped grid of main roads, streets in settlements, lots beside them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.synthetic.classes import Style
from proxyclip_geo.synthetic.noise import Field, uniform

Reals = NDArray[np.float64]
Ints = NDArray[np.int64]

SPACING = 88.0
"""Metres between the lines of the road grid."""

MAIN_EVERY = 3
"""Lines of the grid per main road; main roads are not limited to settlements."""

STREET_WIDTH, MAIN_WIDTH = 5.6, 7.8
LOT = 19.0
"""Metres of road front per house."""

# Metres around the painted area in which roads are made.
_REACH = 190.0


@dataclass(frozen=True)
class Terrain:
    """The random fields that determine the land cover.

    Attributes:
        river: A river follows the line of `RIVER_LEVEL`.
        lake: A lake is where it is above `LAKE_LEVEL`.
        town: A settlement is where it is above `TOWN_LEVEL`.
        industry: Where it is high, there are halls instead of houses.
        trees: Tree density.
    """

    river: Field
    lake: Field
    town: Field
    industry: Field
    trees: Field

    @classmethod
    def of(cls, seed: int) -> "Terrain":
        """Return the fields of a world."""
        return cls(
            river=Field(seed, 10, 620.0, octaves=4, gain=0.42),
            lake=Field(seed, 11, 260.0, octaves=3, gain=0.4),
            town=Field(seed, 12, 420.0, octaves=2, gain=0.4),
            industry=Field(seed, 13, 260.0, octaves=1),
            trees=Field(seed, 14, 210.0, octaves=4, gain=0.55),
        )


TOWN_LEVEL = 0.55
LAKE_LEVEL = 1.75
RIVER_LEVEL = 0.35
"""Level of the river field along which rivers run; not 0, so that there are fewer of them."""


@dataclass(frozen=True)
class Roads:
    """Straight road segments: arrays (n,), metres in world coordinates.

    Attributes:
        start: (n, 2) y, x.
        end: (n, 2) y, x.
        width: Metres.
        key: (n, 3) integers that identify the segment in all tiles.
    """

    start: Reals
    end: Reals
    width: Reals
    key: Ints


@dataclass(frozen=True)
class Buildings:
    """Rectangles, some with a wing: arrays (n,), metres in world coordinates.

    Attributes:
        centre: (n, 2) y, x.
        axis: (n, 2) unit vector along the longer side.
        half: (n, 2) half length along the axis, half width across.
        wing: (n,) share of the length that a wing across the end takes; 0 for a plain rectangle.
        height: (n,) metres.
        draw: (n, 4) uniform random numbers for the appearance.
        hall: (n,) whether it is a hall with a flat roof.
    """

    centre: Reals
    axis: Reals
    half: Reals
    wing: Reals
    height: Reals
    draw: Reals
    hall: NDArray[np.bool_]


def _make_nodes(seed: int, rows: Ints, cols: Ints, angle: float) -> Reals:
    """Positions (r, c, 2) of the nodes of the road grid."""
    i, j = np.meshgrid(rows, cols, indexing="ij")
    # Main roads follow the smooth warp only; street corners are displaced one by one as well.
    free_y = (i % MAIN_EVERY != 0) * (uniform(seed, 20, i, j) - 0.5) * 0.35
    free_x = (j % MAIN_EVERY != 0) * (uniform(seed, 21, i, j) - 0.5) * 0.35
    v, u = (i + free_y) * SPACING, (j + free_x) * SPACING
    warp_y, warp_x = (Field(seed, stream, 520.0, octaves=2, gain=0.3).at(v, u) * 42.0 for stream in (22, 23))
    v, u = v + warp_y, u + warp_x
    cos, sin = np.cos(angle), np.sin(angle)
    return np.stack([v * cos + u * sin, u * cos - v * sin], axis=-1)


def make_roads(seed: int, style: Style, bounds: tuple[float, float, float, float]) -> Roads:
    """Return the roads of an area and its surroundings.

    Args:
        seed: The world.
        style: Its style.
        bounds: (y0, x0, y1, x1) in metres.
    """
    y0, x0, y1, x1 = bounds
    cos, sin = np.cos(style.grid_angle), np.sin(style.grid_angle)
    corners = np.array([(y, x) for y in (y0, y1) for x in (x0, x1)])
    v = corners[:, 0] * cos - corners[:, 1] * sin
    u = corners[:, 0] * sin + corners[:, 1] * cos
    reach = _REACH + 2 * SPACING
    rows = np.arange(int((v.min() - reach) // SPACING), int((v.max() + reach) // SPACING) + 1)
    cols = np.arange(int((u.min() - reach) // SPACING), int((u.max() + reach) // SPACING) + 1)
    nodes = _make_nodes(seed, rows, cols, style.grid_angle)
    pieces = [_make_segments(seed, nodes, rows, cols, axis) for axis in (0, 1)]
    start, end, main, key = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
    middle = (start + end) / 2
    town = Terrain.of(seed).town
    ends = np.minimum(town.at(start[:, 0], start[:, 1]), town.at(end[:, 0], end[:, 1]))
    built = np.maximum(ends, town.at(middle[:, 0], middle[:, 1])) > TOWN_LEVEL
    near = (middle[:, 0] > y0 - _REACH) & (middle[:, 0] < y1 + _REACH)
    near &= (middle[:, 1] > x0 - _REACH) & (middle[:, 1] < x1 + _REACH)
    keep = near & (main | built)
    return Roads(start[keep], end[keep], np.where(main, MAIN_WIDTH, STREET_WIDTH)[keep], key[keep])


def _make_segments(
    seed: int, nodes: Reals, rows: Ints, cols: Ints, axis: int
) -> tuple[Reals, Reals, NDArray[np.bool_], Ints]:
    """Segments of the lines that run along `axis` of the grid: start, end, whether main, key."""
    start = nodes[:-1] if axis == 0 else nodes[:, :-1]
    end = nodes[1:] if axis == 0 else nodes[:, 1:]
    i, j = np.meshgrid(rows[: start.shape[0]], cols[: start.shape[1]], indexing="ij")
    line, along = (j, i) if axis == 0 else (i, j)
    main = line % MAIN_EVERY == 0
    # At each main crossing, at most one of the two roads that leave it is missing, so that the network is connected.
    crossing_i, crossing_j = i // MAIN_EVERY, j // MAIN_EVERY
    missing = uniform(seed, 24, crossing_i, crossing_j) * 5 < 1
    missing &= (uniform(seed, 25, crossing_i, crossing_j) < 0.5) == (axis == 0)
    main &= ~missing
    key = np.stack([np.full_like(i, axis), line, along], axis=-1)
    return start.reshape(-1, 2), end.reshape(-1, 2), main.ravel(), key.reshape(-1, 3)


def road_clearance(points: Reals, roads: Roads) -> Reals:
    """Return the metres from each point (n, 2) to the edge of the nearest road: (n,)."""
    if not len(roads.width):
        return np.full(len(points), np.inf)
    direction = roads.end - roads.start
    length2 = (direction**2).sum(-1)
    offset = points[:, None, :] - roads.start
    t = np.clip((offset * direction).sum(-1) / length2, 0, 1)
    distance = np.hypot(*np.moveaxis(offset - t[..., None] * direction, -1, 0))
    return np.asarray((distance - roads.width / 2).min(-1))


def river_distance(terrain: Terrain, points: Reals) -> Reals:
    """Return the approximate metres from each point (n, 2) to the centre line of the nearest river."""
    y, x = points[:, 0], points[:, 1]
    step = 4.0
    value = terrain.river.at(y, x) - RIVER_LEVEL
    slope_y = (terrain.river.at(y + step, x) - RIVER_LEVEL - value) / step
    slope_x = (terrain.river.at(y, x + step) - RIVER_LEVEL - value) / step
    return np.abs(value) / (np.hypot(slope_y, slope_x) + 1e-6)


def make_buildings(seed: int, roads: Roads, *, bounds: tuple[float, float, float, float]) -> Buildings:
    """Return buildings on the lots along `roads`.

    Args:
        seed: The world.
        roads: Those of `make_roads` for the same bounds.
        bounds: (y0, x0, y1, x1) in metres of the area, with a margin for shadows.
    """
    terrain = Terrain.of(seed)
    lots = np.arange(int(SPACING * 1.8 / LOT))
    segment, lot, side = (a.ravel() for a in np.meshgrid(np.arange(len(roads.width)), lots, (-1, 1), indexing="ij"))
    direction = roads.end - roads.start
    length = np.hypot(direction[:, 0], direction[:, 1])
    axis = direction / length[:, None]
    keys = roads.key[segment]
    draw = uniform(seed, 30, keys[:, :1], keys[:, 1:2], keys[:, 2:], lot[:, None], side[:, None], np.arange(12))
    middle = roads.start[segment] + (lot[:, None] + 0.5) * LOT * axis[segment]
    industry = terrain.industry.at(middle[:, 0], middle[:, 1])
    hall = industry > 0.7
    long = np.where(hall, 11 + 14 * draw[:, 0] ** 2, 4.6 + 4.6 * draw[:, 0])
    wide = np.where(hall, 7 + 8 * draw[:, 1], 3.6 + 2.2 * draw[:, 1])
    turned = (draw[:, 2] < 0.3) & ~hall
    tilt = np.where(hall, 0.0, (draw[:, 3] - 0.5) * 0.35) + turned * np.pi / 2
    depth = np.where(turned, long, wide)
    setback = roads.width[segment] / 2 + depth + 2.5 + np.where(hall, 5.0, 9.0) * draw[:, 4]
    normal = np.stack([-axis[:, 1], axis[:, 0]], -1)[segment] * side[:, None]
    centre = middle + normal * setback[:, None]
    cos, sin = np.cos(tilt)[:, None], np.sin(tilt)[:, None]
    own = axis[segment] * cos + normal * sin
    town = terrain.town.at(centre[:, 0], centre[:, 1])
    farm = (uniform(seed, 31, keys[:, 0], keys[:, 1], keys[:, 2], side) < 0.10) & (lot < 3)
    stands = ((lot + 0.5) * LOT < length[segment]) & (
        ((town > TOWN_LEVEL) & (draw[:, 5] < 0.86)) | (farm & (draw[:, 5] < 0.6))
    )
    y0, x0, y1, x1 = bounds
    margin = 60.0
    stands &= (centre[:, 0] > y0 - margin) & (centre[:, 0] < y1 + margin)
    stands &= (centre[:, 1] > x0 - margin) & (centre[:, 1] < x1 + margin)
    keep = np.flatnonzero(stands)
    wing = np.where(hall | (draw[:, 6] > 0.35), 0.0, 0.45)
    height = np.where(hall, 6 + 4 * draw[:, 7], 4 + 6 * draw[:, 7] ** 2)
    found = Buildings(
        centre[keep], own[keep], np.stack([long, wide], -1)[keep], wing[keep], height[keep], draw[keep, 8:], hall[keep]
    )
    return _select(found, _find_clear(found, roads, terrain))


def _select(buildings: Buildings, keep: NDArray[np.bool_]) -> Buildings:
    return Buildings(**{name: value[keep] for name, value in vars(buildings).items()})


def _find_clear(buildings: Buildings, roads: Roads, terrain: Terrain) -> NDArray[np.bool_]:
    """Whether each building is clear of roads, water and buildings of higher rank."""
    centre, radius = buildings.centre, np.hypot(buildings.half[:, 0], buildings.half[:, 1])
    if not len(centre):
        return np.zeros(0, np.bool_)
    ends = buildings.axis * buildings.half[:, :1]
    across = np.stack([-buildings.axis[:, 1], buildings.axis[:, 0]], -1) * buildings.half[:, 1:]
    free = np.ones(len(centre), np.bool_)
    far_side = np.where(buildings.wing > 0, 2.0, 1.0)[:, None]
    for a in (-1, -0.5, 0, 0.5, 1):
        for b in (-1.0, 0.0, far_side):
            free &= road_clearance(centre + a * ends + b * across, roads) > 1.2
    free &= river_distance(terrain, centre) > 46 + radius
    free &= terrain.lake.at(centre[:, 0], centre[:, 1]) < LAKE_LEVEL - 0.35
    distance = np.hypot(*np.moveaxis(centre[:, None] - centre[None, :], -1, 0))
    # A building is dropped if one of higher rank is near, whatever their order, so that all tiles agree.
    rank = buildings.draw[:, 0]
    yields = (distance < 0.9 * (radius[:, None] + radius[None, :])) & (rank[:, None] < rank[None, :])
    blocked: NDArray[np.bool_] = (yields & free[None, :]).any(1)
    return free & ~blocked
