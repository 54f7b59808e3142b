"""Label rasters of neighbouring areas as one, so that patches cross from one to the other without a seam."""

import colorsys
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.enums import MaskFlags

from proxyclip_geo.errors import RasterError
from proxyclip_geo.vector.open_raster import open_raster
from proxyclip_geo.vector.trace_strip import OUTSIDE

_LABEL_TYPES = ("uint8", "uint16", "int8", "int16", "int32")
_NO_DATA = {"uint8": 255, "uint16": 65535}
_MOST_CLASSES = 1000
_CLASS_TAG = re.compile(r"CLASS_(\d+)", re.IGNORECASE)


def key_of(label: int) -> int:
    """Return the key of a label: `OUTSIDE`, 0, is kept for what has no data."""
    return label + 1 if label >= 0 else label


def labels_of(keys: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the labels of keys; see `key_of`."""
    return np.where(keys > 0, keys - 1, keys).astype(np.int32)


@dataclass(frozen=True)
class LabelMosaic:
    """Open label rasters on one grid; where several have data, the first counts.

    Attributes:
        rasters: Open datasets.
        corners: (row, column) of each dataset's upper left pixel.
        shape: (height, width) of all together.
        transform: Of all together.
        crs: Of all, or None.
        apart: Rasters from this number on must not overlap others; None where all may.
    """

    rasters: tuple[Any, ...]
    corners: tuple[tuple[int, int], ...]
    shape: tuple[int, int]
    transform: Affine
    crs: pyproj.CRS | None
    apart: int | None = None

    @property
    def name(self) -> str:
        """What messages call it."""
        return ", ".join(f"'{raster.name}'" for raster in self.rasters)

    @property
    def singles(self) -> "Iterator[LabelMosaic]":
        """Each raster by itself."""
        for raster in self.rasters:
            yield LabelMosaic((raster,), ((0, 0),), raster.shape, raster.transform, self.crs)

    def read(self, top: int, bottom: int) -> NDArray[Any]:
        """Read rows as keys: (bottom − top, W), `OUTSIDE` where there is no data.

        Raises:
            RasterError: If rasters overlap that must not.
        """
        if len(self.rasters) == 1:
            return _read_keys(self.rasters[0], top, bottom)
        kind = np.result_type(*(_key_type(raster) for raster in self.rasters))
        keys = np.full((bottom - top, self.shape[1]), OUTSIDE, kind)
        for number, (raster, (row, column)) in enumerate(zip(self.rasters, self.corners, strict=True)):
            first, end = max(top, row), min(bottom, row + raster.height)
            if first < end:
                part = keys[first - top : end - top, column : column + raster.width]
                found = _read_keys(raster, first - row, end - row)
                if self.apart is not None and number >= self.apart and ((part != OUTSIDE) & (found != OUTSIDE)).any():
                    raise RasterError(
                        f"'{raster.name}' overlaps the label rasters that are there already (in its rows {first - row} "
                        f"to {end - row}): append rasters that lie beside them, or make the layer anew from all label "
                        "rasters, of which the first counts"
                    )
                np.copyto(part, found, where=part == OUTSIDE)
        return keys


def _key_type(raster: Any) -> Any:
    kind = np.dtype(raster.dtypes[0])
    return kind if kind.kind == "u" else np.dtype(np.int32)


def _read_keys(raster: Any, top: int, bottom: int) -> NDArray[Any]:
    window = ((top, bottom), (0, raster.width))
    labels = raster.read(1, window=window)
    kind = raster.dtypes[0]
    if kind in _NO_DATA:
        # The highest value, no data, becomes 0.
        keys: NDArray[Any] = labels + labels.dtype.type(1)
    else:
        keys = labels.astype(np.int32)
        keys[keys >= 0] += 1
    if raster.nodata is not None and raster.nodata != _NO_DATA.get(kind):
        keys[labels == raster.nodata] = OUTSIDE
    if raster.mask_flag_enums[0] not in ([MaskFlags.all_valid], [MaskFlags.nodata]):
        keys[raster.read_masks(1, window=window) == 0] = OUTSIDE
    return keys


@contextmanager
def open_mosaic(paths: Sequence[Path | str], *, apart: int | None = None) -> Iterator[LabelMosaic]:
    """Open label rasters; those from number `apart` on must not overlap others.

    Raises:
        RasterError: If one cannot be read, holds no labels, or does not lie on the grid of the first.
    """
    with ExitStack() as stack:
        rasters = tuple(stack.enter_context(open_raster(path)) for path in paths)
        for raster in rasters:
            _check_labels(raster)
        corners = [_corner(rasters[0], raster) for raster in rasters]
        top, left = min(row for row, _ in corners), min(column for _, column in corners)
        bottom = max(row + raster.height for (row, _), raster in zip(corners, rasters, strict=True))
        right = max(column + raster.width for (_, column), raster in zip(corners, rasters, strict=True))
        first = rasters[0]
        yield LabelMosaic(
            rasters,
            tuple((row - top, column - left) for row, column in corners),
            (bottom - top, right - left),
            first.transform @ Affine.translation(left, top),
            None if first.crs is None else pyproj.CRS.from_wkt(first.crs.to_wkt(version="WKT2_2019")),
            apart,
        )


def _check_labels(raster: Any) -> None:
    kind = raster.dtypes[0]
    if kind not in _LABEL_TYPES:
        hint = "; convert it, e.g. gdal_translate -ot Int16" if np.dtype(kind).kind == "f" else ""
        raise RasterError(f"'{raster.name}' holds {kind}, not labels: pass a raster of {', '.join(_LABEL_TYPES)}{hint}")
    bands = sum(kind != rasterio.enums.ColorInterp.alpha for kind in raster.colorinterp)
    if bands > 1:
        raise RasterError(
            f"'{raster.name}' has {bands} bands, but labels are one band of class values; pass the label raster of a "
            "run (…_labels.tif), or take the right band (gdal_translate -b)"
        )


def _corner(first: Any, raster: Any) -> tuple[int, int]:
    """Return the row and column of a raster's upper left pixel on the grid of the first."""
    if raster is first:
        return 0, 0
    step = ~first.transform @ raster.transform
    column, row = step.c, step.f
    # A hundredth of a pixel over the whole raster is what two writers may round differently.
    slope = 0.01 / max(raster.shape)
    same = max(abs(step.a - 1), abs(step.b), abs(step.d), abs(step.e - 1)) < slope
    if raster.crs != first.crs or not same or max(abs(column - round(column)), abs(row - round(row))) > 0.01:
        raise RasterError(
            f"'{raster.name}' does not lie on the grid of '{first.name}': rasters to merge need the same CRS, "
            "resolution and pixel corners; bring them there with gdalwarp -r near -tap"
        )
    return round(row), round(column)


def read_legend(paths: Sequence[Path | str]) -> tuple[tuple[int, str, tuple[int, int, int]], ...]:
    """Return (value, name, colour) of the classes that label rasters name in their CLASS_<value> tags.

    Values of rasters without any such tag that no other raster names are called "class 7".

    Raises:
        RasterError: If a raster cannot be read or holds no labels, or two name a value differently.
    """
    names: dict[int, str] = {}
    sources: dict[int, Path | str] = {}
    colors: dict[int, tuple[int, int, int]] = {}
    nameless: set[int] = set()
    for path in paths:
        with open_raster(path) as raster:
            _check_labels(raster)
            own = _names_in(raster)
            for value, name in own.items():
                if names.setdefault(value, name) != name:
                    raise RasterError(
                        f"label {value} is '{names[value]}' in '{sources[value]}' and '{name}' in '{path}': rasters to "
                        "merge must mean the same by a label; relabel one, or name the classes with --vocabulary"
                    )
                sources.setdefault(value, path)
            with suppress(ValueError):
                colors = {value: color[:3] for value, color in raster.colormap(1).items()} | colors
            if not own:
                nameless.update(value for value in _values_in(raster) if value != 0)
    names = {value: f"class {value}" for value in nameless} | names
    return tuple((value, names[value], colors.get(value, _color(value))) for value in sorted(names))


def _names_in(raster: Any) -> dict[int, str]:
    """Return the names of label values in a raster's tags."""
    names: dict[int, str] = {}
    for key, text in {**raster.tags(), **raster.tags(1)}.items():
        match = _CLASS_TAG.fullmatch(key)
        if match and text.strip() and int(match[1]) != raster.nodata:
            names.setdefault(int(match[1]), text.strip())
    return names


def _values_in(raster: Any) -> list[int]:
    """Return the label values of a raster, read strip by strip."""
    found: set[int] = set()
    for top in range(0, raster.height, 256):
        keys = np.unique(_read_keys(raster, top, min(top + 256, raster.height)))
        found.update(labels_of(keys[keys != OUTSIDE].astype(np.int32)).tolist())
        if len(found) > _MOST_CLASSES:
            raise RasterError(
                f"'{raster.name}' holds more than {_MOST_CLASSES} different values and names none of them: it looks "
                "like an image, not labels; pass the label raster of a run (…_labels.tif), or name the classes with "
                "--vocabulary"
            )
    return sorted(found)


def _color(value: int) -> tuple[int, int, int]:
    """Return a colour of its own for each value."""
    red, green, blue = colorsys.hsv_to_rgb(value * 0.618034 % 1, 0.55, 0.85)
    return round(255 * red), round(255 * green), round(255 * blue)
