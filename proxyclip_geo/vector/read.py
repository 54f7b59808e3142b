"""Read the polygons of a run."""

from pathlib import Path

import geopandas as gpd
import pyogrio.errors

from proxyclip_geo.errors import VectorError


def read_polygons(path: Path | None) -> gpd.GeoDataFrame:
    """Read the layer with the name of its file, as `write_polygons` names it.

    Raises:
        VectorError: If there is no file, or it cannot be read.
    """
    if path is None:
        raise VectorError("no polygons were written; run again with polygons=True")
    try:
        return gpd.read_file(path, layer=path.stem)
    except (pyogrio.errors.DataSourceError, OSError, UnicodeDecodeError) as error:
        raise VectorError(f"cannot read the polygons {path}: {error}") from error
