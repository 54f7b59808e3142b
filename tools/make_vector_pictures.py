"""Draw docs/pictures/vectors.png: the polygons of a synthetic scene before and after each step of generalisation."""

import tempfile
from pathlib import Path

import geopandas as gpd
import rasterio
import shapely
from affine import Affine
from PIL import Image, ImageDraw

import proxyclip_geo as pg

HERE = Path(__file__).resolve().parent.parent / "docs" / "pictures"
CLASSES = "landcover"
WINDOW = (150, 120, 170, 170)
"""Row, column, height and width of the part to draw, in pixels."""
ZOOM = 4
STEPS = {
    "exact": pg.VectorOptions(exact=True),
    "min-area": pg.VectorOptions(smooth=False),
    "default": pg.VectorOptions(),
    "simplified": pg.VectorOptions(simplify=1),
}


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scene = pg.sample(folder / "scene.tif", size=512, seed=7).image
        result = pg.segment(scene, CLASSES, out=folder, model="demo", options=pg.SegmentOptions(polygons=False))
        colors = {item.name: item.color for item in result.vocabulary.classes}
        panels = []
        for step, options in STEPS.items():
            path = pg.vectorize(result.paths.labels, folder / f"{step}.gpkg", options=options).path
            with rasterio.open(result.paths.labels) as labels:
                panels.append(draw(gpd.read_file(path, layer=step), labels.transform, colors))
    gap = 8
    width, height = panels[0].size
    sheet = Image.new("RGB", (2 * width + gap, 2 * height + gap), "white")
    for index, panel in enumerate(panels):
        sheet.paste(panel, (index % 2 * (width + gap), index // 2 * (height + gap)))
    sheet.quantize(64).save(HERE / "vectors.png", optimize=True)


def draw(frame: gpd.GeoDataFrame, transform: Affine, colors: dict[str, tuple[int, int, int]]) -> Image.Image:
    """Draw polygons with their outlines at twice the size, and scale the picture down."""
    top, left, height, width = WINDOW
    scale = ZOOM * 2
    picture = Image.new("RGB", (width * scale, height * scale), "white")
    pen = ImageDraw.Draw(picture)
    inverse = ~transform
    outlines: list[list[tuple[float, float]]] = []
    for name, shape in zip(frame["class"], frame.geometry, strict=True):
        for part in shapely.get_parts(shape):
            rings = [
                [((x - left) * scale, (y - top) * scale) for x, y in (inverse @ point for point in ring.coords)]
                for ring in (part.exterior, *part.interiors)
            ]
            mask = Image.new("1", picture.size)
            ImageDraw.Draw(mask).polygon(rings[0], fill=1)
            for hole in rings[1:]:
                ImageDraw.Draw(mask).polygon(hole, fill=0)
            picture.paste(colors[name], mask=mask)
            outlines += rings
    for ring in outlines:
        pen.line(ring, fill=(40, 40, 40), width=2)
    return picture.resize((width * ZOOM, height * ZOOM), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()
