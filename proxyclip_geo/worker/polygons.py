"""Polygons of a label raster, styled with its own names and colours."""

from pathlib import Path
from typing import Any

from proxyclip_geo.api.vectorizing import vectorize
from proxyclip_geo.progress import Progress


def vectorize_labels(
    labels: str, path: str, *, score: str | None, overwrite: bool, progress: Progress
) -> dict[str, Any]:
    """Write the polygons of a label raster to the format that the suffix names.

    Raises:
        RasterError: If it is no label raster.
        OutputError: If the file is already there, or cannot be written.
    """
    result = vectorize(labels, path, score=score, overwrite=overwrite, progress=progress)
    return {"path": str(result.path), "layer": Path(path).stem, "count": result.polygons}
