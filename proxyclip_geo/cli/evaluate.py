"""`proxyclip-geo evaluate`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from proxyclip_geo.cli import parameters
from proxyclip_geo.cli.reporter import Reporter


def evaluate(
    labels: Annotated[
        str, typer.Argument(help="Label raster to evaluate, e.g. out/scene_labels.tif; or a folder of them.")
    ],
    truth: Annotated[
        str,
        typer.Argument(
            help="The truth, on any grid: a label raster, a vector file of points and polygons with their class, or a "
            "folder of rasters, paired by name."
        ),
    ],
    mapping: parameters.Mapping = None,
    ignore: parameters.Ignore = None,
    truth_field: Annotated[str, typer.Option("--field", help="Column of a vector file with the class.")] = "class",
    vocabulary: Annotated[
        str | None,
        typer.Option("--vocabulary", "-v", help="Vocabulary that names the labels; their own tags if not given."),
    ] = None,
    form: Annotated[
        Literal["text", "json", "csv"], typer.Option("--format", "-f", help="How to print the report.")
    ] = "text",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Also write the report to this .txt, .json or .csv file.")
    ] = None,
    *,
    reporter: Reporter,
) -> None:
    """Compare labels with the truth: confusion matrix, IoU, F1, precision, recall, accuracy, kappa.

    Precision is the user's accuracy of a class, recall the producer's accuracy.
    """
    import proxyclip_geo as pg
    from proxyclip_geo.evaluation.report import check_report

    if out is not None:
        check_report(out, inputs=[labels, truth])
    with reporter.progress() as progress:
        report = pg.evaluate(
            labels,
            truth,
            truth_field=truth_field,
            vocabulary=pg.load_vocabulary(vocabulary) if vocabulary else None,
            mapping=pg.parse_mapping(mapping) if mapping else None,
            ignore=parameters.read_values(ignore),
            progress=progress,
        )
    if out is not None:
        report.write(out)
    text = {"text": report.to_text, "json": report.to_json, "csv": report.to_csv}[form]()
    reporter.result(text.rstrip("\n"), report.to_dict())
