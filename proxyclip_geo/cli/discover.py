"""`proxyclip-geo discover`."""

from pathlib import Path
from typing import Annotated

import typer

from proxyclip_geo.api.options import ClusterOptions
from proxyclip_geo.cli import parameters
from proxyclip_geo.cli.reporter import Reporter
from proxyclip_geo.cli.segment import show_result


def discover(
    embedding: parameters.Store,
    words: Annotated[
        str | None,
        typer.Option(
            help='Words that clusters may be named by, with "," between them; those of the built-in vocabularies if '
            "not given.",
            rich_help_panel=parameters.WORDS,
        ),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(help="Write the classes to this .yaml or .json file.", rich_help_panel=parameters.RESULTS),
    ] = None,
    *,
    clusters: ClusterOptions,
    out: parameters.Out = Path("out"),
    vectors: parameters.MapShape,
    overwrite: parameters.Overwrite = False,
    reporter: Reporter,
) -> None:
    """Map an embedding without words: clusters of similar places, each named by the word that fits it best.

    A name is a guess: look at the map, and rename the classes in the file of --save, which `label -v` takes. Writes the
    files of `label`.
    """
    import proxyclip_geo as pg
    from proxyclip_geo.vocabulary.formats import check_writable

    if save is not None:
        check_writable(save)
    opened = pg.open_embedding(embedding)
    vocabulary = opened.discover(clusters.count, words=None if words is None else words.split(","))
    with reporter.progress() as progress:
        result = pg.label(opened, vocabulary, out=out, vectors=vectors, overwrite=overwrite, progress=progress)
    if save is not None:
        pg.dump_vocabulary(vocabulary, save)
    show_result(reporter, result)
