"""Positive and negative examples: points, lines and polygons of a vector file, each with a class, as pixels."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from proxyclip_geo.errors import AreaError, VectorError, warn_quality
from proxyclip_geo.files import atomic_write
from proxyclip_geo.geobox import GeoBox, make_transformer
from proxyclip_geo.raster.aoi import format_bounds, rasterize_shape
from proxyclip_geo.raster.vector_file import VectorLayer, read_layer
from proxyclip_geo.region import Region
from proxyclip_geo.validation import suggest
from proxyclip_geo.vocabulary.classes import MAX_WORD

MAX_EXAMPLES = 100_000
"""Most features of a file of examples."""
NEGATIVE = "negative"
"""Name of the column that marks negative examples."""

_YES = frozenset({"1", "true", "t", "yes", "y"})


@dataclass(frozen=True)
class Example:
    """A shape with a class.

    Attributes:
        name: Name of the class.
        negative: Whether the shape shows something else than the class.
        shape: In pixel coordinates (column, row) of the raster.
        region: Pixels of the raster around the shape; not empty.
        number: Number of the feature in the file, from 1.
    """

    name: str
    negative: bool
    shape: BaseGeometry
    region: Region
    number: int

    def rasterize(self, region: Region) -> NDArray[np.bool_]:
        """Return (H, W) bool: True where a pixel's centre lies within a polygon, or a line or point touches it.

        A polygon too thin to hold the centre of a pixel counts wherever it touches one.
        """
        thin = (
            self.shape.geom_type not in ("Polygon", "MultiPolygon")
            or not rasterize_shape(self.shape, self.region).any()
        )
        return rasterize_shape(self.shape, region, all_touched=thin)


def read_examples(
    path: str | Path,
    geobox: GeoBox,
    *,
    field: str,
    name: str,
    option: str = "field",
    what: str = "examples",
    area: Region | None = None,
) -> tuple[Example, ...]:
    """Read examples from a vector file.

    Args:
        path: Vector file, and perhaps its layer; of several layers only one may have shapes. A column `negative`
            (true or 1) marks negative examples.
        geobox: Geobox of the raster.
        field: Column with the class.
        name: Raster name in messages.
        option: Name in messages of the option that sets `field`.
        what: What messages call the shapes.
        area: Pixels of the raster that count; all if not given.

    Raises:
        VectorError: If the file cannot be read, has no such column, or a shape without a class.
        AreaError: If it holds no shape, or none lies within the raster.

    Warns:
        QualityWarning: If some shapes lie outside of the raster, or only one of file and raster has a CRS.
    """
    layer = read_layer(path, what=what, counts=_has_shape, columns=(field, NEGATIVE), limit=MAX_EXAMPLES)
    if field not in layer.fields:
        raise VectorError(
            f"{path} has no column '{field}'{suggest(field, layer.fields)}; name another by `{option}`: "
            f"{', '.join(layer.fields) or 'there is none'}"
        )
    numbers = np.flatnonzero(_has_shape(layer.geometry))
    names = [_text(value) for value in layer.columns[field][numbers]]
    if "" in names:
        raise VectorError(
            f"{names.count('')} of the {len(names)} {what} in {path} have nothing in column '{field}'; fill it in"
        )
    longest = max(names, key=len)
    if len(longest) > MAX_WORD:
        raise VectorError(
            f"{what} {path} have a name of {len(longest)} letters in column '{field}', but the limit is {MAX_WORD}"
        )
    marks = layer.columns.get(NEGATIVE)
    negative = [marks is not None and _text(marks[number]).casefold() in _YES for number in numbers]
    found = []
    area = geobox.region if area is None else area
    shapes = _shapes_in_pixels(layer, layer.geometry[numbers], geobox, what=what, name=name)
    for number, label, is_negative, shape in zip(numbers + 1, names, negative, shapes, strict=True):
        region = _region_of(shape).intersect(area)
        if not region.is_empty:
            found.append(Example(label, is_negative, shape, region, int(number)))
    _check_outside(found, len(names), geobox.crop(area), path=path, what=what, name=name)
    return tuple(found)


def _check_outside(
    found: Sequence[Example], count: int, geobox: GeoBox, *, path: str | Path, what: str, name: str
) -> None:
    if not found:
        raise AreaError(
            f"none of the {count} {what} in {path} lies within {name} "
            f"({format_bounds(geobox.bounds)}; west, south, east, north); check that "
            "they are of this raster, and the CRS of both"
        )
    if len(found) < count:
        warn_quality(f"{count - len(found)} of the {count} {what} in {path} lie outside of {name} and are ignored")


def _has_shape(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    return np.asarray(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))


def _shapes_in_pixels(
    layer: VectorLayer, shapes: NDArray[np.object_], geobox: GeoBox, *, what: str, name: str
) -> NDArray[np.object_]:
    if layer.crs is None or geobox.crs is None:
        if layer.crs is not None or geobox.crs is not None:
            which = layer.name if layer.crs is None else name
            warn_quality(f"{which} has no CRS: coordinates of {layer.name} are taken as those of {name}")
    elif layer.crs != geobox.crs:
        move = make_transformer(layer.crs, geobox.crs, error=AreaError)
        shapes = shapely.transform(shapes, lambda xy: np.column_stack(move.transform(xy[:, 0], xy[:, 1])))
    moved: NDArray[np.object_] = shapely.transform(shapes, geobox.world_to_pixel)
    return moved


def _region_of(shape: BaseGeometry) -> Region:
    if not all(map(math.isfinite, shape.bounds)):
        return Region(0, 0, 0, 0)
    left, top, right, bottom = shape.bounds
    top, left = math.floor(top), math.floor(left)
    return Region.from_edges(top, left, max(math.ceil(bottom), top + 1), max(math.ceil(right), left + 1))


def _text(value: Any) -> str:
    # A missing value is None or NaN, which differs from itself.
    return "" if value is None or value != value else str(value).strip()


def write_places(
    path: Path, points: Sequence[tuple[float, float]], columns: Mapping[str, Sequence[Any]], *, crs: CRS | None
) -> None:
    """Write points, as .gpkg or .geojson by the suffix.

    Args:
        path: The file; an existing one is replaced.
        points: (x, y) of each.
        columns: Values of each.
        crs: Their CRS; GeoJSON is written in longitude and latitude if it is known.

    Raises:
        OutputError: If it cannot be written.
    """
    import geopandas
    import pyogrio

    xs, ys = zip(*points, strict=True)
    frame = geopandas.GeoDataFrame(dict(columns), geometry=geopandas.points_from_xy(xs, ys), crs=crs)
    if path.suffix.lower() == ".geojson" and crs is not None:
        frame = frame.to_crs("OGC:CRS84")
    with atomic_write(path) as draft:
        driver = "GPKG" if path.suffix.lower() == ".gpkg" else "GeoJSON"
        pyogrio.write_dataframe(frame, draft, driver=driver, layer=path.stem)
