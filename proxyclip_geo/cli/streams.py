"""Standard output and standard error that never raise: full disks, closed pipes, code pages without a character."""

import io
import os
import sys
from typing import Any, TextIO, cast

BROKEN_PIPE = 141
"""Exit code if the reader of standard output has ended, as a shell reports SIGPIPE."""


class _Raw(io.RawIOBase):
    """The file of a stream; it remembers the first error of a write, and drops all output after it."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self.error: OSError | None = None

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return int(self._raw.fileno())

    def isatty(self) -> bool:
        return bool(self._raw.isatty())

    def write(self, data: Any) -> int:
        if self.error is None:
            try:
                return cast(int, self._raw.write(data))
            except OSError as error:
                self.error = error
        return len(data)


def prepare_streams() -> None:
    """Make `sys.stdout` and `sys.stderr` safe; call it before anything else writes to them."""
    # A closed descriptor would be that of the next file, and libraries would print into it.
    while (spare := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(spare, True)
    os.close(spare)
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = _wrap(sys.stdout, 1)
    sys.stderr = _wrap(sys.stderr, 2)


def _wrap(stream: TextIO | None, descriptor: int) -> io.TextIOWrapper:
    """Return a stream that writes to the same file and replaces characters that its encoding lacks by "?"."""
    raw: Any = io.FileIO(descriptor, "w", closefd=False)
    if isinstance(stream, io.TextIOWrapper):
        # A console of Windows has a class of its own.
        raw = getattr(stream.buffer, "raw", stream.buffer)
    return io.TextIOWrapper(
        io.BufferedWriter(_Raw(raw)),
        encoding="utf-8" if stream is None else stream.encoding,
        errors="replace",
        line_buffering=descriptor == 2 or raw.isatty(),
    )


def find_failure() -> OSError | None:
    """Flush standard output; return the error of its first failed write."""
    if sys.stdout is not None:
        sys.stdout.flush()
    return cast(OSError | None, getattr(getattr(getattr(sys.stdout, "buffer", None), "raw", None), "error", None))
