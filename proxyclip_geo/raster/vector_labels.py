"""Labels drawn in a vector file, read as a label raster on a given grid."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import numpy as np

from proxyclip_geo.errors import VectorError
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.raster.examples import Example, read_examples
from proxyclip_geo.raster.labels import LabelBlock
from proxyclip_geo.references import split_layer
from proxyclip_geo.region import Region

_SUFFIXES = frozenset(
    {".gpkg", ".geojson", ".json", ".shp", ".fgb", ".parquet", ".kml", ".kmz", ".gml", ".csv", ".gdb", ".sqlite"}
)


@dataclass(frozen=True)
class VectorLabels:
    """Points and polygons with classes, as labels on a grid; where they overlap, the last one counts.

    Attributes:
        name: Name in messages.
        geobox: The grid.
        classes: Class name of each value; empty where the file holds numbers, which are the values.
        shapes: Value and shape of each feature.
        in_color: Whether the values are colours, as of some label rasters.
    """

    name: str
    geobox: GeoBox
    classes: dict[int, str]
    shapes: Sequence[tuple[int, Example]] = field(repr=False)
    in_color: bool = False

    def __enter__(self) -> "VectorLabels":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is open."""

    def read(self, region: Region) -> LabelBlock:
        """Return the labels of a region; pixels without a shape are nodata."""
        values = np.zeros(region.shape, np.int32)
        valid = np.zeros(region.shape, bool)
        for value, shape in self.shapes:
            part = shape.region.intersect(region)
            if not part.is_empty:
                where = part.slices_in(region)
                drawn = shape.rasterize(part)
                values[where][drawn] = value
                valid[where] |= drawn
        return LabelBlock(values, valid)


def read_vector_labels(path: str | Path, geobox: GeoBox, *, field: str, name: str) -> VectorLabels:
    """Read the points and polygons of a vector file, each with a class in a column; negative examples are left out.

    Args:
        path: Vector file, and perhaps its layer.
        geobox: The grid.
        field: Column with the name, or the number, of the class.
        name: Name in messages of the raster with the grid.

    Raises:
        VectorError: If the file cannot be read, or lacks the column.
        AreaError: If no shape lies within the grid.
    """
    found = read_examples(path, geobox, field=field, name=name, option="truth_field", what="labels")
    shapes = [shape for shape in found if not shape.negative]
    if not shapes:
        raise VectorError(f"all {len(found)} shapes in {path} are negative; give some that show a class")
    names = sorted({shape.name for shape in shapes})
    if all(re.fullmatch(r"-?\d{1,9}", text) for text in names):
        return VectorLabels(str(path), geobox, {}, [(int(shape.name), shape) for shape in shapes])
    values = {text: value for value, text in enumerate(names, 1)}
    classes = {value: text for text, value in values.items()}
    return VectorLabels(str(path), geobox, classes, [(values[shape.name], shape) for shape in shapes])


def is_vector_file(path: object) -> bool:
    """Return whether a name is that of a vector file, by its suffix or layer."""
    if not isinstance(path, str | Path):
        return False
    file, layer = split_layer(path)
    return bool(layer) or Path(file.partition("?")[0]).suffix.lower() in _SUFFIXES
