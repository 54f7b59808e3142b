"""`proxyclip-geo evaluate`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from proxyclip_geo.cli.console import set_reporter
from proxyclip_geo.cli.parsing import parse_values


class Format(StrEnum):
    """How the report is written."""

    text = "text"
    json = "json"
    csv = "csv"


def evaluate(
    labels: Annotated[Path, typer.Argument(help="Label raster to judge, e.g. out/scene_labels.tif.")],
    truth: Annotated[Path, typer.Argument(help="Label raster of the truth, on any grid and in any CRS.")],
    mapping: Annotated[
        str | None,
        typer.Option(
            "--map",
            help='Which class each value of the truth is, e.g. "1=building, 2=road, 3=road"; by name or value if not '
            "given.",
        ),
    ] = None,
    ignore: Annotated[
        str | None, typer.Option(help='Values or names of the truth to leave out, e.g. "0, 255, unlabeled".')
    ] = None,
    vocabulary: Annotated[
        str | None,
        typer.Option("--vocabulary", "-v", help="Vocabulary that names the labels; their own tags if not given."),
    ] = None,
    form: Annotated[Format, typer.Option("--format", "-f", help="How to print the report.")] = Format.text,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Also write the report to this .txt, .json or .csv file.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")] = False,
) -> None:
    """Compare labels with the truth: confusion matrix, IoU, F1, precision, recall, accuracy, kappa."""
    import proxyclip_geo as pg
    from proxyclip_geo.vocabulary import load_vocabulary

    reporter = set_reporter(as_json=False, quiet=quiet)
    with reporter.progress() as progress:
        report = pg.evaluate(
            labels,
            truth,
            vocabulary=load_vocabulary(vocabulary) if vocabulary else None,
            mapping=pg.parse_mapping(mapping) if mapping else None,
            ignore=parse_values(ignore),
            progress=progress,
        )
    if out is not None:
        report.write(out)
    shown = {Format.text: report.to_text, Format.json: report.to_json, Format.csv: report.to_csv}[form]()
    print(shown.rstrip("\n"))
