"""Segment many rasters with one model and one report."""

import itertools
import logging
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from proxyclip_geo.api.batch_report import REPORT, RasterReport, ReportFile
from proxyclip_geo.api.job import Classes, LazyModel, prepare_vocabulary
from proxyclip_geo.api.options import SegmentOptions
from proxyclip_geo.api.output_folders import name_folders
from proxyclip_geo.api.outputs import OutputPaths, refuse_file_name
from proxyclip_geo.api.raster_queue import process_rasters
from proxyclip_geo.api.segment import SegmentPlan, find_results, plan_segment, segment
from proxyclip_geo.arguments import check_arguments
from proxyclip_geo.errors import (
    Cancelled,
    ModelError,
    ProxyClipGeoError,
    RasterError,
    WeightsError,
    WorkersLostError,
    name_in_warnings,
    strip_credentials,
)
from proxyclip_geo.files import check_folder, check_outputs
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.load import Model
from proxyclip_geo.models.options import DEFAULT_MODEL
from proxyclip_geo.progress import Progress, ProgressEvent, no_progress
from proxyclip_geo.raster.find_rasters import list_rasters
from proxyclip_geo.raster.names import gdal_name, stem_of
from proxyclip_geo.vector.options import VectorOptions
from proxyclip_geo.vocabulary import Vocabulary

logger = logging.getLogger(__name__)

MAX_AT_ONCE = 8
"""Rasters that are processed at the same time at most; more would need much memory to write."""


@dataclass(frozen=True)
class RasterPlan:
    """Plan for one raster.

    Attributes:
        raster: Path, or URL without credentials.
        out: Directory of its results.
        plan: The plan; None if its results exist already, or if it cannot be segmented.
        reason: The error if it cannot be segmented, else empty.
    """

    raster: str
    out: Path
    plan: SegmentPlan | None = None
    reason: str = ""


@check_arguments
def segment_many(
    rasters: str | Path | Iterable[str | Path],
    classes: Classes,
    *,
    out: str | Path = "out",
    model: str | Path | ModelCard | Model = DEFAULT_MODEL,
    options: SegmentOptions | None = None,
    vectors: VectorOptions | None = None,
    overwrite: bool = False,
    progress: Progress = no_progress,
) -> tuple[RasterReport, ...]:
    """Segment rasters with one model, each into its own directory.

    Rasters are processed one after another; with `workers` or a `scheduler`, several at the same time, whose blocks go
    to the same workers. The directory of a raster has its stem as name. Rasters of one stem get sub-directories: the
    ids of their STAC items, or the directories in which they lie.

    The same call resumes an interrupted one: rasters that already have the same results are found first, and are not
    computed again. With `on_error="skip"` a raster that fails is reported, and the next one is processed; a cluster
    that cannot be reached or is lost ends the run. The status of each raster is written to `report.json` in the output
    directory.

    Args:
        rasters: Paths and URLs; also directories, patterns, lists and STAC files, as `find_rasters` takes.
        classes: As for `segment`.
        out: Directory for the results.
        model: As for `segment`.
        options: As for `segment`.
        vectors: As for `segment`.
        overwrite: As for `segment`.
        progress: Called as for `segment`, and with the stage "rasters" after each raster.

    Raises:
        OptionError: If directories of two rasters would have the same name, or no scheduler answers.
        WorkerError: If the scheduler is lost, or workers cannot start.
        RasterError: If a directory, pattern or STAC file yields no raster, or all rasters fail.
        ProxyClipGeoError: The error of the first raster that fails, unless failures are skipped.

    Example:
        >>> import proxyclip_geo as pg
        >>> rasters = [pg.sample(f"{name}.tif", size=64, seed=3).image for name in ("east", "west")]
        >>> [report.status for report in pg.segment_many(rasters, ["water", "forest"], model="demo")]
        ['done', 'done']
    """
    options, out = options or SegmentOptions(), Path(out)
    lazy_model = LazyModel(model, options)
    folders = _prepare(rasters, classes, out=out, model=lazy_model, options=options)
    batch = _Batch(out, folders, classes, lazy_model, options, vectors, overwrite)
    # The report of an earlier run stays until it is known what that run has done.
    found = batch.find_done(progress)
    with closing(ReportFile(out, [report for report, _ in found])) as file:
        for raster, (_, error) in zip(folders, found, strict=True):
            if error is not None:
                batch.stop_at(error, raster)
        batch.process_missing(file, progress)
        reports = tuple(file.reports)
    if all(report.status == "failed" for report in reports):
        raise RasterError(f"none of the {len(reports)} rasters could be segmented; the first: {reports[0].reason}")
    return reports


