"""A server process and a browser."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

import proxyclip_geo as pg


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a server of a scene of 512 px."""
    folder = tmp_path_factory.mktemp("page")
    scene = pg.sample(folder / "scene.tif", size=512, seed=11)
    pg.encode(scene.image, out=folder / "scene.emb", model="demo")
    command = [sys.executable, "-m", "proxyclip_geo", "serve", folder / "scene.emb", "--port", "0", "--json"]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdout is not None
        events = (json.loads(line) for line in server.stdout)
        yield next(event["url"] for event in events if event["event"] == "result")
        server.terminate()
        assert server.wait() == 0


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without network: every page that a test opens must come from this machine."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    assert found, "Chromium is missing; run make test-serve, which installs it"
    with sync_playwright() as playwright:
        # WebGL in software; the sandbox needs a user other than root.
        flags = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
        made = playwright.chromium.launch(executable_path=found, args=flags)
        yield made
        made.close()


@pytest.fixture(params=["desktop", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """The page, loaded; it makes no request elsewhere and shows no error."""
    phone = request.param == "phone"
    size = {"width": 390, "height": 800} if phone else {"width": 1200, "height": 800}
    context = browser.new_context(viewport=size, color_scheme="dark" if phone else "light", accept_downloads=True)
    made = context.new_page()
    problems: list[str] = []
    made.on("pageerror", lambda error: problems.append(str(error)))
    made.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    made.on(
        "request",
        lambda asked: None if asked.url.startswith((address, "blob:", "data:")) else problems.append(asked.url),
    )
    made.goto(address)
    made.wait_for_selector("body[data-url]")
    yield made
    folder = os.environ.get("PROXYCLIP_GEO_SCREENSHOTS")
    if folder:
        name = request.node.name.replace("[", "-").rstrip("]")
        made.screenshot(path=Path(folder) / f"{name}.png")
    context.close()
    assert problems == []
