"""Polygons from label rasters: exact outlines, areas on the ellipsoid, mean scores, and files to open in a GIS."""

from proxyclip_geo.vector.areas import area_m2
from proxyclip_geo.vector.outlines import polygonize
from proxyclip_geo.vector.writing import SUFFIXES, write_polygons

__all__ = ["SUFFIXES", "area_m2", "polygonize", "write_polygons"]
