"""Vector formats and their limits."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import pyproj

from proxyclip_geo.errors import OutputError, VectorError
from proxyclip_geo.geobox import make_transformer
from proxyclip_geo.remedies import Remedy


@dataclass(frozen=True)
class Format:
    """A vector format.

    Attributes:
        driver: GDAL driver; empty for GeoParquet, which pyarrow writes.
        dataset_options: GDAL's dataset creation options.
        layer_options: GDAL's layer creation options.
        max_name_length: Length of the longest column name.
        needs_crs: Whether the format has a CRS of its own, so that polygons without a CRS cannot be written.
        tiles: Whether it holds map tiles.
    """

    driver: str
    dataset_options: Mapping[str, str] = field(default_factory=dict)
    layer_options: Mapping[str, str] = field(default_factory=dict)
    max_name_length: int = 255
    needs_crs: bool = False
    tiles: bool = False


FORMATS: Mapping[str, Format] = {
    # GDAL's default, 1.4, causes warnings in the GDAL of older QGIS versions.
    ".gpkg": Format("GPKG", {"VERSION": "1.2"}),
    ".shp": Format("ESRI Shapefile", layer_options={"ENCODING": "UTF-8", "2GB_LIMIT": "YES"}, max_name_length=10),
    # Eight decimals of a degree are a millimetre; the default of seven would move the edges of drone pixels.
    ".geojson": Format("GeoJSON", layer_options={"RFC7946": "YES", "COORDINATE_PRECISION": "8"}, needs_crs=True),
    ".fgb": Format("FlatGeobuf"),
    ".parquet": Format(""),
    ".pmtiles": Format("PMTiles", needs_crs=True, tiles=True),
    ".mbtiles": Format("MBTiles", needs_crs=True, tiles=True),
}
SUFFIXES = tuple(FORMATS)
"""File name suffixes of the formats."""

_SHAPEFILE_BYTES = 2**31 - 1
_SHORT_NAMES = {"perimeter_m": "perim_m"}
_RESERVED_PREFIXES = ("gpkg", "sqlite_", "rtree_")
# GDAL refuses layers whose names begin with one of these.
_SPECIAL = "`~!@#$%^&*()+-={}|[]\\:\";'<>?,./"
_RESERVED_TABLES = ("layer_styles",)
SIDE_SUFFIXES: Mapping[str, tuple[str, ...]] = {
    ".gpkg": ("-wal", "-shm", "-journal"),
    ".shp": (".shx", ".dbf", ".prj", ".cpg", ".qix", ".sbn", ".sbx", ".qpj"),
}
"""Suffixes of side files that belong to a file, by the file's suffix; stale ones would be read with a new file."""


def format_of(path: Path) -> Format:
    """Return the format of a path by its suffix.

    Raises:
        VectorError: If the suffix is unknown, or a package that the format needs is not installed.
    """
    try:
        form = FORMATS[path.suffix.lower()]
    except KeyError:
        raise VectorError(
            f"'{path}' has no known vector suffix ('{path.suffix}'): use one of {', '.join(SUFFIXES)}"
        ) from None
    if not form.driver and find_spec("pyarrow") is None:
        raise VectorError(
            f"'{path}' needs pyarrow, which is not installed; write .gpkg",
            remedy=Remedy("install-package", {"package": "pyarrow"}),
        )
    return form


def check_format(path: Path, *, by_class: bool, crs: pyproj.CRS | str | None) -> None:
    """Check that the format of a path can hold polygons.

    Args:
        path: The file to write.
        by_class: Whether each class is a layer.
        crs: CRS of the polygons.

    Raises:
        VectorError: If it holds one layer only, or needs a CRS that can be converted to longitude and latitude.
    """
    form = format_of(path)
    if by_class and form.driver != "GPKG":
        raise VectorError(f"'{path}' holds one layer; one layer per class (`by_class`) needs a GeoPackage: write .gpkg")
    if form.needs_crs and crs is None:
        raise VectorError(
            f"'{path}' cannot hold polygons without a CRS, as {form.driver} is in degrees or in Web Mercator: "
            "write .gpkg, or give the raster a CRS"
        )
    if form.needs_crs:
        make_transformer(pyproj.CRS(crs), pyproj.CRS(4326), error=VectorError)


