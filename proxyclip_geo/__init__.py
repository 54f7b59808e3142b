"""Segment large GeoTIFFs into land-cover classes named in plain words, without training."""

__version__ = "0.1.0"
