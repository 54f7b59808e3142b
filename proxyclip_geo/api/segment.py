"""Raster in, words in, map out."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from proxyclip_geo.api.job import Classes, Job, LazyModel, prepare_vocabulary, warn_of_far_words
from proxyclip_geo.api.options import SegmentOptions
from proxyclip_geo.api.outputs import (
    OutputPaths,
    check_directory,
    check_results,
    remove_drafts,
)
from proxyclip_geo.api.record import (
    EarlierRun,
    describe_weights,
    map_identity,
    read_record,
    request_identity,
)
from proxyclip_geo.api.results import SegmentResult
from proxyclip_geo.api.segment_adapted import check_running, segment_adapted
from proxyclip_geo.api.segment_run import SegmentRun
from proxyclip_geo.api.text_bank import require_model
from proxyclip_geo.api.write_map import timing
from proxyclip_geo.arguments import check_arguments
from proxyclip_geo.engine.estimate import count_devices, estimate_disk, estimate_memory, time_window
from proxyclip_geo.engine.store.label_store import open_label_store
from proxyclip_geo.errors import OptionError, OutputError, record_warnings
from proxyclip_geo.files import staging_folder
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.load import Model
from proxyclip_geo.models.options import DEFAULT_MODEL
from proxyclip_geo.progress import Progress, no_progress
from proxyclip_geo.raster.inputs import RasterLike
from proxyclip_geo.raster.names import stem_of
from proxyclip_geo.vector.area_table import AreaTable
from proxyclip_geo.vector.options import VectorOptions
from proxyclip_geo.vocabulary import load_vocabulary


@dataclass(frozen=True)
class SegmentPlan:
    """Size and cost of a run, estimated before it starts.

    Attributes:
        description: The raster in one line.
        shape: (height, width) of the area of interest in pixels.
        windows: Number of windows to encode.
        blocks: Number of blocks.
        core: Side of a block's core in pixels.
        memory: Predicted peak memory of a process in bytes.
        disk: Largest possible disk usage of the run in bytes, without compression.
        device: Where this machine encodes, e.g. "cpu" or "cuda".
        seconds: Predicted time of encoding on this machine, from a window timed now.
        paths: Files of the results.
        notes: Warnings.
        worker_seconds: Predicted time of encoding by one process, of this machine or like it.
        read: Bytes of decoded pixels that all processes read, halos among them.
        sent: Bytes of labels and scores that they return at most, without compression.
    """

    description: str
    shape: tuple[int, int]
    windows: int
    blocks: int
    core: int
    memory: int
    disk: int
    device: str
    seconds: float
    paths: OutputPaths
    notes: tuple[str, ...]
    worker_seconds: float
    read: int
    sent: int


@check_arguments
def segment(
    raster: RasterLike,
    classes: Classes,
    *,
    out: str | Path = "out",
    model: str | Path | ModelCard | Model = DEFAULT_MODEL,
    options: SegmentOptions | None = None,
    vectors: VectorOptions | None = None,
    overwrite: bool = False,
    progress: Progress = no_progress,
) -> SegmentResult:
    """Segment a raster into classes named in words.

    The same call resumes an interrupted run. If a file or URL has been segmented by the same call, nothing is computed.

    Args:
        raster: A file or URL (as text) that GDAL reads, an open rasterio dataset, an `xarray.DataArray` with a CRS, or
            an `ArrayRaster`.
        classes: A list of words ("water", or "water, river, lake" for one class with synonyms), the name of a built-in
            vocabulary, a vocabulary file, or a `Vocabulary`.
        out: Directory of the results; created if it does not exist.
        model: Name of a built-in model, path of a model card, or a model loaded by `load_model`.
        options: Options of reading, encoding, labelling and running.
        vectors: Options of polygons.
        overwrite: Whether existing results may be replaced.
        progress: Called with a `ProgressEvent` after each batch; raising `Cancelled` in it stops the run.

    Returns:
        The paths of the results, with labels and polygons read on access.

    Raises:
        ProxyClipGeoError: A subclass for every error; see `errors`.

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
    if options.adapt:
        check_running(options)
    if isinstance(raster, str | Path) and not overwrite:
        given = LazyModel(model, options)
        earlier = find_results(raster, classes, out=out, model=given, options=options, vectors=vectors)
        if earlier is not None:
            paths = OutputPaths.in_directory(Path(out), stem_of(raster), options)
            written = paths.vocabulary
            vocabulary = prepare_vocabulary(classes, options) if written is None else load_vocabulary(written)
            areas = AreaTable(earlier.areas.classes, earlier.areas.unit)
            return SegmentResult(paths, vocabulary, earlier.shares, areas, earlier.run, done_before=True)
    seconds: dict[str, float] = {}
    with record_warnings() as notes, timing(seconds, "open"):
        vocabulary = prepare_vocabulary(classes, options)
        job = Job.prepare(raster, model=model, options=options, progress=progress)
    with job.source:
        if options.elsewhere and job.source.in_memory:
            raise OptionError(
                f"{job.source.stem} is a raster in memory, which other processes cannot read; write it to a file, or "
                "omit workers and scheduler"
            )
        paths = OutputPaths.in_directory(Path(out), job.source.stem, options)
        check_results(paths, inputs=job.inputs, vocabulary=vocabulary, crs=job.source.geobox.crs, vectors=vectors)
        check_directory(Path(out), paths, overwrite=overwrite)
        with record_warnings() as word_notes, timing(seconds, "load"):
            loaded = job.load(model, options)
            if options.elsewhere:
                loaded = loaded.without_encoder()
            sha256 = describe_weights(job.card, loaded.checksums)["constants_sha256"]
            require_model(vocabulary, name=job.card.name, sha256=sha256)
            words = (*vocabulary.words, *options.background)
            warn_of_far_words(loaded.text, job.card, words, progress=progress)
        run = SegmentRun(job, vocabulary, paths, loaded, options, vectors, seconds, [*notes, *word_notes])
        if options.adapt:
            return segment_adapted(run, raster, overwrite=overwrite, progress=progress)
        with staging_folder(paths.base):
            remove_drafts(paths)
            with open_label_store(
                paths.unfinished,
                run.plan,
                identity=run.block_identity,
                nodata=vocabulary.nodata,
                classes=run.probability_count,
                overwrite=overwrite,
            ) as store:
                result = run.execute(store, progress=progress)
                store.remove()
    return result


