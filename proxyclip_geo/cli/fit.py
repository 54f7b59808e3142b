"""`proxyclip-geo fit`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from proxyclip_geo.api.options import Examples, LabelOptions
from proxyclip_geo.cli import parameters
from proxyclip_geo.cli.declared import Only
from proxyclip_geo.cli.reporter import Reporter
from proxyclip_geo.errors import OptionError


def fit(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="EMBEDDING LABELS …",
            help="An embedding and its labels: a label raster, or a vector file of points and polygons with their "
            "class. Further pairs are further images.",
        ),
    ],
    classes: parameters.Classes = None,
    vocabulary: parameters.Vocabulary = None,
    save: Annotated[Path | None, typer.Option(help="Write the fitted vocabulary to this .yaml or .json file.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write a picture of the gain to this .png file.")] = None,
    truth_field: Annotated[str, typer.Option("--field", help="Column of a vector file with the class.")] = "class",
    mapping: parameters.Mapping = None,
    ignore: parameters.Ignore = None,
    *,
    options: Annotated[LabelOptions, Only(("templates", "synonyms", "background", "debias"))],
    examples: Examples | None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Save the vocabulary even if held-out labels show no gain.")
    ] = False,
    overwrite: parameters.Overwrite = False,
    reporter: Reporter,
) -> None:
    """Fit the classifier of a vocabulary to labels, and measure the gain on labels that are held out.

    With several images, whole images are held out. With one, the gain holds on this image only. The vocabulary is saved
    only with --save, and without --anyway only if there is a gain.
    """
    import proxyclip_geo as pg
    from proxyclip_geo.vocabulary.load import read_words

    if len(files) % 2:
        raise OptionError(f"{len(files)} files are given; give pairs of an embedding and its labels")
    with reporter.progress() as progress:
        result = pg.fit(
            files[::2],
            read_words(classes, vocabulary),
            files[1::2],
            truth_field=truth_field,
            mapping=pg.parse_mapping(mapping) if mapping else None,
            ignore=parameters.read_values(ignore),
            examples=examples,
            options=options,
            save=save,
            report=report,
            anyway=anyway,
            overwrite=overwrite,
            progress=progress,
        )
    for note in result.notes:
        reporter.warn(note)
    reporter.result(_table(result, wanted=save), result.to_dict())


def _table(result: Any, *, wanted: Path | None) -> Any:
    from rich.console import Group
    from rich.table import Table

    gain, vocabulary = result.gain, result.vocabulary
    table = Table(box=None, pad_edge=False)
    table.add_column("class")
    for title in ("pixels", "threshold", "IoU before", "IoU after"):
        table.add_column(title, justify="right")
    for item, threshold in zip(gain.classes, vocabulary.thresholds, strict=True):
        ious = ("–" if value is None else f"{100 * value:.1f}" for value in (item.before, item.after))
        table.add_row(item.name, str(item.pixels), f"{threshold:.2f}", *ious)
    before, after = gain.accuracy
    lines = [result.statement, f"accuracy {100 * before:.1f} to {100 * after:.1f} %, on {result.cells} labelled cells"]
    if result.wrong:
        lines.append(f"{result.wrong} of them contradict the others and were not fitted to: their labels may be wrong")
    if not gain.helps:
        lines.append(
            "The interval includes no change, so fitting is not shown to help: label more places, or use the "
            "words unchanged."
        )
    if result.saved is not None:
        lines.append(f"saved to {result.saved}: use it with --vocabulary {result.saved}")
    elif wanted is not None:
        lines.append(f"{wanted} was not written; pass --anyway to save it without a gain")
    return Group(table, *lines)
