"""The public verbs: raster in, words in, map out."""

from proxyclip_geo.api.options import SegmentOptions
from proxyclip_geo.api.results import LabelRaster, SegmentResult
from proxyclip_geo.api.sampling import Sample, SampleOptions, sample
from proxyclip_geo.api.segmenting import SegmentPlan, plan_segment, segment

__all__ = [
    "LabelRaster",
    "Sample",
    "SampleOptions",
    "SegmentOptions",
    "SegmentPlan",
    "SegmentResult",
    "plan_segment",
    "sample",
    "segment",
]