_Outcome: TypeAlias = tuple[RasterReport, ProxyClipGeoError | None]
"""The status of a raster, and the error if it failed."""


@dataclass(frozen=True)
class _Batch:
    """The arguments that all rasters share."""

    out: Path
    folders: Mapping[str, Path]
    classes: Classes
    model: LazyModel
    options: SegmentOptions
    vectors: VectorOptions | None
    overwrite: bool

    def find_done(self, progress: Progress) -> list[_Outcome]:
        """Return the status of each raster before the run, and the error if its results cannot be compared."""
        names = list(self.folders)
        found: list[_Outcome] = [
            (RasterReport(strip_credentials(raster), self.out / folder), None)
            for raster, folder in self.folders.items()
        ]
        progress(ProgressEvent("rasters", 0, len(names), "rasters"))
        if self.overwrite:
            return found
        with ExitStack() as stack:
            pool = _enter_pool(stack, self.options, len(names))
            outcomes = process_rasters(names, self._find, pool=pool, progress=no_progress)
            done = 0
            for number, outcome in stack.enter_context(closing(outcomes)):
                found[number] = outcome
                if not _is_missing(outcome[0]):
                    done += 1
                    progress(ProgressEvent("rasters", done, len(names), "rasters", str(self.folders[names[number]])))
        return found

    def process_missing(self, file: ReportFile, progress: Progress) -> None:
        """Segment the rasters without results, and keep the report up to date."""
        names = list(self.folders)
        todo = [index for index, report in enumerate(file.reports) if _is_missing(report)]
        numbers = {names[index]: index for index in todo}
        done = len(names) - len(todo)

        def process(raster: str, progress: Progress) -> _Outcome:
            return self._process(raster, progress, begin=lambda: file.begin(numbers[raster]))

        if not todo:
            return
        with ExitStack() as stack:
            # Left last: when the run is stopped, the rasters that have begun end as soon as the workers are gone.
            pool = _enter_pool(stack, self.options, len(todo))
            stack.enter_context(_share_workers(self.options))
            processed = process_rasters(list(numbers), process, pool=pool, progress=progress)
            for count, (number, (report, error)) in enumerate(stack.enter_context(closing(processed)), done + 1):
                index = todo[number]
                file.update(index, report)
                logger.info("%s: %s%s", report.out, report.status, f": {report.reason}" * bool(report.reason))
                if error is not None:
                    self.stop_at(error, names[index])
                progress(ProgressEvent("rasters", count, len(names), "rasters", str(self.folders[names[index]])))

    def _find(self, raster: str, progress: Progress) -> _Outcome:
        """Return the status of a raster before the run, and the error if its results cannot be compared."""
        report = RasterReport(strip_credentials(raster), self.out / self.folders[raster])
        try:
            with name_in_warnings(str(self.folders[raster])):
                earlier = find_results(
                    raster, self.classes, out=report.out, model=self.model, options=self.options, vectors=self.vectors
                )
        except (Cancelled, ModelError, WeightsError):
            raise
        except ProxyClipGeoError as error:
            return replace(report, status="failed", reason=str(error)), error
        if earlier is not None:
            return _finish(report, "done before", earlier.shares, earlier.failed_blocks), None
        begun = OutputPaths.in_directory(report.out, stem_of(raster), self.options).unfinished.exists()
        return replace(report, status="unfinished") if begun else report, None

    def _process(self, raster: str, progress: Progress, *, begin: Callable[[], None]) -> _Outcome:
        """Segment a raster; return its status and the error if it failed."""
        report = RasterReport(strip_credentials(raster), self.out / self.folders[raster])
        call: dict[str, Any] = {"out": report.out, "options": self.options, "vectors": self.vectors}
        try:
            with name_in_warnings(str(self.folders[raster])):
                model = self.model.loaded
                begin()
                call |= {"model": model, "overwrite": self.overwrite, "progress": progress}
                result = segment(raster, self.classes, **call)
        except (Cancelled, ModelError, WeightsError, WorkersLostError):
            raise
        except ProxyClipGeoError as error:
            return replace(report, status="failed", reason=str(error)), error
        return _finish(report, "done", result.shares, result.run["failed_blocks"]), None

    def stop_at(self, error: ProxyClipGeoError, raster: str) -> None:
        """Raise the error of a raster, with its name, unless failures are skipped."""
        if self.options.on_error == "skip":
            return
        if len(self.folders) == 1:
            raise error
        raise type(error)(f"{_name(raster, str(error))}; on_error='skip' continues with the other rasters") from error


