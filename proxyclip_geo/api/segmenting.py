"""Raster in, words in, map out."""

import datetime
import importlib.metadata
import platform
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from proxyclip_geo import __version__
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
from proxyclip_geo.api.results import SegmentResult
from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.engine.runner import Plan, make_plan, run_blocks
from proxyclip_geo.errors import QualityWarning
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.zoo import DEFAULT_MODEL, Model, as_card, load_model
from proxyclip_geo.progress import Progress, ignore
from proxyclip_geo.raster.preview import write_preview
from proxyclip_geo.raster.source import Source, open_source
from proxyclip_geo.styling import polygon_qml, polygon_sld
from proxyclip_geo.vector import polygonize, write_polygons
from proxyclip_geo.vocabulary import Vocabulary, as_vocabulary

Classes = Vocabulary | str | Path | Sequence[Any] | Mapping[str, Any]
"""A vocabulary, the name of a built-in one, a file, a list of words, or words with their synonyms."""


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
    started = time.perf_counter()
    with _noting_warnings() as notes:
        run = _Run.prepare(raster, classes, model=model, options=options)
    with run.source as source:
        out = Path(out)
        paths = OutputPaths.in_directory(out, source.stem, options)
        prepare_directory(out, paths, overwrite=options.overwrite)
        loaded = (
            model
            if isinstance(model, Model)
            else load_model(run.card, device=options.device, precision=options.precision)
        )
        with _noting_warnings() as word_notes:
            _warn_of_far_words(loaded, run.vocabulary)
        plan = run.plan(options, loaded)
        seconds = {"prepare": time.perf_counter() - started}
        with open_writer(paths, source.place, vocabulary=run.vocabulary, tags=_tags(loaded)) as writer:
            _map_blocks(run, plan, loaded, writer=writer, options=options, progress=progress, seconds=seconds)
        shares = _shares(writer, run.vocabulary)
        _write_preview(paths.preview, source, writer, run.vocabulary, shares)
    if paths.polygons is not None:
        with _timing(seconds, "polygonize"):
            _write_polygons(paths, run.vocabulary, model=loaded, progress=progress)
    record = _record(run, loaded, plan, options=options, notes=[*notes, *word_notes], shares=shares, seconds=seconds)
    write_json(paths.run, record)
    return SegmentResult(paths, run.vocabulary, shares, record)


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
    with _noting_warnings() as notes:
        run = _Run.prepare(raster, classes, model=model, options=options)
    with run.source as source:
        paths = OutputPaths.in_directory(Path(out), source.stem, options)
        plan = run.plan(options, load_model(run.card, device=options.device, precision=options.precision))
        return SegmentPlan(
            source.describe(), source.place.shape, plan.windows, len(plan.blocks), plan.core, paths, tuple(notes)
        )


@dataclass(frozen=True)
class _Run:
    """What a run starts from, checked."""

    vocabulary: Vocabulary
    card: ModelCard
    source: Source

    @classmethod
    def prepare(
        cls, raster: str | Path, classes: Classes, *, model: str | Path | ModelCard | Model, options: SegmentOptions
    ) -> "_Run":
        vocabulary = as_vocabulary(classes)
        if options.threshold is not None:
            vocabulary = replace(vocabulary, threshold=options.threshold)
        if options.templates is not None:
            vocabulary = replace(vocabulary, templates=options.templates)
        card = model.card if isinstance(model, Model) else as_card(model)
        source = open_source(raster, options.source)
        _warn_of_scale(source, card)
        return cls(vocabulary, card, source)

    def plan(self, options: SegmentOptions, model: Model) -> Plan:
        window = options.window or self.card.window.size
        on_gpu = model.encoder.device.type != "cpu"
        return make_plan(
            self.source.place.shape,
            encoder=model.encoder,
            window=window,
            stride=options.stride or min(self.card.window.stride, window),
            blend=options.blend,
            batch_size=(16 if on_gpu else 4) if options.batch_size is None else options.batch_size,
            core=options.block_size,
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
    run: _Run,
    plan: Plan,
    model: Model,
    *,
    writer: ResultWriter,
    options: SegmentOptions,
    progress: Progress,
    seconds: dict[str, float],
) -> None:
    with _timing(seconds, "text"):
        bank = make_bank(model, run.vocabulary)
    with _timing(seconds, "segment"):
        for result in run_blocks(
            run.source,
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
        metadata={**_tags(model), "VOCABULARY": vocabulary.to_dict()},
    )


