"""Atomic writes, staging folders, exclusive locks, and the message of a failed write.

A file is written in a hidden staging folder beside it, `.NAME.partial`, and moved to its name when it is complete. The
lock `.NAME.lock` keeps two processes from writing the same name; the system releases it when a process is killed. The
next write of that name removes the staging folder of a killed process.
"""

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import takewhile
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from proxyclip_geo.errors import OutputError, ProxyClipGeoError, strip_credentials
from proxyclip_geo.file_names import check_file_name, refuse_device
from proxyclip_geo.references import expand_inputs, local_file

STAGING_SUFFIX = ".partial"
LOCK_SUFFIX = ".lock"
# GDAL, sqlite and zarr do not always report why a write failed: with less free space than this, the disk is full.
_LOW_SPACE = 16 << 20
_FULL_MESSAGES = ("disk is full", "No space left")

_APPENDED = (".aux.xml", ".msk", ".ovr")
_REPLACED = (".qml", ".sld", ".wld", ".tfw", ".prj", ".cpg", ".dbf", ".shx", ".qix")
"""Suffixes of side files that belong to a raster or vector file."""


def check_outputs(outputs: Iterable[Path | None], *, inputs: Iterable[Path | str | None]) -> None:
    """Check that writing will change no input: links, relative paths and upper and lower case are resolved.

    Args:
        outputs: Files and folders to write, with their side files; None is ignored.
        inputs: Files and folders that are read. Their side files and the sources of VRTs are protected, too. URLs,
            names that are no files, and None are ignored.

    Raises:
        OutputError: If an output is an input or its side file, a folder that holds one, or lies in an input folder; or
            it is a URL, its name is too long, or it is a device or pipe.
    """
    protected: dict[tuple[int, int], Path] = {}
    holders: dict[tuple[int, int], Path] = {}
    for path in map(local_file, expand_inputs(inputs)):
        found = _identify([path])
        if found and os.path.isfile(path):
            sides = (path.with_name(path.name + suffix) for suffix in _APPENDED)
            found |= _identify([*sides, *(path.with_suffix(suffix) for suffix in _REPLACED)])
        protected |= dict.fromkeys(found, path)
        holders |= dict.fromkeys(_identify(_parents(path)) if found else (), path)
    for output in filter(None, outputs):
        check_file_name(output)
        same = _identify([output])
        changed = [known[key] for known in (protected, holders) for key in same if key in known]
        changed += [protected[key] for key in _identify(_parents(output)) if key in protected]
        if changed:
            raise OutputError(
                f"'{output}' cannot be written, as this would change the input '{changed[0]}', its side files or its "
                "folder; choose another output"
            )


def check_existing(outputs: Iterable[Path], *, overwrite: bool) -> None:
    """Check that no output exists that may not be replaced.

    Raises:
        OutputError: If one does.
    """
    existing = [f"'{path}'" for path in outputs if path.exists()]
    if existing and not overwrite:
        raise OutputError(
            f"{', '.join(existing)} {'exist' if len(existing) > 1 else 'exists'}; pass overwrite=True to replace, or "
            "write to another place"
        )


def _parents(path: Path) -> list[Path]:
    # Path.resolve raises RuntimeError for a link to itself in Python 3.11 and 3.12.
    return [*path.absolute().parents, *Path(os.path.realpath(path)).parents]


def _identify(paths: Iterable[Path]) -> set[tuple[int, int]]:
    """Return device and inode of the paths that exist."""
    found = set()
    for path in paths:
        with suppress(OSError, ValueError):
            status = path.stat()
            found.add((status.st_dev, status.st_ino))
    return found


def write_error(target: Path | str, error: BaseException, *, part: str = "", remedy: str = "") -> OutputError:
    """Return the error of a failed write: the reason, the free space and a remedy.

    Args:
        target: Path or URL that was being written.
        error: What the write raised.
        part: The part of the target that was being written, e.g. "block 3".
        remedy: Another remedy than to write elsewhere.
    """
    subject = f"{part} to '{target}'" if part else f"'{target}'"
    folder = next((parent for parent in Path(target).absolute().parents if parent.is_dir()), None)
    # The path of a URL exists nowhere on this machine.
    free = None if folder is None or "://" in str(target) else shutil.disk_usage(folder).free
    space = "" if free is None else f" ({free >> 20} MiB are free in '{folder}')"
    full = getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
    full = full or any(text in str(error) for text in _FULL_MESSAGES) or (free is not None and free < _LOW_SPACE)
    if full:
        return OutputError(
            f"cannot write {subject}: the disk is full{space}; free some space, {remedy or 'or write to another disk'}"
        )
    reason = getattr(error, "strerror", None) or str(error)
    return OutputError(
        f"cannot write {subject}: {reason}{space}; check the space and your permission to write there, and close the "
        f"file in other programs{remedy and f', {remedy}'}"
    )