def find_results(
    raster: str | Path,
    classes: Classes,
    *,
    out: str | Path,
    model: LazyModel,
    options: SegmentOptions,
    vectors: VectorOptions | None = None,
) -> EarlierRun | None:
    """Return the record of the run if a directory already holds the results of this call of `segment`, else None.

    The model is loaded only if records and checksums do not answer it.

    Raises:
        OutputError: If it holds other results, e.g. of other words, another model or a raster that has changed.
    """
    with record_warnings() as notes:
        vocabulary = prepare_vocabulary(classes, options)
        paths = OutputPaths.in_directory(Path(out), stem_of(str(raster)), options)
        if not paths.run.exists() or paths.unfinished.exists() or paths.embedding.exists():
            return None
        # The picture is not read: of many rasters that are done, that would be most of the time.
        job = Job.prepare(raster, model=model.given, options=options, check=False)
    record = read_record(paths.run)
    found = record.identity
    with job.source:
        if not isinstance(model.given, Model):
            identity = map_identity(
                request_identity(job, vocabulary, options), paths, options, vectors or VectorOptions()
            )
            if _is_same(record, identity, describe_weights(model.card, model.checksums), options):
                return record if all(path.exists() for path in paths.all()) else None
        loaded = job.load(model.loaded, options)
        wanted = SegmentRun(job, vocabulary, paths, loaded, options, vectors, {}, notes).map_identity
    different = [key for key in wanted if found.get(key) != wanted[key]]
    if different:
        raise OutputError(
            f"{out} holds results of a run that differs in {', '.join(different)}; pass overwrite=True to replace "
            "them, or choose another directory"
        )
    return record if all(path.exists() for path in paths.all()) else None


def _is_same(
    record: EarlierRun, identity: Mapping[str, Any], weights: Mapping[str, Any], options: SegmentOptions
) -> bool:
    """Return whether an earlier run had the same request and weights, and so the same results."""
    compared = ("window", "stride", "blend", "device", "precision", "backend")
    return (
        all(record.identity.get(key) == identity[key] for key in identity)
        and all(record.model.get(key) == weights[key] for key in weights)
        and all(record.options.get(key) == getattr(options, key) for key in compared)
    )


@check_arguments
def plan_segment(
    raster: RasterLike,
    classes: Classes,
    *,
    out: str | Path = "out",
    model: str | Path | ModelCard | Model = DEFAULT_MODEL,
    options: SegmentOptions | None = None,
    overwrite: bool = False,
) -> SegmentPlan:
    """Return size and cost of a run of `segment`, after all checks that need no computation.

    Args and errors are those of `segment`.

    Example:
        >>> import proxyclip_geo as pg
        >>> _ = pg.sample("doctest.tif", size=128, seed=3)
        >>> plan = pg.plan_segment("doctest.tif", ["water", "forest"], model="demo")
        >>> plan.shape, plan.windows, plan.blocks
        ((128, 128), 1, 1)
    """
    options = options or SegmentOptions()
    with record_warnings() as notes:
        vocabulary = prepare_vocabulary(classes, options)
        job = Job.prepare(raster, model=model, options=options)
    with job.source as source:
        paths = OutputPaths.in_directory(Path(out), source.stem, options)
        check_results(paths, inputs=job.inputs, vocabulary=vocabulary, crs=source.geobox.crs)
        check_directory(Path(out), paths, overwrite=overwrite)
        loaded = job.load(model, options)
        run = SegmentRun(job, vocabulary, paths, loaded, options, None, {}, notes)
        plan = run.plan
        seconds = plan.windows * time_window(plan, loaded.encoder)
        height, width = source.area.region.shape
        read = sum(block.read.height * block.read.width for block in plan.blocks)
        return SegmentPlan(
            description=source.describe(),
            shape=(height, width),
            windows=plan.windows,
            blocks=len(plan.blocks),
            core=plan.core,
            memory=estimate_memory(plan, loaded.encoder, run.memory_inputs),
            disk=estimate_disk(plan, run.memory_inputs),
            device=str(loaded.encoder.device),
            seconds=seconds / count_devices(loaded.encoder, options.device, workers=options.workers),
            paths=paths,
            notes=tuple(notes),
            worker_seconds=seconds,
            read=read * len(source.bands) * np.dtype(source.dtype).itemsize,
            sent=height * width * (run.memory_inputs.layers - 1 + np.dtype(vocabulary.dtype).itemsize),
        )
