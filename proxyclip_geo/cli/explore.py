"""`proxyclip-geo explain`, `similar` and `words`: what a kept embedding says of places and words."""

from pathlib import Path
from typing import Annotated

import typer

from proxyclip_geo.cli import options
from proxyclip_geo.cli.console import set_reporter
from proxyclip_geo.cli.parsing import parse_point, parse_words, read_examples, read_words


def explain(
    embedding: options.Store,
    at: Annotated[str | None, typer.Option(metavar="X,Y", help="A point in the raster's CRS.")] = None,
    aoi: Annotated[Path | None, typer.Option(help="Polygons of this vector file, in place of a point.")] = None,
    classes: options.Classes = None,
    vocabulary: options.Vocabulary = None,
    templates: options.Templates = None,
    background: options.Background = None,
    debias: options.Debias = 0.0,
    examples: options.Examples = None,
    example_field: options.ExampleField = "class",
    example_weight: options.ExampleWeight = 0.25,
    negative_weight: options.NegativeWeight = 0.1,
    as_json: options.AsJson = False,
) -> None:
    """Say how well each word fits a place, best first: why it became its class."""
    reporter = set_reporter(as_json=as_json)
    from rich.table import Table

    import proxyclip_geo as pg

    chosen = pg.LabelOptions(templates=templates, background=parse_words(background), debias=debias)
    found = pg.explain(
        embedding,
        read_words(classes, vocabulary),
        at=parse_point(at),
        aoi=aoi,
        examples=read_examples(examples, field=example_field, weight=example_weight, negative_weight=negative_weight),
        options=chosen,
    )
    table = Table(box=None, pad_edge=False)
    for name, side in (("word", "left"), ("class", "left"), ("share", "right"), ("similarity", "right")):
        table.add_column(name, justify=side)  # type: ignore[arg-type]
    for item in found:
        named = "(background)" if item.name is None else item.name
        table.add_row(item.word, named, f"{100 * item.probability:.1f} %", f"{item.similarity:.3f}")
    reporter.result(table, {"queries": [vars(item) for item in found]})


def similar(
    embedding: options.Store,
    word: Annotated[str | None, typer.Argument(help="A word or phrase.")] = None,
    at: Annotated[str | None, typer.Option(metavar="X,Y", help="Like what is here, in place of a word.")] = None,
    aoi: Annotated[Path | None, typer.Option(help="Like what is in these polygons, in place of a word.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="GeoTIFF; similar_WORD.tif if not given.")] = None,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Write a heat map of where something like a word or a place is: cosines, -1 to 1, as a cloud-optimised GeoTIFF."""
    reporter = set_reporter(as_json=as_json, quiet=quiet)
    import proxyclip_geo as pg

    asked = word or at or (aoi.stem if aoi else "")
    path = out or Path(f"similar_{'_'.join(''.join(c if c.isalnum() else ' ' for c in asked).split())}.tif")
    with reporter.progress() as progress:
        made = pg.similar(
            embedding, word, out=path, at=parse_point(at), aoi=aoi, overwrite=overwrite, progress=progress
        )
    reporter.result(str(made), {"path": str(made)})


def words(
    embedding: options.Store,
    candidates: Annotated[str, typer.Argument(help='Words, separated by ",": a dozen or more.')],
    as_json: options.AsJson = False,
) -> None:
    """Rank words by how much they stand out in a raster: which of them it probably holds.

    Each is held against the median of all candidates at the same place; give some that are surely not there, too.
    """
    reporter = set_reporter(as_json=as_json)
    from rich.table import Table

    import proxyclip_geo as pg

    found = pg.rank_words(embedding, parse_words(candidates))
    table = Table(box=None, pad_edge=False)
    table.add_column("word")
    table.add_column("contrast", justify="right")
    table.add_column("fits best in", justify="right")
    for item in found:
        table.add_row(item.word, f"{item.contrast:.3f}", f"{100 * item.share:.1f} %")
    reporter.result(table, {"words": [vars(item) for item in found]})
