"""`proxyclip-geo encode`."""

from typing import Annotated

import typer

from proxyclip_geo.api.options import EncodeOptions, StoreOptions
from proxyclip_geo.cli import parameters
from proxyclip_geo.cli.reporter import Reporter
from proxyclip_geo.models.options import DEFAULT_MODEL

StoreOut = Annotated[
    str | None,
    typer.Option(
        "--out",
        "-o",
        help="Embedding to write: a directory or an fsspec URL; NAME.emb in the working directory if not given.",
        rich_help_panel=parameters.RESULTS,
    ),
]


def encode(
    raster: parameters.Raster,
    out: StoreOut = None,
    model: parameters.Model = DEFAULT_MODEL,
    *,
    options: EncodeOptions,
    store: StoreOptions,
    overwrite: parameters.Overwrite = False,
    reporter: Reporter,
) -> None:
    """Encode a raster once, to label it with any words afterwards (`label`).

    This is nearly all of the work of `segment`. The same command resumes an interrupted run.
    """
    import proxyclip_geo as pg

    target = out or f"{pg.stem_of(raster)}.emb"
    with reporter.progress() as progress:
        embedding = pg.encode(
            raster, out=target, model=model, options=options, store=store, overwrite=overwrite, progress=progress
        )
    info = embedding.store.info
    reporter.result(
        f'{embedding.name}\nnext: proxyclip-geo label {embedding.name} --classes "water; forest; building"',
        {"embedding": embedding.name, "shape": list(embedding.geobox.shape), "dim": info.dim, "storage": info.storage},
    )
