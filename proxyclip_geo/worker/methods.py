"""What the worker can be asked, each a function of the session, its parameters and a progress callable."""

import importlib.metadata
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

from proxyclip_geo import __version__
from proxyclip_geo.progress import Progress
from proxyclip_geo.worker.params import Params
from proxyclip_geo.worker.protocol import PROTOCOL, ProtocolError
from proxyclip_geo.worker.session import Session


@dataclass(frozen=True)
class Call:
    """One request on its way.

    Attributes:
        session: What is warm.
        params: What the client gave.
        progress: To be called while working.
    """

    session: Session
    params: Params
    progress: Progress


Method: TypeAlias = Callable[[Call], dict[str, Any]]


def describe_worker() -> dict[str, Any]:
    """Return who is here: the first line that a worker writes."""
    return {
        "protocol": PROTOCOL,
        "version": __version__,
        "python": platform.python_version(),
        "executable": sys.executable,
        "pid": os.getpid(),
    }


def hello(call: Call) -> dict[str, Any]:
    """Agree on the protocol."""
    wanted = call.params.take("protocol", int)
    call.params.finish()
    if wanted != PROTOCOL:
        raise ProtocolError(
            f"the client speaks protocol {wanted}, this worker (proxyclip-geo {__version__}) {PROTOCOL}; install "
            "versions that belong together"
        )
    return describe_worker()


def models(call: Call) -> dict[str, Any]:
    """List the built-in models, and which are on this machine."""
    from proxyclip_geo.models.registry import list_models

    call.params.finish()
    return {"models": [asdict(model) for model in list_models()]}


def fetch(call: Call) -> dict[str, Any]:
    """Download the weights of a model: the one method that uses the network."""
    from proxyclip_geo.models.fetch import fetch_weights
    from proxyclip_geo.models.registry import find_card

    card = find_card(call.params.take("model", str))
    call.params.finish()
    return {"model": card.name, "paths": [str(path) for path in fetch_weights(card, progress=call.progress)]}


def self_test(call: Call) -> dict[str, Any]:
    """Load a model and run one window, to see that the environment works."""
    from proxyclip_geo.models.self_test import run_self_test

    model, device = call.params.take("model", str, "demo"), call.params.take("device", str, "auto")
    call.params.finish()
    result = run_self_test(model, device=device)
    libraries = {name: importlib.metadata.version(name) for name in ("torch", "rasterio", "numpy")}
    return {"model": result.name, "device": result.device, "seconds": result.seconds, "libraries": libraries}


def vocabularies(call: Call) -> dict[str, Any]:
    """Return the built-in vocabularies, whole."""
    from proxyclip_geo.vocabulary import list_vocabularies, load_vocabulary

    call.params.finish()
    return {"vocabularies": [load_vocabulary(name).to_dict() for name in list_vocabularies()]}


def read_vocabulary(call: Call) -> dict[str, Any]:
    """Read words from text, a list, an object, a built-in name or a file; colours and values are filled in."""
    vocabulary = call.params.classes()
    call.params.finish()
    return {"vocabulary": vocabulary.to_dict()}


def write_vocabulary(call: Call) -> dict[str, Any]:
    """Write a vocabulary file, .yaml or .json."""
    from proxyclip_geo.vocabulary import dump_vocabulary

    vocabulary, path = call.params.classes(), call.params.take("path", str)
    call.params.finish()
    return {"path": str(dump_vocabulary(vocabulary, path))}


def check_vocabulary(call: Call) -> dict[str, Any]:
    """Say which words a model does not know, and which it can hardly tell apart."""
    from proxyclip_geo.api.word_check import closest_words, far_words

    vocabulary, model = call.params.classes(), call.params.take("model", str)
    call.params.finish()
    pairs = closest_words(vocabulary, model=model)
    return {
        "far": [vars(word) for word in far_words(vocabulary, model=model)],
        "closest": [vars(pair) for pair in pairs],
    }


def plan(call: Call) -> dict[str, Any]:
    """Say what `segment` would do, and check all that can be checked without computing."""
    import proxyclip_geo as pg

    raster, classes = call.params.take("raster", str), call.params.classes()
    model, out = call.params.take("model", str), call.params.take("out", str, "out")
    options = call.params.options(pg.SegmentOptions)
    call.params.finish()
    made = pg.plan_segment(raster, classes, out=out, model=model, options=options)
    return {
        "raster": made.description,
        "shape": list(made.shape),
        "windows": made.windows,
        "blocks": made.blocks,
        "block_size": made.core,
        "notes": list(made.notes),
    }


