"""The raster that an embedding was encoded from."""

import json

from proxyclip_geo.engine.store.embedding_store import EmbeddingStore
from proxyclip_geo.errors import StoreError
from proxyclip_geo.raster.inputs import RasterLike
from proxyclip_geo.raster.options import Percentiles, SourceOptions
from proxyclip_geo.raster.source import PLACES, Source, open_source


def open_encoded(store: EmbeddingStore, raster: RasterLike | None) -> Source:
    """Open the encoded raster on the grid of its embedding; use it in a `with`.

    Args:
        store: The embedding.
        raster: The raster; read from its path at encoding if None.

    Raises:
        StoreError: If it is another raster, or has changed.
        RasterError: If it cannot be read.
    """
    encoded, settings = store.info.raster, store.info.options
    options = SourceOptions(
        bands=encoded["bands"],
        stretch=encoded.get("stretch") or Percentiles(),
        gsd=settings.get("gsd"),
        bounds=settings.get("bounds"),
        nodata=settings.get("nodata"),
        mask=encoded.get("mask_path") or settings.get("mask"),
    )
    source = open_source(encoded["path"] if raster is None else raster, options, check=False)
    # A copy of a file has a path and a time of its own; a copy in memory also another format.
    ignored = {*PLACES, "modified_ns", "area", "area_sha256", *(("bytes", "driver") if source.in_memory else ())}
    found = json.loads(json.dumps(source.fingerprint()))
    different = {key for key in found if key not in ignored and encoded.get(key) != found[key]}
    if different:
        source.close()
        raise StoreError(
            f"{source.name} is not the raster that {store.name} was encoded from: they differ in "
            f"{', '.join(sorted(different))}; give that `raster`, or encode this one"
        )
    return source
