"""Outlines of the patches of equal label: exact pixel edges, right holes, every labelled pixel once."""

import warnings
from array import array
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio._err import CPLE_BaseError
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.features import shapes

from proxyclip_geo.errors import OptionError, RasterError, VectorError
from proxyclip_geo.progress import Progress, ProgressEvent, ignore
from proxyclip_geo.vector.areas import area_m2
from proxyclip_geo.vector.scores import mean_scores

Floats = NDArray[np.float64]

_LABEL_TYPES = ("uint8", "uint16", "int8", "int16", "int32")
_NO_DATA = {"uint8": 255, "uint16": 65535}


@dataclass(frozen=True)
class Patches:
    """Connected patches of equal label, in reading order of their first pixels.

    Attributes:
        labels: (N,) int32 label values.
        outlines: (N,) valid shapely polygons in pixel coordinates (column, row): whole numbers, so nothing is
            rounded. With 8-connectivity a patch that holds together only at a corner is a multipolygon.
    """

    labels: NDArray[np.int32]
    outlines: NDArray[np.object_]


def polygonize(
    labels: Path,
    *,
    classes: Mapping[int, str],
    score: Path | None = None,
    connectivity: int = 4,
    progress: Progress = ignore,
) -> gpd.GeoDataFrame:
    """Turn a label raster into polygons whose edges are its pixels' edges.

    No data (255, in uint16 65535, and the raster's own nodata value) and 0 (unclassified) get no polygon; every
    other pixel lies in exactly one. The raster is read line by line; memory grows with the outlines, not with the
    raster.

    Args:
        labels: Integer label raster; its first band is used.
        classes: Name of each label value.
        score: Raster of scores on the same grid; integers without a scale of their own are percent.
        connectivity: 4 or 8: whether pixels that share only a corner belong to one patch.
        progress: Called with rows done, in the stages "polygonize" and "score".

    Returns:
        Columns `class` (name), `label` (value), `area_m2` (on the ellipsoid, NaN without a CRS), `score` (mean of the
        polygon's pixels, 0–1; only with `score`) and `geometry`, in the raster's CRS, ordered by each polygon's first
        pixel (row by row from the top left).

    Raises:
        OptionError: If `connectivity` is neither 4 nor 8.
        RasterError: If a raster cannot be read, holds no whole numbers, or the grids differ.
        VectorError: If a label has no name in `classes`.
    """
    if connectivity not in (4, 8):
        raise OptionError(f"connectivity {connectivity} is not known: pass 4 (edges) or 8 (edges and corners)")
    with open_raster(labels) as source:
        height = source.height
        progress(ProgressEvent("polygonize", 0, height, "rows"))
        patches = _trace(source, connectivity)
        crs = None if source.crs is None else pyproj.CRS.from_wkt(source.crs.to_wkt(version="WKT2_2019"))
        geometry = _onto_ground(patches.outlines, source.transform)
        progress(ProgressEvent("polygonize", height, height, "rows"))
        columns: dict[str, Any] = {
            "class": pd.Series(_names(patches.labels, classes, labels), dtype="str"),
            "label": patches.labels,
            "area_m2": area_m2(geometry, crs),
        }
        if score is not None:
            with open_raster(score) as scores:
                _check_same_grid(source, scores)
                columns["score"] = mean_scores(patches.outlines, scores, progress=progress)
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=crs)


@contextmanager
def open_raster(path: Path) -> Iterator[Any]:
    """Open a raster for reading, georeferenced or not.

    Raises:
        RasterError: If it cannot be opened, or turns out to be damaged while it is open.
    """
    try:
        with warnings.catch_warnings():
            # Whoever made the labels has said that they lie nowhere on the Earth.
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            dataset = rasterio.open(path)
        with dataset:
            yield dataset
    except (RasterioError, CPLE_BaseError) as error:
        raise RasterError(f"cannot read '{path}': {error}; check that it is a whole, undamaged raster") from error


