"""Errors of the package: one root; each child also derives from a builtin and has an exit code."""

import re
import sys
import threading
import urllib.parse
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from proxyclip_geo.remedies import Remedy

_URL = re.compile(
    r"""([a-z][a-z0-9+.\-]*://)            # scheme
    (?:[^\s/"'?\#<>]*@)?                  # user and password
    ([^\s"'<>?]*)                         # host and path
    (?:\?[^\s"'<>]*?(?=[).,;:\]}]*(?:[\s"'<>]|$)))?  # query, without the punctuation of a sentence""",
    re.IGNORECASE | re.VERBOSE,
)
_CURL = re.compile(r"""/vsicurl(?:_streaming)?\?([^\s"'<>]*)""")
_SECRET = re.compile(
    r"""(?<!\w)((?:x-(?:amz|goog)-[\w-]+|\w*(?:password|passwd|pwd|token|secret|signature|api_?key|accesskeyid)|sig)=)
    (?:'[^']*'|"[^"]*"|[^\s&"'<>)]+)""",
    re.IGNORECASE | re.VERBOSE,
)

_VARYING = re.compile(r"""'[^']*'|"[^"]*"|[^\s(]*[/\\][^\s)]*|\b\S+\.\w{2,4}\b|\d[\d.,]*""")
_MOST_ALIKE = 3
_MAX_MESSAGE = 4000


