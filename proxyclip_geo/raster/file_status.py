"""Size, time of modification and ETag of what is read, so that a replaced file is noticed."""

import email.utils
import hashlib
import http.client
import json
import os
import re
import time
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias

from proxyclip_geo.errors import strip_credentials
from proxyclip_geo.raster.names import file_of

FileStatus: TypeAlias = dict[str, int | str | None]
"""Size in bytes, time of modification in nanoseconds, and ETag of a file; None where unknown."""
MAX_URLS = 256
"""Most sources of a VRT whose ETags are requested."""
_UNKNOWN: FileStatus = {"bytes": None, "modified_ns": None, "etag": None}
_URL = "/vsicurl/"
_TIMEOUT = 20
# Seconds after which URLs are requested again.
_AGE = 5.0


class FileWatch:
    """The status of a raster and of the sources of a VRT.

    Attributes:
        status: Status of the raster.
        sources_sha256: Checksum of names and statuses of the sources; None without any.
    """

    def __init__(self, name: str, sources: Sequence[str] = ()) -> None:
        """Read the status.

        Args:
            name: GDAL's name of the raster.
            sources: GDAL's names of the files that a VRT reads.
        """
        self._names = (name, *sources)
        self._files = [file_of(item) for item in self._names]
        self._found = self._read()
        self._time = time.monotonic()

    @property
    def status(self) -> FileStatus:
        """Size, time of modification and ETag of the raster."""
        return self._found[0]

    @property
    def sources_sha256(self) -> str | None:
        """Checksum of the names and statuses of the sources; None without any."""
        if len(self._names) == 1:
            return None
        facts = sorted(zip(map(strip_credentials, self._names[1:]), map(str, self._found[1:]), strict=True))
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()

    def find_changed(self) -> str | None:
        """Return the name of a file that has changed since; None if there is none.

        URLs are requested every five seconds at most. A URL whose server does not answer counts as unchanged.
        """
        ask = time.monotonic() - self._time >= _AGE
        if ask:
            self._time = time.monotonic()
        now = self._read(urls=ask)
        for name, before, after in zip(self._names, self._found, now, strict=True):
            if after != before and not (name.startswith(_URL) and after == _UNKNOWN):
                return name
        return None

    def _read(self, *, urls: bool = True) -> list[FileStatus]:
        remote = [name for name in self._names if name.startswith(_URL)] if urls else []
        if len(remote) > MAX_URLS:
            remote = remote[:1] if remote[0] == self._names[0] else []
        with ThreadPoolExecutor(16) as pool:
            answers = dict(zip(remote, pool.map(_read_url, remote), strict=True))
        return [answers.get(name) or _read_file(file) for name, file in zip(self._names, self._files, strict=True)]


def _read_file(file: Path | None) -> FileStatus:
    try:
        status = None if file is None else os.stat(file)
    except (OSError, ValueError):
        status = None
    return _UNKNOWN if status is None else {"bytes": status.st_size, "modified_ns": status.st_mtime_ns, "etag": None}


def _read_url(name: str) -> FileStatus:
    """Request the first byte, as servers that sign URLs refuse HEAD."""
    request = urllib.request.Request(name.removeprefix(_URL), headers={"Range": "bytes=0-0"})
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:
            headers = answer.headers
    except (OSError, ValueError, http.client.HTTPException):
        return _UNKNOWN
    size = headers.get("Content-Range", "").rpartition("/")[2] or headers.get("Content-Length", "")
    etag = headers.get("ETag")
    modified = _parse_date(headers.get("Last-Modified", ""))
    return {
        "bytes": int(size) if re.fullmatch("[0-9]{1,18}", size) else None,
        # Mirrors of a file give one ETag and several times.
        "modified_ns": None if etag else modified,
        "etag": etag,
    }


def _parse_date(text: str) -> int | None:
    """Return the nanoseconds of a date in a header; None if there is none."""
    try:
        return int(email.utils.parsedate_to_datetime(text).timestamp()) * 10**9
    except (ValueError, OverflowError):
        return None
