"""Segment many rasters with one model and one report."""

import itertools
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from proxyclip_geo.api.job import Classes, LazyModel
from proxyclip_geo.api.options import SegmentOptions
from proxyclip_geo.api.outputs import OutputPaths
from proxyclip_geo.api.raster_queue import process_rasters
from proxyclip_geo.api.segment import SegmentPlan, find_results, plan_segment, segment
from proxyclip_geo.errors import (
    Cancelled,
    ModelError,
    OptionError,
    ProxyClipGeoError,
    RasterError,
    WeightsError,
    name_in_warnings,
    strip_credentials,
)
from proxyclip_geo.files import check_outputs, make_folder, write_json
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.load import Model
from proxyclip_geo.models.options import DEFAULT_MODEL
from proxyclip_geo.progress import Progress, ProgressEvent, no_progress
from proxyclip_geo.raster.find_rasters import find_rasters
from proxyclip_geo.raster.names import gdal_name, stem_of
from proxyclip_geo.vector.options import VectorOptions
from proxyclip_geo.vocabulary import Vocabulary

MAX_AT_ONCE = 8
"""Rasters that are processed at the same time at most; more would need much memory to write."""


@dataclass(frozen=True)
class RasterReport:
    """Status of one raster.

    Attributes:
        raster: Path, or URL without credentials.
        out: Directory of its results.
        status: "done", "done before" if an earlier run did it, "failed", or "not started".
        reason: The error if it failed, else empty.
        shares: Share of each class, 0–1; empty if it is not done.
        failed_blocks: Number of blocks that failed and have no data.
    """

    raster: str
    out: Path
    status: str = "not started"
    reason: str = ""
    shares: tuple[tuple[str, float], ...] = ()
    failed_blocks: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether all of the raster was segmented."""
        return self.status.startswith("done") and not self.failed_blocks


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
    to the same workers.

    The same call resumes an interrupted one: rasters that already have the same results are not computed again. With
    `on_error="skip"` a raster that fails is reported, and the next one is processed. The status of each raster is
    written to `report.json` in the output directory.

    Args:
        rasters: Paths or URLs; or one path, URL, directory, pattern or STAC file, as `find_rasters` takes.
        classes: As for `segment`.
        out: Directory for the results.
        model: As for `segment`.
        options: As for `segment`.
        vectors: As for `segment`.
        overwrite: As for `segment`.
        progress: Called as for `segment`, and with the stage "rasters" after each raster.

    Raises:
        OptionError: If two rasters have the same name.
        RasterError: If a directory, pattern or STAC file yields no raster, or all rasters fail.
        ProxyClipGeoError: The error of the first raster that fails, unless failures are skipped.

    Example:
        >>> import proxyclip_geo as pg
        >>> rasters = [pg.sample(f"{name}.tif", size=64, seed=3).image for name in ("east", "west")]
        >>> [report.status for report in pg.segment_many(rasters, ["water", "forest"], model="demo")]
        ['done', 'done']
    """
    options = options or SegmentOptions()
    folders = _output_folders(rasters, Path(out))
    _check_outputs(rasters, folders, classes=classes, options=options, report=Path(out) / "report.json")
    make_folder(Path(out))
    reports = [RasterReport(strip_credentials(raster), folder) for raster, folder in folders.items()]
    _write_reports(reports, Path(out))
    batch = _Batch(folders, classes, LazyModel(model, options), options, vectors, overwrite)
    names = list(folders)
    progress(ProgressEvent("rasters", 0, len(names), "rasters"))
    at_once = min(_at_once(options), len(names))
    with ExitStack() as stack:
        # Left last: when the run is stopped, the rasters that have begun end as soon as the workers are gone.
        pool = stack.enter_context(ThreadPoolExecutor(at_once, "raster")) if at_once > 1 else None
        stack.enter_context(_share_workers(options))
        processed = stack.enter_context(closing(process_rasters(names, batch.process, pool=pool, progress=progress)))
        for count, (number, (report, error)) in enumerate(processed, 1):
            reports[number] = report
            _write_reports(reports, Path(out))
            if error is not None and options.on_error == "stop":
                if len(folders) == 1:
                    raise error
                raise type(error)(f"{error}; on_error='skip' continues with the other rasters") from error
            progress(ProgressEvent("rasters", count, len(names), "rasters", stem_of(names[number])))
    if all(report.status == "failed" for report in reports):
        raise RasterError(f"none of the {len(reports)} rasters could be segmented; the first: {reports[0].reason}")
    return tuple(reports)


