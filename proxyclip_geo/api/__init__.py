"""The public verbs: raster in, words in, map out.

Everything here is loaded when it is first used: what needs no model does not load torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from proxyclip_geo.api.asking import QueryScore, WordPresence, explain, rank_words, similar
    from proxyclip_geo.api.embedding import Embedding, LabelMap, open_embedding
    from proxyclip_geo.api.encoding import StoreOptions, encode
    from proxyclip_geo.api.examples import Examples
    from proxyclip_geo.api.fitting import FitResult, fit
    from proxyclip_geo.api.labelling import label
    from proxyclip_geo.api.many import RasterPlan, RasterReport, plan_many, segment_many
    from proxyclip_geo.api.options import EncodeOptions, LabelOptions, SegmentOptions
    from proxyclip_geo.api.results import LabelRaster, SegmentResult
    from proxyclip_geo.api.sampling import Sample, SampleOptions, sample
    from proxyclip_geo.api.segmenting import SegmentPlan, plan_segment, segment
    from proxyclip_geo.api.vector_options import VectorOptions
    from proxyclip_geo.api.vectorizing import VectorResult, vectorize
    from proxyclip_geo.raster.collection import find_rasters
    from proxyclip_geo.raster.dataset import stem_of

_HOMES = {
    "Embedding": "proxyclip_geo.api.embedding",
    "EncodeOptions": "proxyclip_geo.api.options",
    "Examples": "proxyclip_geo.api.examples",
    "FitResult": "proxyclip_geo.api.fitting",
    "LabelMap": "proxyclip_geo.api.embedding",
    "LabelOptions": "proxyclip_geo.api.options",
    "LabelRaster": "proxyclip_geo.api.results",
    "QueryScore": "proxyclip_geo.api.asking",
    "RasterPlan": "proxyclip_geo.api.many",
    "RasterReport": "proxyclip_geo.api.many",
    "Sample": "proxyclip_geo.api.sampling",
    "SampleOptions": "proxyclip_geo.api.sampling",
    "SegmentOptions": "proxyclip_geo.api.options",
    "SegmentPlan": "proxyclip_geo.api.segmenting",
    "SegmentResult": "proxyclip_geo.api.results",
    "StoreOptions": "proxyclip_geo.api.encoding",
    "VectorOptions": "proxyclip_geo.api.vector_options",
    "VectorResult": "proxyclip_geo.api.vectorizing",
    "WordPresence": "proxyclip_geo.api.asking",
    "encode": "proxyclip_geo.api.encoding",
    "explain": "proxyclip_geo.api.asking",
    "find_rasters": "proxyclip_geo.raster.collection",
    "fit": "proxyclip_geo.api.fitting",
    "label": "proxyclip_geo.api.labelling",
    "open_embedding": "proxyclip_geo.api.embedding",
    "plan_many": "proxyclip_geo.api.many",
    "plan_segment": "proxyclip_geo.api.segmenting",
    "rank_words": "proxyclip_geo.api.asking",
    "sample": "proxyclip_geo.api.sampling",
    "segment": "proxyclip_geo.api.segmenting",
    "segment_many": "proxyclip_geo.api.many",
    "similar": "proxyclip_geo.api.asking",
    "stem_of": "proxyclip_geo.raster.dataset",
    "vectorize": "proxyclip_geo.api.vectorizing",
}

__all__ = [
    "Embedding",
    "EncodeOptions",
    "Examples",
    "FitResult",
    "LabelMap",
    "LabelOptions",
    "LabelRaster",
    "QueryScore",
    "RasterPlan",
    "RasterReport",
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
    "find_rasters",
    "fit",
    "label",
    "open_embedding",
    "plan_many",
    "plan_segment",
    "rank_words",
    "sample",
    "segment",
    "segment_many",
    "similar",
    "stem_of",
    "vectorize",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
