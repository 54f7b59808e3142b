"""Reading polygons back."""

from pathlib import Path

import geopandas as gpd
import pyogrio.errors

from proxyclip_geo.errors import VectorError


def read_polygons(path: Path | None) -> gpd.GeoDataFrame:
    """Read the polygons of a file whose layer has its name, as ours have.

    Raises:
        VectorError: If there is none, or it cannot be read.
    """
    if path is None:
        raise VectorError("no polygons were written; run again with polygons=True (without --no-polygons)")
    try:
        return gpd.read_file(path, layer=path.stem)
    except (pyogrio.errors.DataSourceError, OSError) as error:
        raise VectorError(f"cannot read the polygons {path}: {error}") from error
