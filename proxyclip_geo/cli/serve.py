"""`proxyclip-geo serve`."""

import webbrowser
from typing import Annotated

import typer

from proxyclip_geo.cli.reporter import Reporter
from proxyclip_geo.serve.options import SERVER, ServeOptions, require_packages

Stores = Annotated[
    list[str], typer.Argument(help="Embeddings made by `encode` with one model; the first one is on top.")
]
Open = Annotated[bool, typer.Option("--open", help="Open the page in the web browser.", rich_help_panel=SERVER)]


def serve(embeddings: Stores, *, options: ServeOptions, open_page: Open = False, reporter: Reporter) -> None:
    r"""Show embeddings as a map in the web browser, which answers to any words as you type them.

    Ctrl-C ends it. Other programs read the same map as XYZ tiles, e.g.
    http://127.0.0.1:8000/tiles/WebMercatorQuad/{z}/{x}/{y}.png?classes=water;forest, or by WMTS from
    http://127.0.0.1:8000/WMTSCapabilities.xml?classes=water;forest (QGIS: Layer, Add WMS/WMTS Layer).

    The first start computes overviews of each embedding, and stores them in it. Needs the packages starlette, uvicorn
    and morecantile.
    """
    require_packages()
    from proxyclip_geo.serve.run import serve as start

    if not options.is_local:
        reporter.warn(
            f"{options.host} is no address of this machine alone: everybody in the network can read these maps and use "
            "its processor, without a password"
        )

    def show(url: str) -> None:
        reporter.result(f"The map is at {url} (Ctrl-C ends it)", {"url": url})
        if open_page:
            webbrowser.open(url)

    with reporter.progress() as progress:
        start(embeddings, options=options, progress=progress, started=show)
