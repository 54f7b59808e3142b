"""The vector formats, and how each is written from a GeoPackage."""

import json
import math
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyogrio.raw
import pyproj
import shapely

from proxyclip_geo.errors import VectorError


@dataclass(frozen=True)
class Format:
    """How a vector format is written.

    Attributes:
        driver: GDAL's name of it; empty for GeoParquet, which pyarrow writes.
        dataset_options: GDAL's dataset creation options.
        layer_options: GDAL's layer creation options.
        longest_name: Longest column name that it holds.
        needs_crs: Whether it is in a CRS of its own, so that polygons without one cannot be written.
        tiles: Whether it holds map tiles.
    """

    driver: str
    dataset_options: Mapping[str, str] = field(default_factory=dict)
    layer_options: Mapping[str, str] = field(default_factory=dict)
    longest_name: int = 255
    needs_crs: bool = False
    tiles: bool = False


FORMATS: Mapping[str, Format] = {
    # GDAL's default, 1.4, makes the GDAL of many a QGIS in use warn.
    ".gpkg": Format("GPKG", {"VERSION": "1.2"}),
    ".shp": Format("ESRI Shapefile", layer_options={"ENCODING": "UTF-8", "2GB_LIMIT": "YES"}, longest_name=10),
    # Eight decimals of a degree are a millimetre; the driver's seven would move the edges of drone pixels.
    ".geojson": Format("GeoJSON", layer_options={"RFC7946": "YES", "COORDINATE_PRECISION": "8"}, needs_crs=True),
    ".fgb": Format("FlatGeobuf"),
    ".parquet": Format(""),
    ".pmtiles": Format("PMTiles", needs_crs=True, tiles=True),
    ".mbtiles": Format("MBTiles", needs_crs=True, tiles=True),
}
SUFFIXES = tuple(FORMATS)
"""File name suffixes that `write_polygons` knows."""

_SHAPEFILE_BYTES = 2**31 - 1
_SHORT_NAMES = {"perimeter_m": "perim_m"}
_ZOOM_LEVELS = 6
_EQUATOR_PIXEL = 156_543.03
_ROWS_AT_ONCE = 50_000


def format_of(path: Path) -> Format:
    """Look up the format of a path by its suffix.

    Raises:
        VectorError: If the suffix is unknown, or what the format needs is not installed.
    """
    try:
        form = FORMATS[path.suffix.lower()]
    except KeyError:
        raise VectorError(
            f"'{path}' has no vector suffix that is known ('{path.suffix}'): use one of {', '.join(SUFFIXES)}"
        ) from None
    if not form.driver and find_spec("pyarrow") is None:
        raise VectorError(f"'{path}' needs pyarrow, which is not installed: run `pip install pyarrow`, or write .gpkg")
    return form


def check_crs(path: Path, form: Format, crs: pyproj.CRS | None) -> None:
    """Raise a VectorError if the format cannot hold polygons without a CRS, and they have none."""
    if form.needs_crs and crs is None:
        raise VectorError(
            f"'{path}' cannot hold polygons without a CRS, as {form.driver} is in degrees or in Web Mercator: "
            "write .gpkg, or give the raster a CRS"
        )


def convert(draft: Path, path: Path, form: Format, *, layer: str, crs: pyproj.CRS | None) -> None:
    """Write the layer of a GeoPackage in another format, a batch at a time.

    Raises:
        VectorError: If the format cannot hold it.
    """
    info = pyogrio.read_info(draft, layer=layer)
    if not form.driver:
        _write_parquet(draft, path, layer=layer, crs=crs)
        return
    names = short_names(list(info["fields"]), form.longest_name)
    columns = ", ".join(f'"{name}" AS "{short}"' for name, short in names.items())
    sql = f'SELECT "{info.get("geometry_name") or "geom"}", {columns} FROM "{layer.replace(chr(34), chr(34) * 2)}"'
    options = dict(form.dataset_options) | (_zooms(draft, layer=layer) if form.tiles else {})
    reading = pyogrio.raw.open_arrow(draft, sql=sql, use_pyarrow=False, batch_size=_ROWS_AT_ONCE)
    with without_crs_warning(), reading as (meta, stream):
        pyogrio.raw.write_arrow(
            stream,
            path,
            layer=path.stem if form.driver == "ESRI Shapefile" else layer,
            driver=form.driver,
            geometry_name=meta["geometry_name"],
            geometry_type=info["geometry_type"],
            crs=None if crs is None else crs.to_wkt(),
            dataset_options=options,
            layer_options=dict(form.layer_options),
        )


