"""Segment many rasters with one model and one report."""

import itertools
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from proxyclip_geo.api.job import Classes, LazyModel
from proxyclip_geo.api.options import SegmentOptions
from proxyclip_geo.api.outputs import OutputPaths
from proxyclip_geo.api.segment import SegmentPlan, find_results, plan_segment, segment
from proxyclip_geo.errors import (
    Cancelled,
    ModelError,
    OptionError,
    ProxyClipGeoError,
    RasterError,
    WeightsError,
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
    """Segment rasters one after another with one model, each into its own directory.

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
    lazy_model = LazyModel(model, options)
    for number, (raster, folder) in enumerate(folders.items()):
        progress(ProgressEvent("rasters", number, len(folders), "rasters", stem_of(raster)))
        try:
            earlier = None
            if not overwrite:
                earlier = find_results(raster, classes, out=folder, model=lazy_model, options=options, vectors=vectors)
            if earlier is not None:
                shares, failed, status = earlier.shares, earlier.failed_blocks, "done before"
            else:
                result = segment(
                    raster,
                    classes,
                    out=folder,
                    model=lazy_model.loaded,
                    options=options,
                    vectors=vectors,
                    overwrite=overwrite,
                    progress=progress,
                )
                shares, failed, status = result.shares, result.run["failed_blocks"], "done"
            reports[number] = replace(
                reports[number], status=status, shares=tuple(shares.items()), failed_blocks=len(failed)
            )
        except (Cancelled, ModelError, WeightsError):
            raise
        except ProxyClipGeoError as error:
            reports[number] = replace(reports[number], status="failed", reason=str(error))
            if options.on_error == "stop":
                if len(folders) == 1:
                    raise
                raise type(error)(f"{error}; on_error='skip' goes on with the other rasters") from error
        finally:
            _write_reports(reports, Path(out))
    progress(ProgressEvent("rasters", len(folders), len(folders), "rasters"))
    if all(report.status == "failed" for report in reports):
        raise RasterError(f"none of the {len(reports)} rasters could be segmented; the first: {reports[0].reason}")
    return tuple(reports)


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
