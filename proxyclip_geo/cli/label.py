"""`proxyclip-geo label`."""

from pathlib import Path
from typing import Annotated

import typer

from proxyclip_geo.api.options import Examples, LabelOptions
from proxyclip_geo.cli import parameters
from proxyclip_geo.cli.reporter import Reporter
from proxyclip_geo.cli.segment import show_result
from proxyclip_geo.raster.options import AreaOptions

EncodedRaster = Annotated[
    Path | None,
    typer.Option(help="The raster that was encoded, for --borders image and --segments; its path then if not given."),
]


def label(
    embedding: parameters.Store,
    classes: parameters.Classes = None,
    vocabulary: parameters.Vocabulary = None,
    *,
    options: LabelOptions,
    examples: Examples | None,
    raster: EncodedRaster = None,
    area: AreaOptions,
    out: parameters.Out = Path("out"),
    vectors: parameters.MapShape,
    overwrite: parameters.Overwrite = False,
    reporter: Reporter,
) -> None:
    """Label an embedding with any words, in seconds: the same files as `segment` writes, without the image model."""
    import proxyclip_geo as pg
    from proxyclip_geo.vocabulary.load import read_words

    words = read_words(classes, vocabulary)
    with reporter.progress() as progress:
        result = pg.label(
            embedding,
            words,
            out=out,
            bounds=area.bounds,
            aoi=area.aoi,
            examples=examples,
            raster=raster,
            options=options,
            vectors=vectors,
            overwrite=overwrite,
            progress=progress,
        )
    show_result(reporter, result)
