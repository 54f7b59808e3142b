"""Output of the command line: progress and warnings on stderr, results on stdout, or all as JSON lines."""

import json
import logging
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from proxyclip_geo import __version__
from proxyclip_geo.cli.logs import LogFile, ShownLog, open_log_file, start_logging, stop_logging, write_line
from proxyclip_geo.cli.streams import find_failure
from proxyclip_geo.errors import OutputError, strip_credentials
from proxyclip_geo.progress import ProgressEvent

LOG_SECONDS = 60.0
"""Seconds between two counts in a log file."""
_LINES = ("open", "workers")
"""Stages whose events are lines about what is done."""


class RateColumn(ProgressColumn):
    """Units per second."""

    def render(self, task: Task) -> Text:
        """Return the rate, if it is known."""
        speed = task.finished_speed or task.speed
        if speed is None:
            return Text("")
        if task.fields["unit"] == "bytes":
            return Text(f"{speed / 1e6:.1f} MB/s")
        return Text(f"{speed:.3g} {task.fields['unit']}/s")


class CountColumn(MofNCompleteColumn):
    """Done of total, bytes as megabytes."""

    def render(self, task: Task) -> Text:
        """Return the count."""
        if task.fields["unit"] == "bytes":
            return Text(f"{task.completed / 1e6:.0f}/{(task.total or 0) / 1e6:.0f} MB")
        return super().render(task)


class Reporter:
    """Prints results, progress, warnings and errors, as text or as JSON lines.

    Attributes:
        as_json: Whether to print JSON lines.
        quiet: Whether to draw no progress bar.
        flags: Flag of each option by its Python name, for messages.
    """

    def __init__(self, *, as_json: bool = False, quiet: bool = False) -> None:
        self.as_json = as_json
        self.quiet = quiet
        self.flags: Mapping[str, str] = {}
        self._logs: list[logging.Handler] = []
        self._file: LogFile | None = None
        self.out = Console(file=sys.stdout, highlight=False, emoji=False, markup=False, soft_wrap=True)
        self.err = Console(file=sys.stderr, highlight=False, emoji=False, markup=False, soft_wrap=True)

    def start_logging(self, *, verbose: bool, file: str | Path | None) -> None:
        """Show warnings that are logged, with `verbose` all that is logged, and write them and all messages to a file.

        Raises:
            OutputError: If the file cannot be written.
        """
        self.stop_logging()
        if file is not None:
            self._file = open_log_file(Path(file))
            self._log(logging.INFO, f"proxyclip-geo {__version__}")
        self._logs = [ShownLog(self.note, verbose=verbose), *([self._file] if self._file else [])]
        for handler in self._logs:
            start_logging(handler)

    def stop_logging(self) -> None:
        """Close the log file."""
        for handler in self._logs:
            stop_logging(handler)
        self._logs, self._file = [], None

    def _log(self, level: int, message: str) -> None:
        if self._file is not None:
            for line in message.splitlines():
                write_line(self._file, level, line)

    def event(self, kind: str, **fields: Any) -> None:
        """Write one JSON line to stdout, in ASCII: the encoding may be any."""
        print(json.dumps({"event": kind, **strip_credentials(fields)}), file=sys.stdout, flush=True)

    def _report_progress(self, event: ProgressEvent) -> None:
        self.event("progress", **vars(event))
        if find_failure() is not None:
            raise OutputError("the output cannot be written")

    def log_warning(self, message: str) -> None:
        """Write a warning to the log file only."""
        self._log(logging.WARNING, use_flags(message, self.flags))

    def warn(self, message: str) -> None:
        """Show a warning."""
        message = use_flags(message, self.flags)
        self._log(logging.WARNING, message)
        if self.as_json:
            self.event("warning", message=message)
        else:
            self.err.print(Text.assemble(("warning: ", "yellow"), message))

    def note(self, message: str) -> None:
        """Show a line about what is done."""
        if self.as_json:
            self.event("note", message=message)
        else:
            self.err.print(Text(message))

    def fail(self, message: str, *, kind: str, exit_code: int) -> None:
        """Show an error."""
        message = use_flags(message, self.flags)
        self._log(logging.ERROR, f"{message} (exit code {exit_code})")
        if self.as_json:
            self.event("error", message=message, type=kind, exit_code=exit_code)
        else:
            self.err.print(Text.assemble(("error: ", "bold red"), strip_credentials(message)))

    def result(self, text: Any, data: Mapping[str, Any]) -> None:
        """Show a result: `text` for people (anything rich prints), `data` for machines."""
        if isinstance(text, str):
            self._log(logging.INFO, text)
        if self.as_json:
            self.event("result", **data)
        else:
            self.out.print(Text(strip_credentials(text)) if isinstance(text, str) else text)

    def swatch(self, color: str, count: int = 1) -> Text:
        """Return squares in a colour such as "#00ff00"; "#" if the encoding has no square."""
        square = "■".encode(self.out.encoding, "replace").decode(self.out.encoding).replace("?", "#")
        return Text(square * count, color)

    @contextmanager
    def progress(self) -> Iterator[Any]:
        """Yield a progress callable that draws bars with rate and remaining time, or writes JSON lines."""
        if self.as_json:
            yield self._logged(self._report_progress)
        elif self.quiet:
            yield self._logged(self._note)
        else:
            with Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                CountColumn(),
                RateColumn(),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
                console=self.err,
            ) as bars:
                yield self._logged(_Bars(bars))

    def _logged(self, report: Callable[[ProgressEvent], None]) -> Callable[[ProgressEvent], None]:
        """Return a progress that also writes lines, finished rasters and, once a minute, counts to the log file."""
        last = time.monotonic()

        def log(event: ProgressEvent) -> None:
            nonlocal last
            if self._file is not None:
                is_due = time.monotonic() - last >= LOG_SECONDS
                if event.stage in _LINES:
                    self._log(logging.INFO, event.message)
                elif event.stage == "rasters" or is_due:
                    last = time.monotonic()
                    count = f"{event.done} of {event.total} {event.unit}".strip()
                    self._log(logging.INFO, f"{event.stage}: {count} {event.message}".strip())
            report(event)

        return log

    def _note(self, event: ProgressEvent) -> None:
        if event.stage in _LINES:
            self.err.print(Text(event.message))


