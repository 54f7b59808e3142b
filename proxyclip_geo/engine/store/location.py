"""Where a store is: on this machine, or wherever fsspec reaches."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import fsspec.core
from fsspec.implementations.local import LocalFileSystem

from proxyclip_geo.errors import OutputError

FAILURES = (OSError, ValueError, RuntimeError, KeyError, TypeError, ImportError)
"""What zarr, its codecs and file systems raise of a damaged or unreachable store."""


def exists(name: str) -> bool:
    """Return whether something is at a path or URL."""
    with _reaching(name):
        files, path = fsspec.core.url_to_fs(name)
        return bool(files.exists(path))


def local_path(name: str) -> Path | None:
    """Return the path of a store on this machine, or None of one elsewhere."""
    with _reaching(name):
        files, path = fsspec.core.url_to_fs(name)
        return Path(path) if isinstance(files, LocalFileSystem) else None


@contextmanager
def _reaching(name: str) -> Iterator[None]:
    try:
        yield
    except FAILURES as error:
        raise OutputError(f"{name} cannot be reached ({error}); choose another place with -o") from error
