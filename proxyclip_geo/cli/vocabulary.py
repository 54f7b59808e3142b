"""`proxyclip-geo vocabulary`."""

import math
from pathlib import Path
from typing import Annotated, Any

import typer

import proxyclip_geo as pg
from proxyclip_geo.cli.declared import with_options
from proxyclip_geo.cli.reporter import REPORTER, Reporter

app = typer.Typer(help="Vocabularies: classes, their words, colours and label values.", no_args_is_help=True)

Source = Annotated[str, typer.Argument(help="A built-in vocabulary (see `vocabulary list`) or a file.")]


@app.command("list")
@with_options
def list_all(reporter: Reporter) -> None:
    """List the built-in vocabularies."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in ("vocabulary", "classes", "description"):
        table.add_column(title)
    rows = []
    for name in pg.list_vocabularies():
        vocabulary = pg.load_vocabulary(name)
        table.add_row(name, str(len(vocabulary.classes)), vocabulary.description)
        rows.append({"name": name, "classes": list(vocabulary.names), "description": vocabulary.description})
    reporter.result(table, {"vocabularies": rows})


@app.command(no_args_is_help=True)
@with_options
def show(
    vocabulary: Source,
    save: Annotated[
        Path | None, typer.Option(help="Also write the vocabulary to this .yaml or .json file, to edit it.")
    ] = None,
    *,
    reporter: Reporter,
) -> None:
    """Show a vocabulary: label values, names, colours, words and thresholds."""
    loaded = pg.load_vocabulary(vocabulary)
    if save is not None:
        pg.dump_vocabulary(loaded, save)
    reporter.result(_table(loaded), loaded.to_dict())


def _table(vocabulary: Any) -> object:
    from rich.table import Table
    from rich.text import Text

    from proxyclip_geo.vocabulary import hex_color

    table = Table(box=None, pad_edge=False, title=f"{vocabulary.name}  {vocabulary.description}", title_justify="left")
    for title in ("value", "class", "words", "threshold"):
        table.add_column(title, justify="right" if title == "value" else "left")
    for item, threshold in zip(vocabulary.classes, vocabulary.thresholds, strict=True):
        name = Text.assemble(REPORTER.swatch(hex_color(item.color)), " ", item.name)
        table.add_row(str(item.value), name, ", ".join(item.synonyms), f"{threshold:g}")
    return table


@app.command(no_args_is_help=True)
@with_options
def check(
    vocabulary: Source,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            "-m",
            help="Also encode the words with this model: warn of words it does not know, and "
            "show the classes whose words are most similar.",
        ),
    ] = None,
    *,
    reporter: Reporter,
) -> None:
    """Check a vocabulary file, and how well a model can tell its words apart."""
    loaded = pg.load_vocabulary(vocabulary)
    text = f"{loaded.name}: valid. {len(loaded.classes)} classes, {len(loaded.words)} words"
    data: dict[str, object] = {"name": loaded.name, "classes": len(loaded.classes), "words": len(loaded.words)}
    if model is not None:
        from proxyclip_geo.api.word_check import find_closest_words, find_far_words

        for far in find_far_words(loaded, model=model):
            reporter.warn(
                f"'{far.word}' is far from all words of the model (nearest: '{far.nearest}', {far.similarity:.2f})"
            )
        pairs = find_closest_words(loaded, model=model)
        data["closest"] = [vars(pair) for pair in pairs if math.isfinite(pair.similarity)]
        text += "".join(f"\n  {pair.similarity:.2f}  {pair.one}  ~  {pair.other}" for pair in pairs)
    reporter.result(text, data)
