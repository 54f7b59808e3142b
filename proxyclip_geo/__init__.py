"""Segment large GeoTIFFs into land-cover classes named in plain words, without training.

Everything here is loaded when it is first used, so that importing the package takes no time.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from proxyclip_geo.api import (
        Embedding,
        EncodeOptions,
        Examples,
        FitResult,
        LabelMap,
        LabelOptions,
        QueryScore,
        SampleOptions,
        SegmentOptions,
        SegmentPlan,
        SegmentResult,
        StoreOptions,
        VectorOptions,
        VectorResult,
        WordPresence,
        encode,
        explain,
        fit,
        label,
        open_embedding,
        plan_many,
        plan_segment,
        rank_words,
        sample,
        segment,
        segment_many,
        similar,
        vectorize,
    )
    from proxyclip_geo.evaluation import Report, evaluate
    from proxyclip_geo.models.zoo import Model, load_model
    from proxyclip_geo.progress import ProgressEvent
    from proxyclip_geo.raster.stretch import Stretch
    from proxyclip_geo.vocabulary import LandClass, Vocabulary, as_vocabulary, dump_vocabulary, load_vocabulary

_HOMES = {
    "Embedding": "api",
    "EncodeOptions": "api",
    "Examples": "api",
    "FitResult": "api",
    "LabelMap": "api",
    "LabelOptions": "api",
    "LandClass": "vocabulary",
    "Model": "models.zoo",
    "ProgressEvent": "progress",
    "QueryScore": "api",
    "Report": "evaluation",
    "SampleOptions": "api",
    "SegmentOptions": "api",
    "SegmentPlan": "api",
    "SegmentResult": "api",
    "StoreOptions": "api",
    "Stretch": "raster.stretch",
    "VectorOptions": "api",
    "VectorResult": "api",
    "Vocabulary": "vocabulary",
    "WordPresence": "api",
    "as_vocabulary": "vocabulary",
    "dump_vocabulary": "vocabulary",
    "encode": "api",
    "evaluate": "evaluation",
    "explain": "api",
    "fit": "api",
    "label": "api",
    "load_model": "models.zoo",
    "load_vocabulary": "vocabulary",
    "open_embedding": "api",
    "plan_many": "api",
    "plan_segment": "api",
    "sample": "api",
    "segment": "api",
    "segment_many": "api",
    "similar": "api",
    "rank_words": "api",
    "vectorize": "api",
}

__all__ = [
    "Embedding",
    "EncodeOptions",
    "Examples",
    "FitResult",
    "LabelMap",
    "LabelOptions",
    "LandClass",
    "Model",
    "ProgressEvent",
    "QueryScore",
    "Report",
    "SampleOptions",
    "SegmentOptions",
    "SegmentPlan",
    "SegmentResult",
    "StoreOptions",
    "Stretch",
    "VectorOptions",
    "VectorResult",
    "Vocabulary",
    "WordPresence",
    "__version__",
    "as_vocabulary",
    "dump_vocabulary",
    "encode",
    "evaluate",
    "explain",
    "fit",
    "label",
    "load_model",
    "load_vocabulary",
    "open_embedding",
    "plan_many",
    "plan_segment",
    "rank_words",
    "sample",
    "segment",
    "segment_many",
    "similar",
    "vectorize",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
