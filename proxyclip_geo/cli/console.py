"""What the command line says: progress and warnings on stderr, results on stdout, or everything as JSON lines."""

import json
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TextIO

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

from proxyclip_geo.errors import QualityWarning
from proxyclip_geo.progress import ProgressEvent


class RateColumn(ProgressColumn):
    """Units a second."""

    def render(self, task: Task) -> Text:
        """Return the rate, where one is known."""
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
    """Tells people or machines what happens."""

    def __init__(self, *, as_json: bool = False, quiet: bool = False) -> None:
        self.as_json = as_json
        self.quiet = quiet
        self.out = Console(file=sys.stdout, highlight=False, soft_wrap=True)
        self.err = Console(file=sys.stderr, highlight=False, soft_wrap=True)

    def event(self, kind: str, **fields: Any) -> None:
        """Write one JSON line to stdout."""
        print(json.dumps({"event": kind, **fields}, ensure_ascii=False), file=sys.stdout, flush=True)

    def warn(self, message: str) -> None:
        """Show a warning."""
        if self.as_json:
            self.event("warning", message=message)
        else:
            self.err.print(Text.assemble(("warning: ", "yellow"), message))

    def fail(self, message: str, *, kind: str, exit_code: int) -> None:
        """Show an error."""
        if self.as_json:
            self.event("error", message=message, type=kind, exit_code=exit_code)
        else:
            self.err.print(Text.assemble(("error: ", "bold red"), message))

    def result(self, text: Any, data: Mapping[str, Any]) -> None:
        """Show a result: `text` for people (anything rich prints), `data` for machines."""
        if self.as_json:
            self.event("result", **data)
        else:
            self.out.print(text)

    @contextmanager
    def progress(self) -> Iterator[Any]:
        """Yield a progress callable that draws bars with rate and remaining time, or writes JSON lines."""
        if self.as_json:
            yield self._progress_event
        elif self.quiet:
            yield lambda event: None
        else:
            with Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                CountColumn(),
                RateColumn(),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
                console=self.err,
            ) as bars:
                yield _Bars(bars)

    def _progress_event(self, event: ProgressEvent) -> None:
        self.event(
            "progress", stage=event.stage, done=event.done, total=event.total, unit=event.unit, message=event.message
        )

    def catch_warnings(self) -> None:
        """Show quality warnings as plain sentences; other libraries' warnings are for developers and stay silent."""

        def show(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if issubclass(category, QualityWarning):
                self.warn(str(message))

        warnings.showwarning = show
        warnings.simplefilter("always", QualityWarning)


class _Bars:
    """A progress callable: one bar a stage."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, Any] = {}

    def __call__(self, event: ProgressEvent) -> None:
        name = event.message if event.stage == "fetch" else event.stage
        if name not in self._tasks:
            # What an earlier run has done tells nothing of the rate.
            self._tasks[name] = self._bars.add_task(
                name, total=event.total or None, completed=event.done, unit=event.unit
            )
            if event.unit == "windows" and event.message:
                self._bars.console.print(event.message)
        self._bars.update(self._tasks[name], completed=event.done, total=event.total or None)


REPORTER = Reporter()


def set_reporter(*, as_json: bool, quiet: bool = False) -> Reporter:
    """Take the user's choice of how to be told; returns the reporter of this process."""
    REPORTER.as_json = as_json
    REPORTER.quiet = quiet
    return REPORTER
