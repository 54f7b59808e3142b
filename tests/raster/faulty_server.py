"""Serve a file over HTTP with a fault in its second half: `python faulty_server.py FILE FAULT`; prints the port.

A process of its own: GDAL holds Python's lock while it opens a URL.
"""

import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    """Answer range requests; those that reach into the second half of the file get the fault."""

    name: str
    content: bytes
    fault: str

    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: object) -> None:
        """Write nothing."""

    def do_HEAD(self) -> None:
        """Answer with the size."""
        self._answer(200 if self.path == f"/{self.name}" else 404, self.content, body=False)

    def do_GET(self) -> None:
        """Answer with a range."""
        if self.path != f"/{self.name}":
            self._answer(404, b"")
            return
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if not wanted or self.fault == "no-range":
            self._answer(200, self.content)
            return
        first, last = int(wanted[1]), min(int(wanted[2]), len(self.content) - 1)
        part = self.content[first : last + 1]
        if last < len(self.content) // 2 or self.fault == "none":
            self._answer(206, part, content_range=f"bytes {first}-{last}/{len(self.content)}")
        elif self.fault == "range-ignored":
            self._answer(200, self.content)
        elif self.fault == "cut":
            self._answer(206, part, content_range=f"bytes {first}-{last}/{len(self.content)}", sent=len(part) // 2)
        else:
            self._answer(int(self.fault), b"")

    def _answer(
        self, status: int, content: bytes, *, body: bool = True, content_range: str = "", sent: int | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Accept-Ranges", "bytes")
        if content_range:
            self.send_header("Content-Range", content_range)
        self.end_headers()
        if body:
            self.wfile.write(content[:sent])
        if sent is not None:
            self.close_connection = True


if __name__ == "__main__":
    Handler.name, Handler.content, Handler.fault = Path(sys.argv[1]).name, Path(sys.argv[1]).read_bytes(), sys.argv[2]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *arguments: None  # type: ignore[method-assign]
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
