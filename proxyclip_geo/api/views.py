"""Maps and embeddings as xarray datasets, read by Dask when they are used."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.engine.read_block import valid_cells
from proxyclip_geo.engine.store.embedding_store import EmbeddingStore
from proxyclip_geo.raster.data_array import LazyArray, make_dataset, require_xarray, split_side
from proxyclip_geo.raster.labels import open_labels
from proxyclip_geo.region import Region
from proxyclip_geo.vocabulary import Vocabulary

if TYPE_CHECKING:
    import xarray

_CHUNK = 2048
"""Side in pixels of the chunks of a map: a multiple of the tiles of the files."""


def view_map(labels: Path, score: Path | None, vocabulary: Vocabulary) -> "xarray.Dataset":
    """Return the labels and scores of a map.

    Args:
        labels: Label raster.
        score: Score raster, if there is one.
        vocabulary: The classes.
    """
    require_xarray()
    with open_labels(labels) as source:
        geobox, dtype = source.geobox, source.dtype
    chunks = [split_side(side, _CHUNK) for side in geobox.shape]
    found = LazyArray(geobox.shape, dtype, partial(_read_labels, labels)).to_dask(*chunks)
    variables = {"labels": (("y", "x"), found, describe_classes(vocabulary))}
    if score is not None:
        scores = LazyArray(geobox.shape, np.dtype(np.float32), partial(_read_scores, score)).to_dask(*chunks)
        variables["score"] = (("y", "x"), scores, {"long_name": "probability of the class", "units": "1"})
    return make_dataset(variables, geobox)


def describe_classes(vocabulary: Vocabulary) -> dict[str, Any]:
    """Return the attributes of labels by CF's conventions: flags and nodata."""
    names = {0: "unclassified"} | {item.value: item.name for item in vocabulary.classes}
    return {
        "long_name": "class",
        "flag_values": np.array(list(names), vocabulary.dtype),
        "flag_meanings": " ".join(name.replace(" ", "_") for name in names.values()),
        "nodata": vocabulary.nodata,
    }


def _read_labels(path: Path, region: Region) -> NDArray[Any]:
    with open_labels(path) as source:
        return source.read(region).values


def _read_scores(path: Path, region: Region) -> NDArray[np.float32]:
    with open_labels(path) as source:
        block = source.read(region)
    return np.where(block.valid, block.values / np.float32(100), np.float32(np.nan))


def view_embedding(store: EmbeddingStore) -> "xarray.Dataset":
    """Return the features of an embedding on its lattice, and which cells have data; chunks are those of the store."""
    require_xarray()
    info = store.info
    grid = info.grid
    cells, tiling = grid.cells_of(info.area), grid.cells_of(info.tiling)
    chunks = [
        split_side(side, info.chunk, first=info.chunk - (start - origin) % info.chunk)
        for side, start, origin in zip(cells.shape, (cells.top, cells.left), (tiling.top, tiling.left), strict=True)
    ]
    features = LazyArray((info.dim, *cells.shape), np.dtype(np.float32), partial(_read_features, store, cells))
    valid = LazyArray(cells.shape, np.dtype(bool), partial(_read_valid, store, cells))
    variables = {
        "features": (("feature", "y", "x"), features.to_dask(*chunks), {"long_name": "dense features"}),
        "valid": (("y", "x"), valid.to_dask(*chunks), {"long_name": "cells with data"}),
    }
    geobox = info.geobox.crop(cells.scale(grid.step)).zoom_out((grid.step, grid.step), shape=cells.shape)
    return make_dataset(variables, geobox, model=str(info.model["name"]), raster=str(info.raster["stem"]))


def _read_features(store: EmbeddingStore, area: Region, region: Region) -> NDArray[np.float32]:
    """Return (D, h, w) features; NaN in cells without data."""
    cells = region.shift(area.top, area.left)
    features: NDArray[np.float32] = store.read(cells).features.float().numpy()
    features[:, ~_read_valid(store, area, region)] = np.nan
    return features


def _read_valid(store: EmbeddingStore, area: Region, region: Region) -> NDArray[np.bool_]:
    """Return (h, w): cells with a pixel that has data inside the area of interest."""
    step = store.info.grid.step
    pixels = region.shift(area.top, area.left).scale(step)
    inside = pixels.intersect(store.info.grid.raster)
    valid = np.zeros(pixels.shape, bool)
    valid[inside.slices_in(pixels)] = store.read_valid(inside)
    return valid_cells(valid, step)
