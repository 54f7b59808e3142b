"""The log of the command line: to a file with times, and in detail to the terminal."""

import logging
import re
from collections.abc import Callable
from pathlib import Path

from proxyclip_geo.errors import OutputError, strip_credentials
from proxyclip_geo.file_names import check_file_name
from proxyclip_geo.files import make_folder, write_error

HOSTS = "proxyclip_geo.network"
"""Logger of the hosts that are contacted."""
_LOGGER = logging.getLogger("proxyclip_geo")
_TIMES = "%Y-%m-%d %H:%M:%S"
_BEGIN = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [A-Z]+ ")


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return str(strip_credentials(super().format(record)))


class LogFile(logging.Handler):
    """Appends what is logged to a file, with times and without credentials; the first failed write is an error."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.setFormatter(_Formatter("%(asctime)s %(levelname)s %(message)s", _TIMES))
        self._path, self._failed = path, False
        # Without a buffer, which could not be written when the file is closed either.
        self._file = path.open("ab", buffering=0)

    def emit(self, record: logging.LogRecord) -> None:
        """Append a record, unless an earlier one could not be written.

        Raises:
            OutputError: If it cannot be written.
        """
        if self._failed:
            return
        try:
            self._file.write(f"{self.format(record)}\n".encode(errors="backslashreplace"))
        except OSError as error:
            self._failed = True
            raise write_error(self._path, error) from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


class ShownLog(logging.Handler):
    """Passes what the package logs to a function: warnings, or everything."""

    def __init__(self, show: Callable[[str], None], *, verbose: bool) -> None:
        super().__init__(logging.DEBUG if verbose else logging.WARNING)
        self._show = show

    def emit(self, record: logging.LogRecord) -> None:
        """Show a message, without those about hosts, which are always shown."""
        if record.name != HOSTS:
            self._show(strip_credentials(record.getMessage()))


def open_log_file(path: Path) -> LogFile:
    """Open a log file to append to.

    Raises:
        OutputError: If it cannot be written, or is another file than a log.
    """
    check_file_name(path)
    make_folder(path.parent)
    try:
        if path.exists() and path.stat().st_size:
            with path.open("rb") as file:
                if not _BEGIN.match(file.read(64)):
                    raise OutputError(f"'{path}' exists and is no log of proxyclip-geo; choose another name")
        return LogFile(path)
    except OSError as error:
        raise error if isinstance(error, OutputError) else write_error(path, error) from error


def start_logging(handler: logging.Handler) -> None:
    """Send what the package logs to a handler."""
    _LOGGER.addHandler(handler)
    _LOGGER.setLevel(logging.DEBUG)


def stop_logging(handler: logging.Handler) -> None:
    """Close a handler."""
    _LOGGER.removeHandler(handler)
    if not _LOGGER.handlers:
        _LOGGER.setLevel(logging.NOTSET)
    handler.close()


def write_line(log: logging.Handler, level: int, message: str) -> None:
    """Write a message of the command line to a log."""
    log.handle(logging.LogRecord(f"{_LOGGER.name}.cli", level, "", 0, message, None, None))
