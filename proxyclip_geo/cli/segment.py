"""`proxyclip-geo segment`."""

import math
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from proxyclip_geo.api.options import SegmentOptions
from proxyclip_geo.cli import parameters
from proxyclip_geo.cli.areas import area_table
from proxyclip_geo.cli.reporter import Reporter, use_flags
from proxyclip_geo.errors import IncompleteError, strip_credentials
from proxyclip_geo.models.options import DEFAULT_MODEL

MERGED = "merged.vrt"
"""Name of the raster that `--merge` writes."""
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Check everything, and print what would be done: time, memory and files.",
        rich_help_panel=parameters.MESSAGES,
    ),
]
Merge = Annotated[
    bool,
    typer.Option(
        "--merge",
        help="Map neighbouring rasters as one, without seams: merged_labels.tif … They need one CRS and one grid of "
        "pixels.",
        rich_help_panel=parameters.RESULTS,
    ),
]
Profile = Annotated[
    bool,
    typer.Option(
        "--profile", help="Print the share of the time that each stage took.", rich_help_panel=parameters.MESSAGES
    ),
]


def segment(
    rasters: parameters.Rasters,
    classes: parameters.Classes = None,
    vocabulary: parameters.Vocabulary = None,
    out: parameters.Out = Path("out"),
    model: parameters.Model = DEFAULT_MODEL,
    *,
    options: SegmentOptions,
    vectors: parameters.MapShape,
    merge: Merge = False,
    overwrite: parameters.Overwrite = False,
    dry_run: DryRun = False,
    profile: Profile = False,
    reporter: Reporter,
) -> None:
    """Segment rasters into classes named in plain words.

    Writes to the output directory: NAME_labels.tif and NAME_score.tif (cloud-optimised GeoTIFFs with styles), NAME.gpkg
    (polygons with class, area and score), NAME_areas.csv (hectares per class), NAME_preview.png and NAME_run.json. The
    same command resumes an interrupted run.

    Several rasters, a directory, a pattern ("tiles/*.tif"), @list.txt (a text file of names, one a line), and a STAC
    item or item collection (a JSON file, its URL or that of a STAC API) are one job: each raster then gets a directory
    of its own in the output directory, and report.json lists the result of each.
    """
    import proxyclip_geo as pg
    from proxyclip_geo.api.job import LazyModel
    from proxyclip_geo.api.segment import find_results
    from proxyclip_geo.raster.find_rasters import holds_rasters
    from proxyclip_geo.vocabulary.load import read_words

    words = read_words(classes, vocabulary)
    with ExitStack() as stack:
        if merge:
            LazyModel(model, options).require()
            rasters = [str(_merge(rasters, out, dry_run=dry_run, stack=stack))]
        call: dict[str, Any] = {"out": out, "model": model, "options": options, "overwrite": overwrite}
        many = len(rasters) > 1 or holds_rasters(rasters[0])
        if many and dry_run:
            _show_plans(reporter, pg.plan_many(rasters, words, vectors=vectors, **call))
        elif dry_run:
            same: dict[str, Any] = {**call, "model": LazyModel(model, options), "vectors": vectors}
            if not same.pop("overwrite") and find_results(rasters[0], words, **same):
                done = {"dry_run": True, "raster": strip_credentials(rasters[0]), "done_before": True}
                reporter.result(f"{rasters[0]}: done before, in {out}", done)
            else:
                _show_plan(reporter, pg.plan_segment(rasters[0], words, **call))
        elif many:
            with reporter.progress() as progress:
                reports = pg.segment_many(rasters, words, vectors=vectors, progress=progress, **call)
            _show_reports(reporter, reports, out)
        else:
            with reporter.progress() as progress:
                result = pg.segment(rasters[0], words, vectors=vectors, progress=progress, **call)
            show_result(reporter, result)
            if result.done_before:
                reporter.note(f"the results in {out} are those of an earlier run of this command; nothing was computed")
            elif profile and not reporter.as_json:
                _show_profile(reporter, result.run)
            failed = len(result.run.get("failed_blocks", ()))
            if failed:
                raise IncompleteError(f"{failed} blocks failed and have no data; see {result.paths.run}")


