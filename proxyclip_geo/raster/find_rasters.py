"""Find the rasters of a directory, a glob pattern, a list or a STAC file."""

import glob
import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from proxyclip_geo.data_files import read_text
from proxyclip_geo.errors import RasterError
from proxyclip_geo.raster.names import SUFFIXES
from proxyclip_geo.raster.stac import is_stac, read_items


@dataclass(frozen=True)
class FoundRaster:
    """A raster of a batch.

    Attributes:
        name: Path or URL.
        item: Id of the STAC item that names it; empty if there is none.
    """

    name: str
    item: str = ""


def find_rasters(name: str | Path) -> tuple[str, ...] | None:
    """Return the rasters of a directory, a pattern with * or ?, a list, or a STAC file; None for a single raster.

    Hidden files, side files and links to other rasters found are left out.

    Args:
        name: Path, URL or pattern. `@` and the path of a text file stand for the names in it, one a line, as in GDAL. A
            STAC file is the JSON of an item or an item collection, also at an http(s) URL; of a search at a STAC
            API, all pages are read.

    Raises:
        RasterError: If there is no raster, or the directory or file cannot be read.

    Example:
        >>> import proxyclip_geo as pg
        >>> _ = pg.sample("tiles/a.tif", size=64)
        >>> find_rasters("tiles/a*.tif")
        ('tiles/a.tif', 'tiles/a_truth.tif')
    """
    return tuple(raster.name for raster in list_rasters([name])) if holds_rasters(name) else None


def holds_rasters(name: str | Path) -> bool:
    """Return whether a name stands for several rasters: a directory, a pattern, a list or a STAC file."""
    text = str(name)
    return bool(text) and (_is_list(text) or os.path.isdir(text) or is_stac(text) or _is_pattern(text))


def list_rasters(names: str | Path | Iterable[str | Path]) -> tuple[FoundRaster, ...]:
    """Return the rasters of all names, each once, in their order.

    Args:
        names: Paths and URLs of rasters, and what `find_rasters` takes.

    Raises:
        RasterError: If one of them yields no raster, or cannot be read.
    """
    found: dict[str, FoundRaster] = {}
    for name in map(str, [names] if isinstance(names, str | Path) else names):
        for entry in _read_list(name) if _is_list(name) else [name]:
            for raster in _expand(entry):
                # A name that is no path is changed as well, into another name that is its own.
                found.setdefault(os.path.abspath(raster.name), raster)
    return tuple(found.values())


def _is_list(name: str) -> bool:
    return name.startswith("@") and not os.path.exists(name)


def _is_pattern(name: str) -> bool:
    return "://" not in name and glob.has_magic(name) and not os.path.exists(name)


def _read_list(name: str) -> list[str]:
    text = read_text(Path(name[1:]), error=RasterError, source=f"the list of rasters {name[1:]}")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise RasterError(f"the list of rasters {name[1:]} is empty; write the name of a raster on each line")
    return lines


def _expand(name: str) -> list[FoundRaster]:
    """Return the rasters of a directory, a pattern or a STAC file; any other name as it is."""
    path = Path(name)
    if name and os.path.isdir(name):
        try:
            found = _distinct_files(path.iterdir(), suffixes=SUFFIXES)
        except OSError as error:
            raise RasterError(f"directory {name} cannot be read ({error.strerror}); check its permissions") from error
    elif is_stac(name):
        found = [FoundRaster(*entry) for entry in read_items(name)]
    elif _is_pattern(name):
        any_suffix = not path.suffix or glob.has_magic(path.suffix)
        found = _distinct_files(map(Path, glob.glob(name, recursive=True)), suffixes=SUFFIXES if any_suffix else None)
    else:
        return [FoundRaster(name)]
    if not found:
        raise RasterError(f"{name} holds no raster; give a file, or a folder or pattern that matches some")
    return found


def _distinct_files(paths: Iterable[Path], *, suffixes: Collection[str] | None) -> list[FoundRaster]:
    """Return files with one of the suffixes that are not hidden, each once; links come last."""
    files = (path for path in paths if not (path.name.startswith(".") or path.is_dir()))
    by_target: dict[str, Path] = {}
    for path in sorted(files, key=lambda path: (path.is_symlink(), str(path))):
        if suffixes is None or path.suffix.lower() in suffixes:
            by_target.setdefault(os.path.realpath(path), path)
    return [FoundRaster(name) for name in sorted(map(str, by_target.values()))]
