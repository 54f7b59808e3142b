"""Label rasters on one grid, read as one raster so that patches cross their borders without a seam."""

import colorsys
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
from numpy.typing import NDArray

from proxyclip_geo.errors import RasterError
from proxyclip_geo.geobox import GeoBox, parse_crs, same_crs
from proxyclip_geo.raster.dataset import open_dataset, strip_environment
from proxyclip_geo.raster.labels import LabelSource, open_labels
from proxyclip_geo.raster.names import gdal_name
from proxyclip_geo.raster.nodata import LABEL_NODATA
from proxyclip_geo.raster.styles import ClassStyle
from proxyclip_geo.region import Region
from proxyclip_geo.remedies import Remedy
from proxyclip_geo.vector.trace_strip import OUTSIDE

_MOST_CLASSES = 1000
_STRIP_ROWS = 256


def encode_label(label: int) -> int:
    """Return the code of a label: one more, as `OUTSIDE`, 0, is the code of nodata; negative labels stay."""
    return label + 1 if label >= 0 else label


def decode_labels(codes: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the labels of codes; see `encode_label`."""
    return np.where(codes > 0, codes - 1, codes).astype(np.int32)


@dataclass(frozen=True)
class LabelMosaic:
    """Open label rasters on one grid; where several have data, the first counts.

    Attributes:
        sources: The label rasters.
        corners: (row, column) of each raster's upper left pixel.
        geobox: Shape, transform and CRS of all together.
        first_appended: Index of the first raster that must not overlap those before it; None if all may overlap.
    """

    sources: tuple[LabelSource, ...]
    corners: tuple[tuple[int, int], ...]
    geobox: GeoBox
    first_appended: int | None = None

    @property
    def name(self) -> str:
        """Names of the rasters in messages."""
        return ", ".join(source.name for source in self.sources)

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) of all together."""
        return self.geobox.shape

    def read(self, top: int, bottom: int) -> NDArray[Any]:
        """Read rows as label codes: (bottom − top, W), `OUTSIDE` where there is nodata.

        Raises:
            RasterError: If an appended raster overlaps those before it, or a raster cannot be read.
        """
        if len(self.sources) == 1:
            return _read_codes(self.sources[0], top, bottom)
        dtype = np.result_type(*(_code_type(source) for source in self.sources))
        codes = np.full((bottom - top, self.shape[1]), OUTSIDE, dtype)
        for index, (source, (row, column)) in enumerate(zip(self.sources, self.corners, strict=True)):
            first, end = max(top, row), min(bottom, row + source.geobox.height)
            if first < end:
                part = codes[first - top : end - top, column : column + source.geobox.width]
                found = _read_codes(source, first - row, end - row)
                appended = self.first_appended is not None and index >= self.first_appended
                if appended and ((part != OUTSIDE) & (found != OUTSIDE)).any():
                    raise RasterError(
                        f"{source.name} overlaps the label rasters of the layer (in its rows {first - row} to "
                        f"{end - row}): append rasters that do not overlap, or make the layer anew from all label "
                        "rasters, of which the first counts"
                    )
                np.copyto(part, found, where=part == OUTSIDE)
        return codes


def _code_type(source: LabelSource) -> "np.dtype[Any]":
    """Return the smallest type that holds the codes of a raster."""
    largest = LABEL_NODATA.get(source.dtype.name)
    return source.dtype if largest in source.nodata else np.dtype(np.int32)


def _read_codes(source: LabelSource, top: int, bottom: int) -> NDArray[Any]:
    block = source.read(Region(top, 0, bottom - top, source.geobox.width))
    codes: NDArray[Any] = block.values.astype(_code_type(source))
    # In an unsigned type the largest label, which is nodata, wraps to 0.
    codes += codes >= 0
    codes[~block.valid] = OUTSIDE
    return codes


@contextmanager
def open_label_mosaic(
    paths: Sequence[Path | str], *, classes: Collection[int] = (), first_appended: int | None = None
) -> Iterator[LabelMosaic]:
    """Open label rasters as one.

    Args:
        paths: Paths or URLs of label rasters.
        classes: Label values that have a name.
        first_appended: Index of the first raster that must not overlap those before it; None if all may overlap.

    Raises:
        RasterError: If one cannot be read, holds no labels, or does not lie on the grid of the first.
    """
    with ExitStack() as stack:
        sources = tuple(stack.enter_context(_open_source(path, classes)) for path in paths)
        first = sources[0]
        corners = [_corner(first, source) for source in sources]
        top, left = min(row for row, _ in corners), min(column for _, column in corners)
        bottom = max(row + source.geobox.height for (row, _), source in zip(corners, sources, strict=True))
        right = max(column + source.geobox.width for (_, column), source in zip(corners, sources, strict=True))
        yield LabelMosaic(
            sources,
            tuple((row - top, column - left) for row, column in corners),
            first.geobox.crop(Region.from_edges(top, left, bottom, right)),
            first_appended,
        )


@contextmanager
def _open_source(path: Path | str, classes: Collection[int]) -> Iterator[LabelSource]:
    with open_labels(path, classes=classes) as source, strip_environment(source.dataset):
        if not np.can_cast(source.dtype, np.int32):
            raise RasterError(
                f"{source.name} holds {source.dtype} labels, and polygons need 32 bits or fewer",
                remedy=Remedy("convert-type", {"dtype": "int32"}),
            )
        yield source


def _corner(first: LabelSource, source: LabelSource) -> tuple[int, int]:
    """Return the row and column of a raster's upper left pixel on the grid of the first."""
    offset = first.geobox.grid_offset(source.geobox)
    if offset is None or not same_crs(first.geobox.crs, source.geobox.crs):
        raise RasterError(
            f"{source.name} does not lie on the grid of {first.name}: rasters to merge need the same CRS, resolution "
            "and pixel corners",
            remedy=Remedy("align-labels"),
        )
    return offset


def read_crs(paths: Sequence[Path | str]) -> pyproj.CRS | None:
    """Return the CRS of label rasters on one grid."""
    with open_dataset(gdal_name(paths[0])) as dataset:
        return parse_crs(dataset.crs or dataset.gcps[1])


def read_legend(paths: Sequence[Path | str]) -> tuple[ClassStyle, ...]:
    """Return the classes that label rasters name in their CLASS_<value> tags, by rising value.

    Values of rasters without tags that no other raster names are called "class 7".

    Raises:
        RasterError: If a raster cannot be read or holds no labels, or two name a value differently.
    """
    names: dict[int, str] = {}
    origins: dict[int, str] = {}
    colors: dict[int, tuple[int, int, int]] = {}
    unnamed: set[int] = set()
    for path in paths:
        with _open_source(path, ()) as source:
            for value, name in source.classes.items():
                if names.setdefault(value, name) != name:
                    raise RasterError(
                        f"label {value} is '{names[value]}' in {origins[value]} and '{name}' in {source.name}: rasters "
                        "to merge must mean the same by a label; relabel one, or name the classes by a `vocabulary`"
                    )
                origins.setdefault(value, source.name)
            colors = source.colors | colors
            if not source.classes:
                unnamed.update(_values_in(source) - {0})
    names = {value: f"class {value}" for value in unnamed} | names
    return tuple(ClassStyle(value, names[value], colors.get(value, _color(value))) for value in sorted(names))


def _values_in(source: LabelSource) -> set[int]:
    """Return the label values of a raster."""
    found: set[int] = set()
    for top in range(0, source.geobox.height, _STRIP_ROWS):
        rows = min(_STRIP_ROWS, source.geobox.height - top)
        block = source.read(Region(top, 0, rows, source.geobox.width))
        found.update(np.unique(block.values[block.valid]).tolist())
        if len(found) > _MOST_CLASSES:
            raise RasterError(
                f"{source.name} holds more than {_MOST_CLASSES} different values and names none of them: it looks "
                "like an image, not labels; pass the label raster of a run (…_labels.tif), or name the classes by a "
                "`vocabulary`"
            )
    return found


def _color(value: int) -> tuple[int, int, int]:
    """Return a colour for a value, with a hue that differs from those of its neighbours."""
    red, green, blue = colorsys.hsv_to_rgb(value * 0.618034 % 1, 0.55, 0.85)
    return round(255 * red), round(255 * green), round(255 * blue)
