"""Draw docs/pictures/demo.png: a synthetic scene beside its map, made by the bundled demo model."""

import tempfile
from pathlib import Path

from PIL import Image

import proxyclip_geo as pg

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
SEED = 7
WIDEST = 1400


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        scene = pg.sample(Path(folder) / "scene.tif", size=1024, seed=SEED)
        result = pg.segment(scene.image, "landcover", out=Path(folder) / "out", model="demo")
        with Image.open(result.paths.preview) as picture:
            picture.thumbnail((WIDEST, WIDEST))
            picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=256).save(PICTURES / "demo.png", optimize=True)
        report = pg.evaluate(result.paths.labels, scene.truth)
        print(report.to_text())


if __name__ == "__main__":
    main()
