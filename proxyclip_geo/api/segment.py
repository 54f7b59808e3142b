"""Raster in, words in, map out."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from proxyclip_geo.api.job import Classes, Job, LazyModel, prepare_vocabulary, warn_of_far_words
from proxyclip_geo.api.options import SegmentOptions
from proxyclip_geo.api.outputs import (
    OutputPaths,
    check_directory,
    check_results,
    prepare_directory,
    remove_drafts,
)
from proxyclip_geo.api.record import (
    EarlierRun,
    block_identity,
    describe_model,
    describe_plan,
    describe_weights,
    make_record,
    map_identity,
    read_record,
    request_identity,
)
from proxyclip_geo.api.results import SegmentResult
from proxyclip_geo.api.run_blocks import FailedBlocks, compute_blocks
from proxyclip_geo.api.text_bank import make_bank, require_model
from proxyclip_geo.api.write_map import timing, write_map
from proxyclip_geo.engine.estimate import MemoryInputs, estimate_disk, estimate_memory, fit_block_size, time_window
from proxyclip_geo.engine.plan import Plan
from proxyclip_geo.engine.store.label_store import LabelStore, open_label_store
from proxyclip_geo.errors import OptionError, OutputError, record_warnings
from proxyclip_geo.files import staging_folder, write_json
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.load import Model
from proxyclip_geo.models.options import DEFAULT_MODEL
from proxyclip_geo.progress import Progress, no_progress
from proxyclip_geo.raster.inputs import RasterLike
from proxyclip_geo.raster.names import stem_of
from proxyclip_geo.vector.options import VectorOptions
from proxyclip_geo.vocabulary import Vocabulary


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
        seconds: Predicted time of encoding on this machine, from a window timed now.
        paths: Files of the results.
        notes: Warnings.
    """

    description: str
    shape: tuple[int, int]
    windows: int
    blocks: int
    core: int
    memory: int
    disk: int
    seconds: float
    paths: OutputPaths
    notes: tuple[str, ...]


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
        prepare_directory(Path(out), paths, overwrite=overwrite)
        with record_warnings() as word_notes, timing(seconds, "load"):
            loaded = job.load(model, options)
            if options.elsewhere:
                loaded = loaded.without_encoder()
            sha256 = describe_weights(job.card, loaded.checksums)["constants_sha256"]
            require_model(vocabulary, name=job.card.name, sha256=sha256)
            words = (*vocabulary.words, *options.background)
            warn_of_far_words(loaded.text, job.card, words, progress=progress)
        run = _Run(job, vocabulary, paths, loaded, options, vectors, seconds, [*notes, *word_notes])
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
        if not paths.run.exists() or paths.unfinished.exists():
            return None
        job = Job.prepare(raster, model=model.given, options=options)
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
        wanted = _Run(job, vocabulary, paths, loaded, options, vectors, {}, notes).map_identity
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


@dataclass(frozen=True)
class _Run:
    """A run whose input has been checked."""

    job: Job
    vocabulary: Vocabulary
    paths: OutputPaths
    model: Model
    options: SegmentOptions
    vectors: VectorOptions | None
    seconds: dict[str, float]
    notes: list[str]

    @cached_property
    def memory_inputs(self) -> MemoryInputs:
        """Inputs of the memory and disk estimates."""
        options, vocabulary = self.options, self.vocabulary
        layers = 1 + options.scores + (len(vocabulary.names) if options.probabilities else 0)
        queries = len(vocabulary.queries) + len(options.background)
        return MemoryInputs(
            self.model.parameters, queries, layers, attention=self.model.card.kind in ("proxyclip", "ensemble")
        )

    @property
    def probability_count(self) -> int | None:
        """Number of classes whose probabilities are written; None if they are not requested."""
        return len(self.vocabulary.names) if self.options.probabilities else None

    @cached_property
    def plan(self) -> Plan:
        """Windows and blocks that fit the memory limit."""
        encoder, limit = self.model.encoder, self.options.max_memory
        plan = self.job.plan(self.options, encoder)
        if limit is None:
            return plan
        return plan.with_core(fit_block_size(plan, encoder, self.memory_inputs, limit=limit))

    @cached_property
    def block_identity(self) -> dict[str, Any]:
        """Values that the labels of blocks depend on."""
        return block_identity(self.job, describe_model(self.model), self.plan, self.vocabulary, self.options)

    @cached_property
    def map_identity(self) -> dict[str, Any]:
        """Values that the results depend on."""
        return map_identity(self.block_identity, self.paths, self.options, self.vectors or VectorOptions())

    def execute(self, store: LabelStore, *, progress: Progress) -> SegmentResult:
        """Compute the missing blocks and write the results."""
        job, options, plan, seconds = self.job, self.options, self.plan, self.seconds
        scale = job.card.text.logit_scale
        with timing(seconds, "text"):
            bank = make_bank(self.model.text, self.vocabulary, logit_scale=scale, options=options, progress=progress)
        failed = FailedBlocks(skip=options.on_error == "skip")
        with timing(seconds, "segment"):
            profile = compute_blocks(
                store, job, plan, self.model, bank, options=options, failed=failed, progress=progress
            )
        with record_warnings() as failure_notes:
            failed.warn(len(plan.blocks), record=self.paths.run)
        with closing(store.results(failed=failed.reasons)) as results:
            summary = write_map(
                results,
                paths=self.paths,
                geobox=job.source.geobox,
                area=plan.area.region,
                vocabulary=self.vocabulary,
                card=job.card,
                picture=lambda: failed.picture(job.source),
                stage="assemble",
                seconds=seconds,
                progress=progress,
                vectors=self.vectors,
            )
        record = make_record(
            raster={**job.fingerprint, "choices": job.source.choices},
            model=describe_model(self.model),
            vocabulary=self.vocabulary,
            options={**options.to_dict(), "vectors": (self.vectors or VectorOptions()).to_dict()},
            windows={
                **describe_plan(plan),
                "resumed_blocks": len(plan.blocks) - len(store.todo),
                "memory_bytes": estimate_memory(plan, self.model.encoder, self.memory_inputs),
            },
            notes=[*self.notes, *failure_notes],
            summary=summary,
            seconds=seconds,
        )
        record |= {"profile": profile.to_dict(), "failed_blocks": failed.to_list(), "identity": self.map_identity}
        write_json(self.paths.run, record)
        return SegmentResult(self.paths, self.vocabulary, summary.shares, summary.areas, record)


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
        run = _Run(job, vocabulary, paths, loaded, options, None, {}, notes)
        plan = run.plan
        return SegmentPlan(
            description=source.describe(),
            shape=source.area.region.shape,
            windows=plan.windows,
            blocks=len(plan.blocks),
            core=plan.core,
            memory=estimate_memory(plan, loaded.encoder, run.memory_inputs),
            disk=estimate_disk(plan, run.memory_inputs),
            seconds=plan.windows * time_window(plan, loaded.encoder) / options.workers,
            paths=paths,
            notes=tuple(notes),
        )