def segment(call: Call) -> dict[str, Any]:
    """Raster and words in, files out."""
    import proxyclip_geo as pg

    raster, classes, out = call.params.take("raster", str), call.params.classes(), call.params.take("out", str)
    name, options = call.params.take("model", str), call.params.options(pg.SegmentOptions)
    vectors = call.params.options(pg.VectorOptions, name="vectors")
    call.params.finish()
    model = call.session.model(name, options)
    made = pg.segment(raster, classes, out=out, model=model, options=options, vectors=vectors, progress=call.progress)
    return _describe_result(made)


def encode(call: Call) -> dict[str, Any]:
    """Raster in, embedding out; one that was broken off is finished."""
    import proxyclip_geo as pg

    raster, out, name = (call.params.take(key, str) for key in ("raster", "out", "model"))
    options = call.params.options(pg.EncodeOptions)
    storage, components = call.params.take("storage", str, "float16"), call.params.take("components", int, None)
    overwrite = call.params.take("overwrite", bool, False)
    call.params.finish()
    if storage not in ("float16", "int8"):
        raise ProtocolError(f"the parameter 'storage' is float16 or int8, not {storage!r}")
    kept = pg.StoreOptions(
        storage="int8" if storage == "int8" else "float16", components=components, overwrite=overwrite
    )
    call.session.close(out)
    model = call.session.model(name, options)
    made = pg.encode(raster, out=out, model=model, options=options, store=kept, progress=call.progress)
    return _describe_embedding(made)


def open_embedding(call: Call) -> dict[str, Any]:
    """Open an embedding and load the text side of its model, so that later requests are quick."""
    kept = call.session.embedding(call.params.take("embedding", str))
    call.params.finish()
    _ = kept.text
    return _describe_embedding(kept)


def close_embedding(call: Call) -> dict[str, Any]:
    """Let go of an embedding."""
    name = call.params.take("embedding", str)
    call.params.finish()
    return {"closed": call.session.close(name)}


def label(call: Call) -> dict[str, Any]:
    """Embedding and words in, the files of `segment` out."""
    import proxyclip_geo as pg

    kept, classes = call.session.embedding(call.params.take("embedding", str)), call.params.classes()
    out, bounds, aoi = call.params.take("out", str), _bounds(call.params), call.params.take("aoi", str, None)
    options, examples = call.params.options(pg.LabelOptions), call.params.examples()
    vectors = call.params.options(pg.VectorOptions, name="vectors")
    call.params.finish()
    made = pg.label(
        kept,
        classes,
        out=out,
        bounds=bounds,
        aoi=aoi,
        examples=examples,
        options=options,
        vectors=vectors,
        progress=call.progress,
    )
    return _describe_result(made)


def preview(call: Call) -> dict[str, Any]:
    """Label an area of an embedding at some resolution into one small GeoTIFF: what a map in view is made from."""
    import proxyclip_geo as pg
    from proxyclip_geo.worker.preview import write_preview

    started = time.perf_counter()
    kept, classes = call.session.embedding(call.params.take("embedding", str)), call.params.classes()
    path, score = Path(call.params.take("path", str)), call.params.take("score_path", str, None)
    bounds, resolution = _bounds(call.params), call.params.take("resolution", float, None)
    options, examples = call.params.options(pg.LabelOptions), call.params.examples()
    call.params.finish()
    made = kept.label(classes, bounds=bounds, resolution=resolution, examples=examples, options=options)
    write_preview(made, path, score=None if score is None else Path(score))
    return {
        "path": str(path),
        "score_path": score,
        "shape": list(made.geobox.shape),
        "shares": dict(made.shares),
        "vocabulary": made.vocabulary.to_dict(),
        "seconds": time.perf_counter() - started,
    }


def explain(call: Call) -> dict[str, Any]:
    """Say how well each word fits a point or polygons."""
    import proxyclip_geo as pg

    kept, classes = call.session.embedding(call.params.take("embedding", str)), call.params.classes()
    at, aoi = call.params.numbers("at", count=2), call.params.take("aoi", str, None)
    options, examples = call.params.options(pg.LabelOptions), call.params.examples()
    call.params.finish()
    found = pg.explain(kept, classes, at=_point(at), aoi=aoi, examples=examples, options=options)
    return {"queries": [vars(item) for item in found]}