@dataclass(frozen=True)
class _Batch:
    """The arguments that all rasters share."""

    folders: Mapping[str, Path]
    classes: Classes
    model: LazyModel
    options: SegmentOptions
    vectors: VectorOptions | None
    overwrite: bool

    def process(self, raster: str, progress: Progress) -> tuple[RasterReport, ProxyClipGeoError | None]:
        """Segment a raster unless its results exist; return its status and the error if it failed."""
        report = RasterReport(strip_credentials(raster), self.folders[raster])
        same: dict[str, Any] = {"out": report.out, "options": self.options, "vectors": self.vectors}
        try:
            with name_in_warnings(stem_of(raster)):
                earlier = None if self.overwrite else find_results(raster, self.classes, model=self.model, **same)
                if earlier is not None:
                    return _finish(report, "done before", earlier.shares, earlier.failed_blocks), None
                call: dict[str, Any] = {"overwrite": self.overwrite, "progress": progress}
                result = segment(raster, self.classes, model=self.model.loaded, **call, **same)
        except (Cancelled, ModelError, WeightsError):
            raise
        except ProxyClipGeoError as error:
            return replace(report, status="failed", reason=str(error)), error
        return _finish(report, "done", result.shares, result.run["failed_blocks"]), None


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
    options = options or SegmentOptions()
    lazy_model = LazyModel(model, options)
    plans = []
    for raster, folder in _output_folders(rasters, Path(out)).items():
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


def _output_folders(rasters: str | Path | Iterable[str | Path], out: Path) -> dict[str, Path]:
    """Return the directory for the results of each raster.

    Raises:
        OptionError: If two rasters have the same name.
    """
    if isinstance(rasters, str | Path):
        rasters = find_rasters(rasters) or (rasters,)
    names = [str(raster) for raster in rasters]
    folders: dict[str, Path] = {}
    first: dict[str, str] = {}
    for name in names:
        stem = stem_of(name)
        # Some file systems do not distinguish upper and lower case.
        other = first.setdefault(stem.lower(), name)
        if name in folders or other != name:
            raise OptionError(
                f"{strip_credentials(other)} and {strip_credentials(name)} would have results of one name, '{stem}'; "
                "segment one of them into another directory"
            )
        folders[name] = out / stem
    return folders


def _check_outputs(
    given: str | Path | Iterable[str | Path],
    folders: Mapping[str, Path],
    *,
    classes: Classes,
    options: SegmentOptions,
    report: Path,
) -> None:
    """Check that no result is one of the rasters, the STAC file or the vocabulary.

    Raises:
        OutputError: If one is.
    """
    results = [OutputPaths.in_directory(out, stem_of(raster), options).written for raster, out in folders.items()]
    named = [item for item in (given, classes) if isinstance(item, str | Path) and os.path.isfile(item)]
    vocabulary = classes.path if isinstance(classes, Vocabulary) else None
    inputs = [*map(gdal_name, folders), *named, vocabulary, options.aoi, options.mask_path]
    check_outputs([report, *itertools.chain(*results)], inputs=inputs)


def _write_reports(reports: Sequence[RasterReport], out: Path) -> None:
    values = [{**vars(report), "out": str(report.out), "shares": dict(report.shares)} for report in reports]
    write_json(out / "report.json", values)
