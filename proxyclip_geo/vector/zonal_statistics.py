"""Means of any raster over polygons, by exactextract: pixels count by the share of them that a polygon covers."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyproj
from numpy.typing import NDArray

from proxyclip_geo.errors import OptionError, RasterError
from proxyclip_geo.vector.open_raster import open_raster

_COLUMNS = ("class", "label", "area_m2", "perimeter_m", "pixels", "score", "score_min", "margin", "margin_min")
_RESERVED = ("fid", "ogc_fid", "geom", "geometry", "bbox", "wkb_geometry")


def check_statistics(rasters: Mapping[str, Path | str]) -> None:
    """Raise where statistics cannot be made.

    Raises:
        OptionError: If exactextract is not installed, or a name is taken.
        RasterError: If a raster cannot be read.
    """
    if not rasters:
        return
    if find_spec("exactextract") is None:
        raise OptionError("statistics of rasters need exactextract: run `pip install 'proxyclip-geo[statistics]'`")
    taken = {name: name for name in (*_COLUMNS, *_RESERVED)}
    for name, path in rasters.items():
        # Databases do not tell upper from lower case.
        if name.lower() in taken:
            of = f" ('{taken[name.lower()]}')" if name != taken[name.lower()] else ""
            kind = "a name that formats keep for themselves" if name.lower() in _RESERVED else f"a column already{of}"
            raise OptionError(f"'{name}' is {kind}; give the raster {path} another name")
        taken[name.lower()] = name
        with open_raster(path):
            pass


def mean_values(
    rasters: Mapping[str, Path | str], geometry: NDArray[np.object_], crs: pyproj.CRS | None
) -> dict[str, NDArray[np.float64]]:
    """Average the first band of each raster over (N,) polygons in `crs`; NaN where they do not meet."""
    if not rasters:
        return {}
    if not len(geometry):
        return {name: np.zeros(0) for name in rasters}
    import geopandas as gpd
    from exactextract import exact_extract

    frame = gpd.GeoDataFrame(geometry=geometry, crs=crs)
    columns = {}
    for name, path in rasters.items():
        with open_raster(path) as raster:
            here = frame if crs is None or raster.crs is None else frame.to_crs(raster.crs.to_wkt())
            try:
                found = exact_extract(raster, here, ["mean"], output="pandas")
            except RuntimeError as error:
                raise RasterError(f"no statistics of '{path}': {error}") from error
        # Of several bands the first counts.
        columns[name] = found.iloc[:, 0].to_numpy(np.float64, na_value=np.nan)
    return columns
