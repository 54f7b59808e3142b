"""`proxyclip-geo fit`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from proxyclip_geo.cli import options
from proxyclip_geo.cli.console import set_reporter
from proxyclip_geo.cli.parsing import parse_values, parse_words, read_examples, read_words


def fit(
    embedding: options.Store,
    truth: Annotated[
        Path,
        typer.Argument(help="A few labels: a label raster, or a vector file of points and polygons with their class."),
    ],
    classes: options.Classes = None,
    vocabulary: options.Vocabulary = None,
    save: Annotated[Path | None, typer.Option(help="Write the fitted vocabulary to this .yaml or .json file.")] = None,
    field: Annotated[str, typer.Option(help="Column of a vector file with the class.")] = "class",
    mapping: Annotated[
        str | None,
        typer.Option(
            "--map",
            help='Which class each value of a raster is, e.g. "1=building, 2=road, 9=none"; by name if not given.',
        ),
    ] = None,
    ignore: Annotated[str | None, typer.Option(help="Values or names of a raster to leave out.")] = None,
    templates: options.Templates = None,
    synonyms: options.SynonymsChoice = options.Synonyms.max_probability,
    background: options.Background = None,
    debias: options.Debias = 0.0,
    examples: options.Examples = None,
    example_field: options.ExampleField = "class",
    example_weight: options.ExampleWeight = 0.25,
    negative_weight: options.NegativeWeight = 0.1,
    anyway: Annotated[bool, typer.Option("--anyway", help="Save also what was not shown to help.")] = False,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Fit a vocabulary to a few labels: biases, thresholds and logit scale, with the gain by cross-validation.

    Says what it changed and what that gains. It saves nothing without --save, and nothing that was not shown to help
    without --anyway.
    """
    reporter = set_reporter(as_json=as_json, quiet=quiet)
    import proxyclip_geo as pg
    from proxyclip_geo.errors import OutputError
    from proxyclip_geo.vocabulary import dump_vocabulary
    from proxyclip_geo.vocabulary.formats import check_writable

    if save is not None and save.exists() and not overwrite:
        raise OutputError(f"{save} is already there; pass --overwrite to replace it")
    if save is not None:
        check_writable(save)
    chosen = pg.LabelOptions(
        templates=templates, synonyms=synonyms.value, debias=debias, background=parse_words(background)
    )
    with reporter.progress() as progress:
        result = pg.fit(
            embedding,
            read_words(classes, vocabulary),
            truth,
            field=field,
            mapping=pg.parse_mapping(mapping) if mapping else None,
            ignore=parse_values(ignore),
            examples=read_examples(
                examples, field=example_field, weight=example_weight, negative_weight=negative_weight
            ),
            options=chosen,
            progress=progress,
        )
    for note in result.notes:
        reporter.warn(note)
    saved = save if save is not None and (result.fit.helps or anyway) else None
    if saved is not None:
        dump_vocabulary(result.vocabulary, saved)
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
    told = [
        f"mean IoU {100 * fit.before:.1f} → {100 * fit.after:.1f}: {100 * fit.gain:+.1f} points, with 90 % between "
        f"{100 * low:+.1f} and {100 * high:+.1f}",
        f"log loss {fit.log_loss[0]:.3f} → {fit.log_loss[1]:.3f}, logit scale {vocabulary.logit_scale:g}",
        f"by cross-validation on {result.samples} pixels in {fit.groups} {result.grouping}",
    ]
    if not fit.helps:
        told.append("This does not show that fitting helps: label more places, or keep the words as they are.")
    if saved is not None:
        told.append(f"saved to {saved}: use it with --vocabulary {saved}")
    elif wanted is not None:
        told.append(f"{wanted} was not written; pass --anyway to save it all the same")
    return Group(table, *told)
