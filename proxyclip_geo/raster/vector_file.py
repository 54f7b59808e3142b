"""Read vector files from outside: one layer of an accepted format, within limits, from this machine or by download."""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import CRSError

from proxyclip_geo.errors import AreaError, VectorError, change_filters, warn_quality
from proxyclip_geo.raster.geoparquet import RawLayer, is_geoparquet, read_geoparquet
from proxyclip_geo.raster.vector_open import FORMATS, join_names, open_vector_file
from proxyclip_geo.references import split_layer
from proxyclip_geo.validation import suggest

Geometries: TypeAlias = NDArray[np.object_]

MAX_LAYERS = 1000
"""Most layers of a file."""
MAX_FEATURES = 1_000_000
"""Most features of a layer."""
MAX_VERTICES = 5_000_000
"""Most vertices of a layer."""
MAX_COORDINATE = 1e12
"""Largest coordinate, in the units of the CRS."""

DRIVERS = (
    *("GPKG", "ESRI Shapefile", "GeoJSON", "GeoJSONSeq", "FlatGeobuf", "KML", "LIBKML", "GML", "GPX", "TopoJSON"),
    *("ESRIJSON", "JSONFG", "OpenFileGDB", "SQLite", "MapInfo File", "DXF", "DGN", "CSV", "OGR_VRT"),
)
"""GDAL's drivers of the formats that are read."""
_READING = {
    # A file contacts no host, e.g. for its CRS or schema: requests go to a port without server.
    "GDAL_HTTP_PROXY": "http://127.0.0.1:9",
    "ALLOW_OGR_SQL_FUNCTIONS_FROM_TRIGGER_AND_VIEW": "NO",
    "OGR_GEOJSON_MAX_OBJ_SIZE": "200",
}
_DIMENSIONS = (("point", 0), ("line", 1), ("curve", 1), ("polygon", 2), ("surface", 2))
_SURFACES = {15: "polyhedral surface", 16: "TIN", 17: "triangle"}


_DEGREES = frozenset({"lon", "longitude"})
_POINT_COLUMNS = {
    "X_POSSIBLE_NAMES": "x,easting,lon,longitude",
    "Y_POSSIBLE_NAMES": "y,northing,lat,latitude",
}
"""Names of the columns of a CSV file with the coordinates of points."""


@dataclass(frozen=True)
class VectorLayer:
    """The features of a layer.

    Attributes:
        name: The file, as given.
        crs: CRS of the coordinates; None if the layer has none.
        geometry: (N,) shapely geometries in two dimensions; None where there is none.
        fields: Names of all columns.
        columns: (N,) values of the columns that were requested.
    """

    name: str
    crs: pyproj.CRS | None
    geometry: Geometries
    fields: tuple[str, ...] = ()
    columns: Mapping[str, NDArray[Any]] = field(default_factory=dict)


def read_layer(
    name: str | Path,
    *,
    what: str,
    counts: Callable[[Geometries], NDArray[np.bool_]],
    columns: Sequence[str] = (),
    limit: int = MAX_FEATURES,
) -> VectorLayer:
    """Read the layer that is named, or the only one with features that count.

    Args:
        name: File, URL or archive, and perhaps the layer, as QGIS writes it (`a.gpkg|layername=b`).
        what: What messages call the file, e.g. "area of interest".
        counts: Returns (N,) True for the geometries that count.
        columns: Columns to read, if there are any of that name.
        limit: Most features.

    Raises:
        VectorError: If the file cannot be read, several layers count, or a limit is exceeded.
        AreaError: If no feature counts.

    Warns:
        QualityWarning: If some shapes are broken.
    """
    text, options = (str(name), {}) if _exists(str(name)) else split_layer(name)
    title = f"{what} {name}"
    found: dict[str, VectorLayer] = {}
    with open_vector_file(text, title) as path, _settings():
        for layer in _choose_layers(path, options, title=title):
            read = _read(path, layer, columns=columns, limit=limit, title=title, options=options)
            if counts(read.geometry).any():
                found[layer] = replace(read, name=str(name))
    if len(found) > 1:
        raise VectorError(
            f"{title} has {len(found)} layers that could be meant: {join_names(found)}; name one: {text}|layername="
            f"{next(iter(found))}"
        )
    if not found:
        raise AreaError(f"{title} holds no {'polygon' if what.startswith('area') else 'shape'}; give a file with one")
    return next(iter(found.values()))


def _exists(name: str) -> bool:
    try:
        return Path(name).exists()
    except (OSError, ValueError):
        return False


def _is_table(path: str) -> bool:
    return path.lower().endswith(".csv")


@contextmanager
def _settings() -> Iterator[None]:
    """Set GDAL's settings for reading, and ignore its warnings."""
    import pyogrio

    before = {key: pyogrio.get_gdal_config_option(key) for key in _READING}
    pyogrio.set_gdal_config_options(_READING)
    try:
        with change_filters():
            warnings.simplefilter("ignore", RuntimeWarning)
            yield
    finally:
        pyogrio.set_gdal_config_options(before)


