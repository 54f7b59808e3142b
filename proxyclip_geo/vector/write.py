"""Polygon layers on disk: streamed into a hidden draft, and only a whole file gets its final name."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
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
from proxyclip_geo.vector.batch import PolygonBatch, Polygons
from proxyclip_geo.vector.convert import convert, without_crs_warning
from proxyclip_geo.vector.formats import STALE, Format, check_crs, check_size, check_target
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
    aside: Path,
    layer: str,
    by_class: bool = False,
    overwrite: bool = True,
    style_qml: str | None = None,
    style_sld: Callable[[str], str] | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> Path:
    """Write polygons in the format that the suffix names, batch by batch; an older file is replaced in one step.

    Args:
        polygons: Batches of polygons.
        path: `.gpkg`, `.shp`, `.geojson` (in WGS 84, as RFC 7946 asks), `.fgb`, `.parquet`, `.pmtiles` or `.mbtiles`.
        aside: Folder to make for the draft, on the disk of `path`; it is not removed.
        layer: Name of the layer (a Shapefile's is its file name).
        by_class: Whether every class gets a layer of its own, with the class's name; GeoPackage only.
        overwrite: Whether a file that stands there may be replaced.
        style_qml: QGIS style of the layer: inside a GeoPackage, otherwise beside the file as `<stem>.qml`.
        style_sld: Makes the OGC style of a layer from the layer's name; likewise.
        metadata: What to record about the run, by key, in a GeoPackage only. Values that are no strings become JSON.
            `WRITTEN` is added: the time that the layers bear as long as nobody edits them.

    Returns:
        The path.

    Raises:
        VectorError: If the suffix is unknown, or the format cannot hold these polygons.
        OutputError: If the file is there and may not be replaced, is open elsewhere, or cannot be written.
    """
    form = check_target(path, overwrite=overwrite)
    check_crs(path, form, polygons.crs)
    if by_class and form.driver != "GPKG":
        raise VectorError(f"'{path}' holds one layer; a layer a class needs a GeoPackage: write .gpkg")
    try:
        # In a folder of its own, side files keep their names.
        aside.mkdir()
        draft = aside / path.name
        package = draft if form.driver == "GPKG" else aside / "draft.gpkg"
        with _fixed_time() as now:
            about = {**metadata, WRITTEN: now} if metadata else {}
            layers = _write_package(polygons, package, path, form, layer=layer, by_class=by_class, metadata=about)
        if package != draft:
            convert(package, draft, form, layer=layer, crs=polygons.crs)
            package.unlink()
        _add_style(draft, layers=layers, qml=style_qml, sld=style_sld)
        _move_into_place(draft, path)
    except _WRITE_ERRORS as error:
        if isinstance(error, VectorError):
            raise
        # What GDAL says about a full disk is none of these.
        if isinstance(error, CRSError | FieldError | GeometryError):
            raise OutputError(f"cannot write '{path}': {error}") from error
        raise write_error(path, error) from error
    return path


def _write_package(
    polygons: Polygons,
    draft: Path,
    path: Path,
    form: Format,
    *,
    layer: str,
    by_class: bool,
    metadata: Mapping[str, Any],
) -> tuple[str, ...]:
    """Stream polygons into a GeoPackage, and make sure that all of them arrived; return the layers."""
    sent: dict[str, int] = {}
    vertices = 0
    for batch in polygons:
        vertices += int(shapely.get_num_coordinates(batch.geometry).sum())
        check_size(path, form, vertices, sum(sent.values()))
        for name, part in _split(batch, layer, by_class=by_class):
            _append(part, draft, polygons, layer=name, is_new=name not in sent, metadata=metadata)
            sent[name] = sent.get(name, 0) + len(part.geometry)
    if form.driver == "PMTiles" and not any(sent.values()):
        raise VectorError(f"there are no polygons, and '{path}' cannot hold a map without any: write .gpkg")
    for name, count in sent.items():
        written = pyogrio.read_info(draft, layer=name, force_feature_count=True)["features"]
        if written != count:
            raise OSError(f"only {written} of {count} polygons arrived")
    return tuple(sent)


@contextmanager
def _fixed_time() -> Iterator[str]:
    """Let GDAL date all that it writes with one time, which is yielded."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": now})
    try:
        yield now
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _split(batch: PolygonBatch, layer: str, *, by_class: bool) -> Iterator[tuple[str, PolygonBatch]]:
    """Yield a batch by layer."""
    if not by_class or not len(batch.geometry):
        yield layer, batch
        return
    labels = batch.columns["label"]
    for label in np.unique(labels):
        part = batch.take(np.flatnonzero(labels == label))
        yield str(part.columns["class"][0]), part


def _append(
    batch: PolygonBatch, draft: Path, polygons: Polygons, *, layer: str, is_new: bool, metadata: Mapping[str, Any]
) -> None:
    """Add a batch to a layer."""
    columns = {name: np.asarray(values) for name, values in batch.columns.items()}
    nulls = [np.isnan(values) if values.dtype.kind == "f" else None for values in columns.values()]
    geometry = batch.geometry
    kind = "MultiPolygon" if polygons.multipart else "Polygon"
    with without_crs_warning():
        pyogrio.raw.write(
            draft,
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
            dataset_options={"VERSION": "1.2"} if not draft.exists() else None,
            layer_metadata={key: _as_text(value) for key, value in metadata.items()} if metadata and is_new else None,
        )


def _as_text(value: Any) -> str:
    """Return a string as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _add_style(draft: Path, *, layers: tuple[str, ...], qml: str | None, sld: Callable[[str], str] | None) -> None:
    """Put styles where programs find them: in a GeoPackage, else beside the file."""
    if draft.suffix.lower() == ".gpkg":
        for layer in layers if qml or sld else ():
            embed_style(draft, layer=layer, qml=qml, sld=sld(layer) if sld else None)
        return
    for suffix, text in ((".qml", qml), (".sld", sld(layers[0]) if sld else None)):
        if text:
            draft.with_suffix(suffix).write_text(text, encoding="utf-8")


def _move_into_place(draft: Path, path: Path) -> None:
    """Give a whole draft its final name; the file itself goes last, so that it finds its side files there."""
    sides = sorted(side for side in draft.parent.iterdir() if side != draft)
    kept = {side.name for side in sides}
    stale = (
        path.with_name(path.name + end) if end.startswith("-") else path.with_suffix(end)
        for end in STALE.get(path.suffix.lower(), ())
    )
    publish([*sides, draft], path.parent, stale=[old for old in stale if old.name not in kept])
