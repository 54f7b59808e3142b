"""Label rasters to polygons: trace, generalise, measure, write."""