def _merge(rasters: list[str], out: Path, *, dry_run: bool, stack: ExitStack) -> Path:
    """Write the VRT of all rasters into the output directory; in a dry run, into a temporary one unless it is there."""
    import proxyclip_geo as pg
    from proxyclip_geo.files import temporary_folder

    if not dry_run:
        return pg.merge_rasters(rasters, out=out / MERGED)
    path = pg.merge_rasters(rasters, out=stack.enter_context(temporary_folder()) / MERGED)
    written = out / MERGED
    return written if written.is_file() and written.read_bytes() == path.read_bytes() else path


def _show_plans(reporter: Reporter, plans: Any) -> None:
    for one in plans:
        if one.plan is not None:
            _show_plan(reporter, one.plan)
        else:
            status = f"failed: {use_flags(one.reason, reporter.flags)}" if one.reason else f"done before, in {one.out}"
            reporter.result(f"{one.raster}: {status}", {"dry_run": True, **vars(one), "out": str(one.out)})
    failed = sum(bool(one.reason) for one in plans)
    _show_total(reporter, plans, failed)
    if failed:
        raise IncompleteError(f"{failed} of {len(plans)} rasters cannot be segmented; their lines say why")


def _show_total(reporter: Reporter, plans: Any, failed: int) -> None:
    """Show what all rasters of a batch cost together."""
    planned = [one.plan for one in plans if one.plan is not None]
    before = len(plans) - len(planned) - failed
    sums = {
        key: sum(getattr(plan, key) for plan in planned)
        for key in ("windows", "blocks", "seconds", "worker_seconds", "disk", "read", "sent")
    }
    pixels = sum(math.prod(plan.shape) for plan in planned)
    lines = [
        f"all {len(plans)} rasters: {len(planned)} to segment, {before} done before, {failed} failed",
        f"area: {pixels / 1e6:.6g} Mpx, {_count(sums['windows'], 'window')} in {_count(sums['blocks'], 'block')}",
        f"time: about {_duration(sums['seconds'])} to encode; disk: at most {_size(sums['disk'])}, usually a fifth of "
        "that",
        f"workers: {_hours(sums['worker_seconds'])} in all on machines like this one; they read {_size(sums['read'])} "
        f"of pixels and return at most {_size(sums['sent'])}",
    ]
    data = {
        "rasters": len(plans),
        "planned": len(planned),
        "done_before": before,
        "failed": failed,
        "pixels": pixels,
        "windows": sums["windows"],
        "blocks": sums["blocks"],
        "seconds": round(sums["seconds"], 1),
        "worker_seconds": round(sums["worker_seconds"], 1),
        "disk_bytes": sums["disk"],
        "read_bytes": sums["read"],
        "sent_bytes": sums["sent"],
    }
    reporter.result("\n".join(lines), {"dry_run": True, **data})


def _show_reports(reporter: Reporter, reports: Any, out: Path) -> None:
    """Show the status of each raster."""
    reasons = [use_flags(f": {report.reason}", reporter.flags) if report.reason else "" for report in reports]
    lines = [f"{report.status:<12} {report.out}{reason}" for report, reason in zip(reports, reasons, strict=True)]
    failed = sum(report.status == "failed" for report in reports)
    lines.append(f"{len(reports) - failed} of {len(reports)} rasters are done; see {out / 'report.json'}")
    before = sum(report.status == "done before" for report in reports)
    counts = {"rasters": len(reports), "failed": failed, "done_before": before}
    reporter.result("\n".join(lines), {**counts, "report": str(out / "report.json")})
    incomplete = sum(not report.is_complete for report in reports)
    if incomplete:
        raise IncompleteError(
            f"{incomplete} of {len(reports)} rasters failed or have blocks that failed; see {out / 'report.json'}"
        )


