"""`proxyclip-geo vocabulary`."""

import math
from pathlib import Path
from typing import Annotated

import typer

from proxyclip_geo.cli.console import set_reporter
from proxyclip_geo.vocabulary import Vocabulary, dump_vocabulary, hex_color, list_vocabularies, load_vocabulary

app = typer.Typer(help="Vocabularies: classes, their words, colours and label values.", no_args_is_help=True)

Source = Annotated[str, typer.Argument(help="A built-in vocabulary (see `vocabulary list`) or a file.")]
Json = Annotated[bool, typer.Option("--json", help="Write JSON lines to stdout.")]


@app.command("list")
def list_all(as_json: Json = False) -> None:
    """List the built-in vocabularies."""
    from rich.table import Table

    reporter = set_reporter(as_json=as_json)
    table = Table(box=None, pad_edge=False)
    for title in ("vocabulary", "classes", "what it is for"):
        table.add_column(title)
    rows = []
    for name in list_vocabularies():
        vocabulary = load_vocabulary(name)
        table.add_row(name, str(len(vocabulary.classes)), vocabulary.description)
        rows.append({"name": name, "classes": list(vocabulary.names), "description": vocabulary.description})
    reporter.result(table, {"vocabularies": rows})


@app.command(no_args_is_help=True)
def show(
    vocabulary: Source,
    save: Annotated[
        Path | None, typer.Option(help="Write it to this .yaml or .json file, as a start for your own.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show a vocabulary: label values, names, colours, words and thresholds."""
    reporter = set_reporter(as_json=as_json)
    loaded = load_vocabulary(vocabulary)
    if save is not None:
        dump_vocabulary(loaded, save)
    reporter.result(_table(loaded), loaded.to_dict())


def _table(vocabulary: Vocabulary) -> object:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, title=f"{vocabulary.name}  {vocabulary.description}", title_justify="left")
    for title in ("value", "class", "words", "threshold"):
        table.add_column(title, justify="right" if title == "value" else "left")
    for item, threshold in zip(vocabulary.classes, vocabulary.thresholds, strict=True):
        name = f"[{hex_color(item.color)}]■[/] " + item.name.replace("[", r"\[")
        table.add_row(str(item.value), name, ", ".join(item.synonyms).replace("[", r"\["), f"{threshold:g}")
    return table


@app.command(no_args_is_help=True)
def check(
    vocabulary: Source,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            "-m",
            help="Also encode the words with this model: warn of words it does not know, and "
            "show which classes' words lie closest.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a vocabulary file, and how well a model can tell its words apart."""
    reporter = set_reporter(as_json=as_json)
    loaded = load_vocabulary(vocabulary)
    text = f"{loaded.name}: fine. {len(loaded.classes)} classes, {len(loaded.queries)} words"
    data: dict[str, object] = {"name": loaded.name, "classes": len(loaded.classes), "words": len(loaded.queries)}
    if model is not None:
        from proxyclip_geo.api.word_check import closest_words, far_words

        for far in far_words(loaded, model=model):
            reporter.warn(
                f"'{far.word}' is far from all the model knows (nearest: '{far.nearest}', {far.similarity:.2f})"
            )
        pairs = closest_words(loaded, model=model)
        data["closest"] = [vars(pair) for pair in pairs if math.isfinite(pair.similarity)]
        text += "".join(f"\n  {pair.similarity:.2f}  {pair.one}  ~  {pair.other}" for pair in pairs)
    reporter.result(text, data)
