"""Noise as a function of world coordinates: cubic B-splines over hashed lattices, and periodic textures."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float32]
Hashes = NDArray[np.uint64]

TEXTURE_PERIOD = 512
"""Side of a periodic texture in pixels."""

# Standard deviation of uniform(-1, 1) lattice values under a two-dimensional cubic B-spline.
_SPLINE_STD = 0.2767


@dataclass(frozen=True)
class View:
    """The pixels to paint: a rectangle of the pixel grid of a world.

    Attributes:
        top: First row.
        left: First column.
        height: Number of rows.
        width: Number of columns.
        gsd: Metres per pixel.
    """

    top: int
    left: int
    height: int
    width: int
    gsd: float

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width)."""
        return self.height, self.width

    @cached_property
    def y(self) -> Floats:
        """Metres south of the world's origin of the pixel centres, relative to the first row's edge: (height, 1)."""
        return ((np.arange(self.height) + 0.5) * self.gsd).astype(np.float32)[:, None]

    @cached_property
    def x(self) -> Floats:
        """Metres east, relative to the first column's edge: (1, width)."""
        return ((np.arange(self.width) + 0.5) * self.gsd).astype(np.float32)[None, :]

    @property
    def origin(self) -> tuple[float, float]:
        """(y, x) in metres of the upper left corner."""
        return self.top * self.gsd, self.left * self.gsd

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(y0, x0, y1, x1) in metres."""
        y0, x0 = self.origin
        return y0, x0, y0 + self.height * self.gsd, x0 + self.width * self.gsd


def hash_keys(seed: int, stream: int, *keys: ArrayLike) -> Hashes:
    """Mix integers into 64 random bits (splitmix64 after each key); keys broadcast."""
    state = _mix(np.uint64(seed & 0xFFFFFFFFFFFFFFFF) + _mix(np.uint64(stream + 1)))
    for key in keys:
        state = _mix(state ^ (np.asarray(key).astype(np.int64).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)))
    return np.asarray(state)


def _mix(value: Hashes | np.uint64) -> Hashes:
    # Overflow is intended. numpy warns of it for scalars only, so that scalars are made arrays.
    bits = np.atleast_1d(np.asarray(value, np.uint64)) + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed = bits ^ (bits >> np.uint64(31))
    return mixed if np.ndim(value) else mixed[0:1]


def uniform(seed: int, stream: int, *keys: ArrayLike) -> NDArray[np.float64]:
    """Return hashed numbers in [0, 1), of the broadcast shape of `keys` (at least one-dimensional)."""
    return (hash_keys(seed, stream, *keys) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _spline_weights(fraction: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cubic B-spline weights of the four lattice points around each position: (n, 4)."""
    t = fraction
    return (
        np.stack(
            [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3],
            axis=-1,
        )
        / 6.0
    )


def _spline_matrix(start: int, count: int, step: float) -> tuple[Floats, int]:
    """Weights (count, lattice points) of pixel centres, and the first lattice point."""
    position = (start + np.arange(count) + 0.5) * step
    base = np.floor(position).astype(np.int64)
    weights = _spline_weights(position - base)
    first = int(base[0]) - 1
    matrix = np.zeros((count, int(base[-1]) - first + 3), np.float32)
    rows = np.arange(count)
    for tap in range(4):
        matrix[rows, base - 1 - first + tap] = weights[:, tap]
    return matrix, first


