"""`proxyclip-geo explain`, `similar`, `words` and `suggest`: query an embedding with places and words."""

from pathlib import Path
from typing import Annotated

import typer

from proxyclip_geo.api.options import Examples, LabelOptions
from proxyclip_geo.cli import parameters
from proxyclip_geo.cli.declared import Only
from proxyclip_geo.cli.reporter import Reporter
from proxyclip_geo.file_names import safe_stem
from proxyclip_geo.raster.options import PlaceOptions
from proxyclip_geo.references import split_layer


def explain(
    embedding: parameters.Store,
    place: PlaceOptions,
    options: Annotated[LabelOptions, Only(("templates", "background", "debias"))],
    examples: Examples | None,
    classes: parameters.Classes = None,
    vocabulary: parameters.Vocabulary = None,
    *,
    reporter: Reporter,
) -> None:
    """Rank words by how well each fits a place: why it got its class."""
    from rich.table import Table

    import proxyclip_geo as pg
    from proxyclip_geo.vocabulary.load import read_words

    found = pg.explain(
        embedding,
        read_words(classes, vocabulary),
        at=place.at,
        aoi=place.aoi,
        examples=examples,
        options=options,
    )
    table = Table(box=None, pad_edge=False)
    table.add_column("word")
    table.add_column("class")
    table.add_column("share", justify="right")
    table.add_column("similarity", justify="right")
    for item in found:
        name = "(background)" if item.name is None else item.name
        table.add_row(item.word, name, f"{100 * item.probability:.1f} %", f"{item.similarity:.3f}")
    reporter.result(table, {"queries": [vars(item) for item in found]})


def similar(
    embedding: parameters.Store,
    word: Annotated[str | None, typer.Argument(help="A word or phrase.")] = None,
    *,
    place: PlaceOptions,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="GeoTIFF to write; similar_WORD.tif if not given.")
    ] = None,
    overwrite: parameters.Overwrite = False,
    reporter: Reporter,
) -> None:
    """Write a heat map of similarity to a word or to a place: cosines, -1 to 1, as a cloud-optimised GeoTIFF."""
    import proxyclip_geo as pg

    query = word or " ".join(map(str, place.at or ())) or (Path(split_layer(place.aoi)[0]).stem if place.aoi else "")
    path = out or Path(f"{safe_stem('_'.join(['similar', *query.split()]))}.tif")
    with reporter.progress() as progress:
        written = pg.similar(
            embedding, word, out=path, at=place.at, aoi=place.aoi, overwrite=overwrite, progress=progress
        )
    reporter.result(str(written), {"path": str(written)})


def words(
    embedding: parameters.Store,
    candidates: Annotated[str, typer.Argument(help='Words with "," between them: a dozen or more.')],
    *,
    reporter: Reporter,
) -> None:
    """Rank words by how much they stand out in a raster: which of them it probably shows.

    Each word is compared with the median of all candidates at the same place; also give words that the raster does not
    show.
    """
    from rich.table import Table

    import proxyclip_geo as pg

    found = pg.rank_words(embedding, candidates.split(","))
    table = Table(box=None, pad_edge=False)
    table.add_column("word")
    table.add_column("contrast", justify="right")
    table.add_column("fits best in", justify="right")
    for item in found:
        table.add_row(item.word, f"{item.contrast:.3f}", f"{100 * item.share:.1f} %")
    reporter.result(table, {"words": [vars(item) for item in found]})


def suggest(
    embedding: parameters.Store,
    options: Annotated[LabelOptions, Only(("templates", "synonyms", "background", "debias"))],
    examples: Examples | None,
    classes: parameters.Classes = None,
    vocabulary: parameters.Vocabulary = None,
    count: Annotated[int, typer.Option(help="Number of places.")] = 10,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write the places as points to this .gpkg or .geojson file.")
    ] = None,
    overwrite: parameters.Overwrite = False,
    *,
    reporter: Reporter,
) -> None:
    """Check examples, and suggest where to draw the next ones: where the map is least sure of its class."""
    from rich.console import Group
    from rich.table import Table

    import proxyclip_geo as pg
    from proxyclip_geo.vocabulary.load import read_words

    found = pg.suggest(
        embedding,
        read_words(classes, vocabulary),
        examples=examples,
        count=count,
        out=out,
        options=options,
        overwrite=overwrite,
    )
    table = Table(box=None, pad_edge=False)
    for title in ("x", "y", "class", "or", "margin"):
        table.add_column(title, justify="left" if title in ("class", "or") else "right")
    for place in found.places:
        table.add_row(f"{place.x:.10g}", f"{place.y:.10g}", place.name, place.other, f"{100 * place.margin:.0f} %")
    report = found.report
    lines = [] if report is None else list(report.advice)
    facts = {"places": [vars(place) for place in found.places], "examples": report and report.to_dict()}
    reporter.result(Group(table, *lines), {**facts, "path": out and str(out)})
