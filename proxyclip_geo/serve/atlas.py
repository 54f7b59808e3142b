"""All embeddings as one map: the first one with data at a place is shown."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import morecantile
import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.api.embedding import Embedding
from proxyclip_geo.api.explore import explain, make_query
from proxyclip_geo.api.options import LabelOptions
from proxyclip_geo.engine.cache import ByteCache
from proxyclip_geo.engine.pca import project_bank
from proxyclip_geo.engine.pyramid import similarity_bank
from proxyclip_geo.errors import AreaError, OptionError
from proxyclip_geo.files import write_json
from proxyclip_geo.progress import Progress, no_progress
from proxyclip_geo.raster.styles import class_styles
from proxyclip_geo.serve.layer import Layer, Shared, Stop
from proxyclip_geo.serve.options import ExampleQuery, SimilarQuery
from proxyclip_geo.serve.picture import draw_colors, draw_empty, draw_heat, draw_labels
from proxyclip_geo.serve.warp import SIDE
from proxyclip_geo.serve.words import MapWords

MOST_BANKS = 256


class Atlas:
    """All embeddings as one map.

    Attributes:
        layers: The embeddings, the first one on top.
    """

    def __init__(
        self, embeddings: Sequence[Embedding], *, cache: int, scratch: Path, progress: Progress = no_progress
    ) -> None:
        """Prepare embeddings; compute overviews where there are none.

        Args:
            embeddings: At least one, all of one model.
            cache: Bytes of features and logits that are kept.
            scratch: Folder for temporary files, which exists.
            progress: Called while overviews are computed.

        Raises:
            OptionError: If they are of several models, or one has no CRS.
            StoreError: If one is damaged or incomplete.
        """
        first = embeddings[0].store.info.model
        for other in embeddings[1:]:
            model = other.store.info.model
            if (model["constants_sha256"], model["sha256"]) != (first["constants_sha256"], first["sha256"]):
                raise OptionError(
                    f"{embeddings[0].name} was encoded with model '{first['name']}' and {other.name} with "
                    f"'{model['name']}'; serve embeddings of one model together, or start two servers"
                )
            # Words are encoded once.
            other.__dict__["text"] = embeddings[0].text
        self.scratch = scratch
        self._shared = Shared(cache, scratch=scratch)
        self.layers = tuple(Layer(item, shared=self._shared, progress=progress) for item in embeddings)
        self._banks: ByteCache[Any] = ByteCache(MOST_BANKS, size=lambda _: 1)

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """(west, south, east, north) in degrees."""
        wests, souths, easts, norths = zip(*(layer.bounds for layer in self.layers), strict=True)
        return min(wests), min(souths), max(easts), max(norths)

    @property
    def gsd(self) -> float:
        """Metres per pixel of the finest raster."""
        return min(min(layer.geobox.gsd or (1.0, 1.0)) for layer in self.layers)

    def bank(self, layer: Layer, words: MapWords) -> Any:
        """Return the text bank of words for a layer."""
        thresholds = (words.vocabulary.thresholds, words.options.threshold, words.vocabulary.values)
        key = (layer.embedding.name, words.key, thresholds)
        return self._banks.get(key, lambda: layer.embedding.bank(words.vocabulary, words.options)).bank

    def draw_map(
        self, tile: morecantile.Tile, tms: morecantile.TileMatrixSet, *, words: MapWords, opacity: float, stop: Stop
    ) -> bytes:
        """Return a tile of the map as PNG."""
        nodata, found = words.vocabulary.nodata, None
        for layer in self.layers:
            at = layer.locate(tile, tms)
            if at is None:
                continue
            labels = layer.label(at, bank=self.bank(layer, words), key=words.key, stop=stop)
            found = labels if found is None else np.where(found == nodata, labels, found)
            if not (found == nodata).any():
                break
        if found is None:
            return draw_empty()
        return draw_labels(found, class_styles(words.vocabulary), opacity=opacity)

    def draw_image(self, tile: morecantile.Tile, tms: morecantile.TileMatrixSet) -> bytes:
        """Return a tile of the image as PNG."""
        found: NDArray[np.uint8] | None = None
        for layer in self.layers:
            at = layer.locate(tile, tms)
            if at is None:
                continue
            colors = layer.color(at)
            found = colors if found is None else np.where(found[..., 3:] == 0, colors, found)
            if found[..., 3].all():
                break
        return draw_empty() if found is None else draw_colors(found)

    def draw_similar(
        self, tile: morecantile.Tile, tms: morecantile.TileMatrixSet, *, query: SimilarQuery, stop: Stop
    ) -> bytes:
        """Return a tile of similarity to a word or a point as PNG."""
        found = np.full((SIDE, SIDE), np.nan, np.float32)
        for layer in self.layers:
            at = layer.locate(tile, tms)
            if at is not None:
                key, bank = self._similarity(layer, query)
                cosines = layer.compare(at, bank=bank, key=key, stop=stop)
                found = np.where(np.isnan(found), cosines, found)
        return draw_heat(found, limits=self.find_limits(query, stop=stop), opacity=query.opacity)

    def find_limits(self, query: SimilarQuery, *, stop: Stop) -> tuple[float, float]:
        """Return the cosines that a heat map begins and ends with: the median and the 99.5th percentile."""

        def find() -> tuple[float, float]:
            parts = []
            for layer in self.layers:
                key, bank = self._similarity(layer, query)
                parts.append(layer.sample_cosines(bank=bank, key=key, stop=stop))
            low, high = np.percentile(np.concatenate(parts), [50, 99.5])
            return float(low), float(high)

        found: tuple[float, float] = self._banks.get(("limits", _identify(query)), find)
        return found

    def _similarity(self, layer: Layer, query: SimilarQuery) -> tuple[str, Any]:
        key = _identify(query)

        def make() -> Any:
            embedding = layer.embedding
            if query.word is not None:
                bank = similarity_bank(embedding.text.encode([query.word]))
                return project_bank(bank, embedding.store.basis)
            source = self._find_layer(query.lon or 0.0, query.lat or 0.0)
            if embedding.store.basis is not None and source is not layer:
                raise OptionError("places cannot be compared between embeddings of principal components; give a word")
            at = source.to_xy(query.lon or 0.0, query.lat or 0.0)
            return similarity_bank(make_query(source.embedding, None, at=at))

        return key, self._banks.get(("similar", layer.embedding.name, key), make)

    def _find_layer(self, lon: float, lat: float) -> Layer:
        found = next((layer for layer in self.layers if layer.holds(lon, lat)), None)
        if found is None:
            west, south, east, north = self.bounds
            raise AreaError(
                f"point {lon:.6f}, {lat:.6f} lies outside the map, which has the bounds {west:.6f}, {south:.6f}, "
                f"{east:.6f}, {north:.6f} (west, south, east, north)"
            )
        return found

    def score_point(self, lon: float, lat: float, *, words: MapWords) -> list[dict[str, Any]]:
        """Return how well each word fits a point, best first; the words of a class add up in `explain`.

        Raises:
            AreaError: If the point lies outside the map, or has no data.
        """
        self._find_layer(lon, lat)
        layers = [layer for layer in self.layers if layer.holds(lon, lat)]
        for index, layer in enumerate(layers):
            try:
                scores = explain(
                    layer.embedding, words.vocabulary, at=layer.to_xy(lon, lat), options=_plain(words.options)
                )
                return [vars(score) for score in scores]
            except AreaError:
                if index == len(layers) - 1:
                    raise
        return []

    def learn(self, query: ExampleQuery, words: MapWords) -> Any:
        """Learn from examples; return the `ClassBank` with what was learned.

        Raises:
            VocabularyError: If an example has a class that is not among the words.
            AreaError: If no example lies on the map.
        """
        counts = [sum(layer.holds(point.lon, point.lat) for point in query.points) for layer in self.layers]
        layer = self.layers[int(np.argmax(counts))]
        features = [
            {
                "type": "Feature",
                "properties": {"class": point.name},
                "geometry": {"type": "Point", "coordinates": [point.lon, point.lat]},
            }
            for point in query.points
        ]
        name = f"examples-{_hash(features)}.geojson"
        path = write_json(self.scratch / name, {"type": "FeatureCollection", "features": features})
        try:
            return layer.embedding.bank(words.vocabulary, words.options, examples=path)
        finally:
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the rasters."""
        for layer in self.layers:
            layer.close()
        self._shared.reader.shutdown()


def _plain(options: LabelOptions) -> LabelOptions:
    return replace(options, threshold=None)


def _identify(query: SimilarQuery) -> str:
    if (query.word is None) == (query.lon is None or query.lat is None):
        raise OptionError("give a `word`, or a point as `lon` and `lat`")
    return json.dumps([query.word, query.lon, query.lat])


def _hash(values: Any) -> str:
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]
