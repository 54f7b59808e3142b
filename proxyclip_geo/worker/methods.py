"""Methods of the worker: the keyword arguments of each are the parameters of its requests."""

import importlib.metadata
from collections import Counter
from dataclasses import asdict
from typing import Any

import proxyclip_geo as pg
from proxyclip_geo.api.options import (
    ChangeOptions,
    EncodeOptions,
    LabelOptions,
    SegmentOptions,
    StoreOptions,
)
from proxyclip_geo.declare import Name
from proxyclip_geo.models.options import ModelOptions
from proxyclip_geo.vector.options import VectorOptions
from proxyclip_geo.vocabulary import load_vocabulary
from proxyclip_geo.vocabulary.load import read_words
from proxyclip_geo.worker import embedding_methods
from proxyclip_geo.worker.describe import describe_embedding, describe_result, describe_worker
from proxyclip_geo.worker.protocol import PROTOCOL, ProtocolError
from proxyclip_geo.worker.requests import Call, Classes, Method, NameOrNames, schema


def hello(call: Call, *, protocol: int) -> dict[str, Any]:
    """Agree on the protocol."""
    if protocol != PROTOCOL:
        raise ProtocolError(
            f"the client speaks protocol {protocol}, this worker (proxyclip-geo {pg.__version__}) {PROTOCOL}; install "
            "versions that belong together"
        )
    return describe_worker()


def options(call: Call) -> dict[str, Any]:
    """Return the JSON schema of each method's parameters: types, choices, limits, defaults and descriptions."""
    return {"methods": {name: schema(method) for name, method in METHODS.items()}}


def models(call: Call) -> dict[str, Any]:
    """List the built-in models, and which are on this machine."""
    from proxyclip_geo.models.catalogue import list_models

    return {"models": [asdict(model) for model in list_models()]}


def fetch(call: Call, *, model: Name) -> dict[str, Any]:
    """Download the weights of a model: the one method that uses the network."""
    from proxyclip_geo.models.fetch import fetch_weights
    from proxyclip_geo.models.registry import find_card

    card = find_card(model)
    return {"model": card.name, "paths": [str(path) for path in fetch_weights(card, progress=call.progress)]}


def self_test(call: Call, *, model: Name = "demo", device: str = ModelOptions().device) -> dict[str, Any]:
    """Load a model and encode words and a synthetic image, to check the environment."""
    from proxyclip_geo.engine.self_test import run_self_test

    result = run_self_test(model, device=device)
    libraries = {name: importlib.metadata.version(name) for name in ("torch", "rasterio", "numpy")}
    return {"model": result.name, "device": result.device, "seconds": result.seconds, "libraries": libraries}


def vocabularies(call: Call) -> dict[str, Any]:
    """Return the built-in vocabularies, whole."""
    return {"vocabularies": [load_vocabulary(name).to_dict() for name in pg.list_vocabularies()]}


def read_vocabulary(call: Call, *, classes: Classes | None = None, vocabulary: Name | None = None) -> dict[str, Any]:
    """Read classes from text, a list, an object, a built-in name or a file; add colours and values."""
    return {"vocabulary": read_words(classes, vocabulary).to_dict()}


def write_vocabulary(
    call: Call, *, path: Name, classes: Classes | None = None, vocabulary: Name | None = None
) -> dict[str, Any]:
    """Write a vocabulary file, .yaml or .json."""
    return {"path": str(pg.dump_vocabulary(read_words(classes, vocabulary), path))}


def check_vocabulary(
    call: Call, *, model: Name, classes: Classes | None = None, vocabulary: Name | None = None
) -> dict[str, Any]:
    """Return the words that a model does not know, and the pairs that it can hardly tell apart."""
    from proxyclip_geo.api.word_check import find_closest_words, find_far_words

    words = read_words(classes, vocabulary)
    pairs = find_closest_words(words, model=model)
    return {
        "far": [vars(word) for word in find_far_words(words, model=model)],
        "closest": [vars(pair) for pair in pairs],
    }


def plan(
    call: Call,
    *,
    raster: Name,
    model: Name,
    out: Name = "out",
    classes: Classes | None = None,
    vocabulary: Name | None = None,
    options: SegmentOptions = SegmentOptions(),
    overwrite: bool = False,
) -> dict[str, Any]:
    """Return what `segment` would do, after all checks that need no computing."""
    words = read_words(classes, vocabulary)
    found = pg.plan_segment(raster, words, out=out, model=model, options=options, overwrite=overwrite)
    return {
        "raster": found.description,
        "shape": list(found.shape),
        "windows": found.windows,
        "blocks": found.blocks,
        "block_size": found.core,
        "notes": list(found.notes),
    }


def segment(
    call: Call,
    *,
    raster: Name,
    model: Name,
    out: Name,
    classes: Classes | None = None,
    vocabulary: Name | None = None,
    options: SegmentOptions = SegmentOptions(),
    vectors: VectorOptions = VectorOptions(),
    overwrite: bool = False,
) -> dict[str, Any]:
    """Segment a raster into files."""
    result = pg.segment(
        raster,
        read_words(classes, vocabulary),
        out=out,
        model=call.session.model(model, options),
        options=options,
        vectors=vectors,
        overwrite=overwrite,
        progress=call.progress,
    )
    return describe_result(result)


