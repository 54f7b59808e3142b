"""Rasters as xarray datasets: georeferenced by CF's conventions, with pixels that Dask reads when they are used."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.errors import OptionError
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.region import Region

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True)
class LazyArray:
    """An array that is read in parts, as `dask.array.from_array` takes it.

    Attributes:
        shape: Sides; the last two are rows and columns.
        dtype: Type of the values.
        read: Returns the values of a region of rows and columns, all of the other dimensions.
    """

    shape: tuple[int, ...]
    dtype: "np.dtype[Any]"
    read: Callable[[Region], NDArray[Any]]

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return len(self.shape)

    def __getitem__(self, index: tuple[slice, ...]) -> NDArray[Any]:
        rows, columns = index[-2:]
        top, bottom, _ = rows.indices(self.shape[-2])
        left, right, _ = columns.indices(self.shape[-1])
        return self.read(Region.from_edges(top, left, bottom, right))[index[:-2]]

    def to_dask(self, rows: tuple[int, ...], columns: tuple[int, ...]) -> Any:
        """Return a Dask array with chunks of these heights and widths."""
        import dask.array

        return dask.array.from_array(self, chunks=(*self.shape[:-2], rows, columns), asarray=False, fancy=False)


def make_dataset(
    variables: Mapping[str, tuple[tuple[str, ...], Any, Mapping[str, Any]]], geobox: GeoBox, **attributes: Any
) -> "xarray.Dataset":
    """Return a dataset with the coordinates of pixel centres and the CRS.

    The variable `spatial_ref` holds the CRS by CF's conventions, as rioxarray and odc-geo read it; the attributes
    `proj:…` hold it by STAC's projection extension.

    Args:
        variables: (dimensions, values, attributes) by name; the dimensions y and x lie on the geobox.
        geobox: Where the pixels lie.
        attributes: Attributes of the dataset.
    """
    require_xarray()
    import xarray

    t = geobox.transform
    coordinates: dict[str, Any] = {}
    if t.b == t.d == 0:
        # A rotated raster has coordinates in both dimensions, which the transform gives.
        names = _axis_names(geobox)
        x, y = t.c + (np.arange(geobox.width) + 0.5) * t.a, t.f + (np.arange(geobox.height) + 0.5) * t.e
        coordinates = {"y": ("y", y, names["y"]), "x": ("x", x, names["x"])}
    reference: dict[str, Any] = {} if geobox.crs is None else dict(geobox.crs.to_cf())
    reference["GeoTransform"] = " ".join(repr(float(value)) for value in t.to_gdal())
    coordinates["spatial_ref"] = ((), 0, reference)
    arrays = {
        name: (dims, values, {**facts, "grid_mapping": "spatial_ref"})
        for name, (dims, values, facts) in variables.items()
    }
    return xarray.Dataset(arrays, coordinates, {**attributes, **_projection(geobox)})


def _axis_names(geobox: GeoBox) -> Mapping[str, Mapping[str, str]]:
    if geobox.crs is None:
        return {"y": {}, "x": {}}
    if geobox.crs.is_geographic:
        return {
            "y": {"standard_name": "latitude", "units": "degrees_north"},
            "x": {"standard_name": "longitude", "units": "degrees_east"},
        }
    return {axis: {"standard_name": f"projection_{axis}_coordinate"} for axis in ("y", "x")}


def _projection(geobox: GeoBox) -> dict[str, Any]:
    """Return the fields of STAC's projection extension."""
    facts: dict[str, Any] = {"proj:shape": list(geobox.shape), "proj:transform": list(geobox.transform)[:6]}
    if geobox.crs is not None:
        code = geobox.crs.to_authority()
        facts |= {"proj:wkt2": geobox.crs.to_wkt()} if code is None else {"proj:code": ":".join(code)}
    return facts


def require_xarray() -> None:
    """Raise an OptionError if xarray is not installed."""
    if find_spec("xarray") is None:
        raise OptionError("xarray is not installed, which this needs: run `pip install xarray`")


def split_side(side: int, chunk: int, *, first: int | None = None) -> tuple[int, ...]:
    """Return the lengths of chunks along a side.

    >>> split_side(10, 4), split_side(10, 4, first=3)
    ((4, 4, 2), (3, 4, 3))
    """
    edges = [0, *range(min(first or chunk, side), side, chunk), side]
    return tuple(high - low for low, high in pairwise(edges))
