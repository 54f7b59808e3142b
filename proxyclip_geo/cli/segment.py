"""`proxyclip-geo segment`."""

from pathlib import Path
from typing import Any

from proxyclip_geo.cli import options, vector_options
from proxyclip_geo.cli.console import Reporter, set_reporter
from proxyclip_geo.cli.parsing import (
    parse_bands,
    parse_bounds,
    parse_bytes,
    parse_stretch,
    parse_threshold,
    parse_words,
    read_words,
)
from proxyclip_geo.cli.vector_options import read_vector_options


def segment(
    raster: options.Raster,
    classes: options.Classes = None,
    vocabulary: options.Vocabulary = None,
    threshold: options.Threshold = None,
    templates: options.Templates = None,
    synonyms: options.SynonymsChoice = options.Synonyms.max_probability,
    background: options.Background = None,
    debias: options.Debias = 0.0,
    borders: options.BordersChoice = options.Borders.cells,
    out: options.Out = Path("out"),
    resolution: options.Resolution = None,
    aoi: options.Aoi = None,
    bounds: options.Bounds = None,
    bands: options.Bands = None,
    stretch: options.Stretch = None,
    model: options.Model = "vitb16-dino-b8",
    device: options.Device = "auto",
    precision: options.PrecisionChoice = options.Precision.auto,
    backend: options.BackendChoice = options.Backend.auto,
    window: options.Window = None,
    stride: options.Stride = None,
    blend: options.BlendChoice = options.Blend.hann,
    batch_size: options.BatchSize = None,
    block_size: options.BlockSize = None,
    scores: options.Scores = True,
    probabilities: options.Probabilities = False,
    polygons: options.Polygons = True,
    exact: vector_options.Exact = False,
    min_area: vector_options.MinArea = None,
    smooth: vector_options.Smooth = True,
    simplify: vector_options.Simplify = 0.0,
    workers: options.Workers = 1,
    scheduler: options.Scheduler = None,
    max_memory: options.MaxMemory = None,
    on_error: options.OnErrorChoice = options.OnError.stop,
    overwrite: options.Overwrite = False,
    dry_run: options.DryRun = False,
    profile: options.ProfileChoice = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Segment a raster into classes named in plain words.

    Writes to the output directory: NAME_labels.tif and NAME_score.tif (cloud-optimised GeoTIFFs with styles), NAME.gpkg
    (polygons with class, area and score), NAME_preview.png and NAME_run.json. A run that was broken off, by whatever,
    is finished by the same command.

    RASTER may be a directory, a pattern ("tiles/*.tif") or a JSON file of STAC items: each raster then gets a directory
    of its own in the output directory, and report.json says what became of each.
    """
    reporter = set_reporter(as_json=as_json, quiet=quiet)
    import proxyclip_geo as pg

    words = read_words(classes, vocabulary)
    chosen = pg.SegmentOptions(
        window=window,
        stride=stride,
        blend=blend.value,
        batch_size=batch_size,
        block_size=block_size,
        device=device,
        precision=precision.value,
        backend=backend.value,
        bands=parse_bands(bands),
        resolution=resolution,
        bounds=parse_bounds(bounds),
        aoi=aoi,
        threshold=parse_threshold(threshold),
        templates=templates,
        synonyms=synonyms.value,
        debias=debias,
        borders=borders.value,
        background=parse_words(background),
        scores=scores,
        probabilities=probabilities,
        polygons=polygons,
        overwrite=overwrite,
        workers=workers,
        scheduler=scheduler,
        max_memory=parse_bytes(max_memory),
        on_error=on_error.value,
        **parse_stretch(stretch),
    )
    vectors = read_vector_options(exact=exact, min_area=min_area, smooth=smooth, simplify=simplify)
    many = pg.find_rasters(raster)
    if many is not None and not dry_run:
        with reporter.progress() as progress:
            reports = pg.segment_many(
                many, words, out=out, model=model, options=chosen, vectors=vectors, progress=progress
            )
        _show_reports(reporter, reports, out)
        return
    if many is not None:
        for one in pg.plan_many(many, words, out=out, model=model, options=chosen, vectors=vectors):
            if one.plan is not None:
                _show_plan(reporter, one.plan)
            else:
                status = f"failed: {one.reason}" if one.reason else f"done before, in {one.out}"
                reporter.result(f"{one.raster}: {status}", {"dry_run": True, **vars(one), "out": str(one.out)})
        return
    if dry_run:
        _show_plan(reporter, pg.plan_segment(raster, words, out=out, model=model, options=chosen))
        return
    with reporter.progress() as progress:
        result = pg.segment(raster, words, out=out, model=model, options=chosen, vectors=vectors, progress=progress)
    show_result(reporter, result)
    if profile and not as_json:
        _show_profile(reporter, result.run)


def _show_reports(reporter: Reporter, reports: Any, out: Path) -> None:
    """Show what became of each raster of a job."""
    lines = [f"{report.status:<12} {report.out}" + (f": {report.reason}" * bool(report.reason)) for report in reports]
    failed = sum(report.status == "failed" for report in reports)
    lines.append(f"{len(reports) - failed} of {len(reports)} rasters are done; see {out / 'report.json'}")
    reporter.result("\n".join(lines), {"rasters": len(reports), "failed": failed, "report": str(out / "report.json")})


def _show_profile(reporter: Reporter, run: Any) -> None:
    """Show what share of the time each stage took."""
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
        f"area: {width} × {height} px, {plan.windows} windows in {plan.blocks} blocks of up to {plan.core} px",
        f"time: about {_duration(plan.seconds)} to encode, from a window timed just now",
        f"memory: at most about {plan.memory / 1e9:.1f} GB a process; disk: at most {_size(plan.disk)}, "
        "usually a fifth of that",
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
        "seconds": round(plan.seconds, 1),
        "paths": [str(path) for path in plan.paths.all()],
    }
    reporter.result("\n".join(lines), {"dry_run": True, **data})


def _size(count: int) -> str:
    """Say a number of bytes in the unit that suits it."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def _duration(seconds: float) -> str:
    """Say a duration in the unit that suits it."""
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(1, round(seconds))} s"


def show_result(reporter: Reporter, result: Any) -> None:
    """Show the shares of the classes and the files."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("class")
    table.add_column("share", justify="right")
    colors = {item.name: "#{:02x}{:02x}{:02x}".format(*item.color) for item in result.vocabulary.classes}
    for name, share in sorted(result.shares.items(), key=lambda entry: -entry[1]):
        if share > 0:
            swatch = f"[{colors[name]}]■[/] " if name in colors else "  "
            table.add_row(swatch + name.replace("[", r"\["), f"{100 * share:.1f} %")
    paths = {field: str(path) for field, path in vars(result.paths).items() if path is not None and field != "work"}
    reporter.result(table, {"shares": dict(result.shares), "paths": paths, "seconds": result.run["seconds"]})
    if not reporter.as_json:
        reporter.out.print("\n".join(paths.values()))
