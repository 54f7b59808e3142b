"""Serve a folder over HTTP with ranges and ETags: `python file_server.py FOLDER`; prints the port.

A process of its own: rasterio holds Python's lock while GDAL opens the sources of a VRT, so that a server in the same
process could not answer.
"""

import os
import re
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer


class Handler(SimpleHTTPRequestHandler):
    """Answer requests for files and their ranges."""

    def log_message(self, *arguments: object) -> None:
        """Write nothing."""

    def do_HEAD(self) -> None:
        """Answer without the content."""
        self._answer(with_content=False)

    def do_GET(self) -> None:
        """Answer with a file or a range of it."""
        self._answer(with_content=True)

    def _answer(self, *, with_content: bool) -> None:
        path = self.translate_path(self.path)
        if not os.path.isfile(path):
            self.send_error(404)
            return
        with open(path, "rb") as file:
            content = file.read()
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first, last = (int(wanted[1]), int(wanted[2] or len(content))) if wanted else (0, len(content))
        part = content[first : last + 1]
        if not part:
            self.send_error(416)
            return
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(part)))
        self.send_header("ETag", f'"{os.stat(path).st_mtime_ns:x}"')
        if wanted:
            self.send_header("Content-Range", f"bytes {first}-{first + len(part) - 1}/{len(content)}")
        self.end_headers()
        if with_content:
            self.wfile.write(part)


if __name__ == "__main__":
    os.chdir(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
