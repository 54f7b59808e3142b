"""`proxyclip-geo sample`."""

from pathlib import Path
from typing import Annotated

import typer

from proxyclip_geo.api.options import SampleOptions
from proxyclip_geo.cli import parameters
from proxyclip_geo.cli.reporter import Reporter


def sample(
    path: Annotated[Path, typer.Argument(help="GeoTIFF to write; the truth goes beside it as NAME_truth.tif.")],
    size: Annotated[int, typer.Option(help="Side in pixels.", min=1)] = 1024,
    width: Annotated[int | None, typer.Option(help="Width in pixels, where it differs from --size.", min=1)] = None,
    seed: Annotated[int, typer.Option(help="Seed of the random scene.")] = 7,
    *,
    options: SampleOptions,
    overwrite: parameters.Overwrite = False,
    reporter: Reporter,
) -> None:
    """Write a synthetic aerial image with rivers, fields, forest, roads and buildings, and its true labels."""
    import proxyclip_geo as pg

    with reporter.progress() as progress:
        files = pg.sample(
            path, size=(size, width or size), seed=seed, options=options, overwrite=overwrite, progress=progress
        )
    reporter.result(f"{files.image}\n{files.truth}", {"image": str(files.image), "truth": str(files.truth)})
