"""Rasters given as paths, URLs, open datasets or arrays, as names that GDAL opens."""

import hashlib
import os
import uuid
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import rasterio.shutil
from affine import Affine
from numpy.typing import NDArray
from rasterio.errors import RasterioError
from rasterio.io import DatasetReaderBase, MemoryFile
from rasterio.vrt import WarpedVRT

from proxyclip_geo.errors import RasterError, strip_credentials
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.raster.dataset import to_rasterio
from proxyclip_geo.raster.names import stem_of
from proxyclip_geo.validation import describe

if TYPE_CHECKING:
    from rasterio.io import DatasetReader
    from xarray import DataArray

# Largest deviation of coordinates from equal steps, in steps.
_STEP_TOLERANCE = 0.01


@dataclass(frozen=True, eq=False)
class ArrayRaster:
    """A raster in memory: a numpy array with its geobox.

    Attributes:
        values: (H, W) or (bands, H, W) values.
        geobox: Shape, transform and CRS.
        nodata: Value of pixels without data; None if all are valid. NaN is never valid.
        name: Name of the raster in messages, and of the results.
        descriptions: Names of the bands, e.g. "red" or "B04", which tell the colours; empty if unknown.

    Example:
        >>> import numpy as np
        >>> geobox = GeoBox((200, 300), (0.5, 0, 500_000, 0, -0.5, 5_600_000), "EPSG:32632")
        >>> raster = ArrayRaster(np.zeros((3, 200, 300), np.uint8), geobox, name="scene")
    """

    values: NDArray[Any]
    geobox: GeoBox
    nodata: float | None = None
    name: str = "array"
    descriptions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the shape.

        Raises:
            RasterError: If the values are not (H, W) or (bands, H, W) of the geobox, or not every band has a name.
        """
        if not isinstance(self.values, np.ndarray):
            raise RasterError(f"{describe(self.values)} is no numpy array; pass np.asarray(values)")
        shape = self.values.shape
        if self.values.ndim not in (2, 3) or shape[-2:] != self.geobox.shape or 0 in shape:
            raise RasterError(
                f"values of shape {shape} do not fit the geobox of {self.geobox.shape}; pass (height, width) or "
                "(bands, height, width)"
            )
        count = 1 if self.values.ndim == 2 else shape[0]
        if len(self.descriptions) not in (0, count):
            raise RasterError(
                f"{len(self.descriptions)} descriptions do not fit {count} bands; pass one for each, or none"
            )


if TYPE_CHECKING:
    RasterLike: TypeAlias = str | os.PathLike[str] | ArrayRaster | DatasetReader | DataArray
else:
    RasterLike = Any
"""A path, a URL as text, an `ArrayRaster`, an open rasterio dataset, or an `xarray.DataArray` with a CRS."""


@dataclass(frozen=True)
class RasterInput:
    """A raster that GDAL can open.

    Attributes:
        path: Path or URL.
        name: Name in messages and records; for a raster in memory, it changes with the values.
        stem: Stem of the names of its outputs.
        in_memory: Whether only this process can read it.
    """

    path: str
    name: str
    stem: str
    in_memory: bool = False


@contextmanager
def open_input(raster: RasterLike) -> Iterator[RasterInput]:
    """Yield a raster as GDAL opens it, until the context is left.

    Arrays are copied into memory that GDAL reads.

    Args:
        raster: A path, URL, open dataset or array.

    Raises:
        RasterError: If the object is not a raster, its coordinates are not evenly spaced, or a dataset is closed or
            open for writing.
    """
    if isinstance(raster, str | os.PathLike):
        path = os.fspath(raster)
        yield RasterInput(path, path, stem_of(path))
        return
    if isinstance(raster, DatasetReaderBase):
        opened = _open_dataset_input(raster)
    else:
        opened = _write_array(raster if isinstance(raster, ArrayRaster) else from_dataarray(raster))
    with opened as file:
        yield file


@contextmanager
def _open_dataset_input(dataset: Any) -> Iterator[RasterInput]:
    name = str(dataset.name)
    if dataset.closed:
        raise RasterError(f"dataset {name} is closed; pass its path, or open it again")
    if not isinstance(dataset, WarpedVRT) and dataset.mode != "r":
        raise RasterError(f"dataset {name} is open for writing; close it and pass its path")
    if not isinstance(dataset, WarpedVRT) and _is_whole(dataset):
        yield RasterInput(name, name, stem_of(name), in_memory=name.startswith("/vsimem/"))
        return
    # A warped dataset, or one of its overviews, has no name that GDAL opens.
    path = f"/vsimem/{uuid.uuid4()}.vrt"
    try:
        rasterio.shutil.copy(dataset, path, driver="VRT")
    except RasterioError as error:
        raise RasterError(f"dataset {name} cannot be read again ({error}); write it to a file first") from error
    try:
        with rasterio.open(path) as copy:
            facts = repr((strip_credentials(name), copy.shape, tuple(copy.transform), str(copy.crs)))
        yield RasterInput(path, f"{name} {_checksum(facts.encode())}", stem_of(name), in_memory=True)
    finally:
        rasterio.shutil.delete(path, driver="VRT")


def _is_whole(dataset: Any) -> bool:
    """Whether GDAL opens the same raster by the name of a dataset."""
    try:
        with rasterio.open(dataset.name) as again:
            return bool(again.shape == dataset.shape and again.count == dataset.count)
    except RasterioError:
        return False


@contextmanager
def _write_array(raster: ArrayRaster) -> Iterator[RasterInput]:
    values = raster.values if raster.values.ndim == 3 else raster.values[None]
    geobox = raster.geobox
    profile: dict[str, Any] = {
        "driver": "GTiff",
        "dtype": values.dtype.name,
        "count": len(values),
        "height": geobox.height,
        "width": geobox.width,
        "transform": geobox.transform,
        "crs": to_rasterio(geobox.crs),
        "nodata": raster.nodata,
    }
    facts = repr((geobox, raster.nodata, values.dtype, values.shape, raster.descriptions))
    checksum = _checksum(facts.encode(), np.ascontiguousarray(values).data)
    with MemoryFile() as memory:
        try:
            # GDAL would take 8-bit bands for red, green, blue and alpha.
            options = {"photometric": "MINISBLACK", "alpha": "no", "tiled": True, "bigtiff": "if_safer"}
            with memory.open(**profile, **options) as dataset:
                if raster.descriptions:
                    dataset.descriptions = raster.descriptions
                dataset.write(values)
        except (RasterioError, TypeError, ValueError) as error:
            raise RasterError(
                f"{raster.name} of {values.dtype} with nodata {raster.nodata} cannot be passed to GDAL ({error}); "
                "convert it, e.g. to uint8, uint16 or float32"
            ) from error
        yield RasterInput(memory.name, f"{raster.name} {checksum}", stem_of(raster.name), in_memory=True)


def _checksum(*parts: Any) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()[:16]


def from_dataarray(array: Any) -> ArrayRaster:
    """Read an `xarray.DataArray` with the georeference that rioxarray and odc-geo write: a coordinate `spatial_ref`.

    Args:
        array: (y, x) or (band, y, x); other dimensions must have length 1.

    Raises:
        RasterError: If it is not a DataArray, has more dimensions, or its coordinates are not evenly spaced.
    """
    if isinstance(array, np.ndarray):
        raise RasterError("a numpy array has no georeference; pass ArrayRaster(values, geobox)")
    if not all(hasattr(array, part) for part in ("dims", "coords", "encoding", "values")):
        raise RasterError(
            f"{type(array).__name__} is not a raster; pass a path, a URL, an open rasterio dataset, an "
            "xarray.DataArray or an ArrayRaster"
        )
    name = str(array.name or "array")
    y, x = (_find_dimension(array, names) for names in (("y", "latitude", "lat"), ("x", "longitude", "lon")))
    longest = max((dim for dim in array.dims if dim not in (y, x)), key=lambda dim: array.sizes[dim], default=None)
    array = array.squeeze([dim for dim in array.dims if dim not in (y, x, longest) and array.sizes[dim] == 1])
    if array.ndim > 3:
        raise RasterError(f"{name} has dimensions {array.dims}; select one of all but the bands, {y} and {x}")
    array = array.transpose(*(dim for dim in array.dims if dim not in (y, x)), y, x)
    reference = _spatial_reference(array)
    crs = reference.get("crs_wkt") or reference.get("spatial_ref") or array.attrs.get("crs")
    transform = _transform(array, x, y, stated=reference.get("GeoTransform"), name=name)
    geobox = GeoBox((array.sizes[y], array.sizes[x]), transform, crs)
    found = {**array.encoding, **array.attrs}
    nodata = next((found[key] for key in ("_FillValue", "nodata", "missing_value") if found.get(key) is not None), None)
    nodata = None if nodata is None else float(nodata)
    return ArrayRaster(array.values, geobox, nodata, name, _band_names(array))


def _band_names(array: Any) -> tuple[str, ...]:
    """Return the names of the bands: texts as coordinates (stackstac, odc-stac), or `long_name` (rioxarray)."""
    if array.ndim < 3:
        return ()
    coordinates = array.coords[array.dims[0]].values if array.dims[0] in array.coords else ()
    for names in (coordinates, array.attrs.get("long_name", ())):
        if len(names) == array.shape[0] and all(isinstance(name, str) for name in names):
            return tuple(map(str, names))
    return ()


def _find_dimension(array: Any, names: tuple[str, ...]) -> Hashable:
    for name in names:
        if name in array.dims:
            return name
    raise RasterError(f"{array.name or 'array'} has dimensions {array.dims}, none of them {' or '.join(names)}")


def _spatial_reference(array: Any) -> dict[str, Any]:
    """Return the attributes of the coordinate that holds the CRS."""
    names = (array.encoding.get("grid_mapping"), array.attrs.get("grid_mapping"), "spatial_ref", "crs")
    return next((dict(array.coords[name].attrs) for name in names if name in array.coords), {})


def _transform(array: Any, x: Hashable, y: Hashable, *, stated: str | None, name: str) -> Affine:
    """Return the transform of the coordinates of pixel centres; the stated one where it is rotated or they are missing.

    The stated transform alone is not enough: slicing an array changes its coordinates only.
    """
    given = None if stated is None else Affine.from_gdal(*map(float, stated.split()))
    if given is not None and (given.b or given.d):
        return given
    left, across = _axis(array, x, step=None if given is None else given.a, name=name)
    top, down = _axis(array, y, step=None if given is None else given.e, name=name)
    if left is None or top is None:
        return given or Affine.identity()
    return Affine(across, 0, left - across / 2, 0, down, top - down / 2)


def _axis(array: Any, dim: Hashable, *, step: float | None, name: str) -> tuple[float | None, float]:
    """Return the first coordinate of a dimension, None if it has no coordinates, and the distance between them."""
    if dim not in array.coords:
        return None, 1.0
    values = np.asarray(array.coords[dim].values, np.float64)
    if len(values) == 1:
        return (float(values[0]), step) if step else (None, 1.0)
    mean = (values[-1] - values[0]) / (len(values) - 1)
    if mean == 0 or np.abs(values - values[0] - mean * np.arange(len(values))).max() > _STEP_TOLERANCE * abs(mean):
        raise RasterError(f"coordinates {dim} of {name} are not evenly spaced; resample it to a regular grid first")
    return float(values[0]), float(mean)
