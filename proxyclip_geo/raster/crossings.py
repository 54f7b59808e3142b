"""Estimate how often edges of polygons cross: repair and union take time and memory for each crossing."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from proxyclip_geo.errors import VectorError

MAX_OWN_CROSSINGS = 4000
"""Most crossings of the edges of one polygon with each other; the time of a repair grows with the square."""
MAX_CROSSINGS = 1_000_000
"""Most crossings of the edges of all polygons."""
_SAMPLE = 2000
_AT_ONCE = 100_000


def check_crossings(shapes: NDArray[np.object_], *, valid: NDArray[np.bool_], title: str) -> None:
    """Check that polygons can be repaired and united in a few seconds.

    Args:
        shapes: (N,) polygons and multipolygons.
        valid: (N,) whether each is valid.
        title: What messages call them.

    Raises:
        VectorError: If their edges cross too often.
    """
    crossings = [estimate_crossings(shape, limit=MAX_OWN_CROSSINGS) for shape in shapes[~valid]]
    worst = float(np.hypot.reduce(crossings)) if crossings else 0.0
    if worst > MAX_OWN_CROSSINGS:
        raise VectorError(
            f"{title} has polygons whose edges cross themselves more than {MAX_OWN_CROSSINGS:,} times, the limit; "
            "repair them, e.g. with 'Fix geometries' in QGIS"
        )
    if len(shapes) > 1 and estimate_crossings(shapes, limit=MAX_CROSSINGS) > MAX_CROSSINGS:
        raise VectorError(
            f"{title} has polygons whose edges cross more than {MAX_CROSSINGS:,} times, the limit; dissolve or "
            "simplify them"
        )


def estimate_crossings(shapes: Any, *, limit: float) -> float:
    """Return about how many pairs of edges cross, from a sample of the edges; exact for up to 2000 edges.

    Args:
        shapes: Polygons.
        limit: The estimate ends when it exceeds this number.
    """
    rings = shapely.get_rings(shapely.get_parts(shapes))
    xy, owner = shapely.get_coordinates(rings, return_index=True)
    starts = np.flatnonzero(np.diff(owner) == 0)
    if len(starts) < 4:
        return 0.0
    every = max(1, len(starts) // _SAMPLE)
    tree = shapely.STRtree(_edges(xy, starts[::every]))
    found = 0.0
    step = _AT_ONCE if every > 1 else 100
    for first in range(0, len(starts), step):
        edges = _edges(xy, starts[first : first + step])
        found += tree.query(edges, predicate="crosses").shape[1] * every / 2
        if found > limit:
            break
    return found


def _edges(xy: NDArray[np.float64], starts: NDArray[np.intp]) -> Any:
    return shapely.linestrings(np.stack([xy[starts], xy[starts + 1]], axis=1))
