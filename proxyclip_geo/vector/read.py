"""Polygons as GeoDataFrames."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio.errors

from proxyclip_geo.errors import VectorError
from proxyclip_geo.vector.batch import Polygons


def to_frame(polygons: Polygons) -> gpd.GeoDataFrame:
    """Return polygons with their attributes in memory."""
    frames = [gpd.GeoDataFrame(batch.columns, geometry=batch.geometry, crs=polygons.crs) for batch in polygons]
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    return gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), crs=polygons.crs)


def read_polygons(path: Path | None) -> gpd.GeoDataFrame:
    """Read the layer with the name of its file, as `write_polygons` names it.

    Raises:
        VectorError: If there is no file, or it cannot be read.
    """
    if path is None:
        raise VectorError("no polygons were written; run again with polygons=True")
    try:
        if path.suffix == ".parquet":
            return gpd.read_parquet(path)
        return gpd.read_file(path, layer=path.stem if path.suffix == ".gpkg" else None)
    except (pyogrio.errors.DataSourceError, OSError, UnicodeDecodeError) as error:
        raise VectorError(f"cannot read the polygons {path}: {error}") from error
