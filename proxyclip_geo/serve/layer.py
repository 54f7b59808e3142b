"""One embedding on the map: labels, cosines and colours at any positions."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import morecantile
import numpy as np
import pyproj
from numpy.typing import NDArray

from proxyclip_geo.api.embedding import Embedding
from proxyclip_geo.engine.pyramid import Pyramid, Scale, TileCaches
from proxyclip_geo.engine.store.block_store import local_path
from proxyclip_geo.engine.store.overviews import open_overviews
from proxyclip_geo.errors import Cancelled, OptionError, ProxyClipGeoError
from proxyclip_geo.geobox import make_transformer
from proxyclip_geo.progress import Progress, no_progress
from proxyclip_geo.raster.source import Source
from proxyclip_geo.raster.view import Pixels, View
from proxyclip_geo.region import Region
from proxyclip_geo.serve.warp import Positions, locate

Stop = Callable[[], bool]
"""Returns whether the client has gone."""
LONLAT = pyproj.CRS("OGC:CRS84")
MOST_VIEW = 4_000_000
"""Pixels of the map that are computed for a tile."""


class Shared:
    """What layers share: caches, and a thread that reads rasters.

    Attributes:
        tiles: Features and logits that are used again.
        reader: The thread; an open raster of GDAL belongs to the thread that opened it.
        scratch: Folder for temporary files, which exists.
    """

    def __init__(self, limit: int, *, scratch: Path) -> None:
        """Make empty caches that take `limit` bytes together."""
        self.scratch = scratch
        self.reader = ThreadPoolExecutor(1, "raster")
        self.tiles = TileCaches(limit)


class Layer:
    """One embedding on the map.

    Attributes:
        embedding: The embedding.
        pyramid: Its cells at all scales.
        note: Why the image is coarse; empty if it is the raster itself.
    """

    def __init__(self, embedding: Embedding, *, shared: Shared, progress: Progress = no_progress) -> None:
        """Prepare an embedding; compute its overviews if there are none.

        Raises:
            OptionError: If it has no CRS.
            StoreError: If it is damaged or incomplete.
        """
        crs = embedding.geobox.crs
        if crs is None:
            raise OptionError(
                f"embedding {embedding.name} has no CRS, so that it has no place on a map; give the raster a CRS, e.g. "
                "gdal_edit.py -a_srs EPSG:32632 FILE, and encode it again"
            )
        self.embedding, self.note = embedding, ""
        scratch = shared.scratch / f"overviews-{hashlib.sha256(embedding.name.encode()).hexdigest()[:16]}"
        overviews = open_overviews(embedding.store, scratch=scratch, progress=progress)
        self.pyramid = Pyramid(embedding.store, overviews, caches=shared.tiles)
        self._shared, self._crs = shared, crs
        self._views: dict[int, View] = {}
        self._to_lonlat = make_transformer(crs, LONLAT)
        self._from_lonlat = make_transformer(LONLAT, crs)
        self._transformers: dict[str, pyproj.Transformer] = {}
        self._source = shared.reader.submit(self._open_source).result()

    @property
    def geobox(self) -> Any:
        """The whole raster."""
        return self.embedding.store.info.geobox

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """(west, south, east, north) of the encoded area in degrees."""
        west, south, east, north = self._to_lonlat.transform_bounds(*self.embedding.geobox.bounds)
        return west, south, east, north

    def to_xy(self, lon: float, lat: float) -> tuple[float, float]:
        """Return a point in the CRS of the embedding."""
        x, y = self._from_lonlat.transform(lon, lat)
        return float(x), float(y)

    def to_lonlat(self, xy: Any) -> Any:
        """Return (N, 2) longitudes and latitudes of points in the CRS of the embedding."""
        return np.column_stack(self._to_lonlat.transform(xy[:, 0], xy[:, 1]))

    def from_lonlat(self, lonlat: Any) -> Any:
        """Return (N, 2) points in the CRS of the embedding; NaN where it ends."""
        xy = np.column_stack(self._from_lonlat.transform(lonlat[:, 0], lonlat[:, 1]))
        return np.where(np.isfinite(xy), xy, np.nan)

    def holds(self, lon: float, lat: float) -> bool:
        """Return whether a point lies in the encoded area."""
        xy = self.to_xy(lon, lat)
        if not np.isfinite(xy).all():
            return False
        [(col, row)] = self.geobox.world_to_pixel([xy])
        area = self.embedding.store.info.area
        return bool(area.top <= row < area.bottom and area.left <= col < area.right)

    def locate(self, tile: morecantile.Tile, tms: morecantile.TileMatrixSet) -> Positions | None:
        """Return where the pixels of a tile lie; None if all lie outside the encoded area."""
        to = self._transformers.get(str(tms.id))
        if to is None:
            to = self._transformers[str(tms.id)] = make_transformer(pyproj.CRS(tms.crs.to_wkt()), self._crs)
        found = locate(tile, tms=tms, geobox=self.geobox, to=to)
        return found if self.covers(found).any() else None

    def covers(self, at: Positions) -> NDArray[np.bool_]:
        """Return which positions lie in the encoded area."""
        area = self.embedding.store.info.area
        rows, cols = at.rows, at.cols
        return (rows >= area.top) & (rows < area.bottom) & (cols >= area.left) & (cols < area.right)

    def label(self, at: Positions, *, bank: Any, key: str, stop: Stop) -> NDArray[np.unsignedinteger]:
        """Return the labels at positions; the bank's nodata outside the encoded area."""
        scale, core, rows, cols, inside = self._view(at)
        labels = self.label_core(scale, core, bank=bank, key=key, stop=stop)
        found = np.full(at.rows.shape, bank.nodata, labels.dtype)
        found[inside] = labels[rows, cols]
        return found

    def label_core(self, scale: Scale, core: Region, *, bank: Any, key: str, stop: Stop) -> NDArray[np.unsignedinteger]:
        """Return the labels of pixels of the map at a scale."""
        return self.pyramid.label(scale, core, bank=bank, key=key, check=lambda: _check(stop)).labels

    def compare(self, at: Positions, *, bank: Any, key: str, stop: Stop) -> NDArray[np.float32]:
        """Return the cosines at positions with the query of a bank; NaN where there is no data."""
        scale, core, rows, cols, inside = self._view(at)
        cosines = self.pyramid.compare(scale, core, bank=bank, key=key, check=lambda: _check(stop))
        found = np.full(at.rows.shape, np.nan, np.float32)
        found[inside] = cosines[rows, cols]
        return found

    def sample_cosines(self, *, bank: Any, key: str, stop: Stop) -> NDArray[np.float32]:
        """Return the cosines of all cells with data at the coarsest scale."""
        scale = self.pyramid.scales[-1]
        core = self.pyramid.shape(scale)
        tiles = self.pyramid.read_logits(scale, core, bank=bank, key=key, check=lambda: _check(stop))
        return np.concatenate([tile.logits.logits[0][tile.logits.valid].numpy() for tile in tiles])

    def choose(self, factor: float, pixels: float) -> Scale:
        """Return the scale for a factor at which no more than `MOST_VIEW` pixels of the map are computed.

        Args:
            factor: Pixels of the raster per pixel of the map.
            pixels: Pixels of the raster.
        """
        return self.pyramid.choose(max(factor, float(np.sqrt(pixels / MOST_VIEW))))

    def _view(self, at: Positions) -> tuple[Scale, Region, Any, Any, NDArray[np.bool_]]:
        """Return the scale, the pixels of the map, and the row and column in them of each position inside."""
        inside = self.covers(at)
        rows, cols = at.rows[inside], at.cols[inside]
        scale = self.choose(at.factor, float(np.ptp(rows) + 1) * float(np.ptp(cols) + 1))
        core, rows, cols = _frame(rows, cols, scale.factor)
        return scale, core, rows, cols, inside

    def color(self, at: Positions) -> NDArray[np.uint8]:
        """Return (H, W, 4) colours of the image at positions, transparent outside."""
        found = np.zeros((*at.rows.shape, 4), np.uint8)
        inside = self.covers(at)
        rows, cols = at.rows[inside], at.cols[inside]
        area, picture = self.embedding.store.info.area, self.embedding.picture()
        coarse = area.height / picture.shape[1]
        power = 1 << max(0, int(np.log2(max(1.0, at.factor))))
        if power > coarse or self._source is None:
            rows = ((rows - area.top) * picture.shape[1] / area.height).astype(np.intp)
            cols = ((cols - area.left) * picture.shape[2] / area.width).astype(np.intp)
            found[inside, :3], found[inside, 3] = picture[:, rows, cols].T, 255
            return found
        core, rows, cols = _frame(rows, cols, power)
        pixels = self._shared.reader.submit(self._read, power, core).result()
        found[inside, :3] = pixels.rgb[:, rows, cols].T
        found[inside, 3] = np.where(pixels.valid[rows, cols], 255, 0)
        return found

    def _read(self, power: int, core: Region) -> Pixels:
        assert self._source is not None
        if power not in self._views:
            self._views[power] = self._source.zoom_out(power)
        return self._views[power].read(core)

    def _open_source(self) -> Source | None:
        # A store of another machine does not say which files of this one are opened.
        if local_path(self.embedding.name) is None:
            self.note = "the embedding is remote, so the image is its thumbnail"
            return None
        try:
            return self.embedding.open_raster()
        except ProxyClipGeoError as error:
            self.note = f"the image is a thumbnail: {error}"
            return None

    def close(self) -> None:
        """Close the raster."""
        self._shared.reader.submit(self._close).result()

    def _close(self) -> None:
        for view in self._views.values():
            view.reader.close()
        self._views.clear()
        if self._source is not None:
            self._source.close()
            self._source = None


def _check(stop: Stop) -> None:
    if stop():
        raise Cancelled("the client has gone")


def _frame(rows: Any, cols: Any, factor: int) -> tuple[Region, Any, Any]:
    """Return the larger pixels that hold positions, and the row and column in them of each position."""
    own_rows, own_cols = ((values / factor).astype(np.intp) for values in (rows, cols))
    core = Region.from_edges(int(own_rows.min()), int(own_cols.min()), int(own_rows.max()) + 1, int(own_cols.max()) + 1)
    return core, own_rows - core.top, own_cols - core.left