@dataclass(frozen=True)
class Field:
    """A smooth random field over the world, of zero mean and about unit variance.

    Attributes:
        seed: The world.
        stream: Which of the world's fields.
        scale: Metres between lattice points of the first octave.
        octaves: Each further octave has half the scale and `gain` times the amplitude.
        gain: See `octaves`.
    """

    seed: int
    stream: int
    scale: float
    octaves: int = 3
    gain: float = 0.5

    def _octaves(self) -> list[tuple[int, float, float]]:
        amplitudes = self.gain ** np.arange(self.octaves)
        amplitudes /= np.sqrt((amplitudes**2).sum()) * _SPLINE_STD
        return [(n, self.scale / 2**n, float(a)) for n, a in enumerate(amplitudes)]

    def paint(self, view: View) -> Floats:
        """Evaluate at every pixel of `view`: (H, W)."""
        total = np.zeros(view.shape, np.float32)
        for octave, scale, amplitude in self._octaves():
            rows, y0 = _spline_matrix(view.top, view.height, view.gsd / scale)
            cols, x0 = _spline_matrix(view.left, view.width, view.gsd / scale)
            ys, xs = np.arange(rows.shape[1]) + y0, np.arange(cols.shape[1]) + x0
            values = uniform(self.seed, self.stream * 16 + octave, ys[:, None], xs[None, :]) * 2 - 1
            total += rows @ (amplitude * values).astype(np.float32) @ cols.T
        return total

    def at(self, y: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Evaluate at scattered points given in metres."""
        total = np.zeros(np.broadcast(y, x).shape)
        for octave, scale, amplitude in self._octaves():
            v, u = y / scale, x / scale
            i, j = np.floor(v).astype(np.int64), np.floor(u).astype(np.int64)
            wy, wx = _spline_weights(v - i), _spline_weights(u - j)
            taps = np.arange(-1, 3)
            values = uniform(
                self.seed, self.stream * 16 + octave, i[..., None, None] + taps[:, None], j[..., None, None] + taps
            )
            total += amplitude * np.einsum("...a,...b,...ab->...", wy, wx, values * 2 - 1)
        return total


def tile_texture(texture: Floats, view: View) -> Floats:
    """Lay a periodic texture (P, P) over the pixels of `view`: (H, W)."""
    rows = np.arange(view.top, view.top + view.height) % texture.shape[0]
    cols = np.arange(view.left, view.left + view.width) % texture.shape[1]
    return np.asarray(texture[rows[:, None], cols[None, :]])


@lru_cache(maxsize=16)
def make_grain(seed: int, stream: int, octaves: int) -> Floats:
    """Make periodic noise of zero mean and unit variance from `octaves` powers of two of pixels: (P, P)."""
    total = np.zeros((TEXTURE_PERIOD, TEXTURE_PERIOD), np.float32)
    for octave in range(octaves):
        cells = np.arange(TEXTURE_PERIOD >> octave)
        values = (uniform(seed, stream + octave, cells[:, None], cells[None, :]) - 0.5).astype(np.float32)
        for _ in range(octave):
            values = _upsample(_upsample(values).T).T
        total += values * (0.8**octave) / values.std()
    total = (total - total.mean()) / total.std()
    total.setflags(write=False)
    return np.asarray(total)


def _upsample(values: Floats) -> Floats:
    """Double the rows of a periodic array by linear interpolation."""
    after, before = np.roll(values, -1, axis=0), np.roll(values, 1, axis=0)
    doubled = np.empty((2 * values.shape[0], values.shape[1]), np.float32)
    doubled[0::2] = 0.75 * values + 0.25 * before
    doubled[1::2] = 0.75 * values + 0.25 * after
    return doubled


@dataclass(frozen=True)
class Crowns:
    """A periodic texture of tree crowns.

    Attributes:
        height: (P, P), 0 at and beyond a crown's edge, up to 1 at its top.
        rank: (P, P), the crown's own uniform number: the crown stands where the tree density exceeds it.
        kind: (P, P), another number of the crown, for its colour.
        light: (P, P), sunlight on the crown about 1.
    """

    height: Floats
    rank: Floats
    kind: Floats
    light: Floats


@lru_cache(maxsize=4)
def make_crowns(seed: int, spacing: float, sun: tuple[float, float]) -> Crowns:
    """Grow crowns on a jittered periodic lattice.

    Args:
        seed: The world.
        spacing: Pixels between crowns, about.
        sun: (y, x) unit vector pointing away from the sun.
    """
    cells = max(2, round(TEXTURE_PERIOD / spacing))
    pitch = TEXTURE_PERIOD / cells
    index = np.arange(cells)
    jitter_y, jitter_x, size, rank, kind = (
        uniform(seed, 900 + n, index[:, None], index[None, :]).astype(np.float32) for n in range(5)
    )
    position = (np.arange(TEXTURE_PERIOD, dtype=np.float32) + 0.5) / pitch
    base = position.astype(np.int64)
    height = np.zeros((TEXTURE_PERIOD, TEXTURE_PERIOD), np.float32)
    owner = np.zeros(height.shape, np.int64)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            rows, cols = (base + dy) % cells, (base + dx) % cells
            pick = np.ix_(rows, cols)
            off_y = position[:, None] - (base + dy)[:, None] - (0.15 + 0.7 * jitter_y[pick])
            off_x = position[None, :] - (base + dx)[None, :] - (0.15 + 0.7 * jitter_x[pick])
            radius = 0.5 + 0.38 * size[pick]
            dome = (1 - (off_y**2 + off_x**2) / radius**2) * (0.55 + 0.45 * size[pick])
            higher = dome > height
            height = np.where(higher, dome, height)
            owner = np.where(higher, rows[:, None] * cells + cols[None, :], owner)
    slope_y = np.roll(height, -1, 0) - np.roll(height, 1, 0)
    slope_x = np.roll(height, -1, 1) - np.roll(height, 1, 1)
    light = 0.72 + 0.38 * height + 0.09 * pitch * (sun[0] * slope_y + sun[1] * slope_x)
    return Crowns(height, rank.ravel()[owner], kind.ravel()[owner], light.astype(np.float32))
