"""Convert a GeoPackage to the other vector formats."""

import json
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyogrio.raw
import pyproj
import shapely

from proxyclip_geo.errors import VectorError
from proxyclip_geo.geobox import make_transformer
from proxyclip_geo.vector.formats import Format, shorten_names

_ZOOM_LEVELS = 6
# Metres per pixel at zoom level 0 on the equator.
_EQUATOR_PIXEL = 156_543.03
_BATCH_ROWS = 50_000


def convert(draft: Path, path: Path, form: Format, *, layer: str, crs: pyproj.CRS | None) -> None:
    """Write a layer of a GeoPackage in another format, batch by batch.

    Args:
        draft: The GeoPackage.
        path: File to write.
        form: Its format.
        layer: Name of the layer.
        crs: CRS of the polygons.

    Raises:
        VectorError: If the format cannot hold it.
    """
    info = pyogrio.read_info(draft, layer=layer)
    if not form.driver:
        _write_parquet(draft, path, layer=layer, crs=crs)
        return
    names = shorten_names(list(info["fields"]), form.max_name_length)
    columns = ", ".join(f'"{name}" AS "{short}"' for name, short in names.items())
    sql = f'SELECT "{info.get("geometry_name") or "geom"}", {columns} FROM "{layer.replace(chr(34), chr(34) * 2)}"'
    options = dict(form.dataset_options) | (_zooms(draft, layer=layer) if form.tiles else {})
    source = pyogrio.raw.open_arrow(draft, sql=sql, use_pyarrow=False, batch_size=_BATCH_ROWS)
    with without_crs_warning(), source as (meta, stream):
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
    """Ignore pyogrio's warning of a missing CRS, of which the reader of the labels has warned."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="'crs' was not provided")
        yield


def _zooms(draft: Path, *, layer: str) -> dict[str, str]:
    """Choose seven zoom levels, of which the finest shows polygons of median size."""
    _, _, geometry, _ = pyogrio.raw.read(draft, layer=layer, columns=[], max_features=1000)
    crs = pyogrio.read_info(draft, layer=layer)["crs"]
    shapes = shapely.from_wkb(geometry)
    if not len(shapes) or crs is None:
        return {}
    to_mercator = make_transformer(pyproj.CRS(crs), pyproj.CRS(3857), error=VectorError)
    west, south, east, north = shapely.bounds(
        shapely.transform(shapes, lambda xy: np.column_stack(to_mercator.transform(*xy.T)))
    ).T
    size = float(np.median(np.maximum(east - west, north - south)))
    finest = int(np.clip(math.ceil(math.log2(_EQUATOR_PIXEL / max(size, 1e-3))) + 3, 2, 18))
    return {"MINZOOM": str(max(0, finest - _ZOOM_LEVELS)), "MAXZOOM": str(finest)}


def _write_parquet(draft: Path, path: Path, *, layer: str, crs: pyproj.CRS | None) -> None:
    """Write GeoParquet 1.1 with a bounding box column, row group by row group."""
    import pyarrow as pa
    from pyarrow import parquet

    box = pa.struct([(name, pa.float64()) for name in ("xmin", "ymin", "xmax", "ymax")])
    kinds: set[str] = set()
    total = np.array([np.inf, np.inf, -np.inf, -np.inf])
    with pyogrio.raw.open_arrow(draft, layer=layer, use_pyarrow=True, batch_size=_BATCH_ROWS) as (meta, reader):
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
                "orientation": "counterclockwise",
                "covering": {"bbox": {edge.name: ["bbox", edge.name] for edge in box}},
            }
            if np.isfinite(total).all():
                column["bbox"] = total.tolist()
            geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
            writer.add_key_value_metadata({"geo": json.dumps(geo)})


def _kinds(shapes: Any) -> Iterator[str]:
    ids = set(np.unique(shapely.get_type_id(shapes)).tolist())
    yield from (name for number, name in ((3, "Polygon"), (6, "MultiPolygon")) if number in ids)
