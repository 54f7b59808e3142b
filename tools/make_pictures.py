"""Draw the pictures of synthetic scenes in docs/pictures, mapped by the bundled model `demo`."""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import rasterio
from matplotlib.patches import Patch
from numpy.typing import NDArray
from PIL import Image
from rasterio.plot import plotting_extent

import proxyclip_geo as pg

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
SEED = 7
OTHER_SEED = 8
"""Scene of the land that changed."""
WIDEST = 1400
CHANGED = np.s_[..., 130:330, 250:400]
"""Rows and columns that the second date takes from the other scene."""
SHOWN = 7
"""Kinds of change with a colour of their own."""
LIGHT = (1.04, 1.01, 0.97)
"""Factors of red, green and blue at the second date."""


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        draw_map(Path(folder))
        draw_clusters(Path(folder))
        draw_change(Path(folder))


def draw_map(folder: Path) -> None:
    """Draw demo.png: an image and its map in seven classes."""
    scene = pg.sample(folder / "scene.tif", size=1024, seed=SEED)
    result = pg.segment(scene.image, "landcover", out=folder / "map", model="demo")
    save(result.paths.preview, "demo")
    print(pg.evaluate(result.paths.labels, scene.truth).to_text())


def draw_clusters(folder: Path) -> None:
    """Draw discover.png: the same image, mapped without words."""
    embedding = pg.encode(folder / "scene.tif", out=folder / "scene.emb", model="demo")
    result = pg.label(embedding, embedding.discover(8), out=folder / "clusters")
    save(result.paths.preview, "discover")


def draw_change(folder: Path) -> None:
    """Draw change.png: two dates of one place, and the areas that changed."""
    size = 512
    first, other = (pg.sample(folder / f"{seed}.tif", size=size, seed=seed) for seed in (SEED, OTHER_SEED))
    before, after = read(first.image), read(first.image)
    after[CHANGED] = read(other.image)[CHANGED]
    after = after * np.reshape(LIGHT, (3, 1, 1)) + np.random.default_rng(0).normal(0, 3, after.shape)
    with rasterio.open(first.image) as raster, rasterio.open(folder / "after.tif", "w", **raster.profile) as target:
        target.write(after.clip(0, 255).astype(np.uint8))
        extent = plotting_extent(raster)
    encoded = [
        pg.encode(path, out=folder / f"{path.stem}.emb", model="demo") for path in (first.image, folder / "after.tif")
    ]
    vectors = pg.VectorOptions(min_area=0, drop_smaller=50)
    areas = pg.compare(*encoded, "landcover", out=folder / "change", vectors=vectors).polygons
    kinds = areas.groupby("class")["area_m2"].sum().nlargest(SHOWN).index
    areas["class"] = areas["class"].where(areas["class"].isin(kinds), "other changes")
    colors = dict(zip([*kinds, "other changes"], plt.get_cmap("Dark2").colors, strict=False))
    hectares = areas.groupby("class")["area_m2"].sum() / 1e4
    figure, axes = plt.subplots(1, 3, figsize=(14, 5.6), layout="constrained")
    for axis, title, image in zip(axes, ("2023", "2026", "Changed areas"), (before, after, after), strict=True):
        axis.imshow(image.clip(0, 255).astype(np.uint8).transpose(1, 2, 0), extent=extent)
        axis.set_title(title)
        axis.set_axis_off()
    areas.plot(ax=axes[2], color=areas["class"].map(colors), edgecolor="white", linewidth=0.6)
    legend = [
        Patch(color=color, label=f"{name}  {hectares[name]:.2f} ha")
        for name, color in colors.items()
        if name in hectares
    ]
    figure.legend(handles=legend, loc="outside lower center", ncols=3, frameon=False)
    figure.savefig(folder / "change.png", dpi=100, bbox_inches="tight")
    save(folder / "change.png", "change")


def read(path: Path) -> NDArray[np.uint8]:
    """Return all bands of a raster."""
    with rasterio.open(path) as raster:
        return raster.read()


def save(path: Path, name: str) -> None:
    """Write a small copy of a picture to the docs."""
    with Image.open(path) as picture:
        picture.thumbnail((WIDEST, WIDEST))
        picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=256).save(PICTURES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