def _choose_layers(path: str, options: Mapping[str, str], *, title: str) -> Sequence[str]:
    """Return the layer that the options name, or all layers that have a geometry."""
    unknown = sorted(set(options) - {"layername", "layerid", "geometrytype", "uniquegeometrytype"})
    if unknown:
        raise VectorError(f"{title}: '{unknown[0]}' is not supported; save the features that are needed to a file")
    import pyogrio

    try:
        found = [(Path(path).stem, "")] if is_geoparquet(path) else pyogrio.list_layers(path)
        layers = [(str(layer), kind) for layer, kind in found]
    except (RuntimeError, OSError, ValueError) as error:
        # GDAL adds how to name a driver, which no option takes.
        reason = str(error).partition("; It might help")[0].rstrip(".")
        raise VectorError(f"{title} cannot be read ({reason}); give a {FORMATS}") from error
    names = [layer for layer, _ in layers]
    if len(names) > MAX_LAYERS:
        raise VectorError(f"{title} has {len(names)} layers, and the limit is {MAX_LAYERS}")
    wanted = options.get("layername")
    if wanted is None and "layerid" in options:
        number = options["layerid"]
        wanted = dict(zip(map(str, range(len(names))), names, strict=True)).get(number, number)
    if wanted is None:
        return [layer for layer, kind in layers if kind is not None or _is_table(path)]
    if wanted not in names:
        raise VectorError(
            f"{title} has no layer '{wanted}'{suggest(wanted, names)}; there are: {join_names(names) or 'none'}"
        )
    return [wanted]


def _read(
    path: str, layer: str, *, columns: Sequence[str], limit: int, title: str, options: Mapping[str, str]
) -> VectorLayer:
    read = read_geoparquet if is_geoparquet(path) else partial(_read_gdal, layer=layer)
    raw = read(path, columns=columns, limit=limit, title=title)
    geometry, values = _parse(raw.wkb, title), raw.columns
    kind = options.get("geometrytype", "").lower()
    if kind:
        dimension = next((number for word, number in _DIMENSIONS if word in kind), None)
        keep = np.array([item is not None and shapely.get_dimensions(item) == dimension for item in geometry], bool)
        geometry, values = geometry[keep], {name: value[keep] for name, value in values.items()}
    return VectorLayer(title, raw.crs, geometry, raw.fields, values)


def _read_gdal(path: str, *, layer: str, columns: Sequence[str], limit: int, title: str) -> RawLayer:
    # Loaded late: pyogrio takes memory that tracing polygons needs.
    import pyogrio.raw

    try:
        info = pyogrio.read_info(path, layer=layer)
        if info["driver"] not in DRIVERS:
            raise VectorError(f"{title} has the format {info['driver']}, which is not read; give a {FORMATS}")
        fields = tuple(map(str, info["fields"]))
        chosen = [name for name in fields if name in columns]
        meta, _, wkb, values = pyogrio.raw.read(
            path,
            layer=layer,
            columns=chosen,
            force_2d=True,
            max_features=limit + 1,
            **(_POINT_COLUMNS if _is_table(path) else {}),
        )
        crs = None if meta["crs"] is None else pyproj.CRS.from_user_input(meta["crs"])
        if crs is None and _is_table(path) and _DEGREES & {name.casefold() for name in fields}:
            crs = pyproj.CRS("OGC:CRS84")
    except (RuntimeError, OSError, ValueError, CRSError) as error:
        if isinstance(error, VectorError):
            raise
        raise VectorError(f"{title} cannot be read ({error}); give a {FORMATS}") from error
    if wkb is None:
        wkb = np.zeros(0, object)
    if len(wkb) > limit:
        raise VectorError(f"{title} holds more than {limit:,} features, the limit; save those that are needed")
    return RawLayer(crs, wkb, fields, dict(zip(map(str, meta["fields"]), values, strict=True)))


def _parse(wkb: Geometries, title: str) -> Geometries:
    """Return the geometries of well-known binaries, within limits."""
    size = sum(map(len, filter(None, wkb))) // 16
    if size > 2 * MAX_VERTICES:
        raise _too_many_vertices(size, title)
    geometry = np.asarray(shapely.force_2d(shapely.from_wkb(wkb, on_invalid="ignore")), object).reshape(-1)
    broken = [number for number, (item, raw) in enumerate(zip(geometry, wkb, strict=True), 1) if raw and item is None]
    for number in broken:
        raw = bytes(wkb[number - 1])
        code = int.from_bytes(raw[1:5], "little" if raw[0] else "big") % 1000
        if code in _SURFACES:
            raise VectorError(
                f"{title}: feature {number} is a {_SURFACES[code]}, which is not read; convert it to "
                "polygons, e.g. in QGIS"
            )
    if len(broken) == len(wkb) > 0:
        raise VectorError(f"{title} holds broken shapes only, e.g. rings of one point; repair it, e.g. in QGIS")
    if broken:
        warn_quality(
            f"{title}: {len(broken)} broken shapes are ignored, e.g. feature {broken[0]}; a ring needs 4 points"
        )
    count = int(shapely.get_num_coordinates(geometry).sum())
    if count > MAX_VERTICES:
        raise _too_many_vertices(count, title)
    xy, owner = shapely.get_coordinates(geometry, return_index=True)
    # Also false for NaN.
    far = np.flatnonzero(~(np.abs(xy) <= MAX_COORDINATE).all(axis=1))
    if len(far):
        x, y = xy[far[0]]
        raise VectorError(
            f"{title}: feature {owner[far[0]] + 1} has the coordinates {x:.6g}, {y:.6g}, and the limit is "
            f"{MAX_COORDINATE:g}; correct or remove it"
        )
    return geometry


def _too_many_vertices(count: int, title: str) -> VectorError:
    return VectorError(f"{title} has {count:,} vertices, and the limit is {MAX_VERTICES:,}; simplify it")
