"""`proxyclip-geo label`."""

from pathlib import Path
from typing import Annotated

import typer

from proxyclip_geo.cli import options, vector_options
from proxyclip_geo.cli.console import set_reporter
from proxyclip_geo.cli.parsing import parse_bounds, parse_threshold, parse_words, read_examples, read_words
from proxyclip_geo.cli.segment import show_result
from proxyclip_geo.cli.vector_options import read_vector_options


def label(
    embedding: options.Store,
    classes: options.Classes = None,
    vocabulary: options.Vocabulary = None,
    threshold: options.Threshold = None,
    templates: options.Templates = None,
    synonyms: options.SynonymsChoice = options.Synonyms.max_probability,
    background: options.Background = None,
    debias: options.Debias = 0.0,
    borders: options.BordersChoice = options.Borders.cells,
    examples: options.Examples = None,
    example_field: options.ExampleField = "class",
    example_weight: options.ExampleWeight = 0.25,
    negative_weight: options.NegativeWeight = 0.1,
    raster: Annotated[
        Path | None,
        typer.Option(help="The raster that was encoded, for --borders image; where it was if not given."),
    ] = None,
    aoi: options.Aoi = None,
    bounds: options.Bounds = None,
    out: options.Out = Path("out"),
    scores: options.Scores = True,
    probabilities: options.Probabilities = False,
    polygons: options.Polygons = True,
    exact: vector_options.Exact = False,
    min_area: vector_options.MinArea = None,
    smooth: vector_options.Smooth = True,
    simplify: vector_options.Simplify = 0.0,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Label a kept embedding with any words, in seconds: the same files as `segment` makes, without the image model."""
    reporter = set_reporter(as_json=as_json, quiet=quiet)
    import proxyclip_geo as pg

    words = read_words(classes, vocabulary)
    chosen = pg.LabelOptions(
        threshold=parse_threshold(threshold),
        templates=templates,
        synonyms=synonyms.value,
        debias=debias,
        borders=borders.value,
        background=parse_words(background),
        scores=scores,
        probabilities=probabilities,
        polygons=polygons,
        overwrite=overwrite,
    )
    vectors = read_vector_options(exact=exact, min_area=min_area, smooth=smooth, simplify=simplify)
    with reporter.progress() as progress:
        result = pg.label(
            embedding,
            words,
            out=out,
            bounds=parse_bounds(bounds),
            aoi=aoi,
            examples=read_examples(
                examples, field=example_field, weight=example_weight, negative_weight=negative_weight
            ),
            raster=raster,
            options=chosen,
            vectors=vectors,
            progress=progress,
        )
    show_result(reporter, result)
