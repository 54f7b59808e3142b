"""Results of the worker as JSON-able values."""

import os
import platform
import sys
from typing import Any

from proxyclip_geo import __version__
from proxyclip_geo.api.embedding import Embedding
from proxyclip_geo.api.results import SegmentResult
from proxyclip_geo.worker.protocol import PROTOCOL


def describe_worker() -> dict[str, Any]:
    """Return the version and the process: the first line that a worker writes."""
    return {
        "protocol": PROTOCOL,
        "version": __version__,
        "python": platform.python_version(),
        "executable": sys.executable,
        "pid": os.getpid(),
    }


def describe_result(result: SegmentResult) -> dict[str, Any]:
    """Return the files, shares, areas and classes of a map."""
    return {
        "paths": {name: None if path is None else str(path) for name, path in vars(result.paths).items()},
        "shares": dict(result.shares),
        "areas": result.areas.to_dict(),
        "vocabulary": result.vocabulary.to_dict(),
        "examples": result.run.get("examples"),
        "adaptation": result.run.get("adaptation"),
        "seconds": result.run["seconds"],
    }


def describe_embedding(embedding: Embedding) -> dict[str, Any]:
    """Return the raster, grid and state of an embedding."""
    info, geobox = embedding.store.info, embedding.geobox
    return {
        "embedding": embedding.name,
        "stem": embedding.stem,
        "model": info.model["name"],
        "raster": dict(info.raster),
        "shape": list(geobox.shape),
        "bounds": list(geobox.bounds),
        "transform": list(geobox.transform)[:6],
        "crs": None if geobox.crs is None else geobox.crs.to_wkt(),
        "gsd": info.geobox.gsd,
        "step": info.grid.step,
        "dim": info.dim,
        "storage": info.storage,
        "complete": not embedding.store.missing(),
    }
