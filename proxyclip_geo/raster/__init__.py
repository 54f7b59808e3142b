"""Rasters in and out: reading with validity, writing cloud-optimised GeoTIFFs, style files and previews."""

from proxyclip_geo.raster.labels import LabelBlock, LabelSource, open_labels
from proxyclip_geo.raster.preview import write_preview
from proxyclip_geo.raster.sink import RasterSink
from proxyclip_geo.raster.source import Pixels, Source, SourceOptions, open_source
from proxyclip_geo.raster.spec import (
    SCORE_NODATA,
    SCORE_SCALE,
    RasterSpec,
    encode_probability,
    image_spec,
    label_spec,
    probability_spec,
    score_spec,
)
from proxyclip_geo.raster.stretch import Stretch
from proxyclip_geo.raster.style import labels_qml, labels_sld, score_qml, score_sld

__all__ = [
    "SCORE_NODATA",
    "SCORE_SCALE",
    "LabelBlock",
    "LabelSource",
    "Pixels",
    "RasterSink",
    "RasterSpec",
    "Source",
    "SourceOptions",
    "Stretch",
    "encode_probability",
    "image_spec",
    "label_spec",
    "labels_qml",
    "labels_sld",
    "open_labels",
    "open_source",
    "probability_spec",
    "score_qml",
    "score_sld",
    "score_spec",
    "write_preview",
]