class _Bars:
    """A progress callable: one bar per stage."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, Any] = {}

    def __call__(self, event: ProgressEvent) -> None:
        if event.stage in _LINES:
            self._bars.console.print(Text(event.message))
            return
        name = event.message if event.stage == "fetch" else event.stage
        if name not in self._tasks:
            # Work of an earlier run does not count for the rate.
            self._tasks[name] = self._bars.add_task(
                name, total=event.total or None, completed=event.done, unit=event.unit
            )
            if event.unit == "windows" and event.message:
                self._bars.console.print(event.message)
        self._bars.update(self._tasks[name], completed=event.done, total=event.total or None)


REPORTER = Reporter()
"""The reporter of this process."""


def use_flags(text: str, flags: Mapping[str, str]) -> str:
    """Return a message with flags for the options that it names as `` `name` `` or name=value.

    >>> use_flags("pass `bands`, overwrite=True or device='cpu'", {"bands": "--bands", "overwrite": "--overwrite"})
    "pass --bands, --overwrite or device='cpu'"
    """

    def as_flag(found: re.Match[str]) -> str:
        flag, value = flags.get(found[1] or found[2]), found[3]
        if flag is None:
            return found[0]
        if value in (None, "True"):
            return flag
        if value == "False":
            return flag.replace("--", "--no-", 1)
        text = value.strip("'\"")
        return f"{flag} {value if ' ' in text or not text else text}"

    return re.sub(r"""`(\w+)`|\b(\w+)=('[^']*'|"[^"]*"|[\w+-]+(?:\.\w+)*)""", as_flag, text)
