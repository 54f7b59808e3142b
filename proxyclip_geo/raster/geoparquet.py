"""Read GeoParquet, for which the wheels of GDAL have no driver."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
from numpy.typing import NDArray
from pyproj.exceptions import CRSError

from proxyclip_geo.data_files import parse_json
from proxyclip_geo.errors import VectorError
from proxyclip_geo.raster.vector_open import MAX_BYTES
from proxyclip_geo.remedies import Remedy
from proxyclip_geo.validation import PARTIAL, validate

SUFFIXES = (".parquet", ".geoparquet")


@dataclass(frozen=True)
class RawLayer:
    """A layer as it is stored.

    Attributes:
        crs: CRS of the coordinates; None if it has none.
        wkb: (N,) geometries as well-known binaries; None where there is none.
        fields: Names of all columns.
        columns: (N,) values of the columns that were requested.
    """

    crs: pyproj.CRS | None
    wkb: NDArray[np.object_]
    fields: tuple[str, ...]
    columns: Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class _Column:
    __pydantic_config__ = PARTIAL

    encoding: str
    crs: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class _Metadata:
    """The JSON of a file's key `geo`."""

    __pydantic_config__ = PARTIAL

    primary_column: str
    columns: Mapping[str, _Column]


def read_geoparquet(path: str, *, columns: Sequence[str], limit: int, title: str) -> RawLayer:
    """Read the primary geometry and some columns of a GeoParquet file.

    Args:
        path: The file.
        columns: Columns to read, if there are any of that name.
        limit: Most features.
        title: What messages call the file.

    Raises:
        VectorError: If pyarrow is missing, the file is no GeoParquet with WKB, or it has more features or bytes than
            the limits.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise VectorError(
            f"{title} needs pyarrow, which is not installed; give a GeoPackage",
            remedy=Remedy("install-package", {"package": "pyarrow"}),
        ) from error
    try:
        with parquet.ParquetFile(path) as file:
            text = (file.metadata.metadata or {}).get(b"geo")
            if text is None:
                raise VectorError(f"{title} is a Parquet file without geometry; give a GeoParquet")
            size = sum(file.metadata.row_group(number).total_byte_size for number in range(file.num_row_groups))
            if file.metadata.num_rows > limit or size > MAX_BYTES:
                raise VectorError(
                    f"{title} holds {file.metadata.num_rows:,} features of {size:,} bytes, and the limits are "
                    f"{limit:,} and {MAX_BYTES:,}; save those that are needed"
                )
            geometry, crs = _read_metadata(text, title)
            fields = tuple(name for name in file.schema_arrow.names if name != geometry)
            chosen = [name for name in fields if name in columns]
            table = file.read(columns=[geometry, *chosen], use_threads=False)
        values = {name: table[name].to_numpy() for name in chosen}
        wkb = np.array([*table[geometry].cast(pa.binary()).to_pylist(), None], object)[:-1]
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        if isinstance(error, VectorError):
            raise
        raise VectorError(f"{title} cannot be read ({error}); give a GeoPackage") from error
    return RawLayer(crs, wkb, fields, values)


def _read_metadata(text: bytes, title: str) -> tuple[str, pyproj.CRS | None]:
    """Return the name of the primary geometry and its CRS."""
    source = f"the metadata of {title}"
    values = parse_json(text.decode(errors="replace"), error=VectorError, source=source)
    found = validate(_Metadata, values, error=VectorError, source=source)
    column = found.columns.get(found.primary_column)
    if column is None or column.encoding != "WKB":
        raise VectorError(f"{title} holds no geometry as WKB, which is the encoding that is read; give a GeoPackage")
    if column.crs is None:
        is_given = "crs" in values["columns"][found.primary_column]
        return found.primary_column, None if is_given else pyproj.CRS("OGC:CRS84")
    try:
        return found.primary_column, pyproj.CRS.from_json_dict(dict(column.crs))
    except CRSError as error:
        raise VectorError(f"{source}: the CRS cannot be read ({error}); give a GeoPackage") from error


def is_geoparquet(path: str) -> bool:
    """Return whether a file is called a GeoParquet."""
    return Path(path).suffix.lower() in SUFFIXES