def check_target(path: Path, *, overwrite: bool) -> Format:
    """Check that a file can and may be written, and return its format.

    Raises:
        VectorError: If the suffix is unknown.
        OutputError: If the file or a side file exists and may not be replaced, or the file is open in another program.
    """
    form = format_of(path)
    for file in (path, *side_files(path)):
        if file.exists() and not overwrite:
            if form.driver == "GPKG":
                raise OutputError(f"the file '{file}' exists", remedy=Remedy("append-or-replace"))
            raise OutputError(f"'{file}' exists; pass overwrite=True to replace it, or write to another name")
    if form.driver == "GPKG" and path.is_file():
        _check_unlocked(path)
    return form


def _check_unlocked(path: Path) -> None:
    """Raise an OutputError if another program writes to a GeoPackage, or QGIS has a layer of it in edit mode.

    QGIS edits in the journal mode "wal", which ends when no program has the file open. What it saves after the file was
    replaced would be lost without an error.
    """
    try:
        with closing(sqlite3.connect(path, timeout=0.5)) as database:
            database.execute("PRAGMA journal_mode = delete")
            database.execute("BEGIN EXCLUSIVE")
            database.rollback()
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise OutputError(
                f"'{path}' is open in another program that writes to it, e.g. as an edited layer in QGIS: close it "
                "there, or write to another name"
            ) from error
    except sqlite3.DatabaseError:
        pass  # Files other than GeoPackages may be replaced too.


def side_files(path: Path) -> tuple[Path, ...]:
    """Return the side files that are written with a file."""
    if format_of(path).driver == "GPKG":
        return ()
    suffixes = (*SIDE_SUFFIXES.get(path.suffix.lower(), ()), ".qml", ".sld")
    return tuple(path.with_suffix(suffix) for suffix in suffixes)


def check_layers(path: Path, layers: Iterable[str]) -> None:
    """Check the names of the layers of a file.

    Other formats are written to a GeoPackage first and have its limits.

    Raises:
        VectorError: If a GeoPackage cannot hold a name, or two names differ only in upper and lower case.
    """
    known: dict[str, str] = {}
    for name in layers:
        low = name.lower()
        if not name or name[0] in _SPECIAL:
            raise VectorError(
                f"'{path}' cannot hold a layer '{name}', as names of layers must not begin with '{name[:1]}': rename "
                "the class or the file"
            )
        if low.startswith(_RESERVED_PREFIXES) or low in _RESERVED_TABLES:
            raise VectorError(
                f"'{path}' cannot hold a layer '{name}', as GeoPackages reserve this name: rename the class or the file"
            )
        if known.setdefault(low, name) != name:
            raise VectorError(
                f"'{path}' cannot hold layers '{known[low]}' and '{name}', as names in GeoPackages are not "
                "case-sensitive: rename one class, or omit `by_class`"
            )


def check_size(path: Path, form: Format, vertices: int, polygons: int) -> None:
    """Raise a VectorError if a Shapefile would exceed 2 GB."""
    size = 16 * vertices + 60 * polygons
    if form.driver == "ESRI Shapefile" and size > _SHAPEFILE_BYTES:
        raise VectorError(
            f"'{path}' would take {size / 2**30:.1f} GiB, and a Shapefile holds 2: write .gpkg, or generalise with "
            "`min_area` and `simplify`"
        )


def shorten_names(names: list[str], max_length: int) -> dict[str, str]:
    """Shorten column names to a maximum length; equal names get a number."""
    short: dict[str, str] = {}
    for name in names:
        short_name = name if len(name) <= max_length else _SHORT_NAMES.get(name, name)[:max_length]
        number = 1
        while short_name.lower() in {taken.lower() for taken in short.values()}:
            number += 1
            short_name = f"{name[: max_length - len(str(number))]}{number}"
        short[name] = short_name
    return short
