"""The public verbs: raster in, words in, map out."""

from proxyclip_geo.api.asking import QueryScore, WordPresence, explain, rank_words, similar
from proxyclip_geo.api.embedding import Embedding, LabelMap, open_embedding
from proxyclip_geo.api.encoding import StoreOptions, encode
from proxyclip_geo.api.examples import Examples
from proxyclip_geo.api.fitting import FitResult, fit
from proxyclip_geo.api.labelling import label
from proxyclip_geo.api.options import EncodeOptions, LabelOptions, SegmentOptions
from proxyclip_geo.api.results import LabelRaster, SegmentResult
from proxyclip_geo.api.sampling import Sample, SampleOptions, sample
from proxyclip_geo.api.segmenting import SegmentPlan, plan_segment, segment
from proxyclip_geo.api.vector_options import VectorOptions
from proxyclip_geo.api.vectorizing import VectorResult, vectorize
from proxyclip_geo.raster.dataset import stem_of

__all__ = [
    "Embedding",
    "EncodeOptions",
    "Examples",
    "FitResult",
    "LabelMap",
    "LabelOptions",
    "LabelRaster",
    "QueryScore",
    "Sample",
    "SampleOptions",
    "SegmentOptions",
    "SegmentPlan",
    "SegmentResult",
    "StoreOptions",
    "VectorOptions",
    "VectorResult",
    "WordPresence",
    "encode",
    "explain",
    "fit",
    "label",
    "open_embedding",
    "plan_segment",
    "rank_words",
    "sample",
    "segment",
    "similar",
    "stem_of",
    "vectorize",
]
