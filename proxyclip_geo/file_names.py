"""Names of files that are written: valid on every system, on this machine, and no devices."""

import os
import re
from pathlib import Path

from proxyclip_geo.errors import OutputError

MAX_STEM = 200
"""Longest stem of a file name in bytes; most file systems allow names of 255."""
# Programs write files beside it with longer names; file systems allow 255.
_MAX_NAME = 230
# Of a URL, whose slashes a path merges, or of a file system of GDAL.
_ELSEWHERE = re.compile(r"([A-Za-z][\w+.-]+):[/\\]+|/vsi\w+/")
_DEVICES = re.compile(r"(con|prn|aux|nul|(com|lpt)[0-9¹²³])\s*(\.|$)", re.IGNORECASE)


def safe_stem(text: str) -> str:
    """Turn a text into the stem of a file name that is valid on every system.

    Separators and special characters become "_". Leading dots and dashes (hidden files, options, layer names that GDAL
    refuses) and trailing dots and spaces are removed, names of Windows devices get a prefix, and long names are cut.

    >>> safe_stem("../../etc/passwd"), safe_stem("-dash"), safe_stem("aux"), safe_stem("...")
    ('_.._etc_passwd', 'dash', '_aux', 'raster')
    """
    plain = re.sub(r"[^\w.\- ]+", "_", text).lstrip(".- ")
    plain = plain.encode()[:MAX_STEM].decode(errors="ignore").rstrip(". ")
    return f"_{plain}" if _DEVICES.match(plain) else plain or "raster"


def check_file_name(path: Path) -> None:
    """Check that a file or folder may be written under a name.

    Raises:
        OutputError: If it is a URL, its name is too long, or it is a device or pipe.
    """
    elsewhere = _ELSEWHERE.match(str(path))
    if elsewhere is not None:
        scheme, rest = elsewhere[1], str(path)[elsewhere.end() :]
        raise OutputError(
            f"'{f'{scheme}://{rest}' if scheme else path}' is not on this machine, and results are written to folders "
            "of this machine; choose a folder, and copy it when the run has ended"
        )
    size = len(os.fsencode(path.name))
    if size > _MAX_NAME:
        raise OutputError(
            f"'{path.name[:40]}…' cannot be written: its name has {size} bytes, and the limit is {_MAX_NAME}; choose a "
            "shorter name"
        )
    if os.name == "nt" and _DEVICES.match(path.name):
        raise OutputError(f"'{path}' cannot be written, as '{path.stem}' is a device of Windows; choose another name")
    refuse_device(path)


def refuse_device(path: Path) -> None:
    """Raise an OutputError for a device or pipe."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OutputError(f"'{path}' cannot be written, as it is a device or pipe; choose the name of a file")
