"""Draw docs/pictures/serve.png and record serve.webp: the page of `proxyclip-geo serve` in Chromium.

`make test-serve` installs Chromium.
"""

import io
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

import proxyclip_geo as pg

PICTURE = Path(__file__).parents[1] / "docs/pictures/serve.png"
RECORDING = PICTURE.with_suffix(".webp")
IS_STILL = "() => page.map.areTilesLoaded() && page.map.loaded() && page.under.loaded()"
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
        page.wait_for_function(IS_STILL)
        page.screenshot(path=PICTURE)
        page.reload()
        page.wait_for_selector("body[data-url]")
        record(page)
        browser.close()
    with Image.open(PICTURE) as picture:
        picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(PICTURE, optimize=True)


def record(page: Page) -> None:
    """Type words, compare with the image, and show scores; write the frames as an animated WebP."""
    frames: list[tuple[Image.Image, int]] = []

    def take(milliseconds: int) -> None:
        page.wait_for_function(IS_STILL)
        with Image.open(io.BytesIO(page.screenshot())) as shot:
            frames.append((shot.convert("RGB").resize((885, 540), Image.Resampling.LANCZOS), milliseconds))

    take(1500)
    # The river bank becomes a class of its own; no orchard is in the scene.
    for words in ("sand, bare soil", "orchard"):
        page.locator("#words .text").last.focus()
        page.keyboard.press("Enter")
        for part in (words[:2], words[:5], words):
            page.locator("#words .text").last.fill(part)
            take(250)
        page.wait_for_selector(f"body[data-url*={words[:4]}]")
        page.wait_for_timeout(300)
        take(1500)
    page.get_by_label("Swipe between image and classes").check()
    slider = page.locator("#swipe")
    for place in (100, 80, 60, 40, 60, 80, 100):
        slider.fill(str(place))
        take(150)
    page.get_by_role("button", name="Use map centre").click()
    page.wait_for_selector("#result table")
    take(3000)
    first, *rest = (frame for frame, _ in frames)
    first.save(RECORDING, save_all=True, append_images=rest, duration=[time for _, time in frames], loop=0, quality=60)


if __name__ == "__main__":
    main()
