"""Raster in, words in, map out."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from proxyclip_geo.api.job import Classes, Job, noting_warnings, warn_of_far_words
from proxyclip_geo.api.options import SegmentOptions
from proxyclip_geo.api.outputs import (
    PREVIEW_SIDE,
    OutputPaths,
    ResultWriter,
    class_styles,
    open_writer,
    prepare_directory,
    write_json,
)
from proxyclip_geo.api.record import make_record, make_tags
from proxyclip_geo.api.results import SegmentResult
from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.engine.runner import Plan, run_blocks
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.zoo import DEFAULT_MODEL, Model, load_model
from proxyclip_geo.progress import Progress, ignore
from proxyclip_geo.raster.preview import write_preview
from proxyclip_geo.raster.source import Source
from proxyclip_geo.styling import polygon_qml, polygon_sld
from proxyclip_geo.vector import polygonize, write_polygons
from proxyclip_geo.vocabulary import Vocabulary


@dataclass(frozen=True)
class SegmentPlan:
    """What a run would do.

    Attributes:
        description: The raster, in a line.
        shape: (height, width) of what is segmented, in pixels.
        windows: Windows to encode.
        blocks: Blocks they are encoded in.
        core: Side of a block in pixels.
        paths: The files that would be written.
        notes: Warnings.
    """

    description: str
    shape: tuple[int, int]
    windows: int
    blocks: int
    core: int
    paths: OutputPaths
    notes: tuple[str, ...]


def segment(
    raster: str | Path,
    classes: Classes,
    *,
    out: str | Path = "out",
    model: str | Path | ModelCard | Model = DEFAULT_MODEL,
    options: SegmentOptions | None = None,
    progress: Progress = ignore,
) -> SegmentResult:
    """Segment a raster into classes named in words.

    Args:
        raster: Anything GDAL reads: a file, or a URL as text.
        classes: A list of words ("water", or "water, river, lake" for one class with synonyms), the name of a built-in
            vocabulary, a vocabulary file, or a `Vocabulary`.
        out: Directory for the results; made if it is not there.
        model: Name of a built-in model, path of a model card, or a model already loaded by `load_model`.
        options: Everything else.
        progress: Called with a `ProgressEvent` after each batch; raising `Cancelled` in it stops the run.

    Returns:
        The paths of the results, and what lies under them when asked for.

    Raises:
        ProxyClipGeoError: One of its children, for each thing that can be wrong with the input; see `errors`.

    Warns:
        QualityWarning: If the result is likely to be worse than expected.

    Example:
        >>> import proxyclip_geo as pg
        >>> _ = pg.sample("doctest.tif", size=128, seed=3)
        >>> result = pg.segment("doctest.tif", ["water", "forest", "building"], out="out", model="demo")
        >>> result.labels.read().shape
        (128, 128)
    """
    options = options or SegmentOptions()
    seconds: dict[str, float] = {}
    with noting_warnings() as notes, _timing(seconds, "open"):
        job = Job.prepare(raster, classes, model=model, options=options)
    with job.source as source:
        paths = OutputPaths.in_directory(Path(out), source.stem, options)
        prepare_directory(Path(out), paths, overwrite=options.overwrite)
        with noting_warnings() as word_notes, _timing(seconds, "load"):
            loaded = _load(model, job, options)
            warn_of_far_words(loaded, job.vocabulary)
        plan = job.plan(options, loaded)
        with open_writer(paths, source.place, vocabulary=job.vocabulary, tags=make_tags(loaded)) as writer:
            _map_blocks(job, plan, loaded, writer=writer, options=options, progress=progress, seconds=seconds)
        shares = _shares(writer, job.vocabulary)
        _write_preview(paths.preview, source, writer, job.vocabulary, shares)
    if paths.polygons is not None:
        with _timing(seconds, "polygonize"):
            _write_polygons(paths, job.vocabulary, model=loaded, progress=progress)
    record = make_record(
        job, loaded, plan, options=options, notes=[*notes, *word_notes], shares=shares, seconds=seconds
    )
    write_json(paths.run, record)
    return SegmentResult(paths, job.vocabulary, shares, record)


def _load(model: str | Path | ModelCard | Model, job: Job, options: SegmentOptions) -> Model:
    if isinstance(model, Model):
        return model
    return load_model(job.card, device=options.device, precision=options.precision)


def plan_segment(
    raster: str | Path,
    classes: Classes,
    *,
    out: str | Path = "out",
    model: str | Path | ModelCard = DEFAULT_MODEL,
    options: SegmentOptions | None = None,
) -> SegmentPlan:
    """Say what `segment` would do, after checking all it can check without computing.

    Args and errors are those of `segment`.
    """
    options = options or SegmentOptions()
    with noting_warnings() as notes:
        job = Job.prepare(raster, classes, model=model, options=options)
    with job.source as source:
        paths = OutputPaths.in_directory(Path(out), source.stem, options)
        plan = job.plan(options, _load(model, job, options))
        return SegmentPlan(
            source.describe(), source.place.shape, plan.windows, len(plan.blocks), plan.core, paths, tuple(notes)
        )


def make_bank(model: Model, vocabulary: Vocabulary) -> TextBank:
    """Encode the words of a vocabulary."""
    return TextBank(
        queries=model.text.encode(vocabulary.queries, templates=vocabulary.templates),
        query_class=vocabulary.query_class,
        values=vocabulary.values,
        biases=tuple(item.bias for item in vocabulary.classes),
        thresholds=vocabulary.thresholds,
        logit_scale=model.card.text.logit_scale,
        nodata=vocabulary.nodata,
    )


def _map_blocks(
    job: Job,
    plan: Plan,
    model: Model,
    *,
    writer: ResultWriter,
    options: SegmentOptions,
    progress: Progress,
    seconds: dict[str, float],
) -> None:
    with _timing(seconds, "text"):
        bank = make_bank(model, job.vocabulary)
    with _timing(seconds, "segment"):
        for result in run_blocks(
            job.source,
            plan,
            encoder=model.encoder,
            bank=bank,
            probabilities=options.probabilities,
            progress=progress,
        ):
            writer.write(result)
    with _timing(seconds, "write"):
        writer.finish()


def _write_preview(
    path: Path, source: Source, writer: ResultWriter, vocabulary: Vocabulary, shares: Mapping[str, float]
) -> None:
    values = dict(zip(vocabulary.names, vocabulary.values, strict=True)) | {"unclassified": 0}
    write_preview(
        path,
        rgb=source.thumbnail(PREVIEW_SIDE).rgb,
        labels=writer.thumbnail.labels,
        classes=class_styles(vocabulary),
        nodata=vocabulary.nodata,
        shares={values[name]: share for name, share in shares.items()},
        max_side=PREVIEW_SIDE,
    )


def _write_polygons(paths: OutputPaths, vocabulary: Vocabulary, *, model: Model, progress: Progress) -> None:
    assert paths.polygons is not None
    styles = class_styles(vocabulary)
    frame = polygonize(
        paths.labels,
        classes=dict(zip(vocabulary.values, vocabulary.names, strict=True)),
        score=paths.score,
        progress=progress,
    )
    layer = paths.polygons.stem
    write_polygons(
        frame,
        paths.polygons,
        layer=layer,
        style_qml=polygon_qml(styles),
        style_sld=polygon_sld(styles, layer=layer),
        metadata={**make_tags(model), "VOCABULARY": vocabulary.to_dict()},
    )


def _shares(writer: ResultWriter, vocabulary: Vocabulary) -> dict[str, float]:
    total = max(1, int(writer.counts[: vocabulary.nodata].sum()))
    shares = {item.name: float(writer.counts[item.value] / total) for item in vocabulary.classes}
    return shares | {"unclassified": float(writer.counts[0] / total)}


@contextmanager
def _timing(seconds: dict[str, float], stage: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds[stage] = time.perf_counter() - started