def similar(call: Call) -> dict[str, Any]:
    """Write a heat map of where something like a word or a place is."""
    import proxyclip_geo as pg

    kept, word = call.session.embedding(call.params.take("embedding", str)), call.params.take("word", str, None)
    at, aoi = call.params.numbers("at", count=2), call.params.take("aoi", str, None)
    path, overwrite = call.params.take("path", str), call.params.take("overwrite", bool, False)
    call.params.finish()
    made = pg.similar(kept, word, out=path, at=_point(at), aoi=aoi, overwrite=overwrite, progress=call.progress)
    return {"path": str(made)}


def words(call: Call) -> dict[str, Any]:
    """Rank words by how much they stand out."""
    import proxyclip_geo as pg

    kept, candidates = call.session.embedding(call.params.take("embedding", str)), call.params.take("candidates", list)
    call.params.finish()
    return {"words": [vars(item) for item in pg.rank_words(kept, [str(word) for word in candidates])]}


def vectorize(call: Call) -> dict[str, Any]:
    """Label raster in, polygons out."""
    import proxyclip_geo as pg

    labels, path = call.params.take("labels", str), call.params.take("path", str)
    score, overwrite = call.params.take("score", str, None), call.params.take("overwrite", bool, False)
    append, options = call.params.take("append", bool, False), call.params.options(pg.VectorOptions)
    call.params.finish()
    made = pg.vectorize(
        labels, path, score=score, options=options, overwrite=overwrite, append=append, progress=call.progress
    )
    return {
        "path": str(made.path),
        "layer": made.path.stem,
        "count": made.polygons,
        "areas": dict(made.areas),
        "unit": made.unit,
    }


def evaluate(call: Call) -> dict[str, Any]:
    """Compare labels with the truth."""
    from proxyclip_geo.evaluation.evaluate import evaluate as compare

    labels, truth = call.params.take("labels", str), call.params.take("truth", str)
    mapping, ignore = call.params.take("mapping", dict, None), call.params.take("ignore", list, [])
    call.params.finish()
    report = compare(labels, truth, mapping=mapping, ignore=ignore, progress=call.progress)
    return {"report": report.to_dict(), "text": report.to_text()}


def _point(values: tuple[float, ...] | None) -> tuple[float, float] | None:
    return None if values is None else (values[0], values[1])


def _bounds(params: Params) -> tuple[float, float, float, float] | None:
    values = params.numbers("bounds", count=4)
    return None if values is None else (values[0], values[1], values[2], values[3])


def _describe_result(made: Any) -> dict[str, Any]:
    return {
        "paths": {name: None if path is None else str(path) for name, path in vars(made.paths).items()},
        "shares": dict(made.shares),
        "vocabulary": made.vocabulary.to_dict(),
        "seconds": made.run["seconds"],
    }


def _describe_embedding(kept: Any) -> dict[str, Any]:
    info, geobox = kept.store.info, kept.geobox
    return {
        "embedding": kept.name,
        "stem": kept.stem,
        "model": info.model["name"],
        "raster": dict(info.raster),
        "shape": list(geobox.shape),
        "bounds": list(geobox.bounds),
        "transform": list(geobox.transform)[:6],
        "crs": None if geobox.crs is None else geobox.crs.to_wkt(),
        "gsd": geobox.gsd,
        "step": info.grid.step,
        "dim": info.dim,
        "storage": info.storage,
        "complete": not kept.store.missing(),
    }


METHODS: dict[str, Method] = {
    "hello": hello,
    "models": models,
    "fetch": fetch,
    "self_test": self_test,
    "vocabularies": vocabularies,
    "read_vocabulary": read_vocabulary,
    "write_vocabulary": write_vocabulary,
    "check_vocabulary": check_vocabulary,
    "plan": plan,
    "segment": segment,
    "encode": encode,
    "open": open_embedding,
    "close": close_embedding,
    "label": label,
    "preview": preview,
    "explain": explain,
    "similar": similar,
    "words": words,
    "vectorize": vectorize,
    "evaluate": evaluate,
}
"""What a request's `method` may be, besides "cancel" and "shutdown"."""
