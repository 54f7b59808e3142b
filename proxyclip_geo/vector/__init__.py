"""Polygons from label rasters: exact outlines, areas on the ellipsoid, mean scores, and files to open in a GIS."""

from proxyclip_geo.vector.areas import area_m2
from proxyclip_geo.vector.formats import SUFFIXES
from proxyclip_geo.vector.generalise import Generalisation
from proxyclip_geo.vector.mosaic import read_legend
from proxyclip_geo.vector.polygons import open_polygons, polygonize
from proxyclip_geo.vector.tracing import TraceOptions
from proxyclip_geo.vector.writing import check_target, write_polygons

__all__ = [
    "SUFFIXES",
    "Generalisation",
    "TraceOptions",
    "area_m2",
    "check_target",
    "open_polygons",
    "polygonize",
    "read_legend",
    "write_polygons",
]
