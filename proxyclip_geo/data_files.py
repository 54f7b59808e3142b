"""Read text and JSON files from outside, with limits."""

import json
import math
import os
import stat
import sys
from pathlib import Path
from typing import Any, NoReturn

from proxyclip_geo.errors import ProxyClipGeoError
from proxyclip_geo.validation import describe

MAX_BYTES = 16 * 1024**2
"""Size of the largest text file that is read."""
MAX_DIGITS = 300
"""Length of the longest number in a JSON text."""
MAX_DEPTH = 100
"""Deepest nesting of lists and tables in a JSON text."""

_NETWORK_ERRORS = (
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
    ("aiohttp", "ClientError"),
    ("gcsfs.retry", "HttpError"),
    ("google.auth.exceptions", "GoogleAuthError"),
    ("azure.core.exceptions", "AzureError"),
)


def read_text(path: Path, *, error: type[ProxyClipGeoError], source: str) -> str:
    """Read a UTF-8 text file of limited size.

    Args:
        path: The file.
        error: Class of the error to raise.
        source: What messages call the file, e.g. "the model card x.toml".
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise error(f"{source} cannot be read: it is a folder, device or pipe; give a file")
        size = status.st_size
        if size <= MAX_BYTES:
            return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        line = problem.object.count(b"\n", 0, problem.start) + 1
        raise error(f"{source}, line {line}: this is not UTF-8 text; save the file as UTF-8") from problem
    except (OSError, ValueError) as problem:
        if isinstance(problem, error):
            raise
        reason = getattr(problem, "strerror", None) or problem
        raise error(f"{source} cannot be read: {reason}; check its path and permissions") from problem
    raise error(f"{source} has {size} bytes, more than the limit of {MAX_BYTES}; check that it is the right file")


def find_pipes(folder: Path) -> list[Path]:
    """Return the pipes and devices in a folder: to read one may never end."""
    try:
        with os.scandir(folder) as entries:
            others = (entry for entry in entries if not (entry.is_file() or entry.is_dir()))
            return [Path(entry.path) for entry in others if _is_pipe(entry)]
    except (OSError, ValueError):
        return []


def _is_pipe(entry: "os.DirEntry[str]") -> bool:
    try:
        return stat.S_IFMT(entry.stat().st_mode) in (stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK)
    except OSError:
        return False


def is_side_file(path: Path, *, of: Path) -> bool:
    """Return whether a file in the same folder belongs to another one, such as a.tfw and a.tif.aux.xml to a.tif."""
    stem = of.stem.lower()
    return path.name.lower().startswith((f"{stem}.", f"{stem}_"))


def network_errors() -> tuple[type[Exception], ...]:
    """Return the errors of network file systems that are no OSError, such as missing credentials."""
    modules = ((sys.modules.get(module), name) for module, name in _NETWORK_ERRORS)
    return tuple(getattr(module, name) for module, name in modules if module is not None)


def parse_json(text: str, *, error: type[ProxyClipGeoError], source: str) -> Any:
    """Parse JSON; duplicate keys, NaN, infinity, very long numbers and deep nesting are errors.

    Args:
        text: The JSON.
        error: Class of the error to raise.
        source: What messages call it.
    """
    try:
        values = json.loads(
            text,
            object_pairs_hook=_unique_keys,
            parse_constant=_refuse_constant,
            parse_int=_parse_int,
            parse_float=_parse_float,
        )
        _check_depth(values)
        return values
    except json.JSONDecodeError as problem:
        where = f"line {problem.lineno}, column {problem.colno}"
        raise error(f"{source}, {where}: malformed JSON: {problem.msg}") from problem
    except ValueError as problem:
        raise error(f"{source}: {problem}") from problem
    except RecursionError as problem:
        raise error(f"{source} is nested too deeply, the limit is {MAX_DEPTH} lists and tables") from problem


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        keys: set[str] = set()
        twice = next(key for key, _ in pairs if key in keys or keys.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {describe(twice)} is there twice; merge or rename one")
    return result


def _check_depth(values: Any) -> None:
    level, depth = [values], 0
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        if depth > MAX_DEPTH:
            raise RecursionError
        level = [child for item in level for child in (item.values() if isinstance(item, dict) else item)]


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a finite number")


def _parse_int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"a number has {len(digits)} digits, more than the limit of {MAX_DIGITS}")
    return int(digits)


def _parse_float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"{digits[:40]} is too large for a number")
    return value
