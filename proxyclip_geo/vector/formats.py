"""The vector formats, and what each can hold."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import pyproj

from proxyclip_geo.errors import OutputError, VectorError


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
_RESERVED = ("gpkg_", "sqlite_", "rtree_")
_TABLES = ("layer_styles",)
# Left behind by another program, these would be taken for parts of the new file.
STALE: Mapping[str, tuple[str, ...]] = {
    ".gpkg": ("-wal", "-shm", "-journal"),
    ".shp": (".shx", ".dbf", ".prj", ".cpg", ".qix", ".sbn", ".sbx", ".qpj"),
}
"""What lies beside a file of a format, by its suffix."""


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


def check_target(path: Path, *, overwrite: bool) -> Format:
    """See that a file can and may be written; return its format.

    Raises:
        VectorError: If the suffix is unknown.
        OutputError: If the file, or one that belongs beside it, is there and may not be replaced, or is open elsewhere.
    """
    form = format_of(path)
    sides = () if form.driver == "GPKG" else (*STALE.get(path.suffix.lower(), ()), ".qml", ".sld")
    for there in (path, *(path.with_suffix(suffix) for suffix in sides)):
        if there.exists() and not overwrite:
            more = ", --append to add to it" if form.driver == "GPKG" else ""
            raise OutputError(
                f"'{there}' is already there; pass --overwrite (overwrite=True in Python) to replace it{more}, or "
                "write to another name"
            )
    if form.driver == "GPKG" and path.is_file():
        try:
            with closing(sqlite3.connect(path, timeout=0.5)) as database:
                database.execute("BEGIN EXCLUSIVE")
                database.rollback()
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise OutputError(
                    f"'{path}' is open in another program that writes to it: close it there, or write to another name"
                ) from error
        except sqlite3.DatabaseError:
            pass  # It is no GeoPackage, and may be replaced all the same.
    return form


def check_layers(path: Path, layers: Iterable[str]) -> None:
    """See that layers of these names can stand side by side in a file.

    Raises:
        VectorError: If it is a GeoPackage, and a name is reserved, or two differ in nothing but upper and lower case.
    """
    if format_of(path).driver != "GPKG":
        return
    known: dict[str, str] = {}
    for name in layers:
        low = name.lower()
        if low.startswith(_RESERVED) or low in _TABLES:
            raise VectorError(
                f"'{path}' cannot hold a layer '{name}', as GeoPackages keep this name for themselves: rename "
                "the class or the file"
            )
        if known.setdefault(low, name) != name:
            raise VectorError(
                f"'{path}' cannot hold layers '{known[low]}' and '{name}', as GeoPackages do not tell upper from lower "
                "case: rename one class, or leave out --by-class"
            )


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