def _show_profile(reporter: Reporter, run: Any) -> None:
    """Show the share of the time of each stage."""
    stages = dict(run["profile"])
    stages["other computing"] = run["seconds"]["segment"] - sum(stages.values())
    stages |= {name: run["seconds"][name] for name in run["seconds"] if name != "segment"}
    total = sum(stages.values())
    lines = [f"{name:<16}{seconds:9.2f} s {100 * seconds / total:5.1f} %" for name, seconds in stages.items()]
    reporter.out.print("\n".join(lines))


def _show_plan(reporter: Reporter, plan: Any) -> None:
    height, width = plan.shape
    lines = [
        plan.description,
        f"area: {width} × {height} px, {_count(plan.windows, 'window')} in {_count(plan.blocks, 'block')} "
        f"of up to {plan.core} px",
        f"time: about {_duration(plan.seconds)} to encode on {plan.device}, from a window timed just now",
        f"memory: at most about {plan.memory / 1e9:.1f} GB a process; disk: at most {_size(plan.disk)}, "
        "usually a fifth of that",
        f"workers: {_hours(plan.worker_seconds)} in all on machines like this one; they read "
        f"{_size(plan.read)} of pixels and return at most {_size(plan.sent)}",
        "would write: " + ", ".join(str(path) for path in plan.paths.all()),
    ]
    data = {
        "raster": plan.description,
        "shape": list(plan.shape),
        "windows": plan.windows,
        "blocks": plan.blocks,
        "block_size": plan.core,
        "memory_bytes": plan.memory,
        "disk_bytes": plan.disk,
        "device": plan.device,
        "seconds": round(plan.seconds, 1),
        "worker_seconds": round(plan.worker_seconds, 1),
        "read_bytes": plan.read,
        "sent_bytes": plan.sent,
        "paths": [str(path) for path in plan.paths.all()],
    }
    reporter.result("\n".join(lines), {"dry_run": True, **data})


def _count(number: int, name: str) -> str:
    """Say how many there are."""
    return f"{number} {name}" + "s" * (number != 1)


def _size(count: int) -> str:
    """Say a number of bytes in the unit that suits it."""
    for unit, size in (("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{math.ceil(count / 1e3)} kB"


def _duration(seconds: float) -> str:
    """Say a duration in the unit that suits it."""
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(1, round(seconds))} s"


def _hours(seconds: float) -> str:
    """Say the time of workers, which is paid by the hour."""
    return f"{seconds / 3600:.0f} hours" if seconds >= 7200 else _duration(seconds)


def show_result(reporter: Reporter, result: Any) -> None:
    """Show the areas and shares of the classes, and the files."""
    from proxyclip_geo.vocabulary import hex_color

    colors = {item.name: hex_color(item.color) for item in result.vocabulary.classes}
    table = area_table(reporter, result.areas, colors)
    paths = {field: str(path) for field, path in vars(result.paths).items() if path is not None}
    areas = result.areas.to_dict()
    facts = {"shares": dict(result.shares), "areas": areas, "paths": paths}
    facts |= {"done_before": True} if result.done_before else {"seconds": result.run["seconds"]}
    examples, adaptation = result.run.get("examples"), result.run.get("adaptation")
    facts |= {key: value for key, value in (("examples", examples), ("adaptation", adaptation)) if value is not None}
    reporter.result(table, facts)
    if not reporter.as_json:
        if examples is not None:
            reporter.out.print("\n".join(examples["advice"]))
        if adaptation is not None:
            reporter.out.print(_adaptation_table(adaptation))
        reporter.out.print("\n".join(paths.values()))


def _adaptation_table(adaptation: Any) -> Any:
    """Return what adapting changed, by class."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("adapted class")
    for title in (f"sure cells of {adaptation['cells']}", "cosine of old and new query", "share before", "share after"):
        table.add_column(title, justify="right")
    for item in adaptation["classes"]:
        shares = (f"{100 * item[key]:.1f} %" for key in ("before", "after"))
        cosine = f"{item['cosine']:.3f}" if item["adapted"] else "as the words"
        table.add_row(item["name"], str(item["cells"]), cosine, *shares)
    return table
