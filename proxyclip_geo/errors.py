"""Errors of the package: one root; each child also derives from a builtin and has an exit code."""

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class ProxyClipGeoError(Exception):
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


class WorkerError(ProxyClipGeoError, RuntimeError):
    """A worker process does not start, or lacks the raster or the model."""

    exit_code = 12


class StoreError(ProxyClipGeoError, OSError):
    """A stored embedding is missing, damaged, not complete, or of another raster or model."""

    exit_code = 11


class Cancelled(ProxyClipGeoError):
    """The user stopped the run; raise it in a progress callable to stop one."""

    exit_code = 130


class QualityWarning(UserWarning):
    """The result is likely to be worse than expected; the message says why."""


def warn_quality(message: str) -> None:
    """Issue a quality warning at the line that called the package."""
    frame, level, outermost = sys._getframe(1), 1, 1
    while frame is not None:
        level += 1
        if str(frame.f_globals.get("__name__")).partition(".")[0] == __name__.partition(".")[0]:
            outermost = level + 1
        frame = frame.f_back  # type: ignore[assignment]
    warnings.warn(message, QualityWarning, stacklevel=outermost)


@contextmanager
def forward_warnings(send: Callable[[str], None]) -> Iterator[None]:
    """Pass the text of quality warnings to a function; ignore the warnings of other libraries."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", QualityWarning)

        def show(message: Warning | str, category: type[Warning], *_: Any) -> None:
            if issubclass(category, QualityWarning):
                send(str(message))

        warnings.showwarning = show  # type: ignore[assignment]
        yield
