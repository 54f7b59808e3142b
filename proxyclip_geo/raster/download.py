"""Download files over HTTP or from object storage, within limits."""

import http.client
import urllib.request
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import fsspec

from proxyclip_geo.data_files import network_errors
from proxyclip_geo.errors import ProxyClipGeoError
from proxyclip_geo.raster.dataset import log_hosts
from proxyclip_geo.remedies import Remedy

_STORAGE = {"s3": "s3fs", "gs": "gcsfs", "az": "adlfs"}
"""Packages of fsspec by scheme."""
_FAILURES: tuple[type[Exception], ...] = (OSError, ValueError, http.client.HTTPException)


def download_file(url: str, path: Path, *, limit: int, error: type[ProxyClipGeoError], title: str) -> None:
    """Download a file over http or https, or from object storage (s3, gs, az).

    Args:
        url: URL, which may hold a user and password.
        path: File to write.
        limit: Most bytes.
        error: Class of the error to raise.
        title: What messages call the file.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https", *_STORAGE):
        raise error(f"{title} cannot be read over {parts.scheme}; give a path, or a URL with http, https, s3, gs or az")
    log_hosts(url)
    try:
        with _open_url(parts) as remote, path.open("wb") as file:
            while part := remote.read(1 << 20):
                if file.tell() + len(part) > limit:
                    raise error(f"{title} has more than {limit >> 20} MiB, the limit of a download")
                file.write(part)
    except ImportError as problem:
        raise error(
            f"{title} needs a package that is not installed",
            remedy=Remedy("install-package", {"package": _STORAGE[parts.scheme]}),
        ) from problem
    except (*_FAILURES, *network_errors()) as problem:
        if isinstance(problem, error):
            raise
        raise error(
            f"{title} cannot be downloaded ({problem}); check the URL, the connection and your credentials"
        ) from problem


def _open_url(parts: SplitResult) -> Any:
    if parts.scheme in _STORAGE:
        return fsspec.open(parts.geturl(), "rb")
    request = urllib.request.Request(parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl())
    if parts.username:
        password = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        request.add_unredirected_header("Authorization", f"Basic {b64encode(password).decode()}")
    return urllib.request.urlopen(request, timeout=60)
