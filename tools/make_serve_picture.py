"""Draw docs/pictures/serve.png: the page of `proxyclip-geo serve` in Chromium, which make test-serve installs."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

import proxyclip_geo as pg

PICTURE = Path(__file__).parents[1] / "docs/pictures/serve.png"
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        scene = pg.sample(Path(folder) / "scene.tif", size=1024, seed=7)
        pg.encode(scene.image, out=Path(folder) / "scene.emb", model="demo")
        command = [sys.executable, "-m", "proxyclip_geo", "serve", f"{folder}/scene.emb", "--port", "0", "--json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            events = (json.loads(line) for line in server.stdout)
            draw(next(event["url"] for event in events if event["event"] == "result"))
            server.terminate()


def draw(url: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1180, "height": 720}, color_scheme="light")
        page.goto(url)
        page.wait_for_selector("body[data-url]")
        page.get_by_role("button", name="Use map centre").click()
        page.wait_for_selector("#result table")
        page.get_by_label("Swipe between image and classes").check()
        page.wait_for_function("() => page.map.areTilesLoaded() && page.map.loaded() && page.under.loaded()")
        page.screenshot(path=PICTURE)
        browser.close()
    with Image.open(PICTURE) as picture:
        picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
