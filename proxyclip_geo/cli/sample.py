"""`proxyclip-geo sample`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from proxyclip_geo.cli.console import set_reporter


class Dtype(StrEnum):
    """Type of the values."""

    uint8 = "uint8"
    uint16 = "uint16"
    int16 = "int16"
    float32 = "float32"


def sample(
    path: Annotated[Path, typer.Argument(help="GeoTIFF to write; the truth goes beside it as NAME_truth.tif.")],
    size: Annotated[int, typer.Option(help="Side in pixels.", min=1)] = 1024,
    width: Annotated[int | None, typer.Option(help="Width in pixels, where it differs from --size.", min=1)] = None,
    seed: Annotated[int, typer.Option(help="Which made-up world.")] = 7,
    gsd: Annotated[float, typer.Option(help="Metres per pixel.")] = 0.5,
    crs: Annotated[str, typer.Option(help="Any CRS: EPSG code, WKT, PROJ string.")] = "EPSG:32632",
    dtype: Annotated[
        Dtype, typer.Option(help="Type of the values; 16-bit ones look like digital numbers.")
    ] = Dtype.uint8,
    bands: Annotated[int, typer.Option(help="1 (grey), 3 (RGB) or 4 (RGB and near infrared).")] = 3,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace existing files.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")] = False,
) -> None:
    """Write a made-up aerial photograph with rivers, fields, forest, roads and buildings, and its true labels."""
    from proxyclip_geo.api.sample import SampleOptions
    from proxyclip_geo.api.sample import sample as make_sample

    reporter = set_reporter(as_json=False, quiet=quiet)
    options = SampleOptions(gsd=gsd, crs=crs, dtype=dtype.value, bands=bands, overwrite=overwrite)
    with reporter.progress() as progress:
        made = make_sample(path, size=(size, width or size), seed=seed, options=options, progress=progress)
    print(f"{made.image}\n{made.truth}")
