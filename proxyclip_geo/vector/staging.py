"""A hidden folder beside a file, for what becomes it and for what is needed on the way."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from proxyclip_geo.errors import OutputError, ProxyClipGeoError

_LOCK = "lock"
# With less free space than this a failed write is put down to a full disk; GDAL and numpy do not say why it failed.
_FULL = 16 << 20


@contextmanager
def open_draft(path: Path) -> Iterator[Path]:
    """Yield a hidden, empty folder beside a file; afterwards it is gone.

    It is on the file's own disk: moving a file out of it is atomic, and there is as much space as for the file. What
    a run that was killed has left in it is removed.

    Args:
        path: The file; missing folders are made.

    Raises:
        OutputError: If it cannot be made, another run has it, or an OSError comes out of the block.
    """
    folder = path.with_name(f".{path.name}.partial")
    lock = FileLock(folder / _LOCK, timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise OutputError(
            f"another run is writing '{path}'; wait until it has ended, or write to another name"
        ) from error
    except OSError as error:
        raise cannot_write(path, error) from error
    try:
        _empty(folder)
        yield folder
    except OSError as error:
        if isinstance(error, ProxyClipGeoError):
            raise
        raise cannot_write(path, error) from error
    finally:
        _empty(folder)
        lock.release()
        with suppress(OSError):
            (folder / _LOCK).unlink(missing_ok=True)
            folder.rmdir()


def cannot_write(path: Path, error: Exception) -> OutputError:
    """Say what went wrong, how much space there is, and what to do."""
    folder = next((parent for parent in path.absolute().parents if parent.exists()), Path("/"))
    free = shutil.disk_usage(folder).free
    if getattr(error, "errno", None) == errno.ENOSPC or "disk is full" in str(error) or free < _FULL:
        return OutputError(
            f"cannot write '{path}': the disk is full ({free >> 20} MiB are free in '{folder}'); free some space, or "
            "write to another disk"
        )
    return OutputError(
        f"cannot write '{path}': {error}; {free >> 20} MiB are free in '{folder}': check the space and your "
        "permission to write there, and close the file in other programs"
    )


def _empty(folder: Path) -> None:
    """Remove all but the lock."""
    for entry in folder.iterdir() if folder.is_dir() else ():
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        elif entry.name != _LOCK:
            # Windows keeps a file that is mapped; the next run removes it.
            with suppress(OSError):
                entry.unlink()
