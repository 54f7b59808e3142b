"""Areas of classes in a polygon, and the map of a polygon as files."""

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

import proxyclip_geo as pg
from proxyclip_geo.api.options import LabelOptions
from proxyclip_geo.errors import AreaError, Cancelled
from proxyclip_geo.files import write_json
from proxyclip_geo.progress import ProgressEvent
from proxyclip_geo.raster.aoi import Area, rasterize_shape
from proxyclip_geo.region import Region
from proxyclip_geo.serve.atlas import Atlas
from proxyclip_geo.serve.layer import Layer, Stop
from proxyclip_geo.serve.options import ExportQuery
from proxyclip_geo.serve.warp import Positions
from proxyclip_geo.serve.words import MapWords
from proxyclip_geo.vector.pixel_metric import PixelMetric

MOST_EXPORTED = 400_000_000
"""Pixels of the raster that an export has at most."""
_PART = 512

Ring = Sequence[tuple[float, float]]


def write_polygon(path: Path, ring: Ring) -> Path:
    """Write a ring in longitude and latitude as GeoJSON.

    Raises:
        AreaError: If it crosses itself or encloses nothing.
    """
    polygon = shapely.Polygon(ring)
    if not polygon.is_valid or polygon.is_empty or polygon.area == 0:
        raise AreaError("the outline crosses itself or encloses nothing; draw it again")
    feature = {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(polygon)}
    return write_json(path, {"type": "FeatureCollection", "features": [feature]})


def measure_areas(atlas: Atlas, path: Path, *, words: MapWords, stop: Stop) -> dict[str, Any]:
    """Return the area of each class in the polygon of a file.

    Large areas are measured at a coarser scale, which `gsd` says.

    Returns:
        JSON-able values: `areas`, a list of name, color, m2 and share, largest first; `gsd`, metres per pixel that
        were counted; `exact`, whether these are the pixels of the raster.

    Raises:
        AreaError: If the polygon lies outside the map.
    """
    vocabulary = words.vocabulary
    sums = np.zeros(vocabulary.nodata + 1)
    factor = 0
    areas = _find_areas(atlas, path)
    for index, (layer, area) in enumerate(areas):
        scale = layer.choose(1.0, area.region.height * area.region.width)
        factor = max(factor, scale.factor)
        metric = PixelMetric.of(
            layer.geobox.zoom_out((scale.factor, scale.factor), shape=layer.pyramid.shape(scale).shape)
        )
        core = Region.from_edges(
            area.region.top // scale.factor,
            area.region.left // scale.factor,
            -(-area.region.bottom // scale.factor),
            -(-area.region.right // scale.factor),
        )
        bank = atlas.bank(layer, words)
        for part in core.tiles(_PART):
            inside = _rasterize(area, part, scale.factor)
            if not inside.any():
                continue
            labels = layer.label_core(scale, part, bank=bank, key=words.key, stop=stop)
            rows, cols = np.nonzero(inside & (labels != vocabulary.nodata))
            xy = np.column_stack((cols + part.left + 0.5, rows + part.top + 0.5))
            above = _is_covered(atlas, areas[:index], layer, xy * scale.factor, words=words, stop=stop)
            rows, cols, xy = rows[~above], cols[~above], xy[~above]
            size = metric.pixel_areas(xy) if metric.in_metres else np.ones(len(xy))
            sums += np.bincount(labels[rows, cols], weights=size, minlength=len(sums))
    total = float(sums.sum())
    if not total:
        raise AreaError("the area has no data; draw it on the map")
    classes = [(item.name, item.color, float(sums[item.value])) for item in vocabulary.classes]
    classes.append(("unclassified", (190, 190, 190), float(sums[0])))
    ranked = sorted((entry for entry in classes if entry[2]), key=lambda entry: -entry[2])
    return {
        "areas": [
            {"name": name, "color": f"#{bytes(color).hex()}", "m2": m2, "share": m2 / total}
            for name, color, m2 in ranked
        ],
        "total_m2": total,
        "gsd": atlas.gsd * factor,
        "exact": factor == 1,
    }


def _find_areas(atlas: Atlas, path: Path) -> list[tuple[Layer, Area]]:
    found, failure = [], None
    for layer in atlas.layers:
        try:
            found.append((layer, layer.embedding.find_area(aoi=path)))
        except AreaError as error:
            failure = error
    if not found and failure is not None:
        raise AreaError("the area lies outside the map; draw it on the map") from failure
    return found


def _rasterize(area: Area, part: Region, factor: int) -> NDArray[np.bool_]:
    """Return (H, W) of a part of the map: True where the centre of a pixel lies in the area."""
    if area.polygons is None:
        return np.ones(part.shape, np.bool_)
    return rasterize_shape(shapely.transform(area.polygons, lambda xy: xy / factor), part)


def _is_covered(
    atlas: Atlas, above: Sequence[tuple[Layer, Area]], layer: Layer, xy: Any, *, words: MapWords, stop: Stop
) -> NDArray[np.bool_]:
    """Return which (N, 2) points, in pixels of a layer, are covered by data of a layer above it."""
    covered = np.zeros(len(xy), np.bool_)
    for other, _ in above:
        lonlat = layer.to_lonlat(layer.geobox.pixel_to_world(xy))
        cols, rows = other.geobox.world_to_pixel(other.from_lonlat(lonlat)).T
        positions = Positions(rows, cols, 1.0)
        if other.covers(positions).any():
            labels = other.label(positions, bank=atlas.bank(other, words), key=words.key, stop=stop)
            covered |= labels != words.vocabulary.nodata
    return covered


def export(atlas: Atlas, query: ExportQuery, folder: Path, *, words: MapWords, stop: Stop) -> Path:
    """Write the map of a polygon with `label`; return a GeoPackage or GeoTIFF, of several embeddings a ZIP of them.

    Args:
        atlas: The embeddings.
        query: Polygon and format.
        folder: Folder for the files.
        words: The words.
        stop: Whether the client has gone.

    Raises:
        AreaError: If the polygon lies outside the map, or is too large.
    """
    path = write_polygon(folder / "area.geojson", query.polygon)
    areas = _find_areas(atlas, path)
    pixels = sum(area.region.height * area.region.width for _, area in areas)
    if pixels > MOST_EXPORTED:
        raise AreaError(
            f"the area has {pixels:,} pixels, more than {MOST_EXPORTED:,} for a download; draw a smaller one, or run "
            "`proxyclip-geo label`"
        )

    def check(event: ProgressEvent) -> None:
        if stop():
            raise Cancelled("the client has gone")

    options = LabelOptions(**{**words.options.to_dict(), "scores": False, "polygons": query.format == "gpkg"})
    files = []
    for index, (layer, _) in enumerate(areas):
        out = folder / str(index)
        result = pg.label(layer.embedding, words.vocabulary, out=out, aoi=path, options=options, progress=check)
        files.append(result.paths.labels if query.format == "tif" else result.paths.polygons)
    made = [file for file in files if file is not None]
    if len(made) == 1:
        return made[0]
    archive = folder / "map.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for index, file in enumerate(made, 1):
            target.write(file, f"{index}-{file.name}")
    return archive
