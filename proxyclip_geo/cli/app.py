"""The commands, and the exit code of each error."""

import logging
import os
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from proxyclip_geo import __version__
from proxyclip_geo.cli import (
    areas,
    benchmark,
    compare,
    discover,
    encode,
    evaluate,
    explore,
    fit,
    label,
    models,
    sample,
    segment,
    serve,
    vectorize,
    vocabulary,
    worker,
)
from proxyclip_geo.cli.declared import with_options
from proxyclip_geo.cli.logs import HOSTS
from proxyclip_geo.cli.reporter import REPORTER
from proxyclip_geo.cli.streams import BROKEN_PIPE, find_failure
from proxyclip_geo.errors import ProxyClipGeoError, forward_warnings, out_of_memory, strip_credentials
from proxyclip_geo.validation import explain

INTERRUPTED = 130
INTERNAL = 70
UNWRITABLE = 8
DEBUG = "PROXYCLIP_GEO_DEBUG"

app = typer.Typer(
    name="proxyclip-geo",
    epilog="Start with:  proxyclip-geo sample demo.tif  then  proxyclip-geo segment demo.tif --classes "
    '"water; forest; road; building; cropland; grassland; bare soil" --model demo',
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_EXIT_CODES = "`proxyclip-geo --help` lists the exit codes."
for _command in (
    segment.segment,
    encode.encode,
    label.label,
    explore.explain,
    explore.similar,
    explore.words,
    discover.discover,
    explore.suggest,
    serve.serve,
    fit.fit,
    vectorize.vectorize,
    sample.sample,
    evaluate.evaluate,
    areas.areas,
    compare.compare,
):
    app.command(no_args_is_help=True, epilog=_EXIT_CODES)(with_options(_command))
app.command(epilog=_EXIT_CODES)(worker.worker)
for _group in (models.app, vocabulary.app, benchmark.app):
    for _info in _group.registered_commands:
        _info.epilog = _EXIT_CODES
app.add_typer(models.app, name="models")
app.add_typer(vocabulary.app, name="vocabulary")
app.add_typer(benchmark.app, name="benchmark")


def _show_version(requested: bool) -> None:
    if requested:
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
    vector file, 10 computing, 11 embedding, 12 worker, 13 done but for rasters or blocks that failed, 70 a bug in
    proxyclip-geo, 130 interrupted, 143 terminated.
    """


def run(arguments: Sequence[str]) -> int:
    """Run a command line; return its exit code. Termination and a lost terminal stop it as Ctrl-C does."""
    with _stop_by_signals():
        code = _run(arguments)
    REPORTER.stop_logging()
    failure = find_failure()
    if failure is None:
        return code
    if isinstance(failure, BrokenPipeError):
        return BROKEN_PIPE
    REPORTER.as_json = False
    REPORTER.fail(
        f"the output cannot be written: {failure.strerror}; send it elsewhere", kind="OutputError", exit_code=UNWRITABLE
    )
    return code or UNWRITABLE


def _run(arguments: Sequence[str]) -> int:
    """Run a command line; return its exit code. The only place that catches everything."""
    try:
        shown, counted = REPORTER.warn, REPORTER.log_warning
        with forward_warnings(lambda one: shown(str(one)), counted=lambda one: counted(str(one))), _show_hosts():
            code = app(args=list(arguments), standalone_mode=False)
        # typer turns Ctrl-C into this code without a message.
        return _stopped(arguments) if code == INTERRUPTED else int(code or 0)
    except typer.TyperException as error:
        _show_usage_error(error, as_json="--json" in arguments)
        return 2
    except (ProxyClipGeoError, MemoryError) as error:
        known = out_of_memory(error) if isinstance(error, MemoryError) else error
        REPORTER.fail(str(known), kind=type(known).__name__, exit_code=known.exit_code)
        return known.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return _stopped(arguments)
    except Exception as error:
        if os.environ.get(DEBUG):
            sys.stderr.write(strip_credentials(traceback.format_exc()))
        REPORTER.fail(
            f"{type(error).__name__}: {error}. This is a bug of proxyclip-geo: run again with {DEBUG}=1 and report the "
            "output",
            kind="InternalError",
            exit_code=INTERNAL,
        )
        return INTERNAL


_stopped_by: list[int] = []
"""The signal that stopped the run."""


@contextmanager
def _stop_by_signals() -> Iterator[None]:
    """Raise a KeyboardInterrupt at SIGTERM and SIGHUP, so that unfinished files are removed and locks released."""

    def stop(number: int, frame: object) -> None:
        if not _stopped_by:
            _stopped_by.append(number)
            raise KeyboardInterrupt

    names = ("SIGTERM", "SIGHUP", "SIGBREAK")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    # `nohup` ignores SIGHUP.
    before = {number: old for number in numbers if (old := signal.getsignal(number)) == signal.SIG_DFL}
    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


@contextmanager
def _show_hosts() -> Iterator[None]:
    """Show which hosts are contacted."""
    handler, log = logging.Handler(), logging.getLogger(HOSTS)
    shown: set[str] = set()

    def show(record: logging.LogRecord) -> None:
        # A file may be opened several times.
        if record.getMessage() not in shown:
            shown.add(record.getMessage())
            REPORTER.note(record.getMessage())

    handler.emit = show  # type: ignore[method-assign]
    before = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(before)


def _show_usage_error(error: Any, *, as_json: bool) -> None:
    """Show what is wrong with the arguments; no command has read --json yet."""
    REPORTER.as_json = as_json
    problem, parameter = error.__cause__, getattr(error, "param", None)
    if isinstance(problem, ValidationError) and parameter is not None:
        # Typer converts values by pydantic, whose messages lack the value.
        reason = explain(problem, problem.errors()[0]["input"], None).rstrip(".")
        REPORTER.flags = {parameter.name: max(parameter.opts, key=len)}
        REPORTER.fail(f"{parameter.name}={reason}", kind="UsageError", exit_code=2)
    elif as_json:
        REPORTER.fail(error.format_message(), kind="UsageError", exit_code=2)
    else:
        error.show()


_RESUMED = (["models", "fetch"], ["benchmark", "run"], ["benchmark", "prepare"])


def _stopped(arguments: Sequence[str]) -> int:
    then = "the same command resumes the run"
    if arguments[:1] not in (["segment"], ["encode"]) and list(arguments[:2]) not in _RESUMED:
        then = "the same command starts again"
    elif arguments[0] == "encode" and "--overwrite" in arguments:
        then = "the same command without --overwrite resumes the run"
    code = 128 + _stopped_by[0] if _stopped_by else INTERRUPTED
    REPORTER.fail(f"interrupted; no incomplete file was left, and {then}", kind="Cancelled", exit_code=code)
    return code
