"""A lock that keeps two runs from writing to one place."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from proxyclip_geo.errors import OutputError

LOCK = "lock"


@contextmanager
def exclusive_lock(path: Path) -> Iterator[None]:
    """Hold the lock of a hidden folder, which need not be there; the system releases it when a process is killed.

    Args:
        path: The folder, e.g. `.scene.work`.

    Raises:
        OutputError: If somebody else holds it, or it cannot be made.
    """
    file = path.with_name(f"{path.name}.{LOCK}")
    lock = FileLock(file, timeout=0)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise OutputError(
            f"another run is writing {path.name.strip('.').removesuffix('.work')} in {path.parent}; wait for it, or "
            "choose another place with -o"
        ) from error
    except OSError as error:
        raise OutputError(f"cannot write to {path.parent}: {error.strerror or error}; choose another with -o") from (
            error
        )
    try:
        yield
    finally:
        if not path.exists():
            file.unlink(missing_ok=True)
        lock.release()
