"""Download files over HTTP, within limits."""

import http.client
import urllib.request
from base64 import b64encode
from pathlib import Path
from urllib.parse import unquote, urlsplit

from proxyclip_geo.errors import ProxyClipGeoError
from proxyclip_geo.raster.dataset import log_hosts


def download_file(url: str, path: Path, *, limit: int, error: type[ProxyClipGeoError], title: str) -> None:
    """Download a file over http or https.

    Args:
        url: URL, which may hold a user and password.
        path: File to write.
        limit: Most bytes.
        error: Class of the error to raise.
        title: What messages call the file.
    """
    parts = urlsplit(url)
    if parts.scheme.lower() not in ("http", "https"):
        raise error(f"{title} cannot be read over {parts.scheme}; give a path, or an http(s) URL")
    log_hosts(url)
    request = urllib.request.Request(parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl())
    if parts.username:
        password = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        request.add_unredirected_header("Authorization", f"Basic {b64encode(password).decode()}")
    try:
        with urllib.request.urlopen(request, timeout=60) as response, path.open("wb") as file:
            while part := response.read(1 << 20):
                if file.tell() + len(part) > limit:
                    raise error(f"{title} has more than {limit >> 20} MiB, the limit of a download")
                file.write(part)
    except (OSError, ValueError, http.client.HTTPException) as problem:
        if isinstance(problem, error):
            raise
        raise error(f"{title} cannot be downloaded ({problem}); check the URL and the connection") from problem
