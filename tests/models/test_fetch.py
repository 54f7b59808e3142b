"""Fetching over HTTP, from a small server that answers as the hub does."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save

from proxyclip_geo.models.registry import builtin_cards

TOWERS = ("clip", "vfm")
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """A hub with files by "owner/name/file".

    Attributes:
        files: Content by name.
        etags: Checksums it claims, where they are not the true ones.
        cut: Bytes after which it breaks off the next download.
        redirect: Whether it redirects to itself for ever.
        ranges: Range headers of the requests.
    """

    files: dict[str, bytes]
    etags: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    redirect: bool = False
    ranges: list[str] = field(default_factory=list)
    address: str = ""


def handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self.answer(with_body=False)

        def do_GET(self) -> None:
            self.answer(with_body=True)

        def answer(self, *, with_body: bool) -> None:
            name = re.sub(r"^/([^/]+/[^/]+)/resolve/[^/]+/", r"\1/", self.path)
            content = hub.files.get(name)
            if hub.redirect:
                self.send_response(302)
                self.send_header("Location", self.path)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if content is None:
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.send_header("X-Error-Code", "EntryNotFound")
                self.end_headers()
                return
            start = 0
            if with_body and "Range" in self.headers:
                hub.ranges.append(self.headers["Range"])
                start = int(self.headers["Range"].removeprefix("bytes=").split("-")[0])
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(content) - start))
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("ETag", f'"{hub.etags.get(name, hashlib.sha256(content).hexdigest())}"')
            self.end_headers()
            if with_body:
                if hub.cut is not None and len(content) > hub.cut:
                    self.wfile.write(content[start : hub.cut])
                    hub.cut = None
                    self.wfile.flush()
                    self.connection.close()
                else:
                    self.wfile.write(content[start:])

    return Handler


BUNDLE = builtin_cards()["demo"].parent


@pytest.fixture
def hub(socket_enabled: None) -> Iterator[Hub]:
    """A hub with the weights of the model `demo`."""
    files = {f"owner/{tower}/model.safetensors": (BUNDLE / f"{tower}.safetensors").read_bytes() for tower in TOWERS}
    hub = Hub(files)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(hub))
    hub.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield hub
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """A card whose weights are on the hub."""
    folder = tmp_path / "model"
    folder.mkdir()
    text = (BUNDLE / "demo.toml").read_text().replace('name = "demo"', 'name = "tiny"')
    for tower in TOWERS:
        hub = f'hub = {{ repo = "owner/{tower}", file = "model.safetensors" }}'
        text = text.replace(f'weights = "{tower}.safetensors"', hub)
    for name in ("clip.json", "known.txt"):
        shutil.copy(BUNDLE / name, folder)
    (folder / "tiny.toml").write_text(text)
    return folder / "tiny.toml"


def run(hub: Hub, home: Path, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    settings = {
        "HF_ENDPOINT": hub.address,
        "HF_HOME": str(home),
        "PROXYCLIP_GEO_CACHE": str(home / "checksums"),
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_DISABLE_XET": "1",
    }
    return subprocess.run(
        [sys.executable, "-m", "proxyclip_geo", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, **settings, "COLUMNS": "300", **environment},
        check=False,
    )


def test_fetch_then_check_without_a_network(hub: Hub, card: Path, tmp_path: Path) -> None:
    before = run(hub, tmp_path, "models", "check", card, HF_HUB_OFFLINE="1")
    assert before.returncode == 7
    assert "models fetch tiny" in before.stderr
    fetched = run(hub, tmp_path, "models", "fetch", card, "--json")
    assert fetched.returncode == 0, fetched.stdout + fetched.stderr
    events = [json.loads(line) for line in fetched.stdout.splitlines()]
    sizes = {event["message"]: event for event in events if event["event"] == "progress" and event["stage"] == "fetch"}
    for name, content in hub.files.items():
        assert sizes[name]["done"] == sizes[name]["total"] == len(content)
    hub.files.clear()
    checked = run(hub, tmp_path, "models", "check", card, HF_HUB_OFFLINE="1")
    assert checked.returncode == 0, checked.stderr
    assert "passed" in checked.stdout


def test_a_broken_off_download_goes_on(hub: Hub, card: Path, tmp_path: Path) -> None:
    """The hub's client keeps what it has in whole pieces of 10 MiB."""
    head = {"head.weight": torch.zeros(25 << 18)}  # 25 MiB that the model does not use
    hub.files["owner/vfm/model.safetensors"] = save(load_file(BUNDLE / "vfm.safetensors") | head)
    hub.cut = 15 << 20
    assert run(hub, tmp_path, "models", "fetch", card).returncode == 0
    assert hub.ranges == [f"bytes={10 << 20}-"]
    assert run(hub, tmp_path, "models", "check", card, HF_HUB_OFFLINE="1").returncode == 0


