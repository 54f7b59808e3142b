"""Write polygons as vector layers: batch by batch into a staging folder, then moved to the path in one step."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyogrio.raw
import shapely
from pyogrio.errors import CRSError, DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from proxyclip_geo.errors import OutputError, VectorError
from proxyclip_geo.files import publish, write_error
from proxyclip_geo.raster.styles import ClassStyle, polygon_qml, polygon_sld
from proxyclip_geo.vector.batch import PolygonBatch, Polygons
from proxyclip_geo.vector.convert import convert, without_crs_warning
from proxyclip_geo.vector.formats import SIDE_SUFFIXES, check_format, check_size, check_target, format_of
from proxyclip_geo.vector.geopackage import embed_style
from proxyclip_geo.vector.provenance import WRITTEN

_WRITE_ERRORS = (
    OSError,
    sqlite3.Error,
    CRSError,
    DataLayerError,
    DataSourceError,
    FeatureError,
    FieldError,
    GeometryError,
)


def write_polygons(
    polygons: Polygons,
    path: Path,
    *,
    staging: Path,
    by_class: bool = False,
    classes: Sequence[ClassStyle] | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> Path:
    """Write polygons in the format of the path's suffix, batch by batch; an older file is replaced in one step.

    The layer has the stem of the path as its name.

    Args:
        polygons: Batches of polygons.
        path: `.gpkg`, `.shp`, `.geojson` (in WGS 84 by RFC 7946), `.fgb`, `.parquet`, `.pmtiles` or `.mbtiles`.
        staging: Folder to create for the unfinished file, on the disk of `path`; it is not removed.
        by_class: Whether each class is a layer with the class's name; GeoPackage only.
        classes: Classes of the style (QML and SLD), inside a GeoPackage or beside other files; None for no style.
        metadata: Metadata of the layers by key, in a GeoPackage only. Values that are not strings become JSON.
            `WRITTEN`, the time of the layers' last change, is added.

    Returns:
        The path.

    Raises:
        VectorError: If the suffix is unknown, or the format cannot hold these polygons.
        OutputError: If the file is open in another program, or cannot be written.
    """
    form = check_target(path, overwrite=True)
    check_format(path, by_class=by_class, crs=polygons.crs)
    try:
        # In a folder of their own, side files have their final names.
        staging.mkdir()
        draft = staging / path.name
        package = draft if form.driver == "GPKG" else staging / "draft.gpkg"
        with _fixed_time() as now:
            layer_metadata = {**metadata, WRITTEN: now} if metadata else {}
            layers = _write_package(polygons, package, path=path, by_class=by_class, metadata=layer_metadata)
        if package != draft:
            convert(package, draft, form, layer=path.stem, crs=polygons.crs)
            package.unlink()
        if classes is not None:
            _write_styles(draft, layers, classes)
        _publish(draft, path)
    except _WRITE_ERRORS as error:
        if isinstance(error, VectorError):
            raise
        # GDAL's errors about a full disk are not among these.
        if isinstance(error, CRSError | FieldError | GeometryError):
            raise OutputError(f"cannot write '{path}': {error}") from error
        raise write_error(path, error) from error
    return path


def _write_package(
    polygons: Polygons, package: Path, *, path: Path, by_class: bool, metadata: Mapping[str, Any]
) -> tuple[str, ...]:
    """Write polygons to a GeoPackage, check their number, and return the layers.

    Args:
        polygons: Batches of polygons.
        package: The GeoPackage to create.
        path: The file that it becomes, whose format has limits.
        by_class: Whether each class is a layer with the class's name.
        metadata: Metadata of the layers by key.
    """
    form = format_of(path)
    counts: dict[str, int] = {}
    vertices = 0
    for batch in polygons:
        vertices += int(shapely.get_num_coordinates(batch.geometry).sum())
        check_size(path, form, vertices, sum(counts.values()))
        for name, part in _split_by_class(batch) if by_class and len(batch.geometry) else [(path.stem, batch)]:
            _append(part, package, polygons, layer=name, is_new=name not in counts, metadata=metadata)
            counts[name] = counts.get(name, 0) + len(part.geometry)
    if form.driver == "PMTiles" and not any(counts.values()):
        raise VectorError(f"there are no polygons, and '{path}' cannot hold a map without any: write .gpkg")
    for name, count in counts.items():
        written = pyogrio.read_info(package, layer=name, force_feature_count=True)["features"]
        if written != count:
            raise OSError(f"only {written} of {count} polygons were written")
    return tuple(counts)


@contextmanager
def _fixed_time() -> Iterator[str]:
    """Set the time that GDAL writes into files, and yield it."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": now})
    try:
        yield now
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _split_by_class(batch: PolygonBatch) -> Iterator[tuple[str, PolygonBatch]]:
    """Yield the name and the polygons of each class."""
    labels = batch.columns["label"]
    for label in np.unique(labels):
        part = batch.take(np.flatnonzero(labels == label))
        yield str(part.columns["class"][0]), part


def _append(
    batch: PolygonBatch, package: Path, polygons: Polygons, *, layer: str, is_new: bool, metadata: Mapping[str, Any]
) -> None:
    """Append a batch to a layer."""
    columns = {name: np.asarray(values) for name, values in batch.columns.items()}
    nulls = [np.isnan(values) if values.dtype.kind == "f" else None for values in columns.values()]
    geometry = batch.geometry
    kind = "MultiPolygon" if polygons.multipart else "Polygon"
    with without_crs_warning():
        pyogrio.raw.write(
            package,
            np.asarray(shapely.to_wkb(geometry), dtype=object),
            list(columns.values()),
            list(columns),
            nulls,
            layer=layer,
            driver="GPKG",
            geometry_type=kind,
            crs=None if polygons.crs is None else polygons.crs.to_wkt(),
            promote_to_multi=polygons.multipart,
            append=not is_new,
            dataset_options={"VERSION": "1.2"} if not package.exists() else None,
            layer_metadata={key: _as_text(value) for key, value in metadata.items()} if metadata and is_new else None,
        )


def _as_text(value: Any) -> str:
    """Return a string unchanged and other values as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _write_styles(draft: Path, layers: Sequence[str], classes: Sequence[ClassStyle]) -> None:
    """Write the default styles of the layers into a GeoPackage, or beside another file."""
    qml = polygon_qml(classes)
    if draft.suffix.lower() == ".gpkg":
        for layer in layers:
            embed_style(draft, layer=layer, qml=qml, sld=polygon_sld(classes, layer=layer))
        return
    draft.with_suffix(".qml").write_text(qml, encoding="utf-8")
    draft.with_suffix(".sld").write_text(polygon_sld(classes, layer=layers[0]), encoding="utf-8")


def _publish(draft: Path, path: Path) -> None:
    """Move a file to its path after its side files, and remove stale side files."""
    sides = sorted(side for side in draft.parent.iterdir() if side != draft)
    names = {side.name for side in sides}
    stale = (
        path.with_name(path.name + end) if end.startswith("-") else path.with_suffix(end)
        for end in SIDE_SUFFIXES.get(path.suffix.lower(), ())
    )
    publish([*sides, draft], path.parent, stale=[old for old in stale if old.name not in names])
