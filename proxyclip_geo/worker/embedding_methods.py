"""Methods of the worker for embeddings; see `methods`."""

import time
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator

import proxyclip_geo as pg
from proxyclip_geo.api.options import ClusterOptions, CountOption, Examples, LabelOptions
from proxyclip_geo.declare import Name, Words, option
from proxyclip_geo.raster.options import AoiLayerOption, AoiOption, BoundsOption, PointOption
from proxyclip_geo.vector.options import VectorOptions
from proxyclip_geo.vocabulary.load import read_words
from proxyclip_geo.worker.describe import describe_embedding, describe_result
from proxyclip_geo.worker.requests import Call, Classes, NameOrNames

Gsd: TypeAlias = Annotated[float | None, option("Metres per pixel of the map.", gt=0)]
ExamplesOrPath: TypeAlias = Annotated[
    Examples | None, BeforeValidator(lambda value: {"path": value} if isinstance(value, str) else value)
]


def open_embedding(call: Call, *, embedding: Name) -> dict[str, Any]:
    """Open an embedding, compute its overviews if there are none, and load its model's text encoder for later words."""
    return describe_embedding(call.session.previewer(embedding, progress=call.progress).embedding)


def close_embedding(call: Call, *, embedding: Name) -> dict[str, Any]:
    """Close an embedding."""
    return {"closed": call.session.close(embedding)}


def label(
    call: Call,
    *,
    embedding: Name,
    out: Name,
    classes: Classes | None = None,
    vocabulary: Name | None = None,
    bounds: BoundsOption = None,
    aoi: AoiOption = None,
    aoi_layer: AoiLayerOption = None,
    examples: ExamplesOrPath = None,
    options: LabelOptions = LabelOptions(),
    vectors: VectorOptions = VectorOptions(),
    overwrite: bool = False,
) -> dict[str, Any]:
    """Label an embedding; writes the files of `segment`."""
    result = pg.label(
        call.session.embedding(embedding),
        read_words(classes, vocabulary),
        out=out,
        bounds=bounds,
        aoi=aoi,
        aoi_layer=aoi_layer,
        examples=examples,
        options=options,
        vectors=vectors,
        overwrite=overwrite,
        progress=call.progress,
    )
    return describe_result(result)


def discover(
    call: Call,
    *,
    embedding: Name,
    out: Name,
    count: CountOption = ClusterOptions().count,
    words: Words | None = None,
    save: Name | None = None,
    options: LabelOptions = LabelOptions(),
    vectors: VectorOptions = VectorOptions(),
    overwrite: bool = False,
) -> dict[str, Any]:
    """Map an embedding without words: clusters of similar places, each named by the word that fits it best."""
    from proxyclip_geo.vocabulary.formats import check_writable

    if save is not None:
        check_writable(Path(save))
    opened = call.session.embedding(embedding)
    found = opened.discover(count, words=words)
    result = pg.label(
        opened, found, out=out, options=options, vectors=vectors, overwrite=overwrite, progress=call.progress
    )
    if save is not None:
        pg.dump_vocabulary(found, save)
    return {**describe_result(result), "saved": save}


def preview(
    call: Call,
    *,
    embedding: Name,
    path: Name,
    score_path: Name | None = None,
    classes: Classes | None = None,
    vocabulary: Name | None = None,
    bounds: BoundsOption = None,
    gsd: Gsd = None,
    examples: ExamplesOrPath = None,
    options: LabelOptions = LabelOptions(),
) -> dict[str, Any]:
    """Label an area of an embedding at some gsd into one small GeoTIFF, e.g. for a map view."""
    from proxyclip_geo.worker.preview import write_preview

    started = time.perf_counter()
    previewer = call.session.previewer(embedding, progress=call.progress)
    words = read_words(classes, vocabulary)
    labels = previewer.label(words, bounds=bounds, gsd=gsd, examples=examples, options=options, progress=call.progress)
    score = None if score_path is None else Path(score_path)
    write_preview(labels, Path(path), score=score, embedding=previewer.embedding)
    return {
        "path": path,
        "score_path": score_path,
        "shape": list(labels.geobox.shape),
        "shares": dict(labels.shares),
        "vocabulary": labels.vocabulary.to_dict(),
        "examples": None if labels.report is None else labels.report.to_dict(),
        "adaptation": None if labels.adaptation is None else labels.adaptation.to_dict(),
        "seconds": time.perf_counter() - started,
    }


def explain(
    call: Call,
    *,
    embedding: Name,
    classes: Classes | None = None,
    vocabulary: Name | None = None,
    at: PointOption = None,
    aoi: AoiOption = None,
    aoi_layer: AoiLayerOption = None,
    examples: ExamplesOrPath = None,
    options: LabelOptions = LabelOptions(),
) -> dict[str, Any]:
    """Return how well each word fits a point or polygons."""
    opened, words = call.session.embedding(embedding), read_words(classes, vocabulary)
    found = pg.explain(opened, words, at=at, aoi=aoi, aoi_layer=aoi_layer, examples=examples, options=options)
    return {"queries": [vars(item) for item in found]}


def similar(
    call: Call,
    *,
    embedding: Name,
    path: Name,
    word: Name | None = None,
    at: PointOption = None,
    aoi: AoiOption = None,
    aoi_layer: AoiLayerOption = None,
    overwrite: bool = False,
) -> dict[str, Any]:
    """Write a heat map of similarity to a word or a place."""
    opened = call.session.embedding(embedding)
    written = pg.similar(
        opened, word, out=path, at=at, aoi=aoi, aoi_layer=aoi_layer, overwrite=overwrite, progress=call.progress
    )
    return {"path": str(written)}


def words(call: Call, *, embedding: Name, candidates: Words) -> dict[str, Any]:
    """Rank words by how much they stand out."""
    return {"words": [vars(item) for item in pg.rank_words(call.session.embedding(embedding), candidates)]}


def suggest(
    call: Call,
    *,
    embedding: Name,
    classes: Classes | None = None,
    vocabulary: Name | None = None,
    examples: ExamplesOrPath = None,
    count: int = 10,
    path: Name | None = None,
    options: LabelOptions = LabelOptions(),
    overwrite: bool = False,
) -> dict[str, Any]:
    """Check examples, and suggest places for the next ones."""
    opened, chosen = call.session.embedding(embedding), read_words(classes, vocabulary)
    found = pg.suggest(opened, chosen, examples=examples, count=count, out=path, options=options, overwrite=overwrite)
    return {
        "places": [vars(place) for place in found.places],
        "examples": None if found.report is None else found.report.to_dict(),
        "path": path,
    }


def fit(
    call: Call,
    *,
    embedding: NameOrNames,
    truth: NameOrNames,
    classes: Classes | None = None,
    vocabulary: Name | None = None,
    truth_field: str = "class",
    mapping: dict[int | str, int | str] | None = None,
    ignore: tuple[int | str, ...] = (),
    examples: ExamplesOrPath = None,
    options: LabelOptions = LabelOptions(),
    save: Name | None = None,
    report: Name | None = None,
    anyway: bool = False,
    overwrite: bool = False,
) -> dict[str, Any]:
    """Fit the classifier of a vocabulary to labels, and measure the gain on labels that are held out."""
    result = pg.fit(
        [call.session.embedding(name) for name in embedding],
        read_words(classes, vocabulary),
        truth,
        truth_field=truth_field,
        mapping=mapping,
        ignore=ignore,
        examples=examples,
        options=options,
        save=save,
        report=report,
        anyway=anyway,
        overwrite=overwrite,
        progress=call.progress,
    )
    return result.to_dict()