def find_rasters(call: Call, *, path: NameOrNames) -> dict[str, Any]:
    """Return the rasters of folders, patterns and STAC files, and folders that keep results of one name apart."""
    from proxyclip_geo.api.output_folders import name_folders
    from proxyclip_geo.raster.find_rasters import list_rasters
    from proxyclip_geo.raster.names import stem_of

    folders = name_folders(list_rasters(path))
    stems = Counter(stem_of(name).lower() for name in folders)
    shared = [stems[stem_of(name).lower()] > 1 for name in folders]
    apart = [str(folder) if more else "" for folder, more in zip(folders.values(), shared, strict=True)]
    return {"rasters": list(folders), "folders": apart}


def encode(
    call: Call,
    *,
    raster: Name,
    out: Name,
    model: Name,
    options: EncodeOptions = EncodeOptions(),
    store: StoreOptions = StoreOptions(),
    overwrite: bool = False,
) -> dict[str, Any]:
    """Encode a raster, or resume an interrupted encoding."""
    call.session.close(out)
    pg.encode(
        raster,
        out=out,
        model=call.session.model(model, options),
        options=options,
        store=store,
        overwrite=overwrite,
        progress=call.progress,
    )
    return describe_embedding(call.session.previewer(out, progress=call.progress).embedding)


def vectorize(
    call: Call,
    *,
    labels: Name,
    path: Name,
    score: Name | None = None,
    options: VectorOptions = VectorOptions(),
    overwrite: bool = False,
    append: bool = False,
) -> dict[str, Any]:
    """Turn a label raster into polygons."""
    result = pg.vectorize(
        labels, path, score=score, options=options, overwrite=overwrite, append=append, progress=call.progress
    )
    return {
        "path": str(result.path),
        "layer": result.path.stem,
        "count": result.polygons,
        "areas": dict(result.areas),
        "unit": result.areas.unit,
    }


def areas(
    call: Call,
    *,
    labels: Name,
    zones: Name | None = None,
    zone_field: str = "name",
    path: Name | None = None,
    chart: Name | None = None,
    overwrite: bool = False,
) -> dict[str, Any]:
    """Measure the area of each class of a label raster, also by zone."""
    report = pg.measure_areas(
        labels,
        zones=zones,
        zone_field=zone_field,
        out=path,
        chart=chart,
        overwrite=overwrite,
        progress=call.progress,
    )
    return {**report.to_dict(), "path": path, "chart": chart}


def evaluate(
    call: Call,
    *,
    labels: Name,
    truth: Name,
    truth_field: str = "class",
    mapping: dict[int | str, int | str] | None = None,
    ignore: tuple[int | str, ...] = (),
) -> dict[str, Any]:
    """Compare labels with the truth."""
    report = pg.evaluate(labels, truth, truth_field=truth_field, mapping=mapping, ignore=ignore, progress=call.progress)
    return {"report": report.to_dict(), "text": report.to_text()}


def compare(
    call: Call,
    *,
    before: Name,
    after: Name,
    out: Name,
    classes: Classes | None = None,
    vocabulary: Name | None = None,
    change: ChangeOptions = ChangeOptions(),
    options: LabelOptions = LabelOptions(),
    overwrite: bool = False,
) -> dict[str, Any]:
    """Compare two embeddings, or two label rasters, of one place."""
    words = None if classes is None and vocabulary is None else read_words(classes, vocabulary)
    result = pg.compare(
        before,
        after,
        words,
        out=out,
        confidence=change.confidence,
        options=options,
        vectors=VectorOptions(min_area=0, drop_smaller=change.drop_smaller),
        overwrite=overwrite,
        progress=call.progress,
    )
    return {
        "changes": result.rows(),
        "unit": result.unit,
        "paths": {
            "change": str(result.labels),
            "confidence": None if result.confidence is None else str(result.confidence),
            "polygons": str(result.polygons_path),
            "table": str(result.table),
            "preview": str(result.preview),
        },
    }


METHODS: dict[str, Method] = {
    "hello": hello,
    "options": options,
    "models": models,
    "fetch": fetch,
    "self_test": self_test,
    "vocabularies": vocabularies,
    "read_vocabulary": read_vocabulary,
    "write_vocabulary": write_vocabulary,
    "check_vocabulary": check_vocabulary,
    "plan": plan,
    "find_rasters": find_rasters,
    "segment": segment,
    "encode": encode,
    "open": embedding_methods.open_embedding,
    "close": embedding_methods.close_embedding,
    "label": embedding_methods.label,
    "discover": embedding_methods.discover,
    "preview": embedding_methods.preview,
    "explain": embedding_methods.explain,
    "similar": embedding_methods.similar,
    "words": embedding_methods.words,
    "suggest": embedding_methods.suggest,
    "fit": embedding_methods.fit,
    "vectorize": vectorize,
    "areas": areas,
    "evaluate": evaluate,
    "compare": compare,
}
"""Methods of requests, besides "cancel" and "shutdown"."""
