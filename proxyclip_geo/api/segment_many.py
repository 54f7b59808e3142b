"""Many rasters as one job, with one report."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proxyclip_geo.api.job import Classes, LazyModel
from proxyclip_geo.api.options import SegmentOptions
from proxyclip_geo.api.segment import SegmentPlan, is_done, plan_segment, segment
from proxyclip_geo.api.vector_options import VectorOptions
from proxyclip_geo.errors import Cancelled, ModelError, OptionError, ProxyClipGeoError, WeightsError
from proxyclip_geo.files import make_folder, write_json
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.load import Model
from proxyclip_geo.models.registry import DEFAULT_MODEL
from proxyclip_geo.progress import Progress, ProgressEvent, no_progress
from proxyclip_geo.raster.dataset import stem_of


@dataclass(frozen=True)
class RasterReport:
    """What became of one raster of a job.

    Attributes:
        raster: Path or URL.
        out: Directory of its results.
        status: "done", "done before" or "failed".
        reason: Why it failed; empty otherwise.
        shares: Share of each class, 0–1; empty where it was not computed now.
    """

    raster: str
    out: Path
    status: str
    reason: str = ""
    shares: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class RasterPlan:
    """What a job would do with one raster.

    Attributes:
        raster: Path or URL.
        out: Directory of its results.
        plan: What would be done; None where its results are there already, or it cannot be segmented.
        reason: Why it cannot; empty otherwise.
    """

    raster: str
    out: Path
    plan: SegmentPlan | None = None
    reason: str = ""


def segment_many(
    rasters: Sequence[str],
    classes: Classes,
    *,
    out: str | Path = "out",
    model: str | Path | ModelCard | Model = DEFAULT_MODEL,
    options: SegmentOptions | None = None,
    vectors: VectorOptions | None = None,
    progress: Progress = no_progress,
) -> tuple[RasterReport, ...]:
    """Segment rasters one after another, each into a directory of its own, with one model.

    Broken off, the same call goes on: rasters with results of the same call are left alone. With `on_error="skip"` a
    raster that fails is reported, and the next one begun. `report.json` in the output directory says what became of
    each.

    Args:
        rasters: Files or URLs; see `find_rasters`.
        classes: As for `segment`.
        out: Directory for the results.
        model: As for `segment`.
        options: As for `segment`.
        vectors: As for `segment`.
        progress: Called as for `segment`, and with the stage "rasters" after each.

    Raises:
        OptionError: If two rasters would have results of the same name.
        ProxyClipGeoError: What the first raster that failed raised, unless failures are skipped.
    """
    options = options or SegmentOptions()
    places = _places(rasters, Path(out))
    make_folder(Path(out))
    reports: list[RasterReport] = []
    lazy = LazyModel(model, options)
    for number, (raster, own) in enumerate(places.items()):
        progress(ProgressEvent("rasters", number, len(rasters), "rasters", stem_of(raster)))
        try:
            if _is_done(raster, classes, out=own, model=lazy, options=options, vectors=vectors):
                reports.append(RasterReport(raster, own, "done before"))
                continue
            result = segment(
                raster, classes, out=own, model=lazy.loaded, options=options, vectors=vectors, progress=progress
            )
            reports.append(RasterReport(raster, own, "done", shares=tuple(result.shares.items())))
        except (Cancelled, ModelError, WeightsError):
            raise
        except ProxyClipGeoError as error:
            if options.on_error == "stop":
                raise
            reports.append(RasterReport(raster, own, "failed", reason=str(error)))
        write_json(Path(out) / "report.json", [_plain(report) for report in reports])
    progress(ProgressEvent("rasters", len(rasters), len(rasters), "rasters"))
    write_json(Path(out) / "report.json", [_plain(report) for report in reports])
    return tuple(reports)


def plan_many(
    rasters: Sequence[str],
    classes: Classes,
    *,
    out: str | Path = "out",
    model: str | Path | ModelCard | Model = DEFAULT_MODEL,
    options: SegmentOptions | None = None,
    vectors: VectorOptions | None = None,
) -> tuple[RasterPlan, ...]:
    """Say what `segment_many` would do, after checking all it can check without computing.

    Args and errors are those of `segment_many`.
    """
    options = options or SegmentOptions()
    lazy = LazyModel(model, options)
    plans = []
    for raster, own in _places(rasters, Path(out)).items():
        try:
            done = _is_done(raster, classes, out=own, model=lazy, options=options, vectors=vectors)
            plan = None if done else plan_segment(raster, classes, out=own, model=lazy.loaded, options=options)
            plans.append(RasterPlan(raster, own, plan))
        except (ModelError, WeightsError):
            raise
        except ProxyClipGeoError as error:
            if options.on_error == "stop":
                raise
            plans.append(RasterPlan(raster, own, reason=str(error)))
    return tuple(plans)


def _places(rasters: Sequence[str], out: Path) -> dict[str, Path]:
    """Return the directory of each raster's results.

    Raises:
        OptionError: If two rasters would have the same.
    """
    stems = [stem_of(raster) for raster in rasters]
    twice = sorted({stem for stem in stems if stems.count(stem) > 1})
    if twice:
        raise OptionError(f"several rasters are called {', '.join(twice[:3])}; segment them one by one")
    return {raster: out / stem for raster, stem in zip(rasters, stems, strict=True)}


def _is_done(
    raster: str,
    classes: Classes,
    *,
    out: Path,
    model: LazyModel,
    options: SegmentOptions,
    vectors: VectorOptions | None,
) -> bool:
    return not options.overwrite and is_done(raster, classes, out=out, model=model, options=options, vectors=vectors)


def _plain(report: RasterReport) -> dict[str, Any]:
    return {**vars(report), "out": str(report.out), "shares": dict(report.shares)}