def test_a_file_with_another_checksum_is_refused(hub: Hub, card: Path, tmp_path: Path) -> None:
    hub.etags["owner/clip/model.safetensors"] = "0" * 64
    completed = run(hub, tmp_path, "models", "fetch", card, "--to", tmp_path / "carried")
    assert completed.returncode == 7
    assert "expected 0000" in completed.stderr
    assert not (tmp_path / "carried").exists()


def test_a_file_the_hub_does_not_have(hub: Hub, card: Path, tmp_path: Path) -> None:
    del hub.files["owner/vfm/model.safetensors"]
    completed = run(hub, tmp_path, "models", "fetch", card)
    assert completed.returncode == 7
    assert "owner/vfm/model.safetensors" in completed.stderr
    assert "Traceback" not in completed.stderr


def test_redirect_loops_have_a_message(hub: Hub, card: Path, tmp_path: Path) -> None:
    hub.redirect = True
    completed = run(hub, tmp_path, "models", "fetch", card)
    assert completed.returncode == 7, completed.stderr
    assert "Traceback" not in completed.stderr


def test_target_below_a_file_is_found_before_the_download(
    card: Path, tmp_path: Path, run_cli: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    completed = run_cli("models", "fetch", card, "--to", card / "below")
    assert completed.returncode == 8, completed.stderr
    assert "below" in completed.stderr
    assert not list(tmp_path.rglob("*.safetensors"))


def test_a_folder_to_be_carried_holds_the_weights_and_is_checked(hub: Hub, card: Path, tmp_path: Path) -> None:
    """Random weights are found by the checksums of the fetched files, and without these by the words."""
    carried = tmp_path / "carried"
    elsewhere = {"PROXYCLIP_GEO_WEIGHTS": str(carried), "HF_HUB_OFFLINE": "1"}
    assert run(hub, tmp_path / "home", "models", "fetch", card, "--to", carried).returncode == 0
    for name, content in hub.files.items():
        assert (carried / name).read_bytes() == content
    assert run(hub, tmp_path / "other", "models", "check", card, **elsewhere).returncode == 0
    generator = torch.Generator().manual_seed(1)
    for tower in TOWERS:
        path = carried / "owner" / tower / "model.safetensors"
        state = load_file(path)
        path.write_bytes(save({name: 0.1 * torch.randn(state[name].shape, generator=generator) for name in state}))
    changed = run(hub, tmp_path / "other", "models", "check", card, **elsewhere)
    assert changed.returncode == 7
    assert "model.safetensors.sha256, which was written when the file was fetched" in changed.stderr
    for record in carried.rglob("*.sha256"):
        record.unlink()
    unknown = run(hub, tmp_path / "other", "models", "check", card, **elsewhere)
    assert unknown.returncode != 0
    assert "of the pairs of water, forest, cropland, road, building apart" in unknown.stderr


def test_files_that_only_the_user_can_get_are_required_before_the_download(
    run_cli: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    completed = run_cli("models", "fetch", "talk2dino-b")
    assert completed.returncode == 7
    assert "get vitb_mlp_infonce.pth from https://github.com/lorebianchi98/Talk2DINO" in completed.stderr
