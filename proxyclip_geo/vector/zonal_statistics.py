"""Means of rasters over polygons by exactextract, which weights pixels by the fraction that a polygon covers."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from proxyclip_geo.errors import OptionError, RasterError
from proxyclip_geo.geobox import make_transformer
from proxyclip_geo.raster.dataset import log_hosts, open_dataset, strip_environment
from proxyclip_geo.raster.georeference import read_geobox
from proxyclip_geo.raster.names import gdal_name
from proxyclip_geo.remedies import Remedy

_COLUMNS = ("class", "label", "area_m2", "perimeter_m", "pixels", "score", "score_min", "margin", "margin_min")
_RESERVED = ("fid", "ogc_fid", "geom", "geometry", "bbox", "wkb_geometry")


def check_statistics(rasters: Mapping[str, Path | str]) -> None:
    """Check column names and rasters before the work.

    Args:
        rasters: Paths or URLs by column name.

    Raises:
        OptionError: If exactextract is not installed, or a name is taken.
        RasterError: If a raster cannot be read, or is rotated.
    """
    if not rasters:
        return
    if find_spec("exactextract") is None:
        remedy = Remedy("install-package", {"package": "exactextract"})
        raise OptionError("statistics of rasters need exactextract, which is not installed", remedy=remedy)
    taken = {name: name for name in (*_COLUMNS, *_RESERVED)}
    for name, path in rasters.items():
        # Column names of databases are not case-sensitive.
        if name.lower() in taken:
            of = f" ('{taken[name.lower()]}')" if name != taken[name.lower()] else ""
            kind = "a name that formats reserve" if name.lower() in _RESERVED else f"a column already{of}"
            raise OptionError(f"'{name}' is {kind}; give the raster {path} another name")
        taken[name.lower()] = name
        log_hosts(gdal_name(path))
        with open_dataset(gdal_name(path)) as dataset:
            transform = read_geobox(dataset, name=str(path)).transform
        if (transform.b, transform.d) != (0, 0) or transform.a < 0 or transform.e > 0:
            raise RasterError(f"statistics of {path} need a north-up raster", remedy=Remedy("warp"))


def mean_values(
    rasters: Mapping[str, Path | str], geometry: NDArray[np.object_], crs: pyproj.CRS | None
) -> dict[str, NDArray[np.float64]]:
    """Average the first band of rasters over polygons.

    Args:
        rasters: Paths or URLs by column name.
        geometry: (N,) polygons.
        crs: CRS of the polygons; coordinates are taken as those of a raster if one of the two has no CRS.

    Returns:
        (N,) means by column name, NaN where polygon and raster do not overlap.

    Raises:
        RasterError: If a raster cannot be read.
    """
    if not len(geometry):
        return {name: np.zeros(0) for name in rasters}
    columns = {}
    for name, path in rasters.items():
        with open_dataset(gdal_name(path)) as dataset, strip_environment(dataset):
            columns[name] = _mean_of_first_band(dataset, geometry, crs, name=str(path))
    return columns


def _mean_of_first_band(
    dataset: Any, geometry: NDArray[np.object_], crs: pyproj.CRS | None, *, name: str
) -> NDArray[np.float64]:
    from exactextract import exact_extract
    from exactextract.raster import RasterioRasterSource

    geobox = read_geobox(dataset, name=name)

    class Raster(RasterioRasterSource):  # type: ignore[misc]
        """The first band, georeferenced as everywhere in this package."""

        def res(self) -> tuple[float, float]:
            return geobox.resolution

        def extent(self) -> tuple[float, float, float, float]:
            return geobox.bounds

    if crs is not None and geobox.crs is not None and crs != geobox.crs:
        to_raster = make_transformer(crs, geobox.crs)
        geometry = shapely.transform(geometry, lambda xy: np.column_stack(to_raster.transform(*xy.T)))
    features = [
        {"type": "Feature", "geometry": shapely.geometry.mapping(shape), "properties": {}} for shape in geometry
    ]
    try:
        found = exact_extract(Raster(dataset), features, ["mean"])
    except RuntimeError as error:
        raise RasterError(f"statistics of {name} cannot be computed ({error})") from error
    return np.array([feature["properties"]["mean"] for feature in found], dtype=np.float64)
