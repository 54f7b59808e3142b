"""Where the pixels of a map tile lie in a raster."""

from dataclasses import dataclass

import morecantile
import numpy as np
import pyproj
from numpy.typing import NDArray

from proxyclip_geo.geobox import GeoBox

Floats = NDArray[np.float64]

SIDE = 256
"""Pixels of a tile."""
_NODES = 32
"""Parts of a tile between which positions are interpolated."""


@dataclass(frozen=True)
class Positions:
    """Where pixels of a map tile lie in a raster.

    Attributes:
        rows: (SIDE, SIDE) rows of the raster, whole at pixel edges; NaN where the CRS ends.
        cols: (SIDE, SIDE) columns.
        factor: Pixels of the raster per pixel of the tile.
    """

    rows: Floats
    cols: Floats
    factor: float


def _interpolate(nodes: Floats) -> Floats:
    """Return (SIDE, SIDE) values at the centres of pixels from (nodes, nodes) values at their corners."""
    # A matrix product would start threads of its own.
    for _ in range(2):
        nodes = (nodes[_NODE] * (1 - _SHARE) + nodes[_NODE + 1] * _SHARE).T
    return nodes


_POSITION = (np.arange(SIDE) + 0.5) / SIDE * _NODES
_NODE = _POSITION.astype(int)
_SHARE = (_POSITION - _NODE)[:, None]


def locate(
    tile: morecantile.Tile, *, tms: morecantile.TileMatrixSet, geobox: GeoBox, to: pyproj.Transformer
) -> Positions:
    """Return where the pixels of a tile lie in a raster.

    Args:
        tile: The tile.
        tms: Its tile matrix set.
        geobox: The raster.
        to: From the CRS of the tile matrix set to that of the raster.
    """
    west, south, east, north = tms.xy_bounds(tile)
    shares = np.arange(_NODES + 1) / _NODES
    rows, cols = _transform(west + shares * (east - west), north - shares * (north - south), geobox, to)
    if np.isfinite(rows).all() and np.isfinite(cols).all():
        rows, cols = _interpolate(rows), _interpolate(cols)
    else:
        shares = (np.arange(SIDE) + 0.5) / SIDE
        rows, cols = _transform(west + shares * (east - west), north - shares * (north - south), geobox, to)
    # One row and one column are enough for the scale.
    steps = [np.hypot(np.diff(rows[line]), np.diff(cols[line])) for line in (SIDE // 2, np.s_[:, SIDE // 2])]
    finite = np.concatenate([step[np.isfinite(step)] for step in steps])
    return Positions(rows, cols, float(np.median(finite)) if finite.size else 1.0)


def _transform(xs: Floats, ys: Floats, geobox: GeoBox, to: pyproj.Transformer) -> tuple[Floats, Floats]:
    x, y = np.meshgrid(xs, ys)
    moved = np.column_stack(to.transform(x.ravel(), y.ravel()))
    known = np.isfinite(moved).all(axis=1)
    cols, rows = np.full((2, x.size), np.nan)
    cols[known], rows[known] = geobox.world_to_pixel(moved[known]).T
    return rows.reshape(x.shape), cols.reshape(x.shape)
