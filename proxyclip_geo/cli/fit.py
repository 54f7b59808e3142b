"""`proxyclip-geo fit`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from proxyclip_geo.api.options import Examples, LabelOptions
from proxyclip_geo.cli import parameters
from proxyclip_geo.cli.declared import Only
from proxyclip_geo.cli.reporter import Reporter


def fit(
    embedding: parameters.Store,
    truth: Annotated[
        str,
        typer.Argument(help="A few labels: a label raster, or a vector file of points and polygons with their class."),
    ],
    classes: parameters.Classes = None,
    vocabulary: parameters.Vocabulary = None,
    save: Annotated[Path | None, typer.Option(help="Write the fitted vocabulary to this .yaml or .json file.")] = None,
    truth_field: Annotated[str, typer.Option("--field", help="Column of a vector file with the class.")] = "class",
    mapping: parameters.Mapping = None,
    ignore: parameters.Ignore = None,
    *,
    options: Annotated[LabelOptions, Only(("templates", "synonyms", "background", "debias"))],
    examples: Examples | None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Save the vocabulary even if cross-validation shows no gain.")
    ] = False,
    overwrite: parameters.Overwrite = False,
    reporter: Reporter,
) -> None:
    """Fit a vocabulary to a few labels: biases, thresholds and logit scale, with the gain by cross-validation.

    Prints what changed and the gain. It saves the vocabulary only with --save, and without --anyway only if
    cross-validation shows a gain.
    """
    import proxyclip_geo as pg
    from proxyclip_geo.vocabulary.load import read_words

    with reporter.progress() as progress:
        result = pg.fit(
            embedding,
            read_words(classes, vocabulary),
            truth,
            truth_field=truth_field,
            mapping=pg.parse_mapping(mapping) if mapping else None,
            ignore=parameters.read_values(ignore),
            examples=examples,
            options=options,
            save=save,
            anyway=anyway,
            overwrite=overwrite,
            progress=progress,
        )
    for note in result.notes:
        reporter.warn(note)
    saved = result.saved
    reporter.result(_table(result, saved, wanted=save), {**_facts(result), "saved": str(saved) if saved else None})


def _facts(result: Any) -> dict[str, Any]:
    fit = result.fit
    return {
        "vocabulary": result.vocabulary.to_dict(),
        "classes": [vars(item) for item in fit.classes],
        "mean_iou": {"before": fit.before, "after": fit.after, "gain": fit.gain, "interval": list(fit.interval)},
        "log_loss": {"before": fit.log_loss[0], "after": fit.log_loss[1]},
        "samples": result.samples,
        "parts": {"count": fit.groups, "what": result.grouping},
        "helps": fit.helps,
    }


def _table(result: Any, saved: Path | None, *, wanted: Path | None) -> Any:
    from rich.console import Group
    from rich.table import Table

    fit, vocabulary = result.fit, result.vocabulary
    table = Table(box=None, pad_edge=False)
    table.add_column("class")
    for title in ("pixels", "bias", "threshold", "IoU before", "IoU after"):
        table.add_column(title, justify="right")
    for item, kind, threshold in zip(fit.classes, vocabulary.classes, vocabulary.thresholds, strict=True):
        ious = ("–" if value is None else f"{100 * value:.1f}" for value in (item.before, item.after))
        table.add_row(item.name, str(item.pixels), f"{kind.bias:+.2f}", f"{threshold:.2f}", *ious)
    low, high = fit.interval
    lines = [
        f"mean IoU {100 * fit.before:.1f} → {100 * fit.after:.1f}: {100 * fit.gain:+.1f} points, with 90 % between "
        f"{100 * low:+.1f} and {100 * high:+.1f}",
        f"log loss {fit.log_loss[0]:.3f} → {fit.log_loss[1]:.3f}, logit scale {vocabulary.logit_scale:g}",
        f"by cross-validation on {result.samples} pixels in {fit.groups} {result.grouping}",
    ]
    if not fit.helps:
        lines.append("This does not show that fitting helps: label more places, or use the words unchanged.")
    if saved is not None:
        lines.append(f"saved to {saved}: use it with --vocabulary {saved}")
    elif wanted is not None:
        lines.append(f"{wanted} was not written; pass --anyway to save it in spite of that")
    return Group(table, *lines)