def _is_missing(report: RasterReport) -> bool:
    return report.status in ("unfinished", "not started")


def _enter_pool(stack: ExitStack, options: SegmentOptions, rasters: int) -> ThreadPoolExecutor | None:
    """Return threads for several rasters at the same time; None for one after another."""
    at_once = min(_at_once(options), rasters)
    return stack.enter_context(ThreadPoolExecutor(at_once, "raster")) if at_once > 1 else None


def _finish(report: RasterReport, status: str, shares: Mapping[str, float], failed: Sequence[Any]) -> RasterReport:
    return replace(report, status=status, shares=tuple(shares.items()), failed_blocks=len(failed))


def _at_once(options: SegmentOptions) -> int:
    """Return the number of rasters to process at the same time: one more than workers, to write its results."""
    if options.scheduler is not None:
        return MAX_AT_ONCE
    return 1 if options.workers == 1 else min(options.workers + 1, MAX_AT_ONCE)


def _share_workers(options: SegmentOptions) -> AbstractContextManager[None]:
    if not options.elsewhere:
        return nullcontext()
    from proxyclip_geo.engine.distributed.cluster import share_workers

    return share_workers(workers=None if options.scheduler else options.workers, scheduler=options.scheduler)


@check_arguments
def plan_many(
    rasters: str | Path | Iterable[str | Path],
    classes: Classes,
    *,
    out: str | Path = "out",
    model: str | Path | ModelCard | Model = DEFAULT_MODEL,
    options: SegmentOptions | None = None,
    vectors: VectorOptions | None = None,
    overwrite: bool = False,
) -> tuple[RasterPlan, ...]:
    """Return the plans of `segment_many`, after all checks that need no computing.

    Arguments and errors are those of `segment_many`.

    Example:
        >>> import proxyclip_geo as pg
        >>> _ = pg.sample("doctest.tif", size=64, seed=3)
        >>> [plan] = pg.plan_many("doctest.tif", ["water", "forest"], model="demo")
        >>> plan.raster
        'doctest.tif'
    """
    options, out = options or SegmentOptions(), Path(out)
    lazy_model = LazyModel(model, options)
    folders = _prepare(rasters, classes, out=out, model=lazy_model, options=options)
    plans = []
    for raster, relative in folders.items():
        folder = out / relative
        try:
            plan = None
            if overwrite or not find_results(
                raster, classes, out=folder, model=lazy_model, options=options, vectors=vectors
            ):
                plan = plan_segment(
                    raster, classes, out=folder, model=lazy_model.loaded, options=options, overwrite=overwrite
                )
            plans.append(RasterPlan(strip_credentials(raster), folder, plan))
        except (ModelError, WeightsError):
            raise
        except ProxyClipGeoError as error:
            if options.on_error == "stop":
                raise
            plans.append(RasterPlan(strip_credentials(raster), folder, reason=str(error)))
    return tuple(plans)


def _name(raster: str, message: str) -> str:
    """Return a message that names its raster."""
    return message if stem_of(raster) in message else f"{strip_credentials(raster)}: {message}"


def _prepare(
    rasters: str | Path | Iterable[str | Path],
    classes: Classes,
    *,
    out: Path,
    model: LazyModel,
    options: SegmentOptions,
) -> dict[str, Path]:
    """Check what all rasters share, and return the folder of the results of each.

    Raises:
        WeightsError: If weights of the model are missing.
        VocabularyError: If the vocabulary cannot be used.
        OutputError: If a result is one of the rasters, the list or STAC file, or the vocabulary, or cannot be written.
    """
    model.require()
    prepare_vocabulary(classes, options)
    given = [rasters] if isinstance(rasters, str | Path) else list(rasters)
    folders = name_folders(list_rasters(given))
    results = [
        OutputPaths.in_directory(out / folder, stem_of(raster), options).written for raster, folder in folders.items()
    ]
    named = [str(item).removeprefix("@") for item in given]
    if isinstance(classes, str | Path):
        named.append(str(classes))
    vocabulary = classes.path if isinstance(classes, Vocabulary) else None
    files = (item for item in named if os.path.isfile(item))
    inputs = [*map(gdal_name, folders), *files, vocabulary, options.aoi, options.mask_path]
    check_outputs([out / REPORT, *itertools.chain(*results)], inputs=inputs)
    refuse_file_name(out)
    check_folder(out)
    return folders
