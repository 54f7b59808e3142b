"""The commands, and how their errors become sentences and exit codes."""

import os
import traceback
from collections.abc import Sequence
from typing import Annotated

import click
import typer

from proxyclip_geo import __version__
from proxyclip_geo.cli import evaluate, models, sample, segment, vocabulary
from proxyclip_geo.cli.console import REPORTER
from proxyclip_geo.errors import ProxyClipGeoError

INTERRUPTED = 130
INTERNAL = 70
DEBUG = "PROXYCLIP_GEO_DEBUG"

app = typer.Typer(
    name="proxyclip-geo",
    help="Segment large GeoTIFFs into land-cover classes named in plain words, without training.",
    epilog="Start with:  proxyclip-geo sample demo.tif  then  proxyclip-geo segment demo.tif --classes "
    '"water; forest; road; building; cropland; grassland; bare soil" --model demo',
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("segment", no_args_is_help=True)(segment.segment)
app.command("sample", no_args_is_help=True)(sample.sample)
app.command("evaluate", no_args_is_help=True)(evaluate.evaluate)
app.add_typer(models.app, name="models")
app.add_typer(vocabulary.app, name="vocabulary")


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"proxyclip-geo {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Segment large GeoTIFFs into land-cover classes named in plain words, without training.

    Exit codes: 0 done, 2 wrong option, 3 raster, 4 area of interest, 5 vocabulary, 6 model, 7 weights, 8 output, 9
    vector file, 10 computing, 70 a bug of ours, 130 interrupted.
    """


def run(arguments: Sequence[str]) -> int:
    """Run a command line; return its exit code. The only place that catches everything."""
    REPORTER.catch_warnings()
    try:
        code = app(args=list(arguments), standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.ClickException as error:
        if REPORTER.as_json:
            REPORTER.fail(error.format_message(), kind="UsageError", exit_code=2)
        else:
            error.show()
        return 2
    except ProxyClipGeoError as error:
        REPORTER.fail(str(error), kind=type(error).__name__, exit_code=error.exit_code)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        REPORTER.fail("stopped; nothing half-written was left behind", kind="Cancelled", exit_code=INTERRUPTED)
        return INTERRUPTED
    except Exception as error:
        if os.environ.get(DEBUG):
            traceback.print_exc()
        told = f"{type(error).__name__}: {error}"
        REPORTER.fail(
            f"{told}. This is a bug of proxyclip-geo: run again with {DEBUG}=1 and report what it prints",
            kind="InternalError",
            exit_code=INTERNAL,
        )
        return INTERNAL
