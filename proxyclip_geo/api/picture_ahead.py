"""Read the picture of a preview while blocks are computed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.api.outputs import PREVIEW_SIDE
from proxyclip_geo.engine.prefetch import one_thread
from proxyclip_geo.raster.source import Source

Picture = Callable[[], NDArray[np.uint8]]
"""Returns the (3, h, w) picture, or raises the exception of reading it."""


@contextmanager
def read_picture_ahead(source: Source) -> Iterator[Picture]:
    """Read a thumbnail of a raster in a thread, which ends with the `with` block.

    A raster without overviews is read as a whole, which may take minutes.

    Args:
        source: The raster; open until the end of the `with` block.
    """
    stop = Event()
    with one_thread("picture") as pool:
        reading = pool.submit(source.thumbnail, PREVIEW_SIDE, stopped=stop.is_set)
        try:
            yield lambda: reading.result().rgb
        finally:
            stop.set()