def _shares(writer: ResultWriter, vocabulary: Vocabulary) -> dict[str, float]:
    total = max(1, int(writer.counts[: vocabulary.nodata].sum()))
    shares = {item.name: float(writer.counts[item.value] / total) for item in vocabulary.classes}
    return shares | {"unclassified": float(writer.counts[0] / total)}


def _tags(model: Model) -> dict[str, str]:
    return {"SOFTWARE": f"proxyclip_geo {__version__}", "MODEL": model.card.name, "MODEL_LICENCE": model.card.licence}


def _record(
    run: _Run,
    model: Model,
    plan: Plan,
    *,
    options: SegmentOptions,
    notes: Sequence[str],
    shares: Mapping[str, float],
    seconds: Mapping[str, float],
) -> dict[str, Any]:
    """Return all that is needed to know, or to repeat, a run."""
    card = model.card
    return {
        "software": {
            "proxyclip_geo": __version__,
            "torch": importlib.metadata.version("torch"),
            "python": platform.python_version(),
        },
        "finished": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "input": run.source.fingerprint(),
        "model": {
            "name": card.name,
            "licence": card.licence,
            "citation": card.citation,
            "sha256": dict(model.checksums),
            "device": str(model.encoder.device),
            "dtype": str(model.encoder.dtype).removeprefix("torch."),
        },
        "vocabulary": run.vocabulary.to_dict(),
        "options": options.to_dict(),
        "windows": {
            "size": list(plan.grid.window),
            "stride": plan.grid.stride,
            "step": plan.grid.step,
            "count": plan.windows,
            "blend": plan.blend,
            "batch_size": plan.batch_size,
            "block_size": plan.core,
            "blocks": len(plan.blocks),
        },
        "shares": {name: round(share, 6) for name, share in shares.items()},
        "seconds": {stage: round(value, 3) for stage, value in seconds.items()},
        "warnings": list(notes),
    }


@contextmanager
def _timing(seconds: dict[str, float], stage: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds[stage] = time.perf_counter() - started


@contextmanager
def _noting_warnings() -> Iterator[list[str]]:
    """Yield a list that gets the quality warnings of the block; they are given to the user all the same."""
    notes: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", QualityWarning)
        yield notes
    for item in caught:
        if issubclass(item.category, QualityWarning):
            notes.append(str(item.message))
        warnings.warn_explicit(item.message, item.category, item.filename, item.lineno)


def _warn_of_scale(source: Source, card: ModelCard) -> None:
    gsd = source.place.gsd
    if gsd is None or card.gsd is None:
        return
    finest, coarsest = card.gsd
    if max(gsd) < finest / 2 or min(gsd) > coarsest * 2:
        better = finest if max(gsd) < finest else coarsest
        remedy = (
            f"pass --resolution {better:g} (resolution={better:g} in Python)"
            if max(gsd) < finest
            else "use a finer raster, or classes that can be told at this scale"
        )
        warnings.warn(
            f"pixels are {max(gsd):.3g} m; model '{card.name}' is meant for {finest:g} to {coarsest:g} m: {remedy}",
            QualityWarning,
            stacklevel=2,
        )


def _warn_of_far_words(model: Model, vocabulary: Vocabulary) -> None:
    for far in model.text.far_words(vocabulary.queries):
        warnings.warn(
            f"model '{model.card.name}' does not know '{far.word}' or anything near it (nearest known word: "
            f"'{far.nearest}', similarity {far.similarity:.2f}); use a plainer word, or a larger model",
            QualityWarning,
            stacklevel=2,
        )