def _trace(source: Any, connectivity: int) -> Patches:
    """Trace the patches of a dataset's first band."""
    kind = source.dtypes[0]
    if kind not in _LABEL_TYPES:
        raise RasterError(f"'{source.name}' holds {kind}, not labels: pass a raster of {', '.join(_LABEL_TYPES)}")
    labels, points = array("i"), array("d")
    rings, polygons = array("q", [0]), array("q", [0])
    for polygon, label in shapes(rasterio.band(source, 1), connectivity=connectivity):
        for ring in polygon["coordinates"]:
            points.extend(chain.from_iterable(ring))
            rings.append(len(points) // 2)
        labels.append(int(label))
        polygons.append(len(rings) - 1)
    # From a band GDAL gives CRS coordinates, whatever transform is asked for: go back to whole pixels.
    to_pixels = ~source.transform
    xy = np.rint(np.column_stack(_apply(to_pixels, *np.asarray(points).reshape(-1, 2).T)))
    ends = (np.asarray(rings), np.asarray(polygons))
    outlines = np.asarray(shapely.from_ragged_array(shapely.GeometryType.POLYGON, xy, ends), dtype=object)
    # GDAL stops at a line it cannot read, and does not say so.
    if shapely.area(outlines).sum() != source.width * source.height:
        raise RasterError(f"labels '{source.name}' are damaged: not all rows can be read; make them again")
    values = np.asarray(labels, dtype=np.int32)
    kept = ~np.isin(values, [0, _NO_DATA.get(kind, 0), 0 if source.nodata is None else source.nodata])
    return _canonical(values[kept], outlines[kept], width=source.width)


def _canonical(labels: NDArray[np.int32], outlines: NDArray[np.object_], *, width: int) -> Patches:
    """Make outlines valid, start every ring at a fixed vertex, and sort by first pixel."""
    # A patch may meet itself at a corner; valid are a shell and a hole (or two parts) that touch in a point.
    broken = ~shapely.is_valid(outlines)
    if broken.any():
        outlines[broken] = shapely.make_valid(outlines[broken], method="structure", keep_collapsed=False)
    outlines = np.asarray(shapely.normalize(outlines), dtype=object)
    if not len(outlines):
        return Patches(labels, outlines)
    xy, owner = shapely.get_coordinates(outlines, return_index=True)
    # The topmost vertex, and of these the leftmost, is the upper left corner of the first pixel.
    reading_order = xy[:, 1].astype(np.int64) * (width + 1) + xy[:, 0].astype(np.int64)
    starts = np.searchsorted(owner, np.arange(len(outlines)))
    order = np.argsort(np.minimum.reduceat(reading_order, starts))
    return Patches(labels[order], outlines[order])


def _onto_ground(outlines: NDArray[np.object_], transform: Affine) -> NDArray[np.object_]:
    """Move outlines from pixel to CRS coordinates; shells come out counter-clockwise, holes clockwise."""

    def place(xy: Floats) -> Floats:
        return np.column_stack(_apply(transform, *xy.T))

    placed = shapely.transform(outlines, place)
    # Normalised shells are clockwise; the usual transform, with rows going south, mirrors them.
    return np.asarray(shapely.reverse(placed) if transform.determinant > 0 else placed, dtype=object)


def _apply(transform: Affine, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Map coordinates; element by element and not as a matrix product, so that equal corners stay equal."""
    t = transform
    return t.a * x + t.b * y + t.c, t.d * x + t.e * y + t.f


def _names(labels: NDArray[np.int32], classes: Mapping[int, str], path: Path) -> list[str]:
    """Return the class name of each label."""
    unknown = sorted(set(np.unique(labels).tolist()) - set(classes))
    if unknown:
        known = ", ".join(str(label) for label in sorted(classes)) or "none"
        raise VectorError(
            f"labels {', '.join(map(str, unknown))} of '{path}' have no class name (known labels: {known}); "
            "pass the vocabulary that the raster was made with"
        )
    return [classes[label] for label in labels.tolist()]


def _check_same_grid(labels: Any, scores: Any) -> None:
    """Raise unless both rasters have the same pixels."""
    # A hundredth of a pixel over the whole raster: what two writers may round differently.
    tolerance = abs(labels.transform.determinant) ** 0.5 / max(labels.shape) / 100
    if labels.shape == scores.shape and labels.transform.almost_equals(scores.transform, precision=tolerance):
        return
    raise RasterError(
        f"scores '{scores.name}' ({scores.width} × {scores.height} px) do not lie on the grid of labels "
        f"'{labels.name}' ({labels.width} × {labels.height} px): pass the score raster of the same run"
    )
