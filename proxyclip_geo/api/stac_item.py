"""The results of a run as a STAC item, with the extensions classification and projection."""

import datetime
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
import shapely.geometry

from proxyclip_geo import __version__
from proxyclip_geo.api.outputs import OutputPaths, name_values
from proxyclip_geo.geobox import GeoBox, make_transformer
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.vector.antimeridian import cut_at_antimeridian
from proxyclip_geo.vocabulary import Vocabulary
from proxyclip_geo.vocabulary.colors import hex_color

EXTENSIONS = (
    "https://stac-extensions.github.io/classification/v2.0.0/schema.json",
    "https://stac-extensions.github.io/projection/v2.0.0/schema.json",
)
_COG = "image/tiff; application=geotiff; profile=cloud-optimized"
_TYPES = {
    ".gpkg": "application/geopackage+sqlite3",
    ".geojson": "application/geo+json",
    ".parquet": "application/vnd.apache.parquet",
    ".fgb": "application/vnd.flatgeobuf",
    ".csv": "text/csv",
    ".png": "image/png",
    ".json": "application/json",
}
_EDGE_POINTS = 8


def make_item(paths: OutputPaths, geobox: GeoBox, *, vocabulary: Vocabulary, card: ModelCard) -> dict[str, Any]:
    """Return a STAC item (1.1.0) of the results, with relative links.

    Its time is that of the mapping: rasters rarely say when they were acquired.

    Args:
        paths: The results.
        geobox: Where they lie.
        vocabulary: The classes.
        card: The model.
    """
    footprint = _find_footprint(geobox)
    place = {} if footprint is None else {"bbox": _find_bbox(footprint)}
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": list(EXTENSIONS),
        "id": paths.stem,
        "geometry": None if footprint is None else shapely.geometry.mapping(footprint),
        **place,
        "properties": {
            "datetime": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "title": f"Map of {paths.stem} by {card.name}",
            "description": f"Made by proxyclip_geo {__version__} with model {card.name}. {card.use}".strip(),
            **_describe_projection(geobox),
        },
        "links": [],
        "assets": _list_assets(paths, vocabulary),
    }


def _find_footprint(geobox: GeoBox) -> Any | None:
    """Return the outline in longitude and latitude, cut at the antimeridian; None without a CRS that has them."""
    if geobox.crs is None or geobox.crs.is_engineering:
        return None
    steps = np.linspace(0, 1, _EDGE_POINTS, endpoint=False)
    corners = np.array(geobox.corners)[[0, 3, 2, 1] if geobox.transform.determinant < 0 else [0, 1, 2, 3]]
    outline = np.concatenate(
        [
            start + steps[:, None] * (end - start)
            for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True)
        ]
    )
    lonlat = pyproj.CRS("OGC:CRS84")
    points = np.round(np.column_stack(make_transformer(geobox.crs, lonlat).transform(*outline.T)), 8)
    if not np.isfinite(points).all():
        return None
    return shapely.orient_polygons(cut_at_antimeridian(np.array([shapely.Polygon(points)]), lonlat)[0])


def _find_bbox(footprint: Any) -> list[float]:
    """Return west, south, east and north; west is larger than east where the footprint crosses the antimeridian."""
    west, south, east, north = shapely.bounds(footprint).tolist()
    parts = shapely.bounds(shapely.get_parts(footprint))
    if len(parts) > 1 and west == -180 and east == 180:
        west, east = float(parts[parts[:, 2] == 180, 0].min()), float(parts[parts[:, 0] == -180, 2].max())
    return [west, south, east, north]


def _describe_projection(geobox: GeoBox) -> dict[str, Any]:
    authority = None if geobox.crs is None else geobox.crs.to_authority()
    facts: dict[str, Any] = {
        "proj:code": None if authority is None else ":".join(authority),
        "proj:shape": list(geobox.shape),
        "proj:transform": list(geobox.transform)[:6],
        "proj:bbox": list(geobox.bounds),
    }
    if geobox.crs is not None and authority is None:
        facts["proj:wkt2"] = geobox.crs.to_wkt()
    return facts


def _list_assets(paths: OutputPaths, vocabulary: Vocabulary) -> dict[str, Any]:
    """Return the files that belong to the item."""
    labels = {"title": "Classes", "roles": ["data"], "classification:classes": _list_classes(vocabulary)}
    files: Mapping[str, tuple[Path | None, dict[str, Any]]] = {
        "labels": (paths.labels, labels),
        "score": (paths.score, {"title": "Probability of the class in per cent", "roles": ["data"]}),
        "probabilities": (paths.probabilities, {"title": "Probability of each class in per cent", "roles": ["data"]}),
        "polygons": (paths.polygons, {"title": "Polygons", "roles": ["data"]}),
        "areas": (paths.areas, {"title": "Area of each class", "roles": ["metadata"]}),
        "preview": (paths.preview, {"title": "Preview", "roles": ["overview"]}),
        "run": (paths.run, {"title": "Record of the run", "roles": ["metadata"]}),
    }
    return {
        key: {"href": f"./{path.name}", "type": _type_of(path), **facts}
        for key, (path, facts) in files.items()
        if path is not None
    }


def _type_of(path: Path) -> str:
    return _COG if path.suffix == ".tif" else _TYPES.get(path.suffix, "application/octet-stream")


def _list_classes(vocabulary: Vocabulary) -> list[dict[str, Any]]:
    """Return the classes as the extension describes them; names have ASCII letters, digits, dashes and underscores."""
    colors = {item.value: hex_color(item.color)[1:].upper() for item in vocabulary.classes}
    classes: list[dict[str, Any]] = []
    for value, name in name_values(vocabulary).items():
        letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        plain = re.sub(r"[^0-9A-Za-z_-]+", "_", letters).strip("_") or f"class_{value}"
        if any(plain == item["name"] for item in classes):
            plain = f"{plain}_{value}"
        color = {"color_hint": colors[value]} if value in colors else {}
        classes.append({"value": value, "name": plain, "title": name, "description": name, **color})
    nodata = {
        "value": vocabulary.nodata,
        "name": "nodata",
        "title": "No data",
        "description": "No data",
        "nodata": True,
    }
    return [*classes, nodata]