@contextmanager
def without_crs_warning() -> Iterator[None]:
    """Silence pyogrio's: whoever made the labels has already said that they have no CRS."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="'crs' was not provided")
        yield


def check_size(path: Path, form: Format, vertices: int, polygons: int) -> None:
    """Raise a VectorError where a Shapefile would pass 2 GB."""
    size = 16 * vertices + 60 * polygons
    if form.driver == "ESRI Shapefile" and size > _SHAPEFILE_BYTES:
        raise VectorError(
            f"'{path}' would take {size / 2**30:.1f} GiB, and a Shapefile holds 2: write .gpkg, or generalise with "
            "--min-area and --simplify"
        )


def short_names(names: list[str], longest: int) -> dict[str, str]:
    """Shorten column names to a format's limit; what would be the same gets a number."""
    short: dict[str, str] = {}
    for name in names:
        wanted = name if len(name) <= longest else _SHORT_NAMES.get(name, name)[:longest]
        number = 1
        while wanted.lower() in {taken.lower() for taken in short.values()}:
            number += 1
            wanted = f"{name[: longest - len(str(number))]}{number}"
        short[name] = wanted
    return short


def _zooms(draft: Path, *, layer: str) -> dict[str, str]:
    """Choose zoom levels: the finest shows the smallest polygons, six above it the whole."""
    _, _, geometry, _ = pyogrio.raw.read(draft, layer=layer, columns=[], max_features=1000)
    crs = pyogrio.read_info(draft, layer=layer)["crs"]
    shapes = shapely.from_wkb(geometry)
    if not len(shapes) or crs is None:
        return {}
    down = pyproj.Transformer.from_crs(crs, 3857, always_xy=True)
    west, south, east, north = shapely.bounds(
        shapely.transform(shapes, lambda xy: np.column_stack(down.transform(*xy.T)))
    ).T
    size = float(np.median(np.maximum(east - west, north - south)))
    finest = int(np.clip(math.ceil(math.log2(_EQUATOR_PIXEL / max(size, 1e-3))) + 3, 2, 18))
    return {"MINZOOM": str(max(0, finest - _ZOOM_LEVELS)), "MAXZOOM": str(finest)}


def _write_parquet(draft: Path, path: Path, *, layer: str, crs: pyproj.CRS | None) -> None:
    """Write GeoParquet 1.1 with a bounding box column, a row group at a time."""
    import pyarrow as pa
    from pyarrow import parquet

    box = pa.struct([(name, pa.float64()) for name in ("xmin", "ymin", "xmax", "ymax")])
    kinds: set[str] = set()
    total = np.array([np.inf, np.inf, -np.inf, -np.inf])
    with pyogrio.raw.open_arrow(draft, layer=layer, use_pyarrow=True, batch_size=_ROWS_AT_ONCE) as (meta, reader):
        name = meta["geometry_name"] or "wkb_geometry"
        fields = [part for part in reader.schema if part.name != name]
        schema = pa.schema([*fields, pa.field("geometry", pa.binary()), pa.field("bbox", box)])
        with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
            for batch in reader:
                geometry = batch.column(batch.schema.get_field_index(name)).cast(pa.binary())
                shapes = shapely.from_wkb(np.asarray(geometry.to_pylist(), dtype=object))
                kinds |= {shape.geom_type for shape in shapes[:1]} | set(_kinds(shapes))
                bounds = shapely.bounds(shapes).reshape(-1, 4)
                if len(bounds):
                    total = np.concatenate(
                        (np.minimum(total[:2], bounds[:, :2].min(0)), np.maximum(total[2:], bounds[:, 2:].max(0)))
                    )
                boxes = pa.StructArray.from_arrays([pa.array(edge) for edge in bounds.T], fields=list(box))
                arrays = [batch.column(batch.schema.get_field_index(part.name)) for part in fields]
                writer.write_batch(pa.record_batch([*arrays, geometry, boxes], schema=schema))
            column: dict[str, Any] = {
                "encoding": "WKB",
                "geometry_types": sorted(kinds),
                "crs": None if crs is None else crs.to_json_dict(),
                "covering": {"bbox": {edge.name: ["bbox", edge.name] for edge in box}},
            }
            if np.isfinite(total).all():
                column["bbox"] = total.tolist()
            geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
            writer.add_key_value_metadata({"geo": json.dumps(geo)})


def _kinds(shapes: Any) -> Iterator[str]:
    ids = set(np.unique(shapely.get_type_id(shapes)).tolist())
    yield from (name for number, name in ((3, "Polygon"), (6, "MultiPolygon")) if number in ids)