@contextmanager
def exclusive_lock(path: Path) -> Iterator[None]:
    """Hold the lock of a file or folder, which need not exist.

    Missing parent folders are made, and removed afterwards if they are empty.

    Raises:
        OutputError: If another process or thread holds it, or it cannot be made.
    """
    file = _hidden(path, LOCK_SUFFIX)
    missing = list(takewhile(lambda folder: not folder.exists(), path.absolute().parents))
    lock = FileLock(file, timeout=0, thread_local=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise OutputError(
            f"another run is writing '{path}'; wait until it has ended, or write to another place"
        ) from error
    except OSError as error:
        raise write_error(path, error) from error
    try:
        yield
    finally:
        # Windows does not remove an open file, and removes it when it is released.
        with suppress(OSError):
            file.unlink(missing_ok=True)
        lock.release()
        with suppress(OSError):
            for folder in missing:
                folder.rmdir()


@contextmanager
def staging_folder(path: Path) -> Iterator[Path]:
    """Yield an empty, hidden folder beside a file, with the file's lock held; remove it afterwards.

    It is on the disk of the file, so that a file moves from it to its name in one step.

    Args:
        path: The file; missing parent folders are made.

    Raises:
        OutputError: If the path is a device or pipe, which a file would replace; another process is writing the file;
            or the block raises an OSError.
    """
    refuse_device(path)
    folder = _hidden(path, STAGING_SUFFIX)
    with exclusive_lock(path):
        try:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(exist_ok=True)
            yield folder
        except OSError as error:
            if isinstance(error, ProxyClipGeoError):
                raise
            raise write_error(path, error) from error
        finally:
            # Windows keeps a file that is mapped into memory; the next write removes it.
            shutil.rmtree(folder, ignore_errors=True)


def was_interrupted(path: Path) -> bool:
    """Return whether a process that writes a file was killed, or runs: files with its name may be parts of a result."""
    return _hidden(path, STAGING_SUFFIX).exists()


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a path to write a file to; it moves to `path` when the block ends without an exception.

    Raises:
        OutputError: If another process is writing the file, or it cannot be written; an older file is unchanged.
    """
    with staging_folder(path) as folder:
        draft = folder / path.name
        yield draft
        os.replace(draft, path)


def publish(drafts: Iterable[Path], folder: Path, *, stale: Iterable[Path] = ()) -> None:
    """Move complete files into a folder, in the order given, after removing stale side files.

    Raises:
        OutputError: If a device or pipe has the name of a file.
    """
    drafts = list(drafts)
    for draft in drafts:
        refuse_device(folder / draft.name)
    for path in stale:
        path.unlink(missing_ok=True)
    for draft in drafts:
        os.replace(draft, folder / draft.name)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield a folder for files that are read once, in the system's folder for temporary files; remove it afterwards."""
    with tempfile.TemporaryDirectory(prefix="proxyclip_geo_", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def remove_staging(paths: Iterable[Path]) -> None:
    """Remove the staging folders that killed processes left of files, which need not exist."""
    for path in paths:
        folder = _hidden(path, STAGING_SUFFIX)
        if folder.exists():
            with exclusive_lock(path):
                shutil.rmtree(folder, ignore_errors=True)


def remove_folder(path: Path) -> None:
    """Remove a folder in one step: a process killed meanwhile leaves its staging folder, and not a part of it."""
    trash = _hidden(path, STAGING_SUFFIX)
    shutil.rmtree(trash, ignore_errors=True)
    with suppress(OSError):
        os.replace(path, trash)
    for folder in (trash, path):
        shutil.rmtree(folder, ignore_errors=True)


def make_folder(path: Path) -> None:
    """Make a folder and check that files can be written in it.

    Raises:
        OutputError: If they cannot.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_error(path, error) from error
    check_folder(path)


def check_folder(path: Path) -> None:
    """Check that files can be written in a folder; if it is missing, in the nearest folder above it. Nothing is made.

    Raises:
        OutputError: If they cannot.
    """
    try:
        nearest = next(folder for folder in (path.absolute(), *path.absolute().parents) if folder.exists())
        if not nearest.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, f"'{nearest}' is no directory")
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        raise write_error(path, error) from error


def write_text(path: Path, text: str) -> Path:
    """Write a text file atomically, in UTF-8; return the path.

    Raises:
        OutputError: If it cannot be written; an older file is unchanged.
    """
    with atomic_write(path) as draft:
        draft.write_text(text, encoding="utf-8")
    return path


@contextmanager
def open_log(path: Path, lines: Iterable[str]) -> Iterator[Callable[[str], None]]:
    """Write a text file line by line; what a killed process wrote before stays, but for an incomplete last line.

    Args:
        path: The file; its lock is held.
        lines: Lines to begin with, in place of an older content.

    Yields:
        A function that appends a line.

    Raises:
        OutputError: If another process is writing the file, or it cannot be written.
    """
    write_text(path, "".join(f"{line}\n" for line in lines))
    with exclusive_lock(path):
        try:
            with path.open("a", encoding="utf-8") as file:

                def append(line: str) -> None:
                    try:
                        file.write(f"{line}\n")
                        file.flush()
                    except OSError as error:
                        raise write_error(path, error) from error

                yield append
        except OSError as error:
            if isinstance(error, ProxyClipGeoError):
                raise
            raise write_error(path, error) from error


def write_json(path: Path, values: Any) -> Path:
    """Write JSON-able values atomically, without credentials; see `write_text`."""
    return write_text(path, json.dumps(strip_credentials(values), indent=2, ensure_ascii=False) + "\n")


def copy_file(source: Path, target: Path) -> Path:
    """Copy a file atomically; return the target."""
    with atomic_write(target) as draft:
        shutil.copyfile(source, draft)
    return target


def _hidden(path: Path, suffix: str) -> Path:
    # SQLite refuses paths above 511 bytes, and a file's own name follows that of its staging folder.
    end = "" if len(path.name) <= 40 else f"-{hashlib.sha256(path.name.encode()).hexdigest()[:8]}"
    return path.with_name(f".{path.name[:40]}{end}{suffix}")
