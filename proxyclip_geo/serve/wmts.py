"""WMTS capabilities and TileJSON."""

from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import morecantile

from proxyclip_geo.serve.warp import SIDE

_NAMESPACES = {
    "xmlns": "http://www.opengis.net/wmts/1.0",
    "xmlns:ows": "http://www.opengis.net/ows/1.1",
    "xmlns:xlink": "http://www.w3.org/1999/xlink",
    "version": "1.0.0",
}
_PIXEL = 0.00028
"""Metres of a pixel that scale denominators are defined with."""

Bounds = tuple[float, float, float, float]


def list_zooms(tms: morecantile.TileMatrixSet, gsd: float) -> range:
    """Return the zoom levels of a map, up to the first one whose pixels are at most half of a raster's."""
    levels = range(tms.minzoom, min(tms.maxzoom, 24) + 1)
    finest = next((z for z in levels if tms.matrix(z).scaleDenominator * _PIXEL <= gsd / 2), levels[-1])
    return range(tms.minzoom, finest + 1)


def make_tilejson(template: str, query: dict[str, str], *, bounds: Bounds, zooms: range, name: str) -> dict[str, Any]:
    """Return TileJSON 3.0.

    Args:
        template: URL with {z}, {x} and {y}.
        query: Parameters of the URL.
        bounds: (west, south, east, north) in degrees.
        zooms: Zoom levels.
        name: Name of the map.
    """
    west, south, east, north = bounds
    return {
        "tilejson": "3.0.0",
        "name": name,
        "scheme": "xyz",
        "tiles": [template + (f"?{urlencode(query)}" if query else "")],
        "minzoom": zooms[0],
        "maxzoom": zooms[-1],
        "bounds": list(bounds),
        "center": [(west + east) / 2, (south + north) / 2, max(zooms[0], zooms[-1] - 4)],
    }


def make_capabilities(
    base: str, query: dict[str, str], *, bounds: Bounds, sets: list[tuple[morecantile.TileMatrixSet, range]]
) -> bytes:
    """Return WMTS 1.0.0 capabilities with the layers `map` and `image`.

    Args:
        base: URL of the server, with a slash at the end.
        query: Parameters of the map.
        bounds: (west, south, east, north) in degrees.
        sets: Tile matrix sets with their zoom levels.
    """
    root = ET.Element("Capabilities", _NAMESPACES)
    identification = ET.SubElement(root, "ows:ServiceIdentification")
    _text(identification, "ows:Title", "proxyclip-geo")
    _text(identification, "ows:ServiceType", "OGC WMTS")
    _text(identification, "ows:ServiceTypeVersion", "1.0.0")
    contents = ET.SubElement(root, "Contents")
    suffix = f"?{urlencode(query)}" if query else ""
    for name, title, tail in (("map", "Map", suffix), ("image", "Image", "")):
        if name == "map" and not query:
            continue
        layer = ET.SubElement(contents, "Layer")
        _text(layer, "ows:Title", title)
        box = ET.SubElement(layer, "ows:WGS84BoundingBox")
        _text(box, "ows:LowerCorner", f"{bounds[0]} {bounds[1]}")
        _text(box, "ows:UpperCorner", f"{bounds[2]} {bounds[3]}")
        _text(layer, "ows:Identifier", name)
        style = ET.SubElement(layer, "Style", {"isDefault": "true"})
        _text(style, "ows:Identifier", "default")
        _text(layer, "Format", "image/png")
        for tms, _ in sets:
            _text(ET.SubElement(layer, "TileMatrixSetLink"), "TileMatrixSet", str(tms.id))
        folder = "tiles" if name == "map" else "image"
        url = f"{base}{folder}/{{TileMatrixSet}}/{{TileMatrix}}/{{TileCol}}/{{TileRow}}.png{tail}"
        ET.SubElement(layer, "ResourceURL", {"format": "image/png", "resourceType": "tile", "template": url})
    for tms, zooms in sets:
        contents.append(_describe_set(tms, zooms))
    ET.SubElement(root, "ServiceMetadataURL", {"xlink:href": f"{base}WMTSCapabilities.xml{suffix}"})
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _describe_set(tms: morecantile.TileMatrixSet, zooms: range) -> ET.Element:
    found = ET.Element("TileMatrixSet")
    _text(found, "ows:Identifier", str(tms.id))
    epsg = tms.crs.to_epsg()
    crs = f"urn:ogc:def:crs:EPSG::{epsg}" if epsg else "urn:ogc:def:crs:OGC:1.3:CRS84"
    _text(found, "ows:SupportedCRS", crs)
    for zoom in zooms:
        matrix = tms.matrix(zoom)
        item = ET.SubElement(found, "TileMatrix")
        _text(item, "ows:Identifier", str(zoom))
        _text(item, "ScaleDenominator", repr(matrix.scaleDenominator))
        _text(item, "TopLeftCorner", " ".join(repr(float(value)) for value in matrix.pointOfOrigin))
        _text(item, "TileWidth", str(SIDE))
        _text(item, "TileHeight", str(SIDE))
        _text(item, "MatrixWidth", str(matrix.matrixWidth))
        _text(item, "MatrixHeight", str(matrix.matrixHeight))
    return found


def _text(parent: ET.Element, tag: str, value: str) -> None:
    ET.SubElement(parent, tag).text = value


def find_matrix_sets(gsd: float) -> dict[str, tuple[morecantile.TileMatrixSet, range]]:
    """Return the tile matrix sets of the map by name, with their zoom levels.

    Args:
        gsd: Metres per pixel of the finest raster.
    """
    sets = (morecantile.tms.get(name) for name in ("WebMercatorQuad", "WorldCRS84Quad"))
    return {str(tms.id): (tms, list_zooms(tms, gsd)) for tms in sets}
