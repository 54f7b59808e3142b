"""The web application."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import morecantile
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from proxyclip_geo import __version__
from proxyclip_geo.errors import Cancelled, ProxyClipGeoError, StoreError
from proxyclip_geo.files import make_folder, remove_folder
from proxyclip_geo.raster.styles import class_styles
from proxyclip_geo.serve.areas import export, measure_areas, write_polygon
from proxyclip_geo.serve.atlas import Atlas
from proxyclip_geo.serve.compute import Busy, Workers
from proxyclip_geo.serve.limits import Guard
from proxyclip_geo.serve.options import (
    AreaQuery,
    ExampleQuery,
    ExportQuery,
    MapQuery,
    PointQuery,
    ServeOptions,
    SimilarQuery,
)
from proxyclip_geo.serve.picture import draw_legend
from proxyclip_geo.serve.requests import CONTENT_TYPES, make_query, read_body, read_query, read_static
from proxyclip_geo.serve.wmts import find_matrix_sets, make_capabilities, make_tilejson
from proxyclip_geo.serve.words import MapWords, WordReader
from proxyclip_geo.vocabulary import list_vocabularies

MOST_WAITING = 512
"""Requests that are computed or wait."""
_CACHED = {"Cache-Control": "private, max-age=600"}


class Server:
    """The answers to requests.

    Attributes:
        atlas: The embeddings.
        workers: Threads for tiles.
        reader: Reads the words of requests.
    """

    def __init__(self, atlas: Atlas) -> None:
        """Prepare to serve a map."""
        self.atlas = atlas
        self.workers = Workers(os.cpu_count() or 1, limit=MOST_WAITING)
        # A long export does not delay tiles.
        self.exports = Workers(1, limit=8)
        self.reader = WordReader()
        self._sets = find_matrix_sets(atlas.gsd)
        self._static = read_static()
        self._number = 0

    def routes(self) -> list[Route]:
        """Return all addresses."""
        return [
            Route("/", self.page),
            Route("/static/{name:path}", self.static),
            Route("/info.json", self.info),
            Route("/tiles/{tms}/{z:int}/{x:int}/{y:int}.png", self.map_tile),
            Route("/image/{tms}/{z:int}/{x:int}/{y:int}.png", self.image_tile),
            Route("/similar/{tms}/{z:int}/{x:int}/{y:int}.png", self.similar_tile),
            Route("/tilejson.json", self.tilejson),
            Route("/image/tilejson.json", self.image_tilejson),
            Route("/WMTSCapabilities.xml", self.capabilities),
            Route("/legend.json", self.legend),
            Route("/legend.png", self.legend_picture),
            Route("/scores", self.scores),
            Route("/areas", self.areas, methods=["POST"]),
            Route("/export", self.export, methods=["POST"]),
            Route("/examples", self.examples, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        """Return the page."""
        return self._send_static("index.html")

    async def static(self, request: Request) -> Response:
        """Return a file of the page."""
        return self._send_static(request.path_params["name"])

    def _send_static(self, name: str) -> Response:
        # Files were read at the start: no name of a request is opened.
        if name not in self._static:
            raise HTTPException(404, "there is no such file")
        return Response(
            self._static[name], media_type=CONTENT_TYPES[Path(name).suffix], headers={"Cache-Control": "no-cache"}
        )

    async def info(self, request: Request) -> Response:
        """Describe the map."""
        atlas, (_, zooms) = self.atlas, self._sets["WebMercatorQuad"]
        first = atlas.layers[0].embedding
        return JSONResponse(
            {
                "version": __version__,
                "embeddings": [layer.embedding.stem for layer in atlas.layers],
                "model": first.store.info.model["name"],
                "bounds": list(atlas.bounds),
                "gsd": atlas.gsd,
                "maxzoom": zooms[-1],
                "vocabularies": list(list_vocabularies()),
                "known": list(first.text.known),
                "loaded": first.text.is_loaded,
                "notes": [layer.note for layer in atlas.layers if layer.note],
            }
        )

    def _tile(self, request: Request) -> tuple[morecantile.Tile, morecantile.TileMatrixSet]:
        """Return the tile of a request.

        Raises:
            HTTPException: If there is no such tile.
        """
        found = self._sets.get(request.path_params["tms"])
        if found is None:
            raise HTTPException(404, f"there is no such tile matrix set; there are {', '.join(self._sets)}")
        tms, z = found[0], request.path_params["z"]
        if not tms.minzoom <= z <= tms.maxzoom:
            raise HTTPException(404, f"zoom level {z} is not between {tms.minzoom} and {tms.maxzoom}")
        matrix, x, y = tms.matrix(z), request.path_params["x"], request.path_params["y"]
        if x >= matrix.matrixWidth or y >= matrix.matrixHeight:
            raise HTTPException(404, f"there is no tile {x}, {y} at zoom level {z}")
        return morecantile.Tile(x, y, z), tms

    async def map_tile(self, request: Request) -> Response:
        """Return a tile of the map."""
        (tile, tms), query = self._tile(request), read_query(request, MapQuery)
        content = await self.workers.run(
            request,
            lambda stop: self.atlas.draw_map(
                tile, tms, words=self.reader.read(query), opacity=query.opacity, stop=stop
            ),
        )
        return Response(content, media_type="image/png", headers=_CACHED)

    async def image_tile(self, request: Request) -> Response:
        """Return a tile of the image."""
        tile, tms = self._tile(request)
        content = await self.workers.run(request, lambda stop: self.atlas.draw_image(tile, tms))
        return Response(content, media_type="image/png", headers=_CACHED)

    async def similar_tile(self, request: Request) -> Response:
        """Return a tile of similarity to a word or a point."""
        (tile, tms), query = self._tile(request), read_query(request, SimilarQuery)
        content = await self.workers.run(
            request, lambda stop: self.atlas.draw_similar(tile, tms, query=query, stop=stop)
        )
        return Response(content, media_type="image/png", headers=_CACHED)

    async def tilejson(self, request: Request) -> Response:
        """Return TileJSON of the map."""
        self.reader.read(read_query(request, MapQuery))
        return self._tilejson(request, "tiles", dict(request.query_params))

    async def image_tilejson(self, request: Request) -> Response:
        """Return TileJSON of the image."""
        return self._tilejson(request, "image", {})

    def _tilejson(self, request: Request, folder: str, query: dict[str, str]) -> Response:
        template = f"{request.base_url}{folder}/WebMercatorQuad/{{z}}/{{x}}/{{y}}.png"
        zooms = self._sets["WebMercatorQuad"][1]
        name = ", ".join(layer.embedding.stem for layer in self.atlas.layers)
        return JSONResponse(make_tilejson(template, query, bounds=self.atlas.bounds, zooms=zooms, name=name))

    async def capabilities(self, request: Request) -> Response:
        """Return WMTS capabilities; without words, of the image only."""
        query = {key: value for key, value in request.query_params.items() if key.lower() not in ("service", "request")}
        if query:
            self.reader.read(make_query(query, MapQuery))
        content = make_capabilities(
            str(request.base_url), query, bounds=self.atlas.bounds, sets=list(self._sets.values())
        )
        return Response(content, media_type="application/xml")

    async def legend(self, request: Request) -> Response:
        """Return the classes with their colours, and the words that the model does not know."""
        words = self.reader.read(read_query(request, MapQuery))

        def find(stop: Any) -> list[dict[str, Any]]:
            text = self.atlas.layers[0].embedding.text
            return [vars(word) for word in text.far_words((*words.vocabulary.queries, *words.options.background))]

        far = await self.workers.run(request, find)
        return JSONResponse({**describe_classes(words), "far": far})

    async def legend_picture(self, request: Request) -> Response:
        """Return a picture of the classes."""
        words = self.reader.read(read_query(request, MapQuery))
        return Response(draw_legend(class_styles(words.vocabulary)), media_type="image/png", headers=_CACHED)

    async def scores(self, request: Request) -> Response:
        """Return how well each word fits a point."""
        query = read_query(request, PointQuery)
        words = self.reader.read(query)
        found = await self.workers.run(request, lambda stop: self.atlas.score_point(query.lon, query.lat, words=words))
        return JSONResponse({**describe_classes(words), "words": found})

    async def areas(self, request: Request) -> Response:
        """Return the area of each class in a polygon."""
        query = await read_body(request, AreaQuery)
        words = self.reader.read(query)

        def measure(stop: Any) -> dict[str, Any]:
            path = write_polygon(self._place() / "area.geojson", query.polygon)
            try:
                return measure_areas(self.atlas, path, words=words, stop=stop)
            finally:
                remove_folder(path.parent)

        return JSONResponse(await self.workers.run(request, measure))

    async def export(self, request: Request) -> Response:
        """Return the map of a polygon as a file."""
        query = await read_body(request, ExportQuery)
        words, folder = self.reader.read(query), self._place()
        try:
            path = await self.exports.run(
                request, lambda stop: export(self.atlas, query, folder, words=words, stop=stop)
            )
        except BaseException:
            remove_folder(folder)
            raise
        return FileResponse(path, filename=path.name, background=BackgroundTask(remove_folder, folder))

    async def examples(self, request: Request) -> Response:
        """Learn from examples; return the value of `learned` for further requests."""
        query = await read_body(request, ExampleQuery)
        words = self.reader.read(query)
        found = await self.exports.run(request, lambda stop: self.atlas.learn(query, words))
        report = None if found.report is None else found.report.to_dict()
        return JSONResponse({"learned": self.reader.keep(found.vocabulary), "report": report})

    def _place(self) -> Path:
        """Return a new folder for the files of a request."""
        self._number += 1
        folder = self.atlas.scratch / f"request-{self._number}"
        make_folder(folder)
        return folder


def describe_classes(words: MapWords) -> dict[str, Any]:
    """Return the classes of words as JSON-able values."""
    return {
        "classes": [
            {"name": item.name, "words": list(item.synonyms), "color": f"#{bytes(item.color).hex()}"}
            for item in words.vocabulary.classes
        ]
    }


async def _show_error(request: Request, error: Exception) -> Response:
    if isinstance(error, Busy):
        return JSONResponse({"error": "too many requests wait; try again"}, 503, headers={"Retry-After": "1"})
    if isinstance(error, Cancelled):
        # Nobody reads it.
        return Response(status_code=499)
    status = 500 if isinstance(error, StoreError) else 400
    return JSONResponse({"error": str(error), "type": type(error).__name__}, status)


async def _show_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code, headers=error.headers)


def create_app(atlas: Atlas, options: ServeOptions | None = None) -> Starlette:
    """Return the application that serves a map.

    Args:
        atlas: The embeddings; closed with the application.
        options: Limits and origins.
    """
    server = Server(atlas)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.callback(atlas.close)
            stack.callback(server.exports.close)
            stack.callback(server.workers.close)
            yield

    app = Starlette(
        routes=server.routes(),
        middleware=[Middleware(Guard, options=options or ServeOptions())],
        exception_handlers={ProxyClipGeoError: _show_error, Busy: _show_error, HTTPException: _show_http_error},
        lifespan=lifespan,
    )
    app.state.server = server
    return app
