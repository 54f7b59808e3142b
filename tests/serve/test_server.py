"""A server process: other programs, remote embeddings, clients that go away."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rasterio
from starlette.requests import Request
from starlette.testclient import TestClient

import proxyclip_geo as pg
from proxyclip_geo.engine.cache import ByteCache
from proxyclip_geo.errors import Cancelled
from proxyclip_geo.serve.app import create_app
from proxyclip_geo.serve.atlas import Atlas
from proxyclip_geo.serve.compute import Busy, Workers
from proxyclip_geo.serve.limits import Buckets
from proxyclip_geo.serve.options import ServeOptions
from proxyclip_geo.serve.run import open_server

WORDS = "water; forest,trees; building; cropland,field"


@pytest.fixture
def address(
    stores: tuple[Path, Path], socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """URL and process of a server."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    command = [sys.executable, "-m", "proxyclip_geo", "serve", stores[0], "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ}) as server:
        assert server.stdout is not None
        events = (json.loads(line) for line in server.stdout)
        yield next(event["url"] for event in events if event["event"] == "result"), server
        server.kill()


def test_gdal_reads_the_map_by_wmts(address: tuple[str, Any], stores: tuple[Path, Path]) -> None:
    url, server = address
    # A second server cannot have its port.
    command = [sys.executable, "-m", "proxyclip_geo", "serve", stores[0], "--port", url.rsplit(":", 1)[1].strip("/")]
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode == 2
    assert "--port 0 for a free one" in " ".join(second.stderr.split())
    bounds = pg.open_embedding(stores[0]).geobox
    name = f"WMTS:{url}WMTSCapabilities.xml?classes=water%3Bforest,layer=map,tilematrixset=WebMercatorQuad"
    with rasterio.open(name) as dataset:
        assert dataset.crs.to_epsg() == 3857
        west, south, east, north = rasterio.warp.transform_bounds(bounds.crs, dataset.crs, *bounds.bounds)
        window = dataset.window(west, south, east, north)
        pixels = dataset.read(window=window, out_shape=(dataset.count, 64, 64))
    colors = {tuple(item.color) for item in pg.as_vocabulary("water;forest").classes}
    found = {tuple(color) for color in pixels[:3, 20:40, 20:40].reshape(3, -1).T.tolist()}
    assert found <= colors
    server.send_signal(signal.SIGTERM)
    assert server.wait() == 0


def test_the_text_encoder_is_loaded_without_a_request(stores: tuple[Path, Path], socket_enabled: None) -> None:
    with open_server([stores[0]], options=ServeOptions(port=0)) as opened:
        pass
    assert opened.atlas.layers[0].embedding.text.is_loaded


def test_a_remote_embedding_opens_no_file_of_this_machine(stores: tuple[Path, Path], tmp_path: Path) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.put(str(stores[0]), "/whole.emb", recursive=True)
    local, remote = (
        Atlas([pg.open_embedding(name)], cache=32_000_000, scratch=tmp_path)
        for name in (stores[0], "memory://whole.emb")
    )
    tiles = []
    for atlas in (local, remote):
        with TestClient(create_app(atlas), base_url="http://127.0.0.1") as client:
            info = client.get("/info.json").json()
            assert bool(info["notes"]) == (atlas is remote)
            west, south, east, north = info["bounds"]
            body = {"classes": WORDS, "polygon": [[west, south], [east, south], [east, north]]}
            tiles.append(client.post("/areas", json=body).json())
    assert tiles[0] == tiles[1]
    memory.rm("/whole.emb", recursive=True)


def make_request(messages: asyncio.Queue[dict[str, str]]) -> Request:
    return Request({"type": "http", "method": "GET", "headers": []}, messages.get)


def test_work_stops_when_the_client_goes() -> None:
    workers, begun, ended = Workers(1, limit=2), threading.Event(), threading.Event()

    def work(stop: Any) -> None:
        begun.set()
        while not stop():
            threading.Event().wait(0.001)
        ended.set()
        raise Cancelled("stopped")

    async def main() -> None:
        queues: list[asyncio.Queue[dict[str, str]]] = [asyncio.Queue() for _ in range(3)]
        running = [asyncio.create_task(workers.run(make_request(queue), work)) for queue in queues[:2]]
        await asyncio.to_thread(begun.wait)
        with pytest.raises(Busy):
            await workers.run(make_request(queues[2]), work)
        for queue in reversed(queues[:2]):
            queue.put_nowait({"type": "http.disconnect"})
        for task in running:
            with pytest.raises(Cancelled):
                await task

    asyncio.run(main())
    assert ended.is_set()
    assert workers.cancelled == 2
    workers.close()


def test_the_cache_has_a_limit_and_computes_once() -> None:
    cache: ByteCache[bytes] = ByteCache(100, size=len)
    made = []

    def make() -> bytes:
        made.append(1)
        return bytes(40)

    barrier = threading.Barrier(4)

    def ask() -> None:
        barrier.wait()
        cache.get("same", make)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    for key in range(5):
        cache.get(key, make)
        assert cache.used <= 100
    cache.get("large", lambda: bytes(101))
    assert cache.used <= 100
    cache.get("same", make)
    assert len(made) == 7


def test_buckets_fill_again() -> None:
    now = [0.0]
    buckets = Buckets(10, clock=lambda: now[0])
    assert sum(buckets.take("a") for _ in range(50)) == 20
    assert buckets.take("b")
    now[0] = 0.5
    assert sum(buckets.take("a") for _ in range(50)) == 5
