"""Measure the server on this machine: first tiles of new words, tiles a second, memory, requests that are given up.

The text encoder is loaded in the background from the start. `first_tile_at_start_s` is that of a built-in vocabulary,
requested as soon as the server listens, as the page does; other first tiles are requested when new words are answered
at once, `loaded_s` after the start.

    python benchmarks/serve.py --size 2048

A synthetic scene with the demo model: 64 numbers every 4 pixels, as many as 256 every 8. Clients connect to 127.0.0.1
only.
"""

import argparse
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import morecantile
import psutil

import proxyclip_geo as pg

WORDS = "water; forest,trees; grassland; cropland,field; bare soil; road; building,roof; beach"
TMS = morecantile.tms.get("WebMercatorQuad")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=2048, help="side of the scene in pixels")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--tiles", type=int, default=400, help="tiles of the load test")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scene = pg.sample(Path(folder) / "scene.tif", size=options.size, seed=7)
        pg.encode(scene.image, out=Path(folder) / "scene.emb", model="demo")
        command = [sys.executable, "-m", "proxyclip_geo", "serve", f"{folder}/scene.emb", "--port", "0", "--json"]
        started = time.perf_counter()
        with subprocess.Popen([*command, "--rate", "100000"], stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            events = (json.loads(line) for line in server.stdout)
            url = next(event["url"] for event in events if event["event"] == "result")
            found = {"start_s": time.perf_counter() - started, **measure(url, server.pid, options)}
            server.terminate()
    for name, value in found.items():
        print(f"{name:28} {value:.4g}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")


def measure(url: str, pid: int, options: argparse.Namespace) -> dict[str, float]:
    began = time.perf_counter()
    info = read_info(url)
    [first] = TMS.tiles(*info["bounds"], [0])
    fetch(f"{url}tiles/WebMercatorQuad/{first.z}/{first.x}/{first.y}.png?vocabulary=landcover")
    at_start = time.perf_counter() - began
    while not read_info(url)["loaded"]:
        time.sleep(0.05)
    loaded = time.perf_counter() - began
    zooms = range(info["maxzoom"] - 5, info["maxzoom"] + 1)
    tiles = {zoom: list(TMS.tiles(*info["bounds"], [zoom])) for zoom in zooms}
    firsts = []
    for zoom, own in tiles.items():
        for number in range(3):
            began = time.perf_counter()
            fetch(address(url, own[len(own) // 2], f"{WORDS}; lake {zoom} {number}"))
            firsts.append(time.perf_counter() - began)
    every = [tile for own in tiles.values() for tile in own]
    asked = [every[n % len(every)] for n in range(options.tiles)]
    process = psutil.Process(pid)
    cold, lost_cold = load(url, asked, options.clients)
    cpu, memory = sum(process.cpu_times()[:2]), process.memory_info().rss
    warm, lost_warm = load(url, asked, options.clients)
    used = sum(process.cpu_times()[:2]) - cpu
    give_up(url, asked, words=f"{WORDS}; never seen")
    began = time.perf_counter()
    fetch(address(url, asked[0], WORDS))
    return {
        "first_tile_at_start_s": at_start,
        "loaded_s": loaded,
        "first_tile_median_s": statistics.median(firsts),
        "first_tile_max_s": max(firsts),
        "tiles_per_s_first_time": len(asked) / cold,
        "tiles_per_s": len(asked) / warm,
        "cpu_ms_per_tile": 1000 * used / len(asked),
        "lost": lost_cold + lost_warm,
        "memory_mb": process.memory_info().rss / 1e6,
        "memory_growth_mb": (process.memory_info().rss - memory) / 1e6,
        "tile_after_given_up_s": time.perf_counter() - began,
    }


def read_info(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url + "info.json") as answer:
        info: dict[str, Any] = json.load(answer)
    return info


def address(url: str, tile: morecantile.Tile, words: str) -> str:
    query = urllib.parse.urlencode({"classes": words})
    return f"{url}tiles/WebMercatorQuad/{tile.z}/{tile.x}/{tile.y}.png?{query}"


def fetch(address: str) -> bool:
    """Request a tile; return whether a PNG came."""
    try:
        with urllib.request.urlopen(address, timeout=120) as answer:
            return bool(answer.read().startswith(b"\x89PNG"))
    except OSError:
        return False


def load(url: str, tiles: Sequence[morecantile.Tile], clients: int) -> tuple[float, int]:
    """Request tiles from several threads; return the seconds, and how many did not come."""
    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        came = list(pool.map(lambda tile: fetch(address(url, tile, WORDS)), tiles))
    return time.perf_counter() - began, came.count(False)


def give_up(url: str, tiles: Sequence[morecantile.Tile], *, words: str) -> None:
    """Send requests and close their connections without waiting."""
    place = urllib.parse.urlsplit(url)
    for tile in tiles[:100]:
        path = urllib.parse.urlsplit(address(url, tile, words))
        with socket.create_connection((place.hostname, place.port)) as connection:
            line = f"GET {path.path}?{path.query} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n"
            connection.sendall(line.encode())


if __name__ == "__main__":
    main()
