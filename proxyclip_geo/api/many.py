"""Many rasters as one job, with one report."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proxyclip_geo.api.job import Classes
from proxyclip_geo.api.options import SegmentOptions
from proxyclip_geo.api.outputs import write_json
from proxyclip_geo.api.segmenting import is_done, segment
from proxyclip_geo.api.vector_options import VectorOptions
from proxyclip_geo.errors import Cancelled, OptionError, OutputError, ProxyClipGeoError
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.zoo import DEFAULT_MODEL, Model, load_model
from proxyclip_geo.progress import Progress, ProgressEvent, ignore
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


def segment_many(
    rasters: Sequence[str],
    classes: Classes,
    *,
    out: str | Path = "out",
    model: str | Path | ModelCard | Model = DEFAULT_MODEL,
    options: SegmentOptions | None = None,
    vectors: VectorOptions | None = None,
    progress: Progress = ignore,
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
    stems = [stem_of(raster) for raster in rasters]
    twice = sorted({stem for stem in stems if stems.count(stem) > 1})
    if twice:
        raise OptionError(f"several rasters are called {', '.join(twice[:3])}; segment them one by one")
    try:
        Path(out).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the directory {out}: {error.strerror or error}; choose another") from error
    reports: list[RasterReport] = []
    if not isinstance(model, Model):
        kept = {key: getattr(options, key) for key in ("device", "precision", "backend", "window")}
        model = load_model(model, **kept)
    for number, raster in enumerate(rasters):
        progress(ProgressEvent("rasters", number, len(rasters), "rasters", stem_of(raster)))
        own = Path(out) / stem_of(raster)
        try:
            if not options.overwrite and is_done(
                raster, classes, out=own, model=model, options=options, vectors=vectors
            ):
                reports.append(RasterReport(raster, own, "done before"))
                continue
            result = segment(raster, classes, out=own, model=model, options=options, vectors=vectors, progress=progress)
            reports.append(RasterReport(raster, own, "done", shares=tuple(result.shares.items())))
        except Cancelled:
            raise
        except ProxyClipGeoError as error:
            if options.on_error == "stop":
                raise
            reports.append(RasterReport(raster, own, "failed", reason=str(error)))
        write_json(Path(out) / "report.json", [_plain(report) for report in reports])
    progress(ProgressEvent("rasters", len(rasters), len(rasters), "rasters"))
    write_json(Path(out) / "report.json", [_plain(report) for report in reports])
    return tuple(reports)


def _plain(report: RasterReport) -> dict[str, Any]:
    return {**vars(report), "out": str(report.out), "shares": dict(report.shares)}
