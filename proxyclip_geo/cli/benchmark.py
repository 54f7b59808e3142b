"""`proxyclip-geo benchmark`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from proxyclip_geo.api.options import BenchmarkOptions
from proxyclip_geo.cli import parameters
from proxyclip_geo.cli.declared import with_options
from proxyclip_geo.cli.reporter import Reporter
from proxyclip_geo.models.options import DEFAULT_MODEL

app = typer.Typer(
    help="Published benchmarks: run models on data sets by their protocols; docs/benchmarks.md.", no_args_is_help=True
)

Set = Annotated[str, typer.Argument(help="A benchmark (see `benchmark list`) or a YAML file of the same form.")]
Root = Annotated[Path, typer.Option("--root", help="Folder of the data set; `benchmark list NAME` shows its files.")]


@app.command("list")
@with_options
def list_(
    benchmark: Annotated[str | None, typer.Argument(help="Show the files and the protocol of this one.")] = None,
    *,
    reporter: Reporter,
) -> None:
    """List the benchmarks: what they are, where to get the data, and their licence."""
    from rich.table import Table

    import proxyclip_geo as pg

    names = pg.list_benchmarks() if benchmark is None else (benchmark,)
    found = [pg.load_benchmark(name) for name in names]
    data = {"benchmarks": [item.to_dict() for item in found]}
    if benchmark is not None:
        reporter.result(_describe(found[0]), data)
        return
    table = Table(box=None, pad_edge=False)
    for title in ("benchmark", "group", "classes", "images", "licence", "data from"):
        table.add_column(title, no_wrap=title == "benchmark")
    for item in sorted(found, key=lambda item: item.group):
        images = "" if item.images is None else str(item.images)
        table.add_row(item.name, item.group, str(len(item.names)), images, item.licence, item.source)
    reporter.result(table, data)


def _describe(benchmark: object) -> str:
    from proxyclip_geo.evaluation.benchmarks.benchmark import Benchmark
    from proxyclip_geo.evaluation.benchmarks.samples import describe_layouts

    assert isinstance(benchmark, Benchmark)
    resolved = benchmark.resolved
    size = f"short side {benchmark.short_side} px, long side at most {benchmark.long_side} px"
    threshold = f"{resolved.threshold:g}" + (f", below it {resolved.fallback}" if resolved.threshold else "")
    facts = {
        "set": f"{benchmark.title}: {benchmark.description}",
        "data from": benchmark.source,
        "licence": benchmark.licence,
        "images": str(benchmark.images or "not stated"),
        "scaling": size,
        "windows": f"{benchmark.window} px every {benchmark.stride} px",
        "threshold": threshold,
        "logit scale": f"{benchmark.logit_scale:g}",
        "debias": f"{benchmark.debias:g}",
        "classes": "; ".join(", ".join(words) for words in benchmark.words),
        "published": "; ".join(f"{item.method} {item.score:.1f}" for item in benchmark.published) or "none here",
    }
    width = max(map(len, facts))
    lines = [f"{key:<{width}}  {value}" for key, value in facts.items()]
    return "\n".join([*lines, "files below the root, in one of these layouts:", describe_layouts(benchmark)])


@app.command(no_args_is_help=True)
@with_options
def prepare(
    benchmark: Set,
    root: Root,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the prepared set.")],
    reporter: Reporter,
) -> None:
    """Cut the pictures of a raw set into tiles, and write its truth as class values; an interrupted call continues."""
    import proxyclip_geo as pg

    with reporter.progress() as progress:
        path = pg.prepare_benchmark(benchmark, root, out=out, progress=progress)
    reporter.result(str(path), {"benchmark": benchmark, "path": str(path)})


@app.command(no_args_is_help=True)
@with_options
def run(
    benchmark: Set,
    root: Root,
    model: Annotated[
        str,
        typer.Option("--model", "-m", help="Models with commas between them: built-in ones or paths of model cards."),
    ] = DEFAULT_MODEL,
    *,
    options: BenchmarkOptions,
    out: parameters.Out = Path("benchmarks"),
    overwrite: parameters.Overwrite = False,
    reporter: Reporter,
) -> None:
    """Run models on a data set by its protocol; the same command resumes an interrupted run."""
    import proxyclip_geo as pg

    results = []
    for name in filter(None, (part.strip() for part in model.split(","))):
        with reporter.progress() as progress:
            results.append(
                pg.run_benchmark(
                    benchmark, root, model=name, out=out, options=options, overwrite=overwrite, progress=progress
                )
            )
    text = "\n\n".join([*(result.to_text() for result in results), "\n".join(str(item.path) for item in results)])
    reporter.result(text, {"results": [{"path": str(item.path), **item.record} for item in results]})


@app.command(no_args_is_help=True)
@with_options
def table(
    results: Annotated[list[Path], typer.Argument(help="Results of `benchmark run` (*.json), or folders of them.")],
    form: Annotated[
        Literal["markdown", "latex"], typer.Option("--format", "-f", help="How to print the table.")
    ] = "markdown",
    *,
    reporter: Reporter,
) -> None:
    """Merge results into a table with the published scores, with 95 % intervals over images."""
    import proxyclip_geo as pg

    text = pg.tabulate_benchmarks(results, form=form)
    reporter.result(text.rstrip("\n"), {"table": text})
