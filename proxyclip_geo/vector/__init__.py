"""Polygons from label rasters: exact outlines, areas on the ellipsoid, mean scores, and files to open in a GIS.

Everything here is loaded when it is first used: pyogrio alone brings 90 MB, which tracing does not need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from proxyclip_geo.vector.areas import area_m2
    from proxyclip_geo.vector.drafts import open_draft
    from proxyclip_geo.vector.formats import SUFFIXES, check_layers, check_target, format_of
    from proxyclip_geo.vector.generalise import Generalisation
    from proxyclip_geo.vector.mosaic import read_legend
    from proxyclip_geo.vector.polygons import PolygonInputs, PolygonOptions, open_polygons
    from proxyclip_geo.vector.sources import SOURCES, describe_file, find_file, read_record, read_sources
    from proxyclip_geo.vector.tracing import TraceOptions
    from proxyclip_geo.vector.writing import write_polygons

_HOMES = {
    "SOURCES": "sources",
    "SUFFIXES": "formats",
    "Generalisation": "generalise",
    "PolygonInputs": "polygons",
    "PolygonOptions": "polygons",
    "TraceOptions": "tracing",
    "area_m2": "areas",
    "check_layers": "formats",
    "check_target": "formats",
    "describe_file": "sources",
    "find_file": "sources",
    "format_of": "formats",
    "open_draft": "drafts",
    "open_polygons": "polygons",
    "read_legend": "mosaic",
    "read_record": "sources",
    "read_sources": "sources",
    "write_polygons": "writing",
}

__all__ = [
    "SOURCES",
    "SUFFIXES",
    "Generalisation",
    "PolygonInputs",
    "PolygonOptions",
    "TraceOptions",
    "area_m2",
    "check_layers",
    "check_target",
    "describe_file",
    "find_file",
    "format_of",
    "open_draft",
    "open_polygons",
    "read_legend",
    "read_record",
    "read_sources",
    "write_polygons",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
