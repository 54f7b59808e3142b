"""URLs with tokens: nothing that is written or shown holds them, and a fresh token resumes a run."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import proxyclip_geo as pg
from proxyclip_geo.errors import RasterError

WORDS = ["water", "forest", "building"]
SECRET = "s3cr3t"


@pytest.fixture
def server(socket_enabled: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that sends scene.tif and scene_truth.tif, with ranges."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    pg.sample(tmp_path / "scene.tif", size=64, seed=9)
    files = {f"/{name}": (tmp_path / name).read_bytes() for name in ("scene.tif", "scene_truth.tif")}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = files.get(urlsplit(self.path).path)
            if content is None:
                self.send_error(404)
                return
            first, _, last = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")
            part = content[int(first) : int(last or len(content)) + 1]
            self.send_response(206 if "Range" in self.headers else 200)
            self.send_header("Content-Length", str(len(part)))
            if "Range" in self.headers:
                self.send_header("Content-Range", f"bytes {first}-{int(first) + len(part) - 1}/{len(content)}")
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(part)

        do_HEAD = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield f"http://me:{SECRET}@127.0.0.1:{http.server_port}"
    http.shutdown()
    http.server_close()


def test_results_hold_no_token_and_a_fresh_one_resumes(server: str, tmp_path: Path) -> None:
    urls = [f"{server}/scene.tif?sig={SECRET}{number}" for number in (1, 2)]
    out = tmp_path / "out"
    reports = [pg.segment_many([url], WORDS, out=out, model="demo")[0] for url in urls]
    assert [report.status for report in reports] == ["done", "done before"]
    assert SECRET not in str(reports)
    record = json.loads((out / "scene" / "scene_run.json").read_text())
    assert record["input"]["path"].startswith("http://127.0.0.1:")
    store = tmp_path / "scene.emb"
    embeddings = [pg.encode(url, out=store, model="demo") for url in urls]
    pg.label(embeddings[1], WORDS, out=tmp_path / "label", raster=urls[0], options=pg.LabelOptions(borders="image"))
    truth = f"{server}/scene_truth.tif?sig={SECRET}"
    pg.vectorize(truth, tmp_path / "a.gpkg")
    assert SECRET not in pg.evaluate(truth, truth).to_text()
    for path in (*out.rglob("*"), *store.rglob("*"), *(tmp_path / "label").rglob("*"), tmp_path / "a.gpkg"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path


def test_errors_hold_no_token(server: str) -> None:
    with pytest.raises(RasterError, match=r"http://127.0.0.1:\d+/missing.tif") as caught:
        pg.segment(f"{server}/missing.tif?sig={SECRET}", WORDS, model="demo")
    assert SECRET not in str(caught.value)
