"""Polygon layers on disk: written aside, and only a whole file gets its final name."""

import json
import os
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
from pyogrio.errors import CRSError, DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from proxyclip_geo.errors import OutputError, VectorError
from proxyclip_geo.vector.geopackage import embed_style


@dataclass(frozen=True)
class _Format:
    """How a vector format is written.

    Attributes:
        driver: GDAL's name of it; empty for GeoParquet, which geopandas writes.
        dataset_options: GDAL's dataset creation options.
        layer_options: GDAL's layer creation options.
        longest_name: Longest column name that it holds.
    """

    driver: str
    dataset_options: Mapping[str, str] = field(default_factory=dict)
    layer_options: Mapping[str, str] = field(default_factory=dict)
    longest_name: int = 255


_FORMATS: Mapping[str, _Format] = {
    # GDAL's default, 1.4, makes the GDAL of many a QGIS in use warn.
    ".gpkg": _Format("GPKG", {"VERSION": "1.2"}),
    ".shp": _Format("ESRI Shapefile", layer_options={"ENCODING": "UTF-8"}, longest_name=10),
    # Eight decimals of a degree are a millimetre; the driver's seven would move the edges of drone pixels.
    ".geojson": _Format("GeoJSON", layer_options={"RFC7946": "YES", "COORDINATE_PRECISION": "8"}),
    ".fgb": _Format("FlatGeobuf"),
    ".parquet": _Format(""),
}
SUFFIXES = tuple(_FORMATS)
"""File name suffixes that `write_polygons` knows."""

# Left behind by another program, these would be taken for parts of the new file.
_STALE = {
    ".gpkg": ("-wal", "-shm", "-journal"),
    ".shp": (".shx", ".dbf", ".prj", ".cpg", ".qix", ".sbn", ".sbx", ".qpj"),
}
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
    frame: gpd.GeoDataFrame,
    path: Path,
    *,
    layer: str,
    style_qml: str | None = None,
    style_sld: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> Path:
    """Write polygons in the format that the suffix names; a file that stands there is replaced in one step.

    Args:
        frame: Polygons, as `polygonize` returns them; it may be empty.
        path: `.gpkg`, `.shp`, `.geojson` (in WGS 84, as RFC 7946 asks), `.fgb` or `.parquet`.
        layer: Name of the layer (a Shapefile's is its file name).
        style_qml: QGIS style of the layer: inside a GeoPackage, otherwise beside the file as `<stem>.qml`.
        style_sld: OGC style of the layer, likewise.
        metadata: What to record about the run, by key, in a GeoPackage only. Values that are no strings become JSON.

    Returns:
        The path.

    Raises:
        VectorError: If the suffix is unknown, or the format cannot hold these polygons.
        OutputError: If the file cannot be written.
    """
    path = Path(path)
    form = _format_of(path)
    _check_fits(frame, path, form)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A hidden folder beside the target: on one file system a move is atomic; and side files keep their names.
        aside = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent))
    except OSError as error:
        raise _cannot_write(path, error) from error
    try:
        draft = aside / path.name
        _write(frame, draft, form=form, layer=layer, metadata=metadata or {})
        _add_style(draft, layer=layer, qml=style_qml, sld=style_sld)
        _move_into_place(draft, path)
    except _WRITE_ERRORS as error:
        raise _cannot_write(path, error) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return path


def _format_of(path: Path) -> _Format:
    """Look up the format of a path by its suffix."""
    try:
        return _FORMATS[path.suffix.lower()]
    except KeyError:
        raise VectorError(
            f"'{path}' has no vector suffix that is known ('{path.suffix}'): use one of {', '.join(SUFFIXES)}"
        ) from None


def _check_fits(frame: gpd.GeoDataFrame, path: Path, form: _Format) -> None:
    """Raise if the format cannot hold the frame."""
    if path.suffix.lower() == ".parquet" and find_spec("pyarrow") is None:
        raise VectorError(f"'{path}' needs pyarrow, which is not installed: run `pip install pyarrow`, or write .gpkg")
    if path.suffix.lower() == ".geojson" and frame.crs is None:
        raise VectorError(
            f"'{path}' cannot hold polygons without a CRS, as GeoJSON is in WGS 84: "
            "write .gpkg, or give the raster a CRS"
        )
    long = [str(name) for name in frame.columns if name != frame.geometry.name and len(name) > form.longest_name]
    if long:
        raise VectorError(
            f"'{path}' holds column names of at most {form.longest_name} characters, not {', '.join(long)}: "
            "rename them, or write .gpkg"
        )


def _write(frame: gpd.GeoDataFrame, path: Path, *, form: _Format, layer: str, metadata: Mapping[str, Any]) -> None:
    """Write a frame and make sure that all of it arrived."""
    if not form.driver:
        frame.to_parquet(path)
        return
    several_parts = bool((frame.geom_type == "MultiPolygon").any())
    is_package = form.driver == "GPKG"
    if form.driver == "ESRI Shapefile":
        layer = path.stem
    with warnings.catch_warnings():
        # Whoever made the labels has already said that they have no CRS.
        warnings.filterwarnings("ignore", message="'crs' was not provided")
        pyogrio.write_dataframe(
            frame,
            path,
            layer=layer,
            driver=form.driver,
            geometry_type="MultiPolygon" if several_parts else "Polygon",
            promote_to_multi=several_parts,
            dataset_options=dict(form.dataset_options),
            layer_options=dict(form.layer_options),
            layer_metadata={key: _as_text(value) for key, value in metadata.items()}
            if is_package and metadata
            else None,
        )
    written = pyogrio.read_info(path, layer=layer, force_feature_count=True)["features"]
    if written != len(frame):
        raise OSError(f"only {written} of {len(frame)} polygons arrived")


def _as_text(value: Any) -> str:
    """Return a string as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _add_style(draft: Path, *, layer: str, qml: str | None, sld: str | None) -> None:
    """Put styles where programs find them: in a GeoPackage, else beside the file."""
    if draft.suffix.lower() == ".gpkg":
        if qml or sld:
            embed_style(draft, layer=layer, qml=qml, sld=sld)
        return
    for suffix, text in ((".qml", qml), (".sld", sld)):
        if text:
            draft.with_suffix(suffix).write_text(text, encoding="utf-8")


def _move_into_place(draft: Path, path: Path) -> None:
    """Give a whole draft its final name; the file itself goes last, so that it finds its side files there."""
    sides = sorted(side for side in draft.parent.iterdir() if side != draft)
    kept = {side.name for side in sides}
    stale = (
        path.with_name(path.name + end) if end.startswith("-") else path.with_suffix(end)
        for end in _STALE.get(path.suffix.lower(), ())
    )
    for old in stale:
        if old.name not in kept:
            old.unlink(missing_ok=True)
    for new in (*sides, draft):
        os.replace(new, path.with_name(new.name))


def _cannot_write(path: Path, error: Exception) -> OutputError:
    """Say what went wrong, how much space there is, and what to do."""
    folder = next((parent for parent in path.absolute().parents if parent.exists()), Path("/"))
    free = shutil.disk_usage(folder).free // 2**20
    return OutputError(
        f"cannot write '{path}': {error}; {free} MiB are free in '{folder}': check the space and your "
        "permission to write there, and close the file in other programs"
    )