def strip_credentials(value: Any) -> Any:
    """Remove users, passwords and queries of URLs, which may hold tokens, from a text.

    Args:
        value: A text that is or holds URLs or GDAL names; of lists, tuples and dicts, all texts in them.

    >>> strip_credentials("cannot open https://me:pw@example.org/a.tif?sig=abc: 403")
    'cannot open https://example.org/a.tif: 403'
    """
    if isinstance(value, dict):
        return {key: strip_credentials(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(strip_credentials, value))
    if not isinstance(value, str):
        return value
    text = _URL.sub(r"\1\2", _CURL.sub(_plain_curl, value)) if "://" in value or "/vsicurl" in value else value
    return _SECRET.sub(r"\1***", text) if "=" in text else text


def _plain_curl(found: re.Match[str]) -> str:
    """Return /vsicurl/URL of a name such as /vsicurl?url=…&header.Authorization=…."""
    url = urllib.parse.parse_qs(found[1]).get("url", [""])[0]
    return f"/vsicurl/{url.partition('?')[0]}"


class _Message(Exception):
    """A message in two parts, without credentials: the reason, and a remedy that names a command.

    Attributes:
        reason: The message without the remedy.
        remedy: What to do, if that names a command; else None.
    """

    def __init__(self, *args: Any, remedy: Remedy | None = None) -> None:
        texts = tuple(_shorten(arg) if isinstance(arg, str) else arg for arg in strip_credentials(args))
        self.reason = str(texts[0]) if texts else ""
        self.remedy = remedy
        super().__init__(*(texts if remedy is None else (strip_credentials(f"{self.reason}; {remedy}"),)))


def _shorten(text: str) -> str:
    """Return a message without its middle if it is long: libraries quote whole files."""
    half = _MAX_MESSAGE // 2
    return text if len(text) <= _MAX_MESSAGE else f"{text[:half]} … {text[-half:]}"


class ProxyClipGeoError(_Message):
    """Root of the errors of this package.

    The message states the value, the limit and the remedy. `exit_code` is what the command line exits with.
    """

    exit_code = 1


class OptionError(ProxyClipGeoError, ValueError):
    """An option has a value that cannot work."""

    exit_code = 2


class RasterError(ProxyClipGeoError, OSError):
    """A raster is missing, unreadable, damaged or has nothing to segment."""

    exit_code = 3


class AreaError(ProxyClipGeoError, ValueError):
    """An area of interest is empty, or does not meet the raster."""

    exit_code = 4


class VocabularyError(ProxyClipGeoError, ValueError):
    """A vocabulary is unknown, malformed, empty or contradicts itself."""

    exit_code = 5


class ModelError(ProxyClipGeoError, ValueError):
    """A model card is unknown or malformed, or its device is not there."""

    exit_code = 6


class WeightsError(ProxyClipGeoError, OSError):
    """Weights are missing, corrupt, of another model, or fail their checksum."""

    exit_code = 7


class OutputError(ProxyClipGeoError, OSError):
    """A result cannot be written: no permission, no space, already there."""

    exit_code = 8


class VectorError(ProxyClipGeoError, OSError):
    """A vector file is missing, unreadable or cannot be written."""

    exit_code = 9


class EngineError(ProxyClipGeoError, RuntimeError):
    """A block could not be computed, e.g. because memory ran out."""

    exit_code = 10


def out_of_memory(error: BaseException, *, part: str = "") -> EngineError:
    """Return the error of a failed allocation, with the size that was asked for if it is known.

    Args:
        error: What was raised, e.g. a `MemoryError`.
        part: What failed, e.g. "block 3".
    """
    size = f" ({error})" if str(error) else ""
    reason = f"{part} failed: memory ran out{size}" if part else f"memory ran out{size}"
    return EngineError(reason, remedy=Remedy("reduce-memory"))


class WorkerError(ProxyClipGeoError, RuntimeError):
    """A worker process does not start, or lacks the raster or the model."""

    exit_code = 12


class WorkersLostError(WorkerError):
    """No workers are left, or their scheduler is lost: no raster of a batch can be computed."""


class StoreError(ProxyClipGeoError, OSError):
    """A stored embedding is missing, damaged, not complete, or of another raster or model."""

    exit_code = 11


class IncompleteError(ProxyClipGeoError, RuntimeError):
    """A run is done, but rasters or blocks failed and were skipped."""

    exit_code = 13


class Cancelled(ProxyClipGeoError):
    """The user stopped the run; raise it in a progress callable to stop one."""

    exit_code = 130


class QualityWarning(_Message, UserWarning):
    """The result is likely to be worse than expected; the message says why.

    Attributes:
        subject: Name that the message begins with, as `name_in_warnings` sets it; else empty.
    """

    subject = ""


_RECORDS: ContextVar[tuple[list[str], ...]] = ContextVar("records", default=())
_SUBJECT: ContextVar[str] = ContextVar("subject", default="")


def warn_quality(message: str, *, remedy: Remedy | None = None) -> None:
    """Issue a quality warning at the line that called the package."""
    for notes in _RECORDS.get():
        notes.append(str(QualityWarning(message, remedy=remedy)))
    subject = _SUBJECT.get()
    if not subject or subject in message:
        warning = QualityWarning(message, remedy=remedy)
    else:
        warning = QualityWarning(f"{subject}: {message}", remedy=remedy)
        warning.subject = subject
    frame, level, outermost = sys._getframe(1), 1, 1
    while frame is not None:
        level += 1
        if str(frame.f_globals.get("__name__")).partition(".")[0] == __name__.partition(".")[0]:
            outermost = level + 1
        frame = frame.f_back  # type: ignore[assignment]
    warnings.warn(warning, stacklevel=outermost)


@contextmanager
def record_warnings() -> Iterator[list[str]]:
    """Yield a list that collects the quality warnings that this thread issues in the block."""
    notes: list[str] = []
    token = _RECORDS.set((*_RECORDS.get(), notes))
    try:
        yield notes
    finally:
        _RECORDS.reset(token)


@contextmanager
def name_in_warnings(subject: str) -> Iterator[None]:
    """Begin the quality warnings that this thread issues in the block with a name, e.g. of the raster of a batch."""
    token = _SUBJECT.set(subject)
    try:
        yield
    finally:
        _SUBJECT.reset(token)


WARNINGS_LOCK = threading.RLock()


@contextmanager
def change_filters() -> Iterator[None]:
    """Restore the filters of warnings after the block, which one thread at a time enters.

    `warnings.catch_warnings` changes the filters of all threads.
    """
    with WARNINGS_LOCK, warnings.catch_warnings():
        yield


@contextmanager
def forward_warnings(
    send: Callable[[QualityWarning], None], *, counted: Callable[[QualityWarning], None] = lambda warning: None
) -> Iterator[None]:
    """Pass quality warnings to a function; ignore the warnings of other libraries.

    Of warnings that differ only in names and numbers, the first three are passed, and at the end the last one, with the
    number of others if there are more.

    Args:
        send: Takes the warnings to show.
        counted: Takes each warning that is counted instead.
    """
    alike: dict[str, list[QualityWarning]] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", QualityWarning)

        def show(message: Warning | str, category: type[Warning], *_: Any) -> None:
            if isinstance(message, QualityWarning):
                kind = _VARYING.sub("…", message.reason.removeprefix(f"{message.subject}: "))
                found = alike.setdefault(kind, [])
                found.append(message)
                (send if len(found) <= _MOST_ALIKE else counted)(message)

        warnings.showwarning = show  # type: ignore[assignment]
        try:
            yield
        finally:
            for found in alike.values():
                more, last = len(found) - _MOST_ALIKE, found[-1]
                if more > 1:
                    send(QualityWarning(f"{more} more warnings of this kind, e.g.: {last.reason}"))
                elif more == 1:
                    send(last)
