"""Maps in notebooks: a server in a thread of this process, and its tiles in an ipyleaflet map."""

import math
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode

from proxyclip_geo.api.embedding import Embedding
from proxyclip_geo.api.job import Classes
from proxyclip_geo.errors import OptionError
from proxyclip_geo.progress import Progress, no_progress
from proxyclip_geo.raster.styles import class_styles
from proxyclip_geo.serve.options import ServeOptions, require_packages
from proxyclip_geo.vocabulary import Vocabulary, as_vocabulary

if TYPE_CHECKING:
    from ipyleaflet import Map

_TILES = "{z}/{x}/{y}.png"
# A notebook is a page of another site: browsers show it images only of servers that some other page may read.
_OPTIONS = ServeOptions(port=0, cors=("http://localhost",))
_servers: dict[str, "MapServer"] = {}


class MapServer:
    """A server in a thread of this process: the same maps as `proxyclip-geo serve`. Close it, or use it in a `with`.

    Attributes:
        url: Address of the page in the browser, on this machine only by default.
        bounds: West, south, east and north of all embeddings, in degrees.

    Example:
        >>> import proxyclip_geo as pg
        >>> scene = pg.sample("served.tif", size=128, seed=3)
        >>> _ = pg.encode(scene.image, out="served.emb", model="demo")
        >>> with pg.MapServer(["served.emb"]) as server:
        ...     tiles = server.tile_url("water; forest")  # for folium, leafmap, ipyleaflet, MapLibre
    """

    def __init__(
        self,
        embeddings: Sequence[str | Path],
        *,
        options: ServeOptions = _OPTIONS,
        progress: Progress = no_progress,
    ) -> None:
        """Start the server.

        Args:
            embeddings: Paths or URLs of embeddings of one model; the first one is on top.
            options: Address and limits; a free port by default. Pages of other sites, as notebooks are, show tiles only
                if `cors` names some origin.
            progress: Called while overviews are computed.

        Raises:
            OptionError: If the extra "serve" is not installed, the address is in use, or the embeddings do not belong
                together.
            StoreError: If an embedding is missing, damaged or incomplete.
        """
        if isinstance(embeddings, str | Path):
            raise OptionError(f"embeddings={str(embeddings)!r} must be a list: [{str(embeddings)!r}]")
        require_packages()
        from proxyclip_geo.serve.run import open_server

        self._resources = ExitStack()
        self._server = self._resources.enter_context(open_server(embeddings, options=options, progress=progress))
        self.url = self._server.url
        self.bounds = self._server.atlas.bounds
        self._thread = threading.Thread(target=self._server.run, name="proxyclip-geo serve", daemon=True)
        self._thread.start()

    def tile_url(self, classes: Classes, *, threshold: float | None = None) -> str:
        """Return the address of XYZ tiles of the map, with {z}, {x} and {y}, for any words.

        Args:
            classes: As for `segment`: words, a vocabulary or its name, also one that was fitted or learned.
            threshold: Score below which pixels are transparent; the vocabulary's if not given.
        """
        query = {"learned": self._server.reader.keep(as_vocabulary(classes))}
        if threshold is not None:
            query["threshold"] = f"{threshold:g}"
        return f"{self.url}tiles/WebMercatorQuad/{_TILES}?{urlencode(query)}"

    @property
    def image_url(self) -> str:
        """Address of XYZ tiles of the image, with {z}, {x} and {y}."""
        return f"{self.url}image/WebMercatorQuad/{_TILES}"

    def explore(self, classes: Classes, *, threshold: float | None = None, opacity: float = 0.6) -> "Map":
        """Return a map for a notebook: the image, the classes over it, a legend and a control of layers.

        It contacts this server only; add a basemap with `map.add(ipyleaflet.basemap_to_tiles(…))`.

        Args:
            classes: As for `segment`.
            threshold: Score below which pixels are transparent.
            opacity: Opacity of the classes, 0–1.

        Raises:
            OptionError: If ipyleaflet is not installed.
        """
        if find_spec("ipyleaflet") is None:
            raise OptionError("maps in notebooks need ipyleaflet, which is not installed: run `pip install ipyleaflet`")
        from ipyleaflet import LayersControl, LegendControl, Map, TileLayer

        vocabulary = as_vocabulary(classes)
        west, south, east, north = self.bounds
        tiles = self.tile_url(vocabulary, threshold=threshold)
        made = Map(
            layers=[
                TileLayer(url=self.image_url, name="Image", max_zoom=24),
                TileLayer(url=tiles, name="Classes", opacity=opacity, max_zoom=24),
            ],
            center=((south + north) / 2, (west + east) / 2),
            zoom=_zoom(east - west),
            scroll_wheel_zoom=True,
            max_zoom=24,
        )
        made.add(LayersControl(position="topright"))
        made.add(LegendControl(_legend(vocabulary), title="Classes", position="bottomright"))
        return made

    def close(self) -> None:
        """Stop the server; its maps stay without tiles."""
        self._server.stop()
        self._thread.join()
        self._resources.close()

    def __enter__(self) -> Self:
        """Return the server."""
        return self

    def __exit__(self, *error: object) -> None:
        """Stop the server."""
        self.close()


def explore(
    embedding: str | Path | Embedding, classes: Classes, *, threshold: float | None = None, opacity: float = 0.6
) -> "Map":
    """Show an embedding as a map in a notebook, for any words, with zoom and pan (ipyleaflet).

    Tiles come from a server in this process, which other calls for the same embedding use again; it ends with the
    process. The browser must be able to reach this machine.

    Args:
        embedding: Path or URL of an embedding, or an embedding.
        classes: As for `segment`.
        threshold: Score below which pixels are transparent; the vocabulary's if not given.
        opacity: Opacity of the classes, 0–1.

    Raises:
        OptionError: If ipyleaflet or the extra "serve" is not installed.
        StoreError: If the embedding is missing, damaged or incomplete.

    Example:
        >>> import proxyclip_geo as pg
        >>> scene = pg.sample("explored.tif", size=128, seed=3)
        >>> store = pg.encode(scene.image, out="explored.emb", model="demo")
        >>> chart = pg.explore(store, "water; forest, trees; cropland")
        >>> [layer.name for layer in chart.layers]
        ['Image', 'Classes']
    """
    name = embedding.name if isinstance(embedding, Embedding) else str(embedding)
    if name not in _servers:
        _servers[name] = MapServer([name])
    return _servers[name].explore(classes, threshold=threshold, opacity=opacity)


def _legend(vocabulary: Vocabulary) -> dict[str, str]:
    return {style.name: "#{:02x}{:02x}{:02x}".format(*style.color) for style in class_styles(vocabulary)}


def _zoom(degrees: float) -> int:
    """Return the zoom level at which a width in degrees takes about 800 px."""
    return max(0, min(22, math.floor(math.log2(800 / 256 * 360 / max(degrees, 1e-6)))))
